"""``kill -9`` of the server, of the database, of the sender (V1): at each step, at any byte, at any moment.

Whatever dies, nothing acknowledged is lost, nothing is invented, and the pli is resumed or wholly in.
A seeded sample always runs; the whole campaign is ``script/test --long``.
"""

from __future__ import annotations

import contextlib
import json
import random
import subprocess
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import httpx
import pytest
from tests.deposit.conftest import Open
from tests.deposit.deaths import lives
from tests.deposit.node_process import FORKS, run_command
from tests.deposit.support import CHUNK, REFERENCE, TUS, Pli, Server, creation, envelope, make_pli, seeded

from reglo.deposit.acts import Platform
from reglo.deposit.database import Embedded
from reglo.deposit.journal_export import read_journal
from reglo.sealing.journal import verify_export
from reglo.sealing.receipt import Receipt

# what the server does of a pli, in order; each ends a piece of work that may or may not count
STEPS = (
    "attempts.create 1",
    "acts.create_upload 1",
    "store.save_attempt 1",
    "store.save_attempt 2",
    "LocalWriter.start 1",
    "LocalWriter.start 2",
    "LocalWriter.write 1",
    "LocalWriter.write 2",
    "LocalWriter.flush 1",
    "LocalWriter.flush 2",
    "acts.keep_bytes 1",
    "acts.keep_bytes 2",
    "acts.complete_deposit 1",
    "store.record 1",
    "store.record 2",
    "store.end_attempt 1",
    "store.end_attempt 2",
    "Receiving.finish 1",
    "Receiving.finish 2",
    "Together._commit 1",
    "Together._commit 2",
    "Receiving.close 1",
    "receipts.settle_uploads 1",
    "receipts.settle_uploads 2",
    "LocalStorage.settle 1",
    "receipts.stamp_deposits 1",
    "receipts.stamp_deposits 2",
)
# what the sender does, in order
SENDER_STEPS = (
    "Sending.announced 1",
    "Sending.begin 1",
    "Sending._ask 1",
    "Sending._ask 2",
    "Sending._ask 3",
    "Sending._ask 4",
    "Sending._ask 5",
    "sending.write_state 1",
    "Path.replace 1",
    "Path.replace 2",
    "Path.replace 3",
    "Sending.send 1",
    "Sending.receipt 1",
    "deposit._keep 1",
    "sending.completed 1",
)
Count = Callable[[str, object], None]


def orders(steps: Iterable[str]) -> list[str]:
    """Just before and just after each step."""
    return [f"{when} {step}" for step, when in product(steps, ("before", "after"))]


class Sender:
    """A sender that remembers all it was promised."""

    def __init__(self, server: Server, pli: Pli) -> None:
        self.server, self.pli = server, pli
        self.where = ""
        self.promised = 0  # the highest offset acknowledged

    def try_once(self, dice: random.Random) -> bool:
        """Send until done or until the server, or its database, is away. Whether the pli is wholly in."""
        try:
            with self.server.client() as client:
                if not self.where:
                    made = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(self.pli))
                    if made.status_code != 201:
                        return False
                    self.where = made.headers["location"]
                while True:
                    asked = client.head(self.where, headers=TUS)
                    if asked.status_code == 503:
                        return False
                    assert asked.status_code == 200, "an upload that was promised exists"
                    offset = int(asked.headers["upload-offset"])
                    assert offset >= self.promised, "an acknowledged byte was lost"
                    self.promised = offset
                    if offset == len(self.pli.data):
                        return True
                    size = dice.choice((1, 700, 40_000, 300_000)) if offset else 700  # two chunks at least
                    sent = client.patch(
                        self.where,
                        headers={**CHUNK, "Upload-Offset": str(offset)},
                        content=self.pli.data[offset : offset + size],
                    )
                    if sent.status_code == 204:
                        self.promised = int(sent.headers["upload-offset"])
        except httpx.TransportError:
            return False

    def finish(self, dice: random.Random) -> Receipt:
        """Send the rest to a server in good health, and hold the receipt against the pli."""
        limit = time.monotonic() + 120
        while not self.try_once(dice):
            assert time.monotonic() < limit, "the server does not come back"
            time.sleep(0.1)
        with self.server.client() as client:
            answer = client.get(f"{self.where}/recu")
        receipt = Receipt.from_bytes(answer.content)
        assert receipt.statement.envelope_sha256 == self.pli.envelope
        return receipt


