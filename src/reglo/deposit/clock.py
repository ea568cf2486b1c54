"""The reference clock: the database's, followed between two readings by a counter nobody can step.

A node's own time of day is only compared with it. The instant of a byte is thus the same whatever
node received it, and a node whose clock is wrong is found out before it misleads anybody (V3).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MAX_SKEW = 1.0  # seconds between a node and the reference


@dataclass(frozen=True, slots=True)
class Reading:
    """One comparison. All in seconds."""

    skew: float  # node's time of day less the reference's
    round_trip: float
    step: float  # how far the reference moved against the counter since the reading before


class ReferenceClock:
    """Gives reference instants between readings.

    reference: reads the reference clock. wall, counter: the node's own, replaced by tests.
    """

    def __init__(
        self,
        reference: Callable[[], datetime],
        wall: Callable[[], float] = time.time,
        counter: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reference, self._wall, self._counter = reference, wall, counter
        self._base = 0.0  # reference less counter
        self.last = Reading(0.0, 0.0, 0.0)
        self._base = self._measure()[0]
        self.check()

    def _measure(self) -> tuple[float, float, float]:
        """(reference less counter, node less reference, round trip) of the quickest of three readings."""
        tries = []
        for _ in range(3):
            before = self._counter()
            given = self._reference().timestamp()
            wall, after = self._wall(), self._counter()
            middle = (before + after) / 2
            tries.append((after - before, given - middle, wall - (after - middle) - given))
        round_trip, base, skew = min(tries)
        return base, skew, round_trip

    def check(self) -> Reading:
        """Compare again, and follow the reference from there."""
        base, skew, round_trip = self._measure()
        self.last = Reading(skew, round_trip, base - self._base)
        self._base = base
        return self.last

    @property
    def trusted(self) -> bool:
        """Whether node and reference agree well enough to date a bid."""
        return abs(self.last.skew) <= MAX_SKEW

    def now(self) -> datetime:
        """The reference instant, in UTC."""
        return self.at(self._counter())

    def at(self, counter: float) -> datetime:
        """The reference instant of a reading of the counter."""
        return datetime.fromtimestamp(0, UTC) + timedelta(seconds=self._base + counter)

    def tick(self) -> float:
        """The counter, to date an event later with ``at``."""
        return self._counter()
