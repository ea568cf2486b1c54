"""Copies de sauvegarde (CS-01 to CS-06) and the moves the database allows."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import httpx
import psycopg
import pytest
from pypdf import PdfReader
from tests.deposit.conftest import Open
from tests.deposit.support import CHUNK, REFERENCE, Pli, creation, in_hours, resume, send

from reglo.deposit import backup_copies as copies
from reglo.deposit import store
from reglo.deposit.acts import Platform
from reglo.deposit.backup_copies import BackupCopy, Ground, Medium
from reglo.deposit.withdrawal import withdrawal_statement
from reglo.procurement.findings import Refused

CREATE = f"/consultations/{REFERENCE}/depots"


def receive(platform: Platform, hours: float = 0.0, marked: bool = True) -> tuple[BackupCopy, list[str]]:
    copy, findings = copies.receive_copy(
        platform,
        consultation=REFERENCE,
        depositor="Alice SARL",
        medium=Medium.PHYSICAL,
        marked=marked,
        received_at=in_hours(hours),
        received_by="Chloé",
        place="coffre, bureau 12",
    )
    return copy, [finding.code for finding in findings]


def begun(client: httpx.Client, platform: Platform, pli: Pli, bytes_sent: int) -> str:
    """An upload of which some bytes came; its number."""
    where = client.post(CREATE, headers=creation(pli)).headers["location"]
    if bytes_sent:
        client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=pli.data[:bytes_sent])
    with platform.pool.connection() as connection:
        row = connection.execute("SELECT id FROM uploads ORDER BY created_at DESC LIMIT 1").fetchone()
    assert row is not None
    return str(row["id"])


@pytest.fixture
def hour_passes(urls: tuple[str, str]) -> Callable[[], None]:
    """The deadline, an hour away, is now behind us; what was begun before it stays begun before it."""

    def pass_by() -> None:
        with psycopg.connect(urls[1], options="-c search_path=reglo") as connection:
            connection.execute("UPDATE consultations SET deadline = clock_timestamp()")

    return pass_by


def acts_of(platform: Platform, copy: str) -> list[str]:
    with platform.pool.connection() as connection:
        rows = connection.execute("SELECT act, line FROM journal ORDER BY index").fetchall()
    return [row["act"] for row in rows if copy in row["line"]]


def test_a_copy_opened_for_an_incomplete_pli_begun_in_time_is_used_then_archived(
    client: httpx.Client, platform: Platform, pli: Pli, hour_passes: Callable[[], None]
) -> None:
    copy, found = receive(platform)
    assert (copy.state, found) == ("received_sealed", [])
    upload = begun(client, platform, pli, 5_000)
    with pytest.raises(Refused, match="l'heure limite n'est pas passée"):
        copies.open_copy(
            platform, copy=copy.id, ground=Ground.MALWARE, transmission=upload, trace="EICAR", who="Chloé"
        )
    hour_passes()
    opened = copies.open_copy(
        platform,
        copy=copy.id,
        ground=Ground.INCOMPLETE,
        transmission=upload,
        trace="5 000 octets",
        who="Chloé",
    )
    assert opened.state == "opened"
    assert copies.use_copy(platform, copy=copy.id, who="Chloé").state == "used"
    assert copies.close_file(platform, copy=copy.id, who="Chloé").state == "archived"
    assert acts_of(platform, copy.id) == [
        "backup_copy.received",
        "backup_copy.opened",
        "backup_copy.used",
        "backup_copy.archived",
    ]


def test_cs_03_a_copy_of_a_pli_never_begun_stays_closed(
    client: httpx.Client, platform: Platform, pli: Pli, hour_passes: Callable[[], None]
) -> None:
    copy, _ = receive(platform)
    upload = begun(client, platform, pli, 0)
    hour_passes()
    with pytest.raises(Refused, match="n'avait pas commencé avant l'heure limite"):
        copies.open_copy(
            platform, copy=copy.id, ground=Ground.LATE, transmission=upload, trace="tardif", who="Chloé"
        )
    with pytest.raises(Refused, match="trace"):
        copies.open_copy(
            platform, copy=copy.id, ground=Ground.MALWARE, transmission=upload, trace=" ", who="Chloé"
        )


def test_cs_04_an_infected_copy_is_discarded_then_destroyed(
    client: httpx.Client, platform: Platform, pli: Pli, hour_passes: Callable[[], None]
) -> None:
    copy, _ = receive(platform)
    upload = begun(client, platform, pli, 5_000)
    hour_passes()
    copies.open_copy(
        platform, copy=copy.id, ground=Ground.MALWARE, transmission=upload, trace="EICAR", who="Chloé"
    )
    discarded = copies.discard_copy(platform, copy=copy.id, who="Chloé", why="EICAR aussi")
    assert discarded.state == "discarded"
    assert copies.close_file(platform, copy=copy.id, who="Chloé").state == "destroyed"


def test_cs_02_a_late_or_unmarked_copy_is_kept_and_said_so(
    client: httpx.Client, platform: Platform, pli: Pli
) -> None:
    late, found = receive(platform, hours=2, marked=False)
    assert (late.state, found) == ("late", ["DEPOT-30", "DEPOT-31"])
    upload = begun(client, platform, pli, 5_000)
    with pytest.raises(Refused, match="après l'heure limite"):
        copies.open_copy(
            platform, copy=late.id, ground=Ground.MALWARE, transmission=upload, trace="EICAR", who="Chloé"
        )
    assert copies.close_file(platform, copy=late.id, who="Chloé").state == "destroyed"


def test_cs_02_a_copy_whose_pli_does_not_bear_the_mention_is_not_one_anybody_may_open(
    client: httpx.Client, platform: Platform, pli: Pli, hour_passes: Callable[[], None]
) -> None:
    """Annexe 6, art. 2: I demands the mention on the pli; II lets a copie de sauvegarde alone be opened."""
    unmarked, found = receive(platform, marked=False)
    assert (unmarked.state, found) == ("received_sealed", ["DEPOT-31"])
    marked, _ = receive(platform)  # the mention, misread at first: registered again
    upload = begun(client, platform, pli, 5_000)
    hour_passes()
    assert grounds_open(platform, unmarked.id) == []
    assert grounds_open(platform, marked.id) == ["programme malveillant", "pli incomplet"]
    with pytest.raises(Refused, match="ne porte pas la mention"):
        copies.open_copy(
            platform, copy=unmarked.id, ground=Ground.MALWARE, transmission=upload, trace="x", who="Chloé"
        )
    assert copies.close_file(platform, copy=unmarked.id, who="Chloé").state == "destroyed"


def test_cs_05_an_unopened_copy_is_destroyed_and_nothing_comes_back(
    platform: Platform, consultation: Open, hour_passes: Callable[[], None]
) -> None:
    consultation()
    copy, _ = receive(platform)
    with pytest.raises(Refused, match="avant elle, une copie de sauvegarde ne se détruit pas"):
        copies.close_file(platform, copy=copy.id, who="Chloé")
    hour_passes()
    assert copies.close_file(platform, copy=copy.id, who="Chloé").state == "destroyed"
    with pytest.raises(Refused) as refused:
        copies.use_copy(platform, copy=copy.id, who="Chloé")
    assert refused.value.findings[0].code == "DEPOT-15"


def test_cs_01_an_electronic_copy_only_if_the_rules_allow_it(
    client: httpx.Client, platform: Platform, pli: Pli
) -> None:
    refused = client.post(CREATE, headers=creation(pli, kind="backup_copy"))
    assert (refused.status_code, refused.json()["findings"][0]["code"]) == (422, "DEPOT-32")


def test_an_electronic_copy_is_received_with_its_receipt_and_kept_apart(
    server: object, client: httpx.Client, platform: Platform, pli: Pli, urls: tuple[str, str]
) -> None:
    with psycopg.connect(urls[1], options="-c search_path=reglo") as connection:
        connection.execute("UPDATE consultations SET electronic_copy_allowed = true")
    where = client.post(CREATE, headers=creation(pli, kind="backup_copy")).headers["location"]
    resume(client, where, pli)
    receipt = client.get(f"{where}/recu").json()["receipt"]
    assert (receipt["kind"], receipt["envelope_sha256"]) == ("backup_copy", pli.envelope)
    pages = "".join(
        page.extract_text() for page in PdfReader(BytesIO(client.get(f"{where}/recu.pdf").content)).pages
    )
    assert "Accusé de réception d’une copie de sauvegarde" in pages
    assert "kind" not in client.get(f"{send(client, pli)}/recu").json()["receipt"]
    with platform.pool.connection() as connection:
        (copy,) = copies.copies_of(connection, REFERENCE)
    assert (copy.medium, copy.state, copy.depositor) == ("électronique", "received_sealed", "Alice SARL")
    assert acts_of(platform, copy.id) == ["deposit.received", "backup_copy.received"]


def test_an_electronic_copy_never_takes_the_place_of_the_pli_it_saves(
    client: httpx.Client, platform: Platform, pli: Pli, urls: tuple[str, str]
) -> None:
    with psycopg.connect(urls[1], options="-c search_path=reglo") as connection:
        connection.execute("UPDATE consultations SET electronic_copy_allowed = true")
    capability = send(client, pli).rsplit("/", 1)[-1]
    refused = client.post(CREATE, headers=creation(pli, kind="backup_copy", replaces=capability))
    assert (refused.status_code, refused.json()["findings"][0]["code"]) == (409, "DEPOT-15")


def grounds_open(platform: Platform, copy: str) -> list[str]:
    """Grounds for which the file given to the opening says that the copy may be opened."""
    with platform.pool.connection() as connection:
        consultation = store.find_consultation(connection, REFERENCE)
        said = copies.for_the_opening(connection, consultation, platform.clock.now())
    (found,) = [each for each in said["copies"] if each["id"] == copy]
    return [name for sent in found["transmissions"] for name, why in sent["closed"].items() if not why]


def test_cs_03_what_the_opening_is_told_follows_the_fate_of_the_electronic_pli(
    client: httpx.Client, platform: Platform, pli: Pli, hour_passes: Callable[[], None]
) -> None:
    copy, _ = receive(platform)
    assert grounds_open(platform, copy.id) == []
    upload = begun(client, platform, pli, 5_000)
    assert grounds_open(platform, copy.id) == []  # before the hour
    hour_passes()
    assert grounds_open(platform, copy.id) == ["programme malveillant", "pli incomplet"]
    with platform.pool.connection() as connection:
        token = copies.find_transmission(connection, upload)
    assert (token.state, token.pli) == ("open", "")


def test_cs_03_a_pli_begun_in_time_and_ended_late_opens_its_copy_for_lateness(
    client: httpx.Client, platform: Platform, pli: Pli, hour_passes: Callable[[], None]
) -> None:
    copy, _ = receive(platform)
    where = client.post(CREATE, headers=creation(pli)).headers["location"]
    client.patch(where, headers={**CHUNK, "Upload-Offset": "0"}, content=pli.data[:5_000])
    hour_passes()
    resume(client, where, pli)
    assert client.get(where).json()["state"] == "late"
    assert grounds_open(platform, copy.id) == [ground.value for ground in Ground]


def test_cs_03_a_withdrawn_pli_keeps_its_copy_closed(
    client: httpx.Client, platform: Platform, pli: Pli, hour_passes: Callable[[], None]
) -> None:
    copy, _ = receive(platform)
    where = send(client, pli)
    number = client.get(f"{where}/recu").json()["receipt"]["id"]
    signature = b64encode(pli.key.sign(withdrawal_statement(number, pli.pli)))
    assert client.post(f"{where}/retrait", content=signature).status_code == 200
    hour_passes()
    assert grounds_open(platform, copy.id) == []
    with pytest.raises(Refused, match="a retiré le pli"):
        copies.open_copy(
            platform, copy=copy.id, ground=Ground.MALWARE, transmission=number, trace="x", who="Chloé"
        )


MOVES = [
    ("uploads", "complete", "open"),
    ("uploads", "expired", "complete"),
    ("deposits", "withdrawn", "received"),
    ("deposits", "late", "received"),
    ("deposits", "replaced", "received"),
    ("backup_copies", "destroyed", "opened"),
    ("backup_copies", "received_sealed", "used"),
    ("backup_copies", "late", "opened"),
]


def test_the_database_itself_knows_which_moves_are_allowed(platform: Platform, consultation: Open) -> None:
    """Whatever the program does: a late bid never becomes on time, a withdrawn one never comes back."""
    consultation()
    with platform.pool.connection() as connection:
        rows = connection.execute("SELECT thing, before, after FROM allowed_moves").fetchall()
        allowed = {(row["thing"], row["before"], row["after"]) for row in rows}
    assert not allowed.intersection(MOVES)
    copy, _ = receive(platform)
    with platform.pool.connection() as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute("UPDATE backup_copies SET state = 'used' WHERE id = %s", (copy.id,))


def test_an_upload_never_finished_expires_and_gives_its_room_back(
    client: httpx.Client, platform: Platform, pli: Pli
) -> None:
    from reglo.deposit import acts, store

    upload = begun(client, platform, pli, 5_000)
    with platform.pool.connection() as connection:
        connection.execute("UPDATE uploads SET expires_at = now() - %s", (timedelta(seconds=1),))
    assert acts.expire_uploads(platform) == 1
    with platform.pool.connection() as connection:
        assert store.upload_by_id(connection, upload).state == "expired"
    assert acts_of(platform, upload) == ["upload.created", "upload.expired"]
