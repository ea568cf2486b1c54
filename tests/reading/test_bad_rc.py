"""What is no RC, or a trap in the shape of one: `read`, `lint` and `brief` say why and write nothing."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pypdf
import pytest
from typer.testing import CliRunner

from reglo.cli import app

VECTORS = Path(__file__).parent.parent / "vectors" / "reading"
_WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
_CCTP = "CAHIER DES CLAUSES TECHNIQUES PARTICULIÈRES\n\n1. Objet\n\nLes travaux portent sur la couverture.\n"


def package(path: Path, xml: str, name: str = "word/document.xml") -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, xml)


def entities(path: Path) -> None:
    levels = "".join(f'<!ENTITY e{rank} "{f"&e{rank - 1};" * 10}">' for rank in range(1, 10))
    package(
        path,
        f'<!DOCTYPE d [<!ENTITY e0 "lot">{levels}]>' + _WORD.format("<w:p><w:r><w:t>&e9;</w:t></w:r></w:p>"),
    )


def bomb(path: Path) -> None:
    package(path, _WORD.format("<w:p><w:r><w:t>" + " " * (120 << 20) + "</w:t></w:r></w:p>"))


def nested(path: Path) -> None:
    package(path, _WORD.format("<w:tbl><w:tr><w:tc>" * 20_000))


def truncated(path: Path) -> None:
    package(path, _WORD.format("<w:p><w:r><w:t>Règlement de la consultation</w:t></w:r></w:p>" * 500))
    path.write_bytes(path.read_bytes()[:-200])


def encrypted(path: Path) -> None:
    writer = pypdf.PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("secret")
    writer.write(path)


def two_rcs(path: Path) -> None:
    one = (VECTORS / "travaux-ouvert.md").read_text(encoding="utf-8")
    path.write_text(f"{one}\n\n{one}", encoding="utf-8")


def huge(path: Path) -> None:
    with path.open("wb") as stream:
        stream.write("Règlement de la consultation\n".encode())
        stream.truncate(500 << 20)


def many_lines(path: Path) -> None:
    path.write_text("Règlement de la consultation\n" + "offre\n" * 200_000, encoding="utf-8")


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "vide.pdf": (lambda path: path.write_bytes(b""), "vide"),
    "cctp.txt": (lambda path: path.write_text(_CCTP, encoding="utf-8"), "CCTP"),
    "roman.txt": (
        lambda path: path.write_text("La rivière coulait sans bruit. " * 4000, encoding="utf-8"),
        "ne ressemble pas",
    ),
    "chiffre.pdf": (encrypted, "mot de passe"),
    "entites.docx": (entities, "ne se lit pas"),
    "bombe.docx": (bomb, "archive de ce document est refusée : elle se déploie"),
    "emboite.docx": (nested, "ne se lit pas|dépasse"),
    "coupe.docx": (truncated, "abîmé ou incomplet|ne se lit pas|refusée"),
    "ancien.doc": (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(4000)), "ancien document"),
    "page.html": (
        lambda path: path.write_bytes(b"<!DOCTYPE html>\n<html><body>RC</body></html>"),
        "page web",
    ),
    "rc.rtf": (lambda path: path.write_bytes(rb"{\rtf1\ansi Reglement de la consultation}"), "document RTF"),
    "deux.md": (two_rcs, "deux règlements"),
    "gros.txt": (huge, "dépasse|ni un texte"),
    "lignes.txt": (many_lines, "lignes"),
    "dossier.pdf": (lambda path: path.mkdir(), "pas un fichier"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_in_words_and_nothing_is_written(name: str, tmp_path: Path) -> None:
    make, _ = BAD[name]
    make(tmp_path / name)
    before = sorted(tmp_path.rglob("*"))
    result = CliRunner().invoke(app, ["read", str(tmp_path / name), "-o", str(tmp_path / "regles.yaml")])
    assert result.exit_code == 2
    assert "Traceback" not in result.output
    said = " ".join((result.output + result.stderr).split())
    assert any(words in said for words in BAD[name][1].split("|")), said
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("command", ["lint", "brief"])
def test_lint_and_brief_refuse_with_the_same_words(command: str, tmp_path: Path) -> None:
    path = tmp_path / "cctp.txt"
    path.write_text(_CCTP, encoding="utf-8")
    result = CliRunner().invoke(app, [command, str(path), "-o", str(tmp_path / "sortie.pdf")])
    assert result.exit_code == 2
    assert "CCTP" in result.output + result.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["cctp.txt"]
