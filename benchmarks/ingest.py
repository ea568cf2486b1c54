"""Ingest with durability and SHA-256: one big pli, then 50 × 20 MB, against this machine's own limit.

    python benchmarks/ingest.py [--gigabytes 1] [--rounds 5] [--node]

The limit (SHA-256 + write + fdatasync of the same files, one after another in one thread, the bytes
already in memory) is measured just before each figure; what is shown is the median of the rounds. Each is
the second of two in a row: in a virtual machine the pages a load has just left are at hand for the next
like it, others must be asked of the host, at a third of the speed; as root, memory is put in order first.
Our server does more than the limit: it receives, walks through the archive, and keeps its state in a
database; ``bare_receiver`` (recv, SHA-256, write, fdatasync, same sender) is measured in turn with ours.
``OPENSSL_ia32cap=:~0x20000000`` before the command hides the processor's SHA instructions, as on a machine
that has none. Plis are sent by sendfile, so that the client costs little of the cores it shares with the
server. Each act waits, 20 s at most, until the machine is otherwise idle. ``--node``: also ``@tus/server``
doing the same durable, hashed work in turn with ours, installed by npm in a temporary folder.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from statistics import median
from typing import TypeAlias, TypeVar

from deposit_bench import (
    Watch,
    calm,
    free_port,
    machine_limit,
    make_plis,
    node,
    processor_seconds,
    resident_mb,
    send_all,
    show,
    tidy_memory,
    wait_for,
    workspace,
)
from verdict import at_least, at_most

T = TypeVar("T")
Plis: TypeAlias = list[tuple[Path, str]]
ENDPOINT = "/consultations/banc/depots"

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


def second(measure: Callable[[], T]) -> T:
    """The second of two measures in a row."""
    measure()
    calm()
    return measure()


def rates(port: int, endpoint: str, plis: Plis, clients: int) -> tuple[float, float]:
    """(MB/s, slowest answer after a last byte)."""
    total = sum(path.stat().st_size for path, _ in plis)
    calm()
    began = time.perf_counter()
    results = send_all(port, endpoint, plis, clients)
    spent = time.perf_counter() - began
    return total / spent / (1 << 20), max(waited for _, waited in results)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--node", action="store_true")
    given = parser.parse_args()
    tidy_memory()
    with workspace() as folder:
        small = make_plis(folder / "small", 1, int(given.gigabytes * (1 << 30)) // 8)
        big = make_plis(folder / "big", 1, int(given.gigabytes * (1 << 30)))
        many = make_plis(folder / "many", 50, 20_000_000)
        loads = {f"1 × {given.gigabytes:g} Gio": (big, 1), "50 × 20 Mo": (many, 50)}
        limits: dict[str, list[float]] = {name: [] for name in loads}
        ours: dict[str, list[float]] = {name: [] for name in loads}
        of_limit: dict[str, list[float]] = {name: [] for name in loads}
        theirs: dict[str, list[float]] = {name: [] for name in loads}
        of_node: dict[str, list[float]] = {name: [] for name in loads}
        of_bare: dict[str, list[float]] = {name: [] for name in loads}
        costs: dict[str, list[float]] = {name: [] for name in loads}
        waits: dict[str, float] = dict.fromkeys(loads, 0.0)
        peaks: dict[str, int] = {}
        node_peaks: dict[str, int] = {}
        with (
            node(folder / "data") as (port, pid),
            bare_receiver(folder / "bare") as bare_port,
            node_server(folder / "node") if given.node else nullcontext((0, 0)) as (node_port, node_pid),
        ):
            rest = resident_mb(pid)
            flat = []
            for one in (small, big):  # before anything else has been held in memory
                watch = Watch(pid)
                rates(port, ENDPOINT, one, 1)
                flat.append(watch.stop())
            for _ in range(given.rounds):
                for name, (plis, clients) in loads.items():
                    sizes = [path.stat().st_size for path, _ in plis]
                    limits[name].append(second(partial(machine_limit, folder, sizes)))

                    def ours_once(plis: Plis = plis, clients: int = clients) -> tuple[float, float, float]:
                        spent = processor_seconds(pid)
                        rate, wait = rates(port, ENDPOINT, plis, clients)
                        spent = processor_seconds(pid) - spent
                        calm()
                        remove_files(folder / "data" / "store" / "plis")
                        return rate, wait, spent

                    watch = Watch(pid)
                    rate, wait, spent = second(ours_once)
                    peaks[name] = max(peaks.get(name, 0), watch.stop())
                    costs[name].append(spent / (sum(sizes) / (1 << 30)))
                    ours[name].append(rate)
                    of_limit[name].append(rate / limits[name][-1])
                    of_bare[name].append(rate / second(partial(rates, bare_port, "/", plis, clients))[0])
                    waits[name] = max(waits[name], wait)
                    if given.node:

                        def theirs_once(plis: Plis = plis, clients: int = clients) -> float:
                            rate, _ = rates(node_port, "/files", plis, clients)
                            remove_files(folder / "node" / "files")
                            return rate

                        watch = Watch(node_pid)
                        theirs[name].append(second(theirs_once))
                        node_peaks[name] = max(node_peaks.get(name, 0), watch.stop())
                        of_node[name].append(rate / theirs[name][-1])
        rows = []
        for name in loads:
            ratio = median(of_limit[name])
            rows += [
                (
                    f"Limite de la machine, {name} : SHA-256 + écriture + fdatasync",
                    f"{median(limits[name]):.0f} Mio/s",
                ),
                (
                    f"Réglo, {name}",
                    f"{median(ours[name]):.0f} Mio/s ; {ratio:.2f} de la limite ; {at_least(ratio, 0.9)}",
                ),
                (
                    "  contre le récepteur nu",
                    f"× {median(of_bare[name]):.2f} ; processeur du serveur {median(costs[name]):.1f} s/Gio",
                ),
                ("  mémoire (au repos, au plus)", f"{rest}, {peaks[name]} Mio ; {at_most(peaks[name], 150)}"),
                ("  dernier octet → réponse, au plus", f"{waits[name]:.2f} s"),
            ]
            if given.node:
                times = median(of_node[name])
                rows += [
                    (
                        f"  @tus/server, {name}",
                        f"{median(theirs[name]):.0f} Mio/s, {node_peaks[name]} Mio ; "
                        f"Réglo : {times:.2f} fois cela ; {at_least(times, 1)}",
                    )
                ]
        more = flat[1] - flat[0]
        rows += [("Mémoire d'un pli moins d'un huit fois plus petit", f"{more} Mio ; {at_most(more, 16)}")]
        show(rows)


def remove_files(folder: Path) -> None:
    """Give the room back between rounds, outside what is timed."""
    for path in folder.iterdir():
        path.unlink()


@contextmanager
def bare_receiver(place: Path) -> Iterator[int]:
    """``bare_receiver`` in its own process: its port."""
    place.mkdir()
    port = free_port()
    program = str(Path(__file__).with_name("bare_receiver.py"))
    process = subprocess.Popen([sys.executable, program, str(place), str(port)])
    try:
        wait_for(port)
        yield port
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def node_server(place: Path) -> Iterator[tuple[int, int]]:
    """``@tus/server`` in its own process: (port, process id)."""
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
    try:
        wait_for(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(10)


if __name__ == "__main__":
    main()
