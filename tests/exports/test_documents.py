"""One content, three writers: what a reader, a screen reader and an editor find in the files."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime

import docx
import odfdo
import pytest
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from reglo.exports.documents import (
    Align,
    BulletList,
    Callout,
    Column,
    Contents,
    Document,
    Figure,
    Formula,
    Heading,
    PageBreak,
    Paragraph,
    SignatureBlock,
    Table,
    code,
    strong,
    to_docx,
    to_odt,
    to_pdf,
)
from reglo.exports.documents.glyphs import drawable, is_drawn

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 40" width="400" height="40">'
    '<rect width="250" height="20" fill="#ccc"/>'
    '<text x="5" y="15" font-family="Libertinus Serif" font-size="12">Alice</text></svg>'
)

HOSTILE = (
    '#read("/etc/passwd") $x$ *gras* _x_ `y` <b>&amp;</b> ]]> {0} %s \\x 😀 日本 עברית العربية '
    "\u202egnp.exe\u0000\u0007\ud800 é\u0301 \uffff \U000e0001 " + "A" * 300
)


def report(*body, **more):
    values = {
        "title": "Rapport d'analyse des offres",
        "subject": "Maintenance ; lots 1 à 12",
        "reference": "2026-044",
        "issuer": "Ville de Montfleury",
        "day": date(2026, 3, 2),
        "digest": "ab" * 32,
        "body": body,
    }
    return Document(**{**values, **more})


WHOLE = report(
    Contents(2),
    Heading(1, "1. Objet"),
    Paragraph(("La note est ", strong("89,77"), " : « première » ; 659 764,00 €.", code("sha256"))),
    Heading(2, "1.1 Notes"),
    BulletList(("un", "deux")),
    BulletList(("trois",), numbered=True),
    Table(
        "Notes du lot 1",
        (Column("Candidat", width=2), Column("Note", Align.RIGHT)),
        tuple((f"Candidat {n}", f"{n},50") for n in range(80)),
        frozenset({0}),
    ),
    Figure(SVG, "Alice obtient le maximum", "Répartition"),
    Formula("30 × plus bas / prix", '30 times "plus bas" / "prix"', "Note du prix"),
    Formula("2 + 2"),
    Callout("Proposition", ("Une personne décide.",)),
    PageBreak(),
    SignatureBlock(("Le chef de service",)),
)


def pdf_text(data):
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages)
    return re.sub(r"[\u00a0\u202f ]+", " ", text.replace("\u200b", "").replace("’", "'"))


def structure(data):
    """Every tag of the PDF's structure tree, in reading order, with its alternative text."""
    root = PdfReader(io.BytesIO(data)).trailer["/Root"]
    found = []

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            for child in node:
                walk(child)
        elif isinstance(node, dict) and node.get("/S") is not None:
            found.append((str(node["/S"]), str(node.get("/Alt", ""))))
            if "/K" in node:
                walk(node["/K"])

    walk(root["/StructTreeRoot"]["/K"])
    return root, found


def test_the_pdf_declares_pdf_ua_1_and_pdf_a_2a_and_carries_tags_language_title_and_alternative_texts():
    root, tags = structure(to_pdf(WHOLE))
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"pdfuaid:part>\s*1\s*<", xmp)
    assert re.search(r"pdfaid:part>\s*2\s*<", xmp)
    assert re.search(r"pdfaid:conformance>\s*A\s*<", xmp)
    assert root["/Lang"] == "fr-FR"
    assert root["/MarkInfo"]["/Marked"].value is True
    assert root["/ViewerPreferences"]["/DisplayDocTitle"].value is True
    info = PdfReader(io.BytesIO(to_pdf(WHOLE))).metadata
    assert info.title == "Rapport d’analyse des offres — 2026-044"
    kinds = [kind for kind, _ in tags]
    assert kinds.count("/TR") == 81  # the heading row counts once, though printed on each page
    assert kinds.count("/TH") == 2
    assert {"/H1", "/H2", "/L", "/LI", "/Table", "/Figure", "/Formula", "/TOC", "/Caption"} <= set(kinds)
    assert [alt for kind, alt in tags if kind == "/Figure"] == ["Alice obtient le maximum"]
    assert [alt for kind, alt in tags if kind == "/Formula"] == ["30 × plus bas / prix"]


