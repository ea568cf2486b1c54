"""A file of four gigabytes, from the bidder's folder to the committee's: whole, in little memory."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from tests.deposit.conftest import Open
from tests.deposit.support import KEYS, REFERENCE, Server

from reglo.deposit.sending import Sender, Sending
from reglo.sealing.age import Identity
from reglo.sealing.bid_opening import open_pli
from reglo.sealing.bid_sealing import Document, seal_bid
from reglo.sealing.pli import envelope_of

SIZE = 4 * 1024**3 + 1  # what four bytes cannot count
MEMORY = 150 * 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where sixteen gigabytes come and go."""
    if shutil.disk_usage(tmp_path).free < 20 * 1024**3:
        pytest.skip("il faut 20 Gio de disque libre")
    place = Path(tempfile.mkdtemp(prefix="reglo-4g-", dir=tmp_path))
    yield place
    shutil.rmtree(place, ignore_errors=True)


@pytest.mark.long
def test_a_file_of_four_gigabytes_is_sealed_deposited_and_opened(
    server: Server, consultation: Open, folder: Path
) -> None:
    consultation(max_size=8 * 1024**3, max_document_size=8 * 1024**3)
    source = folder / "plans.zip"
    with source.open("wb") as sink:  # sparse, but for marks that would show a piece lost or moved
        for place in range(0, SIZE, 256 * 1024**2):
            sink.seek(place)
            sink.write(place.to_bytes(8, "big"))
        sink.truncate(SIZE)
    with source.open("rb") as stream:
        true = hashlib.file_digest(stream, "sha256").hexdigest()
    pli = folder / "alice.pli"
    with pli.open("wb") as sink:
        documents = [Document(path=source, name="plans.zip", compartment="bid/1")]
        sealed = seal_bid(keys=KEYS, documents=documents, bidder={"name": "Alice"}, sink=sink)
    source.unlink()
    sealed_hash = envelope_of(pli)
    server.environment = {"TEST_BATCH": "524288", "TEST_DURABLE_EVERY": str(64 * 1024**2)}
    server.start()
    assert server.process is not None
    process, peak = psutil.Process(server.process.pid), 0

    def watch(done: int, total: int) -> None:
        nonlocal peak
        if done % (64 * 1024**2) < 256 * 1024:
            memory = process.memory_info()
            peak = max(peak, memory.rss - memory.shared)

    sending = Sending(f"{server.url}/consultations/{REFERENCE}", pli, patience=300)
    state = sending.begin(Sender(name="Alice SARL", email="alice@exemple.fr"))
    sending.send(state, watch)
    receipt = sending.receipt(state)
    sending.close()
    server.stop()
    assert (receipt.statement.size, receipt.statement.envelope_sha256) == (sealed.size, sealed_hash)
    assert peak < MEMORY, f"{peak >> 20} Mio"
    pli.unlink()
    (kept,) = [path for path in (server.data / "store").rglob("*") if path.suffix in (".part", ".tar")]
    opened = open_pli(kept, {"bid/1": Identity(b"\2" * 32)}, folder / "ouvert")
    (document,) = opened.documents
    assert opened.findings == ()
    assert (document.size, document.sha256) == (SIZE, true)
    shutil.rmtree(server.data / "store")
