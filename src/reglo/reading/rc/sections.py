"""The articles of an RC: its headings, numbered or not, the table of contents set aside.

A heading is numbered in figures (« 2.1 »), in Roman figures (« II – »), in letters under them
(« IV.B. »), or in words (« Article premier »); a format that marks its headings may leave their
numbers to the style, and they are counted again. A number is a heading's only when it follows
from the last one: "1." inside article 6 is a list.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace

from reglo.reading.text.model import Line, fold

_ROMANS = (
    ["", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv"]
)  # fmt: skip
_TOKEN = r"(?:\d{1,2}|[ivx]{1,5}|[a-h])(?![a-z0-9])"
_LABEL = re.compile(
    r"(?:(?P<keyword>article|art\.|section|chapitre|titre|partie)\s+)?(?:n\s?°\s*)?"
    rf"(?P<number>premier|1er|{_TOKEN}(?:[.-]{_TOKEN}){{0,3}})"
    r"(?P<mark>\s*[-.):/|]*)\s*[-:|]?\s*(?P<title>[a-z\"'(«].*)"
)
_ONLY_LABEL = re.compile(rf"(?:article\s+)?{_TOKEN}(?:[.-]{_TOKEN}){{0,3}}\s*[-.):]+\s*|article\s+\d{{1,2}}")
_RUN_IN = re.compile(
    r"(?:\d{1,2}|[IVX]{1,5})[.-]\d{1,2}(?:[.-]\d{1,2})?[ .)–-]{1,4}[A-ZÀ-Ü][^:.|]{2,60}? ?: (?=\S)"
)
_CONTENTS = re.compile(r"(?:\.{3,}|…{2,}|(?:\. ){3,})\s*\|?\s*\d{1,3}$")
_CONTENTS_TAB = re.compile(r".*[a-z).»\"]\s*\|\s*\d{1,3}$")
_CONTENTS_TITLE = re.compile(r"\W*(?:sommaire|table des matieres)\W*")
_MAX_TITLE = 130
_MAX_LETTERED = 70

Number = tuple[tuple[str, int], ...]  # kinds "n" figures, "r" Roman, "l" letters, with their ranks


@dataclass(frozen=True, slots=True)
class Section:
    """An article: its number ("" for a heading without one), its title, its lines from ``start`` to before ``end``."""

    number: str
    title: str
    folded: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Heading:
    """A line that may open an article. ``sure``: by its keyword, its format or its capitals."""

    number: Number
    label: str
    title: str
    sure: bool


@dataclass(frozen=True, slots=True)
class _Head:
    index: int
    depth: int
    label: str
    title: str


def sections_of(lines: tuple[Line, ...]) -> tuple[tuple[Line, ...], tuple[Section, ...]]:
    """The lines without the table of contents, and the articles over them."""
    kept = _without_contents(lines)
    heads = _numbered(kept)
    lettered = _lettered(kept)
    if len(lettered) > max(4, sum(head.depth == 1 for head in heads)):
        heads = lettered
    marked = [index for index, line in enumerate(kept) if line.heading]
    if len(heads) < 3 and len(marked) > len(heads):
        heads = _counted(kept, marked)
    elif len(heads) < 3:
        heads = heads or _capitals(kept)
    sections = []
    for rank, head in enumerate(heads):
        end = next((other.index for other in heads[rank + 1 :] if other.depth <= head.depth), len(kept))
        sections.append(Section(head.label, head.title, fold(head.title), head.index, end))
    known = {head.index for head in heads}
    bounds = sorted({*known, *marked, len(kept)})
    for index in marked:
        if index not in known:  # a heading without a number, among others that have one
            end = bounds[bounds.index(index) + 1]
            sections.append(Section("", kept[index].text, fold(kept[index].text), index, end))
    sections.sort(key=lambda section: section.start)
    return kept, tuple(sections)


def _numbered(lines: tuple[Line, ...]) -> list[_Head]:
    heads: list[_Head] = []
    last: Number = ()
    found = [(index, heading) for index, line in enumerate(lines) if (heading := _heading(line))]
    tops = [heading for _, heading in found if len(heading.number) == 1 and heading.number[0][0] == "n"]
    # where articles are in capitals or named « Article », a plain line with a number is none
    strict = sum(heading.sure for heading in tops) >= 4
    for index, heading in found:
        if strict and len(heading.number) == 1 and heading.number[0][0] == "n" and not heading.sure:
            continue
        number = _placed(heading, last)
        if number:
            label = heading.label
            if len(number) > len(heading.number) and heading.number[0][0] == "l":
                label = f"{next(head.label for head in reversed(heads) if head.depth == 1)}.{label}"
            heads.append(_Head(index, len(number), label, heading.title))
            last = number
    return heads


_LETTERED = re.compile(r"(?P<letter>[A-Z])\s*[).–-]\s*(?P<title>[A-ZÀ-Ü][^.;,]{2,70})")


def _lettered(lines: tuple[Line, ...]) -> list[_Head]:
    """Articles « A) Objet », « B) Durée »… in order from A; what they number below is a list."""
    heads: list[_Head] = []
    for index, line in enumerate(lines):
        found = _LETTERED.fullmatch(line.text.strip()) if not line.cells else None
        if found and ord(found["letter"]) == ord("A") + len(heads):
            heads.append(_Head(index, 1, found["letter"], found["title"]))
    return heads


def _counted(lines: tuple[Line, ...], marked: list[int]) -> list[_Head]:
    """Headings whose numbers the style prints: counted as it would."""
    heads: list[_Head] = []
    ranks: list[int] = []
    levels = sorted({lines[index].level for index in marked})
    for index in marked:
        depth = levels.index(lines[index].level) + 1
        ranks = [*ranks[:depth], *[0] * (depth - len(ranks))]
        ranks[-1] += 1
        heads.append(_Head(index, depth, ".".join(map(str, ranks)), lines[index].text))
    return heads


def _capitals(lines: tuple[Line, ...]) -> list[_Head]:
    """Short lines in capitals, of a text that numbers nothing."""
    found = [
        index
        for index, line in enumerate(lines)
        if line.gap and not line.cells and line.text.isupper() and 6 < len(line.text) < 80
    ]
    return [_Head(index, 1, str(rank), lines[index].text) for rank, index in enumerate(found, start=1)]


# --- The table of contents ----------------------------------------------------------------------


def _without_contents(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    lines = tuple(kept for line in lines if (kept := _cut(line)))
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
        return _without_plain_contents(lines)
    first, last = inside[0], inside[-1]
    for a, b in itertools.pairwise(inside):
        if b - a > 8:  # the contents end where their lines do
            last = a
            break
    above = fold(lines[first - 1].text) if first else ""
    weighs = lines[first].cells and re.search(r"\bpoints?\b|ponderation|coef|\bnotes?\b|%", above)
    if weighs or not _goes_down_the_pages([lines[index] for index in inside if index <= last]):
        return _without_plain_contents(lines)
    return lines[:first] + lines[last + 1 :]


_LEADERS = re.compile(r"(?:\.{4,}|…{2,}) ?\d{1,3}\b")


def _cut(line: Line) -> Line | None:
    """A line without the table of contents that lost its lines in it (« 1. OBJET ..... 3 2. CONDITIONS ..... 4 »)."""
    leaders = list(_LEADERS.finditer(line.text))
    if len(leaders) < 3:
        return line
    title = re.search(r"(?i)\b(?:sommaire|table des mati[eè]res)\b", line.text[: leaders[0].start()])
    before = line.text[: title.start()] if title else ""
    kept = f"{before} {line.text[leaders[-1].end() :]}".strip(" :-")
    return replace(line, text=kept) if re.search(r"\w{3}", kept) else None


def _goes_down_the_pages(entries: list[Line]) -> bool:
    """Whether the numbers that end lines are those of pages: « 1. Prix | 60 », « 2. Délai | 40 » weigh something."""
    pages = [int(found[0]) for line in entries if (found := re.search(r"\d{1,3}$", line.text))]
    return sum(b < a for a, b in itertools.pairwise(pages)) * 5 <= len(pages)


def _without_plain_contents(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """A table of contents without dots: after its title, headings until the first of them comes again."""
    title = next(
        (index for index, line in enumerate(lines[:400]) if _CONTENTS_TITLE.fullmatch(fold(line.text))), None
    )
    if title is None:
        return lines
    opening = None
    for index in range(title + 1, len(lines)):
        heading = _heading(lines[index])
        if heading is None or (opening is not None and heading.number == opening):
            return lines[:title] + lines[index:] if index - title > 4 else lines
        opening = opening or heading.number
    return lines


# --- Headings -----------------------------------------------------------------------------------


def _heading(line: Line) -> _Heading | None:
    """What a line announces when it looks like the heading of an article."""
    text = line.text
    run_in = _RUN_IN.match(text) if len(text) > _MAX_TITLE or ": " in text else None
    if run_in and not line.cells:
        text = run_in[0].rstrip(" :")  # « II-3 Variantes : elles ne sont pas admises »
    if not text or len(text) > _MAX_TITLE or len(line.cells) > 2:
        return None
    folded = fold(text)
    found = _LABEL.match(folded)
    if found is None or (line.cells and not _ONLY_LABEL.fullmatch(fold(line.cells[0]))):
        return None
    number = _number(found["number"])
    title = text[found.start("title") :].strip(" |:")
    if not number or not title:
        return None
    keyword = bool(found["keyword"]) and text[:1].isupper()
    pointed = bool(re.search(r"[-.):/]", found["mark"])) or len(number) > 1
    sure = keyword or line.heading or title.isupper()
    if re.search(r"\d\s*(?:%|points?|pts?)\b", folded) and not line.heading and not keyword:
        return None
    capital = title[0].isupper() or title[0] in "\"'(«"
    match number[0][0], len(number):
        case "n", 1:
            plain = title[-1] in ".;," or len(title) > 90 or not title[0].isupper()
            ok = sure or not plain
        case "n", _:
            ok = line.heading or keyword or (capital and title[-1] not in ";,")
        case "r", _:
            ok = (pointed or keyword or line.heading) and capital and text[found.start("number")].isupper()
        case _:
            ok = (
                pointed
                and capital
                and text[found.start("number")].isupper()
                and (line.heading or (len(title) < _MAX_LETTERED and title[-1] not in ".;,"))
            )
    label = text[found.start("number") : found.end("number")].replace("-", ".")
    return (
        _Heading(number, "1" if found["number"] in ("premier", "1er") else label, title, sure) if ok else None
    )


def _number(printed: str) -> Number:
    out: list[tuple[str, int]] = []
    for part in re.split(r"[.-]", printed):
        if part in ("premier", "1er"):
            out.append(("n", 1))
        elif part.isdigit():
            out.append(("n", int(part)))
        elif part in _ROMANS:
            out.append(("r", _ROMANS.index(part)))
        elif len(part) == 1:
            out.append(("l", ord(part) - ord("a") + 1))
        else:
            return ()
    return tuple(out) if len(out) == 1 or out[-1][1] > 0 else ()


def _placed(heading: _Heading, last: Number) -> Number:
    """Where a heading stands after the last one; empty when it cannot come there."""
    number = heading.number
    kind, rank = number[0]
    if not last:
        return number if rank <= (3 if heading.sure else 2) and kind != "l" and rank > 0 else ()
    if len(number) == 1:
        if kind == last[0][0]:
            return number if last[0][1] < rank <= last[0][1] + (3 if heading.sure else 2) else ()
        # « A – » under « III – », « Article 4 » under « Chapitre II »
        if not heading.sure and (kind == "n" or (kind == "l" and last[0][0] != "r")):
            return ()
        before = last[1][1] if len(last) > 1 and last[1][0] == kind else 0
        return (last[0], number[0]) if rank == 1 or before < rank <= before + 2 else ()
    if kind != last[0][0]:
        return ()
    parent, (own, rank) = number[:-1], number[-1]
    if last[: len(parent)] == parent:
        before = last[len(parent)][1] if len(last) > len(parent) and last[len(parent)][0] == own else 0
        return number if before < rank <= before + 5 else ()
    if number[0] == last[0] and len(number) > 2:  # 3.2.1 whose 3.2 was not seen
        return number if rank == 1 and number[1] > (last[1] if len(last) > 1 else ("", 0)) else ()
    # an article whose own heading was not seen
    return number if number[0][1] == last[0][1] + 1 and rank <= (3 if len(number) == 2 else 1) else ()
