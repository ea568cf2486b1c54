"""Marks: named methods, what offers may get wrong, who is judged, rounding, order of arrival."""

from __future__ import annotations

import random
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
    Level,
    Method,
    Quote,
    QuoteLine,
    Rounding,
    RoundingMode,
    RoundingStage,
    Scale,
    Value,
)
from reglo.procurement.bid import Assessment, Bid, Standing
from reglo.procurement.consultation import Allotment
from reglo.procurement.findings import Refused
from reglo.procurement.formulas.methods import award_faults
from reglo.procurement.judging.judgement import LotResult
from reglo.procurement.judging.scoring import judge, judge_lot
from reglo.procurement.values import Share

F = Fraction
PRICE = AwardCriterion(
    id="prix", name="Prix", weight=Decimal(60), method=Method.INVERSE, of="montant", price=True
)
QUALITY = AwardCriterion(
    id="qualite", name="Qualité", weight=Decimal(40), method=Method.SCALE, scale="grille"
)
AWARD = Award(
    criteria=(PRICE, QUALITY),
    inputs=(Input(id="montant", name="Montant"),),
    scales=(shares("grille", 100, 50, 0),),
    price_figure="montant",
)


def offer(name: str, price: str = "100", level: str = "100 %", **more: Any) -> Bid:
    return bid(name, inputs={"montant": price}, levels={"qualite": level}, **more)


def judged(*bids: Bid, award: Award = AWARD) -> LotResult:
    return judge_lot(consultation(award), "1", bids)


def codes(result: LotResult) -> list[str]:
    """What is said of the lot, low-bid alerts apart."""
    return [finding.code for finding in result.findings if not finding.code.startswith("OAB")]


def totals(result: LotResult) -> dict[str, Fraction]:
    return {one.bid.id: one.total.value for one in result.ranked}


# --- Methods ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "higher", "marks"),
    [
        (Method.INVERSE, False, [F(20), F(16), F(10), F(8)]),
        (Method.INVERSE, True, [F(8), F(10), F(16), F(20)]),
        (Method.LINEAR, False, [F(20), F(15), F(0), F(0)]),
        (Method.LINEAR, True, [F(0), F(0), F(15), F(20)]),
        (Method.MIN_MAX, False, [F(20), F(50, 3), F(20, 3), F(0)]),
        (Method.MIN_MAX, True, [F(0), F(10, 3), F(40, 3), F(20)]),
        (Method.MEAN, False, [F(20), F(460, 27), F(220, 27), F(20, 9)]),
        (Method.MEAN, True, [F(20, 9), F(140, 27), F(380, 27), F(20)]),
    ],
)
def test_each_method_of_figures_gives_its_marks(method: Method, higher: bool, marks: list[Fraction]) -> None:
    award = Award(
        criteria=(AwardCriterion(id="c", name="C", weight=Decimal(20), method=method, of="x"),),
        total=Decimal(20),
        inputs=(Input(id="x", name="x", higher_is_better=higher),),
    )
    prices = ["100", "125", "200", "250"]
    bids = [bid(name, inputs={"x": price}) for name, price in zip("abcd", prices, strict=True)]
    result = judged(*bids, award=award)
    assert [totals(result)[name] for name in "abcd"] == marks


@pytest.mark.parametrize("method", [Method.INVERSE, Method.LINEAR, Method.MIN_MAX, Method.MEAN])
def test_a_lone_bid_or_equal_bids_get_the_maximum(method: Method) -> None:
    award = replace(AWARD, criteria=(replace(PRICE, method=method), QUALITY))
    assert totals(judged(offer("a"), award=award)) == {"a": 100}
    assert totals(judged(offer("a"), offer("b"), award=award)) == {"a": 100, "b": 100}


