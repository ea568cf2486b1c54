"""Operators in several bids: by SIREN, with each regulation's sanction."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tests.procurement.cast import bid as cast_bid
from tests.procurement.cast import consultation as cast_consultation

from reglo.procurement.award import Award
from reglo.procurement.bid import Bid, Operator, Standing
from reglo.procurement.consultation import Choice, Consultation, OpenPoint
from reglo.procurement.findings import Severity
from reglo.procurement.pieces.exclusivity import Exclusivities, conflicts, ranked_together
from reglo.procurement.requirements import Exclusivity, ExclusivitySanction, Grouping

A, B, C, D = "732829320", "552100554", "002052538", "002053064"


def rules(*lots: str, exclusivity: bool = True, **more: Any) -> Consultation:
    said = {
        "single_and_member": True,
        "member_of_several": True,
        "sanction": ExclusivitySanction.ALL_ELIMINATED,
    }
    rule = Exclusivity(source="RC 4", **{**said, **more}) if exclusivity else None
    return cast_consultation(Award(criteria=()), *lots, grouping=Grouping(exclusivity=rule))


def offer(name: str, *operators: tuple[str, str] | Operator, lot: str = "1", **more: Any) -> Bid:
    known = [
        one if isinstance(one, Operator) else Operator(name=f"Société {one[0]}", siren=one[0], role=one[1])
        for one in operators
    ]
    return cast_bid(name, lot=lot, operators=tuple(known), **more)


def codes(found: Exclusivities) -> list[str]:
    return [finding.code for finding in found.findings]


ALONE = offer("alone", (A, ""))
GROUP = offer("group", (B, "mandataire"), (A, "membre"))
OTHER = offer("other", (C, "mandataire"), (A, "membre"))
THIRD = offer("third", (C, "mandataire"), (D, "membre"))


def test_bids_without_a_common_operator_are_not_in_conflict() -> None:
    found = conflicts(rules(), [ALONE, THIRD])
    assert (found.conflicts, found.findings) == ((), ())


@pytest.mark.parametrize("bids", [[ALONE, GROUP], [GROUP, OTHER]])
def test_s3_all_the_bids_of_an_operator_present_twice_are_concerned(bids: list[Bid]) -> None:
    found = conflicts(rules(), [*bids, offer("out", (D, ""))])
    assert found.eliminated == {"": tuple(sorted(bid.id for bid in bids))}
    assert (codes(found), found.blocking) == (["GROUPE-01"], True)
    assert "Une personne en décide." in found.findings[0].mend_text
    assert found.findings[0].source_text.startswith("RC 4 ; CCP R.2142-21")


def test_a_ranking_says_which_of_its_bids_the_rc_forbids_together() -> None:
    (told,) = ranked_together(rules(), [ALONE, GROUP, THIRD])
    assert (told.code, told.weight) == ("GROUPE-15", Severity.TO_CHECK)
    assert "« Société 732829320 » (SIREN 732829320) est candidat seul" in told.cause_text
    put_aside = offer("group", (B, "mandataire"), (A, "membre"), standing=Standing.IRREGULAR)
    assert ranked_together(rules(), [ALONE, put_aside]) == ()
    assert ranked_together(rules(exclusivity=False), [ALONE, GROUP]) == ()


def test_the_same_company_alone_for_several_lots_is_one_candidate() -> None:
    bids = [offer("a", (A, ""), lot="1"), offer("b", (A, ""), lot="2")]
    assert conflicts(rules("1", "2"), bids).findings == ()


def test_one_tenderer_with_two_bids_for_a_lot_is_a_matter_of_successive_deposits() -> None:
    found = conflicts(rules(), [offer("a", (A, "")), offer("b", (A, ""))])
    assert (found.conflicts, codes(found), found.blocking) == ((), ["GROUPE-05"], False)


def test_the_ban_holds_for_the_contract_or_lot_by_lot() -> None:
    bids = [offer("alone", (A, ""), lot="1"), offer("group", (B, "mandataire"), (A, "membre"), lot="2")]
    assert len(conflicts(rules("1", "2"), bids).conflicts) == 1
    assert conflicts(rules("1", "2", scope="lot"), bids).conflicts == ()


def test_what_the_rc_does_not_ban_is_only_said() -> None:
    found = conflicts(rules(member_of_several=False), [GROUP, OTHER])
    assert (found.conflicts, codes(found)) == ((), ["GROUPE-07"])
    assert codes(conflicts(rules(exclusivity=False), [ALONE, GROUP])) == ["GROUPE-07"]


def test_a_subcontractor_counts_only_when_the_rc_says_so() -> None:
    sub = offer("sub", (B, ""), (A, "sous-traitant"))
    assert codes(conflicts(rules(), [ALONE, sub])) == ["GROUPE-06"]
    assert conflicts(rules(subcontractors_count=True), [ALONE, sub]).eliminated == {"": ("alone", "sub")}


def test_r_2142_23_nobody_leads_two_groupings() -> None:
    bids = [offer("a", (A, "mandataire"), (B, "membre")), offer("b", (A, "mandataire"), (C, "membre"))]
    assert "GROUPE-03" in codes(conflicts(rules(exclusivity=False), bids))
    apart = [bids[0], offer("b", (A, "mandataire"), (C, "membre"), lot="2")]
    assert "GROUPE-03" not in codes(conflicts(rules("1", "2", exclusivity=False), apart))


def test_r_2142_4_one_person_for_two_candidates_is_to_check() -> None:
    bids = [
        offer("a", Operator(name="A", siren=A, represented_by="Léa ROUX")),
        offer("b", Operator(name="B", siren=B, represented_by="lea roux")),
    ]
    found = conflicts(rules(), bids)
    assert [(one.code, one.weight) for one in found.findings] == [("GROUPE-04", Severity.TO_CHECK)]


def test_without_siren_a_common_name_is_flagged_not_concluded() -> None:
    bids = [
        offer("a", Operator(name="Béton SA")),
        offer("b", (B, "mandataire"), Operator(name="BETON", role="membre")),
    ]
    found = conflicts(rules(), bids)
    assert (found.conflicts, codes(found)) == ((), ["GROUPE-08", "GROUPE-09"])


def test_late_and_withdrawn_bids_do_not_count() -> None:
    late = offer("group", (B, "mandataire"), (A, "membre"), standing=Standing.LATE)
    assert conflicts(rules(), [ALONE, late]).conflicts == ()


BEST = {"sanction": ExclusivitySanction.BEST_RANKED_KEPT}


def ranking(*order: str) -> Any:
    return lambda ids: [[bid] for bid in order if bid in ids]


def test_s4_the_best_ranked_is_kept_and_the_others_proposed_for_elimination() -> None:
    bids = [ALONE, GROUP, THIRD]
    found = conflicts(rules(**BEST), bids, {"1": ranking("third", "group", "alone")})
    assert found.eliminated == {"1": ("alone",)}
    assert codes(found) == ["GROUPE-02", "GROUPE-12"]


def test_s4_a_variant_stands_or_falls_with_the_base_offer_of_its_bidder() -> None:
    best = rules(sanction=ExclusivitySanction.BEST_RANKED_KEPT)
    variant = offer("variant", (B, "mandataire"), (A, "membre"))
    for order, removed in (
        (["variant", "alone", "group"], ("alone",)),
        (["alone", "variant", "group"], ("group", "variant")),
    ):
        ranking = {"1": lambda ids, order=order: [[one] for one in order if one in ids]}
        found = conflicts(best, [ALONE, GROUP, variant], ranking)
        assert (found.eliminated, found.solutions["1"].settled) == ({"1": removed}, True)


def test_s4_without_a_ranking_the_outcome_is_asked_not_guessed() -> None:
    found = conflicts(rules(**BEST), [ALONE, GROUP])
    assert (found.eliminated, codes(found)) == ({}, ["GROUPE-02", "GROUPE-10"])


def test_s4_readings_that_part_are_a_question() -> None:
    chain = [
        offer("a", (A, "mandataire"), (B, "membre")),
        offer("b", (C, "mandataire"), (B, "membre"), (D, "membre")),
        offer("c", ("002054120", "mandataire"), (D, "membre")),
    ]
    found = conflicts(rules(**BEST), chain, {"1": ranking("a", "b", "c")})
    assert found.eliminated == {}
    (question,) = [one for one in found.findings if one.code == "GROUPE-11"]
    assert question.weight is Severity.BLOCKING
    assert "La première reste « a »" in question.mend_text


def test_s4_a_conflict_already_decided_asks_nothing_more() -> None:
    decided = offer("alone", (A, ""), standing=Standing.EXCLUDED)
    found = conflicts(rules(**BEST), [decided, GROUP], {"1": ranking("group")})
    assert (found.blocking, found.eliminated, codes(found)) == (False, {}, ["GROUPE-02"])


def test_the_best_ranked_means_nothing_across_lots() -> None:
    bids = [offer("alone", (A, ""), lot="1"), offer("group", (B, "mandataire"), (A, "membre"), lot="2")]
    ranks = {"1": ranking("alone"), "2": ranking("group")}
    assert "GROUPE-13" in codes(conflicts(rules("1", "2", **BEST), bids, ranks))


def test_a_sanction_left_open_by_the_rc_is_recalled() -> None:
    choice = Choice(id="x", label="Toutes", set={"grouping.exclusivity.sanction": "all_eliminated"})
    point = OpenPoint(id="p", question="Les deux sont écrits.", choices=(choice,))
    base = rules()
    one = cast_consultation(Award(criteria=()), grouping=base.grouping, open_points=(point,))
    assert "GROUPE-14" in codes(conflicts(one, [ALONE, GROUP]))


def test_the_order_of_the_bids_changes_nothing() -> None:
    bids = [ALONE, GROUP, OTHER, THIRD, offer("x", (D, ""))]
    expected = conflicts(rules(), bids)
    for seed in range(10):
        shuffled = bids.copy()
        random.Random(seed).shuffle(shuffled)
        assert conflicts(rules(), shuffled) == expected
