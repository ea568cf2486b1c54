"""The dates after the deadline: validity, standstill, publications, retention, contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from reglo.procurement.consultation import BuyerKind, ContractNature
from reglo.procurement.deadlines.counting import (
    count,
    next_working,
    within,
)
from reglo.procurement.deadlines.entries import Bound, Computed, Entry, Facts, Kind, Moment
from reglo.procurement.deadlines.findings import (
    AwardAfterValidity,
    SignatureOnTheLastDay,
    SignatureTooEarly,
)
from reglo.procurement.findings import Finding
from reglo.procurement.french import french_day, french_weekday
from reglo.procurement.holidays import day_off
from reglo.procurement.law import Figure, figure_on, threshold_on
from reglo.procurement.values import Period, format_number

_WORKS_CPV = ("712", "7163")  # maîtrise d'œuvre, contrôle technique


def _after(period: Period, facts: Facts) -> Computed:
    def computed(day: date) -> tuple[date, str]:
        counted = count(day, period, before=False, territory=facts.territory)
        return counted.day, counted.words

    return computed


def _after_with_day_off(period: Period, facts: Facts) -> Computed:
    """A duty's last day, kept strict; the extension a day off may give is said, not relied on."""

    def computed(day: date) -> tuple[date, str]:
        counted = count(day, period, before=False, territory=facts.territory)
        reason = day_off(counted.day, facts.territory)
        extended = next_working(counted.day, facts.territory)
        note = (
            f" ({reason} ; la prudence est de ne pas compter sur le {french_day(extended)})" if reason else ""
        )
        return counted.day, counted.words + note

    return computed


# --- Validity -----------------------------------------------------------------------------------


def validity_entries(facts: Facts) -> Iterator[Entry]:
    """When bids stop binding, from each deadline the validity may run from (§3.5)."""
    validity = facts.consultation.calendar.bid_validity
    if validity is None:
        return
    several = len(validity.start) > 1
    for name in validity.start:
        condition = f", si elle part de {facts.named(name)}" if several else ""
        yield facts.entry(
            name,
            f"+ {validity.period}",
            _after(validity.period, facts),
            id=f"validity:{name}",
            title=f"Fin de validité des offres{condition}",
            kind=Kind.VALIDITY,
            bound=Bound.LATEST,
            party="tous",
            source=validity.source,
            law="attribuer avant ; prolonger : le demander à tous (CE 10 avril 2015, n° 386912)",
        )


# --- Award and signature ------------------------------------------------------------------------


def standstill(facts: Facts) -> Figure:
    """Eleven days when the letters go electronically, as R.2132-7 wants, sixteen otherwise (R.2182-1)."""
    way = "other" if facts.consultation.procedure.electronic is False else "electronic"
    return figure_on(f"standstill_{way}", facts.law_day)


def standstill_end(sent: date, facts: Facts) -> date:
    """The last day of the standstill; a period ending on a day off runs to the next working day."""
    return next_working(within(sent, standstill(facts).period), facts.territory)


def award_entries(facts: Facts) -> Iterator[Entry]:
    """Standstill and the first free day, reasons on request."""
    if facts.procedure.formal:
        rule = standstill(facts)
        period = rule.period

        def end(sent: date) -> tuple[date, str]:
            last = within(sent, period)
            words = f"{french_day(sent)} + {period} → {french_weekday(last)}"
            if reason := day_off(last, facts.territory):
                words += f", {reason}, reporté au {french_weekday(standstill_end(sent, facts))}"
            return standstill_end(sent, facts), words

        yield facts.entry(
            "award",
            f"+ {period}, au plus tôt ; signer ce jour même est risqué",
            end,
            id="standstill",
            title="Fin du délai de suspension : signature risquée ce jour, interdite avant",
            kind=Kind.AWARD,
            bound=Bound.ON,
            party="acheteur",
            law=f"{rule.source} ; sauf candidat unique, R.2182-2",
        )
        yield facts.entry(
            "award",
            f"+ {period}, puis le lendemain",
            lambda sent: (standstill_end(sent, facts) + timedelta(1), "lendemain de la fin de suspension"),
            id="signature:free",
            title="Signature du marché",
            kind=Kind.AWARD,
            bound=Bound.EARLIEST,
            party="acheteur",
            law=rule.source,
        )
    else:
        advised = figure_on("standstill_electronic", facts.law_day).period
        yield facts.entry(
            "award",
            f"aucun délai imposé ; {advised} conseillés",
            _after(advised, facts),
            id="standstill:advised",
            title="Délai conseillé avant signature, non imposé",
            kind=Kind.AWARD,
            bound=Bound.EARLIEST,
            party="acheteur",
            law="CE 11 décembre 2013, n° 372214",
        )
    reasons = figure_on("reasons_on_request", facts.law_day)
    yield facts.entry(
        "reasons_request",
        f"+ {reasons.period}",
        _after_with_day_off(reasons.period, facts),
        id="reasons",
        title="Motifs du rejet à qui les demande",
        kind=Kind.AWARD,
        bound=Bound.LATEST,
        party="acheteur",
        law=reasons.source,
    )


