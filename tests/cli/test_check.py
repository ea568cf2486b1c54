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
    """Bound: 0.15 s for 700 lines once the program is started."""
    text = path.read_text(encoding="utf-8")
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        load(text)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.15
