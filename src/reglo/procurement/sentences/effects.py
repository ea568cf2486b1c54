"""What a reading of an open point changes in the rules, in French and back.

The words of keys are those of ``key_words``; the type a path leads to says which key or value a
word stands for. An entry that has no such words keeps the form of the rules file, between « ».

>>> effect_words({"pieces[C10].folder": "bid", "pieces[C10].page_limits[0].pages": 20})
'pièce C10, dossier : offre ; pièce C10, limite de pages n° 1, pages : 20'
>>> effect_of("pièce C10, dossier : offre ; pièce C10, limite de pages n° 1, pages : 20")
{'pieces[C10].folder': 'bid', 'pieces[C10].page_limits[0].pages': 20}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, get_args, get_origin

from reglo.procurement.consultation import Consultation
from reglo.procurement.key_words import KEYS_FR, VALUES_FR
from reglo.procurement.rules_file.choices import steps
from reglo.procurement.rules_file.nodes import parse, plain_value
from reglo.procurement.rules_file.shape import is_group
from reglo.procurement.rules_file.writing import one_line
from reglo.procurement.sentences.formulas import from_linear, linear
from reglo.procurement.sentences.grammar import hints_of
from reglo.procurement.sentences.slots import kind_of, normal, spelled, unspelled
from reglo.procurement.sentences.vocabulary import WORDS
from reglo.procurement.values import Instant, Money, Share, parse_number

# What a key is called in some groups, where its usual name would mislead.
_OWN = {
    "TieBreak.of": "donnée",
    "AwardCriterion.of": "donnée",
    "AwardCriterion.scale": "grille",
    "Award.criteria": "critères",
    "Award.scales": "grilles d'appréciation",
    "Award.values": "données calculées",
    "LotAward.criteria": "critères",
    "LotAward.scales": "grilles d'appréciation",
    "LotAward.values": "données calculées",
    "Term.of": "événement",
}
# One element of a list.
ONE_OF = {
    "addresses": "adresse",
    "choices": "lecture",
    "clauses": "disposition",
    "competences": "compétence",
    "contacts": "contact",
    "criteria": "critère",
    "for_lots": "jugement propre",
    "eliminations": "motif d'élimination",
    "inputs": "donnée",
    "justify": "constat accepté",
    "levels": "niveau",
    "lines": "ligne",
    "lots": "lot",
    "open_points": "point ouvert",
    "page_limits": "limite de pages",
    "parts": "élément",
    "pieces": "pièce",
    "places": "lieu",
    "procurement_documents": "document du dossier",
    "quotes": "devis type",
    "references": "référence",
    "rounding": "règle d'arrondi",
    "scales": "grille d'appréciation",
    "services": "service",
    "sheets": "cadre de prix",
    "terms": "délai",
    "ties": "règle de départage",
    "tranches": "tranche",
    "values": "donnée calculée",
    "visits": "visite",
    "ways": "voie de recours",
}
_UNSET, _EMPTY = "non dit", "rien"
_NAMED = ("id", "code", "ref", "label")  # keys by which a list's elements are chosen rather than by rank
_PLAIN = re.compile(r"[^\W_](?:[\w.-]*\w)?")
_MOST_BRACKETS = 100  # each may hold another
_UNKNOWN = (ValueError, KeyError, IndexError, TypeError, AttributeError)  # to the model
_QUOTES = {"«": "»", "“": "”"}
_TO_QUOTE = re.compile(r"[;()«»“”]")


def effect_words(changes: Mapping[str, Any]) -> str:
    """The changes of one reading, "" when it changes nothing."""
    said = " ; ".join(_entry(path, value) for path, value in changes.items())
    return said if _comes_back(said, changes) else one_line(dict(changes))


def effect_of(text: str) -> dict[str, Any]:
    """The changes that words tell, as the rules file writes them. Raises ValueError."""
    if text.startswith("{"):
        return _mapping(text)
    if text.count("(") > _MOST_BRACKETS:
        raise ValueError("too many brackets for what a reading changes")
    try:
        return _changes(text)
    except _UNKNOWN as error:
        raise ValueError(text) from error


def _changes(text: str) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for entry in _split(text, " ; "):
        if entry.startswith("« {"):
            changes |= _mapping(entry[2:-2])
            continue
        words, *value = _split(entry, " : ", 1)
        if not value:
            raise ValueError(entry)
        path, kind, key = _path_of(words)
        changes[path] = _meant(value[0], kind, key)
    return changes


def _entry(path: str, value: Any) -> str:
    try:
        words, kind, key = _path_words(path)
        entry = f"{words} : {_spoken(value, kind, key)}"
        if _comes_back(entry, {path: value}):
            return entry
    except _UNKNOWN:
        pass  # a path or a value that the model does not know
    return f"« {one_line({path: value})} »"


def _comes_back(words: str, changes: Mapping[str, Any]) -> bool:
    try:
        return _same(effect_of(normal(words)) if words else {}, dict(changes))
    except ValueError:
        return False


def _same(one: Any, other: Any) -> bool:
    """The same values, blanks and apostrophes left aside."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, str) and isinstance(other, str):
        return normal(one) == normal(other)
    return type(one) is type(other) and bool(one == other)


