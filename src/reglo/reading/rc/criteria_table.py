"""Tables of criteria: which column names, which weighs, on one level or two."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import takewhile

from reglo.reading.rc.tree import Item
from reglo.reading.rc.words import decimal, sentence_case
from reglo.reading.text.model import fold

_WEIGHT = re.compile(
    r"(?:note sur |notee? sur |sur |/ ?)?(?P<w>\d{1,3}(?:[.,]\d{1,2})?)\s*(?P<u>%|points?|pts?)?(?: ?(?:/|sur) ?\d+.*|\s*\(.{0,25}\))?"
)
_WEIGHS = r"ponderation|coefficient|\bcoef|points?\b|\bpts\b|bareme|\bnotes?\b|poids|%|pourcentage|valeur"
_NAMES = r"criteres?|libelle|designation|intitule|objet|rubrique|theme"
# what a criterion is judged on, said after its name
ASIDE = re.compile(
    r"(?<=\w),\s*(?:apprecie|juge|evalue|note|analyse|mesure)\w*\s+(?:au|sur|en|a partir|selon|d'apres|par)\b.*$"
)
_NUMBER = re.compile(r"(?P<n>\d{1,2}(?:\s*[.-]\s*\d{1,2})?|[A-Ha-h])\s*(?:[-.)/:]+\s*|\s+)(?=\S{2})")


@dataclass(frozen=True, slots=True)
class Columns:
    """The roles of the columns of a table: pairs of a naming column and a weighing one, and their units."""

    top: tuple[int, int] | None
    sub: tuple[int, int] | None
    unit: str
    numbers: int | None = None  # a column of ranks


def heading(cells: tuple[str, ...]) -> Columns | None:
    """The roles the heading row of a table of criteria gives to its columns; None for another row."""
    folded = [" ".join(fold(cell).split()) for cell in cells]
    whole = " ".join(folded)
    if not re.search(_NAMES, whole) or any(re.fullmatch(r"\d+(?:[.,]\d+)?\s*%?", cell) for cell in folded):
        return None
    names = [rank for rank, cell in enumerate(folded) if re.search(_NAMES, cell) and not _weighs(cell)]
    weights = [rank for rank, cell in enumerate(folded) if _weighs(cell)]
    if not weights or (not names and len(cells) > 1):
        return None
    subs = [rank for rank in names if re.search(r"sous", folded[rank])]
    tops = [rank for rank in names if rank not in subs and re.search(r"critere|libelle|designation|intitule", folded[rank])]  # fmt: skip
    numbers = next((rank for rank, cell in enumerate(folded) if re.fullmatch(r"n ?°|rang|numero|#|ref\.?", cell)), None)  # fmt: skip
    unit = (
        "coef"
        if "coef" in whole
        else "%"
        if re.search(r"%|ponderation|pourcentage", whole) and not re.search(r"points?\b|sur \d", whole)
        else "points"
    )
    sub_weights = [rank for rank in weights if "sous" in folded[rank]]
    own = [rank for rank in weights if rank not in sub_weights] or weights
    both = bool(subs) and "criteres et sous" not in whole
    top = (tops[0], min((w for w in own if w > tops[0]), default=own[-1])) if tops else None
    sub = (subs[0], min((w for w in (sub_weights or weights) if w > subs[0]), default=weights[-1])) if both and subs else None  # fmt: skip
    if sub and top and sub[1] < sub[0]:
        sub = None  # « critères | poids | sous-critères »: the weight is the criterion's, the last cell tells its parts
    if top is None and sub is not None and not tops:
        top = (0, sub[1]) if sub[0] > 0 else None
    if top is None and not sub:
        top = (names[0], own[-1])
    return Columns(top, sub, unit, numbers)


def _weighs(cell: str) -> bool:
    return bool(re.search(_WEIGHS, cell)) and not re.search(r"^(?:sous-?)?criteres?(?: d[eu'].*)?$", cell)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of criteria being read."""

    columns: Columns
    index: int  # of its heading

    def row(self, cells: tuple[str, ...]) -> list[Item]:
        """What a row weighs: a criterion, a part of one, or both."""
        out: list[Item] = []
        for mark, pair in (("top", self.columns.top), ("sub", self.columns.sub)):
            if pair is None or max(pair) >= len(cells):
                continue
            name, weight = cells[pair[0]], cells[pair[1]]
            if mark == "sub" and out and self.columns.top and self.columns.top[1] == pair[1]:
                if not cells[pair[0]].strip():
                    continue
                for top in out:  # one weight for the row: it is that of the part, the criterion is their sum
                    top.weight, top.style = Decimal(0), "sum"
            if item := _item(name, weight, self.columns.unit):
                item.mark = mark if self.columns.sub else ""
                if item.style != "sum":
                    item.style = f"cell {pair[0]}" if self.columns.sub else item.style
                if self.columns.numbers is not None and not item.number:
                    item.number = cells[self.columns.numbers].strip(" .)")
                if re.search(r"\d[.-]\d", item.number):
                    item.mark = "sub"
                out.append(item)
        if out or (self.columns.sub and self.columns.top):
            return out
        found = plain_row(cells, self.columns.unit)  # more cells than the heading has
        if self.columns.sub and found:
            found[0].mark = "sub"
        return found


