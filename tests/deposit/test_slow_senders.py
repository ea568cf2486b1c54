"""Senders slow from need are received, across the deadline too; those slow on purpose hold nobody up."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from tests.deposit.conftest import Open
from tests.deposit.support import CHUNK, PATIENCE, REFERENCE, TUS, Pli, Server, creation, resume, send

CREATE = f"/consultations/{REFERENCE}/depots"


def begin_chunk(server: Server, where: str, offset: int, size: int) -> socket.socket:
    """A chunk whose body is still to come."""
    sender = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
    sender.sendall(
        f"PATCH {where} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n"
        f"Content-Type: application/offset+octet-stream\r\nContent-Length: {size}\r\n\r\n".encode()
    )
    return sender


def trickle(sender: socket.socket, data: bytes, rate: int) -> None:
    """Send at ``rate`` bytes a second, ten times a second."""
    step, begun = max(rate // 10, 1), time.monotonic()
    with contextlib.suppress(ConnectionError):  # cut
        for turn, start in enumerate(range(0, len(data), step)):
            time.sleep(max(begun + turn / 10 - time.monotonic(), 0))
            sender.sendall(data[start : start + step])


def test_a_kilobyte_a_second_across_the_deadline_is_received_and_the_receipt_says_both_instants(
    server: Server, consultation: Open, pli: Pli
) -> None:
    """The deadline falls inside the chunk: late by its last byte, whole, never cut for being slow."""
    server.environment = {"TEST_SLOW_AFTER": "2"}
    server.start()
    with server.client() as client:
        deadline = datetime.now(UTC) + timedelta(seconds=10)
        consultation(deadline=deadline)
        where = client.post(CREATE, headers=creation(pli)).headers["location"]
        client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=pli.data[:1_000])
        left = max((deadline - datetime.now(UTC)).total_seconds(), 0)
        place = len(pli.data) - round(1_000 * (left + 2))  # what a kilobyte a second ends two seconds late
        client.patch(where, headers={**CHUNK, "Upload-Offset": "1000"}, content=pli.data[1_000:place])
        sender = begin_chunk(server, where, place, len(pli.data) - place)
        trickle(sender, pli.data[place:], 1_000)
        assert b" 204 " in sender.recv(4096).split(b"\r\n")[0]
        sender.close()
        said = client.get(f"{where}/recu").json()["receipt"]
    assert said["timeliness"] == "late"
    first, last = (datetime.fromisoformat(said[name]) for name in ("first_byte_at", "last_byte_at"))
    assert first < deadline < last
    assert said["envelope_sha256"] == pli.envelope


def test_a_sender_slower_than_anything_useful_is_cut_and_yet_goes_forward(
    server: Server, consultation: Open, pli: Pli
) -> None:
    """Cut, it keeps what it sent: even fifty bytes a second would end."""
    consultation()
    server.environment = {"TEST_SLOW_AFTER": "1"}
    server.start()
    with server.client() as client:
        where = client.post(CREATE, headers=creation(pli)).headers["location"]
        reached = 0
        for _ in range(2):
            sender = begin_chunk(server, where, reached, len(pli.data) - reached)
            answered = threading.Thread(target=trickle, args=(sender, pli.data[reached : reached + 200], 50))
            answered.start()
            answer = sender.recv(4096)
            assert b" 408 " in answer.split(b"\r\n")[0]
            while b"DEPOT-13" not in answer:
                more = sender.recv(4096)
                assert more, f"cut without its reason: {answer!r}"
                answer += more
            answered.join()
            sender.close()
            kept = int(client.head(where, headers=TUS).headers["upload-offset"])
            assert kept > reached, "what came before the cut is kept"
            reached = kept
        resume(client, where, pli)
        assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope


def held_up(client: httpx.Client, pli: Pli, count: int) -> float:
    """How many seconds an honest deposit takes at worst among a few."""
    worst = 0.0
    for _ in range(count):
        begun = time.monotonic()
        where = send(client, pli)
        assert client.get(f"{where}/recu").status_code == 200
        worst = max(worst, time.monotonic() - begun)
    return worst


def attack(server: Server, client: httpx.Client, pli: Pli, count: int) -> list[socket.socket]:
    """Connections that send half a head, or half a chunk, and nothing more."""
    held = []
    for number in range(count):
        if number % 2:
            half = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
            half.sendall(b"POST /consultations HTTP/1.1\r\nHost: x\r\nX-Lent: ")
        else:
            where = client.post(CREATE, headers=creation(pli, name="Mallory")).headers["location"]
            half = begin_chunk(server, where, 0, len(pli.data))
            half.sendall(pli.data[:100])
        held.append(half)
    return held


def test_two_hundred_slow_loris_hold_nobody_up_and_are_cut(
    server: Server, consultation: Open, pli: Pli
) -> None:
    consultation()
    server.environment = {"TEST_IDLE": "10"}
    server.start()
    with server.client() as client:
        held = attack(server, client, pli, 200)
        try:
            assert held_up(client, pli, 3) < 10, "nobody waits until they are cut"
            for half in held[::2]:
                assert b" 408 " in half.recv(4096).split(b"\r\n")[0]
        finally:
            for half in held:
                half.close()


def test_nobody_is_waited_for_to_say_which_http_is_spoken(server: Server, consultation: Open) -> None:
    """HTTP/2 has no limit of time here: two thousand who begin it and say no more would hold the server."""
    consultation()
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as sender:
        sender.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
        answer = b""
        with contextlib.suppress(ConnectionError):
            while more := sender.recv(4096):
                answer += more
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")


@pytest.mark.long
def test_a_head_that_never_ends_is_cut_within_twenty_seconds(
    server: Server, consultation: Open, pli: Pli
) -> None:
    consultation()
    server.start()
    with server.client() as client:
        begun = time.monotonic()
        silent, held = attack(server, client, pli, 2)
        silent.close()
        mute = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        for each in (held, mute):
            answer = each.recv(4096)
            assert answer == b"" or b" 408 " in answer.split(b"\r\n")[0]
            assert 5 < time.monotonic() - begun < 90
            each.close()