def test_normalised_marks_give_the_maximum_to_the_best_and_nothing_when_nobody_has_anything() -> None:
    award = replace(AWARD, criteria=(PRICE, replace(QUALITY, method=Method.NORMALISED)))
    assert totals(judged(offer("a", level="50 %"), offer("b", level="0 %"), award=award)) == {
        "a": 100,
        "b": 60,
    }
    nothing = judged(offer("a", level="0 %"), offer("b", level="0 %"), award=award)
    assert totals(nothing) == {"a": 60, "b": 60}
    assert "NOTE-16" in codes(nothing)


def test_a_scale_in_points_is_read_against_its_best_level() -> None:
    levels = tuple(Level(label=str(value), value=Decimal(value)) for value in (5, 3, 1))
    award = replace(AWARD, scales=(Scale(id="grille", levels=levels, step=Decimal("0.5")),))
    marked = (
        offer("a", level="3"),
        replace(offer("b"), assessments={"qualite": Assessment(mark=Decimal("4.5"))}),
    )
    assert totals(judged(*marked, award=award)) == {"a": 60 + 24, "b": 60 + 36}


def test_a_criterion_may_combine_its_sub_criteria_by_a_formula() -> None:
    parts = (replace(PRICE, id="p", weight=Decimal(100)), replace(QUALITY, id="q", weight=Decimal(100)))
    whole = AwardCriterion(
        id="tout",
        name="Tout",
        weight=Decimal(100),
        method=Method.FORMULA,
        formula="(3 * p + q) / 4",
        criteria=parts,
    )
    award = replace(AWARD, criteria=(whole,))
    result = judged(bid("a", inputs={"montant": "100"}, levels={"q": "50 %"}), award=award)
    assert totals(result) == {"a": F(350, 4)}


def test_the_rc_formula_may_use_tables_and_several_figures() -> None:
    delay = AwardCriterion(
        id="delai",
        name="Délai",
        weight=Decimal(40),
        method=Method.FORMULA,
        formula="table(jours, 10: N, 20: N / 2, else: 0)",
    )
    days = Input(id="jours", name="Délai", kind=InputKind.NUMBER, unit="jours", zero_allowed=True)
    award = replace(AWARD, criteria=(PRICE, delay), inputs=(*AWARD.inputs, days), scales=())
    bids = [
        bid(name, inputs={"montant": "100", "jours": count})
        for name, count in (("a", "0"), ("b", "10"), ("c", "11"), ("d", "21"))
    ]
    assert totals(judged(*bids, award=award)) == {"a": 100, "b": 100, "c": 80, "d": 60}


# --- Bad offers: a finding for each, the bid kept apart, the others judged ----------------------


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"inputs": {}}, "NOTE-01"),
        ({"inputs": {"montant": Decimal("-5")}}, "NOTE-02"),
        ({"inputs": {"montant": Decimal(0)}}, "NOTE-03"),
        ({"inputs": {"montant": Decimal("NaN")}}, "NOTE-04"),
        ({"inputs": {"montant": Decimal("sNaN")}}, "NOTE-04"),
        ({"inputs": {"montant": Decimal("Infinity")}}, "NOTE-04"),
        ({"inputs": {"montant": Decimal("1E+999999")}}, "NOTE-04"),
        ({"inputs": {"montant": Decimal("1E-999999")}}, "NOTE-04"),
        ({"inputs": {"montant": "cent euros"}}, "NOTE-04"),
        ({"inputs": {"montant": 12.5}}, "NOTE-04"),
        ({"assessments": {}}, "NOTE-07"),
        ({"assessments": {"qualite": Assessment()}}, "NOTE-07"),
        ({"assessments": {"qualite": Assessment(level="Bien")}}, "NOTE-08"),
        ({"assessments": {"qualite": Assessment(mark=Decimal(101))}}, "NOTE-09"),
        ({"assessments": {"qualite": Assessment(mark=Decimal(-1))}}, "NOTE-09"),
        ({"assessments": {"qualite": Assessment(mark=Decimal(75))}}, "NOTE-09"),
        ({"assessments": {"qualite": Assessment(mark=Decimal("NaN"))}}, "NOTE-04"),
        ({"assessments": {"qualite": Assessment(level="100 %", mark=Decimal(50))}}, "NOTE-10"),
    ],
)
def test_a_bid_with_an_unusable_figure_or_appreciation_is_set_apart(wrong: dict[str, Any], code: str) -> None:
    result = judged(offer("a", "200"), replace(offer("faulty"), **wrong))
    assert codes(result) == [code]
    assert totals(result) == {"a": 100}  # the faulty price is not the lowest
    (aside,) = result.put_aside
    assert (aside.bid.id, aside.reason.startswith("à traiter : ")) == ("faulty", True)
    assert (result.provisional, result.remarks) == (True, ())  # the reason says it once


