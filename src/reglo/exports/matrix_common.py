"""What a formula takes from all the bids of a lot, "le plus bas", computed once in a cell of its own.

A thousand bids that each look for the lowest of a thousand prices ask a spreadsheet a million
comparisons; and a reader looks for that figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from reglo.exports.matrix_area import Area
from reglo.exports.sheets import Cell, Look, Sheet
from reglo.procurement.formulas.expression import Aggregate

Key = tuple[str, str, str]
_HEADING = "Repère"
_FUNCTIONS_FR = {
    "lowest": "Le plus bas",
    "highest": "Le plus haut",
    "best": "La meilleure valeur",
    "mean": "La moyenne",
    "median": "La médiane",
}


@dataclass(frozen=True, slots=True)
class Common:
    """An aggregate with its value and its live formula.

    ``column``: that of the sheet it is taken over, under which it stands; "" for an aggregate
    over an expression, which has a line of its own that ``label`` names.
    """

    key: Key
    node: Aggregate
    value: Fraction
    formula: str
    look: Look
    column: str = ""
    label: str = ""


def write_commons(sheet: Sheet, area: Area, commons: Iterable[Common]) -> Mapping[Key, tuple[int, int]]:
    """Add their lines under those of the bids; the place (column, row) of each."""
    placed: dict[Key, tuple[int, int]] = {}
    by_function: dict[str, list[Common]] = {}
    others = []
    for one in {one.key: one for one in commons}.values():
        if one.column:
            by_function.setdefault(one.node.function, []).append(one)
        else:
            others.append(one)
    for function, under in by_function.items():
        row = _line(sheet, _FUNCTIONS_FR[function], [(area.place[one.column], one) for one in under])
        placed |= {one.key: (area.place[one.column], row) for one in under}
    for one in others:
        placed[one.key] = (3, _line(sheet, one.label, [(3, one)]))
    return placed


def _line(sheet: Sheet, label: str, commons: Sequence[tuple[int, Common]]) -> int:
    cells: list[Cell | None] = [None] * max(place for place, _ in commons)
    cells[:2] = [Cell(_HEADING, Look.STRONG), Cell(label, Look.STRONG)]
    for place, one in commons:
        cells[place - 1] = Cell(one.value, one.look, one.formula)
    return sheet.add(*cells)
