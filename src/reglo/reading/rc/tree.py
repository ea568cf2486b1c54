"""The tree of criteria that a list of weighed things makes, when its sums hold.

Several trees may add up: « 40, 15, 25, 50… » is two criteria with their parts as well as four
criteria. The one kept uses the most things, and gives one appearance to the criteria (numbered,
in capitals, at the margin) and another to their parts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal

from reglo.reading.text.model import fold

MAX_ITEMS = 60
_MAX_TREES = 60  # of one run of items
_MAX_STEPS = 20_000  # tried in all


@dataclass(slots=True)
class Item:
    """A line that weighs something."""

    name: str
    weight: Decimal
    unit: str  # "%", "points", "coef"
    mark: str  # "top", "sub" or ""
    number: str
    start: int
    end: int
    mentions: list[int] = field(default_factory=list)
    children: list[Item] = field(default_factory=list)
    share: bool = False  # the weight is a percentage of the parent
    style: str = ""  # how the line is marked: "1", "1.1", "a", "-", "cell 0"…
    under: Item | None = None  # the thing last named before it, of which it may be a part


def leaves(tree: list[Item], base: str) -> Iterator[tuple[str, Item]]:
    """What is marked for itself, with its path below ``base``: "award.criteria[prix]"."""
    for item in tree:
        path = f"{base}.criteria[{item.number}]"
        for child in item.children:
            yield f"{path}.criteria[{child.number}]", child
        if not item.children:
            yield path, item


def alike(a: Item, b: Item) -> bool:
    """Whether two lines of the same weight name the same thing."""
    one, two = (
        set(re.findall(r"[a-z0-9]{3,}", fold(each.name)))
        - {"offre", "offres", "prestations", "des", "les", "critere"}
        for each in (a, b)
    )
    if not one or not two:
        return fold(a.name) == fold(b.name)
    common = one & two
    stems = {word[:8] for word in one} & {word[:8] for word in two}
    if a.mark == "top" == b.mark and a.number and a.number == b.number:
        return True
    return (len(common) >= min(len(one), len(two)) or len(stems) >= min(len(one), len(two))) and (
        a.mark != "sub" or b.mark != "top"
    )


def solve(items: list[Item], stated: Decimal | None, coefficients: int) -> tuple[list[Item], Decimal] | None:
    """The criteria items make and their total; None when nothing adds up.

    stated: a total the document gives other than 100. coefficients: how many it prints, to leave
    no line with a coefficient aside.
    """
    items = items[:MAX_ITEMS]
    weighed = [item for item in items if item.unit == "coef" and item.mark != "sub"]
    if len(weighed) >= 2 and sum(item.weight for item in items if item.unit == "%") != 100:
        if coefficients > sum(len(set(item.mentions)) for item in weighed):
            return None  # a line with a coefficient was not understood: its share would go to the others
        whole = sum(item.weight for item in weighed)
        scaled = [replace(item, weight=item.weight * 100 / whole) for item in weighed]
        plain = all(item.weight == round(item.weight, 2) for item in scaled)  # others: one was missed
        return (scaled, Decimal(100)) if plain and sum(item.weight for item in scaled) == 100 else None
    for total in [Decimal(100), *([stated] if stated else [])]:
        best: tuple[int, int] | None = None
        chosen: list[Item] = []
        for order in _orders(items):
            for size, cost, tree in _trees(order, total):
                if best is None or (size, -cost) > best:
                    best, chosen = (size, -cost), tree
        alone = len(chosen) == 1 and not re.search(r"prix|cout|montant|economi", fold(chosen[0].name))
        if chosen and not alone:
            return chosen, total
    return None


def _orders(items: list[Item]) -> list[list[Item]]:
    """Items as they come, and with the parts of a thing said again further on put back under it."""
    again = [item for item in items if item.under is not None and item.mark != "top"]
    if not again:
        return [items]
    out: list[Item] = []
    for item in items:
        if item not in again:
            out.append(item)
            out.extend(part for part in again if part.under is item)
    return [items, out] if len(out) == len(items) and out != items else [items]


def _trees(items: list[Item], total: Decimal) -> Iterator[tuple[int, int, list[Item]]]:
    """Trees over each run of items: how many items, how odd they look, the criteria."""
    steps = [_MAX_STEPS]
    for first in range(len(items)):
        if items[first].mark == "sub":
            continue
        for last in range(len(items), first, -1):
            run = items[first:last]
            for rank, grown in enumerate(_grow(run, 0, total, steps)):
                yield last - first, _oddness(run, grown), _built(run, grown)
                if rank >= _MAX_TREES:
                    break


_Grown = list[tuple[int, list[int], bool]]  # rank of a criterion, ranks of its parts, whether they are shares


def _grow(items: list[Item], at: int, left: Decimal, steps: list[int]) -> Iterator[_Grown]:
    if at == len(items):
        if left == 0:
            yield []
        return
    top = items[at]
    steps[0] -= 1
    if steps[0] < 0 or top.mark == "sub" or top.weight > left or top.weight <= 0:
        return
    for stop in range(at + 1, len(items) + 1):
        between = items[at + 1 : stop]
        if between and between[-1].mark == "top":
            break
        share = False
        if between:
            parts = sum(item.weight for item in between)
            percent = all(item.unit == "%" for item in between)
            marked = any(item.mark == "sub" for item in between)
            if parts == 100 and top.weight != 100 and (percent or marked):
                share = True
            elif parts != top.weight:
                continue
        for rest in _grow(items, stop, left - top.weight, steps):
            yield [(at, list(range(at + 1, stop)), share), *rest]


def _oddness(items: list[Item], grown: _Grown) -> int:
    """How many lines look unlike the others of their level, or like those of the other level."""
    tops = [items[at] for at, *_ in grown]
    parts = [items[at] for _, below, _ in grown for at in below]
    usual = Counter(item.style for item in tops).most_common(1)[0][0]
    odd = sum(item.style != usual for item in tops)
    odd += sum(item.style == usual and item.style != "" for item in parts)
    numbers = [item.number for item in tops if item.number.isdigit()]
    odd += 2 * (numbers != sorted(numbers, key=int))
    for at, below, _ in grown:
        for part in below:
            parent = re.match(r"(\d{1,2})(?:[.-]\d|[a-h])", items[part].number)
            odd += bool(parent and items[at].number.isdigit() and parent[1] != items[at].number) * 3
            under = items[part].under
            odd += bool(under is not None and under is not items[at]) * 2
    return odd + (len(parts) if len(tops) == 1 else 0)


def _built(items: list[Item], grown: _Grown) -> list[Item]:
    tree = []
    for at, below, share in grown:
        children = [replace(items[part], mentions=list(items[part].mentions), share=share) for part in below]
        tree.append(replace(items[at], mentions=list(items[at].mentions), children=children))
    return tree
