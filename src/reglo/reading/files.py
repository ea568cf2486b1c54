"""Facts of one file of a bid: type by content, size, pages, protection, damage, macros, signatures.

Nothing here trusts a file: it is never run, links are not followed, only its ends are read unless
its size is bounded, archives are judged on their directory first, and PDF files are read in a
process of their own. Each fault is a finding; none is an exception.
"""

from __future__ import annotations

import errno
import json
import math
import os
import queue
import re
import stat
import subprocess
import sys
import threading
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from reglo.procurement.findings import Finding, Severity
from reglo.procurement.pieces.inventory import FileFacts, FileKind
from reglo.reading import archives
from reglo.reading.archives import in_words, printable
from reglo.reading.file_findings import (
    ArchiveRefused,
    Damaged,
    EmptyFile,
    Encrypted,
    Executable,
    Macros,
    NotAFile,
    NotRead,
    OddPageTree,
    ProtectedPdf,
    TooLarge,
    TooSlow,
    WrongSuffix,
)

MAX_PARSED = 512 << 20  # bytes; beyond, only the ends of a file are looked at
PDF_SECONDS = 20  # for one file
PDF_MEMORY = 2 << 30  # bytes of address space of the reading process
TOTAL_SECONDS = 600  # of PDF reading for one Inspector
TOTAL_EXPANDED = 4 << 30  # bytes decompressed for one Inspector: of archives, and as many of documents
_START_SECONDS = 5  # the start of the reading process is not the file's fault
# A busy machine gives processor time slowly, and a PDF must read there as anywhere: the clock stops only what
# waits for ever, unless nothing bounds the processor time.
_ON_THE_CLOCK = 1 if sys.platform == "win32" else 10

