"""Open a workbook that may be anything: .xlsx and .ods, read whole or refused with a finding.

Nothing here raises on what a file holds: a workbook that cannot be read comes back without
sheets, and its findings say why. Memory and time are bounded (see ``bounded_xml``).
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from decimal import Decimal
from pathlib import Path

from reglo.procurement.findings import Finding, Place
from reglo.procurement.french import system_cause
from reglo.procurement.prices.columns import column_letters
from reglo.procurement.values import format_number, parse_number
from reglo.reading.bounded_xml import (
    MAX_FILE,
    Budget,
    Damaged,
    LimitExceeded,
    check_archive,
    megabytes,
)
from reglo.reading.cells import (
    AmbiguousNumber,
    Cell,
    CellKind,
    Corrupt,
    Encrypted,
    ErrorCell,
    Hidden,
    Missing,
    NotANumber,
    NotAWorkbook,
    NotCalculated,
    NumberAsText,
    Sheet,
    TooLarge,
    Workbook,
)
from reglo.reading.ods import is_encrypted, read_ods
from reglo.reading.xlsx import read_xlsx

__all__ = ["Cell", "CellKind", "Sheet", "Workbook", "number_in", "open_workbook"]

_COMPOUND = bytes.fromhex("D0CF11E0A1B11AE1")  # the container of old Office files and of encrypted new ones
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ODS = "application/vnd.oasis.opendocument.spreadsheet"


def open_workbook(path: Path) -> Workbook:
    """Every sheet of the workbook, hidden ones too, with what a reader must know about it.

    The type is decided by the content, not by the name of the file.
    """
    name = path.name
    try:
        if not path.is_file():
            reason = "c'est un dossier" if path.is_dir() else "il n'existe pas ou n'est pas un fichier"
            return _refused(name, Missing, reason=reason)
        size = path.stat().st_size
        if size > MAX_FILE:
            return _refused(
                name, TooLarge, what="fichier de", size=megabytes(size), limit=megabytes(MAX_FILE)
            )
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
            head = stream.read(8)
            if head == _COMPOUND:
                return _compound(name, stream.read())
            if not head.startswith(b"PK"):
                return _refused(name, NotAWorkbook, found=_guess(head))
            with zipfile.ZipFile(stream) as archive:
                return _open_archive(name, archive, digest)
    except OSError as error:
        return _refused(name, Missing, reason=system_cause(error))
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        return _refused(name, Corrupt, reason=f"l'archive zip n'est pas lisible ({error})")


def _open_archive(name: str, archive: zipfile.ZipFile, digest: str) -> Workbook:
    budget = Budget()
    try:
        check_archive(archive)
        names = set(archive.namelist())
        if "[Content_Types].xml" in names and any(entry.endswith("workbook.bin") for entry in names):
            return _refused(name, NotAWorkbook, found="un classeur Excel binaire (.xlsb)")
        if "[Content_Types].xml" in names and any(entry.startswith("xl/") for entry in names):
            sheets = read_xlsx(archive, budget)
        elif _mime(archive, names).startswith(_ODS):
            if is_encrypted(archive, budget):
                return _refused(name, Encrypted)
            sheets = read_ods(archive, budget)
        else:
            return _refused(name, NotAWorkbook, found="une archive zip d'un autre type")
    except LimitExceeded as limit:
        return _refused(name, TooLarge, what=limit.what, size=limit.size, limit=limit.limit)
    except Damaged as error:
        return _refused(name, Corrupt, reason=str(error))
    return Workbook(name, sheets, tuple(_remarks(name, sheets)), digest)


def _mime(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" not in names or archive.getinfo("mimetype").file_size > 200:
        return ""
    try:
        return archive.read("mimetype").decode("ascii", "replace").strip()
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        return ""


def _refused(file: str, cause: type[Finding], **facts: str) -> Workbook:
    return Workbook(file, findings=(cause(facts={"file": file, **facts}, place=Place(file=file)),))


def _compound(name: str, rest: bytes) -> Workbook:
    if _ENCRYPTED in rest:
        return _refused(name, Encrypted)
    return _refused(name, NotAWorkbook, found="un fichier Office d'avant 2007 (.xls, .doc)")


def _guess(head: bytes) -> str:
    if not head:
        return "vide"
    if head.startswith(b"%PDF"):
        return "un PDF"
    if head.lstrip().startswith((b"<", b"\xef\xbb\xbf<")):
        return "du XML ou du HTML"
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        return "d'un type inconnu"
    return "du texte"


def _remarks(file: str, sheets: tuple[Sheet, ...]) -> list[Finding]:
    """What every reader of the workbook must know: results not stored, errors, hidden content."""
    found: list[Finding] = []
    for sheet in sheets:
        if sheet.hidden and sheet.cells:
            found.append(_hidden(file, f"La feuille {sheet.name}", sheet))
        for row in sorted(sheet.hidden_rows)[:20]:
            found.append(_hidden(file, f"La ligne {row}", sheet))
        for column in sorted(sheet.hidden_columns)[:20]:
            found.append(_hidden(file, f"La colonne {column_letters(column)}", sheet))
        cells = sheet.cells.values()
        idle = [cell for cell in cells if cell.kind is CellKind.NOT_CALCULATED]
        if idle:
            shown = ", ".join(cell.ref for cell in idle[:6]) + (", …" if len(idle) > 6 else "")
            found.append(
                NotCalculated(
                    facts={"sheet": sheet.name, "count": len(idle), "cells": shown},
                    place=Place(file=file, path=idle[0].where),
                )
            )
        for cell in [cell for cell in cells if cell.kind is CellKind.ERROR][:20]:
            found.append(
                ErrorCell(
                    facts={"cell": cell.ref, "error": cell.text}, place=Place(file=file, path=cell.where)
                )
            )
    return found


def _hidden(file: str, what: str, sheet: Sheet) -> Finding:
    return Hidden(facts={"what": what}, place=Place(file=file, path=f"feuille {sheet.name}"))


_UNIT_AFTER = re.compile(r"\s*(?:€|EUR|euros?)?\s*(?:H\.?T\.?|T\.?T\.?C\.?)?$", re.IGNORECASE)


def number_in(workbook: Workbook, cell: Cell) -> tuple[Decimal | None, tuple[Finding, ...]]:
    """The exact number of a cell, and what is wrong with it. An empty cell gives (None, ()).

    A text that can only be read one way ("1 234,56 €") gives its number and a finding; one that can
    be read two ways ("659,764") gives none. Errors and formulas never calculated give none either,
    without a further finding: the workbook already reports them.
    """
    place = workbook.place(cell)
    if cell.kind is CellKind.NUMBER:
        return cell.number, ()
    if cell.kind in (CellKind.EMPTY, CellKind.ERROR, CellKind.NOT_CALCULATED):
        return None, ()
    if cell.kind is not CellKind.TEXT:
        found = "la date" if cell.kind is CellKind.DATE else "la valeur logique"
        return None, (_not_a_number(cell, found, place),)
    bare = _UNIT_AFTER.sub("", cell.text.strip(), count=1).lstrip("'").strip()
    if not re.search(r"\d", bare) or re.search(r"[^\W\d_]", bare):
        return None, (_not_a_number(cell, "le texte", place),)
    try:
        number = parse_number(bare)
    except ValueError as error:
        return None, (AmbiguousNumber(facts={"cell": cell.ref, "reason": str(error)}, place=place),)
    facts: dict[str, object] = {"cell": cell.ref, "text": cell.text, "number": format_number(number)}
    return number, (NumberAsText(facts=facts, place=place),)


def _not_a_number(cell: Cell, found: str, place: Place) -> Finding:
    facts: dict[str, object] = {"cell": cell.ref, "found": found, "text": cell.text[:80]}
    return NotANumber(facts=facts, place=place)
