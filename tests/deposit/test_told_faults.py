"""What keeps a server from receiving is told on its terminal, once, and its end too: no secret in it."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.deposit.s3_server import S3
from tests.deposit.support import Server

from reglo.adapters.storage import StorageFailed, open_storage
from reglo.deposit.database import why_silent

SECRETS = ("motdepasse", "AKIDESSAI", "cle-secrete")


def told(server: Server, code: str, times: int) -> list[str]:
    """The lines of the log that bear a code, once there are as many."""
    limit = time.monotonic() + 120
    while True:
        found = [line for line in server.log.read_text(encoding="utf-8").splitlines() if code in line]
        if len(found) >= times:
            return found
        assert time.monotonic() < limit, f"{code}, {len(found)} sur {times}"
        time.sleep(0.1)


def seconds_measured(url: str, more: int) -> None:
    """Wait until as many more samples are written."""
    with psycopg.connect(url, options="-c search_path=reglo", autocommit=True) as connection:
        asked = "SELECT count(*) FROM health"
        limit = time.monotonic() + 120
        before = connection.execute(asked).fetchone()
        assert before is not None
        while (now := connection.execute(asked).fetchone()) and now[0] < before[0] + more:
            assert time.monotonic() < limit
            time.sleep(0.1)


def test_a_store_that_answers_no_more_is_said_once_and_its_return_too(
    server: Server, urls: tuple[str, str]
) -> None:
    s3 = S3()
    s3.start()
    s3.deaf = True
    server.environment = {**s3.environment, "TEST_STORAGE": "s3://seau/plis"}
    server.start()
    told(server, "DEPOT-51", 1)
    seconds_measured(urls[1], 6)  # two more probes at least: nothing is repeated
    s3.deaf = False
    s3.new_bucket()  # "seau" is still missing: the same fault, told already
    seconds_measured(urls[1], 6)
    (said,) = told(server, "DEPOT-51", 1)
    assert "le service de stockage refuse (erreur 500) : aucun pli n'est reçu" in said
    assert "Vérifiez « --storage »" in said
    s3.make_bucket("seau")
    assert "DEPOT-51 · Rétabli après" in told(server, "DEPOT-51", 2)[1]
    s3.stop()


def test_a_database_that_is_gone_is_said_once_and_its_return_too(
    server: Server, urls: tuple[str, str]
) -> None:
    server.start()
    name = conninfo_to_dict(urls[1])["dbname"]
    ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s"
    with psycopg.connect(urls[1], dbname="postgres", autocommit=True) as connection:
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        connection.execute(ending, (name,))
        (said,) = told(server, "DEPOT-50", 1)
        time.sleep(3)  # three samples more, which nothing else can show: the database is gone
        assert told(server, "DEPOT-50", 1) == [said]
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    assert "Vérifiez que PostgreSQL tourne" in said
    assert "DEPOT-50 · Rétabli après" in told(server, "DEPOT-50", 2)[1]
    log = server.log.read_text(encoding="utf-8")
    assert "pool" not in log
    assert "Traceback" not in log


def test_a_database_that_is_frozen_is_said_and_nothing_more_is_sent_here(
    server: Server, urls: tuple[str, str]
) -> None:
    """Neither gone nor answering: a machine that hangs, a disk that does not come back."""
    server.start()
    with server.client() as client:
        assert client.get("/sante").status_code == 200
        with psycopg.connect(urls[1], autocommit=True) as connection:
            row = connection.execute(
                """SELECT array_agg(pid) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()"""
            ).fetchone()
        assert row is not None
        frozen: list[int] = []
        try:
            for pid in row[0]:
                os.kill(pid, signal.SIGSTOP)
                frozen.append(pid)
            (said,) = told(server, "DEPOT-50", 1)
            assert "aucune réponse depuis plus de 10 s" in said
            answer = client.get("/sante")
            assert (answer.status_code, answer.json()["fault"]) == (503, "base de données muette")
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
        assert "DEPOT-50 · Rétabli après" in told(server, "DEPOT-50", 2)[1]


def test_a_local_store_that_writes_no_more_is_said(server: Server) -> None:
    server.start()
    incoming = server.data / "store" / "incoming"
    incoming.rename(incoming.with_name("ailleurs"))
    assert "le disque de la plateforme ne répond pas (il n'existe pas)" in told(server, "DEPOT-51", 1)[0]
    incoming.with_name("ailleurs").rename(incoming)
    assert "Rétabli" in told(server, "DEPOT-51", 2)[1]


class Answers(BaseHTTPRequestHandler):
    status = 403

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b"<Error><Code>SignatureDoesNotMatch</Code><AWSAccessKeyId>AKIDESSAI</AWSAccessKeyId></Error>"
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def refusing() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "said", "full"),
    [(403, "(403, accès refusé)", False), (404, "introuvable)", False), (507, "(507, plus de place)", True)],
)
def test_what_a_store_says_is_told_in_french_and_without_a_key(
    refusing: ThreadingHTTPServer, monkeypatch: pytest.MonkeyPatch, status: int, said: str, full: bool
) -> None:
    monkeypatch.setattr(Answers, "status", status)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDESSAI")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "cle-secrete")
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://agent:motdepasse@127.0.0.1:{refusing.server_port}")
    with pytest.raises(StorageFailed) as failed:
        open_storage("s3://seau/plis").probe()
    assert (said in failed.value.why, failed.value.full) == (True, full)
    assert not any(secret in failed.value.why for secret in SECRETS)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgres//agent:motdepasse@h/reglo", "adresse mal écrite"),
        ("postgresql://agent:motdepasse@nulle.part.invalid/reglo", "nom de machine inconnu"),
        ("postgresql://agent:motdepasse@/reglo?host=/nulle/part", "personne n'écoute à cette adresse"),
    ],
)
def test_why_a_database_is_silent_is_told_in_french_and_without_a_password(url: str, said: str) -> None:
    with pytest.raises(psycopg.Error) as failed:
        psycopg.connect(url, connect_timeout=5)
    assert why_silent(failed.value) == said
