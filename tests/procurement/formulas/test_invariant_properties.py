"""INV-1 to INV-9 as properties: over every named method, and over random accepted formulas (V8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from tests.procurement.cast import bid, consultation, shares
from tests.procurement.formulas.test_invariants import NAMED, OF_FIGURES, F, X, found, named

from reglo.procurement.award import Award, AwardCriterion, Input, InputKind, Method, Quote, QuoteLine
from reglo.procurement.bid import Assessment, Bid
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Refused
from reglo.procurement.formulas.invariants import Status, verdicts
from reglo.procurement.judging.scoring import judge_lot
from reglo.procurement.values import Instant

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
@settings(max_examples=7, deadline=None)
def test_inv_1_2_8_9_hold_on_bids_for_every_named_method(
    method: Method, higher: bool, rows: Rows, better: Decimal
) -> None:
    assert broken(named(method, higher), rows, better, higher) == set()


@pytest.mark.parametrize("method", OF_FIGURES)
@given(price=st.decimals(min_value="0.01", max_value="450000", places=2))
@settings(max_examples=6, deadline=None)
def test_inv_3_holds_for_every_named_method(method: Method, price: Decimal) -> None:
    given_marks = marks(named(method), made([(price, "0 %"), (2 * price, "0 %")]))
    assert given_marks["b0"] - given_marks["b1"] >= F(20, 4)


def criterion_of(name: str, method: Method, of: str, weight: int = 20) -> AwardCriterion:
    return AwardCriterion(id=name, name=name.upper(), weight=Decimal(weight), method=method, of=of)


def of_level(name: str, method: Method, weight: int, *elements: str) -> AwardCriterion:
    return AwardCriterion(
        id=name, name=name.upper(), weight=Decimal(weight), method=method, scale="g", elements=elements
    )


BY_LEVEL = [Method.SCALE, Method.NORMALISED]
METHODS = st.sampled_from(OF_FIGURES)
WEIGHTS = st.integers(1, 60)
ELEMENTS = st.lists(st.text("abcdeéè", min_size=3, max_size=8), min_size=2, max_size=4, unique=True)


@pytest.mark.parametrize("method", OF_FIGURES)
@given(other=METHODS, first=WEIGHTS, second=WEIGHTS)
@settings(max_examples=6, deadline=None)
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
@settings(max_examples=6, deadline=None)
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
@settings(max_examples=6, deadline=None)
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
@settings(max_examples=6, deadline=None)
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


# A mark by level has no price (INV-3 says nothing of it), and its figures are nobody's but the committee's.


@pytest.mark.parametrize("method", BY_LEVEL)
@given(other=METHODS, weight=WEIGHTS, price=PRICES, levels=st.lists(LEVELS, min_size=2, max_size=4))
@settings(max_examples=6, deadline=None)
def test_inv_3_and_4_a_part_marked_by_level_has_no_value_to_compare_with_the_others(
    method: Method, other: Method, weight: int, price: Decimal, levels: list[str]
) -> None:
    parts = (of_level("m", method, weight), of_level("o", method, 1), criterion_of("n", other, "x"))
    whole = AwardCriterion(
        id="prix", name="Prix", weight=Decimal(weight + 21), method=Method.SUM, criteria=parts, price=True
    )
    grid = (shares("g", 100, 60, 50, 0),)
    rules = consultation(Award(criteria=(whole,), total=Decimal(weight + 21), inputs=(X,), scales=grid))
    bids = [
        replace(bid(f"b{n}", levels={"m": level, "o": levels[0]}), inputs={"x": price * (n + 1)})
        for n, level in enumerate(levels)
    ]
    assert "INV-04" not in {one.code for one in judge_lot(rules, "1", bids).findings}
    assert {one.criterion for one in verdicts(rules) if one.invariant == "INV-3"} == {"n"}


@pytest.mark.parametrize("method", BY_LEVEL)
@given(other=st.sampled_from(BY_LEVEL), names=ELEMENTS, weight=WEIGHTS)
@settings(max_examples=6, deadline=None)
def test_inv_5_an_element_counted_in_two_levels_is_always_pointed_at_two_elements_never(
    method: Method, other: Method, names: list[str], weight: int
) -> None:
    def codes(*second: str) -> set[str]:
        two = (of_level("m", method, weight, *names[:-1]), of_level("n", other, 20, *second))
        grid = (shares("g", 100, 60, 50, 0),)
        return set(found(consultation(Award(criteria=two, total=Decimal(weight + 20), scales=grid))))

    assert "INV-05" in codes(names[-1], f" {names[0].upper()} ")
    assert "INV-05" not in codes(names[-1])


@pytest.mark.parametrize("method", BY_LEVEL)
@given(level=LEVELS, best=LEVELS, boasts=st.lists(PRICES, min_size=2, max_size=2), weight=WEIGHTS)
@settings(max_examples=6, deadline=None)
def test_inv_6_no_number_a_bidder_gives_itself_moves_a_mark_by_level(
    method: Method, level: str, best: str, boasts: list[Decimal], weight: int
) -> None:
    own = Input(id="x", name="Note", kind=InputKind.NUMBER, higher_is_better=True)
    grid = (shares("g", 100, 60, 50, 0),)
    criteria = (of_level("c", method, weight),)
    rules = consultation(Award(criteria=criteria, total=Decimal(weight), inputs=(own,), scales=grid))
    assert "INV-06" not in found(rules)
    modest, proud = (marks(rules, made([(boast, level), (boasts[0], best)])) for boast in boasts)
    assert modest == proud


@pytest.mark.parametrize("method", BY_LEVEL)
@given(levels=st.lists(LEVELS, min_size=2, max_size=4), prices=st.lists(PRICES, min_size=4, max_size=4))
@settings(max_examples=6, deadline=None)
def test_inv_7_a_hidden_quote_beside_a_mark_by_level_is_still_dated_and_does_not_move_the_mark(
    method: Method, levels: list[str], prices: list[Decimal]
) -> None:
    quote = Quote(id="q", name="Devis", hidden=True, lines=(QuoteLine(item="M", quantity=Decimal(2)),))
    grid = (shares("g", 100, 60, 50, 0),)
    award = Award(criteria=(of_level("c", method, 20),), total=Decimal(20), quotes=(quote,), scales=grid)
    assert "INV-07" in found(consultation(award))
    plain = [bid(f"b{n}", levels={"c": level}) for n, level in enumerate(levels)]
    quoted = [replace(one, unit_prices={"M": price}) for one, price in zip(plain, prices, strict=False)]
    without = consultation(replace(award, quotes=()))
    assert marks(consultation(award), quoted) == marks(without, plain)


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
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
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


@given(text=random_formulas(), quantity=st.integers(1, 60))
@example(text="N * lowest(x) / x", quantity=1)
@example(text="max(0, N * (2 - x / lowest(x)))", quantity=60)
@example(text="N * level", quantity=7)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_inv_4_to_7_point_at_a_random_formula_of_the_price_and_at_none_without_it(
    text: str, quantity: int
) -> None:
    points_at_formulas_of_the_price(text, quantity)


@pytest.mark.long
@given(text=random_formulas(), quantity=st.integers(1, 60))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
def test_inv_4_to_7_point_at_many_formulas_of_the_price_and_at_none_without_it(
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
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
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
