"""The minimum periods of a procedure, held against the dates of a consultation (legal-rules §3.1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from reglo.procurement.consultation import Procedure
from reglo.procurement.deadlines.counting import (
    add_months,
    latest_sending,
    min_deadline,
    next_working,
)
from reglo.procurement.deadlines.entries import Bound, Computed, Entry, Facts, Kind, MinimumCheck
from reglo.procurement.deadlines.findings import (
    AgreementNeeded,
    DeadlineTooShort,
    NoDayToSpare,
    NoMinimumFigure,
    PriorNoticeOutOfWindow,
    UrgencyToJustify,
    VisitNeedsTime,
)
from reglo.procurement.findings import Finding
from reglo.procurement.french import french_day, french_weekday
from reglo.procurement.holidays import day_off
from reglo.procurement.law import MinimumPeriod, Step, figure_on

GROUNDS_FR = {
    "base": "droit commun",
    "electronic": "voie électronique",
    "prior_notice": "avis de préinformation",
    "urgency": "urgence",
    "agreement": "à défaut d'accord de tous les candidats retenus",
}
_SENDINGS_FR = {"notice": "de l'avis", "invitation": "de l'invitation à soumissionner"}
_STARTS_FR = {
    "notice": "L'avis",
    "invitation": "L'invitation à soumissionner",
    "publication": "La publication",
}


def applicable_period(step: Step, procedure: Procedure, facts: Facts) -> tuple[str, MinimumPeriod] | None:
    """The shortest minimum the consultation may use, and its ground; None when the code gives none.

    Five days are added when documents are not on the buyer profile, save urgency (DM-03, R.2151-2).
    """
    used = {
        "base": True,
        "electronic": procedure.electronic is not False,  # R.2132-7, when the rules are silent
        "prior_notice": procedure.prior_notice,
        "urgency": procedure.urgency,
    }
    usable = {ground: it for ground, it in step.minimums.items() if used.get(ground)}
    if not usable:
        agreement = step.minimums.get("agreement")
        return ("agreement", agreement) if agreement else None
    # on equal length, the ground that has nothing to prove first
    ground = min(usable, key=lambda it: (usable[it].days, list(used).index(it)))
    minimum = usable[ground]
    if ground == "electronic" and procedure.electronic is None:
        silence = "CCP R.2132-7, le RC n'en disant rien"
        minimum = MinimumPeriod(minimum.days, f"{minimum.article} ; {silence}")
    if step.receives_bids and procedure.documents_off_profile and not procedure.urgency:
        added = figure_on("documents_off_profile", facts.law_day)
        minimum = MinimumPeriod(minimum.days + int(added.value), f"{minimum.article} ; {added.source}")
    return ground, minimum


def check_step(step: Step, facts: Facts) -> MinimumCheck:
    """The minimum of one step with whatever dates are known, forward and backward."""
    start, limit = facts.moment(step.since), facts.moment(step.deadline)
    sent, deadline = (start.day if start else None), (limit.day if limit else None)
    period = applicable_period(step, facts.consultation.procedure, facts)
    if period is None:
        return MinimumCheck(
            step=step.id,
            name=step.name,
            days=None,
            ground="",
            article="CCP R.2143-1, R.2151-1",
            sent=sent,
            deadline=deadline,
            earliest=None,
            latest_sending=None,
            margin=None,
            computation=f"aucun délai chiffré{_length_left(step, facts)}",
        )
    ground, minimum = period
    earliest = min_deadline(sent, minimum.days, facts.territory) if sent else None
    latest = latest_sending(deadline, minimum.days, facts.territory) if deadline else None
    return MinimumCheck(
        step=step.id,
        name=step.name,
        days=minimum.days,
        ground=GROUNDS_FR[ground],
        article=minimum.article,
        sent=sent,
        deadline=deadline,
        earliest=earliest,
        latest_sending=latest,
        margin=(deadline - earliest).days if deadline and earliest else None,
        computation=_words(sent, deadline, minimum.days, facts),
    )


def _length_left(step: Step, facts: Facts) -> str:
    """How long candidates have, where the code sets no figure; from the notice if publication is unknown."""
    start, notice, limit = facts.moment(step.since), facts.moment("notice"), facts.moment(step.deadline)
    if start and limit:
        return f" ; {(limit.day - start.day).days} jours sont laissés"
    if notice and limit and step.since == "publication":
        return (
            f" ; {(limit.day - notice.day).days} jours depuis l'envoi de l'avis, moins depuis sa publication"
        )
    return ""


def _words(sent: date | None, deadline: date | None, days: int, facts: Facts) -> str:
    """The computation of the first lawful deadline, else of the last lawful sending."""
    if sent:
        last = sent + timedelta(days)
        words = f"{french_day(sent)} + {days} jours → {french_weekday(last)}"
        if reason := day_off(last, facts.territory):
            words += f", {reason}, reporté au {french_weekday(next_working(last, facts.territory))}"
        return words + f" ; à partir du {french_day(min_deadline(sent, days, facts.territory))} à 0 h"
    if deadline:
        latest, plain = latest_sending(deadline, days, facts.territory), deadline - timedelta(days + 1)
        words = f"{french_day(deadline)} − 1 jour − {days} jours → {french_day(plain)}"
        if latest != plain:
            words += f", avancé au {french_weekday(latest)} pour que le délai ne finisse pas un jour chômé"
        return words
    return f"envoi + {days} jours, puis le lendemain à 0 h"


def minimum_entries(facts: Facts) -> Iterator[Entry]:
    """The limits the minimum periods set: first lawful deadlines, last lawful sendings."""
    for step in facts.procedure.steps:
        check = check_step(step, facts)
        days = check.days
        if days is None:
            continue
        law = f"{check.article}, {check.ground}"
        yield facts.entry(
            step.since,
            f"+ {days} jours, puis le lendemain à 0 h",
            _earliest_deadline(days, facts),
            id=f"minimum:{step.id}:earliest",
            title=f"Première date limite licite ({step.name})",
            kind=Kind.MINIMUM,
            bound=Bound.EARLIEST,
            party="acheteur",
            law=law,
        )
        if facts.moment(step.deadline) is not None:
            yield facts.entry(
                step.deadline,
                f"− 1 jour − {days} jours",
                _latest_sending(days, facts),
                id=f"minimum:{step.id}:sending",
                title=f"Dernier jour d'envoi {_SENDINGS_FR[step.since]} ({step.name})",
                kind=Kind.MINIMUM,
                bound=Bound.LATEST,
                party="acheteur",
                law=law,
            )
    if facts.consultation.procedure.prior_notice:
        yield from _prior_notice_window(facts)


def _prior_notice_window(facts: Facts) -> Iterator[Entry]:
    at_least, at_most = _prior_notice_periods(facts)
    rule = f"entre {at_most} mois et {at_least} jours avant"
    for which, bound in enumerate((Bound.EARLIEST, Bound.LATEST)):
        yield facts.entry(
            "notice",
            rule,
            _prior_notice_day(which, rule, facts),
            id=f"prior_notice:{bound.value}",
            title="Envoi de l'avis de préinformation",
            kind=Kind.PUBLICATION,
            bound=bound,
            party="acheteur",
            law="CCP R.2161-3 1°, R.2161-8 1°, R.2161-15 1°",
        )


def _earliest_deadline(days: int, facts: Facts) -> Computed:
    return lambda sent: (min_deadline(sent, days, facts.territory), _words(sent, None, days, facts))


def _latest_sending(days: int, facts: Facts) -> Computed:
    return lambda limit: (latest_sending(limit, days, facts.territory), _words(None, limit, days, facts))


def _prior_notice_day(which: int, rule: str, facts: Facts) -> Computed:
    return lambda sent: (_prior_notice_days(sent, facts)[which], f"{rule} le {french_day(sent)}")


def _prior_notice_periods(facts: Facts) -> tuple[int, int]:
    at_least = figure_on("prior_notice_at_least", facts.law_day)
    at_most = figure_on("prior_notice_at_most", facts.law_day)
    return int(at_least.value), int(at_most.value)


def _prior_notice_days(sent: date, facts: Facts) -> tuple[date, date]:
    """The first and last day a prior notice may have left to shorten the period of that notice."""
    at_least, at_most = _prior_notice_periods(facts)
    return add_months(sent, -at_most), sent - timedelta(at_least)


def minimum_findings(facts: Facts) -> Iterator[Finding]:
    """Periods too short, without margin, or resting on something to prove."""
    procedure = facts.consultation.procedure
    for step in facts.procedure.steps:
        yield from _step_findings(step, facts)
    prior, notice = facts.moment("prior_notice"), facts.moment("notice")
    if procedure.prior_notice and prior and notice:
        first, last = _prior_notice_days(notice.day, facts)
        if not first <= prior.day <= last:
            yield PriorNoticeOutOfWindow(
                facts={
                    "prior": french_day(prior.day),
                    "sent": french_day(notice.day),
                    "first": french_day(first),
                    "last": french_day(last),
                }
            )


def _step_findings(step: Step, facts: Facts) -> Iterator[Finding]:
    check = check_step(step, facts)
    compulsory_visit = any(visit.compulsory for visit in facts.consultation.calendar.visits)
    said = {"step": step.name, "days": check.days}
    if check.days is None:
        visit = ", et à la visite obligatoire (R.2151-3)" if compulsory_visit else ""
        yield NoMinimumFigure(facts=said | {"length": _length_left(step, facts), "visit": visit})
        return
    if facts.consultation.procedure.urgency and check.ground == GROUNDS_FR["urgency"]:
        yield UrgencyToJustify(facts=said, article=check.article)
    if check.margin is None or check.earliest is None or check.latest_sending is None:
        return
    assert check.sent  # a margin needs both
    assert check.deadline
    said |= {
        "start_named": _STARTS_FR[step.since],
        "sent": french_day(check.sent),
        "deadline": french_day(check.deadline),
        "earliest": french_day(check.earliest),
        "latest": french_day(check.latest_sending),
    }
    floor = step.minimums.get("agreement")
    agreed = floor is not None and check.deadline >= min_deadline(check.sent, floor.days, facts.territory)
    if check.margin < 0 and floor is not None and agreed:
        yield AgreementNeeded(facts=said | {"floor": floor.days}, article=floor.article)
    elif check.margin < 0:
        yield DeadlineTooShort(facts=said, article=f"{check.article}, {check.ground}")
    elif check.margin == 0:
        yield NoDayToSpare(facts=said, article=f"{check.article}, {check.ground}")
        if compulsory_visit and step.receives_bids:
            yield VisitNeedsTime(facts=said)
