"""A bid folder read into an inventory: the convention of docs/bid-folder.md, and hostile folders."""

from __future__ import annotations

import io
import os
import time
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
import xlsxwriter

from reglo.procurement.award import Award, PriceRules, PriceSheet, PriceSheetKind
from reglo.procurement.bid import Operator
from reglo.procurement.consultation import (
    Buyer,
    BuyerKind,
    Calendar,
    Consultation,
    ContractNature,
    Lot,
    Procedure,
    ProcedureType,
    ProcurementDocument,
)
from reglo.procurement.pieces.inventory import Inventory
from reglo.procurement.requirements import Folder, OwedBy, Piece
from reglo.reading.bid_folder import read_bid_folder, read_bidder
from reglo.reading.path_names import PathReader
from reglo.reading.response_file import read_response

ALICE = Operator(name="Alice SARL", siren="732829320", role="mandataire")
BETON = Operator(name="Béton & Fils SA", siren="552100554", role="membre")
PIECES = (
    Piece(code="C1", name="Pouvoirs du signataire", folder=Folder.CANDIDACY, source="RC 6, pièce 4"),
    Piece(code="C4", name="Lettre de candidature", folder=Folder.CANDIDACY, template="DC1"),
    Piece(code="C5", name="Déclaration (DC2)", folder=Folder.CANDIDACY, owed_by=OwedBy.EACH_MEMBER),
    Piece(code="C10", name="Compétences", folder=Folder.CANDIDACY),
    Piece(code="O1", name="Acte d'engagement", folder=Folder.BID, per_lot=True),
    Piece(code="O3", name="Prix", folder=Folder.BID, every_cell_filled=True),
    Piece(code="O3-1", name="Mémoire technique", folder=Folder.BID, per_lot=True),
)

CMS = bytes.fromhex("30820100 06092a864886f70d010702")  # how a detached CAdES signature begins
SIGNED_XML = '<?xml version="1.0"?><dume><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/></dume>'


def consultation(lots: int = 12) -> Consultation:
    return Consultation(
        reglo=1,
        reference="ESSAI-1",
        title="Essai",
        buyer=Buyer(name="Ville de Chloé", kind=BuyerKind.LOCAL),
        nature=ContractNature.SERVICES,
        procedure=Procedure(type=ProcedureType.OPEN, legal_basis=()),
        lots=tuple(Lot(id=str(number), name=f"Lot {number}") for number in range(1, lots + 1)),
        calendar=Calendar(),
        award=Award(criteria=()),
        pieces=PIECES,
    )


def folder(root: Path, files: dict[str, bytes | str]) -> Path:
    for name, content in files.items():
        path = root / "pli" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root / "pli"


def codes(bid: Inventory) -> list[str]:
    return [finding.code for finding in bid.findings]


def archive(entries: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries.items():
            target.writestr(name, content)
    return stream.getvalue()


# --- What a path says -------------------------------------------------------------------------

PATHS = PathReader(consultation(), (ALICE, BETON), ("Léa Roux",))


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("C1.pdf", "C1"),
        ("C1 - DC1.pdf", "C1"),
        ("c01_pouvoirs.pdf", "C1"),
        ("C10.pdf", "C10"),
        ("O3-1_memoire.pdf", "O3-1"),
        ("O3_1 mémoire.pdf", "O3-1"),
        ("O3 - prix.xlsx", "O3"),
        ("Pièce O1.odt", "O1"),
        ("lot 2 - O1.pdf", "O1"),
        ("Pièce 4.pdf", "C1"),
        ("4 - pouvoirs.pdf", "C1"),
        ("P4.pdf", "C1"),
        ("C5 - déclarations/Béton.pdf", "C5"),
        ("C5 - déclarations/C4.pdf", "C4"),
        ("4 références.pdf", ""),
        ("C11.pdf", ""),
        ("2026-01-04 scan.pdf", ""),
        ("CV.pdf", ""),
    ],
)
def test_a_piece_is_known_by_the_code_that_begins_its_name(path: str, code: str) -> None:
    assert PATHS.read(path).code == code


