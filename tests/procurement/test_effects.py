"""What a reading of an open point changes, said in French and read back."""

from __future__ import annotations

import typing
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from tests.examples.support import EXAMPLES, rules_of
from tests.procurement.test_key_words import model

from reglo.procurement.key_words import KEYS_FR
from reglo.procurement.sentences.effects import ONE_OF, effect_of, effect_words


def tuples(value: Any) -> Any:
    """The lists of a value as the model holds them."""
    if isinstance(value, dict):
        return {key: tuples(below) for key, below in value.items()}
    return tuple(map(tuples, value)) if isinstance(value, list) else value


@pytest.mark.parametrize("name", sorted(path.parent.name for path in EXAMPLES.glob("*/rules.yaml")))
def test_every_effect_of_the_examples_is_said_in_french_and_read_back(name: str) -> None:
    consultation = rules_of(name).consultation
    assert consultation is not None
    changes = [choice.set for point in consultation.open_points for choice in point.choices if choice.set]
    for change in changes:
        said = effect_words(change)
        assert "{" not in said
        assert tuples(effect_of(said)) == change


@pytest.mark.parametrize(
    "change",
    [
        {"title": "non dit"},
        {"title": "a ; b : c (d"},
        {"title": "« a » ; “b”"},
        {"pieces[O 3].name": "l'un, l'autre"},
        {"pieces[O3].formats": (".pdf, .odt", "(x)", "rien", "")},
        {"award.rounding": ({"decimals": 2, "stages": ("leaf",), "mode": "no such mode"},)},
        {"no.such.path": (1, {"a": None})},
        {"identifiers.PLACE": "12"},
        {"award.criteria[prix].formula": "N * max(0, 2 - prix / lowest(prix))"},
        {"award.criteria[prix].formula": ""},
        {"calendar.submission_deadline": "tomorrow", "lots[1].name": None},
        {"title": "((" * 80},
    ],
)
def test_a_change_of_any_kind_comes_back(change: dict[str, Any]) -> None:
    assert tuples(effect_of(effect_words(change))) == change


def test_only_the_change_that_has_no_words_keeps_the_form_of_the_file() -> None:
    said = effect_words({"pieces[C1].folder": "bid", "no.such.path": 1})
    assert said == "pièce C1, dossier : offre ; « {no.such.path: 1} »"


def test_a_formula_taken_away_is_said_in_french() -> None:
    assert effect_words({"award.criteria[prix].formula": ""}) == "jugement, critère prix, formule : rien"


def test_words_that_are_no_effect_are_refused() -> None:
    for text in ("bonjour", "titre[0] : x", "lot 1, lieu n° 1 : x", "arrondi : (a : b)", "(" * 5000):
        with pytest.raises(ValueError, match=r".*"):
            effect_of(text)


def test_every_list_of_groups_has_a_word_for_one_of_its_elements() -> None:
    lists = {
        field.name
        for kind in model()
        if is_dataclass(kind)
        for field in fields(kind)
        for item in typing.get_args(typing.get_type_hints(kind)[field.name])[:1]
        if typing.get_origin(typing.get_type_hints(kind)[field.name]) is tuple and is_dataclass(item)
    }
    assert ONE_OF.keys() == lists


def test_no_word_of_a_key_holds_a_sign_that_separates() -> None:
    assert not [word for word in (*KEYS_FR.values(), *ONE_OF.values()) if set(word) & set(",;:()«»“”")]
