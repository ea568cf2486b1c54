"""« Seule la mieux classée est retenue »: every reading of the rule, on rankings small enough to follow."""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from reglo.procurement.judging.best_ranked import (
    EXHAUSTIVE,
    GREEDY,
    LINKED,
    PAIRS,
    RERANKED,
    Rank,
    Solution,
    best_ranked_kept,
)


def fixed(*order: str) -> Rank:
    """A ranking that does not depend on who is in it."""
    return lambda ids: [[bid] for bid in order if bid in ids]


def s4(offers: Mapping[str, tuple[int, int]]) -> Rank:
    """Price over 50 points, 50 × lowest / price, and the rest over 50: (price, points)."""

    def rank(ids: frozenset[str]) -> list[list[str]]:
        if not ids:
            return []
        lowest = min(offers[bid][0] for bid in ids)
        marks = {bid: Fraction(50 * lowest, offers[bid][0]) + offers[bid][1] for bid in ids}
        groups: dict[Fraction, list[str]] = {}
        for bid in sorted(ids, key=lambda bid: (-marks[bid], bid)):
            groups.setdefault(marks[bid], []).append(bid)
        return list(groups.values())

    return rank


def kept(solution: Solution) -> dict[frozenset[str], set[str]]:
    return {frozenset(outcome.kept): set(outcome.readings) for outcome in solution.outcomes}


ALL = {GREEDY, PAIRS, LINKED, RERANKED}


def test_between_two_bids_the_best_ranked_stays_and_all_readings_agree() -> None:
    solution = best_ranked_kept(
        ("alice", "bob", "chloe"), [("alice", "chloe")], fixed("bob", "alice", "chloe")
    )
    assert kept(solution) == {frozenset({"alice"}): ALL}
    assert (solution.settled, solution.exhaustive, solution.outcomes[0].stable) == (True, True, True)
    assert solution.outcomes[0].ranking == (("bob",), ("alice",))


def test_three_bids_with_one_member_in_common_leave_one() -> None:
    solution = best_ranked_kept("abcd", [("a", "c", "d")], fixed("c", "b", "a", "d"))
    assert kept(solution) == {frozenset("c"): ALL}


def test_in_a_chain_the_readings_part() -> None:
    """a and b share a member, b and c another: does c fall with b, who falls before a?"""
    solution = best_ranked_kept("abc", [("a", "b"), ("b", "c")], fixed("a", "b", "c"))
    assert kept(solution) == {frozenset("a"): {PAIRS, LINKED, RERANKED}, frozenset("ac"): {GREEDY, RERANKED}}
    assert not solution.settled
    assert solution.same_first


OFFERS = {
    "ardoise": (100_000, 45),
    "basalte": (80_000, 37),
    "calcaire": (60_000, 10),
    "dolomie": (75_000, 30),
}
LINKS = [("ardoise", "basalte"), ("calcaire", "dolomie")]


def test_the_worked_example_of_the_documentation_where_ranking_again_changes_the_winner() -> None:
    solution = best_ranked_kept(OFFERS, LINKS, s4(OFFERS))
    assert solution.initial == (("ardoise",), ("basalte",), ("dolomie",), ("calcaire",))
    assert kept(solution) == {
        frozenset({"ardoise", "dolomie"}): {GREEDY, PAIRS, LINKED, RERANKED},
        frozenset({"basalte", "dolomie"}): {RERANKED},
    }
    first = {outcome.kept: outcome.first for outcome in solution.outcomes}
    assert first == {("ardoise", "dolomie"): ("ardoise",), ("basalte", "dolomie"): ("basalte",)}
    assert not solution.same_first
    stable = {outcome.kept: outcome.stable for outcome in solution.outcomes}
    assert stable == {("ardoise", "dolomie"): False, ("basalte", "dolomie"): True}


def test_bids_level_with_each_other_give_both_outcomes() -> None:
    solution = best_ranked_kept("ab", [("a", "b")], lambda ids: [sorted(ids)])
    assert kept(solution) == {frozenset("a"): ALL, frozenset("b"): ALL}


def test_a_bid_that_is_not_ranked_takes_no_part() -> None:
    solution = best_ranked_kept("ab", [("a", "b")], fixed("b"))
    assert kept(solution) == {frozenset(): ALL}
    assert solution.outcomes[0].removed == ()


def test_many_bids_in_conflict_are_answered_soon_and_say_what_was_not_tried() -> None:
    names = [f"{number:02}" for number in range(40)]
    started = time.process_time()
    solution = best_ranked_kept(names, list(combinations(names, 2)), fixed(*names))
    assert time.process_time() - started < 10
    assert (solution.exhaustive, solution.outcomes[0].kept) == (False, ("00",))


PRICES = st.lists(st.tuples(st.integers(50, 120), st.integers(0, 50)), min_size=2, max_size=6)


@settings(max_examples=60, deadline=None)
@given(PRICES, st.data())
def test_no_outcome_keeps_two_linked_bids_nor_drops_one_needlessly(
    offers: list[tuple[int, int]], data: st.DataObject
) -> None:
    named = {f"b{place}": offer for place, offer in enumerate(offers)}
    pairs = list(combinations(named, 2))
    links = data.draw(st.lists(st.sampled_from(pairs), unique=True, max_size=4))
    solution = best_ranked_kept(named, links, s4(named))
    assert len(named) <= EXHAUSTIVE
    assert solution.exhaustive
    involved = {bid for link in links for bid in link}
    for outcome in solution.outcomes:
        assert set(outcome.kept) | set(outcome.removed) == involved
        assert not any(set(link) <= set(outcome.kept) for link in links)
        linked = {other for link in links for other in link if set(link) & set(outcome.kept)}
        if GREEDY in outcome.readings:
            assert set(outcome.removed) <= linked
    assert best_ranked_kept(list(reversed(named)), links, s4(named)) == solution
