"""How an RC spells a value, and the value back from its words: what fills the blanks of sentences.

Each spelling is one that a reader of RCs expects ("mercredi 18 février 2026 à 12 h 00, heure de
Paris", "8 jours ouvrés", "659 764,00 € HT") and that names one value only.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from reglo.procurement.french import WEEKDAYS, ZONES
from reglo.procurement.rules_file.writing import scalar_text
from reglo.procurement.sentences.vocabulary import WORDS
from reglo.procurement.values import Instant, Money, Period, Share, format_number, parse_number

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet"),
    *("août", "septembre", "octobre", "novembre", "décembre"),
)
_DATE = re.compile(rf"(?:(?:{'|'.join(WEEKDAYS)}) )?(\d{{1,2}})(?:er)? ({'|'.join(MONTHS)}) (\d{{4}})")
_INSTANT = re.compile(rf"({_DATE.pattern}) à (\d\d?) h (\d\d)(?: min (\d\d) s)?, (.+)")
HOUR = "Term.at"
_HOUR = re.compile(r"(\d\d):(\d\d)")
_HOUR_FR = re.compile(r"(\d\d?) h (\d\d)")
NAMED = (
    "TieBreak.criterion",
    "TieBreak.of",
    "Award.price_figure",
    "LotAward.price_figure",
)  # keys printed in brackets after the name of what they are
_BESIDE = re.compile(r".+ \(([\w-]+)\)")
_CODED = re.compile(r"\[U\+(0[0-9A-F]{3}|[1-9A-F][0-9A-F]{3,4}|10[0-9A-F]{4})\]")
_INVISIBLE = re.compile("[\u200b\u00ad]")
AND = " ; "


def normal(text: str) -> str:
    """One space for any blank, straight apostrophes, no invisible mark: how words are compared.

    >>> normal("L’offre\\u202f:  ici")
    "L'offre : ici"
    """
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", text))
    return " ".join(text.replace("’", "'").split())


def day(value: date) -> str:
    """A date with its weekday.

    >>> day(date(2026, 3, 1))
    'dimanche 1er mars 2026'
    """
    number = "1er" if value.day == 1 else str(value.day)
    return f"{WEEKDAYS[value.weekday()]} {number} {MONTHS[value.month - 1]} {value.year:04}"


def moment(value: Instant) -> str:
    """An instant with its weekday and the place whose hour it is.

    >>> moment(Instant.parse("2026-02-18 12:00 Europe/Paris"))
    'mercredi 18 février 2026 à 12 h 00, heure de Paris'
    """
    at = value.at
    seconds = f" min {at:%S} s" if at.second else ""
    zone = ZONES.get(value.zone.key, f"fuseau {value.zone.key}")
    return f"{day(value.day)} à {at.hour} h {at:%M}{seconds}, {zone}"


def _number(value: Decimal, at_least: int = 0) -> str:
    """Every decimal; three of them would read as thousands (L-20), so a zero follows."""
    exponent = value.normalize().as_tuple().exponent
    decimals = max(at_least, -exponent if isinstance(exponent, int) else 0)
    return format_number(value, 4 if decimals == 3 else decimals)


def shown(text: str) -> str:
    """A text of the rules with each character that no page can carry as its code.

    >>> shown("Lot\\x07A"), shown(" ")
    ('Lot[U+0007]A', '[U+0020]')
    """
    blank = not normal(text)
    return "".join(
        " "
        if each in ("\n", "\t") and not blank
        else f"[U+{ord(each):04X}]"
        if blank or unicodedata.category(each)[0] == "C"
        else each
        for each in text
    )


def unshown(text: str) -> str:
    """The text back, its coded characters as they were."""
    return _CODED.sub(lambda found: chr(int(found[1], 16)), text)


def kind_of(annotation: Any) -> Any:
    """The type of a key, None left aside."""
    if get_origin(annotation) in (Union, UnionType):
        (annotation,) = (each for each in get_args(annotation) if each is not NoneType)
    return annotation


def spelled(value: Any, key: str = "") -> str:
    """The words for a value. ``key``: "Term.of", whose vocabulary serves when it has one."""
    words = WORDS.get(key, {})
    match value:
        case tuple():
            return _listed([spelled(each, key) for each in value])
        case StrEnum():
            return WORDS[type(value).__name__][value.value]
        case bool():
            return "oui" if value else "non"
        case Instant():
            return moment(value)
        case date():
            return day(value)
        case Money():
            return f"{_number(value.amount, 2)} € {value.basis}"
        case Share():
            return f"{_number(value.percent)} %"
        case Decimal():
            return _number(value)
        case Period():
            return str(value)
        case str():
            hour = _HOUR.fullmatch(value) if key == HOUR else None
            return words.get(value, f"{int(hour[1])} h {hour[2]}" if hour else shown(value))
    return str(value)


_SHORT = re.compile(r"[^\s,;«»]+")  # an item that commas can separate


def _listed(items: list[str]) -> str:
    if all(_SHORT.fullmatch(item) for item in items):
        return ", ".join(items)
    alone = len(items) == 1 and re.fullmatch(f"{_SHORT.pattern}(?:, {_SHORT.pattern})+", items[0])
    if alone or any(";" in item or item[:1] in "«“" for item in items):
        left, right = ("“", "”") if any("«" in item or "»" in item for item in items) else ("« ", " »")
        return AND.join(f"{left}{item}{right}" for item in items)
    return AND.join(items)


def unlisted(text: str) -> list[str]:
    """The items of a list.

    >>> unlisted("a b ; c"), unlisted(".pdf, .odt"), unlisted("« a ; b » ; « c »")
    (['a b', 'c'], ['.pdf', '.odt'], ['a ; b', 'c'])
    """
    if text.startswith("« ") and text.endswith(" »"):
        return text[2:-2].split(" » ; « ")
    if text.startswith("“") and text.endswith("”"):
        return text[1:-1].split("” ; “")
    if re.fullmatch(f"{_SHORT.pattern}(?:, {_SHORT.pattern})*", text):
        return text.split(", ")
    return re.split(r" ?; ?", text)


def unspelled(text: str, annotation: Any, key: str = "") -> Any:
    """The value that words spell, as the rules file writes it. Raises ValueError."""
    kind = kind_of(annotation)
    if get_origin(kind) is tuple:
        return [unspelled(each, get_args(kind)[0], key) for each in unlisted(text)]
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _back(WORDS[kind.__name__])[text]
    if kind is str:
        if key in NAMED and (beside := _BESIDE.fullmatch(text)):
            text = beside[1]
        hour = _HOUR_FR.fullmatch(text) if key == HOUR else None
        return _back(WORDS.get(key, {})).get(text, f"{hour[1]:0>2}:{hour[2]}" if hour else unshown(text))
    if kind is bool:
        return {"oui": True, "non": False}[text]
    if kind is int:
        return int(text)
    if kind is Decimal:
        return parse_number(text)
    if kind is Period:
        return str(Period.parse(text))
    if kind is Money:
        return scalar_text(Money.parse(text))
    if kind is Share:
        return scalar_text(Share.parse(text))
    if kind is date:
        found = _DATE.fullmatch(text)
        if not found:
            raise ValueError(text)
        return _date(found[1], found[2], found[3]).isoformat()
    if kind is Instant:
        found = _INSTANT.fullmatch(text)
        if not found:
            raise ValueError(text)
        clock = ":".join(f"{part:0>2}" for part in found.group(5, 6, 7) if part)
        zone = _back(ZONES).get(found[8], found[8].removeprefix("fuseau "))
        return str(Instant.parse(f"{_date(found[2], found[3], found[4])} {clock} {zone}"))
    raise ValueError(f"{kind} has no spelling")


def _date(number: str, month: str, year: str) -> date:
    return date(int(year), MONTHS.index(month) + 1, int(number))


def _back(words: Mapping[str, str]) -> dict[str, str]:
    return {said: value for value, said in words.items()}
