"""One byte changed anywhere in a pli, its manifests and its blobs included, is always seen.

By the receipt's hash, wherever the byte is; by the opening too, for every sealed byte. A seeded sample
always runs, the campaign with --long.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from tests.sealing.platform import Platform

from reglo.cli.verify import size_and_digest
from reglo.procurement.findings import Refused
from reglo.sealing import age
from reglo.sealing.age import Identity
from reglo.sealing.bid_opening import open_pli
from reglo.sealing.bid_sealing import Document, seal_bid
from reglo.sealing.opening_keys import OpeningKeys
from reglo.sealing.pli import Blob, read_header
from reglo.sealing.receipt import SealedBlob
from reglo.sealing.receipt_checks import GivenFile, verify

NAMES = ("candidacy/1", "bid/1")
IDENTITIES = {name: Identity(hashlib.sha256(name.encode()).digest()) for name in NAMES}
KEYS = OpeningKeys(
    consultation="2026-01",
    rules_sha256="0" * 64,
    recipients={name: identity.recipient for name, identity in IDENTITIES.items()},
)
CONTENTS = {  # two of one compartment and one size: only their hashes tell them apart
    "pouvoirs.pdf": ("candidacy/1", b"pouvoirs"),
    "prix.pdf": ("bid/1", b"prix : 42 000,00 EUR HT " * 3),
    "rabais.pdf": ("bid/1", b"prix : 39 000,00 EUR HT " * 3),
}


class Sealed:
    """A small pli, its blobs, and the receipt a platform gave for it."""

    def __init__(self, folder: Path) -> None:
        documents = []
        for name, (compartment, content) in CONTENTS.items():
            path = folder / name
            path.write_bytes(content)
            documents.append(Document(path=path, name=name, compartment=compartment))
        sink = BytesIO()
        result = seal_bid(keys=KEYS, documents=documents, bidder={"name": "Alice"}, sink=sink)
        self.data = sink.getvalue()
        self.path = folder / "alice.pli"
        self.path.write_bytes(self.data)
        header = read_header(self.path)
        self.blobs = header.blobs
        self.named = {entry.document.name: entry.blob for entry in result.documents}
        self.platform = Platform()
        sealed = [SealedBlob(id=blob.id, size=blob.size, sha256=self.digest(blob)) for blob in self.blobs]
        statement = self.platform.statement(header_sha256=header.sha256, size=len(self.data))
        self.receipt = self.platform.receipt(replace(statement, blobs=tuple(sealed)))

    def digest(self, blob: Blob) -> str:
        return hashlib.sha256(self.data[blob.offset : blob.offset + blob.size]).hexdigest()

    def changed(self, place: int, by: int) -> bytes:
        return self.data[:place] + bytes([self.data[place] ^ by]) + self.data[place + 1 :]

    def refuted(self, data: bytes) -> bool:
        """Whether the receipt alone shows that this is not the file received."""
        path = self.path.with_name("given.pli")
        path.write_bytes(data)
        given = GivenFile("alice.pli", *size_and_digest(path))
        keys, authorities = [self.platform.key.public], [self.platform.authority.ca]
        verdict = verify(self.receipt, keys=keys, authorities=authorities, files=[given])
        return any(finding.code == "RECU-15" for finding in verdict.findings)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Sealed:
    return Sealed(tmp_path_factory.mktemp("pli"))


def opening_sees(sealed: Sealed, data: bytes, folder: Path) -> bool:
    """Whether opening says something, and never gives a document that is not its bidder's."""
    path = folder / "changed.pli"
    path.write_bytes(data)
    try:
        opened = open_pli(path, IDENTITIES, folder / "out")
    except Refused:
        return True
    finally:
        written = {path.read_bytes() for path in (folder / "out").rglob("*") if path.is_file()}
        kept = {content for _, content in CONTENTS.values()}
        shutil.rmtree(folder / "out", ignore_errors=True)
    for document in opened.documents:
        assert document.sha256 == hashlib.sha256(CONTENTS[document.name][1]).hexdigest()
    assert len(opened.documents) == len(CONTENTS) or opened.findings
    assert opened.findings or written == kept
    return bool(opened.findings)


