"""Where sealed bytes are kept: an interface, a local directory, object stores, and a fake that fails.

An upload is written in order, by one writer at a time. A byte counts only once ``flush`` has
returned: it then survives the death of the process and of the machine. What a writer wrote and did
not flush may be lost or may linger; the next writer starts from the offset it is given, and what
lay beyond is gone.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from reglo.procurement.french import system_cause


class StorageFailed(Exception):
    """The store could not keep or give bytes. ``why`` is French, for the person who sends."""

    def __init__(self, why: str, *, full: bool = False) -> None:
        super().__init__(why)
        self.why = why
        self.full = full


class Busy(Exception):
    """Another writer has this upload."""


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes [start, start + size) of an upload, kept under a name of the store's own."""

    start: int
    size: int
    name: str


class Writer(Protocol):
    """Writes one upload from an offset on. Not for two threads at once."""

    def start(self, offset: int) -> None:
        """Go on from ``offset``, the end of what is durable; what lay beyond is gone."""

    def write(self, data: bytes) -> None:
        """Take bytes; not yet durable. Raises StorageFailed."""

    def flush(self) -> tuple[Part, ...]:
        """Make all bytes taken so far durable. The parts new since the last flush. Raises StorageFailed."""

    def close(self) -> None:
        """Let the next writer in. Never raises; loses nothing that was flushed."""


class Storage(Protocol):
    """A place for uploads. ``upload``: 32 hexadecimal digits. ``parts``: all that flushes gave, in order."""

    def writer(self, upload: str) -> Writer:
        """The upload's writer; the caller then reads again where it stands. Raises Busy, StorageFailed."""

    def read(self, upload: str, parts: Sequence[Part], start: int, end: int) -> Iterator[bytes]:
        """Bytes [start, end), in blocks. Raises StorageFailed when they are not all there."""

    def settle(self, upload: str) -> None:
        """The upload is whole and will not change. May be called again."""

    def delete(self, upload: str, parts: Sequence[Part]) -> None:
        """Give the room back. May be called again."""

    def probe(self) -> None:
        """Write and make durable a few bytes, as a bid would be. Raises StorageFailed."""

    def free_bytes(self) -> int | None:
        """Room left, or None when the store does not say."""


def failure(error: OSError) -> StorageFailed:
    """An operating system's error as the store tells it."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageFailed("le disque de la plateforme est plein", full=True)
    return StorageFailed(f"le disque de la plateforme ne répond pas ({system_cause(error)})")


def open_storage(place: str) -> Storage:
    """A store from a directory path or a URL: ``s3://bucket/prefix`` and what obstore reads.

    Credentials and endpoint come from the environment (``AWS_ACCESS_KEY_ID``, ``AWS_ENDPOINT_URL``…).
    """
    if "://" in place and not place.startswith("file://"):
        from reglo.adapters.storage.objects import ObjectStorage

        return ObjectStorage.from_url(place)
    from pathlib import Path

    from reglo.adapters.storage.local import LocalStorage

    return LocalStorage(Path(place.removeprefix("file://")))
