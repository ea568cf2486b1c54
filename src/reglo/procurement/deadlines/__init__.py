"""The calendar of a consultation: every date, forward and backward, each with its article and computation.

Minimum periods (§3.1), duty to extend (§3.2), counting (§3.3), holidays (§3.4), validity (§3.5),
standstill, publications and remedies (§7). Nothing here reads a clock: the dates of events that
have not happened are given, or the entry says what it waits for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time

from reglo.procurement.consultation import Consultation
from reglo.procurement.deadlines.after import (
    award_entries,
    award_findings,
    contract_entries,
    record_entries,
    remedy_entries,
    remedy_findings,
    validity_entries,
)
from reglo.procurement.deadlines.before import (
    announced_entries,
    information_entries,
    term_entries,
    visit_entries,
)
from reglo.procurement.deadlines.clashes import clashes
from reglo.procurement.deadlines.counting import (
    add_months,
    back,
    latest_sending,
    min_deadline,
    within,
)
from reglo.procurement.deadlines.entries import (
    EVENTS,
    Bound,
    CalendarView,
    Entry,
    Facts,
    Kind,
    MinimumCheck,
)
from reglo.procurement.deadlines.minimum import check_step, minimum_entries, minimum_findings
from reglo.procurement.deadlines.receipt import Timeliness, timeliness
from reglo.procurement.findings import Finding, Severity

__all__ = [
    "EVENTS",
    "Bound",
    "CalendarView",
    "Entry",
    "Kind",
    "MinimumCheck",
    "Timeliness",
    "add_months",
    "back",
    "calendar_of",
    "latest_sending",
    "min_deadline",
    "timeliness",
    "within",
]

_KINDS = list(Kind)
_SEVERITIES = list(Severity)


def calendar_of(
    consultation: Consultation, sent: date | None = None, events: Mapping[str, date] | None = None
) -> CalendarView:
    """Every date of the consultation, and what is wrong with them.

    sent: the day the notice leaves, in place of the rules' own. events: days of events that the
    rules do not fix, by name (``EVENTS``, an event a term names, or the id of a term to date its
    own start); a deadline given here is a postponement and keeps its hour.
    Raises Refused with ``CAL-16`` for an unknown event, ``DELAI-10`` for a launch before the code.
    Source: legal-rules §3, §7.
    """
    facts = Facts(consultation, sent, events or {})
    terms = list(term_entries(facts))
    entries = [
        *announced_entries(facts),
        *minimum_entries(facts),
        *information_entries(facts),
        *(it for it in terms if isinstance(it, Entry)),
        *visit_entries(facts),
        *validity_entries(facts),
        *award_entries(facts),
        *remedy_entries(facts),
        *record_entries(facts),
        *contract_entries(facts),
    ]
    findings: list[Finding] = [
        *minimum_findings(facts),
        *(it for it in terms if isinstance(it, Finding)),
        *clashes(facts, {entry.id: entry for entry in entries}),
        *award_findings(facts),
        *remedy_findings(facts),
    ]
    return CalendarView(
        reference=consultation.reference,
        title=consultation.title,
        zone=facts.zone.key,
        launch_date=facts.launch_date,
        minimums=tuple(check_step(step, facts) for step in facts.procedure.steps),
        entries=tuple(sorted(entries, key=_place)),
        findings=tuple(sorted(findings, key=lambda it: _SEVERITIES.index(it.weight))),
    )


def _place(entry: Entry) -> tuple[date, time, int]:
    """Dated entries in order, the end of a day after its hours; then the others, by kind."""
    kind = _KINDS.index(entry.kind)
    if entry.on is None:
        return (date.max, time.max, kind)
    starts_the_day = entry.bound is Bound.EARLIEST
    return (entry.on, entry.at.time() if entry.at else time.min if starts_the_day else time.max, kind)
