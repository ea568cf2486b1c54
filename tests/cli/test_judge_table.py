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
