"""Withdrawing a deposit: by the key of its pli alone (docs/seal.md §4)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from reglo.deposit import store
from reglo.deposit.acts import STATE_FR, Platform
from reglo.deposit.database import Connection
from reglo.deposit.findings import MoveForbidden, WrongSignature, refuse
from reglo.deposit.store import Deposit
from reglo.procurement.deadlines.receipt import Timeliness, timeliness
from reglo.sealing import canonical
from reglo.sealing.journal import Entry
from reglo.sealing.notes import Checkpoint
from reglo.sealing.signing import PublicKey
from reglo.sealing.tree import inclusion_proof, root_from_inclusion


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A withdrawal, proved as a receipt is: entry, inclusion proof, checkpoint (docs/receipt.md, 5)."""

    receipt: str  # number of the receipt of what is withdrawn
    entry: Entry
    proof: tuple[bytes, ...]
    checkpoint: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "format": "reglo-withdrawn/1",
            "state": "withdrawn",
            "receipt": self.receipt,
            "inclusion": {
                "entry": self.entry.as_dict(),
                "proof": [b64encode(node).decode() for node in self.proof],
                "checkpoint": self.checkpoint,
            },
        }


def withdrawal_statement(deposit: str, pli: str) -> bytes:
    """What the key of the pli signs to withdraw it."""
    return canonical.encode({"format": "reglo-withdrawal/1", "receipt": deposit, "pli": pli})


def withdraw_deposit(platform: Platform, *, upload: str, signature: str) -> Withdrawn:
    """Withdraw a deposit, by the key of its pli alone (docs/seal.md §4).

    What is returned proves it: the entry of the journal, and its place in a signed checkpoint.
    Asked again, as when the answer was lost on the way, it gives the same proof and changes nothing.
    An offer received on time binds its sender once the deadline has passed: it is then too late.
    Raises Refused(WrongSignature, MoveForbidden).
    """
    platform.require_right_time()
    with platform.pool.connection() as connection:
        store.journal_head(connection)  # first, as for a deposit: neither waits for the other in a ring
        row = connection.execute("SELECT * FROM deposits WHERE upload = %s FOR UPDATE", (upload,)).fetchone()
        if row is None:
            raise refuse(MoveForbidden, what="Ce pli", state="en cours d'envoi", act="le retrait")
        deposit = Deposit(**row)
        try:
            signed = PublicKey.from_base64(deposit.pli_key).verify(
                withdrawal_statement(deposit.id, deposit.pli), b64decode(signature, validate=True)
            )
        except ValueError:
            signed = False
        if not signed:
            raise refuse(WrongSignature)
        if deposit.state == "withdrawn":
            return _proved_again(connection, platform, deposit)
        now = platform.clock.now()
        consultation = store.find_consultation(connection, deposit.consultation)
        over = timeliness(now, consultation.deadline, consultation.deadline_inclusive) is Timeliness.LATE
        if deposit.state not in ("received", "late") or (deposit.state == "received" and over):
            state = STATE_FR[deposit.state] + (", l'heure limite est passée" if over else "")
            raise refuse(MoveForbidden, what="Ce pli", state=state, act="le retrait")
        connection.execute("UPDATE deposits SET state = 'withdrawn' WHERE id = %s", (deposit.id,))
        appended = store.record(
            connection,
            at=now,
            act="deposit.withdrawn",
            who="déposant",
            on=deposit.id,
            consultation=deposit.consultation,
            facts={"pli": deposit.pli, "signature": signature},
        )
    return Withdrawn(
        receipt=deposit.id,
        entry=appended.entry,
        proof=appended.proof,
        checkpoint=appended.head.checkpoint(platform.origin).sign(platform.key),
    )


def _proved_again(connection: Connection, platform: Platform, deposit: Deposit) -> Withdrawn:
    """The proof of a withdrawal as it was first given: in the tree that ends with its entry."""
    row = connection.execute(
        """SELECT line FROM journal
           WHERE concerns = %s AND act = 'deposit.withdrawn' AND line::jsonb ->> 'on' = %s""",
        (deposit.consultation, deposit.id),
    ).fetchone()
    assert row is not None  # written with the state, in one transaction
    entry = Entry.from_line(row["line"].encode())

    def node(level: int, index: int) -> bytes:
        found = connection.execute(
            "SELECT hash FROM journal_nodes WHERE level = %s AND index = %s", (level, index)
        ).fetchone()
        assert found is not None
        return bytes(found["hash"])

    size = entry.index + 1
    proof = inclusion_proof(entry.index, size, node)
    root = root_from_inclusion(entry.leaf, entry.index, size, proof)
    assert root is not None
    return Withdrawn(
        receipt=deposit.id,
        entry=entry,
        proof=proof,
        checkpoint=Checkpoint(platform.origin, size, root).sign(platform.key),
    )
