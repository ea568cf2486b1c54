"""What may be done with a deposit, each act one transaction with its journal entry (V9).

Instants are those of the reference clock. Acts take keywords and raise ``Refused`` with findings.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.x509 import Certificate
from psycopg.types.json import Jsonb

from reglo.adapters.storage import Part, Storage
from reglo.adapters.timestamp import Authority
from reglo.deposit import store
from reglo.deposit.clock import ReferenceClock
from reglo.deposit.database import Connection, Pool
from reglo.deposit.findings import (
    AlreadyReceived,
    CopyMediumRefused,
    Gone,
    Locked,
    MoveForbidden,
    NodeClockOff,
    NotThePli,
    TooLarge,
    refuse,
)
from reglo.deposit.pli_stream import Announced, Header
from reglo.deposit.store import Consultation, Deposit, Upload
from reglo.procurement.deadlines.receipt import Timeliness, timeliness
from reglo.procurement.findings import Refused
from reglo.sealing.receipt import (
    About,
    Depositor,
    SealedBlob,
    Statement,
    issue,
)
from reglo.sealing.signing import SigningKey

KEPT_OPEN = timedelta(days=7)  # how long an upload may be resumed; never less than a day past the deadline

SMALLEST = 10_240  # bytes: one record of a tar


@dataclass(slots=True, kw_only=True)
class Platform:
    """What acts need of the world."""

    pool: Pool
    storage: Storage
    clock: ReferenceClock
    key: SigningKey
    origin: str  # of the journal
    node: str
    authority: Authority | None = None
    trusted: Sequence[Certificate] = ()  # the authority's own, to check its tokens

    def require_right_time(self) -> None:
        """Refuse to date anything with a clock that has gone astray (V3)."""
        if not self.clock.trusted:
            raise refuse(NodeClockOff, skew=f"{self.clock.last.skew:+.1f}".replace(".", ","))


STATE_FR = {
    "open": "en cours",
    "complete": "reçu en entier",
    "expired": "expiré",
    "terminated": "abandonné par le déposant",
    "refused": "refusé",
    "received": "reçu",
    "late": "reçu hors délai",
    "replaced": "remplacé",
    "withdrawn": "retiré",
    "received_sealed": "reçue, fermée",
    "opened": "ouverte",
    "used": "utilisée à la place du pli",
    "discarded": "écartée",
    "archived": "conservée avec la procédure",
    "destroyed": "détruite",
}


# --- Uploads ------------------------------------------------------------------------------------


def announced(consultation: Consultation, upload: Upload) -> Announced:
    """What the bytes of this upload are held against."""
    return Announced(
        size=upload.size,
        header_sha256=upload.header_sha256,
        consultation=consultation.reference,
        opening_keys_sha256=consultation.opening_keys_sha256,
        max_documents=consultation.max_documents,
        max_document_size=consultation.max_document_size,
    )


def create_upload(
    platform: Platform,
    connection: Connection,
    *,
    consultation: Consultation,
    size: int,
    header_sha256: str,
    depositor: dict[str, str],
    replaces: str = "",
    backup_copy: bool = False,
) -> tuple[Upload, str]:
    """Begin a deposit. The upload, and its capability: an address nobody can guess, kept nowhere.

    replaces: capability of an earlier deposit that this one takes the place of once received on time.
    backup_copy: an electronic copie de sauvegarde (CS-01), kept apart from bids.
    Raises Refused: CopyMediumRefused, TooLarge against the announced limit, NotThePli, Unknown for
    ``replaces``, NodeClockOff.
    """
    platform.require_right_time()
    if backup_copy and not consultation.electronic_copy_allowed:
        raise refuse(CopyMediumRefused)
    if size > consultation.max_size:
        raise refuse(TooLarge, what="Le pli", size=f"{size} octets", limit=f"{consultation.max_size} octets")
    if size < SMALLEST:
        raise refuse(NotThePli, why=f"{size} octets sont déclarés, le plus petit pli en fait {SMALLEST}")
    now = platform.clock.now()
    earlier = store.find_upload(connection, replaces) if replaces else None
    kind = "backup_copy" if backup_copy else "pli"
    if earlier is not None and (earlier.consultation != consultation.id or not consultation.replaces_allowed):
        raise refuse(
            MoveForbidden, what="Le pli à remplacer", state="d'une autre consultation", act="le remplacer"
        )
    if earlier is not None and earlier.kind != kind:  # a copy never takes the place of what it saves
        raise refuse(MoveForbidden, what="Le pli à remplacer", state="d'une autre sorte", act="le remplacer")
    token = secrets.token_urlsafe(32)
    row = connection.execute(
        """INSERT INTO uploads (id, token_sha256, consultation, kind, created_at, expires_at, size,
                                header_sha256, depositor, replaces)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING *""",
        (
            store.new_id(),
            store.token_digest(token),
            consultation.id,
            kind,
            now,
            max(now + KEPT_OPEN, consultation.deadline + timedelta(days=1)),
            size,
            header_sha256,
            Jsonb(depositor),
            earlier.id if earlier else None,
        ),
    ).fetchone()
    assert row is not None
    upload = Upload(**row)
    store.record(
        connection,
        at=now,
        act="upload.created",
        who="déposant",
        on=upload.id,
        consultation=consultation.id,
        facts={"size": size, "header_sha256": header_sha256, "limits": dict(consultation.limits)},
    )
    return upload, token


def keep_bytes(
    connection: Connection,
    *,
    upload: Upload,
    start: int,
    end: int,
    parts: Sequence[Part],
    first_byte_at: datetime,
) -> Upload:
    """Acknowledge bytes [start, end), already durable. Raises Refused(Locked) when another was first."""
    row = connection.execute(
        """UPDATE uploads SET received = %s, first_byte_at = coalesce(first_byte_at, %s)
           WHERE id = %s AND received = %s AND state = 'open' RETURNING *""",
        (end, first_byte_at, upload.id, start),
    ).fetchone()
    if row is None:
        raise refuse(Locked)
    if parts:
        connection.cursor().executemany(
            "INSERT INTO upload_parts (upload, start, size, name) VALUES (%s, %s, %s, %s)",
            [(upload.id, part.start, part.size, part.name) for part in parts],
        )
    return Upload(**row)


def complete_deposit(
    platform: Platform,
    connection: Connection,
    *,
    consultation: Consultation,
    upload: Upload,
    header: Header,
    blobs: Sequence[SealedBlob],
    last_byte_at: datetime,
) -> Deposit:
    """The last byte is durable: deposit, journal entry and receipt, all or nothing.

    upload: as it is now, held by this transaction.
    Late is received, marked and kept (V3). An earlier deposit is replaced only by one that is on time:
    a late one never takes away what was received.
    """
    first_byte_at = upload.first_byte_at or last_byte_at
    last_byte_at = max(last_byte_at, first_byte_at)
    head = store.journal_head(connection)  # before any deposit is looked at: whoever changes one waits here
    replaced = _replaced(connection, consultation, upload, last_byte_at)
    statement = Statement(
        id=store.new_id(),
        depositor=Depositor(
            name=upload.depositor.get("name", ""),
            siret=upload.depositor.get("siret", ""),
            account=upload.depositor.get("email", ""),
        ),
        buyer=consultation.buyer,
        consultation=About(
            reference=consultation.reference, title=consultation.title, object=consultation.object
        ),
        zone=consultation.zone,
        pli=header.pli,
        pli_key=header.pli_key,
        header_sha256=upload.header_sha256,
        size=upload.size,
        blobs=tuple(blobs),
        first_byte_at=first_byte_at,
        last_byte_at=last_byte_at,
        deadline=consultation.deadline,
        deadline_inclusive=consultation.deadline_inclusive,
        journal_origin=platform.origin,
        journal_index=head.tree.size,
        replaces=tuple(earlier.id for earlier in replaced),
        backup_copy=upload.kind == "backup_copy",
    )
    appended = store.record(
        connection,
        at=platform.clock.now(),
        act="deposit.received",
        who="déposant",
        on=statement.id,
        consultation=consultation.id,
        facts=statement.facts,
    )
    receipt = issue(statement, appended, platform.key)
    state = "received" if statement.timeliness is Timeliness.ON_TIME else "late"
    row = connection.execute(
        """WITH whole AS (UPDATE uploads SET state = 'complete', last_byte_at = %s WHERE id = %s)
           INSERT INTO deposits (id, upload, consultation, pli, pli_key, envelope_sha256, size, first_byte_at,
                                 last_byte_at, state, receipt, journal_index)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING *""",
        (
            last_byte_at,
            upload.id,
            statement.id,
            upload.id,
            consultation.id,
            header.pli,
            header.pli_key,
            statement.envelope_sha256,
            upload.size,
            first_byte_at,
            last_byte_at,
            state,
            receipt.to_bytes().decode(),
            statement.journal_index,
        ),
    ).fetchone()
    assert row is not None
    if upload.kind == "backup_copy":
        _register_copy(platform, connection, upload, statement)
    for earlier in replaced:
        connection.execute("UPDATE deposits SET state = 'replaced' WHERE id = %s", (earlier.id,))
        store.record(
            connection,
            at=platform.clock.now(),
            act="deposit.replaced",
            who="déposant",
            on=earlier.id,
            consultation=consultation.id,
            facts={"by": statement.id},
        )
    return Deposit(**row)


def _register_copy(platform: Platform, connection: Connection, upload: Upload, statement: Statement) -> None:
    """An electronic backup copy, wholly received: kept closed beside the physical ones."""
    on_time = statement.timeliness is Timeliness.ON_TIME
    connection.execute(
        """INSERT INTO backup_copies (id, consultation, depositor, medium, marked, received_at, received_by,
                                      place, upload, state)
           VALUES (%s, %s, %s, 'électronique', true, %s, 'plateforme', 'plateforme', %s, %s)""",
        (
            statement.id,
            upload.consultation,
            statement.depositor.name,
            statement.last_byte_at,
            upload.id,
            "received_sealed" if on_time else "late",
        ),
    )
    store.record(
        connection,
        at=platform.clock.now(),
        act="backup_copy.received",
        who="déposant",
        on=statement.id,
        consultation=upload.consultation,
        facts={"medium": "électronique"},
    )


def _replaced(
    connection: Connection, consultation: Consultation, upload: Upload, last_byte_at: datetime
) -> list[Deposit]:
    """The deposit this one takes the place of, when it may: the one named, or what has replaced it since.

    Of two replacements of one pli, begun on two machines, the last received stands alone (R.2151-6).
    """
    when = timeliness(last_byte_at, consultation.deadline, consultation.deadline_inclusive)
    if upload.replaces is None or when is not Timeliness.ON_TIME:
        return []
    rows = connection.execute(
        """WITH RECURSIVE line AS (
               SELECT id FROM uploads WHERE id = %s
               UNION SELECT later.id FROM uploads later JOIN line ON later.replaces = line.id)
           SELECT d.* FROM deposits d JOIN line ON d.upload = line.id
           WHERE d.state = 'received' FOR UPDATE OF d""",
        (upload.replaces,),
    ).fetchall()
    return [Deposit(**row) for row in rows]


def _close_upload(
    platform: Platform, connection: Connection, *, upload: str, state: str, who: str, why: str
) -> tuple[Part, ...]:
    """Move an open upload to its end. The parts whose room may be given back."""
    row = store.upload_by_id(connection, upload, lock=True)
    if row.state == "complete":
        raise refuse(AlreadyReceived)
    if row.state != "open":
        raise refuse(Gone, why=STATE_FR[row.state])
    connection.execute("UPDATE uploads SET state = %s WHERE id = %s", (state, upload))
    store.record(
        connection,
        at=platform.clock.now(),
        act=f"upload.{state}",
        who=who,
        on=upload,
        consultation=row.consultation,
        facts={"received": row.received, "size": row.size, "why": why},
    )
    return store.parts_of(connection, upload)


def terminate_upload(platform: Platform, *, upload: str) -> None:
    """The sender gives up an upload under way. Raises Refused(AlreadyReceived, Gone)."""
    with platform.pool.connection() as connection:
        parts = _close_upload(
            platform, connection, upload=upload, state="terminated", who="déposant", why="à sa demande"
        )
    platform.storage.delete(upload, parts)


def refuse_upload(platform: Platform, connection: Connection, *, upload: str, because: Refused) -> None:
    """What came is not what was announced: the upload is closed, its bytes stay as evidence."""
    why = " ".join(finding.cause_text for finding in because.findings)
    _close_upload(platform, connection, upload=upload, state="refused", who="plateforme", why=why)


def expire_uploads(platform: Platform) -> int:
    """Close what was never finished and give its room back. How many."""
    with platform.pool.connection() as connection:
        rows = connection.execute(
            """SELECT id FROM uploads WHERE state = 'open' AND expires_at < %s
               ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED""",
            (platform.clock.now(),),
        ).fetchall()
        given_back = [
            (
                row["id"],
                _close_upload(
                    platform,
                    connection,
                    upload=row["id"],
                    state="expired",
                    who="plateforme",
                    why="délai de reprise écoulé",
                ),
            )
            for row in rows
        ]
    for upload, parts in given_back:
        platform.storage.delete(upload, parts)
    return len(given_back)
