"""Ingest with durability and SHA-256: one big pli, then 50 × 20 MB, against this machine's own limit.

    python benchmarks/ingest.py [--gigabytes 1] [--rounds 3] [--node]

Ratios are taken within the run: the limit (SHA-256 + write + fdatasync, one thread) is measured beside
each figure. Our server hashes twice, the pli and each blob. ``--node``: also ``@tus/server`` doing the
same durable, hashed work once, installed by npm in a temporary folder.
"""

from __future__ import annotations

import argparse
import subprocess
import time
from pathlib import Path
from statistics import median

from deposit_bench import (
    Watch,
    free_port,
    machine_limit,
    make_plis,
    node,
    resident_mb,
    send_all,
    show,
    wait_for,
    workspace,
)

NODE_SERVER = """
import { Server } from '@tus/server'
import { FileStore } from '@tus/file-store'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
const [directory, port] = process.argv.slice(2)
const server = new Server({
  path: '/files', datastore: new FileStore({ directory }), respectForwardedHeaders: false,
  async onUploadFinish(request, upload) {
    const path = `${directory}/${upload.id}`
    const file = await open(path, 'r+'); await file.datasync(); await file.close()
    const hash = createHash('sha256')
    for await (const block of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(block)
    hash.digest('hex'); return {}
  },
})
server.listen({ host: '127.0.0.1', port: Number(port) })
"""


def rates(port: int, endpoint: str, plis: list[tuple[Path, str]], clients: int) -> tuple[float, float]:
    """(MB/s, slowest answer after a last byte)."""
    total = sum(path.stat().st_size for path, _ in plis)
    began = time.perf_counter()
    results = send_all(port, endpoint, plis, clients)
    spent = time.perf_counter() - began
    return total / spent / (1 << 20), max(waited for _, waited in results)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--node", action="store_true")
    given = parser.parse_args()
    with workspace() as folder:
        big = make_plis(folder / "big", 1, int(given.gigabytes * (1 << 30)))
        many = make_plis(folder / "many", 50, 20_000_000)
        loads = {f"1 × {given.gigabytes:g} Gio": (big, 1), "50 × 20 Mo": (many, 50)}
        limits: list[float] = []
        found: dict[str, list[float]] = {name: [] for name in loads}
        waits: dict[str, float] = dict.fromkeys(loads, 0.0)
        peaks: dict[str, int] = {}
        with node(folder / "data") as (port, pid):
            rest = resident_mb(pid)
            for _ in range(given.rounds):
                for name, (plis, clients) in loads.items():
                    limits.append(machine_limit(folder, 1 << 30))
                    watch = Watch(pid)
                    rate, wait = rates(port, "/consultations/banc/depots", plis, clients)
                    peaks[name] = max(peaks.get(name, 0), watch.stop())
                    found[name].append(rate)
                    waits[name] = max(waits[name], wait)
        limit = median(limits)
        rows = [("Limite de la machine, SHA-256 + écriture + fdatasync", f"{limit:.0f} Mio/s")]
        for name in loads:
            rate = median(found[name])
            rows += [
                (f"Réglo, {name}", f"{rate:.0f} Mio/s ; {rate / limit:.2f} de la limite"),
                ("  mémoire (au repos, au plus)", f"{rest} Mio, {peaks[name]} Mio"),
                ("  dernier octet → réponse, au plus", f"{waits[name]:.2f} s"),
            ]
        if given.node:
            rows += node_rows(folder, loads, given.rounds, found)
        show(rows)


def node_rows(
    folder: Path,
    loads: dict[str, tuple[list[tuple[Path, str]], int]],
    rounds: int,
    ours: dict[str, list[float]],
) -> list[tuple[str, str]]:
    place = folder / "node"
    (place / "files").mkdir(parents=True)
    (place / "server.mjs").write_text(NODE_SERVER, encoding="utf-8")
    subprocess.run(
        ["npm", "install", "--silent", "--no-audit", "--no-fund", "@tus/server@2", "@tus/file-store@2"],
        cwd=place,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    port = free_port()
    process = subprocess.Popen(
        ["node", "server.mjs", str(place / "files"), str(port)], cwd=place, stdout=subprocess.DEVNULL
    )
    rows = []
    try:
        wait_for(port)
        found: dict[str, list[float]] = {name: [] for name in loads}
        peaks: dict[str, int] = {}
        for _ in range(rounds):
            for name, (plis, clients) in loads.items():
                watch = Watch(process.pid)
                found[name].append(rates(port, "/files", plis, clients)[0])
                peaks[name] = max(peaks.get(name, 0), watch.stop())
                for path in (place / "files").iterdir():
                    path.unlink()
        for name in loads:
            rate = median(found[name])
            rows.append(
                (
                    f"@tus/server, {name}",
                    f"{rate:.0f} Mio/s ; Réglo : {median(ours[name]) / rate:.2f} fois cela ; "
                    f"{peaks[name]} Mio",
                )
            )
    finally:
        process.terminate()
        process.wait(10)
    return rows


if __name__ == "__main__":
    main()
