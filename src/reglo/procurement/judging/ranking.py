"""The order of the bids: highest total first, equalities by the RC's rules, ranks 1, 1, 3.

The Code breaks no tie: without a rule of the RC a tie for the first place stops with a question
(legal-rules §6.4); CCP R.2152-6: bids are ranked in decreasing order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm

from reglo.procurement.award import Award, TieBreak, TieRule
from reglo.procurement.findings import Finding
from reglo.procurement.formulas.methods import criteria_below
from reglo.procurement.judging.faults import TieShared, TieToSettle
from reglo.procurement.judging.judgement import BidResult, Score
from reglo.procurement.values import format_number


def rank(
    results: Sequence[BidResult], award: Award, lot: str
) -> tuple[tuple[BidResult, ...], tuple[Finding, ...]]:
    """The results ranked, best first, bids of equal rank in the order of their ids; what ties ask.

    A tie the RC's rules do not break shares its rank; for the first place it is a blocking
    finding (RANG-01), elsewhere an information (RANG-02).
    """
    totals = on_one_scale([one.total.value for one in results])
    by_total = sorted(zip(totals, results, strict=True), key=lambda pair: (-pair[0], pair[1].bid.id))
    totals, ordered = [total for total, _ in by_total], [one for _, one in by_total]
    ranked: list[BidResult] = []
    findings: list[Finding] = []
    start = 0
    while start < len(ordered):
        end = start + 1
        while end < len(ordered) and totals[end] == totals[start]:
            end += 1
        if end == start + 1:
            ranked.append(replace(ordered[start], rank=end))
        else:
            for group in _separate(ordered[start:end], award.ties, start == 0, award):
                place = len(ranked) + 1
                ranked += [replace(one, rank=place) for one in group]
                if len(group) > 1:
                    findings.append(_question(group, place, award, lot))
        start = end
    return tuple(ranked), tuple(findings)


def on_one_scale(values: Sequence[Fraction]) -> list[int]:
    """Integers in the same order and with the same equalities: comparing them is fast.

    >>> on_one_scale([Fraction(1, 2), Fraction(2, 3)])
    [3, 4]
    """
    scale = lcm(*(value.denominator for value in values))
    return [value.numerator * (scale // value.denominator) for value in values]


def _separate(
    tied: list[BidResult], rules: Sequence[TieBreak], for_first: bool, award: Award
) -> list[list[BidResult]]:
    """The tied bids in successive groups, as far as the rules separate them."""
    if len(tied) == 1 or not rules:
        return [sorted(tied, key=lambda one: one.bid.id)]
    rule, others = rules[0], rules[1:]
    if rule.first_place_only and not for_first:
        return _separate(tied, others, for_first, award)
    merits = {id(one): _merit(one, rule) for one in tied}
    if len(set(merits.values())) == 1:
        return _separate(tied, others, for_first, award)
    groups: list[list[BidResult]] = []
    for merit in sorted(set(merits.values()), reverse=True):
        group = [one for one in tied if merits[id(one)] == merit]
        rivals = [one for one in tied if merits[id(one)] != merit]
        told = [replace(one, tie_broken_by=_told(one, rivals, rule, award)) for one in group]
        groups += _separate(told, others, for_first and not groups, award)
    return groups


def _merit(result: BidResult, rule: TieBreak) -> Fraction:
    """What the rule compares, the more the better."""
    if rule.rule is TieRule.LOWEST:
        return -result.figures[rule.of]
    return _mark_on(result.total, rule.criterion)


def _mark_on(score: Score, criterion: str) -> Fraction:
    """The mark that counts on a criterion, wherever it is in the tree."""
    waiting = list(score.parts)
    while waiting:
        part = waiting.pop()
        if part.criterion is not None and part.criterion.id == criterion:
            return part.value
        waiting += part.parts
    raise KeyError(criterion)


def _told(result: BidResult, rivals: Sequence[BidResult], rule: TieBreak, award: Award) -> str:
    if rule.rule is TieRule.LOWEST:
        labels: Mapping[str, str] = {
            one.id: one.name for group in (award.inputs, award.quotes, award.values) for one in group
        }
        what = f"le plus bas « {labels[rule.of]} »"
        own, theirs = result.figures[rule.of], [rival.figures[rule.of] for rival in rivals]
    else:
        names = {criterion.id: criterion.name for _, criterion in criteria_below(award.criteria)}
        what = f"la meilleure note sur « {names[rule.criterion]} »"
        own = _mark_on(result.total, rule.criterion)
        theirs = [_mark_on(rival.total, rule.criterion) for rival in rivals]
    against = ", ".join(sorted({_shown(one) for one in theirs}))
    article = f" ({rule.source})" if rule.source else ""
    before = f"{result.tie_broken_by} ; puis " if result.tie_broken_by else ""
    return f"{before}égalité départagée par {what} : {_shown(own)} contre {against}{article}"


def _shown(value: Fraction) -> str:
    exact = format_number(value)
    return exact if "/" not in exact else format_number(value, 4)


def _question(group: Sequence[BidResult], place: int, award: Award, lot: str) -> Finding:
    facts: dict[str, object] = {
        "lot": lot,
        "bids": ", ".join(f"« {one.bid.id} »" for one in group),
        "rank": "première" if place == 1 else place,
        "total": _shown(group[0].total.value),
    }
    if place > 1:
        return TieShared(facts=facts)
    facts["tried"] = ", après application des règles de départage" if award.ties else ""
    facts["mend"] = (
        "Le règlement ne dit plus rien : une personne doit trancher par un second examen motivé."
        if award.ties
        else "Le règlement ne dit rien des égalités : une personne doit trancher par un second examen motivé."
    )
    return TieToSettle(facts=facts)