def check_whole(platform: Platform, data: Path, plis: list[Pli]) -> None:
    """Exactly the deposits that were sent, their bytes on disk, a journal whose chain holds."""
    with platform.pool.connection() as connection:
        rows = connection.execute("SELECT id, upload, envelope_sha256 FROM deposits").fetchall()
        head, lines = read_journal(connection)
        note = head.checkpoint("essai.test/journal").sign(platform.key)
        verdict = verify_export(list(lines), [note], platform.key.public)
    assert verdict.all_proved, verdict.findings
    assert sorted(row["envelope_sha256"] for row in rows) == sorted(pli.envelope for pli in plis), (
        "nothing invented"
    )
    for row in rows:
        found = list((data / "store").rglob(f"{row['upload']}.*"))
        assert [envelope(path.read_bytes()) for path in found] == [row["envelope_sha256"]]


@dataclass
class Campaign:
    """A server with its database, deaths ordered one after the other, and how many happened."""

    server: Server
    database: Embedded
    platform: Platform
    folder: Path
    plis: list[Pli] = field(default_factory=list)
    died: int = 0

    def new_pli(self, dice: random.Random) -> Pli:
        self.plis.append(make_pli(self.folder / str(len(self.plis)), (1500, dice.randrange(1, 90_000))))
        return self.plis[-1]

    def server_dies(self, order: str, seed: object) -> None:
        dice = seeded(f"{seed} {order}")
        sender = Sender(self.server, self.new_pli(dice))
        self.server.environment = {"TEST_DIE": order}
        self.server.start(patient=False)
        assert self.server.process is not None
        while not sender.try_once(dice) and self.server.process.is_alive():
            time.sleep(0.05)  # too busy to answer: asked again
        self.server.process.join(120)  # some steps come after the last byte
        assert not self.server.process.is_alive(), f"{order}: never reached"
        self.died += 1
        self.server.environment = {}
        self.server.start()
        receipt = sender.finish(dice)
        self.server.kill()
        self.only_one(receipt)

    def database_dies(self, order: str, seed: object) -> None:
        """The server lives on, says 503 meanwhile, and finds its database again, started by somebody else."""
        dice = seeded(f"{seed} {order}")
        sender = Sender(self.server, self.new_pli(dice))
        folder = Path(self.database.server.pgdata)
        self.server.environment = {"TEST_DIE": order, "TEST_VICTIM": str(folder)}
        self.server.start(patient=False)
        before = self.died
        nurse = threading.Thread(target=self.revive_once, args=(dice.random() / 2,))
        nurse.start()
        while not sender.try_once(dice) and nurse.is_alive():
            time.sleep(0.05)
        nurse.join()
        assert self.died > before, f"{order}: never reached"
        assert self.server.process is not None
        if not self.server.process.is_alive():  # no server begins without its database
            self.server.environment = {}
            self.server.start()
        receipt = sender.finish(dice)
        self.server.kill()
        self.only_one(receipt)

    def revive_once(self, delay: float) -> None:
        """Wait for the database to die, and start it again after a while."""
        postmaster = Path(self.database.server.pgdata) / "postmaster.pid"
        was, limit = number_in(postmaster), time.monotonic() + 120
        while lives(was) and time.monotonic() < limit:
            time.sleep(0.02)
        self.died += not lives(was)
        time.sleep(delay)
        while number_in(postmaster) in (was, 0) and time.monotonic() < limit:
            with contextlib.suppress(subprocess.SubprocessError):  # too slow to come back: asked again
                self.database.revive()  # the last of the family may still be dying
            time.sleep(0.05)

    def sender_dies(self, order: str, seed: object) -> None:
        """``reglo deposit`` run again after its death goes on, and brings the same receipt home."""
        dice = seeded(f"{seed} {order}")
        pli = self.new_pli(dice)
        path = self.folder / f"{pli.pli}.pli"
        path.write_bytes(pli.data)
        assert self.deposit(path, {"TEST_DIE": order}) == -9, f"{order}: never reached"
        self.died += 1
        kept = path.with_name(f"{path.name}.recu.json")
        if kept.exists():
            assert json.loads(kept.read_bytes())["receipt"]["envelope_sha256"] == pli.envelope
        assert self.deposit(path, {}) == 0, self.server.log.read_text()
        receipt = Receipt.from_bytes(kept.read_bytes())
        assert receipt.statement.envelope_sha256 == pli.envelope
        self.only_one(receipt)

    def deposit(self, path: Path, environment: dict[str, str]) -> int | None:
        url = f"{self.server.url}/consultations/{REFERENCE}"
        arguments = ["deposit", url, str(path), "--name", "Alice SARL", "--email", "alice@exemple.fr"]
        process = FORKS.Process(target=run_command, args=(arguments, environment, self.server.log))
        process.start()
        process.join(120)
        return process.exitcode

    def only_one(self, receipt: Receipt) -> None:
        with self.platform.pool.connection() as connection:
            rows = connection.execute(
                "SELECT id FROM deposits WHERE envelope_sha256 = %s", (receipt.statement.envelope_sha256,)
            ).fetchall()
        assert [row["id"] for row in rows] == [receipt.statement.id]

    def check(self, count: Count) -> None:
        self.server.stop()  # which moves no file any more
        check_whole(self.platform, self.server.data, self.plis)
        count("morts par kill -9", self.died)


