"""Time stamps: accepted by openssl, refused when the authority fails or lies, whoever it is."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from asn1crypto import tsp

from reglo.adapters.timestamp import stamp
from reglo.adapters.timestamp.fake import Failing, FakeAuthority
from reglo.adapters.timestamp.http import HttpAuthority
from reglo.adapters.timestamp.local import LocalAuthority
from reglo.procurement.findings import Refused
from reglo.sealing import token
from reglo.sealing.receipt import Timestamp

NOW = datetime(2026, 1, 29, 11, 0, 0, 123456, tzinfo=UTC)
DATA = "un reçu".encode()
HONEST = LocalAuthority.create(organisation="Ville", now=lambda: NOW - timedelta(days=1)).at(lambda: NOW)


def stamped(authority: object, **more: object) -> Timestamp:
    return stamp(authority, DATA, now=lambda: NOW, trusted=[HONEST.ca], **more)  # type: ignore[arg-type]


def openssl_verifies(folder: Path, given: Timestamp, data: bytes, authority: LocalAuthority) -> str:
    if shutil.which("openssl") is None:
        pytest.skip("openssl est absent ; script/test l'installe en root")
    authority.save(folder)
    (folder / "jeton.tsr").write_bytes(given.token)
    (folder / "donnee").write_bytes(data)
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-in", "jeton.tsr", "-data", "donnee", "-CAfile", "ca.pem"],
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    return done.stdout.strip()


def test_openssl_accepts_the_local_authoritys_tokens(tmp_path: Path) -> None:
    authority = LocalAuthority.create(organisation="Ville")
    given = stamp(authority, DATA, now=lambda: datetime.now(UTC), trusted=[authority.ca])
    assert openssl_verifies(tmp_path, given, DATA, authority) == "Verification: OK"
    assert openssl_verifies(tmp_path, given, DATA + b"!", authority) != "Verification: OK"


def test_a_token_says_the_instant_to_the_microsecond() -> None:
    given = stamped(HONEST)
    assert given.at == NOW
    assert token.verify(given.token, DATA, [HONEST.ca]) == NOW


def test_serials_are_never_twice_the_same() -> None:
    serials = set()
    for _ in range(100):
        response = tsp.TimeStampResp.load(HONEST.answer(token.request(DATA).der))
        content = response["time_stamp_token"]["content"]["encap_content_info"]["content"]
        serials.add(content.parsed["serial_number"].native)
    assert len(serials) == 100


def test_an_authority_saved_is_the_same_when_loaded(tmp_path: Path) -> None:
    HONEST.save(tmp_path)
    again = LocalAuthority.load(tmp_path, now=lambda: NOW)
    assert stamped(again).at == NOW
    assert (tmp_path / "horodatage.cle").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ca.pem", "horodatage.cle", "horodatage.pem"]


@pytest.mark.parametrize(
    ("failing", "said"),
    [
        (Failing.DOWN, "RECU-20 · L'autorité d'horodatage factice n'a pas répondu : elle est arrêtée."),
        (Failing.OTHER_IMPRINT, "il porte sur une autre empreinte"),
        (Failing.OTHER_NONCE, "il répond à une autre demande"),
        (
            Failing.OTHER_TIME,
            "il dit 2026-01-29 10:00:00 UTC alors que l'horloge de référence dit 2026-01-29 11:00:00 UTC",
        ),
        (Failing.REFUSING, "l'autorité l'a refusé (statut 2)"),
        (Failing.NOISE, "il est illisible"),
    ],
)
def test_an_authority_that_fails_or_lies_gives_nothing(failing: Failing, said: str) -> None:
    with pytest.raises(Refused) as refusal:
        stamped(FakeAuthority(HONEST, failing))
    assert said in str(refusal.value)


def test_a_slow_authority_is_waited_for() -> None:
    assert stamped(FakeAuthority(HONEST, Failing.SLOW, delay=0.05)).at == NOW


def test_another_authority_is_not_the_one_trusted() -> None:
    other = LocalAuthority.create(organisation="Autre", now=lambda: NOW)
    with pytest.raises(Refused, match="sa signature n'est pas celle de l'autorité donnée"):
        stamped(other)


def test_a_certificate_not_yet_or_no_longer_valid_stamps_nothing() -> None:
    for at in (NOW - timedelta(days=30), NOW + timedelta(days=4000)):
        with pytest.raises(Refused, match="RECU-21"):
            stamp(HONEST.at(lambda: at), DATA, now=lambda: at, trusted=[HONEST.ca])  # noqa: B023


def test_what_is_no_request_is_refused_in_due_form() -> None:
    md5 = tsp.TimeStampReq.load(token.request(DATA).der)
    md5["message_imprint"] = {
        "hash_algorithm": {"algorithm": "md5"},
        "hashed_message": hashlib.md5(DATA).digest(),
    }
    for request in (b"", b"\x30\x00", b"\xff" * 10_000, md5.dump(force=True)):
        assert token.Response.load(HONEST.answer(request))["status"]["status"].native == "rejection"


# --- By URL -----------------------------------------------------------------------------------


OVER = threading.Event()


class Served(BaseHTTPRequestHandler):
    """An authority over HTTP; the path says how it behaves."""

    def do_POST(self) -> None:
        request = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/timestamp-query"
        answer = HONEST.answer(request)
        if self.path == "/erreur":
            self.send_error(503)
            return
        self.send_response(200)
        self.end_headers()
        if self.path == "/bavarde":
            answer = b"\x00" * 100_000
        if self.path == "/lente":
            for byte in answer[:40]:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.02)
            return
        if self.path == "/muette":
            OVER.wait(60)
            return
        self.wfile.write(answer)

    def handle(self) -> None:
        with suppress(OSError):  # the client has gone, as it should
            super().handle()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Served)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        OVER.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serving() as url:
        yield url


def test_an_authority_by_url_is_asked_and_checked(address: str) -> None:
    assert stamped(HttpAuthority(f"{address}/tsa")).at == NOW


@pytest.mark.parametrize(
    ("path", "seconds", "said"),
    [
        ("/erreur", 30, "statut HTTP 503"),
        ("/bavarde", 30, "réponse de plus de 65536 octets"),
        ("/lente", 0.3, "rien d'entier en 0.3 s"),
        ("/muette", 0.3, "rien d'entier en 0.3 s"),
    ],
)
def test_an_authority_by_url_is_bounded_in_time_and_size(
    address: str, path: str, seconds: float, said: str
) -> None:
    start = time.monotonic()
    with pytest.raises(Refused, match="RECU-20") as refusal:
        stamped(HttpAuthority(f"{address}{path}", seconds=seconds))
    assert said in str(refusal.value)
    assert time.monotonic() - start < seconds + 20


def test_an_authority_that_is_not_there() -> None:
    for url in ("http://127.0.0.1:9/", "pas une adresse", "http://[::1"):
        with pytest.raises(Refused, match="RECU-20"):
            stamped(HttpAuthority(url, seconds=0.5))


# --- Another implementation ---------------------------------------------------------------------

OPENSSL_CONFIG = """
[req]
distinguished_name = dn
[dn]
[tsa]
default_tsa = ici
[ici]
serial = serie
crypto_device = builtin
signer_cert = tsa.pem
certs = chaine.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[ca_ext]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[tsa_ext]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
"""
OPENSSL_STEPS = """set -e
openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 30 -subj /CN=CA \\
    -config c.cnf -extensions ca_ext
