"""Price sheets as bidders return them, and as they should: real workbooks, written here."""

from __future__ import annotations

import datetime
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reglo.exports.price_template import Filled, drawable, write_price_sheets
from reglo.procurement.award import (
    ArithmeticErrors,
    Award,
    PriceColumn,
    PriceLine,
    PriceRules,
    PriceSheet,
    PriceSheetKind,
    PriceSource,
)
from reglo.procurement.consultation import (
    Buyer,
    BuyerKind,
    Calendar,
    Consultation,
    ContractNature,
    Lot,
    Procedure,
    ProcedureType,
)
from reglo.procurement.pieces.inventory import FileKind
from reglo.procurement.prices.prices import Commitment, review
from reglo.procurement.prices.sheets import TotalKind
from reglo.procurement.requirements import Folder, Piece
from reglo.procurement.values import Money, TaxBasis
from reglo.reading.price_gaps import unpriced_lines
from reglo.reading.price_sheets import read_prices
from reglo.reading.spreadsheet import open_workbook

D = Decimal
LINES = (
    PriceLine(ref="ENT-01", name="Nettoyage du pas de tir", unit="passage", quantity=D(12)),
    PriceLine(ref="MUR-01", name="Panneau mural absorbant", unit="m²", quantity=D("40.5")),
    PriceLine(ref="FIL-01", name="Préfiltre, fourniture et pose", unit="u", quantity=D(3), lots=("1",)),
)
DQE = PriceSheet(id="dqe", kind=PriceSheetKind.DQE, piece="O2", words=True, lines=LINES, basis=TaxBasis.HT)
DPGF = PriceSheet(
    id="dpgf",
    kind=PriceSheetKind.DPGF,
    piece="O3",
    per_member=True,
    basis=TaxBasis.HT,
    lines=(PriceLine(ref="DIA", name="Diagnostic"), PriceLine(ref="AVP", name="Avant-projet")),
)
RULES = PriceRules(
    sheets=(DQE,),
    basis=TaxBasis.HT,
    precedence=(PriceSource.SHEET_WORDS,),
    arithmetic=ArithmeticErrors.CORRECTED,
    source="RC 7.4",
)
BY_NAME = PriceRules(basis=TaxBasis.HT, arithmetic=ArithmeticErrors.NOT_CORRECTED)


def consultation(*sheets: PriceSheet) -> Consultation:
    return Consultation(
        reglo=1,
        reference="2026-01",
        title="Entretien",
        buyer=Buyer(name="Ville de Chloé", kind=BuyerKind.LOCAL),
        nature=ContractNature.WORKS,
        procedure=Procedure(type=ProcedureType.OPEN, legal_basis=()),
        lots=(Lot(id="1", name="Nord"), Lot(id="2", name="Sud")),
        calendar=Calendar(),
        award=Award(criteria=()),
        prices=PriceRules(sheets=sheets, basis=TaxBasis.HT),
    )


