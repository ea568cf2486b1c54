"""Where the lines of a lot stand on a sheet of the matrix, and how formulas name their cells."""

from __future__ import annotations

from collections.abc import Sequence

from reglo.exports.sheets import Cell, Look, Sheet
from reglo.procurement.judging.judgement import BidResult
from reglo.procurement.prices.columns import column_letters


class Area:
    """The block of a lot on a sheet: a heading, then a line for each ranked bid, in one order."""

    def __init__(self, sheet: str, columns: Sequence[str] = (), *, before: int = 2) -> None:
        self.sheet = sheet
        self.place = {name: number for number, name in enumerate(columns, before + 1)}  # from 1
        self.first = self.last = 0

    def stand(self, sheet: Sheet, count: int) -> None:
        """The ``count`` lines start at the next row of the sheet."""
        self.first, self.last = sheet.next_row, sheet.next_row + count - 1

    def cell(self, name: str, *, on: str) -> str:
        """The cell of this line, seen from the sheet ``on``: "Prix!C{Prix}"."""
        return f"{self._seen(on)}{column_letters(self.place[name])}{{{self.sheet}}}"

    def range(self, name: str, *, on: str) -> str:
        """The column over all the bids: "Prix!$C$6:$C$9"."""
        letters = column_letters(self.place[name])
        return f"{self._seen(on)}${letters}${self.first}:${letters}${self.last}"

    def fixed(self, place: int, row: int) -> str:
        """One cell of this sheet, the same for all lines: "Prix!$C$9"."""
        return f"{self.sheet}!${column_letters(place)}${row}"

    def _seen(self, on: str) -> str:
        return "" if on == self.sheet else f"{self.sheet}!"


def heads(*titles: str) -> list[Cell]:
    return [Cell(title, Look.HEAD) for title in titles]


def bid_cells(one: BidResult) -> tuple[Cell, Cell]:
    return Cell(one.bid.id), Cell(one.bid.bidder)