@pytest.mark.parametrize(
    ("path", "lots"),
    [
        ("lot 1/O1.pdf", ("1",)),
        ("Lot n°01/O1.pdf", ("1",)),
        ("lot_11/O1.pdf", ("11",)),
        ("Lots 1, 3 et 4/O1.pdf", ("1", "3", "4")),
        ("lots 2 à 5/O1.pdf", ("2", "3", "4", "5")),
        ("O1 - AE - lot 7.pdf", ("7",)),
        ("offre lot 1 2026/O1.pdf", ("1",)),
        ("O1.pdf", ()),
        ("allotissement 3/O1.pdf", ()),
    ],
)
def test_lots_are_read_in_folders_and_names(path: str, lots: tuple[str, ...]) -> None:
    assert PATHS.read(path).lots == lots


def test_a_lot_the_consultation_does_not_have_is_told_apart() -> None:
    assert PATHS.read("lot 13/O1.pdf").unknown_lots == ("13",)


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("Sous-dossier CANDIDATURE/C1.pdf", Folder.CANDIDACY),
        ("2_offres/lot 1/O1.pdf", Folder.BID),
        ("candidature et offre/C1.pdf", None),
        ("C1.pdf", None),
    ],
)
def test_the_two_parts_of_a_bid_are_known_by_their_folder(path: str, part: Folder | None) -> None:
    assert PATHS.read(path).folder is part


def test_operators_and_people_are_known_by_their_names_without_legal_form() -> None:
    assert PATHS.read("membres/beton-fils/C5.pdf").who == ("Béton & Fils SA",)
    assert PATHS.read("C5 - Alice.pdf").who == ("Alice SARL",)
    assert PATHS.read("mandataire/C5.pdf").who == ("Alice SARL",)
    assert PATHS.read("C10 engagement LEA ROUX.pdf").who == ("Léa Roux",)


def test_a_file_without_code_is_only_said_to_resemble_a_piece() -> None:
    said = PATHS.read("candidature/DC1 signé.pdf")
    assert (said.code, said.resembles) == ("", "C4")
    assert PATHS.read("mémoire.pdf").resembles == "O3-1"
    vow = Piece(code="C9", name="Engagements de confidentialité de l'entreprise", folder=Folder.CANDIDACY)
    paths = PathReader(replace(consultation(lots=1), pieces=(vow, *PIECES)))
    assert paths.read("ACTE D'ENGAGEMENT SIGNÉ.PDF").resembles == "O1"  # at the root, where no folder tells
    assert PATHS.read("photo.png").resembles == ""


def test_a_name_may_cite_several_pieces() -> None:
    assert (PATHS.read("C1-C4 signés.pdf").code, PATHS.read("C1-C4 signés.pdf").also) == ("C1", ("C4",))
    assert PATHS.read("candidature/C1 à C5.pdf").also == ("C4", "C5")
    assert PATHS.read("C4 - DC1.pdf").also == ()
    assert PATHS.read("photo C4.png").also == ()  # no code begins it: it resembles a piece, or nothing


def test_a_price_sheet_is_known_by_its_initials_the_document_it_completes_or_its_kind() -> None:
    rules = consultation(lots=1)
    sheet = PriceSheet(id="bpu", kind=PriceSheetKind.BPU, piece="O2")
    for piece in (
        Piece(code="O2", name="Bordereau des prix unitaires", folder=Folder.BID),
        Piece(code="O2", name="Prix", template="D4", folder=Folder.BID),
    ):
        known = replace(
            rules,
            pieces=(Piece(code="O1", name="Mémoire", folder=Folder.BID), piece),
            procurement_documents=(ProcurementDocument(code="D4", name="BPU à compléter"),),
        )
        assert PathReader(known).read("BPU.xlsx").resembles == "O2"
    bare = replace(rules, pieces=(Piece(code="O2", name="Prix", folder=Folder.BID),))
    assert PathReader(bare).read("BPU.xlsx").resembles == ""
    assert PathReader(replace(bare, prices=PriceRules(sheets=(sheet,)))).read("BPU.xlsx").resembles == "O2"


# --- Whole folders ----------------------------------------------------------------------------


def test_without_a_response_file_lots_and_members_are_deduced_and_said(tmp_path: Path) -> None:
    files = {
        "candidature/membres/Bob/C5.pdf": "x",
        "candidature/membres/Chloé/C5.pdf": "x",
        "offre/lot 2/O1.pdf": "x",
    }
    bid = read_bid_folder(folder(tmp_path, files), consultation())
    assert bid.lots == ("2",)
    assert [operator.name for operator in bid.members] == ["Bob", "Chloé"]
    assert bid.own_folder == {"Bob", "Chloé"}
    assert codes(bid) == ["PIECE-04", "PIECE-01"]
    assert [(file.code, file.who) for file in bid.files] == [("C5", ("Bob",)), ("C5", ("Chloé",)), ("O1", ())]


