"""Offers typed in YAML or in the workbook: what is read, and what is said of what cannot be."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from reglo.exports.offers_template import write_template
from reglo.procurement.bid import Standing
from reglo.procurement.consultation import Calendar, Consultation
from reglo.procurement.judging.scoring import judge_lot
from reglo.procurement.rules_file import load
from reglo.procurement.values import Instant
from reglo.reading.offers import read_offers
from reglo.reading.spreadsheet import open_workbook

RULES = """
reglo: 1
reference: ESSAI-1
title: Essai
buyer: {name: Commune d'Essai, kind: local}
nature: services
procedure: {type: adapted, legal_basis: [R.2123-1]}
lots:
  - {id: "1", name: Premier}
  - {id: "2", name: Second}
calendar: {sent_at: 2026-01-05 09:00 Europe/Paris, submission_deadline: 2026-02-18 12:00 Europe/Paris}
award:
  price_basis: HT
  price_figure: prix
  inputs: [{id: prix, name: Montant}]
  scales:
    - id: grille
      levels: [{label: Très bien, share: 100 %}, {label: Bien, share: 60 %}, {label: Absent, share: 0 %}]
    - id: note
      step: 0.5
      levels: [{label: Parfait, value: 5}, {label: Faible, value: 1}]
  criteria:
    - {id: p, name: Prix, weight: 60, method: inverse, of: prix, price: true}
    - {id: t, name: Technique, weight: 30, method: scale, scale: grille}
    - {id: m, name: Méthode, weight: 10, method: normalised, scale: note}
  rounding: [{decimals: 2, stages: [leaf]}]
"""

HEAD = "reglo_offers: 1\nconsultation: ESSAI-1\nbids:\n"


@pytest.fixture(scope="module")
def consultation() -> Consultation:
    loaded = load(RULES)
    assert loaded.consultation is not None, [str(fault) for fault in loaded.faults]
    return loaded.consultation


def offers(tmp_path: Path, consultation: Consultation, body: str, head: str = HEAD):
    path = tmp_path / "offres.yaml"
    path.write_text(head + body, encoding="utf-8")
    return read_offers(path, consultation)


def one(price: str, level: str = "Bien", extra: str = "") -> str:
    return (
        f"  - id: alice\n    bidder: Alice SARL\n{extra}"
        f'    lots:\n      "1":\n        inputs: {{prix: {price}}}\n'
        f"        levels: {{t: {level}, m: {{mark: 4.5, reason: clair, page: 3}}}}\n"
    )


def test_a_bid_is_read_whole(tmp_path: Path, consultation: Consultation) -> None:
    read = offers(tmp_path, consultation, one('"10 000,50"', "tres  BIEN"))
    assert read.findings == ()
    (bid,) = read.bids
    assert bid.inputs == {"prix": Decimal("10000.50")}
    assert bid.assessments["t"].level == "Très bien"
    assert (bid.assessments["m"].mark, bid.assessments["m"].page) == (Decimal("4.5"), "3")


@pytest.mark.parametrize("price", ["659,764", "beaucoup", ".nan", "NaN", "-.inf", '"1 2 3"', "1e9999"])
def test_a_figure_that_cannot_be_read_is_reported_and_left_out(
    tmp_path: Path, consultation: Consultation, price: str
) -> None:
    read = offers(tmp_path, consultation, one(price if price.startswith('"') else f'"{price}"'))
    (finding,) = read.findings
    assert (finding.code, finding.place.line) == ("OFFRE-03", 8)
    assert read.bids[0].inputs == {}


def test_l_20_an_ambiguous_amount_is_queried_with_both_readings(
    tmp_path: Path, consultation: Consultation
) -> None:
    (finding,) = offers(tmp_path, consultation, one('"659,764"')).findings
    assert "659764 ou 659,764" in finding.cause_text


@pytest.mark.parametrize("price", ["3,30", "1 003,60", "42 000,00 EUR HT"])
def test_a_comma_between_braces_never_makes_another_amount(
    tmp_path: Path, consultation: Consultation, price: str
) -> None:
    bid = f"  - {{id: a, bidder: A, lots: {{'1': {{inputs: {{prix: {price}}}, levels: {{t: Bien}}}}}}}}\n"
    read = offers(tmp_path, consultation, bid)
    (finding,) = read.findings
    assert finding.code == "OFFRE-03"
    assert f'entre guillemets : "{price}"' in str(finding)
    assert [(bid.id, dict(bid.inputs)) for bid in read.bids] == [("a", {})]


def test_an_unknown_level_names_the_scale(tmp_path: Path, consultation: Consultation) -> None:
    (finding,) = offers(tmp_path, consultation, one("10", "Génial")).findings
    assert finding.code == "OFFRE-05"
    assert finding.mend_text == "Les niveaux sont : Très bien ; Bien ; Absent."


def test_an_unknown_lot_a_duplicate_and_an_unknown_column_are_reported(
    tmp_path: Path, consultation: Consultation
) -> None:
    body = (
        one("10")
        + one("12")
        + '  - id: bob\n    bidder: Bob\n    lots: {"9": {}, "2": {inputs: {pris: 5}}}\n'
    )
    read = offers(tmp_path, consultation, body)
    assert [finding.code for finding in read.findings] == ["OFFRE-02", "OFFRE-01", "OFFRE-04"]
    assert [(bid.id, bid.lot) for bid in read.bids] == [("alice", "1"), ("bob", "2")]
    assert read.bids[0].inputs == {"prix": Decimal(10)}
    left_out = {lot: [finding.code for finding in found] for lot, found in read.left_out.items()}
    assert left_out == {"1": ["OFFRE-02", "OFFRE-01"], "2": ["OFFRE-01"]}


@pytest.mark.parametrize(
    ("received", "standing"),
    [
        ("2026-02-18 12:00 Europe/Paris", Standing.ADMITTED),
        ("2026-02-18 12:00:25 Europe/Paris", Standing.LATE),
        ("18/02/2026 à 11:52", Standing.ADMITTED),
        ("2026-02-18 11:30 UTC", Standing.LATE),
    ],
)
def test_ta_dijon_1803328_twenty_five_seconds_late_is_late(
    tmp_path: Path, consultation: Consultation, received: str, standing: Standing
) -> None:
    read = offers(tmp_path, consultation, one("10", extra=f"    received_at: {received}\n"))
    assert read.bids[0].standing is standing


@pytest.mark.parametrize("typed", ["09/10/2025 11:00", "9/10/2025 9h05", "2025-10-09 11:00"])
def test_a_pli_is_dated_as_the_workbook_asks_where_the_limit_of_bids_is_not_fixed_yet(
    tmp_path: Path, consultation: Consultation, typed: str
) -> None:
    """A procedure with negotiation gives the hour of candidacies only, and its zone."""
    only = Calendar(candidacy_deadline=Instant.parse("2025-10-10 12:00 Europe/Paris"))
    for calendar in (only, Calendar()):
        rules = replace(consultation, calendar=calendar)
        read = offers(tmp_path, rules, one("10", extra=f'    received_at: "{typed}"\n'))
        assert (read.findings, read.bids[0].unread) == ((), "")
        assert str(read.bids[0].received_at).endswith("+02:00")


@pytest.mark.parametrize(
    ("received", "standing", "codes"),
    [
        ("18/02/2026 12:00", Standing.ADMITTED, []),
        ("20/02/2026 10:00", Standing.ADMITTED, ["OFFRE-17"]),
        ("20/03/2026 12:01", Standing.LATE, ["OFFRE-08"]),
    ],
)
def test_r_2161_20_a_final_bid_is_in_time_until_the_limit_of_final_bids(
    tmp_path: Path, consultation: Consultation, received: str, standing: Standing, codes: list[str]
) -> None:
    final = Instant.parse("2026-03-20 12:00 Europe/Paris")
    rules = replace(consultation, calendar=replace(consultation.calendar, final_bids_deadline=final))
    read = offers(tmp_path, rules, one("10", extra=f"    received_at: {received}\n"))
    assert (read.bids[0].standing, [finding.code for finding in read.findings]) == (standing, codes)


def test_a_standing_without_reason_asks_for_it(tmp_path: Path, consultation: Consultation) -> None:
    read = offers(tmp_path, consultation, one("10", extra="    standing: irrégulière\n"))
    assert [finding.code for finding in read.findings] == ["OFFRE-09"]
    assert read.bids[0].standing is Standing.IRREGULAR


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "RULES-"),
        ("- 1\n", "OFFRE-12"),
        ("reglo_offers: 1\nconsultation: AUTRE\nbids: []\n", "OFFRE-07"),
        (HEAD + "  - bidder: Sans id\n", "OFFRE-12"),
        (HEAD + "  - {id: a, lots: [1, 2]}\n", "OFFRE-12"),
        (HEAD + '  - {id: a, bidder: A, lots: {"1": {inputs: [1]}}}\n', "OFFRE-12"),
        ("reglo_offers: 1\nconsultation: ESSAI-1\nbids: []\n", "OFFRE-11"),
        ("a: *b\n", "RULES-"),
        ("\x00", "RULES-"),
    ],
)
def test_a_file_of_another_shape_is_said_so(
    tmp_path: Path, consultation: Consultation, text: str, code: str
) -> None:
    read = offers(tmp_path, consultation, "", head=text)
    assert read.findings
    assert any(finding.code.startswith(code) for finding in read.findings), [str(f) for f in read.findings]


@pytest.mark.parametrize("name", ["absent.yaml", "absent.xlsx"])
def test_a_missing_file_is_a_finding(tmp_path: Path, consultation: Consultation, name: str) -> None:
    read = read_offers(tmp_path / name, consultation)
    assert read.bids == ()
    assert read.findings


def test_the_yaml_template_is_read_back_with_everything_to_fill(
    tmp_path: Path, consultation: Consultation
) -> None:
    write_template(consultation, tmp_path / "offres.yaml", ".yaml")
    read = read_offers(tmp_path / "offres.yaml", consultation)
    assert read.findings == ()
    assert [(bid.id, bid.lot, dict(bid.inputs)) for bid in read.bids] == [
        ("alice", "1", {}),
        ("alice", "2", {}),
    ]


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_the_blank_workbook_shows_an_example_on_each_sheet_that_is_never_read(
    tmp_path: Path, consultation: Consultation, suffix: str
) -> None:
    path = tmp_path / f"offres{suffix}"
    write_template(consultation, path, suffix)
    book = open_workbook(path)
    for name in ("Candidats", "Lot 1", "Lot 2"):
        sheet = book.sheet(name)
        assert sheet is not None
        assert sheet.cell("A5").text == "(exemple)"
        assert sheet.cell("B5").shown in ("ex. Alice SARL", "ex. 10 000,50")
    read = read_offers(path, consultation)
    assert read.bids == ()
    assert [finding.code for finding in read.findings] == ["OFFRE-11"]


def test_what_is_left_of_the_example_under_a_true_identifier_is_no_figure_and_no_level(
    tmp_path: Path, consultation: Consultation
) -> None:
    path = tmp_path / "offres.xlsx"
    write_template(consultation, path, ".xlsx")
    _fill_xlsx(
        path, {"Candidats": {"A5": "bob", "B5": "Bob", "C5": None, "D5": None, "E5": None, "F5": None}}
    )
    _fill_xlsx(path, {"Lot 1": {"A5": "bob"}})
    read = read_offers(path, consultation)
    assert {finding.code for finding in read.findings} == {"OFFRE-03", "OFFRE-05"}
    assert [(dict(bid.inputs), dict(bid.assessments)) for bid in read.bids] == [({}, {})]


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_the_workbook_filled_by_hand_gives_the_same_bids_as_yaml(
    tmp_path: Path, consultation: Consultation, suffix: str
) -> None:
    path = tmp_path / f"offres{suffix}"
    write_template(consultation, path, suffix)
    fill = _fill_xlsx if suffix == ".xlsx" else _fill_ods
    fill(
        path,
        {
            "Candidats": {
                "A6": "alice",
                "B6": "Alice SARL",
                "F6": "18/02/2026 11:52",
                "A7": "bob",
                "B7": "Bob SA",
            },
            "Lot 1": {"A6": "alice", "B6": 10000.5, "C6": "Bien", "F6": 4.5, "G6": "clair", "H6": "3"},
            "Lot 2": {"A6": "bob", "B6": "659,764", "C6": "Parfaitement", "A7": "carole"},
        },
    )
    read = read_offers(path, consultation)
    assert [finding.code for finding in read.findings] == ["OFFRE-10", "OFFRE-03", "OFFRE-05"]
    alice, bob = read.bids
    assert (alice.bidder, alice.inputs, alice.standing) == (
        "Alice SARL",
        {"prix": Decimal("10000.5")},
        Standing.ADMITTED,
    )
    assert alice.assessments["t"].level == "Bien"
    assert alice.assessments["m"].mark == Decimal("4.5")
    assert (bob.lot, dict(bob.inputs)) == ("2", {})


def _fill_xlsx(path: Path, cells: dict[str, dict[str, object]]) -> None:
    import openpyxl

    book = openpyxl.load_workbook(path)
    for sheet, values in cells.items():
        for ref, value in values.items():
            book[sheet][ref] = value
    book.save(path)
    book.close()


def _fill_ods(path: Path, cells: dict[str, dict[str, object]]) -> None:
    from odfdo import Document

    document = Document(path)
    for sheet, values in cells.items():
        table = document.body.get_table(name=sheet)
        for ref, value in values.items():
            table.set_value(ref, value)
    document.save(path)


def test_two_bidders_of_one_id_are_never_mixed_up(tmp_path: Path, consultation: Consultation) -> None:
    body = one("10") + one("5").replace("Alice SARL", "Autre SAS")
    read = offers(tmp_path, consultation, body)
    assert [finding.code for finding in read.findings] == ["OFFRE-13"]
    assert read.bids == ()
    path = tmp_path / "offres.xlsx"
    write_template(consultation, path, ".xlsx")
    bidders = {"A6": "api", "B6": "Api SARL", "A7": "api", "B7": "Bon Repas", "A8": "seul", "B8": "Seul"}
    _fill_xlsx(path, {"Candidats": bidders, "Lot 1": {"A6": "api", "B6": 10}})
    read = read_offers(path, consultation)
    assert [(finding.code, finding.place.path) for finding in read.findings] == [
        ("OFFRE-13", "feuille Candidats, cellule A7"),
        ("OFFRE-14", "feuille Candidats, cellule A8"),
    ]
    assert read.bids == ()


@pytest.mark.parametrize(
    ("typed", "siren", "codes"),
    [
        ("732 829 320", "732829320", []),
        ("732 829 320 00074", "732829320", []),  # a SIRET
        ("SIREN 732829320", "SIREN732829320", ["OFFRE-15"]),
    ],
)
def test_an_operator_is_one_however_its_number_is_typed(
    tmp_path: Path, consultation: Consultation, typed: str, siren: str, codes: list[str]
) -> None:
    """CE 436532 and R.2142-21 are checked by it: an operator missed is an exclusivity missed."""
    who = f'    operators: [{{name: Alice, siren: "{typed}"}}]\n'
    read = offers(tmp_path, consultation, one("10", extra=who))
    assert ([operator.siren for operator in read.bids[0].operators], [f.code for f in read.findings]) == (
        [siren],
        codes,
    )


@pytest.mark.parametrize(
    ("name", "content"), [("offres.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), ("offres.csv", b"id;bidder\n")]
)
def test_a_workbook_of_another_kind_is_told_to_be_saved_as_one_that_is_read(
    tmp_path: Path, consultation: Consultation, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    (finding,) = read_offers(tmp_path / name, consultation).findings
    assert finding.code == "BORD-02"
    assert "enregistrez-le en .xlsx ou en .ods" in finding.mend_text


def test_a_variant_is_told_from_the_base_offer_of_its_bidder_in_its_lot_only(
    tmp_path: Path, consultation: Consultation
) -> None:
    """R.2151-8: two offers of one bidder for one lot, each under its own id."""
    both = one("10") + one("5").replace("id: alice", "id: alice-variante").replace("SARL", "sarl")
    elsewhere = one("7").replace('"1":', '"2":').replace("id: alice", "id: alice2")
    read = offers(tmp_path, consultation, both + elsewhere)
    assert [bid.name for bid in read.bids] == [
        "Alice SARL (alice)",
        "Alice sarl (alice-variante)",
        "Alice SARL",
    ]


@pytest.mark.parametrize("amount", ["98 700,00 EUR TTC", "98 700 TTC", "98700 € ttc"])
def test_an_amount_of_the_other_tax_basis_is_not_read(
    tmp_path: Path, consultation: Consultation, amount: str
) -> None:
    read = offers(tmp_path, consultation, one(f'"{amount}"'))
    assert [finding.code for finding in read.findings] == ["OFFRE-03"]
    assert "les règles comparent des montants HT" in read.findings[0].cause_text
    assert read.bids[0].inputs == {}
    assert offers(tmp_path, consultation, one('"98 700,00 EUR HT"')).bids[0].inputs == {
        "prix": Decimal(98700)
    }


@pytest.mark.parametrize("field", ["standing: non conforme", "received_at: hier midi"])
def test_a_bid_whose_standing_cannot_be_read_is_never_ranked(
    tmp_path: Path, consultation: Consultation, field: str
) -> None:
    read = offers(tmp_path, consultation, one("10", extra=f"    {field}\n"))
    assert [finding.code for finding in read.findings] == ["OFFRE-06"]
    result = judge_lot(consultation, "1", read.bids)
    assert (result.ranked, result.provisional) == ((), True)
    assert "ne se lit pas" in result.put_aside[0].reason


def test_fields_typed_on_the_bidders_sheet_are_shown_there(
    tmp_path: Path, consultation: Consultation
) -> None:
    path = tmp_path / "offres.xlsx"
    write_template(consultation, path, ".xlsx")
    bidders = {
        "A6": "api",
        "B6": "Api SARL",
        "C6": "732829321",
        "D6": "à deux",
        "F6": "hier",
        "G6": "bizarre",
    }
    _fill_xlsx(path, {"Candidats": bidders, "Lot 1": {"A6": "api", "B6": 10}})
    read = read_offers(path, consultation)
    assert [(finding.code, finding.place.path[-3:].strip()) for finding in read.findings] == [
        ("OFFRE-06", "F6"),
        ("OFFRE-06", "G6"),
        ("OFFRE-06", "D6"),
        ("OFFRE-15", ""),
    ]


def test_a_column_taken_away_is_said_once_and_each_bid_says_where(
    tmp_path: Path, consultation: Consultation
) -> None:
    import openpyxl

    path = tmp_path / "offres.xlsx"
    write_template(consultation, path, ".xlsx")
    _fill_xlsx(
        path, {"Candidats": {"A6": "api", "B6": "Api"}, "Lot 1": {"A6": "api", "B6": 10, "C6": "Bien"}}
    )
    book = openpyxl.load_workbook(path)
    book["Lot 1"].delete_cols(2)
    book.save(path)
    book.close()
    read = read_offers(path, consultation)
    assert [str(finding).partition(" Remettez")[0] for finding in read.findings] == [
        "offres.xlsx feuille Lot 1 · OFFRE-16 · "
        "La feuille « Lot 1 » n'a plus la colonne « Montant (EUR HT) »."
    ]
    told = judge_lot(consultation, "1", read.bids).put_aside[0].told
    assert told is not None
    assert (told.code, str(told.place)) == ("NOTE-01", "offres.xlsx feuille Lot 1, cellule A6")


def test_a_date_the_spreadsheet_shows_as_a_number_is_refused_with_what_to_write(
    tmp_path: Path, consultation: Consultation
) -> None:
    path = tmp_path / "offres.xlsx"
    write_template(consultation, path, ".xlsx")
    bidder = {"A6": "api", "B6": "Api", "F6": 46050.4944444}
    _fill_xlsx(path, {"Candidats": bidder, "Lot 1": {"A6": "api", "B6": 10}})
    (finding,) = read_offers(path, consultation).findings
    assert finding.code == "OFFRE-06"
    assert finding.mend_text.endswith("écrivez « 28/01/2026 11:52 ».")


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_the_keys_of_the_blank_workbook_are_hidden_and_read(
    tmp_path: Path, consultation: Consultation, suffix: str
) -> None:
    path = tmp_path / f"offres{suffix}"
    write_template(consultation, path, suffix)
    assert all(3 in sheet.hidden_rows for sheet in open_workbook(path).sheets if sheet.name != "Listes")
    assert [finding.code for finding in read_offers(path, consultation).findings] == ["OFFRE-11"]


def test_a_sheet_without_its_row_of_keys_is_said_so(tmp_path: Path, consultation: Consultation) -> None:
    import openpyxl

    path = tmp_path / "offres.xlsx"
    write_template(consultation, path, ".xlsx")
    book = openpyxl.load_workbook(path)
    book["Lot 1"].delete_rows(3)
    del book["Lot 2"]
    book.save(path)
    book.close()
    found = read_offers(path, consultation).findings
    assert [finding.cause_text for finding in found if finding.code == "OFFRE-12"] == [
        "La feuille « Lot 1 » n'a plus sa ligne de clés (id, …).",
        "La feuille « Lot 2 » manque au classeur.",
    ]


def test_forms_of_grouping_can_be_chosen_in_the_workbook(tmp_path: Path, consultation: Consultation) -> None:
    import openpyxl

    path = tmp_path / "offres.xlsx"
    write_template(consultation, path, ".xlsx")
    book = openpyxl.load_workbook(path)
    rules = {str(rule.sqref): rule.formula1 for rule in book["Candidats"].data_validations.dataValidation}
    letter = rules["D6:D65"].split("$")[1]
    assert [cell.value for cell in book["Listes"][letter]][:3] == [
        "conjoint",
        "conjoint, mandataire solidaire",
        "solidaire",
    ]
    book.close()
