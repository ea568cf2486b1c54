"""The recovery sheet as printed: one page, a QR a scanner reads, words a person types back."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
import zxingcpp
from pypdf import PdfReader

from reglo.exports.recovery_sheet import RecoverySheet, to_pdf
from reglo.sealing.age import Identity
from reglo.sealing.custody import from_words, to_words

KEY = Identity(bytes(range(32)))
SHEET = RecoverySheet(
    secret=KEY.secret,
    words=to_words(KEY),
    recipient=KEY.recipient,
    person="Chloé Duval-Lefèvre",
    role="comité, porteur 2 sur 3",
    day=date(2026, 3, 2),
    reference="2026-DT-014",
    title="Rénovation thermique de l'école",
    buyer="Commune de Loos",
)


def text_of(pdf: bytes) -> str:
    [page] = PdfReader(BytesIO(pdf)).pages
    return page.extract_text()


def words_of(text: str) -> str:
    table = text[text.index("en mots") : text.index("À taper dans")]
    found = {int(number): word for number, word in re.findall(r"(\d+)\s+([^\W\d]+)", table)}
    return " ".join(found[number] for number in range(1, 25))


def test_the_words_on_the_page_give_the_key_back() -> None:
    assert from_words(words_of(text_of(to_pdf(SHEET))), KEY.recipient) == KEY


def test_the_letters_on_the_page_give_the_key_back() -> None:
    typed = re.search(r"AGE-SECRET-KEY-1\n((?:[0-9A-Z]{2,4}[ \n]+)+)", text_of(to_pdf(SHEET)))
    assert typed is not None
    assert Identity.parse("AGE-SECRET-KEY-1" + "".join(typed.group(1).split())) == KEY


@pytest.mark.parametrize("resolution", [75, 150])
def test_the_square_is_read_back_as_printed(tmp_path: Path, resolution: int) -> None:
    if shutil.which("pdftoppm") is None:
        pytest.skip("pdftoppm est absent ; script/test l'installe en root")
    (tmp_path / "feuille.pdf").write_bytes(to_pdf(SHEET))
    subprocess.run(
        ["pdftoppm", "-gray", "-r", str(resolution), tmp_path / "feuille.pdf", tmp_path / "page"], check=True
    )
    [image] = tmp_path.glob("page*.pgm")
    _, size, _, pixels = image.read_bytes().split(b"\n", 3)
    width, height = map(int, size.split())
    [found] = zxingcpp.read_barcodes(memoryview(pixels).cast("B", (height, width)))
    assert found.text == KEY.secret


def test_the_page_says_whose_it_is_and_what_to_do() -> None:
    text = text_of(to_pdf(SHEET))
    for said in ("Feuille de secours", SHEET.person, SHEET.role, SHEET.reference, KEY.recipient):
        assert said in text
    assert "Seule, elle n’ouvre aucun pli" in text
    assert "personne ne les" in text_of(to_pdf(replace(SHEET, opens_alone=True)))
    assert "République" not in text


def test_any_name_and_title_hold_on_one_page() -> None:
    long = replace(
        SHEET,
        person="Anne-Marie-Élisabeth " * 8,
        role="séquestre, suppléante de la déléguée à la protection des données " * 3,
        title="Travaux de réhabilitation énergétique et de mise en accessibilité " * 20,
        buyer="Communauté d'agglomération de Lens-Liévin et environs " * 6,
    )
    assert from_words(words_of(text_of(to_pdf(long)))) == KEY
    odd = replace(SHEET, person="#let x = 1 *gras* 日本 \u202e\x00", title='"]#panic()')
    assert "#let x = 1 *gras*" in text_of(to_pdf(odd))


def test_the_key_is_never_in_a_repr() -> None:
    assert repr(SHEET) == "RecoverySheet(Chloé Duval-Lefèvre)"
