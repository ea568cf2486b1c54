"""Parts of a criterion told apart from its line: in another cell of its row, or on a mark of their own."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from reglo.reading.rc.model import Reading
from reglo.reading.rc.tree import Item
from reglo.reading.rc.words import decimal, sentence_case
from reglo.reading.text.model import fold

_PART = re.compile(
    r"(?P<name>[A-Za-zÀ-ü][^;•()]{2,110}?)\s*[:(–—-]\s*(?P<w>\d{1,3}(?:[.,]\d{1,2})?)\s*(?P<u>%|points?\b|pts?\b)\s*\)?"
)
_MARKS = (5, 10, 20, 50, 100)


def of_the_row(cells: tuple[str, ...], item: Item) -> list[Item]:
    """The parts another cell of the row gives a criterion, when they make its weight, or a hundred.

    >>> row = ("Valeur technique", "60 %", "Méthode (35 %) — Équipe (25 %)")
    >>> whole = Item("Valeur technique", Decimal(60), "%", "top", "", 0, 40)
    >>> [(part.name, int(part.weight)) for part in of_the_row(row, whole)]
    [('Méthode', 35), ('Équipe', 25)]
    """
    for rank, cell in enumerate(cells):
        found = list(_PART.finditer(cell))
        if len(found) < 2 or any(re.search(r"=|note\b", fold(part["name"])) for part in found):
            continue
        whole = sum((decimal(part["w"]) for part in found), Decimal(0))
        if whole not in (item.weight, 100):
            continue
        return [
            Item(
                sentence_case(re.sub(r"^[\s–—-]+", "", part["name"])),
                decimal(part["w"]),
                "%" if part["u"] == "%" else "points",
                "sub",
                "",
                item.start,
                item.end,
                style=f"cell {rank} part",
            )
            for part in found
        ]
    return []


def marked_apart(r: Reading, tree: list[Item], items: list[Item]) -> list[Item]:
    """The criteria, with the parts whose points make the mark they are judged on: « noté sur 20 : méthode 12 points, équipe 8 points »."""
    mentions = sorted((at, rank) for rank, item in enumerate(tree) for at in _mentions(r, item))
    taken = {item.start for item in tree} | {child.start for item in tree for child in item.children}
    out = []
    for rank, item in enumerate(tree):
        parts: list[Item] = []
        for at in (place for place, of in mentions if of == rank):
            stop = next((other for other, of in mentions if other > at and of != rank), len(r.flow.text))
            parts = _whole(
                r, at, stop, [part for part in items if at < part.start < stop and part.start not in taken]
            )
            if parts:
                break
        out.append(replace(item, children=parts) if parts else item)
    return out


def _mentions(r: Reading, item: Item) -> set[int]:
    """Where a criterion is weighed, and where its name is a title."""
    named = r.flow.find(rf"(?:critere|notation)[^.\n]{{0,25}}\b{re.escape(fold(item.name)[:40])}")
    return {item.start, *item.mentions, *(found.start() for found in named)}


def _whole(r: Reading, at: int, stop: int, items: list[Item]) -> list[Item]:
    """Things weighed in points that make a mark the words before them name, as shares of it."""
    points = [item for item in items if item.unit == "points" and item.mark != "top"]
    for style in dict.fromkeys(item.style for item in points):  # those marked alike
        parts = [item for item in points if item.style == style]
        whole = sum((part.weight for part in parts), Decimal(0))
        if len(parts) >= 2 and whole in _MARKS and parts[-1].start - parts[0].start < 900:
            break
    else:
        return []
    said = r.flow.first(rf"\bsur {whole}\b|/ ?{whole}\b|\b{whole} points", at, parts[0].start)
    if said is None or parts[0].start - at > 900:
        return []
    shares = [part.weight * 100 / whole for part in parts]
    return [
        replace(part, weight=share, unit="%", share=True, mark="sub")
        for part, share in zip(parts, shares, strict=True)
    ]
