"""``reglo backup-copy`` and ``reglo open --copies``, as a buyer uses them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import psycopg
import pytest
from tests.deposit.support import CHUNK, REFERENCE, Pli, Server, creation, make_pli, resume, send

from reglo.cli import run
from reglo.sealing.age import Identity

CREATE = f"/consultations/{REFERENCE}/depots"
Reglo = Callable[..., tuple[int, str, str]]


@pytest.fixture
def reglo(
    client: httpx.Client,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Reglo:
    """The command against the test's platform: (status, output, errors)."""
    monkeypatch.setenv("DATABASE_URL", server.database_url)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)

    def call(*arguments: str) -> tuple[int, str, str]:
        data = ("--data", str(server.data)) if arguments[0] == "backup-copy" else ()
        status = run([*arguments, *data])
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


def set_right(urls: tuple[str, str], what: str) -> None:
    with psycopg.connect(urls[1], options="-c search_path=reglo") as connection:
        connection.execute(f"UPDATE consultations SET {what}".encode())


def register(reglo: Reglo, depositor: str = "ALICE sarl", *more: str) -> tuple[int, str, str]:
    now = datetime.now(ZoneInfo("Europe/Paris")) - timedelta(minutes=1)
    return reglo(
        "backup-copy", "register", REFERENCE, "--depositor", depositor, "--medium", "support",
        "--received", f"{now:%Y-%m-%d %H:%M}", "--place", "coffre, bureau 12", "--by", "Chloé", *more,
    )  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        ("backup-copy", "list", "AUTRE-1"),
        ("collect", "AUTRE-1", "-o", "plis", "--storage", "store"),
        ("evidence", "AUTRE-1", "--from", "2026-01-01 10:00", "--to", "2026-01-01 11:00"),
    ],
)
def test_a_consultation_the_platform_does_not_hold_is_said_with_those_it_holds(
    reglo: Reglo, client: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    status, said, told = reglo(*line)
    assert (status, said) == (2, "")
    assert told.startswith("Aucune consultation « AUTRE-1 » sur cette plateforme. Elle tient : « ")
    assert f"« {REFERENCE} »" in told


def test_a_copy_from_the_counter_to_the_archive(
    reglo: Reglo, client: httpx.Client, server: Server, urls: tuple[str, str], pli: Pli, tmp_path: Path
) -> None:
    """CS-02, CS-03, CS-05, CS-06: registered, its pli unreadable at the opening, opened, used, kept."""
    status, said, told = register(reglo)
    assert (status, told) == (0, "")
    copy = said.split(" ")[0]
    where = send(client, pli)
    status, _, told = reglo(
        "backup-copy", "open", copy[:6], "--ground", "illisible", "--deposit", pli.pli, "--trace", "x",
        "--by", "Chloé",
    )  # fmt: skip
    assert (status, "DEPOT-33" in told, "l'heure limite n'est pas passée" in told) == (2, True, True)
    set_right(urls, "deadline = clock_timestamp()")

    state = tmp_path / "copies.json"
    status, said, _ = reglo("backup-copy", "list", REFERENCE, "-o", str(state))
    assert status == 0
    assert "programme malveillant, pli incomplet, pli illisible : peut être ouverte (annexe 6" in said
    assert "pli tardif : reste fermée, le pli électronique n'est pas tardif" in said

    status, said, _ = reglo("collect", REFERENCE, "-o", str(tmp_path / "plis"), "--data", str(server.data))
    assert "Copies de sauvegarde fermées : 1." in said
    (kept,) = json.loads((tmp_path / "plis" / "copies.json").read_bytes())["copies"]
    assert [sent["file"] for sent in kept["transmissions"]] == [next((tmp_path / "plis").glob("*.pli")).name]

    broken = bytearray(pli.data)
    broken[len(broken) // 2] ^= 1
    path = tmp_path / "alice.pli"
    path.write_bytes(broken)
    keys = [
        f"{name}={tmp_path / file}"
        for name, file in (("bid/1", "offre.cle"), ("candidacy/1", "candidature.cle"))
    ]
    (tmp_path / "offre.cle").write_text(Identity(b"\2" * 32).secret)
    (tmp_path / "candidature.cle").write_text(Identity(b"\1" * 32).secret)
    status, said, told = reglo(
        "open", str(path), "-o", str(tmp_path / "ouvert"), "--key", keys[0], "--key", keys[1],
        "--copies", str(state),
    )  # fmt: skip
    assert status == 1
    assert "DEPOT-34" in told
    assert f"reglo backup-copy open {copy} --ground illisible --deposit {pli.pli}" in told

    for arguments, end in (
        (("open", copy, "--ground", "illisible", "--deposit", pli.pli, "--trace", "SCEAU-30"), "ouverte"),
        (("use", copy), "utilisée à la place du pli"),
        (("close", copy), "conservée avec la procédure"),
    ):
        status, said, told = reglo("backup-copy", *arguments, "--by", "Chloé")
        assert (status, told) == (0, "")
        assert end in said
    assert client.get(f"{where}/recu").status_code == 200


def test_an_electronic_copy_is_deposited_by_the_bidder_and_written_out_when_opened(
    reglo: Reglo, client: httpx.Client, server: Server, urls: tuple[str, str], pli: Pli, tmp_path: Path
) -> None:
    set_right(urls, "electronic_copy_allowed = true")
    where = client.post(CREATE, headers=creation(pli)).headers["location"]
    client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=pli.data[:5_000])
    saved = make_pli(tmp_path / "copie")
    path = tmp_path / "alice.pli"
    path.write_bytes(saved.data)
    status, said, told = reglo(
        "deposit", f"{server.url}/consultations/{REFERENCE}", str(path), "--backup-copy",
        "--name", "Alice SARL", "--email", "alice@exemple.fr",
    )  # fmt: skip
    assert status == 0, told
    assert "alice.pli.copie.recu.json" in said
    assert said.startswith("Copie de sauvegarde reçue : dernier octet le ")
    set_right(urls, "deadline = clock_timestamp()")
    _, said, _ = reglo("backup-copy", "list", REFERENCE)
    copy = next(line.split(" ")[0] for line in said.splitlines() if line.endswith("· électronique"))
    with psycopg.connect(urls[1], options="-c search_path=reglo") as connection:
        row = connection.execute("SELECT id FROM uploads WHERE kind = 'pli'").fetchone()
    assert row is not None
    asked = ("--ground", "incomplet", "--deposit", str(row[0]), "--trace", "5 000 octets", "--by", "Chloé")
    assert reglo("backup-copy", "open", copy, *asked)[0] == 2  # where to write it was not said
    out = tmp_path / "copie-ouverte.pli"
    status, said, told = reglo("backup-copy", "open", copy, *asked, "-o", str(out))
    assert (status, told) == (0, "")
    assert out.read_bytes() == saved.data
    status, said, _ = reglo("backup-copy", "discard", copy, "--why", "EICAR", "--by", "Chloé")
    assert "écartée" in said
    status, said, _ = reglo("backup-copy", "close", copy, "--by", "Chloé")
    assert "détruite" in said  # CS-04, CS-05
    assert client.get(where).json()["state"] == "open"
    resume(client, where, pli)


def test_cs_02_a_late_copy_or_one_without_its_mention_is_registered_and_said_so(
    reglo: Reglo, urls: tuple[str, str]
) -> None:
    set_right(urls, "deadline = clock_timestamp() - interval '1 hour'")
    status, said, told = register(reglo, "Bob", "--unmarked")
    assert status == 1
    assert "reçue hors délai, fermée" in said
    assert "DEPOT-30" in told
    assert "DEPOT-31" in told
    assert "sans la mention" in reglo("backup-copy", "list", REFERENCE)[1]


def test_a_refused_opening_leaves_no_file_and_wrong_words_nothing_at_all(
    reglo: Reglo, client: httpx.Client, urls: tuple[str, str], pli: Pli, tmp_path: Path
) -> None:
    set_right(urls, "electronic_copy_allowed = true")
    where = client.post(CREATE, headers=creation(pli, kind="backup_copy")).headers["location"]
    resume(client, where, pli)
    copy = client.get(f"{where}/recu").json()["receipt"]["id"]
    other = send(client, make_pli(tmp_path / "pli"))
    number = client.get(f"{other}/recu").json()["receipt"]["id"]
    out = tmp_path / "sortie.pli"
    asked = ("--ground", "virus", "--deposit", number, "--trace", "EICAR", "--by", "Chloé", "-o", str(out))
    assert reglo("backup-copy", "open", copy, *asked)[0] == 2  # before the hour
    assert not out.exists()
    for arguments in (
        ("open", "zzzz", *asked),
        ("open", copy, "--ground", "caprice", *asked[2:]),
        ("close", "abc", "--by", "Chloé"),
        ("list", "inconnue"),
    ):
        status, _, told = reglo("backup-copy", *arguments)
        assert (status, bool(told)) == (2, True), arguments
    future = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d %H:%M}"
    assert register(reglo, "Bob", "--received", future)[0] == 2
    assert register(reglo, " ")[0] == 2
    lies = tmp_path / "faux.json"
    lies.write_text(json.dumps({"format": "autre"}))
    assert reglo("open", str(lies), "-o", str(tmp_path / "x"), "--copies", str(lies))[0] == 2


