"""The faults legal-rules §10 lists for each real consultation, found in its TEXT by ``reglo lint``.

What a text cannot show, and why: S2's names of the buyer are two whole names, which a reader leaves as an
open point. The corrected examples, written as an RC and
read again, have none of these faults.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from reglo.cli import app

SEEDS = Path(__file__).parent.parent.parent.parent / "shared" / "seeds"
EXAMPLES = Path(__file__).parent.parent.parent / "examples"

# seed, rule, line of the fault in the text (None: what is absent has no line), words quoted there
FAULTS = [
    ("S0", "L-20", 72, "659,764 Euro"),
    ("S0", "L-12", 80, "pour chaque période"),
    ("S0", "L-11", None, ""),
    ("S0", "L-19", 70, "copie de sauvegarde"),
    ("S0", "L-04", 224, "L. 2114 du code de justice administrative"),
    ("S0", "L-21", 108, "58 Boulevard Livon"),
    ("S2", "L-02", 245, "traducteur assermenté"),
    ("S2", "L-03", 445, "RGS"),
    ("S2", "L-11", 364, "Proposition acceptable"),
    ("S2", "L-17", 491, "6 jours au plus tard"),
    ("S2", "L-18", 303, "au regard des critères suivants"),
    ("S2", "L-19", 441, "copie de sauvegarde"),
    ("S2", "L-25", 401, "scénario fictif"),
    ("S2", "L-25", 177, "Bordereau de prix unitaire"),
    ("S3", "L-03", 584, "27 juillet 2018"),
    ("S3", "L-04", 531, "R. 2151-1"),
    ("S3", "L-04", 381, "L 2141-1 à 2141-5"),
    ("S3", "L-05", 621, "PadES"),
    ("S3", "L-06", 350, "O3-1"),
    ("S3", "L-08", 525, "un seul pli"),
    ("S3", "L-09", 404, "moins chère"),
    ("S3", "L-12", 21, "Accord-cadre à bons de commande"),
    ("S3", "L-13", 229, "groupement solidaire"),
    ("S3", "L-14", 311, "Pièce C9"),
    ("S3", "L-15", 311, "Pièce C9"),
    ("S3", "L-19", 582, "Copie de sauvegarde"),
    ("S3", "L-25", 499, "détail estimatif"),
    ("S4", "L-01", 361, "supérieur à 2 fois"),
    ("S4", "L-02", 709, "assermenté"),
    ("S4", "L-03", 677, "12 avril 2018"),
    ("S4", "L-04", 108, "R. 2123-7"),
    ("S4", "L-05", 697, "PAdES"),
    ("S4", "L-06", 389, "annexe AE2"),
    ("S4", "L-07", 442, "Mémoire technique"),
    ("S4", "L-10", 519, "Chaque élément d'appréciation"),
    ("S4", "L-13", 271, "groupement solidaire"),
    ("S4", "L-14", 391, "Pièce C12"),
    ("S4", "L-15", 391, "Pièce C12"),
    ("S4", "L-16", 715, "5 jours ouvrés"),
    ("S4", "L-19", 653, "Copie de sauvegarde"),
    ("S4", "L-21", 24, "Vaulx-en-Verin"),
    ("S4", "L-22", 515, "faible impact environnemental"),
    ("S4", "L-24", 191, "prestations similaires"),
]


def linted(path: Path) -> list[dict[str, Any]]:
    result = CliRunner().invoke(app, ["lint", str(path), "--json"])
    assert result.exit_code in (0, 1), result.output
    observations: list[dict[str, Any]] = json.loads(result.output)["findings"]
    return observations


@pytest.fixture(scope="module")
def found() -> dict[str, list[dict[str, Any]]]:
    if not SEEDS.is_dir():
        pytest.skip("les règlements réels ne sont pas à côté du dépôt (../shared/seeds)")
    return {path.name[:2]: linted(path) for path in sorted(SEEDS.glob("S*.txt"))}


@pytest.mark.parametrize(("seed", "rule", "line", "words"), FAULTS)
def test_the_text_shows_the_fault_with_its_sentence_and_its_place(
    found: dict[str, list[dict[str, Any]]], seed: str, rule: str, line: int | None, words: str
) -> None:
    seen = [(one["line"], one["quote"] or "") for one in found[seed] if one["rule"] == rule]
    assert any(at == line and words in quote for at, quote in seen), seen


@pytest.mark.parametrize("example", ["stands-de-tir-corrige", "commissariat-vaulx-corrige"])
def test_a_corrected_consultation_written_as_an_rc_and_read_again_has_no_fault(
    example: str, tmp_path: Path
) -> None:
    written = tmp_path / "rc.docx"
    result = CliRunner().invoke(app, ["write", str(EXAMPLES / example / "rules.yaml"), "-o", str(written)])
    assert result.exit_code == 0, result.output
    assert [(one["rule"], one["cause"]) for one in linted(written) if one["rule"] != "PROC-10"] == []
