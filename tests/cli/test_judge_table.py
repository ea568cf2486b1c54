"""The table of marks stays whole in the terminal, whatever its width."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "commissariat-vaulx"
REGLO = Path(sys.executable).with_name("reglo")


@pytest.mark.parametrize("columns", [70, 80, 90, 120])
def test_the_total_is_never_cut_by_the_edge_of_the_terminal(columns: int) -> None:
    done = subprocess.run(
        [REGLO, "judge", EXAMPLE / "rules.yaml", EXAMPLE / "offres.yaml"],
        env=os.environ | {"COLUMNS": str(columns), "NO_COLOR": "1", "TERM": "dumb"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    lines = done.stdout.decode().splitlines()
    table = [line for line in lines if line and line[0] in "┏┃┡│└"]
    assert max(map(len, lines)) <= columns
    assert {line[-1] for line in table} <= set("┓┃┩│┘")
    assert "Total /100" in "".join(table)
    assert "82,11 │" in "".join(table)


def test_a_proposal_is_provisional_while_an_offer_that_was_typed_is_not_judged(tmp_path: Path) -> None:
    offers = tmp_path / "offres.yaml"
    typed = (EXAMPLE / "offres.yaml").read_text(encoding="utf-8")
    assert typed.count("bidder:") > 2
    first, second = [line.split("id:")[1].strip() for line in typed.splitlines() if "- id:" in line][:2]
    offers.write_text(typed.replace(f"- id: {second}", f"- id: {first}"), encoding="utf-8")
    done = subprocess.run(
        [REGLO, "judge", EXAMPLE / "rules.yaml", offers],
        env=os.environ | {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert "OFFRE-13" in done.stderr.decode()
    told = done.stdout.decode()
    assert "Proposition provisoire" in told
    assert "une offre saisie n'est pas jugée" in told
