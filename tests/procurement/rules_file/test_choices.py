"""Open points: the rules under another reading, and what is wrong with a reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from reglo.procurement.award import Method
from reglo.procurement.rules_file import Loaded, load, reading_faults, with_choices
from reglo.procurement.values import TaxBasis

ROOT = Path(__file__).parents[3]
COMPLETE = (Path(__file__).parent / "complete.yaml").read_text(encoding="utf-8")
LAST = '      - {id: lineaire, label: Formule linéaire, set: {"award.criteria[prix].method": linear}}'


def with_choice(set_: str) -> Loaded:
    """The complete file with one more choice, and that choice taken."""
    assert COMPLETE.count(LAST) == 1
    loaded = load(COMPLETE.replace(LAST, f"{LAST}\n      - {{id: essai, label: Essai, set: {set_}}}"))
    assert loaded.consultation is not None, [str(fault) for fault in loaded.faults]
    return with_choices(loaded, {"base-des-prix": "essai"})


def test_a_reading_changes_what_it_sets_and_nothing_else() -> None:
    loaded = load(COMPLETE)
    read = with_choices(loaded, {"base-des-prix": "ttc"})
    assert read.consultation is not None
    assert loaded.consultation is not None
    assert read.consultation.award.price_basis is TaxBasis.TTC
    assert loaded.consultation.award.price_basis is None
    assert (read.digest, read.file) == (loaded.digest, loaded.file)
    assert read.consultation.pieces == loaded.consultation.pieces


@pytest.mark.parametrize("path", ["award.criteria[prix].method", "award.criteria[0].method"])
def test_an_item_is_chosen_by_its_id_or_by_its_place(path: str) -> None:
    read = with_choice(f'{{"{path}": linear}}')
    assert read.consultation is not None
    assert read.consultation.award.criteria[0].method is Method.LINEAR


def test_the_id_comes_before_the_place() -> None:
    """Lot "1" stands at place 0; [1] names it, and only [0] counts places."""
    by_id, by_place = with_choice('{"lots[1].name": Nord}'), with_choice('{"lots[0].name": Nord}')
    assert by_id.consultation is not None
    assert by_place.consultation is not None
    assert [lot.name for lot in by_id.consultation.lots] == ["Nord", "Écoles du sud"]
    assert [lot.name for lot in by_place.consultation.lots] == ["Nord", "Écoles du sud"]


def test_a_whole_list_is_given_and_an_empty_value_takes_a_key_away() -> None:
    read = with_choice('{award.ties: [], award.rounding: , "pieces[O2].page_limits[0].read_up_to": 20}')
    assert read.consultation is not None
    assert (read.consultation.award.ties, read.consultation.award.rounding) == ((), ())
    assert read.consultation.pieces[3].page_limits[0].read_up_to == 20


def test_an_unknown_point_or_choice_is_a_key_error() -> None:
    with pytest.raises(KeyError, match="base-des-prix: francs"):
        with_choices(load(COMPLETE), {"base-des-prix": "francs"})
    with pytest.raises(KeyError, match="tva: ttc"):
        with_choices(load("reglo: 1"), {"tva": "ttc"})


def test_a_reading_that_breaks_the_rules_is_told_at_its_line() -> None:
    text = COMPLETE.replace("{award.price_basis: TTC}", '{"award.criteria[prix].weight": 50}')
    found = list(reading_faults(load(text)))
    assert [fault.code for fault in found] == ["REF-10"]
    assert text.splitlines()[(found[0].place.line or 0) - 1].strip().startswith("- {id: ttc")
    assert "POIDS-01, Les critères pèsent 90 points en tout, il en faut 100." in found[0].cause_text


def test_a_default_reading_that_is_not_the_written_one_is_to_check() -> None:
    text = COMPLETE.replace("    default: silence", "    default: ttc")
    assert load(text).faults == ()
    assert [fault.code for fault in reading_faults(load(text))] == ["REF-11"]


@pytest.mark.parametrize(
    "path", sorted((ROOT / "examples").glob("*/rules.yaml")), ids=lambda path: path.parent.name
)
def test_every_reading_of_an_example_holds_together(path: Path) -> None:
    loaded = load(path.read_text(encoding="utf-8"))
    assert [str(fault) for fault in reading_faults(loaded) if fault.code == "REF-10"] == []
