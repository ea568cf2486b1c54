"""Sealing and opening against the ``age`` command, on the same file, in turn, in the same run.

    .venv/bin/python benchmarks/seal.py [--size 512] [--runs 5] [--folder /dev/shm]

Prints medians in MB/s and the ratio to ``age``, pair by pair. A pli is opened with every document's
SHA-256 checked, which ``age -d`` does not do: ``age -d`` followed by ``sha256sum`` is printed beside it.
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from reglo.sealing import age
from reglo.sealing.bid_opening import open_pli
from reglo.sealing.bid_sealing import Document, seal_bid
from reglo.sealing.opening_keys import OpeningKeys

MIB = 1024 * 1024


def speed(size: int, act: Callable[[], object]) -> float:
    """MB/s of ``act`` on ``size`` MiB."""
    start = time.perf_counter()
    act()
    return size * MIB / 1e6 / (time.perf_counter() - start)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=512, help="MiB")
    parser.add_argument("--runs", type=int, default=5)
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
    pli, sealed = folder / "banc.pli", folder / "whole.age"

    def seal_file() -> None:
        with whole.open("rb") as source, sealed.open("wb") as sink:
            age.seal(source, sink, recipients=[key.recipient])

    def open_file() -> None:
        with sealed.open("rb") as source, (folder / "plain").open("wb") as sink:
            age.open_sealed(source, sink, identities=[key])

    def seal_both() -> None:
        documents = [Document(path=half, name=half.name, compartment="bid/1") for half in halves]
        with pli.open("wb") as sink:
            seal_bid(keys=keys, documents=documents, bidder={"name": "Banc"}, sink=sink)

    def open_both() -> None:
        shutil.rmtree(folder / "out", ignore_errors=True)
        opened = open_pli(pli, {"bid/1": key}, folder / "out")
        assert not opened.findings

    def age_seal() -> None:
        subprocess.run(["age", "-r", key.recipient, "-o", folder / "theirs", whole], check=True)

    def age_open() -> None:
        subprocess.run(["age", "-d", "-i", folder / "key", "-o", folder / "plain", sealed], check=True)

    def age_open_and_sum() -> None:
        age_open()
        subprocess.run(["sha256sum", folder / "plain"], check=True, capture_output=True)

    seal_file()
    rows = [
        ("sceller un fichier / age", seal_file, age_seal),
        ("sceller un pli (deux lectures, SHA-256) / age", seal_both, age_seal),
        ("ouvrir un fichier / age -d", open_file, age_open),
        ("ouvrir un pli vérifié, deux cœurs / age -d", open_both, age_open),
        ("ouvrir un pli vérifié, deux cœurs / age -d + sha256sum", open_both, age_open_and_sum),
    ]
    for title, ours, theirs in rows:
        pairs = [(speed(size, ours), speed(size, theirs)) for _ in range(runs)]
        ratio = statistics.median(a / b for a, b in pairs)
        mine, other = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"{title:58} {mine:6.0f} / {other:6.0f} Mo/s   × {ratio:.2f}")


if __name__ == "__main__":
    sys.exit(main())
