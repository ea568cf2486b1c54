"""A SHA-256 taken on another thread, so that ciphering and hashing each have a core."""

from __future__ import annotations

import queue
import threading
from hashlib import sha256
from types import TracebackType

_WORTH = 256 * 1024  # bytes given at a time for which a thread is worth it
_AHEAD = 8  # of these, waiting at most: memory stays bounded


class BackgroundHash:
    """``update`` returns at once; ``hexdigest`` waits for what was given. Use as a context manager.

    ``aside``: False when every core is at work already; then no thread is started.

    >>> with BackgroundHash() as digest:
    ...     digest.update(b"pli")
    ...     digest.hexdigest()[:8]
    '52dea79f'
    """

    def __init__(self, *, aside: bool = True) -> None:
        self._aside = aside
        self._hash = sha256()
        self._given: queue.Queue[bytes | None] = queue.Queue(_AHEAD)
        self._thread: threading.Thread | None = None

    def __enter__(self) -> BackgroundHash:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._join()

    def update(self, data: bytes | memoryview) -> None:
        """Take ``data``, a copy of it if it may change afterwards."""
        if self._aside and self._thread is None and len(data) >= _WORTH:
            self._thread = threading.Thread(target=self._work, daemon=True)
            self._thread.start()
        if self._thread is None:
            self._hash.update(data)
        else:
            self._given.put(bytes(data))

    def hexdigest(self) -> str:
        self._join()
        return self._hash.hexdigest()

    def _join(self) -> None:
        if self._thread is not None:
            self._given.put(None)
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        while (data := self._given.get()) is not None:
            self._hash.update(data)
