"""Set-up shared by the deposit tests: a real PostgreSQL, a real server in its own process, real plis."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import json
import os
import random
import socket
import tarfile
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, TypeVar

import httpx
from tests.deposit.node_process import FORKS, run_node

from reglo.deposit.acts import Platform
from reglo.deposit.receiving import Receiving
from reglo.deposit.store import Deposit
from reglo.sealing.age import Identity
from reglo.sealing.bid_sealing import Document, seal_bid
from reglo.sealing.opening_keys import OpeningKeys
from reglo.sealing.signing import SigningKey

T = TypeVar("T")
PATIENCE = 60.0  # seconds given to an answer: a busy machine makes no server wrong
TUS = {"Tus-Resumable": "1.0.0"}
CHUNK = {**TUS, "Content-Type": "application/offset+octet-stream"}
REFERENCE = "2026-014"
KEYS = OpeningKeys(
    consultation=REFERENCE,
    rules_sha256="0" * 64,
    recipients={"candidacy/1": Identity(b"\1" * 32).recipient, "bid/1": Identity(b"\2" * 32).recipient},
)


@dataclass(frozen=True)
class Pli:
    """A sealed bid, whole in memory, and what its sender declares."""

    data: bytes
    key: SigningKey
    pli: str

    @property
    def envelope(self) -> str:
        return envelope(self.data)

    @property
    def header_sha256(self) -> str:
        size = int(self.data[124:135], 8)
        return hashlib.sha256(self.data[512 : 512 + size]).hexdigest()


def envelope(pli: bytes) -> str:
    """The envelope hash as anybody takes it again: tar, sha256sum, sha256sum."""
    with tarfile.open(fileobj=io.BytesIO(pli)) as archive:
        entries = [(archive.extractfile(each), each.name) for each in archive]
        sums = [f"{hashlib.sha256(entry.read()).hexdigest()}  {name}\n" for entry, name in entries if entry]
    return hashlib.sha256("".join(sums).encode()).hexdigest()


def alone(play: Coroutine[Any, Any, T]) -> T:
    """What it gives, in a loop and a thread of its own: a browser of other tests may hold this one's."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, play).result()


def finished(receiving: Receiving, first: datetime, last: datetime) -> Deposit | None:
    """The end of a chunk whose first and last byte came at these instants, committed."""
    parts = receiving.flush()
    with receiving.platform.pool.connection() as connection:
        deposit = receiving.finish(
            connection, parts=parts, first_byte_at=first, last_byte_at=last, status=204
        )
    receiving.kept = receiving.offset
    return deposit


def once_true(platform: Platform, question: str) -> None:
    """Wait until the database answers a row to ``question``."""
    limit = time.monotonic() + 60
    while True:
        with platform.pool.connection() as connection:
            if connection.execute(question.encode()).fetchone():
                return
        assert time.monotonic() < limit, f"never true: {question}"
        time.sleep(0.02)


def make_pli(folder: Path, sizes: tuple[int, ...] = (2000, 70_000), keys: OpeningKeys = KEYS) -> Pli:
    """A real pli of documents of these sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    documents = []
    for number, size in enumerate(sizes):
        path = folder / f"document-{number}"
        path.write_bytes(os.urandom(size))
        documents.append(Document(path=path, name=f"O{number}.pdf", compartment="bid/1"))
    out = folder / "pli.tar"
    with out.open("wb") as sink:
        sealed = seal_bid(keys=keys, documents=documents, bidder={"name": "Alice", "siren": ""}, sink=sink)
    return Pli(out.read_bytes(), SigningKey(sealed.key.private_bytes_raw()), sealed.pli)


def metadata(**values: str) -> str:
    """An Upload-Metadata header."""
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


def creation(
    pli: Pli, name: str = "Alice SARL", email: str = "alice@exemple.fr", **more: str
) -> dict[str, str]:
    """The headers that create an upload of this pli."""
    return {
        **TUS,
        "Upload-Length": str(len(pli.data)),
        "Upload-Metadata": metadata(name=name, email=email, header_sha256=pli.header_sha256, **more),
    }


RESERVED: list[socket.socket] = []  # as long as this process lives


def free_port() -> int:
    """Below the ports the system gives to clients: one that waits there could connect to itself.

    No other tests on this machine are given it, though its server be dead: its UDP side is held.
    """
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)
        held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            held.bind(("127.0.0.1", port))
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            held.close()
        else:
            RESERVED.append(held)
            return port


@dataclass
class Server:
    """A deposit server in its own process, killed and started at will."""

    data: Path
    database_url: str
    owner_url: str
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    process: ForkServerProcess | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.data.parent / "server.log"

    def start(self, patient: bool = True) -> Server:
        """Start and wait until it answers; not ``patient``: or until it is dead, as it was told to be."""
        environment = {
            "DATABASE_URL": self.database_url,
            "DATABASE_OWNER_URL": self.owner_url,
            **self.environment,
        }
        self.process = FORKS.Process(
            target=run_node, args=(self.data, self.port, environment, self.log), daemon=True
        )
        self.process.start()
        limit = time.monotonic() + 120
        while time.monotonic() < limit:
            if not patient and not self.process.is_alive():
                return self
            assert self.process.is_alive(), self.log.read_text()
            try:
                httpx.get(f"{self.url}/sante", timeout=2)
            except httpx.TransportError:
                time.sleep(0.03)
            else:
                return self
        raise AssertionError("the server did not start")

    def kill(self) -> None:
        """As a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.join()

    def stop(self) -> None:
        if self.process is not None and self.process.is_alive():
            self.process.terminate()
            self.process.join(30)
            if self.process.is_alive():
                self.kill()

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=PATIENCE)


def in_hours(hours: float) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours)


def send(client: httpx.Client, pli: Pli, *, chunk: int = 50_000, **more: str) -> str:
    """Deposit a pli whole; its address."""
    created = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(pli, **more))
    assert created.status_code == 201, created.text
    where = created.headers["location"]
    resume(client, where, pli, chunk)
    return where


def resume(client: httpx.Client, where: str, pli: Pli, chunk: int = 50_000) -> None:
    """Send what is missing."""
    offset = int(client.head(where, headers=TUS).headers["upload-offset"])
    while offset < len(pli.data):
        answer = client.patch(
            where, headers={**CHUNK, "Upload-Offset": str(offset)}, content=pli.data[offset : offset + chunk]
        )
        assert answer.status_code == 204, answer.text
        offset = int(answer.headers["upload-offset"])


def receipt(client: httpx.Client, where: str) -> dict[str, object]:
    answer = client.get(f"{where}/recu")
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = json.loads(answer.content)
    return found


def settled(data: Path) -> bytes:
    """The one pli of a server's store, once it has its last place there."""
    limit = time.monotonic() + PATIENCE
    while not (found := list((data / "store" / "plis").glob("*.tar"))):
        assert time.monotonic() < limit, "never settled"
        time.sleep(0.02)
    (pli,) = found
    return pli.read_bytes()


def seeded(number: object) -> random.Random:
    """The dice of one run of a campaign."""
    return random.Random(f"depot-{number}")
