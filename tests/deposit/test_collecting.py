"""The plis brought out of the store for the opening: after the deadline, one file each, the rest said."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import pytest
from tests.deposit.conftest import Open
from tests.deposit.s3_server import S3
from tests.deposit.support import REFERENCE, Pli, Server, in_hours, make_pli, send
from tests.deposit.test_court_cases import Play, paris

from reglo.adapters.storage import open_storage
from reglo.cli.opening_register import before_opening
from reglo.deposit.acts import Platform
from reglo.deposit.clock import ReferenceClock
from reglo.deposit.collecting import Collected, collect_plis
from reglo.procurement.findings import Refused
from reglo.sealing.age import Identity
from reglo.sealing.bid_opening import open_pli

NOON = paris("2026-02-18 12:00:00")
EARLY = NOON - timedelta(hours=2)
IDENTITIES = {"bid/1": Identity(b"\2" * 32)}


def at(instant: datetime) -> ReferenceClock:
    """The reference clock of another day."""
    return ReferenceClock(lambda: instant, lambda: instant.timestamp(), lambda: 0.0)


def collect(platform: Platform, folder: Path, instant: datetime = NOON + timedelta(minutes=1)) -> Collected:
    return collect_plis(
        platform.pool, platform.storage, at(instant), consultation=REFERENCE, folder=folder / "plis"
    )


@pytest.fixture
def play(platform: Platform) -> Play:
    return Play(platform)


def test_what_is_collected_opens_and_the_register_says_where_every_other_pli_is(
    play: Play, consultation: Open, pli: Pli, tmp_path: Path
) -> None:
    consultation(NOON, deadline_inclusive=False)
    first, token = play.deposit(pli, EARLY, EARLY)
    second_pli = make_pli(tmp_path / "second")
    second, _ = play.deposit(second_pli, EARLY, EARLY + timedelta(minutes=1), replaces=token)
    late, _ = play.deposit(make_pli(tmp_path / "late"), NOON, NOON)
    play.at(NOON + timedelta(minutes=1))
    found = collect(play.platform, tmp_path)
    assert found.findings == ()
    [path] = (tmp_path / "plis").iterdir()
    assert path.read_bytes() == second_pli.data
    opened = open_pli(path, IDENTITIES, tmp_path / "out")
    assert (len(opened.documents), opened.findings) == (2, ())
    register = json.loads(found.register())["deposits"]
    assert [(each["receipt"], each["state"], each["file"]) for each in register] == [
        (first.id, "replaced", ""),
        (second.id, "received", path.name),
        (late.id, "late", ""),
    ]
    with play.platform.pool.connection() as connection:
        row = connection.execute("SELECT line FROM journal WHERE act = 'plis.collected'").fetchone()
    assert row is not None
    facts = json.loads(row["line"])["facts"]
    digest = sha256(found.register()).hexdigest()
    assert facts == {"deposits": 3, "files": 1, "register_sha256": digest}


def test_two_plis_of_one_sender_without_a_replacement_are_told(
    play: Play, consultation: Open, pli: Pli, tmp_path: Path
) -> None:
    """R.2151-6: which one counts is a person's decision, before anything opens."""
    consultation(NOON)
    play.deposit(pli, EARLY, EARLY)
    play.deposit(make_pli(tmp_path / "second"), EARLY, EARLY + timedelta(minutes=1))
    collected = collect(play.platform, tmp_path)
    [found] = collected.findings
    assert (found.code, found.weight.value, found.facts["count"]) == ("DEPOT-43", "to_check", 2)
    first, second = json.loads(collected.register())["deposits"]
    assert (first["same_depositor"], second["same_depositor"]) == ([second["receipt"]], [first["receipt"]])
    plis = sorted((tmp_path / "plis").iterdir())
    assert len(plis) == 2
    (tmp_path / "plis" / "registre.json").write_bytes(collected.register())
    [again] = before_opening(plis)
    assert (again.code, again.facts["count"]) == ("DEPOT-43", 2)
    assert list(before_opening(plis[:1])) == []  # the one a person chose
    damaged = bytearray(plis[0].read_bytes())
    damaged[:600] = bytes(600)  # no header to read any more, of the same size
    plis[0].write_bytes(damaged)
    assert list(before_opening(plis)) == []  # opening it says what is wrong with it


