"""The .xlsx writer of ``sheets``."""

from __future__ import annotations

import io
from datetime import datetime
from fractions import Fraction
from typing import Any

import xlsxwriter

from reglo.exports.documents.archive import reproducible
from reglo.exports.documents.typography import printable
from reglo.exports.sheets import Book, Cell, Look, Sheet, lines_of

_LONGEST = 32_767  # characters a cell holds
_GRID = {"border": 1, "border_color": "#9AA4B1", "valign": "top"}
_NUMBER = {**_GRID, "align": "right", "indent": 1}  # a figure does not touch the text beside it
_TEXT = {**_GRID, "align": "left", "indent": 1, "text_wrap": True}
_INPUT = {"bg_color": "#FFF6DB", "locked": False}
_LOOKS: dict[Look, dict[str, Any]] = {
    Look.TITLE: {"bold": True, "font_size": 14, "font_color": "#1F3A5F"},
    Look.SUBTITLE: {"bold": True, "font_size": 11, "font_color": "#1F3A5F"},
    Look.NOTE: {"italic": True},
    Look.HEAD: {**_TEXT, "bold": True, "bg_color": "#EEF1F5"},
    Look.TEXT: _TEXT,
    Look.STRONG: {**_TEXT, "bold": True},
    Look.NUMBER: {**_NUMBER, "num_format": "#,##0.######"},
    Look.MONEY: {**_NUMBER, "num_format": "#,##0.00####"},
    Look.MARK: {**_NUMBER, "num_format": "0.00##"},
    Look.TOTAL: {**_NUMBER, "num_format": "0.00##", "bold": True, "bg_color": "#EEF1F5"},
    Look.RANK: {**_NUMBER, "num_format": "0", "bold": True},
    Look.INPUT_TEXT: {**_TEXT, **_INPUT},
    Look.INPUT_NUMBER: {**_NUMBER, **_INPUT, "num_format": "#,##0.00####"},
}


def render(book: Book) -> bytes:
    """The workbook as .xlsx."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    ) as workbook:
        workbook.set_properties(
            {
                "title": printable(book.title),
                "author": printable(book.author),
                "created": datetime(1980, 1, 1),
            }
        )
        formats = {look: workbook.add_format(dress) for look, dress in _LOOKS.items()}
        for sheet in book.sheets:
            _write(workbook.add_worksheet(sheet.name), sheet, formats, book.reference)
    return reproducible(target.getvalue())


def _write(tab: Any, sheet: Sheet, formats: dict[Look, Any], reference: str) -> None:
    tab.set_landscape()
    tab.set_paper(9)
    tab.fit_to_pages(1, 0)
    tab.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    tab.set_footer(f"&L{_footer(reference)} — {sheet.name}&R&P / &N")
    tab.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
    if sheet.frozen_columns:
        tab.freeze_panes(0, sheet.frozen_columns)
    widest = max((len(row) for row in sheet.rows), default=0)
    for column in range(widest):
        tab.set_column(column, column, sheet.widths[min(column, len(sheet.widths) - 1)])
    for row, cells in enumerate(sheet.rows):
        tab.set_row(row, _height(sheet, cells))
        for column, cell in enumerate(cells):
            if cell is not None:
                _cell(tab, row, column, cell, formats[cell.look])


def _height(sheet: Sheet, cells: list[Cell | None]) -> float:
    """In points: wrapped text needs it said, not every program measures it on opening."""
    lines = [
        lines_of(cell, sheet.widths[min(column, len(sheet.widths) - 1)])
        for column, cell in enumerate(cells)
        if cell is not None
    ]
    return min(15.0 * max(lines, default=1) + (5 if cells and cells[0] is not None else 0), 400.0)


def _cell(tab: Any, row: int, column: int, cell: Cell, dress: Any) -> None:
    value = cell.value
    plain = float(value) if isinstance(value, Fraction) else value
    if cell.formula:
        tab.write_formula(row, column, f"={cell.formula}", dress, "" if plain is None else plain)
    elif plain is None or plain == "":
        tab.write_blank(row, column, None, dress)
    elif isinstance(plain, str):
        tab.write_string(row, column, printable(plain)[:_LONGEST], dress)
    else:
        tab.write_number(row, column, plain, dress)
    if cell.choices:
        tab.data_validation(
            row,
            column,
            row,
            column,
            {
                "validate": "list",
                "source": f"={cell.choices}",
                "error_type": "warning",
                "error_message": "Ce niveau n'est pas sur la grille.",
            },
        )


def _footer(text: str) -> str:
    return printable(text).replace("&", "&&")[:120]
