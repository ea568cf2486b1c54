"""Stores: a local directory, a real S3 server, and both failing in the middle of a chunk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from tests.deposit.conftest import Open
from tests.deposit.s3_server import S3, Failure, SeaweedFS
from tests.deposit.support import (
    CHUNK,
    REFERENCE,
    TUS,
    Pli,
    Server,
    creation,
    finished,
    resume,
    seeded,
    send,
    settled,
)

from reglo.adapters.storage import Busy, Part, Storage, StorageFailed, open_storage
from reglo.deposit import acts, store
from reglo.deposit.acts import Platform
from reglo.deposit.receiving import HashStates, Receiving

UPLOAD = "ab" * 16


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    server = S3()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def seaweedfs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeaweedFS]:
    server = SeaweedFS(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(params=["local", "s3", "seaweedfs"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Storage:
    if request.param == "local":
        return open_storage(str(tmp_path / "store"))
    s3: S3 | SeaweedFS = request.getfixturevalue(request.param)
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    return open_storage(f"{s3.new_bucket()}/plis")


def write(storage: Storage, offset: int, *pieces: bytes) -> tuple[Part, ...]:
    writer = storage.writer(UPLOAD)
    writer.start(offset)
    parts: tuple[Part, ...] = ()
    for piece in pieces:
        writer.write(piece)
        parts += writer.flush()
    writer.close()
    return parts


def test_what_was_flushed_is_read_back_by_any_range(storage: Storage) -> None:
    data = os.urandom(300_000)
    parts = write(storage, 0, data[:100_000], data[100_000:100_001])
    parts += write(storage, 100_001, data[100_001:])
    for start, end in ((0, 300_000), (99_999, 100_003), (100_000, 100_001), (5, 5), (299_999, 300_000)):
        assert b"".join(storage.read(UPLOAD, parts, start, end)) == data[start:end]
    with pytest.raises(StorageFailed):
        b"".join(storage.read(UPLOAD, parts, 0, 300_001))


def test_bytes_never_flushed_do_not_come_back(storage: Storage) -> None:
    parts = write(storage, 0, b"a" * 1000)
    writer = storage.writer(UPLOAD)
    writer.start(1000)
    writer.write(b"lost" * 500)
    writer.close()
    parts += write(storage, 1000, b"b" * 1000)
    assert b"".join(storage.read(UPLOAD, parts, 0, 2000)) == b"a" * 1000 + b"b" * 1000


def test_what_is_deleted_is_gone(storage: Storage) -> None:
    parts = write(storage, 0, b"a" * 1000)
    storage.delete(UPLOAD, parts)
    storage.delete(UPLOAD, parts)
    with pytest.raises(StorageFailed):
        b"".join(storage.read(UPLOAD, parts, 0, 1000))


def test_a_local_upload_has_one_writer_at_a_time(tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path))
    writer = storage.writer(UPLOAD)
    with pytest.raises(Busy):
        storage.writer(UPLOAD)
    writer.close()
    storage.writer(UPLOAD).close()


def test_who_comes_after_the_last_byte_takes_nothing_from_the_pli(tmp_path: Path) -> None:
    """One that asked before the last byte came, and opens the file after it was settled: the pli stays,
    though it be settled again, as by another node or after a death."""
    storage = open_storage(str(tmp_path))
    parts = write(storage, 0, b"a" * 1000)
    storage.settle(UPLOAD)
    storage.writer(UPLOAD).close()
    storage.settle(UPLOAD)
    assert b"".join(storage.read(UPLOAD, parts, 0, 1000)) == b"a" * 1000
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [f"{UPLOAD}.tar"]


def test_a_deposit_on_s3_survives_the_loss_of_its_node(
    server: Server, consultation: Open, s3: S3, pli: Pli, platform: Platform
) -> None:
    """Another node, with an empty disk, goes on from the objects and gives the same hash."""
    consultation()
    server.environment = {**s3.environment, "TEST_STORAGE": f"{s3.new_bucket()}/plis"}
    server.start()
    with server.client() as client:
        where = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(pli)).headers["location"]
        part = pli.data[:40_000]
        answer = client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=part)
        assert answer.status_code == 204
    server.kill()
    server.data = server.data.with_name("another-node")
    server.start()
    with server.client() as client:
        assert client.head(where, headers=TUS).headers["upload-offset"] == "40000"
        resume(client, where, pli, 30_000)
        assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope


def test_s3_going_away_loses_nothing_acknowledged(
    server: Server, consultation: Open, pli: Pli, platform: Platform
) -> None:
    consultation()
    s3 = S3()
    s3.start()
    server.environment = {**s3.environment, "TEST_STORAGE": f"{s3.new_bucket()}/plis"}
    server.start()
    with server.client() as client:
        where = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(pli)).headers["location"]
        first = client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=pli.data[:30_000])
        assert first.status_code == 204
        s3.deaf = True
        cut = client.patch(where, headers={**CHUNK, "Upload-Offset": "30000"}, content=pli.data[30_000:])
        assert cut.status_code == 503
        assert cut.json()["findings"][0]["code"] == "DEPOT-10"
        assert client.head(where, headers=TUS).headers["upload-offset"] == "30000"
        s3.deaf = False
        resume(client, where, pli)
        assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope
    s3.stop()


def deposit_through_failures(
    server: Server, consultation: Open, s3: S3, pli: Pli, seed: int, platform: Platform
) -> tuple[int, int]:
    """A deposit whose store fails again and again: (failures the store played, chunks answered 503)."""
    consultation()
    dice = seeded(f"s3 {seed}")
    before = s3.failed.total()
    server.environment = {**s3.environment, "TEST_STORAGE": f"{s3.new_bucket()}/plis"}
    server.start()
    refused, promised = 0, 0
    with server.client() as client:
        where = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(pli)).headers["location"]
        kinds: tuple[Failure | None, ...] = ("error", "cut", "lost", "altered", "short", "spoilt", None, None)
        while (offset := int(client.head(where, headers=TUS).headers["upload-offset"])) < len(pli.data):
            assert offset >= promised, "an acknowledged byte was lost"
            assert refused < 300, "it goes no further"
            s3.failures.clear()
            s3.failures.extend(dice.choice(kinds) for _ in range(4))
            part = pli.data[offset : offset + dice.choice((1_000, 3_000, 9_000))]
            answer = client.patch(where, headers={**CHUNK, "Upload-Offset": str(offset)}, content=part)
            assert answer.status_code in (204, 503), answer.text
            if answer.status_code == 204:
                promised = int(answer.headers["upload-offset"])
            else:
                refused += 1
        s3.failures.clear()
        assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope
    with platform.pool.connection() as connection:
        row = connection.execute("SELECT upload FROM deposits").fetchone()
        assert row is not None
        parts = store.parts_of(connection, row["upload"])
    with pytest.MonkeyPatch.context() as patch:
        for name, value in s3.environment.items():
            patch.setenv(name, value)
        kept = open_storage(server.environment["TEST_STORAGE"]).read(row["upload"], parts, 0, len(pli.data))
        assert b"".join(kept) == pli.data, "what is kept is what was sent"
    return s3.failed.total() - before, refused


def test_an_s3_that_cuts_lies_or_forgets_in_the_middle_of_chunks(
    server: Server,
    consultation: Open,
    s3: S3,
    pli: Pli,
    platform: Platform,
    record_property: Callable[[str, object], None],
) -> None:
    """Only what was read back and compared is acknowledged: the receipt is that of the bidder's bytes."""
    played, refused = deposit_through_failures(server, consultation, s3, pli, 1, platform)
    assert played >= 5
    assert refused >= 1
    record_property("pannes S3 jouées", played)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 22))
