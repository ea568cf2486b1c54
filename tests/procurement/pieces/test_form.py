"""Form of the pieces of a bid: formats, weight, pages, signature, parts, prices."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.procurement.pieces.support import bid, check, codes, consultation, file, only, piece

from reglo.procurement.findings import Severity
from reglo.procurement.pieces.documents import State
from reglo.procurement.pieces.inventory import BidFile, FileKind
from reglo.procurement.requirements import (
    Folder,
    PageLimit,
    PiecePart,
    Sanction,
    SignatureDue,
    SignatureRules,
    Submission,
)
from reglo.procurement.values import Period

# --- Form -------------------------------------------------------------------------------------


def test_an_unusable_file_is_not_a_piece_given() -> None:
    from reglo.reading.file_findings import EmptyFile

    empty = EmptyFile(facts={"name": "C1.pdf"})
    one = bid(file("C1.pdf", usable=False, findings=(empty,)))
    verdict = check(consultation(piece("C1")), one)
    assert (only(verdict), verdict.blocking) == (State.FAULTY, True)
    beside = check(consultation(piece("C1")), bid(*one.files, file("C1 bis.odt")))
    assert (only(beside), beside.blocking) == (State.PRESENT, False)


@pytest.mark.parametrize(
    ("name", "own", "other", "severity"),
    [
        ("C1.pdf", (), "", None),
        ("C1.docx", (), "", Severity.TO_CHECK),  # the RC says .doc
        ("C1.pages", (), "", Severity.BLOCKING),
        ("C1.pages", (), "admis avec un lecteur", Severity.TO_CHECK),
        ("C1.pdf", (".xlsx",), "admis avec un lecteur", Severity.BLOCKING),
        ("C1", (), "", Severity.BLOCKING),
    ],
)
def test_formats_are_those_of_the_piece_else_of_the_rc(
    name: str, own: tuple[str, ...], other: str, severity: Severity | None
) -> None:
    submission = Submission(formats=(".pdf", ".doc"), other_formats=other)
    verdict = check(consultation(piece("C1", formats=own), submission=submission), bid(file(name, "C1")))
    found = [finding.weight for finding in verdict.findings if finding.code == "PIECE-14"]
    assert found == ([severity] if severity else [])


def test_s4_word_and_excel_files_must_be_opendocument() -> None:
    rules = consultation(
        piece("C1"), submission=Submission(formats=(".doc", ".odt"), open_document_required=True)
    )
    verdict = check(rules, bid(file("C1.docx")))
    assert (codes(verdict), only(verdict)) == (["PIECE-15"], State.FAULTY)
    assert check(rules, bid(file("C1.odt"))).findings == ()


def test_s3_the_price_sheet_is_due_as_workbook_and_as_pdf() -> None:
    rules = consultation(piece("O2", versions=((".xlsx", ".ods"), (".pdf",))))
    assert codes(check(rules, bid(file("O2.xlsx")))) == ["PIECE-16"]
    assert check(rules, bid(file("O2.ods"), file("O2.pdf"))).findings == ()


def test_a_piece_in_the_other_folder_given_twice_or_with_macros_is_reported() -> None:
    rules = consultation(piece("C1"), submission=Submission(discouraged=(".exe", "macros")))
    assert codes(check(rules, bid(file("C1.pdf", folder=Folder.BID)))) == ["PIECE-26"]
    assert codes(check(rules, bid(file("C1 a.pdf"), file("C1 b.pdf")))) == ["PIECE-25"]
    assert check(rules, bid(file("C1 a.pdf"), file("C1 annexe.pdf"))).findings == ()
    assert (
        check(rules, bid(file("C1/a.pdf", "C1", named=False), file("C1/b.pdf", "C1", named=False))).findings
        == ()
    )
    assert codes(check(rules, bid(file("C1.xlsm", macros=True)))) == ["PIECE-27"]


def test_the_weight_of_the_bid_is_held_against_the_announced_limit() -> None:
    rules = consultation(piece("C1"), submission=Submission(maximum_size="2 Mo"))
    assert codes(check(rules, bid(file("C1.pdf", size=3 << 20)))) == ["PIECE-36"]
    assert check(rules, bid(file("C1.pdf", size=1 << 20))).findings == ()


# --- Pages ------------------------------------------------------------------------------------


def pages(limit: PageLimit, *files: BidFile) -> list[tuple[str, Severity]]:
    verdict = check(consultation(piece("O4", page_limits=(limit,))), bid(*files))
    return [(finding.code, finding.weight) for finding in verdict.findings]


def test_ta_montreuil_2308306_a_clear_page_limit_binds() -> None:
    clear = PageLimit(pages=10, beyond=Sanction.IRREGULAR, layout="A4, recto")
    assert pages(clear, file("O4.pdf", pages=11)) == [("PIECE-17", Severity.BLOCKING)]
    assert pages(clear, file("O4.pdf", pages=10)) == []


def test_ta_poitiers_2302509_a_limit_without_layout_is_only_to_check() -> None:
    vague = PageLimit(pages=10, beyond=Sanction.IRREGULAR)
    assert pages(vague, file("O4.pdf", pages=11)) == [("PIECE-17", Severity.TO_CHECK)]


@pytest.mark.parametrize(
    ("count", "said"), [(13, "peuvent ne pas être lues."), (19, "toutes le seront"), (23, "20e")]
)
def test_each_seed_says_what_happens_beyond_its_limit(count: int, said: str) -> None:
    s3 = PageLimit(
        pages=10, read_up_to=10, beyond=Sanction.NOT_READ, excluding=("annexes",), layout="A4, recto"
    )
    s4 = PageLimit(pages=15, read_up_to=20, beyond=Sanction.NOT_READ, excluding=("annexes",), layout="A4")
    limit = s3 if count == 13 else s4
    verdict = check(consultation(piece("O4", page_limits=(limit,))), bid(file("O4.pdf", pages=count)))
    (finding,) = verdict.findings
    assert finding.weight is Severity.TO_CHECK
    assert said in finding.mend_text


def test_s2_sets_no_sanction_and_counts_by_chapter() -> None:
    limits = (PageLimit(pages=15, section="Chapitre 1"), PageLimit(pages=10, section="Chapitre 2"))
    rules = consultation(piece("O4", page_limits=limits))
    assert codes(check(rules, bid(file("O4.pdf", pages=22)))) == ["PIECE-19"]
    assert check(rules, bid(file("O4.pdf", pages=9))).findings == ()
    apart = [
        file("O4/Chapitre 1.pdf", "O4", named=False, pages=15),
        file("O4/Chapitre 2.pdf", "O4", named=False, pages=12),
    ]
    (finding,) = check(rules, bid(*apart)).findings
    assert (finding.code, finding.weight) == ("PIECE-17", Severity.TO_CHECK)
    assert "(Chapitre 2) compte 12 pages, le RC en admet 10" in finding.cause_text


def test_annexes_and_second_versions_do_not_count_twice() -> None:
    limit = PageLimit(pages=10, excluding=("annexes", "CV"), layout="A4")
    files = [
        file("O4.pdf", pages=9),
        file("O4.odt", pages=9),
        file("O4 annexe.pdf", pages=30),
        file("O4 CV Léa.pdf", pages=4),
    ]
    assert pages(limit, *files) == []
    parts = (PiecePart(name="Habilitations des titulaires"),)
    folder = [
        file("O4/mémoire.pdf", "O4", pages=9, named=False),
        file("O4/Habilitation Léa.pdf", "O4", pages=3, named=False),
    ]
    rules = consultation(piece("O4", page_limits=(limit,), parts=parts))
    assert check(rules, bid(*folder)).findings == ()


def test_pages_that_cannot_be_counted_or_are_not_a4_are_to_check() -> None:
    limit = PageLimit(pages=10, layout="A4")
    assert pages(limit, file("O4.rtf", kind=FileKind.RTF)) == [("PIECE-18", Severity.TO_CHECK)]
    assert pages(limit, file("O4.pdf", pages=8, not_a4=2)) == [("PIECE-20", Severity.TO_CHECK)]
    declared = pages(
        replace(limit, beyond=Sanction.IRREGULAR), file("O4.odt", pages=12, pages_measured=False)
    )
    assert declared == [("PIECE-17", Severity.TO_CHECK)]


# --- Signature, parts, prices -----------------------------------------------------------------


def test_a_signature_is_seen_or_left_to_the_eye_and_an_electronic_one_may_be_due() -> None:
    by_any = consultation(piece("O1", signature=SignatureDue.ANY))
    assert (only(check(by_any, bid(file("O1.pdf")))), codes(check(by_any, bid(file("O1.pdf"))))) == (
        State.TO_CHECK,
        ["PIECE-21"],
    )
    seen = check(by_any, bid(file("O1.pdf", signatures=1)))
    assert (only(seen), codes(seen)) == (State.PRESENT, ["PIECE-45"])  # present is not valid (SG-04)
    assert "certificat (ni expiré ni révoqué" in seen.findings[0].mend_text
    electronic = consultation(piece("O1", signature=SignatureDue.ELECTRONIC))
    assert codes(check(electronic, bid(file("O1.pdf")))) == ["PIECE-22"]
    assert codes(check(electronic, bid(file("O1.pdf", signature_files=("O1.pdf.p7s",))))) == ["PIECE-45"]


def test_s3_only_admits_pades() -> None:
    submission = Submission(signature=SignatureRules(formats=("PAdES",)))
    rules = consultation(piece("O1", signature=SignatureDue.ANY), submission=submission)
    assert codes(check(rules, bid(file("O1.pdf", signature_files=("O1.pdf.p7s",))))) == [
        "PIECE-23",
        "PIECE-45",
    ]
    assert codes(check(rules, bid(file("O1.pdf", signatures=1)))) == ["PIECE-45"]


def test_ta_toulouse_1100792_signing_the_archive_signs_no_document() -> None:
    one = bid(file("pli.zip", "x", kind=FileKind.ZIP, technical=True, signature_files=("pli.zip.p7s",)))
    assert codes(check(consultation(), one)) == ["PIECE-24"]


def test_parts_are_sought_in_file_names_and_the_others_left_to_a_person() -> None:
    parts = (
        PiecePart(name="Acte spécial (DC4)", template="DC4"),
        PiecePart(name="RIB"),
        PiecePart(name="Extrait SIRENE", max_age=Period.parse("3 mois")),
        PiecePart(name="Jugements", when=("redressement judiciaire",)),
        PiecePart(name="Plaquette", optional=True),
    )
    files = [file("C9 DC4.pdf"), file("C9 rib.pdf")]
    verdict = check(
        consultation(piece("C9", parts=parts)), bid(*files, facts={"redressement judiciaire": False})
    )
    assert codes(verdict) == ["PIECE-28"]
    assert "extrait SIRENE (de moins de 3 mois)." in verdict.findings[0].cause_text


def test_s4_every_line_of_the_price_sheet_must_be_filled() -> None:
    rules = consultation(piece("O3", every_cell_filled=True))
    assert check(rules, bid(file("O3.ods", unpriced=()))).findings == ()
    assert codes(check(rules, bid(file("O3.ods", unpriced=("PRO Projet",))))) == ["PIECE-30"]
    assert codes(check(rules, bid(file("O3.pdf")))) == ["PIECE-31"]
    elsewhere = check(consultation(piece("O3")), bid(file("O3.ods", unpriced=("PRO Projet",))))
    assert (codes(elsewhere), elsewhere.blocking) == (["PIECE-30"], False)
    assert "Le RC veut" not in elsewhere.findings[0].mend_text
    (told,) = check(rules, bid(file("O3.ods", unpriced=("PRO Projet",)))).findings
    assert "Le RC veut chaque ligne remplie" in told.mend_text
    assert "un prix nul sera questionné" in told.mend_text


def test_the_buyers_own_template_is_to_check() -> None:
    rules = consultation(piece("O1", template="AE", own_template_only=True))
    assert codes(check(rules, bid(file("O1.pdf")))) == ["PIECE-29"]
