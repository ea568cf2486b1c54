"""XML out of a zip archive that may be hostile: every cost is counted, nothing is trusted.

A workbook sent by a bidder is opened by the buyer's machine. Entities and document types are
refused (no office suite writes any), the bytes really unpacked are counted rather than those the
archive declares, and so are elements and cells: memory and time are bounded by these counts,
not by a clock, so that the same file always gives the same answer.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Mapping
from xml.parsers import expat

MAX_FILE = 50 * 2**20  # bytes on disk
MAX_UNPACKED = 100 * 2**20  # bytes of XML read from one workbook
MAX_DECLARED = 2 * 2**30  # bytes the archive says it holds, images included
MAX_RATIO = 500  # unpacked over packed; a genuine sheet stays under 40
MAX_ENTRIES = 10_000
MAX_ELEMENTS = 3_000_000
MAX_DEPTH = 200
MAX_TREE = 300_000  # elements of a part kept whole (styles, relations)
MAX_CELLS = 500_000  # cells that hold something
# expat before 2.6 scans an unfinished token again at each piece: few large pieces keep that short.
_PIECE = 2 * 2**20


class LimitExceeded(Exception):
    """A bound above was passed: what it counts, how much was found, the bound."""

    def __init__(self, what: str, size: str, limit: str) -> None:
        super().__init__(what, size, limit)
        self.what, self.size, self.limit = what, size, limit


class Damaged(Exception):
    """The archive or its XML is not what it claims to be; the text is French."""


class Budget:
    """What is left to spend on one workbook."""

    def __init__(self) -> None:
        self.unpacked = self.elements = self.cells = self.depth = 0

    def spend_bytes(self, count: int) -> None:
        self.unpacked += count
        if self.unpacked > MAX_UNPACKED:
            raise LimitExceeded("contenu décompressé de", megabytes(self.unpacked), megabytes(MAX_UNPACKED))

    def enter_element(self) -> None:
        self.elements += 1
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise LimitExceeded("éléments imbriqués :", str(self.depth), str(MAX_DEPTH))
        if self.elements > MAX_ELEMENTS:
            raise LimitExceeded("éléments :", str(self.elements), str(MAX_ELEMENTS))

    def spend_cells(self, count: int) -> None:
        self.cells += count
        if self.cells > MAX_CELLS:
            raise LimitExceeded("cellules remplies :", str(self.cells), str(MAX_CELLS))


def megabytes(count: int) -> str:
    return f"{count / 2**20:.0f} Mo"


def check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that declares itself a bomb, before anything is unpacked."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise LimitExceeded("fichiers dans l'archive :", str(len(entries)), str(MAX_ENTRIES))
    declared = sum(entry.file_size for entry in entries)
    if declared > MAX_DECLARED:
        raise LimitExceeded("contenu annoncé de", megabytes(declared), megabytes(MAX_DECLARED))
    for entry in entries:
        # Small parts full of zeros compress better than any real sheet and harm nobody.
        if entry.file_size > 2**20 and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            ratio = entry.file_size // max(entry.compress_size, 1)
            raise LimitExceeded(f"« {entry.filename[:60]} » se dilate", f"{ratio} fois", f"{MAX_RATIO} fois")


Start = Callable[[str, Mapping[str, str]], None]


def read_xml(
    archive: zipfile.ZipFile,
    name: str,
    prefixes: Mapping[str, str],
    budget: Budget,
    *,
    start: Start,
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    """Stream one part of the archive through the three callbacks.

    Names reach them as ``prefix:local`` by ``prefixes`` (namespace -> prefix, "" for none), whatever
    prefixes the file itself uses; names of other namespaces keep their namespace.
    Raises Damaged and LimitExceeded.
    """
    known: dict[str, str] = {}

    def short(full: str) -> str:
        found = known.get(full)
        if found is None:
            namespace, _, local = full.rpartition("|")
            prefix = prefixes.get(namespace, namespace)
            found = known[full] = f"{prefix}:{local}" if prefix else local
            if len(known) > 10_000:
                raise LimitExceeded("noms XML différents :", "plus de 10000", "10000")
        return found

    def on_start(full: str, attributes: dict[str, str]) -> None:
        budget.enter_element()
        start(short(full), {short(key): value for key, value in attributes.items()})

    def on_end(full: str) -> None:
        budget.depth -= 1
        end(short(full))

    def on_doctype(*_: object) -> None:
        raise Damaged(f"« {name} » déclare un type de document ou des entités, qu'aucun tableur n'écrit")

    parser = expat.ParserCreate(namespace_separator="|")
    parser.buffer_text = True
    parser.StartElementHandler = on_start
    parser.EndElementHandler = on_end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = on_doctype
    try:
        with archive.open(name) as stream:
            while piece := stream.read(_PIECE):
                budget.spend_bytes(len(piece))
                parser.Parse(piece, False)
            parser.Parse(b"", True)
    except KeyError as error:
        raise Damaged(f"la partie « {name} » manque") from error
    except expat.ExpatError as error:
        raise Damaged(f"« {name} » n'est pas du XML bien formé (ligne {error.lineno})") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise Damaged(f"la partie « {name} » ne se décompresse pas") from error


def read_tree(
    archive: zipfile.ZipFile, name: str, prefixes: Mapping[str, str], budget: Budget
) -> list[tuple[str, Mapping[str, str]]]:
    """Every element of a small part, in order, with its attributes (the text is left out)."""
    found: list[tuple[str, Mapping[str, str]]] = []

    def start(element: str, attributes: Mapping[str, str]) -> None:
        found.append((element, attributes))
        if len(found) > MAX_TREE:
            raise LimitExceeded(f"éléments de « {name} » :", str(len(found)), str(MAX_TREE))

    def ignore(_: str) -> None:
        pass

    read_xml(archive, name, prefixes, budget, start=start, end=ignore, text=ignore)
    return found
