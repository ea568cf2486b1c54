"""Dates of one calendar that do not go together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from reglo.procurement.consultation import TermAbout
from reglo.procurement.deadlines.before import title_of
from reglo.procurement.deadlines.counting import (
    next_working,
    previous_working,
    working_days_between,
)
from reglo.procurement.deadlines.entries import Entry, Facts, Kind
from reglo.procurement.deadlines.findings import (
    AnswersTooLate,
    ChangesTooLate,
    DatesOutOfOrder,
    DeadlineOnDayOff,
    DeadlineToExtend,
    FixedOffsetZone,
    HourNotOnTheClock,
    ImportantChange,
    LittleTimeToAnswer,
    OpeningBeforeDeadline,
    QuestionsAfterAnswers,
    StartAfterValidity,
    TermBeforeSending,
    TermOnDayOff,
    TerritoryUnknown,
    TooFewWorkingDays,
    UnitsMixed,
    VisitAfterQuestions,
    ZoneAsWrittenDisagrees,
    ZoneOfAnotherPlace,
)
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.french import ZONES, french_day, french_weekday
from reglo.procurement.holidays import day_off, territory_known, zone_name
from reglo.procurement.values import Instant, PeriodUnit

_CALENDAR_UNITS = (PeriodUnit.CALENDAR_DAYS, PeriodUnit.WEEKS, PeriodUnit.MONTHS, PeriodUnit.YEARS)
_DAY_UNITS = (PeriodUnit.CALENDAR_DAYS, PeriodUnit.WORKING_DAYS, PeriodUnit.WEEKDAYS_AND_SATURDAY)
_MINIMUM_TO_ANSWER = 2  # working days, L-16


def clashes(facts: Facts, entries: Mapping[str, Entry]) -> Iterator[Finding]:
    """Everything wrong between the dates of this calendar; ``entries`` by id."""
    yield from _order(facts)
    yield from _questions(facts, entries)
    yield from _information(facts, entries)
    yield from _terms(facts, entries)
    yield from _units(facts)
    yield from _days_off(facts)
    yield from _clocks(facts)
    yield from _validity(facts, entries)


# --- Order --------------------------------------------------------------------------------------


def _order(facts: Facts) -> Iterator[Finding]:
    """Each date that must follow another does, in hours when both have one."""
    calendar = facts.consultation.calendar
    pairs = [  # and whether they may lie on one day
        ("notice", "candidacy_deadline", False),
        ("notice", "submission_deadline", False),
        ("notice", "publication", True),
        ("publication", "submission_deadline", False),
        ("candidacy_deadline", "invitation", True),
        ("candidacy_deadline", "submission_deadline", False),
        ("invitation", "submission_deadline", False),
        ("submission_deadline", "final_bids_deadline", False),
        ("submission_deadline", "award", True),
        ("signature", "award_notice", True),
    ]
    for earlier, later, same_day in pairs:
        first, second = facts.moment(earlier), facts.moment(later)
        if first and second and not (first < second or (same_day and first.day == second.day)):
            yield DatesOutOfOrder(
                facts={
                    "earlier_named": facts.named(earlier),
                    "earlier": first.words,
                    "later_named": _capital(facts.named(later)),
                    "later": second.words,
                },
                article=calendar.source,
            )
    opening = facts.moment("opening")
    last = [facts.moment(name) for name in ("candidacy_deadline", "submission_deadline")]
    deadlines = [it for it in last if it]
    if opening and deadlines and not deadlines[0] < opening:
        yield OpeningBeforeDeadline(
            facts={"opening": opening.words, "deadline": deadlines[0].words}, article=calendar.source
        )
    for visit in calendar.visits:
        limit = facts.moment("submission_deadline") or facts.moment("candidacy_deadline")
        if visit.at and limit and limit.day <= visit.at.day:
            yield DatesOutOfOrder(
                facts={
                    "earlier_named": "la visite",
                    "earlier": french_day(visit.at.day),
                    "later_named": "La date limite",
                    "later": french_day(limit.day),
                },
                article=visit.source,
            )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


# --- Questions, answers, changes ----------------------------------------------------------------


def _of(about: TermAbout, facts: Facts, entries: Mapping[str, Entry]) -> Entry | None:
    """The dated entry of the first term about that, before a deadline."""
    for term in facts.consultation.calendar.terms:
        entry = entries.get(f"term:{term.id}")
        if term.about is about and term.of.endswith("_deadline") and entry and entry.on:
            return entry
    return None


def _questions(facts: Facts, entries: Mapping[str, Entry]) -> Iterator[Finding]:
    """Time to answer, and to ask after a visit (L-16)."""
    questions = _of(TermAbout.QUESTIONS, facts, entries)
    if questions is None or questions.on is None:
        return
    limits = [
        (_of(TermAbout.ANSWERS, facts, entries), "réponses"),
        (_of(TermAbout.CHANGES, facts, entries), "modifications du dossier"),
        (entries.get("information"), "derniers renseignements, R.2132-6"),
    ]
    for limit, what in limits:
        if limit is None or limit.on is None:
            continue
        said = {"questions": french_day(questions.on), "answers": french_day(limit.on), "what": what}
        article = " et ".join(dict.fromkeys(part for part in (questions.source, limit.source) if part))
        if limit.on < questions.on:
            yield QuestionsAfterAnswers(facts=said, article=article)
            continue
        count = working_days_between(questions.on, limit.on, facts.territory)
        if count < _MINIMUM_TO_ANSWER:
            yield LittleTimeToAnswer(facts=said | {"count": count}, article=article)
    for entry in entries.values():
        last_visit = entry.id in ("visit:last-booked", *_visit_ids(facts))
        if last_visit and entry.on and entry.on >= questions.on:
            yield VisitAfterQuestions(
                facts={
                    "visit": french_day(entry.on),
                    "questions": french_day(questions.on),
                },
                article=" et ".join(dict.fromkeys(part for part in (entry.source, questions.source) if part)),
            )


def _visit_ids(facts: Facts) -> Iterator[str]:
    calendar = facts.consultation.calendar
    yield from (f"visit:{visit.id}" for visit in calendar.visits)
    yield from (f"term:{term.id}" for term in calendar.terms if term.about is TermAbout.VISIT_LAST)


def _information(facts: Facts, entries: Mapping[str, Entry]) -> Iterator[Finding]:
    """The rules' own terms against the code's last day of information, and the duty to extend."""
    information = entries.get("information")
    limit = facts.moment("submission_deadline")
    if limit is None:
        return
    if information is not None and information.on is not None:
        due = information.on
        for term in facts.consultation.calendar.terms:
            entry = entries.get(f"term:{term.id}")
            if term.of != "submission_deadline" or not entry or not entry.on or entry.on <= due:
                continue
            if term.about is TermAbout.ANSWERS:
                yield AnswersTooLate(
                    facts={"answers": french_day(entry.on), "due": french_day(due)}, article=term.source
                )
            elif term.about is TermAbout.CHANGES:
                yield ChangesTooLate(
                    facts={"changes": french_day(entry.on), "due": french_day(due)}, article=term.source
                )
        answered = facts.events.get("answer")
        if answered and due < answered <= limit.day:
            days = limit.day - due
            yield DeadlineToExtend(
                facts={
                    "answered": french_day(answered),
                    "due": french_day(due),
                    "deadline": french_day(limit.day),
                    "earliest": french_day(answered + days),
                }
            )
    changed = facts.events.get("important_change")
    if changed and changed <= limit.day:
        yield ImportantChange(facts={"changed": french_day(changed), "deadline": french_day(limit.day)})


# --- Terms --------------------------------------------------------------------------------------


def _terms(facts: Facts, entries: Mapping[str, Entry]) -> Iterator[Finding]:
    """Terms that end on a day off, before the notice, or hold too few working days."""
    notice = facts.moment("notice")
    for term in facts.consultation.calendar.terms:
        for entry in entries.values():
            if entry.on is None or entry.id.split(":")[:2] != ["term", term.id]:
                continue
            title = title_of(term)
            reason = day_off(entry.on, facts.territory)
            if reason and term.period.unit in _CALENDAR_UNITS:
                yield _on_day_off(title, entry, entry.on, reason, term.side == "before", facts)
            if notice and term.side == "before" and entry.on < notice.day:
                yield TermBeforeSending(
                    facts={"title": title, "day": french_day(entry.on), "sent": french_day(notice.day)},
                    article=term.source,
                )
            start = facts.events.get(term.id) or getattr(facts.start_of(term), "day", None)
            if term.side == "after" and term.period.unit in _CALENDAR_UNITS and start:
                count = working_days_between(start, entry.on, facts.territory)
                if count < _MINIMUM_TO_ANSWER <= (entry.on - start).days:
                    lawful = next_working(entry.on + timedelta(1), facts.territory)
                    while working_days_between(start, lawful, facts.territory) < _MINIMUM_TO_ANSWER:
                        lawful = next_working(lawful + timedelta(1), facts.territory)
                    yield TooFewWorkingDays(
                        facts={
                            "title": title,
                            "start": french_day(start),
                            "day": french_day(entry.on),
                            "count": count,
                            "lawful": french_day(lawful),
                        },
                        article=term.source,
                    )
    information = entries.get("information")
    if information and information.on and (reason := day_off(information.on, facts.territory)):
        yield _on_day_off(information.title, information, information.on, reason, True, facts)


def _on_day_off(title: str, entry: Entry, day: date, reason: str, before: bool, facts: Facts) -> TermOnDayOff:
    """Counted backward it never moves (TC-03): act earlier. Forward: do not reject before the next day."""
    if before:
        advice = (
            f"Ce terme compté à rebours ne se déplace pas : agissez au plus tard le "
            f"{french_weekday(previous_working(day, facts.territory))}."
        )
    else:
        advice = (
            f"Répondez avant ce jour ; l'acheteur prudent n'écarte personne avant la fin du "
            f"{french_weekday(next_working(day, facts.territory))}."
        )
    # a term the rules chose is theirs to mend; one that the law counts is only to be known
    severity = Severity.TO_CHECK if before and entry.party == "acheteur" and entry.source else None
    facts_said = {"title": title, "day": french_day(day), "reason": reason, "advice": advice}
    return TermOnDayOff(facts=facts_said, article=entry.source, severity=severity)


def _units(facts: Facts) -> Iterator[Finding]:
    """Several units of days in one set of rules (L-17)."""
    used: dict[PeriodUnit, list[str]] = {}
    for term in facts.consultation.calendar.terms:
        if term.period.unit in _DAY_UNITS:
            used.setdefault(term.period.unit, []).append(term.source or term.id)
    if len(used) > 1:
        units = " ; ".join(
            f"« {unit.value} » ({', '.join(dict.fromkeys(where))})" for unit, where in used.items()
        )
        yield UnitsMixed(facts={"units": units})


# --- Days off and clocks ------------------------------------------------------------------------


_LIMITS = {
    "candidacy_deadline": "La date limite des candidatures",
    "submission_deadline": "La date limite des offres",
    "final_bids_deadline": "La date limite des offres finales",
}


def _instants(facts: Facts) -> Iterator[tuple[str, Instant]]:
    """Every announced instant, named."""
    calendar = facts.consultation.calendar
    named = [
        *((name, getattr(calendar, limit)) for limit, name in _LIMITS.items()),
        ("L'ouverture des plis", calendar.opening_at),
        *((f"La visite « {visit.id} »", visit.at) for visit in calendar.visits),
    ]
    yield from ((name, instant) for name, instant in named if instant)


def _days(facts: Facts) -> Iterator[tuple[str, date]]:
    """The day of each of them, of a limit as it was put back."""
    limits = {name: moment.day for limit, name in _LIMITS.items() if (moment := facts.moment(limit))}
    yield from ({name: instant.day for name, instant in _instants(facts)} | limits).items()


def _days_off(facts: Facts) -> Iterator[Finding]:
    if not territory_known(facts.territory):
        yield TerritoryUnknown(facts={"territory": facts.territory})
    for name, day in _days(facts):
        if reason := day_off(day, facts.territory):
            following = french_weekday(next_working(day, facts.territory))
            yield DeadlineOnDayOff(
                facts={"what": name, "day": french_day(day), "reason": reason, "next": following}
            )


def _clocks(facts: Facts) -> Iterator[Finding]:
    """Zones that ignore summer time, offsets written in the rules, hours the clocks skip or repeat."""
    calendar = facts.consultation.calendar
    local = zone_name(facts.territory)
    written = _written_offset(calendar.time_zone_as_written)
    disagreed = False
    for name, instant in _instants(facts):
        zone, clock = instant.zone.key, f"{instant.at:%H:%M}"
        if zone.startswith("Etc/") or "/" not in zone:
            yield FixedOffsetZone(facts={"what": name, "zone": zone}, article=calendar.source)
        elif name.startswith("La date limite") and zone != local and _differs(instant, local):
            there = f"{instant.at.astimezone(ZoneInfo(local)):%H:%M}"
            yield ZoneOfAnotherPlace(
                facts={
                    "zone": ZONES.get(zone, f"heure de {zone}"),
                    "local": ZONES.get(local, f"heure de {local}"),
                    "clock": clock,
                    "local_clock": there,
                },
                article=calendar.source,
            )
        if written is not None and instant.at.utcoffset() != written and not disagreed:
            disagreed = True  # once is enough
            literal = (instant.at.replace(tzinfo=UTC) - written).astimezone(instant.zone)
            yield ZoneAsWrittenDisagrees(
                facts={
                    "written": calendar.time_zone_as_written,
                    "day": french_day(instant.day),
                    "zone": zone,
                    "actual": f"{instant.at:%z}"[:3] + ":" + f"{instant.at:%z}"[3:5],
                    "clock": clock,
                    "literal": f"{literal:%H:%M}",
                },
                article=calendar.source,
            )
        if problem := _clock_problem(instant.at):
            yield HourNotOnTheClock(
                facts={
                    "what": name,
                    "clock": clock,
                    "cause_of": problem,
                    "day": french_day(instant.day),
                    "zone": zone,
                },
                article=calendar.source,
            )


def _written_offset(text: str) -> timedelta | None:
    """The offset a text like "(GMT+01:00) Paris" writes; None when it writes none."""
    found = re.search(r"(?:GMT|UTC)\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?", text)
    if not found:
        return None
    sign = -1 if found.group(1) == "-" else 1
    return sign * timedelta(hours=int(found.group(2)), minutes=int(found.group(3) or 0))


def _differs(instant: Instant, local: str) -> bool:
    return instant.at.utcoffset() != instant.at.astimezone(ZoneInfo(local)).utcoffset()


def _clock_problem(at: datetime) -> str:
    """Whether that hour does not exist or exists twice in its zone, in words; "" when it is plain."""
    if at.replace(fold=0).utcoffset() == at.replace(fold=1).utcoffset():
        return ""
    there_and_back = at.astimezone(UTC).astimezone(at.tzinfo)
    return (
        "existe deux fois"
        if there_and_back.replace(tzinfo=None) == at.replace(tzinfo=None)
        else "n'existe pas"
    )


# --- Validity -----------------------------------------------------------------------------------


def _validity(facts: Facts, entries: Mapping[str, Entry]) -> Iterator[Finding]:
    contract = facts.consultation.contract
    ends = [entry.on for entry in entries.values() if entry.kind is Kind.VALIDITY and entry.on]
    if contract and contract.starts_on and ends and contract.starts_on > max(ends):
        yield StartAfterValidity(
            facts={"start": french_day(contract.starts_on), "end": french_day(max(ends))},
            article=contract.source,
        )
