"""What both deposit benchmarks share: a node in its own process, plis, a sender that costs little."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reglo.deposit.consultations import open_consultation
from reglo.deposit.server import Node, platform_of
from reglo.sealing.age import Identity
from reglo.sealing.bid_sealing import Document, seal_bid
from reglo.sealing.opening_keys import OpeningKeys

REFERENCE = "BANC-2026"
KEYS = OpeningKeys(
    consultation=REFERENCE, rules_sha256="0" * 64, recipients={"bid/1": Identity(b"\1" * 32).recipient}
)


def free_port() -> int:
    """Below the ports the system gives to clients: one that waits there could connect to itself."""
    while True:
        port = random.SystemRandom().randrange(15_000, 32_000)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def make_plis(folder: Path, count: int, size: int) -> list[tuple[Path, str]]:
    """Plis of one document of ``size`` bytes: (path, header hash)."""
    folder.mkdir(parents=True, exist_ok=True)
    document = folder / "document"
    document.write_bytes(os.urandom(min(size, 1 << 20)) * -(-size // (1 << 20)))
    os.truncate(document, size)
    made = []
    for number in range(count):
        path = folder / f"{number}.pli"
        with path.open("wb") as sink:
            listed = [Document(path=document, name="offre.pdf", compartment="bid/1")]
            seal_bid(keys=KEYS, documents=listed, bidder={"name": "A", "siren": ""}, sink=sink)
        with path.open("rb") as stream:
            length = int(stream.read(512)[124:135], 8)
            made.append((path, hashlib.sha256(stream.read(length)).hexdigest()))
    document.unlink()
    return made


@contextmanager
def node(folder: Path) -> Iterator[tuple[int, int]]:
    """A real ``reglo deposit-server`` on this disk: (port, process id)."""
    port = free_port()
    with platform_of(Node(data=folder, port=port)) as (platform, _):
        open_consultation(
            platform,
            id="banc",
            reference=REFERENCE,
            title="Banc",
            object="Banc",
            buyer="Banc",
            rules_sha256="0" * 64,
            opening_keys=KEYS.to_json(),
            deadline=datetime.now(UTC) + timedelta(hours=1),
            deadline_inclusive=True,
            zone="Europe/Paris",
            max_size=8 << 30,
            max_documents=100,
            max_document_size=8 << 30,
        )
        program = "from reglo.cli import main; main()"
        process = subprocess.Popen(
            [sys.executable, "-c", program, "deposit-server", "--data", str(folder), "--port", str(port)],
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(port)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(20)


def wait_for(port: int) -> None:
    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server did not start")


def resident_mb(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


def processor_seconds(pid: int) -> float:
    """What a process has spent so far, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def calm(seconds: float = 20) -> None:
    """Wait, not for ever, until nothing else works on this machine."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        before = _idle()
        time.sleep(0.5)
        if _idle() - before > 0.5 * 0.9 * (os.cpu_count() or 1):
            return


def _idle() -> float:
    """Seconds all cores together have had nothing to do, or waited for a disk."""
    fields = Path("/proc/stat").read_text(encoding="ascii").split(None, 6)
    return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")


class Watch(threading.Thread):
    """The peak of a process's resident memory."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak, self.over = pid, 0, threading.Event()
        self.start()

    def run(self) -> None:
        while not self.over.wait(0.05):
            self.peak = max(self.peak, resident_mb(self.pid))

    def stop(self) -> int:
        self.over.set()
        self.join()
        return self.peak


def metadata(digest: str) -> str:
    values = {"name": "Banc", "email": "banc@exemple.fr", "header_sha256": digest, "filename": digest}
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items())


def send(port: int, endpoint: str, pli: Path, digest: str) -> tuple[str, float]:
    """Deposit one pli by sendfile: (address, seconds from its last byte sent to its answer)."""
    size = pli.stat().st_size
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": str(size), "Upload-Metadata": metadata(digest)}
    connection.request("POST", endpoint, headers=headers)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 201, answer.status
    where = str(answer.headers["location"])
    path = where[where.index("/", 8) :] if where.startswith("http") else where
    connection.putrequest("PATCH", path, skip_accept_encoding=True)
    for name, value in (
        ("Tus-Resumable", "1.0.0"),
        ("Upload-Offset", "0"),
        ("Content-Type", "application/offset+octet-stream"),
        ("Content-Length", str(size)),
    ):
        connection.putheader(name, value)
    connection.endheaders()
    with pli.open("rb") as stream:
        connection.sock.sendfile(stream)
    last = time.perf_counter()
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 204, answer.status
    waited = time.perf_counter() - last
    connection.close()
    return path, waited


def send_all(port: int, endpoint: str, plis: list[tuple[Path, str]], clients: int) -> list[tuple[str, float]]:
    """All of them, by so many senders at once, each in a thread."""
    left, results, lock = list(reversed(plis)), [], threading.Lock()

    def work() -> None:
        while True:
            with lock:
                if not left:
                    return
                pli, digest = left.pop()
            done = send(port, endpoint, pli, digest)
            with lock:
                results.append(done)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == len(plis)
    return results


def machine_limit(folder: Path, sizes: list[int]) -> float:
    """SHA-256 + write + fdatasync in one thread, MiB/s: files of these sizes, the bytes already in memory.

    By 256 KiB: for bigger writes Linux seeks whole blocks of memory, which it may take longer to make than
    to write, and the limit would be half as high at some moments.
    """
    block, path = os.urandom(1 << 18), folder / "limit"
    spent = 0.0
    for size in sizes:
        began = time.perf_counter()
        digest, left = hashlib.sha256(), size
        with path.open("wb", buffering=0) as sink:
            while left > 0:
                piece = block[:left]
                digest.update(piece)
                left -= sink.write(piece)
            os.fdatasync(sink.fileno())
        spent += time.perf_counter() - began
        path.unlink()
    return sum(sizes) / (1 << 20) / spent


def tidy_memory() -> None:
    """As root on Linux: empty the caches and gather free memory, which days of other work leave in crumbs.

    In crumbs, a copy into the page cache costs up to six times as much.
    """
    os.sync()
    for name, value in (("drop_caches", "3"), ("compact_memory", "1")):
        with contextlib.suppress(OSError):
            Path("/proc/sys/vm", name).write_text(value, encoding="ascii")


@contextmanager
def workspace() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="reglo-banc-", dir=os.environ.get("BENCH_DIR")))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def show(rows: list[tuple[str, str]]) -> None:
    width = max(len(name) for name, _ in rows)
    for name, value in rows:
        print(f"{name:<{width}}  {value}")
