"""A workbook said once, written as .xlsx or .ods: live formulas with their stored results.

Formulas are in the subset Excel and LibreOffice share, English names, commas, ``Sheet!A1``.
Stored results come from the exact judgement, so that a reader that does not recalculate shows
the same figures as one that does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from textwrap import wrap


class Look(StrEnum):
    """What a cell is for; each writer gives it its dress. Inputs are coloured and not protected."""

    TITLE = "title"
    SUBTITLE = "subtitle"
    NOTE = "note"
    HEAD = "head"
    TEXT = "text"
    STRONG = "strong"
    NUMBER = "number"
    MONEY = "money"
    MARK = "mark"
    TOTAL = "total"
    RANK = "rank"
    INPUT_TEXT = "input-text"
    INPUT_NUMBER = "input-number"


Stored = str | Fraction | int | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A value, or a ``formula`` (without its equals sign) with its stored result."""

    value: Stored = None
    look: Look = Look.TEXT
    formula: str = ""
    choices: str = ""  # a range whose values are proposed: "RC!$A$3:$A$8"


@dataclass(slots=True)
class Sheet:
    """Rows from the top; ``None`` cells stay empty. ``widths`` in characters, the last repeated."""

    name: str
    widths: tuple[int, ...]
    frozen_columns: int = 0
    rows: list[list[Cell | None]] = field(default_factory=list)

    @property
    def next_row(self) -> int:
        """The number (from 1) of the row to be added next."""
        return len(self.rows) + 1

    def add(self, *cells: Cell | None) -> int:
        """Add a row and return its number, from 1."""
        self.rows.append(list(cells))
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook. ``day`` is not kept: two writings of one judgement are the same bytes."""

    title: str
    reference: str
    author: str
    sheets: tuple[Sheet, ...]


def column_letters(index: int) -> str:
    """Letters of a column counted from 0.

    >>> column_letters(0), column_letters(25), column_letters(26), column_letters(701)
    ('A', 'Z', 'AA', 'ZZ')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def lines_of(cell: Cell, width: int) -> int:
    """How many lines a cell takes in a column of ``width`` digits, words kept whole where they fit.

    >>> lines_of(Cell("un mot"), 10), lines_of(Cell("Moyens humains et matériels"), 12)
    (1, 3)
    """
    if not isinstance(cell.value, str) or cell.look in (Look.TITLE, Look.SUBTITLE, Look.NOTE):
        return 1
    wide = 1.0 if cell.look in (Look.HEAD, Look.STRONG) else 0.9  # of a letter, in digits
    room = max(int((width - 2) / wide), 1)  # less the indents
    return sum(max(1, len(wrap(line, room))) for line in cell.value.split("\n"))


def write_book(book: Book, path: Path) -> None:
    """Write the file its suffix names, .xlsx or .ods. KeyError on another."""
    from reglo.exports import sheets_ods, sheets_xlsx

    writers = {".xlsx": sheets_xlsx.render, ".ods": sheets_ods.render}
    path.write_bytes(writers[path.suffix.lower()](book))


def stored_number(value: Fraction | int) -> str:
    """A number as a file stores it: exact when fifteen digits suffice, else the nearest double.

    >>> stored_number(Fraction(8652, 100)), stored_number(Fraction(1, 3))
    ('86.52', '0.3333333333333333')
    """
    return repr(int(value)) if value == int(value) else repr(float(value))
