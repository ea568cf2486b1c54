"""Exact marks: every bid of a lot, every criterion, rounded where and as the RC says.

Legal-rules §6: R.2152-7, R.2152-11, R.2152-12; marks of price depend only on the bids that are
judged together; a sum of rounded marks is not rounded again unless the RC says so (§6.4).
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from itertools import repeat

from reglo.procurement.award import Award, AwardCriterion, Method, Rounding, RoundingStage
from reglo.procurement.bid import Bid
from reglo.procurement.consultation import Consultation, Lot
from reglo.procurement.findings import Finding, Refused
from reglo.procurement.formulas.expression import (
    LEVEL,
    MAXIMUM,
    Column,
    Columns,
    Expression,
    Name,
    is_uniform,
    source_text,
)
from reglo.procurement.formulas.invariant_faults import MaximumNotAsAnnounced, NegativeMark
from reglo.procurement.formulas.methods import Plan, formula_of, plan_of, sum_of, weight_of
from reglo.procurement.judging.faults import LotUnknown, MarkUndefined, NobodyAppreciated
from reglo.procurement.judging.figures import Reading, read, with_values
from reglo.procurement.judging.judgement import Because, BidResult, Judgement, LotResult, PutAside, Score
from reglo.procurement.judging.lot_limits import lot_limits
from reglo.procurement.judging.low_bids import DEFAULT_SHARE, alerts
from reglo.procurement.judging.part_values import unequal_parts
from reglo.procurement.judging.ranking import rank
from reglo.procurement.rounding import round_to
from reglo.procurement.values import Share, format_number

__all__ = ["formula_of", "judge", "judge_lot", "plan_of", "weight_of"]

APPRECIATION = "appréciation"  # the level as printed, beside its value in a ``Because``


def judge(consultation: Consultation, bids: Iterable[Bid], digest: str = "") -> Judgement:
    """Every lot judged; bids in any order give the same judgement (V6).

    digest: sha256 of the rules file's bytes. Raises Refused when the award cannot be judged.
    """
    plans = plans_of(consultation)
    by_lot: dict[str, list[Bid]] = {lot.id: [] for lot in consultation.lots}
    known = ", ".join(by_lot)
    unknown: list[Finding] = []
    for bid in bids:
        if bid.lot in by_lot:
            by_lot[bid.lot].append(bid)
        else:
            unknown.append(LotUnknown(facts={"bid": bid.id, "lot": bid.lot, "known": known}))
    with _no_search_for_cycles():
        lots = tuple(
            _judge_reading(consultation, plans[lot.id], lot, read(plans[lot.id], lot.id, by_lot[lot.id]))
            for lot in consultation.lots
        )
    unknown.sort(key=str)
    findings = (*unknown, *lot_limits(consultation, lots))
    return Judgement(consultation.reference, digest, lots, findings)


def plans_of(consultation: Consultation) -> dict[str, Plan]:
    """The judgement of each lot, ready. Raises Refused with every fault of the awards."""
    plans: dict[str, Plan] = {}
    faults: list[Finding] = []
    for judged in consultation.judged:
        try:
            plans |= dict.fromkeys(judged.lots, plan_of(judged.award))
        except Refused as refused:
            faults += map(judged.placed, refused.findings)
    if faults:
        raise Refused(*faults)
    return plans


def judge_lot(consultation: Consultation, lot_id: str, bids: Iterable[Bid]) -> LotResult:
    """One lot judged; bids for other lots are left out.

    Raises KeyError on an unknown lot, Refused (FORM-…) when the award cannot be judged.
    """
    plan = plan_of(consultation.in_lot(lot_id).award)
    with _no_search_for_cycles():
        return _judge_reading(consultation, plan, consultation.lot(lot_id), read(plan, lot_id, bids))


def judge_reading(consultation: Consultation, plan: Plan, lot: Lot, reading: Reading) -> LotResult:
    """One lot judged from figures and appreciations already read (``figures.read``)."""
    with _no_search_for_cycles():
        return _judge_reading(consultation, plan, lot, reading)


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Marks hold no reference cycle, yet looking for some among them cost more than the marks."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _judge_reading(consultation: Consultation, plan: Plan, lot: Lot, reading: Reading) -> LotResult:
    aside, findings = list(reading.put_aside), list(reading.findings)
    while True:  # a bid without a mark leaves, and the others are marked without it
        marker = _Marker(plan, lot.id, reading.bids, with_values(plan, reading), reading)
        totals = marker.totals()
        if not marker.undefined:
            break
        for place, formula in sorted(marker.undefined.items()):
            finding = marker.no_mark(place, formula)
            findings.append(finding)
            aside.append(PutAside(reading.bids[place], f"à traiter : {finding.cause_text}", finding))
        reading = reading.without(marker.undefined)
    results = [
        BidResult(bid, None, total, figures)
        for bid, total, figures in zip(reading.bids, totals, marker.figures(), strict=True)
    ]
    ranked, ties = rank(results, plan.award, lot.id)
    findings += [
        *marker.findings,
        *ties,
        *unequal_parts(plan, ranked),
        *_low_bids(consultation, plan.award, lot, ranked),
    ]
    aside.sort(key=lambda one: one.bid.id)
    return LotResult(lot, ranked, tuple(aside), tuple(findings))


def _low_bids(
    consultation: Consultation, award: Award, lot: Lot, ranked: Sequence[BidResult]
) -> tuple[Finding, ...]:
    """OAB alerts on the price figure, with the buyer's estimate when it has the same tax basis."""
    review = consultation.review
    if not award.price_figure:
        return ()
    prices = {result.bid.id: result.figures[award.price_figure] for result in ranked}
    money = lot.estimated_value or (consultation.estimated_value if len(consultation.lots) == 1 else None)
    comparable = money is not None and money.basis is award.price_basis
    estimate = Fraction(money.amount) if money is not None and comparable else None
    named = review.low_bid_formulas if review else ()
    share = Share.parse(review.low_bid_estimate_share) if review and review.low_bid_estimate_share else None
    return alerts(prices, named, estimate, share.of(Fraction(1)) if share else DEFAULT_SHARE)


