"""Bids that seem abnormally low: alerts that oblige to ask, never a rejection (legal-rules §5.3).

CCP L.2152-5, L.2152-6, R.2152-3 to R.2152-5. A formula alone eliminates nobody (CJCE C-285/99); a
gap with rivals or with the estimate is not enough either (CE 366606).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from reglo.procurement.findings import Finding, Severity
from reglo.procurement.values import format_number

FEWEST_FOR_DEVIATION = 5  # among fewer prices, one is nearly always a deviation below the mean
DEFAULT_SHARE = Fraction(70, 100)  # k of OAB-4 when the RC gives none


class _LowBid(Finding):
    mend = (
        "À examiner : si ce prix paraît anormalement bas, demandez des justifications par écrit (L.2152-6). "
        "Ne rejetez jamais sur cette seule alerte."
    )
    default_severity = Severity.TO_CHECK


class BelowDoubleMean(_LowBid):
    code = "OAB-01"
    cause = (
        "L'offre « {bid} » ({price}) est au plus à 90 % de la double moyenne : moyenne {mean}, puis "
        "{kept} sans les prix de plus de 120 % ; seuil {limit}."
    )
    source = "CCP L.2152-5, R.2152-3"


class BelowDeviation(_LowBid):
    code = "OAB-02"
    cause = (
        "L'offre « {bid} » ({price}) est à plus d'un écart-type (environ {deviation}) sous la moyenne {mean}."
    )
    source = "CCP L.2152-5, R.2152-3"


class BelowHalfOfOthers(_LowBid):
    code = "OAB-03"
    cause = (
        "L'offre « {bid} » ({price}) est au plus à 50 % de la moyenne des autres ({others}) et à 80 % "
        "de la suivante ({second})."
    )
    source = "CCP L.2152-5, R.2152-3"


class BelowEstimate(_LowBid):
    code = "OAB-04"
    cause = "L'offre « {bid} » ({price}) est sous {percent} % de l'estimation de l'acheteur ({estimate})."
    source = "CCP L.2152-5, R.2152-3"


def alerts(
    prices: Mapping[str, Fraction],
    formulas: Iterable[str] = (),
    estimate: Fraction | None = None,
    share: Fraction = DEFAULT_SHARE,
) -> tuple[Finding, ...]:
    """Every bid that a formula finds low, formula by formula, bids by id.

    prices: euros by bid id, same basis as ``estimate``. formulas: those the RC names (OAB-1 to
    OAB-4); none: those that mean something for so many bids are computed, for information. share: k of OAB-4.

    >>> prices = dict(zip("abcde", map(Fraction, (100, 120, 125, 130, 200))))
    >>> [(one.code, one.facts["bid"], one.facts["limit"]) for one in alerts(prices, ["OAB-1"])]
    [('OAB-01', 'a', '106,88')]
    """
    named = tuple(formulas)
    found: list[Finding] = []
    if not prices:
        return ()
    severity = None if named else Severity.INFORMATION
    if "OAB-1" in named or not named:
        found += _double_mean(prices, severity)
    if "OAB-2" in named or (not named and len(prices) >= FEWEST_FOR_DEVIATION):
        found += _deviation(prices, severity)
    if "OAB-3" in named or not named:
        found += _half_of_others(prices, severity)
    if ("OAB-4" in named or not named) and estimate is not None and estimate > 0:
        found += _estimate(prices, estimate, share, severity)
    return tuple(found)


def _euros(value: Fraction) -> str:
    return format_number(value, 2)


def _mean(values: Iterable[Fraction]) -> Fraction:
    listed = list(values)
    return sum(listed, Fraction(0)) / len(listed)


def _double_mean(prices: Mapping[str, Fraction], severity: Severity | None) -> Iterable[Finding]:
    first = _mean(prices.values())
    second = _mean(price for price in prices.values() if price <= first * Fraction(12, 10))
    limit = second * Fraction(9, 10)
    for bid, price in sorted(prices.items()):
        if price <= limit:
            facts: dict[str, object] = {
                "bid": bid,
                "price": _euros(price),
                "mean": _euros(first),
                "kept": _euros(second),
                "limit": _euros(limit),
            }
            yield BelowDoubleMean(facts=facts, severity=severity)


def _deviation(prices: Mapping[str, Fraction], severity: Severity | None) -> Iterable[Finding]:
    """Below the mean by more than the standard deviation, compared by squares: no root is taken."""
    mean = _mean(prices.values())
    variance = _mean((price - mean) ** 2 for price in prices.values())
    for bid, price in sorted(prices.items()):
        if price < mean and (mean - price) ** 2 > variance:
            facts: dict[str, object] = {
                "bid": bid,
                "price": _euros(price),
                "mean": _euros(mean),
                "deviation": format_number(round(float(variance) ** 0.5)),
            }
            yield BelowDeviation(facts=facts, severity=severity)


def _half_of_others(prices: Mapping[str, Fraction], severity: Severity | None) -> Iterable[Finding]:
    if len(prices) < 5:
        return
    (bid, price), (_, second) = sorted(prices.items(), key=lambda one: (one[1], one[0]))[:2]
    others = _mean(other for name, other in prices.items() if name != bid)
    if price <= others / 2 and price <= second * Fraction(8, 10):
        facts: dict[str, object] = {
            "bid": bid,
            "price": _euros(price),
            "others": _euros(others),
            "second": _euros(second),
        }
        yield BelowHalfOfOthers(facts=facts, severity=severity)


def _estimate(
    prices: Mapping[str, Fraction], estimate: Fraction, share: Fraction, severity: Severity | None
) -> Iterable[Finding]:
    for bid, price in sorted(prices.items()):
        if price < share * estimate:
            facts: dict[str, object] = {
                "bid": bid,
                "price": _euros(price),
                "percent": format_number(share * 100),
                "estimate": _euros(estimate),
            }
            yield BelowEstimate(facts=facts, severity=severity)
