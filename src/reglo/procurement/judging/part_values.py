"""Parts of a price whose weights and values disagree, seen on the bids themselves (INV-4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from reglo.procurement.findings import Finding, Place
from reglo.procurement.formulas.invariant_faults import PartsOfUnequalValue
from reglo.procurement.formulas.methods import Plan, criteria_below
from reglo.procurement.judging.judgement import BidResult
from reglo.procurement.values import format_number

UNEQUAL = 3  # times: from there the weights of parts and their values disagree


def unequal_parts(plan: Plan, results: Sequence[BidResult]) -> Iterator[Finding]:
    """Criteria whose priced parts count for much more, or less, than they are worth.

    A part is worth the mean of the figure it judges; it disagrees when its points per euro are at
    least three times those of another part. Source: INV-4 (CE 381095).
    """
    for path, criterion in criteria_below(plan.award.criteria):
        parts = [(part, sorted(plan.formulas[part.id].names)) for part in criterion.criteria]
        judged = [(part, names[0]) for part, names in parts if len(names) == 1 and not part.criteria]
        if len(judged) < 2 or len(judged) < len(parts) or not results:
            continue
        means = [
            sum((one.figures[name] for one in results), Fraction(0)) / len(results) for _, name in judged
        ]
        if min(means) <= 0:
            continue
        weights = [plan.maxima[part.id] / mean for (part, _), mean in zip(judged, means, strict=True)]
        if max(weights) >= UNEQUAL * min(weights):
            told = ", ".join(
                f"« {part.name} », {format_number(plan.maxima[part.id])} points "
                f"pour {format_number(mean, 2)} en moyenne"
                for (part, _), mean in zip(judged, means, strict=True)
            )
            facts: dict[str, object] = {
                "criterion": criterion.name,
                "how": "des poids propres",
                "values": told,
            }
            yield PartsOfUnequalValue(facts=facts, article=criterion.source, place=Place(path=path))
