"""« Seule la mieux classée est retenue » : which bids stay when an operator is in several (S4, GR-04).

The rule depends on the ranking, and the ranking on who is in it: removing a bid moves the lowest
price, hence the marks. So the rule has several admissible readings; all are worked out, and what
they disagree on is a question for a person, not a guess. ``docs/exclusivity.md`` tells the same
with a worked example.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache

# The bids to rank -> groups of bids, best first, equals together. Bids it leaves out are not ranked.
Rank = Callable[[frozenset[str]], Sequence[Sequence[str]]]

EXHAUSTIVE = 12  # bids in conflict up to which every order of elimination is tried

GREEDY = (
    "classement initial, de la première à la dernière : une offre tombe si elle est liée à une offre gardée"
)
PAIRS = "classement initial, deux à deux : une offre tombe si une offre liée la précède"
LINKED = "classement initial, par ensemble d'offres liées : une seule reste"
RERANKED = "une élimination à la fois, en reclassant après chacune"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Bids kept under some readings, and the ranking between them.

    ``stable``: each bid removed, put back alone among those kept, is still behind one it is linked to.
    """

    kept: tuple[str, ...]  # of the bids in conflict
    removed: tuple[str, ...]
    ranking: tuple[tuple[str, ...], ...]  # everyone left, marks computed without the removed ones
    readings: tuple[str, ...]
    stable: bool

    @property
    def first(self) -> tuple[str, ...]:
        """The bid ranked first, several when equal, none without a ranking."""
        return self.ranking[0] if self.ranking else ()


@dataclass(frozen=True, slots=True)
class Solution:
    """Every outcome of the rule; ``exhaustive`` when every order of elimination was tried."""

    initial: tuple[tuple[str, ...], ...]
    outcomes: tuple[Outcome, ...]
    exhaustive: bool
    rankings: int  # how many were computed

    @property
    def settled(self) -> bool:
        """Whether every reading keeps the same bids."""
        return len(self.outcomes) == 1

    @property
    def same_first(self) -> bool:
        """Whether the first bid is the same in every outcome."""
        return len({outcome.first for outcome in self.outcomes}) == 1


def best_ranked_kept(bids: Iterable[str], linked: Iterable[Iterable[str]], rank: Rank) -> Solution:
    """Work out every reading of the rule.

    bids: all the bids of the lot. linked: sets of bids that have one operator in common, each bid of
    a set being linked to the others. Bids the ranking leaves out take no part.

    >>> def rank(ids):
    ...     return [[each] for each in ("alice", "bob", "chloe") if each in ids]
    >>> best_ranked_kept(("alice", "bob", "chloe"), [("alice", "bob")], rank).outcomes[0].kept
    ('alice',)
    """
    everyone = frozenset(bids)
    solver = _Solver(rank, everyone, linked)
    first = solver.rank(everyone)
    found: dict[frozenset[str], list[str]] = {}
    for reading, survivors in (
        (GREEDY, solver.greedy(first)),
        (PAIRS, solver.pairs(first)),
        (LINKED, solver.linked_sets(first)),
        (RERANKED, solver.one_at_a_time()),
    ):
        for kept in survivors:
            found.setdefault(kept, []).append(reading)
    outcomes = [solver.outcome(kept, readings) for kept, readings in found.items()]
    outcomes.sort(key=lambda outcome: (-len(outcome.readings), outcome.kept))
    return Solution(first, tuple(outcomes), solver.exhaustive, solver.calls)


