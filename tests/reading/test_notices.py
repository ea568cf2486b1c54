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


def criterion(name: str, kind: str, weight: int) -> str:
    return (
        "<cac:SubordinateAwardingCriterion><ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent>"
        "<efext:EformsExtension><efac:AwardCriterionParameter><efbc:ParameterCode>per-exa</efbc:ParameterCode>"
        f"<efbc:ParameterNumeric>{weight}</efbc:ParameterNumeric></efac:AwardCriterionParameter>"
        "</efext:EformsExtension></ext:ExtensionContent></ext:UBLExtension></ext:UBLExtensions>"
        f"<cbc:AwardingCriterionTypeCode>{kind}</cbc:AwardingCriterionTypeCode><cbc:Name>{name}</cbc:Name>"
        f"<cbc:Description>{name}</cbc:Description></cac:SubordinateAwardingCriterion>"
    )


def lot(number: int, price: int) -> str:
    criteria = criterion("Prix", "price", price) + criterion("Technique", "quality", 100 - price)
    return (
        f'<cac:ProcurementProjectLot><cbc:ID schemeName="Lot">LOT-000{number}</cbc:ID><cac:TenderingTerms>'
        f"<cac:AwardingTerms><cac:AwardingCriterion>{criteria}</cac:AwardingCriterion></cac:AwardingTerms>"
        f"</cac:TenderingTerms><cac:ProcurementProject><cbc:Name>Lot numéro {number}</cbc:Name>"
        "<cac:RequestedTenderTotal><ext:UBLExtensions><ext:UBLExtension><ext:ExtensionContent>"
        f'<efext:EformsExtension><efbc:FrameworkMaximumAmount currencyID="EUR">{number}0000'
        "</efbc:FrameworkMaximumAmount></efext:EformsExtension></ext:ExtensionContent></ext:UBLExtension>"
        "</ext:UBLExtensions></cac:RequestedTenderTotal></cac:ProcurementProject></cac:ProcurementProjectLot>"
    )


def test_the_criteria_and_maximum_of_each_lot_of_an_eforms_notice_are_its_own(tmp_path: Path) -> None:
    oasis, eforms = "urn:oasis:names:specification:ubl:schema:xsd:", "http://data.europa.eu/p27/eforms-ubl-"
    names = (
        f'xmlns="{oasis}ContractNotice-2" xmlns:cac="{oasis}CommonAggregateComponents-2" '
        f'xmlns:cbc="{oasis}CommonBasicComponents-2" xmlns:ext="{oasis}CommonExtensionComponents-2" '
        f'xmlns:efext="{eforms}extensions/1" xmlns:efac="{eforms}extension-aggregate-components/1" '
        f'xmlns:efbc="{eforms}extension-basic-components/1"'
    )
    path = tmp_path / "avis.xml"
    lots = lot(1, 60) + lot(2, 30) + lot(3, 60)
    path.write_text(f"<ContractNotice {names}><cbc:ID>1</cbc:ID>{lots}</ContractNotice>", encoding="utf-8")
    rules = read_files([path]).consultation
    weights = [
        (judged.lots, [int(each.weight or 0) for each in judged.award.criteria]) for judged in rules.judged
    ]
    assert weights == [(("1", "3"), [60, 40]), (("2",), [30, 70])]
    assert [str(each.maximum) for each in rules.lots] == [f"{each}0 000,00 EUR HT" for each in (1, 2, 3)]
