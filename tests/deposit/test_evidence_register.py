"""The register of deposits rewritten by whoever administers the database: the judge's page says it."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta

import httpx
import psycopg
import pytest
from tests.deposit.support import REFERENCE, Pli, Server, send

from reglo.deposit.acts import Platform
from reglo.deposit.evidence import Evidence, gather
from reglo.deposit.evidence_page import lines
from reglo.deposit.withdrawal import withdrawal_statement

CLOSED = "UPDATE consultations SET deadline = least(deadline, clock_timestamp() - interval '1 hour')"


def rewritten(server: Server, *statements: str) -> None:
    """By the owner, without the triggers that stop the application."""
    with psycopg.connect(server.owner_url, options="-c search_path=reglo") as connection:
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement.encode())


def read(platform: Platform) -> Evidence:
    now = platform.clock.now()
    with platform.pool.connection() as connection:
        return gather(connection, REFERENCE, now - timedelta(hours=2), now)


@pytest.mark.parametrize(
    ("forged", "said"),
    [
        (
            "UPDATE deposits SET last_byte_at = last_byte_at - interval '1 day'",
            "Dépôt inscrit au journal, entrée 2 : dernier octet le ",
        ),
        (
            "UPDATE deposits SET first_byte_at = first_byte_at - interval '1 day'",
            "Dépôt inscrit au journal, entrée 2 : premier octet le ",
        ),
        (
            "UPDATE deposits SET state = 'late'",
            "Dépôt inscrit au journal, entrée 2 : le reçu signé le dit reçu à temps, le registre non.",
        ),
        (
            "UPDATE deposits SET state = 'withdrawn'",
            "entrée 2 : le registre le dit retiré, sans retrait signé par la clé de ce pli au journal.",
        ),
        ("DELETE FROM deposits", "Le journal inscrit un dépôt, entrée 2, que le registre n'a pas."),
        (
            "UPDATE journal SET concerns = '' WHERE act = 'deposit.received'",
            "que le journal n'inscrit pas.",
        ),
        (
            "UPDATE deposits SET receipt = replace(receipt, 'Alice SARL', 'Aline SARL')",
            "Dépôt inscrit au journal, entrée 2 : le reçu gardé n'est pas celui que le journal inscrit.",
        ),
        (
            "UPDATE deposits SET receipt = '{}'",
            "Dépôt inscrit au journal, entrée 2 : son reçu ou son entrée ne se lit plus.",
        ),
    ],
)
def test_a_register_that_contradicts_the_journal_is_said_to(
    client: httpx.Client, server: Server, platform: Platform, pli: Pli, forged: str, said: str
) -> None:
    send(client, pli, name="Alice SARL")
    rewritten(server, forged)
    assert read(platform).contradictions == ()  # before the deadline, not even a deposit is told
    rewritten(server, CLOSED)
    page = "\n".join(lines(read(platform)))
    assert "– Contradiction. " in page
    assert said in page


def test_a_register_left_as_it_was_written_contradicts_nothing(
    client: httpx.Client, server: Server, platform: Platform, pli: Pli
) -> None:
    send(client, pli, name="Alice SARL")
    withdrawn = send(client, pli, name="Bob SA")
    number = client.get(f"{withdrawn}/recu").json()["receipt"]["id"]
    signature = b64encode(pli.key.sign(withdrawal_statement(number, pli.pli)))
    assert client.post(f"{withdrawn}/retrait", content=signature).status_code == 200
    rewritten(server, CLOSED)
    evidence = read(platform)
    assert [each.state for each in evidence.deposits] == ["received", "withdrawn"]
    assert evidence.contradictions == ()
    page = "\n".join(lines(evidence))
    assert "Contradiction" not in page
    assert "Elles ne sont ni signées ni au journal" in page
