"""The README's trial is real: its files are written, its commands run, its output compared."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).parent.parent / "README.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SETTINGS = {"COLUMNS": "80", "TERM": "dumb", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}


def run(line: str, folder: Path) -> str:
    """The output of a README command, as a person at an 80-column terminal reads it."""
    command = [str(Path(sys.executable).with_name("reglo")), *line.split()[1:]]
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | SETTINGS,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout.decode()
    return "\n".join(row.rstrip() for row in done.stdout.decode().splitlines()).rstrip()


def test_the_five_minute_trial_prints_what_the_readme_shows(tmp_path: Path) -> None:
    played = 0
    for language, name, body in BLOCK.findall(README.read_text(encoding="utf-8")):
        if language == "yaml":
            (tmp_path / name).write_text(body, encoding="utf-8")
        elif language == "console":
            command, _, shown = body.partition("\n")
            assert run(command.removeprefix("$ "), tmp_path) == shown.rstrip()
            played += 1
    assert played >= 5
    assert (tmp_path / "rapport.pdf").read_bytes().startswith(b"%PDF")


def test_every_page_the_readme_links_exists() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README.read_text(encoding="utf-8"))
    assert [link for link in links if not (README.parent / link).exists()] == []
