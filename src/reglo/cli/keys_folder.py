"""The folder of a ceremony: public files, sealed packages, records of rehearsal; all 0600."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import typer

from reglo.cli.output import print_findings, usage_error, whole_file
from reglo.procurement.findings import Refused
from reglo.procurement.french import system_cause
from reglo.sealing.amendments import Amendment, read_amendment, rules_in_force
from reglo.sealing.custody import CustodyRecord, Holder, Rehearsal, read_record, read_rehearsal
from reglo.sealing.custody.findings import NotAPackage
from reglo.sealing.opening_keys import OpeningKeys, read_opening_keys

KEYS, RECORD = "opening-keys.json", "custody.json"
PACKAGE, LOCKED_KEY, SHARE = ".paquet.age", ".cle.age", ".part.age"
ALTERNATE = "-suppleant"
TO_PRINT = "a-imprimer"
_AMENDMENT = "rectificatif-{number}.json"
_REHEARSAL = "repetition-{number}.json"
_MOST_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysFolder:
    path: Path
    keys: OpeningKeys
    record: CustodyRecord
    rehearsals: tuple[Rehearsal, ...]
    amendments: tuple[Amendment, ...] = ()

    @property
    def in_force(self) -> str:
        """SHA-256 of the rules the keys go by now, or the command stops (2)."""
        with refusals():
            return rules_in_force(self.keys, self.amendments)

    @property
    def amendment_files(self) -> list[Path]:
        return _amendment_files(self.path)

    @property
    def next_amendment(self) -> Path:
        return self.path / _AMENDMENT.format(number=len(self.amendments) + 1)

    def package(self, holder: str) -> Path:
        return self.path / f"{holder}{PACKAGE}"

    @property
    def rehearsal_files(self) -> list[Path]:
        return _rehearsal_files(self.path)

    @property
    def rehearsal_number(self) -> int:
        """Of the next rehearsal: which canary it reveals, and where its record goes, over no other."""
        return max((int(path.stem.rpartition("-")[2]) for path in self.rehearsal_files), default=0) + 1

    @property
    def next_rehearsal(self) -> Path:
        return self.path / _REHEARSAL.format(number=self.rehearsal_number)


def read_keys_folder(path: Path) -> KeysFolder:
    """The folder, or the command stops (2) saying what is missing."""
    if not path.is_dir():
        usage_error(f"« {path} » n'est pas un dossier. Donnez celui que « reglo keys ceremony » a écrit.")
    for name in (KEYS, RECORD):
        if not (path / name).is_file():
            usage_error(f"« {path} » ne contient pas « {name} ». Donnez le dossier de la cérémonie.")
    with refusals():
        return KeysFolder(
            path=path,
            keys=read_opening_keys(read_file(path / KEYS), str(path / KEYS)),
            record=read_record(read_file(path / RECORD), str(path / RECORD)),
            rehearsals=tuple(read_rehearsal(read_file(each), str(each)) for each in _rehearsal_files(path)),
            amendments=read_amendments(path),
        )


def read_amendments(folder: Path) -> tuple[Amendment, ...]:
    """The acts of rectificatif of a folder. Raises Refused (GARDE-50)."""
    return tuple(read_amendment(read_file(each), each.name) for each in _amendment_files(folder))


def _amendment_files(folder: Path) -> list[Path]:
    return sorted(folder.glob(_AMENDMENT.format(number="*")))


def _rehearsal_files(folder: Path) -> list[Path]:
    found = [
        path
        for path in folder.glob(_REHEARSAL.format(number="*"))
        if path.stem.rpartition("-")[2].isdecimal()
    ]
    return sorted(found, key=lambda path: int(path.stem.rpartition("-")[2]))


def read_file(path: Path) -> bytes:
    """The bytes of a small file, or the command stops (2)."""
    try:
        with path.open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        usage_error(f"« {path} » ne se lit pas : {system_cause(error)}. Vérifiez ce chemin, et vos droits.")
    if len(data) > _MOST_BYTES:
        usage_error(f"« {path} » dépasse 16 Mo : ce n'est pas un fichier de clés.")
    return data


@contextmanager
def refusals() -> Iterator[None]:
    """A refusal is said on standard error and stops the command (2)."""
    try:
        yield
    except Refused as refused:
        print_findings(refused.findings, stream=sys.stderr)
        raise typer.Exit(2) from None


def write_private(path: Path, data: bytes) -> None:
    """One file, whole or not at all, for its owner only."""
    before = os.umask(0o077)
    try:
        with whole_file(path) as temporary:
            temporary.write_bytes(data)
    except OSError as error:
        usage_error(f"« {path} » ne s'écrit pas ({system_cause(error)}). Donnez un autre endroit.")
    finally:
        os.umask(before)


def refuse_used(folder: Path) -> None:
    """A folder that holds something is never written into: keys lost there would be lost for good."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        usage_error(f"« {folder} » existe déjà. Donnez un dossier à créer : rien ne doit écraser des clés.")


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """A new folder (0700) with all its files (0600), or nothing."""
    refuse_used(folder)
    before = os.umask(0o077)
    temporary: Path | None = None
    try:
        folder.absolute().parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.absolute().parent))
        for name, data in files.items():
            (temporary / name).parent.mkdir(exist_ok=True)
            (temporary / name).write_bytes(data)
        temporary.replace(folder)
    except OSError as error:
        usage_error(
            f"« {folder} » ne s'écrit pas ({system_cause(error)}). Rien n'a été gardé : "
            "donnez un autre endroit."
        )
    finally:
        os.umask(before)
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)


def record_beside(package: Path) -> CustodyRecord | None:
    """The custody record in the same folder, when it is there."""
    path = package.parent / RECORD
    if not path.is_file():
        return None
    with refusals():
        return read_record(read_file(path), str(path))


def holder_of(package: Path, data: bytes, record: CustodyRecord) -> Holder:
    """Whose package this is. Raises Refused (GARDE-10) when the record beside it knows no such package."""
    digest = sha256(data).hexdigest()
    for _, holder in record.holders():
        if record.held[holder.id].package_sha256 == digest:
            return holder
    what, why = "un paquet de cette garde", f"« {RECORD} », à côté, ne le connaît pas"
    raise Refused(NotAPackage(facts={"file": package, "what": what, "why": why}))