for qui in mi tsa; do
    openssl req -new -newkey rsa:2048 -nodes -keyout $qui.key -out $qui.csr -subj /CN=$qui -config c.cnf
done
openssl x509 -req -in mi.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out mi.pem \\
    -extfile c.cnf -extensions ca_ext
openssl x509 -req -in tsa.csr -CA mi.pem -CAkey mi.key -CAcreateserial -days 30 -out tsa.pem \\
    -extfile c.cnf -extensions tsa_ext
cat mi.pem ca.pem > chaine.pem
"""


class OpensslAuthority:
    """The authority of openssl itself: RSA, whole seconds, an intermediate, the chain in its tokens."""

    name = "openssl"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "c.cnf").write_text(OPENSSL_CONFIG, encoding="utf-8")
        (folder / "serie").write_text("01\n")
        subprocess.run(["bash", "-c", OPENSSL_STEPS], cwd=folder, check=True, capture_output=True)

    def answer(self, request: bytes) -> bytes:
        (self.folder / "q.tsq").write_bytes(request)
        command = "openssl ts -reply -config c.cnf -section ici -queryfile q.tsq -out r.tsr"
        subprocess.run(command.split(), cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "r.tsr").read_bytes()


def test_the_tokens_of_another_implementation_are_read_and_verified(tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl est absent ; script/test l'installe en root")
    authority = OpensslAuthority(tmp_path)
    trusted = token.certificates((tmp_path / "ca.pem").read_bytes())
    given = stamp(authority, DATA, now=lambda: datetime.now(UTC), trusted=trusted)
    assert given.at.microsecond == 0
    assert token.verify(given.token, DATA, trusted) == given.at
    with pytest.raises(ValueError, match="pas celle de l'autorité donnée"):
        token.verify(given.token, DATA, [HONEST.ca])