def workbook(path: Path, rows, *, name="DPGF", change=None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = name
    for row in rows:
        sheet.append(row)
    if change:
        change(book, sheet)
    book.save(path)
    return path


def read(path, rules=BY_NAME, **options):
    found = read_prices(path, rules, options.pop("lot", "1"), **options)
    assert len(found.sheets) == 1, [str(one) for one in found.findings]
    return found, found.sheets[0]


def codes(found) -> list[str]:
    inside = [finding for sheet in found.sheets for finding in sheet.findings]
    return [finding.code for finding in (*found.findings, *inside)]


HEAD = ["N°", "Désignation", "Unité", "Quantité", "Prix unitaire HT", "Montant HT"]


# --- Our own templates --------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_template_filled_reads_back_exactly(tmp_path, suffix):
    prices = {"ENT-01": D("200.10"), "MUR-01": D("1250"), "FIL-01": D("0.35")}
    path = tmp_path / f"dqe{suffix}"
    filled = Filled(bidder="Alice SARL", prices=prices, tax_rate=D("5.5"))
    write_price_sheets(consultation(DQE), "1", [DQE], path, filled=filled)
    found, sheet = read(path, RULES)
    assert codes(found) == []
    assert {line.ref: line.unit_price for line in sheet.lines} == prices
    assert [line.quantity for line in sheet.lines] == [D(12), D("40.5"), D(3)]
    assert sheet.lines[0].words == "deux cents euros et dix centimes"
    result = review(RULES, found.sheets, Commitment(), Award(criteria=()), "1")
    assert result.judged_amount == Money(D("53027.25"), TaxBasis.HT)
    assert (result.findings, result.corrections) == ((), ())
    assert (result.totals[0].written, result.totals[0].rate) == (D("53027.25"), D("5.5"))


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_blank_template_has_live_formulas_stored_zeros_and_every_price_missing(tmp_path, suffix):
    path = tmp_path / f"dqe{suffix}"
    write_price_sheets(consultation(DQE), "1", [DQE], path)
    found, sheet = read(path, RULES)
    assert codes(found) == []  # nothing uncalculated, nothing unknown
    assert [(line.unit_price, line.amount, line.amount_is_formula) for line in sheet.lines] == [
        (None, None, True)
    ] * 3
    result = review(RULES, found.sheets, Commitment(), Award(criteria=()), "1")
    assert [one.code for one in result.findings] == ["MONTANT-02"] * 3 + ["MONTANT-15"]
    assert result.judged_amount is None


def test_words_that_prevail_have_their_column_and_those_of_a_lump_sum_their_total(tmp_path):
    prices = PriceRules(basis=TaxBasis.HT, precedence=(PriceSource.SHEET_WORDS,))
    for sheet, column in (
        (replace(DQE, words=False), "Prix unitaire en lettres"),
        (DPGF, "Montant en lettres"),
    ):
        rules = replace(consultation(sheet), prices=replace(prices, sheets=(sheet,)))
        path = tmp_path / f"{sheet.id}.xlsx"
        write_price_sheets(rules, "1", [sheet], path)
        cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]
        (heading,) = [cell for cell in cells if cell.value == column]
        (total,) = [cell for cell in cells if cell.value == "Total HT"]
        beside = openpyxl.load_workbook(path).active.cell(total.row, heading.column)
        assert beside.protection.locked is (sheet is not DPGF)  # open to be typed in
    silent = replace(consultation(DPGF), prices=replace(prices, sheets=(DPGF,), precedence=()))
    write_price_sheets(silent, "1", [DPGF], tmp_path / "sans.xlsx")
    values = [
        cell.value
        for row in openpyxl.load_workbook(tmp_path / "sans.xlsx").active.iter_rows()
        for cell in row
    ]
    assert "Montant en lettres" not in values