def plain_row(cells: tuple[str, ...], unit: str = "") -> list[Item]:
    """A row: a name, and last a weight, of this unit when it does not say its own."""
    for rank in range(len(cells) - 1, 0, -1):
        if not cells[rank].strip():
            continue
        name = next((cell for cell in cells[:rank] if re.search(r"[A-Za-zÀ-ü]{3}", cell)), "")
        item = _item(name, cells[rank], unit)
        if (
            item
            and not item.number
            and (ranked := re.fullmatch(r"(\d{1,2}(?:\.\d)?)[.)]?", cells[0].strip()))
        ):
            item.number = ranked[1]
        return [item] if item else []
    return []


def _item(name: str, weight: str, unit: str) -> Item | None:
    found = _WEIGHT.fullmatch(" ".join(fold(weight).split()))
    if found is None or not (unit or found["u"]) or re.search(r"des points|de la note", fold(weight)):
        return None
    sub = re.match(r"\s*(?:(?P<sub>sous[- ]?criteres?)|(?P<top>criteres?))\s*(?:n\s*°|no)?\s*", fold(name))
    mark = "sub" if sub and sub["sub"] else "top" if sub and sub["top"] else ""
    printed = name[sub.end() :].strip() if sub else name.strip()
    number = _NUMBER.match(printed.replace("–", "-").replace("—", "-"))
    bullet = re.match(r"[-•*✓➢>]\s*", printed)
    printed = printed[number.end() :] if number else printed[bullet.end() :] if bullet else printed
    printed = re.split(r"\s*(?: ; | - (?=[A-Z])|:(?=\s|$)|\n)", printed.strip(" ;:-–"))[0]
    if aside := ASIDE.search(fold(printed)):  # « la valeur technique, appréciée au vu du mémoire »
        printed = printed[: aside.start()]
    if not re.search(r"[A-Za-zÀ-ü]{3}", printed) or re.match(r"(?:sous-)?total", fold(printed)):
        return None
    rank = re.sub(r"\s", "", number["n"]).replace("-", ".") if number else ""
    style = "1.1" if "." in rank else "1" if rank.isdigit() else "a" if rank else "-" if bullet else "abc"
    measured = "%" if found["u"] == "%" else "points" if found["u"] else unit
    return Item(_clean(printed), decimal(found["w"]), measured, mark, rank, 0, 0, style=style)


def _clean(name: str) -> str:
    name = re.sub(r"^[\s«\"'’(\-–•:.]+|[\s«»\"'’(\-–•:.,|]+$", "", name)
    if not name.isupper():
        name = re.sub(r"^(?:la |le |les |l['’])(?=\w)", "", name, flags=re.IGNORECASE)
    return sentence_case(name)


_FLAT_HEADING = re.compile(
    r"(?:n ?° )?(?:sous-?)?criteres?(?: et sous-?criteres?| d'attribution| de jugement(?: des offres)?)? (?P<unit>ponderation|points|coefficients?|pourcentage|%|bareme|note)(?: \(?(?:en )?(?:%|points?|sur \d+)\)?)?"
)


def flat_heading(folded: str) -> str:
    """The unit the heading of a table of criteria gives, once its columns are lost; "" for another line.

    >>> flat_heading("criteres points"), flat_heading("les criteres et leurs points")
    ('points', '')
    """
    found = _FLAT_HEADING.fullmatch(" ".join(folded.split()).strip(" :"))
    if found is None:
        return ""
    return "coef" if "coef" in found["unit"] else "%" if found["unit"] in ("%", "pourcentage") else "points"


def flat_row(text: str, unit: str) -> Item | None:
    """A row of such a table: words, then a bare number; « dont … » is a part of the row above.

    >>> row = flat_row("dont moyens dédiés au chantier 10", "points")
    >>> row.name, row.weight, row.mark
    ('Moyens dédiés au chantier', Decimal('10'), 'sub')
    """
    found = re.fullmatch(
        r"(?P<dont>\W*[Dd]ont )?(?P<name>[^=€|]{3,120}?)[ .…_]+(?P<w>\d{1,3}(?:[.,]\d{1,2})?)", text.strip()
    )
    item = (
        _item(found["name"], found["w"], unit)
        if found and not re.search(r"\b(?:page|article)\b", fold(found["name"]))
        else None
    )
    if item and found and found["dont"]:
        item.mark = item.mark or "sub"
    return item


def summed(items: list[Item]) -> list[Item]:
    """Criteria that a table weighs only by their parts, with the sum of these; gone when they have none."""
    out: list[Item] = []
    for rank, item in enumerate(items):
        if item.style == "sum" and item.weight == 0:
            parts = takewhile(lambda part: part.mark == "sub", items[rank + 1 :])
            whole = sum((part.weight for part in parts), Decimal(0))
            if whole:
                out.append(replace(item, weight=whole, style="cell 0"))
            continue
        out.append(item)
    return out