def test_an_s3_that_cuts_lies_or_forgets_twenty_times_over(
    server: Server,
    consultation: Open,
    s3: S3,
    pli: Pli,
    platform: Platform,
    seed: int,
    record_property: Callable[[str, object], None],
) -> None:
    played, _ = deposit_through_failures(server, consultation, s3, pli, seed, platform)
    record_property("pannes S3 jouées", played)


def test_an_s3_service_killed_and_started_again_loses_nothing_acknowledged(
    server: Server, consultation: Open, pli: Pli, tmp_path: Path
) -> None:
    consultation()
    s3 = SeaweedFS(tmp_path / "s3")
    s3.start()
    server.environment = {**s3.environment, "TEST_STORAGE": f"{s3.new_bucket()}/plis"}
    server.start()
    with server.client() as client:
        where = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(pli)).headers["location"]
        reached = 0
        for size in (10_000, 20_000, 15_000):
            answer = client.patch(
                where,
                headers={**CHUNK, "Upload-Offset": str(reached)},
                content=pli.data[reached : reached + size],
            )
            assert answer.status_code == 204
            reached += size
            s3.kill()
            away = client.patch(
                where, headers={**CHUNK, "Upload-Offset": str(reached)}, content=pli.data[reached:]
            )
            assert (away.status_code, away.json()["findings"][0]["code"]) == (503, "DEPOT-10")
            s3.start()
            assert client.head(where, headers=TUS).headers["upload-offset"] == str(reached)
        resume(client, where, pli)
        assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope
    s3.kill()


