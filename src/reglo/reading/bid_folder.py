"""A bid folder, or the archive of one, as an ``Inventory``: the convention is ``docs/bid-folder.md``.

Nothing in the folder is changed, run or followed. Archives stand for folders: their entries are
written one at a time to a temporary place, inspected and removed.
"""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Self

from reglo.procurement.bid import Operator
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Place, Severity
from reglo.procurement.folding import folded
from reglo.procurement.pieces.inventory import BidFile, FileFacts, FileKind, Inventory
from reglo.reading import archives
from reglo.reading.file_findings import (
    ArchiveRefused,
    Damaged,
    FolderTooBig,
    HostileName,
    NotRead,
    SignatureAlone,
    SystemLeftover,
)
from reglo.reading.files import Inspector
from reglo.reading.path_names import PathReader, operator_folders
from reglo.reading.price_gaps import carries_prices, unpriced_lines
from reglo.reading.response_file import NAMES, Response, WrongConsultation, read_response

MAX_FILES = 5_000
MAX_DEPTH = 30
MAX_UNPACKED = 2 << 30  # bytes of nested archives kept on disk while a folder is read

_LEFTOVERS = {"thumbs.db", ".ds_store", "desktop.ini"}
_DETACHED = (".p7s", ".xades", ".sig", ".xml")
_PLATFORM_ADDS = re.compile(r"(?:(?:signatures?|sign|sig|jeton|xades|cades|pkcs7|\d+)(?: |$))*")


class LotsAssumed(Finding):
    code = "PIECE-01"
    cause = "Les lots ne sont pas déclarés : d'après les dossiers, la réponse porte sur {lots}."
    mend = "Pour en être sûr, écrivez « lots: [{list}] » dans reponse.yaml, ou passez --lot."
    default_severity = Severity.INFORMATION


class LotsUnknown(Finding):
    code = "PIECE-02"
    cause = "Rien ne dit à quels lots la réponse se rapporte, la consultation en compte {count}."
    mend = "Rangez les pièces dans des dossiers « lot 1 », « lot 2 »…, ou passez --lot."


class LotWrong(Finding):
    code = "PIECE-03"
    cause = "« {where} » vise le lot {lot}, la consultation a {known}."
    mend = "Corrigez le numéro du lot."


class MembersAssumed(Finding):
    code = "PIECE-04"
    cause = "{what}"
    mend = "Si ce n'est pas exact, déclarez les opérateurs dans reponse.yaml."
    default_severity = Severity.INFORMATION


@dataclass(frozen=True, slots=True)
class _Entry:
    """A file found: where it is in the bid, and where its bytes are."""

    path: str  # "pli.zip/candidature/C1.pdf"
    real: Path  # itself, or the archive that holds it
    held: Path  # on the bidder's disk: itself, or the outermost archive it stands in
    inside: zipfile.ZipInfo | None = None  # of that archive

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


def read_bid_folder(folder: Path, consultation: Consultation, lots: tuple[str, ...] = ()) -> Inventory:
    """The bid in that folder or archive; ``lots``, when given, are the lots it is for.

    Raises FileNotFoundError or NotADirectoryError when there is neither folder nor archive there.
    """
    with _walked(folder) as walk:
        bid, names = _bidder(folder, consultation, lots, walk)
        files = [_bid_file(entry, facts, names) for entry, facts in walk.inspected(consultation, names)]
        files += [_archive_file(entry, facts, names) for entry, facts in walk.archives]
    signed = tuple(sorted(_with_signatures(files), key=lambda file: file.path))
    return replace(bid, files=signed, findings=(*bid.findings, *walk.findings))


def read_bidder(folder: Path, consultation: Consultation) -> Inventory:
    """Who answers in that folder and for which lots, its files listed by name but not opened."""
    with _walked(folder) as walk:
        return _bidder(folder, consultation, (), walk)[0]


