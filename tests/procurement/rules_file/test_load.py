"""Reading a rules file: what scalars mean, what is bounded, what is never guessed."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reglo.procurement.consultation import BuyerKind
from reglo.procurement.findings import Severity
from reglo.procurement.rules_file import load
from reglo.procurement.values import Money, TaxBasis
from reglo.reading.rules import read_rules

COMPLETE = (Path(__file__).parent / "complete.yaml").read_text(encoding="utf-8")


def changed(old: str, new: str) -> str:
    assert COMPLETE.count(old) == 1
    return COMPLETE.replace(old, new)


def test_values_are_read_exactly_and_a_word_stays_a_word() -> None:
    text = changed("title: Nettoyage des écoles", "title: yes\nplaces: [{name: on, postcode: 01000}]")
    rules = load(text).consultation
    assert rules is not None
    assert (rules.title, rules.places[0].name, rules.places[0].postcode) == ("yes", "on", "01000")
    assert rules.lots[0].estimated_value == Money(Decimal(60000), TaxBasis.HT)
    assert rules.prices is not None
    assert rules.prices.sheets[0].lines[1].quantity == Decimal("300.5")
    assert rules.buyer.kind is BuyerKind.LOCAL
    assert rules.launch_date == date(2026, 1, 5)


@pytest.mark.parametrize("written", ["4.125", '"4,1250"', '"4,125 0"'])
def test_a_yaml_decimal_is_exact_and_a_french_one_is_read_when_nothing_is_ambiguous(written: str) -> None:
    loaded = load(changed("quantity: 300.5", f"quantity: {written}"))
    if loaded.consultation is None:
        assert [fault.code for fault in loaded.faults] == ["RULES-26"]
        assert written == '"4,125 0"'
        return
    assert loaded.consultation.prices is not None
    assert loaded.consultation.prices.sheets[0].lines[1].quantity == Decimal("4.125")


def test_a_quoted_decimal_that_could_be_thousands_is_refused() -> None:
    assert [f.code for f in load(changed("quantity: 300.5", 'quantity: "4.125"')).faults] == ["PRIX-02"]


def test_an_empty_optional_key_says_nothing() -> None:
    assert load(changed("  opening_at: 2026-02-18 14:00 Europe/Paris", "  opening_at:")).faults == ()


def test_windows_line_ends_and_a_byte_order_mark_change_nothing_but_the_digest() -> None:
    windows = "\ufeff" + COMPLETE.replace("\n", "\r\n")
    assert load(windows).consultation == load(COMPLETE).consultation
    assert load(windows).lines == load(COMPLETE).lines
    assert load(windows).digest == sha256(windows.encode()).hexdigest()


def test_lines_are_known_by_path() -> None:
    lines = load(COMPLETE).lines
    row = COMPLETE.splitlines()[lines["award.criteria[1].criteria[0]"] - 1]
    assert row.strip().startswith("- {id: moyens")
    assert COMPLETE.splitlines()[lines["award.price_figure"] - 1] == "  price_figure: montant"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("", ["RULES-04"]),
        ("# rien\n", ["RULES-04"]),
        ("\ufeff", ["RULES-04"]),
        ("bonjour\n", ["RULES-22"]),
        ("- a\n- b\n", ["RULES-22"]),
        ("~\n", ["RULES-22"]),
        ("*a\n", ["RULES-08"]),
        ("!!map\n", ["RULES-09", "RULES-22"]),
        ("a: \ud800", ["RULES-14"]),
        ("[" * 5_000, ["RULES-11"]),
        ("{a: " * 200_000, ["RULES-11"]),
        ("? " * 100_000, ["RULES-11"]),
        ("- " * 100_000, ["RULES-11"]),
        ("lots:\n" + "- a\n" * 300_000, ["RULES-12"]),
        ("a" * 6_000_000, ["RULES-02"]),
        ("%YAML 3.0\n---\na: 1\n", ["RULES-05"]),
        ("a: @b\n", ["RULES-05"]),
        ('a: "\\q"\n', ["RULES-05"]),
        ("a: 'x\n", ["RULES-05"]),
    ],
)
def test_what_is_no_rules_file_is_refused_at_once(text: str, codes: list[str]) -> None:
    start = time.process_time()
    loaded = load(text)
    assert time.process_time() - start < 4
    assert [fault.code for fault in loaded.faults] == codes
    assert loaded.consultation is None


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"cle{number}: x\n" for number in range(40_000)),
        "lots:\n" + "- a\n" * 90_000,
        "a: 1\n" * 40_000,
        COMPLETE.replace("clauses:\n", "clauses:\n" + "  - {id: a, topic: t, rule: r}\n" * 9_000),
    ],
    ids=["unknown keys", "texts for groups", "keys repeated", "ids repeated"],
)
def test_thousands_of_faults_are_told_up_to_two_hundred_in_a_breath(text: str) -> None:
    start = time.process_time()
    loaded = load(text)
    assert time.process_time() - start < 8
    assert loaded.consultation is None
    assert len(loaded.faults) == 201
    assert loaded.faults[-1].code == "RULES-15"


def test_a_bomb_of_aliases_is_refused_alias_by_alias() -> None:
    bomb = "a: &a [x, x, x]\n" + "".join(
        f"{n}: &{n} [*{m}, *{m}, *{m}]\n" for m, n in zip("abcdefgh", "bcdefghi", strict=True)
    )
    found = load(bomb).faults
    assert {fault.code for fault in found} >= {"RULES-08"}
    assert sum(fault.code == "RULES-08" for fault in found) == 9 + 3 * 8


@settings(max_examples=45, deadline=None)
@given(st.data())
def test_whatever_is_broken_loading_answers_with_faults_and_their_lines(data: st.DataObject) -> None:
    """A line of a good file lost, doubled, cut, or another put in its place: never an exception."""
    rows = COMPLETE.splitlines()
    for _ in range(data.draw(st.integers(1, 4))):
        here = data.draw(st.integers(0, len(rows) - 1))
        other = data.draw(st.sampled_from(rows))
        cut = data.draw(st.integers(0, len(rows[here])))
        junk = data.draw(st.sampled_from(["", "~", "[]", "{}", "yes", "-1", "'", "&a", "é", "1e9", ".nan"]))
        rows[here] = data.draw(st.sampled_from(["", other, rows[here][:cut], rows[here][:cut] + junk]))
    loaded = load("\n".join(rows))
    blocking = [fault for fault in loaded.faults if fault.weight is Severity.BLOCKING]
    assert (loaded.consultation is None) == bool(blocking)
    for fault in loaded.faults:
        assert fault.place.line is not None
        assert 1 <= fault.place.line <= len(rows) + 1
        assert fault.cause_text
        assert fault.mend_text


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_answered(text: str) -> None:
    assert load(text).faults


def test_a_file_that_cannot_be_opened_is_a_finding(tmp_path: Path) -> None:
    absent = read_rules(tmp_path / "absent.yaml").faults
    folder = read_rules(tmp_path).faults
    assert [fault.code for fault in absent + folder] == ["RULES-01", "RULES-16"]
    assert "est un dossier" in folder[0].cause_text


@pytest.mark.parametrize(
    ("encoding", "guess"),
    [("latin-1", "Windows-1252"), ("utf-16", "UTF-16"), ("cp1252", "Windows-1252")],
)
def test_another_encoding_is_refused_with_what_it_looks_like(
    encoding: str, guess: str, tmp_path: Path
) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes("reglo: 1\ntitle: Écoles\n".encode(encoding))
    loaded = read_rules(path)
    assert [fault.code for fault in loaded.faults] == ["RULES-03"]
    assert guess in loaded.faults[0].cause_text


def test_a_file_too_big_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    with path.open("wb") as stream:
        stream.truncate(2_000_000_000)
    start = time.process_time()
    assert [fault.code for fault in read_rules(path).faults] == ["RULES-02"]
    assert time.process_time() - start < 4


def test_the_digest_is_that_of_the_file_s_bytes(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes("\ufeff".encode() + COMPLETE.replace("\n", "\r\n").encode())
    assert read_rules(path).digest == sha256(path.read_bytes()).hexdigest()