def test_disk_full_and_device_lost_in_the_middle_of_chunks(
    server: Server, consultation: Open, pli: Pli, platform: Platform
) -> None:
    """Each fault is answered 503 with its reason, put on record, and costs no acknowledged byte."""
    consultation()
    faults = [
        f"{after}:{what}" for after in range(3_000, 80_000, 9_000) for what in ("full", "lost", "flush")
    ]
    server.environment = {"TEST_FAULTS": " ".join(faults)}
    server.start()
    failures, promised = 0, 0
    with server.client() as client:
        where = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(pli)).headers["location"]
        while (offset := int(client.head(where, headers=TUS).headers["upload-offset"])) < len(pli.data):
            assert offset >= promised
            promised = offset
            part = pli.data[offset : offset + 7_000]
            answer = client.patch(where, headers={**CHUNK, "Upload-Offset": str(offset)}, content=part)
            if answer.status_code != 204:
                assert (answer.status_code, answer.json()["findings"][0]["code"]) == (503, "DEPOT-10")
                failures += 1
        assert failures == len(faults)
        assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope
    with platform.pool.connection() as connection:
        rows = connection.execute("SELECT error FROM attempts WHERE status = 503").fetchall()
    assert len(rows) == len(faults)
    assert any("plein" in row["error"] for row in rows)


def test_a_write_the_system_itself_cuts_short_costs_nothing_acknowledged(
    server: Server, consultation: Open, pli: Pli
) -> None:
    """A disk truly full takes part of a batch, then no more: 503, and the rest once there is room."""
    consultation()
    server.environment = {"TEST_FILE_LIMIT": "50001"}
    server.start()
    with server.client() as client:
        where = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(pli)).headers["location"]
        first = client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=pli.data[:30_000])
        assert first.status_code == 204
        full = client.patch(where, headers={**CHUNK, "Upload-Offset": "30000"}, content=pli.data[30_000:])
        assert (full.status_code, full.json()["findings"][0]["code"]) == (503, "DEPOT-10")
        assert "plein" in full.json()["findings"][0]["cause"]
        assert client.head(where, headers=TUS).headers["upload-offset"] == "30000"
    server.kill()
    server.environment = {}
    server.start()
    with server.client() as client:
        assert client.head(where, headers=TUS).headers["upload-offset"] == "30000"
        resume(client, where, pli)
        assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope


def test_nothing_is_acknowledged_that_the_disk_was_not_told_to_keep(
    platform: Platform, consultation: Open, pli: Pli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No killed process makes the system forget its writes; a power cut does: the order is watched."""
    consultation()
    synced, true = 0, os.fdatasync

    def acknowledged() -> int:
        with platform.pool.connection() as connection:
            row = connection.execute("SELECT received FROM uploads").fetchone()
        assert row is not None
        return int(row["received"])

    def fdatasync(handle: int) -> None:
        nonlocal synced
        assert acknowledged() <= synced
        true(handle)
        synced = os.fstat(handle).st_size

    monkeypatch.setattr(os, "fdatasync", fdatasync)
    with platform.pool.connection() as connection:
        found = store.find_consultation(connection, REFERENCE)
        upload, _ = acts.create_upload(
            platform,
            connection,
            consultation=found,
            size=len(pli.data),
            header_sha256=pli.header_sha256,
            depositor={"name": "Alice SARL", "email": "alice@exemple.fr"},
        )
    states, now = HashStates(), platform.clock.now()
    for start in range(0, len(pli.data), 30_000):
        receiving = Receiving(platform, states, found, upload, start, attempt=0)
        for place in range(start, min(start + 30_000, len(pli.data)), 10_000):
            batch = pli.data[place : min(place + 10_000, start + 30_000)]
            receiving.write(batch)
            receiving.walk(batch)
            if place == start:
                receiving.keep(now)  # as in a long chunk
                assert acknowledged() == synced == receiving.offset
        finished(receiving, now, now)
        receiving.close()
        assert acknowledged() == synced == receiving.offset
    assert acknowledged() == len(pli.data)


def test_the_finished_file_is_the_bidders_own(client: httpx.Client, server: Server, pli: Pli) -> None:
    send(client, pli)
    assert settled(server.data) == pli.data
