"""The items of lists, however buyers mark them: bullets, « 1) », « a. », « 3/ », rows of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from reglo.reading.rc.model import Reading
from reglo.reading.text.model import fold

_BULLET = re.compile(r"(?P<mark>[-•*✓➢>▪■●◦–—o·.])\s+(?P<text>\S.*)")
_RANKED = re.compile(r"(?P<mark>\(?(?:\d{1,2}|[a-zA-H])\s?[.)/°]+-?)\s+(?P<text>\S.*)")


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list: its words as printed, its place; ``cells`` of a row, ``intro``: the line above the list."""

    text: str
    start: int
    end: int
    intro: str
    cells: tuple[str, ...] = ()
    head: tuple[str, ...] = ()  # the heading row, folded
    ranked: bool = False


def items(r: Reading, start: int, end: int) -> Iterator[Item]:
    """The items between two places, in order, with the words each list was introduced by (folded)."""
    first, last = r.flow.index_at(start), r.flow.index_at(max(start, end - 1))
    intro = ""
    head: tuple[str, ...] = ()
    articles = {section.start for section in r.sections if section.number}
    for index in range(first, last + 1):
        line = r.flow.lines[index]
        at = r.flow.starts[index]
        stop = _stop(r, index, last, articles)
        folded = fold(line.text)
        if index in articles:
            intro, head = folded, ()
            continue
        if len(line.cells) >= 2:
            row = tuple(fold(cell).strip() for cell in line.cells)
            if (
                not head
                and any(
                    re.match(r"n ?°|ref|code|pieces?\b|documents?\b|designation|intitule|libelle|nom\b", cell)
                    for cell in row
                )
                and not re.search(r"\d", folded)
            ):
                head = row
            else:
                yield Item(line.text, at, stop, intro, line.cells, head)
            continue
        head = ()
        found = _BULLET.match(line.text) or _RANKED.match(line.text)
        if found is None or line.heading:
            intro = folded
            continue
        yield Item(found["text"].strip(), at, stop, intro, ranked=not _BULLET.match(line.text))


def _stop(r: Reading, index: int, last: int, articles: set[int]) -> int:
    """Where an item ends: before the next item, article or paragraph set apart."""
    for following in range(index + 1, min(last + 1, index + 8)):
        line = r.flow.lines[following]
        if (
            line.gap
            or line.cells
            or line.heading
            or following in articles
            or _BULLET.match(line.text)
            or _RANKED.match(line.text)
        ):
            return r.flow.starts[following]
    following = min(index + 8, last + 1)
    return r.flow.starts[following] if following < len(r.flow.starts) else len(r.flow.text)