def _beyond_measure(value: Fraction) -> bool:
    """Over a hundred digits: nothing that prices give, and more than a spreadsheet can hold."""
    return value.numerator.bit_length() - value.denominator.bit_length() > 332


def rounding_of(award: Award, *stages: RoundingStage) -> Rounding | None:
    """The rounding of the first of these stages for which the RC gives one."""
    for stage in stages:
        for rounding in award.rounding:
            if stage in rounding.stages:
                return rounding
    return None


class _Marker:
    """Marks the bids of one lot, criterion by criterion, all bids at once.

    ``undefined`` collects the bids a formula gives no mark (place -> formula).
    """

    def __init__(self, plan: Plan, lot: str, bids: Sequence[Bid], columns: Columns, reading: Reading) -> None:
        self.plan, self.lot, self.bids, self.columns, self.reading = plan, lot, bids, columns, reading
        self.undefined: dict[int, str] = {}
        self.findings: list[Finding] = []
        for name, expression in plan.values.items():
            if name in columns.of:
                self._defined(columns.of[name], expression)

    def totals(self) -> list[Score]:
        """The total of each bid, with everything below it."""
        award = self.plan.award
        parts = [self._scores(criterion, top=True) for criterion in award.criteria]
        expression = sum_of(tuple(Name(criterion.id) for criterion in award.criteria))
        rounding = rounding_of(award, RoundingStage.TOTAL)
        return self._composed(None, expression, Fraction(award.total), rounding, parts, award.source)

    def figures(self) -> list[dict[str, Fraction]]:
        """Every figure read or computed, by id, for each bid."""
        names = tuple(self.columns.of)
        columns = [self._defined(column, None) for column in self.columns.of.values()]
        if not names:
            return [{} for _ in self.bids]
        return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]

    def no_mark(self, place: int, formula: str) -> Finding:
        """What is said of a bid that a formula gives no mark."""
        values = ", ".join(
            f"{name} = {format_number(value)}"
            for name, column in self.columns.of.items()
            if (value := column[place]) is not None
        )
        bid = self.bids[place]
        facts: dict[str, object] = {"formula": formula, "bid": bid.id, "lot": self.lot, "values": values}
        return MarkUndefined(facts=facts, place=bid.place)

    # Criteria

    def _scores(self, criterion: AwardCriterion, *, top: bool) -> list[Score]:
        award, expression = self.plan.award, self.plan.formulas[criterion.id]
        maximum = self.plan.maxima[criterion.id]
        if criterion.criteria:
            parts = [self._scores(part, top=False) for part in criterion.criteria]
            rounding = rounding_of(award, RoundingStage.CRITERION) if top else None
            return self._composed(criterion, expression, maximum, rounding, parts, criterion.source)
        stages = (RoundingStage.CRITERION, RoundingStage.LEAF) if top else (RoundingStage.LEAF,)
        columns = Columns(self.columns.size, self.columns.of, maximum, self.columns.known)
        labels: Sequence[str] = ()
        if expression.uses_level:
            labels = self.reading.labels[criterion.id]
            levels = self.reading.levels[criterion.id]
            columns = Columns(self.columns.size, {**self.columns.of, LEVEL: levels}, maximum)
            if criterion.method is Method.NORMALISED and labels and not any(levels):
                self.findings.append(NobodyAppreciated(facts={"criterion": criterion.name, "lot": self.lot}))
        exact = self._defined(expression.run(columns), expression)
        self._bounds(criterion, exact, maximum)
        because = _becauses(expression, columns, labels, criterion.source or award.source)
        rounding = rounding_of(award, *stages)
        values = _rounded(exact, rounding)
        return [
            Score(criterion, maximum, mark, value, rounding, why)
            for mark, value, why in zip(exact, values, because, strict=False)
        ]

    def _composed(
        self,
        criterion: AwardCriterion | None,
        expression: Expression,
        maximum: Fraction,
        rounding: Rounding | None,
        parts: Sequence[Sequence[Score]],
        article: str,
    ) -> list[Score]:
        marks = {
            part.id: [score.value for score in scores]
            for part, scores in zip(
                criterion.criteria if criterion else self.plan.award.criteria, parts, strict=True
            )
        }
        columns = Columns(self.columns.size, marks, maximum)
        exact = self._defined(expression.run(columns), expression)
        if criterion is not None and criterion.method is Method.FORMULA:
            self._bounds(criterion, exact, maximum)
        because = _becauses(expression, columns, (), article)
        values = _rounded(exact, rounding)
        return [
            Score(criterion, maximum, mark, value, rounding, why, below)
            for mark, value, why, below in zip(exact, values, because, zip(*parts, strict=True), strict=False)
        ]

    def _defined(self, column: Column, expression: Expression | None) -> list[Fraction]:
        """The column, unusable values noted and replaced: the marking is done again without them."""
        unusable = [place for place, value in enumerate(column) if value is None or _beyond_measure(value)]
        if not unusable:
            return column  # type: ignore[return-value]
        known = list(column)
        for place in unusable:
            self.undefined.setdefault(place, expression.text if expression else "")
            known[place] = Fraction(0)
        return known  # type: ignore[return-value]

    def _bounds(self, criterion: AwardCriterion, exact: Sequence[Fraction], maximum: Fraction) -> None:
        if not exact or self.undefined:
            return
        over, under = maximum.numerator, maximum.denominator
        if all(0 <= mark.numerator * under <= over * mark.denominator for mark in exact):
            return
        low, high = min(exact), max(exact)
        facts: dict[str, object] = {"criterion": criterion.name, "maximum": format_number(maximum)}
        if low < 0:
            bid = self.bids[exact.index(low)].id
            example = f"« {bid} » (lot {self.lot}) obtient {_shown(low)}"
            self.findings.append(NegativeMark(facts=facts | {"example": example}, article=criterion.source))
        if high > maximum:
            bid = self.bids[exact.index(high)].id
            problem = f"« {bid} » (lot {self.lot}) en obtient {_shown(high)}"
            self.findings.append(
                MaximumNotAsAnnounced(facts=facts | {"problem": problem}, article=criterion.source)
            )


