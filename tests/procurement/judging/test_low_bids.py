"""Alerts on bids that seem abnormally low: they oblige to ask, they reject nobody."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from reglo.procurement.findings import Severity
from reglo.procurement.judging.low_bids import alerts

F = Fraction


def prices(*given: object) -> dict[str, Fraction]:
    return {f"b{place}": F(str(one)) for place, one in enumerate(given)}


def flagged(formula: str, *given: object, estimate: int | None = None, percent: int = 70) -> list[str]:
    found = alerts(prices(*given), [formula], None if estimate is None else F(estimate), F(percent, 100))
    return [str(one.facts["bid"]) for one in found]


def test_the_double_mean_of_legal_rules_5_3_flags_100_among_100_120_125_130_200() -> None:
    (alert,) = alerts(prices(100, 120, 125, 130, 200), ["OAB-1"])
    assert (alert.facts["bid"], alert.facts["mean"], alert.facts["kept"]) == ("b0", "135,00", "118,75")
    assert alert.facts["limit"] == "106,88"  # 106.875


def test_the_double_mean_counts_its_limits_as_low() -> None:
    assert flagged("OAB-1", 90, 110) == ["b0"]  # 90 <= 0.9 * 100
    assert flagged("OAB-1", "90.01", "109.99") == []
    assert flagged("OAB-1", 60, 120, 120) == ["b0"]  # 120 is exactly 1.2 * 100: kept


def test_a_deviation_is_compared_exactly_without_a_root() -> None:
    assert flagged("OAB-2", 90, 110) == []  # mean 100, deviation 10: exactly one, not below
    assert flagged("OAB-2", 80, 100, 105, 115) == ["b0"]


def test_half_of_the_others_needs_five_bids_and_both_gaps() -> None:
    assert flagged("OAB-3", 50, 100, 100, 100, 100) == ["b0"]
    assert flagged("OAB-3", 50, 100, 100, 100) == []
    assert flagged("OAB-3", 50, 62, 110, 114, 114) == []  # 50 > 80 % of 62
    assert flagged("OAB-3", 50, 63, 109, 114, 114) == ["b0"]


def test_the_estimate_is_the_buyers_and_its_share_the_rcs() -> None:
    assert flagged("OAB-4", 69, 70, 71, estimate=100) == ["b0"]
    assert flagged("OAB-4", 69, 70, 71, estimate=100, percent=80) == ["b0", "b1", "b2"]
    assert flagged("OAB-4", 69, 70, 71) == []


def test_without_a_formula_in_the_rc_all_are_computed_for_information() -> None:
    found = alerts(prices(100, 120, 125, 130, 200), estimate=F(1000))
    assert {one.code for one in found} == {"OAB-01", "OAB-02", "OAB-04"}
    assert {one.weight for one in found} == {Severity.INFORMATION}
    named = alerts(prices(100, 120, 125, 130, 200), ["OAB-1"])
    assert {one.weight for one in named} == {Severity.TO_CHECK}  # never blocking: CJCE C-285/99


def test_no_price_no_alert() -> None:
    assert alerts({}) == ()
    assert alerts(prices(100)) == ()


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=8))
@settings(max_examples=50, deadline=None)
def test_the_order_of_the_bids_changes_no_alert(given: list[int]) -> None:
    named = prices(*given)
    reversed_order = dict(reversed(named.items()))
    assert alerts(named, estimate=F(10**6)) == alerts(reversed_order, estimate=F(10**6))
