"""Senders of all kinds: our command, tus-js-client, tuspy; through networks that cut, killed, two at once."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest
from tests.conftest import node_modules
from tests.deposit.conftest import Open
from tests.deposit.cutting_proxy import CuttingProxy
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
    seeded,
)

from reglo.deposit.acts import Platform
from reglo.deposit.findings import PliChanged
from reglo.deposit.sending import Sender, Sending, capability, read_state, state_path
from reglo.procurement.findings import Refused

ALICE = Sender(name="Alice SARL", email="alice@exemple.fr")


def fields(pli: Pli) -> dict[str, str]:
    return {"name": "Alice", "email": "alice@exemple.fr", "header_sha256": pli.header_sha256}


def on_disk(folder: Path, pli: Pli) -> Path:
    path = folder / "alice.pli"
    path.write_bytes(pli.data)
    return path


def test_tus_js_client_deposits_a_pli(
    node: Path, client: httpx.Client, server: Server, pli: Pli, tmp_path: Path
) -> None:
    modules = node_modules("browser", "tus-js-client").parents[1]
    path = on_disk(tmp_path, pli)
    program = Path(__file__).with_name("tus_js_client.mjs")
    endpoint = f"{server.url}/consultations/{REFERENCE}/depots"
    for chunk in ("17000", "1000000"):
        run = subprocess.run(
            [node, str(program), str(modules), endpoint, str(path), chunk, json.dumps(fields(pli))],
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert run.returncode == 0, run.stderr
        answer = client.get(f"{run.stdout.strip()}/recu")
        assert answer.json()["receipt"]["envelope_sha256"] == pli.envelope


def test_tuspy_deposits_a_pli(client: httpx.Client, server: Server, pli: Pli, tmp_path: Path) -> None:
    from tusclient.client import TusClient

    with on_disk(tmp_path, pli).open("rb") as stream:
        uploader = TusClient(f"{server.url}/consultations/{REFERENCE}/depots").uploader(
            file_stream=stream, chunk_size=23_000, metadata=fields(pli), upload_checksum=True
        )
        uploader.upload()
    assert client.get(f"{uploader.url}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope


def deposit_through(server: Server, path: Path, *, seed: int, cuts: int) -> tuple[int, str]:
    """Our sender through a network that cuts; (cuts that happened, hash the receipt states)."""
    proxy = CuttingProxy(server.port, seeded(seed), cuts, path.stat().st_size // 3)
    url = f"http://127.0.0.1:{proxy.port}/consultations/{REFERENCE}"
    sending = Sending(url, path, patience=PATIENCE, pause=lambda seconds: time.sleep(seconds / 20))
    try:
        state = read_state(path) or sending.begin(ALICE)
        sending.send(state)
        return proxy.cut, sending.receipt(state).statement.envelope_sha256
    finally:
        sending.close()
        proxy.stop()


def test_a_network_that_cuts_is_resumed_until_the_receipt(
    client: httpx.Client, server: Server, pli: Pli, tmp_path: Path
) -> None:
    cut, digest = deposit_through(server, on_disk(tmp_path, pli), seed=7, cuts=12)
    assert digest == pli.envelope
    assert cut >= 3


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 150))
def test_networks_that_cut_in_fifty_ways(
    client: httpx.Client, server: Server, pli: Pli, tmp_path: Path, seed: int
) -> None:
    _, digest = deposit_through(server, on_disk(tmp_path, pli), seed=seed, cuts=25)
    assert digest == pli.envelope


def run_command(server: Server, path: Path, *more: str) -> subprocess.Popen[str]:
    url = f"{server.url}/consultations/{REFERENCE}"
    program = "from reglo.cli import main; main()"
    return subprocess.Popen(
        [sys.executable, "-c", program, "deposit", url, str(path), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_our_command_killed_on_the_way_goes_on_when_run_again(
    client: httpx.Client, server: Server, tmp_path: Path
) -> None:
    pli = make_pli(tmp_path / "big", (30_000_000,))
    path = on_disk(tmp_path, pli)
    names = ("--name", "Alice SARL", "--email", "alice@exemple.fr")
    first = run_command(server, path, *names)
    limit = time.monotonic() + PATIENCE
    while not state_path(path).exists() and time.monotonic() < limit:
        time.sleep(0.002)
    first.send_signal(signal.SIGKILL)
    first.communicate()
    again = run_command(server, path)
    said, told = again.communicate(timeout=300)
    assert again.returncode == 0, told
    assert "Accusé de réception" in said
    kept = json.loads((tmp_path / "alice.pli.recu.json").read_bytes())
    assert kept["receipt"]["envelope_sha256"] == pli.envelope
    assert (tmp_path / "alice.pli.recu.pdf").read_bytes()[:5] == b"%PDF-"


def test_our_command_says_a_late_deposit_is_late(
    server: Server, consultation: Open, pli: Pli, tmp_path: Path
) -> None:
    from tests.deposit.support import in_hours

    consultation(deadline=in_hours(-1))
    server.start()
    run = run_command(server, on_disk(tmp_path, pli), "--name", "Alice", "--email", "a@exemple.fr")
    _, told = run.communicate(timeout=300)
    assert run.returncode == 1
    assert "DEPOT-20" in told


def test_another_file_under_the_same_name_is_noticed(
    tmp_path: Path, client: httpx.Client, server: Server
) -> None:
    first, second = make_pli(tmp_path / "a"), make_pli(tmp_path / "b")
    path = on_disk(tmp_path, first)
    sending = Sending(f"{server.url}/consultations/{REFERENCE}", path, patience=PATIENCE)
    state = sending.begin(ALICE)
    sending.close()
    assert capability(state)
    path.write_bytes(second.data)
    with pytest.raises(Refused) as refused:
        read_state(path)
    assert isinstance(refused.value.findings[0], PliChanged)


def test_two_senders_of_one_upload_take_turns(
    server: Server, consultation: Open, platform: Platform, pli: Pli
) -> None:
    """While one sends, the other is told 423; gone silent, the first gives way. No byte is mixed."""
    consultation()
    server.environment = {"TEST_BUSY_FOR": "3"}
    server.start()
    with server.client() as client:
        where = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(pli)).headers["location"]
        slow = socket.create_connection(("127.0.0.1", server.port))
        head = (
            f"PATCH {where} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
            f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(pli.data)}\r\n\r\n"
        )
        slow.sendall(head.encode() + pli.data[:20_000])
        once_true(platform, "SELECT 1 FROM attempts WHERE kind = 'append'")

        def other() -> httpx.Response:
            return client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=pli.data)

        answer = other()
        assert (answer.status_code, answer.json()["findings"][0]["code"]) == (423, "DEPOT-06")
        limit = time.monotonic() + PATIENCE
        while (taken := other()).status_code == 423 and time.monotonic() < limit:
            time.sleep(0.1)
        assert taken.status_code == 409  # what the silent one had sent was kept first
        assert client.head(where, headers=TUS).headers["upload-offset"] == "20000"
        resume(client, where, pli)
        slow.close()
        assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope


def test_many_senders_at_once_on_one_upload_make_one_deposit(
    client: httpx.Client, server: Server, pli: Pli
) -> None:
    where = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(pli)).headers["location"]
    statuses: list[int] = []

    def send() -> None:
        with server.client() as own:
            for _ in range(50):
                offset = int(own.head(where, headers=TUS).headers["upload-offset"])
                if offset == len(pli.data):
                    return
                part = pli.data[offset : offset + 9_000]
                answer = own.patch(where, headers={**CHUNK, "Upload-Offset": str(offset)}, content=part)
                statuses.append(answer.status_code)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    resume(client, where, pli)
    assert set(statuses) <= {204, 409, 423}
    assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope


@pytest.mark.parametrize("gone", [True, False], ids=["gone", "silent for ever"])
def test_the_deposit_is_complete_at_its_last_byte_even_if_the_sender_is_gone(
    client: httpx.Client, server: Server, pli: Pli, gone: bool
) -> None:
    """Chunked encoding whose end never comes: what counts is the declared size."""
    where = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(pli)).headers["location"]
    sender = socket.create_connection(("127.0.0.1", server.port))
    head = (
        f"PATCH {where} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
        "Content-Type: application/offset+octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    sender.sendall(head.encode() + f"{len(pli.data):x}\r\n".encode() + pli.data)
    if gone:
        sender.close()
    limit = time.monotonic() + PATIENCE
    while client.get(f"{where}/recu").status_code != 200 and time.monotonic() < limit:
        time.sleep(0.02)
    sender.close()
    assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope


def test_a_silent_sender_is_cut_and_what_came_is_kept(server: Server, consultation: Open, pli: Pli) -> None:
    """Slow-loris: in the body after a while without a byte, in the headers by the server itself."""
    consultation()
    server.environment = {"TEST_IDLE": "2"}
    server.start()
    with server.client() as client:
        where = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(pli)).headers["location"]
        slow = socket.create_connection(("127.0.0.1", server.port))
        head = (
            f"PATCH {where} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
            f"Content-Type: application/offset+octet-stream\r\nContent-Length: {len(pli.data)}\r\n\r\n"
        )
        slow.sendall(head.encode() + pli.data[:5_000])
        slow.settimeout(PATIENCE)
        answer = slow.recv(4096)
        assert b" 408 " in answer.split(b"\r\n")[0]
        slow.close()
        assert client.head(where, headers=TUS).headers["upload-offset"] == "5000"
        resume(client, where, pli)
