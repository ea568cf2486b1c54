"""The lines of a page from where its words and its rules stand: columns kept apart, tables by their grid.

Lengths are points of the page, upwards and to the right, as PDF has them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from reglo.reading.text.runs import Row, Run, lines_of, paragraph
from reglo.reading.text.unruled import Marks, tables_of

_THIN = 2.5  # a rectangle no wider than this is a rule
_NEAR = 3.0  # rules this close are the same one
Box = tuple[float, float, float, float]  # left, bottom, right, top
MAX_RULES = 4_000  # of one page; a drawing has more, and no table


def rows_of(runs: list[Run], boxes: list[Box]) -> list[Row]:
    """The rows of a page, from top to bottom. boxes: left, bottom, right, top of each drawn path.

    >>> [row.text for row in rows_of([Run(10, 10, 40, 20, "prix"), Run(10, 40, 60, 50, "Critères :")], [])]
    ['Critères :', 'prix']
    """
    runs = [run for run in runs if run.text.strip()]
    if not runs:
        return []
    height = median(run.top - run.bottom for run in runs) or 1.0
    grids = [grid for grid in _grids(boxes) if not _is_head(grid, boxes)]
    out: list[tuple[float, Row]] = []
    loose = runs
    for grid in grids:
        inside = [run for run in loose if grid.holds(run)]
        if not inside:
            continue
        loose = [run for run in loose if not grid.holds(run)]
        out.extend(grid.rows(inside, height))
    tables, loose = tables_of(loose, _marks(boxes), height)
    out.extend(tables)
    out.extend(lines_of(loose, height))
    out.sort(key=lambda row: -row[0])
    return [row for _, row in out]


# --- Tables with drawn rules ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rule:
    """A horizontal or vertical rule: where it stands, from where to where it goes."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class _Grid:
    """A table: its horizontal levels from top to bottom, its vertical rules."""

    levels: tuple[float, ...]
    verticals: tuple[_Rule, ...]
    left: float
    right: float

    def holds(self, run: Run) -> bool:
        return (
            self.levels[-1] - 1 < run.middle < self.levels[0] + 1
            and self.left - _NEAR < (run.left + run.right) / 2 < self.right + _NEAR
        )

    def rows(self, runs: list[Run], height: float) -> list[tuple[float, Row]]:
        """A row for each band between two levels; a cell spans the columns no rule parts in its band."""
        out: list[tuple[float, Row]] = []
        for high, low in pairwise(self.levels):
            inside = [run for run in runs if low - 1 < run.middle <= high + 1]
            runs = [run for run in runs if run not in inside]
            if not inside:
                continue
            middle = (high + low) / 2
            edges = _merged([rule.at for rule in self.verticals if rule.start - 1 < middle < rule.end + 1])
            inner = [edge for edge in edges if self.left + _NEAR < edge < self.right - _NEAR]
            columns: list[list[Run]] = [[] for _ in range(len(inner) + 1)]
            for run in inside:
                rest = run
                for edge in inner:  # words of two cells so near that they were taken for one line
                    if rest.left < edge - _NEAR < rest.right and (sides := rest.beyond(edge)):
                        columns[bisect_right(inner, (sides[0].left + sides[0].right) / 2)].append(sides[0])
                        rest = sides[1]
                columns[bisect_right(inner, (rest.left + rest.right) / 2)].append(rest)
            cells = tuple(paragraph(column, height) for column in columns)
            if len(cells) == 1:
                out.extend((level, row) for level, row in lines_of(inside, height))
            else:
                out.append((middle, Row(" | ".join(cells), cells)))
        return out


