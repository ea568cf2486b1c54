"""``reglo explain`` answers to every code that a person can meet."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from reglo.cli import app
from reglo.cli.explain import paragraphs


def explained(code: str) -> str:
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["explain", code])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.parametrize("area", ["SCEAU", "GARDE", "DEPOT", "RECU", "JOURNAL", "PAGE"])
def test_every_code_of_sealed_bids_is_explained_with_what_to_do(area: str) -> None:
    codes = [code for code in paragraphs() if code.startswith(f"{area}-")]
    assert len(codes) >= 6
    for code in codes:
        title, _, rest = explained(code).partition("\n")
        assert title.startswith(f"{code} · ")
        assert title != f"{code} · "
        assert "Texte : " in rest, code
        assert "Poids : " in rest, code


def test_a_code_is_found_however_it_is_typed_and_an_unknown_one_is_said_so() -> None:
    assert explained(" garde-27 ") == explained("GARDE-27")
    result = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["explain", "PAGE-99"])
    assert result.exit_code == 2
    assert "n'est pas un identifiant de Réglo" in result.stderr
