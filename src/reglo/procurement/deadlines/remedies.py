"""Until when each way of appeal is open (legal-rules §7.3), and windows the rules state otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from reglo.procurement.consultation import RemedyKind
from reglo.procurement.deadlines.counting import full_period, next_working, within
from reglo.procurement.deadlines.entries import Bound, Computed, Entry, EntryParts, Facts, Kind
from reglo.procurement.deadlines.findings import RemedyWindowDiffers
from reglo.procurement.findings import Finding
from reglo.procurement.french import french_day, french_weekday
from reglo.procurement.holidays import day_off
from reglo.procurement.law import Figure, figure_on


def remedy_entries(facts: Facts) -> Iterator[Entry]:
    """Until when each way of appeal is open (§7.3), with the article of the rules that states it."""
    remedies = facts.consultation.remedies
    stated = {way.kind: way.source or remedies.source for way in remedies.ways} if remedies else {}

    def parts(kind: RemedyKind, entry_id: str, title: str, law: str) -> EntryParts:
        return EntryParts(
            id=f"remedy:{entry_id}",
            title=title,
            kind=Kind.REMEDY,
            bound=Bound.LATEST,
            party="candidats évincés",
            source=stated.get(kind, ""),
            law=law,
        )

    yield facts.entry(
        "signature",
        "ouvert jusqu'à elle",
        lambda signed: (signed, "ouvert jusqu'à la signature"),
        **parts(RemedyKind.PRECONTRACTUAL, "precontractual", "Référé précontractuel", "CJA L.551-1, L.551-4"),
    )
    with_notice = figure_on("contractual_remedy", facts.law_day)
    yield facts.entry(
        "award_notice",
        f"le {int(with_notice.value)}e jour suivant",
        _thirty_first_day(with_notice, facts),
        **parts(
            RemedyKind.CONTRACTUAL,
            "contractual",
            "Référé contractuel, si un avis d'attribution est publié",
            f"CJA L.551-13 ; {with_notice.source}",
        ),
    )
    without = figure_on("contractual_remedy_without_notice", facts.law_day)
    yield facts.entry(
        "signature",
        f"+ {without.period} francs, comptés du lendemain",
        _from_the_morrow(without, facts),
        **parts(
            RemedyKind.CONTRACTUAL,
            "contractual:no-notice",
            "Référé contractuel, sans avis d'attribution",
            f"CJA L.551-13 ; {without.source}",
        ),
    )
    challenge = figure_on("contract_challenge", facts.law_day)
    yield facts.entry(
        "award_notice",
        f"+ {challenge.period} francs",
        _full(challenge, facts),
        **parts(
            RemedyKind.CONTRACT_CHALLENGE,
            "challenge",
            "Recours en contestation de la validité du contrat",
            challenge.source,
        ),
    )
    annulment = figure_on("annulment", facts.law_day)
    for event, entry_id, title in (
        ("award", "annulment", "Recours pour excès de pouvoir contre le rejet, fermé par la signature"),
        ("abandonment", "annulment:abandonment", "Recours pour excès de pouvoir contre le sans suite"),
    ):
        yield facts.entry(
            event,
            f"+ {annulment.period} francs, si les voies de recours y sont dites",
            _full(annulment, facts),
            **parts(RemedyKind.ANNULMENT, entry_id, title, annulment.source),
        )

    gracious = {RemedyKind.GRACIOUS, RemedyKind.SUSPENSION} & stated.keys()
    if RemedyKind.GRACIOUS in gracious:
        yield facts.entry(
            "award",
            f"+ {annulment.period} francs",
            _full(annulment, facts),
            **parts(RemedyKind.GRACIOUS, "gracious", "Recours gracieux contre le rejet", "CRPA L.411-2"),
        )
    if RemedyKind.SUSPENSION in gracious:
        yield facts.entry(
            "signature",
            "ouvert jusqu'à elle",
            lambda signed: (signed, "ouvert jusqu'à la signature"),
            **parts(RemedyKind.SUSPENSION, "suspension", "Référé suspension", "CJA L.521-1"),
        )


_WINDOWS = {
    RemedyKind.CONTRACTUAL: ("contractual_remedy", "contractual_remedy_without_notice"),
    RemedyKind.CONTRACT_CHALLENGE: ("contract_challenge",),
    RemedyKind.ANNULMENT: ("annulment",),
}
_REMEDIES_FR = {
    RemedyKind.CONTRACTUAL: "référé contractuel",
    RemedyKind.CONTRACT_CHALLENGE: "recours en contestation de validité",
    RemedyKind.ANNULMENT: "recours pour excès de pouvoir",
}


def remedy_findings(facts: Facts) -> Iterator[Finding]:
    """Windows of appeal that the rules state otherwise than the law."""
    remedies = facts.consultation.remedies
    for way in remedies.ways if remedies else ():
        if way.within is None or way.kind not in _WINDOWS:
            continue
        lawful = [figure_on(name, facts.law_day).period for name in _WINDOWS[way.kind]]
        if way.within not in lawful:
            yield RemedyWindowDiffers(
                facts={
                    "stated": way.within,
                    "kind": _REMEDIES_FR[way.kind],
                    "lawful": " ou ".join(str(period) for period in lawful),
                },
                article=way.source or (remedies.source if remedies else ""),
            )


def _full(rule: Figure, facts: Facts) -> Computed:
    """A court term: whole months, neither end counted, extended when it ends on a day off."""

    def computed(day: date) -> tuple[date, str]:
        end = full_period(day, int(rule.value), facts.territory)
        return end, f"{french_day(day)} + {rule.period} francs → {french_weekday(end)}"

    return computed


def _thirty_first_day(rule: Figure, facts: Facts) -> Computed:
    """The text names the last day (R.551-7); not worked, it runs to the next one, as any court term."""

    def computed(day: date) -> tuple[date, str]:
        last = within(day, rule.period)
        words = f"{french_day(day)} + {rule.period} → {french_weekday(last)}"
        if reason := day_off(last, facts.territory):
            words += f", {reason}, reporté au {french_weekday(next_working(last, facts.territory))}"
        return next_working(last, facts.territory), words

    return computed


def _from_the_morrow(rule: Figure, facts: Facts) -> Computed:
    """A court term in months the text counts from the day after (R.551-7), 1 July for the 30th of June."""

    def computed(day: date) -> tuple[date, str]:
        first = day + timedelta(1)
        end = next_working(within(first, rule.period), facts.territory)
        return end, f"{french_day(first)}, lendemain, + {rule.period} → {french_weekday(end)}"

    return computed
