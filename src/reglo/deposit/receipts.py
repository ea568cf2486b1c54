"""After a deposit: its bytes settled in the store, its receipt time-stamped, now or later."""

from __future__ import annotations

import time
from datetime import datetime

from reglo.adapters.timestamp import stamp
from reglo.deposit.acts import Platform
from reglo.deposit.database import at_once
from reglo.deposit.store import Deposit
from reglo.sealing.receipt import Receipt, Timestamp, stamped

TOGETHER = 0.2  # seconds during which receipts are time-stamped before their tokens are kept, all at once


def settle_uploads(platform: Platform) -> None:
    """Tell the store which uploads are whole and final."""
    with at_once(platform.pool) as connection:
        rows = connection.execute(
            "SELECT id FROM uploads WHERE state = 'complete' AND NOT settled LIMIT 200"
        ).fetchall()
    for row in rows:
        platform.storage.settle(row["id"])
    if rows:
        with at_once(platform.pool) as connection:
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
    with at_once(platform.pool) as connection:
        rows = connection.execute(
            "SELECT id, receipt FROM deposits WHERE token IS NULL ORDER BY last_byte_at LIMIT 50"
        ).fetchall()
    began = time.monotonic()
    given: list[tuple[bytes, datetime, str]] = []
    try:
        for row in rows:
            data = Receipt.from_bytes(row["receipt"].encode()).statement.encoded
            token = stamp(platform.authority, data, now=platform.clock.now, trusted=platform.trusted)
            given.append((token.token, token.at, row["id"]))
            if time.monotonic() - began > TOGETHER:
                break
    finally:
        if given:
            with platform.pool.connection() as connection:
                connection.cursor().executemany(
                    "UPDATE deposits SET token = %s, token_at = %s WHERE id = %s AND token IS NULL", given
                )
    return len(given)


def receipt_of(platform: Platform, deposit: Deposit) -> Receipt:
    """The server's copy of a receipt, with its time-stamp when there is one."""
    receipt = Receipt.from_bytes(deposit.receipt.encode())
    if deposit.token is not None and deposit.token_at is not None:
        receipt = stamped(receipt, Timestamp(bytes(deposit.token), deposit.token_at), platform.key)
    return receipt
