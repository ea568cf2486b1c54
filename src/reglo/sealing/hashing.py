"""A SHA-256 taken on another thread: hashing and ciphering each have a core."""

from __future__ import annotations

import queue
import threading
from hashlib import sha256
from types import TracebackType

_BATCH = 1024 * 1024  # bytes handed over at a time
_AHEAD = 8  # batches waiting at most: memory stays bounded


class BackgroundHash:
    """``update`` returns at once; ``hexdigest`` waits for what was given. Use as a context manager.

    >>> with BackgroundHash() as digest:
    ...     digest.update(b"pli")
    ...     digest.hexdigest()[:8], digest.size
    ('52dea79f', 3)
    """

    def __init__(self) -> None:
        self.size = 0
        self._hash = sha256()
        self._held: list[bytes] = []
        self._held_size = 0
        self._batches: queue.Queue[list[bytes] | None] = queue.Queue(_AHEAD)
        self._thread: threading.Thread | None = None

    def __enter__(self) -> BackgroundHash:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._finish()

    def update(self, data: bytes) -> None:
        self.size += len(data)
        self._held.append(data)
        self._held_size += len(data)
        if self._held_size >= _BATCH:
            if self._thread is None:  # small inputs never pay for a thread
                self._thread = threading.Thread(target=self._work, daemon=True)
                self._thread.start()
            self._batches.put(self._held)
            self._held, self._held_size = [], 0

    def hexdigest(self) -> str:
        self._finish()
        return self._hash.hexdigest()

    def _finish(self) -> None:
        if self._thread is not None:
            self._batches.put(None)
            self._thread.join()
            self._thread = None
        self._hash.update(b"".join(self._held))
        self._held, self._held_size = [], 0

    def _work(self) -> None:
        while (batch := self._batches.get()) is not None:
            self._hash.update(b"".join(batch))  # one long call: the interpreter is free meanwhile
