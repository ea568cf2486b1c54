"""A sender that says anything, in any order: each chunk counts where it belongs, or changes nothing.

Duplicated, reordered, overlapping, truncated, oversized chunks, wrong checksums, cut connections, two
senders at once, drawn from seeded dice. The server is held against a model of one number: the offset.
"""

from __future__ import annotations

import base64
import hashlib
import json
import random
import socket
import threading
import time
from dataclasses import replace
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
    resume,
    seeded,
    send,
)

CREATE = f"/consultations/{REFERENCE}/depots"


class Hostile:
    """One sender of one upload. ``offset``: what the server must say it has."""

    def __init__(self, server: Server, client: httpx.Client, pli: Pli, dice: random.Random) -> None:
        self.server, self.client, self.pli, self.dice = server, client, pli, dice
        self.where = client.post(CREATE, headers=creation(pli)).headers["location"]
        self.offset = 0

    def patch(self, offset: int, data: bytes, **more: str) -> httpx.Response:
        headers = {**CHUNK, "Upload-Offset": str(offset), **more}
        return self.client.patch(self.where, headers=headers, content=data)

    def piece(self, offset: int) -> bytes:
        return self.pli.data[offset : offset + self.dice.choice((1, 511, 512, 3_000, 20_000))]

    # --- What it may do, and what must come of it --------------------------------------------------

    def honest(self) -> None:
        data = self.piece(self.offset)
        answer = self.patch(self.offset, data)
        self.offset += len(data)
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, str(self.offset))

    def nothing(self) -> None:
        assert self.patch(self.offset, b"").status_code == 204

    def elsewhere(self) -> None:
        """Duplicated, overlapping or out of order."""
        other = self.dice.randrange(len(self.pli.data))
        if other != self.offset:
            assert self.patch(other, self.piece(other)).status_code == 409

    def oversized(self) -> None:
        data = self.pli.data[self.offset :] + b"x" * self.dice.choice((1, 512, 10_240))
        answer = self.patch(self.offset, data)
        assert (answer.status_code, answer.json()["findings"][0]["code"]) == (413, "DEPOT-04")

    def wrong_checksum(self) -> None:
        given = base64.b64encode(hashlib.sha256(b"autre").digest()).decode()
        answer = self.patch(self.offset, self.piece(self.offset), **{"Upload-Checksum": f"sha256 {given}"})
        assert (answer.status_code, answer.json()["findings"][0]["code"]) == (460, "DEPOT-07")

    def good_checksum(self) -> None:
        data = self.piece(self.offset)
        given = base64.b64encode(hashlib.sha256(data).digest()).decode()
        self.offset += len(data)
        answer = self.patch(self.offset - len(data), data, **{"Upload-Checksum": f"sha256 {given}"})
        assert answer.status_code == 204

    def truncated(self) -> None:
        """A Content-Length that lies, and the connection cut: what came counts."""
        data = self.piece(self.offset)
        sender = socket.create_connection(("127.0.0.1", self.server.port), timeout=PATIENCE)
        promised = min(len(data) + self.dice.randrange(1, 5_000), len(self.pli.data) - self.offset)
        head = (
            f"PATCH {self.where} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\n"
            f"Upload-Offset: {self.offset}\r\nContent-Type: application/offset+octet-stream\r\n"
            f"Content-Length: {promised}\r\n\r\n"
        )
        before = self.ended()
        sender.sendall(head.encode() + data)
        sender.close()
        self.settle(before, self.offset, self.offset + len(data))

    def settle(self, before: int, low: int, high: int) -> None:
        """Wait until the cut chunk has come and is let go of; what it left is a piece of what was sent."""
        limit = time.monotonic() + PATIENCE
        while self.ended() == before and time.monotonic() < limit:
            time.sleep(0.01)
        while self.patch(len(self.pli.data), b"").status_code == 423 and time.monotonic() < limit:
            time.sleep(0.02)  # 409 once nobody holds the upload
        self.offset = self.reached()
        assert low <= self.offset <= high

    def ended(self) -> int:
        """How many chunks the server has done with."""
        with psycopg.connect(self.server.owner_url) as connection:
            row = connection.execute("SELECT count(ended_at) FROM reglo.attempts").fetchone()
        assert row is not None
        return int(row[0])

    def reached(self) -> int:
        return int(self.client.head(self.where, headers=TUS).headers["upload-offset"])

    def at_once(self) -> None:
        """Two senders of different chunks at the same offset: one is right, the other changes nothing."""
        data, start = self.piece(self.offset), self.offset
        statuses: list[int] = []

        def one() -> None:
            with self.server.client() as own:
                headers = {**CHUNK, "Upload-Offset": str(start)}
                statuses.append(own.patch(self.where, headers=headers, content=data).status_code)

        threads = [threading.Thread(target=one) for _ in range(2)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        assert statuses.count(204) == 1
        assert set(statuses) <= {204, 409, 423}
        self.offset += len(data)

    def turn(self) -> None:
        act = self.dice.choice(
            (
                self.honest,
                self.nothing,
                self.elsewhere,
                self.oversized,
                self.wrong_checksum,
                self.good_checksum,
                self.truncated,
                self.at_once,
            )
        )
        act()
        assert self.reached() == self.offset, act.__name__

    @property
    def whole(self) -> bool:
        return self.offset == len(self.pli.data)


def hostile_deposit(server: Server, client: httpx.Client, folder: Path, seed: int) -> int:
    """Play until the pli is in; how many turns."""
    dice = seeded(f"hostile {seed}")
    pli = make_pli(folder / f"hostile{seed}", (dice.randrange(1, 60_000), 0))
    sender, turns = Hostile(server, client, pli, dice), 0
    while not sender.whole:
        sender.turn()
        turns += 1
    assert client.get(f"{sender.where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope
    assert sender.patch(0, pli.data).status_code == 409  # all of it again
    return turns


def test_whatever_a_sender_does_only_the_right_bytes_count(
    client: httpx.Client, server: Server, tmp_path: Path
) -> None:
    assert sum(hostile_deposit(server, client, tmp_path, seed) for seed in range(3)) > 20


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 160))
def test_whatever_sixty_senders_do_only_the_right_bytes_count(
    client: httpx.Client, server: Server, tmp_path: Path, seed: int
) -> None:
    hostile_deposit(server, client, tmp_path, seed)