@contextmanager
def _walked(folder: Path) -> Iterator[_Walk]:
    if not folder.exists():
        raise FileNotFoundError(folder)
    if not folder.is_dir() and folder.suffix.lower() != ".zip":
        raise NotADirectoryError(folder)
    with (
        tempfile.TemporaryDirectory(prefix="reglo-") as temporary,
        Inspector() as inspector,
        _Walk(Path(temporary), inspector) as walk,
    ):
        walk.start(folder)
        yield walk


def _bidder(
    folder: Path, consultation: Consultation, lots: tuple[str, ...], walk: _Walk
) -> tuple[Inventory, PathReader]:
    """The bid without its files, and what reads their paths."""
    response, findings = _response(walk, consultation)
    operators = response.operators
    if not operators:
        operators, assumed = _assumed_operators(response.bidder or folder.stem, walk.directories)
        findings += assumed
    names = PathReader(consultation, operators, response.people or (), dict(response.folders))
    own = {names.operator_of_folder(parts) for parts in walk.directories} - {""}
    said = {entry.path: names.read(entry.path) for entry in walk.entries}
    for path, reading in said.items():
        findings += _wrong_lots(path, reading.unknown_lots, consultation)
    seen = {lot for reading in said.values() for lot in reading.lots}
    bid_lots, about_lots = _lots(consultation, lots or response.lots, seen, given=bool(lots))
    bid = Inventory(
        id=response.id or folder.stem,
        bidder=response.bidder or operators[0].name,
        lots=bid_lots,
        operators=operators,
        form=response.form,
        people=response.people,
        facts=response.facts,
        facts_of=response.facts_of,
        references=response.references,
        references_of=response.references_of,
        own_folder=frozenset(own),
        declared=bool(response.operators),
        findings=(*findings, *about_lots),
    )
    return bid, names


# --- Who and which lots -----------------------------------------------------------------------


def _response(walk: _Walk, consultation: Consultation) -> tuple[Response, list[Finding]]:
    entry = next((entry for name in NAMES for entry in walk.entries if entry.path.lower() == name), None)
    if entry is None:
        return Response(), []
    with walk.on_disk(entry) as path:
        response, found = read_response(path)
    findings = list(found)
    if response is None:
        return Response(), findings
    if response.consultation and response.consultation != consultation.reference:
        facts: dict[str, object] = {"given": response.consultation, "due": consultation.reference}
        findings.append(WrongConsultation(facts=facts, place=Place(file=entry.name)))
    return response, findings


def _assumed_operators(
    bidder: str, directories: list[tuple[str, ...]]
) -> tuple[tuple[Operator, ...], list[Finding]]:
    """Operators as the folders show them; without any, one company answers alone."""
    found = operator_folders(directories)
    members = [operator for operator in found if operator.role != "sous-traitant"]
    others = [operator for operator in found if operator.role == "sous-traitant"]
    if len(members) > 1:
        listed = ", ".join(operator.name for operator in members)
        what = f"D'après les dossiers, un groupement répond : {listed}."
    else:
        members = members or [Operator(name=bidder)]
        members = [replace(members[0], role="")]
        what = f"D'après les dossiers, « {members[0].name} » répond seul."
    if others:
        what += f" Sous-traitants : {', '.join(operator.name for operator in others)}."
    return (*members, *others), [MembersAssumed(facts={"what": what})]


def _lots(
    consultation: Consultation, declared: tuple[str, ...], seen: set[str], *, given: bool
) -> tuple[tuple[str, ...], list[Finding]]:
    known = [lot.id for lot in consultation.lots]
    if declared:
        wrong = [lot for lot in declared if lot not in known]
        where = "--lot" if given else "reponse.yaml"
        found = [finding for lot in wrong for finding in _wrong_lots(where, (lot,), consultation)]
        return tuple(lot for lot in known if lot in declared), found
    if len(known) == 1:
        return (known[0],), []
    lots = tuple(lot for lot in known if lot in seen)
    if not lots:
        return (), [LotsUnknown(facts={"count": len(known)})]
    listed = ", ".join(lots)
    name = f"le lot {listed}" if len(lots) == 1 else f"les lots {listed}"
    return lots, [LotsAssumed(facts={"lots": name, "list": listed})]


