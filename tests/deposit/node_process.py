"""A node for the tests: the real server, with short patience so that tests are quick. Run as a program."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
from pathlib import Path
from typing import Any

from reglo.adapters.storage import local
from reglo.adapters.storage.fake import FailingStorage, Fault
from reglo.deposit import acts, receipts, store
from reglo.deposit.http import Settings
from reglo.deposit.server import Node, platform_of, serve


def die_at(order: str) -> None:
    """Kill this process before or after the n-th call of a function: "before acts.keep_bytes 2"."""
    when, step, count = order.split()
    owner, name = step.split(".")
    place = {"acts": acts, "receipts": receipts, "store": store, "LocalWriter": local.LocalWriter}[owner]
    true, calls = getattr(place, name), itertools.count(1)

    def deadly(*arguments: Any, **options: Any) -> Any:
        last = next(calls) == int(count)
        if last and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        given = true(*arguments, **options)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return given

    setattr(place, name, deadly)


def main() -> None:
    if "TEST_DIE" in os.environ:
        die_at(os.environ["TEST_DIE"])
    data, port = Path(sys.argv[1]), int(sys.argv[2])
    node = Node(
        data=data,
        port=port,
        origin="essai.test/journal",
        storage=os.environ.get("TEST_STORAGE", ""),
        database_url=os.environ["DATABASE_URL"],
        owner_url=os.environ["DATABASE_OWNER_URL"],
    )
    settings = Settings(
        batch=int(os.environ.get("TEST_BATCH", "65536")),
        durable_every=int(os.environ.get("TEST_DURABLE_EVERY", "262144")),
        idle=float(os.environ.get("TEST_IDLE", "5")),
        busy_for=1.0,
    )
    faults = [
        Fault(int(after), what)
        for after, what in (one.split(":") for one in os.environ.get("TEST_FAULTS", "").split())
    ]  # type: ignore[arg-type]
    with platform_of(node) as (platform, embedded):
        if faults:
            platform.storage = FailingStorage(platform.storage, faults)
        asyncio.run(serve(node, platform, embedded, settings))


if __name__ == "__main__":
    main()
