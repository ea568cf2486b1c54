"""What is held together when a consultation opens to deposits: keys, rules, the authority's certificates."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from tests.deposit.conftest import Open
from tests.deposit.support import KEYS

from reglo.adapters.timestamp import stamp
from reglo.adapters.timestamp.local import LocalAuthority
from reglo.deposit.server import Node, platform_of
from reglo.procurement.findings import Refused

AUTHORITY = LocalAuthority.create(organisation="Ville")


class Answering(BaseHTTPRequestHandler):
    """The authority over HTTP."""

    def do_POST(self) -> None:
        answer = AUTHORITY.answer(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def authority_url() -> Iterator[str]:
    served = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{served.server_port}/"
    served.shutdown()
    thread.join()
    served.server_close()


def test_keys_born_of_other_rules_do_not_open_the_consultation(consultation: Open) -> None:
    other = "1" * 64
    with pytest.raises(Refused, match=f"empreinte {KEYS.rules_sha256}, celles données .* {other}") as refused:
        consultation(rules_sha256=other)
    assert [finding.code for finding in refused.value.findings] == ["DEPOT-40"]


def test_keys_of_another_consultation_do_not_open_it(consultation: Open) -> None:
    with pytest.raises(Refused, match=re.escape("celles de « 2026-014 », les règles de « 2026-015 »")):
        consultation(reference="2026-015", id="2026-015")


def test_what_is_open_stays_open_under_the_same_rules_only(consultation: Open) -> None:
    deadline = datetime(2030, 1, 15, 11, tzinfo=UTC)
    consultation(deadline=deadline)
    consultation(deadline=deadline)  # the same again: nothing to say
    with pytest.raises(Refused, match="déjà ouverte sous d'autres règles, clés ou heure limite"):
        consultation(deadline=deadline.replace(hour=12))


def test_the_tokens_of_an_authority_by_url_are_held_against_its_certificates(
    urls: tuple[str, str], tmp_path: Path, authority_url: str
) -> None:
    def asked(*certificates: object) -> object:
        node = Node(
            data=tmp_path / "data",
            authority=authority_url,
            authority_certificates=certificates,  # type: ignore[arg-type]
            database_url=urls[0],
            owner_url=urls[1],
        )
        with platform_of(node) as (platform, _):
            assert platform.authority is not None
            return stamp(
                platform.authority, b"un enonce", now=platform.clock.now, trusted=platform.trusted
            ).at

    assert isinstance(asked(AUTHORITY.ca), datetime)
    with pytest.raises(Refused, match="n'est pas gardé"):
        asked(LocalAuthority.create(organisation="Autre").ca)
