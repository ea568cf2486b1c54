"""Faults on purpose (V1): whatever dies, and whenever, nothing acknowledged is lost and nothing is invented.

A seeded sample always runs; the whole campaign is ``script/test --long``.
"""

from __future__ import annotations

import hashlib
import random
import threading
import time
from pathlib import Path

import httpx
import pytest
from tests.deposit.conftest import Open
from tests.deposit.support import CHUNK, REFERENCE, TUS, Pli, Server, creation, make_pli, seeded

from reglo.deposit.acts import Platform
from reglo.sealing.receipt import Receipt

# what a chunk does, in order; the server dies just before or just after each
STEPS = [
    f"{when} {step}"
    for step in (
        "store.begin_attempt",
        "LocalWriter.start",
        "LocalWriter.write",
        "LocalWriter.flush",
        "acts.keep_bytes",
        "acts.complete_deposit",
        "store.record",
        "store.end_attempt",
        "receipts.settle_uploads",
        "receipts.stamp_deposits",
    )
    for when in ("before", "after")
]


class Sender:
    """A sender that remembers all it was promised."""

    def __init__(self, server: Server, pli: Pli) -> None:
        self.server, self.pli = server, pli
        self.where = ""
        self.promised = 0  # the highest offset acknowledged

    def try_once(self, dice: random.Random, *, limit: int | None = None) -> bool:
        """Send until done, ``limit`` bytes, or the server dies. Whether the pli is wholly in."""
        try:
            with self.server.client() as client:
                if not self.where:
                    made = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(self.pli))
                    if made.status_code != 201:
                        return False
                    self.where = made.headers["location"]
                while True:
                    asked = client.head(self.where, headers=TUS)
                    assert asked.status_code == 200, "an upload that was promised exists"
                    offset = int(asked.headers["upload-offset"])
                    assert offset >= self.promised, "an acknowledged byte was lost"
                    self.promised = offset
                    if offset == len(self.pli.data):
                        return True
                    size = dice.choice((1, 700, 40_000, 300_000))
                    sent = client.patch(
                        self.where,
                        headers={**CHUNK, "Upload-Offset": str(offset)},
                        content=self.pli.data[offset : offset + size],
                    )
                    if sent.status_code == 204:
                        self.promised = int(sent.headers["upload-offset"])
                    if limit is not None and self.promised >= limit:
                        return False
        except httpx.TransportError:
            return False

    def finish(self, dice: random.Random) -> Receipt:
        """Send the rest to a server in good health, and hold the receipt against the pli."""
        for _ in range(20):
            if self.try_once(dice):
                break
            time.sleep(0.1)
        with self.server.client() as client:
            answer = client.get(f"{self.where}/recu")
        receipt = Receipt.from_bytes(answer.content)
        assert receipt.statement.sha256 == self.pli.sha256
        return receipt


def check_whole(platform: Platform, data: Path, receipts: list[Receipt], plis: list[Pli]) -> None:
    """Exactly the deposits that were sent, their bytes on disk, a journal in order."""
    with platform.pool.connection() as connection:
        rows = connection.execute("SELECT id, upload, sha256 FROM deposits").fetchall()
        indexes = [row["index"] for row in connection.execute("SELECT index FROM journal ORDER BY index")]
    assert indexes == list(range(len(indexes)))
    assert {row["id"] for row in rows} == {receipt.statement.id for receipt in receipts}, "nothing invented"
    assert sorted(row["sha256"] for row in rows) == sorted(pli.sha256 for pli in plis)
    for row in rows:
        found = list((data / "store").rglob(f"{row['upload']}.*"))
        assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in found] == [row["sha256"]]


def die_at(server: Server, platform: Platform, pli: Pli, step: str, number: int) -> None:
    """One run: the server dies at a step, starts again, and the pli is wholly in, once."""
    dice = seeded(number)
    server.environment = {"TEST_DIE": f"{step} {dice.choice((1, 1, 2))}"}
    server.start(patient=False)
    sender = Sender(server, pli)
    sender.try_once(dice)
    server.kill()
    server.environment = {}
    server.start()
    receipt = sender.finish(dice)
    server.kill()
    with platform.pool.connection() as connection:
        rows = connection.execute("SELECT id FROM deposits WHERE pli = %s", (pli.pli,)).fetchall()
    assert [row["id"] for row in rows] == [receipt.statement.id]


@pytest.mark.parametrize(
    "step", [step for number, step in enumerate(STEPS) if number in (2, 5, 7, 10, 13, 16)]
)
def test_the_server_dies_at_a_step(
    server: Server, platform: Platform, consultation: Open, pli: Pli, step: str
) -> None:
    consultation()
    die_at(server, platform, pli, step, STEPS.index(step))
    check_whole(platform, server.data, _receipts(platform), [pli])


@pytest.mark.long
@pytest.mark.parametrize("step", STEPS)
def test_the_server_dies_at_every_step(
    server: Server, platform: Platform, consultation: Open, tmp_path: Path, step: str
) -> None:
    consultation()
    plis = []
    for number in range(8):
        plis.append(make_pli(tmp_path / str(number), (1500, 60_000)))
        die_at(server, platform, plis[-1], step, 100 + number)
    server.start()
    check_whole(platform, server.data, _receipts(platform), plis)


def _receipts(platform: Platform) -> list[Receipt]:
    with platform.pool.connection() as connection:
        rows = connection.execute("SELECT receipt FROM deposits").fetchall()
    return [Receipt.from_bytes(row["receipt"].encode()) for row in rows]


def kill_at_random(server: Server, platform: Platform, folder: Path, *, runs: int, seed: int) -> None:
    """A server killed again and again at random moments, three senders resuming at each start."""
    dice = seeded(seed)
    plis = [make_pli(folder / str(number), (dice.randrange(1, 400_000), 3000)) for number in range(3)]
    senders = [Sender(server, pli) for pli in plis]
    for _ in range(runs):
        server.start()
        tries = [threading.Thread(target=sender.try_once, args=(dice,)) for sender in senders]
        for each in tries:
            each.start()
        time.sleep(dice.random() * 0.06)
        server.kill()
        for each in tries:
            each.join()
    server.start()
    receipts = [sender.finish(dice) for sender in senders]
    check_whole(platform, server.data, receipts, plis)


def test_the_server_is_killed_at_random_moments(
    server: Server, platform: Platform, consultation: Open, tmp_path: Path
) -> None:
    consultation()
    kill_at_random(server, platform, tmp_path, runs=6, seed=1)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 52))
def test_the_server_is_killed_five_hundred_times(
    server: Server, platform: Platform, consultation: Open, tmp_path: Path, seed: int
) -> None:
    consultation()
    kill_at_random(server, platform, tmp_path, runs=10, seed=seed)
