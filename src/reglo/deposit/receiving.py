"""Bytes of one upload on their way to the store: written, hashed, made durable, then acknowledged.

All of it blocks and runs in threads; ``app`` feeds it. The hashing state of an upload is kept in
memory between its chunks; a node that has not seen some of the bytes reads them back first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

from reglo.adapters.storage import Busy, Part, StorageFailed, Writer
from reglo.deposit import acts, store
from reglo.deposit.acts import STATE_FR, Platform
from reglo.deposit.database import Connection, at_once
from reglo.deposit.findings import AlreadyReceived, Gone, Locked, NotThePli, StoreFailed, WrongOffset, refuse
from reglo.deposit.pli_stream import PliStream
from reglo.deposit.store import Consultation, Deposit, Progress, Upload
from reglo.procurement.findings import Refused
from reglo.sealing.receipt import SealedBlob

MAX_STATES = 256
MAX_WEIGHT = 32 * 1024 * 1024  # bytes that all of them take


class HashStates:
    """The hashing states of uploads between their chunks; the oldest are forgotten, and read back at need."""

    def __init__(self) -> None:
        self._states: OrderedDict[str, PliStream] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, upload: str) -> PliStream | None:
        with self._lock:
            return self._states.pop(upload, None)

    def give(self, upload: str, state: PliStream) -> None:
        with self._lock:
            self._states[upload] = state
            while len(self._states) > MAX_STATES or self._weight() > MAX_WEIGHT:
                self._states.popitem(last=False)

    def _weight(self) -> int:
        return sum(state.weight for state in self._states.values())


class Receiving:
    """One chunk being received. Raises Refused; ``close`` is always called."""

    def __init__(
        self,
        platform: Platform,
        states: HashStates,
        consultation: Consultation,
        upload: Upload,
        offset: int,
        attempt: int,
    ) -> None:
        self.platform, self.states = platform, states
        self.consultation, self.attempt = consultation, attempt
        self.progress = Progress()
        try:
            self.writer: Writer = platform.storage.writer(upload.id)
        except Busy as error:
            raise refuse(Locked) from error
        except StorageFailed as error:
            raise refuse(StoreFailed, why=error.why) from error
        try:
            with at_once(platform.pool) as connection:  # nobody else writes from here on
                self.upload = store.upload_by_id(connection, upload.id)
                parts = store.parts_of(connection, upload.id) if offset else ()
            if self.upload.state == "complete":
                raise refuse(AlreadyReceived)
            if self.upload.state != "open":
                raise refuse(Gone, why=STATE_FR[self.upload.state])
            if self.upload.received != offset:
                raise refuse(WrongOffset, given=offset, received=self.upload.received)
            self.start = self.kept = offset  # durable and acknowledged
            self.offset = offset  # written
            self.stream = self._stream_at(offset, parts)
            self.writer.start(offset)
        except StorageFailed as error:
            self.writer.close()
            raise refuse(StoreFailed, why=error.why) from error
        except BaseException:
            self.writer.close()
            raise
        self.snapshot: PliStream | None = None

    def _stream_at(self, offset: int, parts: Sequence[Part]) -> PliStream:
        """The hashing state at ``offset``; what this process did not see is read back."""
        stream = self.states.take(self.upload.id)
        if stream is None or stream.offset > offset:
            stream = PliStream(acts.announced(self.consultation, self.upload))
        for block in self.platform.storage.read(self.upload.id, parts, stream.offset, offset):
            stream.walk(block)
        return stream

    def remember(self) -> None:
        """Keep the state of now, to come back to if what follows is not kept."""
        self.snapshot = self.stream.copy()

    # Each batch is written and walked, by two threads if need be, each in the order of the bytes.

    def write(self, batch: bytes) -> None:
        """Not yet durable."""
        try:
            self.writer.write(batch)
        except StorageFailed as error:
            raise refuse(StoreFailed, why=error.why) from error
        self.offset += len(batch)

    def walk(self, batch: bytes) -> None:
        self.stream.walk(batch)

    def keep(self, first_byte_at: datetime) -> None:
        """Make durable and acknowledge all that was written."""
        parts = self.flush()
        with self.platform.pool.connection() as connection:
            self._acknowledge(connection, parts, first_byte_at)
            store.save_progress(connection, self.attempt, self.progress)
        self.kept = self.offset

    def finish(
        self,
        connection: Connection,
        *,
        parts: Sequence[Part],
        first_byte_at: datetime,
        last_byte_at: datetime,
        status: int,
        error: str = "",
    ) -> Deposit | None:
        """The chunk is over: acknowledge it; when the pli is whole it becomes a deposit, all or nothing.

        parts: what ``flush`` has just made durable. Once all this is committed, ``kept`` is ``offset``.
        Raises Refused(NotThePli, Locked), before anything is written.
        """
        deposit = upload = None
        header = self.stream.finish() if self.offset == self.upload.size else None
        if self.offset > self.kept:
            upload = self._acknowledge(connection, parts, first_byte_at)
        if header is not None:
            deposit = acts.complete_deposit(
                self.platform,
                connection,
                consultation=self.consultation,
                upload=upload or store.upload_by_id(connection, self.upload.id, lock=True),
                header=header,
                blobs=[
                    SealedBlob(id=blob, size=size, sha256=digest)
                    for (blob, size), digest in zip(header.blobs, self.stream.digests, strict=True)
                ],
                last_byte_at=last_byte_at,
            )
        store.end_attempt(
            connection,
            self.attempt,
            ended_at=self.platform.clock.now(),
            status=status,
            error=error,
            progress=self.progress,
        )
        return deposit

    def flush(self) -> tuple[Part, ...]:
        """Make durable all that was written."""
        try:
            parts = self.writer.flush()
        except StorageFailed as error:
            raise refuse(StoreFailed, why=error.why) from error
        self.progress.kept = self.offset - self.start  # told in the transaction that makes it true
        return parts

    def _acknowledge(self, connection: Connection, parts: Sequence[Part], first_byte_at: datetime) -> Upload:
        return acts.keep_bytes(
            connection,
            upload=self.upload,
            start=self.kept,
            end=self.offset,
            parts=parts,
            first_byte_at=first_byte_at,
        )

    def abandon(self, refused: Refused | None, status: int, error: str) -> None:
        """The chunk fails: what was not acknowledged is forgotten, and the attempt says why."""
        self.progress.kept = self.kept - self.start
        closes = refused is not None and any(isinstance(each, NotThePli) for each in refused.findings)
        with self.platform.pool.connection() as connection:
            store.end_attempt(
                connection,
                self.attempt,
                ended_at=self.platform.clock.now(),
                status=status,
                error=error,
                progress=self.progress,
            )
            if closes and refused is not None:
                acts.refuse_upload(self.platform, connection, upload=self.upload.id, because=refused)

    def close(self) -> None:
        """Let go of the upload, keeping the hashing state when it is that of the acknowledged bytes."""
        self.writer.close()
        state = self.stream if self.stream.offset == self.kept else self.snapshot
        if state is not None and state.offset == self.kept < self.upload.size:
            self.states.give(self.upload.id, state)
