"""Findings that rest on a value nobody has settled: a reader's placeholder, or an open point of the RC.

A rules file needs a procedure, a nature, a kind of buyer, a form of contract: what the RC did not say, or
was not read, stands there as a placeholder with an open point. A finding that another answer would clear
is not the RC's fault; the open point is shown, and the finding comes back if the answer confirms it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from reglo.procurement.consultation import (
    BuyerKind,
    Consultation,
    ContractNature,
    OpenPoint,
    ProcedureType,
)
from reglo.procurement.findings import Finding

# the open points of ``reglo read`` on what it found nowhere -> the rules that would call it absent
_NOT_FOUND = {
    "lots": ("L.2113-11",),
    "date-limite": ("R.2151-1",),
    "criteres": ("L-22",),
}


def certain(
    findings: Iterable[Finding], rules: Consultation, find: Callable[[Consultation], Iterable[Finding]]
) -> list[Finding]:
    """The findings that hold whatever the answer to each open point; ``find`` finds them anew."""
    left = [point for point in rules.open_points if not point.decided_by and not point.decided_on]
    absent = {rule for point in left for rule in _NOT_FOUND.get(point.id, ())}
    kept = [finding for finding in findings if getattr(finding, "rule", "") not in absent]
    for other in _otherwise(rules, left):
        still = {_same(finding) for finding in find(other)}
        kept = [finding for finding in kept if _same(finding) in still]
    return kept


def _same(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.place.path or finding.cause_text


def _otherwise(rules: Consultation, left: list[OpenPoint]) -> Iterator[Consultation]:
    """These rules with each other answer to a point on what a whole file depends on."""
    for path, value in (pair for point in left for choice in point.choices for pair in choice.set.items()):
        if path == "procedure.type" and value in set(ProcedureType) - {rules.procedure.type}:
            yield replace(rules, procedure=replace(rules.procedure, type=ProcedureType(value)))
        elif path == "nature" and value in set(ContractNature) - {rules.nature}:
            yield replace(rules, nature=ContractNature(value))
        elif path == "buyer.kind" and value in set(BuyerKind) - {rules.buyer.kind}:
            yield replace(rules, buyer=replace(rules.buyer, kind=BuyerKind(value)))
        elif path == "contract.form" and rules.contract and value != rules.contract.form:
            yield replace(rules, contract=replace(rules.contract, form=str(value)))
