"""Ranks 1, 1, 3; ties by the RC's rules, told in French, or stopped with a question."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from tests.procurement.cast import bid, consultation, shares

from reglo.procurement.award import Award, AwardCriterion, Input, Method, TieBreak, TieRule
from reglo.procurement.judging.judgement import LotResult
from reglo.procurement.judging.scoring import judge_lot

AWARD = Award(
    criteria=(
        AwardCriterion(
            id="prix", name="Prix", weight=Decimal(50), method=Method.INVERSE, of="montant", price=True
        ),
        AwardCriterion(id="qualite", name="Qualité", weight=Decimal(50), method=Method.SCALE, scale="grille"),
    ),
    inputs=(Input(id="montant", name="Montant"), Input(id="rabais", name="Rabais")),
    scales=(shares("grille", 100, 90, 75, 50, 40, 0),),
)
BEST_PRICE_MARK = TieBreak(rule=TieRule.BEST_MARK, criterion="prix", source="RC 7.2")
CHEAPEST = TieBreak(rule=TieRule.LOWEST, of="montant", source="RC 7.1.1")


def ranked(award: Award, **bids: tuple[str, str]) -> LotResult:
    """Bids by id: price and level."""
    given = [
        bid(name, inputs={"montant": price, "rabais": "1"}, levels={"qualite": f"{level} %"})
        for name, (price, level) in bids.items()
    ]
    return judge_lot(consultation(award), "1", given)


def ranks(result: LotResult) -> dict[str, int | None]:
    return {one.bid.id: one.rank for one in result.ranked}


def codes(result: LotResult) -> list[str]:
    return [finding.code for finding in result.findings]


def test_after_two_first_bids_comes_the_third() -> None:
    result = ranked(AWARD, c=("100", "100"), a=("100", "100"), b=("200", "0"))
    assert ranks(result) == {"a": 1, "c": 1, "b": 3}
    assert codes(result) == ["RANG-01"]
    assert result.winner is None
    assert "une personne doit trancher" in str(result.findings[0])


def test_a_tie_elsewhere_than_first_is_shared_and_only_told() -> None:
    result = ranked(AWARD, a=("100", "100"), b=("200", "50"), c=("200", "50"), d=("200", "0"))
    assert ranks(result) == {"a": 1, "b": 2, "c": 2, "d": 4}
    assert codes(result) == ["RANG-02"]
    assert result.winner is not None


def test_s3_breaks_a_tie_by_the_better_price_mark_and_says_so() -> None:
    award = replace(AWARD, ties=(BEST_PRICE_MARK,))
    result = ranked(award, a=("100", "50"), b=("200", "100"))  # 50 + 25, 25 + 50
    assert ranks(result) == {"a": 1, "b": 2}
    first, second = result.ranked
    assert first.tie_broken_by == (
        "égalité départagée par la meilleure note sur « Prix » : 50 contre 25 (RC 7.2)"
    )
    assert second.tie_broken_by.endswith("25 contre 50 (RC 7.2)")
    assert codes(result) == []


def test_s4_breaks_a_tie_by_the_lowest_price() -> None:
    award = replace(AWARD, ties=(CHEAPEST,))
    result = ranked(award, b=("200", "100"), a=("100", "50"))
    assert [one.bid.id for one in result.ranked] == ["a", "b"]
    assert "le plus bas « Montant » : 100 contre 200" in result.ranked[0].tie_broken_by


def test_a_rule_for_the_first_place_only_leaves_other_ties_shared() -> None:
    rule = replace(BEST_PRICE_MARK, first_place_only=True)
    bids = {"a": ("100", "100"), "b": ("125", "50"), "c": ("200", "80")}
    award = replace(AWARD, scales=(shares("grille", 100, 80, 50, 0),), ties=(rule,))
    assert ranks(ranked(award, **bids)) == {"a": 1, "b": 2, "c": 2}
    assert ranks(ranked(replace(award, ties=(BEST_PRICE_MARK,)), **bids)) == {"a": 1, "b": 2, "c": 3}


def test_rules_apply_in_order_and_a_tie_they_leave_is_asked() -> None:
    second = TieBreak(rule=TieRule.LOWEST, of="montant")
    award = replace(AWARD, ties=(TieBreak(rule=TieRule.BEST_MARK, criterion="qualite"), second))
    result = ranked(award, a=("100", "50"), b=("100", "50"), c=("200", "100"))
    assert ranks(result) == {"c": 1, "a": 2, "b": 2}
    left = ranked(award, a=("100", "50"), b=("100", "50"))
    assert ranks(left) == {"a": 1, "b": 1}
    assert "après application des règles de départage" in str(left.findings[0])


def test_a_tie_broken_in_two_steps_tells_both() -> None:
    quality = AwardCriterion(id="autre", name="Autre", weight=Decimal(0), method=Method.SCALE, scale="grille")
    award = replace(
        AWARD,
        criteria=(*AWARD.criteria, quality),
        ties=(TieBreak(rule=TieRule.LOWEST, of="montant"), TieBreak(rule=TieRule.LOWEST, of="rabais")),
    )
    bids = [
        bid(name, inputs={"montant": price, "rabais": discount}, levels={"qualite": level, "autre": "0 %"})
        for name, price, discount, level in (
            ("a", "100", "3", "50 %"),
            ("b", "100", "2", "50 %"),
            ("c", "200", "1", "100 %"),
        )
    ]
    result = judge_lot(consultation(award), "1", bids)
    assert [one.bid.id for one in result.ranked] == ["b", "a", "c"]
    assert " ; puis " in result.ranked[0].tie_broken_by