def award_findings(facts: Facts) -> Iterator[Finding]:
    """A signature within the standstill or on its very last day; an award after the bids lapsed."""
    ends = [entry.on for entry in validity_entries(facts) if entry.on]
    for event in ("award", "signature"):
        moment = facts.moment(event)
        if moment and ends and moment.day > max(ends):
            yield AwardAfterValidity(
                facts={
                    "what": facts.named(event),
                    "day": french_day(moment.day),
                    "end": french_day(max(ends)),
                }
            )
            break
    sent, signed = facts.moment("award"), facts.moment("signature")
    if not (facts.procedure.formal and sent and signed):
        return
    end = standstill_end(sent.day, facts)
    said = {
        "sent": french_day(sent.day),
        "signed": french_day(signed.day),
        "end": french_day(end),
        "days": int(standstill(facts).value),
        "free": french_day(end + timedelta(1)),
    }
    if signed.day < end:
        yield SignatureTooEarly(facts=said)
    elif signed.day == end:
        yield SignatureOnTheLastDay(facts=said)


# --- Notices, essential data, retention ---------------------------------------------------------


def _value_against(threshold: Figure, facts: Facts) -> str:
    """ "" when the estimate reaches the threshold, else the condition to print; None never: say it."""
    estimate = facts.consultation.estimated_total or facts.consultation.estimated_value
    limit = f"{format_number(threshold.value)} EUR HT"
    if estimate is None:
        return f" (si le montant atteint {limit})"
    return "" if estimate.amount >= threshold.value else f" (dû à partir de {limit})"


def record_entries(facts: Facts) -> Iterator[Entry]:
    """Award notice, essential data, legality control, retention (§7.1, §7.2)."""
    consultation = facts.consultation
    nature, buyer = consultation.nature, consultation.buyer.kind
    threshold = threshold_on(nature, buyer, facts.law_day)
    notice = figure_on("award_notice", facts.law_day)
    data = figure_on("essential_data_due", facts.law_day)
    works = nature is ContractNature.WORKS or any(code.startswith(_WORKS_CPV) for code in _cpv(facts))
    contract_kept = figure_on("retention_contract_works" if works else "retention_contract", facts.law_day)
    procedure_kept = figure_on("retention_procedure", facts.law_day)
    condition = "" if facts.procedure.formal else _value_against(threshold, facts)
    for event, rule, entry_id, title, bound in (
        ("signature", notice, "award_notice", f"Envoi de l'avis d'attribution{condition}", Bound.LATEST),
        (
            "notification",
            data,
            "essential_data",
            "Publication des données essentielles"
            + _value_against(figure_on("essential_data", facts.law_day), facts),
            Bound.LATEST,
        ),
        (
            "signature",
            procedure_kept,
            "retention",
            "Fin de conservation des plis et du dossier",
            Bound.ON,
        ),
        (
            "end_of_performance",
            contract_kept,
            "retention:contract",
            "Fin de conservation des pièces du marché"
            + (" (travaux, maîtrise d'œuvre, contrôle technique)" if works else ""),
            Bound.ON,
        ),
    ):
        yield facts.entry(
            event,
            f"+ {rule.period}",
            (_after_with_day_off if bound is Bound.LATEST else _after)(rule.period, facts),
            id=entry_id,
            title=title,
            kind=Kind.RECORD,
            bound=bound,
            party="acheteur",
            law=rule.source,
        )
    if buyer is BuyerKind.LOCAL:
        control = figure_on("threshold_supplies_local", facts.law_day)
        yield facts.entry(
            "notification",
            "avant elle",
            lambda day: (day, "avant la notification"),
            id="legality_control",
            title="Transmission au contrôle de légalité, collectivités et établissements"
            + _value_against(control, facts),
            kind=Kind.RECORD,
            bound=Bound.LATEST,
            party="acheteur",
            law="CGCT L.2131-2, D.2131-5-1 ; CCP R.2182-5",
        )


