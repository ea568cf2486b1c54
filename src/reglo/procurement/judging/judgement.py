"""The result of a judgement: exact marks, ranks, reasons. Pure data, made by ``scoring`` and ``ranking``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from reglo.procurement.award import AwardCriterion, Rounding
from reglo.procurement.bid import Bid, Standing
from reglo.procurement.consultation import Lot
from reglo.procurement.findings import Finding


@dataclass(frozen=True, slots=True)
class Because:
    """Why a mark is what it is: the formula as the RC prints it, the values put in it, the article."""

    formula: str  # "30 * lowest(entretien) / entretien"
    values: tuple[tuple[str, Fraction | str], ...]  # ("lowest(entretien)", 7400), ("entretien", 8110)
    article: str


@dataclass(frozen=True, slots=True)
class Score:
    """A mark on one criterion, sub-criterion or the total (``criterion`` None).

    ``exact``: before rounding at this stage; ``value``: what counts from here on (equal to
    ``exact`` unless ``rounding``); both in points, 0 <= value <= maximum. A formula of the RC
    that leaves these bounds is applied as printed and reported as unlawful (INV-01, INV-09).
    """

    criterion: AwardCriterion | None
    maximum: Fraction
    exact: Fraction
    value: Fraction
    rounding: Rounding | None
    because: Because
    parts: tuple[Score, ...] = ()


@dataclass(frozen=True, slots=True)
class BidResult:
    """A ranked bid. ``rank`` is None while a tie for it waits for a decision."""

    bid: Bid
    rank: int | None
    total: Score
    figures: Mapping[str, Fraction]  # every input, quote and value, by id
    tie_broken_by: str = ""  # what separated it from bids with the same total, in French


@dataclass(frozen=True, slots=True)
class PutAside:
    """A bid that is not ranked, and why."""

    bid: Bid
    reason: str
    told: Finding | None = None  # the finding whose cause the reason repeats


@dataclass(frozen=True, slots=True)
class LotResult:
    """One lot judged: ranked bids best first, bids put aside, alerts and questions."""

    lot: Lot
    ranked: tuple[BidResult, ...]
    put_aside: tuple[PutAside, ...]
    findings: tuple[Finding, ...]  # low-bid alerts, faults in offers, ties to settle
    left_out: tuple[Finding, ...] = ()  # what keeps an offer that was typed from being tied to this lot

    @property
    def remarks(self) -> tuple[Finding, ...]:
        """The findings that no reason of a bid put aside already tells."""
        told = [id(aside.told) for aside in self.put_aside]
        return tuple(finding for finding in self.findings if id(finding) not in told)

    @property
    def to_process(self) -> tuple[PutAside, ...]:
        """Admitted bids that could not be marked: a figure, an appreciation or a decision is missing."""
        return tuple(aside for aside in self.put_aside if aside.bid.standing is Standing.ADMITTED)

    @property
    def provisional(self) -> bool:
        """Whether the ranking may still change, an admitted bid or one typed amiss being left out of it."""
        return bool(self.to_process or self.left_out)

    @property
    def winner(self) -> BidResult | None:
        """The bid ranked first alone; None without bids or while a tie waits."""
        first = [result for result in self.ranked if result.rank == 1]
        return first[0] if len(first) == 1 else None


@dataclass(frozen=True, slots=True)
class Judgement:
    """Every lot judged by one set of rules (V6: same rules and bids, same result)."""

    reference: str
    rules_digest: str  # sha256 of the rules file's bytes
    lots: tuple[LotResult, ...]
    findings: tuple[Finding, ...] = ()  # what concerns no lot in particular
