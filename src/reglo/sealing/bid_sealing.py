"""Sealing a bid: every document to its compartment, a manifest per compartment, padding; then the tar.

``docs/seal.md`` §3, §4, §6. The whole length is known before the first byte; memory stays constant.
"""

from __future__ import annotations

import secrets
import tarfile
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reglo.procurement.findings import Finding, Refused
from reglo.sealing import age
from reglo.sealing.opening_keys import OpeningKeys
from reglo.sealing.pli import BLOCK, HEADER_NAME, MANIFEST_FORMAT, PLI_FORMAT, pli_size

MAX_BLOB = 8 * 1024**3 - 1  # what a ustar entry can hold
_MANIFEST_STEP = 4096
_READ = 1024 * 1024


class TooBig(Finding):
    code = "SCEAU-21"
    cause = "{what} dépasse la limite : {size} pour {limit}."
    mend = "Réduisez ou divisez le document, puis scellez de nouveau."
    source = "docs/seal.md §3"


class ChangedWhileSealing(Finding):
    code = "SCEAU-22"
    cause = "« {name} » a changé pendant le scellement."
    mend = "Fermez le programme qui le modifie, puis scellez de nouveau ; rien n'a été écrit."
    source = "docs/seal.md §3"


class NoKeyFor(Finding):
    code = "SCEAU-23"
    cause = "Aucune clé publiée pour « {compartment} », où va « {name} »."
    mend = "Prenez le fichier de clés publié pour cette consultation, ou retirez ce document."
    source = "docs/seal.md §2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A file to seal, and what the manifest will say of it."""

    path: Path
    name: str  # relative path as the opener will write it
    compartment: str
    piece: str = ""
    lot: str = ""
    member: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedDocument:
    document: Document
    blob: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedPli:
    """What the bidder keeps of a sealed pli: the private key of the pli among it."""

    pli: str
    size: int
    sha256: str
    key: Ed25519PrivateKey
    documents: tuple[SealedDocument, ...]


def padded_total(size: int) -> int:
    """The next length of the Padmé series: at most 12 % more, and few lengths to tell apart.

    >>> padded_total(1_000_000), padded_total(1_000_001) == padded_total(1_015_000)
    (1015808, True)
    """
    if size < 2:
        return size
    exponent = size.bit_length() - 1
    low_bits = exponent - (exponent.bit_length())
    mask = (1 << low_bits) - 1
    return (size + mask) & ~mask


def _padding_for(total: int) -> int:
    """The plain size of the padding blob that brings ``total`` sealed bytes to the series."""
    smallest = age.sealed_size(0)
    need = padded_total(total + smallest) - total
    plain = need - smallest
    while age.sealed_size(plain) > need:
        plain -= age.sealed_size(plain) - need
    return max(plain, 0)


def _digest(path: Path) -> tuple[int, str]:
    size, digest = 0, sha256()
    with path.open("rb") as stream:
        while block := stream.read(_READ):
            size += len(block)
            digest.update(block)
    return size, digest.hexdigest()


class _Watched:
    """A file being sealed: what was read of it is what was announced, or the sealing stops."""

    def __init__(self, stream: BinaryIO, name: str, size: int, digest: str) -> None:
        self.stream, self.name = stream, name
        self.expected = (size, digest)
        self.size, self.hash = 0, sha256()

    def read(self, size: int = -1) -> bytes:
        block = self.stream.read(size)
        self.size += len(block)
        self.hash.update(block)
        if not block:
            self.check()
        return block

    def check(self) -> None:
        if (self.size, self.hash.hexdigest()) != self.expected:
            raise Refused(ChangedWhileSealing(facts={"name": self.name}))


