"""Every key of the rules file on one page, made from its JSON Schema: ``docs/rules-keys.md``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reglo.procurement.rules_file.schema import json_schema

_EVERYWHERE = ("source", "text", "legal_basis")
_KINDS = {"boolean": "oui ou non", "integer": "entier", "string": "texte", "object": "noms et valeurs"}
_HEAD = """\
# Toutes les clés du fichier de règles

Page écrite par `reglo schema -o rules-keys.md` ; [rules-file.md](rules-file.md) raconte l'essentiel sur un
exemple. Une clé en gras est obligatoire dans son groupe. Partout sont aussi admises `source` (l'article du
règlement), `text` (sa phrase) et `legal_basis` (ceux de la loi, qu'il cite). Oui et non : `true`, `false`.
"""


def keys_page() -> str:
    """The page, in Markdown: a table for each group of keys, in the order a file meets them.

    >>> [line for line in keys_page().splitlines() if line.startswith("| `hidden`")]
    ['| `hidden` | oui ou non | Non communiqué |']
    """
    schema = json_schema()
    groups: dict[str, dict[str, Any]] = {"": schema} | schema["$defs"]
    paths: dict[str, str] = {}  # of each group: where a file first meets it
    tables: list[str] = []

    def add(name: str, path: str) -> None:
        new = []
        for key, value in groups[name]["properties"].items():
            group = _group(value)
            if group and group not in paths:
                paths[group] = f"{path}.{key}" if path else key
                new.append(group)
        tables.append(_table(path, groups[name], paths))
        for group in new:
            add(group, paths[group])

    add("", "")
    return _HEAD + "".join(tables)


def _table(path: str, group: dict[str, Any], paths: Mapping[str, str]) -> str:
    title = f"`{path}`" if path else "À la racine"
    lines = [f"\n## {title}\n", group["description"], "", "| clé | valeur | sens |", "|---|---|---|"]
    for name, key in group["properties"].items():
        if name not in _EVERYWHERE:
            shown = f"**`{name}`**" if name in group.get("required", ()) else f"`{name}`"
            lines.append(f"| {shown} | {_value(key, paths)} | {key['description']} |")
    return "\n".join(lines) + "\n"


def _group(key: dict[str, Any]) -> str:
    """The group of keys that a key, or each element of its list, holds; "" for none."""
    reference: str = key.get("$ref", "") or key.get("items", {}).get("$ref", "")
    return reference.rpartition("/")[2]


def _value(key: dict[str, Any], paths: Mapping[str, str]) -> str:
    """What is written after a key, in French."""
    if "items" in key:
        return f"liste : {_value(key['items'], paths)}"
    if "$ref" in key:
        return f"groupe `{paths[_group(key)]}`"
    if "enum" in key:
        words = [word for word in key["enum"] if word is not None]
        told = all(word in key.get("description", "") for word in words)
        return "un de ces mots" if told else ", ".join(f"`{word}`" for word in words)
    if "const" in key:
        return f"`{key['const']}`"
    if "examples" in key:
        return f"comme `{key['examples'][0]}`"
    kinds = [kind for kind in _many(key.get("type", "string")) if kind != "null"]
    return "nombre" if kinds == ["number", "string"] else _KINDS[kinds[0]]


def _many(kinds: str | list[str]) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds
