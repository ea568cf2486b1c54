"""A database that does not answer, or is no platform's, is said in words by each command that leans on it."""

from __future__ import annotations

from pathlib import Path

import httpx
import psycopg
import pytest
from tests.deposit.support import REFERENCE, Server

from reglo.cli import run
from reglo.deposit.database import Embedded
from reglo.sealing.signing import SigningKey

AT = ("--from", "2026-01-01 10:00", "--to", "2026-01-01 11:00")
LINES = (
    ("deposit-server", "--data", "plateforme", "--port", "0"),
    ("collect", "2026-014", "-o", "plis", "--storage", "store"),
    ("evidence", "2026-014", *AT),
    ("backup-copy", "list", "2026-014", "--data", "plateforme"),
    ("journal", "export", "--data", "plateforme", "-o", "journal.jsonl"),
)


@pytest.fixture(autouse=True)
def platform_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    key = tmp_path / "plateforme" / "signature" / "plateforme.cle"
    key.parent.mkdir(parents=True)
    key.write_bytes(SigningKey.generate().pem)


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_a_database_that_does_not_answer_is_said(
    postgresql: Embedded,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    line: tuple[str, ...],
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgresql.owner_url.replace("/postgres?", "/absente?"))
    status = run([*line])
    said = capsys.readouterr()
    assert (status, said.out) == (2, "")
    assert said.err.startswith("La base de DATABASE_URL ne répond pas (")


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_a_database_without_the_tables_is_said_and_who_may_make_them(
    postgresql: Embedded,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    line: tuple[str, ...],
) -> None:
    with psycopg.connect(postgresql.owner_url, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS vide")
        connection.execute("CREATE DATABASE vide")
    empty = postgresql.owner_url.replace("/postgres?", "/vide?").replace("postgres:@", "reglo_app:@", 1)
    monkeypatch.setenv("DATABASE_URL", empty)
    status = run([*line])
    said = capsys.readouterr()
    assert (status, said.out) == (2, "")
    assert ("DATABASE_OWNER_URL" if line[0] == "deposit-server" else "prépare une base neuve") in said.err


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (("--data", "fichier"), "« fichier » n'est pas un dossier"),
        (("--data", "p", "--storage", "ftp://ailleurs"), "« ftp://ailleurs » n'est pas un lieu de stockage"),
        (("--data", "p", "--authority", "horodatage"), "« horodatage » n'est pas une adresse"),
        (("--data", "p", "--host", "nulle.part.invalid"), "Rien ne peut écouter sur nulle.part.invalid"),
        (("--data", "p", "--port", "99999"), "--port"),
    ],
)
def test_what_a_server_cannot_stand_on_is_said(
    urls: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    line: tuple[str, ...],
    says: str,
) -> None:
    Path("fichier").touch()
    monkeypatch.setenv("DATABASE_URL", urls[0])
    monkeypatch.setenv("DATABASE_OWNER_URL", urls[1])
    port = () if "--port" in line else ("--port", "0")
    assert run(["deposit-server", *line, *port]) == 2
    assert says in capsys.readouterr().err


def test_a_folder_that_holds_no_database_is_said_and_none_is_made_in_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With DATABASE_URL forgotten, an empty journal would have been exported, and signed."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    before = sorted(Path().rglob("*"))
    Path("plateforme/store").mkdir()
    for line in LINES[1:]:
        given = line if "--data" in line else (*line, "--data", "plateforme")
        status = run([*given])
        said = capsys.readouterr()
        assert (status, said.out) == (2, "")
        assert "« plateforme » n'a pas de base : donnez DATABASE_URL" in said.err
    Path("plateforme/store").rmdir()
    assert sorted(Path().rglob("*")) == before


def test_a_path_where_the_embedded_database_does_not_start_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    Path("Mes documents/postgresql").mkdir(parents=True)
    data = ("--data", "Mes documents")
    evidence = ("evidence", "2026-014", *AT, *data)
    for line in (("deposit-server", *data, "--port", "0"), evidence):
        assert run([*line]) == 2
        assert "Mes documents » contient une espace : la base embarquée" in capsys.readouterr().err
    assert list(Path("Mes documents").rglob("*")) == [Path("Mes documents/postgresql")]


def test_a_key_that_cannot_sign_is_said(
    urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", urls[0])
    Path("plateforme/signature/plateforme.cle").write_bytes(b"")
    for line in (LINES[0], LINES[4]):
        assert run([*line]) == 2
        assert "plateforme.cle » n'est pas une clé privée Ed25519" in capsys.readouterr().err


def test_a_role_that_only_reads_is_enough_to_read_and_may_not_act(
    client: httpx.Client,
    server: Server,
    urls: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with psycopg.connect(urls[1]) as owner:
        owner.execute("DROP ROLE IF EXISTS lecteur")
        owner.execute("CREATE ROLE lecteur LOGIN")
        owner.execute("GRANT USAGE ON SCHEMA reglo TO lecteur")
        owner.execute("GRANT SELECT ON ALL TABLES IN SCHEMA reglo TO lecteur")
    monkeypatch.setenv("DATABASE_URL", urls[0].replace("reglo_app:@", "lecteur:@", 1))
    data = ("--data", str(server.data))
    try:
        assert run(["journal", "export", *data, "-o", "journal.jsonl"]) == 0
        assert run(["backup-copy", "list", REFERENCE, *data]) == 0
        assert run(["evidence", REFERENCE, *AT]) == 1  # nobody measured these minutes
        said = capsys.readouterr()
        assert said.err == ""
        acts = ["--depositor", "Alice", "--medium", "papier", "--place", "coffre", "--by", "Chloé"]
        line = ["backup-copy", "register", REFERENCE, *data, *acts, "--received", "2026-01-02 10:00"]
        assert run(line) == 2
        assert "n'a pas le droit de faire cet acte" in capsys.readouterr().err
    finally:
        with psycopg.connect(urls[1]) as owner:
            owner.execute("DROP OWNED BY lecteur")
            owner.execute("DROP ROLE lecteur")
