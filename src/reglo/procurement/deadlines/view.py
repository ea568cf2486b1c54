"""The assembly of a calendar: every entry, every finding, in order."""

from __future__ import annotations

from datetime import date, time

from reglo.procurement.deadlines.after import (
    award_entries,
    award_findings,
    contract_entries,
    record_entries,
    validity_entries,
)
from reglo.procurement.deadlines.before import (
    announced_entries,
    information_entries,
    term_entries,
    visit_entries,
)
from reglo.procurement.deadlines.clashes import clashes
from reglo.procurement.deadlines.entries import Bound, CalendarView, Entry, Facts, Kind
from reglo.procurement.deadlines.minimum import check_step, minimum_entries, minimum_findings
from reglo.procurement.deadlines.remedies import remedy_entries, remedy_findings
from reglo.procurement.findings import Finding, Severity

_KINDS = list(Kind)
_SEVERITIES = list(Severity)


def view_of(facts: Facts) -> CalendarView:
    """The calendar these facts give."""
    consultation = facts.consultation
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