def test_a_template_holds_the_lines_of_its_lot_only(tmp_path):
    path = tmp_path / "dqe.xlsx"
    write_price_sheets(consultation(DQE), "2", [DQE], path)
    _, sheet = read(path, RULES, lot="2")
    assert [line.ref for line in sheet.lines] == ["ENT-01", "MUR-01"]


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_breakdown_by_member_reads_back_with_its_shares(tmp_path, suffix):
    path = tmp_path / f"dpgf{suffix}"
    filled = Filled(prices={"DIA": D("1000.50"), "AVP": D("0")})
    write_price_sheets(consultation(DPGF), "1", [DPGF], path, members=3, filled=filled)
    rules = PriceRules(sheets=(DPGF,), basis=TaxBasis.HT)
    found, sheet = read(path, rules)
    assert codes(found) == []
    assert [(line.ref, line.amount, line.shares) for line in sheet.lines] == [
        ("DIA", D("1000.5"), (D("1000.5"), D(0), D(0))),
        ("AVP", D(0), (D(0), D(0), D(0))),
    ]


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_breakdown_left_blank_has_no_amount_though_its_sums_show_zero(tmp_path, suffix):
    path = tmp_path / f"dpgf{suffix}"
    write_price_sheets(consultation(DPGF), "1", [DPGF], path, members=2)
    rules = PriceRules(sheets=(DPGF,), basis=TaxBasis.HT)
    found, sheet = read(path, rules)
    assert [(line.amount, line.shares) for line in sheet.lines] == [(None, (None, None))] * 2
    result = review(rules, found.sheets, Commitment(), Award(criteria=()), "1")
    assert [one.code for one in result.findings] == ["MONTANT-02"] * 2 + ["MONTANT-15"]
    assert result.judged_amount is None


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_breakdown_by_unit_prices_left_blank_is_not_free_of_charge(tmp_path, suffix):
    """Quantity × an empty cell shows zero: neither an amount nor a filled line (S4 O3)."""
    sheet = replace(DPGF, per_member=False, lines=LINES)
    rules = PriceRules(sheets=(sheet,), basis=TaxBasis.HT)
    path = tmp_path / f"dpgf{suffix}"
    write_price_sheets(consultation(sheet), "1", [sheet], path)
    found, read_sheet = read(path, rules)
    assert [(line.unit_price, line.amount) for line in read_sheet.lines] == [(None, None)] * 3
    result = review(rules, found.sheets, Commitment(), Award(criteria=()), "1")
    assert [one.code for one in result.findings if one.code < "MONTANT-15"] == ["MONTANT-02"] * 3
    kind = FileKind.XLSX if suffix == ".xlsx" else FileKind.ODS
    priced = replace(consultation(sheet), prices=rules)
    piece = Piece(code="O3", name="DPGF", folder=Folder.BID, every_cell_filled=True)
    lines, _ = unpriced_lines(path, kind, priced, piece, ("1",))
    assert lines == tuple(f"{line.ref} {line.name}" for line in LINES)


def test_the_input_cells_of_a_template_are_the_only_ones_not_protected(tmp_path):
    path = tmp_path / "dqe.xlsx"
    write_price_sheets(consultation(DQE), "1", [DQE], path)
    sheet = openpyxl.load_workbook(path).active
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    assert sheet.page_setup.paperSize in (9, "9")  # A4
    free = {cell.column_letter for row in sheet.iter_rows(min_row=8, max_row=10) for cell in row
            if not cell.protection.locked}  # fmt: skip
    assert free == {"E", "F"}  # unit price, words


def test_sheets_without_known_lines_are_not_drawn():
    own = PriceSheet(id="bpu", kind=PriceSheetKind.BPU, piece="O2")
    assert drawable(consultation(own, DQE), "1") == (DQE,)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.decimals(min_value=0, max_value=10**6, places=2), min_size=3, max_size=3), st.booleans())
def test_any_prices_survive_the_round_trip(tmp_path_factory, prices, ods):
    path = tmp_path_factory.mktemp("trip") / ("a.ods" if ods else "a.xlsx")
    given_prices = dict(zip(("ENT-01", "MUR-01", "FIL-01"), prices, strict=True))
    write_price_sheets(consultation(DQE), "1", [DQE], path, filled=Filled(prices=given_prices))
    found, sheet = read(path, RULES)
    assert {line.ref: line.unit_price for line in sheet.lines} == given_prices
    result = review(RULES, found.sheets, Commitment(), Award(criteria=()), "1")
    assert result.corrections == ()


