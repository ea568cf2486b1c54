"""From what was typed in an offers file to bids, with a finding for everything that cannot be read.

A reader (YAML or workbook) gives raw records; here each cell gets its meaning from the rules.
A cell that cannot be understood is reported and left out: the judgement then keeps that bid
apart "à traiter" rather than guess a figure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TypeVar

from reglo.procurement.award import AwardCriterion, InputKind, Scale
from reglo.procurement.bid import STANDING_FR, Assessment, Bid, Operator, Standing
from reglo.procurement.consultation import Consultation
from reglo.procurement.deadlines import Timeliness, timeliness, zone_of
from reglo.procurement.findings import NOWHERE, Finding, Place
from reglo.procurement.folding import as_typed, caseless
from reglo.procurement.judging.offer_faults import (
    DuplicateBid,
    LateBid,
    ReadAsFinal,
    SharedId,
    StandingWithoutReason,
    UnknownColumn,
    UnknownLevel,
    UnknownLot,
    UnreadableField,
    UnreadableFigure,
)
from reglo.procurement.requirements import GroupForm
from reglo.procurement.values import Instant, TaxBasis, parse_number

E = TypeVar("E", bound=StrEnum)
BIDDERS_SHEET, LISTS_SHEET = "Candidats", "Listes"  # of the workbook, beside one sheet per lot
EXAMPLE_ID = "(exemple)"  # of the line the blank workbook shows how to fill; never read
CellValue = str | int | Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One thing an offers file may say of a bid: its key, its title, how it is typed."""

    key: str  # "input:A", "price:MUR-01", "level:humains", "reason:humains", "page:humains"
    title: str
    choices: tuple[str, ...] = ()  # labels of the scale, when only these are admitted
    number: bool = False