def test_what_cannot_be_inscribed_is_told_with_its_mend_and_changes_nothing(
    reglo: Reglo, client: httpx.Client, server: Server, urls: tuple[str, str], pli: Pli
) -> None:
    _, said, _ = register(reglo)
    copy = said.split(" ")[0]
    send(client, pli)
    set_right(urls, "deadline = clock_timestamp() + interval '1 hour'")
    assert "DEPOT-37" in reglo("backup-copy", "close", copy, "--by", "Chloé")[2]
    set_right(urls, "deadline = clock_timestamp()")
    before = reglo("backup-copy", "list", REFERENCE)
    assert pli.pli in before[1]  # whole, as --deposit wants it
    asked = ("--ground", "virus", "--deposit", pli.pli, "--trace", "EICAR", "--by", "Chloé")
    for line, told in (
        (("open", copy, *asked, "--by", " "), "« --by » est vide"),
        (("open", copy, *asked, "--trace", ""), "« --trace » est vide"),
        (("use", copy, "--by", ""), "« --by » est vide"),
        (("discard", copy, "--by", "Chloé", "--why", " "), "« --why » est vide"),
        (("close", copy, "--by", ""), "« --by » est vide"),
        (("open", "zzzz", *asked), "DEPOT-35 · « zzzz »"),
        (("open", copy, *asked, "--deposit", pli.pli[:8]), f"DEPOT-36 · « {pli.pli[:8]} »"),
        (("open", copy[:4] + "\udcff", *asked), "n'est pas du texte UTF-8"),
        (("open", copy, *asked, "--trace", "EICAR\udcff"), "n'est pas du texte UTF-8"),
    ):
        status, said, errors = reglo("backup-copy", *line)
        assert (status, said, told in errors) == (2, "", True), (line, errors)
    for name, received, told in (
        ("Bob", "0001-01-01 00:00", "n'est pas un instant"),
        ("B\udcffb", "2026-01-05 10:00", "n'est pas du texte UTF-8"),
    ):
        status, said, errors = register(reglo, name, "--received", received)
        assert (status, said, told in errors) == (2, "", True), errors
    assert reglo("backup-copy", "list", REFERENCE) == before