def _cpv(facts: Facts) -> Iterator[str]:
    yield from facts.consultation.cpv
    for lot in facts.consultation.lots:
        yield from lot.cpv


def _until_the_eve(duration: Period, facts: Facts, renewed: Period | None = None) -> Computed:
    """A contract runs from its first day to the eve of the day its duration leads to."""

    def computed(first: date) -> tuple[date, str]:
        after = within(first, duration, facts.territory)
        more = f" + {renewed}" if renewed else ""
        if renewed:
            after = within(after, renewed, facts.territory)
        last = after - timedelta(1)
        return last, f"{french_day(first)} + {duration}{more}, moins un jour → {french_day(last)}"

    return computed


# --- Contract -----------------------------------------------------------------------------------


def contract_entries(facts: Facts) -> Iterator[Entry]:
    """Start and ends of the contract, and until when similar services may be ordered."""
    contract = facts.consultation.contract
    if contract is None:
        return
    planned = Moment(contract.starts_on) if contract.starts_on else None
    if planned:
        yield Entry(
            id="contract:start",
            title="Début prévu du marché",
            kind=Kind.CONTRACT,
            bound=Bound.ON,
            party="tous",
            on=planned.day,
            computation="date annoncée",
            source=contract.source,
        )
    from_notification = contract.duration_from.startswith(("notification", "la notification"))
    event = "notification" if from_notification or not contract.duration_from else "start"
    durations: dict[Period, list[str]] = {}
    for lot in facts.consultation.lots:
        if duration := lot.duration or contract.duration:
            durations.setdefault(duration, []).append(lot.id)
    for duration, lots in durations.items():
        which = f" (lot {', '.join(lots)})" if len(durations) > 1 else ""
        yield facts.entry(
            event,
            f"+ {duration}",
            _until_the_eve(duration, facts),
            moment=planned,
            id=f"contract:end:{lots[0]}" if which else "contract:end",
            title=f"Fin de la période initiale du marché{which}",
            kind=Kind.CONTRACT,
            bound=Bound.ON,
            party="tous",
            source=contract.source,
        )
    renewal = contract.renewal
    if renewal and renewal.count and renewal.duration and contract.duration:
        renewed = Period(renewal.count * renewal.duration.count, renewal.duration.unit)
        yield facts.entry(
            event,
            f"+ {contract.duration} + {renewed}",
            _until_the_eve(contract.duration, facts, renewed),
            moment=planned,
            id="contract:renewed",
            title=f"Fin du marché, reconductions comprises ({renewal.count})",
            kind=Kind.CONTRACT,
            bound=Bound.LATEST,
            party="tous",
            source=renewal.source or contract.source,
            law="CCP R.2112-4",
        )
    if contract.similar_services:
        rule = figure_on("similar_services", facts.law_day)
        allowed = contract.similar_services_within or rule.period
        yield facts.entry(
            "notification",
            f"+ {allowed}",
            _after(allowed, facts),
            id="similar_services",
            title="Derniers marchés de prestations similaires",
            kind=Kind.CONTRACT,
            bound=Bound.LATEST,
            party="acheteur",
            source=contract.source,
            law=rule.source,
        )
