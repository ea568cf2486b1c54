"""Deaths to order: a process, or a whole database, is killed at a given step or at a given byte."""

from __future__ import annotations

import contextlib
import itertools
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from reglo.adapters.storage import local
from reglo.cli import deposit
from reglo.deposit import acts, attempts, receipts, receiving, sending, store, together

Kill = Callable[[], None]

PLACES: dict[str, Any] = {
    "acts": acts,
    "receipts": receipts,
    "store": store,
    "sending": sending,
    "deposit": deposit,
    "LocalWriter": local.LocalWriter,
    "LocalStorage": local.LocalStorage,
    "Receiving": receiving.Receiving,
    "Together": together.Together,
    "attempts": attempts,
    "Sending": sending.Sending,
    "Path": Path,
}


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def lives(pid: int) -> bool:
    """Whether a process is there and not only waiting to be forgotten."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill_database(folder: Path) -> None:
    """A whole PostgreSQL at once, as ``kill -9`` of all of it."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        postmaster = int((folder / "postmaster.pid").read_text().split()[0])
        family = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
        for pid in (postmaster, *map(int, family)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def die_at(order: str, kill: Kill = kill_self) -> None:
    """Arm one death: "before acts.keep_bytes 2", "after …", or "byte 12345" of what is written or sent."""
    when, *more = order.split()
    if when == "byte":
        _at_byte(int(more[0]), kill)
    else:
        _at_step(when, more[0], int(more[1]), kill)


def _at_step(when: str, step: str, count: int, kill: Kill) -> None:
    owner, name = step.split(".")
    true, calls = getattr(PLACES[owner], name), itertools.count(1)

    def deadly(*arguments: Any, **options: Any) -> Any:
        last = next(calls) == count
        if last and when == "before":
            kill()
        given = true(*arguments, **options)
        if last and when == "after":
            kill()
        return given

    setattr(PLACES[owner], name, deadly)


def _at_byte(place: int, kill: Kill) -> None:
    """In the middle of a write of the server's, or of what our sender hands to the network."""
    write, read = local.LocalWriter.write, sending.Sending._bytes
    done = 0

    def deadly_write(writer: Any, data: bytes) -> None:
        nonlocal done
        if done <= place < done + len(data):
            write(writer, data[: place - done])
            kill()
            write(writer, data[place - done :])
        else:
            write(writer, data)
        done += len(data)

    def deadly_bytes(*arguments: Any) -> Iterator[bytes]:
        passed = 0
        for block in read(*arguments):
            if passed <= place < passed + len(block):
                yield block[: place - passed]
                kill()
            passed += len(block)
            yield block

    local.LocalWriter.write = deadly_write  # type: ignore[method-assign]
    sending.Sending._bytes = deadly_bytes  # type: ignore[method-assign]
