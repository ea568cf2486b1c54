"""Zip archives and old Office containers, read within bounds.

Every count, size and ratio is checked on the directory of the archive before anything is
decompressed, and what is decompressed is counted, for a directory may lie.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

MAX_ENTRIES = 5_000
MAX_DIRECTORY = 8 << 20  # bytes of the archive's own list of files
MAX_EXPANDED = 1 << 30  # bytes, all entries together
MAX_RATIO = 200  # decompressed to compressed, beyond MIN_FOR_RATIO
MIN_FOR_RATIO = 50 << 20  # a small file full of zeros is no bomb
MAX_NESTED = 3  # archives one inside the other
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2}  # others can claim memory

_CFB_SECTORS = 64  # of the directory of an old Office file


class Refused(Exception):
    """The archive is outside the bounds; the text says which, in French."""


class Truncated(Exception):
    """The archive or one of its entries cannot be read to its end; the text says why, in French."""


def open_zip(path: Path) -> zipfile.ZipFile:
    """The archive, its directory checked against the bounds. Raises Refused or Truncated."""
    with path.open("rb") as stream:
        entries, directory = _announced(stream)
    if entries > MAX_ENTRIES or directory > MAX_DIRECTORY:
        raise Refused(f"elle annonce {entries} fichiers, la limite est {MAX_ENTRIES}")
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise Truncated("la liste de ses fichiers est abîmée") from error
    try:
        _within_bounds(archive)
    except Refused:
        archive.close()
        raise
    return archive


def _announced(stream: IO[bytes]) -> tuple[int, int]:
    """Number of entries and size of the directory, as the end of the archive announces them."""
    size = stream.seek(0, 2)
    start = max(0, size - 66_000)
    stream.seek(start)
    tail = stream.read(66_000)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(tail):
        raise Truncated("sa fin manque, comme après un envoi interrompu")
    entries, directory = struct.unpack_from("<HL", tail, at + 10)
    locator = at - 20
    if locator >= 0 and tail[locator : locator + 4] == b"PK\x06\x07":
        (offset,) = struct.unpack_from("<Q", tail, locator + 8)
        stream.seek(min(offset, size))
        record = stream.read(56)
        if len(record) == 56 and record[:4] == b"PK\x06\x06":
            entries, directory = struct.unpack_from("<QQ", record, 32)
    return entries, directory


def _within_bounds(archive: zipfile.ZipFile) -> None:
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise Refused(f"elle contient {len(infos)} fichiers, la limite est {MAX_ENTRIES}")
    expanded = sum(info.file_size for info in infos)
    packed = sum(info.compress_size for info in infos)
    if expanded > MAX_EXPANDED:
        raise Refused(f"elle se déploie en {in_words(expanded)}, la limite est {in_words(MAX_EXPANDED)}")
    if expanded > MIN_FOR_RATIO and expanded > MAX_RATIO * max(packed, 1):
        raise Refused(
            f"elle se déploie {expanded // max(packed, 1)} fois, de {in_words(packed)} à {in_words(expanded)}"
        )
    if any(info.compress_type not in METHODS for info in infos):
        raise Refused("elle emploie une méthode de compression inhabituelle")


def safe_name(name: str) -> bool:
    """Whether an entry's name stays inside the archive's own folder and can be written.

    >>> [safe_name(name) for name in ("offre/O1.pdf", "../O1.pdf", "/etc/x", "C:\\\\O1.pdf", "a\\x07.pdf")]
    [True, False, False, False, False]
    """
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return bool(
        parts
        and ".." not in parts
        and not parts[0].startswith("/")
        and ":" not in parts[0]
        and all(character.isprintable() for character in name)
        and len(name) <= 1_000
    )


def chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes of an entry, 64 KB at a time, its checksum verified. Raises Truncated."""
    try:
        with archive.open(info) as stream:
            while block := stream.read(1 << 16):
                yield block
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        RuntimeError,
        NotImplementedError,
        ValueError,
    ) as error:
        raise Truncated(f"son contenu « {printable(info.filename)} » est abîmé ou incomplet") from error


def head_of(archive: zipfile.ZipFile, name: str, limit: int = 1 << 20) -> bytes:
    """The first bytes of an entry; b"" when there is none of that name. Raises Truncated."""
    try:
        info = archive.getinfo(name)
    except KeyError:
        return b""
    taken = bytearray()
    for block in chunks(archive, info):
        taken += block
        if len(taken) >= limit:
            break
    return bytes(taken[:limit])


def verify(archive: zipfile.ZipFile) -> None:
    """Read every entry to its end. Raises Truncated at the first that cannot be."""
    for info in archive.infolist():
        for _ in chunks(archive, info):
            pass


def old_office_streams(path: Path) -> set[str]:
    """Names of the streams of an old Office container (doc, xls, ppt, or an encrypted docx, xlsx).

    Raises Truncated when its directory cannot be followed.
    """
    with path.open("rb") as stream:
        header = stream.read(512)
        if len(header) < 512:
            raise Truncated("son en-tête est incomplet")
        (shift,) = struct.unpack_from("<H", header, 30)
        (sector,) = struct.unpack_from("<L", header, 48)
        if shift not in (9, 12):
            raise Truncated("son en-tête est abîmé")
        width = 1 << shift
        tables = struct.unpack_from("<109L", header, 76)
        names: set[str] = set()
        for _ in range(_CFB_SECTORS):
            stream.seek((sector + 1) * width)
            block = stream.read(width)
            if len(block) < width:
                raise Truncated("sa liste de contenus manque, comme après un envoi interrompu")
            for at in range(0, width, 128):
                (length,) = struct.unpack_from("<H", block, at + 64)
                if 2 < length <= 64:
                    names.add(block[at : at + length - 2].decode("utf-16-le", "replace"))
            table, place = divmod(sector, width // 4)
            if table >= len(tables) or tables[table] >= 0xFFFFFFFA:
                break
            stream.seek((tables[table] + 1) * width + 4 * place)
            following = stream.read(4)
            if len(following) < 4:
                raise Truncated("sa table est incomplète")
            (sector,) = struct.unpack("<L", following)
            if sector >= 0xFFFFFFFA:
                break
        return names


def visible(name: str) -> str:
    """A file name safe to show: what cannot be seen, or is of another encoding, replaced."""
    return "".join(character if character.isprintable() else "�" for character in name)


def printable(name: str) -> str:
    """A name safe to show, of bounded length: an archive may hold names of 65 535 characters."""
    shown = visible(name)
    return shown if len(shown) <= 120 else shown[:117] + "…"


def in_words(size: int) -> str:
    """A size as people read it.

    >>> in_words(2 << 30), in_words(1536), in_words(12)
    ('2,0 Go', '1,5 ko', '12 octets')
    """
    value = float(size)
    for unit in ("octets", "ko", "Mo", "Go"):
        if value < 1024 or unit == "Go":
            return f"{size} octets" if unit == "octets" else f"{value:.1f} {unit}".replace(".", ",")
        value /= 1024
    raise AssertionError
