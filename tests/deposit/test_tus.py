"""The tus protocol, spoken to a real server by hand: what it accepts, what it refuses, what it keeps."""

from __future__ import annotations

import httpx
from tests.deposit.support import CHUNK, REFERENCE, Pli, creation, receipt, send

CREATE = f"/consultations/{REFERENCE}/depots"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["findings"][0]["code"]


def test_limits_are_announced_before_the_first_byte(client: httpx.Client) -> None:
    said = client.options(CREATE)
    assert said.status_code == 204
    assert said.headers["tus-version"] == "1.0.0"
    assert said.headers["tus-extension"] == "creation,creation-with-upload,checksum,expiration,termination"
    assert said.headers["tus-checksum-algorithm"] == "sha256,sha1"
    assert said.headers["tus-max-size"] == str(64 * 1024 * 1024)
    assert said.headers["reglo-max-documents"] == "100"
    assert client.get(f"/consultations/{REFERENCE}").json()["limits"]["max_size"] == 64 * 1024 * 1024


def test_a_pli_sent_in_chunks_is_received_with_its_receipt(client: httpx.Client, pli: Pli) -> None:
    where = send(client, pli, chunk=30_000)
    said = receipt(client, where)["receipt"]
    assert isinstance(said, dict)
    assert (said["sha256"], said["size"], said["pli"]) == (pli.sha256, len(pli.data), pli.pli)
    assert said["timeliness"] == "on_time"
    assert said["depositor"] == {"name": "Alice SARL", "siret": "", "account": "alice@exemple.fr"}


def test_creation_with_upload_is_one_request(client: httpx.Client, pli: Pli) -> None:
    made = client.post(CREATE, headers={**creation(pli), **CHUNK}, content=pli.data)
    assert made.status_code == 201
    assert made.headers["upload-offset"] == str(len(pli.data))
    assert client.get(made.headers["reglo-recu"]).status_code == 200
