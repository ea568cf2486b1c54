"""Notices: eForms XML, the records of BOAMP (four shapes), and the printed eForms notice.

The XML and the BOAMP ``EFORMS`` shape are the same tree and share one reading. The other shapes
(FNSimple, MAPA, IDENTITE) are read by the names of their fields, through the fields every record
has, and as text: their labels and values go through the rules that read an RC.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.parsers import expat
from zoneinfo import ZoneInfo

from reglo.reading.rc.boamp_fields import read_fields
from reglo.reading.rc.eforms import read_tree
from reglo.reading.rc.model import READERS, Reading
from reglo.reading.rc.printed_notice import paragraphs
from reglo.reading.text import plain
from reglo.reading.text.model import Document, Flow, Line, Unreadable, fold

MAX_BYTES = 20 << 20
MAX_NODES = 300_000
MAX_DEPTH = 100
_GIVE = "Donnez l'avis eForms (XML), l'enregistrement BOAMP (JSON), ou le règlement."


def read(path: Path, kind: str) -> Reading:
    """The reading of a notice file. Raises Unreadable."""
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Unreadable(f"cet avis dépasse {MAX_BYTES >> 20} Mo", _GIVE)
    if kind == "xml":
        tree = _xml(data)
        name = next(iter(tree), "")
        if name.endswith("ContractAwardNotice"):
            raise Unreadable("cet avis dit une attribution : la consultation est finie", _GIVE)
        if not name.endswith(("ContractNotice", "PriorInformationNotice")):
            raise Unreadable("ce XML n'est pas un avis de marché eForms", _GIVE)
        return _eforms(path.name, "xml", tree[name])
    return _boamp(path.name, data)


def _eforms(name: str, kind: str, notice: Any) -> Reading:
    """The reading of an eForms tree; its text is the tree, a line for each value."""
    lines: list[Line] = []
    places: dict[int, int] = {}
    for key, value, identity in _leaves(notice, ""):
        lines.append(Line(f"{key} : {value}"[:2000], len(lines) + 1))
        places[identity] = len(lines) - 1
    reading = Reading(Document(name, kind, tuple(lines)), "Avis")
    reading.sections = ()
    reading.flow = Flow.of(tuple(lines))
    read_tree(reading, notice, places)
    paragraphs(reading)
    return reading


def _leaves(node: Any, path: str) -> Iterator[tuple[str, str, int]]:
    stack: list[tuple[Any, str]] = [(node, path)]
    while stack:
        current, at = stack.pop()
        if isinstance(current, dict):
            text = current.get("#text")
            if isinstance(text, str):
                yield at, " ".join(text.split()), id(current)
            stack.extend(
                (value, key.split(":")[-1])
                for key, value in reversed(current.items())
                if not key.startswith(("@", "#"))
            )
        elif isinstance(current, list):
            stack.extend((value, at) for value in reversed(current))
        elif current is not None:
            yield at, str(current), id(current)


# --- XML --------------------------------------------------------------------------------------


def _xml(data: bytes) -> dict[str, Any]:
    """The tree of an XML file as BOAMP writes it: "@name" for attributes, "#text" for text."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    root: dict[str, Any] = {}
    stack: list[dict[str, Any]] = [root]
    count = 0

    def refuse(*_: Any) -> None:
        raise Unreadable("ce XML déclare des entités ou un type de document, qu'aucun avis n'emploie", _GIVE)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MAX_NODES or len(stack) > MAX_DEPTH:
            raise Unreadable("ce XML dépasse les bornes d'un avis", _GIVE)
        node: dict[str, Any] = {
            f"@{key}": value for key, value in attributes.items() if not key.startswith("xmlns")
        }
        parent = stack[-1]
        known = parent.get(name)
        if known is None:
            parent[name] = node
        elif isinstance(known, list):
            known.append(node)
        else:
            parent[name] = [known, node]
        stack.append(node)

    def end(_: str) -> None:
        node = stack.pop()
        if "#text" in node and not node["#text"].strip():
            del node["#text"]

    def text(value: str) -> None:
        if len(stack) > 1:
            stack[-1]["#text"] = stack[-1].get("#text", "") + value

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise Unreadable(
            f"ce XML n'est pas bien formé (ligne {error.lineno})", "Téléchargez-le à nouveau."
        ) from error
    except (LookupError, ValueError) as error:
        raise Unreadable("l'encodage de ce XML est inconnu", "Enregistrez-le en UTF-8.") from error
    return root


# --- BOAMP ------------------------------------------------------------------------------------


