"""Sealing a bid: every document to its compartment, a manifest per compartment, padding; then the tar.

``docs/seal.md`` §3, §4, §6. The whole length is known before the first byte; memory stays constant.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import rfc8785
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from reglo.procurement.findings import Finding, Refused
from reglo.sealing import age
from reglo.sealing.hashing import BackgroundHash
from reglo.sealing.opening_keys import OpeningKeys
from reglo.sealing.pli import (
    BLOCK,
    HEADER_NAME,
    MANIFEST_FORMAT,
    PLI_FORMAT,
    blob_name,
    entry_header,
    pli_size,
)

MAX_BLOB = 8 * 1024**3 - 1  # what a ustar entry can hold
_MANIFEST_STEP = 4096


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


def seal_bid(
    *,
    keys: OpeningKeys,
    documents: Sequence[Document],
    bidder: Mapping[str, str],
    sink: BinaryIO,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> SealedPli:
    """Seal every document and write the pli to ``sink``. One pass, constant memory whatever the sizes.

    ``bidder``: name and SIREN, for the manifests only. ``progress(done, total)`` in bytes of the pli.
    Raises Refused: SCEAU-21 too big, SCEAU-22 a file changed meanwhile, SCEAU-23 no key published.
    """
    pli, signer = secrets.token_hex(16), Ed25519PrivateKey.generate()
    planned = [_planned(document, keys) for document in documents]
    secrets.SystemRandom().shuffle(planned)
    manifests = _Manifests(planned, keys, pli, bidder)
    padding = _padding_for(sum(age.sealed_size(size) for size in (*_sizes(planned), *manifests.sizes)))
    tail = [*zip(manifests.blobs, manifests.sizes, strict=True), (manifests.padding, padding)]
    sizes = {entry.blob: entry.size for entry in planned} | dict(tail)
    header = rfc8785.dumps(
        {
            "format": PLI_FORMAT,
            "consultation": keys.consultation,
            "opening_keys_sha256": keys.digest,
            "pli": pli,
            "pli_key": b64encode(signer.public_key().public_bytes_raw()).decode(),
            "blobs": [{"id": blob, "size": age.sealed_size(size)} for blob, size in sizes.items()],
        }
    )
    total = pli_size(len(header), [age.sealed_size(size) for size in sizes.values()])
    out = _Output(sink, total, progress)
    out.entry(HEADER_NAME, len(header), lambda: out.write(header))
    sealed = [_seal_document(entry, keys, out) for entry in planned]
    for (compartment, text), blob in zip(manifests.texts(sealed), manifests.blobs, strict=True):
        _seal(BytesIO(text), len(text), blob, keys.recipients[compartment], out)
    _seal(_Zeros(padding), padding, manifests.padding, keys.recipients[manifests.first], out)
    out.write(bytes(total - out.size))
    places = {id(document): place for place, document in enumerate(documents)}
    as_given = sorted(sealed, key=lambda entry: places[id(entry.document)])
    return SealedPli(pli=pli, size=total, key=signer, documents=tuple(as_given))


def _planned(document: Document, keys: OpeningKeys) -> SealedDocument:
    """A document with its blob and its size; its SHA-256 is taken while it is sealed."""
    if document.compartment not in keys.recipients:
        raise Refused(NoKeyFor(facts={"compartment": document.compartment, "name": document.name}))
    size = document.path.stat().st_size
    if age.sealed_size(size) > MAX_BLOB:
        facts = {"what": f"« {document.name} »", "size": f"{size} octets", "limit": "8 Gio"}
        raise Refused(TooBig(facts=facts))
    return SealedDocument(document=document, blob=secrets.token_hex(16), size=size, sha256="0" * 64)


def _sizes(entries: Sequence[SealedDocument]) -> list[int]:
    return [entry.size for entry in entries]


class _Manifests:
    """The manifests of a pli: their lengths are known before any document is sealed, their texts after.

    The first compartment's also names the padding blob.
    """

    def __init__(
        self, planned: Sequence[SealedDocument], keys: OpeningKeys, pli: str, bidder: Mapping[str, str]
    ) -> None:
        self.keys, self.pli, self.bidder = keys, pli, bidder
        self.compartments = sorted({entry.document.compartment for entry in planned})
        self.first = next(iter(self.compartments), next(iter(keys.recipients)))
        self.blobs = [secrets.token_hex(16) for _ in self.compartments]
        self.padding = secrets.token_hex(16)
        self.sizes = [len(text) for _, text in self.texts(planned)]

    def texts(self, entries: Sequence[SealedDocument]) -> list[tuple[str, bytes]]:
        """(compartment, canonical text), spaces added up to a step so that the length says little."""
        found = []
        for compartment in self.compartments:
            text = rfc8785.dumps(
                {
                    "format": MANIFEST_FORMAT,
                    "consultation": self.keys.consultation,
                    "compartment": compartment,
                    "pli": self.pli,
                    "bidder": dict(self.bidder),
                    "documents": [_described(e) for e in entries if e.document.compartment == compartment],
                    "padding": [self.padding] if compartment == self.first else [],
                }
            )
            found.append((compartment, text + b" " * (-len(text) % _MANIFEST_STEP)))
        return found


def _described(entry: SealedDocument) -> dict[str, str | int]:
    document = entry.document
    return {
        "blob": entry.blob,
        "piece": document.piece,
        "lot": document.lot,
        "member": document.member,
        "name": document.name,
        "type": document.type,
        "size": entry.size,
        "sha256": entry.sha256,
    }


def _seal_document(entry: SealedDocument, keys: OpeningKeys, out: _Output) -> SealedDocument:
    with entry.document.path.open("rb") as stream, BackgroundHash() as digest:
        source = _Hashed(stream, digest)
        try:
            _seal(source, entry.size, entry.blob, keys.recipients[entry.document.compartment], out)
        except _WrongSize as error:
            raise Refused(ChangedWhileSealing(facts={"name": entry.document.name})) from error
        return replace(entry, sha256=digest.hexdigest())


def _seal(source: object, size: int, blob: str, recipient: str, out: _Output) -> None:
    """One entry of the tar: ``source`` (anything with ``read``) sealed to ``recipient``."""
    out.entry(
        blob_name(blob),
        age.sealed_size(size),
        lambda: age.seal(source, out, recipients=[recipient]),  # type: ignore[arg-type]
    )


class _Hashed:
    """A file read through its hash."""

    def __init__(self, stream: BinaryIO, digest: BackgroundHash) -> None:
        self.stream, self.digest = stream, digest

    def read(self, size: int = -1) -> bytes:
        block = self.stream.read(size)
        self.digest.update(block)
        return block


class _Zeros:
    """A stream of ``left`` zero bytes."""

    def __init__(self, left: int) -> None:
        self.left = left

    def read(self, size: int = -1) -> bytes:
        given = self.left if size < 0 else min(size, self.left)
        self.left -= given
        return bytes(given)


class _WrongSize(Exception):
    """An entry is not of the length its header announces."""


class _Output:
    """The pli being written and counted, entry by entry."""

    def __init__(self, sink: BinaryIO, total: int, progress: Callable[[int, int], None]) -> None:
        self.sink, self.size, self.total, self.progress = sink, 0, total, progress

    def write(self, data: bytes | bytearray) -> int:
        self.sink.write(data)
        self.size += len(data)
        self.progress(self.size, self.total)
        return len(data)

    def entry(self, name: str, size: int, write: Callable[[], object]) -> None:
        self.write(entry_header(name, size))
        start = self.size
        write()
        if self.size - start != size:
            raise _WrongSize
        self.write(bytes(-size % BLOCK))
