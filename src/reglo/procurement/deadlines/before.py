"""The dates up to the deadline: announced instants, terms of the rules, visits, information, opening."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from reglo.procurement.consultation import Term, TermAbout
from reglo.procurement.deadlines.counting import CLOCK_UNITS, count
from reglo.procurement.deadlines.entries import (
    Bound,
    Computed,
    Entry,
    EntryParts,
    Facts,
    Kind,
    Moment,
)
from reglo.procurement.deadlines.findings import TermOutOfCalendar
from reglo.procurement.findings import Finding
from reglo.procurement.law import figure_on
from reglo.procurement.values import Period

TITLES = {
    TermAbout.QUESTIONS: "Dernier jour pour poser une question",
    TermAbout.ANSWERS: "Dernier jour pour répondre aux questions",
    TermAbout.CHANGES: "Dernier jour pour modifier le dossier",
    TermAbout.VISIT_LAST: "Dernier jour de visite",
    TermAbout.VISIT_BOOKING: "Dernier jour pour prendre rendez-vous de visite",
    TermAbout.VISIT_REQUEST: "Dernier jour pour demander la visite",
    TermAbout.SUPPLEMENT: "Réponse à une demande de complément de candidature",
    TermAbout.REGULARISATION: "Régularisation d'une offre irrégulière",
    TermAbout.CLARIFICATION: "Réponse à une demande de précisions",
    TermAbout.AWARD_EVIDENCE: "Justificatifs dus par l'attributaire pressenti",
    TermAbout.ACCESS_LIST: "Remise des noms des intervenants",
}
_PARTIES = {
    TermAbout.ANSWERS: "acheteur",
    TermAbout.CHANGES: "acheteur",
    TermAbout.ACCESS_LIST: "titulaire",
    TermAbout.AWARD_EVIDENCE: "attributaire pressenti",
}
_LAW = {
    TermAbout.SUPPLEMENT: "CCP R.2144-2",
    TermAbout.REGULARISATION: "CCP R.2152-2",
    TermAbout.CLARIFICATION: "CCP R.2161-5, R.2152-3",
    TermAbout.AWARD_EVIDENCE: "CCP R.2144-4, R.2143-13",
    TermAbout.VISIT_LAST: "CCP R.2151-3",
    TermAbout.VISIT_BOOKING: "CCP R.2151-3",
    TermAbout.VISIT_REQUEST: "CCP R.2151-3",
}
_VISITS = (TermAbout.VISIT_LAST, TermAbout.VISIT_BOOKING, TermAbout.VISIT_REQUEST)


def title_of(term: Term) -> str:
    """What a term limits, in French."""
    return TITLES.get(term.about, f"Terme « {term.id} »")


def party_of(term: Term) -> str:
    """Who is bound by a term: as the rules say, else by its nature."""
    return term.party or _PARTIES.get(term.about, "candidats")


# --- Announced instants -------------------------------------------------------------------------


def announced_entries(facts: Facts) -> Iterator[Entry]:
    """Sending of the notice, deadlines, opening."""
    calendar = facts.consultation.calendar
    notice = facts.moment("notice")
    if notice:
        yield Entry(
            id="notice",
            title="Envoi de l'avis à la publication",
            kind=Kind.PUBLICATION,
            bound=Bound.ON,
            party="acheteur",
            on=notice.day,
            at=notice.at,
            assumed=notice.assumed,
            computation="jour 0 des délais, non compté",
            source=calendar.source,
            law="règlement 1182/71, art. 3",
        )
    elif calendar.launched_on:
        yield Entry(
            id="launch",
            title="Lancement de la consultation",
            kind=Kind.PUBLICATION,
            bound=Bound.ON,
            party="acheteur",
            on=calendar.launched_on,
            computation="décide du droit applicable ; les délais partent de l'envoi, non connu",
            source=calendar.source,
            law="selon l'entrée en vigueur de chaque texte",
        )
    yield from _entered_events(facts)
    yield from _deadline_entries(facts)
    if calendar.opening_at:
        yield Entry(
            id="opening",
            title="Ouverture des plis" + (" (prévue)" if calendar.opening_indicative else ""),
            kind=Kind.OPENING,
            bound=Bound.ON,
            party="acheteur",
            on=calendar.opening_at.day,
            at=calendar.opening_at.at,
            computation="date annoncée",
            source=calendar.source,
            law="CCP R.2132-9",
        )


def _entered_events(facts: Facts) -> Iterator[Entry]:
    """The dates entered for events that have no entry of their own."""
    for name, day in facts.events.items():
        if name != "notice" and not name.endswith("_deadline"):
            named = re.sub(r"^(l'événement |l'|la |une )", "", facts.named(name))
            yield Entry(
                id=f"event:{name}",
                title=named[:1].upper() + named[1:],
                kind=Kind.EVENT,
                bound=Bound.ON,
                on=day,
                assumed=True,
                computation="date donnée",
            )


def _deadline_entries(facts: Facts) -> Iterator[Entry]:
    """Each deadline of the procedure, known or to come."""
    calendar, negotiation = facts.consultation.calendar, facts.consultation.procedure.negotiation
    hour = "encore à temps à l'heure exacte" if calendar.exact_hour_in_time else "en retard à l'heure exacte"
    limits = [(step.deadline, step.name, facts.named(step.since)) for step in facts.procedure.steps]
    if (negotiation and negotiation.allowed) or calendar.final_bids_deadline:
        limits.append(("final_bids_deadline", "offres finales", "la clôture des négociations"))
    for name, what, fixed_by in limits:
        moment = facts.moment(name)
        yield Entry(
            id=name,
            title=f"Date limite de réception ({what})",
            kind=Kind.DEADLINE,
            bound=Bound.LATEST,
            party="candidats",
            on=moment.day if moment else None,
            at=moment.at if moment else None,
            awaits="" if moment else name,
            assumed=bool(moment and moment.assumed),
            computation=(
                f"dernier octet reçu ; {hour}" if moment else f"dépend de {fixed_by}, la même pour tous"
            ),
            source=calendar.source,
            law="CCP R.2161-20" if name == "final_bids_deadline" else "CCP R.2143-2, R.2151-5",
        )


def information_period(facts: Facts) -> Period:
    """Six days before the deadline, four when urgency shortened the period (R.2132-6)."""
    name = "information_before_deadline"
    if facts.consultation.procedure.urgency:
        name += "_urgency"
    return figure_on(name, facts.law_day).period


def information_entries(facts: Facts) -> Iterator[Entry]:
    """The last day to send additional information, and the duty to extend, formal procedures only."""
    if not facts.procedure.formal:
        return
    period = information_period(facts)
    yield facts.entry(
        "submission_deadline",
        f"− {period} calendaires",
        _counted(period, before=True, facts=facts),
        id="information",
        title="Derniers renseignements complémentaires ; au-delà, la limite se reporte",
        kind=Kind.TERM,
        bound=Bound.LATEST,
        party="acheteur",
        law="CCP R.2132-6, R.2151-4",
    )


def _counted(period: Period, *, before: bool, facts: Facts) -> Computed:
    def computed(day: date) -> tuple[date, str]:
        counted = count(day, period, before=before, territory=facts.territory)
        return counted.day, counted.words

    return computed


# --- Terms of the rules -------------------------------------------------------------------------


def term_entries(facts: Facts) -> Iterator[Entry | Finding]:
    """Each term of the rules, from its event: once for each visit it may run from.

    A term that cannot be computed gives its finding instead.
    """
    for term in facts.consultation.calendar.terms:
        if term.id in facts.events:  # the start of this term alone was entered
            yield _term_entry(term, term.id, Moment(facts.events[term.id], assumed=True), facts)
            continue
        visits = [it for it in facts.consultation.calendar.visits if it.at and term.of in ("visit", it.id)]
        if visits and "visit" not in facts.events:
            for visit in visits:
                assert visit.at
                entry_id = f"{term.id}:{visit.id}" if len(visits) > 1 else term.id
                yield _term_entry(term, entry_id, Moment.of(visit.at), facts)
            continue
        yield _term_entry(term, term.id, facts.start_of(term), facts)


def _term_entry(term: Term, entry_id: str, start: Moment | None, facts: Facts) -> Entry | Finding:
    title = title_of(term)
    fixed = EntryParts(
        id=f"term:{entry_id}",
        title=title,
        kind=Kind.VISIT if term.about in _VISITS else Kind.TERM,
        bound=Bound.LATEST,
        party=party_of(term),
        source=term.source,
        law=_LAW.get(term.about, ""),
    )
    before = term.side == "before"
    if start is None:
        rule = f"{term.period} {'avant' if before else 'après'}" + (f", à {term.at}" if term.at else "")
        return Entry(awaits=term.of, computation=f"dépend de {facts.named(term.of)} : {rule}", **fixed)
    try:
        counted = count(start.at or start.day, term.period, before=before, territory=facts.territory)
    except (OverflowError, ValueError) as error:
        reason = str(error) if "instant" in str(error) else f"{term.period} sort du calendrier"
        return TermOutOfCalendar(facts={"title": title, "reason": reason}, article=term.source)
    at = counted.at or (facts.on_the_day(counted.day, term.at) if term.at else None)
    return Entry(on=counted.day, at=at, assumed=start.assumed, computation=counted.words, **fixed)


# --- Visits -------------------------------------------------------------------------------------


def visit_entries(facts: Facts) -> Iterator[Entry]:
    """Fixed visits; for visits by appointment, the last one that can still be asked for."""
    calendar = facts.consultation.calendar
    for visit in calendar.visits:
        kind = "obligatoire" if visit.compulsory else "facultative"
        if visit.at:
            arrival = f" ; se présenter {visit.arrive_before} avant" if visit.arrive_before else ""
            yield Entry(
                id=f"visit:{visit.id}",
                title=f"Visite {kind} des lieux{visit.whose}",
                kind=Kind.VISIT,
                bound=Bound.ON,
                party="candidats",
                on=visit.at.day,
                at=visit.at.at,
                computation=f"date annoncée{arrival}",
                source=visit.source,
                law="CCP R.2151-3",
            )
    yield from _visit_of_the_last_booking(facts)


def _visit_of_the_last_booking(facts: Facts) -> Iterator[Entry]:
    """When a visit asked for on the last day to book can take place at the earliest."""
    terms = {term.about: term for term in facts.consultation.calendar.terms}
    booking, request = terms.get(TermAbout.VISIT_BOOKING), terms.get(TermAbout.VISIT_REQUEST)
    if not booking or not request or request.side != "before" or request.period.unit in CLOCK_UNITS:
        return
    booked = _term_entry(booking, booking.id, facts.moment(booking.of), facts)
    if not isinstance(booked, Entry) or booked.on is None:
        return
    counted = count(booked.on, request.period, before=False, territory=facts.territory)
    yield Entry(
        id="visit:last-booked",
        title="Première visite possible si elle est demandée le dernier jour",
        kind=Kind.VISIT,
        bound=Bound.EARLIEST,
        party="candidats",
        on=counted.day,
        assumed=booked.assumed,
        computation=counted.words,
        source="; ".join(dict.fromkeys((booking.source, request.source))),
        law="CCP R.2151-3",
    )
