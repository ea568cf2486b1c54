"""Acts that share a transaction: all are done or told why not, and one that fails takes nobody with it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from reglo.deposit import store
from reglo.deposit.acts import Platform
from reglo.deposit.database import Connection
from reglo.deposit.journal_export import read_journal
from reglo.deposit.together import Asked, Together
from reglo.sealing.journal import verify_export


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


def all_at_once(together: Together, acts: list[Callable[[Connection], int]]) -> list[int | str]:
    """What each gives, or the name of what it raises: asked together while the turn is another's."""

    def do(act: Callable[[Connection], int]) -> int | str:
        try:
            return together.do(act)
        except Exception as error:
            return type(error).__name__

    with ThreadPoolExecutor(len(acts)) as threads:
        with together.turn:
            asked = [threads.submit(do, act) for act in acts]
            while len(together.waiting) < len(acts):
                threading.Event().wait(0.001)
        return [each.result() for each in asked]


def test_many_acts_are_one_transaction_and_each_has_its_place_in_the_journal(platform: Platform) -> None:
    seen: set[object] = set()

    def act(connection: Connection) -> int:
        row = connection.execute("SELECT pg_current_xact_id()::text AS id").fetchone()
        assert row is not None
        seen.add(row["id"])
        return entry(platform, "x")(connection)

    given = all_at_once(platform.together, [act] * 20)
    assert sorted(given, key=int) == list(range(min(map(int, given)), min(map(int, given)) + 20))
    assert len(seen) == 1


def test_one_that_fails_takes_nobody_with_it_and_leaves_nothing(platform: Platform) -> None:
    acts = [entry(platform, "a"), failing, entry(platform, "b"), wrong, entry(platform, "c")]
    given = all_at_once(platform.together, acts)
    assert [given[1], given[3]] == ["LookupError", "DivisionByZero"]
    kept = [int(each) for each in (given[0], given[2], given[4])]
    assert len(set(kept)) == 3
    with platform.pool.connection() as connection:
        rows = connection.execute("SELECT index FROM journal WHERE act = 'essai.acte'").fetchall()
    assert sorted(row["index"] for row in rows) == sorted(kept)


def test_a_database_that_dies_is_told_to_all_at_once(platform: Platform) -> None:
    def dying(connection: Connection) -> int:
        raise psycopg.OperationalError("partie")

    given = all_at_once(platform.together, [entry(platform, "a"), dying, entry(platform, "b")])
    assert given == ["OperationalError"] * 3
    assert isinstance(platform.together.do(entry(platform, "d")), int)


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
    given = all_at_once(platform.together, [first, second])
    thread.join()
    assert all(isinstance(each, int) for each in given), given


def test_who_comes_first_works_until_its_own_is_done(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More wait than one transaction holds, all before it."""
    monkeypatch.setattr("reglo.deposit.together.MOST", 3)
    before = [Asked(entry(platform, str(number))) for number in range(7)]
    platform.together.waiting.extend(before)
    index = platform.together.do(entry(platform, "mine"))
    assert [each.given for each in before] == list(range(index - 7, index))


def test_an_error_of_our_own_is_raised_as_it_is(platform: Platform) -> None:
    with pytest.raises(LookupError):
        platform.together.do(failing)
    assert isinstance(platform.together.do(entry(platform, "e")), int)


def test_the_journal_they_write_together_is_verified(platform: Platform) -> None:
    all_at_once(platform.together, [entry(platform, str(number)) for number in range(12)])
    with platform.pool.connection() as connection:
        head, lines = read_journal(connection)
        verdict = verify_export(
            list(lines), [head.checkpoint(platform.origin).sign(platform.key)], platform.key.public
        )
    assert verdict.all_proved