def test_libreoffice_recalculates_a_filled_template_to_the_same_totals(tmp_path, soffice):
    """Typed into the blank sheet by another program, recalculated by LibreOffice, read back."""
    blank = tmp_path / "blank.xlsx"
    write_price_sheets(consultation(DQE), "1", [DQE], blank)
    book = openpyxl.load_workbook(blank)
    sheet = book.active
    rows = {sheet.cell(row, 1).value: row for row in range(1, 15)}
    prices = {"ENT-01": 200.1, "MUR-01": 1250, "FIL-01": 0.35}
    for ref, price in prices.items():
        sheet.cell(rows[ref], 5).value = price
    tax_row = next(row for row in range(8, 16) if "TVA" in str(sheet.cell(row, 2).value))
    sheet.cell(tax_row, 6).value = 20
    typed = tmp_path / "typed.xlsx"
    book.save(typed)
    assert "BORD-06" in codes(read(typed, RULES)[0])  # openpyxl stores no result
    for suffix in ("ods", "xlsx"):
        out = tmp_path / suffix
        profile = f"-env:UserInstallation=file://{tmp_path}/profile"  # never the person's own
        subprocess.run(
            [soffice, profile, "--headless", "--convert-to", suffix, "--outdir", str(out), str(typed)],
            check=True,
            capture_output=True,
            timeout=600,
        )
        found, priced = read(out / f"typed.{suffix}", RULES)
        assert codes(found) == []
        result = review(RULES, found.sheets, Commitment(), Award(criteria=()), "1")
        assert [line.line.amount for line in result.sheets[0].lines] == [D("2401.2"), D("50625"), D("1.05")]
        assert [(one.kind, one.amount) for one in priced.totals] == [
            (TotalKind.TOTAL, D("53027.25")),
            (TotalKind.TAX, D("10605.45")),
            (TotalKind.TOTAL_WITH_TAX, D("63632.7")),
        ]
        assert result.corrections == ()


# --- Sheets of others ----------------------------------------------------------------------------


def test_a_sheet_the_rules_do_not_describe_is_read_by_its_headings(tmp_path):
    rows = [
        ["Commune de Loos – DPGF"],
        [],
        ["Poste", "Libellé", "U", "Qté", "P.U. H.T. (€)", "Total H.T. (€)"],
        [1, "Gros œuvre"],
        ["1.1", "Terrassement", "m3", 10, 12.5, 125],
        ["1.2", "Béton", "m3", 2, 100, 200],
        [None, "Sous-total gros œuvre", None, None, None, 325],
        [2, "Peinture"],
        ["2.1", "Murs", "m²", 100, 3.2, 320],
        [None, "TOTAL H.T.", None, None, None, 645],
        [None, "T.V.A. 20 %", None, None, None, 129],
        [None, "TOTAL T.T.C.", None, None, None, 774],
    ]
    found, sheet = read(workbook(tmp_path / "a.xlsx", rows))
    assert [(line.ref, line.quantity, line.unit_price, line.amount) for line in sheet.lines] == [
        ("1.1", D(10), D("12.5"), D(125)),
        ("1.2", D(2), D(100), D(200)),
        ("2.1", D(100), D("3.2"), D(320)),
    ]
    assert [(total.kind, total.amount, total.rate) for total in sheet.totals] == [
        (TotalKind.SUBTOTAL, D(325), None),
        (TotalKind.TOTAL, D(645), None),
        (TotalKind.TAX, D(129), D(20)),
        (TotalKind.TOTAL_WITH_TAX, D(774), None),
    ]
    assert sheet.basis is TaxBasis.HT
    result = review(BY_NAME, found.sheets, Commitment(), Award(criteria=()), "1")
    assert (result.judged_amount, result.findings) == (Money(D(645), TaxBasis.HT), ())


def test_an_empty_line_is_a_line_and_a_title_is_not(tmp_path):
    rows = [
        ["N°", "Élément de mission", "Montant HT"],
        ["1", "Études"],
        ["1.1", "Diagnostic", 100],
        ["1.2", "Avant-projet", None],
        ["2", "Chantier", None],
    ]
    _, sheet = read(workbook(tmp_path / "a.xlsx", rows))
    assert [(line.name, line.amount) for line in sheet.lines] == [
        ("Diagnostic", D(100)),
        ("Avant-projet", None),
        ("Chantier", None),
    ]


def test_unusual_headings_are_given_by_the_rules(tmp_path):
    own = PriceSheet(
        id="d",
        kind=PriceSheetKind.DPGF,
        piece="O3",
        columns={PriceColumn.NAME: "Jalon", PriceColumn.AMOUNT: "Rémunération €"},
    )
    rows = [["Jalon", "Rémunération €"], ["Esquisse", 100], ["Projet", 200]]
    path = workbook(tmp_path / "a.xlsx", rows)
    assert codes(read_prices(path, BY_NAME, "1")) == ["BORD-12"]
    _, sheet = read(path, PriceRules(sheets=(own,)))
    assert [line.amount for line in sheet.lines] == [D(100), D(200)]