def _merged(values: list[float]) -> list[float]:
    """Values in order, those close together taken once."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > _NEAR:
            out.append(value)
    return out


def _grids(boxes: list[Box]) -> list[_Grid]:
    """The tables the drawn paths make: horizontal rules that the same vertical rules cross."""
    if len(boxes) > MAX_RULES:
        return []
    horizontals: list[_Rule] = []
    verticals: list[_Rule] = []
    for left, bottom, right, top in boxes:
        wide, high = right - left, top - bottom
        if high <= _THIN < wide:
            horizontals.append(_Rule((top + bottom) / 2, left, right))
        elif wide <= _THIN < high:
            verticals.append(_Rule((left + right) / 2, bottom, top))
        elif wide > 8 and high > 8:  # a framed cell
            horizontals += [_Rule(bottom, left, right), _Rule(top, left, right)]
            verticals += [_Rule(left, bottom, top), _Rule(right, bottom, top)]
    groups: list[tuple[list[_Rule], list[_Rule]]] = []
    for rule in verticals:
        touched = [group for group in groups if any(_touch(rule, other) for other in group[0])]
        mine = [other for other in horizontals if _crosses(other, rule)]
        joined: tuple[list[_Rule], list[_Rule]] = ([rule], mine)
        for group in groups:
            if group in touched or any(other in group[1] for other in mine):
                joined = (joined[0] + group[0], joined[1] + [it for it in group[1] if it not in joined[1]])
            else:
                continue
        groups = [
            group for group in groups if not (group in touched or any(other in group[1] for other in mine))
        ] + [joined]
    out = []
    for upright, across in groups:
        levels = _merged([rule.at for rule in across])
        columns = _merged([rule.at for rule in upright])
        if len(levels) >= 2 and len(columns) >= 3:
            out.append(_Grid(tuple(reversed(levels)), tuple(upright), columns[0], columns[-1]))
    return sorted(out, key=lambda grid: -grid.levels[0])


def _is_head(grid: _Grid, boxes: list[Box]) -> bool:
    """Whether shaded cells are only some rows of a table whose other rows have rules under them alone."""
    low, high = grid.levels[-1], grid.levels[0]
    uprights = [box for box in boxes if box[2] - box[0] <= _THIN < box[3] - box[1]]
    if any(low - 1 < (box[1] + box[3]) / 2 < high + 1 and _within(grid, box) for box in uprights):
        return False
    return any(
        box[3] - box[1] <= _THIN
        and abs(box[0] - grid.left) < _NEAR
        and abs(box[2] - grid.right) < _NEAR
        and low - 400 < box[1] < low - _NEAR
        for box in boxes
    )


def _within(grid: _Grid, box: Box) -> bool:
    return grid.left - _NEAR < box[0] and box[2] < grid.right + _NEAR


def _marks(boxes: list[Box]) -> Marks:
    """The horizontal rules, pieces put end to end, and the shaded bands made of several cells."""
    if len(boxes) > MAX_RULES:
        return Marks()
    rules: list[_Rule] = []
    for left, bottom, right, top in sorted(boxes, key=lambda box: (-round(box[1] + box[3]), box[0])):
        if top - bottom > _THIN or right - left <= _THIN:
            continue
        at, last = (top + bottom) / 2, rules[-1] if rules else None
        if last and abs(last.at - at) < 1.5 and last.start - _NEAR <= left <= last.end + _NEAR:
            rules[-1] = _Rule(last.at, last.start, max(last.end, right))
        else:
            rules.append(_Rule(at, left, right))
    shaded = Counter(
        (round(top), round(bottom))
        for left, bottom, right, top in boxes
        if right - left > 8 and 8 < top - bottom < 80
    )
    heads = tuple((float(top), float(bottom)) for (top, bottom), count in shaded.items() if count > 1)
    return Marks(tuple((rule.at, rule.start, rule.end) for rule in rules), heads)


def _crosses(across: _Rule, upright: _Rule) -> bool:
    return (
        across.start - _NEAR <= upright.at <= across.end + _NEAR
        and upright.start - _NEAR <= across.at <= upright.end + _NEAR
    )


def _touch(one: _Rule, other: _Rule) -> bool:
    """Whether two uprights are pieces of the same one, end to end."""
    return (
        abs(one.at - other.at) <= _NEAR and one.start - _NEAR <= other.end and other.start - _NEAR <= one.end
    )
