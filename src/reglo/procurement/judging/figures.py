"""What the bids of one lot bring to the judgement: columns of exact figures and appreciations.

A bid whose figure or appreciation is missing or unusable is set apart, to be dealt with by a
person; nothing is divided by zero, nothing silently counts as zero (legal-rules §6.3).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal, Inexact, InvalidOperation
from difflib import get_close_matches
from fractions import Fraction
from typing import TypeVar

from reglo.procurement.award import AwardCriterion, Input, Quote, QuoteLine, Scale
from reglo.procurement.bid import STANDING_FR, Assessment, Bid, Standing
from reglo.procurement.findings import Finding
from reglo.procurement.folding import caseless
from reglo.procurement.formulas.expression import Columns
from reglo.procurement.formulas.methods import Plan, criteria_below, in_shares, level_values, scale_of
from reglo.procurement.judging.faults import (
    AppreciationMissing,
    BidderTwice,
    BidTwice,
    CriterionUnknown,
    FigureMissing,
    FigureNegative,
    FigureNotANumber,
    FigureUnknown,
    FigureZero,
    LevelAndMarkClash,
    LevelUnknown,
    MarkOffScale,
    QuoteComputed,
    QuoteNotDrawn,
    UnitPriceMissing,
)
from reglo.procurement.judging.judgement import PutAside
from reglo.procurement.values import format_number

_T = TypeVar("_T")

LARGEST = 15  # power of ten a figure stays below
DIGITS = 30  # it may be written with
_ORDINARY = Context(prec=DIGITS, traps=[Inexact, InvalidOperation])
_EXACT = Context(prec=DIGITS * 4, traps=[Inexact])  # products and sums of figures fit


@dataclass(frozen=True, slots=True)
class Reading:
    """Bids that can be marked, in the order of their ids, with their figures; the others; findings."""

    bids: Sequence[Bid]
    figures: Mapping[str, Sequence[Fraction]]  # inputs and quotes, a column each
    levels: Mapping[str, Sequence[Fraction]]  # criterion id -> value of ``level``
    labels: Mapping[str, Sequence[str]]  # criterion id -> level as printed, "" for a mark between
    put_aside: Sequence[PutAside]
    findings: Sequence[Finding]

    def without(self, places: Container[int]) -> Reading:
        """The same reading less the bids at these places."""
        keep = [place for place in range(len(self.bids)) if place not in places]

        def kept(columns: Mapping[str, Sequence[_T]]) -> dict[str, list[_T]]:
            return {name: [column[place] for place in keep] for name, column in columns.items()}

        bids = [self.bids[place] for place in keep]
        return replace(
            self, bids=bids, figures=kept(self.figures), levels=kept(self.levels), labels=kept(self.labels)
        )


def read(plan: Plan, lot: str, bids: Iterable[Bid]) -> Reading:
    """Sort the lot's bids and read what their marks need."""
    ordered = sorted((bid for bid in bids if bid.lot == lot), key=lambda bid: bid.id)
    findings: list[Finding] = []
    aside = [PutAside(bid, _why_not(bid)) for bid in ordered if bid.standing is not Standing.ADMITTED]
    admitted = [bid for bid in ordered if bid.standing is Standing.ADMITTED]
    aside += [PutAside(bid, f"à traiter : {bid.unread}") for bid in admitted if bid.unread]
    admitted = [bid for bid in admitted if not bid.unread]
    for bid_id, count in Counter(bid.id for bid in admitted).items():
        if count > 1:
            findings.append(BidTwice(facts={"bid": bid_id, "count": count, "lot": lot}))
            reason = "à traiter : plusieurs offres portent cet identifiant"
            aside += [PutAside(bid, reason) for bid in admitted if bid.id == bid_id]
            admitted = [bid for bid in admitted if bid.id != bid_id]
    findings += _bidders_twice(lot, admitted)

    readers = _readers(plan, lot)
    scaled = _scaled(plan)
    known = {one.id for one in plan.award.inputs} | {one.id for one in plan.award.quotes}
    marked = {criterion.id for criterion, _ in scaled}
    rows: list[list[Fraction]] = []
    appreciations: list[list[tuple[Fraction, str]]] = []
    kept: list[Bid] = []
    for bid in admitted:
        faults: list[Finding] = []
        row = [reader(bid, faults) for _, reader in readers]
        given = [_level(bid, criterion, scale, faults) for criterion, scale in scaled]
        if not faults:
            kept.append(bid)
            rows.append(row)
            appreciations.append(given)
        else:
            faults = [replace(fault, place=bid.place) for fault in faults]
            aside.append(PutAside(bid, f"à traiter : {faults[0].cause_text}", faults[0]))
        if bid.inputs.keys() - known or bid.assessments.keys() - marked:
            faults += _unexpected(bid, known, marked)
        findings += faults
    findings += _computed_quotes(plan, admitted)
    names = [name for name, _ in readers]
    return Reading(
        kept,
        {name: [row[place] for row in rows] for place, name in enumerate(names)},
        {c.id: [row[place][0] for row in appreciations] for place, (c, _) in enumerate(scaled)},
        {c.id: [row[place][1] for row in appreciations] for place, (c, _) in enumerate(scaled)},
        sorted(aside, key=lambda one: one.bid.id),
        findings,
    )


