"""Counting periods on the calendar, forward and backward (legal-rules §3.3, TC-01 to TC-08).

A term in days ends with its last day (midnight, local time) unless the rules give an hour. Every
count also says itself in French, day by day, so that a reader can redo it.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from reglo.procurement.french import french_day
from reglo.procurement.holidays import day_off, is_working
from reglo.procurement.values import Period, PeriodUnit

_DAY = timedelta(1)
CLOCK_UNITS = {PeriodUnit.MINUTES: timedelta(minutes=1), PeriodUnit.HOURS: timedelta(hours=1)}
_SHOWN = 15  # days spelled out before the list is shortened


@dataclass(frozen=True, slots=True)
class Count:
    """The day a period leads to and the words that show it; ``at`` when it was counted in hours."""

    day: date
    words: str
    at: datetime | None = None


# --- Single days --------------------------------------------------------------------------------


def next_working(day: date, territory: str = "metropole") -> date:
    """The day itself when it is worked, otherwise the next one that is (TC-02)."""
    while not is_working(day, territory):
        day += _DAY
    return day


def previous_working(day: date, territory: str = "metropole") -> date:
    """The day itself when it is worked, otherwise the one before that is."""
    while not is_working(day, territory):
        day -= _DAY
    return day


def working_days_between(after: date, until: date, territory: str = "metropole") -> int:
    """How many jours ouvrés lie after the first day, the second included; 0 when it is not later."""
    span = (until - after).days
    return sum(is_working(after + _DAY * offset, territory) for offset in range(1, span + 1))


def add_months(day: date, months: int) -> date:
    """The same date so many months later (or before), or the last day of a shorter month.

    Source: règlement 1182/71 art. 3(2) c.

    >>> add_months(date(2026, 12, 31), 2), add_months(date(2024, 2, 29), -12)
    (datetime.date(2027, 2, 28), datetime.date(2023, 2, 28))
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def add_elapsed(at: datetime, elapsed: timedelta) -> datetime:
    """So much time later on the watch, in the same zone, across any change of the clocks.

    >>> from zoneinfo import ZoneInfo
    >>> noon = datetime(2026, 3, 28, 12, 0, tzinfo=ZoneInfo("Europe/Paris"))
    >>> add_elapsed(noon, timedelta(hours=24)).isoformat()
    '2026-03-29T13:00:00+02:00'
    """
    return (at.astimezone(UTC) + elapsed).astimezone(at.tzinfo)


# --- Minimum periods ----------------------------------------------------------------------------


def min_deadline(sent: date, days: int, territory: str = "metropole") -> date:
    """The first day on which a deadline may lie, from 00:00, for a notice sent that day.

    sent: day 0, not counted. days: calendar days, all counted. A period whose last day is not
    worked runs to the end of the next working day; the deadline may lie at any later instant.
    Source: TC-01, TC-02, TC-05; règlement 1182/71 art. 3; directive 2014/24 recital 106.

    >>> min_deadline(date(2025, 12, 29), 30)
    datetime.date(2026, 1, 29)
    """
    return next_working(sent + _DAY * days, territory) + _DAY


def latest_sending(deadline: date, days: int, territory: str = "metropole") -> date:
    """The last day on which a notice may leave for a deadline lying on that day.

    The inverse of ``min_deadline``: the greatest day whose first lawful deadline is not later.

    >>> latest_sending(date(2026, 2, 18), 30)
    datetime.date(2026, 1, 18)
    """
    sent = deadline - _DAY * (days + 1)
    while min_deadline(sent, days, territory) > deadline:
        sent -= _DAY
    return sent


# --- Terms --------------------------------------------------------------------------------------


def _counted(day: date, count: int, step: int, saturday_works: bool, territory: str) -> Iterator[date]:
    """The working days counted, one by one, the first day left out."""
    while count:
        day += _DAY * step
        if is_working(day, territory, saturday_works=saturday_works):
            count -= 1
            yield day


