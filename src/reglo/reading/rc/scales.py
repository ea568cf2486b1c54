"""Scales of appreciation, and which criteria they mark."""

from __future__ import annotations

import itertools
import re
from decimal import Decimal

from reglo.reading.rc.criteria import Item, is_price
from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.regions import regions_of
from reglo.reading.rc.words import decimal, sentence_case
from reglo.reading.text.model import fold

_LABEL = r"satisf|excellent|insuffisan|\bbon(?:ne)?\b|moyen|correct|accept|absen|faible|mediocre|passable|non trait|conforme|tres |inadapt|pertinent|complet|superieur|inexist|sans reponse|mauvais|convenable|remarquable|limite|partiel"


@rule("BAR-01", "les barèmes : tableaux et listes d'appréciations avec leur note ou leur part des points")
def scales(r: Reading) -> None:
    found = _scales(r)
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


def _scales(r: Reading) -> list[tuple[list[dict[str, object]], int, int]]:
    out: list[tuple[list[dict[str, object]], int, int]] = []
    run: list[tuple[str, str, str, int, int]] = []  # label, number, unit, index, offset
    last = -9
    rows = False  # whether the run is in a table

    def close() -> None:
        nonlocal run
        levels = _levels(run)
        if levels:
            out.append((levels, run[0][4], run[-1][4] + len(r.flow.lines[run[-1][3]].text)))
        run = []

    for index, line in enumerate(r.flow.lines):
        level = _level(line.text, line.cells)
        if level is None:
            if index - last > (6 if rows else 2):  # the words of a row may go on below it
                close()
            continue
        if run and (
            index - last > (7 if rows else 3)
            or rows != bool(line.cells)
            or any(level[0] == each[0] for each in run)
        ):
            close()
        run.append((*level, index, r.flow.starts[index]))
        rows = bool(line.cells)
        last = index
    close()
    return out


def _level(text: str, cells: tuple[str, ...]) -> tuple[str, str, str] | None:
    """A line of a scale: its label, its number, "%" or ""."""
    if len(cells) >= 2:
        filled = [cell.strip() for cell in cells if cell.strip()]
        if len(filled) < 2:
            return None
        for label, note in ((filled[0], filled[-1]), (filled[1], filled[0])):
            found = re.fullmatch(
                r"(?P<n>\d{1,3}(?:[.,]\d{1,2})?)\s*(?:(?P<p>%)(?:\s*d(?:e la note|es points).*)?|points?|pts?|/\s*\d{1,3}.*)?",
                fold(note),
            )
            if found and re.search(_LABEL, fold(label)) and len(label) < 90:
                return _label(label), found["n"], found["p"] or ""
        return None
    folded = fold(text)
    after = re.match(
        r"[-•*✓➢\s]*(?P<l>[^\d:=]{4,80}?)\s*[:=(–-]+\s*(?P<n>\d{1,3}(?:[.,]\d{1,2})?)\s*(?P<p>%)?\s*(?:points?|pts?|des points.*|de la note.*|/\s*\d+)?\)?\s*[.;,)]*$",
        folded,
    )
    before = re.match(
        r"[-•*✓➢\s]*(?P<n>\d{1,3}(?:[.,]\d{1,2})?)\s*(?P<p>%)?\s*(?:points?|pts?|/\s*\d+|des points)?\s*[:=–-]+\s*(?P<l>[^\d:=]{4,110})$",
        folded,
    )
    for found in (after, before):
        if found and re.search(_LABEL, found["l"]) and not re.search(r"critere|ponderation", found["l"]):
            return _label(text[found.start("l") : found.end("l")]), found["n"], found["p"] or ""
    return None


def _label(text: str) -> str:
    text = re.split(r"\s*(?:,| ; | : )", text.strip(" -–•:;."))[0]
    return sentence_case(
        re.sub(r"^(?:Proposition|Réponse|Offre) (?=\w+isfaisante|correcte|acceptable|très|peu|in)", "", text)
    )


def _levels(run: list[tuple[str, str, str, int, int]]) -> list[dict[str, object]] | None:
    if len(run) < 3:
        return None
    units = {unit for _, _, unit, *_ in run}
    numbers = [decimal(number) for _, number, *_ in run]
    labels = [label for label, *_ in run]
    if len(units) != 1 or len(set(labels)) != len(labels):
        return None
    if numbers == sorted(numbers) and numbers != sorted(numbers, reverse=True):
        numbers, labels = numbers[::-1], labels[::-1]
    if any(a <= b for a, b in itertools.pairwise(numbers)):
        return None
    if units == {"%"}:
        return [
            {"label": label, "share": f"{format(number.normalize(), 'f').replace('.', ',')} %"}
            for label, number in zip(labels, numbers, strict=True)
        ]
    return [{"label": label, "value": number} for label, number in zip(labels, numbers, strict=True)]


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
            inside = {
                name
                for start, end, name in known
                for a, b in regions.get(leaf.number, [])
                if a <= start < b and len(names) > 1
            }
            said = {name for start, _, name in known if _introduced(r, start, leaf, item)}
            fit = said or inside
            name = next(iter(fit)) if len(fit) == 1 else ""
            if not name:
                continue
            start, _end, _ = next(each for each in known if each[2] == name)
            if f"{path}.method" not in done:
                r.add(f"{path}.method", "scale", (start, start + 120), 0.88)
            r.add(f"{path}.scale", name, (start, start + 120), 0.88)


def _introduced(r: Reading, start: int, leaf: Item, item: Item) -> bool:
    """Whether the lines before a scale say that it marks this criterion, or each of them."""
    first = max(0, r.flow.index_at(start) - 3)
    text = " ".join(r.flow.folded[r.flow.starts[first] : start].split())
    each = r"(?:chaque|chacun des|chacune des|les|tous les) (?:sous-? ?)?(?:criteres?|elements?|items?)|chaque note|l'ensemble des"
    if re.search(rf"(?:{each})[^.]{{0,140}}(?:grille|bareme|echelle|suivant|ci-dessous|ci-apres)", text):
        return True
    return any(fold(each.name)[:30] in text for each in (leaf, item))
