"""V7: every mark explains itself, and its explanation alone gives it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.procurement.cast import bid, consultation, shares

from reglo.procurement.award import (
    Award,
    AwardCriterion,
    Input,
    Method,
    Quote,
    QuoteLine,
    Rounding,
    RoundingStage,
    TieBreak,
    TieRule,
    Value,
)
from reglo.procurement.bid import Assessment, Bid
from reglo.procurement.judging.explanation import Explanation, as_text, explain, recompute
from reglo.procurement.judging.judgement import Because, Score
from reglo.procurement.judging.scoring import judge_lot
from reglo.procurement.rounding import round_to


def priced(place: int, method: Method) -> AwardCriterion:
    return AwardCriterion(
        id=f"c{place}", name=f"Prix {place}", weight=Decimal(10), method=method, of="tout", source="RC 7.2"
    )


def appreciated(name: str, label: str, method: Method) -> AwardCriterion:
    return AwardCriterion(id=name, name=label, weight=Decimal(20), method=method, scale="g", source="RC 7.3")


DELAY = AwardCriterion(
    id="delai",
    name="Délai",
    weight=Decimal(20),
    method=Method.FORMULA,
    formula="table(jours, 10: N, 20: N / 2, else: 0) * lowest(tout) / tout",
    source="RC 7.3",
)
TECHNICAL = AwardCriterion(
    id="technique",
    name="Valeur technique",
    weight=Decimal(60),
    source="RC 7.3",
    criteria=(
        appreciated("fixe", "Moyens", Method.SCALE),
        appreciated("relatif", "Méthode", Method.NORMALISED),
        DELAY,
    ),
)
QUOTE = Quote(
    id="devis",
    name="Devis type",
    source="RC 7.2",
    lines=(
        QuoteLine(item="M1", quantity=Decimal(3), name="mur"),
        QuoteLine(item="M2", quantity=Decimal("2.5")),
    ),
)
COMPOSED = Value(id="tout", name="Prix composé", formula="(part * 60 + devis * 40) / 100", source="RC 7.2")
AWARD = Award(
    criteria=(
        priced(0, Method.INVERSE),
        priced(1, Method.LINEAR),
        priced(2, Method.MIN_MAX),
        priced(3, Method.MEAN),
        TECHNICAL,
    ),
    inputs=(Input(id="part", name="Part fixe"), Input(id="jours", name="Jours")),
    quotes=(QUOTE,),
    values=(COMPOSED,),
    scales=(shares("g", 100, 80, 0),),
    rounding=(Rounding(decimals=2, stages=(RoundingStage.LEAF,), source="RC 7.2"),),
    ties=(TieBreak(rule=TieRule.LOWEST, of="tout", source="RC 7.1"),),
)


def offer(name: str, *row: str) -> Bid:
    fixed, days, one, two, level, other = row
    return bid(
        name,
        inputs={"part": fixed, "jours": days},
        unit_prices={"M1": one, "M2": two},
        levels={"fixe": level, "relatif": other},
    )


ALICE = offer("alice", "1000", "9", "100", "200", "80 %", "100 %")  # 0.6 × 1000 + 0.4 × 800 = 920
BOB = offer("bob", "1100", "15", "90", "190", "100 %", "80 %")  # 0.6 × 1100 + 0.4 × 745 = 958


def scores(score: Score) -> Iterator[Score]:
    yield score
    for part in score.parts:
        yield from scores(part)


PRICE = st.decimals(min_value="0.01", max_value="99999", places=2).map(str)
LEVEL = st.sampled_from(["100 %", "80 %", "0 %"])
ROW = st.tuples(PRICE, st.integers(1, 30).map(str), PRICE, PRICE, LEVEL, LEVEL)


@given(st.lists(ROW, min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_the_because_of_every_score_gives_it_back_exactly(rows: list[tuple[str, ...]]) -> None:
    bids = [offer(f"b{place}", *row) for place, row in enumerate(rows)]
    result = judge_lot(consultation(AWARD), "1", bids)
    assert len(result.ranked) == len(bids)
    for score in (score for one in result.ranked for score in scores(one.total)):
        assert recompute(score.because) == score.exact
        rule = score.rounding
        assert score.value == (round_to(score.exact, rule.decimals, rule.mode) if rule else score.exact)
        if score.criterion is not None:
            assert score.because.article == score.criterion.source


def test_a_because_that_lacks_a_value_gives_nothing_back() -> None:
    with pytest.raises(ValueError, match="10 / p"):
        recompute(Because("10 / p", (("p", Fraction(0)),), "RC"))


def test_the_explanation_goes_down_to_the_lines_of_the_quote() -> None:
    reasoned = Assessment(level="80 %", reason="équipe complète", page="12")
    told = replace(ALICE, assessments={**ALICE.assessments, "fixe": reasoned})
    result = judge_lot(consultation(AWARD), "1", [told, BOB])
    ranked = next(one for one in result.ranked if one.bid.id == "alice")
    lines = [line.strip() for line in as_text(explain(ranked, AWARD)).splitlines()]
    for line in (
        "Prix 0 : 10 / 10  [RC 7.2]",
        "formule : 10 × le plus bas de « Prix composé » / « Prix composé »",
        "règles  : N * lowest(tout) / tout",
        "calcul  : 10 × 920 / 920 = 10",
        "arrondi : 10,00, au centième, au plus proche, un demi vers le haut (RC 7.2)",
        "le plus bas de « Prix composé » : 920",
        "Prix composé (tout) : 920  [RC 7.2]",
        "calcul  : (1 000 × 60 + 800 × 40) / 100 = 920",
        "Devis type (devis) : 800  [RC 7.2]",
        "M1 mur : 300",
        "calcul  : 3 × 100 = 300",
        "M2 : 500",
        "calcul  : 2,5 × 200 = 500",
        "appréciation « 80 % », qui vaut 0,8 ; motif : équipe complète ; page 12",
        "détaillé plus haut",
    ):
        assert line in lines


def test_the_tree_is_data_too() -> None:
    (ranked, _) = judge_lot(consultation(AWARD), "1", [ALICE, BOB]).ranked
    tree = explain(ranked, AWARD)

    def depth(one: Explanation) -> int:
        return 1 + max(map(depth, one.parts), default=0)

    assert (tree.title, tree.value, tree.maximum) == ("Total", ranked.total.value, 100)
    assert [part.title for part in tree.parts] == [criterion.name for criterion in AWARD.criteria]
    assert depth(tree) == 5  # total, criterion, value, quote, line


def test_a_broken_tie_is_told_at_the_top() -> None:
    flat = replace(TECHNICAL.criteria[0], weight=Decimal(60))
    award = replace(AWARD, criteria=(flat,), total=Decimal(60))
    result = judge_lot(consultation(award), "1", [ALICE, replace(BOB, assessments=ALICE.assessments)])
    text = as_text(explain(result.ranked[0], award))
    assert "égalité départagée par le plus bas « Prix composé » : 920 contre 958 (RC 7.1)" in text
