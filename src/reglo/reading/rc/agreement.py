"""One value for each path: readings that agree, and a doubt where they clash."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from reglo.reading.rc.draft import Draft, point_id
from reglo.reading.rc.model import Doubt, Found, Reading
from reglo.reading.text.model import fold

_FREE = re.compile(
    r"(?:title|name|description|reason|abandonment|financing|represented_by|duration_from|stated_in|refusal|time_zone_as_written)$"
)

_MAPPING = re.compile(r"(?:identifiers|invoicing_codes|columns|\.set)$")  # keys that are the buyer's own


def one_judgement(readings: Sequence[Reading], draft: Draft) -> list[Found]:
    """All that was found, the judgement taken from one document; another's weights that differ are a doubt."""
    judged = [
        reading
        for reading in readings
        if any(each.path.startswith("award.criteria[") for each in reading.found)
    ]
    if len(judged) < 2:
        return [each for reading in readings for each in reading.found]
    first = max(judged, key=lambda reading: sum(each.path.startswith("award.") for each in reading.found))
    for other in judged:
        if other is not first and _weights(other) != _weights(first):
            one, two = (
                next(each for each in reading.found if each.path.startswith("award.criteria["))
                for reading in (first, other)
            )
            draft.doubts.append(
                Doubt(
                    "poids-des-criteres",
                    f"Les documents ne pèsent pas les critères de même : {_said(first)} dans {first.document.name}, {_said(other)} dans {other.document.name}. "
                    f"Les règles écrites suivent {first.document.name}.",
                    (one.quote, two.quote),
                )
            )
    return [
        each
        for reading in readings
        for each in reading.found
        if reading is first or not each.path.startswith("award.")
    ]


_RANKED = re.compile(r"(?P<list>(?:clauses|review\.eliminations)\[(?:phrase|autre)-)\d+\]")


def ranked_apart(founds: list[Found]) -> list[Found]:
    """Sentences that a rule only numbered: the first of one document is not the first of another."""
    if len({each.quote.file for each in founds}) < 2:
        return founds
    ids: dict[tuple[str, str, str], str] = {}  # list, document, number in it -> number in all
    out = []
    for each in founds:
        ranked = _RANKED.match(each.path)
        if ranked is None:
            out.append(each)
            continue
        mine = (ranked["list"], each.quote.file, ranked[0])
        rank = sum(known[0] == mine[0] for known in ids) + 1
        path = ids.setdefault(mine, f"{ranked['list']}{rank}]")
        value = each.value
        if isinstance(value, dict) and "id" in value:
            value = {**value, "id": path.partition("[")[2].rstrip("]")}
        out.append(replace(each, path=path + each.path[ranked.end() :], value=value))
    return out


def _weights(reading: Reading) -> list[Decimal]:
    return sorted(
        Decimal(str(each.value["weight"]))
        for each in reading.found
        if re.fullmatch(r"award\.criteria\[[^\]]+\]", each.path)
    )


def _said(reading: Reading) -> str:
    tops = [each for each in reading.found if re.fullmatch(r"award\.criteria\[[^\]]+\]", each.path)]
    return ", ".join(f"{each.value['name']} {each.value['weight']}" for each in tops)


def _leaves(found: Found) -> Iterable[Found]:
    """A found group as one value for each of its keys; a free mapping stays whole."""
    if isinstance(found.value, dict) and not _MAPPING.search(found.path):
        for key, value in found.value.items():
            yield from _leaves(replace(found, path=f"{found.path}.{key}", value=value))
    else:
        yield found


def choose(draft: Draft, founds: Iterable[Found]) -> None:
    by_path: dict[str, list[Found]] = {}
    for found in founds:
        for leaf in _leaves(found):
            by_path.setdefault(leaf.path, []).append(leaf)
    for path, readings in by_path.items():
        strong = [each for each in readings if not each.weak] or readings
        groups: list[list[Found]] = []
        for each in strong:
            home = next((group for group in groups if _agree(path, group[0].value, each.value)), None)
            home.append(each) if home is not None else groups.append([each])
        if len(groups) == 1:
            draft.kept[path] = max(groups[0], key=lambda each: each.confidence)
        else:
            draft.doubts.append(_clash(path, [group[0] for group in groups]))


def _agree(path: str, one: Any, two: Any) -> bool:
    if one == two or str(one) == str(two):
        return True
    if isinstance(one, str) and isinstance(two, str):
        if fold(one) == fold(two):
            return True
        if path.endswith((".url", "_url")):
            hosts = [re.sub(r"^https?://(?:www\.)?", "", each).split("/")[0] for each in (one, two)]
            return hosts[0] == hosts[1]
        if _FREE.search(path) and path != "buyer.name":
            words = [set(re.findall(r"[a-z]{4,}", fold(each))) for each in (one, two)]
            return bool(words[0] & words[1]) and len(words[0] & words[1]) >= 0.6 * min(map(len, words))
    if path.endswith("phones"):
        return {_digits(each) for each in one} == {_digits(each) for each in two}
    if isinstance(one, list) and isinstance(two, list):
        return set(map(str, one)) == set(map(str, two)) or path.endswith("legal_basis")
    return False


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone)[-9:]


def _clash(path: str, readings: list[Found]) -> Doubt:
    said = " ; ".join(f"« {_short(each.value)} » ({each.quote})" for each in readings[:4])
    choices = tuple(
        (f"lecture-{rank}", _short(each.value)[:80], {path: each.value})
        for rank, each in enumerate(readings[:6], start=1)
    )
    settable = not isinstance(readings[0].value, list)
    return Doubt(
        point_id(path),
        f"Le document donne plusieurs valeurs pour {path} : {said}. Laquelle est la bonne ?",
        tuple(each.quote for each in readings[:4]),
        choices if settable else (),
    )


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 160 else text[:157] + "…"
