"""The calendar of a consultation: every date, forward and backward, each with its article and computation.

Minimum periods (§3.1), duty to extend (§3.2), counting (§3.3), holidays (§3.4), validity (§3.5),
standstill, publications and remedies (§7). Nothing here reads a clock: the dates of events that
have not happened are given, or the entry says what it waits for.

Judging needs only ``timeliness``: what builds a calendar is imported when one is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from reglo.procurement.deadlines.counting import (
    add_months,
    back,
    latest_sending,
    min_deadline,
    within,
)
from reglo.procurement.deadlines.events import EVENTS
from reglo.procurement.deadlines.receipt import Timeliness, timeliness, zone_of

if TYPE_CHECKING:
    from reglo.procurement.consultation import Consultation
    from reglo.procurement.deadlines.entries import CalendarView

__all__ = [
    "EVENTS",
    "Timeliness",
    "add_months",
    "back",
    "calendar_of",
    "latest_sending",
    "min_deadline",
    "timeliness",
    "within",
    "zone_of",
]


def calendar_of(
    consultation: Consultation, sent: date | None = None, events: Mapping[str, date] | None = None
) -> CalendarView:
    """Every date of the consultation, and what is wrong with them.

    sent: the day the notice leaves, in place of the rules' own. events: days of events that the
    rules do not fix, by name (``EVENTS``, an event a term names, or the id of a term to date its
    own start); a deadline given here is a postponement and keeps its hour.
    Raises Refused with ``CAL-16`` for an unknown event, ``CAL-22`` for an unlikely date,
    ``DELAI-10`` for a launch before the code.
    Source: legal-rules §3, §7.
    """
    from reglo.procurement.deadlines.entries import Facts
    from reglo.procurement.deadlines.view import view_of

    return view_of(Facts(consultation, sent, events or {}))