def flips(sealed: Sealed, count: int, seed: object) -> Iterator[tuple[Blob, int, bytes]]:
    """Changed plis: a byte of manifests, documents and padding, each kind as often as the others."""
    dice = random.Random(f"blobs {seed}")
    for _ in range(count):
        blob = dice.choice(sealed.blobs)
        place = blob.offset + dice.randrange(blob.size)
        yield blob, place, sealed.changed(place, dice.randrange(1, 256))


def flip_and_open(sealed: Sealed, folder: Path, count: int, seed: int) -> None:
    for blob, place, data in flips(sealed, count, seed):
        assert sealed.refuted(data), f"octet {place}, reçu"
        assert opening_sees(sealed, data, folder), f"octet {place} du blob {blob.id}"


def flip_and_decrypt(sealed: Sealed, count: int, seed: int) -> None:
    """The same without the files: not a byte of a changed blob is ever taken for the true one."""
    for blob, place, data in flips(sealed, count, f"age {seed}"):
        for identity in IDENTITIES.values():
            changed = BytesIO(data[blob.offset : blob.offset + blob.size])
            try:
                age.open_sealed(changed, BytesIO(), identities=[identity])
            except Refused:
                continue
            pytest.fail(f"octet {place} du blob {blob.id}")


def flip_anywhere(sealed: Sealed, count: int, seed: int) -> None:
    """A byte of the whole file, its header and the fields of its archive included: the receipt tells."""
    dice = random.Random(f"file {seed}")
    for _ in range(count):
        place = dice.randrange(len(sealed.data))
        assert sealed.refuted(sealed.changed(place, dice.randrange(1, 256))), f"octet {place}"


def test_a_thousand_changed_bytes_of_a_pli_are_all_seen(
    sealed: Sealed, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    assert not sealed.refuted(sealed.data)
    assert not opening_sees(sealed, sealed.data, tmp_path)
    flip_and_open(sealed, tmp_path, 30, seed=1)
    flip_and_decrypt(sealed, 670, seed=1)
    flip_anywhere(sealed, 300, seed=1)
    record_property("octets changés, tous vus", 1_000)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10, 20))
def test_fifty_thousand_changed_bytes_of_plis_are_all_seen(
    tmp_path: Path, seed: int, record_property: Callable[[str, object], None]
) -> None:
    sealed = Sealed(tmp_path)
    flip_and_open(sealed, tmp_path, 200, seed)
    flip_and_decrypt(sealed, 4_000, seed)
    flip_anywhere(sealed, 800, seed)
    record_property("octets changés, tous vus", 5_000)


def test_no_byte_of_the_archive_around_the_blobs_can_change_unseen(sealed: Sealed) -> None:
    """Headers, pli.json, padding and end: none is in a blob's hash, and every one is held all the same."""
    within = {place for blob in sealed.blobs for place in range(blob.offset, blob.offset + blob.size)}
    around = [place for place in range(len(sealed.data)) if place not in within]
    dice = random.Random("around")
    for place in dice.sample(around, 1500):
        assert sealed.refuted(sealed.changed(place, dice.randrange(1, 256))), f"octet {place}"
    assert not sealed.refuted(sealed.data)


def test_a_pli_cut_or_lengthened_anywhere_is_seen(sealed: Sealed, tmp_path: Path) -> None:
    dice = random.Random(7)
    for _ in range(10):
        place = dice.randrange(len(sealed.data))
        for data in (sealed.data[:place], sealed.data[:place] + b"\0" + sealed.data[place:]):
            assert sealed.refuted(data)
            opening_sees(sealed, data, tmp_path)


def test_two_blobs_exchanged_are_seen_by_the_opening(sealed: Sealed, tmp_path: Path) -> None:
    """Each sealed well, under the other's name, of one size: the hashes of the manifest tell."""
    path = tmp_path / "exchanged.pli"
    names = [f"blobs/{sealed.named[name]}.age" for name in ("prix.pdf", "rabais.pdf")]
    with tarfile.open(sealed.path) as given, tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as made:
        held = {info.name: given.extractfile(info).read() for info in given}  # type: ignore[union-attr]
        first, second = (held[name] for name in names)
        for info in given:
            data = {names[0]: second, names[1]: first}.get(info.name, held[info.name])
            info.size = len(data)
            made.addfile(info, BytesIO(data))
    assert opening_sees(sealed, path.read_bytes(), tmp_path)