def test_a_ranking_is_provisional_only_while_an_admitted_bid_waits() -> None:
    late = offer("late", standing=Standing.LATE)
    assert not judged(offer("a"), late).provisional
    waiting = judged(offer("a"), late, bid("b", inputs={"montant": "90"}))
    assert [aside.bid.id for aside in waiting.to_process] == ["b"]


def test_a_second_fault_of_a_bid_put_aside_is_still_told() -> None:
    result = judged(offer("a"), bid("b"))
    assert [finding.code for finding in result.findings if finding.code < "OAB"] == ["NOTE-01", "NOTE-07"]
    assert [finding.code for finding in result.remarks] == ["NOTE-07"]


def test_an_id_with_a_hyphen_is_proposed_with_an_underscore() -> None:
    (fault,) = award_faults(replace(AWARD, criteria=(PRICE, replace(QUALITY, id="la-qualité"))))
    assert fault.mend_text.startswith("Écrivez « la_qualité », ici et partout")


def test_a_mark_off_the_step_is_refused_and_on_the_step_accepted() -> None:
    scale = replace(AWARD.scales[0], step=Decimal(5))
    award = replace(AWARD, scales=(scale,))
    on, off = Assessment(mark=Decimal(75)), Assessment(mark=Decimal(77))
    result = judged(
        replace(offer("on"), assessments={"qualite": on}),
        replace(offer("off"), assessments={"qualite": off}),
        award=award,
    )
    assert (totals(result), codes(result)) == ({"on": 90}, ["NOTE-09"])


def test_a_level_is_read_whatever_its_case_and_spaces_and_a_typing_error_is_explained() -> None:
    award = replace(
        AWARD,
        scales=(Scale(id="grille", levels=(Level(label="Très satisfaisant", share=Share(Decimal(80))),)),),
    )
    assert totals(judged(offer("a", level=" très  SATISFAISANT"), award=award)) == {"a": 92}
    (finding,) = judged(offer("a", level="Trés satisfaisant"), award=award).findings
    assert finding.mend_text == "Vouliez-vous dire « Très satisfaisant » ?"


def test_an_unknown_figure_or_appreciation_is_told_and_the_bid_still_judged() -> None:
    odd = bid("a", inputs={"montant": "100", "montan": "1"}, levels={"qualite": "100 %", "prix": "100 %"})
    result = judged(odd)
    assert (codes(result), totals(result)) == (["NOTE-05", "NOTE-15"], {"a": 100})
    assert result.findings[0].mend_text == "Vouliez-vous dire « montant » ?"


def test_two_bids_with_one_id_are_both_set_apart() -> None:
    result = judged(offer("a", "100"), offer("a", "90"), offer("b", "120"))
    assert (codes(result), totals(result)) == (["NOTE-11"], {"b": 100})
    assert [aside.bid.id for aside in result.put_aside] == ["a", "a"]


def test_a_bidder_with_two_bids_is_pointed_at() -> None:
    result = judged(offer("a", bidder="Alice SARL"), offer("b", "200", bidder="alice  sarl"))
    assert codes(result) == ["NOTE-12"]


def test_a_bid_for_an_unknown_lot_is_told_once() -> None:
    judgement = judge(consultation(AWARD), [offer("a"), offer("b", lot="7")])
    assert [finding.code for finding in judgement.findings] == ["NOTE-13"]
    assert totals(judgement.lots[0]) == {"a": 100}


