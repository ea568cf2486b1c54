"""What is said of some lots only is never a rule of the whole consultation."""

# ruff: noqa: E501  (texts stay whole)

from __future__ import annotations

from pathlib import Path

import pytest
from tests.procurement.cast import bid

from reglo.procurement.judging.scoring import judge
from reglo.reading.rc import READERS, read_files
from reglo.reading.rc.model import Reading
from reglo.reading.text.plain import of_text

LOTS = "Règlement de la consultation\n\n1. Lots\n\n- Lot 1 : Maçonnerie du préau\n- Lot 2 : Menuiseries du préau\n- Lot 3 : Entretien des toitures\n\n"


def read(text: str) -> Reading:
    reading = Reading(of_text(LOTS + text, "rc.md"), "RC")
    reading.run(READERS)
    return reading


def values(text: str, path: str) -> list[object]:
    return [found.value for found in read(text).found if found.path == path]


def asked(text: str) -> set[str]:
    return {doubt.id for doubt in read(text).doubts}


DURATIONS = "2. Durée\nLe délai d'exécution des lots 1 et 2 est de 5 mois à compter de l'ordre de service. L'accord-cadre du lot 3 est conclu pour une période initiale d'un an. Il est reconductible deux fois par périodes d'un an.\n"
VISIT = "2. Visite des lieux\nUne visite est obligatoire pour les lots 1 et 2. Elle est facultative pour le lot 3.\n"
AMOUNTS = "2. Montants\nLes lots 1 et 2 sont des marchés ordinaires. Le lot 3 est un accord-cadre à bons de commande. Il est conclu avec un montant minimum de 3 000 € HT.\n"
YEARLY = "2. Montants\nL'accord-cadre est conclu avec un montant minimum annuel de 3 000 € HT.\n"


def test_a_duration_said_of_some_lots_is_theirs() -> None:
    assert values(DURATIONS, "contract.duration") == []
    assert [values(DURATIONS, f"lots[{lot}].duration") for lot in "123"] == [["5 mois"], ["5 mois"], ["1 an"]]


def test_a_duration_of_all_lots_is_the_contract_s() -> None:
    whole = "2. Durée\nLe délai d'exécution est de 5 mois pour tous les lots, sauf pour le lot 2, qui est de 9 mois.\n"
    assert values(whole, "contract.duration") == ["5 mois"]
    assert values(whole, "lots[2].duration") == ["9 mois"]


def test_renewals_of_one_lot_are_asked_about_and_kept_as_said() -> None:
    assert values(DURATIONS, "contract.renewal.count") == []
    assert "reconduction-par-lot" in asked(DURATIONS)
    (kept,) = values(DURATIONS, "clauses[reconduction-par-lot]")
    assert kept["rule"] == "Il est reconductible deux fois par périodes d'un an."  # type: ignore[index]


def test_a_visit_of_some_lots_is_asked_about_and_kept_as_said() -> None:
    assert values(VISIT, "calendar.visits[visite]") == []
    assert "visite-par-lot" in asked(VISIT)
    assert len(values(VISIT, "clauses[visite-par-lot-2]")) == 1


def test_a_visit_of_all_lots_is_a_rule() -> None:
    (visit,) = values(
        "2. Visite des lieux\nUne visite est obligatoire pour tous les lots.\n", "calendar.visits[visite]"
    )
    assert visit["compulsory"] is True  # type: ignore[index]


def test_lots_of_two_forms_make_a_composite_whose_minimum_is_one_lot_s() -> None:
    assert values(AMOUNTS, "contract.form") == ["composite"]
    forms = [values(AMOUNTS, f"lots[{lot}].form") for lot in "123"]
    assert forms == [["ordinaire"], ["ordinaire"], ["accord-cadre"]]
    assert values(AMOUNTS, "contract.framework.minimum") == []
    assert values(AMOUNTS, "lots[3].minimum") == ["3 000,00 EUR HT"]
    assert "montants-par-lot" not in asked(AMOUNTS)


