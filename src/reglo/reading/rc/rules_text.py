"""The text of the rules file: the draft as YAML, then the comments that show where values come from."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from reglo.procurement.rules_file import Loaded, load
from reglo.procurement.rules_file.writing import quoted_or_plain
from reglo.reading.rc.model import Found, Quote


def commented(text: str, kept: dict[str, Found]) -> str:
    """The text with, after each value read, where it comes from."""
    lines = text.split("\n")
    places = load(text).lines
    loaded = load(text)
    notes: dict[int, list[str]] = {}
    index = _indices(loaded)
    said_already: set[str] = set()
    for path, found in kept.items():
        line = places.get(index.get(path, path)) or places.get(_numbered(path, index) or path)
        note = _note(found)
        if line is not None and note not in said_already:
            said_already.add(note)
            notes.setdefault(line, []).append(note)
    for line, said in notes.items():
        row = lines[line - 1]
        lines[line - 1] = f"{row}  # {' | '.join(said[:2])}"
    return "\n".join(lines)


def _note(found: Found) -> str:
    quote: Quote = found.quote
    where = (f"p. {quote.page}, " if quote.page else "") + f"l. {quote.line}"
    words = re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]", " ", quote.words)
    words = words if len(words) <= 90 else words[:87] + "…"
    return f"{where}, {found.rule}, {round(found.confidence * 100)} % : « {words} »"


def _indices(loaded: Loaded) -> dict[str, str]:
    """Path by key ("lots[3]") -> path by rank ("lots[2]"), for every list of the file."""
    out: dict[str, str] = {}

    def walk(value: Any, keyed: str, ranked: str) -> None:
        if isinstance(value, tuple):
            for rank, element in enumerate(value):
                names = {str(getattr(element, name, "")) for name in ("id", "code", "kind", "postcode")} - {
                    ""
                } or {str(rank)}
                if not hasattr(element, "__dataclass_fields__"):
                    names = {str(element)}
                for name in (*names, str(rank)):
                    walk(element, f"{keyed}[{name}]", f"{ranked}[{rank}]")
        elif hasattr(value, "__dataclass_fields__"):
            out[keyed] = ranked
            for name in value.__dataclass_fields__:
                below = getattr(value, name)
                walk(below, f"{keyed}.{name}" if keyed else name, f"{ranked}.{name}" if ranked else name)
        else:
            out.setdefault(keyed, ranked)

    if loaded.consultation is not None:
        walk(loaded.consultation, "", "")
    return out


def _numbered(path: str, index: dict[str, str]) -> str:
    """The path of the element a value stands in, when the value has no line of its own."""
    head = re.match(r".*\]", path)
    return index.get(head[0], "") if head else ""


def as_yaml(data: dict[str, Any]) -> str:
    """The data as YAML in block form, a line for each value so that faults point at one."""
    return "\n".join(_block(data, 0)) + "\n"


def _block(node: Any, indent: int) -> list[str]:
    pad = " " * indent
    lines: list[str] = []
    if isinstance(node, dict):
        for key, value in node.items():
            lines.extend(_entry(f"{pad}{quoted_or_plain(str(key), flow=True)}:", value, indent))
    else:
        for value in node:
            if isinstance(value, dict) and value:
                first, *rest = _block(value, indent + 2)
                lines.extend([f"{pad}- {first.lstrip()}", *rest])
            else:
                lines.append(f"{pad}- {_scalar(value)}")
    return lines


def _entry(head: str, value: Any, indent: int) -> list[str]:
    if (
        isinstance(value, (dict, list))
        and value
        and not (isinstance(value, list) and all(isinstance(each, list) for each in value))
    ):
        return [head, *_block(value, indent + 2)]
    return [f"{head} {_scalar(value)}"]


def _scalar(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Decimal():
            return f"{value:f}"
        case int():
            return str(value)
        case list():
            return "[" + ", ".join(_scalar(each) for each in value) + "]"
        case dict():
            return "{}"
    return quoted_or_plain(" ".join(str(value).split()), flow=True)
