"""Words where they stand on a page, put in lines: what every way of finding a table begins with.

Lengths are points of the page, upwards and to the right, as PDF has them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

_COLUMN = 1.0  # a gap as wide as a line is high keeps two columns apart
_SAME = 1.5  # points: words of one column begin this near
# what opens an item of a list: a number, a dash, a bullet whatever its font makes of it
_MARKER = re.compile("\\s*[-•*➢✓▪■●○◦‣∙–o\\d.)\ue000-\uf8ff]{1,4}\\s*")
_WORD = 0.12  # a gap wider than this part of the height is a space


@dataclass(frozen=True, slots=True)
class Run:
    """Words printed together."""

    left: float
    bottom: float
    right: float
    top: float
    text: str
    origin: float | None = None  # the level the words stand on, when the file says it
    starts: tuple[float, ...] = ()  # where each word begins, when it is known

    @property
    def base(self) -> float:
        return self.bottom if self.origin is None else self.origin

    def parted(self, left: float) -> tuple[Run, Run] | None:
        """The words before those that begin at a place, and these; None when no word begins there."""
        return self._cut(next((rank for rank, at in enumerate(self.starts) if abs(at - left) < _SAME), 0))

    def beyond(self, edge: float) -> tuple[Run, Run] | None:
        """The words on either side of an upright rule; None when none begins beyond it."""
        return self._cut(next((rank for rank, at in enumerate(self.starts) if at > edge - _SAME), 0))

    def _cut(self, rank: int) -> tuple[Run, Run] | None:
        words = self.text.split()
        if not rank or len(words) != len(self.starts):
            return None
        before, after = " ".join(words[:rank]), " ".join(words[rank:])
        edge = self.starts[rank]
        return (
            replace(self, right=edge - _SAME, text=before, starts=self.starts[:rank]),
            replace(self, left=edge, text=after, starts=self.starts[rank:]),
        )

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


def on_one_line(runs: list[Run], height: float) -> list[list[Run]]:
    """Runs that stand on the same line, from top to bottom, each line from left to right."""
    lines: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: -run.middle):
        last = lines[-1] if lines else None
        if last and abs(level_of(last) - run.middle) < 0.5 * height:
            last.append(run)
        else:
            lines.append([run])
    return [sorted(line, key=lambda run: run.left) for line in lines]


def level_of(line: list[Run]) -> float:
    widest = max(line, key=lambda run: run.right - run.left)
    return widest.middle


def columns_of(line: list[Run], height: float) -> list[str]:
    """The words of a line, apart where a wide gap parts them."""
    columns = [line[0].text]
    for before, run in pairwise(line):
        gap = run.left - before.right
        if gap > _COLUMN * height and not _MARKER.fullmatch(columns[-1]):
            columns.append(run.text)
        else:
            space = " " if gap > _WORD * height else ""
            columns[-1] += space + run.text
    return [" ".join(column.split()) for column in columns if column.strip()]


def lines_of(runs: list[Run], height: float) -> list[tuple[float, Row]]:
    if not runs:
        return []
    right = max(run.right for run in runs)
    lines = on_one_line(runs, height)
    steps = [level_of(a) - level_of(b) for a, b in pairwise(lines)]
    usual = median(sorted(steps)[: max(1, len(steps) * 2 // 3)]) if steps else 0.0
    out = []
    for rank, line in enumerate(lines):
        gap = rank == 0 or steps[rank - 1] > 1.35 * max(usual, height)
        columns = columns_of(line, height)
        if columns:
            cells = tuple(columns) if len(columns) > 1 else ()
            full = max(run.right for run in line) > line[0].left + 0.8 * (right - line[0].left)
            out.append((level_of(line), Row(" | ".join(columns), cells, gap, full)))
    return out


def paragraph(runs: list[Run], height: float) -> str:
    """The words of a cell; its list items stay apart."""
    lines = [" ".join(columns_of(line, height)) for line in on_one_line(runs, height)]
    text = ""
    for line in lines:
        apart = " ; " if text and re.match(r"[-•*➢✓▪■–]\s", line) else " "
        text = joined(text, line, apart) if text else line
    return re.sub(r"\s*;(?: ;)+", " ;", text).strip()


def joined(above: str, below: str, apart: str = " ") -> str:
    """Two lines of a paragraph as one; a word cut keeps its soft hyphen, an address cut has no space."""
    cut = above.endswith(("\xad", "\u200b")) or re.search(
        r"(?:www\.|https?:/|@)\S*[./_=&?-]$|\bwww\.$", above
    )
    return above + (below if cut else apart + below)
