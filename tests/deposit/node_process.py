"""Processes the tests kill: a real server with short patience, a real ``reglo deposit``.

They are forked from a process that has everything loaded: hundreds of deaths cost little.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import resource
import sys
from pathlib import Path

from tests.deposit.deaths import die_at, kill_database, kill_self

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    [
        "pytest",
        "granian.server.embed",
        "reglo.adapters.timestamp.local",
        "reglo.cli.deposit",
        "reglo.deposit.sending",
        "reglo.deposit.server",
        "reglo.exports.receipt_document",
    ]
)


def _begin(environment: dict[str, str], log: Path) -> None:
    """Speak to the log, and die as ordered: TEST_DIE, and TEST_VICTIM when another is to die."""
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    os.environ.update(environment)
    if "TEST_DIE" in environment:
        victim = environment.get("TEST_VICTIM", "")
        die_at(environment["TEST_DIE"], (lambda: kill_database(Path(victim))) if victim else kill_self)


def run_command(arguments: list[str], environment: dict[str, str], log: Path) -> None:
    """The ``reglo`` command; exits with its status."""
    from reglo.cli import run

    _begin(environment, log)
    sys.exit(run(arguments))


def run_node(data: Path, port: int, environment: dict[str, str], log: Path) -> None:
    """A deposit server, until it is stopped or dies."""
    from reglo.adapters.storage.fake import FailingStorage, Fault
    from reglo.deposit.http import Settings
    from reglo.deposit.server import Node, platform_of, serve

    _begin(environment, log)
    if "TEST_FILE_LIMIT" in environment:  # no file grows beyond: the system refuses as when a disk is full
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(environment["TEST_FILE_LIMIT"]), hard))
    node = Node(
        data=data,
        port=port,
        origin="essai.test/journal",
        storage=environment.get("TEST_STORAGE", ""),
        authority=environment.get("TEST_AUTHORITY", ""),
        database_url=environment["DATABASE_URL"],
        owner_url=environment["DATABASE_OWNER_URL"],
    )
    settings = Settings(
        batch=int(environment.get("TEST_BATCH", "65536")),
        durable_every=int(environment.get("TEST_DURABLE_EVERY", "262144")),
        durable_after=0.0,
        idle=float(environment.get("TEST_IDLE", "30")),
        slow_after=float(environment.get("TEST_SLOW_AFTER", "60")),
        busy_for=float(environment.get("TEST_BUSY_FOR", "5")),
    )
    faults = [
        Fault(int(after), what)  # type: ignore[arg-type]
        for after, what in (one.split(":") for one in environment.get("TEST_FAULTS", "").split())
    ]
    with platform_of(node) as (platform, embedded):
        if faults:
            platform.storage = FailingStorage(platform.storage, faults)
        if "TEST_CLOCKS" in environment:
            from tests.deposit.moved_clocks import move_clocks

            move_clocks(platform.clock, Path(environment["TEST_CLOCKS"]))
        asyncio.run(serve(node, platform, embedded, settings))
