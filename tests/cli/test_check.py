"""``reglo check``: what the rules say in a few lines, and exit status 0."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from reglo.cli import app
from reglo.procurement.rules_file import load

ROOT = Path(__file__).parents[2]
COMPLETE = ROOT / "tests" / "procurement" / "rules_file" / "complete.yaml"


def test_a_faultless_file_is_summed_up() -> None:
    ran = CliRunner().invoke(app, ["check", str(COMPLETE)])
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        "VB-2026-012 · Nettoyage des écoles",
        "Acheteur : Ville de Bellerive",
        "Offres attendues au plus tard le 18/02/2026 à 12:00 (heure de Paris)",
        "",
        "Lots : 2",
        "  1 · Écoles du nord",
        "  2 · Écoles du sud",
        "Critères, sur 100 points :",
        "  Prix : 60 points",
        "  Valeur technique : 40 points",
        "    Moyens : 25 points",
        "    Déchets : 15 points",
        "Pièces à remettre : 4 (C1, C2, O1, O2)",
        "Points ouverts : 1",
        "  base-des-prix · en attente, lecture retenue par défaut : silence",
    ]


def test_a_file_that_is_not_there_stops_with_status_two(tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["check", str(tmp_path / "absent.yaml")])
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert "RULES-01" in ran.stderr


@pytest.mark.parametrize(
    "path", sorted((ROOT / "examples").glob("*/rules.yaml")), ids=lambda path: path.parent.name
)
def test_a_thousand_lines_load_in_a_breath(path: Path) -> None:
    """About 0.1 s for 700 lines on a calm machine; the bound only tells a slowness of another kind."""
    text = path.read_text(encoding="utf-8")
    start = time.process_time()
    load(text)
    assert time.process_time() - start < 8


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("offres.yaml", b"reglo_offers: 1\nbids: []\n", "un fichier d'offres"),
        ("rc.pdf", b"%PDF-1.7\n", "un PDF"),
        ("prix.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "un document Office ancien (.xls, .doc)"),
        ("prix.xlsx", b"PK\x03\x04rest", "un classeur Excel (.xlsx)"),
        ("pli.zip", b"PK\x03\x04rest", "une archive .zip"),
        ("j.json", b'{"format": "reglo-judgement/1"}', "un jugement écrit par Réglo, en JSON"),
        ("autre.json", b'{"a": 1}', "un fichier JSON"),
        ("pli", None, "un dossier"),
    ],
)
def test_what_is_no_rules_file_is_named_for_what_it_is(
    tmp_path: Path, name: str, content: bytes | None, what: str
) -> None:
    path = tmp_path / name
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    ran = CliRunner().invoke(app, ["check", str(path)])
    assert ran.exit_code == 2
    (line, _) = ran.stderr.splitlines()
    assert f"RULES-16 · « {path.as_posix()} » est {what}, non un fichier de règles. Donnez d'abord" in line
    assert (f"reglo read {path.as_posix()}" in line) is (what == "un PDF")


def test_what_blocks_comes_first_and_what_is_to_check_is_counted_apart(tmp_path: Path) -> None:
    text = COMPLETE.read_text(encoding="utf-8")
    for old, new in (("{rule: best_mark, criterion: prix}", "{rule: best_mark, criterion: prox}"),):
        assert text.count(old) == 1
        text = text.replace(old, new)
    scale = "  scales:\n    - {id: inutile, levels: [{label: oui, share: 100 %}, {label: non, share: 0 %}]}\n"
    text = text.replace("  scales:\n", scale, 1)
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")
    lines = CliRunner().invoke(app, ["check", str(path)]).stderr.splitlines()
    place = lines.index("À vérifier, sans bloquer :")
    assert place > 0
    assert not any("POIDS-06" in line for line in lines[:place])
    assert "POIDS-06" in lines[place + 1]
    assert lines[-1] == "1 faute, 1 point à vérifier : rien n'a été écrit."
