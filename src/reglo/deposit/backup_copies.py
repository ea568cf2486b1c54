"""Copies de sauvegarde: received on paper, on a physical medium or electronically, opened only for cause.

CS-01 to CS-06; CCP R.2132-11; annexe 6, art. 2. Each copy ends in a stated place with its entries (V13);
deciding to open one is a person's act, the program says whether the law allows it (V14).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from reglo.deposit import store
from reglo.deposit.acts import STATE_FR, Platform
from reglo.deposit.database import Connection
from reglo.deposit.findings import (
    CopyKeptUntilTheHour,
    CopyLate,
    CopyStaysClosed,
    CopyUnmarked,
    MoveForbidden,
    NoSuchCopy,
    NoSuchSending,
    refuse,
)
from reglo.deposit.store import Consultation, french
from reglo.procurement.deadlines.receipt import Timeliness, timeliness
from reglo.procurement.findings import Finding
from reglo.sealing.canonical import Json


class Medium(StrEnum):
    """On what a copy comes. Paper and physical media are always allowed (CS-01)."""

    PAPER = "papier"
    PHYSICAL = "support physique électronique"
    ELECTRONIC = "électronique"


class Ground(StrEnum):
    """Why a copy is opened (CS-03)."""

    MALWARE = "programme malveillant"  # (a) found in the electronic file, its trace kept
    INCOMPLETE = "pli incomplet"  # (b) with LATE and UNREADABLE: only if its transmission began in time
    LATE = "pli tardif"
    UNREADABLE = "pli illisible"


@dataclass(frozen=True, slots=True, kw_only=True)
class BackupCopy:
    """A copy and its state."""

    id: str
    consultation: str
    depositor: str
    medium: str
    marked: bool
    received_at: datetime
    received_by: str
    place: str
    upload: str | None
    state: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transmission:
    """The electronic sending of a pli, wholly received or not, that a copy may stand in for."""

    upload: str
    consultation: str
    depositor: str
    state: str  # of the deposit when there is one, of the upload otherwise
    size: int
    received: int
    first_byte_at: datetime | None
    pli: str  # "" until wholly received
    receipt: str


def receive_copy(
    platform: Platform,
    *,
    consultation: str,
    depositor: str,
    medium: Medium,
    marked: bool,
    received_at: datetime,
    received_by: str,
    place: str,
) -> tuple[BackupCopy, tuple[Finding, ...]]:
    """Register a copy handed over or posted, on paper or on a physical medium; an electronic one is uploaded.

    received_at: as the person who received it notes it, with its zone. marked: its pli bears « copie de
    sauvegarde », as annexe 6, art. 2, I demands on paper and physical media: without it, what came is not
    a copy that art. 2, II lets anybody open. The findings say what is wrong: it is kept closed (AP-B05).
    """
    if medium is Medium.ELECTRONIC:
        raise ValueError("an electronic copy is uploaded")
    with platform.pool.connection() as connection:
        found = store.find_consultation(connection, consultation)
        late = timeliness(received_at, found.deadline, found.deadline_inclusive) is Timeliness.LATE
        findings: list[Finding] = []
        if late:
            shown = {"received": french(received_at, found.zone), "deadline": found.deadline_shown}
            findings.append(CopyLate(facts=shown))
        if not marked:
            findings.append(CopyUnmarked())
        row = connection.execute(
            """INSERT INTO backup_copies (id, consultation, depositor, medium, marked, received_at,
                                          received_by, place, state)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING *""",
            (
                store.new_id(),
                found.id,
                depositor,
                medium.value,
                marked,
                received_at,
                received_by,
                place,
                "late" if late else "received_sealed",
            ),
        ).fetchone()
        assert row is not None
        copy = BackupCopy(**row)
        _record(platform, connection, copy, "backup_copy.received", received_by, {"medium": copy.medium})
    return copy, tuple(findings)


def open_copy(
    platform: Platform, *, copy: str, ground: Ground, transmission: str, trace: str, who: str
) -> BackupCopy:
    """Open a copy for a ground the law knows.

    transmission: the upload, receipt or pli of the electronic sending it saves, whose first byte must have
    come before the deadline except for malware (CS-03 b). trace: what was found, kept (CS-03 a).
    Raises Refused(CopyStaysClosed, MoveForbidden, NoSuchCopy, NoSuchSending).
    """
    with platform.pool.connection() as connection:
        found = _locked(connection, copy)
        consultation = store.find_consultation(connection, found.consultation)
        sent = find_transmission(connection, transmission)
        why = closed_because(found, consultation, sent, ground, platform.clock.now())
        if not why and not trace.strip():
            why = "la trace de ce qui a été constaté manque"
        if not why and found.upload:
            why = _given_up(connection, found.upload)
        if why:
            raise refuse(CopyStaysClosed, why=why)
        facts: dict[str, Json] = {"ground": ground.value, "transmission": sent.upload, "trace": trace}
        return _move(platform, connection, found, "opened", who, ground.value, facts)


def closed_because(
    copy: BackupCopy, consultation: Consultation, sent: Transmission, ground: Ground, now: datetime
) -> str:
    """Why the law keeps this copy closed, or "" when it may be opened for this ground. Pure."""
    if copy.state == "late":
        return "elle est arrivée après l'heure limite (R.2132-11)"
    if copy.state != "received_sealed":
        return f"elle est déjà « {STATE_FR[copy.state]} »"
    if not copy.marked:
        return "son pli ne porte pas la mention « copie de sauvegarde » (annexe 6, art. 2, I)"
    if sent.consultation != copy.consultation:
        return "l'envoi désigné est celui d'une autre consultation"
    if timeliness(now, consultation.deadline) is Timeliness.ON_TIME:
        return "l'heure limite n'est pas passée"
    if sent.state == "withdrawn":
        return "son déposant a retiré le pli électronique"
    if ground is Ground.MALWARE:
        return ""
    begun = sent.first_byte_at
    inclusive = consultation.deadline_inclusive
    if begun is None or timeliness(begun, consultation.deadline, inclusive) is Timeliness.LATE:
        return "la transmission du pli électronique n'avait pas commencé avant l'heure limite"
    if ground is Ground.LATE and sent.state != "late":
        return f"le pli électronique n'est pas tardif : il est « {STATE_FR[sent.state]} »"
    if ground is Ground.UNREADABLE and not sent.pli:
        return "le pli électronique n'est pas arrivé en entier : il est incomplet, non illisible"
    return ""


def same_depositor(one: str, other: str) -> bool:
    """Whether two names, each typed by somebody else, are likely those of one depositor.

    >>> same_depositor("ALICE  Sarl", "Alice SARL"), same_depositor("Alice SARL", "Alicia SARL")
    (True, False)
    """
    first, second = (
        "".join(letter for letter in unicodedata.normalize("NFKD", name).casefold() if letter.isalnum())
        for name in (one, other)
    )
    return first == second


def use_copy(platform: Platform, *, copy: str, who: str) -> BackupCopy:
    """The opened copy replaces the electronic pli entirely (CS-06)."""
    with platform.pool.connection() as connection:
        found = _locked(connection, copy)
        return _move(platform, connection, found, "used", who, "remplace entièrement le pli électronique", {})


def discard_copy(platform: Platform, *, copy: str, who: str, why: str) -> BackupCopy:
    """Malware in the opened copy too: it is discarded (CS-04)."""
    with platform.pool.connection() as connection:
        found = _locked(connection, copy)
        return _move(platform, connection, found, "discarded", who, why, {})


def close_file(platform: Platform, *, copy: str, who: str) -> BackupCopy:
    """The end of a copy: kept with the procedure when it was used, destroyed otherwise (CS-05).

    Raises Refused(CopyKeptUntilTheHour, MoveForbidden, NoSuchCopy).
    """
    with platform.pool.connection() as connection:
        found = _locked(connection, copy)
        if found.state == "received_sealed":
            consultation = store.find_consultation(connection, found.consultation)
            now, inclusive = platform.clock.now(), consultation.deadline_inclusive
            if timeliness(now, consultation.deadline, inclusive) is Timeliness.ON_TIME:
                raise refuse(CopyKeptUntilTheHour, deadline=consultation.deadline_shown)
        end = "archived" if found.state == "used" else "destroyed"
        return _move(platform, connection, found, end, who, found.reason, {})


def copies_of(connection: Connection, consultation: str) -> tuple[BackupCopy, ...]:
    """Every copy of a consultation, in order of arrival."""
    rows = connection.execute(
        "SELECT * FROM backup_copies WHERE consultation = %s ORDER BY received_at, id", (consultation,)
    )
    return tuple(BackupCopy(**row) for row in rows)


_TRANSMISSIONS = """SELECT u.id AS upload, u.consultation, u.depositor->>'name' AS depositor,
       coalesce(d.state, u.state) AS state, u.size, u.received, u.first_byte_at,
       coalesce(d.pli, '') AS pli, coalesce(d.id, '') AS receipt
    FROM uploads u LEFT JOIN deposits d ON d.upload = u.id WHERE u.kind = 'pli'"""


def transmissions_of(connection: Connection, consultation: str) -> tuple[Transmission, ...]:
    """Every electronic sending of a pli, in order of time, those that never ended included."""
    rows = connection.execute(
        f"{_TRANSMISSIONS} AND u.consultation = %s ORDER BY u.created_at, u.id".encode(), (consultation,)
    )
    return tuple(Transmission(**row) for row in rows)


def find_transmission(connection: Connection, named: str) -> Transmission:
    """By the number of the upload, of the receipt or of the pli. Raises Refused(NoSuchSending)."""
    row = connection.execute(
        f"{_TRANSMISSIONS} AND (u.id = %(it)s OR d.id = %(it)s OR d.pli = %(it)s) "
        "ORDER BY u.created_at DESC LIMIT 1".encode(),
        {"it": named},
    ).fetchone()
    if row is None:
        raise refuse(NoSuchSending, given=named)
    return Transmission(**row)


def find_copy(connection: Connection, named: str) -> BackupCopy:
    """By its number, or enough of its beginning. Raises Refused(NoSuchCopy)."""
    rows = connection.execute(
        "SELECT * FROM backup_copies WHERE starts_with(id, %s) LIMIT 2", (named.strip().lower(),)
    ).fetchall()
    if len(rows) != 1 or len(named.strip()) < 4:
        raise refuse(NoSuchCopy, given=named)
    return BackupCopy(**rows[0])


def for_the_opening(connection: Connection, consultation: Consultation, now: datetime) -> dict[str, Any]:
    """What the opening must know, as JSON: each copy, and for each sending of its depositor, why it opens.

    ``closed`` of a ground is "" when the law lets the copy be opened for it, the reason otherwise.
    """
    sent = transmissions_of(connection, consultation.id)
    return {
        "format": "reglo-backup-copies/1",
        "consultation": consultation.reference,
        "deadline": consultation.deadline.isoformat(),
        "made_at": now.isoformat(),
        "copies": [
            {
                "id": copy.id,
                "depositor": copy.depositor,
                "medium": copy.medium,
                "marked": copy.marked,
                "received_at": copy.received_at.isoformat(),
                "place": copy.place,
                "state": copy.state,
                "transmissions": [
                    {
                        "upload": each.upload,
                        "pli": each.pli,
                        "state": each.state,
                        "closed": {
                            ground.value: closed_because(copy, consultation, each, ground, now)
                            for ground in Ground
                        },
                    }
                    for each in sent
                    if same_depositor(each.depositor, copy.depositor)
                ],
            }
            for copy in copies_of(connection, consultation.id)
        ],
    }


def _given_up(connection: Connection, upload: str) -> str:
    """Why an electronic copy is no longer its depositor's word, or ""."""
    deposit = store.deposit_of(connection, upload)
    words = {"withdrawn": "son déposant l'a retirée", "replaced": "son déposant l'a remplacée"}
    return words.get(deposit.state, "") if deposit else ""


