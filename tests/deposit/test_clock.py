"""The reference clock (V3): instants follow the database's; a node that strays is refused, a step is seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest
from tests.deposit.conftest import Open
from tests.deposit.support import REFERENCE, Pli, Server, send

from reglo.adapters.timestamp.fake import Failing, FakeAuthority
from reglo.adapters.timestamp.local import LocalAuthority
from reglo.deposit import acts, receipts, store
from reglo.deposit.acts import Platform
from reglo.deposit.clock import ReferenceClock
from reglo.procurement.findings import Refused


class Clocks:
    """A reference, a node's time of day and its counter, each moved apart."""

    def __init__(self) -> None:
        self.reference = datetime(2026, 2, 18, 11, 0, tzinfo=UTC)
        self.wall = self.reference.timestamp()
        self.counter = 1000.0

    def pass_by(self, seconds: float) -> None:
        self.reference += timedelta(seconds=seconds)
        self.wall += seconds
        self.counter += seconds

    def clock(self) -> ReferenceClock:
        return ReferenceClock(lambda: self.reference, lambda: self.wall, lambda: self.counter)


def test_between_two_readings_time_passes_by_the_counter_alone() -> None:
    """A node's time of day stepped back or forward changes no instant."""
    clocks = Clocks()
    clock = clocks.clock()
    clocks.pass_by(25)
    clocks.wall -= 3600
    assert clock.now() == datetime(2026, 2, 18, 11, 0, 25, tzinfo=UTC)


@pytest.mark.parametrize(("skew", "trusted"), [(0.9, True), (-0.9, True), (1.1, False), (-3600.0, False)])
def test_a_node_is_trusted_within_one_second(skew: float, trusted: bool) -> None:
    clocks = Clocks()
    clock = clocks.clock()
    clocks.wall += skew
    clock.check()
    assert clock.trusted is trusted


@pytest.mark.parametrize("step", [-120.0, 0.5, 86_400.0])
def test_a_reference_that_jumps_is_followed_and_the_jump_is_known(step: float) -> None:
    clocks = Clocks()
    clock = clocks.clock()
    clocks.pass_by(1)
    clocks.reference += timedelta(seconds=step)
    reading = clock.check()
    assert reading.step == pytest.approx(step, abs=1e-3)
    assert clock.now() == clocks.reference


def test_a_node_whose_clock_strays_refuses_to_date_a_bid(
    platform: Platform, consultation: Open, pli: Pli
) -> None:
    consultation()
    clocks = Clocks()
    platform.clock = clocks.clock()
    clocks.wall += 5
    platform.clock.check()
    with platform.pool.connection() as connection, pytest.raises(Refused, match=r"s'écarte de \+5,0 s"):
        acts.create_upload(
            platform,
            connection,
            consultation=store.find_consultation(connection, REFERENCE),
            size=len(pli.data),
            header_sha256=pli.header_sha256,
            depositor={"name": "Alice", "email": "a@exemple.fr"},
        )


@pytest.mark.parametrize("failing", list(Failing))
def test_without_an_honest_authority_the_deposit_is_received_and_stamped_later(
    client: httpx.Client,
    server: Server,
    platform: Platform,
    urls: tuple[str, str],
    pli: Pli,
    failing: Failing,
) -> None:
    """Both instants are stated: the last byte's, and the later stamp's."""
    send(client, pli)
    server.kill()  # it would ask its own authority meanwhile
    with psycopg.connect(urls[1], options="-c search_path=reglo") as connection:
        connection.execute("UPDATE deposits SET token = NULL, token_at = NULL")
    honest = LocalAuthority.create(organisation="Essai", now=platform.clock.now)
    platform.trusted = (honest.ca,)
    platform.authority = FakeAuthority(honest, failing, delay=0.01)
    if failing is not Failing.SLOW:
        with pytest.raises(Refused):
            receipts.stamp_deposits(platform)
    platform.authority = honest
    receipts.stamp_deposits(platform)
    with platform.pool.connection() as connection:
        upload = connection.execute("SELECT upload FROM deposits").fetchone()
        assert upload is not None
        deposit = store.deposit_of(connection, upload["upload"])
    assert deposit is not None
    receipt = receipts.receipt_of(platform, deposit)
    assert receipt.timestamp is not None
    assert receipt.timestamp.at > receipt.statement.last_byte_at


def test_the_embedded_database_killed_in_the_middle_comes_back_with_all_that_was_acknowledged(
    tmp_path_factory: pytest.TempPathFactory, pli: Pli
) -> None:
    import os
    import signal
    import time
    from pathlib import Path
    from tempfile import mkdtemp

    from tests.deposit.support import CHUNK, KEYS, creation, in_hours, resume

    from reglo.deposit.server import Node, platform_of

    folder = Path(mkdtemp(prefix="reglo-db-"))
    node = Node(data=folder, port=0)
    with platform_of(node) as (platform, embedded):
        assert embedded is not None
        acts.open_consultation(
            platform,
            id=REFERENCE,
            reference=REFERENCE,
            title="Fournitures",
            object="Cahiers",
            buyer="Ville",
            rules_sha256=KEYS.rules_sha256,
            opening_keys=KEYS.to_json(),
            deadline=in_hours(1),
            deadline_inclusive=True,
            zone="Europe/Paris",
            max_size=1 << 26,
            max_documents=100,
            max_document_size=1 << 25,
        )
        server = Server(folder, "", "")
        server.start()
        try:
            with server.client() as client:
                made = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(pli))
                where = made.headers["location"]
                first = client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=pli.data[:9_000])
                assert first.status_code == 204
                pid = int((folder / "postgresql" / "postmaster.pid").read_text().split()[0])
                os.kill(pid, signal.SIGKILL)
                away = client.patch(
                    where, headers={**CHUNK, "Upload-Offset": "9000"}, content=pli.data[9_000:]
                )
                assert away.status_code in (409, 503)
                limit = time.monotonic() + 60
                while time.monotonic() < limit:
                    asked = client.head(where)
                    if asked.status_code == 200:
                        break
                    time.sleep(0.2)
                assert int(asked.headers["upload-offset"]) >= 9_000
                resume(client, where, pli)
                assert client.get(f"{where}/recu").json()["receipt"]["sha256"] == pli.sha256
        finally:
            server.stop()
    import shutil

    shutil.rmtree(folder, ignore_errors=True)