BIDDER_COLUMNS = (  # of the sheet of bidders
    Column(key="id", title="Identifiant (court, sans espace)"),
    Column(key="bidder", title="Candidat"),
    Column(key="siren", title="SIREN"),
    Column(key="form", title="Forme du groupement", choices=tuple(form.value for form in GroupForm)),
    Column(key="members", title="Membres : Nom (SIREN) ; Nom (SIREN)"),
    Column(key="received_at", title="Reçu le (jj/mm/aaaa hh:mm)"),
    Column(key="standing", title="État du pli", choices=tuple(STANDING_FR.values())),
    Column(key="reason", title="Motif, s'il n'est pas admis"),
)
STANDING_COLUMNS = (  # of each bid, on the sheet of its lot
    Column(key="standing", title="État de l'offre", choices=tuple(STANDING_FR.values())),
    Column(key="reason", title="Motif, si elle n'est pas admise"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    value: CellValue
    place: Place = NOWHERE
    trouble: str = ""  # why what was typed cannot be the figure that was meant, in French


@dataclass(frozen=True, slots=True, kw_only=True)
class RawBid:
    """One bid as typed: cells by key, not yet understood."""

    id: str
    bidder: str
    lot: str
    place: Place = NOWHERE
    cells: Mapping[str, Cell] = field(default_factory=dict)
    operators: tuple[Operator, ...] = ()
    form: str = ""
    received_at: str = ""
    standing: str = ""
    reason: str = ""
    places: Mapping[str, Place] = field(default_factory=dict)  # of the fields typed elsewhere

    def where(self, name: str) -> Place:
        """Where that field was typed."""
        return self.places.get(name, self.place)


@dataclass(frozen=True, slots=True)
class Offers:
    """Every bid that could be identified, and what could not be read.

    ``left_out``: by lot, the findings that keep an offer typed in the file from being one of ``bids``.
    The ranking of such a lot cannot be final; a finding that names no lot of the rules stands in each.
    """

    bids: tuple[Bid, ...]
    findings: tuple[Finding, ...]
    left_out: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)


def leaves(criteria: Iterable[AwardCriterion]) -> Iterable[AwardCriterion]:
    """The criteria and sub-criteria that receive a mark of their own, in printed order."""
    for criterion in criteria:
        if criterion.criteria:
            yield from leaves(criterion.criteria)
        else:
            yield criterion


def columns(consultation: Consultation, lot: str) -> tuple[Column, ...]:
    """What is typed for each bid of ``lot``: figures, unit prices of the sample quotes, levels."""
    award = consultation.in_lot(lot).award
    found: list[Column] = []
    for given in award.inputs:
        unit = f"EUR {award.price_basis or ''}".strip() if given.kind is InputKind.MONEY else given.unit
        found.append(
            Column(
                key=f"input:{given.id}", title=f"{given.name} ({unit})" if unit else given.name, number=True
            )
        )
    seen: set[str] = set()
    for quote in award.quotes:
        for line in quote.lines:
            if line.item not in seen and (not line.lots or lot in line.lots):
                seen.add(line.item)
                name = line.name or _price_line_name(consultation, line.item)
                title = f"Prix unitaire {line.item}" + (f" – {name}" if name else "")
                found.append(Column(key=f"price:{line.item}", title=title, number=True))
    scales = {scale.id: scale for scale in award.scales}
    for criterion in leaves(award.criteria):
        if criterion.scale in scales:
            scale = scales[criterion.scale]
            labels = tuple(level.label for level in scale.levels)
            found += [
                Column(
                    key=f"level:{criterion.id}",
                    title=f"{criterion.name} – niveau",
                    choices=() if scale.step is not None else labels,
                ),
                Column(key=f"reason:{criterion.id}", title=f"{criterion.name} – motif"),
                Column(key=f"page:{criterion.id}", title=f"{criterion.name} – page"),
            ]
    return tuple(found)


def _price_line_name(consultation: Consultation, ref: str) -> str:
    if consultation.prices is not None:
        for sheet in consultation.prices.sheets:
            for line in sheet.lines:
                if line.ref == ref:
                    return line.name
    return ""


class LeftOut:
    """Findings that keep an offer out, gathered under the lots it may have been for."""

    def __init__(self, lots: Iterable[str]) -> None:
        self._lots: dict[str, list[Finding]] = {lot: [] for lot in lots}

    def add(self, finding: Finding, *lots: str) -> None:
        """``lots``: those it was for; one the rules do not know, or none, stands for any of them."""
        named = lots if lots and all(lot in self._lots for lot in lots) else tuple(self._lots)
        for lot in named:
            if finding not in self._lots[lot]:
                self._lots[lot].append(finding)

    def by_lot(self) -> dict[str, tuple[Finding, ...]]:
        return {lot: tuple(findings) for lot, findings in self._lots.items() if findings}


def admit(consultation: Consultation, raw_bids: Iterable[RawBid], left_out: LeftOut | None = None) -> Offers:
    """Bids understood by the rules, and a finding for each thing that could not be.

    Bids keep the order given. A bid for an unknown lot is left out; a second bid of the same
    id for a lot is left out (the first stays). A bid received after the deadline becomes LATE
    unless a person gave it another standing. ``left_out``: what the reader could already not tie to a bid.
    """
    findings: list[Finding] = []
    bids: dict[tuple[str, str], Bid] = {}
    places: dict[tuple[str, str], Place] = {}
    known: dict[str, dict[str, Column]] = {}
    names: dict[str, str] = {}
    shared: set[str] = set()
    lots = [lot.id for lot in consultation.lots]
    left_out = LeftOut(lots) if left_out is None else left_out

    def leave_out(finding: Finding, *lots: str) -> None:
        findings.append(finding)
        left_out.add(finding, *lots)

    for raw in raw_bids:
        if raw.lot not in lots:
            facts = {"bidder": raw.bidder, "lot": raw.lot, "known": ", ".join(lots)}
            leave_out(UnknownLot(facts=facts, place=raw.place), raw.lot)
            continue
        key = (raw.id, raw.lot)
        if names.setdefault(raw.id, raw.bidder) != raw.bidder:
            facts = {"bid": raw.id, "first": names[raw.id], "second": raw.bidder}
            leave_out(
                SharedId(facts=facts, place=raw.place),
                raw.lot,
                *(lot for name, lot in bids if name == raw.id),
            )
            shared.add(raw.id)
            continue
        if key in bids:
            facts = {
                "bidder": raw.bidder,
                "lot": raw.lot,
                "first": str(places[key]),
                "second": str(raw.place),
            }
            leave_out(DuplicateBid(facts=facts, place=raw.place), raw.lot)
            continue
        places[key] = raw.place
        if raw.lot not in known:
            known[raw.lot] = {column.key: column for column in columns(consultation, raw.lot)}
        bids[key] = _bid(consultation, raw, known[raw.lot], findings)
    kept = _told_apart(bid for bid in bids.values() if bid.id not in shared)
    findings += _read_as_final(consultation, kept)
    return Offers(kept, tuple(findings), left_out.by_lot())


def _read_as_final(consultation: Consultation, bids: Iterable[Bid]) -> Iterable[Finding]:
    """The plis that came between the two deadlines of a negotiation: in time if they are final bids."""
    first, last = consultation.calendar.submission_deadline, consultation.calendar.final_bids_deadline
    if first is None or last is None:
        return
    between = {
        bid.bidder: None
        for bid in bids
        if bid.standing is Standing.ADMITTED and bid.received_at is not None and bid.received_at > first.at
    }
    if between:
        facts = {"bidders": ", ".join(between), "first": first.french, "last": last.french}
        yield ReadAsFinal(facts=facts, article=consultation.calendar.source)


def _told_apart(bids: Iterable[Bid]) -> tuple[Bid, ...]:
    """The bids, those of one bidder for one lot (variants, R.2151-8) marked for tables to tell apart."""
    listed = tuple(bids)
    count = Counter((bid.lot, caseless(bid.bidder)) for bid in listed)
    return tuple(
        replace(bid, one_of_several=True) if count[bid.lot, caseless(bid.bidder)] > 1 else bid
        for bid in listed
    )


def _bid(
    consultation: Consultation, raw: RawBid, known: Mapping[str, Column], findings: list[Finding]
) -> Bid:
    award = consultation.in_lot(raw.lot).award
    inputs: dict[str, Decimal] = {}
    prices: dict[str, Decimal] = {}
    parts: dict[str, dict[str, Cell]] = {}
    for key, cell in raw.cells.items():
        facts = {"key": key.partition(":")[2], "bidder": raw.bidder, "lot": raw.lot}
        kind, _, name = key.partition(":")
        if ("level:" + name if kind == "mark" else key) not in known:
            names = [name.partition(":")[2] for name in known if name.startswith(f"{kind}:")]
            findings.append(
                UnknownColumn(facts=facts | {"known": ", ".join(names) or "aucun"}, place=cell.place)
            )
            continue
        if cell.value is None or cell.value == "":
            continue
        if kind in ("input", "price"):
            if cell.trouble:
                facts |= {"name": known[key].title, "trouble": cell.trouble}
                findings.append(UnreadableFigure(facts=facts, place=cell.place))
                continue
            try:
                figure = number(cell.value, award.price_basis)
            except ValueError as error:
                facts |= {"name": known[key].title, "trouble": str(error)}
                findings.append(UnreadableFigure(facts=facts, place=cell.place))
                continue
            (inputs if kind == "input" else prices)[name] = figure
        else:
            parts.setdefault(name, {})[kind] = cell
    scales = {scale.id: scale for scale in award.scales}
    assessments: dict[str, Assessment] = {}
    for criterion in leaves(award.criteria):
        if criterion.id in parts:
            assessment = _assessment(criterion, scales[criterion.scale], parts[criterion.id], raw, findings)
            if assessment is not None:
                assessments[criterion.id] = assessment
    stand = _standing(consultation, raw, findings)
    form = _one_of(GroupForm, "form", raw, findings)
    return Bid(
        id=raw.id,
        bidder=raw.bidder,
        lot=raw.lot,
        operators=raw.operators,
        form=form,
        received_at=stand.received.at if stand.received else None,
        standing=stand.standing,
        reason=stand.reason,
        unread=stand.unread,
        inputs=inputs,
        unit_prices=prices,
        assessments=assessments,
        place=raw.place,
    )


_BASIS = re.compile(r"\s*\b(?P<basis>HT|TTC)\s*$", re.IGNORECASE)
_EUROS = re.compile(r"\s*(?:EUR|€|euros?)\s*$", re.IGNORECASE)


def number(value: CellValue, basis: TaxBasis | None = None) -> Decimal:
    """An exact figure from a cell; ValueError in French for what is no number, or of another tax basis.

    >>> number("10 000,50"), number(500)
    (Decimal('10000.50'), Decimal('500'))
    """
    if isinstance(value, Decimal | int):
        figure = Decimal(value)
        if not figure.is_finite():
            raise ValueError(f"« {value} » n'est pas un nombre fini. Écrivez le montant en chiffres.")
        return figure
    text = str(value or "").strip()
    found = _BASIS.search(text)
    if found:
        text = text[: found.start()].strip()
        if basis is not None and found["basis"].upper() != basis:
            raise ValueError(
                f"« {value} » est en {found['basis'].upper()}, les règles comparent des montants {basis}. "
                f"Donnez le montant {basis}."
            )
    return parse_number(_EUROS.sub("", text))


def _assessment(
    criterion: AwardCriterion, scale: Scale, cells: Mapping[str, Cell], raw: RawBid, findings: list[Finding]
) -> Assessment | None:
    """The level or mark typed, or None (reported) when the scale does not know it."""
    reason, page = (str(cells[key].value) if key in cells else "" for key in ("reason", "page"))
    given = cells.get("level")
    mark = cells.get("mark")
    if given is None and mark is None:
        return None
    if given is not None:
        for level in scale.levels:
            if as_typed(level.label) == as_typed(str(given.value)):
                figure = _mark(mark) if mark is not None else None
                return Assessment(level=level.label, mark=figure, reason=reason, page=page)
    typed = mark or given
    assert typed is not None
    try:
        figure = number(typed.value)
    except ValueError:
        figure = None
    if figure is not None:
        for level in scale.levels:
            if level.value is not None and level.value == figure:
                return Assessment(level=level.label, mark=figure, reason=reason, page=page)
        if scale.step is not None:
            return Assessment(mark=figure, reason=reason, page=page)
    facts = {
        "level": str(typed.value),
        "criterion": criterion.name,
        "bidder": raw.bidder,
        "lot": raw.lot,
        "levels": " ; ".join(level.label for level in scale.levels),
    }
    findings.append(UnknownLevel(facts=facts, place=typed.place))
    return None


def _mark(cell: Cell) -> Decimal | None:
    try:
        return number(cell.value)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Stand:
    """Where a bid stands, as far as what was typed says."""

    received: Instant | None
    standing: Standing
    reason: str
    unread: str


def _standing(consultation: Consultation, raw: RawBid, findings: list[Finding]) -> _Stand:
    received: Instant | None = None
    unread = ""
    deadline = consultation.calendar.final_bids_deadline or consultation.calendar.submission_deadline
    if raw.received_at:
        try:
            received = _instant(raw.received_at, zone_of(consultation).key)
        except ValueError:
            trouble = _how_to_date(raw.received_at)
            facts = {"name": "reçu le", "bidder": raw.bidder, "value": raw.received_at, "trouble": trouble}
            findings.append(UnreadableField(facts=facts, place=raw.where("received_at")))
            unread = f"son heure de réception « {raw.received_at} » ne se lit pas"
    standing = _one_of(Standing, "standing", raw, findings)
    if raw.standing and standing is None:
        unread = f"son état « {raw.standing} » ne se lit pas"
    reason = raw.reason
    if received and deadline and not raw.standing:
        calendar = consultation.calendar
        if timeliness(received.at, deadline.at, inclusive=calendar.exact_hour_in_time) is Timeliness.LATE:
            standing = Standing.LATE
            limit = f"la limite était le {deadline.french}"
            if not calendar.exact_hour_in_time:
                limit = f"il devait arriver avant le {deadline.french}, cette heure exclue"
            facts = {"bidder": raw.bidder, "received": received.french, "limit": limit}
            finding = LateBid(facts=facts, place=raw.where("received_at"), article=calendar.source)
            if not any(isinstance(other, LateBid) and other.facts == finding.facts for other in findings):
                findings.append(finding)  # once for the whole pli, not once a lot
            reason = reason or f"reçu le {received.french} ; {limit}"
    if standing not in (None, Standing.ADMITTED) and not reason:
        facts = {"bidder": raw.bidder, "lot": raw.lot, "standing": raw.standing}
        findings.append(StandingWithoutReason(facts=facts, place=raw.where("standing")))
        reason = "motif non renseigné"
    return _Stand(received, standing or Standing.ADMITTED, reason, unread)


_FRENCH_INSTANT = re.compile(r"(\d\d?)/(\d\d?)/(\d{4})(?: à)? (\d\d?)[:h](\d\d(?::\d\d)?)")
_ISO_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?")


_SERIAL = re.compile(r"[2-9]\d{4}(?:\.\d+)?")  # how a spreadsheet counts the days since 30 December 1899


def _how_to_date(typed: str) -> str:
    """What to write instead of a moment that could not be read."""
    example = "18/02/2026 11:52"
    if _SERIAL.fullmatch(typed):
        minutes = round(float(typed) * 24 * 60)
        example = f"{datetime(1899, 12, 30) + timedelta(minutes=minutes):%d/%m/%Y %H:%M}"
        return f"C'est une date que le tableur montre en nombre : vérifiez, et écrivez « {example} »."
    return f"Écrivez le jour et l'heure, par exemple « {example} »."


def _instant(text: str, zone: str) -> Instant:
    """An instant typed with its zone, or in the French way in the zone of the consultation.

    >>> str(_instant("18/02/2026 à 11:52", "Europe/Paris"))
    '2026-02-18 11:52 Europe/Paris'
    """
    typed = text.strip()
    french = _FRENCH_INSTANT.fullmatch(typed)
    if french:
        day, month, year, hour, minutes = french.groups()
        typed = f"{year}-{month:0>2}-{day:0>2} {hour:0>2}:{minutes}"
    if zone and _ISO_INSTANT.fullmatch(typed):
        typed = f"{typed} {zone}"
    return Instant.parse(typed)


_TYPED = {"form": "forme du groupement", "standing": "état"}


def _one_of(kind: type[E], field_name: str, raw: RawBid, findings: list[Finding]) -> E | None:
    """The member of ``kind`` typed in that field, in English or in French; None when empty or unknown."""
    text: str = getattr(raw, field_name)
    if not text:
        return None
    shown = STANDING_FR if kind is Standing else {member: member.value for member in kind}
    words = {as_typed(member.value): member for member in kind}
    words |= {as_typed(french): member for member, french in shown.items()}  # type: ignore[misc]
    found = words.get(as_typed(text))
    if found is None:
        admitted = ", ".join(f"« {french} »" for french in shown.values())
        facts = {
            "name": _TYPED[field_name],
            "bidder": raw.bidder,
            "value": text,
            "trouble": f"Sont admis : {admitted}.",
        }
        findings.append(UnreadableField(facts=facts, place=raw.where(field_name)))
    return found