def test_an_empty_document_is_deposited_like_any_other(
    client: httpx.Client, tmp_path: Path, consultation: Open
) -> None:
    pli = make_pli(tmp_path / "vide", (0,))
    assert client.get(f"{send(client, pli)}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope


def lying(pli: Pli, what: str) -> bytes:
    """A pli whose bytes, after an honest header, are not those it announces."""
    data = bytearray(pli.data)
    header = 1024 + (int(pli.data[124:135], 8) + 511) // 512 * 512 - 512  # start of the first blob's entry
    if what == "the size of a blob":
        size = int(data[header + 124 : header + 135], 8)
        data[header + 124 : header + 135] = f"{size + 1:011o}".encode()
    elif what == "the name of a blob":
        data[header + 6 : header + 8] = b"zz"
    elif what == "a link for a blob":
        data[header + 156] = ord("2")
    elif what == "padding":
        data[-1] = 1
    if what != "padding":  # the tar's own checksum is right
        entry = data[header : header + 512]
        entry[148:156] = b" " * 8
        data[header + 148 : header + 156] = f"{sum(entry):06o}\0 ".encode()
    return bytes(data)


@pytest.mark.parametrize("what", ["the size of a blob", "the name of a blob", "a link for a blob", "padding"])
def test_a_pli_that_lies_after_an_honest_header_is_refused_and_kept_as_evidence(
    client: httpx.Client, pli: Pli, what: str
) -> None:
    where = client.post(CREATE, headers=creation(pli)).headers["location"]
    answer = client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=lying(pli, what))
    assert (answer.status_code, answer.json()["findings"][0]["code"]) == (422, "DEPOT-08")
    assert client.head(where, headers=TUS).status_code == 410
    assert client.get(f"{where}/recu").status_code == 404


@pytest.mark.parametrize("named", ["a\0b", "\ud800", "\u202e\x1b[31m", "x" * 40_000])
def test_a_pli_sealed_for_what_no_text_can_hold_is_refused_like_any_other(
    client: httpx.Client, pli: Pli, named: str
) -> None:
    size = int(pli.data[124:135], 8)
    header = json.dumps({**json.loads(pli.data[512 : 512 + size]), "consultation": named}).encode()
    entry = bytearray(pli.data[:512])
    entry[124:135] = f"{len(header):011o}".encode()
    entry[148:156] = b" " * 8
    entry[148:156] = f"{sum(entry):06o}\0 ".encode()
    data = bytes(entry) + header
    hostile = replace(pli, data=data + bytes(len(pli.data)))
    where = client.post(CREATE, headers=creation(hostile)).headers["location"]
    answer = client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=data)
    assert (answer.status_code, answer.json()["findings"][0]["code"]) == (422, "DEPOT-08")
    assert len(answer.text) < 2000
    assert client.head(where, headers=TUS).status_code == 410


def test_two_machines_that_resume_one_upload_by_turns_make_one_deposit(
    client: httpx.Client, server: Server, urls: tuple[str, str], pli: Pli
) -> None:
    """Two nodes on one base and one store: each goes on from what the other acknowledged."""
    second = Server(server.data, *urls).start()
    try:
        with second.client() as other:
            where = client.post(CREATE, headers=creation(pli)).headers["location"]
            for turn, start in enumerate(range(0, len(pli.data), 9_000)):
                speaker = (client, other)[turn % 2]
                headers = {**CHUNK, "Upload-Offset": str(start)}
                part = pli.data[start : start + 9_000]
                assert speaker.patch(where, headers=headers, content=part).status_code == 204
            resume(other, where, pli)
            receipts = [each.get(f"{where}/recu").json()["receipt"] for each in (client, other)]
    finally:
        second.stop()
    assert receipts[0] == receipts[1]
    assert receipts[0]["envelope_sha256"] == pli.envelope