def test_the_pdf_says_its_reference_and_page_on_each_page_and_repeats_the_heading_row():
    pages = PdfReader(io.BytesIO(to_pdf(WHOLE))).pages
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        text = page.extract_text().replace("\u00a0", " ")
        assert f"2026-044 — page {number} / {len(pages)}" in text
    with_rows = [page.extract_text() for page in pages if "Candidat 7" in page.extract_text()]
    assert all("Note" in text for text in with_rows)


def test_the_pdf_text_reads_as_written():
    text = pdf_text(to_pdf(WHOLE))
    assert "La note est 89,77 : « première » ; 659 764,00 €." in text
    assert "ab" * 32 in text


def test_the_odt_opens_with_styles_header_rows_language_and_alternative_text():
    odf = odfdo.Document(io.BytesIO(to_odt(WHOLE)))
    assert [(h.get_attribute("text:outline-level"), str(h).strip()) for h in odf.body.headers] == [
        ("1", "1. Objet"),
        ("2", "1.1 Notes"),
    ]
    xml = odf.get_part("content.xml").serialize().decode()
    assert xml.count("<table:table-header-rows>") == 1
    assert "<svg:desc>Alice obtient le maximum</svg:desc>" in xml
    assert odf.meta.title == "Rapport d'analyse des offres"
    assert odf.meta.language == "fr-FR"
    assert odf.meta.creation_date == datetime(2026, 3, 2)
    styles = odf.get_part("styles.xml").serialize().decode()
    assert 'fo:language="fr" fo:country="FR"' in styles
    assert "<text:page-number" in styles
    assert "89,77" in odf.get_formatted_text()


def test_the_docx_opens_with_styles_repeated_header_rows_language_and_alternative_text():
    word = docx.Document(io.BytesIO(to_docx(WHOLE)))
    headings = [(p.style.name, p.text) for p in word.paragraphs if p.style.name.startswith("Heading")]
    assert headings == [("Heading 1", "1. Objet"), ("Heading 2", "1.1 Notes")]
    table = word.tables[0]
    assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert [cell.text for cell in table.rows[3].cells] == ["Candidat 2", "2,50"]
    assert word.inline_shapes[0]._inline.docPr.get("descr") == "Alice obtient le maximum"
    assert word.core_properties.language == "fr-FR"
    assert word.core_properties.created == datetime(2026, 3, 2, tzinfo=UTC)
    assert 'w:val="fr-FR"' in word.styles.element.xml
    assert "89,77" in "".join(p.text for p in word.paragraphs)


@pytest.mark.parametrize("write", [to_pdf, to_odt, to_docx])
def test_the_same_document_gives_the_same_bytes(write):
    assert write(WHOLE) == write(WHOLE)


@pytest.mark.parametrize("write", [to_odt, to_docx])
def test_the_archives_carry_no_date_of_this_machine(write):
    with zipfile.ZipFile(io.BytesIO(write(WHOLE))) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        for name in archive.namelist():
            assert str(date.today()) not in archive.read(name).decode("utf-8", "ignore")


def hostile_report(text):
    return report(
        Contents(),
        Heading(1, text),
        Paragraph((text, strong(text), code(text))),
        BulletList((text,)),
        Table(text, (Column(text), Column(text, Align.RIGHT)), ((text, text),)),
        Figure(SVG, text, text),
        Formula(text, "", text),
        Callout(text, (text,)),
        SignatureBlock((text,)),
        title=text,
        subject=text,
        reference=text,
        issuer=text,
    )


def test_text_of_users_is_shown_and_never_run():
    document = hostile_report(HOSTILE)
    pdf = pdf_text(to_pdf(document))
    shown = '#read("/etc/passwd") $x$ *gras* _x_ `y` <b>&amp;</b> ]]> {0} %s'
    assert shown in pdf
    assert "[U+1F600]" in pdf  # no font of ours draws it, and nothing is dropped
    odf = odfdo.Document(io.BytesIO(to_odt(document)))
    assert shown in odf.get_formatted_text()
    word = docx.Document(io.BytesIO(to_docx(document)))
    assert any(shown in paragraph.text for paragraph in word.paragraphs)
    assert any("😀 日本" in paragraph.text for paragraph in word.paragraphs)


def test_a_long_word_stays_inside_its_column():
    table = Table("T", (Column("A"), Column("B", width=3)), (("A" * 300, "court"),))
    page = PdfReader(io.BytesIO(to_pdf(report(table)))).pages[0]
    lines = [line.strip() for line in page.extract_text().split("\n") if "AAA" in line]
    assert max(len(line) for line in lines) < 40
    assert "".join(lines).count("A") == 300


