"""What the reading commands write: every format asked for, and never over a file that is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from reglo.cli import run

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
RULES = EXAMPLES / "commissariat-vaulx" / "rules.yaml"
RC = EXAMPLES / "commissariat-vaulx" / "reglement.docx"
MENDED = EXAMPLES / "commissariat-vaulx-corrige" / "rules.yaml"


@pytest.mark.parametrize(
    ("command", "name"),
    [
        (("read", RC, "-o"), "regles.yaml"),
        (("read", RC, "--review"), "page.html"),
        (("diff", RULES, MENDED, "-o"), "avis.docx"),
        (("lint", RULES, "--sarif"), "constats.sarif"),
        (("lint", RULES, "-o"), "rapport.pdf"),
        (("brief", RULES, "-o"), "page.pdf"),
    ],
)
def test_a_file_already_written_is_replaced_with_force_only(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[object, ...], name: str
) -> None:
    kept = tmp_path / name
    kept.write_text("corrigé à la main")
    words = [*map(str, command), str(kept)]
    assert run(words) == 2
    assert "--force" in capsys.readouterr().err
    assert kept.read_text() == "corrigé à la main"
    assert run([*words, "--force"]) in (0, 1)
    assert kept.read_bytes() != "corrigé à la main".encode()


def test_a_notice_is_written_in_every_format_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = [tmp_path / f"avis{suffix}" for suffix in (".docx", ".odt", ".pdf")]
    words = [word for output in outputs for word in ("-o", str(output))]
    run(["diff", str(RULES), str(MENDED), *words])
    assert capsys.readouterr().out.count("Écrit : ") == 3
    assert all(output.stat().st_size > 1000 for output in outputs)
