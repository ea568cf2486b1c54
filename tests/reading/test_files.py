"""Facts of the files of a bid, on real files of each bad kind; bounded in time and memory."""

from __future__ import annotations

import io
import os
import struct
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import odfdo
import psutil
import pytest
import typst
import xlsxwriter
from docx.enum.text import WD_BREAK
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NullObject,
    NumberObject,
    TextStringObject,
)

from reglo.procurement.pieces.inventory import FileFacts, FileKind
from reglo.reading.files import Inspector

SOON = 300.0  # seconds, generous: nothing here may hang


@pytest.fixture(scope="module")
def inspector() -> Iterator[Inspector]:
    with Inspector() as one:
        yield one


@pytest.fixture
def facts_of(inspector: Inspector, tmp_path: Path) -> Callable[[str, bytes], FileFacts]:
    def facts(name: str, content: bytes) -> FileFacts:
        path = tmp_path / name
        path.write_bytes(content)
        return inspector.inspect(path)

    return facts


def codes(facts: FileFacts) -> list[str]:
    return [finding.code for finding in facts.findings]


def pdf(pages: int = 1, paper: str = "a4") -> bytes:
    body = "#pagebreak()\n".join(["Pièce\n"] * pages)
    return typst.compile(f'#set page(paper: "{paper}")\n{body}'.encode())


def written(writer: PdfWriter) -> bytes:
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def archive(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries.items():
            target.writestr(name, content)
    return stream.getvalue()


# --- Good files -------------------------------------------------------------------------------


def test_the_pages_of_a_pdf_are_counted_and_those_that_are_not_a4_told_apart(facts_of) -> None:
    facts = facts_of("O3-1.pdf", pdf(11))
    assert (facts.kind, facts.pages, facts.pages_measured, facts.not_a4) == (FileKind.PDF, 11, True, 0)
    assert facts_of("plan.pdf", pdf(2, "a3")).not_a4 == 2
    assert facts.findings == ()


def test_the_pages_of_odt_and_docx_are_those_their_program_declares(facts_of, tmp_path: Path) -> None:
    text = odfdo.Document("text")
    text.save(tmp_path / "a.odt")
    with zipfile.ZipFile(tmp_path / "a.odt") as source:
        entries = {name: source.read(name) for name in source.namelist()}
    entries["meta.xml"] = b'<office:meta><meta:document-statistic meta:page-count="7"/></office:meta>'
    odt = facts_of("O4.odt", archive(entries))
    assert (odt.kind, odt.pages, odt.pages_measured) == (FileKind.ODT, 7, False)
    word = docx.Document()
    word.save(str(tmp_path / "a.docx"))
    with zipfile.ZipFile(tmp_path / "a.docx") as source:
        entries = {name: source.read(name) for name in source.namelist()}
    entries["docProps/app.xml"] = b"<Properties><Pages>12</Pages></Properties>"
    facts = facts_of("O4.docx", archive(entries))
    assert (facts.kind, facts.pages, facts.pages_measured) == (FileKind.DOCX, 12, False)


def test_page_breaks_seen_in_a_text_win_over_fewer_pages_declared(facts_of, tmp_path: Path) -> None:
    word = docx.Document()
    for page in range(13):
        word.add_paragraph(f"Page {page}").add_run().add_break(WD_BREAK.PAGE)
    word.save(str(tmp_path / "a.docx"))  # its template declares one page
    facts = facts_of("O3-1.docx", (tmp_path / "a.docx").read_bytes())
    assert (facts.pages, facts.pages_measured) == (14, False)
    text = odfdo.Document("text")
    text.save(tmp_path / "a.odt")
    with zipfile.ZipFile(tmp_path / "a.odt") as source:
        entries = {name: source.read(name) for name in source.namelist()}
    entries["meta.xml"] = b'<office:meta><meta:document-statistic meta:page-count="2"/></office:meta>'
    entries["content.xml"] = b"<a>" + b"<text:soft-page-break/>" * 11 + b"</a>"
    assert facts_of("O3-1.odt", archive(entries)).pages == 12


def test_a_text_too_long_for_the_pages_it_declares_is_left_to_be_counted(facts_of, tmp_path: Path) -> None:
    word = docx.Document()  # its template declares one page, whatever is written in it
    for _ in range(40):
        word.add_paragraph("Le chantier est tenu propre, les déchets sont triés. " * 20)
    word.save(str(tmp_path / "a.docx"))
    assert facts_of("O3.docx", (tmp_path / "a.docx").read_bytes()).pages is None


def test_each_format_is_known_by_its_content(facts_of, tmp_path: Path) -> None:
    xlsxwriter.Workbook(str(tmp_path / "a.xlsx")).close()
    odfdo.Document("spreadsheet").save(tmp_path / "a.ods")
    samples = {
        "a.xlsx": ((tmp_path / "a.xlsx").read_bytes(), FileKind.XLSX),
        "a.ods": ((tmp_path / "a.ods").read_bytes(), FileKind.ODS),
        "a.rtf": (rb"{\rtf1 bonjour}", FileKind.RTF),
        "a.png": (b"\x89PNG\r\n\x1a\n....", FileKind.IMAGE),
        "a.txt": ("été\n".encode(), FileKind.TEXT),
        "a.zip": (archive({"C1.pdf": b"x"}), FileKind.ZIP),
        "a.dwf": (b"(DWF V06.00)", FileKind.DWF),
    }
    for name, (content, kind) in samples.items():
        facts = facts_of(name, content)
        assert (facts.kind, facts.usable, facts.findings) == (kind, True, ()), name


# --- Bad files --------------------------------------------------------------------------------


def test_an_empty_file_cannot_be_used(facts_of) -> None:
    facts = facts_of("C1.pdf", b"")
    assert (facts.usable, codes(facts)) == (False, ["FICHIER-02"])


@pytest.mark.parametrize("kept", [0.1, 0.5])
def test_a_truncated_pdf_is_not_taken_for_a_good_one(facts_of, kept: float) -> None:
    content = pdf(3)
    facts = facts_of("C1.pdf", content[: int(len(content) * kept)])
    assert (facts.usable, codes(facts)) == (False, ["FICHIER-04"])


def test_bytes_that_only_begin_like_a_pdf_are_damaged(facts_of) -> None:
    assert codes(facts_of("C1.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 40)) == ["FICHIER-04"]


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-128", "AES-256"])
def test_a_pdf_with_a_password_is_told_from_one_only_protected_against_changes(
    facts_of, algorithm: str
) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(2))))
    writer.encrypt("secret", algorithm=algorithm)
    locked = facts_of("C6.pdf", written(writer))
    assert (locked.usable, codes(locked)) == (False, ["FICHIER-03"])
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(2))))
    writer.encrypt("", "owner", algorithm=algorithm)
    protected = facts_of("C6.pdf", written(writer))
    assert (protected.usable, protected.pages, codes(protected)) == (True, 2, ["FICHIER-12"])


