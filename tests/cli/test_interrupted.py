"""Interrupted at any moment, a command leaves a whole file or none, and nothing beside it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from reglo.sealing.age import Identity
from reglo.sealing.bid_sealing import Document, seal_bid
from reglo.sealing.opening_keys import OpeningKeys

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
    wait_until_it_hears(running)
    time.sleep(random.Random(turn).random() * 3)
    running.send_signal(how)
    _, said = running.communicate(timeout=300)
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


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_told_to_end_while_it_leaves_a_command_keeps_the_status_of_its_work(how: signal.Signals) -> None:
    told = (
        "import atexit, os, sys; from reglo.__main__ import main; sys.argv = ['reglo', '--version'];"
        f"atexit.register(os.kill, os.getpid(), {int(how)}); main()"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, timeout=300, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_command_interrupted_in_its_work_says_so(tmp_path: Path, how: signal.Signals) -> None:
    receipt = tmp_path / "recu.json"
    os.mkfifo(receipt)
    running = subprocess.Popen([REGLO, "verify", receipt], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with receipt.open("wb"):  # answers once the command has begun to read
        running.send_signal(how)
        _, said = running.communicate(timeout=300)
    assert running.returncode == 130
    assert said.decode() == "Interrompu : aucun fichier n'a été laissé à moitié écrit.\n"


def test_an_opening_interrupted_keeps_nothing_unverified_of_the_pli_it_was_opening(tmp_path: Path) -> None:
    identity = Identity.generate()
    keys = OpeningKeys(consultation="2026-1", rules_sha256="0" * 64, recipients={"bid/1": identity.recipient})
    (tmp_path / "cle.txt").write_text(identity.secret)
    source = tmp_path / "plan.bin"
    with source.open("wb") as stream:
        stream.truncate(200_000_000)
    pli = tmp_path / "alice.pli"
    with pli.open("wb") as sink:
        document = Document(path=source, name="plan.bin", compartment="bid/1")
        seal_bid(keys=keys, documents=[document], bidder={"name": "Alice", "siren": ""}, sink=sink)
    opening = [REGLO, "open", pli, "-o", tmp_path / "ouvert", "--key", f"bid/1={tmp_path / 'cle.txt'}"]
    for _ in range(5):  # a busy machine may let it end before it is told
        running = subprocess.Popen(opening, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        while not (tmp_path / "ouvert").exists() and running.poll() is None:
            time.sleep(0.001)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=300)
        if running.returncode != 0:
            break
        shutil.rmtree(tmp_path / "ouvert")
    assert running.returncode == 130
    assert "rien n'est gardé de « alice.pli »" in said.decode()
    assert not (tmp_path / "ouvert").exists()


@pytest.mark.parametrize("unbuffered", ["", "1"])  # the reader is missed while it speaks, or as it leaves
def test_what_a_command_did_stays_when_nobody_reads_what_it_says(tmp_path: Path, unbuffered: str) -> None:
    """``reglo open … | head -1``: no traceback, no fault of the disk told, the status the shell gives."""
    identity = Identity.generate()
    keys = OpeningKeys(consultation="2026-1", rules_sha256="0" * 64, recipients={"bid/1": identity.recipient})
    (tmp_path / "cle.txt").write_text(identity.secret)
    (tmp_path / "prix.txt").write_text("douze euros")
    with (tmp_path / "alice.pli").open("wb") as sink:
        document = Document(path=tmp_path / "prix.txt", name="prix.txt", compartment="bid/1")
        seal_bid(keys=keys, documents=[document], bidder={"name": "Alice", "siren": ""}, sink=sink)
    opening = [REGLO, "open", tmp_path / "alice.pli", "-o", tmp_path / "ouvert"]
    opening += ["--key", f"bid/1={tmp_path / 'cle.txt'}"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        opening,
        stdout=writer,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        timeout=300,
        check=False,
    )
    os.close(writer)
    assert (done.returncode, done.stderr.decode()) == (141, "")
    assert [path.read_text() for path in (tmp_path / "ouvert").rglob("prix.txt")] == ["douze euros"]


def wait_until_it_hears(running: subprocess.Popen[bytes]) -> None:
    """Before its first line a program has Python's manners, not ours: wait until it catches SIGTERM."""
    status = Path(f"/proc/{running.pid}/status")
    while running.poll() is None:
        caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt"))
        if int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.01)