def test_each_lot_has_its_maximum_and_one_of_several_lots_is_asked_about() -> None:
    each = "2. Montants\nL'accord-cadre est conclu par lot. Le lot 1 a un montant maximum de 90 000 € HT. Le lot 2 a un montant maximum de 40 000 € HT. Le lot 3 a un montant maximum de 10 000 € HT.\n"
    assert [values(each, f"lots[{lot}].maximum") for lot in "123"] == [
        ["90 000,00 EUR HT"],
        ["40 000,00 EUR HT"],
        ["10 000,00 EUR HT"],
    ]
    assert values(each, "contract.framework.maximum") == []
    several = each.replace("Le lot 1 a un", "Les lots 1 et 2 ont un")
    assert not [value for lot in "123" for value in values(several, f"lots[{lot}].maximum")]
    assert "montants-par-lot" in asked(several)


def test_a_visit_of_one_lot_alone_is_its_own() -> None:
    text = "2. Visite des lieux\nUne visite est obligatoire pour le lot 2.\n"
    assert values(text, "calendar.visits[visite].lots") == [["2"]]
    assert "visite-par-lot" not in asked(text)


@pytest.mark.parametrize(
    ("said", "read_as"), [(YEARLY, []), (YEARLY.replace(" annuel", ""), ["3 000,00 EUR HT"])]
)
def test_a_yearly_minimum_is_not_that_of_the_whole_duration(said: str, read_as: list[str]) -> None:
    assert values(said, "contract.framework.minimum") == read_as
    assert ("minimum-par-an" in asked(said)) is not bool(read_as)


COUNTED = "Règlement de la consultation\n\nFourniture de sel\n\n{}\n\n1. Objet\nLe marché a pour objet la fourniture de sel.\n\n2. Offres\nLes plis sont remis en ligne.\n"


def alone(text: str) -> Reading:
    reading = Reading(of_text(COUNTED.format(text), "rc.md"), "RC")
    reading.run(READERS)
    return reading


@pytest.mark.parametrize(
    "said",
    [
        "EN 3 LOTS",
        "3 lots",
        "Le marché est alloti : il est décomposé en « 3 » lots.",
        "La fourniture est répartie en trois lots.",
    ],
)
def test_lots_counted_and_not_named_are_as_many_to_name(said: str) -> None:
    reading = alone(said)
    lots = [found.value for found in reading.found if found.path.startswith("lots[")]
    assert lots == [{"id": rank, "name": "À COMPLÉTER"} for rank in "123"]
    assert {"path": "allotment.divided", "value": True} in [
        {"path": found.path, "value": found.value} for found in reading.found
    ]
    (doubt,) = [doubt for doubt in reading.doubts if doubt.id == "nombre-de-lots"]
    assert "annonce 3 lots et n'en nomme aucun" in doubt.question


def test_lots_said_without_number_nor_name_are_asked_about() -> None:
    reading = alone("Le marché est alloti.")
    assert not [found for found in reading.found if found.path.startswith(("lots[", "allotment"))]
    assert [doubt.id for doubt in reading.doubts if doubt.id == "nombre-de-lots"] == ["nombre-de-lots"]


@pytest.mark.parametrize(
    "said",
    [
        "N° 26 01 : lot 1 « Sel en sacs » N° 26 02 : lot 2 « Sel en vrac »",
        "Le marché compte deux lots, lot 1 : sel en sacs, lot 2 : sel en vrac.",
    ],
)
def test_lots_named_on_one_line(said: str) -> None:
    lots = [found.value["name"].lower() for found in alone(said).found if found.path.startswith("lots[")]
    assert lots == ["sel en sacs", "sel en vrac"]


def test_an_amount_said_of_a_lot_is_not_its_name() -> None:
    reading = alone("Montants : lot 1 : maximum annuel de 3 000 € HT, lot 2 : maximum annuel de 4 000 € HT.")
    assert not [found for found in reading.found if found.path.startswith("lots[")]


