"""One PostgreSQL for the session; one database and one server for each test that asks."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

import httpx
import psycopg
import pytest
from tests.deposit.support import KEYS, REFERENCE, Pli, Server, in_hours, make_pli

from reglo.adapters.storage.local import LocalStorage
from reglo.deposit.acts import Platform
from reglo.deposit.clock import ReferenceClock
from reglo.deposit.consultations import open_consultation
from reglo.deposit.database import Embedded, connect_pool, set_up
from reglo.deposit.health import clock_of
from reglo.sealing.signing import SigningKey

_numbers = count()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Embedded]:
    """A real PostgreSQL, removed at the end of the session."""
    folder = Path(tempfile.mkdtemp(prefix="reglo-pg-"))
    server = Embedded(folder / "data")
    try:
        set_up(server.owner_url)  # the role, once
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def urls(postgresql: Embedded) -> Iterator[tuple[str, str]]:
    """A database of its own: (as the application, as the owner)."""
    name = f"essai_{next(_numbers)}"
    with psycopg.connect(postgresql.owner_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    owner = postgresql.owner_url.replace("/postgres?", f"/{name}?")
    set_up(owner)
    yield owner.replace("postgres:@", "reglo_app:@", 1), owner
    with psycopg.connect(postgresql.owner_url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def platform(urls: tuple[str, str], tmp_path: Path) -> Iterator[Platform]:
    """The acts without the network, on a store of their own."""
    pool = connect_pool(urls[0], size=6)
    yield Platform(
        pool=pool,
        storage=LocalStorage(tmp_path / "data" / "store"),
        clock=ReferenceClock(clock_of(pool)),
        key=SigningKey.generate(),
        origin="essai.test/journal",
        node="essai",
    )
    pool.close()


Open = Callable[..., None]


@pytest.fixture
def consultation(platform: Platform) -> Open:
    """Opens the consultation of the tests; by default its deadline is in an hour."""

    def open_now(deadline: datetime | None = None, **more: object) -> None:
        values: dict[str, object] = {
            "id": REFERENCE,
            "reference": REFERENCE,
            "title": "Fournitures scolaires",
            "object": "Cahiers, stylos, peinture",
            "buyer": "Ville d'Essai",
            "rules_sha256": KEYS.rules_sha256,
            "opening_keys": KEYS.to_json(),
            "deadline": deadline or in_hours(1),
            "deadline_inclusive": True,
            "zone": "Europe/Paris",
            "max_size": 64 * 1024 * 1024,
            "max_documents": 100,
            "max_document_size": 32 * 1024 * 1024,
        }
        open_consultation(platform, **{**values, **more})  # type: ignore[arg-type]

    return open_now


@pytest.fixture
def server(urls: tuple[str, str], tmp_path: Path) -> Iterator[Server]:
    """A server in its own process, started by the test's first ``client`` or by hand."""
    node = Server(tmp_path / "data", *urls)
    (tmp_path / "data").mkdir(exist_ok=True)
    yield node
    node.stop()


@pytest.fixture
def client(server: Server, consultation: Open) -> Iterator[httpx.Client]:
    """A client of a started server whose consultation is open for an hour."""
    consultation()
    server.start()
    with server.client() as found:
        yield found


@pytest.fixture
def pli(tmp_path: Path) -> Pli:
    return make_pli(tmp_path / "bid")
