"""Empty cells of a price sheet of a bid, whatever its layout.

A price sheet is known by a heading row that names prices or amounts; every row below it that
designates something and gives a unit, a quantity or at least one figure owes a value in each
price column.
"""

from __future__ import annotations

from pathlib import Path

from reglo.procurement.inventory import FileKind, folded
from reglo.reading.cells import CellKind, Sheet
from reglo.reading.spreadsheet import open_workbook

_PRICE_WORDS = {"prix", "montant", "montants", "total", "pu"}


def empty_price_cells(path: Path, kind: FileKind) -> tuple[str, ...] | None:
    """References of the price cells left empty, « feuille DPGF, cellule D12 »; None when there is no
    price table to look at.
    """
    if kind not in (FileKind.XLSX, FileKind.ODS):
        return None
    workbook = open_workbook(path)
    tables = [empty for sheet in workbook.sheets if (empty := _empty_in(sheet)) is not None]
    return tuple(cell for empty in tables for cell in empty) if tables else None


def _empty_in(sheet: Sheet) -> list[str] | None:
    heading, columns = _heading(sheet)
    if not columns:
        return None
    last = max(columns)
    empty: list[str] = []
    for row, cells in sheet.rows():
        filled = [
            column for column, cell in cells.items() if cell.kind is not CellKind.EMPTY and column <= last
        ]
        beside = [column for column in filled if column not in columns]
        if row > heading and beside and len(filled) >= 2:
            empty += [sheet.at(row, column).where for column in columns if column not in filled]
    return empty


def _heading(sheet: Sheet) -> tuple[int, list[int]]:
    """The first row that names a price column beside another, and the price columns; (0, []) without."""
    for row, cells in sheet.rows():
        texts = {column: folded(cell.text).split() for column, cell in cells.items() if cell.text}
        columns = [
            column for column, words in texts.items() if _PRICE_WORDS & set(words) and "lettres" not in words
        ]
        if columns and len(texts) > len(columns):
            return row, columns
    return 0, []
