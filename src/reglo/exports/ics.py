"""A calendar as an iCalendar file (RFC 5545), for any diary.

Identifiers are stable: writing again over the file written before raises the sequence number of what
changed and cancels what vanished, so that a moved deadline moves in the diary. Instants are
written in UTC, which no diary can misread; the local hour and its zone are in the description.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reglo.procurement.deadlines.entries import Bound, CalendarView, Entry, Kind

_LINE_OCTETS = 75
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://reglo.example/calendar")
_ALARM_DAYS = {
    Kind.DEADLINE: (7, 2, 1),
    Kind.TERM: (2,),
    Kind.VISIT: (2,),
    Kind.VALIDITY: (30, 15),
    Kind.AWARD: (1,),
    Kind.RECORD: (7,),
}
_CATEGORIES = {  # shown by diaries, and sorted by
    Kind.EVENT: "événement",
    Kind.PUBLICATION: "publicité",
    Kind.MINIMUM: "délai minimal",
    Kind.VISIT: "visite",
    Kind.DEADLINE: "date limite",
    Kind.TERM: "délai",
    Kind.OPENING: "ouverture",
    Kind.VALIDITY: "validité des offres",
    Kind.AWARD: "attribution",
    Kind.REMEDY: "recours",
    Kind.RECORD: "formalités",
    Kind.CONTRACT: "contrat",
}
# what makes a diary entry another one: a change here raises its sequence number
_SUBSTANCE = ("DTSTART", "SUMMARY", "DESCRIPTION", "STATUS")


class NotACalendar(ValueError):
    """The file to write over is not a calendar: it is somebody's document."""


@dataclass(frozen=True, slots=True)
class _Written:
    """An event of the file written before: its sequence number and content lines by name."""

    sequence: int
    lines: Mapping[str, str]


def as_ics(view: CalendarView, *, stamp: datetime, previous: str = "") -> str:
    """The dated entries of a calendar as the text of an .ics file, lines ended by CRLF.

    stamp: when the file is written, aware. previous: the text of the file it takes the place of.
    Raises NotACalendar when ``previous`` is something else.
    Source: RFC 5545 §3.1 (folding), §3.3.11 (text), §3.8.4.7 (UID), §3.8.7.4 (SEQUENCE).
    """
    before = _events(previous) if previous else {}
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Reglo//Calendrier de consultation//FR",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(f'{view.reference} · {view.title}')}",
        f"X-WR-TIMEZONE:{view.zone}",
    ]
    written = set()
    for entry in view.entries:
        if entry.on is None:
            continue
        uid = str(uuid.uuid5(_NAMESPACE, f"{view.reference}\n{entry.id}"))
        written.add(uid)
        lines += _event(uid, dict(_content(entry, view)), stamp, before.get(uid), _alarms(entry))
    for uid, old in before.items():
        if uid not in written:
            lines += _event(uid, {**old.lines, "STATUS": "CANCELLED"}, stamp, old, ())
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


# --- One event ----------------------------------------------------------------------------------


def _content(entry: Entry, view: CalendarView) -> Iterator[tuple[str, str]]:
    """The lines that say what and when, by name with its parameters."""
    assert entry.on
    if entry.at:
        yield "DTSTART", f"{entry.at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    else:
        yield "DTSTART;VALUE=DATE", f"{entry.on:%Y%m%d}"
        yield "DTEND;VALUE=DATE", f"{entry.on + timedelta(1):%Y%m%d}"
    prefix = "À partir de ce jour : " if entry.bound is Bound.EARLIEST else ""
    yield "SUMMARY", _text(f"[{view.reference}] {prefix}{entry.title}")
    told = [entry.computation]
    if entry.at:
        told.insert(0, f"{entry.at:%d/%m/%Y à %H:%M} ({view.zone})")
    if entry.assumed:
        told.append("Calculé d'une date donnée, non écrite dans les règles.")
    told += [part for part in (entry.party, entry.source, entry.law) if part]
    yield "DESCRIPTION", _text("\n".join(told))
    yield "CATEGORIES", _text(_CATEGORIES[entry.kind])
    yield "STATUS", "TENTATIVE" if entry.assumed else "CONFIRMED"
    yield "TRANSP", "OPAQUE" if entry.at else "TRANSPARENT"


def _event(
    uid: str,
    content: Mapping[str, str],
    stamp: datetime,
    before: _Written | None,
    alarms: tuple[str, ...],
) -> Iterator[str]:
    changed = before is not None and _substance(content) != _substance(before.lines)
    sequence = before.sequence + changed if before else 0
    yield "BEGIN:VEVENT"
    yield f"UID:{uid}"
    yield f"DTSTAMP:{stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"SEQUENCE:{sequence}"
    yield from (f"{name}:{value}" for name, value in content.items())
    for trigger in alarms:
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{trigger}")
        yield f"DESCRIPTION:{content['SUMMARY']}"
        yield "END:VALARM"
    yield "END:VEVENT"


def _alarms(entry: Entry) -> tuple[str, ...]:
    """So many days before; at nine in the morning for a whole day, which starts at midnight."""
    days = _ALARM_DAYS.get(entry.kind, ())
    return tuple(f"-P{n}D" if entry.at else f"-P{n - 1}DT15H" for n in days)


def _substance(content: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in content.items() if name.split(";")[0] in _SUBSTANCE}


# --- Lines --------------------------------------------------------------------------------------


def _text(value: str) -> str:
    """A text value: separators escaped, control characters and other line ends left out."""
    value = re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]", " ", value)
    return re.sub(r"([\\;,])", r"\\\1", value).replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line cut into pieces of at most 75 octets, never inside a character."""
    pieces, current, length = [], "", 0
    for character in line:
        octets = len(character.encode())
        if length + octets > _LINE_OCTETS:
            pieces.append(current)
            current, length = " ", 1
        current, length = current + character, length + octets
    return "\r\n".join([*pieces, current])


def _events(text: str) -> dict[str, _Written]:
    """The events of a file written before, by identifier."""
    text = text.removeprefix("\ufeff")
    if not text.startswith("BEGIN:VCALENDAR"):
        raise NotACalendar
    events: dict[str, _Written] = {}
    current: dict[str, str] = {}
    inside = ""  # the innermost component, alarms left aside
    for line in re.split(r"\r?\n", re.sub(r"\r?\n[ \t]", "", text)):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            inside = value
            if value == "VEVENT":
                current = {}
        elif name == "END":
            if value == "VEVENT" and "UID" in current:
                uid, sequence = current.pop("UID"), current.pop("SEQUENCE", "0")
                current.pop("DTSTAMP", None)
                events[uid] = _Written(int(sequence[:9]) if sequence[:9].isdecimal() else 0, current)
            inside = "VEVENT" if value == "VALARM" else ""
        elif inside == "VEVENT":
            current[name] = value
    return events