def with_values(plan: Plan, reading: Reading) -> Columns:
    """The columns of a reading completed with the computed values, undefined where they divide by zero."""
    columns: dict[str, Sequence[Fraction | None]] = dict(reading.figures)
    lot = Columns(len(reading.bids), columns)
    for name, expression in plan.values.items():
        if name in plan.needed:
            columns[name] = expression.run(lot)
    return lot


# --- Who is judged ----------------------------------------------------------------------------


def _why_not(bid: Bid) -> str:
    standing = f"offre {STANDING_FR[bid.standing]}"
    if bid.standing is Standing.EXCLUDED:
        standing = STANDING_FR[bid.standing]
    return f"{standing} : {bid.reason}" if bid.reason else standing


def _bidders_twice(lot: str, bids: Iterable[Bid]) -> list[Finding]:
    by_bidder: dict[str, list[str]] = defaultdict(list)
    for bid in bids:
        by_bidder[caseless(bid.bidder)].append(bid.id)
    names = {caseless(bid.bidder): bid.bidder for bid in bids}
    return [
        BidderTwice(facts={"bidder": names[key], "lot": lot, "bids": ", ".join(ids)})
        for key, ids in sorted(by_bidder.items())
        if len(ids) > 1
    ]


def _unexpected(bid: Bid, known: set[str], marked: set[str]) -> list[Finding]:
    findings: list[Finding] = []
    for kind, given, expected, key in (
        (FigureUnknown, bid.inputs, known, "figure"),
        (CriterionUnknown, bid.assessments, marked, "criterion"),
    ):
        for name in sorted(given.keys() - expected):
            near = get_close_matches(name, sorted(expected), 1, 0.6)
            mend = f"Vouliez-vous dire « {near[0]} » ?" if near else "Elle est laissée de côté ; retirez-la."
            findings.append(kind(facts={"bid": bid.id, "lot": bid.lot, key: name, "mend": mend}))
    return findings


# --- Figures ----------------------------------------------------------------------------------

_Reader = Callable[[Bid, list[Finding]], Fraction]
_NOTHING = Fraction(0)  # stands where a fault was reported; the bid is set apart


def _readers(plan: Plan, lot: str) -> list[tuple[str, _Reader]]:
    readers: list[tuple[str, _Reader]] = []
    for one in plan.award.inputs:
        if one.id in plan.needed:
            readers.append((one.id, _input_reader(one)))
    for quote in plan.award.quotes:
        if quote.id in plan.needed:
            lines = lines_for(quote, lot)
            readers.append((quote.id, _quote_reader(quote, lines) if quote.lines else _total_reader(quote)))
    return readers


def lines_for(quote: Quote, lot: str) -> tuple[QuoteLine, ...]:
    """The lines of a sample quote drawn for a lot."""
    return tuple(line for line in quote.lines if not line.lots or lot in line.lots)


def _facts(bid: Bid, **facts: object) -> dict[str, object]:
    return {"bid": bid.id, "lot": bid.lot, **facts}


def _usable(value: object) -> bool:
    """A finite decimal of ordinary size, written with at most DIGITS digits."""
    if not isinstance(value, Decimal):
        return False
    try:
        _ORDINARY.plus(value)
    except (Inexact, InvalidOperation):
        return False
    return value.is_finite() and -DIGITS < value.adjusted() < LARGEST


def _read_figure(bid: Bid, value: object, name: str, zero_allowed: bool, faults: list[Finding]) -> Fraction:
    if value is None:
        faults.append(FigureMissing(facts=_facts(bid, figure=name)))
    elif not _usable(value):
        faults.append(FigureNotANumber(facts=_facts(bid, figure=name, value=str(value)[:40])))
    else:
        assert isinstance(value, Decimal)
        if value < 0:
            shown = format_number(value)
            faults.append(FigureNegative(facts=_facts(bid, figure=name, value=shown)))
        elif value == 0 and not zero_allowed:
            faults.append(FigureZero(facts=_facts(bid, figure=name)))
        else:
            return Fraction(*value.as_integer_ratio())
    return _NOTHING


def _input_reader(one: Input) -> _Reader:
    name, key, zero_allowed = one.name, one.id, one.zero_allowed
    return lambda bid, faults: _read_figure(bid, bid.inputs.get(key), name, zero_allowed, faults)


def _total_reader(quote: Quote) -> _Reader:
    return lambda bid, faults: _read_figure(bid, bid.inputs.get(quote.id), quote.name, False, faults)


