"""The deadline of an open consultation put back: a new version of its rules, one entry in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reglo.deposit import store
from reglo.deposit.database import Connection
from reglo.deposit.findings import BadConsultation, refuse
from reglo.deposit.store import Consultation
from reglo.procurement.deadlines.receipt import Timeliness, timeliness
from reglo.sealing.amendments import Amendment
from reglo.sealing.journal import instant


def put_deadline_back(
    connection: Connection,
    found: Consultation,
    rules_sha256: str,
    deadline: datetime,
    deadline_inclusive: bool,
    amendments: Sequence[Amendment],
    now: datetime,
) -> Consultation:
    """The deadline put back, before it has passed: a new version of the rules, in the journal (R.2151-4)."""
    over = timeliness(now, found.deadline, found.deadline_inclusive) is Timeliness.LATE
    if over or deadline < found.deadline:
        why = "est passée" if over else "serait avancée"
        raise refuse(
            BadConsultation,
            why=f"son heure limite, le {found.deadline_shown}, {why}",
            how="Une heure limite se reporte avant d'être passée, et plus tard seulement.",
        )
    last = max(amendments, key=lambda act: act.number)
    if deadline != found.deadline and found.deadline in last.deadlines.values():
        raise refuse(
            BadConsultation,
            why=f"ces règles gardent son heure limite, le {found.deadline_shown}, et en ont une autre",
            how="Les offres d'une procédure en deux temps se reçoivent à part : un autre « --data ».",
        )
    connection.execute(
        "UPDATE consultations SET rules_sha256 = %s, deadline = %s, deadline_inclusive = %s WHERE id = %s",
        (rules_sha256, deadline, deadline_inclusive, found.id),
    )
    store.record(
        connection,
        at=now,
        act="consultation.amended",
        who="acheteur",
        on=found.reference,
        consultation=found.id,
        facts={
            "before": found.rules_sha256,
            "rules_sha256": rules_sha256,
            "deadline_before": instant(found.deadline),
            "deadline": instant(deadline),
            "amendments_sha256": [act.digest for act in amendments],
        },
    )
    return store.find_consultation(connection, found.id)
