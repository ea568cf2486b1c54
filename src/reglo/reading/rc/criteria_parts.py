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
# « Organisation (25) ; Méthode (20) »
_BARE_PART = re.compile(r"(?P<name>[A-Za-zÀ-ü][^;•()]{2,110}?)\s*\((?P<w>\d{1,3}(?:[.,]\d{1,2})?)(?P<u>)\)")
_MARKS = (5, 10, 20, 50, 100)


def of_the_row(cells: tuple[str, ...], item: Item) -> list[Item]:
    """The parts another cell of the row gives a criterion, when they make its weight, or a hundred.

    >>> row = ("Valeur technique", "60 %", "Méthode (35 %) — Équipe (25 %)")
    >>> whole = Item("Valeur technique", Decimal(60), "%", "top", "", 0, 40)
    >>> [(part.name, int(part.weight)) for part in of_the_row(row, whole)]
    [('Méthode', 35), ('Équipe', 25)]
    """
    for rank, cell in enumerate(cells):
        found = list(_PART.finditer(cell)) or list(_BARE_PART.finditer(cell))
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
    name = re.escape(fold(item.name)[:40])
    named = r.flow.find(rf"(?:critere|notation)[^.\n]{{0,25}}\b{name}|(?:^|(?<=\n))[-•\W\d]*{name} ?:")
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
    said = r.flow.first(
        rf"\bsur {whole}\b|/ ?{whole}\b|\b{whole} points", at, parts[0].start
    ) or r.flow.first(
        rf"(?:chaque|tous les|les) criteres? (?:est|sont|sera|seront) notee?s? (?:de 0 a|sur) {whole}\b"
    )
    if said is None or parts[0].start - at > 900:
        return []
    shares = [part.weight * 100 / whole for part in parts]
    return [
        replace(part, weight=share, unit="%", share=True, mark="sub")
        for part, share in zip(parts, shares, strict=True)
    ]


# a criterion that opens the list of its parts, before its weight: « - la valeur technique au regard : »
_HEAD = re.compile(
    r"(?P<mark>\d{1,2}|[-•*✓➢>])[.)]?\s*(?P<name>(?:(?!\d ?(?:%|points?|pts?)).)*?)"
    r"(?:,? (?:au (?:regard|vu)|en fonction|sur la base|detaillant|comprenant|appreciee?|jugee?|notee?|decomposee?|selon)\b(?:(?!\d ?%).)*)?\W*"
)
_LAST = re.compile(r"(?P<part>.*?)\s*[;,.)]?\s*: ?(?P<whole>\d{1,3}) ?%\W*")
_OWN = re.compile(r"\s*[:–(-]*\s*(?P<w>\d{1,3}) ?%\W*$")


def headed(r: Reading, start: int, end: int, items: list[Item]) -> list[Item]:
    """The criteria whose weight is told after their parts, or by them alone, put back above these."""
    first, last = r.flow.index_at(start), r.flow.index_at(max(start, end - 1))
    out = items
    for index in range(first, last):
        head = _HEAD.fullmatch(fold(r.flow.lines[index].text))
        if head is None or not 3 < len(head["name"]) < 90 or re.search(r"\bcriteres?\b", head["name"]):
            continue
        rows, whole, parts = _rows(r, index, last, head["mark"])
        weights = [part.weight for part in parts]
        if whole is None and (not head["mark"].isdigit() or len(parts) < 2 or len(parts) < len(rows)):
            continue  # nothing says that the lines below are its parts
        weight = whole if whole is not None else sum(weights, Decimal(0))
        if not rows or not 0 < weight < 100 or (whole is None and not _numbered_above(out, head["mark"])):
            continue
        at, stop = r.flow.starts[index], r.flow.starts[rows[-1]] + len(r.flow.lines[rows[-1]].text)
        printed = r.flow.lines[index].text[head.start("name") : head.end("name")]
        name = re.sub(r"^(?:la |le |les |l['’])", "", printed.strip(" ,:-"), flags=re.IGNORECASE)
        own = Item(sentence_case(name), weight, "%", "top", "", at, stop, style="head")
        own.mentions.append(at)
        kept = parts if len(parts) == len(rows) and sum(weights, Decimal(0)) == weight else []
        rest = [item for item in out if not at <= item.start < stop]
        out = sorted([*rest, own, *kept], key=lambda item: item.start)
    if out is not items:  # those weighed on their own line are criteria too
        out = [replace(item, mark=item.mark or "top") if item.style != "head part" else item for item in out]
    return out


def _rows(r: Reading, index: int, last: int, mark: str) -> tuple[list[int], Decimal | None, list[Item]]:
    """The lines under a head up to the one that ends with its weight, or to the last part; what they weigh."""
    rows: list[int] = []
    parts: list[Item] = []
    for below in range(index + 1, min(last, index + 9) + 1):
        text = r.flow.lines[below].text
        folded, at = fold(text), r.flow.starts[below]
        if not re.match(r"\s*[-•*✓➢>]", folded):
            break
        if mark.isdigit() and not _OWN.search(folded):
            break
        ending = _LAST.fullmatch(folded)
        line = ending["part"] if ending and not mark.isdigit() else folded
        own = _OWN.search(line)
        rows.append(below)
        if own:
            name = re.sub(
                r"^\W*(?:et )?(?:la |le |les |l['’]|du |des )?", "", text[: own.start()], flags=re.IGNORECASE
            )
            item = Item(
                sentence_case(name.strip(" :–(-")), Decimal(own["w"]), "%", "sub", "", at, at + len(text)
            )
            item.style = "head part"
            item.mentions.append(at)
            parts.append(item)
        if ending and not mark.isdigit() and (own or not re.search(r"\d ?%", ending["part"])):
            alone = not own and len(rows) == 1
            return ([], None, []) if alone else (rows, Decimal(ending["whole"]), parts)
    return (rows, None, parts) if mark.isdigit() else ([], None, [])


def _numbered_above(items: list[Item], mark: str) -> bool:
    """Whether a criterion with the number before this one is weighed on its own line."""
    return any(item.number.isdigit() and int(item.number) == int(mark) - 1 for item in items)