def test_a_formula_undefined_for_a_bid_sets_it_apart_and_the_others_are_judged_without_it() -> None:
    formula = AwardCriterion(
        id="prix",
        name="Prix",
        weight=Decimal(60),
        method=Method.FORMULA,
        formula="N * (x - 50) / (x - 50) * lowest(x) / x",
    )
    award = replace(AWARD, criteria=(formula, QUALITY), inputs=(Input(id="x", name="x"),), price_figure="")
    bids = [bid(name, inputs={"x": x}, levels={"qualite": "100 %"}) for name, x in (("a", "50"), ("b", "80"))]
    result = judged(*bids, award=award)
    assert (codes(result), totals(result)) == (["NOTE-14"], {"b": 100})  # 80 is now the lowest
    assert "x = 50" in str(result.findings[0])
    huge = replace(award, criteria=(replace(formula, formula="N * x ^ 9 ^ 9"), QUALITY))
    assert codes(judged(*bids, award=huge)) == ["NOTE-14", "NOTE-14"]  # no report could write it


def test_a_quote_needs_every_unit_price_and_the_same_quantities_for_all() -> None:
    lines = (
        QuoteLine(item="M1", quantity=Decimal(3)),
        QuoteLine(item="M2", quantity=Decimal("1.5")),
        QuoteLine(item="M1", quantity=Decimal(2), lots=("2",)),
    )
    quote = Quote(id="montant", name="Devis", lines=lines)
    award = replace(AWARD, inputs=(), quotes=(quote,))

    def priced(name: str, lot: str = "1", **prices: str) -> Bid:
        return bid(name, lot=lot, unit_prices=prices, levels={"qualite": "100 %"})

    both = consultation(award, "1", "2")
    (first,) = judge_lot(both, "1", [priced("a", M1="10", M2="2")]).ranked
    (second,) = judge_lot(both, "2", [priced("a", "2", M1="10", M2="2")]).ranked
    assert (first.figures["montant"], second.figures["montant"]) == (33, 53)
    assert totals(judge_lot(both, "1", [priced("a", M1="0", M2="2")])) == {"a": 100}  # a free line is a price
    for prices, code in (
        ({"M1": "10"}, "NOTE-06"),
        ({"M1": "-1", "M2": "5"}, "NOTE-02"),
        ({"M1": "NaN", "M2": "5"}, "NOTE-04"),
        ({"M1": "0", "M2": "0"}, "NOTE-03"),
    ):
        assert codes(judge_lot(both, "1", [priced("a", **prices)])) == [code]
    given = replace(priced("a", M1="1", M2="1"), inputs={"montant": Decimal(9)})
    assert codes(judge_lot(both, "1", [given])) == ["NOTE-17"]


def test_a_quote_without_lines_takes_the_total_given() -> None:
    award = replace(AWARD, inputs=(), quotes=(Quote(id="montant", name="Devis"),))
    assert totals(judged(offer("a", "100"), award=award)) == {"a": 100}
    not_drawn = Quote(
        id="montant", name="Devis", lines=(QuoteLine(item="M", quantity=Decimal(1), lots=("2",)),)
    )
    assert codes(
        judged(bid("a", levels={"qualite": "100 %"}), award=replace(award, quotes=(not_drawn,)))
    ) == ["NOTE-18"]


# --- Who is judged ----------------------------------------------------------------------------


@pytest.mark.parametrize("standing", [one for one in Standing if one is not Standing.ADMITTED])
def test_a_bid_that_is_not_admitted_is_kept_apart_with_its_reason_and_sets_no_price(
    standing: Standing,
) -> None:
    out = offer("low", "10", standing=standing, reason="pli reçu à 12 h 03")
    result = judged(offer("a", "100"), offer("b", "200"), out)
    assert totals(result) == {"a": 100, "b": 70}
    (aside,) = result.put_aside
    assert aside.bid is out
    assert aside.reason.endswith(": pli reçu à 12 h 03")


def test_a_lot_without_bids_has_no_winner() -> None:
    result = judged()
    assert (result.ranked, result.put_aside, result.findings, result.winner) == ((), (), (), None)


