"""A workbook written as the file its suffix names."""

from __future__ import annotations

from pathlib import Path

from reglo.exports import sheets_ods, sheets_xlsx
from reglo.exports.sheets import Book

_WRITERS = {".xlsx": sheets_xlsx.write, ".ods": sheets_ods.write}


def write_book(book: Book, path: Path) -> None:
    """KeyError on another suffix than .xlsx and .ods."""
    _WRITERS[path.suffix.lower()](book, path)