def test_a_long_name_copies_from_the_page_as_it_is():
    name = "Memoire_technique_et_methodologique_du_groupement_lot_1.pdf"
    table = Table("T", (Column("A", width=3), Column("B")), ((name, "court"),))
    reader = PdfReader(io.BytesIO(to_pdf(report(Heading(1, name), Paragraph(name), table))))
    text = "".join(page.extract_text() for page in reader.pages)
    assert text.replace("\n", "").count(name) >= 3
    assert "\u200b" not in text


def test_code_in_a_formula_is_refused():
    with pytest.raises(ValueError, match="mathematics only"):
        Formula("x", '#read("secret")')


@settings(max_examples=25, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_any_text_can_be_written(text):
    document = hostile_report(text)
    assert to_pdf(document).startswith(b"%PDF")


@settings(max_examples=8, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_any_text_can_be_edited(text):
    document = report(Heading(1, text), Paragraph(text), Table(text, (Column(text),), ((text,),)), title=text)
    odfdo.Document(io.BytesIO(to_odt(document))).body  # noqa: B018
    assert docx.Document(io.BytesIO(to_docx(document))).tables


def test_the_table_of_glyphs_is_that_of_the_fonts():
    drawn = [chr(point) for point in range(0x20, 0x2C00) if is_drawn(chr(point)) and point != 0x200B]
    sample = drawn[::7]
    assert len(sample) > 600
    to_pdf(report(Paragraph(" ".join(f"a{character}" for character in sample))))
    assert drawable("C\u036c") == "C[U+036C]"  # an accent no letter composes with
    for character in "日😀ᚠ":
        assert not is_drawn(character)
        assert drawable(character) == f"[U+{ord(character):04X}]"


def test_every_character_of_french_administration_is_drawn():
    text = "ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ àâäçéèêëîïôöùûüÿœæ €£§°№ « » “ ” ‘ ’ – — … ≤ ≥ ≠ × ÷ ½ ² ³ •"
    assert drawable(text) == text


def test_an_address_of_the_network_is_a_link_that_copies_whole():
    site, mail = "https://www.marches-publics.gouv.fr/consultation/detail", "michel.husson@interieur.gouv.fr"
    row = (f"Site : {site} ;", f"Courriel : {mail} ;\nAdresse : (https://exemple.fr/a).")
    table = Table("Adresses", (Column("Un", width=3), Column("Deux", width=2)), (row,))
    data = to_pdf(report(table, Paragraph("http://é.fr et https://a.fr/" + "!" * 900)))
    reader = PdfReader(io.BytesIO(data))
    text = "".join(page.extract_text() for page in reader.pages).replace("\n", "")
    assert site in text
    assert mail in text
    assert "\u200b" not in text.partition("http://é")[0]
    targets = {
        note.get_object().get("/A", {}).get("/URI")
        for page in reader.pages
        for note in page.get("/Annots", ())
    }
    assert {site, f"mailto:{mail}", "https://exemple.fr/a"} <= targets


def test_the_contents_of_a_word_file_have_their_pages_as_live_fields():
    body = (Contents(1), Heading(1, "Acheteur"), Heading(2, "Adresses"), Heading(1, "Objet"))
    xml = zipfile.ZipFile(io.BytesIO(to_docx(report(*body)))).read("word/document.xml").decode()
    asked = re.findall(r"PAGEREF (titre_\d+)", xml)
    assert asked == ["titre_1", "titre_3"]
    assert all(f'w:name="{anchor}"' in xml for anchor in asked)


def test_the_last_row_and_the_last_item_never_stand_alone_on_a_page():
    rows = tuple((f"ligne {rank}",) for rank in range(4))
    parts = (Table("Lignes", (Column("Une"),), rows), BulletList(("un", "deux", "trois")))
    word = docx.Document(io.BytesIO(to_docx(report(*parts))))
    kept = [paragraph.text for paragraph in word.paragraphs if paragraph.paragraph_format.keep_with_next]
    cells = [row.cells[0].paragraphs[0] for row in word.tables[0].rows]
    assert "deux" in kept
    assert "trois" not in kept
    assert [cell.text for cell in cells if cell.paragraph_format.keep_with_next] == ["Une", "ligne 2"]
