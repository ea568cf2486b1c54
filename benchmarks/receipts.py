"""How many receipts are verified per second. Run by hand: ``.venv/bin/python benchmarks/receipts.py``.

Each receipt is the depositor's copy, read from its bytes: four Ed25519 signatures, an inclusion proof in a
journal of 100,000 entries, an RFC 3161 token up to its authority. Times are of one processor, so that
other work on the machine does not count. Also: the journal written and
its export verified, tokens given by the local authority, and a receipt of 10,000 sealed files.
"""

from __future__ import annotations

import hashlib
import resource
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.sealing.platform import ORIGIN, busy_platform
from verdict import at_least

from reglo.adapters.timestamp.local import LocalAuthority
from reglo.exports.documents import to_pdf
from reglo.exports.receipt_document import receipt_document
from reglo.sealing import token
from reglo.sealing.journal import verify_export
from reglo.sealing.receipt import Receipt
from reglo.sealing.receipt_checks import verify


def timed(label: str, count: int, work: Callable[[], object], unit: str = "/s") -> float:
    """The best of three runs, said in one line."""
    best = min(_once(work) for _ in range(3))
    print(f"{label:58} {count / best:12,.0f} {unit}".replace(",", "\u202f"))
    return count / best


def _once(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def all_of(results: Iterable[bool]) -> None:
    assert all(results)


def main() -> int:
    entries = 100_000
    start = time.process_time()
    platform = busy_platform(entries)
    print(
        f"{'Entrées de journal écrites':58} {entries / (time.process_time() - start):12,.0f} /s".replace(
            ",", " "
        )
    )
    receipts = []
    for number in range(200):
        name = hashlib.sha256(str(number).encode()).hexdigest()[:32]
        receipts.append(
            platform.completed(platform.receipt(platform.statement(blobs=20, id=name))).to_bytes()
        )
    keys, authorities = [platform.key.public], [platform.authority.ca]

    def verified(data: bytes) -> bool:
        return verify(Receipt.from_bytes(data), keys=keys, authorities=authorities).all_proved

    rate = timed(
        "Reçus vérifiés (20 fichiers scellés et 18 documents)", 200, lambda: all_of(map(verified, receipts))
    )
    note = platform.checkpoint()
    export = platform.lines
    timed(
        "Entrées d'un export de journal vérifiées",
        len(export),
        lambda: all_of([verify_export(export, [note], platform.key.public, ORIGIN).all_proved]),
    )
    authority = LocalAuthority.create(organisation="Mesure", now=lambda: datetime.now(UTC) - timedelta(1))
    authority = authority.at(lambda: datetime.now(UTC))
    asked = token.request(b"mesure").der
    timed("Jetons donnés par l'autorité locale", 500, lambda: [authority.answer(asked) for _ in range(500)])

    large = platform.statement(blobs=10_000, id="f" * 32)
    whole = platform.completed(platform.receipt(replace(large, journal_index=platform.head.tree.size)))
    data = whole.to_bytes()
    print(f"Reçu de 10 000 fichiers scellés : {len(data) / 1e6:.1f} Mo")
    timed("  vérifié", 1, lambda: all_of([verified(data)]), "/s")
    print(f"  PDF dessiné en {_once(lambda: to_pdf(receipt_document(whole))):.1f} s")
    print(f"Mémoire la plus haute : {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} Mo")
    print(
        f"{'Reçus vérifiés par seconde':58} {rate:12,.0f}    {at_least(rate, 500)}".replace(",", "\u202f", 1)
    )
    return 0 if rate >= 500 else 1


if __name__ == "__main__":
    sys.exit(main())