def test_the_response_file_says_who_answers_and_keeps_the_zeros_of_a_siren(tmp_path: Path) -> None:
    response = """
        reglo_response: 1
        consultation: ESSAI-1
        id: alice
        bidder: Alice SARL
        form: conjoint, mandataire solidaire
        lots: [1, 3]
        operators:
          - {name: Alice SARL, siren: 005 880 117, role: mandataire, represented_by: Léa Roux}
          - name: Béton SA
            role: membre
            folder: BTN
            facts: {redressement judiciaire: oui}
            references: {C8: 2}
        people: [Léa Roux]
        facts: {visite effectuée: non}
        references: {C8: 3}
    """
    files = {"reponse.yaml": response, "BTN/C5.pdf": "x"}
    bid = read_bid_folder(folder(tmp_path, files), consultation())
    assert (bid.id, bid.lots, bid.people, bid.findings) == ("alice", ("1", "3"), ("Léa Roux",), ())
    assert bid.operators[0].siren == "005880117"
    assert (bid.facts, bid.facts_of) == (
        {"visite effectuee": False},
        {"Béton SA": {"redressement judiciaire": True}},
    )
    assert (bid.references, bid.references_of) == ({"C8": 3}, {"Béton SA": {"C8": 2}})
    assert bid.files[0].who == ("Béton SA",)
    assert bid.own_folder == {"Béton SA"}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("reponse.yaml", "lots: [1", "FICHIER-20"),
        ("reponse.yaml", "- a\n- b\n", "FICHIER-20"),
        ("reponse.yaml", b"bidder: \xff\xfe", "FICHIER-20"),
        ("reponse.toml", "lots = [", "FICHIER-20"),
        ("reponse.yaml", "lot: [1]", "FICHIER-21"),
        ("reponse.yaml", "form: libre", "FICHIER-22"),
        ("reponse.yaml", "facts: {visite: peut-être}", "FICHIER-22"),
        ("reponse.yaml", "operators: [{siren: '1'}]", "FICHIER-22"),
        ("reponse.yaml", "operators: 3", "FICHIER-22"),
        ("reponse.yaml", "references: {C8: trois}", "FICHIER-22"),
        ("reponse.yaml", "references: 3", "FICHIER-22"),
        ("reponse.yaml", "consultation: AUTRE", "FICHIER-23"),
        ("reponse.yaml", "operators: [{name: A, siren: '732829321'}]", "FICHIER-24"),
        ("reponse.yaml", "lots: [13]", "PIECE-03"),
    ],
)
def test_each_fault_of_a_response_file_is_a_finding(
    tmp_path: Path, name: str, text: str | bytes, code: str
) -> None:
    bid = read_bidder(folder(tmp_path, {name: text}), consultation())
    assert code in codes(bid)


def test_a_file_for_a_lot_that_does_not_exist_is_given_for_no_lot(tmp_path: Path) -> None:
    bid = read_bid_folder(folder(tmp_path, {"lot 13/O1.pdf": b"x", "lot 1/O3.pdf": b"x"}), consultation())
    assert "PIECE-03" in codes(bid)
    lots = {file.path: file.lots for file in bid.files}
    assert [lots[path] for path in sorted(lots)] == [("1",), ("13",)]


def test_a_response_file_that_refers_to_itself_without_end_is_bounded(tmp_path: Path) -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]" for n in range(12)]
    path = tmp_path / "reponse.yaml"
    path.write_text("\n".join([*lines, "lots: *m", "bidder: *m"]))
    started = time.process_time()
    response, findings = read_response(path)
    assert response is not None
    assert len(findings) > 12
    assert time.process_time() - started < 10


def test_toml_says_the_same_as_yaml(tmp_path: Path) -> None:
    text = 'lots = [1, "3"]\nbidder = "Alice"\n[facts]\n"visite effectuée" = true\n'
    bid = read_bidder(folder(tmp_path, {"reponse.toml": text}), consultation())
    assert (bid.lots, bid.bidder, bid.facts) == (("1", "3"), "Alice", {"visite effectuee": True})


