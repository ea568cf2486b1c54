"""Acts that share a transaction: all are done or told why not, and one that fails takes nobody with it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeAlias

import psycopg
import pytest
from tests.deposit.support import alone

from reglo.deposit import store
from reglo.deposit.acts import Platform
from reglo.deposit.database import Connection
from reglo.deposit.findings import Unknown, refuse
from reglo.deposit.journal_export import read_journal
from reglo.deposit.together import Together
from reglo.sealing.journal import verify_export

Act: TypeAlias = Callable[[Connection], int]


def entry(platform: Platform, name: str) -> Callable[[Connection], int]:
    def act(connection: Connection) -> int:
        now = platform.clock.now()
        return store.record(
            connection, at=now, act="essai.acte", who="essai", on=name, consultation="essai", facts={}
        ).entry.index

    return act


def failing(connection: Connection) -> int:
    connection.execute("SELECT 1")
    raise LookupError("refusé")


def wrong(connection: Connection) -> int:
    connection.execute("SELECT 1 / 0")
    return 0


class Turn:
    """Keeps the thread that does the acts: what is asked meanwhile is done together."""

    def __init__(self, platform: Platform) -> None:
        self.together = Together(platform.pool)
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.first = asyncio.ensure_future(self.together.do(self._wait))

    def _wait(self, _: Connection) -> None:
        self.begun.set()
        assert self.may_end.wait(60)

    async def ask(self, acts: list[Act]) -> list[asyncio.Future[int]]:
        assert await asyncio.to_thread(self.begun.wait, 60)
        asked = [asyncio.ensure_future(self.together.do(act)) for act in acts]
        await asyncio.sleep(0)  # all of them wait
        assert len(self.together.waiting) == len(acts)
        return asked

    async def end(self) -> None:
        self.may_end.set()
        await self.first


def all_at_once(platform: Platform, acts: list[Act]) -> list[int | str]:
    """What each gives, or the name of what it raises: asked together while the thread does another's."""

    async def play() -> list[int | BaseException]:
        turn = Turn(platform)
        asked = await turn.ask(acts)
        await turn.end()
        given = await asyncio.gather(*asked, return_exceptions=True)
        turn.together.close()
        return given

    return [each if isinstance(each, int) else type(each).__name__ for each in alone(play())]


def one(platform: Platform, act: Act) -> int:
    async def play() -> int:
        together = Together(platform.pool)
        try:
            return await together.do(act)
        finally:
            together.close()

    return alone(play())


def test_many_acts_are_one_transaction_and_each_has_its_place_in_the_journal(platform: Platform) -> None:
    seen: set[object] = set()

    def act(connection: Connection) -> int:
        row = connection.execute("SELECT pg_current_xact_id()::text AS id").fetchone()
        assert row is not None
        seen.add(row["id"])
        return entry(platform, "x")(connection)

    given = all_at_once(platform, [act] * 20)
    assert sorted(given, key=int) == list(range(min(map(int, given)), min(map(int, given)) + 20))
    assert len(seen) == 1


def test_one_that_fails_takes_nobody_with_it_and_leaves_nothing(platform: Platform) -> None:
    acts = [entry(platform, "a"), failing, entry(platform, "b"), wrong, entry(platform, "c")]
    given = all_at_once(platform, acts)
    assert [given[1], given[3]] == ["LookupError", "DivisionByZero"]
    kept = [int(each) for each in (given[0], given[2], given[4])]
    assert len(set(kept)) == 3
    with platform.pool.connection() as connection:
        rows = connection.execute("SELECT index FROM journal WHERE act = 'essai.acte'").fetchall()
    assert sorted(row["index"] for row in rows) == sorted(kept)


def test_those_who_are_refused_cost_the_others_nothing(platform: Platform) -> None:
    seen: list[object] = []

    def act(connection: Connection) -> int:
        row = connection.execute("SELECT pg_current_xact_id()::text AS id").fetchone()
        assert row is not None
        seen.append(row["id"])
        return entry(platform, "x")(connection)

    def refused(connection: Connection) -> int:
        raise refuse(Unknown)

    given = all_at_once(platform, [refused, act, refused, act, refused])
    assert [given[0], given[2], given[4]] == ["Refused"] * 3
    assert int(given[3]) == int(given[1]) + 1
    assert len(seen) == 2  # nothing was done twice
    assert len(set(seen)) == 1


def test_a_database_that_dies_is_told_to_all_at_once(platform: Platform) -> None:
    def dying(connection: Connection) -> int:
        raise psycopg.OperationalError("partie")

    given = all_at_once(platform, [entry(platform, "a"), dying, entry(platform, "b")])
    assert given == ["OperationalError"] * 3
    assert isinstance(one(platform, entry(platform, "d")), int)


def test_who_waits_for_each_others_lock_ends(platform: Platform, consultation: Callable[..., None]) -> None:
    """Another process holds what the second act wants, and wants the journal, which the first holds."""
    consultation()
    locked, may_go = threading.Event(), threading.Event()

    def other() -> None:
        with platform.pool.connection() as connection:
            connection.execute("SELECT FROM consultations WHERE id = '2026-014' FOR UPDATE")
            locked.set()
            assert may_go.wait(60)
            try:
                store.journal_head(connection)
            except psycopg.errors.DeadlockDetected:
                connection.rollback()

    def first(connection: Connection) -> int:
        index = entry(platform, "a")(connection)
        may_go.set()
        return index

    def second(connection: Connection) -> int:
        connection.execute("SELECT FROM consultations WHERE id = '2026-014' FOR UPDATE")
        return entry(platform, "b")(connection)

    thread = threading.Thread(target=other)
    thread.start()
    assert locked.wait(60)
    given = all_at_once(platform, [first, second])
    thread.join()
    assert all(isinstance(each, int) for each in given), given


def test_more_acts_than_one_transaction_holds_are_done_in_their_order(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reglo.deposit.together.MOST", 3)
    given = all_at_once(platform, [entry(platform, str(number)) for number in range(8)])
    first = int(given[0])
    assert given == list(range(first, first + 8))


def test_an_act_is_done_even_if_nobody_waits_for_it_any_more(platform: Platform) -> None:
    async def play() -> int:
        turn = Turn(platform)
        (given_up,) = await turn.ask([entry(platform, "abandonné")])
        given_up.cancel()
        await turn.end()
        index = await turn.together.do(entry(platform, "suivant"))
        turn.together.close()
        return index

    index = alone(play())
    with platform.pool.connection() as connection:
        row = connection.execute("SELECT line FROM journal WHERE index = %s", (index - 1,)).fetchone()
    assert row is not None
    assert "abandonné" in row["line"]


def test_an_error_of_our_own_is_raised_as_it_is(platform: Platform) -> None:
    with pytest.raises(LookupError):
        one(platform, failing)
    assert isinstance(one(platform, entry(platform, "e")), int)


def test_the_journal_they_write_together_is_verified(platform: Platform) -> None:
    all_at_once(platform, [entry(platform, str(number)) for number in range(12)])
    with platform.pool.connection() as connection:
        head, lines = read_journal(connection)
        verdict = verify_export(
            list(lines), [head.checkpoint(platform.origin).sign(platform.key)], platform.key.public
        )
    assert verdict.all_proved
