"""V2: before opening, disk, database and memory of the server hold no plaintext, no document name, no key."""

from __future__ import annotations

import os
import re
from pathlib import Path

import httpx
import psycopg
import pytest
from tests.deposit.conftest import Open
from tests.deposit.support import REFERENCE, Pli, Server, send

from reglo.sealing.age import Identity
from reglo.sealing.bid_sealing import Document, seal_bid
from reglo.sealing.opening_keys import OpeningKeys
from reglo.sealing.signing import SigningKey

CANARY = "CanariJauneSerin"


def memory_of(pid: int) -> bytes:
    """Every readable private page of a process."""
    found = []
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text(encoding="utf-8").splitlines():
            place = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if place:
                start, end = (int(each, 16) for each in place.groups())
                try:
                    memory.seek(start)
                    found.append(memory.read(end - start))
                except (OSError, ValueError, OverflowError):
                    continue
    return b"".join(found)


def test_the_whole_server_betrays_nothing_before_opening(
    server: Server, consultation: Open, tmp_path: Path, urls: tuple[str, str]
) -> None:
    if not os.access("/proc/self/mem", os.R_OK):
        pytest.skip("/proc n'est pas lisible sur ce système")
    identity = Identity.generate()
    keys = OpeningKeys(
        consultation=REFERENCE, rules_sha256="0" * 64, recipients={"bid/1": identity.recipient}
    )
    consultation(opening_keys=keys.to_json())
    document = tmp_path / "clair"
    document.write_bytes((CANARY + " : 123 456,78 EUR HT\n").encode() * 400)
    sealed_path = tmp_path / "pli.tar"
    with sealed_path.open("wb") as sink:
        listed = [Document(path=document, name=f"Offre {CANARY}.pdf", compartment="bid/1")]
        bidder = {"name": CANARY, "siren": ""}
        sealed = seal_bid(keys=keys, documents=listed, bidder=bidder, sink=sink)
    pli = Pli(sealed_path.read_bytes(), SigningKey(sealed.key.private_bytes_raw()), sealed.pli)
    server.start()
    assert server.process is not None
    with server.client() as client:
        where = send(client, pli, name="Déposante Visible")
        assert client.get(f"{where}/recu").status_code == 200
        memory = memory_of(server.process.pid)
    secrets = (CANARY.encode(), identity.secret.encode(), identity.seed, pli.key.seed)
    assert "Déposante Visible".encode() in memory  # the search finds what is there
    assert [each for each in secrets if each in memory] == []
    disk = b"".join(path.read_bytes() for path in server.data.rglob("*") if path.is_file())
    assert pli.data in disk
    assert [each for each in secrets if each in disk] == []
    with psycopg.connect(urls[1]) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'reglo'").fetchall()
        dump = "".join(
            str(connection.execute(f"SELECT * FROM reglo.{name}".encode()).fetchall()) for (name,) in tables
        )
    assert "Déposante Visible" in dump
    assert CANARY not in dump
    assert where.rsplit("/", 1)[-1] not in dump  # nor the capability: whoever reads the base cannot act
    assert identity.seed.hex() not in dump


def test_ten_thousand_tiny_blobs_make_one_deposit(server: Server, consultation: Open, tmp_path: Path) -> None:
    from tests.deposit.support import make_pli

    consultation(max_documents=20_000)
    pli = make_pli(tmp_path / "many", (1,) * 10_000)
    server.start()
    with httpx.Client(base_url=server.url, timeout=60) as client:
        where = send(client, pli, chunk=4_000_000)
        blobs = client.get(f"{where}/recu").json()["receipt"]["blobs"]
    assert len(blobs) == 10_002  # the documents, their manifest, the padding