def test_a_heading_over_two_rows_is_read_whole(tmp_path):
    """« Prix unitaire » above « en chiffres » and « en lettres »: words that prevail were not seen."""
    head = ["N°", "Désignation", "Unité", "Quantité", "Prix unitaire", None, "Montant"]
    below = [None, None, None, None, "en chiffres HT", "en lettres", "€ HT"]
    rows = [head, below, ["ENT-01", "Nettoyage du pas de tir", "passage", 12, 10, "douze euros", 120]]
    path = workbook(tmp_path / "a.xlsx", [*rows, head, below], change=lambda _, tab: tab.merge_cells("E1:F1"))
    found, sheet = read(path, replace(RULES, basis=None))
    [line] = sheet.lines
    assert (line.unit_price, line.words, line.amount, sheet.basis) == (
        D(10),
        "douze euros",
        D(120),
        TaxBasis.HT,
    )
    assert codes(found) == []
    judged = review(RULES, [sheet], Commitment(), Award(criteria=()), "2")
    assert judged.unit_prices == {"ENT-01": D(12)}


def test_a_title_below_the_heading_is_no_second_row_of_it(tmp_path):
    rows = [[None, "Désignation", "Prix unitaire"], ["Prix forfaitaires"], [None, "Études", 100]]
    _, sheet = read(workbook(tmp_path / "a.xlsx", rows))
    assert [(line.name, line.unit_price) for line in sheet.lines] == [("Études", D(100))]


def test_a_sheet_without_its_column_of_words_is_told(tmp_path):
    rows = [
        ["N°", "Désignation", "Quantité", "Prix unitaire HT"],
        ["ENT-01", "Nettoyage du pas de tir", 12, 10],
    ]
    _, sheet = read(workbook(tmp_path / "a.xlsx", rows), RULES)
    told = [
        finding.code for finding in review(RULES, [sheet], Commitment(), Award(criteria=()), "2").findings
    ]
    assert told == ["MONTANT-01", "LETTRE-05", "MONTANT-15"]


def test_lines_are_matched_by_reference_then_by_designation(tmp_path):
    rows = [
        HEAD,
        ["ent 01", "Nettoyage du pas de tir", "passage", 12, 5, 60],
        [None, "PANNEAU MURAL ABSORBANT.", "M2", 40.5, 2, 81],
        ["FIL-01", "Tout autre chose de très différent", "jour", 3, 1, 3],
        ["NEW", "Prestation ajoutée", "u", 1, 9, 9],
        ["Z", "Ligne sans prix, simple titre"],
    ]
    found, sheet = read(workbook(tmp_path / "a.xlsx", rows), RULES)
    assert [line.rule.ref if line.rule else None for line in sheet.lines] == [
        "ENT-01",
        "MUR-01",
        "FIL-01",
        None,
    ]
    assert codes(found) == ["BORD-18", "BORD-17", "BORD-17", "BORD-13"]


def test_a_line_given_twice_is_read_once_and_reported(tmp_path):
    row = ["ENT-01", "Nettoyage du pas de tir", "passage", 12, 5, 60]
    found, sheet = read(workbook(tmp_path / "a.xlsx", [HEAD, row, [*row[:4], 7, 84]]), RULES)
    assert [line.unit_price for line in sheet.lines] == [D(5)]
    assert codes(found) == ["BORD-16"]