# --- Paths ------------------------------------------------------------------------------------


@cache
def _keys(kind: type) -> dict[str, str]:
    """The keys of a group and their words, each of which names one key."""
    return {each.name: _OWN.get(f"{kind.__name__}.{each.name}", KEYS_FR[each.name]) for each in fields(kind)}


def path_words(path: str) -> str:
    """The words of a path. Raises ValueError, KeyError or the like when it leads nowhere.

    >>> path_words("calendar.bid_validity.period")
    'calendrier, validité des offres, durée'
    """
    return _path_words(path)[0]


def _path_words(path: str) -> tuple[str, Any, str]:
    """The words of a path, the type it leads to and its last key as "Term.of"."""
    kind: Any = Consultation
    owner = ""
    words: list[str] = []
    for name, selects in _steps(path):
        if selects:
            kind = get_args(kind)[0]
            key = owner.rpartition(".")[2]
            words[-1] = f"{ONE_OF[key]} {_name_words(name, kind)}"
        else:
            owner = f"{kind.__name__}.{name}"
            words.append(_keys(kind)[name])
            kind = kind_of(hints_of(kind)[name])
    return ", ".join(words), kind, owner


def _steps(path: str) -> list[tuple[str, bool]]:
    try:
        return steps(path)
    except Exception as error:  # its refusal is private to the checks of a rules file
        raise ValueError(path) from error


def _name_words(name: str, kind: type) -> str:
    if name.isdecimal() and not any(key in hints_of(kind) for key in _NAMED):
        return f"n° {int(name) + 1}"
    return name if _PLAIN.fullmatch(name) else f"« {name} »"


def _path_of(text: str) -> tuple[str, Any, str]:
    kind: Any = Consultation
    owner, path = "", ""
    for step in _split(text, ", "):
        key, name = _step_of(step, kind)
        owner = f"{kind.__name__}.{key}"
        kind = kind_of(hints_of(kind)[key])
        path += ("." if path else "") + key
        if name:
            kind = get_args(kind)[0]
            path += f"[{name}]"
    return path, kind, owner


def _step_of(text: str, kind: type) -> tuple[str, str]:
    for key, words in _keys(kind).items():
        if text == words:
            return key, ""
    for key in sorted(_keys(kind), key=lambda each: -len(ONE_OF.get(each, ""))):
        if key in ONE_OF and text.startswith(f"{ONE_OF[key]} "):
            name = text[len(ONE_OF[key]) + 1 :]
            rank = re.fullmatch(r"n° (\d{1,9})", name)
            return key, str(int(rank[1]) - 1) if rank else name.removeprefix("« ").removesuffix(" »")
    raise ValueError(text)


# --- Values -----------------------------------------------------------------------------------


