"""The .xlsx writer of ``sheets``."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from reglo.exports.documents.typography import printable
from reglo.exports.sheets import Book, Cell, Look, Row, Sheet, lines_of

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


class _Tab(Worksheet):  # type: ignore[misc]  # XlsxWriter says nothing of its types
    """A sheet whose formulas are already as the file wants them.

    XlsxWriter looks in each formula for thirty functions that Excel stores under another name;
    none is in the subset of ``sheets``, and looking for them took half of the time.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


def write(book: Book, path: Path) -> None:
    """Write the workbook as .xlsx."""
    # rows go to a temporary file of this folder as they are made; it leaves with the folder
    with TemporaryDirectory(prefix="reglo-") as folder:
        options = {
            "constant_memory": True,
            "tmpdir": folder,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        }
        with xlsxwriter.Workbook(path, options) as workbook:
            workbook.set_properties(
                {
                    "title": printable(book.title),
                    "author": printable(book.author),
                    "created": datetime(1980, 1, 1),
                }
            )
            formats = {look: workbook.add_format(dress) for look, dress in _LOOKS.items()}
            for sheet in book.sheets:
                _write(workbook.add_worksheet(sheet.name, _Tab), sheet, formats, book.reference)


def _write(tab: Any, sheet: Sheet, formats: dict[Look, Any], reference: str) -> None:
    tab.set_landscape()
    tab.set_paper(9)
    tab.fit_to_pages(1, 0)
    tab.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    tab.set_footer(f"&L{_footer(reference)} — {sheet.name}&R&P / &N")
    tab.protect("", {"format_columns": True, "format_rows": True, "sort": True, "autofilter": True})
    if sheet.frozen_columns:
        tab.freeze_panes(0, sheet.frozen_columns)
    widths = [sheet.widths[min(column, len(sheet.widths) - 1)] for column in range(sheet.columns)]
    for column, width in enumerate(widths):
        tab.set_column(column, column, width)
    proposed: dict[tuple[int, str], list[list[int]]] = {}  # column and choices -> runs of rows
    for row, cells in enumerate(sheet.rows()):
        tab.set_row(row, _height(widths, cells))
        for column, cell in enumerate(cells):
            if cell is None:
                continue
            _cell(tab, row, column, cell, formats[cell.look])
            if cell.choices:
                runs = proposed.setdefault((column, cell.choices), [])
                if runs and runs[-1][1] == row - 1:
                    runs[-1][1] = row
                else:
                    runs.append([row, row])
    for (column, choices), runs in proposed.items():
        for first, last in runs:
            tab.data_validation(first, column, last, column, _choice(choices))


def _height(widths: list[int], cells: Row) -> float:
    """In points: wrapped text needs it said, not every program measures it on opening."""
    lines = [lines_of(cell, width) for cell, width in zip(cells, widths, strict=False) if cell is not None]
    return min(15.0 * max(lines, default=1) + (5 if cells and cells[0] is not None else 0), 400.0)


def _cell(tab: Any, row: int, column: int, cell: Cell, dress: Any) -> None:
    value = cell.value
    plain = float(value) if isinstance(value, Fraction) else value
    if cell.formula:
        formula = cell.formula.format_map(cell.rows) if cell.rows else cell.formula
        tab.write_formula(row, column, formula, dress, "" if plain is None else plain)
    elif plain is None or plain == "":
        tab.write_blank(row, column, None, dress)
    elif isinstance(plain, str):
        tab.write_string(row, column, printable(plain)[:_LONGEST], dress)
    else:
        tab.write_number(row, column, plain, dress)


def _choice(choices: str) -> dict[str, str]:
    return {
        "validate": "list",
        "source": f"={choices}",
        "error_type": "warning",
        "error_message": "Ce niveau n'est pas sur la grille.",
    }


def _footer(text: str) -> str:
    return printable(text).replace("&", "&&")[:120]
