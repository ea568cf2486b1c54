"""The database of a platform, as a command finds it: does it answer, does it hold this consultation?"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from reglo.cli.output import usage_error
from reglo.procurement.findings import Refused

if TYPE_CHECKING:
    from reglo.deposit.acts import Platform
    from reglo.deposit.database import Connection, Embedded
    from reglo.deposit.server import Node
    from reglo.deposit.store import Consultation

_NOT_THE_OWNER = (
    "Le rôle de DATABASE_URL ne peut pas préparer cette base. Donnez dans DATABASE_OWNER_URL un rôle qui la "
    "possède : il crée les tables, le serveur travaille ensuite avec DATABASE_URL seule (docs/deposit.md)."
)


def given_url(name: str = "DATABASE_URL", *, prepared: bool = True) -> str:
    """The database that variable names, once it has answered; "" without one. Exit 2 when it does not answer.

    prepared: it must hold the tables, which ``reglo deposit-server`` makes.
    """
    url = os.environ.get(name, "")
    if not url:
        return ""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            if prepared:
                connection.execute("SELECT FROM reglo.consultations LIMIT 0")
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        usage_error(
            f"La base de {name} n'est pas celle d'une plateforme, ou son rôle n'a pas le droit d'y lire. "
            "Vérifiez son nom ; « reglo deposit-server » prépare une base neuve."
        )
    except psycopg.Error as error:
        said = " ".join(str(error).split())
        usage_error(f"La base de {name} ne répond pas ({said}). Vérifiez cette adresse, puis relancez.")
    return url


@contextlib.contextmanager
def opened(node: Node) -> Iterator[tuple[Platform, Embedded | None]]:
    """The platform of a node; exit 2 when nobody given may make its tables, or its plis have no place."""
    import psycopg

    from reglo.adapters.storage import StorageFailed
    from reglo.deposit.server import platform_of

    try:
        with platform_of(node) as platform:
            yield platform
    except psycopg.errors.InsufficientPrivilege:
        usage_error(_NOT_THE_OWNER)
    except StorageFailed as error:
        usage_error(f"--storage : {error.why}.")


def named(connection: Connection, reference: str) -> Consultation:
    """The consultation of that reference; exit 2, saying which the platform holds, when it has none such."""
    from reglo.deposit.store import find_consultation

    try:
        return find_consultation(connection, reference)
    except Refused:
        rows = connection.execute("SELECT reference FROM consultations ORDER BY reference LIMIT 20")
        held = ", ".join(f"« {row['reference']} »" for row in rows)
        usage_error(
            f"Aucune consultation « {reference} » sur cette plateforme. "
            + (f"Elle tient : {held}." if held else "Elle n'en tient aucune : vérifiez « --data ».")
        )