@pytest.fixture
def campaign(
    server: Server, postgresql: Embedded, platform: Platform, consultation: Open, tmp_path: Path
) -> Campaign:
    consultation()
    return Campaign(server, postgresql, platform, tmp_path / "plis")


def number_in(postmaster: Path) -> int:
    try:
        return int(postmaster.read_text().split()[0])
    except (OSError, IndexError):
        return 0


def bytes_of(seed: object, count: int) -> list[str]:
    """Orders to die at bytes drawn anywhere in a pli of at least 20 kB."""
    dice = seeded(f"bytes {seed}")
    return [f"byte {dice.randrange(10_240)}" for _ in range(count)]


def test_the_server_dies_at_a_step_or_a_byte(campaign: Campaign, record_property: Count) -> None:
    for order in (*orders(STEPS)[5::7], *bytes_of("server", 3)):
        campaign.server_dies(order, "sample")
    campaign.check(record_property)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("step", STEPS)
def test_the_server_dies_before_and_after_every_step_three_times(
    campaign: Campaign, record_property: Count, step: str, seed: int
) -> None:
    for order in orders([step]):
        campaign.server_dies(order, seed)
    campaign.check(record_property)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_the_server_dies_at_two_hundred_random_bytes(
    campaign: Campaign, record_property: Count, seed: int
) -> None:
    for order in bytes_of(seed, 10):
        campaign.server_dies(order, seed)
    campaign.check(record_property)


def test_the_database_dies_at_a_step_or_a_byte(campaign: Campaign, record_property: Count) -> None:
    for order in ("after acts.keep_bytes 1", "before store.end_attempt 2", "byte 4321"):
        campaign.database_dies(order, "sample")
    campaign.check(record_property)


@pytest.mark.long
@pytest.mark.parametrize("step", STEPS)
def test_the_database_dies_before_and_after_every_step(
    campaign: Campaign, record_property: Count, step: str
) -> None:
    for order in orders([step]):
        campaign.database_dies(order, 0)
    campaign.check(record_property)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_the_database_dies_at_fifty_random_bytes(
    campaign: Campaign, record_property: Count, seed: int
) -> None:
    for order in bytes_of(seed, 5):
        campaign.database_dies(order, seed)
    campaign.check(record_property)


def test_the_sender_dies_at_a_step_or_a_byte(campaign: Campaign, record_property: Count) -> None:
    campaign.server.start()
    for order in (*orders(SENDER_STEPS)[4::8], *bytes_of("sender", 2)):
        campaign.sender_dies(order, "sample")
    campaign.check(record_property)


@pytest.mark.long
@pytest.mark.parametrize("step", SENDER_STEPS)
def test_the_sender_dies_before_and_after_every_step_twice(
    campaign: Campaign, record_property: Count, step: str
) -> None:
    campaign.server.start()
    for seed in range(2):
        for order in orders([step]):
            campaign.sender_dies(order, seed)
    campaign.check(record_property)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_the_sender_dies_at_a_hundred_random_bytes(
    campaign: Campaign, record_property: Count, seed: int
) -> None:
    campaign.server.start()
    for order in bytes_of(f"sender {seed}", 10):
        campaign.sender_dies(order, seed)
    campaign.check(record_property)


def kill_at_random_moments(campaign: Campaign, *, runs: int, seed: int) -> None:
    """A server killed again and again, three senders resuming at each start."""
    dice, server = seeded(seed), campaign.server
    senders = [Sender(server, campaign.new_pli(dice)) for _ in range(3)]
    for _ in range(runs):
        server.start()
        tries = [threading.Thread(target=sender.try_once, args=(dice,)) for sender in senders]
        for each in tries:
            each.start()
        time.sleep(dice.random() * 0.06)
        server.kill()
        campaign.died += 1
        for each in tries:
            each.join()
    server.start()
    for sender in senders:
        campaign.only_one(sender.finish(dice))


def test_the_server_is_killed_at_random_moments(campaign: Campaign, record_property: Count) -> None:
    kill_at_random_moments(campaign, runs=6, seed=1)
    campaign.check(record_property)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 22))
def test_the_server_is_killed_two_hundred_times_at_random_moments(
    campaign: Campaign, record_property: Count, seed: int
) -> None:
    kill_at_random_moments(campaign, runs=10, seed=seed)
    campaign.check(record_property)