class _Solver:
    def __init__(self, rank: Rank, everyone: frozenset[str], linked: Iterable[Iterable[str]]) -> None:
        self.calls = 0
        self.rank = cache(self._counted)
        self._rank = rank
        ranked = {bid for group in self.rank(everyone) for bid in group}
        self._everyone = everyone
        self._links: dict[str, frozenset[str]] = {}
        for one in linked:
            together = frozenset(one) & ranked
            for bid in together:
                self._links[bid] = self._links.get(bid, frozenset()) | (together - {bid})
        self._involved = frozenset(bid for bid, others in self._links.items() if others)
        self.exhaustive = len(self._involved) <= EXHAUSTIVE

    def _counted(self, bids: frozenset[str]) -> tuple[tuple[str, ...], ...]:
        self.calls += 1
        return tuple(tuple(sorted(group)) for group in self._rank(bids))

    # --- Readings of the initial ranking; equals give one outcome each way ---------------------

    def greedy(self, ranking: Sequence[Sequence[str]]) -> set[frozenset[str]]:
        kept: set[frozenset[str]] = {frozenset()}
        for group in ranking:
            here = self._only_involved(group)
            kept = {
                each | choice
                for each in kept
                for choice in self._largest(frozenset(bid for bid in here if not self._links[bid] & each))
            }
        return kept

    def _largest(self, equals: frozenset[str]) -> set[frozenset[str]]:
        """Every choice among equals that keeps no two linked bids and to which none can be added."""
        return {
            choice
            for choice in self._split_equals(equals)
            if all(self._links[bid] & choice for bid in equals - choice)
        }

    def pairs(self, ranking: Sequence[Sequence[str]]) -> set[frozenset[str]]:
        places = _places(ranking)
        beaten = {
            bid for bid in self._involved if any(places[other] < places[bid] for other in self._links[bid])
        }
        return self._split_equals(self._involved - beaten)

    def linked_sets(self, ranking: Sequence[Sequence[str]]) -> set[frozenset[str]]:
        places = _places(ranking)
        choices: set[frozenset[str]] = {frozenset()}
        for together in self._components():
            best = min(places[bid] for bid in together)
            firsts = [bid for bid in together if places[bid] == best]
            choices = {each | {bid} for each in choices for bid in firsts}
        return choices

    def _split_equals(self, kept: frozenset[str]) -> set[frozenset[str]]:
        """Every way to leave one of each pair of linked bids that stand equal."""
        for bid in sorted(kept):
            rivals = kept & self._links[bid]
            if rivals:
                return self._split_equals(kept - rivals) | self._split_equals(kept - {bid})
        return {kept}

    def _components(self) -> list[frozenset[str]]:
        left, found = set(self._involved), []
        while left:
            together, edge = set(), {min(left)}
            while edge:
                together |= edge
                edge = {other for bid in edge for other in self._links[bid]} - together
            left -= together
            found.append(frozenset(together))
        return found

    # --- One elimination at a time ------------------------------------------------------------

    def one_at_a_time(self) -> set[frozenset[str]]:
        """Where the eliminations can end; in any order up to ``EXHAUSTIVE`` bids, else from either end."""
        seen: set[frozenset[str]] = set()
        ends: set[frozenset[str]] = set()
        todo = [self._involved]
        while todo:
            standing = todo.pop()
            if standing in seen:
                continue
            seen.add(standing)
            losers = self._losers(standing)
            if not losers:
                ends.add(standing)
            todo += [standing - {loser} for loser in losers]
        return ends

    def _losers(self, standing: frozenset[str]) -> list[str]:
        """Bids that may be eliminated next: behind, or level with, a linked bid still standing."""
        places = _places(self.rank(self._everyone - (self._involved - standing)))
        losers = [
            bid
            for bid in sorted(standing, key=lambda each: (places[each], each))
            if any(places[other] <= places[bid] for other in self._links[bid] & standing)
        ]
        return losers if self.exhaustive else list(dict.fromkeys([*losers[:1], *losers[-1:]]))

    # --- Results ------------------------------------------------------------------------------

    def outcome(self, kept: frozenset[str], readings: list[str]) -> Outcome:
        removed = self._involved - kept
        left = self._everyone - removed
        stable = all(self._beaten(bid, left) for bid in removed)
        return Outcome(tuple(sorted(kept)), tuple(sorted(removed)), self.rank(left), tuple(readings), stable)

    def _beaten(self, bid: str, left: frozenset[str]) -> bool:
        places = _places(self.rank(left | {bid}))
        return any(places[other] <= places[bid] for other in self._links[bid] & left)

    def _only_involved(self, group: Sequence[str]) -> list[str]:
        return [bid for bid in group if bid in self._involved]


def _places(ranking: Sequence[Sequence[str]]) -> dict[str, int]:
    return {bid: place for place, group in enumerate(ranking) for bid in group}
