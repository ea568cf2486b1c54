"""Whether something came in time, and by whose hour that is told."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from reglo.procurement.holidays import zone_name

if TYPE_CHECKING:
    from reglo.procurement.consultation import Calendar, Consultation


class Timeliness(StrEnum):
    ON_TIME = "on_time"
    LATE = "late"  # hors délai: received, kept sealed, and said so


def timeliness(received_at: datetime, deadline: datetime, inclusive: bool = True) -> Timeliness:
    """Whether a bid whose last byte came at that instant is on time.

    received_at, deadline: aware; the reference clock's qualified timestamp, not the sender's.
    inclusive: True when a bid received at the very instant is on time, False when the rules say
    "before". "10:00" is 10:00:00: the next second is late. When the sending began is irrelevant.
    Raises ValueError for an instant without zone.
    Source: §2.2; CCP R.2143-2, R.2151-5; TA Dijon n° 1803328; TA Versailles n° 2300644.

    >>> from zoneinfo import ZoneInfo
    >>> noon = datetime(2026, 2, 18, 12, 0, tzinfo=ZoneInfo("Europe/Paris"))
    >>> timeliness(noon, noon), timeliness(noon, noon, inclusive=False)
    (<Timeliness.ON_TIME: 'on_time'>, <Timeliness.LATE: 'late'>)
    """
    if received_at.tzinfo is None or deadline.tzinfo is None:
        raise ValueError("an instant of receipt and a deadline have a zone")
    # in UTC: two instants of the same zone would be compared by their clocks, wrong when they change
    received, limit = received_at.astimezone(UTC), deadline.astimezone(UTC)
    on_time = received <= limit if inclusive else received < limit
    return Timeliness.ON_TIME if on_time else Timeliness.LATE


def told_in(calendar: Calendar) -> ZoneInfo | None:
    """The zone in which the rules tell their deadlines; None when they give none."""
    instants = (calendar.submission_deadline, calendar.candidacy_deadline)
    return next((instant.zone for instant in instants if instant is not None), None)


def zone_of(consultation: Consultation) -> ZoneInfo:
    """The zone deadlines are told in, or local time at the buyer's."""
    return told_in(consultation.calendar) or ZoneInfo(zone_name(consultation.buyer.territory))