def seal_bid(
    *,
    keys: OpeningKeys,
    documents: Sequence[Document],
    bidder: Mapping[str, str],
    sink: BinaryIO,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> SealedPli:
    """Seal every document and write the pli to ``sink``. Constant memory whatever the sizes.

    ``bidder``: name and SIREN, for the manifests only. ``progress(done, total)`` in bytes of the pli.
    Raises Refused: SCEAU-21 too big, SCEAU-22 a file changed meanwhile, SCEAU-23 no key published.
    """
    pli, signer = secrets.token_hex(16), Ed25519PrivateKey.generate()
    known = tuple(_known(document, keys) for document in documents)
    blobs: dict[str, tuple[str, int, Callable[[BinaryIO], None]]] = {}
    for entry in known:
        blobs[entry.blob] = (entry.document.compartment, entry.size, _writer(entry, keys))
    manifests = {}
    for compartment in dict.fromkeys(entry.document.compartment for entry in known):
        inside = [entry for entry in known if entry.document.compartment == compartment]
        manifests[compartment] = (secrets.token_hex(16), inside)
    total = sum(age.sealed_size(entry.size) for entry in known)
    padding, padding_blob = _pad(total, manifests, bidder, keys, pli)
    for compartment, (blob, inside) in manifests.items():
        own_padding = [padding_blob] if compartment == next(iter(manifests)) else []
        text = _manifest(compartment, inside, own_padding, bidder, keys, pli)
        blobs[blob] = (compartment, len(text), _bytes_writer(text, keys.recipients[compartment]))
    first = next(iter(manifests), next(iter(keys.recipients)))
    blobs[padding_blob] = (first, padding, _zeros_writer(padding, keys.recipients[first]))
    order = list(blobs)
    secrets.SystemRandom().shuffle(order)
    header = rfc8785.dumps(
        {
            "format": PLI_FORMAT,
            "consultation": keys.consultation,
            "opening_keys_sha256": keys.digest,
            "pli": pli,
            "pli_key": b64encode(signer.public_key().public_bytes_raw()).decode(),
            "blobs": [{"id": blob, "size": age.sealed_size(blobs[blob][1])} for blob in order],
        }
    )
    size = pli_size(len(header), [age.sealed_size(blobs[blob][1]) for blob in order])
    out = Counted(sink, size, progress)
    _entry(out, HEADER_NAME, len(header), lambda to: to.write(header))
    for blob in order:
        _, plain, write = blobs[blob]
        _entry(out, f"blobs/{blob}.age", age.sealed_size(plain), write)
    out.write(bytes(size - out.size))
    return SealedPli(pli=pli, size=out.size, sha256=out.hash.hexdigest(), key=signer, documents=known)


def _known(document: Document, keys: OpeningKeys) -> SealedDocument:
    if document.compartment not in keys.recipients:
        facts = {"compartment": document.compartment, "name": document.name}
        raise Refused(NoKeyFor(facts=facts))
    size, digest = _digest(document.path)
    if age.sealed_size(size) > MAX_BLOB:
        facts = {"what": f"« {document.name} »", "size": f"{size} octets", "limit": "8 Gio"}
        raise Refused(TooBig(facts=facts))
    return SealedDocument(document=document, blob=secrets.token_hex(16), size=size, sha256=digest)


def _manifest(
    compartment: str,
    inside: Sequence[SealedDocument],
    padding: Sequence[str],
    bidder: Mapping[str, str],
    keys: OpeningKeys,
    pli: str,
) -> bytes:
    """The canonical manifest, spaces added up to a step so that its length says little."""
    text = rfc8785.dumps(
        {
            "format": MANIFEST_FORMAT,
            "consultation": keys.consultation,
            "compartment": compartment,
            "pli": pli,
            "bidder": dict(bidder),
            "documents": [
                {
                    "blob": entry.blob,
                    "piece": entry.document.piece,
                    "lot": entry.document.lot,
                    "member": entry.document.member,
                    "name": entry.document.name,
                    "type": entry.document.type,
                    "size": entry.size,
                    "sha256": entry.sha256,
                }
                for entry in inside
            ],
            "padding": list(padding),
        }
    )
    return text + b" " * (-len(text) % _MANIFEST_STEP)


def _pad(
    total: int,
    manifests: Mapping[str, tuple[str, Sequence[SealedDocument]]],
    bidder: Mapping[str, str],
    keys: OpeningKeys,
    pli: str,
) -> tuple[int, str]:
    """The plain size and the name of the padding blob, manifests counted."""
    blob = secrets.token_hex(16)
    for place, (compartment, (_, inside)) in enumerate(manifests.items()):
        text = _manifest(compartment, inside, [blob] if place == 0 else [], bidder, keys, pli)
        total += age.sealed_size(len(text))
    return _padding_for(total), blob


def _writer(entry: SealedDocument, keys: OpeningKeys) -> Callable[[BinaryIO], None]:
    def write(sink: BinaryIO) -> None:
        with entry.document.path.open("rb") as stream:
            watched = _Watched(stream, entry.document.name, entry.size, entry.sha256)
            recipient = keys.recipients[entry.document.compartment]
            age.seal(watched, sink, recipients=[recipient])  # type: ignore[arg-type]
            watched.check()

    return write


def _bytes_writer(data: bytes, recipient: str) -> Callable[[BinaryIO], None]:
    return lambda sink: age.seal(BytesIO(data), sink, recipients=[recipient])


class _Zeros:
    """A stream of ``left`` zero bytes."""

    def __init__(self, left: int) -> None:
        self.left = left

    def read(self, size: int = -1) -> bytes:
        given = self.left if size < 0 else min(size, self.left)
        self.left -= given
        return bytes(given)


def _zeros_writer(size: int, recipient: str) -> Callable[[BinaryIO], None]:
    return lambda sink: age.seal(_Zeros(size), sink, recipients=[recipient])  # type: ignore[arg-type]


class Counted:
    """The pli being written: its length and SHA-256 as it goes."""

    def __init__(self, sink: BinaryIO, total: int, progress: Callable[[int, int], None]) -> None:
        self.sink, self.total, self.progress = sink, total, progress
        self.size, self.hash = 0, sha256()

    def write(self, data: bytes) -> int:
        self.sink.write(data)
        self.hash.update(data)
        self.size += len(data)
        self.progress(self.size, self.total)
        return len(data)


def _entry(out: Counted, name: str, size: int, write: Callable[[BinaryIO], object]) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    out.write(info.tobuf(tarfile.USTAR_FORMAT))
    start = out.size
    write(out)  # type: ignore[arg-type]
    if out.size - start != size:
        raise Refused(ChangedWhileSealing(facts={"name": name}))
    out.write(bytes(-size % BLOCK))