def _wrong_lots(where: str, lots: tuple[str, ...], consultation: Consultation) -> list[Finding]:
    known = [lot.id for lot in consultation.lots]
    said = f"les lots {', '.join(known)}" if len(known) > 1 else "un seul lot"
    return [LotWrong(facts={"where": where, "lot": lot, "known": said}) for lot in lots]


# --- Files ------------------------------------------------------------------------------------


class _Walk:
    """Lists a folder and its archives, then gives each file's facts."""

    def __init__(self, temporary: Path, inspector: Inspector) -> None:
        self.entries: list[_Entry] = []
        self.directories: list[tuple[str, ...]] = []
        self.archives: list[tuple[_Entry, FileFacts]] = []  # opened or refused
        self.findings: list[Finding] = []
        self._temporary = temporary
        self._inspector = inspector
        self._unpacked = 0
        self._count = 0
        self._archive: zipfile.ZipFile | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._archive is not None:
            self._archive.close()

    def start(self, folder: Path) -> None:
        if folder.is_dir():
            self._list_folder(folder, ())
        else:
            self._list_archive(_Entry(folder.name, folder, folder), (), 1)
        if self._count > MAX_FILES:
            self.findings.append(FolderTooBig(facts={"limit": f"{MAX_FILES} fichiers"}))

    def _list_folder(self, folder: Path, parts: tuple[str, ...]) -> None:
        if len(parts) > MAX_DEPTH:
            self.findings.append(FolderTooBig(facts={"limit": f"{MAX_DEPTH} niveaux"}))
            return
        try:
            with os.scandir(folder) as found:
                children = sorted(islice(found, MAX_FILES + 1), key=lambda child: child.name)
        except OSError:
            name = "/".join(parts)
            self.findings.append(
                NotRead(facts={"name": name, "why": "accès interdit"}, place=Place(file=name))
            )
            return
        for child in children:
            name = archives.visible(child.name)
            if child.is_dir(follow_symlinks=False):
                self._count += 1
                if self._count > MAX_FILES:
                    return
                self.directories.append((*parts, name))
                self._list_folder(Path(child.path), (*parts, name))
            else:
                self._add(_Entry("/".join((*parts, name)), Path(child.path), Path(child.path)), 1)

    def _add(self, entry: _Entry, depth: int) -> None:
        """Take a file, or the content of an archive that can be opened."""
        self._count += 1
        if self._count > MAX_FILES:
            return
        if _is_leftover(entry.path):
            place = Place(file=entry.path)
            self.findings.append(SystemLeftover(facts={"name": entry.path}, place=place))
        elif entry.name.lower().endswith(".zip"):
            self._add_archive(entry, depth)
        else:
            self.entries.append(entry)

    def _add_archive(self, entry: _Entry, depth: int) -> None:
        if entry.inside is not None:
            entry = self._unpack(entry) or entry
        if entry.inside is not None:  # no room left to unpack it
            facts = FileFacts(name=entry.name, size=0, kind=FileKind.ZIP, usable=False)
        elif depth > archives.MAX_NESTED:
            why = f"plus de {archives.MAX_NESTED} archives sont emboîtées"
            refused = ArchiveRefused(facts={"name": entry.path, "why": why}, place=Place(file=entry.path))
            facts = FileFacts(name=entry.name, size=0, kind=FileKind.ZIP, usable=False, findings=(refused,))
        else:
            facts = self._inspector.inspect(entry.real, entry.path)
            if facts.kind is not FileKind.ZIP:  # an office document, or anything, under that name
                self.entries.append(entry)
                return
        self.archives.append((entry, facts))
        if facts.usable:
            self._list_archive(entry, tuple(entry.path.split("/")), depth)

    def _unpack(self, entry: _Entry) -> _Entry | None:
        """The nested archive written to disk; None when there is no room left for it."""
        target = self._temporary / f"{self._count}.zip"
        try:
            self._unpacked += self._extract(entry, target, MAX_UNPACKED - self._unpacked)
        except (archives.Refused, archives.Truncated) as error:
            refused = ArchiveRefused(facts={"name": entry.path, "why": error}, place=Place(file=entry.path))
            self.findings.append(refused)
            return None
        return _Entry(entry.path, target, entry.held)

    def _extract(self, entry: _Entry, target: Path, limit: int) -> int:
        """Write an entry of an archive to ``target``; bytes written. Raises Refused, Truncated."""
        assert entry.inside is not None
        if self._archive is None or self._archive.filename != str(entry.real):
            if self._archive is not None:
                self._archive.close()
            self._archive = archives.open_zip(entry.real)
        written = 0
        with target.open("wb") as stream:
            for block in archives.chunks(self._archive, entry.inside):
                written += len(block)
                if written > limit:
                    raise archives.Refused(
                        f"les archives emboîtées dépassent {archives.in_words(MAX_UNPACKED)}"
                    )
                stream.write(block)
        return written

    def _list_archive(self, entry: _Entry, parts: tuple[str, ...], depth: int) -> None:
        try:
            archive = archives.open_zip(entry.real)
        except (archives.Refused, archives.Truncated) as error:
            refused = ArchiveRefused(facts={"name": entry.path, "why": error}, place=Place(file=entry.path))
            self.findings.append(refused)
            return
        with archive:
            infos = sorted(archive.infolist(), key=lambda info: info.filename)
        if parts:
            self.directories.append((*parts[:-1], parts[-1][: -len(".zip")]))
        for info in infos:
            name = info.filename.replace("\\", "/")
            if not archives.safe_name(info.filename):
                facts: dict[str, object] = {"name": entry.path, "entry": archives.printable(name)}
                self.findings.append(HostileName(facts=facts, place=Place(file=entry.path)))
            elif info.is_dir():
                self._directories_of((*parts, *name.strip("/").split("/"), ""))
            else:
                inside = (*parts, *name.split("/"))
                self._directories_of(inside)
                self._add(_Entry("/".join(inside), entry.real, entry.held, info), depth + 1)

    def _directories_of(self, parts: tuple[str, ...]) -> None:
        for length in range(1, len(parts)):
            if parts[:length] not in self.directories[-MAX_DEPTH:]:
                self.directories.append(parts[:length])

    @contextmanager
    def on_disk(self, entry: _Entry) -> Iterator[Path]:
        """The bytes of an entry as a file, for the time of the block. Raises Refused, Truncated."""
        if entry.inside is None:
            yield entry.real
            return
        temporary = self._temporary / "entry" / _plain_name(entry.name)
        temporary.parent.mkdir(exist_ok=True)
        try:
            self._extract(entry, temporary, archives.MAX_EXPANDED)
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)

    def inspected(self, consultation: Consultation, names: PathReader) -> Iterator[tuple[_Entry, FileFacts]]:
        """Each file and its facts; the price sheets with their empty cells."""
        pieces = consultation.piece_codes
        for entry in self.entries:
            if entry.path.lower() in NAMES:
                facts = FileFacts(name=entry.name, size=0, kind=FileKind.TEXT)
            else:
                try:
                    with self.on_disk(entry) as path:
                        facts = self._inspector.inspect(path, entry.path)
                        said = names.read(entry.path)
                        piece = pieces.get(said.code)
                        if piece is not None and facts.usable and carries_prices(consultation, piece):
                            gaps, more = unpriced_lines(path, facts.kind, consultation, piece, said.lots)
                            facts = replace(facts, unpriced=gaps, findings=(*facts.findings, *more))
                except (archives.Refused, archives.Truncated) as error:
                    refused = Damaged(facts={"name": entry.path, "kind": "dans une archive", "why": error})
                    facts = FileFacts(
                        name=entry.name, size=0, kind=FileKind.UNKNOWN, usable=False, findings=(refused,)
                    )
            yield entry, facts


