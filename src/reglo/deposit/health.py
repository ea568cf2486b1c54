"""What works beside the requests: the clock compared, health sampled each second, receipts stamped.

The samples are what the platform will show of itself, minute by minute, to whoever doubts it worked.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

import psycopg
from psycopg_pool import PoolTimeout

import reglo
from reglo.adapters.storage import StorageFailed
from reglo.deposit import acts, receipts
from reglo.deposit.acts import Platform
from reglo.deposit.app import DepositApp
from reglo.deposit.database import Pool, at_once, why_silent
from reglo.deposit.findings import ClockAstray, DatabaseSilent, StoreFull, StoreSilent
from reglo.deposit.memory import give_back, resident_mb
from reglo.procurement.findings import Finding, Refused

log = logging.getLogger("reglo.deposit")

_PROBE_EVERY = 5  # seconds between durable writes in the store
_PATIENCE = 10  # seconds before a write, or a sample, that has not come back is a fault
_DATABASE_SILENT = "base de données muette"
_EXPIRE_EVERY = 60
_GATHER = 0.1  # seconds during which deposits come together before they are time-stamped
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


class Keeper:
    """The background work of one node. ``revive``: called when the database is gone (the embedded one)."""

    def __init__(self, app: DepositApp, revive: Callable[[], None] | None = None) -> None:
        self.app, self.platform = app, app.platform
        self.revive = revive
        self.waiting: deque[Sample] = deque(maxlen=_KEPT_WHILE_DOWN)
        self.received = 0
        self.swollen = False  # bytes came in since memory was last given back
        self.authority_fault = self.database_fault = ""
        self.probed: int | None = None  # milliseconds of the last probe, until a sample takes them
        self.probing: float | None = None  # since when, on the monotonic clock
        self.storage_fault: StorageFailed | None = None
        self.told: dict[str, tuple[Finding, float]] = {}  # what is wrong and said, since when
        self.started_at = self.platform.clock.now()
        self.tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self.app.in_thread(self._started)
        for work in (self._probe, self._sample, self._after_deposits, self._expire):
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
        with contextlib.suppress(StorageFailed):  # tried again after each deposit, and told
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
        due = loop.time()
        while True:
            due += 1
            await asyncio.sleep(max(due - loop.time(), 0))
            late = loop.time() - due
            if late > 5:
                due = loop.time()
            silence = loop.call_later(_PATIENCE, self._database_says_nothing)
            try:
                await self.app.in_thread(self._sample_now, round(late * 1000))
            except Exception:
                log.exception("mesure de santé")
            finally:
                silence.cancel()

    def _database_says_nothing(self) -> None:
        """A sample that does not come back cannot tell it."""
        self.app.fault = _DATABASE_SILENT
        self._tell_database(f"aucune réponse depuis plus de {_PATIENCE} s")

    def _sample_now(self, loop_ms: int) -> None:
        platform, faults = self.platform, []
        began = time.monotonic()
        try:
            platform.clock.check()
            down = ""
        except (psycopg.Error, PoolTimeout) as error:
            down = why_silent(error)
        database_ms = round((time.monotonic() - began) * 1000)
        if not platform.clock.trusted:
            faults.append("horloge décalée")
        if abs(platform.clock.last.step) > 1:
            faults.append(f"l'horloge de référence a sauté de {platform.clock.last.step:+.1f} s")
        storage_ms, self.probed = self.probed, None
        storage = self._storage_fault()
        if down or self.database_fault:
            faults.append(_DATABASE_SILENT)
        if storage is not None:
            faults.append(storage.why)
        self._tell_all(down or self.database_fault, storage)
        self.app.fault = " ; ".join(faults)
        faults += [self.authority_fault] if self.authority_fault else []
        received, self.received = self.app.received - self.received, self.app.received
        self.swollen = self.swollen or received > 0
        if self.swollen and not self.app.active:
            give_back()
            self.swollen = False
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
                memory_mb=resident_mb(),
                free_mb=self._free_mb(),
                fault=" ; ".join(faults),
            )
        )
        if down:
            if self.revive is not None:
                self.revive()
            return
        try:
            self._write()
            self.database_fault = ""
        except (psycopg.Error, PoolTimeout) as error:  # it reads and does not write: its disk is full
            self.database_fault = why_silent(error)

    async def _probe(self) -> None:
        """Beside the samples: a store that says nothing must not silence them."""
        while True:
            self.probing = began = time.monotonic()
            try:
                await self.app.in_thread(self.platform.storage.probe)
                self.probed, self.storage_fault = round((time.monotonic() - began) * 1000), None
            except StorageFailed as error:
                self.storage_fault = error
            except Exception:
                log.exception("mesure du stockage")
            self.probing = None
            await asyncio.sleep(max(_PROBE_EVERY - (time.monotonic() - began), 0))

    def _storage_fault(self) -> StorageFailed | None:
        since = self.probing
        if since is not None and time.monotonic() - since > _PATIENCE:
            return StorageFailed(f"le lieu des plis ne répond pas depuis plus de {_PATIENCE} s")
        return self.storage_fault

    def _free_mb(self) -> int | None:
        try:
            free = self.platform.storage.free_bytes()
        except OSError:  # the probe says why
            return None
        return None if free is None else free >> 20

    # --- Told to whoever runs the server: once, and once more when it is over --------------------------

    def _tell_database(self, why: str) -> None:
        then = (
            "Réglo relance elle-même sa base embarquée." if self.revive else "L'envoi reprend ensuite seul."
        )
        self.tell("la base de données", DatabaseSilent(facts={"why": why, "then": then}) if why else None)

    def _tell_all(self, database: str, storage: StorageFailed | None) -> None:
        self._tell_database(database)
        kind = StoreFull if storage is not None and storage.full else StoreSilent
        self.tell("le lieu des plis", kind(facts={"why": storage.why}) if storage else None)
        clock = self.platform.clock
        astray = None if clock.trusted else ClockAstray(facts={"skew": f"{clock.last.skew:+.1f}"})
        self.tell("l'horloge", astray)

    def tell(self, subject: str, finding: Finding | None) -> None:
        """Say on the terminal what is wrong with ``subject``, unless it is said; None: nothing any more."""
        known = self.told.get(subject)
        if finding is None:
            if known is not None:
                del self.told[subject]
                away = round(time.monotonic() - known[1])
                log.warning("%s · Rétabli après %d s : %s.", known[0].code, away, subject)
        elif known is None or known[0].code != finding.code:
            self.told[subject] = finding, known[1] if known else time.monotonic()
            log.warning("%s", finding)

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
                    if self.app.active:  # others are about to end: one time-stamping for all
                        await asyncio.sleep(_GATHER)
            self.app.news.clear()
            try:
                while await self.app.in_thread(receipts.stamp_deposits, self.platform):
                    stamped, self.app.stamped = self.app.stamped, asyncio.Event()
                    stamped.set()
                self.authority_fault, pause = "", 5.0
                self.tell("l'autorité d'horodatage", None)
            except Refused as refused:
                self.authority_fault = refused.findings[0].cause_text
                self.tell("l'autorité d'horodatage", refused.findings[0])
                pause = min(pause * 2, 60.0)
            except (psycopg.Error, PoolTimeout):
                pass  # the samples tell
            await self._tidy("le rangement des plis", receipts.settle_uploads)

    async def _expire(self) -> None:
        while True:
            await asyncio.sleep(_EXPIRE_EVERY)
            await self._tidy("l'effacement des envois expirés", acts.expire_uploads)

    async def _tidy(self, subject: str, work: Callable[[Platform], object]) -> None:
        """What the store is asked besides; it is asked again later. The samples tell of the database."""
        try:
            await self.app.in_thread(work, self.platform)
            self.tell(subject, None)
        except StorageFailed as error:
            self.tell(subject, (StoreFull if error.full else StoreSilent)(facts={"why": error.why}))
        except (psycopg.Error, PoolTimeout):
            pass


def clock_of(pool: Pool) -> Callable[[], datetime]:
    """The reference: the database's clock."""

    def read() -> datetime:
        with at_once(pool) as connection:
            row = connection.execute("SELECT clock_timestamp() AS now").fetchone()
        assert row is not None
        now: datetime = row["now"]
        return now

    return read
