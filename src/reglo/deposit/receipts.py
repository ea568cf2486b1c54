"""After a deposit: its bytes settled in the store, its receipt time-stamped, now or later."""

from __future__ import annotations

from reglo.adapters.timestamp import stamp
from reglo.deposit.acts import Platform
from reglo.deposit.store import Deposit
from reglo.sealing.receipt import Receipt, Timestamp, stamped


def settle_uploads(platform: Platform) -> None:
    """Tell the store which uploads are whole and final."""
    with platform.pool.connection() as connection:
        rows = connection.execute(
            "SELECT id FROM uploads WHERE state = 'complete' AND NOT settled LIMIT 200"
        ).fetchall()
    for row in rows:
        platform.storage.settle(row["id"])
    if rows:
        with platform.pool.connection() as connection:
            connection.execute(
                "UPDATE uploads SET settled = true WHERE id = ANY(%s)", ([row["id"] for row in rows],)
            )


def stamp_deposits(platform: Platform) -> int:
    """Have pending receipts time-stamped, the oldest first. How many were.

    Raises Refused (RECU-20, RECU-21) when the authority does not answer well: the deposits are received
    all the same, and asked for again later.
    """
    if platform.authority is None:
        return 0
    with platform.pool.connection() as connection:
        rows = connection.execute(
            "SELECT id, receipt FROM deposits WHERE token IS NULL ORDER BY last_byte_at LIMIT 50"
        ).fetchall()
    for row in rows:
        statement = Receipt.from_bytes(row["receipt"].encode()).statement
        given = stamp(platform.authority, statement.encoded, now=platform.clock.now, trusted=platform.trusted)
        with platform.pool.connection() as connection:
            connection.execute(
                "UPDATE deposits SET token = %s, token_at = %s WHERE id = %s AND token IS NULL",
                (given.token, given.at, row["id"]),
            )
    return len(rows)


def receipt_of(platform: Platform, deposit: Deposit) -> Receipt:
    """The server's copy of a receipt, with its time-stamp when there is one."""
    receipt = Receipt.from_bytes(deposit.receipt.encode())
    if deposit.token is not None and deposit.token_at is not None:
        receipt = stamped(receipt, Timestamp(bytes(deposit.token), deposit.token_at), platform.key)
    return receipt
