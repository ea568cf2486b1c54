"""The JSON Schema (draft 2020-12) of the rules file, for completion in editors; made from the model itself.

Descriptions are in French (``schema_words``, ``key_words``, ``glosses``): an editor shows them while typing.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from reglo.procurement.consultation import Consultation
from reglo.procurement.key_words import KEYS_FR
from reglo.procurement.rules_file.checks.identity import WORDS
from reglo.procurement.rules_file.glosses import GLOSSES, glossed
from reglo.procurement.rules_file.schema_words import GROUPS_FR, NAMES_FR, NOTES_FR
from reglo.procurement.rules_file.shape import Key, entry_type, is_group, item_type, keys_of
from reglo.procurement.rules_file.structure import FORMAT_VERSION
from reglo.procurement.values import Instant, Money, Period, Share

_DIGITS = r"[+-]?[0-9][0-9 \u00a0\u202f]*([.,][0-9]+)?"
_UNIT = "|".join(
    ["minutes?", "heures?", "jours?( calendaires?| ouvrés?| ouvrables?)?", "semaines?", "mois", "ans?"]
)
_COMPACT: dict[Any, dict[str, Any]] = {
    Money: {
        "pattern": rf"^\s*{_DIGITS}\s*(EUR|€|[Ee]uros?)\s*(HT|TTC)\s*$",
        "examples": ["659 764,00 EUR HT"],
    },
    Share: {"pattern": rf"^\s*{_DIGITS}\s*%\s*$", "examples": ["30 %"]},
    Period: {"pattern": rf"^\s*[0-9]{{1,5}}\s+({_UNIT})\s*$", "examples": ["8 jours ouvrés"]},
    Instant: {
        "pattern": r"^\s*[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?\s+[A-Za-z_+/-]+\s*$",
        "examples": ["2026-02-18 12:00 Europe/Paris"],
    },
    date: {"pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "examples": ["2026-02-18"]},
}


def json_schema() -> dict[str, Any]:
    """The schema of a rules file.

    >>> schema = json_schema()
    >>> schema["required"][:3], schema["$defs"]["Piece"]["properties"]["folder"]["enum"]
    (['reglo', 'reference', 'title'], ['candidacy', 'bid'])
    """
    definitions: dict[str, Any] = {}
    root = _group(Consultation, definitions)
    root["properties"]["reglo"] = {**root["properties"]["reglo"], "const": FORMAT_VERSION}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Réglo : règles d'une consultation",
        **root,
        "$defs": dict(sorted(definitions.items())),
    }


def _group(group: type, definitions: dict[str, Any]) -> dict[str, Any]:
    properties = {
        key.name: {**_key(group, key, definitions), "description": _said(group, key)}
        for key in keys_of(group).values()
    }
    required = [key.name for key in keys_of(group).values() if key.required]
    return {
        "type": "object",
        "description": GROUPS_FR[group.__name__],
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _key(group: type, key: Key, definitions: dict[str, Any]) -> dict[str, Any]:
    schema = _value(key.type, definitions)
    for (kind, name), words in WORDS.items():
        if issubclass(group, kind) and name == key.name:
            schema = {"enum": list(words)}
    if key.required and not key.nullable:
        return schema
    return _or_null(schema)


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, an empty key being allowed too; not for a group, whose keys an editor must propose."""
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    if "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        return {**schema, "type": [*types, "null"]}
    return schema


def _value(wanted: Any, definitions: dict[str, Any]) -> dict[str, Any]:
    if wanted is Any:
        return {}
    if (item := item_type(wanted)) is not None:
        return {"type": "array", "items": _value(item, definitions)}
    if (entry := entry_type(wanted)) is not None:
        return {"type": "object", "additionalProperties": _value(entry, definitions)}
    if wanted in _COMPACT:
        return {"type": "string", **_COMPACT[wanted]}
    if is_group(wanted):
        name = wanted.__name__
        if name not in definitions:
            definitions[name] = {}  # a group may hold itself, as criteria do
            definitions[name] = _group(wanted, definitions)
        return {"$ref": f"#/$defs/{name}"}
    if issubclass(wanted, StrEnum):
        return {"enum": [member.value for member in wanted]}
    if wanted is bool:
        return {"type": "boolean"}
    if wanted is int:
        return {"type": "integer", "minimum": 0}
    if wanted is Decimal:
        return {"type": ["number", "string"], "minimum": 0, "pattern": rf"^\s*{_DIGITS}\s*$"}
    return {"type": ["string", "number"]}  # a text may be written as a bare number: 01000


def _said(group: type, key: Key) -> str:
    """What a key is, in French, how to write it, and what the words it admits mean."""
    full = f"{group.__name__}.{key.name}"
    name = NAMES_FR.get(full) or KEYS_FR[key.name]
    note = NOTES_FR.get(full) or NOTES_FR.get(key.name, "")
    words = item_type(key.type) or key.type
    if isinstance(words, type) and issubclass(words, StrEnum) and words in GLOSSES:
        note = " ; ".join(part for part in (note, ", ".join(map(glossed, words))) if part)
    return name[:1].upper() + name[1:] + (f" : {note}" if note else "")
