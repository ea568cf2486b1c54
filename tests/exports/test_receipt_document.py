"""The "Accusé de réception": the five mentions on its pages, the receipt inside, PDF/A-3."""

from __future__ import annotations

import shutil
import subprocess
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from pypdf import PdfReader
from tests.sealing.platform import DEADLINE, Platform, busy_platform, digest

from reglo.exports.documents import Paragraph, Table, plain, to_pdf
from reglo.exports.receipt_document import ATTACHED, receipt_document
from reglo.reading.receipt_file import ATTACHED as READ
from reglo.reading.receipt_file import read_receipt
from reglo.sealing.receipt import Receipt


@pytest.fixture
def platform() -> Platform:
    return busy_platform()


def text_of(receipt: Receipt) -> str:
    pages = PdfReader(BytesIO(to_pdf(receipt_document(receipt)))).pages
    text = "".join(page.extract_text() + "\n" for page in pages)
    return " ".join(text.replace("\u202f", " ").replace("\xa0", " ").split())


def test_the_depositors_copy_shows_the_five_mentions_and_the_documents_by_name(platform: Platform) -> None:
    receipt = platform.completed()
    text = text_of(receipt)
    for mention in (
        "Déposant Alice SARL",
        "SIRET 12345678900011",
        "Acheteur Ville d’Exemple",
        "Consultation 2026-01",
        "Titre Nettoyage",
        "Objet Nettoyage des écoles « Jean-Macé »",
        "Lots 1",
        "Reçu le 29/01/2026 à 11:59:59,412 (heure de Paris) (dernier octet)",
        "Début de l’envoi 29/01/2026 à 11:59:28,412 (heure de Paris) (premier octet)",
        "Date limite 29/01/2026 à 12:00:00 (heure de Paris)",
        "123 456 octets",
        "O1_pièce.pdf O1 1 1",
        "Journal entrée 41 de « plis.exemple.fr/journal »",
        "Horodatage jeton RFC 3161 du 29/01/2026 à 11:59:59,8 (heure de Paris)",
        "un nouveau dépôt complet prend la place de celui-ci",
    ):
        assert mention in text
    assert receipt.statement.envelope_sha256 in text
    assert digest("pli.json") in text
    assert digest("clair 1")[:32] in text
    assert digest("clair 1")[32:] in text


def test_a_late_copy_of_the_platform_says_late_and_names_no_document(platform: Platform) -> None:
    platform.now = DEADLINE + timedelta(minutes=1)
    late = platform.statement(last_byte_at=DEADLINE + timedelta(seconds=29), replaces=("a" * 32,))
    text = text_of(platform.receipt(late, token=False))
    assert text.startswith("Ville d’Exemple Accusé de réception d’un pli hors délai")
    assert "Reçu hors délai : son dernier octet suit de 29 s la date limite" in text
    assert "n° 449250" in text
    assert "commencé avant la date limite, cet accusé le prouve : une copie de sauvegarde" in text
    begun_late = platform.statement(
        first_byte_at=DEADLINE + timedelta(seconds=1), last_byte_at=DEADLINE + timedelta(seconds=29)
    )
    assert "copie de sauvegarde" not in text_of(platform.receipt(begun_late, token=False))
    assert "l’autorité n’avait pas encore répondu" in text
    assert f"Remplace le reçu {'a' * 32}" in text
    assert "O1_pièce" not in text
    assert "prend la place" not in text


def test_the_pdf_is_an_archive_that_carries_the_receipt(platform: Platform, tmp_path: Path) -> None:
    receipt = platform.completed()
    pdf = to_pdf(receipt_document(receipt))
    assert pdf == to_pdf(receipt_document(receipt))
    (tmp_path / "accuse.pdf").write_bytes(pdf)
    assert ATTACHED == READ
    assert read_receipt(tmp_path / "accuse.pdf")[0] == receipt
    metadata = PdfReader(BytesIO(pdf)).xmp_metadata
    assert metadata is not None
    assert b"<pdfaid:part>3</pdfaid:part>" in pdf
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in pdf
    assert b"/AFRelationship/Source" in pdf.replace(b" ", b"")
    if shutil.which("pdfdetach"):
        subprocess.run(["pdfdetach", "-save", "1", "-o", "r.json", "accuse.pdf"], cwd=tmp_path, check=True)
        assert (tmp_path / "r.json").read_bytes() == receipt.to_bytes()


def test_text_of_others_is_never_run_nor_lost(platform: Platform) -> None:
    receipt = platform.receipt(platform.statement(buyer='#panic("x") $a$ *b* \\ "é"'))
    assert """#panic("x") $a$ *b* \\ "é\"""" in text_of(receipt)


def test_a_pli_of_three_thousand_files_is_shown_in_bounded_time_and_pages(platform: Platform) -> None:
    receipt = platform.receipt(platform.statement(blobs=3000))
    document = receipt_document(receipt)
    captions = [block.caption for block in document.body if isinstance(block, Table)]
    assert captions[1] == "Fichiers scellés du pli (1 à 100 sur 3000)"
    assert captions[20] == "Fichiers scellés du pli (1901 à 2000 sur 3000)"
    assert len(captions) == 22
    said = [plain(block.content) for block in document.body if isinstance(block, Paragraph)]
    assert any(text.startswith("Les 1\u202f000 suivants, trop nombreux pour ces pages") for text in said)
    assert document.attachments[0].text.count("sha256") > 3000


def test_the_qr_names_the_receipt_for_whoever_has_paper_only(platform: Platform, tmp_path: Path) -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm est absent ; script/test l'installe en root (poppler-utils)")
    receipt = platform.completed()
    (tmp_path / "accuse.pdf").write_bytes(to_pdf(receipt_document(receipt)))
    subprocess.run(["pdftoppm", "-gray", "-r", "120", "accuse.pdf", "page"], cwd=tmp_path, check=True)
    found = []
    for image in sorted(tmp_path.glob("page*.pgm")):
        _, size, _, pixels = image.read_bytes().split(b"\n", 3)
        width, height = map(int, size.split())
        found += [code.text for code in zxingcpp.read_barcodes(memoryview(pixels).cast("B", (height, width)))]
    said = receipt.statement
    lines = f"RECU {said.id}\nSHA-256 {said.digest}\nJOURNAL {said.journal_origin} {said.journal_index}"
    assert found == [lines]
    assert receipt.entry.facts["receipt_sha256"] == said.digest
