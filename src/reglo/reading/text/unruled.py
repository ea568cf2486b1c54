"""Tables that no vertical rule draws: rows whose words stand in columns, with clear gutters between.

A table starts at a line of several pieces and goes down as long as each piece stays in a column.
Its rows are parted by the horizontal rules that cross it when there are some, else by the white
between them, else by its first column. Two columns of prose are no table: they are read one after
the other.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from reglo.reading.text.runs import Row, Run, lines_of, on_one_line, paragraph

_GUTTER = 0.7  # of the height of a line: the white that parts two pieces of a line
_LEADING = 1.55  # of that height: from a line to the next one of a paragraph, at most
_WIDER = 1.1  # times the least step: what parts two rows
_STEP = 2.4  # of that height: from a line of a table to the next, at most
_RULED_STEP = 3.4  # the same when a rule passes between them
_MARGIN = 2.0  # points: words that begin further left than the first column are out of the table
_FULL = 0.85  # of its column: a line of prose is this wide
_PROSE = 6  # lines at least, in two columns of a page


@dataclass(frozen=True, slots=True)
class Marks:
    """What is drawn across: rules as (level, left, right), downwards, and shaded rows as (top, bottom)."""

    rules: tuple[tuple[float, float, float], ...] = ()
    heads: tuple[tuple[float, float], ...] = ()

    def between(self, high: float, low: float, left: float, right: float) -> list[float]:
        """The levels of the rules that pass over these columns between two levels."""
        return [
            at for at, start, end in self.rules if low < at < high and start < left + 4 and end > right - 4
        ]

    def head_at(self, level: float) -> tuple[float, float] | None:
        """The shaded head around a level; a shaded row right below a rule is not one."""
        for top, bottom in self.heads:
            if bottom < level < top and not any(abs(at - top) < 2 for at, _, _ in self.rules):
                return top, bottom
        return None


@dataclass(slots=True)
class _Piece:
    left: float
    right: float
    runs: list[Run]


@dataclass(slots=True)
class _Line:
    level: float  # of what the words stand on
    top: float
    bottom: float
    pieces: list[_Piece]


@dataclass(slots=True)
class _Region:
    """Consecutive lines that stand in the same columns (left, right)."""

    lines: list[_Line]
    columns: list[tuple[float, float]]

    @property
    def left(self) -> float:
        return self.columns[0][0]

    @property
    def right(self) -> float:
        return self.columns[-1][1]


def tables_of(runs: list[Run], marks: Marks, height: float) -> tuple[list[tuple[float, Row]], list[Run]]:
    """The rows of the tables among these words, each with its level, and the words of no table."""
    lines = [_line(line, height) for line in on_one_line(runs, height)]
    rows: list[tuple[float, Row]] = []
    loose: list[Run] = []
    at = 0
    while at < len(lines):
        region = _grown(lines, at, marks, height) if len(lines[at].pieces) > 1 else None
        if region is None:
            loose += _runs(lines[at])
            at += 1
            continue
        rows += _prose(region, height) if _is_prose(region, marks) else _rows(region, marks, height)
        at += len(region.lines)
    return rows, loose


def _runs(line: _Line) -> list[Run]:
    return [run for piece in line.pieces for run in piece.runs]


def _line(runs: list[Run], height: float) -> _Line:
    pieces: list[_Piece] = []
    for run in runs:
        last = pieces[-1] if pieces else None
        if last and (
            run.left - last.right < _GUTTER * max(_tall([run, *last.runs]), height / 2) or _marker(last)
        ):
            last.right = max(last.right, run.right)
            last.runs.append(run)
        else:
            pieces.append(_Piece(run.left, run.right, [run]))
    base = median(run.base for run in runs)
    return _Line(base, max(run.top for run in runs), min(run.bottom for run in runs), pieces)


def _marker(piece: _Piece) -> bool:
    """Whether a piece is only the mark of a list item."""
    return len(piece.runs) == 1 and bool(re.fullmatch(r"\s*[-•*➢✓▪■–o]\s*", piece.runs[0].text))


def _tall(runs: list[Run]) -> float:
    return max(run.top - run.bottom for run in runs)


# --- Where a table begins and ends ------------------------------------------------------------


def _grown(lines: list[_Line], start: int, marks: Marks, height: float) -> _Region | None:
    """The table that begins at a line, None when there is none."""
    columns = [(piece.left, piece.right) for piece in lines[start].pieces]
    head = marks.head_at(lines[start].level)
    taken = [lines[start]]
    tall = 0.8 * height
    for rank in range(start + 1, len(lines)):
        line = lines[rank]
        tall = max(tall, _tall(_runs(taken[-1])))
        after = lines[rank + 1] if rank + 1 < len(lines) else None
        starts = marks.head_at(line.level)
        if starts is not None and starts != head:
            break
        fitted = _fitted(columns, line) or _fitted(columns, line := _unstuck(columns, line))
        if fitted is None or not _follows(taken, line, after, columns, marks, tall):
            break
        columns = fitted
        taken.append(line)
    several = sum(len(line.pieces) > 1 for line in taken)
    if len(taken) < 2 or (several < 2 and head is None):
        return None
    return _Region(taken, columns)


def _fitted(columns: list[tuple[float, float]], line: _Line) -> list[tuple[float, float]] | None:
    """The columns once a line is in; None when a piece of it is in two columns, or two pieces in one."""
    out = list(columns)
    used: set[int] = set()
    fresh: list[tuple[float, float]] = []
    for piece in line.pieces:
        within = [
            rank for rank, (left, right) in enumerate(columns) if piece.left < right and piece.right > left
        ]
        if len(within) > 1 or (within and within[0] in used):
            return None
        if within:
            used.add(within[0])
            left, right = out[within[0]]
            out[within[0]] = (min(left, piece.left), max(right, piece.right))
        elif len(line.pieces) == 1:
            return None
        else:
            fresh.append((piece.left, piece.right))
    out = sorted(out + fresh)
    return None if any(one[1] >= other[0] for one, other in pairwise(out)) else out


def _unstuck(columns: list[tuple[float, float]], line: _Line) -> _Line:
    """A line whose words overrun their column, parted where the next column begins."""
    pieces: list[_Piece] = []
    for piece in line.pieces:
        runs: list[Run] = []
        for run in piece.runs:
            if runs and any(abs(run.left - left) < _MARGIN for left, _ in columns):
                pieces.append(_Piece(runs[0].left, max(each.right for each in runs), runs))
                runs = []
            for left, _ in columns:
                if run.left + _MARGIN < left < run.right and (two := run.parted(left)):
                    runs.append(two[0])
                    pieces.append(_Piece(min(each.left for each in runs), two[0].right, runs))
                    run, runs = two[1], []
            runs.append(run)
        pieces.append(_Piece(runs[0].left, max(run.right for run in runs), runs))
    return _Line(line.level, line.top, line.bottom, pieces)


def _follows(
    taken: list[_Line],
    line: _Line,
    after: _Line | None,
    columns: list[tuple[float, float]],
    marks: Marks,
    tall: float,
) -> bool:
    """Whether a line that stands in the columns is near enough to be of the table."""
    above, left, right = taken[-1], columns[0][0], columns[-1][1]
    step = above.level - line.level
    ruled = marks.between(above.level, line.level, left, right)
    if line.pieces[0].left < left - _MARGIN and len(line.pieces) == 1:
        return False
    if step > (_RULED_STEP if ruled else _STEP) * tall:
        return False
    if len(line.pieces) > 1:
        return True
    if not ruled and (step <= _LEADING * tall or line.pieces[0].left > columns[0][1]):
        return True
    # a row of one cell: only a rule above and a rule below say so
    low = after.level if after else line.level - _STEP * tall
    return (
        bool(ruled) and bool(marks.between(line.bottom + 1, low, left, right)) and ruled[-1] - line.top < tall
    )


# --- Columns of a page ------------------------------------------------------------------------


def _is_prose(region: _Region, marks: Marks) -> bool:
    """Two or three columns of a page, of one width, whose lines all run to the right edge."""
    widths = [right - left for left, right in region.columns]
    if len(region.lines) < _PROSE or len(widths) > 3 or max(widths) > 1.2 * min(widths):
        return False
    if marks.between(region.lines[0].level, region.lines[-1].bottom, region.left, region.right):
        return False
    for left, right in region.columns:
        found = [piece for line in region.lines for piece in line.pieces if left <= piece.left <= right]
        full = sum(piece.right - left > _FULL * (right - left) for piece in found)
        if full < 0.6 * len(found):
            return False
    return True


def _prose(region: _Region, height: float) -> list[tuple[float, Row]]:
    """The lines of each column after those of the one before, at the level where the columns begin."""
    top = region.lines[0].level
    out: list[tuple[float, Row]] = []
    for left, right in region.columns:
        column = [
            run
            for line in region.lines
            for piece in line.pieces
            if left <= piece.left <= right
            for run in piece.runs
        ]
        out += [(top, row) for _, row in lines_of(column, height)]
    return out


# --- Rows -------------------------------------------------------------------------------------


def _rows(region: _Region, marks: Marks, height: float) -> Iterator[tuple[float, Row]]:
    edges = [right for _, right in region.columns][:-1]
    for lines in _parted(region, marks):
        columns: list[list[Run]] = [[] for _ in region.columns]
        for line in lines:
            for piece in line.pieces:
                columns[bisect_left(edges, piece.left + 0.01)].extend(piece.runs)
        cells = tuple(paragraph(column, height) for column in columns)
        yield lines[0].level, Row(" | ".join(cells), cells)


def _parted(region: _Region, marks: Marks) -> list[list[_Line]]:
    """The lines of each row."""
    lines = region.lines
    rules = marks.between(lines[0].level, lines[-1].bottom, region.left, region.right)
    if len(rules) > 1:  # more than the one under the titles
        levels = sorted(rules)
        bands: dict[int, list[_Line]] = {}
        for line in lines:
            bands.setdefault(-bisect_right(levels, line.level), []).append(line)
        return [bands[band] for band in sorted(bands)]
    begins = _by_white(region)
    out: list[list[_Line]] = [[lines[0]]]
    for rank, (above, line) in enumerate(pairwise(lines), start=1):
        if begins[rank] or any(line.level < at < above.level for at in rules):
            out.append([line])
        else:
            out[-1].append(line)
    return out


def _by_white(region: _Region) -> list[bool]:
    """Whether each line begins a row: after a white wider than between lines, or with its first cell."""
    lines, edge = region.lines, region.columns[0][1]
    steps = [above.level - line.level for above, line in pairwise(lines)]
    tall = max(_tall(_runs(line)) for line in lines)
    wide = [step > _WIDER * min(steps) for step in steps]
    first = [line.pieces[0].left < edge for line in lines]
    filled = [len(line.pieces) for line in lines]
    near = [rank for rank, far in enumerate(wide, start=1) if not far]
    # lines as close as those of a paragraph may be rows all the same: they fill as much as the others
    usual = median([filled[rank] for rank, far in enumerate(wide, start=1) if far] or [2])
    whole = sum(first[rank] and filled[rank] >= max(2, usual) for rank in near)
    if any(wide) and min(steps) <= _LEADING * tall and whole * 2 <= len(near):
        return [True, *wide]
    return [True, *(first[rank] and (wide[rank - 1] or filled[rank] > 1) for rank in range(1, len(lines)))]