def test_an_electronic_signature_in_a_pdf_is_seen(facts_of) -> None:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    value = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Sig"),
            NameObject("/ByteRange"): ArrayObject(NumberObject(n) for n in (0, 10, 20, 30)),
            NameObject("/Contents"): ByteStringObject(b"0" * 20),
        }
    )
    signed = DictionaryObject(
        {NameObject("/FT"): NameObject("/Sig"), NameObject("/V"): writer._add_object(value)}
    )
    signed[NameObject("/T")] = TextStringObject("Signature1")
    empty = DictionaryObject({NameObject("/FT"): NameObject("/Sig"), NameObject("/V"): NullObject()})
    form = DictionaryObject(
        {NameObject("/Fields"): ArrayObject([writer._add_object(signed), writer._add_object(empty)])}
    )
    writer._root_object[NameObject("/AcroForm")] = form
    assert facts_of("O1.pdf", written(writer)).signatures == 1
    assert facts_of("O2.pdf", pdf()).signatures == 0


def raw_pdf(*objects: bytes) -> bytes:
    """A PDF of these objects, the first being its catalogue."""
    body, places = bytearray(b"%PDF-1.7\n"), []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, text)
    start = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % place for place in places)
    body += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(body)


CATALOGUE = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"


def test_a_page_tree_that_loops_ends(facts_of) -> None:
    loop = raw_pdf(CATALOGUE, b"<< /Type /Pages /Count 2 /Kids [3 0 R 2 0 R] >>", PAGE)
    started = time.monotonic()
    facts = facts_of("C1.pdf", loop)
    assert (facts.pages, codes(facts)) == (1, ["FICHIER-13"])
    assert time.monotonic() - started < SOON


