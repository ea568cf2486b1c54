"""Copies de sauvegarde: received on paper, on a physical medium or electronically, opened only for cause.

CS-01 to CS-06; CCP R.2132-11; annexe 6, art. 2. Each copy ends in a stated place with its entries (V13);
deciding to open one is a person's act, the program says whether the law allows it (V14).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from reglo.deposit import store
from reglo.deposit.acts import STATE_FR, Platform
from reglo.deposit.database import Connection
from reglo.deposit.findings import CopyLate, CopyStaysClosed, CopyUnmarked, MoveForbidden, Unknown, refuse
from reglo.deposit.store import Consultation, Upload, french
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

    received_at: as the person who received it notes it, with its zone. marked: bears « copie de
    sauvegarde ». The findings say what is wrong with it: it is kept closed all the same (AP-B05).
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

    transmission: the upload of the electronic pli it saves, whose first byte must have come before the
    deadline except for malware (CS-03 b). trace: what was found, kept (CS-03 a).
    Raises Refused(CopyStaysClosed, MoveForbidden).
    """
    with platform.pool.connection() as connection:
        found = _locked(connection, copy)
        consultation = store.find_consultation(connection, found.consultation)
        upload = store.upload_by_id(connection, transmission)
        why = closed_because(found, consultation, upload, ground, trace)
        if why:
            raise refuse(CopyStaysClosed, why=why)
        facts: dict[str, Json] = {"ground": ground.value, "transmission": transmission, "trace": trace}
        return _move(platform, connection, found, "opened", who, ground.value, facts)


def closed_because(
    copy: BackupCopy, consultation: Consultation, upload: Upload, ground: Ground, trace: str
) -> str:
    """Why the law keeps this copy closed, or "" when it may be opened. Pure."""
    if copy.state == "late":
        return "elle est arrivée après l'heure limite (CS-02)"
    if upload.consultation != copy.consultation:
        return "l'envoi désigné est celui d'une autre consultation"
    if not trace.strip():
        return "la trace de ce qui a été constaté manque"
    if ground is Ground.MALWARE:
        return ""
    begun = upload.first_byte_at
    if begun is None or timeliness(begun, consultation.deadline) is Timeliness.LATE:
        return "la transmission du pli électronique n'avait pas commencé avant l'heure limite"
    return ""


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
    """The end of a copy: kept with the procedure when it was used, destroyed otherwise (CS-05)."""
    with platform.pool.connection() as connection:
        found = _locked(connection, copy)
        end = "archived" if found.state == "used" else "destroyed"
        return _move(platform, connection, found, end, who, found.reason, {})


def copies_of(connection: Connection, consultation: str) -> tuple[BackupCopy, ...]:
    """Every copy of a consultation, in order of arrival."""
    rows = connection.execute(
        "SELECT * FROM backup_copies WHERE consultation = %s ORDER BY received_at, id", (consultation,)
    )
    return tuple(BackupCopy(**row) for row in rows)


def _locked(connection: Connection, copy: str) -> BackupCopy:
    row = connection.execute("SELECT * FROM backup_copies WHERE id = %s FOR UPDATE", (copy,)).fetchone()
    if row is None:
        raise refuse(Unknown)
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
