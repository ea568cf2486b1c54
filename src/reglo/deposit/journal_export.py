"""The journal as anyone may check it: its lines, and its head at the moment of the export."""

from __future__ import annotations

from collections.abc import Iterator

from reglo.deposit import store
from reglo.deposit.database import Connection
from reglo.sealing.journal import Head
from reglo.sealing.receipt import Receipt


def read_journal(connection: Connection) -> tuple[Head, Iterator[bytes]]:
    """The head, and the lines it covers, read as they are asked for. Acts go on meanwhile."""
    head = store.read_head(connection)

    def lines() -> Iterator[bytes]:
        with connection.cursor(name="journal_export") as cursor:
            cursor.execute("SELECT line FROM journal WHERE index < %s ORDER BY index", (head.tree.size,))
            for row in cursor:
                yield row["line"].encode()

    return head, lines()


def last_origin(connection: Connection) -> str | None:
    """The name of the journal in the last receipt given."""
    row = connection.execute("SELECT receipt FROM deposits ORDER BY journal_index DESC LIMIT 1").fetchone()
    return Receipt.from_bytes(row["receipt"].encode()).statement.journal_origin if row else None