def test_a_hundred_thousand_declared_pages_are_counted_not_believed(facts_of) -> None:
    facts = facts_of("C1.pdf", raw_pdf(CATALOGUE, b"<< /Type /Pages /Count 100000 /Kids [3 0 R] >>", PAGE))
    assert (facts.pages, codes(facts)) == (1, ["FICHIER-13"])


def test_a_hundred_thousand_pages_are_counted_up_to_a_bound(facts_of) -> None:
    kids = b"[" + b"3 0 R " * 100_000 + b"]"
    started = time.monotonic()
    facts = facts_of("C1.pdf", raw_pdf(CATALOGUE, b"<< /Type /Pages /Count 100000 /Kids %s >>" % kids, PAGE))
    assert facts.pages == 20_000
    assert time.monotonic() - started < SOON


def test_a_pdf_that_outlasts_its_time_costs_only_its_own_facts(tmp_path: Path) -> None:
    slow = tmp_path / "slow.pdf"
    slow.write_bytes(b"%PDF-1.7\n" + b"1 0 obj\n" * 4_000_000)  # twenty seconds to look for its objects
    good = tmp_path / "good.pdf"
    good.write_bytes(pdf(2))
    with Inspector(pdf_seconds=1) as one:
        assert one.inspect(good).pages == 2
        started = time.monotonic()
        assert codes(one.inspect(slow)) == ["FICHIER-06"]
        assert time.monotonic() - started < SOON
        assert one.inspect(good).pages == 2


def test_a_machine_too_busy_to_read_a_pdf_for_seconds_reads_it_all_the_same(tmp_path: Path) -> None:
    """What a bid is found to be does not depend on who else works there: what counts is processor time."""
    good = tmp_path / "good.pdf"
    good.write_bytes(pdf(2))
    with Inspector(pdf_seconds=1) as one:
        one.inspect(good)
        readers = [
            each for each in psutil.Process().children() if "inspect_worker" in " ".join(each.cmdline())
        ]
        for reader in readers:
            reader.suspend()
        goes_on = threading.Timer(4, lambda: [reader.resume() for reader in readers])
        goes_on.start()
        facts = one.inspect(good)
        goes_on.join()
    assert (facts.pages, codes(facts)) == (2, [])


def test_the_time_given_to_a_whole_folder_is_bounded_too(tmp_path: Path) -> None:
    good = tmp_path / "good.pdf"
    good.write_bytes(pdf(2))
    with Inspector(total_seconds=0) as one:
        facts = one.inspect(good)
    assert (facts.usable, codes(facts)) == (True, ["FICHIER-06"])


def test_what_a_whole_folder_may_expand_to_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(archive({"C1.pdf": b"x" * 900}))
    xlsxwriter.Workbook(str(tmp_path / "O2.xlsx")).close()
    with Inspector(total_expanded=1_000) as one:
        assert codes(one.inspect(tmp_path / "a.zip")) == []
        assert codes(one.inspect(tmp_path / "a.zip")) == ["FICHIER-07"]
        document = one.inspect(tmp_path / "O2.xlsx")
    assert (document.usable, codes(document)) == (True, ["FICHIER-06"])


def test_a_deeply_nested_pdf_is_refused(facts_of) -> None:
    deep = raw_pdf(CATALOGUE, b"<< /Type /Pages /Count 1 /Kids " + b"[" * 50_000 + b"]" * 50_000 + b" >>")
    facts = facts_of("C1.pdf", deep)
    assert not facts.usable or facts.pages is None


def test_an_encrypted_workbook_is_known_by_its_container(facts_of) -> None:
    facts = facts_of("O2.xlsx", compound("EncryptionInfo", "EncryptedPackage"))
    assert (facts.usable, facts.kind, codes(facts)) == (False, FileKind.XLSX, ["FICHIER-03"])


def test_an_old_word_file_with_macros_says_so(facts_of) -> None:
    facts = facts_of("C8.doc", compound("WordDocument", "Macros"))
    assert (facts.kind, facts.macros, codes(facts)) == (FileKind.DOC, True, ["FICHIER-10"])


