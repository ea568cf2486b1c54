"""Interrupted at any moment, a command leaves a whole file or none, and nothing beside it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[2] / "examples" / "stands-de-tir"
REGLO = Path(sys.executable).with_name("reglo")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("turn", range(4))
def test_judge_interrupted_leaves_no_half_written_report(
    tmp_path: Path, how: signal.Signals, turn: int
) -> None:
    old = tmp_path / "matrice.ods"
    old.write_bytes(b"ancien rapport")
    command = [REGLO, "judge", EXAMPLE / "rules.yaml", EXAMPLE / "offres.yaml", "--force"]
    for name in ("resultat.json", "matrice.xlsx", "rapport.pdf", "rapport.docx", "matrice.ods"):
        command += ["-o", tmp_path / name]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    time.sleep(0.3 + random.Random(turn).random() * 3)
    running.send_signal(how)
    _, said = running.communicate(timeout=60)
    assert running.returncode in (0, 130), said.decode()
    assert b"Traceback" not in said
    assert [path.name for path in tmp_path.glob(".*")] == []
    for path in tmp_path.iterdir():
        if path == old and old.read_bytes() == b"ancien rapport":
            continue
        if path.suffix in (".xlsx", ".docx", ".ods"):
            with zipfile.ZipFile(path) as archive:
                assert archive.testzip() is None
        elif path.suffix == ".pdf":
            assert path.read_bytes().rstrip().endswith(b"%%EOF")
        elif path.suffix == ".json":
            assert path.read_text(encoding="utf-8").endswith("}\n")
