"""The reference clock (V3): instants follow the database's; a node that strays is refused, a step is seen."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import psycopg
import pytest
from tests.deposit.conftest import Open
from tests.deposit.support import (
    CHUNK,
    PATIENCE,
    REFERENCE,
    TUS,
    Pli,
    Server,
    creation,
    make_pli,
    once_true,
    resume,
    send,
)

from reglo.adapters.timestamp.fake import Failing, FakeAuthority
from reglo.adapters.timestamp.local import LocalAuthority
from reglo.deposit import acts, receipts, store
from reglo.deposit.acts import Platform
from reglo.deposit.clock import ReferenceClock
from reglo.procurement.findings import Refused
from reglo.sealing import token
from reglo.sealing.receipt import Receipt

STEP = re.compile(r"a sauté de ([+-]\d+\.\d) s")
CREATE = f"/consultations/{REFERENCE}/depots"


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


@pytest.mark.parametrize("wait", [0.5, 5.0, 60.0])
@pytest.mark.parametrize("first", [True, False])
def test_a_reading_that_waited_its_turn_moves_no_instant_and_accuses_nobody(wait: float, first: bool) -> None:
    """In the last minute's rush: before the reference is read, for want of a connection, or after."""
    clocks = Clocks()
    clock = clocks.clock()

    def waited() -> datetime:
        clocks.pass_by(wait if first else 0)
        given = clocks.reference
        clocks.pass_by(0 if first else wait)
        return given

    clock._reference = waited
    reading = clock.check()
    assert (reading.step, clock.trusted, clock.now()) == (0, True, clocks.reference)
    clocks.reference += timedelta(hours=1)  # what no wait explains is seen all the same
    assert clock.check().step == pytest.approx(3600, abs=wait)


def test_a_clock_first_read_after_a_wait_is_set_right_by_the_next_reading_and_no_jump_is_told() -> None:
    clocks = Clocks()

    def waited() -> datetime:
        clocks.pass_by(5)
        return clocks.reference

    clock = ReferenceClock(waited, lambda: clocks.wall, lambda: clocks.counter)
    clock._reference = lambda: clocks.reference
    reading = clock.check()
    assert (reading.step, clock.trusted, clock.now()) == (0, True, clocks.reference)


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


# --- Over HTTP: the clocks of a running server, moved from outside ---------------------------------


def set_clocks(server: Server, **seconds: float) -> None:
    """Move the clocks of a running server, whole or not at all."""
    path = Path(server.environment["TEST_CLOCKS"])
    path.with_suffix(".new").write_text(json.dumps(seconds))
    path.with_suffix(".new").rename(path)


def wait_health(client: httpx.Client, status: int) -> dict[str, object]:
    """The server's own word, once it has noticed; it looks each second."""
    limit = time.monotonic() + PATIENCE
    while (answer := client.get("/sante")).status_code != status:
        assert time.monotonic() < limit, f"still {answer.status_code}"
        time.sleep(0.05)
    said: dict[str, object] = answer.json()
    return said


@pytest.fixture
def moved(server: Server, tmp_path: Path) -> Server:
    server.environment = {"TEST_CLOCKS": str(tmp_path / "clocks.json")}
    return server.start()


@pytest.mark.parametrize("wall", [1.5, -3600.0])
def test_a_node_gone_astray_answers_503_to_everything_it_would_date_and_receives_once_set_right(
    moved: Server, consultation: Open, pli: Pli, wall: float
) -> None:
    consultation()
    with moved.client() as client:
        where = client.post(CREATE, headers=creation(pli)).headers["location"]
        begun = client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=pli.data[:5_000])
        assert begun.status_code == 204
        set_clocks(moved, wall=wall)
        said = wait_health(client, 503)
        assert abs(int(str(said["skew_ms"])) - wall * 1000) < 500
        chunk = {**CHUNK, "Upload-Offset": "5000"}
        for answer in (
            client.post(CREATE, headers=creation(pli)),
            client.patch(where, headers=chunk, content=pli.data[5_000:]),
            client.post(f"{where}/retrait", content=b"AA"),
        ):
            assert (answer.status_code, answer.json()["findings"][0]["code"]) == (503, "DEPOT-09")
            assert answer.headers["retry-after"]
        assert client.head(where, headers=TUS).headers["upload-offset"] == "5000"
        set_clocks(moved, wall=0)
        wait_health(client, 200)
        resume(client, where, pli)
        assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope


