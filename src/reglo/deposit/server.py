"""A node: the application, its database, its store, its keys, served by granian in this process."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.x509 import Certificate

from reglo.adapters.storage import open_storage
from reglo.adapters.timestamp import Authority, stamp
from reglo.adapters.timestamp.local import LocalAuthority
from reglo.deposit.acts import Platform
from reglo.deposit.app import DepositApp
from reglo.deposit.clock import ReferenceClock
from reglo.deposit.database import Embedded, connect_pool, set_up
from reglo.deposit.health import Keeper, clock_of
from reglo.deposit.http import Settings
from reglo.deposit.memory import set_allocators
from reglo.procurement.findings import Refused
from reglo.sealing.signing import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Where a node keeps things. ``storage``: a directory or a URL; "" is ``data``/store."""

    data: Path
    host: str = "127.0.0.1"
    port: int = 8070
    storage: str = ""
    origin: str = ""  # of the journal; by default the host's name
    authority: str = ""  # URL of an RFC 3161 authority; "" the local one
    authority_certificates: tuple[Certificate, ...] = ()  # of that authority; none: tokens kept unchecked
    database_url: str = ""  # "" an embedded PostgreSQL
    owner_url: str = ""  # the schema's owner, when it is not the application's role
    prepared: bool = False  # the tables are there: their owner is asked nothing
    name: str = ""


@contextmanager
def platform_of(node: Node) -> Iterator[tuple[Platform, Embedded | None]]:
    """Everything a node stands on, set up where it is missing, and let go at the end."""
    node.data.mkdir(parents=True, exist_ok=True)
    embedded = None if node.database_url else Embedded(node.data / "postgresql")
    if not node.prepared:
        set_up(embedded.owner_url if embedded else node.owner_url or node.database_url)
    pool = connect_pool(embedded.url if embedded else node.database_url)
    try:
        clock = ReferenceClock(clock_of(pool))
        authority, trusted = _authority(node, clock)
        yield (
            Platform(
                pool=pool,
                storage=open_storage(node.storage or str(node.data / "store")),
                clock=clock,
                key=_signing_key(node.data / "signature"),
                origin=node.origin or own_origin(),
                node=node.name or f"{socket.gethostname()}:{node.port}",
                authority=authority,
                trusted=trusted,
            ),
            embedded,
        )
    finally:
        pool.close()
        if embedded:
            embedded.stop()


def own_origin() -> str:
    """The name of a journal to which none is given."""
    return f"{socket.gethostname() or 'localhost'}/journal"


def _signing_key(folder: Path) -> SigningKey:
    """The platform's key, made at the first start. Its public half is what verifiers are given."""
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "plateforme.cle"
    if not path.exists():
        key = SigningKey.generate()
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(key.pem)
            os.fsync(stream.fileno())
        (folder / "plateforme.pem").write_bytes(key.public.pem)
    return SigningKey.from_pem(path.read_bytes(), str(path))


def _authority(node: Node, clock: ReferenceClock) -> tuple[Authority, tuple[Certificate, ...]]:
    if node.authority:
        from reglo.adapters.timestamp.http import HttpAuthority

        return HttpAuthority(node.authority), node.authority_certificates
    folder = node.data / "horodatage"
    if not (folder / "horodatage.cle").exists():
        LocalAuthority.create(organisation=node.origin or "Réglo", now=clock.now).save(folder)
    local = LocalAuthority.load(folder, now=clock.now)
    try:  # its key and certificates hold together: proved once, not again at each token
        stamp(local, b"start", now=clock.now, trusted=(local.ca,))
    except Refused:
        return local, (local.ca,)  # each of its tokens will be refused, and told
    return local, ()


async def serve(node: Node, platform: Platform, embedded: Embedded | None, settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; chunks under way are cut, and what they acknowledged is kept."""
    set_allocators()
    from granian.constants import HTTPModes, Interfaces
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server.embed import Server

    app = DepositApp(platform, settings)
    keeper = Keeper(app, embedded.revive if embedded else None)
    server = Server(
        app,
        address=node.host,
        port=node.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,  # with both, granian waits for ever for whoever does not say which
        runtime_threads=2,
        websockets=False,
        backlog=2048,
        backpressure=2048,
        http1_settings=HTTP1Settings(header_read_timeout=10_000, max_buffer_size=336 * 1024),
        log_enabled=False,
        log_level=LogLevels.error,
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await keeper.start()
    gc.collect()
    gc.freeze()  # what is loaded by now stays: not to be looked through again and again
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((serving, stopping), return_when=asyncio.FIRST_COMPLETED)
    if not serving.done():
        server.stop()  # type: ignore[no-untyped-call]
        await asyncio.wait((serving,), timeout=5)
    await keeper.stop()
    app.close()
    if serving.done():
        serving.result()