def _plain_name(name: str) -> str:
    """A name any file system takes, close to the entry's own."""
    return re.sub(r'[<>:"/\\|?*]', "_", name)[-60:]


def _is_leftover(path: str) -> bool:
    parts = path.split("/")
    name = parts[-1].lower()
    return name in _LEFTOVERS or name.startswith(("~$", ".~lock", "._")) or "__MACOSX" in parts


def _bid_file(entry: _Entry, facts: FileFacts, names: PathReader) -> BidFile:
    if entry.path.lower() in NAMES:
        return BidFile(path=entry.path, held=str(entry.held), facts=facts, technical=True)
    said = names.read(entry.path)
    return _placed(
        BidFile(
            path=entry.path,
            held=str(entry.held),
            facts=facts,
            code=said.code,
            named=said.named,
            also=said.also,
            resembles=said.resembles,
            folder=said.folder,
            lots=said.lots or said.unknown_lots,  # for a lot that does not exist: for none that does
            who=said.who,
        )
    )


def _archive_file(entry: _Entry, facts: FileFacts, names: PathReader) -> BidFile:
    """An archive that was opened is only the folder of its files; one that was not may be a piece."""
    if facts.usable:
        return BidFile(path=entry.path, held=str(entry.held), facts=facts, technical=True)
    return _bid_file(entry, facts, names)