def test_each_lot_is_judged_by_itself() -> None:
    judgement = judge(
        consultation(AWARD, "1", "2"), [offer("a", "100"), offer("b", "200"), offer("a", "300", lot="2")]
    )
    assert [totals(lot) for lot in judgement.lots] == [{"a": 100, "b": 70}, {"a": 100}]


def test_r_2113_1_a_bidder_proposed_for_more_lots_than_it_may_win_is_a_question() -> None:
    allotment = Allotment(divided=True, max_lots_bid=2, max_lots_awarded=1, source="RC 2")
    rules = consultation(AWARD, "1", "2", "3", allotment=allotment)
    bids = [offer(name, price, lot=lot) for lot in "12" for name, price in (("a", "100"), ("b", "200"))]
    judgement = judge(rules, bids)
    assert [str(one.winner.bid.id) for one in judgement.lots if one.winner] == [
        "a",
        "a",
    ]  # nobody is put aside
    (finding,) = judgement.findings
    assert (finding.code, finding.article) == ("RANG-03", "RC 2")
    assert "« a » est proposé pour 2 lots (1, 2)" in finding.cause_text
    too_many = judge(rules, [*bids, offer("b", "100", lot="3")]).findings
    assert [(one.code, one.facts["bidder"]) for one in too_many] == [("RANG-04", "b"), ("RANG-03", "a")]


# --- Rounding ---------------------------------------------------------------------------------


def thirds(*stages: RoundingStage, decimals: int = 1, mode: RoundingMode = RoundingMode.HALF_UP) -> Fraction:
    """Total of b: two sub-criteria of 10 and 5 points at one third of the maximum, then 20/3."""
    parts = (
        AwardCriterion(id="p", name="P", weight=Decimal(10), method=Method.INVERSE, of="montant"),
        AwardCriterion(id="q", name="Q", weight=Decimal(5), method=Method.INVERSE, of="montant"),
    )
    award = Award(
        criteria=(
            AwardCriterion(id="a", name="A", weight=Decimal(15), criteria=parts),
            AwardCriterion(id="b", name="B", weight=Decimal(20), method=Method.INVERSE, of="montant"),
        ),
        total=Decimal(35),
        inputs=AWARD.inputs,
        rounding=(Rounding(decimals=decimals, stages=stages, mode=mode),) if stages else (),
    )
    result = judged(bid("a", inputs={"montant": "100"}), bid("b", inputs={"montant": "300"}), award=award)
    return totals(result)["b"]


def test_marks_are_rounded_where_the_rc_says_and_nowhere_else() -> None:
    leaf, criterion, total = RoundingStage.LEAF, RoundingStage.CRITERION, RoundingStage.TOTAL
    assert thirds() == F(35, 3)
    assert thirds(leaf) == F(33, 10) + F(17, 10) + F(67, 10)  # 3.33 + 1.67 + 6.67 -> 11.7
    assert thirds(criterion) == F(5) + F(67, 10)
    assert thirds(total) == F(117, 10)
    assert thirds(leaf, decimals=0) == 3 + 2 + 7
    assert thirds(criterion, decimals=0) == 5 + 7
    assert thirds(total, decimals=0) == 12
    assert thirds(leaf, mode=RoundingMode.DOWN) == F(33, 10) + F(16, 10) + F(66, 10)
    assert thirds(leaf, mode=RoundingMode.UP) == F(34, 10) + F(17, 10) + F(67, 10)


def test_a_sum_of_rounded_marks_is_not_rounded_again() -> None:
    leaves_at_two = Rounding(decimals=2, stages=(RoundingStage.LEAF,))
    award = replace(AWARD, rounding=(leaves_at_two,))
    result = judged(offer("a", "100"), offer("b", "130", level="50 %"), award=award)
    second = result.ranked[1].total
    assert (second.value, second.rounding) == (F(4615, 100) + 20, None)


# --- Same bids, same judgement (V6) -----------------------------------------------------------