def test_an_archive_stands_for_a_folder_whole_or_in_part(tmp_path: Path) -> None:
    inner = archive({"lot 2/O1.pdf": b"x"})
    files = {
        "candidature.zip": archive({"C1.pdf": b"x", "membres/Bob/C5.pdf": b"x"}),
        "offre.zip": archive({"offre/b.zip": inner}),
    }
    bid = read_bid_folder(folder(tmp_path, files), consultation())
    kept = [(file.path, file.code, file.folder, file.lots) for file in bid.files if not file.technical]
    assert kept == [
        ("candidature.zip/C1.pdf", "C1", Folder.CANDIDACY, ()),
        ("candidature.zip/membres/Bob/C5.pdf", "C5", Folder.CANDIDACY, ()),
        ("offre.zip/offre/b.zip/lot 2/O1.pdf", "O1", Folder.BID, ("2",)),
    ]
    whole = tmp_path / "alice.zip"
    whole.write_bytes(archive({"offre/lot 1/O1.pdf": b"x", "reponse.yaml": b"bidder: Alice"}))
    bid = read_bid_folder(whole, consultation())
    assert (bid.bidder, [file.code for file in bid.files if not file.technical]) == ("Alice", ["O1"])


def test_bombs_nesting_and_hostile_names_are_findings_and_the_rest_is_still_read(tmp_path: Path) -> None:
    nested = archive({"C1.pdf": b"x"})
    for _ in range(6):
        nested = archive({"encore.zip": nested})
    layer = archive({f"{n}.zip": archive({"a": b"\0" * (60 << 20)}) for n in range(3)})
    hostile = archive(
        {"../../C4.pdf": b"x", "/etc/C4.pdf": b"x", "C10\x07.pdf": b"x", "offre/lot 1/O1.pdf": b"x"}
    )
    files = {"a.zip": nested, "b.zip": layer, "c.zip": hostile, "tronqué.zip": nested[:100], "C1.pdf": "x"}
    started = time.process_time()
    bid = read_bid_folder(folder(tmp_path, files), consultation())
    assert time.process_time() - started < 30
    assert [(file.code, file.path) for file in bid.files if file.code] == [
        ("C1", "C1.pdf"),
        ("O1", "c.zip/offre/lot 1/O1.pdf"),
    ]
    refused = [
        finding.code for file in bid.files for finding in file.facts.findings if file.path.endswith(".zip")
    ]
    assert sorted(refused) == ["FICHIER-04", *["FICHIER-07"] * 4]
    assert codes(bid).count("FICHIER-08") == 3
    assert not (tmp_path / "C4.pdf").exists()


def test_links_pipes_and_leftovers_are_listed_and_never_followed(tmp_path: Path) -> None:
    root = folder(tmp_path, {"C1.pdf": "x", "Thumbs.db": "x", "~$memoire.docx": "x"})
    os.mkfifo(root / "O1.pdf")
    (root / "boucle").symlink_to(root)
    (root / "C4.pdf").symlink_to("/etc/hostname")
    bid = read_bid_folder(root, consultation())
    assert {file.path: file.facts.usable for file in bid.files} == {
        "C1.pdf": True,
        "C4.pdf": False,
        "O1.pdf": False,
        "boucle": False,
    }
    assert codes(bid).count("FICHIER-16") == 2


def test_names_that_cannot_be_shown_are_still_listed(tmp_path: Path) -> None:
    root = folder(tmp_path, {"C1.pdf": "x"})
    (root / os.fsdecode(b"C4 \xff\xfe.pdf")).write_bytes(b"x")
    (root / ("C5 " + "é" * 80 + "\n.pdf")).write_bytes(b"x")
    bid = read_bid_folder(root, consultation())
    assert [file.code for file in bid.files] == ["C1", "C4", "C5"]
    assert all(file.path.isprintable() for file in bid.files)


def test_a_folder_with_too_many_files_is_read_up_to_a_bound(tmp_path: Path) -> None:
    root = folder(tmp_path, {"C1.pdf": "x"})
    for number in range(5_001):
        (root / f"~${number:05}").touch()  # drafts, listed without being opened
    found = codes(read_bid_folder(root, consultation(lots=1)))
    assert (found.count("FICHIER-15"), found.count("FICHIER-16")) == (1, 4_999)


