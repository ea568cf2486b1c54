"""Notices: the four shapes of BOAMP records, and every eForms example of the reference data."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reglo.procurement.findings import Refused
from reglo.procurement.rules_file import load
from reglo.reading.rc import Read, read_files

VECTORS = Path(__file__).parent.parent / "vectors" / "reading"
STANDARDS = Path(__file__).parent.parent.parent.parent / "shared" / "standards"
EXAMPLES = STANDARDS / "eforms-sdk-1.15.1" / "examples"


def read(name: str) -> Read:
    return read_files([VECTORS / name])


def weights(given: Read) -> list[tuple[str, int]]:
    return [(each.name, int(each.weight or 0)) for each in given.consultation.award.criteria]


def test_a_national_standard_form_is_read_by_its_fields() -> None:
    given = read("avis-fnsimple.json")
    rules = given.consultation
    assert (rules.reference, rules.buyer.name) == ("2026-TVX-07", "Ville de Bréval-sur-Loire")
    assert rules.title == "Réfection de la toiture du gymnase Jean-Macé"
    assert (rules.nature, rules.procedure.type, rules.cpv) == ("works", "adapted", ("45261000",))
    assert [(lot.id, lot.name) for lot in rules.lots] == [("1", "Couverture"), ("2", "Isolation")]
    assert str(rules.calendar.submission_deadline) == "2026-10-12 12:00 Europe/Paris"
    assert rules.calendar.bid_validity is not None
    assert str(rules.calendar.bid_validity.period) == "120 jours"
    assert rules.contract is not None
    assert str(rules.contract.duration) == "5 mois"
    assert rules.document_access is not None
    assert rules.document_access.url == "https://marches.breval.example/consultation/881"
    assert weights(given) == [("Prix des prestations", 60), ("Valeur technique", 40)]
    assert rules.buyer.siret == ""  # the number printed has a wrong key


def test_an_older_european_form_is_read_by_its_fields() -> None:
    given = read("avis-identite.json")
    rules = given.consultation
    assert (rules.reference, rules.procedure.type) == ("VO-2021-14", "open")
    assert rules.buyer.name == "Syndicat intercommunal du Val d'Orne"
    assert str(rules.calendar.submission_deadline) == "2021-06-14 17:00 Europe/Paris"
    assert rules.calendar.bid_validity is not None
    assert str(rules.calendar.bid_validity.period) == "90 jours"
    assert rules.allotment is not None
    assert not rules.allotment.divided
    assert weights(given) == [("prix", 50), ("qualité des repas", 30), ("démarche environnementale", 20)]
    found = next(each for each in given.values if each.path == "contract.duration")
    assert found.quote.words == "Duree mois : 24"


def test_the_record_of_the_reference_data_is_read_as_its_eforms_notice() -> None:
    path = STANDARDS / "boamp" / "boamp-records.json"
    if not path.is_file():
        pytest.skip("les données de référence ne sont pas à côté du dépôt (../shared/standards)")
    rules = read_files([path]).consultation
    assert rules.buyer.siret == "20005480700017"
    assert str(rules.calendar.submission_deadline) == "2026-01-29 12:00 Europe/Paris"
    assert [int(each.weight or 0) for each in rules.award.criteria] == [60, 40]


def test_every_eforms_example_is_read_to_rules_that_load_or_refused_in_words() -> None:
    if not EXAMPLES.is_dir():
        pytest.skip("les données de référence ne sont pas à côté du dépôt (../shared/standards)")
    messages: list[str] = []
    loaded = 0
    for path in sorted(EXAMPLES.rglob("*.xml")):
        try:
            given = read_files([path])
        except Refused as refused:
            messages.append(str(refused))
        else:
            loaded += load(given.text).consultation == given.consultation
    assert (loaded, len(messages)) == (55, 18)
    assert [each for each in messages if not re.search("attribution|pas un avis de marché", each)] == []
