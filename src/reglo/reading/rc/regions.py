"""The text that speaks of each criterion."""

from __future__ import annotations

import re

from reglo.reading.rc.criteria import is_price
from reglo.reading.rc.model import Reading
from reglo.reading.rc.tree import Item
from reglo.reading.text.model import fold

_PRICE_MARKED = r"(?:critere (?:du |de )?|note (?:du |de )?|(?:le|du) )?\bprix\b (?:est|sera|seront|sont) (?:note|juge|apprecie|evalue|calcule|attribue)"


def regions_of(r: Reading, tree: list[Item]) -> dict[str, list[tuple[int, int]]]:
    """For each criterion and sub-criterion, the text from each of its mentions to the next of another."""
    marks: list[tuple[int, str]] = []
    for item in tree:
        marks.extend((at, item.number) for at in (item.start, *item.mentions))
        for child in item.children:
            marks.extend((at, child.number) for at in (child.start, *child.mentions))
    for item in tree:
        if is_price(item.name):
            marks.extend((found.start(), item.number) for found in r.flow.find(_PRICE_MARKED))
        for found in r.flow.find(
            rf"(?:critere|notation|note|jugement)[^.\n]{{0,25}}\b{re.escape(fold(item.name)[:40])}"
        ):
            marks.append((found.start(), item.number))
    marks.sort()
    regions: dict[str, list[tuple[int, int]]] = {}
    for rank, (at, key) in enumerate(marks):
        end = next(
            (other for other, name in marks[rank + 1 :] if name != key), min(len(r.flow.text), at + 4500)
        )
        if any(start <= at < stop for start, stop in regions.get(key, [])):
            continue
        regions.setdefault(key, []).append((at, min(end, at + 4500)))
    return regions
