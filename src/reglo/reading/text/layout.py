"""The lines of a page from where its words and its rules stand: columns kept apart, tables by their grid.

Lengths are points of the page, upwards and to the right, as PDF has them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

_THIN = 2.5  # a rectangle no wider than this is a rule
_NEAR = 3.0  # rules this close are the same one
_COLUMN = 1.0  # a gap as wide as a line is high keeps two columns apart
_WORD = 0.12  # a gap wider than this part of the height is a space
MAX_RULES = 4_000  # of one page; a drawing has more, and no table


@dataclass(frozen=True, slots=True)
class Run:
    """Words printed together."""

    left: float
    bottom: float
    right: float
    top: float
    text: str

    @property
    def middle(self) -> float:
        return (self.bottom + self.top) / 2


@dataclass(frozen=True, slots=True)
class Row:
    """A line as printed, or a row of a table (``cells``). ``gap``: white above; ``full``: to the margin."""

    text: str
    cells: tuple[str, ...] = ()
    gap: bool = False
    full: bool = False


def rows_of(runs: list[Run], boxes: list[tuple[float, float, float, float]]) -> list[Row]:
    """The rows of a page, from top to bottom. boxes: left, bottom, right, top of each drawn path.

    >>> [row.text for row in rows_of([Run(10, 10, 40, 20, "prix"), Run(10, 40, 60, 50, "Critères :")], [])]
    ['Critères :', 'prix']
    """
    runs = [run for run in runs if run.text.strip()]
    if not runs:
        return []
    height = median(run.top - run.bottom for run in runs) or 1.0
    grids = _grids(boxes)
    out: list[tuple[float, Row]] = []
    loose = runs
    for grid in grids:
        inside = [run for run in loose if grid.holds(run)]
        if not inside:
            continue
        loose = [run for run in loose if not grid.holds(run)]
        out.extend(grid.rows(inside, height))
    out.extend(_lines(loose, height))
    out.sort(key=lambda row: -row[0])
    return [row for _, row in out]


# --- Lines of text ----------------------------------------------------------------------------


def _on_one_line(runs: list[Run], height: float) -> list[list[Run]]:
    """Runs that stand on the same line, from top to bottom, each line from left to right."""
    lines: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: -run.middle):
        last = lines[-1] if lines else None
        if last and abs(_level(last) - run.middle) < 0.5 * height:
            last.append(run)
        else:
            lines.append([run])
    return [sorted(line, key=lambda run: run.left) for line in lines]


def _level(line: list[Run]) -> float:
    widest = max(line, key=lambda run: run.right - run.left)
    return widest.middle


def _columns(line: list[Run], height: float) -> list[str]:
    """The words of a line, apart where a wide gap parts them."""
    columns = [line[0].text]
    for before, run in pairwise(line):
        gap = run.left - before.right
        if gap > _COLUMN * height and not re.fullmatch(r"\s*[-•*➢✓▪■–o\d.)]{1,4}\s*", columns[-1]):
            columns.append(run.text)
        else:
            space = " " if gap > _WORD * height else ""
            columns[-1] += space + run.text
    return [" ".join(column.split()) for column in columns if column.strip()]


def _lines(runs: list[Run], height: float) -> list[tuple[float, Row]]:
    if not runs:
        return []
    right = max(run.right for run in runs)
    lines = _on_one_line(runs, height)
    steps = [_level(a) - _level(b) for a, b in pairwise(lines)]
    usual = median(sorted(steps)[: max(1, len(steps) * 2 // 3)]) if steps else 0.0
    out = []
    for rank, line in enumerate(lines):
        gap = rank == 0 or steps[rank - 1] > 1.35 * max(usual, height)
        columns = _columns(line, height)
        if columns:
            cells = tuple(columns) if len(columns) > 1 else ()
            full = max(run.right for run in line) > line[0].left + 0.8 * (right - line[0].left)
            out.append((_level(line), Row(" | ".join(columns), cells, gap, full)))
    return out


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
                columns[bisect_right(inner, (run.left + run.right) / 2)].append(run)
            cells = tuple(_paragraph(column, height) for column in columns)
            if len(cells) == 1:
                out.extend((level, row) for level, row in _lines(inside, height))
            else:
                out.append((middle, Row(" | ".join(cells), cells)))
        return out


def _paragraph(runs: list[Run], height: float) -> str:
    """The words of a cell; its list items stay apart."""
    lines = [" ".join(_columns(line, height)) for line in _on_one_line(runs, height)]
    text = ""
    for line in lines:
        apart = " ; " if text and re.match(r"[-•*➢✓▪■–]\s", line) else " "
        text = joined(text, line, apart) if text else line
    return re.sub(r"\s*;(?: ;)+", " ;", text).strip()


def joined(above: str, below: str, apart: str = " ") -> str:
    """Two lines of a paragraph as one; a word cut keeps its soft hyphen, an address cut has no space."""
    cut = above.endswith("\xad") or re.search(r"(?:www\.|https?:/|@)\S*[./_=&?-]$|\bwww\.$", above)
    return above + (below if cut else apart + below)


def _merged(values: list[float]) -> list[float]:
    """Values in order, those close together taken once."""
    out: list[float] = []
    for value in sorted(values):
        if not out or value - out[-1] > _NEAR:
            out.append(value)
    return out


def _grids(boxes: list[tuple[float, float, float, float]]) -> list[_Grid]:
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