def _shown(mark: Fraction) -> str:
    exact = format_number(mark)
    return exact if "/" not in exact else format_number(mark, 4)


def _rounded(exact: Sequence[Fraction], rounding: Rounding | None) -> Sequence[Fraction]:
    if rounding is None:
        return exact
    decimals, mode = rounding.decimals, rounding.mode
    return [round_to(mark, decimals, mode) for mark in exact]


def _becauses(
    expression: Expression, columns: Columns, labels: Sequence[str], article: str
) -> Iterable[Because]:
    """For each bid the values of the formula's terms, those common to all bids shared."""
    formula = expression.text
    rows: list[Iterable[tuple[str, Fraction | str]]] = []
    for term in expression.terms:
        text = source_text(term)
        if text == MAXIMUM:
            rows.append(repeat((text, columns.maximum or Fraction(0))))
        elif is_uniform(term):
            rows.append(repeat((text, columns.known.get(text) or Fraction(0))))
        else:
            rows.append([(text, value or Fraction(0)) for value in columns.of[text]])
    if labels:
        rows.append([(APPRECIATION, label) for label in labels])
    if all(isinstance(row, repeat) for row in rows):
        return repeat(Because(formula, tuple(next(iter(row)) for row in rows), article))
    return (Because(formula, values, article) for values in zip(*rows, strict=False))
