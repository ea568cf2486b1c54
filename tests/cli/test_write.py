"""``reglo write`` from the terminal: formats, drafts, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from reglo.cli import run
from reglo.procurement.rules_file import load
from reglo.reading.rc import read_files

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
RULES = EXAMPLES / "commissariat-vaulx" / "rules.yaml"


def test_three_formats_are_written_at_once_and_the_draft_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = [tmp_path / f"rc{suffix}" for suffix in (".docx", ".odt", ".pdf")]
    words = [word for output in outputs for word in ("-o", str(output))]
    assert run(["write", str(RULES), *words, "--on", "2026-01-05"]) == 0
    said = capsys.readouterr().out
    assert said.count("Écrit : ") == 3
    points = load(RULES.read_text(encoding="utf-8")).consultation.open_points
    assert f"Projet : {len(points)} points à trancher" in said
    assert {len(read_files([output]).consultation.pieces) for output in outputs} == {17}


def test_a_clean_consultation_is_no_draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = EXAMPLES / "commissariat-vaulx-corrige" / "rules.yaml"
    assert run(["write", str(rules), "-o", str(tmp_path / "rc.odt")]) == 0
    assert "Projet" not in capsys.readouterr().out


@pytest.mark.parametrize(("output", "why"), [("rc.txt", "doit finir par"), ("deja.docx", "existe déjà")])
def test_what_cannot_be_written_is_refused_and_nothing_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], output: str, why: str
) -> None:
    kept = tmp_path / "deja.docx"
    kept.write_text("à garder", encoding="utf-8")
    assert run(["write", str(RULES), "-o", str(tmp_path / output)]) == 2
    assert why in capsys.readouterr().err
    assert kept.read_text(encoding="utf-8") == "à garder"


def test_rules_with_faults_are_not_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "regles.yaml"
    rules.write_text("reglo: 1\nreference: X\n", encoding="utf-8")
    assert run(["write", str(rules), "-o", str(tmp_path / "rc.pdf")]) == 2
    assert "RULES-21" in capsys.readouterr().err
    assert not (tmp_path / "rc.pdf").exists()