def _spoken(value: Any, kind: Any, key: str) -> str:
    if value is None:
        return _UNSET
    if isinstance(value, list | tuple):
        (item, *_) = get_args(kind)
        return ", ".join(_item(each, item, key) for each in value) or _EMPTY
    if isinstance(value, dict):
        words, hints = _keys(kind), hints_of(kind)
        pairs = (
            f"{words[name]} : {_spoken(below, kind_of(hints[name]), f'{kind.__name__}.{name}')}"
            for name, below in value.items()
        )
        return f"({' ; '.join(pairs)})"
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _values(kind)[value]
    if isinstance(value, bool | int | Decimal):
        return spelled(value, key)
    if key.endswith(".formula"):
        return linear(value) if value else _EMPTY
    if kind in (Instant, Money, Share):
        return spelled(kind.parse(value))
    if kind is date:
        return spelled(date.fromisoformat(value))
    return _quoted(spelled(value, key))


def _item(value: Any, kind: Any, key: str) -> str:
    text = _spoken(value, kind_of(kind), key)
    if isinstance(value, list | tuple):
        return f"({text})"
    return f"« {text} »" if "," in text and not text.startswith(("(", "«", "“")) else text


def _quoted(text: str) -> str:
    if text not in ("", _UNSET, _EMPTY) and not _TO_QUOTE.search(text):
        return text
    return f"“{text}”" if "«" in text or "»" in text else f"« {text} »"


def _meant(text: str, kind: Any, key: str) -> Any:
    if text == _UNSET:
        return None
    if get_origin(kind) is tuple:
        items = [] if text == _EMPTY else _split(text.strip(), ", ")
        item = kind_of(get_args(kind)[0])
        return [_meant(_inside(each) if get_origin(item) is tuple else each, item, key) for each in items]
    if is_group(kind):
        keys, hints, group = {said: name for name, said in _keys(kind).items()}, hints_of(kind), {}
        for pair in _split(_inside(text), " ; "):
            words, value = _split(pair, " : ", 1)
            name = keys[words]
            group[name] = _meant(value, kind_of(hints[name]), f"{kind.__name__}.{name}")
        return group
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return {said: value for value, said in _values(kind).items()}[text]
    if kind is bool:
        return unspelled(text, bool)
    if key.endswith(".formula"):
        return "" if text == _EMPTY else from_linear(text)
    text = re.sub(r"^(?:« ?(.*?) ?»|“(.*)”)$", r"\1\2", text)
    if kind in (int, Decimal) and re.fullmatch(r"-?\d{1,18}", text):
        return int(text)
    if kind is Decimal:
        return parse_number(text)
    if kind in (Instant, Money, Share, date):
        return unspelled(text, kind)
    return unspelled(text, str, key)


def _values(kind: type[StrEnum]) -> dict[str, str]:
    known = WORDS.get(kind.__name__, {})
    return {each.value: known.get(each.value, VALUES_FR.get(each.value, each.value)) for each in kind}


def _inside(text: str) -> str:
    if not (text.startswith("(") and text.endswith(")")):
        raise ValueError(text)
    return text[1:-1]


def _split(text: str, sign: str, most: int = -1) -> list[str]:
    """The parts between signs that stand outside brackets and quotes."""
    parts: list[str] = []
    start = 0
    for place in _outside(text):
        if place >= start and len(parts) != most and text.startswith(sign, place):
            parts.append(text[start:place])
            start = place + len(sign)
    return [*parts, text[start:]]


def _outside(text: str) -> Iterator[int]:
    depth, closing = 0, ""
    for place, each in enumerate(text):
        if closing:
            closing = "" if each == closing else closing
        elif each in _QUOTES:
            closing = _QUOTES[each]
        elif each in "()":
            depth += 1 if each == "(" else -1
        elif depth == 0:
            yield place


def _mapping(text: str) -> dict[str, Any]:
    """A mapping between braces, as the rules file writes it. ValueError when it is none."""
    root, _ = parse(text, "")
    value = plain_value(root) if root is not None else None
    if not isinstance(value, dict):
        raise ValueError(text)
    return {key: _listed(each) for key, each in value.items()}


def _listed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _listed(each) for key, each in value.items()}
    return [_listed(each) for each in value] if isinstance(value, tuple) else value
