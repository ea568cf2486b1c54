"""Opening a bid: the compartments whose keys are given, each document verified, the rest said.

``docs/seal.md`` §3. One bad blob never stops the others; nothing is written outside the destination.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

from reglo.procurement.findings import Finding, Place, Refused, Severity
from reglo.sealing import age
from reglo.sealing.hashing import BackgroundHash
from reglo.sealing.pli import MANIFEST_FORMAT, Blob, BlobStream, Header, read_header, safe_name

ASIDE = "non-verifies"  # where what could not be named or verified stays
# a document of the name of another's folder, or a path longer than the system allows
_UNBEARABLE = (errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG)
MAX_MANIFEST = 64 * 1024 * 1024


class Unopened(Finding):
    code = "SCEAU-30"
    cause = "Le blob {blob} du compartiment « {compartment} » n'a pas pu être ouvert : {why}"
    mend = "Il est gardé tel quel ; la copie de sauvegarde peut être ouverte si ses conditions sont réunies."
    source = "docs/seal.md §3"


class ManifestTrouble(Finding):
    code = "SCEAU-31"
    cause = "Compartiment « {compartment} » : {why}."
    mend = "Ce qui a été déchiffré est gardé sous le numéro du blob ; consignez l'incident au procès-verbal."
    source = "docs/seal.md §3"


class DocumentDiffers(Finding):
    code = "SCEAU-32"
    cause = "« {name} » : {what} lue {found}, le manifeste annonce {expected}."
    mend = "Le document est gardé comme illisible ; consignez l'incident au procès-verbal."
    source = "docs/seal.md §3"


class BlobMissing(Finding):
    code = "SCEAU-33"
    cause = "Le manifeste annonce « {name} » (blob {blob}), absent du pli."
    mend = "Traitez-le comme une pièce manquante ; la copie de sauvegarde peut être ouverte."
    source = "docs/seal.md §3"


class BadName(Finding):
    code = "SCEAU-34"
    cause = "Le manifeste nomme un document « {name} », un nom que rien n'écrit sur un disque."
    mend = "Il est gardé sous le nom de son blob."
    source = "docs/seal.md §3"
    default_severity = Severity.TO_CHECK


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedDocument:
    compartment: str
    name: str
    path: Path
    piece: str
    lot: str
    member: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What opening gave: documents written and verified, and what went wrong with the rest."""

    bidder: Mapping[str, str]
    documents: tuple[OpenedDocument, ...]
    findings: tuple[Finding, ...]


def open_pli(path: Path, identities: Mapping[str, age.Identity], destination: Path) -> Opened:
    """Open the compartments whose keys are given, into ``destination``, as the bidder's own tree.

    One bad blob never stops the others. Nothing is written outside ``destination``; what could
    not be named or verified stays under its blob's number in ``destination``/``ASIDE``.
    Raises Refused (SCEAU-20) only when the pli itself cannot be read.
    """
    header = read_header(path)
    findings: list[Finding] = []
    documents: list[OpenedDocument] = []
    bidder: Mapping[str, str] = {}
    with path.open("rb") as stream:
        owners = _owners(stream, header, identities)
    for compartment, identity in identities.items():
        opening = _Compartment(path, header, compartment, identity, destination)
        documents += opening.open([blob for blob in header.blobs if owners.get(blob.id) == compartment])
        findings += opening.findings
        bidder = bidder or opening.bidder
    if (aside := destination / ASIDE).is_dir() and not any(aside.iterdir()):
        aside.rmdir()
    return Opened(bidder=bidder, documents=tuple(documents), findings=tuple(findings))


def _owners(stream: BinaryIO, header: Header, identities: Mapping[str, age.Identity]) -> dict[str, str]:
    """Blob -> the compartment whose key opens it, found from the headers alone."""
    owners = {}
    for blob in header.blobs:
        for compartment, identity in identities.items():
            if age.answers(BlobStream(stream, blob), identity):  # type: ignore[arg-type]
                owners[blob.id] = compartment
                break
    return owners


def _decrypted(
    pli: Path, blobs: Sequence[Blob], identity: age.Identity, folder: Path
) -> list[tuple[int | None, str]]:
    """Each blob's outcome, in order, on every core: ciphers and hashes leave the interpreter free.

    The longest begin first; one longer than a core's share has a second thread for its hash.
    """
    cores, total, stopped = os.cpu_count() or 1, sum(blob.size for blob in blobs), Event()
    with ThreadPoolExecutor(cores) as workers:
        try:
            running = {
                blob.id: workers.submit(
                    _decrypt, pli, blob, identity, folder / blob.id, blob.size * cores > total, stopped
                )
                for blob in sorted(blobs, key=lambda blob: blob.size, reverse=True)
            }
            return [running[blob.id].result() for blob in blobs]
        except BaseException:  # interrupted, disk full: the rest is of no use, and may be gigabytes
            stopped.set()
            workers.shutdown(wait=False, cancel_futures=True)
            raise


def _decrypt(
    pli: Path, blob: Blob, identity: age.Identity, path: Path, alone: bool, stopped: Event
) -> tuple[int | None, str]:
    """Decrypt one blob aside: its length and SHA-256, taken on the way; or None and why it cannot be."""
    try:
        with pli.open("rb") as stream, path.open("wb") as raw, BackgroundHash(aside=alone) as digest:
            sink, source = _HashedSink(raw, digest, stopped), BlobStream(stream, blob)
            age.open_sealed(source, sink, identities=[identity])  # type: ignore[arg-type]
            return sink.size, digest.hexdigest()
    except Refused as refused:
        path.unlink(missing_ok=True)
        return None, refused.findings[0].cause_text


