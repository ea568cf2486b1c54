"""Withdrawing a deposit: by the key of its pli, while the deadline has not passed."""

from __future__ import annotations

import re
import socket
from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import httpx
import psycopg
from tests.deposit.conftest import Open
from tests.deposit.support import PATIENCE, REFERENCE, TUS, Pli, Server, creation, in_hours, make_pli, send
from tests.sealing.test_by_hand import needs, played

from reglo.deposit.acts import Platform
from reglo.deposit.evidence import gather
from reglo.deposit.evidence_page import lines
from reglo.deposit.withdrawal import withdrawal_statement
from reglo.sealing.signing import SigningKey


def signed(client: httpx.Client, where: str, pli: Pli, key: SigningKey) -> httpx.Response:
    receipt = client.get(f"{where}/recu").json()["receipt"]["id"]
    signature = b64encode(key.sign(withdrawal_statement(receipt, pli.pli)))
    return client.post(f"{where}/retrait", content=signature)


def test_only_the_key_of_the_pli_withdraws_it_once_and_the_proof_is_given_again(
    client: httpx.Client, pli: Pli, tmp_path: Path
) -> None:
    where = send(client, pli)
    stranger = signed(client, where, pli, SigningKey.generate())
    assert (stranger.status_code, stranger.json()["findings"][0]["code"]) == (403, "DEPOT-16")
    assert client.post(f"{where}/retrait", content=b"!!").status_code == 403
    proof = signed(client, where, pli, pli.key)
    assert (proof.status_code, proof.json()["state"]) == (200, "withdrawn")
    assert client.get(where).json()["state"] == "withdrawn"
    send(client, make_pli(tmp_path / "other"))  # the journal goes on
    again = signed(client, where, pli, pli.key)  # as when the answer was lost on the way
    assert (again.status_code, again.json()) == (200, proof.json())
    assert signed(client, where, pli, SigningKey.generate()).status_code == 403
    assert client.get(f"{where}/recu").status_code == 200  # what was received stays provable


def test_a_judge_verifies_a_withdrawal_with_public_tools_alone(
    client: httpx.Client, pli: Pli, tmp_path: Path
) -> None:
    """docs/receipt.md, executed to the letter."""
    needs("jq", "openssl")
    where = send(client, pli)
    (tmp_path / "recu.json").write_bytes(client.get(f"{where}/recu").content)
    (tmp_path / "retrait.json").write_bytes(signed(client, where, pli, pli.key).content)
    page = (Path(__file__).parents[2] / "docs" / "receipt.md").read_text("utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S)
    (journal,) = [each for each in blocks if "inclusion.proof" in each]
    (withdrawal,) = [each for each in blocks if "reglo-withdrawal/1" in each]
    (key_of_the_pli,) = [each.splitlines()[0] for each in blocks if "cle-du-pli.der\n" in each[:200]]
    of_the_platform = key_of_the_pli.replace(".receipt.pli_key", ".signature.key")
    script = [
        of_the_platform.replace("> cle-du-pli.der", "| openssl pkey -pubin -inform DER -out plateforme.pem"),
        key_of_the_pli,
        journal.partition("\n")[2].replace("recu.json", "retrait.json"),
        withdrawal,
    ]
    done = played("\n".join(script), tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Signature Verified Successfully") == 2
    assert played("\n".join(script).replace(".on,", '"autre",'), tmp_path).returncode != 0


def test_each_withdrawal_tried_or_done_and_each_giving_up_is_among_the_attempts(
    client: httpx.Client, platform: Platform, pli: Pli, urls: tuple[str, str]
) -> None:
    where = send(client, pli)
    signed(client, where, pli, SigningKey.generate())
    signed(client, where, pli, pli.key)
    other = client.post(f"/consultations/{REFERENCE}/depots", headers=creation(pli)).headers["location"]
    client.delete(other, headers=TUS)
    now = platform.clock.now()
    with platform.pool.connection() as connection, psycopg.connect(urls[1]) as owner:
        owner.execute("UPDATE reglo.consultations SET deadline = clock_timestamp()")  # nobody is named before
        owner.commit()
        page = gather(connection, REFERENCE, now - timedelta(minutes=1), now + timedelta(minutes=1))
    found = [(each.kind, each.status) for each in page.attempts if each.kind in ("withdraw", "terminate")]
    assert found == [("withdraw", 403), ("withdraw", 200), ("terminate", 200)]
    assert "retrait" in "\n".join(lines(page))


def test_a_withdrawal_that_never_ends_holds_nothing(server: Server, consultation: Open, pli: Pli) -> None:
    consultation()
    server.environment = {"TEST_IDLE": "2"}
    server.start()
    with server.client() as client:
        where = send(client, pli)
        slow = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE)
        slow.sendall(f"POST {where}/retrait HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nAA".encode())
        assert b" 408 " in slow.recv(4096).split(b"\r\n")[0]
        slow.close()


def test_a_late_pli_may_be_withdrawn_at_any_time(server: Server, consultation: Open, pli: Pli) -> None:
    consultation(deadline=in_hours(-1))
    server.start()
    with server.client() as client:
        where = send(client, pli)
        assert client.get(where).json()["state"] == "late"
        assert signed(client, where, pli, pli.key).status_code == 200
