"""Reading and writing the state: rows as frozen values, the journal, the attempts."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg.types.json import Jsonb

from reglo.adapters.storage import Part
from reglo.deposit.database import Connection
from reglo.deposit.findings import Unknown, refuse
from reglo.sealing.canonical import Json
from reglo.sealing.journal import Appended, Head


def new_id() -> str:
    """32 hexadecimal digits at random."""
    return secrets.token_hex(16)


def token_digest(token: str) -> str:
    """What is kept of a capability: whoever reads the database cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """A consultation open to deposits."""

    id: str
    reference: str
    title: str
    object: str
    buyer: str
    rules_sha256: str
    opening_keys: bytes
    opening_keys_sha256: str
    deadline: datetime
    deadline_inclusive: bool
    zone: str
    max_size: int
    max_documents: int
    max_document_size: int
    replaces_allowed: bool
    electronic_copy_allowed: bool
    opened_at: datetime

    @property
    def limits(self) -> dict[str, int]:
        """As announced to whoever sends, and kept with each attempt (CE 506640)."""
        return {
            "max_size": self.max_size,
            "max_documents": self.max_documents,
            "max_document_size": self.max_document_size,
        }

    @property
    def deadline_shown(self) -> str:
        return french(self.deadline, self.zone)


def french(at: datetime, zone: str) -> str:
    """An instant to the second, in the zone of the consultation, with its offset.

    >>> from datetime import UTC
    >>> french(datetime(2026, 1, 29, 11, 0, tzinfo=UTC), "Europe/Paris")
    '29/01/2026 à 12:00:00 (Europe/Paris)'
    """
    return f"{at.astimezone(ZoneInfo(zone)):%d/%m/%Y à %H:%M:%S} ({zone})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A pli on its way. ``received``: bytes durable and acknowledged."""

    id: str
    token_sha256: str
    consultation: str
    kind: str
    created_at: datetime
    expires_at: datetime
    size: int
    header_sha256: str
    depositor: dict[str, str]
    replaces: str | None
    received: int
    first_byte_at: datetime | None
    last_byte_at: datetime | None
    state: str
    settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """A pli wholly received. ``receipt``: canonical JSON, before its time-stamp."""

    id: str
    upload: str
    consultation: str
    pli: str
    pli_key: str
    envelope_sha256: str
    size: int
    first_byte_at: datetime
    last_byte_at: datetime
    state: str
    receipt: str
    journal_index: int
    token: bytes | None
    token_at: datetime | None


def find_consultation(connection: Connection, name: str) -> Consultation:
    """By the name in its address, or its reference. Raises Refused(Unknown)."""
    row = connection.execute(
        "SELECT * FROM consultations WHERE id = %s OR reference = %s", (name, name)
    ).fetchone()
    if row is None:
        raise refuse(Unknown)
    return Consultation(**row)


def is_open(connection: Connection, reference: str) -> bool:
    """Whether a consultation is open to deposits already, or was."""
    row = connection.execute("SELECT FROM consultations WHERE reference = %s", (reference,)).fetchone()
    return row is not None


def find_upload(connection: Connection, token: str) -> Upload:
    """By its capability. Raises Refused(Unknown)."""
    row = connection.execute(
        "SELECT * FROM uploads WHERE token_sha256 = %s", (token_digest(token),)
    ).fetchone()
    if row is None:
        raise refuse(Unknown)
    return Upload(**row)


def upload_by_id(connection: Connection, upload: str, lock: bool = False) -> Upload:
    """By its own number. ``lock``: hold the row until the transaction ends."""
    suffix = b" FOR UPDATE" if lock else b""
    row = connection.execute(b"SELECT * FROM uploads WHERE id = %s" + suffix, (upload,)).fetchone()
    if row is None:
        raise refuse(Unknown)
    return Upload(**row)


def parts_of(connection: Connection, upload: str) -> tuple[Part, ...]:
    rows = connection.execute(
        "SELECT start, size, name FROM upload_parts WHERE upload = %s ORDER BY start", (upload,)
    )
    return tuple(Part(row["start"], row["size"], row["name"]) for row in rows)


def deposit_of(connection: Connection, upload: str) -> Deposit | None:
    row = connection.execute("SELECT * FROM deposits WHERE upload = %s", (upload,)).fetchone()
    return Deposit(**row) if row else None


# --- The journal ------------------------------------------------------------------------------


