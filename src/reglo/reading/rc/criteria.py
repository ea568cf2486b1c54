"""Criteria and sub-criteria with their weights, from lists, prose and tables, as a tree that adds up.

Lines that name something and weigh it are gathered in order; a tree is kept only when its sums
hold: the criteria make 100 (or the total the document states), the sub-criteria make their
criterion, or 100 % of it. A tree that does not add up is not given.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from decimal import Decimal

from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.words import decimal, sentence_case
from reglo.reading.text.model import fold

_WEIGHT = re.compile(
    r"(?P<w>\d{1,3}(?:[.,]\d{1,2})?)\s*(?P<u>%|points?\b|pts?\b)|coeff(?:icient|\.)?\s*(?:de (?:ponderation )?|:|=)?\s*(?P<c>\d{1,2}(?:[.,]\d)?)|(?:note|notee|bareme|sur)\s+(?:sur\s+)?(?P<s>\d{1,3})(?=\s*(?:$|[.;,)]))"
)
_NOISE = re.compile(
    r"\bnote (?:de|du|finale|globale|maximale|obtenue|technique|sur|\()|=|arrondi|formule|egalite|retenue|obtien|des points\b|tva|avance|retenue de|penalit|garantie|financement|delai de (?:validite|paiement|remise|\d)|\d jours|pages?\b|euros?\b|€|reduction|variation|"
    r"chaque (?:sous-?)?critere|l'ensemble|total\b|note minimale|inferieure? a|au moins|superieure? a|eliminat|credit|annee|experience|attribution de|moyenne"
)
_HEAD = re.compile(r"criteres?|ponderation|coefficient|points?|bareme|note\b|poids")
_MARK = re.compile(
    r"^(?:[^\w«\"'(]|o\s)*(?P<paren>\(?)(?:(?:un|une|le|la|les|du|et)\s+)?(?P<sub>sous[- ]?criteres?)?(?P<top>criteres?)?(?:\s*(?:n\s*°|no)?\s*(?P<n>\d{1,2}(?:[.-]\d{1,2})?|[a-h]|[ivx]{1,4})(?=\s*[-:.)/–|\s]))?\s*[-:.)–|/]*\s*"
)


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


@rule(
    "CRI-01",
    "les critères pondérés et leurs sous-critères, en listes, phrases ou tableaux, dont les sommes tombent juste",
)
def criteria(r: Reading) -> None:
    best: tuple[list[Item], Decimal] | None = None
    spans = [
        *r.spans(
            r"critere|jugement|notation|classement|attribution|analyse des offres|examen des offres|selection des offres|choix de l'offre"
        ),
        (0, len(r.flow.text)),
    ]
    for start, end in spans:
        items = _items(r, start, end)
        solved = _solve(items, r)
        if solved and (best is None or _size(solved[0]) > _size(best[0])):
            best = solved
    if best is None:
        items = _items(r, 0, len(r.flow.text))
        marked = [item for item in items if item.mark == "top"]
        if marked:
            said = ", ".join(f"{item.name} {item.weight}" for item in marked[:6])
            r.doubt(
                "criteres",
                f"Les poids lus ne font pas un total ({said}). Quels sont les critères et leurs poids ?",
                *((item.start, item.end) for item in marked[:4]),
            )
        return
    tree, total = best
    used: set[str] = set()
    if total != 100:
        r.add("award.total", total, (tree[0].start, tree[0].end), 0.9)
    r.notes["criteria"] = tree
    for item in tree:
        item.number = slug(item.name, used)
        value: dict[str, object] = {"id": item.number, "name": item.name, "weight": item.weight}
        if is_price(item.name):
            value |= {"price": True, "type": "price"}
        elif re.search(r"environnement|ecologi|durable|developpement durable", fold(item.name)):
            value["environmental"] = True
        r.add(f"award.criteria[{item.number}]", value, (item.start, item.end), 0.95)
        for child in item.children:
            child.number = slug(child.name, used)
            weighed: dict[str, object] = {"id": child.number, "name": child.name}
            if child.share:
                weighed["share"] = f"{_plain(child.weight)} %"
            else:
                weighed["weight"] = child.weight
            if re.search(r"environnement|ecologi|developpement durable", fold(child.name)):
                weighed["environmental"] = True
            r.add(
                f"award.criteria[{item.number}].criteria[{child.number}]",
                weighed,
                (child.start, child.end),
                0.94,
            )


def is_price(name: str) -> bool:
    return bool(
        re.search(r"\bprix\b|\bcouts?\b|financier|\btarif|montant|economique|remuneration", fold(name))
    ) and not re.search(r"coherence|pertinence", fold(name))


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}".replace(".", ",")


def slug(name: str, used: set[str]) -> str:
    words = [
        word
        for word in re.findall(r"[a-z0-9]+", fold(name).replace("œ", "oe"))
        if len(word) > 2 and word not in ("des", "les", "une", "pour", "par", "aux", "sur", "dans")
    ]
    base = next((word for word in words if not word.isdigit()), "critere")
    slug = base
    for word in words:
        if slug not in used:
            break
        slug = f"{base}_{word}" if word != base else slug
    rank = 2
    while slug in used:
        slug, rank = f"{base}_{rank}", rank + 1
    used.add(slug)
    return slug


def _size(tree: list[Item]) -> int:
    return sum(1 + len(item.children) for item in tree)


# --- Lines ------------------------------------------------------------------------------------


def _items(r: Reading, start: int, end: int) -> list[Item]:
    items: list[Item] = []
    header = ""
    header_index = -9
    for index in range(r.flow.index_at(start), r.flow.index_at(max(start, end - 1)) + 1):
        line = r.flow.lines[index]
        offset = r.flow.starts[index]
        folded = fold(line.text)
        if len(line.cells) >= 2:
            if (
                re.search(r"evaluation|appreciation|jugement|mention|niveau", folded)
                and not re.search(r"critere", folded)
                and not re.search(r"\d", folded)
            ):
                header, header_index = "scale", index
                continue
            if header == "scale" and index - header_index <= 25:
                continue
            if _HEAD.search(folded) and not _WEIGHT.search(
                re.sub(r"(?:/|sur)\s*\d+(?:\s*(?:points?|pts))?", "", folded)
            ):
                header, header_index = folded, index
                continue
            row = _row(line.cells, header if index - header_index <= 25 else "")
            if row:
                name, weight, unit, number = row
                mark = (
                    "sub"
                    if "sous" in header and index - header_index <= 25
                    else _mark_of(folded) or ("top" if "critere" in header else "")
                )
                _keep(items, Item(name, weight, unit, mark, number, offset, offset + len(line.text)))
                continue
            if line.cells[-1].strip() and len(line.cells) > 2:
                continue
        for name, weight, unit, mark, number, at, stop in _prose(line.text, folded):
            _keep(items, Item(name, weight, unit, mark, number, offset + at, offset + stop))
    return items


def _row(cells: tuple[str, ...], header: str) -> tuple[str, Decimal, str, str] | None:
    folded = [fold(cell).strip() for cell in cells]
    at = None
    found = None
    for rank in range(len(cells) - 1, 0, -1):
        found = re.fullmatch(
            r"(?:note sur |sur |/ ?)?(?P<w>\d{1,3}(?:[.,]\d{1,2})?)\s*(?P<u>%|points?|pts?)?(?: ?(?:/|sur) ?\d+.*|\s*\(.{0,25}\))?",
            folded[rank],
        )
        if found:
            at = rank
            break
    if at is None or found is None or re.search(r"des points|de la note", folded[at]):
        return None
    unit = found["u"] or (
        "%"
        if re.search(r"%|ponderation", header)
        else "points"
        if re.search(r"points?|note|/|bareme", header)
        else "coef"
        if "coef" in header
        else ""
    )
    if not unit or (not header and not found["u"]):
        return None
    number, name = "", ""
    for cell in cells[:at]:
        if re.fullmatch(r"\s*(?:\d{1,2}(?:\.\d)?|[A-Ha-h])[.)]?\s*", cell):
            number = cell.strip()
        elif re.search(r"[A-Za-zÀ-ü]{3}", cell):
            name = cell
            break
    mark = _MARK.match(fold(name))
    printed = name[mark.end() :] if mark and mark.end() < len(name) - 2 else name
    printed = re.split(r"\s*(?: ; | - (?=[A-Z])|:(?=\s|$)|\n)", printed.strip(" ;:"))[0]
    if (
        not re.search(r"[A-Za-zÀ-ü]{3}", printed)
        or _NOISE.search(fold(printed))
        or re.match(r"total", fold(printed))
    ):
        return None
    return (
        _clean(printed),
        decimal(found["w"]),
        "%" if unit == "%" else "coef" if unit == "coef" else "points",
        number or (mark["n"] if mark and mark["n"] else ""),
    )


def _mark_of(folded: str) -> str:
    found = _MARK.match(folded)
    if found is None:
        return ""
    return "sub" if found["sub"] else "top" if found["top"] else ""


def _prose(text: str, folded: str) -> list[tuple[str, Decimal, str, str, str, int, int]]:
    """What a line of prose weighs; several things when it holds several weights."""
    out = []
    pieces = _pieces(folded)
    for at, stop in pieces:
        piece = folded[at:stop]
        found = _WEIGHT.search(piece)
        if found is None:
            continue
        mark = _MARK.match(piece)
        assert mark is not None
        kind = "sub" if mark["sub"] else "top" if mark["top"] else ""
        name = piece[mark.end() : found.start()]
        printed = text[at + mark.end() : at + found.start()]
        rest = piece[found.end() :]
        if len(rest.strip()) > 70 and not kind and not re.match(r"\s*[.):;]", rest):
            continue
        if not kind and re.search(r"\bou\b|\bsi\b|\bque\b|\bqui\b|\bdans\b", name):
            continue
        if re.match(r"\s*des (?:points|prestations|voix)|\s*(?:d'|de )", rest) or (
            re.match(r"\s*[-x/*]\s*(?!soit)\w", rest) and "(soit" not in rest
        ):
            continue
        end_of_name = re.search(
            r"[\s:,(\-–|\[=]*(?:avec une? )?(?:est |sera )?(?:(?:de )?ponderation|pondere\w*|notee?s?|apprecie\w*|juge\w*|represent\w*|compte\w*|evalue\w*|affecte\w*|coefficient|bareme|poids|soit|maximum|max|valeur de la)?(?:\s*(?:sur|a|de|a hauteur de|pour|:|d'un coefficient))*[\s:,(\-–|\[=]*$",
            name,
        )
        cut = end_of_name.start() if end_of_name else len(name)
        name, printed = name[:cut], printed[:cut]
        if not (3 <= len(name.strip()) <= 150) or not re.search(r"[a-z]{3}", name) or _NOISE.search(name):
            continue
        first = printed.strip(" «\"'")[:1]
        if not kind and not (first.isupper() or at > 0 or re.match(r"\s*[-•*✓➢]", text) or mark["n"]):
            continue
        printed = _clean(printed)
        if len(printed) < 3:
            continue
        weight = found["w"] or found["c"] or found["s"]
        unit = "coef" if found["c"] else "%" if found["u"] == "%" else "points"
        out.append((printed, decimal(weight), unit, kind, mark["n"] or "", at, at + found.end()))
    return out


def _pieces(folded: str) -> list[tuple[int, int]]:
    """The line cut where one weighed thing ends and the next begins."""
    cuts = [0]
    weights = [
        found
        for found in _WEIGHT.finditer(folded)
        if not re.search(r"soit\s*$|\(\s*$", folded[: found.start()][-8:])
    ]
    for first, second in itertools.pairwise(weights):
        between = folded[first.end() : second.start()]
        joint = re.match(
            r"\s*(?:\)|\(soit[^)]*\))?\s*(?:[;,.•]|\bet\b|-|(?=sous-?critere|critere|\d[.)] ))\s*", between
        )
        if (
            joint
            and re.search(r"[a-z]{3}", between[joint.end() :])
            and (joint[0].strip() or re.match(r"(?:sous-?)?critere", between[joint.end() :]))
        ):
            cuts.append(first.end() + joint.end())
    if len(cuts) == 1 and (head := re.search(r": ?(?=sous-?critere)", folded)) and len(weights) > 1:
        cuts = [0, head.end()]
    bounds = [*cuts, len(folded)]
    return list(itertools.pairwise(bounds))


def _clean(name: str) -> str:
    name = re.sub(r"^[\s«\"'’(\-–•:.]+|[\s«»\"'’(\-–•:.,|]+$", "", name)
    name = (
        re.sub(r"^(?:la |le |les |l['’])(?=\w)", "", name, flags=re.IGNORECASE)
        if not name.isupper()
        else name
    )
    return sentence_case(name)


def _keep(items: list[Item], item: Item) -> None:
    """Add an item, or note it as a mention of one already there."""
    for other in items:
        if other.weight == item.weight and _same(other, item):
            other.mentions.append(item.start)
            other.mark = other.mark or item.mark
            return
    item.mentions.append(item.start)
    items.append(item)


def _same(a: Item, b: Item) -> bool:
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


# --- Sums -------------------------------------------------------------------------------------


def _solve(items: list[Item], r: Reading) -> tuple[list[Item], Decimal] | None:
    """The longest run of items that makes a tree whose sums hold."""
    items = items[:60]
    best: list[Item] = []
    total = Decimal(100)
    coefficients = [item for item in items if item.unit == "coef" and item.mark != "sub"]
    if len(coefficients) >= 2 and sum(item.weight for item in items if item.unit == "%") != 100:
        printed = len(list(r.flow.find(r"coefficient (?:de (?:ponderation )?)?[:=]? ?\d")))
        if printed > sum(1 + len(set(item.mentions)) - 1 for item in coefficients):
            return None  # a line with a coefficient was not understood: its share would go to the others
        whole = sum(item.weight for item in coefficients)
        scaled = [_scaled(item, whole) for item in coefficients]
        return (scaled, total) if sum(item.weight for item in scaled) == 100 else None
    totals = [Decimal(100)]
    stated = r.flow.first(
        r"(?:total|note (?:finale|globale|totale)|notee?s? globalement)[^.\n]{0,30}\b(?P<t>10|20|50|200)\b(?: points|\s*$|[ .,;)])"
    )
    if stated:
        totals.append(Decimal(stated["t"]))
    for each in totals:
        for first in range(len(items)):
            if items[first].mark == "sub":
                continue
            for last in range(len(items), first, -1):
                if last - first <= len(best):
                    break
                tree = _tree(items[first:last], each)
                if tree and _count(tree) == last - first:
                    best, total = tree, each
                    break
        if best:
            break
    return (
        (best, total)
        if best and len(best) >= 1 and (len(best) > 1 or (best[0].weight == 100 and is_price(best[0].name)))
        else None
    )


def _scaled(item: Item, whole: Decimal | int) -> Item:
    item.weight = item.weight * 100 / Decimal(whole)
    return item


def _count(tree: list[Item]) -> int:
    return sum(1 + len(item.children) for item in tree)


def _tree(items: list[Item], total: Decimal) -> list[Item] | None:
    """Criteria making ``total``, the items between them making sub-criteria."""
    found = _grow(items, 0, total)
    if found is None:
        return None
    tree = []
    for index, children, share in found:
        top = items[index]
        node = Item(
            top.name, top.weight, top.unit, top.mark, top.number, top.start, top.end, list(top.mentions)
        )
        node.children = [
            Item(c.name, c.weight, c.unit, c.mark, c.number, c.start, c.end, list(c.mentions), share=share)
            for c in children
        ]
        tree.append(node)
    return tree


def _grow(items: list[Item], at: int, left: Decimal) -> list[tuple[int, list[Item], bool]] | None:
    if at == len(items):
        return [] if left == 0 else None
    top = items[at]
    if top.mark == "sub" or top.weight > left or top.weight <= 0:
        return None
    for stop in range(at + 1, len(items) + 1):
        between = items[at + 1 : stop]
        if any(item.mark == "top" for item in between):
            break
        if between:
            sum_ = sum(item.weight for item in between)
            percent = all(item.unit == "%" for item in between)
            marked = any(item.mark == "sub" for item in between)
            if sum_ == 100 and top.weight != 100 and (percent or marked):
                share = True
            elif sum_ == top.weight:
                share = False
            else:
                continue
        else:
            share = False
        rest = _grow(items, stop, left - top.weight)
        if rest is not None:
            return [(at, between, share), *rest]
    return None


def sub_criteria_of(description: str) -> tuple[str, list[tuple[str, int]]]:
    """The name and the sub-criteria a notice packs in one description, when their shares make 100 %.

    >>> sub_criteria_of("Valeur technique : Sous-critère 1 : Moyens : 60% Sous-critère 2 : Délais 40%")
    ('Valeur technique', [('Moyens', 60), ('Délais', 40)])
    """
    pieces = re.split(r"[Ss]ous[- ][Cc]rit[èe]re\s*(?:n°\s*)?\d*\s*[:.–-]?\s*", description)
    read = [
        re.match(r"(.{3,200}?)\s*[:(–-]?\s*(\d{1,3})\s*%", piece.strip(), re.DOTALL) for piece in pieces[1:]
    ]
    children = [(found[1].strip(" :;"), int(found[2])) for found in read if found]
    head = pieces[0].strip(" :;.-") if len(pieces) > 1 else ""
    if len(children) != len(pieces) - 1 or sum(share for _, share in children) != 100:
        return head, []
    return head, children