_HEAD = 64 << 10
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")  # OID of a CMS SignedData
_XML_ROOT = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)")  # neither the prologue nor a comment
_SIGNATURE_ROOTS = (b"Signature", b"XAdESSignatures", b"document-signatures")
_MAGIC: tuple[tuple[bytes, FileKind], ...] = (
    (b"PK\x03\x04", FileKind.ZIP),
    (b"PK\x05\x06", FileKind.ZIP),
    (_OLE, FileKind.OLE),
    (b"{\\rtf", FileKind.RTF),
    (b"\x89PNG\r\n", FileKind.IMAGE),
    (b"\xff\xd8\xff", FileKind.IMAGE),
    (b"GIF8", FileKind.IMAGE),
    (b"BM", FileKind.IMAGE),
    (b"II*\x00", FileKind.IMAGE),
    (b"MM\x00*", FileKind.IMAGE),
    (b"MZ", FileKind.EXECUTABLE),
    (b"\x7fELF", FileKind.EXECUTABLE),
    (b"\xcf\xfa\xed\xfe", FileKind.EXECUTABLE),
    (b"\xca\xfe\xba\xbe", FileKind.EXECUTABLE),
    (b"#!", FileKind.EXECUTABLE),
    (b"7z\xbc\xaf\x27\x1c", FileKind.ARCHIVE),
    (b"Rar!", FileKind.ARCHIVE),
    (b"\x1f\x8b", FileKind.ARCHIVE),
    (b"(DWF V", FileKind.DWF),
)
_PROMISES: dict[str, set[FileKind]] = {
    ".pdf": {FileKind.PDF},
    ".odt": {FileKind.ODT},
    ".ods": {FileKind.ODS},
    ".odp": {FileKind.ODP},
    ".odg": {FileKind.ODG},
    ".docx": {FileKind.DOCX},
    ".docm": {FileKind.DOCX},
    ".xlsx": {FileKind.XLSX},
    ".xlsm": {FileKind.XLSX},
    ".pptx": {FileKind.PPTX},
    ".pptm": {FileKind.PPTX},
    ".doc": {FileKind.DOC},
    ".xls": {FileKind.XLS},
    ".ppt": {FileKind.PPT},
    ".rtf": {FileKind.RTF},
    ".zip": {FileKind.ZIP},
    ".dwf": {FileKind.DWF},
    ".txt": {FileKind.TEXT},
    ".csv": {FileKind.TEXT},
    ".p7s": {FileKind.SIGNATURE},
    ".xml": {FileKind.XML, FileKind.SIGNATURE},
    **{suffix: {FileKind.IMAGE} for suffix in (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff")},
}
_RUNNABLE = {".exe", ".com", ".bat", ".cmd", ".msi", ".scr", ".js", ".vbs", ".ps1", ".jar", ".sh", ".lnk"}
_OPEN_DOCUMENT = {
    "text": FileKind.ODT,
    "spreadsheet": FileKind.ODS,
    "presentation": FileKind.ODP,
    "graphics": FileKind.ODG,
}
_OFFICE_PARTS = {
    "word/document.xml": FileKind.DOCX,
    "xl/workbook.xml": FileKind.XLSX,
    "ppt/presentation.xml": FileKind.PPTX,
}
_OLD_OFFICE = {"WordDocument": FileKind.DOC, "Workbook": FileKind.XLS, "Book": FileKind.XLS}
_SPECIAL = (
    (stat.S_ISLNK, "un lien symbolique"),
    (stat.S_ISFIFO, "un tube (FIFO)"),
    (stat.S_ISSOCK, "une prise réseau"),
    (stat.S_ISBLK, "un périphérique"),
    (stat.S_ISCHR, "un périphérique"),
    (stat.S_ISDIR, "un dossier"),
)
_SYSTEM_SAYS = {
    errno.EACCES: "accès interdit",
    errno.EPERM: "accès interdit",
    errno.ENOENT: "il a disparu pendant la lecture",
    errno.EIO: "erreur du disque",
    errno.ELOOP: "c'est un lien symbolique",
}


_NOT_FACTS = {"shown", "findings"}


@dataclass
class _Draft:
    """What is gathered on a file while it is looked at."""

    name: str
    shown: str
    size: int = 0
    kind: FileKind = FileKind.UNKNOWN
    usable: bool = True
    pages: int | None = None
    pages_measured: bool = True
    not_a4: int = 0
    macros: bool = False
    signatures: int = 0
    findings: list[Finding] = field(default_factory=list)

    def unusable(self, finding: Finding) -> None:
        self.usable = False
        self.findings.append(finding)

    def facts(self) -> FileFacts:
        values = {name: getattr(self, name) for name in self.__dataclass_fields__ if name not in _NOT_FACTS}
        return FileFacts(**values, findings=tuple(self.findings))


class Inspector:
    """Inspects files one after the other with one PDF process between them.

    A PDF that takes that process down or too long costs its own facts, not the next file's.
    """

    def __init__(
        self,
        *,
        pdf_seconds: float = PDF_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        total_expanded: int = TOTAL_EXPANDED,
    ) -> None:
        self._pdf = _PdfProcess()
        self._seconds = pdf_seconds
        self._left = total_seconds
        self._expandable = total_expanded
        self._expanded = {FileKind.ZIP: 0, FileKind.UNKNOWN: 0}  # bytes: archives, documents

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._pdf.close()

    def inspect(self, path: Path, shown: str = "") -> FileFacts:
        """The facts of the file at ``path``; ``shown``: its path as findings give it, its name by default."""
        draft = _Draft(shown.rpartition("/")[2] or path.name, printable(shown or path.name))
        try:
            self._look(path, draft)
        except archives.Refused as error:
            draft.unusable(ArchiveRefused(facts={"name": draft.shown, "why": error}))
        except archives.Truncated as error:
            promised = _PROMISES.get(Path(draft.name).suffix.lower(), {draft.kind})
            kind = draft.kind if draft.kind is not FileKind.ZIP else next(iter(promised))
            draft.unusable(Damaged(facts={"name": draft.shown, "kind": kind, "why": error}))
        except OSError as error:
            why = _SYSTEM_SAYS.get(error.errno or 0, "erreur de lecture")
            draft.unusable(NotRead(facts={"name": draft.shown, "why": why}))
        return draft.facts()

    def _look(self, path: Path, draft: _Draft) -> None:
        status = path.lstat()
        for test, what in _SPECIAL:
            if test(status.st_mode):
                draft.kind = FileKind.SPECIAL
                draft.unusable(NotAFile(facts={"name": draft.shown, "what": what}))
                return
        draft.size = status.st_size
        if draft.size == 0:
            draft.kind = FileKind.EMPTY
            draft.unusable(EmptyFile(facts={"name": draft.shown}))
            return
        head = _head(path)
        draft.kind = _kind_by_content(head)
        if draft.size > MAX_PARSED:
            size, limit = in_words(draft.size), in_words(MAX_PARSED)
            draft.findings.append(TooLarge(facts={"name": draft.shown, "size": size, "limit": limit}))
        elif draft.kind is FileKind.PDF:
            self._look_at_pdf(path, draft)
        elif draft.kind is FileKind.ZIP:
            self._look_at_zip(path, draft)
        elif draft.kind is FileKind.OLE:
            _look_at_old_office(path, draft)
        elif draft.kind is FileKind.ARCHIVE:
            why = "seules les archives .zip le sont, et rien de ce qu'elle contient n'est compté"
            facts = {"name": draft.shown, "why": why}
            draft.findings.append(ArchiveRefused(facts=facts, severity=Severity.TO_CHECK))
        _compare_suffix(draft)
        if draft.macros:
            draft.findings.append(Macros(facts={"name": draft.shown}))

    def _look_at_zip(self, path: Path, draft: _Draft) -> None:
        """An archive, or an office document, which is one."""
        with archives.open_zip(path) as archive:
            names = archive.namelist()
            draft.kind = _kind_of_package(archive, names)
            if any(info.flag_bits & 1 for info in archive.infolist()) or _odf_encrypted(archive, draft.kind):
                draft.unusable(Encrypted(facts={"name": draft.shown, "kind": draft.kind}))
                return
            if self._may_expand(archive, draft):
                archives.verify(archive)
            draft.macros = any(name.endswith("vbaProject.bin") or _is_odf_macro(name) for name in names)
            draft.signatures = sum(
                name.startswith("_xmlsignatures/sig") or name == "META-INF/documentsignatures.xml"
                for name in names
            )
            if draft.kind in _TEXT_PAGES:
                member, declared, text, breaks = _TEXT_PAGES[draft.kind]
                said = _declared(archives.head_of(archive, member), declared)
                content = archives.head_of(archive, text, _TEXT_READ)
                seen = 1 + _page_breaks(content, breaks)
                pages = max(said or 0, seen) if said or seen > 1 else None
                crammed = pages is not None and _letters(content) > pages * _FULL_PAGE
                draft.pages = None if crammed else pages  # a figure no program ever updated
            draft.pages_measured = draft.pages is None

    def _may_expand(self, archive: zipfile.ZipFile, draft: _Draft) -> bool:
        """Whether there is room left to decompress it; archives and documents each have their own.

        An archive there is no room for is refused, a document is only said not to be verified.
        """
        kind = FileKind.ZIP if draft.kind is FileKind.ZIP else FileKind.UNKNOWN
        self._expanded[kind] += sum(info.file_size for info in archive.infolist())
        if self._expanded[kind] <= self._expandable:
            return True
        limit = f"{in_words(self._expandable)} décompressés pour tout le dossier"
        if kind is FileKind.ZIP:
            raise archives.Refused(f"elle dépasse {limit}")
        draft.findings.append(TooSlow(facts={"name": draft.shown, "limit": limit}))
        return False

    def _look_at_pdf(self, path: Path, draft: _Draft) -> None:
        allowed = min(self._seconds, self._left)
        if allowed <= 0:
            draft.findings.append(
                TooSlow(facts={"name": draft.shown, "limit": "le temps prévu pour tout le dossier"})
            )
            return
        started = time.monotonic()
        seen = self._pdf.measure(path, allowed)
        self._left -= time.monotonic() - started
        if seen is None:
            limit = f"{allowed:.0f} secondes ou {in_words(PDF_MEMORY)} de mémoire"
            draft.findings.append(TooSlow(facts={"name": draft.shown, "limit": limit}))
            return
        if seen.get("password"):
            draft.unusable(Encrypted(facts={"name": draft.shown, "kind": draft.kind}))
            return
        if seen.get("fault"):
            draft.unusable(Damaged(facts={"name": draft.shown, "kind": draft.kind, "why": seen["fault"]}))
            return
        draft.pages, draft.not_a4, draft.signatures = seen["pages"], seen["not_a4"], seen["signatures"]
        if seen["broken"] or (not seen["at_least"] and seen["declared"] not in (None, seen["pages"])):
            facts = {"name": draft.shown, "declared": seen["declared"], "found": seen["pages"]}
            draft.findings.append(OddPageTree(facts=facts))
        if seen["protected"]:
            draft.findings.append(ProtectedPdf(facts={"name": draft.shown}))


def inspect(path: Path) -> FileFacts:
    """The facts of one file; ``Inspector`` serves several faster.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "C1.pdf")
    ...     _ = file.write_bytes(b"")
    ...     print(inspect(file).findings[0].cause_text)
    « C1.pdf » est vide : 0 octet.
    """
    with Inspector() as inspector:
        return inspector.inspect(path)


def _head(path: Path) -> bytes:
    """The first bytes, opened so that neither a link nor a pipe put there meanwhile can trap us."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    handle = os.open(path, flags)
    with os.fdopen(handle, "rb") as stream:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a file")
        return stream.read(_HEAD)


def _kind_by_content(head: bytes) -> FileKind:
    for magic, kind in _MAGIC:
        if head.startswith(magic):
            return kind
    if b"%PDF-" in head[:1024]:  # a reader skips what stands before; an archive may begin with a stored PDF
        return FileKind.PDF
    if head[:1] == b"0" and _SIGNED_DATA in head[:64]:
        return FileKind.SIGNATURE
    if b"\x00" in head:
        return FileKind.UNKNOWN
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if text.startswith(b"<"):
        root = _XML_ROOT.search(text)
        return FileKind.SIGNATURE if root and root.group(1) in _SIGNATURE_ROOTS else FileKind.XML
    return FileKind.TEXT if all(byte >= 32 or byte in b"\t\n\r\f\x1b" for byte in head) else FileKind.UNKNOWN


def _compare_suffix(draft: _Draft) -> None:
    suffix = Path(draft.name).suffix.lower()
    if draft.kind is FileKind.EXECUTABLE or suffix in _RUNNABLE:
        draft.kind = FileKind.EXECUTABLE
        draft.findings.append(Executable(facts={"name": draft.shown}))
    elif draft.usable and suffix in _PROMISES and draft.kind not in _PROMISES[suffix]:
        draft.findings.append(WrongSuffix(facts={"name": draft.shown, "suffix": suffix, "kind": draft.kind}))


def _kind_of_package(archive: zipfile.ZipFile, names: list[str]) -> FileKind:
    mime = archives.head_of(archive, "mimetype", 200).decode("ascii", "replace")
    found = re.match(r"application/vnd\.oasis\.opendocument\.([a-z]+)", mime)
    if found and found.group(1) in _OPEN_DOCUMENT:
        return _OPEN_DOCUMENT[found.group(1)]
    for part, kind in _OFFICE_PARTS.items():
        if part in names:
            return kind
    return FileKind.ZIP


def _odf_encrypted(archive: zipfile.ZipFile, kind: FileKind) -> bool:
    return kind in _OPEN_DOCUMENT.values() and b"encryption-data" in archives.head_of(
        archive, "META-INF/manifest.xml"
    )


def _is_odf_macro(name: str) -> bool:
    return (name.startswith("Basic/") and name.endswith(".xml") and not name.endswith("-lc.xml")) or (
        name.startswith("Scripts/") and not name.endswith("/")
    )


# the entry that declares the pages, the declaration, the entry of the text, the breaks within it: those
# an author put, those the program found when it last laid the text out (the most of either kind counts)
_TEXT_PAGES: dict[FileKind, tuple[str, bytes, str, tuple[bytes, ...]]] = {
    FileKind.ODT: (
        "meta.xml",
        rb'page-count="(\d{1,7})"',
        "content.xml",
        (rb"<text:soft-page-break\b",),
    ),
    FileKind.DOCX: (
        "docProps/app.xml",
        rb"<Pages>(\d{1,7})</Pages>",
        "word/document.xml",
        (rb'<w:br\b[^>]{0,80}\bw:type="page"', rb"<w:lastRenderedPageBreak\b"),
    ),
}
_TEXT_READ = 32 << 20  # bytes of the text looked through for its page breaks
_FULL_PAGE = 6_000  # bytes of text: an A4 page of ten points without a blank line


def _page_breaks(text: bytes, kinds: tuple[bytes, ...]) -> int:
    return max(sum(1 for _ in re.finditer(kind, text)) for kind in kinds)


def _letters(text: bytes) -> int:
    """How much of its first millions of bytes is text rather than marks."""
    read = text[: 4 << 20]
    return len(read) - sum(mark.end() - mark.start() for mark in re.finditer(rb"<[^<>]*>", read))


def _declared(text: bytes, pattern: bytes) -> int | None:
    found = re.search(pattern, text)
    return int(found.group(1)) if found and int(found.group(1)) > 0 else None


def _look_at_old_office(path: Path, draft: _Draft) -> None:
    streams = archives.old_office_streams(path)
    if "EncryptedPackage" in streams:
        by_suffix = {".docx": FileKind.DOCX, ".xlsx": FileKind.XLSX, ".pptx": FileKind.PPTX}
        draft.kind = by_suffix.get(Path(draft.name).suffix.lower(), FileKind.OLE)
        draft.unusable(Encrypted(facts={"name": draft.shown, "kind": draft.kind}))
        return
    if "PowerPoint Document" in streams:
        draft.kind = FileKind.PPT
    else:
        draft.kind = next((kind for name, kind in _OLD_OFFICE.items() if name in streams), FileKind.OLE)
    draft.macros = bool(streams & {"Macros", "VBA", "_VBA_PROJECT_CUR"})


class _PdfProcess:
    """The process of ``inspect_worker``, started when first needed and after each death."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._pump = threading.Thread()
        self._answers: queue.Queue[str] = queue.Queue()

    def measure(self, path: Path, seconds: float) -> dict[str, Any] | None:
        """The worker's ``measure`` of that file; None when it took too long or the process died."""
        limit = seconds + 2 if self._process else seconds + 2 + _START_SECONDS
        process = self._process or self._start()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps([str(path.absolute()), math.ceil(seconds)]) + "\n")
            process.stdin.flush()
            answer = self._answers.get(timeout=limit * _ON_THE_CLOCK)
        except (queue.Empty, OSError):
            self.close()
            return None
        if not answer:  # end of its output: it died
            self.close()
            return None
        found: dict[str, Any] = json.loads(answer)
        return found

    def _start(self) -> subprocess.Popen[str]:
        command = [
            sys.executable,
            "-I",
            "-m",
            "reglo.reading.inspect_worker",
            str(PDF_MEMORY),
        ]
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        answers: queue.Queue[str] = queue.Queue()
        self._pump = threading.Thread(target=_pump, args=(process, answers), daemon=True)
        self._pump.start()
        self._process, self._answers = process, answers
        return process

    def close(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        self._pump.join()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process = None


def _pump(process: subprocess.Popen[str], answers: queue.Queue[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        answers.put(line)
    answers.put("")
