"""From what was found to a rules file: values that agree, open points for the rest, nothing invented."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from reglo.procurement.consultation import Consultation
from reglo.procurement.rules_file import Loaded, load, write
from reglo.reading.rc.model import Doubt, Found, Reading
from reglo.reading.rc.rules_text import as_yaml, commented
from reglo.reading.text.model import fold

TO_FILL = "À COMPLÉTER"
_NO_REFERENCE = "A-COMPLETER"
_STEP = re.compile(r"([a-z_]+)|\[([^\]]*)\]")
# groups of the model that must hold a key when they are written at all
_NEEDED = {
    "procedure.negotiation": "allowed",
    "allotment": "divided",
    "calendar.bid_validity": "period",
    "contract.framework": "orders",
    "remedies.court": "name",
    "remedies.address": "lines",
}
_ELEMENT_NEEDS = {
    "calendar.terms": ("period", "about", "side", "of"),
    "calendar.visits": ("compulsory",),
    "lots": ("name",),
    "pieces": ("name", "folder"),
    "procurement_documents": ("name",),
    "contract.tranches": ("name", "optional"),
    "award.criteria": ("name", "weight"),
}
_FREE = re.compile(
    r"(?:title|name|description|reason|abandonment|financing|represented_by|duration_from|stated_in|refusal|time_zone_as_written)$"
)


@dataclass(slots=True)
class Assembled:
    """The rules file and what it was made from."""

    text: str
    consultation: Consultation
    loaded: Loaded
    values: list[Found]  # those kept, one for each path
    doubts: list[Doubt]


@dataclass(slots=True)
class _Draft:
    kept: dict[str, Found] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)


def assemble(readings: Sequence[Reading]) -> Assembled:
    """The rules file of what several readings of one consultation found."""
    draft = _Draft(doubts=[doubt for reading in readings for doubt in reading.doubts])
    _choose(draft, _one_judgement(readings, draft))
    for found in draft.kept.values():
        _put(draft.data, found.path, found.value)
    _complete(draft)
    data = _plain(draft.data)
    _add_sources(data, draft.kept)
    consultation, _loaded = _loadable(data, draft)
    text = commented(write(consultation), draft.kept)
    again = load(text)
    if again.consultation != consultation:  # a comment that would change a value is not worth it
        text = write(consultation)
        again = load(text)
    return Assembled(text, consultation, again, list(draft.kept.values()), draft.doubts)


# --- Agreement --------------------------------------------------------------------------------


def _one_judgement(readings: Sequence[Reading], draft: _Draft) -> list[Found]:
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
    """A found group as one value for each of its keys."""
    if isinstance(found.value, dict):
        for key, value in found.value.items():
            yield from _leaves(replace(found, path=f"{found.path}.{key}", value=value))
    else:
        yield found


def _choose(draft: _Draft, founds: Iterable[Found]) -> None:
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
        _point_id(path),
        f"Le document donne plusieurs valeurs pour {path} : {said}. Laquelle est la bonne ?",
        tuple(each.quote for each in readings[:4]),
        choices if settable else (),
    )


def _short(value: Any) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= 160 else text[:157] + "…"


def _point_id(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", fold(path)).strip("-")


# --- The tree ---------------------------------------------------------------------------------


class _Elements(dict[str, Any]):
    """A list whose elements are still named by their keys."""


def _put(data: dict[str, Any], path: str, value: Any) -> None:
    steps = [(match[1], match[2]) for match in _STEP.finditer(path)]
    node: Any = data
    for rank, (key, element) in enumerate(steps):
        last = rank == len(steps) - 1
        name = key if key else element
        if last:
            node[name] = value
            return
        following = steps[rank + 1]
        if name not in node or not isinstance(node[name], dict):
            node[name] = _Elements() if following[1] is not None and not following[0] else {}
        node = node[name]


def _get(data: Any, path: str) -> Any:
    for match in _STEP.finditer(path):
        if not isinstance(data, dict):
            return None
        data = data.get(match[1] or match[2])
    return data


def _plain(node: Any) -> Any:
    """The tree with its lists as lists."""
    if isinstance(node, _Elements):
        return [_plain(value) for value in node.values()]
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    return node


# --- What a loadable file cannot do without ---------------------------------------------------

_ENUMS = {
    "buyer.kind": ("local", (("state", "l'État ou un de ses services"), ("local", "une collectivité ou un autre pouvoir adjudicateur"), ("utility", "une entité adjudicatrice"))),
    "nature": ("services", (("works", "travaux"), ("supplies", "fournitures"), ("services", "services"))),
    "procedure.type": (
        "open",
        (("open", "appel d'offres ouvert"), ("restricted", "appel d'offres restreint"), ("negotiated", "procédure avec négociation"), ("dialogue", "dialogue compétitif"), ("adapted", "procédure adaptée")),
    ),
}  # fmt: skip
_QUESTIONS = {
    "buyer.kind": "Le document ne dit pas si l'acheteur relève de l'État ou d'une collectivité.",
    "nature": "Le document ne dit pas si le marché est de travaux, de fournitures ou de services.",
    "procedure.type": "La procédure n'a pas été lue avec certitude.",
    "reference": "Aucun numéro de consultation n'a été lu. Lequel inscrire ?",
    "title": "L'objet n'a pas été lu avec certitude. Lequel inscrire ?",
    "buyer.name": "L'acheteur n'a pas été lu avec certitude. Lequel inscrire ?",
}


def _complete(draft: _Draft) -> None:
    data = draft.data
    data["reglo"] = 1
    for path in ("reference", "title", "buyer.name"):
        if not _get(data, path):
            _put(data, path, _NO_REFERENCE if path == "reference" else TO_FILL)
            _necessity(draft, path, ())
    for path, (placeholder, values) in _ENUMS.items():
        if _get(data, path) is None:
            _put(data, path, placeholder)
            _necessity(draft, path, tuple((value, label, {path: value}) for value, label in values))
    data["procedure"].setdefault("legal_basis", [])
    data.setdefault("calendar", {})
    if not any(
        data["calendar"].get(key) for key in ("submission_deadline", "candidacy_deadline")
    ) and not any("date-limite" in doubt.id or "deadline" in doubt.id for doubt in draft.doubts):
        draft.doubts.append(
            Doubt("date-limite", "Aucune date limite de remise n'a été lue. Quelle est-elle ?")
        )
    _groups(draft)
    _lots(draft)
    _award(draft)


def _necessity(draft: _Draft, path: str, choices: tuple[tuple[str, str, dict[str, Any]], ...]) -> None:
    """The point that marks what had to be filled in; a clash already found says it better."""
    if not any(doubt.id == _point_id(path) for doubt in draft.doubts):
        marked = " La valeur écrite n'est qu'un emplacement." if choices else ""
        draft.doubts.append(Doubt(_point_id(path), _QUESTIONS[path] + marked, (), choices))


def _groups(draft: _Draft) -> None:
    data = draft.data
    for path, key in _NEEDED.items():
        group = _get(data, path)
        if isinstance(group, dict) and key not in group and path != "contract.framework":
            parent, _, name = path.rpartition(".")
            (_get(data, parent) if parent else data).pop(name)
    for path, needs in _ELEMENT_NEEDS.items():
        elements = _get(data, path)
        if isinstance(elements, _Elements):
            for key in [
                key
                for key, each in elements.items()
                if not isinstance(each, dict) or any(need not in each for need in needs)
            ]:
                del elements[key]
    if "contract" in data:
        data["contract"].setdefault("form", TO_FILL)
        if isinstance(data["contract"].get("renewal"), dict):
            data["contract"]["renewal"].setdefault("count", None)
    remedies = data.get("remedies")
    if isinstance(remedies, dict):
        if "court" in remedies:
            remedies["court"]["role"] = "recours"
        else:
            data.pop("remedies")


def _lots(draft: _Draft) -> None:
    data = draft.data
    if not isinstance(data.get("lots"), _Elements) or not data["lots"]:
        divided = _get(data, "allotment.divided")
        if divided:
            data.pop("allotment")
        if divided is None and not any(doubt.id == "nombre-de-lots" for doubt in draft.doubts):
            draft.doubts.append(
                Doubt(
                    "lots",
                    "Le document ne dit pas si le marché est divisé en lots. Les règles écrites n'en ont qu'un.",
                )
            )
        data["lots"] = _Elements({"1": {"id": "1", "name": data["title"]}})
    elif _get(data, "allotment.divided") is False and len(data["lots"]) > 1:
        data["allotment"]["divided"] = True


def _award(draft: _Draft) -> None:
    award = draft.data.setdefault("award", {})
    criteria = award.get("criteria")
    inputs = award.setdefault("inputs", _Elements())
    scales = award.get("scales") or _Elements()
    if not isinstance(criteria, _Elements) or not criteria:
        award["criteria"] = criteria = _Elements(
            {"a_completer": {"id": "a_completer", "name": TO_FILL, "weight": award.get("total", 100)}}
        )
        if not any(doubt.id == "criteres" for doubt in draft.doubts):
            draft.doubts.append(
                Doubt(
                    "criteres", "Aucun critère pondéré n'a été lu. Quels sont les critères et leurs poids ?"
                )
            )
    used: set[str] = set()
    by_hand: list[str] = []
    for item in criteria.values():
        below = item.get("criteria")
        for leaf in below.values() if isinstance(below, _Elements) else (item,):
            if leaf.get("method") not in ("scale", "normalised"):
                leaf.pop("scale", None)
            known = {
                "scale": leaf.get("scale") in scales,
                "normalised": leaf.get("scale") in scales,
                "formula": "formula" in leaf,
            }.get(leaf.get("method", ""), "of" in leaf)
            if known:
                used.add(leaf.get("scale", ""))
                continue
            for key in ("method", "of", "scale", "formula"):
                leaf.pop(key, None)
            name = f"note_{leaf['id']}"
            inputs[name] = {
                "id": name,
                "name": f"Note donnée pour « {leaf['name']} », en points",
                "kind": "number",
                "unit": "points",
                "higher_is_better": True,
                "zero_allowed": True,
            }
            leaf |= {"method": "formula", "formula": f"min(N, {name})"}
            by_hand.append(leaf["name"])
        if isinstance(below, _Elements):
            for key in ("method", "of", "scale", "formula"):
                item.pop(key, None)
    if by_hand:
        draft.doubts.append(
            Doubt(
                "notation",
                f"La façon de noter {', '.join(f'« {name} »' for name in by_hand)} n'a pas été lue : la note est à donner à la main. Quelle est la méthode ?",
            )
        )
    for name in [name for name in scales if name not in used]:
        del scales[name]
    figures = set(inputs) | set(award.get("values") or ())
    if award.get("price_figure") not in figures:
        award.pop("price_figure", None)
    for rank in list(award.get("ties") or {}):
        tie = award["ties"][rank]
        if tie.get("rule") == "lowest" and tie.get("of") not in figures:
            if figures and award.get("price_figure"):
                tie["of"] = award["price_figure"]
            else:
                del award["ties"][rank]
    if not inputs:
        award.pop("inputs")


# --- Sources and comments ---------------------------------------------------------------------

_SOURCED_LISTS = (
    "lots", "places", "calendar.terms", "calendar.visits", "contract.tranches", "pieces", "procurement_documents", "award.criteria", "award.scales",
    "award.inputs", "award.values", "award.rounding", "award.ties", "remedies.ways", "capacity.competences", "capacity.references",
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
)


def _add_sources(data: dict[str, Any], kept: dict[str, Found]) -> None:
    articles: dict[str, dict[str, None]] = {}
    for path, found in kept.items():
        for prefix in _prefixes(path):
            articles.setdefault(prefix, {})[found.quote.article] = None

    def source(prefix: str) -> str:
        return ", ".join(list(articles.get(prefix, {}))[:6])

    for group in _SOURCED_GROUPS:
        if isinstance(data.get(group), dict) and (text := source(group)):
            data[group].setdefault("source", text)
    for path in _SOURCED_LISTS:
        elements = _get(data, path)
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


def _loadable(data: dict[str, Any], draft: _Draft) -> tuple[Consultation, Loaded]:
    """The consultation; a value the format refuses is taken out and said."""
    draft.doubts = [
        doubt if _settable(draft.data, doubt) else replace(doubt, choices=(), default="")
        for doubt in draft.doubts
    ]
    data["open_points"] = _points(draft.doubts)
    for _ in range(40):
        loaded = load(as_yaml(data))
        if loaded.consultation is not None:
            return loaded.consultation, loaded
        fault = next(each for each in loaded.faults if each.weight.value == "blocking")
        paths = [path for path, line in loaded.lines.items() if line == fault.place.line]
        path = max(paths, key=len, default="")
        if path == "reference" and data["reference"] != _NO_REFERENCE:
            data["reference"] = _NO_REFERENCE  # a file cannot do without one: marked, not removed
        elif not path or not _remove(data, path):
            break
        draft.doubts.append(
            Doubt(
                f"refuse-{_point_id(path)}",
                f"Une valeur lue a été laissée de côté ({path}) : {fault.cause_text}",
            )
        )
        data["open_points"] = _points(draft.doubts)
    from reglo.procurement.findings import Refused

    raise Refused(*loaded.faults)


def _settable(data: dict[str, Any], doubt: Doubt) -> bool:
    """Whether every choice sets a key of something written: a reading cannot be chosen otherwise."""
    for _, _, values in doubt.choices:
        for path in values:
            parent, dot, _ = path.rpartition(".")
            if dot and not isinstance(_get(data, parent), dict):
                return False
    return True


def _remove(data: Any, path: str) -> bool:
    steps = [int(match[2]) if match[2] else match[1] for match in _STEP.finditer(path)]
    try:
        for step in steps[:-1]:
            data = data[step]
        del data[steps[-1]]
    except (KeyError, IndexError, TypeError):
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