def test_a_node_within_a_second_goes_on(
    moved: Server, consultation: Open, platform: Platform, pli: Pli
) -> None:
    consultation()
    with moved.client() as client:
        set_clocks(moved, wall=0.6)
        once_true(platform, "SELECT 1 FROM health WHERE skew_ms > 200")
        assert client.get("/sante").status_code == 200
        assert client.get(f"{send(client, pli)}/recu").status_code == 200


@pytest.mark.parametrize("step", [-120.0, 7200.0])
def test_the_clocks_of_a_whole_machine_stepped_in_the_middle_of_a_deposit(
    moved: Server, consultation: Open, pli: Pli, platform: Platform, step: float
) -> None:
    """The deposit is dated by the reference, its last byte never before its first, the step on record."""
    consultation()  # the deadline is in an hour: a step of two makes it late, and that too is on record
    with moved.client() as client:
        where = client.post(CREATE, headers=creation(pli)).headers["location"]
        client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=pli.data[:5_000])
        set_clocks(moved, wall=step, reference=step)
        limit = time.monotonic() + PATIENCE
        faults: list[str] = []
        while not any("a sauté" in fault for fault in faults):
            assert time.monotonic() < limit, "the step was not seen"
            time.sleep(0.1)
            with platform.pool.connection() as connection:
                rows = connection.execute("SELECT fault FROM health").fetchall()
            faults = [row["fault"] for row in rows]
        told = [float(found[1]) for fault in faults if (found := STEP.search(fault))]
        assert any(abs(each - step) < 2 for each in told), faults
        wait_health(client, 200)  # a reading that fell between both clocks
        resume(client, where, pli)
        said = client.get(f"{where}/recu").json()["receipt"]
    assert said["first_byte_at"] <= said["last_byte_at"]
    assert said["timeliness"] == ("late" if step > 0 else "on_time")
    assert said["envelope_sha256"] == pli.envelope


# --- Over HTTP: an authority by URL that is down, slow or lies -------------------------------------


class AuthorityServer(ThreadingHTTPServer):
    """An RFC 3161 authority over HTTP; ``failing`` may change between two requests."""

    def __init__(self) -> None:
        self.honest = LocalAuthority.create(organisation="Ailleurs")
        self.failing: Failing | None = None
        self.hurried = threading.Event()
        super().__init__(("127.0.0.1", 0), _Answers)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/tsa"


class _Answers(BaseHTTPRequestHandler):
    server: AuthorityServer

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        failing = self.server.failing
        if failing is Failing.DOWN:
            self.send_error(503)
            return
        if failing is Failing.SLOW:
            self.server.hurried.wait(PATIENCE)
        honest = self.server.honest
        answer = FakeAuthority(honest, failing, delay=0).answer(asked) if failing else honest.answer(asked)
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(answer)

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def authority() -> Iterator[AuthorityServer]:
    server = AuthorityServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.hurried.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize("failing", [Failing.DOWN, Failing.SLOW, Failing.OTHER_TIME, Failing.NOISE])
def test_with_an_authority_by_url_that_fails_the_receipt_comes_at_once_and_its_token_later(
    server: Server, consultation: Open, pli: Pli, authority: AuthorityServer, tmp_path: Path, failing: Failing
) -> None:
    consultation()
    authority.failing = failing
    server.environment = {"TEST_AUTHORITY": authority.url}
    server.start()
    with server.client() as client:
        where = send(client, pli)
        said = Receipt.from_bytes(client.get(f"{where}/recu").content)
        assert said.timestamp is None  # nobody waits for an authority
        authority.failing = None
        authority.hurried.set()
        send(client, make_pli(tmp_path / "next"))  # a deposit wakes up the asking
        limit = time.monotonic() + PATIENCE
        while said.timestamp is None:
            assert time.monotonic() < limit
            said = Receipt.from_bytes(client.get(f"{where}/recu").content)
    assert said.timestamp.at >= said.statement.last_byte_at
    given = token.verify(said.timestamp.token, said.statement.encoded, [authority.honest.ca])
    assert given == said.timestamp.at
