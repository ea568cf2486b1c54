"""A local directory: one file per upload, ``incoming/<id>.part`` then ``plis/<id>.tar``.

The finished file is the bidder's own: ``sha256sum`` on it gives the hash of the receipt.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from reglo.adapters.storage import Busy, Part, StorageFailed, failure

_BLOCK = 1024 * 1024
_AHEAD = 8 * 1024 * 1024  # bytes handed to the disk at a time, before anybody waits for them

# Linux: begin to write a range out and return. Its failures are those fdatasync tells of.
_start_writing = getattr(ctypes.CDLL(None), "sync_file_range", None)
if _start_writing is not None:
    _start_writing.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
_WRITE = 2  # SYNC_FILE_RANGE_WRITE


class LocalStorage:
    """Uploads in a directory; the lock is the file's own, so several processes may share it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "incoming"
        self.plis = root / "plis"
        for folder in (self.incoming, self.plis):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _incoming(self, upload: str) -> Path:
        return self.incoming / f"{upload}.part"

    def _pli(self, upload: str) -> Path:
        return self.plis / f"{upload}.tar"

    def _open(self, upload: str) -> BinaryIO:
        """The bytes where they are now; they may move while they are sought, once, and never back."""
        for place in (self._pli, self._incoming):
            with contextlib.suppress(FileNotFoundError):
                return place(upload).open("rb")
        return self._pli(upload).open("rb")

    def writer(self, upload: str) -> LocalWriter:
        return LocalWriter(self._incoming(upload))

    def read(self, upload: str, parts: Sequence[Part], start: int, end: int) -> Iterator[bytes]:
        try:
            with self._open(upload) as stream:
                stream.seek(start)
                while start < end:
                    block = stream.read(min(_BLOCK, end - start))
                    if not block:
                        raise StorageFailed("des octets reçus manquent sur le disque")
                    start += len(block)
                    yield block
        except OSError as error:
            raise failure(error) from error

    def settle(self, upload: str) -> None:
        """Give the file its last name, never over another: who did not know yet that the upload was whole
        may have begun ``incoming/<id>.part`` anew, empty, and would have it take the place of the pli."""
        try:
            try:
                self._pli(upload).hardlink_to(self._incoming(upload))
            except FileExistsError:
                pass
            except OSError as error:
                if error.errno not in (errno.EPERM, errno.EOPNOTSUPP):  # a file system without links
                    raise
                self._incoming(upload).rename(self._pli(upload))
            self._incoming(upload).unlink(missing_ok=True)
            _sync_folder(self.plis)
        except FileNotFoundError:
            if not self._pli(upload).exists():
                raise StorageFailed("le fichier reçu est introuvable") from None
        except OSError as error:
            raise failure(error) from error

    def delete(self, upload: str, parts: Sequence[Part]) -> None:
        try:
            self._incoming(upload).unlink(missing_ok=True)
            self._pli(upload).unlink(missing_ok=True)
        except OSError as error:
            raise failure(error) from error

    def probe(self) -> None:
        path = self.incoming / f".probe-{os.getpid()}"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            try:
                os.write(handle, b"probe")
                os.fdatasync(handle)
            finally:
                os.close(handle)
        except OSError as error:
            raise failure(error) from error

    def free_bytes(self) -> int | None:
        return shutil.disk_usage(self.root).free


class LocalWriter:
    """Appends to one file under its lock, which other processes see too."""

    def __init__(self, path: Path) -> None:
        try:
            self._handle = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        except OSError as error:
            raise failure(error) from error
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._handle)
            raise Busy from error
        self._folder: Path | None = path.parent  # whose entry must be made durable once
        self._offset = self._sent = 0  # written; on its way to the disk

    def start(self, offset: int) -> None:
        try:
            if os.fstat(self._handle).st_size < offset:
                raise StorageFailed("des octets reçus manquent sur le disque")
            os.ftruncate(self._handle, offset)
            os.lseek(self._handle, offset, os.SEEK_SET)
        except OSError as error:
            raise failure(error) from error
        self._offset = self._sent = offset
        if offset:
            self._folder = None  # made durable with the first bytes

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._handle, view) :]
        except OSError as error:
            raise failure(error) from error
        self._offset += len(data)
        if _start_writing is not None and self._offset - self._sent >= _AHEAD:
            _start_writing(self._handle, self._sent, self._offset - self._sent, _WRITE)
            self._sent = self._offset

    def flush(self) -> tuple[Part, ...]:
        try:
            os.fdatasync(self._handle)
            if self._folder is not None:
                _sync_folder(self._folder)
                self._folder = None
        except OSError as error:
            raise failure(error) from error
        return ()

    def close(self) -> None:
        os.close(self._handle)  # and with it the lock


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