def test_before_the_deadline_not_even_their_number_is_told(
    play: Play, consultation: Open, pli: Pli, tmp_path: Path
) -> None:
    consultation(NOON)
    play.deposit(pli, EARLY, EARLY)
    with pytest.raises(Refused, match="un pli peut encore arriver") as refused:
        collect(play.platform, tmp_path, NOON)  # a bid of that very instant is on time
    assert [finding.code for finding in refused.value.findings] == ["DEPOT-41"]
    assert not (tmp_path / "plis").exists()


def test_a_backup_copy_is_no_pli(
    server: Server, consultation: Open, pli: Pli, platform: Platform, tmp_path: Path
) -> None:
    consultation(electronic_copy_allowed=True)
    server.start()
    with server.client() as client:
        send(client, pli, kind="backup_copy")
    assert collect(platform, tmp_path, in_hours(2)).deposits == ()


def test_a_pli_that_is_no_longer_the_one_received_is_told_and_not_given(
    play: Play, consultation: Open, pli: Pli, tmp_path: Path
) -> None:
    consultation(NOON)
    deposit, _ = play.deposit(pli, EARLY, EARLY)
    [kept] = [path for path in (tmp_path / "data" / "store").rglob("*") if path.is_file()]
    place = pli.data.index(b"age-encryption.org")
    for changed, why in (
        (pli.data[:place] + b"A" + pli.data[place + 1 :], f"le reçu dit {deposit.envelope_sha256}"),
        (pli.data[:-1] + b"x", "son archive n'est pas, à l'octet près"),
    ):
        kept.write_bytes(changed)
        found = collect(play.platform, tmp_path)
        assert [finding.code for finding in found.findings] == ["DEPOT-42"]
        assert why in found.findings[0].cause_text
    assert list((tmp_path / "plis").iterdir()) == []
    kept.write_bytes(pli.data[:-1])  # cut
    assert "des octets reçus manquent" in collect(play.platform, tmp_path).findings[0].cause_text


def test_plis_kept_as_objects_become_one_file_each(
    server: Server,
    consultation: Open,
    pli: Pli,
    platform: Platform,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An S3 service holds a pli in parts; the opening reads a file."""
    s3 = S3()
    s3.start()
    try:
        place = f"{s3.new_bucket()}/plis"
        consultation()
        server.environment = {**s3.environment, "TEST_STORAGE": place}
        server.start()
        with server.client() as client:
            send(client, pli, chunk=20_000)
        for name, value in s3.environment.items():
            monkeypatch.setenv(name, value)
        platform.storage = open_storage(place)
        found = collect(platform, tmp_path, in_hours(2))
    finally:
        s3.stop()
    [path] = (tmp_path / "plis").iterdir()
    assert path.read_bytes() == pli.data
    assert len(open_pli(path, IDENTITIES, tmp_path / "out").documents) == 2
    assert [kept.file for kept in found.deposits] == [path.name]


def read_by(fifo: Path, process: subprocess.Popen[bytes]) -> BinaryIO:
    """The writing end, once the process reads the other."""
    while True:
        with contextlib.suppress(OSError):  # nobody reads it yet
            return os.fdopen(os.open(fifo, os.O_WRONLY | os.O_NONBLOCK), "wb")
        assert process.poll() is None, "it ended before reading"
        time.sleep(0.02)


def test_a_collection_cut_short_leaves_no_pli_that_would_pass_for_all_of_them(
    play: Play, consultation: Open, urls: tuple[str, str], pli: Pli, tmp_path: Path
) -> None:
    yesterday = datetime.now(UTC) - timedelta(days=1)
    consultation(yesterday)
    play.deposit(pli, yesterday - timedelta(hours=3), yesterday - timedelta(hours=2))
    store = tmp_path / "data" / "store"
    held = {path for path in store.rglob("*") if path.is_file()}
    second = make_pli(tmp_path / "second")
    play.deposit(second, yesterday - timedelta(hours=3), yesterday - timedelta(hours=1))
    [stuck] = {path for path in store.rglob("*") if path.is_file()} - held
    stuck.unlink()
    os.mkfifo(stuck)  # a disk that answers no more
    out = tmp_path / "plis"
    command = [Path(sys.executable).with_name("reglo"), "collect", REFERENCE, "--storage", store, "-o", out]
    running = subprocess.Popen(command, stderr=subprocess.PIPE, env={**os.environ, "DATABASE_URL": urls[0]})
    with read_by(stuck, running):  # the first pli is out, the second is being read
        assert len(list(out.glob("*.pli"))) == 1
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=300)
    assert running.returncode == 130
    assert said.decode() == "Interrompu : aucun fichier n'a été laissé à moitié écrit.\n"
    assert list(out.iterdir()) == []  # the same command may be given again
