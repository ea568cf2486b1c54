"""The judge's page of a real server: who tried what when, what the platform did, and what it cannot show."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import psycopg
import pytest
from tests.deposit.conftest import Open
from tests.deposit.support import (
    CHUNK,
    REFERENCE,
    Pli,
    Server,
    creation,
    in_hours,
    make_pli,
    once_true,
    resume,
    send,
)

from reglo.deposit.acts import Platform
from reglo.deposit.evidence import gather, read_probes
from reglo.deposit.evidence_page import lines

CREATE = f"/consultations/{REFERENCE}/depots"


def close_deposits(server: Server) -> None:
    """Before the deadline, nobody is named: let it be past."""
    with psycopg.connect(server.owner_url, options="-c search_path=reglo") as connection:
        connection.execute("UPDATE consultations SET deadline = least(deadline, clock_timestamp())")


def page(server: Server, *more: str, closed: bool = True) -> subprocess.CompletedProcess[str]:
    if closed:
        close_deposits(server)
    now = datetime.now(UTC)
    times = ((now - timedelta(minutes=2)).isoformat(), (now + timedelta(seconds=1)).isoformat())
    program = "from reglo.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, "evidence", REFERENCE, "--from", times[0], "--to", times[1], *more],
        env={**os.environ, "DATABASE_URL": server.database_url},
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_page_tells_attempts_deaths_and_silences(
    client: httpx.Client, server: Server, platform: Platform, pli: Pli, tmp_path: Path
) -> None:
    send(client, pli, name="Alice SARL")
    other = client.post(CREATE, headers=creation(pli, name="Bob SA")).headers["location"]
    client.patch(other, headers={**CHUNK, "Upload-Offset": "0"}, content=pli.data[:5_000])
    client.patch(other, headers={**CHUNK, "Upload-Offset": "99"}, content=b"x")
    once_true(platform, "SELECT 1 FROM health WHERE at > (SELECT max(ended_at) FROM attempts)")
    server.kill()
    probes = tmp_path / "sonde.jsonl"
    seen = {"at": datetime.now(UTC).isoformat(), "source": "sonde-1", "ok": False, "detail": "pas de réponse"}
    probes.write_text(json.dumps(seen) + "\n", encoding="utf-8")
    out = tmp_path / "releve.json"
    run = page(server, "--probe", str(probes), "-o", str(out))
    assert run.returncode == 1, run.stderr  # most of the period has no measure at all
    assert "Alice SARL : " in run.stdout
    assert "Bob SA : 3 requêtes" in run.stdout
    assert "DEPOT-05" in run.stdout
    assert "Sondes extérieures : 1 mesure, 1 en échec." in run.stdout
    said = json.loads(out.read_bytes())
    assert said["consultation"]["limits"]["max_size"] == 64 * 1024 * 1024
    assert {each["outcome"] for each in said["attempts"]} == {"reçu", "déposant ou réseau"}
    assert said["runs"][0]["stopped_at"] is None  # killed: no orderly end
    assert sum(minute["seconds"] for minute in said["minutes"]) >= 1


def test_a_backup_copy_is_told_apart_from_the_bids(
    client: httpx.Client, server: Server, pli: Pli, urls: tuple[str, str], tmp_path: Path
) -> None:
    with psycopg.connect(urls[1], options="-c search_path=reglo") as connection:
        connection.execute("UPDATE consultations SET electronic_copy_allowed = true")
    send(client, pli, name="Alice SARL")
    where = client.post(CREATE, headers=creation(pli, name="Alice SARL", kind="backup_copy")).headers[
        "location"
    ]
    resume(client, where, pli)
    out = tmp_path / "releve.html"
    said = page(server, "-o", str(out)).stdout
    assert "Plis reçus en entier : 1, dont 0 hors délai." in said
    assert "Copies de sauvegarde électroniques : 1, dont 0 hors délai." in said
    assert "Alice SARL, copie de sauvegarde : " in said
    assert "Alice SARL, copie de sauvegarde, envoi " in out.read_text(encoding="utf-8")


def test_the_page_prints_as_pdf_and_the_terminal_tells_many_chunks_in_one_line(
    client: httpx.Client, server: Server, tmp_path: Path
) -> None:
    send(client, make_pli(tmp_path / "large", (400_000,)))
    out = tmp_path / "releve.pdf"
    said = page(server, "-o", str(out), "-o", str(out.with_suffix(".json"))).stdout
    assert json.loads(out.with_suffix(".json").read_bytes())["format"] == "reglo-evidence/1"
    assert re.search(r"· envoi, 9 requêtes · 4\d\d,\d ko reçus, 4\d\d,\d ko gardés · acquittées\n", said), (
        said
    )
    assert out.read_bytes()[:5] == b"%PDF-"


def test_the_page_is_one_html_file_that_fetches_nothing_and_says_in_words_what_it_draws(
    client: httpx.Client, server: Server, platform: Platform, pli: Pli, tmp_path: Path
) -> None:
    send(client, pli, name="Alice <b>SARL</b>")
    client.patch("/depots/nul", headers={**CHUNK, "Upload-Offset": "0"}, content=b"x")
    once_true(platform, "SELECT 1 FROM health WHERE at > (SELECT max(ended_at) FROM attempts)")
    out = tmp_path / "releve.html"
    page(server, "-o", str(out))
    text = out.read_text(encoding="utf-8")
    assert "Alice &lt;b&gt;SARL" in text
    assert "<b>" not in text
    assert not re.search(r"(?:src|href)=|url\((?!#)|<script", text)
    assert text.count("<svg") == text.count('role="img"') >= 2
    assert "toutes acquittées" in text
    assert "secondes mesurées sur" in text


def test_what_cannot_be_read_is_said_and_nothing_is_written(
    client: httpx.Client, server: Server, tmp_path: Path
) -> None:
    wrong = tmp_path / "sonde.jsonl"
    wrong.write_text('{"at": "hier"}\n', encoding="utf-8")
    run = page(server, "--probe", str(wrong))
    assert (run.returncode, "sa ligne 1 n'est pas une mesure" in run.stderr) == (2, True)
    with pytest.raises(ValueError, match="ligne 1"):
        read_probes(wrong)


def test_a_second_without_a_sample_proves_nothing(platform: Platform, client: httpx.Client) -> None:
    # ten whole minutes would be ten, not eleven; yesterday at noon, for midnight starts another line
    now = (platform.clock.now() - timedelta(days=1)).replace(hour=12, second=30)
    with platform.pool.connection() as connection:
        found = gather(connection, REFERENCE, now - timedelta(minutes=30), now - timedelta(minutes=20))
    assert len(found.minutes) == 11
    (told,) = [line for line in lines(found) if "s mesurées" in line]  # one line for the whole silence
    assert told.endswith(" · 0 s mesurées · aucune mesure pendant 10 min")
    assert {minute.shown(found.expected(minute)) for minute in found.minutes[1:-1]} == {
        "sans mesure pendant 60 s"
    }
    assert not found.normal


def measured(platform: Platform, start: datetime, seconds: int) -> None:
    """A sound sample each second."""
    with platform.pool.connection() as connection:
        connection.cursor().executemany(
            """INSERT INTO health (at, node, skew_ms, database_ms, storage_ms, loop_ms, requests, received,
                                   memory_mb, free_mb) VALUES (%s, 'n1', 1, 2, 3, 1, 0, 0, 1, 1)""",
            [(start + timedelta(seconds=each, microseconds=400_000),) for each in range(seconds)],
        )


def test_a_quarter_of_an_hour_has_fifteen_minutes_of_sixty_seconds(
    platform: Platform, consultation: Open
) -> None:
    consultation(deadline=in_hours(-5))
    start = (platform.clock.now() - timedelta(hours=2)).replace(minute=29, second=0, microsecond=0)
    end = start + timedelta(minutes=15)
    measured(platform, start, 15 * 60)
    with platform.pool.connection() as connection:
        whole = gather(connection, REFERENCE, start, end)
        longer = gather(connection, REFERENCE, start, end + timedelta(minutes=1))
        ahead = gather(connection, REFERENCE, start, platform.clock.now() + timedelta(hours=1))
    assert (len(whole.minutes), {minute.seconds for minute in whole.minutes}) == (15, {60})
    assert {whole.expected(minute) for minute in whole.minutes} == {60}
    assert (whole.normal, longer.normal, ahead.normal) == (True, False, False)
    assert "15 minutes de mesures, de bout en bout" in "\n".join(lines(whole))
    assert "sans mesure pendant 60 s" in "\n".join(lines(longer))
    assert "La période demandée n'est pas finie" in "\n".join(lines(ahead))


def test_a_period_that_has_not_begun_is_refused(client: httpx.Client, server: Server) -> None:
    program = "from reglo.cli import main; main()"
    run = subprocess.run(
        [sys.executable, "-c", program, "evidence", REFERENCE, "--from", "2099-01-01 10:00", "--to",
         "2099-01-01 11:00"],
        env={**os.environ, "DATABASE_URL": server.database_url}, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert (run.returncode, "rien à relever" in run.stderr) == (2, True)


def test_before_the_deadline_nobody_is_named_nor_counted(
    client: httpx.Client, server: Server, pli: Pli, tmp_path: Path
) -> None:
    """AP-T09: neither who deposits, nor how many, whatever form the page takes."""
    send(client, pli, name="Alice SARL", email="alice@exemple.fr")
    out = tmp_path / "releve"
    forms = [out.with_suffix(each) for each in (".json", ".html")]
    run = page(server, *(word for form in forms for word in ("-o", str(form))), closed=False)
    for text in (run.stdout, *(form.read_text(encoding="utf-8") for form in forms)):
        assert not re.search(r"alice|Plis reçus en entier|127\.0\.0\.1", text, re.IGNORECASE)
    assert "qui dépose, quoi et combien ne se dit à personne" in run.stdout
    assert "Aucune requête n'a échoué du fait de la plateforme." in run.stdout
    said = json.loads(forms[0].read_bytes())
    assert (said["attempts"], said["deposits"]) == ([], [])
    assert {each["received"] for each in (*said["minutes"], *said["seconds"])} == {0}
    assert "Alice SARL" in page(server).stdout
