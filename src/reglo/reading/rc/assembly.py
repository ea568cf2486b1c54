"""From what was found to a rules file: values that agree, open points for the rest, nothing invented."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reglo.procurement.consultation import Consultation
from reglo.procurement.rules_file import Loaded, load, write
from reglo.procurement.rules_file.faults import MissingKey
from reglo.reading.rc.agreement import choose, one_judgement, ranked_apart
from reglo.reading.rc.draft import STEP, Draft, get, plain, point_id, put
from reglo.reading.rc.model import Doubt, Found, Reading
from reglo.reading.rc.necessities import NO_REFERENCE, complete
from reglo.reading.rc.rules_text import as_yaml, commented


@dataclass(slots=True)
class Assembled:
    """The rules file and what it was made from."""

    text: str
    consultation: Consultation
    loaded: Loaded
    values: list[Found]  # those kept, one for each path
    doubts: list[Doubt]


def assemble(readings: Sequence[Reading]) -> Assembled:
    """The rules file of what several readings of one consultation found."""
    draft = Draft(doubts=[doubt for reading in readings for doubt in reading.doubts])
    choose(draft, ranked_apart(one_judgement(readings, draft)))
    for found in draft.kept.values():
        put(draft.data, found.path, found.value)
    complete(draft)
    data = plain(draft.data)
    _add_sources(data, draft.kept)
    consultation, _loaded = _loadable(data, draft)
    text = commented(write(consultation), draft.kept)
    again = load(text)
    if again.consultation != consultation:  # a comment that would change a value is not worth it
        text = write(consultation)
        again = load(text)
    return Assembled(text, consultation, again, list(draft.kept.values()), draft.doubts)


# --- Sources and comments ---------------------------------------------------------------------

_SOURCED_LISTS = (
    "lots", "places", "calendar.terms", "calendar.visits", "contract.tranches", "pieces", "procurement_documents", "award.criteria", "award.scales",
    "award.inputs", "award.values", "award.rounding", "award.ties", "award.for_lots", "remedies.ways", "capacity.competences", "capacity.references",
    "clauses", "contacts", "review.eliminations", "buyer.services", "buyer.addresses",
)  # fmt: skip
_SOURCED_GROUPS = (
    "buyer",
    "procedure",
    "allotment",
    "contract",
    "calendar",
    "document_access",
    "submission",
    "grouping",
    "capacity",
    "prices",
    "award",
    "review",
    "remedies",
    *("procedure.negotiation", "procedure.shortlist", "contract.renewal", "contract.framework"),
    *("calendar.bid_validity", "grouping.exclusivity", "capacity.turnover"),
    *("submission.signature", "submission.backup_copy"),
)


def _add_sources(data: dict[str, Any], kept: dict[str, Found]) -> None:
    articles: dict[str, dict[str, None]] = {}
    for path, found in kept.items():
        for prefix in _prefixes(path):
            articles.setdefault(prefix, {})[found.quote.article] = None

    def source(prefix: str) -> str:
        return ", ".join(list(articles.get(prefix, {}))[:6])

    for group in _SOURCED_GROUPS:
        held = get(data, group)
        if isinstance(held, dict) and (text := source(group)):
            held.setdefault("source", text)
    for path in _SOURCED_LISTS:
        elements = get(data, path)
        if not isinstance(elements, list):
            continue
        keys = list(
            dict.fromkeys(
                match[1] for each in kept if (match := re.match(re.escape(path) + r"\[([^\]]*)\]", each))
            )
        )
        for rank, element in enumerate(elements):
            key = _key_of(element, keys, rank)
            if isinstance(element, dict) and key and (text := source(f"{path}[{key}]")):
                element.setdefault("source", text)
            for child in element.get("criteria", []) if isinstance(element, dict) else []:
                if text := source(f"{path}[{key}].criteria[{child['id']}]"):
                    child.setdefault("source", text)


def _key_of(element: Any, keys: list[str], rank: int) -> str:
    if isinstance(element, dict):
        for name in ("id", "code", "kind", "postcode"):
            if element.get(name) in keys:
                return str(element[name])
    return str(rank) if str(rank) in keys else ""


def _prefixes(path: str) -> Iterable[str]:
    for match in re.finditer(r"(?<=\w)(?=\.)|(?<=\])|(?<=\w)(?=\[)", path):
        yield path[: match.start()]


# --- A file that loads ------------------------------------------------------------------------


def _loadable(data: dict[str, Any], draft: Draft) -> tuple[Consultation, Loaded]:
    """The consultation; a value the format refuses is taken out and said."""
    draft.doubts = [
        doubt if _settable(draft.data, doubt) else replace(doubt, choices=(), default="")
        for doubt in draft.doubts
    ]
    said = data.get("open_points", [])  # by an RC that lists its own
    data["open_points"] = [*said, *_points(draft.doubts)]
    for _ in range(40):
        loaded = load(as_yaml(data))
        if loaded.consultation is not None:
            return loaded.consultation, loaded
        fault = next(each for each in loaded.faults if each.weight.value == "blocking")
        paths = [path for path, line in loaded.lines.items() if line == fault.place.line]
        # a value refused is left out alone; what lacks a key it cannot do without is left out whole
        whole = isinstance(fault, MissingKey)
        path = min(paths, key=len, default="") if whole else max(paths, key=len, default="")
        point = re.match(r"open_points\[(\d+)\]\.choices", path)
        rank = int(point[1]) - len(said) if point else -1
        if 0 <= rank < len(draft.doubts) and draft.doubts[rank].choices:
            # what a choice would set was taken out above: the question stays, without its choices
            draft.doubts[rank] = replace(draft.doubts[rank], choices=(), default="")
            data["open_points"] = [*said, *_points(draft.doubts)]
            continue
        if path == "reference" and data["reference"] != NO_REFERENCE:
            data["reference"] = NO_REFERENCE  # a file cannot do without one: marked, not removed
        elif _without_readings(said, path):
            data["open_points"] = [*said, *_points(draft.doubts)]
            continue
        elif not path or not _remove(data, path):
            break
        draft.doubts.append(
            Doubt(
                f"refuse-{point_id(path)}",
                f"Une valeur lue a été laissée de côté ({path}) : {fault.cause_text}",
            )
        )
        data["open_points"] = [*said, *_points(draft.doubts)]
    from reglo.procurement.findings import Refused

    raise Refused(*loaded.faults)


def _settable(data: dict[str, Any], doubt: Doubt) -> bool:
    """Whether every choice sets a key of something written: a reading cannot be chosen otherwise."""
    for _, _, values in doubt.choices:
        for path in values:
            parent, dot, _ = path.rpartition(".")
            if dot and not isinstance(get(data, parent), dict):
                return False
    return True


def _without_readings(said: list[dict[str, Any]], path: str) -> bool:
    """Take its readings out of a point of the RC: one of them sets what was not read."""
    found = re.match(r"open_points\[(\d+)\]\.choices", path)
    if not found or int(found[1]) >= len(said):
        return False
    point = said[int(found[1])]
    said[int(found[1])] = {key: value for key, value in point.items() if key not in ("choices", "default")}
    return True


def _remove(data: Any, path: str) -> bool:
    try:
        steps = [int(match[2]) if match[2] else match[1] for match in STEP.finditer(path)]
        for step in steps[:-1]:
            data = data[step]
        del data[steps[-1]]
    except (KeyError, IndexError, TypeError, ValueError):
        return False
    return True


def _points(doubts: list[Doubt]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    seen: set[str] = set()
    for doubt in doubts:
        name, rank = doubt.id, 2
        while name in seen:
            name, rank = f"{doubt.id}-{rank}", rank + 1
        seen.add(name)
        point: dict[str, Any] = {"id": name, "question": doubt.question}
        if doubt.rule:
            point["rule"] = doubt.rule
        if doubt.quotes:
            point["sources"] = list(dict.fromkeys(str(quote) for quote in doubt.quotes))
            point["text"] = " / ".join(dict.fromkeys(quote.words for quote in doubt.quotes))[:900]
        if doubt.choices:
            point["choices"] = [
                {"id": id, "label": label, "set": values} if values else {"id": id, "label": label}
                for id, label, values in doubt.choices
            ]
        if doubt.default:
            point["default"] = doubt.default
        out.append(point)
    return out
