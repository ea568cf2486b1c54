"""The consultation a command names, in the database of a platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reglo.cli.output import usage_error
from reglo.procurement.findings import Refused

if TYPE_CHECKING:
    from reglo.deposit.database import Connection
    from reglo.deposit.store import Consultation


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
