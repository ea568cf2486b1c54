"""The tus protocol, spoken to a real server by hand: what it accepts, what it refuses, what it keeps."""

from __future__ import annotations

import base64
import hashlib

import httpx
from tests.deposit.support import CHUNK, REFERENCE, TUS, Pli, creation, metadata, receipt, resume, send

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
    assert (said["envelope_sha256"], said["size"], said["pli"]) == (pli.envelope, len(pli.data), pli.pli)
    assert said["timeliness"] == "on_time"
    assert said["depositor"] == {"name": "Alice SARL", "siret": "", "account": "alice@exemple.fr"}


def test_creation_with_upload_is_one_request(client: httpx.Client, pli: Pli) -> None:
    made = client.post(CREATE, headers={**creation(pli), **CHUNK}, content=pli.data)
    assert made.status_code == 201
    assert made.headers["upload-offset"] == str(len(pli.data))
    assert client.get(made.headers["reglo-recu"]).status_code == 200


def test_the_version_of_the_protocol_is_held(client: httpx.Client, pli: Pli) -> None:
    assert code(client.post(CREATE, headers={**creation(pli), "Tus-Resumable": "0.2.2"})) == (412, "DEPOT-02")


def test_what_nobody_was_given_answers_404(client: httpx.Client) -> None:
    for path in (
        "/depots/abc",
        "/depots/abc/recu",
        "/consultations/autre",
        "/ailleurs",
        "/depots/../sante/x",
        "/depots/%00",
        "/consultations/a%00b",
        "/consultations/a%00b/cles",
    ):
        assert code(client.get(path)) == (404, "DEPOT-01"), path
        assert code(client.post(f"{path}/depots", headers=TUS)) == (404, "DEPOT-01"), path


def test_the_bare_address_leads_to_the_page(client: httpx.Client) -> None:
    given = client.get("/")
    assert (given.status_code, given.headers["location"]) == (302, "/deposer/")


def test_creation_refuses_what_it_cannot_receive_and_says_why(client: httpx.Client, pli: Pli) -> None:
    good = creation(pli)
    huge = {**good, "Upload-Length": str(65 * 1024 * 1024)}
    assert code(client.post(CREATE, headers=huge)) == (413, "DEPOT-04")
    assert code(client.post(CREATE, headers={**good, "Upload-Length": "100"})) == (422, "DEPOT-08")
    for length in ("", "-1", "1e6", "0x10", "9" * 30):
        assert code(client.post(CREATE, headers={**good, "Upload-Length": length})) == (400, "DEPOT-03")
    for text in (
        "name",
        "name !!!",
        "name QQ==,name QQ==",
        *(
            metadata(name="Alice", email=email)
            for email in ("@", "a@", "@b.fr", "a@b", "a@b..fr", "a b@c.fr")
        ),
        metadata(name="\u200b", email="a@exemple.fr"),
        metadata(name="Alice", email="a@exemple.fr", siret="732 829 320 00074"),
        "x" * 9000,
    ):
        assert code(client.post(CREATE, headers={**good, "Upload-Metadata": text})) == (400, "DEPOT-03")
    deferred = {name: value for name, value in good.items() if name != "Upload-Length"}
    deferred["Upload-Defer-Length"] = "1"
    assert code(client.post(CREATE, headers=deferred)) == (400, "DEPOT-03")


def test_a_chunk_out_of_place_changes_nothing(client: httpx.Client, pli: Pli) -> None:
    """Duplicated, reordered, overlapping chunks: 409, and the offset stays."""
    where = client.post(CREATE, headers=creation(pli)).headers["location"]
    first = {**CHUNK, "Upload-Offset": "0"}
    assert client.patch(where, headers=first, content=pli.data[:20_000]).headers["upload-offset"] == "20000"
    for offset in ("0", "10000", "40000"):
        answer = client.patch(where, headers={**CHUNK, "Upload-Offset": offset}, content=pli.data[:20_000])
        assert code(answer) == (409, "DEPOT-05")
    assert client.head(where).headers["upload-offset"] == "20000"
    resume(client, where, pli)
    assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope


def test_more_bytes_than_declared_are_refused(client: httpx.Client, pli: Pli) -> None:
    where = client.post(CREATE, headers=creation(pli)).headers["location"]
    first = {**CHUNK, "Upload-Offset": "0"}
    assert code(client.patch(where, headers=first, content=pli.data + b"x")) == (413, "DEPOT-04")
    pieces = (pli.data[start : start + 7000] for start in range(0, len(pli.data) + 7000, 7000))
    streamed = client.patch(where, headers=first, content=(piece.ljust(7000, b"x") for piece in pieces))
    assert code(streamed) == (413, "DEPOT-04")
    resume(client, where, pli)
    assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope


