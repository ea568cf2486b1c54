"""The body of one request on its way to a ``Receiving``: batches, patience, acknowledgements."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Protocol, TypeVar

from reglo.deposit import tus
from reglo.deposit.acts import Platform
from reglo.deposit.crew import Crew
from reglo.deposit.findings import TooSlow, WrongChecksum, refuse
from reglo.deposit.http import CUT, Active, Receive, Settings, beyond
from reglo.deposit.receiving import Receiving
from reglo.deposit.store import Deposit
from reglo.deposit.together import Together

T = TypeVar("T")
_IDLE = "silence"
_FEW = 4  # chunks under way up to which each receives batches while others are at work
_AHEAD = 3  # batches of one chunk at work then; more chunks keep every core busy without


class Host(Protocol):
    """What a chunk needs of the application."""

    platform: Platform
    settings: Settings
    received: int
    active: dict[str, Active]
    hashers: Crew
    together: Together

    def in_store(self, act: Callable[..., T], *arguments: Any) -> asyncio.Future[T]: ...


class Chunk:
    """The body of one request on its way to a ``Receiving``."""

    def __init__(
        self,
        app: Host,
        receive: Receive,
        receiving: Receiving,
        active: Active,
        checksum: tus.Checksum | None,
    ) -> None:
        self.app, self.receive, self.receiving, self.active = app, receive, receiving, active
        self.checksum = checksum
        self.sum: Any = checksum.start() if checksum else None
        self.clock = app.platform.clock
        self.loop = asyncio.get_running_loop()
        self.buffer: list[bytes] = []
        self.buffered = 0
        self.work: deque[asyncio.Future[Any]] = deque()  # a batch each
        self.lanes = [asyncio.ensure_future(asyncio.sleep(0))] * 2  # the last act of each kind
        self.reached = receiving.offset  # bytes that came in
        self.since = receiving.offset  # last acknowledged, or about to be
        self.since_when = self.loop.time()
        self.first: float | None = None
        self.last = self.clock.tick()
        self.task: asyncio.Task[Any] | None = None
        self.waiting_since: float | None = None  # when it began to wait for a message
        self.reason = ""  # why it must stop waiting

    async def receive_all(self) -> Deposit | None:
        """Receive to the end of the chunk, of the upload, or of the connection."""
        size = self.receiving.upload.size
        begun, cut = self.loop.time(), ""
        self.task = asyncio.current_task()
        self.active.give_way = lambda: self._interrupt("reprise par un autre envoi")
        self.watch = self.loop.call_later(self.app.settings.idle / 4, self._watch)
        try:
            while self.reached < size:
                message = await self._next(begun)
                if message is None or message["type"] == "http.disconnect":
                    cut = self.reason or "connexion coupée par le déposant ou le réseau"
                    break
                data, more = message.get("body", b""), message.get("more_body")
                del message  # while the next is waited for, what came is not held
                if data:
                    self._took(data, begun)
                    del data
                    if self.reached > size:
                        raise beyond(self.receiving.upload, self.reached)
                    await self._pass_on(last=self.reached == size)
                if not more:
                    break
            await self._pass_on(last=True)
        finally:
            self.watch.cancel()
            self.active.give_way = lambda: None  # else it holds itself, and what it received
            self.task = None
            await asyncio.gather(*self.work, *self.lanes, return_exceptions=True)
        for lane in self.lanes:
            lane.result()
        if cut and self.checksum:
            raise refuse(WrongChecksum, found="(incomplète)", given=self.checksum.algorithm)
        self._check_sum()
        receiving = self.receiving
        finish = partial(
            receiving.finish,
            parts=await self.app.in_store(receiving.flush),
            first_byte_at=self.clock.at(self.first if self.first is not None else self.last),
            last_byte_at=self.clock.at(self.last),
            status=CUT if cut else 204,
            error=cut,
        )
        deposit = await self.app.together.do(finish)
        receiving.kept = receiving.offset
        return deposit

    async def _next(self, begun: float) -> dict[str, Any] | None:
        """The next message; None when this chunk must give way. Raises Refused(TooSlow)."""
        settings = self.app.settings
        now = self.loop.time()
        came = self.reached - self.receiving.start
        if now - begun > settings.slow_after and came < settings.slow_rate * (now - begun):
            await self._keep_what_came()
            raise refuse(TooSlow, what=f"Seuls {came} octets sont arrivés", seconds=round(now - begun))
        if self.reason:
            return None
        self.waiting_since = now
        try:
            return await self.receive()
        except asyncio.CancelledError:
            if not self.reason or self.task is None:
                raise
            self.task.uncancel()
        finally:
            self.waiting_since = None
        if self.reason != _IDLE:
            return None
        await self._keep_what_came()
        raise refuse(TooSlow, what="Aucun octet n'est arrivé", seconds=round(settings.idle))

    def _watch(self) -> None:
        """Look now and then, rather than at each message, whether the sender has gone silent."""
        since, idle = self.waiting_since, self.app.settings.idle
        if since is not None and self.loop.time() - since >= idle:
            self._interrupt(_IDLE)
        self.watch = self.loop.call_later(idle / 4, self._watch)

    def _interrupt(self, reason: str) -> None:
        """Stop waiting for bytes; what came is kept."""
        self.reason = reason
        if self.waiting_since is not None and self.task is not None:
            self.task.cancel()

    def _took(self, data: bytes, begun: float) -> None:
        self.last = self.clock.tick()
        if self.first is None:
            self.first = self.last
        self.active.last = self.loop.time()
        self.reached += len(data)
        self.app.received += len(data)
        self.receiving.progress.add(len(data), self.active.last - begun)
        if self.sum is not None:
            self.sum.update(data)
        self.buffer.append(data)
        self.buffered += len(data)

    async def _pass_on(self, *, last: bool) -> None:
        """Hand a full batch to threads; acknowledge now and then in a long chunk.

        What is received, waits or is at work is bounded by ``held``, for all chunks together.
        """
        settings, chunks = self.app.settings, len(self.app.active)
        ahead = _AHEAD if chunks <= _FEW else 0
        batch_size = min(settings.batch, settings.held // chunks // (ahead + 1))
        if not self.buffered or (self.buffered < batch_size and not last):
            return
        batch = b"".join(self.buffer)  # one piece: threads that hash and write ask for the interpreter once
        self.buffer, self.buffered = [], 0
        now = self.loop.time()
        durable = (
            not last  # the last byte is acknowledged with its deposit, or not at all
            and self.reached - self.since >= settings.durable_every
            and now - self.since_when >= settings.durable_after
            and not self.checksum
        )
        if durable:
            self.since, self.since_when = self.reached, now
        first = self.first if self.first is not None else self.last

        def write() -> None:
            self.receiving.write(batch)
            if durable:
                self.receiving.keep(self.clock.at(first))

        def walk() -> None:
            self.receiving.walk(batch)

        if ahead:
            acts = zip(self.lanes, (write, walk), strict=True)
            self.lanes = [asyncio.ensure_future(self._after(*act)) for act in acts]
            self.work.append(asyncio.gather(*self.lanes))
        while len(self.work) > ahead:
            await self.work.popleft()
        if not ahead:  # every core is at work already: one thread, the bytes still in its cache

            def both() -> None:
                walk()
                write()

            await self.app.hashers.do(both)

    async def _after(self, before: asyncio.Future[None], act: Callable[[], None]) -> None:
        """Acts of one kind follow one another; after one that failed, none is done."""
        await before
        await self.app.hashers.do(act)

    async def _keep_what_came(self) -> None:
        """Acknowledge what came before the chunk is given up, so that less is sent again."""
        if self.checksum is None:
            await self._pass_on(last=True)
            await asyncio.gather(*self.lanes)
            if self.first is not None:
                await self.app.in_store(self.receiving.keep, self.clock.at(self.first))

    def _check_sum(self) -> None:
        if self.checksum is not None and self.sum.digest() != self.checksum.digest:
            raise refuse(WrongChecksum, found=self.sum.hexdigest(), given=self.checksum.digest.hex())
