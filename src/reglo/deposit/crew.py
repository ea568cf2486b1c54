"""Threads that work for the event loop: what an executor does, at a fraction of its cost.

A wake-up of the loop tells of every act done since the one before; while the loop is busy, that is many.
An executor wakes it for each.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")
PATIENCE = 5.0  # seconds for the last acts, when the threads are let go


class Crew:
    """So many threads; they start with the first act and end with ``close``."""

    def __init__(self, size: int, name: str) -> None:
        self.size, self.name = size, name
        self.acts: SimpleQueue[tuple[asyncio.Future[Any], Callable[..., Any], Any] | None] = SimpleQueue()
        self.done: deque[tuple[asyncio.Future[Any], Any, BaseException | None]] = deque()
        self.told = True  # no wake-up of the loop is on its way
        self.loop: asyncio.AbstractEventLoop | None = None
        self.threads: list[threading.Thread] = []

    def do(self, act: Callable[..., T], *arguments: Any) -> asyncio.Future[T]:
        """What ``act`` gives, or raises, once a thread has done it. Called in the loop."""
        if self.loop is None:
            self.loop = asyncio.get_running_loop()
            for number in range(self.size):
                thread = threading.Thread(target=self._work, name=f"{self.name}-{number}", daemon=True)
                self.threads.append(thread)
                thread.start()
        future: asyncio.Future[T] = self.loop.create_future()
        self.acts.put((future, act, arguments))
        return future

    def close(self) -> None:
        """Let the threads go, once what is asked is done or PATIENCE is over."""
        for _ in self.threads:
            self.acts.put(None)
        limit = time.monotonic() + PATIENCE
        for thread in self.threads:
            thread.join(max(limit - time.monotonic(), 0))

    def _work(self) -> None:
        assert self.loop is not None
        while item := self.acts.get():
            future, act, arguments = item
            if future.cancelled():
                continue
            given: Any = None
            error: BaseException | None = None
            try:
                given = act(*arguments)
            except BaseException as raised:
                error = raised
            self.done.append((future, given, error))
            if self.told:
                self.told = False
                with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                    self.loop.call_soon_threadsafe(self._tell)
            del item, act, arguments, future, given, error  # what was received is not held while waiting

    def _tell(self) -> None:
        self.told = True
        while self.done:
            future, given, error = self.done.popleft()
            if future.cancelled():
                continue
            if error is None:
                future.set_result(given)
            else:
                future.set_exception(error)
