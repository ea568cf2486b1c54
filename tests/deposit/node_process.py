"""A node for the tests: the real server, with short patience so that tests are quick. Run as a program."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from reglo.adapters.storage.fake import FailingStorage, Fault
from reglo.deposit.http import Settings
from reglo.deposit.server import Node, platform_of, serve


def main() -> None:
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
        busy_for=0.5,
    )
    faults = [
        Fault(int(after), what)
        for what, after in (one.split(":") for one in os.environ.get("TEST_FAULTS", "").split())
    ]  # type: ignore[arg-type]
    with platform_of(node) as (platform, embedded):
        if faults:
            platform.storage = FailingStorage(platform.storage, faults)
        asyncio.run(serve(node, platform, embedded, settings))


if __name__ == "__main__":
    main()
