"""A consultation as readable YAML: the model's order, what is at its default left out, long texts folded."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from reglo.procurement.rules_file.shape import Key, is_group, keys_of
from reglo.procurement.values import Instant, Money, Period, Share, format_number

WIDTH = 100
# words that YAML 1.1 or 1.2 reads as something else than a text
_NOT_A_TEXT = re.compile(
    r"null|~|true|false|yes|no|y|n|on|off"  # nothing, yes, no
    r"|[-+.]?[0-9][-+0-9_.:eExXoOa-fA-F]*|[-+]?\.(?:inf|nan)"  # numbers, dates, hours
    r"|=|<<",
    re.IGNORECASE,
)
_PLAIN_START = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]|-(?=[^\s,\[\]{}])")
_SPECIAL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def whole(consultation: Any) -> str:
    """The text of a whole file."""
    return "\n".join(block_lines(consultation, 0)) + "\n"


def entry_lines(name: str, value: Any, indent: int) -> list[str]:
    """A key and its value, on as many lines as it takes; a list stands on one line when it fits."""
    head = f"{' ' * indent}{key_text(name)}:"
    if _is_text(value):
        first, *others = text_lines(value, indent)
        return [f"{head} {first}", *others]
    if not _has_parts(value):
        return [f"{head} {scalar_text(value)}"]
    if isinstance(value, tuple) and len(head) + 1 + len(short := one_line(value)) <= WIDTH:
        return [f"{head} {short}"]
    return [head, *block_lines(value, indent + 2)]


def item_lines(value: Any, indent: int) -> list[str]:
    """An item of a list, its dash at column ``indent``; a small group stands on one line."""
    dash = f"{' ' * indent}- "
    if _is_text(value):
        first, *others = text_lines(value, indent)
        return [dash + first, *others]
    if not _has_parts(value):
        return [dash + scalar_text(value)]
    if len(dash) + len(short := one_line(value)) <= WIDTH:
        return [dash + short]
    first, *others = block_lines(value, indent + 2)
    return [dash + first.lstrip(" "), *others]


def block_lines(value: Any, indent: int) -> list[str]:
    """A group or a list as lines of their own."""
    if isinstance(value, tuple):
        return [line for item in value for line in item_lines(item, indent)]
    return [line for name, below in pairs(value) for line in entry_lines(name, below, indent)]


def one_line(value: Any) -> str:
    """The value as one word, or between braces or brackets."""
    if isinstance(value, tuple):
        return f"[{', '.join(one_line(item) for item in value)}]"
    if _is_mapping(value):
        return f"{{{', '.join(f'{key_text(name)}: {one_line(below)}' for name, below in pairs(value))}}}"
    if _is_text(value):
        return quoted_or_plain(value, flow=True)
    text = scalar_text(value)
    return f'"{text}"' if "," in text else text  # a comma would end the value


def pairs(value: Any) -> Iterable[tuple[str, Any]]:
    """The keys to write of a group or a free mapping, and their values."""
    if isinstance(value, dict):
        return value.items()
    return [(key.name, below) for key, below in values_of(value) if is_written(key, below)]


def values_of(group: Any) -> list[tuple[Key, Any]]:
    kind: type = type(group)
    return [(key, getattr(group, key.name)) for key in keys_of(kind).values()]


def is_written(key: Key, value: Any) -> bool:
    """Whether a key must be written: compulsory, or away from its default."""
    return key.required or value != key.default


def scalar_text(value: Any) -> str:
    """A value that is not a text nor has parts, as one word.

    >>> scalar_text(Money.parse("659,7640 EUR HT")), scalar_text(Decimal("1E+2")), scalar_text(None)
    ('659,7640 EUR HT', '100', 'null')
    """
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case Money():
            return f"{_number(value.amount, 2)} EUR {value.basis}"
        case Share():
            return f"{_number(value.percent, 0)} %"
        case Decimal():
            return f"{value:f}"
        case StrEnum():
            return str(value.value)
        case date() | int() | Period() | Instant():
            return str(value)
        case tuple():
            return "[]"
    return "{}"


def _number(value: Decimal, at_least: int) -> str:
    """Every decimal of ``value``; three of them would read as thousands (L-20), so a zero follows."""
    exponent = value.normalize().as_tuple().exponent
    decimals = max(at_least, -exponent if isinstance(exponent, int) else 0)
    return format_number(value, 4 if decimals == 3 else decimals)


def key_text(name: str) -> str:
    return quoted_or_plain(name, flow=True)


def text_lines(text: str, indent: int) -> list[str]:
    """A text after its key or dash at column ``indent``: plain, quoted, folded or kept line by line."""
    pad, body = " " * (indent + 2), text.removesuffix("\n")
    rows = body.split("\n")
    bare = bool(body) and body == body.strip() and not _SPECIAL.search(text)
    if "\n" in text and bare and all(row == row.rstrip() for row in rows):
        return ["|" if body != text else "|-", *(pad + row if row else "" for row in rows)]
    short = quoted_or_plain(text)
    if not bare or "\n" in text or "  " in text or indent + len(short) <= WIDTH:
        return [short]
    rows = textwrap.wrap(text, WIDTH - indent, break_long_words=False, break_on_hyphens=False)
    return [">-", *(pad + row for row in rows)] if len(rows) > 1 else [short]


def quoted_or_plain(text: str, *, flow: bool = False) -> str:
    """The text on one line, between quotes where YAML could read something else.

    >>> quoted_or_plain("Écoles du nord"), quoted_or_plain("2026"), quoted_or_plain("a: b")
    ('Écoles du nord', '"2026"', '"a: b"')
    """
    plain = (
        _PLAIN_START.match(text)
        and not _NOT_A_TEXT.fullmatch(text)
        and not _SPECIAL.search(text)
        and text == text.strip()
        and not any(mark in text for mark in (": ", " #", "\n"))
        and not text.endswith(":")
        and not text.startswith(("---", "..."))
        and not (flow and re.search(r"[,\[\]{}]|:(?=[,\[\]{}])", text))
    )
    if plain:
        return text
    escaped = json.dumps(text, ensure_ascii=False)
    return _SPECIAL.sub(lambda found: f"\\u{ord(found.group()):04x}", escaped)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and not isinstance(value, StrEnum)


def _is_mapping(value: Any) -> bool:
    return isinstance(value, dict) or is_group(type(value))


def _has_parts(value: Any) -> bool:
    """Whether the value is a list or a mapping with something in it."""
    return bool(list(pairs(value))) if _is_mapping(value) else isinstance(value, tuple) and bool(value)
