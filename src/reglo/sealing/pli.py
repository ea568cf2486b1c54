"""The pli as a file: a plain tar of age files whose clear part names nothing.

``docs/seal.md`` §3. ``tar`` and ``age`` alone open it; ``bid_sealing`` writes one, ``bid_opening`` opens it.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from base64 import b64decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from reglo.procurement.findings import Finding, Refused
from reglo.procurement.french import system_cause

PLI_FORMAT = "reglo-pli/1"
MANIFEST_FORMAT = "reglo-manifest/1"
HEADER_NAME = "pli.json"
MAX_HEADER = 16 * 1024 * 1024
MAX_BLOBS = 50_000
BLOCK, RECORD = 512, 10_240  # of a tar
_ID = re.compile(r"[0-9a-f]{32}")


class NotAPli(Finding):
    code = "SCEAU-20"
    cause = "« {file} » n'est pas un pli lisible : {why}."
    mend = "Reprenez le fichier d'origine et comparez son empreinte à celle du reçu."
    source = "docs/seal.md §3"


# --- Names ------------------------------------------------------------------------------------


def safe_name(path: str) -> str:
    """A relative path every system can write: NFC, no control character, no way up.

    >>> safe_name("../Offre\\x00/C1: l'AE\\\\signé.pdf"), safe_name("a" * 300 + ".pdf")[-5:]
    ("Offre/C1_ l'AE_signé.pdf", 'a.pdf')
    """
    parts = []
    for part in path.split("/"):
        clean = "".join(
            ""
            if unicodedata.category(letter) in ("Cc", "Cf", "Cs")
            else "_"
            if letter in '\\:*?"<>|'
            else letter
            for letter in part
        )
        # an accent may meet its letter once what stood between them is gone: NFC comes last
        clean = _shortened(unicodedata.normalize("NFC", clean).strip(" ."))
        if clean:
            parts.append(clean)
    return "/".join(parts[-8:]) or "document"


def _shortened(name: str, limit: int = 200) -> str:
    """At most ``limit`` bytes, the suffix kept."""
    stem, dot, suffix = name.rpartition(".")
    if not dot or len(suffix.encode()) > 20:
        stem, dot, suffix = name, "", ""
    room = limit - len((dot + suffix).encode())
    kept = stem.encode()[:room].decode("utf-8", "ignore")
    return kept + dot + suffix if suffix else kept.rstrip(" .")


def pli_size(header: int, blobs: Sequence[int]) -> int:
    """The length of the tar: each entry with its header, in blocks; the end in whole records."""
    entries = sum(BLOCK + -(-size // BLOCK) * BLOCK for size in (header, *blobs))
    return -(-(entries + 2 * BLOCK) // RECORD) * RECORD


class _Altered(ValueError):
    """Of the archive itself, around what it holds."""


def entry_header(name: str, size: int) -> bytes:
    """The only header an entry may have, ustar's: mode 0600, nobody's, of no date; nothing hides there.

    GNU tar writes the same (docs/receipt.md, step 4).
    """
    block = bytearray(BLOCK)
    fields = {0: name, 100: "0000600", 108: "0" * 7, 116: "0" * 7, 124: f"{size:011o}", 136: "0" * 11}
    fields |= {148: " " * 8, 156: "0", 257: "ustar", 263: "00", 329: "0" * 7, 337: "0" * 7}
    for place, text in fields.items():
        block[place : place + len(text)] = text.encode("ascii")
    block[148:156] = f"{sum(block):06o}".encode("ascii") + b"\0 "
    return bytes(block)


def read_entry_header(block: bytes) -> tuple[str, int]:
    """(name, size) of an entry. ValueError when its header is not, to the byte, ``entry_header``."""
    name, size = block[:100].rstrip(b"\0").decode("ascii"), int(block[124:135], 8)
    if size < 0 or block != entry_header(name, size):
        raise _Altered
    return name, size


def blob_name(blob: str) -> str:
    """Where a blob is in the archive."""
    return f"blobs/{blob}.age"


def envelope_sha256(header_sha256: str, blobs: Iterable[tuple[str, str]]) -> str:
    """The envelope hash: SHA-256 of the list ``sha256sum pli.json blobs/…`` prints, entries in their order.

    header_sha256: of ``pli.json``; blobs: (id, SHA-256), in its order. The rest of the archive, headers and
    zeros, follows from names and sizes: two plis of one envelope hash are the same file.

    >>> envelope_sha256("0" * 64, [("1" * 32, "2" * 64)])[:8]
    '412ccfb8'
    """
    entries = [(header_sha256, HEADER_NAME), *((digest, blob_name(blob)) for blob, digest in blobs)]
    return hashlib.sha256("".join(f"{digest}  {name}\n" for digest, name in entries).encode()).hexdigest()


# --- Reading ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Blob:
    id: str
    size: int
    offset: int  # of its first byte in the pli


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What anybody may read of a pli: no name, no kind."""

    consultation: str
    opening_keys_sha256: str
    pli: str
    pli_key: bytes
    blobs: tuple[Blob, ...]
    sha256: str  # of ``pli.json``


