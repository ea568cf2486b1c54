"""Every key and every value of the rules file has a French name, for what `reglo diff` tells."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import StrEnum

from reglo.procurement.change_words import shown
from reglo.procurement.consultation import Consultation
from reglo.procurement.key_words import KEYS_FR, VALUES_FR
from reglo.procurement.values import Instant, Money, Period

_SCALARS = (Instant, Money, Period)  # written as one text


def types_below(kind: object, seen: set[object]) -> Iterator[type]:
    """The dataclasses and enumerations of the model, each once."""
    for argument in typing.get_args(kind):
        yield from types_below(argument, seen)
    if isinstance(kind, type) and kind not in seen and kind not in _SCALARS:
        seen.add(kind)
        if issubclass(kind, StrEnum):
            yield kind
        if is_dataclass(kind):
            yield kind
            for hint in typing.get_type_hints(kind).values():
                yield from types_below(hint, seen)


def model() -> list[type]:
    return list(types_below(Consultation, set()))


def test_every_key_of_the_model_has_its_french_name_and_no_other() -> None:
    keys = {field.name for kind in model() if is_dataclass(kind) for field in fields(kind)}
    scalars = {"percent", "count", "amount", "zone"}
    assert keys - KEYS_FR.keys() == set()
    assert KEYS_FR.keys() - keys - scalars == set()


def test_every_value_that_is_not_french_already_has_its_french_name() -> None:
    french = {
        *("solidaire", "conjoint", "conjoint, mandataire solidaire", "HT", "TTC", "BPU", "DPGF", "DQE"),
    }
    values = {each.value for kind in model() if issubclass(kind, StrEnum) for each in kind}
    assert values - VALUES_FR.keys() - french == set()


def test_no_name_is_english_or_ends_with_a_stop() -> None:
    for name in (*KEYS_FR.values(), *VALUES_FR.values()):
        assert name.strip(" .") == name
        assert "_" not in name


def test_a_value_is_shown_by_its_french_name() -> None:
    from reglo.procurement.requirements import OwedBy

    assert shown(OwedBy.EACH_MEMBER) == "chaque membre"