def test_the_order_of_arrival_never_matters_and_a_second_run_says_the_same() -> None:
    bids = [offer(f"b{place}", str(100 + place % 4), level=f"{50 * (place % 3)} %") for place in range(9)]
    bids.append(offer("late", "1", standing=Standing.LATE))
    bids.append(offer("faulty", "-1"))
    reference = judge(consultation(AWARD), bids, "digest")
    for seed in range(5):
        shuffled = random.Random(seed).sample(bids, len(bids))
        assert judge(consultation(AWARD), shuffled, "digest") == reference


# --- Awards that cannot be judged -------------------------------------------------------------


def faults(award: Award) -> list[tuple[str, str]]:
    return [(fault.code, fault.place.path) for fault in award_faults(award)]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"criteria": ()}, [("FORM-12", "award")]),
        ({"criteria": (replace(PRICE, of="prix"), QUALITY)}, [("FORM-18", "award.criteria[0].of")]),
        ({"criteria": (replace(PRICE, of=""), QUALITY)}, [("FORM-12", "award.criteria[0].of")]),
        ({"criteria": (PRICE, replace(QUALITY, scale=""))}, [("FORM-12", "award.criteria[1].scale")]),
        ({"criteria": (PRICE, replace(QUALITY, scale="autre"))}, [("FORM-18", "award.criteria[1].scale")]),
        (
            {"criteria": (PRICE, replace(QUALITY, method=Method.SUM))},
            [("FORM-12", "award.criteria[1].method")],
        ),
        ({"criteria": (PRICE, replace(QUALITY, weight=None))}, [("FORM-15", "award.criteria[1]")]),
        (
            {"criteria": (PRICE, replace(QUALITY, share=Share(Decimal(4))))},
            [("FORM-15", "award.criteria[1]")],
        ),
        ({"criteria": (PRICE, replace(QUALITY, id="prix"))}, [("FORM-14", "award.criteria[1].id")]),
        ({"criteria": (PRICE, replace(QUALITY, id="la-qualité"))}, [("FORM-11", "award.criteria[1].id")]),
        ({"inputs": (Input(id="N", name="N"), *AWARD.inputs)}, [("FORM-11", "award.inputs[0].id")]),
        ({"inputs": AWARD.inputs * 2}, [("FORM-14", "award.inputs[1].id")]),
        ({"price_figure": "prix"}, [("FORM-07", "award.price_figure")]),
        (
            {"values": (Value(id="v", name="v", formula="montant +"),)},
            [("FORM-01", "award.values[0].formula, colonne 10")],
        ),
        ({"values": (Value(id="v", name="v", formula="v + 1"),)}, [("FORM-08", "award.values")]),
        ({"values": (Value(id="v", name="v", formula="N * 2"),)}, [("FORM-07", "award.values[0].formula")]),
        ({"values": (Value(id="v", name="v", formula="level"),)}, [("FORM-07", "award.values[0].formula")]),
        (
            {
                "values": tuple(
                    Value(id=f"v{n}", name="v", formula=f"{f'v{n - 1}' if n else 'montant'} ^ 9")
                    for n in range(4)
                )
            },
            [("FORM-09", "award.values")],
        ),
        ({"scales": (Scale(id="grille", levels=()),)}, [("FORM-12", "award.criteria[1].scale")]),
        ({"scales": (shares("grille", 120, 0),)}, [("FORM-12", "award.criteria[1].scale")]),
        ({"scales": (shares("grille", 50, 50),)}, [("FORM-12", "award.criteria[1].scale")]),
    ],
)
def test_an_award_that_cannot_be_judged_says_why_and_where(
    change: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    award = replace(AWARD, **change)
    assert faults(award) == expected
    with pytest.raises(Refused):
        judge(consultation(award), [])


def test_an_order_of_criteria_without_weights_is_lawful_but_gives_no_total() -> None:
    award = replace(AWARD, criteria=(replace(PRICE, weight=None), QUALITY), weights_in_order=True)
    assert faults(award) == []
    with pytest.raises(Refused, match="FORM-17"):
        judge(consultation(award), [])
