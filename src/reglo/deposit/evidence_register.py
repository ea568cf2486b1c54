"""Whether the register of deposits still says what the journal and the signed receipts say.

The register is rows that whoever administers the database can rewrite; the journal and the receipts are not
rewritten unseen (docs/receipt.md). The page would otherwise repeat to a judge an instant put there since.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from reglo.deposit.database import Connection
from reglo.deposit.store import Consultation, french
from reglo.deposit.withdrawal import withdrawal_statement
from reglo.procurement.deadlines.receipt import Timeliness
from reglo.procurement.findings import Refused
from reglo.sealing.journal import Entry
from reglo.sealing.receipt import Receipt, Statement
from reglo.sealing.signing import PublicKey

_EXPECTED = {"late": Timeliness.LATE, "received": Timeliness.ON_TIME, "replaced": Timeliness.ON_TIME}


def contradictions(connection: Connection, consultation: Consultation) -> tuple[str, ...]:
    """A French sentence for each deposit that they tell otherwise, in order of the journal."""
    lines = connection.execute(
        "SELECT index, act, line FROM journal WHERE concerns = %s "
        "AND act IN ('deposit.received', 'deposit.withdrawn') ORDER BY index",
        (consultation.id,),
    ).fetchall()
    rows = connection.execute(
        "SELECT id, receipt, first_byte_at, last_byte_at, state, journal_index FROM deposits "
        "WHERE consultation = %s ORDER BY journal_index",
        (consultation.id,),
    ).fetchall()
    received = [(row["index"], row["line"]) for row in lines if row["act"] == "deposit.received"]
    withdrawn = [row["line"] for row in lines if row["act"] == "deposit.withdrawn"]
    return tuple(_compared(consultation, received, withdrawn, rows))


def _compared(
    consultation: Consultation,
    lines: list[tuple[int, str]],
    withdrawn: list[str],
    rows: list[dict[str, Any]],
) -> Iterator[str]:
    held = {row["journal_index"]: row for row in rows}
    for index, line in lines:
        row = held.pop(index, None)
        if row is None:
            yield f"Le journal inscrit un dépôt, entrée {index}, que le registre n'a pas."
        elif why := _why(consultation, line, withdrawn, row):
            yield f"Dépôt inscrit au journal, entrée {index} : {why}."
    for row in held.values():
        yield f"Le registre a un dépôt, reçu {row['id'][:8]}, que le journal n'inscrit pas."


def _why(consultation: Consultation, line: str, withdrawn: list[str], row: dict[str, Any]) -> str:
    """What a row says otherwise than its receipt or its entry; "" when nothing."""
    try:
        entry, statement = (
            Entry.from_line(line.encode()),
            Receipt.from_bytes(row["receipt"].encode()).statement,
        )
    except (ValueError, Refused):
        return "son reçu ou son entrée ne se lit plus"
    if entry.facts.get("receipt_sha256") != statement.digest or statement.id != row["id"]:
        return "le reçu gardé n'est pas celui que le journal inscrit"
    for name, said, signed in (
        ("premier octet", row["first_byte_at"], statement.first_byte_at),
        ("dernier octet", row["last_byte_at"], statement.last_byte_at),
    ):
        if said != signed:
            zone = consultation.zone
            return f"{name} le {french(said, zone)} au registre, le {french(signed, zone)} au reçu signé"
    if _EXPECTED.get(row["state"], statement.timeliness) is not statement.timeliness:
        told = "hors délai" if statement.timeliness is Timeliness.LATE else "reçu à temps"
        return f"le reçu signé le dit {told}, le registre non"
    if row["state"] == "withdrawn" and not any(_signed(statement, each) for each in withdrawn):
        return "le registre le dit retiré, sans retrait signé par la clé de ce pli au journal"
    return ""


def _signed(statement: Statement, line: str) -> bool:
    """Whether this entry is a withdrawal of this deposit by the key of its pli, which only its sender has."""
    try:
        entry = Entry.from_line(line.encode())
        signature = b64decode(str(entry.facts.get("signature")), validate=True)
        key = PublicKey.from_base64(statement.pli_key)
    except ValueError:
        return False
    return key.verify(withdrawal_statement(statement.id, statement.pli), signature)