def journal_head(connection: Connection) -> Head:
    """The head, locked: until the transaction ends nobody else adds an entry."""
    if connection.head is None:
        row = connection.execute("SELECT head FROM journal_head FOR UPDATE").fetchone()
        assert row is not None
        connection.head = Head.from_bytes(bytes(row["head"]))
    return connection.head


def read_head(connection: Connection) -> Head:
    """The head as it is, not held."""
    row = connection.execute("SELECT head FROM journal_head").fetchone()
    assert row is not None
    return Head.from_bytes(bytes(row["head"]))


def record(
    connection: Connection,
    *,
    at: datetime,
    act: str,
    who: str,
    on: str,
    consultation: str,
    facts: dict[str, Json],
) -> Appended:
    """Add an entry in the transaction of the act itself (V9).

    consultation: for our own searches; what is hashed and exported is ``on``, which names nobody.
    """
    appended = journal_head(connection).record(at=at, act=act, who=who, on=on, facts=facts)
    connection.execute(
        """WITH entry AS (INSERT INTO journal (index, at, act, concerns, line) VALUES (%s, %s, %s, %s, %s)),
                nodes AS (INSERT INTO journal_nodes (level, index, hash)
                          SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[]))
           UPDATE journal_head SET head = %s""",
        (
            appended.entry.index,
            at,
            act,
            consultation,
            appended.entry.line.decode(),
            [node.level for node in appended.nodes],
            [node.index for node in appended.nodes],
            [node.hash for node in appended.nodes],
            appended.head.to_bytes(),
        ),
    )
    connection.head = appended.head
    return appended


# --- Attempts -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who speaks to the server, as far as the network says."""

    client: str  # address
    agent: str  # program, as it names itself


def save_attempt(
    connection: Connection,
    caller: Caller,
    *,
    node: str,
    kind: str,
    started_at: datetime,
    consultation: Consultation,
    upload: str | None,
    depositor: dict[str, str],
    from_offset: int | None = None,
    ended_at: datetime | None = None,
    status: int | None = None,
    error: str = "",
) -> int:
    """Say that somebody tries; without an end, it is still to come, or the server died meanwhile.

    A beginning does not wait for the disk: its end is made durable with the bytes it received.
    """
    returned = b" RETURNING id"
    if ended_at is None:
        returned += b", set_config('synchronous_commit', 'off', true)"
    row = connection.execute(
        b"""INSERT INTO attempts (consultation, upload, kind, node, client, agent, depositor, limits,
                                  started_at, from_offset, ended_at, status, error)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
        + returned,
        (
            consultation.id,
            upload,
            kind,
            node,
            caller.client,
            caller.agent,
            Jsonb(depositor),
            Jsonb(consultation.limits),
            started_at,
            from_offset,
            ended_at,
            status,
            error[:2000],
        ),
    ).fetchone()
    assert row is not None
    return int(row["id"])


@dataclass(slots=True, kw_only=True)
class Progress:
    """How an attempt goes: bytes that came in, second by second, and bytes made durable."""

    received: int = 0
    kept: int = 0
    seconds: list[list[int]] | None = None  # [whole second since the start, bytes so far]

    def add(self, size: int, elapsed: float) -> None:
        self.received += size
        self.seconds = self.seconds or []
        second = int(elapsed)
        if self.seconds and self.seconds[-1][0] == second:
            self.seconds[-1][1] = self.received
        elif len(self.seconds) < 7200:
            self.seconds.append([second, self.received])


def save_progress(connection: Connection, attempt: int, progress: Progress) -> None:
    connection.execute(
        "UPDATE attempts SET received = %s, kept = %s, progress = %s WHERE id = %s AND ended_at IS NULL",
        (progress.received, progress.kept, Jsonb(progress.seconds or []), attempt),
    )


def end_attempt(
    connection: Connection,
    attempt: int,
    *,
    ended_at: datetime,
    status: int,
    error: str = "",
    progress: Progress | None = None,
) -> None:
    progress = progress or Progress()
    connection.execute(
        """UPDATE attempts SET ended_at = %s, status = %s, error = %s, received = %s, kept = %s, progress = %s
           WHERE id = %s AND ended_at IS NULL""",
        (
            ended_at,
            status,
            error[:2000],
            progress.received,
            progress.kept,
            Jsonb(progress.seconds or []),
            attempt,
        ),
    )


def as_json(value: Any) -> bytes:
    """Readable JSON for answers that are not signed."""
    return json.dumps(value, ensure_ascii=False, default=str).encode()
