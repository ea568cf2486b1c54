"""Price sheets as bidders return them: real workbooks, written here."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reading.workbooks import BY_NAME, HEAD, RULES, D, codes, read, workbook

from reglo.procurement.award import (
    Award,
    PriceColumn,
    PriceRules,
    PriceSheet,
    PriceSheetKind,
)
from reglo.procurement.prices.prices import Commitment, review
from reglo.procurement.prices.sheets import TotalKind
from reglo.procurement.values import Money, TaxBasis
from reglo.reading.price_sheets import read_prices
from reglo.reading.spreadsheet import open_workbook


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
