"""Sealing and opening against the ``age`` command, on the same bytes, in turn.

    .venv/bin/python benchmarks/seal.py [--size 512] [--runs 7] [--folder /dev/shm]

Prints medians in MB/s of plaintext, the median of the ratios, pair by pair, their range, and the processor
seconds each spends on a GB, which other programs on the machine change little. Each act writes to a new
file; no one waits for the disk. Sealing a pli takes the SHA-256 of every document, and pads the pli; ``age``
does neither. Opening a pli checks every document's SHA-256, which ``age -d`` does not: it is also
held against two ``age -d`` at once, one per core, without and with ``sha256sum`` after each.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from verdict import at_least

from reglo.sealing import age
from reglo.sealing.bid_opening import open_pli
from reglo.sealing.bid_sealing import Document, seal_bid
from reglo.sealing.opening_keys import OpeningKeys

MIB = 1024 * 1024


def measure(size: int, act: Callable[[], object]) -> tuple[float, float]:
    """MB/s of ``act`` on ``size`` MiB, and its processor seconds for a GB, its children's among them."""
    start, before = time.perf_counter(), os.times()
    act()
    spent, after = time.perf_counter() - start, os.times()
    return size * MIB / 1e6 / spent, (sum(after[:4]) - sum(before[:4])) / (size * MIB / 1e9)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=512, help="MiB")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument(
        "--folder", type=Path, default=None, help="where to work; memory avoids the disk's noise"
    )
    options = parser.parse_args()
    if shutil.which("age") is None:
        print("la commande age est absente (apt-get install age)", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        key = age.Identity.generate()
        (folder / "key").write_text(key.secret + "\n")
        halves = [folder / "a", folder / "b"]
        for half in halves:
            with half.open("wb") as stream, Path("/dev/urandom").open("rb") as chance:
                for _ in range(options.size // 2):
                    stream.write(chance.read(MIB))
        whole = folder / "whole"
        with whole.open("wb") as stream:
            for half in halves:
                stream.write(half.read_bytes())
        compare(folder, options.size, options.runs, key, whole, halves)
    return 0


def compare(folder: Path, size: int, runs: int, key: age.Identity, whole: Path, halves: list[Path]) -> None:
    keys = OpeningKeys(consultation="BANC", rules_sha256="0" * 64, recipients={"bid/1": key.recipient})
    documents = [Document(path=half, name=half.name, compartment="bid/1") for half in halves]
    out = folder / "out"  # emptied before each act

    def seal_file(source: Path = whole, sink: Path = out / "file") -> None:
        with source.open("rb") as stream, sink.open("wb") as sealed:
            age.seal(stream, sealed, recipients=[key.recipient])

    def open_file() -> None:
        with (folder / "whole.age").open("rb") as source, (out / "file").open("wb") as sink:
            age.open_sealed(source, sink, identities=[key])

    def seal_both(pli: Path = out / "pli") -> None:
        with pli.open("wb") as sink:
            seal_bid(keys=keys, documents=documents, bidder={"name": "Banc"}, sink=sink)

    def open_both() -> None:
        opened = open_pli(folder / "banc.pli", {"bid/1": key}, out)
        assert not opened.findings

    def age_seal() -> None:
        subprocess.run(["age", "-r", key.recipient, "-o", out / "file", whole], check=True)

    def age_open() -> None:
        subprocess.run(
            ["age", "-d", "-i", folder / "key", "-o", out / "file", folder / "whole.age"], check=True
        )

    def both_age_open(then: str = "true") -> None:
        """Two at once; ``then`` is run on each plaintext."""
        script = f'age -d -i "$1" -o "$3" "$2" && {then} "$3" >/dev/null'
        running = [
            subprocess.Popen(["sh", "-c", script, "sh", folder / "key", f"{half}.age", out / half.name])
            for half in halves
        ]
        assert not sum(process.wait() for process in running)

    def timed(act: Callable[[], None]) -> tuple[float, float]:
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        return measure(size, act)

    for source in (whole, *halves):
        seal_file(source, Path(f"{source}.age"))
    seal_both(folder / "banc.pli")
    rows: list[tuple[str, Callable[[], None], Callable[[], None], float]] = [
        ("sceller un fichier / age", seal_file, age_seal, 0.8),
        ("sceller un pli (empreintes, bourrage) / age", seal_both, age_seal, 0.8),
        ("ouvrir un fichier / age -d", open_file, age_open, 0.9),
        ("ouvrir un pli vérifié, deux cœurs / age -d", open_both, age_open, 0.9),
        ("  / deux age -d à la fois, sans vérifier", open_both, both_age_open, 0.9),
        ("  / deux age -d puis sha256sum", open_both, lambda: both_age_open("sha256sum"), 0.9),
    ]
    for title, ours, theirs, target in rows:
        pairs = [(timed(ours), timed(theirs)) for _ in range(runs)]
        ratios = sorted(mine[0] / peer[0] for mine, peer in pairs)
        (fast, cost), (peer_fast, peer_cost) = (
            [statistics.median(column) for column in zip(*side, strict=True)]
            for side in zip(*pairs, strict=True)
        )
        print(
            f"{title:46} {fast:5.0f} / {peer_fast:5.0f} Mo/s ; "
            f"processeur {cost:4.2f} / {peer_cost:4.2f} s/Go ; "
            f"× {statistics.median(ratios):.2f} ({ratios[0]:.2f} à {ratios[-1]:.2f}) ; "
            f"{at_least(statistics.median(ratios), target)}"
        )


if __name__ == "__main__":
    sys.exit(main())
