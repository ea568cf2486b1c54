"""A deadline storm: 1,000 plis of 1 MB on one consultation, as fast as the machine takes them.

    python benchmarks/storm.py [--plis 1000] [--senders 40]

Every one must be acknowledged with its receipt. Shows the slowest receipts after a last byte, memory, and
what a deposit sent alone costs a node that holds them all against a node that holds few: its time, and the
processor seconds of the server and its database. The two nodes are measured in turn, by blocks of 25, and the
ratios are the medians of these pairs, so that what else the machine does weighs on both; 40 deposits go to
each before, uncounted: a server's first ones also load its code and plan its queries.
"""

from __future__ import annotations

import argparse
import http.client
import json
import threading
import time
from pathlib import Path
from statistics import median

import psutil
from deposit_bench import Watch, calm, make_plis, node, processor_seconds, resident_mb, send, show, workspace
from verdict import at_most

BLOCK = 25  # deposits measured together: processor seconds are counted by hundredths


def one(port: int, pli: Path, digest: str) -> tuple[float, float, float]:
    """Deposit and fetch the receipt: (end, seconds in all, seconds from last byte to receipt)."""
    began = time.perf_counter()
    path, waited = send(port, "/consultations/banc/depots", pli, digest)
    answered = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", f"{path}/recu")
    answer = connection.getresponse()
    receipt = json.loads(answer.read())
    connection.close()
    assert receipt["receipt"]["timeliness"] == "on_time"
    end = time.perf_counter()
    return end, end - began, waited + end - answered


def spent(server: int, data: Path) -> float:
    """Processor seconds of the server and its database, so far."""
    postmaster = int((data / "postgresql" / "postmaster.pid").read_text(encoding="ascii").split()[0])
    database = psutil.Process(postmaster)
    ended = database.cpu_times()  # its children that are no more
    living = [postmaster, *(child.pid for child in database.children())]
    return (
        processor_seconds(server)
        + ended.children_user
        + ended.children_system
        + sum(processor_seconds(pid) for pid in living)
    )


def alone(port: int, server: int, data: Path, plis: list[tuple[Path, str]]) -> tuple[float, float]:
    """Deposits one after another: (median seconds, mean processor seconds) of one."""
    before = spent(server, data)
    times = [one(port, *pli)[1] for pli in plis]
    return median(times), (spent(server, data) - before) / len(plis)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plis", type=int, default=1000)
    parser.add_argument("--senders", type=int, default=40)
    given = parser.parse_args()
    with workspace() as folder:
        plis = make_plis(folder / "plis", given.plis, 1_000_000)
        warming, alike = (
            make_plis(folder / name, count, 1_000_000) for name, count in (("warming", 40), ("alike", 200))
        )
        with node(folder / "few") as (few_port, few_pid), node(folder / "data") as (port, pid):
            rest, watch = resident_mb(pid), Watch(pid)
            for pli in warming:
                one(few_port, *pli)
                one(port, *pli)
            results: list[tuple[float, float, float]] = []
            left, lock = list(reversed(plis)), threading.Lock()

            def work() -> None:
                while True:
                    with lock:
                        if not left:
                            return
                        pli = left.pop()
                    done = one(port, *pli)
                    with lock:
                        results.append(done)

            began = time.perf_counter()
            threads = [threading.Thread(target=work) for _ in range(given.senders)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            lasted = time.perf_counter() - began
            pairs = []
            for start in range(0, len(alike), BLOCK):
                plis = alike[start : start + BLOCK]
                calm(5)
                few = alone(few_port, few_pid, folder / "few", plis)
                pairs.append((few, alone(port, pid, folder / "data", plis)))
            peak = watch.stop()
        receipts = sorted(waited for _, _, waited in results)
        p99 = receipts[int(len(receipts) * 0.99)]
        (before, cost_before), (later, cost_later) = (
            [median(column) for column in zip(*side, strict=True)] for side in zip(*pairs, strict=True)
        )
        slower, dearer = (median(many[each] / few[each] for few, many in pairs) for each in (0, 1))
        show(
            [
                ("Plis reçus avec leur reçu", f"{len(results)} sur {given.plis}"),
                ("Cadence", f"{len(results) / lasted:.0f} plis/s, {given.senders} déposants à la fois"),
                (
                    "Dernier octet → reçu, médiane, p99, au plus",
                    f"{median(receipts):.3f} s, {p99:.3f} s, {receipts[-1]:.3f} s ; p99 : {at_most(p99, 2)}",
                ),
                (
                    f"Un dépôt seul, nœud qui en a peu, puis {given.plis}",
                    f"{before * 1000:.1f} ms, {later * 1000:.1f} ms : × {slower:.2f} ; "
                    + at_most(slower, 1.1),
                ),
                (
                    "  ce qu'il coûte de processeur au serveur et à sa base",
                    f"{cost_before * 1000:.1f} ms, {cost_later * 1000:.1f} ms : × {dearer:.2f} ; "
                    + at_most(dearer, 1.1),
                ),
                ("Mémoire au repos, au plus", f"{rest} Mio, {peak} Mio ; {at_most(peak, 150)}"),
            ]
        )


if __name__ == "__main__":
    main()
