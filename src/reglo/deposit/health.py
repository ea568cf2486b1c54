"""What works beside the requests: the clock compared, health sampled each second, receipts stamped.

The samples are what the platform will show of itself, minute by minute, to whoever doubts it worked.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import resource
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg_pool import PoolTimeout

import reglo
from reglo.adapters.storage import StorageFailed
from reglo.deposit import acts, receipts
from reglo.deposit.app import DepositApp
from reglo.deposit.database import Pool, at_once
from reglo.procurement.findings import Refused

log = logging.getLogger("reglo.deposit")

_PROBE_EVERY = 5  # seconds between durable writes of the sampler
_EXPIRE_EVERY = 60
_KEPT_WHILE_DOWN = 3600  # samples waiting for the database to come back


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One second of a node's life. Columns of the ``health`` table."""

    node: str
    at: datetime
    skew_ms: int
    database_ms: int
    storage_ms: int | None
    loop_ms: int
    requests: int
    received: int
    memory_mb: int
    free_mb: int | None
    fault: str


def memory_mb() -> int:
    """Resident memory of this process."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize() >> 20
    except (OSError, ValueError):  # not Linux: the peak, for want of better
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


class Keeper:
    """The background work of one node. ``revive``: called when the database is gone (the embedded one)."""

    def __init__(self, app: DepositApp, revive: Callable[[], None] | None = None) -> None:
        self.app, self.platform = app, app.platform
        self.revive = revive
        self.waiting: deque[Sample] = deque(maxlen=_KEPT_WHILE_DOWN)
        self.received = 0
        self.authority_fault = ""
        self.storage_fault = ""
        self.started_at = self.platform.clock.now()
        self.tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self.app.in_thread(self._started)
        for work in (self._sample, self._after_deposits, self._expire):
            self.tasks.append(asyncio.create_task(work()))

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        with contextlib.suppress(psycopg.Error, PoolTimeout):
            await self.app.in_thread(self._stopped)

    def _started(self) -> None:
        with self.platform.pool.connection() as connection:
            connection.execute(
                "INSERT INTO nodes (node, started_at, version) VALUES (%s, %s, %s)",
                (self.platform.node, self.started_at, reglo.__version__),
            )
        receipts.settle_uploads(self.platform)

    def _stopped(self) -> None:
        with self.platform.pool.connection() as connection:
            connection.execute(
                "UPDATE nodes SET stopped_at = %s WHERE node = %s AND started_at = %s",
                (self.platform.clock.now(), self.platform.node, self.started_at),
            )

    # --- Each second --------------------------------------------------------------------------

    async def _sample(self) -> None:
        loop = asyncio.get_running_loop()
        due, count = loop.time(), 0
        while True:
            due += 1
            await asyncio.sleep(max(due - loop.time(), 0))
            late = loop.time() - due
            if late > 5:
                due = loop.time()
            try:
                await self.app.in_thread(self._sample_now, round(late * 1000), count % _PROBE_EVERY == 0)
            except Exception:
                log.exception("mesure de santé")
            count += 1

    def _sample_now(self, loop_ms: int, probe: bool) -> None:
        platform, faults = self.platform, []
        began = time.monotonic()
        try:
            platform.clock.check()
            down = ""
        except (psycopg.Error, PoolTimeout) as error:
            down = "base de données muette"
            log.warning("%s : %s", down, error)
        database_ms = round((time.monotonic() - began) * 1000)
        if not platform.clock.trusted:
            faults.append("horloge décalée")
        if abs(platform.clock.last.step) > 1:
            faults.append(f"l'horloge de référence a sauté de {platform.clock.last.step:+.1f} s")
        storage_ms = self._probe() if probe else None
        faults += [fault for fault in (down, self.storage_fault) if fault]
        self.app.fault = " ; ".join(faults)
        faults += [self.authority_fault] if self.authority_fault else []
        free = platform.storage.free_bytes()
        received, self.received = self.app.received - self.received, self.app.received
        self.waiting.append(
            Sample(
                node=platform.node,
                at=platform.clock.now(),
                skew_ms=round(platform.clock.last.skew * 1000),
                database_ms=database_ms,
                storage_ms=storage_ms,
                loop_ms=loop_ms,
                requests=self.app.requests,
                received=received,
                memory_mb=memory_mb(),
                free_mb=None if free is None else free >> 20,
                fault=" ; ".join(faults),
            )
        )
        if down:
            if self.revive is not None:
                self.revive()
        else:
            self._write()

    def _probe(self) -> int | None:
        began = time.monotonic()
        try:
            self.platform.storage.probe()
        except StorageFailed as error:
            self.storage_fault = error.why
            return None
        self.storage_fault = ""
        return round((time.monotonic() - began) * 1000)

    def _write(self) -> None:
        """Write what waits, samples taken while the database was away included."""
        with self.platform.pool.connection() as connection:
            connection.execute("SET LOCAL synchronous_commit = off")
            connection.cursor().executemany(
                """INSERT INTO health (node, at, skew_ms, database_ms, storage_ms, loop_ms, requests,
                                       received, memory_mb, free_mb, fault)
                   VALUES (%(node)s, %(at)s, %(skew_ms)s, %(database_ms)s, %(storage_ms)s, %(loop_ms)s,
                           %(requests)s, %(received)s, %(memory_mb)s, %(free_mb)s, %(fault)s)
                   ON CONFLICT DO NOTHING""",
                [asdict(sample) for sample in self.waiting],
            )
        self.waiting.clear()

    # --- After a deposit, and now and then -------------------------------------------------------

    async def _after_deposits(self) -> None:
        """Settle and stamp as deposits come; ask a silent authority again, less and less often."""
        pause = 5.0
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):  # wait_for may forget that it was cancelled (Python 3.11)
                    await self.app.news.wait()
            self.app.news.clear()
            try:
                while await self.app.in_thread(receipts.stamp_deposits, self.platform):
                    stamped, self.app.stamped = self.app.stamped, asyncio.Event()
                    stamped.set()
                self.authority_fault, pause = "", 5.0
            except Refused as refused:
                self.authority_fault = refused.findings[0].cause_text
                pause = min(pause * 2, 60.0)
            except (psycopg.Error, PoolTimeout) as error:
                log.warning("horodatage : %s", error)
            try:
                await self.app.in_thread(receipts.settle_uploads, self.platform)
            except (psycopg.Error, PoolTimeout, StorageFailed) as error:
                log.warning("rangement : %s", error)

    async def _expire(self) -> None:
        while True:
            await asyncio.sleep(_EXPIRE_EVERY)
            try:
                await self.app.in_thread(acts.expire_uploads, self.platform)
            except (psycopg.Error, PoolTimeout, StorageFailed) as error:
                log.warning("expiration : %s", error)


def clock_of(pool: Pool) -> Callable[[], datetime]:
    """The reference: the database's clock."""

    def read() -> datetime:
        with at_once(pool) as connection:
            row = connection.execute("SELECT clock_timestamp() AS now").fetchone()
        assert row is not None
        now: datetime = row["now"]
        return now

    return read