def _quote_reader(quote: Quote, lines: tuple[QuoteLine, ...]) -> _Reader:
    priced = [(line.item, line.quantity) for line in lines]

    def read_quote(bid: Bid, faults: list[Finding]) -> Fraction:
        if not priced:
            faults.append(QuoteNotDrawn(facts=_facts(bid, quote=quote.name)))
            return _NOTHING
        prices, total, before = bid.unit_prices, Decimal(0), len(faults)
        for item, quantity in priced:
            price = prices.get(item)
            if price is None:
                faults.append(UnitPriceMissing(facts=_facts(bid, item=item, quote=quote.name)))
            elif not _usable(price):
                shown = str(price)[:40]
                faults.append(FigureNotANumber(facts=_facts(bid, figure=item, value=shown)))
            elif price < 0:
                faults.append(FigureNegative(facts=_facts(bid, figure=item, value=format_number(price))))
            else:
                total = _EXACT.fma(quantity, price, total)
        if len(faults) > before:
            return _NOTHING
        if total == 0:
            faults.append(FigureZero(facts=_facts(bid, figure=quote.name)))
            return _NOTHING
        return Fraction(*total.as_integer_ratio())

    return read_quote


def _computed_quotes(plan: Plan, bids: Iterable[Bid]) -> list[Finding]:
    """Totals given for quotes that the rules compute."""
    computed = {quote.id: quote.name for quote in plan.award.quotes if quote.lines}
    return [
        QuoteComputed(facts=_facts(bid, quote=computed[name]))
        for bid in bids
        for name in sorted(bid.inputs.keys() & computed.keys())
    ]


# --- Appreciations ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Grid:
    scale: Scale
    values: Mapping[str, Fraction]
    by_label: Mapping[str, str]  # folded label -> label
    unit: Fraction  # what one point of a mark is worth in ``level``


def _scaled(plan: Plan) -> list[tuple[AwardCriterion, _Grid]]:
    found = []
    for _, criterion in criteria_below(plan.award.criteria):
        scale = None if criterion.criteria else scale_of(criterion, plan.award)
        if scale is not None and plan.formulas[criterion.id].uses_level:
            values = level_values(scale)
            unit = Fraction(1, 100) if in_shares(scale) else Fraction(1)
            by_label = {caseless(label): label for label in values}
            found.append((criterion, _Grid(scale, values, by_label, unit)))
    return found


def _level(bid: Bid, criterion: AwardCriterion, grid: _Grid, faults: list[Finding]) -> tuple[Fraction, str]:
    given = bid.assessments.get(criterion.id)
    if given is None or (not given.level.strip() and given.mark is None):
        faults.append(AppreciationMissing(facts=_facts(bid, criterion=criterion.name)))
        return _NOTHING, ""
    label = ""
    if given.level.strip():
        label = given.level if given.level in grid.values else grid.by_label.get(caseless(given.level), "")
        if not label:
            near = get_close_matches(caseless(given.level), grid.by_label, 1, 0.6)
            labels = ", ".join(f"« {one} »" for one in grid.values)
            mend = f"Vouliez-vous dire « {grid.by_label[near[0]]} » ?" if near else f"Niveaux : {labels}."
            facts = _facts(bid, criterion=criterion.name, level=given.level[:60], mend=mend)
            faults.append(LevelUnknown(facts=facts))
            return _NOTHING, ""
    if given.mark is None:
        return grid.values[label], label
    return _mark(bid, criterion, grid, given, label, faults), label


def _mark(
    bid: Bid, criterion: AwardCriterion, grid: _Grid, given: Assessment, label: str, faults: list[Finding]
) -> Fraction:
    """A mark between levels: on the scale, on its step, and not against the level given beside it."""
    mark = given.mark
    facts = _facts(bid, criterion=criterion.name, mark=mark)
    if not _usable(mark) or mark is None:
        faults.append(FigureNotANumber(facts=_facts(bid, figure=criterion.name, value=str(mark)[:40])))
        return _NOTHING
    value = Fraction(*mark.as_integer_ratio()) * grid.unit
    facts["mark"] = format_number(mark)
    low, high, step = min(grid.values.values()), max(grid.values.values()), grid.scale.step
    if not low <= value <= high:
        bounds = f"{format_number(low / grid.unit)} à {format_number(high / grid.unit)}"
        facts |= {"problem": f"sort de la grille, qui va de {bounds}", "mend": "Corrigez l'évaluation."}
        faults.append(MarkOffScale(facts=facts))
    elif step is None and value not in grid.values.values():
        levels = ", ".join(format_number(one / grid.unit) for one in grid.values.values())
        facts |= {"problem": "n'est pas un niveau de la grille", "mend": f"Choisissez parmi {levels}."}
        faults.append(MarkOffScale(facts=facts))
    elif step is not None and (value / grid.unit) % Fraction(step) != 0:
        problem = f"ne tombe pas sur le pas de {format_number(step)}"
        facts |= {"problem": problem, "mend": "Arrondissez l'évaluation au pas de la grille."}
        faults.append(MarkOffScale(facts=facts))
    elif label and any(
        abs(value - other) < abs(value - grid.values[label]) for other in grid.values.values()
    ):
        facts |= {"level": label, "value": format_number(grid.values[label] / grid.unit)}
        faults.append(LevelAndMarkClash(facts=facts))
    return value
