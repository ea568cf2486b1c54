"""A database that does not answer, or is no platform's, is said in words by each command that leans on it."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from reglo.cli import run
from reglo.deposit.database import Embedded

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
    key.touch()


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
