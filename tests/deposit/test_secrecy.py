"""V2: before opening, disk, database and memory of the server hold no plaintext, no document name, no key."""

from __future__ import annotations

import contextlib
import os
import re
from base64 import b64encode
from pathlib import Path

import httpx
import psycopg
import pytest
from tests.deposit.conftest import Open
from tests.deposit.support import REFERENCE, Pli, Server, make_pli, send, settled

from reglo.deposit.database import Embedded
from reglo.procurement.findings import Refused
from reglo.sealing.age import Identity
from reglo.sealing.bid_opening import open_pli
from reglo.sealing.bid_sealing import Document, seal_bid
from reglo.sealing.custody import (
    Contribution,
    Holder,
    Person,
    Protection,
    Split,
    ceremony,
    combine,
    contribution,
    open_package,
)
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


class Kept:
    """A ceremony of 2 out of 3, twice, whose holders' keys the test keeps."""

    def __init__(self) -> None:
        self.keys: dict[str, Identity] = {}
        self.born = ceremony(
            consultation=REFERENCE,
            rules_sha256="0" * 64,
            compartments=("bid/1",),
            committee=self.split("c"),
            escrow=self.split("e"),
        )

    def split(self, letter: str) -> Split:
        return Split(threshold=2, holders=tuple(self.holder(f"{letter}{number}") for number in range(3)))

    def holder(self, name: str) -> Holder:
        people = []
        for person in (name, f"{name}-suppléant"):
            self.keys[person] = Identity.generate()
            recipient = self.keys[person].recipient
            people.append(Person(name=person, recipient=recipient, protection=Protection.KEY))
        return Holder(id=name, holder=people[0], alternate=people[1])

    def share(self, name: str) -> Contribution:
        return contribution(open_package(self.born.packages[name], [self.keys[name]]), ("bid/1",))

    def opened_by(self, *names: str) -> Identity:
        shares = [self.share(name) for name in names]
        combined = combine(self.born.opening_keys, self.born.record, shares, ["bid/1"])
        return combined.identities["bid/1"]


def content(folder: Path) -> bytes:
    """Every byte on the disk; what a living server takes away meanwhile is not there."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                path = Path(place) / name
                found.append(path.read_bytes() if path.is_file() else b"")
    return b"".join(found)


def found_in(haystack: bytes, secrets: dict[str, bytes]) -> list[str]:
    return [name for name, secret in secrets.items() if secret in haystack]


def test_the_whole_server_betrays_nothing_before_opening_even_with_one_share_of_two(
    server: Server, consultation: Open, tmp_path: Path, urls: tuple[str, str], postgresql: Embedded
) -> None:
    """Disk, database, its files and its write-ahead log, memory, every package and k−1 shares opened."""
    if not os.access("/proc/self/mem", os.R_OK):
        pytest.skip("/proc n'est pas lisible sur ce système")
    kept = Kept()
    identity, keys = kept.opened_by("c0", "c1"), kept.born.opening_keys
    consultation(opening_keys=keys.to_json())
    document = tmp_path / "clair"
    document.write_bytes((CANARY + " : 123 456,78 EUR HT\n").encode() * 400)
    sealed_path = tmp_path / "pli.tar"
    with sealed_path.open("wb") as sink:
        listed = [Document(path=document, name=f"Offre {CANARY}.pdf", compartment="bid/1")]
        bidder = {"name": CANARY, "siren": ""}
        sealed = seal_bid(keys=keys, documents=listed, bidder=bidder, sink=sink)
    pli = Pli(sealed_path.read_bytes(), SigningKey(sealed.key.private_bytes_raw()), sealed.pli)
    secrets = {
        "texte, nom de fichier ou de candidat": CANARY.encode(),
        "clé d'ouverture": identity.secret.encode(),
        "graine": identity.seed,
        "graine en hexadécimal": identity.seed.hex().encode(),
        "graine en base64": b64encode(identity.seed),
        "clé du pli": pli.key.seed,
    }
    server.start()
    assert server.process is not None
    assert server.process.pid is not None
    with server.client() as client:
        where = send(client, pli, name="Déposante Visible")
        assert client.get(f"{where}/recu").status_code == 200
        memory = memory_of(server.process.pid)
    visible = "Déposante Visible".encode()
    assert visible in memory  # the search finds what is there
    assert found_in(memory, secrets) == []
    assert settled(server.data) == pli.data
    disk = content(server.data)
    assert pli.data in disk
    assert found_in(disk, secrets) == []
    with psycopg.connect(urls[1], autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'reglo'").fetchall()
        dump = "".join(
            str(connection.execute(f"SELECT * FROM reglo.{name}".encode()).fetchall()) for (name,) in tables
        ).encode()
    files = content(postgresql.server.pgdata)
    capability = {"adresse du dépôt": where.rsplit("/", 1)[-1].encode()}  # reading the base is not acting
    for haystack in (dump, files):
        assert visible in haystack
        assert found_in(haystack, {**secrets, **capability}) == []
    # the attacker also has every sealed package, and opens one share of each side
    shares = [kept.share(name) for name in ("c2", "e0")]
    held = b"".join((*kept.born.packages.values(), *(str(share).encode() for share in shares)))
    assert found_in(held, secrets) == []
    with pytest.raises(Refused):
        combine(keys, kept.born.record, shares, ["bid/1"])
    opened = open_pli(sealed_path, {"bid/1": kept.opened_by("e0", "e2")}, tmp_path / "ouvert")
    assert [each.name for each in opened.documents] == [f"Offre {CANARY}.pdf"]


def test_ten_thousand_tiny_blobs_make_one_deposit(server: Server, consultation: Open, tmp_path: Path) -> None:
    consultation(max_documents=20_000)
    pli = make_pli(tmp_path / "many", (1,) * 10_000)
    server.start()
    with httpx.Client(base_url=server.url, timeout=60) as client:
        where = send(client, pli, chunk=4_000_000)
        blobs = client.get(f"{where}/recu").json()["receipt"]["blobs"]
    assert len(blobs) == 10_002  # the documents, their manifest, the padding
