"""The shape of the model's dataclasses: what each key of a rules file may hold."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints
from zoneinfo import ZoneInfo

from reglo.procurement.requirements import Sourced
from reglo.procurement.values import Instant, Money, Period, PeriodUnit, Share, TaxBasis

COMPACT = (Money, Period, Instant, Share)  # written as one scalar
_MARK = "__dataclass_fields__"  # what ``is_dataclass`` looks for, asked thousands of times a file
_NEUTRAL: dict[type, object] = {
    str: "",
    bool: False,
    int: 0,
    Decimal: Decimal(0),
    date: date.min,
    Money: Money(Decimal(0), TaxBasis.HT),
    Period: Period(0, PeriodUnit.CALENDAR_DAYS),
    Instant: Instant(datetime(1, 1, 1, tzinfo=ZoneInfo("Europe/Paris"))),
    Share: Share(Decimal(0)),
}


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a group: its name, its type without ``| None``, and whether it must be written."""

    name: str
    type: Any
    required: bool
    nullable: bool  # an empty value means None
    default: object


@cache
def keys_of(group: type) -> dict[str, Key]:
    """The keys a group of the model admits, in the model's order: required ones first.

    >>> from reglo.procurement.award import QuoteLine
    >>> [key.name for key in keys_of(QuoteLine).values() if key.required]
    ['item', 'quantity']
    """
    hints = get_type_hints(group)
    found = []
    for field in fields(group):
        default: object = field.default
        if field.default_factory is not MISSING:
            default = field.default_factory()
        wanted = hints[field.name]
        inner = without_none(wanted)
        found.append(Key(field.name, inner, default is MISSING, inner is not wanted, default))
    trailing = [field.name for field in fields(Sourced)]  # inherited first, read last
    ordered = [key for key in found if key.name not in trailing]
    ordered += [key for key in found if key.name in trailing]
    return {key.name: key for key in sorted(ordered, key=lambda key: not key.required)}


def without_none(wanted: Any) -> Any:
    """``X`` for ``X | None``."""
    if get_origin(wanted) in (Union, UnionType):
        (wanted,) = (option for option in get_args(wanted) if option is not NoneType)
    return wanted


def item_type(wanted: Any) -> Any | None:
    """``X`` for ``tuple[X, ...]``, None for what is not a list."""
    return get_args(wanted)[0] if get_origin(wanted) is tuple else None


def entry_type(wanted: Any) -> Any | None:
    """``X`` for ``dict[str, X]``, None for what is not a free mapping."""
    return get_args(wanted)[1] if get_origin(wanted) is dict else None


def is_group(wanted: Any) -> bool:
    """Whether the type is a dataclass written as a group of keys."""
    return hasattr(wanted, _MARK) and wanted not in COMPACT


def neutral(wanted: Any) -> Any:
    """A value of the type that says nothing, in the place of one that cannot be read."""
    if item_type(wanted) is not None:
        return ()
    if entry_type(wanted) is not None:
        return {}
    if is_group(wanted):
        return wanted(**{key.name: neutral(key.type) for key in keys_of(wanted).values() if key.required})
    if issubclass(wanted, StrEnum):
        return next(iter(wanted))
    return _NEUTRAL[wanted]
