"""A SHA-256 taken on another thread, which may also write: ciphering and hashing each have a core."""

from __future__ import annotations

import queue
import threading
from hashlib import sha256
from types import TracebackType
from typing import BinaryIO

_BATCH = 1024 * 1024  # bytes handed over at a time
_AHEAD = 8  # batches waiting at most: memory stays bounded

Bytes = bytes | bytearray


class BackgroundHash:
    """``update`` returns at once; ``hexdigest`` waits for what was given. Use as a context manager.

    ``sink``: written to in the same order, by the same thread; what it raises comes out of ``update`` or
    ``hexdigest``. Bytes given must not change afterwards.

    >>> with BackgroundHash() as digest:
    ...     digest.update(b"pli")
    ...     digest.hexdigest()[:8], digest.size
    ('52dea79f', 3)
    """

    def __init__(self, sink: BinaryIO | None = None) -> None:
        self.size = 0
        self._sink = sink
        self._hash = sha256()
        self._held: list[Bytes] = []
        self._held_size = 0
        self._batches: queue.Queue[list[Bytes] | None] = queue.Queue(_AHEAD)
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    def __enter__(self) -> BackgroundHash:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._join()

    def update(self, data: Bytes) -> None:
        self.size += len(data)
        self._held.append(data)
        self._held_size += len(data)
        if self._held_size >= _BATCH:
            if self._thread is None:  # small inputs never pay for a thread
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
            self._batches.put(self._held)
            self._held, self._held_size = [], 0
        self._raise_failure()

    def hexdigest(self) -> str:
        self._join()
        self._raise_failure()
        self._take(self._held)
        self._held, self._held_size = [], 0
        return self._hash.hexdigest()

    def _join(self) -> None:
        if self._thread is not None:
            self._batches.put(None)
            self._thread.join()
            self._thread = None

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise self._failure

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            if self._failure is None:
                try:
                    self._take(batch)
                except BaseException as failure:  # kept for the thread that feeds this one
                    self._failure = failure

    def _take(self, batch: list[Bytes]) -> None:
        """One long call to each: the interpreter is free meanwhile."""
        data = batch[0] if len(batch) == 1 else b"".join(batch)
        if self._sink is not None:
            self._sink.write(data)
        self._hash.update(data)
