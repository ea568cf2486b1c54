"""A judgement as JSON: documented in ``docs/judgement-json.md``, stable, exact.

Marks and figures are text: ``"86.52"`` when the number terminates, ``"800/19"`` otherwise, so
that no reader loses a digit to floating point.
"""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from reglo import __version__
from reglo.procurement.judging.judgement import BidResult, Judgement, LotResult, Score
from reglo.procurement.values import decimal_places


def exact(value: Fraction) -> str:
    """A terminating decimal, or the fraction.

    >>> exact(Fraction(8652, 100)), exact(Fraction(800, 19)), exact(Fraction(-3, 40))
    ('86.52', '800/19', '-0.075')
    """
    places = decimal_places(value)
    if places is None:
        return f"{value.numerator}/{value.denominator}"
    digits = f"{abs(value.numerator) * 10**places // value.denominator:0{places + 1}d}"
    whole, decimals = digits[: len(digits) - places], digits[len(digits) - places :]
    return ("-" if value < 0 else "") + whole + (f".{decimals}" if decimals else "")


def to_json(judgement: Judgement) -> str:
    """The whole judgement, keys in a stated order, lots in the order of the rules."""
    return json.dumps(as_dict(judgement), ensure_ascii=False, indent=2) + "\n"


def as_dict(judgement: Judgement) -> dict[str, Any]:
    return {
        "format": "reglo-judgement/1",
        "reglo": __version__,
        "reference": judgement.reference,
        "rules_sha256": judgement.rules_digest,
        "lots": [_lot(result) for result in judgement.lots],
        "findings": [finding.as_dict() for finding in judgement.findings],
    }


def _lot(result: LotResult) -> dict[str, Any]:
    return {
        "lot": result.lot.id,
        "name": result.lot.name,
        "winner": result.winner.bid.id if result.winner else None,
        "provisional": result.provisional,
        "ranked": [_bid(ranked) for ranked in result.ranked],
        "put_aside": [
            {
                "bid": aside.bid.id,
                "bidder": aside.bid.bidder,
                "standing": aside.bid.standing.value,
                "reason": aside.reason,
            }
            for aside in result.put_aside
        ],
        "findings": [finding.as_dict() for finding in (*result.findings, *result.left_out)],
    }


def _bid(result: BidResult) -> dict[str, Any]:
    return {
        "bid": result.bid.id,
        "bidder": result.bid.bidder,
        "rank": result.rank,
        "total": _score(result.total),
        "figures": {name: exact(figure) for name, figure in result.figures.items()},
        "tie_broken_by": result.tie_broken_by or None,
    }


def _score(score: Score) -> dict[str, Any]:
    return {
        "criterion": score.criterion.id if score.criterion else None,
        "maximum": exact(score.maximum),
        "exact": exact(score.exact),
        "value": exact(score.value),
        "because": {
            "formula": score.because.formula,
            "values": {
                name: exact(value) if isinstance(value, Fraction) else value
                for name, value in score.because.values
            },
            "article": score.because.article,
        },
        "parts": [_score(part) for part in score.parts],
    }
