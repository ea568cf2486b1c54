"""INV-1 to INV-9: the condemned methods by their decision, and properties over accepted formulas (V8)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from tests.procurement.cast import bid, consultation, shares

from reglo.procurement.award import (
    Award,
    AwardCriterion,
    Input,
    InputKind,
    Method,
    Quote,
    QuoteLine,
    Value,
)
from reglo.procurement.consultation import Consultation, Justification
from reglo.procurement.findings import Severity
from reglo.procurement.formulas.invariants import Status, check, verdicts
from reglo.procurement.judging.scoring import judge_lot
from reglo.procurement.values import Instant, Money, TaxBasis

F = Fraction
X = Input(id="x", name="Prix")


def single(formula: str, maximum: int = 20, **more: Any) -> Consultation:
    """One criterion, marked by the RC's own formula of the price ``x``."""
    criterion = AwardCriterion(
        id="prix", name="Prix", weight=Decimal(maximum), method=Method.FORMULA, formula=formula, price=True
    )
    award = Award(criteria=(criterion,), total=Decimal(maximum), inputs=(X,))
    return consultation(replace(award, **more))


def found(rules: Consultation) -> dict[str, str]:
    """Code -> cause, of every finding."""
    return {finding.code: finding.cause_text for finding in check(rules)}


# --- Condemned methods ------------------------------------------------------------------------


def test_ce_362532_departement_de_la_guadeloupe_a_method_may_not_give_negative_marks() -> None:
    assert "INV-01" in found(single("N * (2 - x / lowest(x))"))
    assert "INV-01" not in found(single("N * max(0, 2 - x / lowest(x))"))


def test_ce_370789_val_d_oise_habitat_marks_by_distance_to_the_estimate_are_unlawful() -> None:
    estimate = "max(0, N * (1 - max(x - 100000, 100000 - x) / 100000))"
    faults = found(single(estimate))
    assert {"INV-02", "INV-08"} <= faults.keys()
    assert "99 999 → 19,9998, 100 000 → 20" in faults["INV-02"]


def test_ce_370789_marks_by_distance_to_the_mean_are_caught_too() -> None:
    faults = found(single("max(0, N * (1 - max(x - mean(x), mean(x) - x) / mean(x)))"))
    assert {"INV-02", "INV-08"} <= faults.keys()


def test_ce_373362_belleville_sur_loire_ten_thirds_of_seven_less_the_ratio_neutralises_the_price() -> None:
    faults = found(single("10 / 3 * (7 - x / lowest(x))"))
    assert "ne coûte que 3,3333… points sur 20 (16,7 %" in faults["INV-03"]


def test_inv_3_lets_a_quarter_pass() -> None:
    assert "INV-03" not in found(single("N * (1 - 1 / 4 * (x / lowest(x) - 1))"))
    assert "INV-03" in found(single("N * (1 - 6 / 25 * (x / lowest(x) - 1))"))


@pytest.mark.parametrize("formula", ["N", "N * lowest(x) / 50000", "9 ^ 9 ^ 9 ^ 9"])
def test_inv_3_a_formula_that_takes_nothing_from_each_offer_has_no_weight(formula: str) -> None:
    assert "toutes auraient la même note" in found(single(formula))["INV-11"]


def test_inv_3_of_a_scale_in_euros_is_read_at_the_buyers_estimate() -> None:
    bands = "table(x, 50000: 20, 150000: 18, else: 16)"
    (finding,) = (one for one in check(single(bands)) if one.facts.get("invariant") == "INV-3")
    assert finding.code == "INV-10"
    estimated = replace(single(bands), estimated_value=Money(Decimal(40_000), TaxBasis.HT))
    assert "ne coûte que 2 points" in found(estimated)["INV-03"]


def priced_parts(formula: str = "", method: Method = Method.SUM) -> Award:
    """Two lots of work, each with its own price and its own mark."""
    parts = tuple(
        AwardCriterion(
            id=f"note_{name}", name=f"Part {name}", weight=Decimal(20), method=Method.INVERSE, of=name
        )
        for name in ("a", "b")
    )
    whole = AwardCriterion(
        id="prix", name="Prix", weight=Decimal(40), method=method, formula=formula, criteria=parts, price=True
    )
    inputs = tuple(Input(id=name, name=name.upper()) for name in ("a", "b"))
    return Award(criteria=(whole,), total=Decimal(40), inputs=inputs)


def test_ce_381095_snegso_a_plain_average_of_parts_is_pointed_at_in_the_rules() -> None:
    average = priced_parts("(note_a + note_b) / 2 * 2", Method.FORMULA)
    assert "moyenne simple" in found(consultation(average))["INV-04"]
    weighted = priced_parts("(3 * note_a + note_b) / 2", Method.FORMULA)
    assert "INV-04" not in found(consultation(weighted))


def test_ce_381095_parts_of_very_different_value_are_pointed_at_on_the_bids() -> None:
    rules = consultation(priced_parts())
    far = [bid("x", inputs={"a": "100000", "b": "900"}), bid("y", inputs={"a": "98000", "b": "1200"})]
    near = [bid("x", inputs={"a": "1000", "b": "900"}), bid("y", inputs={"a": "980", "b": "1200"})]
    assert [one.code for one in judge_lot(rules, "1", far).findings] == ["INV-04"]
    assert judge_lot(rules, "1", near).findings == ()


