"""Nothing a user reads is in English: help, usage errors; and nothing that exists is written over."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reglo.cli import COMMANDS

REGLO = Path(sys.executable).with_name("reglo")
EXAMPLE = Path(__file__).parents[2] / "examples" / "amo-domaine-de-loos"
ENGLISH = (
    "usage:",
    "error",
    "missing",
    "invalid",
    "show this",
    "option ",
    "no such",
    "unexpected",
    "default",
)


def reglo(*arguments: object) -> tuple[int, str]:
    done = subprocess.run(
        [REGLO, *map(str, arguments)],
        env=os.environ | {"COLUMNS": "80"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    return done.returncode, done.stdout.decode()


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_is_in_french_and_fits_eighty_columns(command: str) -> None:
    status, said = reglo(*command.split(), "--help")
    assert status == 0
    assert said.startswith("Usage : reglo")
    assert [word for word in ENGLISH if word in said.lower()] == []
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("juge", "La commande « juge » n'existe pas. Vouliez-vous « judge » ?"),
        ("keys ceremoni", "La commande « ceremoni » n'existe pas. Vouliez-vous « ceremony » ?"),
        ("keys write", "La commande « write » n'existe pas. Les commandes : ceremony, sheet, rehearse"),
        ("judge", "Il manque l'argument RÈGLES."),
        ("judge a --xx", "L'option --xx n'existe pas."),
        ("judge a --lot", "L'option --lot demande une valeur."),
        ("judge a b c", "De trop sur la ligne : c."),
        ("judge a b --date 31/02/2026", "La valeur « 31/02/2026 » de --date n'est pas une date."),
        ("check-bid a b --stage z", "La valeur « z » de --stage n'est pas admise."),
        ("price-sheet a -o b.ods --members 0", "La valeur de --members est au moins 1."),
        ("price-sheet a -o b.ods --members deux", "La valeur de --members n'est pas un nombre entier."),
        ("deposit-server --data a --port 99999", "La valeur de --port est au plus 65535."),
        ("deposit a b --patience peu", "La valeur de --patience n'est pas un nombre."),
        ("seal a b -o c", "Il manque l'option --keys."),
    ],
)
def test_a_wrong_command_line_is_answered_in_french(line: str, said: str) -> None:
    status, output = reglo(*line.split())
    assert (status, output.startswith(said)) == (2, True), output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    "line",
    [
        "judge {rules} --template {there}",
        "judge {rules} {offers} -o {there}",
        "price-sheet {rules} -o {there}",
        "schema -o {there}",
    ],
)
def test_a_file_that_exists_is_never_written_over_unasked(tmp_path: Path, line: str) -> None:
    there = tmp_path / "mien.xlsx"
    there.write_bytes(b"rempli")
    words = line.format(rules=EXAMPLE / "rules.yaml", offers=EXAMPLE / "offres.yaml", there=there)
    status, said = reglo(*words.split())
    assert (status, there.read_bytes()) == (2, b"rempli")
    assert "existe déjà" in said


def test_what_a_command_reads_is_never_its_output_even_forced(tmp_path: Path) -> None:
    offers = tmp_path / "offres.yaml"
    offers.write_bytes((EXAMPLE / "offres.yaml").read_bytes())
    rules = tmp_path / "regles.yaml"
    rules.write_bytes((EXAMPLE / "rules.yaml").read_bytes())
    status, said = reglo("judge", rules, "--template", rules, "--force")
    assert (status, "est lu par cette commande" in said) == (2, True)
    assert rules.read_bytes() == (EXAMPLE / "rules.yaml").read_bytes()
