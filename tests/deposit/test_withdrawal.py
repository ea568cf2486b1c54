"""Withdrawing a deposit: by the key of its pli, while the deadline has not passed."""

from __future__ import annotations

from base64 import b64encode

import httpx
from tests.deposit.conftest import Open
from tests.deposit.support import Pli, Server, in_hours, send

from reglo.deposit.withdrawal import withdrawal_statement
from reglo.sealing.signing import SigningKey


def signed(client: httpx.Client, where: str, pli: Pli, key: SigningKey) -> httpx.Response:
    receipt = client.get(f"{where}/recu").json()["receipt"]["id"]
    signature = b64encode(key.sign(withdrawal_statement(receipt, pli.pli)))
    return client.post(f"{where}/retrait", content=signature)


def test_only_the_key_of_the_pli_withdraws_it_and_only_once(client: httpx.Client, pli: Pli) -> None:
    where = send(client, pli)
    stranger = signed(client, where, pli, SigningKey.generate())
    assert (stranger.status_code, stranger.json()["findings"][0]["code"]) == (403, "DEPOT-16")
    assert client.post(f"{where}/retrait", content=b"!!").status_code == 403
    assert signed(client, where, pli, pli.key).json()["state"] == "withdrawn"
    assert client.get(where).json()["state"] == "withdrawn"
    again = signed(client, where, pli, pli.key)
    assert (again.status_code, again.json()["findings"][0]["code"]) == (409, "DEPOT-15")
    assert client.get(f"{where}/recu").status_code == 200  # what was received stays provable


def test_a_late_pli_may_be_withdrawn_at_any_time(server: Server, consultation: Open, pli: Pli) -> None:
    consultation(deadline=in_hours(-1))
    server.start()
    with server.client() as client:
        where = send(client, pli)
        assert client.get(where).json()["state"] == "late"
        assert signed(client, where, pli, pli.key).status_code == 200
