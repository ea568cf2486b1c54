"""INV-1 to INV-9: the condemned methods by their decision, and properties over accepted formulas (V8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
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
from reglo.procurement.bid import Assessment, Bid
from reglo.procurement.consultation import Consultation, Justification
from reglo.procurement.findings import Refused, Severity
from reglo.procurement.invariants import Status, check, verdicts
from reglo.procurement.scoring import judge_lot
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


# --- Properties: what is proved holds on bids ---------------------------------------------------

PRICES = st.decimals(min_value="0.01", max_value="900000", places=2)
LEVELS = st.sampled_from(["100 %", "60 %", "50 %", "0 %"])


def lots(size: int = 5) -> st.SearchStrategy[list[tuple[Decimal, str]]]:
    return st.lists(st.tuples(PRICES, LEVELS), min_size=1, max_size=size)


def made(rows: Sequence[tuple[Decimal, str]]) -> list[Bid]:
    return [
        replace(bid(f"b{place}", levels={"c": level}), inputs={"x": price})
        for place, (price, level) in enumerate(rows)
    ]


def marks(rules: Consultation, bids: Sequence[Bid]) -> dict[str, Fraction]:
    result = judge_lot(rules, "1", bids)
    return {one.bid.id: one.total.parts[0].exact for one in result.ranked}


Rows = Sequence[tuple[Decimal, str]]


def broken(rules: Consultation, rows: Rows, better: Decimal, higher: bool) -> set[str]:
    """The invariants that these bids break."""
    bids, maximum = made(rows), Fraction(rules.award.total)
    given = marks(rules, bids)
    codes: set[str] = set()
    if any(mark < 0 for mark in given.values()):
        codes.add("INV-1")
    if any(mark > maximum for mark in given.values()):
        codes.add("INV-9")
    for one in bids:
        for other in bids:
            if one.id in given and other.id in given:
                at_least = (
                    one.inputs["x"] >= other.inputs["x"] if higher else one.inputs["x"] <= other.inputs["x"]
                )
                same = one.assessments["c"].level == other.assessments["c"].level
                if at_least and same and given[one.id] < given[other.id]:
                    codes.add("INV-2")
                if one.inputs == other.inputs and same:
                    assert given[one.id] == given[other.id]
    first = bids[0]
    price = first.inputs["x"] + better if higher else max(Decimal("0.01"), first.inputs["x"] - better)
    moved = marks(rules, [replace(first, inputs={"x": price}), *bids[1:]])
    if first.id in given and first.id in moved and moved[first.id] < given[first.id]:
        codes.add("INV-8")
    lifted = marks(rules, [replace(first, assessments={"c": Assessment(level="100 %")}), *bids[1:]])
    if first.id in given and first.id in lifted and lifted[first.id] < given[first.id]:
        codes.add("INV-8")
    return codes


@pytest.mark.parametrize(("method", "higher"), NAMED)
@given(rows=lots(), better=PRICES)
@settings(max_examples=12, deadline=None)
def test_inv_1_2_8_9_hold_on_bids_for_every_named_method(
    method: Method, higher: bool, rows: Rows, better: Decimal
) -> None:
    assert broken(named(method, higher), rows, better, higher) == set()


@pytest.mark.parametrize("method", OF_FIGURES)
@given(price=st.decimals(min_value="0.01", max_value="450000", places=2))
@settings(max_examples=10, deadline=None)
def test_inv_3_holds_for_every_named_method(method: Method, price: Decimal) -> None:
    given_marks = marks(named(method), made([(price, "0 %"), (2 * price, "0 %")]))
    assert given_marks["b0"] - given_marks["b1"] >= F(20, 4)


def criterion_of(name: str, method: Method, of: str, weight: int = 20) -> AwardCriterion:
    return AwardCriterion(id=name, name=name.upper(), weight=Decimal(weight), method=method, of=of)


METHODS = st.sampled_from(OF_FIGURES)
WEIGHTS = st.integers(1, 60)


@pytest.mark.parametrize("method", OF_FIGURES)
@given(other=METHODS, first=WEIGHTS, second=WEIGHTS)
@settings(max_examples=10, deadline=None)
def test_inv_4_parts_of_equal_value_are_never_pointed_at_and_a_tiny_part_always_is(
    method: Method, other: Method, first: int, second: int
) -> None:
    parts = (criterion_of("m", method, "a", first), criterion_of("n", other, "b", second))
    whole = AwardCriterion(
        id="prix", name="Prix", weight=Decimal(first + second), method=Method.SUM, criteria=parts, price=True
    )
    inputs = (Input(id="a", name="A"), Input(id="b", name="B"))
    rules = consultation(Award(criteria=(whole,), total=Decimal(first + second), inputs=inputs))

    def pointed_at(values: Sequence[int]) -> bool:
        bids = [
            bid(f"b{place}", inputs={"a": f"{value}", "b": f"{share}"})
            for place, (value, share) in enumerate((values, (values[0] + first, values[1] + second)))
        ]
        codes = {one.code for one in judge_lot(rules, "1", bids).findings}
        assert codes == {one.code for one in judge_lot(rules, "1", bids[::-1]).findings}
        return "INV-04" in codes

    assert not pointed_at((1_000 * first, 1_000 * second))  # each part counts as it weighs
    assert pointed_at((1_000_000 * first, second))


@pytest.mark.parametrize("method", OF_FIGURES)
@given(other=METHODS, first=WEIGHTS, second=WEIGHTS)
@settings(max_examples=10, deadline=None)
def test_inv_5_a_figure_counted_twice_is_always_pointed_at_two_figures_never(
    method: Method, other: Method, first: int, second: int
) -> None:
    def codes(of: str) -> set[str]:
        two = (criterion_of("m", method, "x", first), criterion_of("n", other, of, second))
        inputs = (X, Input(id="y", name="Délai", kind=InputKind.NUMBER, unit="jours"))
        return set(found(consultation(Award(criteria=two, total=Decimal(first + second), inputs=inputs))))

    assert "INV-05" in codes("x")
    assert "INV-05" not in codes("y")


@pytest.mark.parametrize("method", OF_FIGURES)
@given(higher=st.booleans(), unit=st.sampled_from(["jours", "heures", "kg", "m²"]), weight=WEIGHTS)
@settings(max_examples=10, deadline=None)
def test_inv_6_a_bare_number_a_bidder_gives_itself_is_pointed_at_a_measure_is_not(
    method: Method, higher: bool, unit: str, weight: int
) -> None:
    def codes(given_unit: str) -> set[str]:
        own = Input(id="x", name="Note", kind=InputKind.NUMBER, unit=given_unit, higher_is_better=higher)
        award = Award(
            criteria=(criterion_of("m", method, "x", weight),), total=Decimal(weight), inputs=(own,)
        )
        return set(found(consultation(award)))

    assert "INV-06" in codes("")
    assert "INV-06" not in codes(unit)


@pytest.mark.parametrize("method", OF_FIGURES)
@given(prices=st.lists(PRICES, min_size=2, max_size=4), quantity=st.integers(1, 500), hour=st.integers(0, 23))
@settings(max_examples=10, deadline=None)
def test_inv_7_a_hidden_quote_is_one_for_all_and_drawn_before_the_opening(
    method: Method, prices: list[Decimal], quantity: int, hour: int
) -> None:
    quote = Quote(
        id="x",
        name="Devis",
        hidden=True,
        lines=(QuoteLine(item="M", quantity=Decimal(quantity)),),
        drawn_at=f"2026-10-01 {hour:02}:00 Europe/Paris",
    )
    award = Award(criteria=(criterion_of("m", method, "x"),), total=Decimal(20), quotes=(quote,))
    rules = consultation(award)
    opening = Instant.parse("2026-10-01 14:00 Europe/Paris")
    rules = replace(rules, calendar=replace(rules.calendar, opening_at=opening))
    assert ("INV-07" in found(rules)) == (hour >= 14)
    bids = [replace(bid(f"b{n}"), unit_prices={"M": price}) for n, price in enumerate([*prices, prices[0]])]
    given_marks = marks(rules, bids)
    assert given_marks.get("b0") == given_marks.get(f"b{len(prices)}")


def random_formulas() -> st.SearchStrategy[str]:
    """Texts over one price and one appreciation, many sensible, many not."""
    figures = ["x", "lowest(x)", "highest(x)", "mean(x)", "level", "best(level)"]
    atoms = st.sampled_from([*figures, "N", "0", "1", "2", "0.5", "N / 2"])
    of_price = ["lowest(x) / x", "x / lowest(x)", "x / highest(x)", "x / mean(x)"]
    ratios = st.sampled_from([*of_price, "level / best(level)"])

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        pair = st.tuples(inner, inner)
        return st.one_of(
            st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]}) {t[1]} ({t[2]})"),
            pair.map(lambda t: f"max({t[0]}, {t[1]})"),
            pair.map(lambda t: f"min({t[0]}, {t[1]})"),
            inner.map(lambda one: f"N * max(0, 1 - ({one}))"),
            inner.map(lambda one: f"max(0, min(N, {one}))"),
            st.tuples(inner, inner, inner).map(lambda t: f"if({t[0]} <= lowest(x), {t[1]}, {t[2]})"),
            inner.map(lambda one: f"table({one}, 1: 20, 3: 8, else: 0)"),
        )

    return st.recursive(st.one_of(ratios, atoms), grow, max_leaves=5)


def holds_or_is_said(text: str, rows: Rows, better: Decimal) -> None:
    criterion = AwardCriterion(
        id="c", name="C", weight=Decimal(20), method=Method.FORMULA, formula=text, scale="g"
    )
    award = Award(
        criteria=(criterion,), total=Decimal(20), inputs=(X,), scales=(shares("g", 100, 60, 50, 0),)
    )
    rules = consultation(award)
    try:
        judged = verdicts(rules)
    except Refused:
        assume(False)
    proved = {one.invariant for one in judged if one.status is Status.PROVED and one.criterion}
    assert not proved & broken(rules, rows, better, higher=False)


def of_formula(text: str, name: str = "c") -> AwardCriterion:
    return AwardCriterion(
        id=name, name=name.upper(), weight=Decimal(20), method=Method.FORMULA, formula=text, scale="g"
    )


def codes_of(inputs: tuple[Input, ...], *criteria: AwardCriterion, **more: Any) -> set[str]:
    """The findings of a consultation judged by these; a formula the program refuses is no example."""
    total = sum((criterion.weight for criterion in criteria), Decimal(0))
    grid = shares("g", 100, 60, 50, 0)
    try:
        return set(
            found(consultation(Award(criteria=criteria, total=total, inputs=inputs, scales=(grid,), **more)))
        )
    except Refused:
        assume(False)
        raise


@given(text=random_formulas(), price=PRICES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_inv_3_proved_of_a_random_formula_costs_a_quarter_of_the_points_to_a_price_doubled(
    text: str, price: Decimal
) -> None:
    award = Award(
        criteria=(replace(of_formula(text), price=True),),
        total=Decimal(20),
        inputs=(X,),
        scales=(shares("g", 100, 60, 50, 0),),
    )
    rules = consultation(award)
    try:
        judged = verdicts(rules)
    except Refused:
        assume(False)
    proved = any(one.invariant == "INV-3" and one.status is Status.PROVED for one in judged)
    given_marks = marks(rules, made([(price, "100 %"), (2 * price, "100 %")]))
    if proved and len(given_marks) == 2:
        assert given_marks["b0"] - given_marks["b1"] >= F(20, 4)


def pointed_at_as_parts(text: str, values: tuple[int, int]) -> bool:
    """Whether two parts of the price, each marked by the formula, are pointed at on bids of these values."""

    def part(name: str, of: str) -> AwardCriterion:
        return of_formula(text.replace("x", of).replace(f"ma{of}", "max"), name)

    whole = AwardCriterion(
        id="prix",
        name="Prix",
        weight=Decimal(40),
        method=Method.SUM,
        criteria=(part("m", "a"), part("n", "b")),
        price=True,
    )
    inputs, grid = (Input(id="a", name="A"), Input(id="b", name="B")), shares("g", 100, 60, 50, 0)
    award = Award(criteria=(whole,), total=Decimal(40), inputs=inputs, scales=(grid,))
    bids = [
        replace(
            bid(f"b{place}", levels={"m": "100 %", "n": "100 %"}),
            inputs={"a": Decimal(values[0] + place), "b": Decimal(values[1] + place)},
        )
        for place in range(2)
    ]
    try:
        findings = judge_lot(consultation(award), "1", bids).findings
    except Refused:
        assume(False)
        raise
    return "INV-04" in {one.code for one in findings}


@pytest.mark.long
@given(text=random_formulas(), quantity=st.integers(1, 60))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_inv_4_to_7_point_at_any_formula_of_the_price_and_at_none_without_it(
    text: str, quantity: int
) -> None:
    points_at_formulas_of_the_price(text, quantity)


@pytest.mark.parametrize("text", ["N * lowest(x) / x", "max(0, N * (2 - x / lowest(x)))", "N * level"])
@given(quantity=st.integers(1, 60))
@settings(max_examples=2, deadline=None)
def test_inv_4_to_7_point_at_a_formula_of_the_price_and_not_at_one_without_it(
    text: str, quantity: int
) -> None:
    points_at_formulas_of_the_price(text, quantity)


def points_at_formulas_of_the_price(text: str, quantity: int) -> None:
    priced = "x" in text.replace("max", "")
    # CE 381095: parts summed whose prices have nothing in common
    assert priced == pointed_at_as_parts(text, (1_000_000 * quantity, 1))
    assert not pointed_at_as_parts(text, (1_000 * quantity, 1_000 * quantity))
    # CE 427761: counted in two criteria
    assert priced == ("INV-05" in codes_of((X,), of_formula(text), of_formula(text, "d")))
    # CE 418460: a mark of one's own
    own = Input(id="x", name="Note", kind=InputKind.NUMBER, higher_is_better=True)
    assert priced == ("INV-06" in codes_of((own,), of_formula(text)))
    # CE 401660: a hidden quote drawn one knows not when
    quote = Quote(id="x", name="Devis", hidden=True, lines=(QuoteLine(item="M", quantity=Decimal(quantity)),))
    assert "INV-07" in codes_of((), of_formula(text), quotes=(quote,))


@given(text=random_formulas(), rows=lots(4), better=PRICES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_an_accepted_formula_holds_its_invariants_or_the_linter_says_which_it_does_not(
    text: str, rows: Rows, better: Decimal
) -> None:
    holds_or_is_said(text, rows, better)


@pytest.mark.long
@given(text=random_formulas(), rows=lots(4), better=PRICES)
@settings(max_examples=3_000, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_many_accepted_formulas_hold_their_invariants_or_the_linter_says_which_they_do_not(
    text: str, rows: Rows, better: Decimal
) -> None:
    holds_or_is_said(text, rows, better)
