"""What is held together when a consultation opens to deposits: keys, rules, the authority's certificates."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from tests.deposit.conftest import Open
from tests.deposit.support import KEYS, REFERENCE, Server, in_hours, make_pli, send
from typer.testing import CliRunner, Result

from reglo.adapters.timestamp import stamp
from reglo.adapters.timestamp.local import LocalAuthority
from reglo.cli import app
from reglo.deposit.acts import Platform
from reglo.deposit.consultations import put_deadline_back
from reglo.deposit.server import Node, platform_of
from reglo.deposit.store import find_consultation
from reglo.procurement.findings import Refused
from reglo.reading.rules import read_rules
from reglo.sealing.age import Identity
from reglo.sealing.amendments import Amendment, recipients_digest
from reglo.sealing.journal import instant
from reglo.sealing.opening_keys import OpeningKeys, compartments_of
from reglo.sealing.receipt import Timestamp

RULES = Path(__file__).parents[2] / "examples" / "commissariat-vaulx" / "rules.yaml"
PARIS = ZoneInfo("Europe/Paris")
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


def test_a_local_authority_whose_key_is_not_its_certificates_gives_no_token(
    urls: tuple[str, str], tmp_path: Path
) -> None:
    """It proves itself when the node starts; one that cannot has each of its tokens refused, and told."""

    def asked() -> Timestamp:
        node = Node(data=tmp_path / "data", database_url=urls[0], owner_url=urls[1])
        with platform_of(node) as (platform, _):
            assert platform.authority is not None
            now, trusted = platform.clock.now, platform.trusted
            return stamp(platform.authority, b"un enonce", now=now, trusted=trusted)

    asked()
    LocalAuthority.create(organisation="Autre").save(tmp_path / "autre")
    (tmp_path / "autre" / "horodatage.cle").replace(tmp_path / "data" / "horodatage" / "horodatage.cle")
    with pytest.raises(Refused, match="n'est pas gardé"):
        asked()


def amended(deadline: datetime, number: int = 1, before: str = KEYS.rules_sha256) -> Amendment:
    return Amendment(
        consultation=KEYS.consultation,
        recipients_sha256=recipients_digest(KEYS),
        number=number,
        before=before,
        rules_sha256=str(number) * 64,
        deadlines={"bid/1": deadline},
        at=datetime.now(UTC),
    )


def test_a_deadline_put_back_by_an_act_is_journaled_and_sealed_plis_stay(
    platform: Platform, server: Server, consultation: Open, tmp_path: Path
) -> None:
    consultation(deadline=in_hours(1))
    server.start()
    later = in_hours(30)
    with server.client() as client:
        first = send(client, make_pli(tmp_path / "a"))
        consultation(deadline=later, rules_sha256="1" * 64, amendments=[amended(later)])
        said = client.get(f"/consultations/{REFERENCE}").json()  # of the server that runs
        assert datetime.fromisoformat(said["deadline"]) == later
        other = send(client, make_pli(tmp_path / "b"), replaces=first.rpartition("/")[2])
        assert client.get(first).json()["state"] == "replaced"
        assert client.get(f"{other}/recu").json()["receipt"]["deadline"] == instant(later)
    with platform.pool.connection() as connection:
        rows = connection.execute("SELECT act FROM journal WHERE act LIKE 'consultation.%' ORDER BY index")
        assert [row["act"] for row in rows] == ["consultation.opened", "consultation.amended"]
    consultation(deadline=later, rules_sha256="1" * 64, amendments=[amended(later)])  # again: nothing more
    with pytest.raises(Refused, match="d'autres règles"):  # the rules of before are over
        consultation(deadline=in_hours(1))


def test_beside_a_server_that_runs_only_open_opens_puts_back_and_stops(
    server: Server, urls: tuple[str, str], tmp_path: Path
) -> None:
    """The address is taken by the server: the command opens the consultation there, and ends."""
    later, text = tmp_path / "later.yaml", RULES.read_text(encoding="utf-8")
    rules, keys = tmp_path / "rules.yaml", tmp_path / "cles"
    soon = f"{datetime.now(PARIS) + timedelta(days=1):%Y-%m-%d %H:%M} Europe/Paris"
    end = f"{datetime.now(PARIS) + timedelta(days=3):%Y-%m-%d %H:%M} Europe/Paris"
    for path, limit in ((rules, soon), (later, end)):
        path.write_text(re.sub(r"(submission_deadline:) 2026.*", rf"\1 {limit}", text), encoding="utf-8")
    (tmp_path / "a.txt").write_text("la phrase de alice est longue", encoding="utf-8")
    (tmp_path / "plan.yaml").write_text(
        "committee: {threshold: 1, holders: [{name: A, passphrase_file: a.txt, alternate: {name: B}}]}\n"
        "escrow: none\n",
        encoding="utf-8",
    )

    def reglo(*arguments: object, status: int = 0) -> str:
        environment = os.environ | {"DATABASE_URL": urls[0], "DATABASE_OWNER_URL": urls[1]}
        command = [sys.executable, "-c", "from reglo.cli import main; main()", *map(str, arguments)]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
        assert ended.returncode == status, ended.stderr
        return ended.stdout + ended.stderr

    def opened(path: Path, *more: object, status: int = 0) -> str:
        published = ("--open", path, "--keys", keys / "opening-keys.json", *more)
        return reglo(
            "deposit-server", "--data", server.data, "--port", server.port, *published, status=status
        )

    reglo("keys", "ceremony", rules, "--plan", tmp_path / "plan.yaml", "-o", keys)
    server.start()
    assert "n'est pas libre" in opened(rules, status=2)
    assert "GARDE-32" in opened(rules, "--only-open", status=2)  # publication waits for a rehearsal (V4)
    with server.client() as client:
        assert client.get("/consultations/mi-sgami69-di-2026-024").status_code == 404
    reglo("keys", "rehearse", keys, f"--secret=comite-1={tmp_path / 'a.txt'}")
    said = opened(rules, "--only-open")
    assert "reçoit les plis" not in said
    address = re.search(r"/consultations/\S+", said)
    assert address is not None
    with server.client() as client:

        def deadline() -> str:
            found = datetime.fromisoformat(client.get(address[0].rstrip(",")).json()["deadline"])
            return f"{found.astimezone(PARIS):%Y-%m-%d %H:%M} Europe/Paris"

        assert deadline() == soon
        reglo("keys", "amend", keys, "--rules", later)
        assert "DEPOT-40" in opened(later, "--only-open", status=2)  # new rules without their act
        assert deadline() == soon
        (keys / "repetition-1.json").unlink()  # what is open does not wait
        opened(later, "--amendment", keys / "rectificatif-1.json", "--only-open")
        assert deadline() == end


def test_in_two_phases_candidacies_are_held_to_their_own_hour_and_bids_received_apart(
    urls: tuple[str, str], platform: Platform, tmp_path: Path
) -> None:
    """A candidacy after its own deadline is late, however far that of bids is (R.2143-2)."""
    rules = tmp_path / "rules.yaml"
    text = RULES.read_text(encoding="utf-8")
    first, second = "2030-01-15 12:00 Europe/Paris", "2030-03-15 12:00 Europe/Paris"
    both = f"candidacy_deadline: {first}\n  submission_deadline: {second}"
    rules.write_text(re.sub(r"submission_deadline: 2026.*", both, text), encoding="utf-8")
    loaded = read_rules(rules)
    assert loaded.consultation is not None
    keys = OpeningKeys(
        consultation=loaded.consultation.reference,
        rules_sha256=loaded.digest,
        recipients={name: Identity.generate().recipient for name in compartments_of(loaded.consultation)},
    )
    (tmp_path / "keys.json").write_bytes(keys.to_json())
    environment = {"DATABASE_URL": urls[0], "DATABASE_OWNER_URL": urls[1]}
    asked = ["deposit-server", "--data", tmp_path / "data", "--open", rules, "--keys", tmp_path / "keys.json"]

    def run(*more: str) -> Result:
        return CliRunner(env=environment).invoke(app, [*map(str, asked), "--only-open", *more])

    done = run()
    assert (done.exit_code, "dépôts jusqu'au 15/01/2030" in done.output) == (0, True), done.output
    apart = run("--bids")
    assert (apart.exit_code, "déjà ouverte" in apart.output) == (2, True), apart.output
    with platform.pool.connection() as connection:
        found = find_consultation(connection, keys.consultation)
        limits = {"candidacy/1": found.deadline, "bid/1": datetime(2030, 3, 15, 11, tzinfo=UTC)}
        act = replace(amended(found.deadline), deadlines=limits, consultation=keys.consultation)
        with pytest.raises(Refused, match="un autre « --data »"):
            put_deadline_back(connection, found, "1" * 64, limits["bid/1"], True, [act], datetime.now(UTC))
    with psycopg.connect(urls[1]) as owner:
        owner.execute("DELETE FROM reglo.consultations")  # another platform
    done = run("--bids")
    assert (done.exit_code, "dépôts jusqu'au 15/03/2030" in done.output) == (0, True), done.output


def test_a_deadline_is_not_put_back_once_past_nor_brought_forward_even_by_the_application(
    platform: Platform, consultation: Open
) -> None:
    consultation(deadline=in_hours(-1))
    with pytest.raises(Refused, match="est passée"):
        consultation(deadline=in_hours(5), rules_sha256="1" * 64, amendments=[amended(in_hours(5))])
    with platform.pool.connection() as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("UPDATE consultations SET deadline = clock_timestamp() + interval '1 day'")
