"""Dates in an order that can happen, and amounts in one that means something."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC
from itertools import pairwise

from reglo.procurement.contract import Framework
from reglo.procurement.findings import Finding
from reglo.procurement.requirements import Turnover
from reglo.procurement.rules_file.checks.walking import Walk, at
from reglo.procurement.rules_file.faults import NumberExpected
from reglo.procurement.rules_file.shape import keys_of
from reglo.procurement.values import Instant

_NAMES = {
    "sent_at": "l'envoi de l'avis",
    "candidacy_deadline": "la date limite des candidatures",
    "submission_deadline": "la date limite des offres",
    "final_bids_deadline": "la date limite des offres finales",
    "opening_at": "l'ouverture des plis",
}


class DatesOutOfOrder(Finding):
    code = "DATE-10"
    cause = "{second} ({second_at}) n'est pas après {first} ({first_at})."
    mend = "Corrigez l'une des deux dates."


class VisitTooLate(Finding):
    code = "DATE-11"
    cause = "La visite « {visit} » ({at}) n'est pas avant la date limite des offres ({deadline})."
    mend = "Avancez la visite ou reculez la date limite."
    source = "CCP R.2151-3"


class LaunchContradicted(Finding):
    code = "DATE-12"
    cause = "« launched_on » dit le {launched}, et l'avis est envoyé le {sent}."
    mend = "Retirez « launched_on » : l'envoi de l'avis fixe le droit applicable."


class HourMalformed(Finding):
    code = "DATE-13"
    cause = "« at » contient « {at} », qui n'est pas une heure."
    mend = "Écrivez deux chiffres, deux points, deux chiffres : « 12:00 »."


class HourThatDoesNotExist(Finding):
    code = "DATE-14"
    cause = "« {key} » : {instant} n'existe pas, l'heure d'été commence cette nuit-là."
    mend = "Choisissez une autre heure."


class MinimumAboveMaximum(Finding):
    code = "PRIX-04"
    cause = "Le minimum de l'accord-cadre ({minimum}) dépasse son maximum ({maximum})."
    mend = "Corrigez l'un des deux montants."
    source = "CCP R.2162-4"


class TotalBelowValue(Finding):
    code = "PRIX-05"
    cause = "La valeur totale estimée ({total}) est inférieure à la valeur estimée ({value})."
    mend = "Le total compte aussi reconductions et options : corrigez l'un des deux montants."
    source = "CCP R.2121-1"


def order(walk: Walk) -> Iterator[Finding]:
    """Sending, candidacies, bids, final bids; opening after the last deadline it can follow."""
    calendar = walk.rules.calendar
    chain = ("sent_at", "candidacy_deadline", "submission_deadline", "final_bids_deadline")
    known = [(key, getattr(calendar, key)) for key in chain if getattr(calendar, key) is not None]
    deadline = calendar.submission_deadline
    if calendar.opening_at is not None and deadline is not None and calendar.opening_at.at < deadline.at:
        yield _out_of_order("submission_deadline", deadline, "opening_at", calendar.opening_at)
    for (first, first_at), (second, second_at) in pairwise(known):
        if second_at.at <= first_at.at:
            yield _out_of_order(first, first_at, second, second_at)
    for index, visit in enumerate(calendar.visits):
        if visit.at is not None and deadline is not None and visit.at.at >= deadline.at:
            facts: dict[str, object] = {"visit": visit.id, "at": visit.at, "deadline": deadline}
            yield VisitTooLate(facts=facts, place=at(f"calendar.visits[{index}]", "at"))
    if calendar.sent_at is not None and calendar.launched_on not in (None, calendar.sent_at.day):
        facts = {"launched": calendar.launched_on, "sent": calendar.sent_at}
        yield LaunchContradicted(facts=facts, place=at("calendar", "launched_on"))


def _out_of_order(first: str, first_at: Instant, second: str, second_at: Instant) -> Finding:
    name = _NAMES[second]
    facts: dict[str, object] = {"second": name[0].upper() + name[1:], "second_at": second_at}
    facts |= {"first": _NAMES[first], "first_at": first_at}
    return DatesOutOfOrder(facts=facts, place=at("calendar", second))


def hours(walk: Walk) -> Iterator[Finding]:
    """Hours of terms; instants the change to summer time skips."""
    for index, term in enumerate(walk.rules.calendar.terms):
        if term.at and not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", term.at):
            yield HourMalformed(facts={"at": term.at}, place=at(f"calendar.terms[{index}]", "at"))
    for path, group in walk.groups:
        kind: type = type(group)
        for key in keys_of(kind).values():
            if key.type is Instant and (instant := getattr(group, key.name)) is not None:
                there_and_back = instant.at.astimezone(UTC).astimezone(instant.zone)
                if there_and_back.replace(tzinfo=None) != instant.at.replace(tzinfo=None):
                    facts: dict[str, object] = {"key": key.name, "instant": instant}
                    yield HourThatDoesNotExist(facts=facts, place=at(path, key.name))


def amounts(walk: Walk) -> Iterator[Finding]:
    """Amounts on one basis, compared."""
    for path, framework in walk.of_type(Framework):
        low, high = framework.minimum, framework.maximum
        if low is not None and high is not None and low.basis is high.basis and low.amount > high.amount:
            facts: dict[str, object] = {"minimum": low, "maximum": high}
            yield MinimumAboveMaximum(facts=facts, place=at(path, "minimum"))
    for path, group in walk.groups:
        value, total = getattr(group, "estimated_value", None), getattr(group, "estimated_total", None)
        if value is None or total is None or value.basis is not total.basis:
            continue
        if total.amount < value.amount:
            facts = {"total": total, "value": value}
            yield TotalBelowValue(facts=facts, place=at(path, "estimated_total"))


def multiples(walk: Walk) -> Iterator[Finding]:
    """A turnover as a multiple of the contract is a number above zero (R.2142-7)."""
    for path, asked in walk.of_type(Turnover):
        if asked.times_contract == 0:
            key = "times_contract"
            facts: dict[str, object] = {"key": key, "why": "zéro n'est pas un multiple."}
            facts["mend"] = "Écrivez par exemple « times_contract: 1,5 » pour une fois et demie."
            yield NumberExpected(facts=facts, place=at(path, key))