def compound(*names: str) -> bytes:
    """The least container of old Office files: a header, one sector of directory, one of table."""
    header = bytearray(512)
    header[:8] = bytes.fromhex("d0cf11e0a1b11ae1")
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<L", header, 48, 0)
    struct.pack_into("<109L", header, 76, 1, *[0xFFFFFFFF] * 108)
    directory = bytearray(512)
    for place, name in enumerate(("Root Entry", *names)):
        text = name.encode("utf-16-le") + b"\0\0"
        directory[128 * place : 128 * place + len(text)] = text
        struct.pack_into("<H", directory, 128 * place + 64, len(text))
    table = struct.pack("<128L", 0xFFFFFFFE, *[0xFFFFFFFF] * 127)
    return bytes(header + directory + table)


def test_an_opendocument_file_with_a_password_is_known_by_its_manifest(facts_of) -> None:
    entries = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "META-INF/manifest.xml": b"<manifest:encryption-data/>",
        "content.xml": os.urandom(64),
    }
    facts = facts_of("O3.ods", archive(entries))
    assert (facts.kind, codes(facts)) == (FileKind.ODS, ["FICHIER-03"])


def test_macros_of_either_family_are_seen(facts_of) -> None:
    excel = {"[Content_Types].xml": b"", "xl/workbook.xml": b"", "xl/vbaProject.bin": b"x"}
    assert facts_of("O2.xlsm", archive(excel)).macros
    calc = {
        "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": b"",
        "Basic/Standard/Module1.xml": b"x",
    }
    assert facts_of("O3.ods", archive(calc)).macros


@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_truncated_archive_is_damaged(facts_of, kept: float) -> None:
    content = archive({"C1.pdf": os.urandom(20_000)})
    facts = facts_of("pli.zip", content[: int(len(content) * kept)])
    assert (facts.usable, codes(facts)) == (False, ["FICHIER-04"])


def test_an_archive_with_a_wrong_checksum_is_damaged(facts_of) -> None:
    content = bytearray(archive({"C1.pdf": b"x" * 100}))
    at = content.find(b"PK\x01\x02") + 16
    content[at : at + 4] = b"\0\0\0\0"
    assert codes(facts_of("pli.zip", bytes(content))) == ["FICHIER-04"]


def test_a_bomb_is_refused_on_its_announced_size(facts_of) -> None:
    started = time.monotonic()
    facts = facts_of("pli.zip", archive({"a": b"\0" * (80 << 20)}))
    assert (facts.usable, codes(facts)) == (False, ["FICHIER-07"])
    assert time.monotonic() - started < SOON


def test_an_archive_that_announces_a_million_files_is_refused_before_they_are_listed(facts_of) -> None:
    content = bytearray(archive({"a": b"x"}))
    end = content.rfind(b"PK\x05\x06")
    struct.pack_into("<HHL", content, end + 8, 60_000, 60_000, 200 << 20)
    assert codes(facts_of("pli.zip", bytes(content))) == ["FICHIER-07"]


@pytest.mark.parametrize("head", [b"", b"%PDF-1.7\n", b"PK\x03\x04"])
def test_a_file_of_two_gigabytes_is_answered_at_once(
    inspector: Inspector, tmp_path: Path, head: bytes
) -> None:
    path = tmp_path / "O3.pdf"
    with path.open("wb") as stream:
        stream.write(head)
        stream.truncate(2 << 30)
    started = time.monotonic()
    facts = inspector.inspect(path)
    assert codes(facts)[0] == "FICHIER-05"
    assert time.monotonic() - started < SOON


def test_links_pipes_and_folders_are_neither_followed_nor_read(inspector: Inspector, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pdf")
    (tmp_path / "loop.pdf").symlink_to(tmp_path / "loop.pdf")
    (tmp_path / "link.pdf").symlink_to("/etc/hostname")
    (tmp_path / "folder.pdf").mkdir()
    for name in ("pipe.pdf", "loop.pdf", "link.pdf", "folder.pdf"):
        facts = inspector.inspect(tmp_path / name)
        assert (facts.kind, facts.usable, codes(facts)) == (FileKind.SPECIAL, False, ["FICHIER-01"]), name


def test_a_suffix_that_lies_is_reported(facts_of) -> None:
    assert codes(facts_of("C1.pdf", b"bonjour")) == ["FICHIER-09"]
    assert codes(facts_of("C1.docx", pdf())) == ["FICHIER-09"]


def test_a_program_is_reported_whatever_its_suffix(facts_of) -> None:
    assert codes(facts_of("C1.pdf", b"MZ\x90\x00")) == ["FICHIER-11"]
    assert codes(facts_of("lisez-moi.bat", b"echo bonjour")) == ["FICHIER-11"]
