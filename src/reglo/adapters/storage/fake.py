"""A store that fails where it is told to: disk full, device lost in the middle of a chunk.

>>> import tempfile
>>> from pathlib import Path
>>> with tempfile.TemporaryDirectory() as folder:
...     store = FailingStorage(open_storage(folder), [Fault(after=3, what="full")])
...     writer = store.writer("00" * 16)
...     writer.start(0)
...     try:
...         writer.write(b"12345")
...     except StorageFailed as failed:
...         print(failed.why)
...     writer.close()
le disque de la plateforme est plein
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from reglo.adapters.storage import Part, Storage, StorageFailed, Writer, open_storage

__all__ = ["FailingStorage", "Fault", "open_storage"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Fails once ``after`` bytes have been written in all: in the write itself, or at the next flush."""

    after: int
    what: Literal["full", "lost", "flush"]

    @property
    def error(self) -> StorageFailed:
        if self.what == "full":
            return StorageFailed("le disque de la plateforme est plein", full=True)
        return StorageFailed("le disque de la plateforme ne répond pas (erreur d'entrée-sortie)")


class FailingStorage:
    """Another store, and faults that each happen once, in order."""

    def __init__(self, inner: Storage, faults: Sequence[Fault]) -> None:
        self.inner = inner
        self.faults = sorted(faults, key=lambda fault: fault.after)
        self.written = 0

    def writer(self, upload: str) -> Writer:
        return _FailingWriter(self, self.inner.writer(upload))

    def read(self, upload: str, parts: Sequence[Part], start: int, end: int) -> Iterator[bytes]:
        return self.inner.read(upload, parts, start, end)

    def settle(self, upload: str) -> None:
        self.inner.settle(upload)

    def delete(self, upload: str, parts: Sequence[Part]) -> None:
        self.inner.delete(upload, parts)

    def probe(self) -> None:
        self.inner.probe()

    def free_bytes(self) -> int | None:
        return self.inner.free_bytes()


class _FailingWriter:
    def __init__(self, owner: FailingStorage, inner: Writer) -> None:
        self._owner, self._inner = owner, inner

    def start(self, offset: int) -> None:
        self._inner.start(offset)

    def write(self, data: bytes) -> None:
        owner = self._owner
        fault = owner.faults[0] if owner.faults else None
        if fault is not None and fault.what != "flush" and owner.written + len(data) > fault.after:
            owner.faults.pop(0)
            room = max(fault.after - owner.written, 0)
            self._inner.write(data[:room])  # half a chunk lies on the disk, never flushed
            owner.written += room
            raise fault.error
        self._inner.write(data)
        owner.written += len(data)

    def flush(self) -> tuple[Part, ...]:
        owner = self._owner
        if owner.faults and owner.faults[0].what == "flush" and owner.written >= owner.faults[0].after:
            raise owner.faults.pop(0).error
        return self._inner.flush()

    def close(self) -> None:
        self._inner.close()
