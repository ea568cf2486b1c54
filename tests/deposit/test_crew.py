"""The threads that hash and write: every act is told of once, its failure goes to whoever asked."""

from __future__ import annotations

import asyncio
import threading
import weakref

import pytest
from tests.deposit.support import alone

from reglo.deposit.crew import Crew


class Received:
    """What stands for bytes, and can be seen to go."""


def test_a_thousand_acts_are_each_done_and_told_of() -> None:
    async def play() -> list[int]:
        crew, done, lock = Crew(4, "essai"), [], threading.Lock()

        def act(number: int) -> None:
            with lock:
                done.append(number)

        def asked(number: int) -> asyncio.Future[None]:
            return crew.do(lambda: act(number))

        await asyncio.gather(*(asked(number) for number in range(1000)))
        crew.close()
        return sorted(done)

    assert alone(play()) == list(range(1000))


def test_a_failure_goes_to_whoever_asked_and_the_next_act_is_done() -> None:
    async def play() -> None:
        crew = Crew(1, "essai")
        done = threading.Event()
        failing, next_one = crew.do(lambda: [][0]), crew.do(done.set)
        with pytest.raises(IndexError):
            await failing
        await next_one
        assert done.is_set()
        crew.close()

    alone(play())


def test_nobody_waits_any_more_and_the_crew_goes_on() -> None:
    async def play() -> None:
        crew, may_end, done = Crew(1, "essai"), threading.Event(), threading.Event()
        given_up, next_one = crew.do(lambda: may_end.wait() and None), crew.do(done.set)
        given_up.cancel()
        may_end.set()
        await next_one
        assert done.is_set()
        crew.close()

    alone(play())


def test_what_was_received_is_let_go_once_done() -> None:
    async def play() -> None:
        crew = Crew(1, "essai")
        data = Received()
        seen = weakref.ref(data)

        def act(received: Received = data) -> None:
            assert received

        await crew.do(act)
        del data, act
        gone = asyncio.get_running_loop().time() + 30
        while seen() is not None:  # the thread lets go of it just after it has told
            assert asyncio.get_running_loop().time() < gone
            await asyncio.sleep(0)
        crew.close()

    alone(play())
