"""The articles of an RC: numbered headings, the table of contents set aside.

A number is a heading's only when it follows from the last one: "1." inside article 6 is a list.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from reglo.reading.text.model import Line, fold

_HEADING = re.compile(
    r"(?:(?P<article>article|section|chapitre)\s+)?(?:n°\s*)?(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})(?:er)?\s*[.):|-]*\s+"
    r"[-:.|]?\s*(?P<title>[a-z\"'(«].*)"
)
_ROMAN = re.compile(r"(?:article\s+)?(?P<number>[ivx]{1,5})\s*[.):-]+\s*(?P<title>[a-z].*)")
_CONTENTS = re.compile(r"(?:\.{3,}|…{2,}|(?:\. ){3,})\s*\|?\s*\d{1,3}$")
_CONTENTS_TAB = re.compile(r".*[a-z).»\"]\s*\|\s*\d{1,3}$")
_MAX_TITLE = 130
_ROMANS = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}


@dataclass(frozen=True, slots=True)
class Section:
    """An article: its number, its title folded, its lines from ``start`` to before ``end``."""

    number: str
    title: str
    folded: str
    start: int
    end: int


def sections_of(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Section, ...]]:
    """The lines without the table of contents, and the articles over them."""
    kept = _without_contents(lines)
    heads: list[tuple[int, tuple[int, ...], str, str]] = []
    last: tuple[int, ...] = (0,)
    for index, line in enumerate(kept):
        number, title = _heading(line)
        if number and _follows(number, last, line):
            heads.append((index, number, ".".join(map(str, number)), title))
            last = number
    sections = []
    for rank, (index, number, name, title) in enumerate(heads):
        end = next((at for at, other, *_ in heads[rank + 1 :] if len(other) <= len(number)), len(kept))
        sections.append(Section(name, title, fold(title), index, end))
    return kept, tuple(sections)


def _without_contents(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    marked = [
        bool(_CONTENTS.search(line.text))
        or (
            len(line.text) < 160
            and bool(_CONTENTS_TAB.fullmatch(fold(line.text)))
            and bool(re.match(r"article|\d", fold(line.text)))
        )
        for line in lines
    ]
    inside = [index for index, mark in enumerate(marked) if mark]
    if len(inside) < 4:
        return lines
    first, last = inside[0], inside[-1]
    for a, b in itertools.pairwise(inside):
        if b - a > 8:  # the contents end where their lines do
            last = a
            break
    return lines[:first] + lines[last + 1 :]


def _heading(line: Line) -> tuple[tuple[int, ...], str]:
    text = line.text if len(line.cells) <= 2 else ""
    if not text or len(text) > _MAX_TITLE:
        return (), ""
    folded = fold(text)
    found = _HEADING.match(folded)
    if found is None:
        roman = _ROMAN.match(folded)
        if roman and line.heading and roman["number"] in _ROMANS:
            return (_ROMANS[roman["number"]],), text[roman.start("title") :]
        return (), ""
    number = tuple(int(part) for part in found["number"].split("."))
    title = text[found.start("title") :].strip(" |:")
    sure = bool(found["article"]) or line.heading or len(number) > 1 or title.isupper()
    if not sure and (title[-1] in ".;," or len(title) > 90 or not title[0].isupper()):
        return (), ""
    if re.search(r"\d\s*(?:%|points?|pts?)\b", folded) and not line.heading and not found["article"]:
        return (), ""
    return number, title


def _follows(number: tuple[int, ...], last: tuple[int, ...], line: Line) -> bool:
    """Whether ``number`` can come after ``last``: the next one or two of its level, or a first child."""
    if len(number) > 1 and number[-1] == 0:
        return False
    if len(number) == 1:
        return last[0] < number[0] <= last[0] + (3 if line.heading else 2)
    parent, rank = number[:-1], number[-1]
    if last[: len(parent)] == parent:
        before = last[len(parent)] if len(last) > len(parent) else 0
        return before < rank <= before + 5
    # an article whose own heading was not seen
    return number[0] == last[0] + 1 and rank == 1
