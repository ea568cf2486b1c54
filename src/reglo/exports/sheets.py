"""A workbook said once, written as .xlsx or .ods: live formulas with their stored results.

Formulas are in the subset Excel and LibreOffice share, English names, commas, ``Sheet!A1``.
Stored results come from the exact judgement, so that a reader that does not recalculate shows
the same figures as one that does. Long runs of lines are made while they are written: a
workbook of a million cells takes no more memory than a small one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from textwrap import wrap
from typing import NamedTuple


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


class Cell(NamedTuple):
    """A value, or a ``formula`` (without its equals sign) with its stored result.

    With ``rows``, ``{Prix}`` in the formula stands for the row ``rows["Prix"]``: the lines of a
    block share one text, which the writers prepare once.
    """

    value: Stored = None
    look: Look = Look.TEXT
    formula: str = ""
    choices: str = ""  # a range whose values are proposed: "RC!$A$3:$A$8"
    rows: Mapping[str, int] | None = None


Row = Sequence[Cell | None]


@dataclass(slots=True)
class Sheet:
    """Rows from the top; ``None`` cells stay empty. ``widths`` in characters, the last repeated."""

    name: str
    widths: tuple[int, ...]
    frozen_columns: int = 0
    next_row: int = 1  # the number (from 1) of the row to be added next
    columns: int = 0  # how many the widest row has
    _parts: list[Callable[[], Iterable[Row]]] = field(default_factory=list)

    def add(self, *cells: Cell | None) -> int:
        """Add a row and return its number, from 1."""
        return self.add_lines(1, len(cells), lambda: [cells])

    def add_lines(self, count: int, columns: int, lines: Callable[[], Iterable[Row]]) -> int:
        """Add ``count`` rows made only when the file is written; return the number of the first."""
        first = self.next_row
        self._parts.append(lines)
        self.next_row += count
        self.columns = max(self.columns, columns)
        return first

    def rows(self) -> Iterator[Row]:
        for lines in self._parts:
            yield from lines()


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook. ``day`` is not kept: two writings of one judgement are the same bytes."""

    title: str
    reference: str
    author: str
    sheets: tuple[Sheet, ...]
    choices: tuple[str, ...] = ()  # every range that ``Cell.choices`` names


def lines_of(cell: Cell, width: int) -> int:
    """How many lines a cell takes in a column of ``width`` digits, words kept whole where they fit.

    >>> lines_of(Cell("un mot"), 10), lines_of(Cell("Moyens humains et matériels"), 12)
    (1, 3)
    """
    if not isinstance(cell.value, str) or cell.look in (Look.TITLE, Look.SUBTITLE, Look.NOTE):
        return 1
    wide = 1.0 if cell.look in (Look.HEAD, Look.STRONG) else 0.9  # of a letter, in digits
    room = max(int((width - 2) / wide), 1)  # less the indents
    if len(cell.value) <= room and cell.value.isprintable():  # neither a line break nor a tab
        return 1
    return _wrapped(cell.value, room)


@lru_cache(maxsize=4096)
def _wrapped(text: str, room: int) -> int:
    return sum(max(1, len(wrap(line, room))) for line in text.split("\n"))


def stored_number(value: Fraction | int) -> str:
    """A number as a file stores it: exact when fifteen digits suffice, else the nearest double.

    >>> stored_number(Fraction(8652, 100)), stored_number(Fraction(1, 3))
    ('86.52', '0.3333333333333333')
    """
    if value.denominator == 1:
        return str(value.numerator)
    return repr(value.numerator / value.denominator)
