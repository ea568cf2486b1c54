"""What the server learns of a pli as it flows by: its header, and the hash of each blob.

Everything else is sealed. A pli that is not what was announced is refused at the first byte that
shows it, so that its sender knows at once and not after the deadline.

The hash of each blob is plain SHA-256, which ``sha256sum`` finds again; every other byte of the archive
is known beforehand, so no byte is hashed twice (docs/decisions/0102). The state lives in memory; a node
that has not seen an upload from the start reads back what it has not seen (docs/decisions/0131).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn

from reglo.deposit.findings import NotThePli, TooLarge, refuse
from reglo.deposit.tus import one_line
from reglo.sealing.pli import HEADER_NAME, PLI_FORMAT, blob_name, pli_size, read_entry_header
from reglo.sealing.signing import PublicKey

MAX_HEADER = 8 * 1024 * 1024
_BLOCK = 512
_HEX32 = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What a sender declared, and the limits it was told, before its first byte."""

    size: int
    header_sha256: str
    consultation: str  # reference
    opening_keys_sha256: str
    max_documents: int
    max_document_size: int


def limit_documents(sizes: Sequence[int], *, max_documents: int, max_document_size: int) -> None:
    """Hold the sealed files of a pli to the announced limits. Raises Refused(TooLarge)."""
    if len(sizes) > max_documents:
        raise refuse(TooLarge, what="Le nombre de fichiers scellés", size=len(sizes), limit=max_documents)
    biggest = max(sizes, default=0)
    if biggest > max_document_size:
        limit = f"{max_document_size} octets"
        raise refuse(TooLarge, what="Un fichier scellé", size=f"{biggest} octets", limit=limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """``pli.json``, checked."""

    pli: str
    pli_key: str  # base64
    blobs: tuple[tuple[str, int], ...]  # id, size


@dataclass(slots=True)
class PliStream:
    """Feed it the bytes in order; ``digests`` grows. Raises Refused(NotThePli, TooLarge)."""

    announced: Announced
    offset: int = 0  # walked; negative once a walk has failed
    header: Header | None = None
    digests: list[str] = field(default_factory=list)  # of the blobs, in order
    _blob: Any = None  # hash of the blob under way
    _kept: bytearray = field(default_factory=bytearray)  # a tar header, or pli.json
    _doing: str = "entry"  # entry, header, blob, padding, end
    _left: int = _BLOCK
    _size: int = 0  # of the entry under way
    _header_size: int = 0

    def copy(self) -> PliStream:
        """The same state, to come back to if the bytes that follow are not kept."""
        return PliStream(
            self.announced,
            self.offset,
            self.header,
            list(self.digests),
            self._blob.copy() if self._blob else None,
            bytearray(self._kept),
            self._doing,
            self._left,
            self._size,
            self._header_size,
        )

    @property
    def weight(self) -> int:
        """About how many bytes of memory this state takes: its header is the sender's."""
        return 4096 + len(self._kept) + 300 * len(self.header.blobs if self.header else ())

    def walk(self, data: bytes) -> None:
        """Follow the layout and hash the blobs."""
        reached, self.offset = self.offset + len(data), -1
        view = memoryview(data)
        while view:
            taken, view = view[: self._left], view[self._left :]
            self._left -= len(taken)
            if self._doing in ("entry", "header"):
                self._kept += taken
            elif self._doing == "blob":
                self._blob.update(taken)
            elif taken.tobytes().count(0) != len(taken):
                self._wrong("son remplissage n'est pas nul")
            while self._left == 0 and self._doing != "end":
                self._next()
            if self._doing == "end" and self._left == 0 and view:
                self._wrong("il continue après sa fin")
        self.offset = reached

    def finish(self) -> Header:
        """The header of a pli that is wholly there."""
        if self.header is None or self._doing != "end" or self._left:
            self._wrong("il s'arrête avant sa fin")
        return self.header

    def _next(self) -> None:
        """Pass to what follows a part that is complete."""
        if self._doing == "entry":
            self._entry()
        elif self._doing == "padding":
            self._begin_entry()
        else:
            if self._doing == "header":
                self._read_header(bytes(self._kept))
                self._kept.clear()
            else:
                self.digests.append(self._blob.hexdigest())
                self._blob = None
            self._doing, self._left = "padding", -self._size % _BLOCK

    def _begin_entry(self) -> None:
        assert self.header is not None
        if len(self.digests) < len(self.header.blobs):
            self._doing, self._left = "entry", _BLOCK
        else:
            used = sum(
                _BLOCK + -(-size // _BLOCK) * _BLOCK for size in (self._header_size, *self._blob_sizes)
            )
            self._doing, self._left = "end", self.announced.size - used

    @property
    def _blob_sizes(self) -> list[int]:
        assert self.header is not None
        return [size for _, size in self.header.blobs]

    def _entry(self) -> None:
        try:
            name, self._size = read_entry_header(bytes(self._kept))
        except ValueError:
            self._wrong("ce n'est pas l'archive attendue")
        self._kept.clear()
        self._left = self._size
        if self.header is None:
            if name != HEADER_NAME or not 0 < self._size <= MAX_HEADER:
                self._wrong(f"sa première entrée n'est pas {HEADER_NAME}")
            self._doing, self._header_size = "header", self._size
            return
        blob, size = self.header.blobs[len(self.digests)]
        if (name, self._size) != (blob_name(blob), size):
            self._wrong(f"après {len(self.digests)} blobs vient une entrée que son en-tête n'annonce pas")
        self._doing, self._blob = "blob", hashlib.sha256()

    def _read_header(self, data: bytes) -> None:
        announced = self.announced
        if hashlib.sha256(data).hexdigest() != announced.header_sha256:
            self._wrong("l'empreinte de pli.json n'est pas celle déclarée")
        try:
            given = json.loads(data)
            if given["format"] != PLI_FORMAT:
                self._wrong(f"son format n'est pas {PLI_FORMAT}")
            blobs = tuple((str(blob["id"]), blob["size"]) for blob in given["blobs"])
            header = Header(pli=str(given["pli"]), pli_key=str(given["pli_key"]), blobs=blobs)
            names = {"consultation": str(given["consultation"]), "keys": str(given["opening_keys_sha256"])}
            PublicKey.from_base64(header.pli_key)
            well = all(type(size) is int and size > 0 and _HEX32.fullmatch(name) for name, size in blobs)
        except (KeyError, TypeError, ValueError, RecursionError):
            self._wrong("pli.json ne se lit pas")
        if not well or len({name for name, _ in blobs}) != len(blobs) or not _HEX32.fullmatch(header.pli):
            self._wrong("pli.json nomme mal ses blobs")
        if names["consultation"] != announced.consultation:
            self._wrong(f"il est scellé pour « {one_line(names['consultation'])[:100]} »")
        if names["keys"] != announced.opening_keys_sha256:
            self._wrong(
                "il est scellé avec d'autres clés que celles publiées ; personne ne pourrait l'ouvrir"
            )
        limit_documents(
            [size for _, size in blobs],
            max_documents=announced.max_documents,
            max_document_size=announced.max_document_size,
        )
        if pli_size(len(data), [size for _, size in blobs]) != announced.size:
            self._wrong(f"la taille déclarée ({announced.size} octets) n'est pas celle que pli.json implique")
        self.header = header

    def _wrong(self, why: str) -> NoReturn:
        raise refuse(NotThePli, why=why)
