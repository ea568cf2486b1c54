"""The opening day with real holders: a bad part never keeps the others from opening."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from reglo.cli import app
from reglo.sealing.amendments import read_amendment
from reglo.sealing.custody import read_record

RULES = Path(__file__).parents[2] / "examples" / "amo-domaine-de-loos" / "rules.yaml"
REGLO = str(Path(sys.executable).with_name("reglo"))
PEOPLE = ("alice", "bob", "chloe")


def call(*arguments: object) -> str:
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A consultation of two compartments whose deadline is past, a sealed pli, and Bob replaced by Denis."""
    home = tmp_path_factory.mktemp("mairie")
    text = (RULES.parents[1] / "commissariat-vaulx" / "rules.yaml").read_text(encoding="utf-8")
    (home / "rules.yaml").write_text(text, encoding="utf-8")
    for name in (*PEOPLE, "denis"):
        (home / f"{name}.txt").write_text(f"la phrase de {name} est longue\n", encoding="utf-8")
    holders = "".join(f"    - {{name: {name.title()}, passphrase_file: {name}.txt}}\n" for name in PEOPLE)
    (home / "plan.yaml").write_text(
        f"committee:\n  threshold: 2\n  holders:\n{holders}escrow: none\n", encoding="utf-8"
    )
    call("keys", "ceremony", home / "rules.yaml", "--plan", home / "plan.yaml", "-o", home / "cles")
    (home / "reponse" / "candidature").mkdir(parents=True)
    (home / "reponse" / "candidature" / "DC1.pdf").write_bytes(b"un document" * 30)
    call(
        "seal", home / "rules.yaml", home / "reponse",
        "--keys", home / "cles" / "opening-keys.json", "-o", home / "a.pli",
    )  # fmt: skip
    (home / "denis.yaml").write_text("{name: Denis, passphrase_file: denis.txt}", encoding="utf-8")
    call(
        "keys", "replace", home / "cles", "--leaving", "comite-2", "--joining", home / "denis.yaml",
        "-o", home / "cles-2",
        f"--secret=comite-1={home / 'alice.txt'}", f"--secret=comite-3={home / 'chloe.txt'}",
    )  # fmt: skip
    return home


class Opening:
    """``reglo open`` waiting for its parts."""

    def __init__(self, town: Path, place: Path, process: subprocess.Popen[str]) -> None:
        self.town, self.place, self.process = town, place, process
        assert process.stdout is not None
        process.stdout.readline()
        self.recipient = process.stdout.readline().strip()

    def drop(self, person: str, package: str, *compartments: str, name: str = "") -> None:
        phrase = self.town / f"{person}.txt"
        asked = [word for each in compartments for word in ("--compartment", each)]
        written = self.place / "parts" / f"{name or person}.part.age"
        call(
            "keys", "share", self.town / f"{package}.paquet.age", "--for", self.recipient,
            "--passphrase-file", phrase, "-o", written, *asked,
        )  # fmt: skip

    def until(self, text: str) -> None:
        """Wait for a line on standard error."""
        end = time.monotonic() + 120
        while time.monotonic() < end:
            if text in (self.place / "erreurs").read_text(encoding="utf-8"):
                return
            time.sleep(0.05)
        raise AssertionError((self.place / "erreurs").read_text(encoding="utf-8"))

    def finish(self) -> tuple[int, str]:
        out, _ = self.process.communicate(timeout=300)
        return self.process.returncode, out + (self.place / "erreurs").read_text(encoding="utf-8")