class _Stopped(Exception):
    """The opening was interrupted: what is being decrypted goes no further."""


class _HashedSink:
    """A file written through its hash, until ``stopped``."""

    def __init__(self, stream: BinaryIO, digest: BackgroundHash, stopped: Event) -> None:
        self.stream, self.digest, self.stopped, self.size = stream, digest, stopped, 0

    def write(self, data: memoryview) -> int:
        if self.stopped.is_set():
            raise _Stopped
        self.digest.update(data)
        self.size += len(data)
        return self.stream.write(data)


class _Compartment:
    """The opening of one compartment; ``findings`` grows as it goes."""

    def __init__(
        self, pli: Path, header: Header, name: str, identity: age.Identity, destination: Path
    ) -> None:
        self.pli, self.header, self.name, self.identity = pli, header, name, identity
        self.folder = destination
        self.aside = destination / ASIDE
        self.place = Place(file=pli.name)
        self.findings: list[Finding] = []
        self.bidder: Mapping[str, str] = {}

    def report(self, cause: type[Finding], **facts: object) -> None:
        self.findings.append(cause(facts={"compartment": self.name, **facts}, place=self.place))

    def open(self, blobs: Sequence[Blob]) -> list[OpenedDocument]:
        self.aside.mkdir(parents=True, exist_ok=True)
        plain: dict[str, tuple[Path, int, str]] = {}
        outcomes = _decrypted(self.pli, blobs, self.identity, self.aside)
        for blob, (size, result) in zip(blobs, outcomes, strict=True):
            if size is None:
                self.report(Unopened, blob=blob.id, why=result)
            else:
                plain[blob.id] = (self.aside / blob.id, size, result)
        read = {blob: self.manifest(path) for blob, (path, _, _) in plain.items()}
        manifests = [(blob, manifest) for blob, manifest in read.items() if manifest is not None]
        if len(manifests) != 1:
            if blobs:
                why = "aucun manifeste ne s'y trouve" if not manifests else "deux manifestes s'y contredisent"
                self.report(ManifestTrouble, why=why)
            return []
        ((own, manifest),) = manifests
        plain.pop(own)[0].unlink()
        self.bidder = manifest["bidder"]
        documents = [self.document(entry, plain) for entry in manifest["documents"]]
        for padding in manifest["padding"]:
            if padding in plain:
                plain.pop(padding)[0].unlink()
            else:
                self.report(BlobMissing, name="bourrage", blob=padding)
        for unknown in plain:
            self.report(ManifestTrouble, why=f"le blob {unknown} n'est pas au manifeste")
        return [document for document in documents if document is not None]

    def manifest(self, path: Path) -> dict[str, Any] | None:
        """The manifest a decrypted blob is, or None."""
        if path.stat().st_size > MAX_MANIFEST:
            return None
        with path.open("rb") as stream:
            if stream.read(2) != b'{"':
                return None
            stream.seek(0)
            try:
                given = json.loads(stream.read())
            except (ValueError, RecursionError):
                return None
        shape = {
            "format": MANIFEST_FORMAT,
            "consultation": self.header.consultation,
            "compartment": self.name,
            "pli": self.header.pli,
        }
        if not all(given.get(key) == value for key, value in shape.items()):
            return None
        return given if _well_formed(given) else None

    def document(
        self, entry: Mapping[str, Any], plain: dict[str, tuple[Path, int, str]]
    ) -> OpenedDocument | None:
        """One document of the manifest, moved to its name once verified."""
        found = plain.pop(entry["blob"], None)
        if found is None:
            self.report(BlobMissing, name=entry["name"], blob=entry["blob"])
            return None
        path, size, digest = found
        if (size, digest) != (entry["size"], entry["sha256"]):
            what, read, said = (
                ("taille", size, entry["size"])
                if size != entry["size"]
                else ("empreinte", digest, entry["sha256"])
            )
            self.report(DocumentDiffers, name=entry["name"], what=what, found=read, expected=said)
            return None
        target = self.placed(path, entry["name"], entry["blob"])
        return OpenedDocument(
            compartment=self.name,
            name=entry["name"],
            path=target,
            piece=entry["piece"],
            lot=entry["lot"],
            member=entry["member"],
            size=size,
            sha256=digest,
        )

    def placed(self, path: Path, given: str, blob: str) -> Path:
        """Where a verified document is moved to: its name, or its blob's number when nothing can bear it."""
        name = safe_name(given)
        if name == given:
            target = self.folder / name
            try:
                if target.exists():  # two documents of one name
                    target = target.with_name(
                        f"{blob}-{target.name}".encode()[:255].decode("utf-8", "ignore")
                    )
                target.parent.mkdir(parents=True, exist_ok=True)
                return path.replace(target)
            except OSError as error:
                if error.errno not in _UNBEARABLE:
                    raise
        self.report(BadName, name=given)
        return path.replace(self.folder / blob)


def _well_formed(given: Mapping[str, Any]) -> bool:
    """Whether a manifest has the parts and types of docs/seal.md §3."""
    texts = ("blob", "piece", "lot", "member", "name", "type", "sha256")
    documents, padding, bidder = given.get("documents"), given.get("padding"), given.get("bidder")
    return (
        isinstance(documents, list)
        and isinstance(padding, list)
        and isinstance(bidder, dict)
        and all(isinstance(blob, str) for blob in padding)
        and all(
            isinstance(entry, dict)
            and all(isinstance(entry.get(key), str) for key in texts)
            and isinstance(entry.get("size"), int)
            for entry in documents
        )
    )