def test_a_detached_signature_is_tied_to_the_file_it_signs(tmp_path: Path) -> None:
    xades = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>'
    files = {
        "O1.pdf": "x",
        "O1.pdf.p7s": b"0\x82",
        "C1.odt": "x",
        "C1.odt - Signature 1.xml": xades,
        "C4.xml": "<dume/>",
    }
    bid = read_bid_folder(folder(tmp_path, files), consultation(lots=1))
    signed = {file.path: file.facts.signature_files for file in bid.files if not file.technical}
    assert signed == {"O1.pdf": ("O1.pdf.p7s",), "C1.odt": ("C1.odt - Signature 1.xml",), "C4.xml": ()}


def test_a_signature_named_by_a_platform_is_tied_and_one_alone_is_no_piece(tmp_path: Path) -> None:
    files = {"O1 AE.pdf": "x", "O1 AE - Jeton 1.p7s": CMS, "O3-1 mémoire.p7s": CMS, "C4.xml": SIGNED_XML}
    bid = read_bid_folder(folder(tmp_path, files), consultation(lots=1))
    assert {file.path: file.code for file in bid.files if file.code} == {"O1 AE.pdf": "O1", "C4.xml": "C4"}
    told = {file.path: [one.code for one in file.facts.findings] for file in bid.files}
    assert told["O3-1 mémoire.p7s"] == ["FICHIER-17"]
    assert [file.facts.signature_files for file in bid.files if file.code] == [(), ("O1 AE - Jeton 1.p7s",)]


def test_an_archive_that_begins_with_a_pdf_stored_as_it_is_stays_an_archive(tmp_path: Path) -> None:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("C1 - pouvoirs.pdf", b"%PDF-1.4 ...")
    bid = read_bid_folder(folder(tmp_path, {"pieces.zip": stored.getvalue()}), consultation(lots=1))
    assert {file.path: file.code for file in bid.files} == {
        "pieces.zip": "",
        "pieces.zip/C1 - pouvoirs.pdf": "C1",
    }


def test_an_archive_that_cannot_be_opened_here_says_that_it_was_not(tmp_path: Path) -> None:
    root = folder(tmp_path, {"références.7z": b"7z\xbc\xaf\x27\x1c" + bytes(50)})
    (file,) = read_bid_folder(root, consultation(lots=1)).files
    assert [one.code for one in file.facts.findings] == ["FICHIER-07"]
    assert "rien de ce qu'elle contient n'est compté" in str(file.facts.findings[0])


def test_the_lines_of_a_price_sheet_left_without_a_price_are_named(tmp_path: Path) -> None:
    root = folder(tmp_path, {"C1.pdf": "x"})
    book = xlsxwriter.Workbook(str(root / "O3 - DPGF.xlsx"))
    sheet = book.add_worksheet("DPGF")
    rows = [
        ["Groupement Alice"],
        ["Réf.", "Désignation", "Unité", "Prix unitaire", "Montant HT"],
        ["1", "ÉTUDES"],
        ["1.1", "Diagnostic", "forfait", 12000, 12000],
        ["1.2", "Avant-projet", "forfait", "", 0],
        ["1.3", "Projet", "forfait", "", ""],
    ]
    for row, values in enumerate(rows):
        sheet.write_row(row, 0, values)
    book.close()
    bid = read_bid_folder(root, consultation(lots=1))
    (file,) = [file for file in bid.files if file.code == "O3"]
    assert file.facts.unpriced == ("1.3 Projet",)


def test_s4_the_share_a_member_left_empty_is_named(tmp_path: Path) -> None:
    root = folder(tmp_path, {"C1.pdf": "x"})
    book = xlsxwriter.Workbook(str(root / "O3 - DPGF.xlsx"))
    sheet = book.add_worksheet("DPGF")
    sheet.write_row(0, 0, ["N°", "Désignation", "Montant Alice SARL", "Montant Béton SA", "Montant total"])
    sheet.write_row(1, 0, ["DIA", "Diagnostic", 3200, 2400, 5600])
    sheet.write_row(2, 0, ["AVP", "Avant-projet", "", 3000, 3000])
    book.close()
    prices = PriceRules(
        sheets=(PriceSheet(id="dpgf", kind=PriceSheetKind.DPGF, piece="O3", per_member=True),)
    )
    bid = read_bid_folder(root, replace(consultation(lots=1), prices=prices))
    (file,) = [file for file in bid.files if file.code == "O3"]
    assert file.facts.unpriced == ("AVP Avant-projet (part d'un membre)",)
