"""Canonical JSON: the reference library gives the same bytes; nothing else than those bytes is read."""

from __future__ import annotations

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from reglo.sealing import canonical

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_the_bytes_are_those_of_the_reference_library_and_come_back(value: object) -> None:
    data = canonical.encode(value)  # type: ignore[arg-type]
    assert data == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert canonical.decode(data) == value


def test_keys_out_of_ascii_are_sorted_as_the_standard_says() -> None:
    # by UTF-16 units an emoji, in surrogates, comes before U+FB33; by code points after
    assert canonical.encode({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()
    assert canonical.decode('{"\U0001f600":2,"\ufb33":1}'.encode()) == {"\ufb33": 1, "\U0001f600": 2}
    with pytest.raises(ValueError, match="forme canonique"):
        canonical.decode('{"\ufb33":1,"\U0001f600":2}'.encode())


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"a": 1}', "forme canonique"),
        (b'{"b":1,"a":1}', "forme canonique"),
        (b'{"a":1,"a":1}', "deux fois"),
        (b'{"a":1.5}', "seuls les entiers"),
        (b'{"a":1e2}', "seuls les entiers"),
        (b'{"a":NaN}', "seuls les entiers"),
        (b'{"a":9007199254740993}', "pas de forme canonique"),
        (b'{"a":"\\u0041"}', "forme canonique"),
        (b'{"a":"\\ud800"}', "moitié d'un autre"),
        (b'{"a":1}\n', "forme canonique"),
        (b'{"a":', "pas du JSON"),
        (b"\xff", "UTF-8"),
        (b"\xef\xbb\xbf{}", "pas du JSON"),
        (b"[" * 100_000, "trop profond"),
    ],
)
def test_what_is_not_exactly_canonical_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        canonical.decode(data)


def test_a_float_is_never_signed() -> None:
    with pytest.raises(ValueError, match="virgule"):
        canonical.encode({"a": [1.0]})  # type: ignore[list-item]