def _placed(file: BidFile) -> BidFile:
    """The findings on a file point at its path in the bid."""
    findings = tuple(
        replace(finding, place=replace(finding.place, file=file.path)) for finding in file.facts.findings
    )
    return replace(file, facts=replace(file.facts, findings=findings))


def _with_signatures(files: list[BidFile]) -> Iterator[BidFile]:
    """Tie each detached signature to the file it signs; it is then no piece of its own."""
    signed: dict[str, list[str]] = {}
    detached: set[str] = set()
    by_folder: dict[str, list[BidFile]] = {}
    for file in files:
        by_folder.setdefault(file.path.rpartition("/")[0], []).append(file)
    for siblings in by_folder.values():
        for file in siblings:
            target = _signed_by(file, siblings)
            if target is not None:
                signed.setdefault(target.path, []).append(file.facts.name)
                detached.add(file.path)
    for file in files:
        if file.path in detached:
            yield replace(file, technical=True, code="", resembles="")
        elif file.path in signed:
            names = tuple(sorted(signed[file.path]))
            yield replace(file, facts=replace(file.facts, signature_files=names))
        elif file.facts.kind is FileKind.SIGNATURE:  # a signature alone is no piece
            facts: dict[str, object] = {"name": file.path, "suffix": file.facts.suffix or ".p7s"}
            alone = SignatureAlone(facts=facts, place=Place(file=file.path))
            findings = (*file.facts.findings, alone)
            yield replace(
                file, technical=True, code="", resembles="", facts=replace(file.facts, findings=findings)
            )
        else:
            yield file


def _signed_by(file: BidFile, siblings: list[BidFile]) -> BidFile | None:
    suffix = file.facts.suffix
    if suffix not in _DETACHED or (suffix == ".xml" and file.facts.kind is not FileKind.SIGNATURE):
        return None
    base = file.facts.name[: -len(suffix)]
    others = [other for other in siblings if other is not file and other.facts.suffix not in _DETACHED]
    for other in sorted(others, key=lambda other: -len(other.facts.name)):
        if base.startswith(other.facts.name):
            return other
    alike = [other for other in others if _named_after(base, other.facts.name.rpartition(".")[0])]
    return alike[0] if len(alike) == 1 else None


def _named_after(base: str, stem: str) -> bool:
    """Whether a signature bears the name of that file, with no more than what platforms add to it.

    >>> _named_after("O1 AE - Jeton 1", "O1 AE"), _named_after("O1 AE annexe", "O1 AE")
    (True, False)
    """
    return (
        bool(stem)
        and base.startswith(stem)
        and _PLATFORM_ADDS.fullmatch(folded(base[len(stem) :])) is not None
    )
