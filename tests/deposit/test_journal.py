"""The journal in PostgreSQL: in order, never rewritten, each act with its entry, proofs that verify."""

from __future__ import annotations

import httpx
import psycopg
import pytest
from tests.deposit.conftest import Open
from tests.deposit.support import Pli, send

from reglo.deposit import store
from reglo.deposit.acts import Platform
from reglo.sealing.journal import Entry, Head, verify_export
from reglo.sealing.receipt import Receipt
from reglo.sealing.tree import inclusion_proof, verify_inclusion

CHANGES = (
    "UPDATE journal SET line = 'x'",
    "DELETE FROM journal",
    "TRUNCATE journal CASCADE",
    "UPDATE journal_nodes SET hash = ''",
    "DELETE FROM journal_nodes",
    "TRUNCATE journal_nodes CASCADE",
    "DELETE FROM journal_head",
    "DELETE FROM attempts",
)


@pytest.mark.parametrize("role", [0, 1], ids=["application", "owner"])
def test_nobody_rewrites_the_journal(
    platform: Platform, consultation: Open, urls: tuple[str, str], role: int
) -> None:
    """Neither the application's role, which may not, nor the schema's owner, whom the trigger stops (V9)."""
    consultation()
    with psycopg.connect(urls[role], options="-c search_path=reglo") as connection:
        before = connection.execute("SELECT count(*), max(index) FROM journal").fetchone()
        for change in CHANGES:
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.RestrictViolation)):
                connection.execute(change.encode())
            connection.rollback()
        assert connection.execute("SELECT count(*), max(index) FROM journal").fetchone() == before


@pytest.mark.parametrize("role", [0, 1], ids=["application", "owner"])
def test_nobody_rewrites_an_attempt_that_has_ended(
    client: httpx.Client, pli: Pli, urls: tuple[str, str], role: int
) -> None:
    """What the judge's page shows of who tried what (CE 449250)."""
    send(client, pli)
    with psycopg.connect(urls[role], options="-c search_path=reglo") as connection:
        for change in ("SET error = ''", "SET status = 500", "SET ended_at = NULL"):
            with pytest.raises(psycopg.errors.RestrictViolation):
                connection.execute(f"UPDATE attempts {change} WHERE ended_at IS NOT NULL".encode())
            connection.rollback()


def test_the_application_may_not_disarm_the_trigger(platform: Platform, urls: tuple[str, str]) -> None:
    with psycopg.connect(urls[0], options="-c search_path=reglo") as connection:
        for attack in (
            "ALTER TABLE journal DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
            "DROP TABLE journal",
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE sql AS ''",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(attack.encode())
            connection.rollback()


def test_an_entry_out_of_order_is_refused_by_the_database(platform: Platform, consultation: Open) -> None:
    consultation()
    with platform.pool.connection() as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute("INSERT INTO journal VALUES (7, now(), 'x', 'y', 'z')")


def test_the_journal_of_a_deposit_verifies_and_holds_its_receipt(
    client: httpx.Client, platform: Platform, pli: Pli
) -> None:
    receipts = [Receipt.from_bytes(client.get(f"{send(client, pli)}/recu").content) for _ in range(3)]
    with platform.pool.connection() as connection:
        lines = [
            row["line"].encode() for row in connection.execute("SELECT line FROM journal ORDER BY index")
        ]
        nodes = {
            (row["level"], row["index"]): bytes(row["hash"])
            for row in connection.execute("SELECT level, index, hash FROM journal_nodes")
        }
        head = store.journal_head(connection)
    assert isinstance(head, Head)
    assert [Entry.from_line(line).act for line in lines] == [
        "consultation.opened",
        *["upload.created", "deposit.received"] * 3,
    ]
    checkpoints = [receipt.checkpoint for receipt in receipts]
    assert verify_export(lines, checkpoints, receipts[0].key).all_proved
    for receipt in receipts:
        leaf, index = receipt.entry.leaf, receipt.entry.index
        proof = inclusion_proof(index, head.tree.size, lambda level, at: nodes[level, at])
        assert verify_inclusion(leaf, index, head.tree.size, proof, head.tree.root)


def test_nothing_in_the_journal_names_the_depositor(
    client: httpx.Client, platform: Platform, pli: Pli
) -> None:
    send(client, pli, name="Canari SARL", email="canari@exemple.fr")
    with platform.pool.connection() as connection:
        lines = connection.execute("SELECT string_agg(line, ' ') AS all FROM journal").fetchone()
    assert lines is not None
    assert "canari" not in lines["all"].lower()
