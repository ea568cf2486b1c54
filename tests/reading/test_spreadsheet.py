"""Workbooks as bidders send them, good, odd and hostile: real files, written here."""

from __future__ import annotations

import datetime
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from reglo.reading.cells import Area, stored_decimal
from reglo.reading.spreadsheet import CellKind, number_in, open_workbook

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def codes(workbook):
    return [finding.code for finding in workbook.findings]


def write_xlsx(path: Path, sheet: str | bytes) -> Path:
    """The smallest .xlsx that holds one sheet of that XML, whatever it is."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="a" Type="{OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}">'
            '<sheets><sheet name="BPU" r:id="a"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{RELATIONS}"><Relationship Id="a" Type="{OFFICE}/worksheet" '
            'Target="/xl/worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return path


def rows_xlsx(path: Path, rows: str) -> Path:
    return write_xlsx(path, f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{rows}</sheetData></worksheet>')


def write_ods(path: Path, table: str, *, manifest: str = "") -> Path:
    """The smallest .ods that holds one table « BPU » of that XML."""
    names = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in [("office", "office"), ("table", "table"), ("text", "text"), ("draw", "drawing")]
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        if manifest:
            archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr(
            "content.xml",
            f"<office:document-content{names}><office:body><office:spreadsheet>"
            f'<table:table table:name="BPU">{table}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


# --- What is read -----------------------------------------------------------------------------


def test_every_kind_of_cell_of_an_xlsx_is_told_apart(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "BPU"
    sheet["A1"] = "Réf."
    sheet["B1"] = 82.3
    sheet["C1"] = "=B1*2"
    sheet["D1"] = datetime.date(2026, 2, 18)
    sheet["E1"] = True
    sheet["F1"] = "#DIV/0!"
    book.save(tmp_path / "a.xlsx")
    workbook = open_workbook(tmp_path / "a.xlsx")
    read = [(cell.ref, cell.kind, cell.shown) for cell in workbook.sheets[0].cells.values()]
    assert read == [
        ("A1", CellKind.TEXT, "Réf."),
        ("B1", CellKind.NUMBER, "82,3"),
        ("C1", CellKind.NOT_CALCULATED, ""),
        ("D1", CellKind.DATE, "2026-02-18"),
        ("E1", CellKind.BOOLEAN, "VRAI"),
        ("F1", CellKind.ERROR, "#DIV/0!"),
    ]
    assert codes(workbook) == ["BORD-06", "BORD-07"]
    assert str(workbook.findings[0].place) == "a.xlsx feuille BPU, cellule C1"


def test_a_formula_without_stored_result_is_reported_in_ods_too(tmp_path):
    table = (
        "<table:table-row>"
        '<table:table-cell table:formula="of:=1+1"/>'
        '<table:table-cell table:formula="of:=1+1" office:value-type="float"/>'
        '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>'
        '<table:table-cell table:formula="of:=&quot;&quot;" office:value-type="string"/>'
        "</table:table-row>"
    )
    workbook = open_workbook(write_ods(tmp_path / "a.ods", table))
    kinds = [cell.kind for cell in workbook.sheets[0].cells.values()]
    assert kinds == [CellKind.NOT_CALCULATED, CellKind.NOT_CALCULATED, CellKind.NUMBER, CellKind.EMPTY]
    assert codes(workbook) == ["BORD-06"]
    assert workbook.findings[0].facts == {"sheet": "BPU", "count": 2, "cells": "A1, B1"}


def test_a_formula_whose_stored_result_is_an_empty_text_is_calculated_and_empty(tmp_path):
    cell = '<c r="A1" t="str"><f>IF(B1="","",B1*2)</f><v></v></c>'
    workbook = open_workbook(rows_xlsx(tmp_path / "a.xlsx", f'<row r="1">{cell}</row>'))
    assert workbook.sheets[0].cell("A1").kind is CellKind.EMPTY
    assert workbook.sheets[0].cell("A1").formula == 'IF(B1="","",B1*2)'
    assert workbook.findings == ()


def test_hidden_sheets_rows_columns_and_merged_cells_are_reported(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "BPU"
    sheet["A2"], sheet["C3"] = 1, 2
    sheet.row_dimensions[2].hidden = sheet.row_dimensions[9].hidden = True  # row 9 holds nothing
    sheet.column_dimensions["C"].hidden = True
    sheet.merge_cells("D4:D6")
    book.create_sheet("Cachée")["A1"] = 3
    book["Cachée"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    workbook = open_workbook(tmp_path / "a.xlsx")
    assert workbook.sheets[0].merged == (Area(4, 4, 6, 4),)
    assert (6, 4) in workbook.sheets[0].merged[0]
    assert [finding.facts["what"] for finding in workbook.findings] == [
        "La ligne 2",
        "La colonne C",
        "La feuille Cachée",
    ]


def test_repeated_cells_and_rows_of_an_ods_are_all_there(tmp_path):
    table = (
        '<table:table-row table:number-rows-repeated="3">'
        '<table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="1.5"/>'
        "</table:table-row>"
        '<table:table-row table:number-rows-repeated="1048573"><table:table-cell/></table:table-row>'
    )
    sheet = open_workbook(write_ods(tmp_path / "a.ods", table)).sheets[0]
    assert sorted(cell.ref for cell in sheet.cells.values()) == ["A1", "A2", "A3", "B1", "B2", "B3"]


def test_comments_and_drawings_of_an_ods_are_not_the_value_of_their_cell(tmp_path):
    table = (
        '<table:table-row><table:table-cell office:value-type="string">'
        "<office:annotation><text:p>à revoir</text:p></office:annotation>"
        "<text:p>Douze<text:s/>euros</text:p><draw:frame><text:p>logo</text:p></draw:frame>"
        "</table:table-cell></table:table-row>"
    )
    sheet = open_workbook(write_ods(tmp_path / "a.ods", table)).sheets[0]
    assert sheet.cell("A1").text == "Douze euros"


def test_the_type_is_decided_by_the_content_not_by_the_name(tmp_path):
    path = rows_xlsx(tmp_path / "bpu.pdf", '<row r="1"><c r="A1"><v>3</v></c></row>')
    assert open_workbook(path).sheets[0].cell("A1").number == 3


@settings(max_examples=30)
@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False, allow_infinity=False),
)
def test_the_decimal_typed_is_the_decimal_read(value):
    assert stored_decimal(f"{float(value):.17g}") == value
    assert stored_decimal(repr(float(value))) == value


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 40),
            st.integers(0, 30),
            st.one_of(
                st.integers(-(10**9), 10**9),
                st.decimals(min_value=0, max_value=10**6, places=2).map(float),
                st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF), min_size=1, max_size=20),
            ),
        ),
        max_size=12,
        unique_by=lambda item: item[:2],
    )
)
def test_another_reader_finds_the_same_values_at_the_same_places(tmp_path_factory, items):
    path = tmp_path_factory.mktemp("same") / "a.xlsx"
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("BPU")
        for row, column, value in items:
            if isinstance(value, str):
                sheet.write_string(row, column, value)
            else:
                sheet.write_number(row, column, value)
    ours = open_workbook(path).sheets[0]
    theirs = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("BPU").to_python(skip_empty_area=False)
    for row, column, value in items:
        cell = ours.at(row + 1, column + 1)
        other = theirs[row][column]
        assert (float(cell.number) if cell.number is not None else cell.text) == other == value
    assert len(ours.cells) == len(items)


# --- Numbers in cells -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number", "code"),
    [
        (12.5, Decimal("12.5"), None),
        (None, None, None),
        ("1 234,56 €", Decimal("1234.56"), "BORD-09"),
        ("1 234,56 EUR HT", Decimal("1234.56"), "BORD-09"),
        ("'12", Decimal(12), "BORD-09"),
        ("659,764", None, "BORD-10"),
        ("1.234,56", None, "BORD-10"),
        ("12O", None, "BORD-11"),
        ("offert", None, "BORD-11"),
        ("-", None, "BORD-11"),
        ("NaN", None, "BORD-11"),
        (datetime.date(2026, 3, 1), None, "BORD-11"),
        (True, None, "BORD-11"),
    ],
)
def test_a_price_cell_gives_its_number_or_says_why_not(tmp_path, value, number, code):
    book = openpyxl.Workbook()
    book.active["B2"] = value
    book.active["A1"] = "x"
    book.save(tmp_path / "a.xlsx")
    workbook = open_workbook(tmp_path / "a.xlsx")
    read, findings = number_in(workbook, workbook.sheets[0].cell("B2"))
    assert (read, [finding.code for finding in findings]) == (number, [code] if code else [])


# --- What is refused --------------------------------------------------------------------------


def refused_with(path: Path) -> str:
    workbook = open_workbook(path)
    assert workbook.sheets == ()
    [finding] = workbook.findings
    return finding.code


def test_what_is_not_there_or_not_a_file_is_a_finding(tmp_path):
    assert refused_with(tmp_path / "absent.xlsx") == "BORD-01"
    assert refused_with(tmp_path) == "BORD-01"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"%PDF-1.7",
        b"Ref;Prix\n1;12,50\n",
        b"<html><table></table></html>",
        bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 600,
        b"\xff\xd8\xff\xe0" + b"\0" * 20,
    ],
)
def test_another_type_under_a_workbook_name_is_a_finding(tmp_path, content):
    path = tmp_path / "bpu.xlsx"
    path.write_bytes(content)
    assert refused_with(path) == "BORD-02"


def test_an_encrypted_workbook_is_said_to_be_so(tmp_path):
    path = tmp_path / "bpu.xlsx"
    path.write_bytes(bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le"))
    assert refused_with(path) == "BORD-04"
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><m:file-entry>'
        "<m:encryption-data/></m:file-entry></m:manifest>"
    )
    assert refused_with(write_ods(tmp_path / "bpu.ods", "", manifest=manifest)) == "BORD-04"


def test_a_workbook_cut_short_or_with_flipped_bytes_never_raises(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("BPU")
        for row in range(30):
            sheet.write_row(row, 0, [f"L{row}", "Lavage", row * 1.1])
    whole = path.read_bytes()
    for cut in range(0, len(whole), 97):
        path.write_bytes(whole[:cut])
        assert open_workbook(path).findings != ()
    for index in range(0, len(whole), 53):
        path.write_bytes(whole[:index] + bytes([whole[index] ^ 0x55]) + whole[index + 1 :])
        open_workbook(path)


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="1"><c r="A1"><v>1</v></c>',  # not closed: the helper closes sheetData instead
        '<row r="0"><c><v>1</v></c></row>',
        '<row r="1"><c r="ZZZZ1"><v>1</v></c></row>',
        '<row r="1"><c r="A9999999"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>inf</v></c></row>',
        '<row r="1"><c r="A1"><v>1e999</v></c></row>',
        '<row r="1"><c r="A1"><v>douze</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>7</v></c></row>',
    ],
)
def test_a_sheet_that_contradicts_itself_is_damaged(tmp_path, rows):
    assert refused_with(rows_xlsx(tmp_path / "a.xlsx", rows)) == "BORD-03"


def test_entities_are_refused_before_they_expand(tmp_path):
    laughs = '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    path = write_xlsx(tmp_path / "a.xlsx", f'{laughs}<worksheet xmlns="{SPREADSHEET}">&b;</worksheet>')
    workbook = open_workbook(path)
    assert codes(workbook) == ["BORD-03"]
    assert "entités" in workbook.findings[0].cause_text


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = rows_xlsx(tmp_path / "a.xlsx", " " * (30 * 2**20))
    assert refused_with(path) == "BORD-05"


def test_a_bomb_that_lies_about_its_size_is_stopped_too(tmp_path):
    path = rows_xlsx(tmp_path / "a.xlsx", " " * (30 * 2**20))
    content = path.read_bytes()
    real = (
        30 * 2**20 + len(f'<worksheet xmlns="{SPREADSHEET}"><sheetData></sheetData></worksheet>')
    ).to_bytes(4, "little")
    assert content.count(real) >= 1
    path.write_bytes(content.replace(real, (2000).to_bytes(4, "little")))
    assert open_workbook(path).sheets == ()


def test_two_far_cells_cost_two_cells(tmp_path):
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    sheet = open_workbook(rows_xlsx(tmp_path / "a.xlsx", rows)).sheets[0]
    assert sheet.cell("XFD1048576").number == 2
    assert len(sheet.cells) == 2


def test_a_cell_repeated_over_the_whole_sheet_is_refused_not_written_out(tmp_path):
    table = (
        '<table:table-row table:number-rows-repeated="1000000"><table:table-cell '
        'table:number-columns-repeated="16000" office:value-type="float" office:value="1"/></table:table-row>'
    )
    assert refused_with(write_ods(tmp_path / "a.ods", table)) == "BORD-05"


def test_elements_nested_without_end_are_refused(tmp_path):
    assert refused_with(write_xlsx(tmp_path / "a.xlsx", "<a>" * 5000)) == "BORD-05"
