"""Criteria that are not the same for all lots: which lines open those of some, and what they share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from reglo.reading.rc.by_lot import lot_ids, lots_of
from reglo.reading.rc.model import Reading, rule
from reglo.reading.rc.tree import Item, leaves
from reglo.reading.text.model import fold

_OPENING = re.compile(
    r"\bcriteres?\b[^.;]{0,60}\blots? (?:n ?° ?)?(?P<lots>\d[\d, et]*|\d+ a \d+)(?=\W*$)"
    r"|^\W*(?:[\dIVX.]+\W+)?(?:pour )?(?:le |les )?lots? (?:n ?° ?)?(?P<only>\d[\d, et]*|\d+ a \d+)\W*(?:criteres?\b[^.;]{0,30})?:$"
)
_SHARED = ("method", "of", "scale", "formula")


def openings(r: Reading) -> dict[str, tuple[int, int]]:
    """The lines that open the criteria of some lots, when two of them are of different lots."""
    opened: dict[str, tuple[int, int]] = {}
    for line, start in zip(r.flow.lines, r.flow.starts, strict=True):
        found = _OPENING.search(fold(line.text))
        if found and len(line.text) < 120:
            opened.setdefault((found["lots"] or found["only"]).strip(" ,et"), (start, start + len(line.text)))
    return opened if len(opened) > 1 else {}


def spans_of(r: Reading, opened: dict[str, tuple[int, int]]) -> Iterator[tuple[list[str], int, int]]:
    """Lots and where their criteria stand; nothing unless these lines name each lot of the document once."""
    named = [lot for said in opened for lot in lot_ids(said)]
    if sorted(named) != sorted(lots_of(r)):
        return
    starts = sorted((place[0], said) for said, place in opened.items())
    for rank, (start, said) in enumerate(starts):
        end = starts[rank + 1][0] if rank + 1 < len(starts) else _end_of_section(r, start)
        yield lot_ids(said), start, end


def _end_of_section(r: Reading, start: int) -> int:
    bounds = [r.bounds(section) for section in r.sections]
    inside = [(first, last) for first, last in bounds if first <= start < last]
    return max(inside)[1] if inside else len(r.flow.text)


@rule("CRI-20", "la façon de noter qu'un critère de certains lots partage avec celui du même nom des autres")
def shared(r: Reading) -> None:
    """What is told within the criteria of some lots is theirs; what is told apart marks those of one name alike."""
    groups: list[tuple[str, list[Item], int, int]] = r.notes.get("criteria of lots", [])
    if not groups:
        return
    (first, tree, *_), *others = groups
    common = dict(leaves(tree, first))
    own: list[tuple[dict[str, str], int, int]] = [
        ({fold(item.name): path for path, item in leaves(each, base)}, start, end)
        for base, each, start, end in others
    ]
    for found in list(r.found):
        owner, _, key = found.path.rpartition(".")
        if owner not in common:
            continue
        name = fold(common[owner].name)
        theirs = next((paths for paths, start, end in own if start <= found.quote.offset < end), None)
        if theirs is not None:
            r.found.remove(found)
            r.found += [replace(found, path=f"{theirs[name]}.{key}")] if name in theirs else []
        elif key in _SHARED and not any(start <= found.quote.offset < end for _, _, start, end in groups):
            weighed = key == "formula" and not re.search(r"\bN\b", str(found.value))  # « 60 × … »
            alike = [paths[name] for paths, *_ in own if name in paths and not weighed]
            r.found += [replace(found, path=f"{path}.{key}", rule="CRI-20") for path in alike]