def _locked(connection: Connection, copy: str) -> BackupCopy:
    row = connection.execute("SELECT * FROM backup_copies WHERE id = %s FOR UPDATE", (copy,)).fetchone()
    if row is None:
        raise refuse(NoSuchCopy, given=copy)
    return BackupCopy(**row)


def _move(
    platform: Platform,
    connection: Connection,
    copy: BackupCopy,
    state: str,
    who: str,
    reason: str,
    facts: Mapping[str, Json],
) -> BackupCopy:
    """Pass to another state, if ``allowed_moves`` has this one, with its journal entry."""
    allowed = connection.execute(
        "SELECT FROM allowed_moves WHERE thing = 'backup_copies' AND before = %s AND after = %s",
        (copy.state, state),
    ).fetchone()
    if allowed is None:
        act = f"« {STATE_FR[state]} »"
        raise refuse(MoveForbidden, what="La copie de sauvegarde", state=STATE_FR[copy.state], act=act)
    row = connection.execute(
        "UPDATE backup_copies SET state = %s, reason = %s WHERE id = %s RETURNING *", (state, reason, copy.id)
    ).fetchone()
    assert row is not None
    moved = BackupCopy(**row)
    _record(platform, connection, moved, f"backup_copy.{state}", who, facts)
    return moved


def _record(
    platform: Platform,
    connection: Connection,
    copy: BackupCopy,
    act: str,
    who: str,
    facts: Mapping[str, Json],
) -> None:
    store.record(
        connection,
        at=platform.clock.now(),
        act=act,
        who=who,
        on=copy.id,
        consultation=copy.consultation,
        facts=dict(facts),
    )
