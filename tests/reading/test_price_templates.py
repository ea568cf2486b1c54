"""Price sheets of our own, filled or left blank: they read back exactly."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reading.workbooks import DPGF, DQE, LINES, RULES, D, codes, consultation, read

from reglo.exports.price_template import Filled, drawable, write_price_sheets
from reglo.procurement.award import (
    Award,
    PriceRules,
    PriceSheet,
    PriceSheetKind,
    PriceSource,
)
from reglo.procurement.pieces.inventory import FileKind
from reglo.procurement.prices.prices import Commitment, review
from reglo.procurement.prices.sheets import TotalKind
from reglo.procurement.requirements import Folder, Piece
from reglo.procurement.values import Money, TaxBasis
from reglo.reading.price_gaps import unpriced_lines


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