def _boamp(name: str, data: bytes) -> Reading:
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable("ce JSON n'est pas bien formé", "Téléchargez-le à nouveau.") from error
    records = content.get("results", [content]) if isinstance(content, dict) else content
    if not isinstance(records, list) or not records or not all(isinstance(each, dict) for each in records):
        raise Unreadable("ce JSON n'est pas un enregistrement du BOAMP", _GIVE)
    if len(records) > 1:
        raise Unreadable(f"ce fichier contient {len(records)} avis", "Donnez un seul avis par fichier.")
    record = records[0].get("fields", records[0])
    notice = record.get("donnees", record)
    if isinstance(notice, str):
        try:
            notice = json.loads(notice)
        except (ValueError, RecursionError) as error:
            raise Unreadable(
                "le champ « donnees » de ce JSON n'est pas bien formé", "Téléchargez-le à nouveau."
            ) from error
    if not isinstance(notice, dict) or not (
        {"idweb", "objet", "donnees"} & set(record)
        or {"EFORMS", "FNSimple", "MAPA", "IDENTITE"} & set(notice)
    ):
        raise Unreadable("ce JSON n'est pas un enregistrement du BOAMP", _GIVE)
    if isinstance(notice.get("EFORMS"), dict):
        inner = next((value for key, value in notice["EFORMS"].items() if key.endswith("Notice")), None)
        if inner is None:
            raise Unreadable("cet enregistrement ne contient pas d'avis de marché", _GIVE)
        reading = _eforms(name, "json", inner)
    else:
        reading = _as_text(name, notice)
    _record_fields(reading, record)
    return reading


def _as_text(name: str, notice: dict[str, Any]) -> Reading:
    """An older shape as « label : value » lines, read like an RC."""
    lines: list[str] = []
    for key, value, _ in _leaves(notice, ""):
        label = fold(re.sub(r"(?<=[a-zà-ü])(?=[A-Z])", " ", key)).replace("_", " ").capitalize()
        rows = [row.strip() for row in re.split(r"<br\s*/?>|\n", html.unescape(html.unescape(value)))]
        lines.extend([f"{label} : {rows[0]}"] if len(rows) == 1 else [f"{label} :", *rows])
    document = plain.of_text("\n".join(lines), name)
    apart = tuple(replace(line, gap=True) for line in document.lines)  # a line says one thing
    reading = Reading(Document(name, "json", apart), "Avis")
    reading.run(READERS)
    read_fields(reading, notice)
    return reading


def _record_fields(reading: Reading, record: dict[str, Any]) -> None:
    """The fields every BOAMP record has, whatever the shape of its notice."""
    reading.rule_id = "BOA-01"
    wanted = {
        "objet": ("title", str),
        "nomacheteur": ("buyer.name", str),
        "idweb": ("notice.number", str),
    }
    for key, (path, _) in wanted.items():
        value = record.get(key)
        if (
            isinstance(value, str)
            and value.strip()
            and not any(found.path == path for found in reading.found)
        ):
            _at_field(reading, path, " ".join(html.unescape(value).split()), key)
    types = {"TRAVAUX": "works", "FOURNITURES": "supplies", "SERVICES": "services"}
    natures = {types[each] for each in record.get("type_marche") or [] if each in types}
    if len(natures) == 1 and not any(found.path == "nature" for found in reading.found):
        _at_field(reading, "nature", natures.pop(), "type_marche")
    procedures = {
        "OUVERT": "open",
        "RESTREINT": "restricted",
        "PROCEDURE_ADAPTE": "adapted",
        "PROCEDURE_ADAPTEE": "adapted",
        "NEGOCIE": "negotiated",
        "DIALOGUE_COMPETITIF": "dialogue",
    }
    kind = procedures.get(str(record.get("type_procedure")))
    if kind and not any(found.path == "procedure.type" for found in reading.found):
        _at_field(reading, "procedure.type", kind, "type_procedure")
    departments = record.get("code_departement")
    if isinstance(departments, list) and all(isinstance(each, str) for each in departments):
        _at_field(reading, "notice.departments", departments, "code_departement")
    limit = record.get("datelimitereponse")
    if isinstance(limit, str):
        try:
            at = datetime.fromisoformat(limit)
        except ValueError:
            return
        if at.tzinfo is not None and not any(
            found.path == "calendar.submission_deadline" for found in reading.found
        ):
            _at_field(
                reading,
                "calendar.submission_deadline",
                f"{at.astimezone(ZoneInfo('Europe/Paris')):%Y-%m-%d %H:%M} Europe/Paris",
                "datelimitereponse",
            )


def _at_field(reading: Reading, path: str, value: Any, key: str) -> None:
    from reglo.reading.rc.model import Found, Quote

    quote = Quote(reading.document.name, f"{key} : {value}", 1, None, f"Avis {key}")
    reading.found.append(Found(path, value, quote, 0.98, reading.rule_id))


# --- The printed notice -----------------------------------------------------------------------


def is_printed(document: Document) -> bool:
    """Whether a text is an eForms notice as BOAMP prints it."""
    text = "\n".join(fold(line.text) for line in document.lines[:200])
    return "identifiant de la procedure" in text and "section 1 - acheteur" in text


def read_printed(document: Document) -> Reading:
    """The reading of a printed eForms notice."""
    from reglo.reading.rc.printed_notice import read_labels

    reading = Reading(document, "Avis")
    read_labels(reading)
    return reading