@contextmanager
def opening(town: Path, place: Path, *compartments: str) -> Iterator[Opening]:
    asked = [word for each in compartments for word in ("--compartment", each)]
    command = [REGLO, "open", town / "a.pli", "-o", place / "ouvert", "--keys", town / "cles-2"]
    command += ["--rules", town / "rules.yaml", "--parts", place / "parts", "--wait", "10", *asked]
    with (
        (place / "erreurs").open("w", encoding="utf-8") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        try:
            yield Opening(town, place, process)
        finally:
            process.kill()


def test_the_part_of_one_who_left_is_put_aside_by_name_and_the_others_open(
    town: Path, tmp_path: Path
) -> None:
    with opening(town, tmp_path, "candidacy/1") as day:
        day.drop("bob", "cles/comite-2", "candidacy/1")  # his package of before the replacement
        day.until("« comite-2 » n'est pas un porteur")
        day.drop(
            "alice", "cles/comite-1", "candidacy/1", name="alice-ancienne"
        )  # who stays, but an old package
        day.until("La part présentée par Alice")
        day.drop("chloe", "cles-2/comite-3", "candidacy/1")
        day.drop("denis", "cles-2/comite-2b", "candidacy/1")
        status, said = day.finish()
    assert status == 0, said
    assert (tmp_path / "ouvert" / "candidature" / "DC1.pdf").is_file()


def test_an_incomplete_part_says_what_it_lacks_and_its_correction_is_read(town: Path, tmp_path: Path) -> None:
    with opening(town, tmp_path, "candidacy/1", "bid/1") as day:
        day.drop("chloe", "cles-2/comite-3", "candidacy/1", "bid/1")
        day.drop("alice", "cles-2/comite-1", "candidacy/1")
        day.until("La part de Alice (comité) est incomplète : il manque « bid/1 »")
        assert day.process.poll() is None
        day.drop("alice", "cles-2/comite-1", "candidacy/1", "bid/1")  # the same file name
        status, said = day.finish()
    assert status == 0, said


def test_a_deadline_put_back_keeps_keys_and_plis_and_the_old_rules_open_nothing(
    town: Path, tmp_path: Path
) -> None:
    soon, later = (
        f"{datetime.now(ZoneInfo('Europe/Paris')) + timedelta(days=days):%Y-%m-%d %H:%M} Europe/Paris"
        for days in (1, 3)
    )
    text = (town / "rules.yaml").read_text(encoding="utf-8")
    for name, limit in (("avant", soon), ("rectifie", later)):
        moved = re.sub(r"(submission_deadline:) 2026.*", rf"\1 {limit}", text)
        (tmp_path / f"{name}.yaml").write_text(moved, encoding="utf-8")
    keys = tmp_path / "cles"
    call("keys", "ceremony", tmp_path / "avant.yaml", "--plan", town / "plan.yaml", "-o", keys)
    said = call("keys", "amend", keys, "--rules", tmp_path / "rectifie.yaml")
    assert "rectificatif-1.json" in said
    opening = ["open", town / "a.pli", "-o", tmp_path / "x", "--keys", keys, "--compartment", "bid/1"]
    for name, code in (("avant", "GARDE-25"), ("rectifie", "GARDE-24")):
        refused = CliRunner().invoke(
            app,
            [str(word) for word in (*opening, "--rules", tmp_path / f"{name}.yaml", "--parts", tmp_path)],
        )
        assert (refused.exit_code, code in refused.stderr) == (2, True), refused.output
    call(
        "keys", "replace", keys, "--leaving", "comite-2", "--joining", town / "denis.yaml", "-o",
        tmp_path / "cles-2", f"--secret=comite-1={town / 'alice.txt'}",
        f"--secret=comite-3={town / 'chloe.txt'}",
    )  # fmt: skip
    assert (tmp_path / "cles-2" / "rectificatif-1.json").is_file()
    act = read_amendment((tmp_path / "cles-2" / "rectificatif-1.json").read_bytes())
    before, after = (
        read_record((tmp_path / name / "custody.json").read_bytes()).deadlines for name in ("cles", "cles-2")
    )
    assert after == act.deadlines != before  # the new packages know the hour put back, without the act
    checked = CliRunner().invoke(
        app, ["keys", "check", str(tmp_path / "cles-2"), "--rules", str(tmp_path / "rectifie.yaml")]
    )
    assert "GARDE-25" not in checked.output


def test_a_part_of_another_day_names_its_file_and_stopping_says_who_gives_again(
    town: Path, tmp_path: Path
) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "spoilt.part.age").write_bytes(b"age")
    with opening(town, tmp_path, "candidacy/1") as first:
        first.drop("alice", "cles-2/comite-1", "candidacy/1")
        first.until("spoilt.part.age")
    with opening(town, tmp_path, "candidacy/1") as second:
        assert second.recipient != first.recipient
        second.until("« alice.part.age » n'est pas scellé pour la clé que ce poste affiche")
        second.drop("chloe", "cles-2/comite-3", "candidacy/1")
        second.drop("alice", "cles-2/comite-1", "candidacy/1")
        status, said = second.finish()
    assert status == 0, said
