"""Scales of appreciation, and which criteria they mark."""

from __future__ import annotations

import re
from decimal import Decimal

from reglo.reading.rc.criteria import is_price
from reglo.reading.rc.levels import scales_in
from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.regions import regions_of
from reglo.reading.rc.tree import Item
from reglo.reading.text.model import fold


@rule("BAR-01", "les barèmes : tableaux et listes d'appréciations avec leur note ou leur part des points")
def scales(r: Reading) -> None:
    found = scales_in(r.flow)
    distinct: list[tuple[list[dict[str, object]], int, int]] = []
    for levels, start, end in found:
        if not any(
            [(each["label"], each.get("value"), each.get("share")) for each in known]
            == [(each["label"], each.get("value"), each.get("share")) for each in levels]
            for known, *_ in distinct
        ):
            distinct.append((levels, start, end))
    for rank, (levels, start, end) in enumerate(distinct):
        name = "grille" if len(distinct) == 1 else f"grille_{rank + 1}"
        value: dict[str, object] = {"id": name, "levels": levels}
        half = r.flow.first(r"demi-?points?", max(0, start - 600), end + 700)
        if half and "value" in levels[0]:
            value["step"] = Decimal("0.5")
        r.add(f"award.scales[{name}]", value, (start, min(end, start + 200)), 0.93)
    r.notes["scales"] = [
        (start, end, "grille" if len(distinct) == 1 else f"grille_{_index(distinct, levels) + 1}")
        for levels, start, end in found
    ]


def _index(distinct: list[tuple[list[dict[str, object]], int, int]], levels: list[dict[str, object]]) -> int:
    return next(
        rank
        for rank, (known, *_) in enumerate(distinct)
        if [each["label"] for each in known] == [each["label"] for each in levels]
    )


@rule("BAR-02", "les critères notés par une grille : celle de leur paragraphe, ou la seule du document")
def marked_by_scale(r: Reading) -> None:
    tree: list[Item] = r.notes.get("criteria", [])
    known: list[tuple[int, int, str]] = r.notes.get("scales", [])
    if not known:
        return
    names = {name for *_, name in known}
    regions = regions_of(r, tree)
    done = {each.path for each in r.found}
    for item in tree:
        if is_price(item.name):
            continue
        for path, leaf in [
            (f"award.criteria[{item.number}].criteria[{child.number}]", child) for child in item.children
        ] or [(f"award.criteria[{item.number}]", item)]:
            if f"{path}.method" in done and not _normalised(r, path):
                continue
            inside = {
                name
                for start, end, name in known
                for a, b in regions.get(leaf.number, [])
                if a <= start < b and len(names) > 1
            }
            said = {name for start, _, name in known if _introduced(r, start, leaf, item, tree)}
            fit = said or inside
            name = next(iter(fit)) if len(fit) == 1 else ""
            if not name:
                continue
            start, _end, _ = next(each for each in known if each[2] == name)
            if f"{path}.method" not in done:
                r.add(f"{path}.method", "scale", (start, start + 120), 0.88)
            r.add(f"{path}.scale", name, (start, start + 120), 0.88)


def _normalised(r: Reading, path: str) -> bool:
    return any(each.path == f"{path}.method" and each.value == "normalised" for each in r.found)


def _introduced(r: Reading, start: int, leaf: Item, item: Item, tree: list[Item]) -> bool:
    """Whether the words before a scale say that it marks this criterion, or all but the price."""
    first = max(0, r.flow.index_at(start) - 4)
    text = " ".join(r.flow.folded[r.flow.starts[first] : start].split())
    sentence = max(text.rfind(". ", 0, len(text) - 1), 0)
    for near in (text[sentence:], text):
        of = re.search(r"sous-? ?criteres? (?:du critere |de la |de l'|du |des )«? ?(?P<name>[a-z' ]+)", near)
        if of and (parent := [each for each in tree if _named(each, of["name"])]):
            return item in parent
        technical = [each for each in tree if each.children and "technique" in fold(each.name)]
        if technical and re.search(r"sous-? ?criteres? techniques?\b(?! et\b)", near):
            return item in technical
        if re.search(_EACH, near):
            return True
        ranks = re.search(r"criteres? (?:n ?° ?)?(\d(?:(?:, | et | & )\d)*)\b", near)
        if ranks:
            return str(tree.index(item) + 1) in re.findall(r"\d", ranks[1])
        named = [each for each in tree if _named(each, near)]
        if named:
            return item in named or any(fold(each.name)[:30] in near for each in (leaf, item))
    return bool(re.search(r"\bnotes?\b|notation|bareme|grille|echelle|apprecia|evalu", text))


_EACH = (
    r"(?:chaque|chacun des|chacune des|les|tous les|toutes les|l'ensemble des|ces)(?: autres)? (?:sous-? ?)?(?:criteres?|elements?|items?|notes?|notations?)"
    r"|autres? (?:que le prix|criteres?|notes?)|criteres? techniques? et|chaque note|hors prix"
)


def _named(item: Item, text: str) -> bool:
    """Whether words name a criterion: by its rank (« critères 1, 2 et 4 ») or by its first words."""
    return fold(item.name)[:24] in text