def read_header(path: Path) -> Header:
    """The clear part of a pli, every declared size held against the archive. Raises Refused (SCEAU-20)."""

    def refuse(why: str) -> Refused:
        return Refused(NotAPli(facts={"file": path.name, "why": why}))

    try:
        with path.open("rb") as stream:
            members = _members(stream, path.stat().st_size)
            first = next(members, None)
            if first is None or first[0] != HEADER_NAME or first[1] > MAX_HEADER:
                raise refuse(f"sa première entrée n'est pas {HEADER_NAME}")
            stream.seek(first[2])
            text = stream.read(first[1])
            given = json.loads(text)
            declared = [
                (blob_name(blob["id"]), int(blob["size"]), str(blob["id"])) for blob in given["blobs"]
            ]
            if given["format"] != PLI_FORMAT or len(declared) > MAX_BLOBS:
                raise refuse("son en-tête est d'un autre format")
            found = list(members)
            if [(name, size) for name, size, _ in found] != [(name, size) for name, size, _ in declared]:
                raise refuse("ses blobs ne sont pas ceux que son en-tête déclare")
            if len({name for name, _, _ in declared}) != len(declared):
                raise refuse("un blob y figure deux fois")
            if not all(_ID.fullmatch(blob) for _, _, blob in declared):
                raise refuse("un blob y porte un nom interdit")
            blobs = tuple(
                Blob(id=blob, size=size, offset=offset)
                for (_, size, blob), (_, _, offset) in zip(declared, found, strict=True)
            )
            return Header(
                consultation=str(given["consultation"]),
                opening_keys_sha256=str(given["opening_keys_sha256"]),
                pli=str(given["pli"]),
                pli_key=b64decode(given["pli_key"], validate=True),
                blobs=blobs,
                sha256=hashlib.sha256(text).hexdigest(),
            )
    except _Altered as error:
        raise refuse(
            "son archive n'est pas, à l'octet près, celle que ses noms et ses tailles impliquent"
        ) from error
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise refuse("son en-tête ne se lit pas") from error
    except FileNotFoundError as error:
        raise refuse("ce fichier n'existe pas") from error
    except OSError as error:
        raise refuse(f"il ne se lit pas ({system_cause(error)})") from error


def _members(stream: BinaryIO, length: int) -> Iterator[tuple[str, int, int]]:
    """(name, size, offset of the content) of each entry of the archive; nothing else is admitted in it."""
    offset = 0
    while any(block := _at(stream, offset, BLOCK)):
        name, size = read_entry_header(block)
        content, end = offset + BLOCK, offset + BLOCK + size
        offset = content + -(-size // BLOCK) * BLOCK
        if offset > length or any(_at(stream, end, offset - end)):
            raise _Altered
        yield name, size, content
    if length != -(-(offset + 2 * BLOCK) // RECORD) * RECORD or any(_at(stream, offset, length - offset)):
        raise _Altered


def _at(stream: BinaryIO, offset: int, size: int) -> bytes:
    stream.seek(offset)
    return stream.read(size)


class BlobStream:
    """One blob inside the pli, as a stream."""

    def __init__(self, stream: BinaryIO, blob: Blob) -> None:
        self.stream, self.left = stream, blob.size
        stream.seek(blob.offset)

    def read(self, size: int = -1) -> bytes:
        block = self.stream.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(block)
        return block

    def readline(self, size: int = -1) -> bytes:
        line = self.stream.readline(self.left if size < 0 else min(size, self.left))
        self.left -= len(line)
        return line


def envelope_of(path: Path) -> str:
    """The envelope hash of a pli, in constant memory. Raises Refused (SCEAU-20); OSError."""
    header = read_header(path)
    with path.open("rb") as stream:
        digests = [(blob.id, _digest(BlobStream(stream, blob))) for blob in header.blobs]
    return envelope_sha256(header.sha256, digests)


def _digest(blob: BlobStream) -> str:
    digest = hashlib.sha256()
    while block := blob.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
