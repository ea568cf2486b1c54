"""Looking for lots of bids in which a formula breaks an invariant.

A seeded search over small lots: the same formula always gives the same answer. Finding nothing
proves nothing; ``proofs`` does that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from random import Random

from reglo.procurement.formulas.expression import LEVEL, Columns, Expression, Number, Table, walk
from reglo.procurement.formulas.views import shown

DRAWS = 80
_USUAL = tuple(map(Fraction, (1, 2, 3, 5, 10, 100, 1_000, 50_000, 100_000, 200_000)))

Figures = Mapping[str, Fraction]


@dataclass(frozen=True, slots=True)
class Marked:
    """How a criterion marks bids from what they bring: inputs, quotes and ``level``."""

    expression: Expression
    values: Mapping[str, Expression]  # in order, those the expression needs
    maximum: Fraction
    better: Mapping[str, int]  # input -> -1 when less is better, +1 when more is
    levels: Sequence[Fraction] = ()  # the values a level may take, when it is used

    def marks(self, bids: Sequence[Figures]) -> list[Fraction | None]:
        columns: dict[str, Sequence[Fraction | None]] = {
            name: [bid[name] for bid in bids] for name in self.better
        }
        lot = Columns(len(bids), columns, self.maximum)
        for name, value in self.values.items():
            columns[name] = value.run(lot)
        return list(self.expression.run(lot))


@dataclass(frozen=True, slots=True)
class Found:
    """The first lot found against each claim, in French; "" when none was."""

    negative: str = ""
    above: str = ""
    cheaper_is_worse: str = ""  # between two bids of one lot
    better_is_worse: str = ""  # for one bid that improves
    worse_figure: str = ""  # the figure of ``better_is_worse``
    highest: Fraction | None = None  # mark met


def search(marked: Marked) -> Found:
    """Sweep each figure of a bid over its values, among up to three other bids."""
    random = Random(0)
    grids = {name: _grid(name, marked) for name in marked.better}
    found: dict[str, str] = {}
    highest: Fraction | None = None
    for draw in range(DRAWS):
        others = [_drawn(grids, random) for _ in range(draw % 4)]
        own = _drawn(grids, random)
        for name, grid in grids.items():
            before: tuple[Fraction, Figures] | None = None
            for value in sorted(grid, reverse=marked.better[name] < 0):  # each better than the one before
                bid = {**own, name: value}
                marks = marked.marks([bid, *others])
                if marks[0] is not None:
                    highest = marks[0] if highest is None else max(highest, marks[0])
                    told = f"{_told([bid])}{_facing(others)} → {shown(marks[0])}"
                    if marks[0] < 0:
                        found.setdefault("negative", told)
                    if marks[0] > marked.maximum:
                        found.setdefault("above", told)
                if (own_mark := marks[0]) is not None:
                    if before is not None and own_mark < before[0]:
                        found.setdefault(
                            "better_is_worse",
                            f"{_told([before[1]])} → {shown(before[0])}, {_told([bid])} → {shown(own_mark)}"
                            + _facing(others),
                        )
                        found.setdefault("worse_figure", name)
                    before = own_mark, bid
                _compare(marked, [bid, *others], marks, found)
    return Found(**found, highest=highest)


def _compare(
    marked: Marked, bids: Sequence[Figures], marks: Sequence[Fraction | None], found: dict[str, str]
) -> None:
    """A bid at least as good on every figure than another and marked less."""
    own, mark = bids[0], marks[0]
    for other, theirs in zip(bids[1:], marks[1:], strict=True):
        if mark is None or theirs is None or mark == theirs:
            continue
        good, bad = (own, other) if mark < theirs else (other, own)
        if all((good[name] - bad[name]) * way >= 0 for name, way in marked.better.items()):
            less, more = sorted((mark, theirs))
            found.setdefault(
                "cheaper_is_worse", f"{_told([good])} → {shown(less)}, {_told([bad])} → {shown(more)}"
            )


def _grid(name: str, marked: Marked) -> list[Fraction]:
    if name == LEVEL:
        levels = sorted(set(marked.levels))
        return sorted({*levels, *((a + b) / 2 for a, b in pairwise(levels))})
    around = (0, 1, -1)
    near = {
        number * factor + shift
        for number in _numbers([marked.expression, *marked.values.values()])
        for factor in (Fraction(1, 2), Fraction(1), Fraction(2))
        for shift in around
    }
    return sorted({*_USUAL, *(number for number in near if number > 0)})[:60]


def _numbers(expressions: Sequence[Expression]) -> Iterator[Fraction]:
    for expression in expressions:
        for node in walk(expression.root):
            if isinstance(node, Number):
                yield node.value
            elif isinstance(node, Table):
                yield from (limit.value for limit, _ in node.bands)


def _drawn(grids: Mapping[str, Sequence[Fraction]], random: Random) -> Figures:
    return {name: random.choice(grid) for name, grid in grids.items()}


def _facing(others: Sequence[Figures]) -> str:
    return f" face à {_told(others)}" if others else ""


def _told(bids: Sequence[Figures]) -> str:
    def one(figures: Figures) -> str:
        if len(figures) == 1:
            return shown(next(iter(figures.values())))
        return ", ".join(f"{name} {shown(value)}" for name, value in figures.items())

    return " ; ".join(map(one, bids))


def variation(marked: Marked, base: Fraction, price: Callable[[str], bool]) -> Fraction | None:
    """How much the mark loses when every price doubles, between two bids at ``base`` and twice it."""
    top = max(marked.levels, default=Fraction(1))
    cheap = {name: base if price(name) else top for name in marked.better}
    dear = {name: 2 * base if price(name) else top for name in marked.better}
    first, second = marked.marks([cheap, dear])
    return None if first is None or second is None else first - second
