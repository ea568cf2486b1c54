"""What the make-up of a file says: lines broken by hand, titles close to their text, odd bullets."""

# ruff: noqa: E501  (texts stay whole)

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from reglo.reading import text
from reglo.reading.text.model import Line
from reglo.reading.text.pdf import _ends_row, _goes_on, _row
from reglo.reading.text.runs import Row

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(path: Path, body: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "word/document.xml", f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
        )
    return path


def test_lines_broken_by_hand_in_word_are_lines(tmp_path: Path) -> None:
    body = "<w:p><w:r><w:t>Ville de Rochefolle</w:t><w:br/><w:t>2 rue du Four</w:t><w:br/><w:t>57999 ROCHEFOLLE</w:t></w:r></w:p>"
    lines = text.read(word(tmp_path / "rc.docx", body)).lines
    assert [line.text for line in lines] == ["Ville de Rochefolle", "2 rue du Four", "57999 ROCHEFOLLE"]


def test_a_sentence_broken_by_hand_stays_whole(tmp_path: Path) -> None:
    body = "<w:p><w:r><w:t>Les plis arrivés après l'heure</w:t><w:br/><w:t>sont éliminés.</w:t></w:r></w:p>"
    lines = text.read(word(tmp_path / "rc.docx", body)).lines
    assert [line.text for line in lines] == ["Les plis arrivés après l'heure sont éliminés."]


@pytest.mark.parametrize(
    ("above", "below", "goes_on"),
    [
        ("Article 4 – Contenu du dossier remis aux entreprises", "Le dossier contient :", False),
        ("5.1 Pièces de la candidature", "Le candidat remet ce qui suit", False),
        ("Article 4 – Contenu du dossier remis par la", "Ville aux entreprises", True),
        ("ARTICLE 4 – CONTENU DU DOSSIER", "REMIS AUX ENTREPRISES", True),
        ("4. Le candidat remet son offre. Elle est datée", "Elle est signée", True),
        ("Le règlement remis aux entreprises par", "Madame la maire", True),
    ],
)
def test_a_title_set_close_to_its_paragraph_is_apart(above: str, below: str, goes_on: bool) -> None:
    assert _goes_on(Line(above, 1), Row(below)) is goes_on


def test_a_bullet_of_a_symbol_font_far_from_its_words_is_an_item() -> None:
    assert _row("\uf0b7 | les plans", ("\uf0b7", "les plans"), False, False).text == "• les plans"
    assert _row("1 | Gros œuvre", ("1", "Gros œuvre"), False, False).cells == ("1", "Gros œuvre")


def test_a_row_cut_by_the_foot_of_a_page_ends_on_the_next() -> None:
    assert _ends_row(("2.1 Organisation du chantier en site", "20"), ("occupé", ""))
    assert not _ends_row(("2.1 Organisation du chantier", "20"), ("2.2 Moyens", "15"))