def test_a_chunk_of_another_type_is_refused(client: httpx.Client, pli: Pli) -> None:
    where = client.post(CREATE, headers=creation(pli)).headers["location"]
    headers = {**TUS, "Content-Type": "application/json", "Upload-Offset": "0"}
    assert code(client.patch(where, headers=headers, content=b"{}")) == (415, "DEPOT-14")


def checksum(name: str, data: bytes) -> str:
    return f"{name} {base64.b64encode(hashlib.new(name, data).digest()).decode()}"


def test_a_chunk_that_is_not_what_its_checksum_says_is_not_kept(client: httpx.Client, pli: Pli) -> None:
    where = client.post(CREATE, headers=creation(pli)).headers["location"]
    first = {**CHUNK, "Upload-Offset": "0"}
    for name in ("sha1", "sha256"):
        wrong = {**first, "Upload-Checksum": checksum(name, b"autre")}
        assert code(client.patch(where, headers=wrong, content=pli.data[:30_000])) == (460, "DEPOT-07")
        assert client.head(where).headers["upload-offset"] == "0"
    for given in ("md5 AAAA", "sha256", "sha256 AAAA"):
        answer = client.patch(where, headers={**first, "Upload-Checksum": given}, content=b"x")
        assert code(answer) == (400, "DEPOT-03")
    for start in range(0, len(pli.data), 40_000):
        part = pli.data[start : start + 40_000]
        headers = {**CHUNK, "Upload-Offset": str(start), "Upload-Checksum": checksum("sha256", part)}
        assert client.patch(where, headers=headers, content=part).status_code == 204
    assert client.get(f"{where}/recu").json()["receipt"]["envelope_sha256"] == pli.envelope


def test_an_upload_given_up_is_gone_and_a_received_pli_is_not(client: httpx.Client, pli: Pli) -> None:
    where = client.post(CREATE, headers=creation(pli)).headers["location"]
    assert client.delete(where, headers=TUS).status_code == 204
    assert client.head(where).status_code == 410
    first = {**CHUNK, "Upload-Offset": "0"}
    assert code(client.patch(where, headers=first, content=pli.data)) == (410, "DEPOT-11")
    received = send(client, pli)
    assert code(client.delete(received, headers=TUS)) == (409, "DEPOT-12")
    assert receipt(client, received)


def test_a_pli_that_is_not_the_one_announced_is_refused_at_once(
    client: httpx.Client, pli: Pli, tmp_path: object
) -> None:
    """Lying sizes and hashes, another file, a pli of another consultation: told in the first chunk."""
    lies = {
        "another header": {**creation(pli), "Upload-Metadata": creation(pli)["Upload-Metadata"]},
        "another size": {**creation(pli), "Upload-Length": str(len(pli.data) + 10_240)},
    }
    lies["another header"]["Upload-Metadata"] = metadata(
        name="Alice", email="a@exemple.fr", header_sha256="0" * 64
    )
    for what, headers in lies.items():
        where = client.post(CREATE, headers=headers).headers["location"]
        first = {**CHUNK, "Upload-Offset": "0"}
        assert code(client.patch(where, headers=first, content=pli.data[:20_000])) == (422, "DEPOT-08"), what
        assert client.head(where).status_code == 410, what
    where = client.post(CREATE, headers=creation(pli)).headers["location"]
    noise = client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=bytes(20_000))
    assert code(noise) == (422, "DEPOT-08")


def test_names_of_any_unicode_are_kept_on_one_clean_line(client: httpx.Client, pli: Pli) -> None:
    for given, kept in (
        ("Œuvre & Fils 東京 🏗", "Œuvre & Fils 東京 🏗"),
        ("../../etc\x00/passwd\n\r", "../../etc/passwd"),
        ("a" * 1000, "a" * 500),
        ("E\u0301cole\u202e\u200b", "École"),
    ):
        where = send(client, pli, name=given)
        assert client.get(f"{where}/recu").json()["receipt"]["depositor"]["name"] == kept


def test_headers_out_of_measure_are_refused(client: httpx.Client, pli: Pli) -> None:
    many = {f"X-{number}": "x" for number in range(150)}
    assert client.post(CREATE, headers={**creation(pli), **many}).status_code in (400, 431)


def test_other_sites_may_not_read_answers(client: httpx.Client) -> None:
    assert (
        "access-control-allow-origin"
        not in client.options(CREATE, headers={"Origin": "https://x.fr"}).headers
    )
