"""Threads that work on the bytes of many uploads: what an executor does, at a quarter of its cost per batch.

A wake-up of the event loop tells of every batch done since the one before; while the loop is busy, that is
many. An executor wakes it for each.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue

Act = Callable[[], None]


class Crew:
    """So many threads; they start with the first act and end with ``close``."""

    def __init__(self, size: int, name: str) -> None:
        self.size, self.name = size, name
        self.acts: SimpleQueue[tuple[asyncio.Future[None], Act] | None] = SimpleQueue()
        self.done: deque[tuple[asyncio.Future[None], BaseException | None]] = deque()
        self.told = True  # no wake-up of the loop is on its way
        self.loop: asyncio.AbstractEventLoop | None = None

    def do(self, act: Act) -> asyncio.Future[None]:
        """Done when ``act`` is; called in the loop."""
        if self.loop is None:
            self.loop = asyncio.get_running_loop()
            for number in range(self.size):
                threading.Thread(target=self._work, name=f"{self.name}-{number}", daemon=True).start()
        future = self.loop.create_future()
        self.acts.put((future, act))
        return future

    def close(self) -> None:
        """Let the threads go once what is asked is done."""
        for _ in range(self.size):
            self.acts.put(None)

    def _work(self) -> None:
        assert self.loop is not None
        while item := self.acts.get():
            future, act = item
            error: BaseException | None = None
            try:
                act()
            except BaseException as raised:
                error = raised
            self.done.append((future, error))
            if self.told:
                self.told = False
                self.loop.call_soon_threadsafe(self._tell)
            del item, act, future, error  # what was received is not held while waiting

    def _tell(self) -> None:
        self.told = True
        while self.done:
            future, error = self.done.popleft()
            if future.cancelled():
                continue
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)
