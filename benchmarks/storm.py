"""A deadline storm: 1,000 plis of 1 MB on one consultation, as fast as the machine takes them.

    python benchmarks/storm.py [--plis 1000] [--senders 40]

Every one must be acknowledged with its receipt. Shows the slowest receipts after a last byte, the cost of
the last deposits against the first, and memory.
"""

from __future__ import annotations

import argparse
import http.client
import json
import threading
import time
from pathlib import Path
from statistics import median

from deposit_bench import Watch, make_plis, node, resident_mb, send, show, workspace
from verdict import at_most


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--plis", type=int, default=1000)
    parser.add_argument("--senders", type=int, default=40)
    given = parser.parse_args()
    with workspace() as folder:
        plis = make_plis(folder / "plis", given.plis, 1_000_000)
        first = make_plis(folder / "first", 40, 1_000_000)
        after = make_plis(folder / "after", 40, 1_000_000)
        with node(folder / "data") as (port, pid):
            rest, watch = resident_mb(pid), Watch(pid)
            alone_before = [one(port, *pli)[1] for pli in first]
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
            spent = time.perf_counter() - began
            alone_after = [one(port, *pli)[1] for pli in after]
            peak = watch.stop()
        receipts = sorted(waited for _, _, waited in results)
        p99, before, later = receipts[int(len(receipts) * 0.99)], median(alone_before), median(alone_after)
        show(
            [
                ("Plis reçus avec leur reçu", f"{len(results)} sur {given.plis}"),
                ("Cadence", f"{len(results) / spent:.0f} plis/s, {given.senders} déposants à la fois"),
                (
                    "Dernier octet → reçu, médiane, p99, au plus",
                    f"{median(receipts):.3f} s, {p99:.3f} s, {receipts[-1]:.3f} s ; p99 : {at_most(p99, 2)}",
                ),
                (
                    f"Un dépôt seul, avant puis après les {given.plis}",
                    f"{before * 1000:.1f} ms, {later * 1000:.1f} ms : × {later / before:.2f} ; "
                    + at_most(later / before, 1.1),
                ),
                ("Mémoire au repos, au plus", f"{rest} Mio, {peak} Mio ; {at_most(peak, 150)}"),
            ]
        )


if __name__ == "__main__":
    main()