def test_ce_427761_one_figure_or_one_element_counts_in_one_criterion() -> None:
    twice = AwardCriterion(id="bis", name="Bis", weight=Decimal(20), method=Method.INVERSE, of="x")
    rules = single("N * lowest(x) / x")
    award = replace(rules.award, criteria=(*rules.award.criteria, twice), total=Decimal(40))
    assert "« Prix » et « Bis »" in found(replace(rules, award=award))["INV-05"]
    level = AwardCriterion(
        id="q", name="Q", weight=Decimal(20), method=Method.SCALE, scale="g", elements=("Les CV",)
    )
    again = replace(level, id="r", name="R", elements=("les  cv",))
    award = Award(criteria=(level, again), total=Decimal(40), scales=(shares("g", 100, 0),))
    assert "« Q » et « R »" in found(consultation(award))["INV-05"]


def test_ce_418460_autocars_faure_the_bidder_does_not_set_its_own_mark() -> None:
    own = Input(id="x", name="Auto-évaluation", kind=InputKind.NUMBER, higher_is_better=True)
    assert "Auto-évaluation" in found(single("N * x / highest(x)", inputs=(own,)))["INV-06"]
    days = replace(own, unit="jours")
    assert "INV-06" not in found(single("N * x / highest(x)", inputs=(days,)))


def test_ce_401660_a_hidden_quote_is_the_same_for_all_and_drawn_before_the_opening() -> None:
    lines = (QuoteLine(item="M", quantity=Decimal(2)),)
    hidden = Quote(id="x", name="Devis", hidden=True, lines=lines)

    def rules(quote: Quote) -> Consultation:
        made = single("N * lowest(x) / x", inputs=(), quotes=(quote,))
        opening = Instant.parse("2026-10-01 14:00 Europe/Paris")
        return replace(made, calendar=replace(made.calendar, opening_at=opening))

    assert "n'est pas daté" in found(rules(hidden))["INV-07"]
    assert "pas de quantités" in found(rules(replace(hidden, lines=())))["INV-07"]
    late = replace(hidden, drawn_at="2026-10-01 14:00 Europe/Paris")
    assert "pas avant l'ouverture" in found(rules(late))["INV-07"]
    assert "INV-07" not in found(rules(replace(hidden, drawn_at="2026-09-30 10:00 Europe/Paris")))


def test_inv_8_a_formula_that_punishes_an_improvement_is_shown_with_both_bids() -> None:
    faults = found(single("if(x < 0.9 * mean(x), 0, N * lowest(x) / x)"))
    assert {"INV-02", "INV-08"} <= faults.keys()


def test_inv_9_the_maximum_announced_is_the_maximum_given() -> None:
    assert "dans tous les essais est 30" in found(single("30 * lowest(x) / x", 40))["INV-09"]
    assert "donne davantage" in found(single("50 * lowest(x) / x", 40))["INV-09"]
    assert "INV-09" not in found(single("40 * lowest(x) / x", 40))
    rules = single("N * lowest(x) / x")
    unequal = replace(rules.award, total=Decimal(100))
    assert "ses parts en font 20" in found(replace(rules, award=unequal))["INV-09"]


def test_a_justified_finding_stays_as_information() -> None:
    rules = single("10 / 3 * (7 - x / lowest(x))")
    accepted = replace(rules, justify=(Justification(finding="INV-3", reason="essai"),))
    weights = {finding.code: finding.weight for finding in check(accepted)}
    assert weights == {"INV-01": Severity.BLOCKING, "INV-03": Severity.INFORMATION}


def test_what_cannot_be_proved_is_said() -> None:
    (first, *_) = check(single("N * median(x) / x"))
    assert first.code == "INV-10"
    assert "« median » n'est pas analysée" in first.cause_text


def test_a_power_is_proved_or_said_too_long_to_be() -> None:
    assert found(single("N * (lowest(x) / x) ^ 3")) == {}
    (said,) = found(single("N * (lowest(x) / x) ^ 9")).values()
    assert "trop longue à analyser" in said


# --- Named methods ----------------------------------------------------------------------------


def named(method: Method, higher: bool = False) -> Consultation:
    by_level = method in (Method.SCALE, Method.NORMALISED)
    criterion = AwardCriterion(
        id="c",
        name="C",
        weight=Decimal(20),
        method=method,
        of="" if by_level else "x",
        scale="g" if by_level else "",
    )
    figure, grid = replace(X, higher_is_better=higher), shares("g", 100, 60, 50, 0)
    return consultation(Award(criteria=(criterion,), total=Decimal(20), inputs=(figure,), scales=(grid,)))


OF_FIGURES = [Method.INVERSE, Method.LINEAR, Method.MIN_MAX, Method.MEAN]
NAMED = [
    *((method, higher) for method in OF_FIGURES for higher in (False, True)),
    (Method.SCALE, True),
    (Method.NORMALISED, True),
]


@pytest.mark.parametrize(("method", "higher"), NAMED)
def test_every_named_method_is_proved_sound(method: Method, higher: bool) -> None:
    assert {verdict.status for verdict in verdicts(named(method, higher))} == {Status.PROVED}


def test_a_composite_price_is_proved_through_its_values() -> None:
    value = Value(id="tout", name="Tout", formula="((x + y) * 60 + z * 40) / 100")
    inputs = tuple(Input(id=name, name=name) for name in "xyz")
    rules = single("N * lowest(tout) / tout", inputs=inputs, values=(value,))
    assert {verdict.status for verdict in verdicts(rules)} == {Status.PROVED}
    difference = replace(value, formula="x - y + z")
    assert "INV-08" in found(single("N * lowest(tout) / tout", inputs=inputs, values=(difference,)))
