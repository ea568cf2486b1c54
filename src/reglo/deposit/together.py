"""One transaction for all who wait: acts under the journal's lock share its commit, and the disk's answer.

Alone, each would hold the journal until the disk has answered; a hundred deposits at the deadline, a hundred
times that.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import psycopg
from psycopg.errors import DeadlockDetected
from psycopg_pool import PoolTimeout

from reglo.deposit.crew import Crew
from reglo.deposit.database import Connection, Pool
from reglo.procurement.findings import Refused

T = TypeVar("T")
MOST = 64  # acts in one transaction


class Asked(Generic[T]):
    """One act, and what came of it once ``over``."""

    def __init__(self, act: Callable[[Connection], T]) -> None:
        self.act = act
        self.over = False
        self.given: T
        self.error: BaseException | None = None


class Together:
    """The acts of one process that write to the journal, done by one thread."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.waiting: deque[Asked[Any]] = deque()
        self.crew = Crew(1, "reglo-journal")

    async def do(self, act: Callable[[Connection], T]) -> T:
        """What ``act`` gives, once committed; raises what it raises, then nothing of it was done.

        It may be done again from its beginning, when another of the same transaction fails. An act that
        refuses does so before it writes: a crowd of refused senders costs the others nothing. It is done
        even if nobody waits for it any more.
        """
        asked = Asked(act)
        self.waiting.append(asked)
        return await asyncio.shield(self.crew.do(self._outcome, asked))

    def close(self) -> None:
        self.crew.close()

    def _outcome(self, asked: Asked[T]) -> T:
        """Once it is done; whoever comes first has what all the others ask done with it."""
        while not asked.over:
            self._commit([self.waiting.popleft() for _ in range(min(len(self.waiting), MOST))])
        if asked.error is not None:
            try:
                raise asked.error
            finally:
                asked.error = None  # else it, its traceback and what was received hold one another
        return asked.given

    def _commit(self, batch: list[Asked[Any]]) -> None:
        try:
            with self.pool.connection() as connection:
                for asked in batch:
                    asked.error = None
                    try:
                        asked.given = asked.act(connection)
                    except Refused as refused:
                        asked.error = refused.with_traceback(None)
        except BaseException as error:
            away = isinstance(error, psycopg.OperationalError | PoolTimeout)
            if len(batch) > 1 and (not away or isinstance(error, DeadlockDetected)):
                for asked in batch:  # the one that fails takes nobody with it
                    self._commit([asked])
                return
            for asked in batch:
                asked.error = error
        for asked in batch:
            asked.over = True
