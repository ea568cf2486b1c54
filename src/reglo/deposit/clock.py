"""The reference clock: the database's, followed between two readings by a counter nobody can step.

A node's own time of day is only compared with it. The instant of a byte is thus the same whatever
node received it, and a node whose clock is wrong is found out before it misleads anybody (V3).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MAX_SKEW = 1.0  # seconds between a node and the reference


@dataclass(frozen=True, slots=True)
class Reading:
    """One comparison. Both in seconds."""

    skew: float  # node's time of day less the reference's
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
        self._doubt = math.inf  # by how much it may be wrong
        self.last = self.check()

    def _measure(self) -> tuple[float, float]:
        """(half the round trip, reference less counter) of the quickest of three readings."""
        tries = []
        for _ in range(3):
            before = self._counter()
            given = self._reference().timestamp()
            after = self._counter()
            tries.append(((after - before) / 2, given - (before + after) / 2))
        return min(tries)

    def _skew(self) -> float:
        """Node less reference, of the quickest of three readings."""
        tries = []
        for _ in range(3):
            before, wall, after = self._counter(), self._wall(), self._counter()
            tries.append((after - before, wall - self._base - (before + after) / 2))
        return min(tries)[1]

    def check(self) -> Reading:
        """Compare again, and follow the reference from there.

        What waited for a connection, or for its turn on a busy machine, tells the reference to half its wait:
        such a reading changes nothing that it does not contradict, or the rush of the last minute would move
        the instants of bids, and each node believe itself astray.
        """
        doubt, base = self._measure()
        moved, step = base - self._base, 0.0
        if abs(moved) > doubt:
            step = moved if abs(moved) > doubt + self._doubt else 0.0
            self._base, self._doubt = base, doubt
        self.last = Reading(self._skew(), step)
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