def test_the_limit_of_an_appointment_is_no_day_of_visit() -> None:
    text = "2. Visite des lieux\nUne visite est obligatoire. Le rendez-vous se prend au plus tard le 3 mars 2027 à 17h00. La visite a lieu le 5 mars 2027 à 9h30.\n"
    (visit,) = values(text, "calendar.visits[visite]")
    assert visit["at"] == "2027-03-05 09:30 Europe/Paris"  # type: ignore[index]


CRITERIA = "2. Jugement des offres\n2.1 Critères des lots 1 et 3\n- Prix : 60 points\n- Valeur technique : 40 points\n2.2 Critères du lot 2\n- Prix : 45 points\n- Valeur technique : 35 points\n- Délai : 20 points\nLa valeur technique est appréciée au regard des moyens et du planning.\n"
FORMULA = "3. Notation\nLa note du critère Prix est calculée selon la formule : note = 60 x (prix le plus bas / prix de l'offre).\n"


@pytest.mark.parametrize(
    "headings",
    [
        ("2.1 Critères des lots 1 et 3", "2.2 Critères du lot 2"),
        ("Pour les lots 1 et 3 :", "Pour le lot 2 :"),
    ],
)
def test_the_criteria_of_each_lot_are_its_own(headings: tuple[str, str]) -> None:
    text = CRITERIA.replace("2.1 Critères des lots 1 et 3", headings[0]).replace(
        "2.2 Critères du lot 2", headings[1]
    )
    found = {each.path: each.value for each in read(text).found if each.path.startswith("award.")}
    weights = {path: value["weight"] for path, value in found.items() if path.endswith("]")}
    assert weights == {
        "award.criteria[prix]": 60,
        "award.criteria[valeur]": 40,
        "award.for_lots[0].criteria[prix]": 45,
        "award.for_lots[0].criteria[valeur]": 35,
        "award.for_lots[0].criteria[delai]": 20,
    }
    assert found["award.for_lots[0].lots"] == ["2"]
    assert "criteres" not in asked(text)


def test_a_way_of_marking_told_apart_is_that_of_the_criteria_of_one_name() -> None:
    text = CRITERIA + FORMULA
    for path in ("award", "award.for_lots[0]"):
        assert values(text, f"{path}.criteria[prix].method") == ["inverse"]
        assert values(text, f"{path}.criteria[prix].of") == ["prix_offre"]


def test_what_is_told_within_the_criteria_of_some_lots_is_theirs() -> None:
    told = FORMULA.removeprefix("3. Notation\n")
    methods = ("award.criteria[prix].method", "award.for_lots[0].criteria[prix].method")
    alike = CRITERIA.replace("Prix : 45", "Prix : 60").replace("technique : 35", "technique : 20")
    assert [values(alike + told, path) for path in methods] == [[], ["inverse"]]
    first = CRITERIA.replace("2.2 Critères", told + "2.2 Critères")
    assert [values(first, path) for path in methods] == [["inverse"], []]


def test_the_rules_of_lots_judged_apart_judge_each_by_its_own(tmp_path: Path) -> None:
    path = tmp_path / "rc.md"
    path.write_text(LOTS + CRITERIA + FORMULA + "4. Date limite : 4 mai 2026 à 12h00\n", encoding="utf-8")
    rules = read_files([path]).consultation
    assert [(one.lots, [each.id for each in one.award.criteria]) for one in rules.judged] == [
        (("1", "3"), ["prix", "valeur"]),
        (("2",), ["prix", "valeur", "delai"]),
    ]
    notes = {"note_valeur": "30", "note_delai": "12"}
    (result,) = (
        one
        for one in judge(rules, [bid("a", lot="2", inputs={"prix_offre": "100"} | notes)]).lots
        if one.lot.id == "2"
    )
    assert [part.value for part in result.ranked[0].total.parts] == [45, 30, 12]


def test_lots_that_no_line_names_leave_the_criteria_to_ask() -> None:
    text = CRITERIA.replace("lots 1 et 3", "lot 1")
    assert "criteres" in asked(text)
    assert values(text, "award.for_lots[0].lots") == []