def _move(day: date, period: Period, step: int, territory: str) -> date:
    match period.unit:
        case PeriodUnit.CALENDAR_DAYS:
            return day + _DAY * period.count * step
        case PeriodUnit.WEEKS:
            return day + _DAY * 7 * period.count * step
        case PeriodUnit.MONTHS:
            return add_months(day, period.count * step)
        case PeriodUnit.YEARS:
            return add_months(day, 12 * period.count * step)
        case PeriodUnit.WORKING_DAYS | PeriodUnit.WEEKDAYS_AND_SATURDAY:
            saturday_works = period.unit is PeriodUnit.WEEKDAYS_AND_SATURDAY
            for counted in _counted(day, period.count, step, saturday_works, territory):
                day = counted
            return day
        case _:
            raise ValueError(f"« {period} » se compte depuis un instant, pas depuis un jour")


def back(day: date, period: Period, territory: str = "metropole") -> date:
    """The last day for something due so long before that day.

    The day itself is not counted. Working days stop on the Nth; calendar days are never moved to
    a working day (TC-03). Raises ValueError for hours or minutes, OverflowError or ValueError when
    the day leaves the calendar.
    Source: TC-03, TC-06, TC-07.

    >>> back(date(2026, 2, 18), Period.parse("8 jours ouvrés"))
    datetime.date(2026, 2, 6)
    >>> back(date(2025, 9, 22), Period.parse("5 jours ouvrables"))
    datetime.date(2025, 9, 16)
    """
    return _move(day, period, -1, territory)


def within(day: date, period: Period, territory: str = "metropole") -> date:
    """The last day of a period that starts on that day, which is not counted.

    Errors as ``back``. Source: TC-01, TC-06, TC-08.

    >>> within(date(2026, 9, 17), Period.parse("4 jours ouvrés"))
    datetime.date(2026, 9, 23)
    """
    return _move(day, period, 1, territory)


def full_period(day: date, months: int, territory: str = "metropole") -> date:
    """The last day of a court term in months (délai franc): neither end counts, then TC-02.

    Source: CJA R.421-1; a term ending on a day that is not worked runs to the next one.

    >>> full_period(date(2026, 1, 5), 2)
    datetime.date(2026, 3, 6)
    """
    return next_working(add_months(day, months) + _DAY, territory)


def count(start: date | datetime, period: Period, *, before: bool, territory: str = "metropole") -> Count:
    """A term counted from an event, with its words. Hours need an instant; errors as ``back``.

    >>> print(count(date(2026, 2, 18), Period.parse("8 jours ouvrés"), before=True).words)
    18/02/2026 − 8 jours ouvrés : 17, 16, 13, 12, 11, 10, 9, 6 → 06/02/2026
    >>> print(count(date(2026, 1, 29), Period.parse("120 jours"), before=False).words)
    29/01/2026 + 120 jours → 29/05/2026
    """
    sign = "−" if before else "+"
    if period.unit in CLOCK_UNITS:
        if not isinstance(start, datetime):
            raise ValueError(f"« {period} » se compte depuis un instant, pas depuis un jour")
        elapsed = period.count * CLOCK_UNITS[period.unit]
        at = add_elapsed(start, -elapsed if before else elapsed)
        return Count(at.date(), f"{start:%d/%m/%Y %H:%M} {sign} {period} → {at:%d/%m/%Y %H:%M}", at)
    day = start.date() if isinstance(start, datetime) else start
    end = (back if before else within)(day, period, territory)
    listed = _listed(day, end, period, -1 if before else 1, territory)
    return Count(end, f"{french_day(day)} {sign} {period}{listed} → {french_day(end)}")


def _listed(day: date, end: date, period: Period, step: int, territory: str) -> str:
    """The working days counted and the holidays jumped over; nothing for calendar periods."""
    if period.unit not in (PeriodUnit.WORKING_DAYS, PeriodUnit.WEEKDAYS_AND_SATURDAY):
        return ""
    saturday_works = period.unit is PeriodUnit.WEEKDAYS_AND_SATURDAY
    days = list(_counted(day, period.count, step, saturday_works, territory))
    shown = [
        str(it.day) if (it.month, it.year) == (previous.month, previous.year) else f"{it.day}/{it:%m}"
        for previous, it in zip([day, *days], days, strict=False)
    ]
    if len(shown) > _SHOWN:
        shown = [*shown[: _SHOWN - 2], "…", shown[-1]]
    jumped = []
    while day != end:
        day += _DAY * step
        reason = day_off(day, territory, saturday_works=saturday_works)
        if reason not in ("", "samedi", "dimanche"):
            jumped.append(f"{day:%d/%m} {reason}")
    return f" : {', '.join(shown)}" + (f" (hors {' ; '.join(jumped)})" if jumped else "")