def test_one_price_merged_over_several_lines_is_reported(tmp_path):
    rows = [
        HEAD,
        ["ENT-01", "Nettoyage du pas de tir", "passage", 12, 5, 60],
        ["MUR-01", "Panneau mural absorbant", "m²", 40.5, None, None],
    ]
    path = workbook(tmp_path / "a.xlsx", rows, change=lambda book, sheet: sheet.merge_cells("E2:E3"))
    found, _ = read(path, RULES)
    assert codes(found) == ["BORD-14"]
    result = review(RULES, found.sheets, Commitment(), Award(criteria=()), "1")
    assert "MONTANT-02" not in [one.code for one in result.findings]  # said once


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("659,764", "BORD-10"),
        ("inclus", "BORD-11"),
        (datetime.date(2026, 3, 1), "BORD-11"),
        ("#REF!", "BORD-07"),
        ("=1+", "BORD-06"),
    ],
)
def test_a_price_that_is_no_number_is_a_finding_at_its_cell_and_no_zero(tmp_path, value, code):
    rows = [HEAD, ["ENT-01", "Nettoyage du pas de tir", "passage", 12, value, None]]
    found, sheet = read(workbook(tmp_path / "a.xlsx", rows, name="BPU"), RULES)
    assert codes(found) == [code]
    [finding] = [*found.findings, *sheet.findings]
    assert str(finding.place) == "a.xlsx feuille BPU, cellule E2"
    assert sheet.lines[0].unit_price is None


def test_with_several_tabs_the_one_of_the_lot_is_read_and_the_others_named(tmp_path):
    def add(book, sheet):
        other = book.create_sheet("BPU lot 2")
        for row in (HEAD, ["ENT-01", "Nettoyage du pas de tir", "passage", 12, 7, 84]):
            other.append(row)

    rows = [HEAD, ["ENT-01", "Nettoyage du pas de tir", "passage", 12, 5, 60]]
    path = workbook(tmp_path / "a.xlsx", rows, name="BPU lot 1", change=add)
    found, sheet = read(path, RULES, lot="2")
    assert sheet.lines[0].unit_price == D(7)
    assert codes(found) == ["BORD-15"]
    found, sheet = read(path, RULES, lot="2", tab="bpu LOT 1")
    assert sheet.lines[0].unit_price == D(5)


def test_a_workbook_without_price_table_or_that_is_none_is_a_finding(tmp_path):
    path = workbook(tmp_path / "a.xlsx", [["Mémoire technique"], ["Bonjour", "Prix"]])
    assert codes(read_prices(path, RULES, "1")) == ["BORD-12"]
    path.write_bytes(b"%PDF-1.4")
    assert codes(read_prices(path, RULES, "1")) == ["BORD-02"]
    assert open_workbook(path).sheets == ()


def test_the_basis_is_read_from_headings_title_or_totals(tmp_path):
    def basis(head, title=None):
        rows = [[title], ["N°", "Désignation", head], ["1", "Études", 100]]
        return read(workbook(tmp_path / "a.xlsx", rows))[1].basis

    assert basis("Montant TTC") is TaxBasis.TTC
    assert basis("Montant", "Prix en euros hors taxes") is TaxBasis.HT
    assert basis("Montant") is None


def test_two_columns_of_prices_are_told_apart_by_their_basis(tmp_path):
    rows = [["N°", "Désignation", "Prix TTC", "Prix HT"], ["1", "Études", 120, 100]]
    _, sheet = read(workbook(tmp_path / "a.xlsx", rows))
    assert (sheet.lines[0].unit_price, sheet.basis) == (D(100), TaxBasis.HT)


CELLS = st.one_of(
    st.none(),
    st.integers(-(10**6), 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(
        ["Total HT", "TVA 20 %", "Total TTC", "Sous-total", "à reporter", "douze euros", "659,764"]
    ),
    st.sampled_from(
        ["ENT-01", "MUR-01", "Panneau mural absorbant", "Désignation", "Prix", "=1+1", "#N/A", "1.1"]
    ),
    st.booleans(),
    st.dates(min_value=datetime.date(1900, 3, 1)),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=7), max_size=12), st.sampled_from([RULES, BY_NAME]))
def test_no_sheet_however_odd_stops_the_reading(tmp_path_factory, rows, rules):
    path = workbook(tmp_path_factory.mktemp("odd") / "a.xlsx", [HEAD, *rows])
    found = read_prices(path, rules, "1")
    commitment = Commitment(figures=Money(D(100), TaxBasis.TTC), words="cent euros")
    result = review(rules, found.sheets, commitment, Award(criteria=()), "1")
    for finding in (*found.findings, *result.findings):
        assert str(finding) != ""
