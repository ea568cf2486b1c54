"""A consultation opened to deposits; its deadline put back while it is open.

Published rules never change: a change is a new version, and an entry in the journal (V12, R.2151-4).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from reglo.deposit import store
from reglo.deposit.acts import Platform
from reglo.deposit.database import Connection
from reglo.deposit.findings import BadConsultation, refuse
from reglo.deposit.store import Consultation
from reglo.procurement.deadlines.receipt import Timeliness, timeliness
from reglo.sealing.amendments import Amendment, rules_in_force
from reglo.sealing.journal import instant
from reglo.sealing.opening_keys import read_opening_keys


def open_consultation(
    platform: Platform,
    *,
    id: str,
    reference: str,
    title: str,
    object: str,
    buyer: str,
    rules_sha256: str,
    opening_keys: bytes,
    deadline: datetime,
    deadline_inclusive: bool,
    zone: str,
    max_size: int,
    max_documents: int,
    max_document_size: int,
    replaces_allowed: bool = True,
    electronic_copy_allowed: bool = False,
    amendments: Sequence[Amendment] = (),
) -> Consultation:
    """Open a consultation to deposits, or find it already open with the same rules and keys.

    amendments: the acts that tie these rules to the keys since their ceremony (``sealing.amendments``); a
    consultation open under the rules before takes the new ones and their later deadline, in the journal.
    Raises Refused(BadConsultation) when the keys are of another consultation or of other rules, or when
    it is open under other rules: published rules never change, a change is a new version (V12).
    """
    keys = read_opening_keys(opening_keys)
    if keys.consultation != reference:
        raise refuse(
            BadConsultation,
            why=f"les clés d'ouverture sont celles de « {keys.consultation} », les règles de « {reference} »",
            how="Donnez le fichier opening-keys.json de cette consultation.",
        )
    in_force = rules_in_force(keys, amendments)
    if in_force != rules_sha256:
        raise refuse(
            BadConsultation,
            why=f"les clés d'ouverture sont nées des règles d'empreinte {in_force}, "
            f"celles données ont pour empreinte {rules_sha256}",
            how="Donnez le fichier de règles de la cérémonie. Heure limite reportée : « reglo keys amend », "
            "puis « --amendment ».",
        )
    now = platform.clock.now()
    values = {
        "id": id,
        "reference": reference,
        "title": title,
        "object": object,
        "buyer": buyer,
        "rules_sha256": rules_sha256,
        "opening_keys": opening_keys,
        "opening_keys_sha256": keys.digest,
        "deadline": deadline,
        "deadline_inclusive": deadline_inclusive,
        "zone": zone,
        "max_size": max_size,
        "max_documents": max_documents,
        "max_document_size": max_document_size,
        "replaces_allowed": replaces_allowed,
        "electronic_copy_allowed": electronic_copy_allowed,
        "opened_at": now,
    }
    with platform.pool.connection() as connection:
        inserted = connection.execute(
            """INSERT INTO consultations VALUES (%(id)s, %(reference)s, %(title)s, %(object)s, %(buyer)s,
                 %(rules_sha256)s, %(opening_keys)s, %(opening_keys_sha256)s, %(deadline)s,
                 %(deadline_inclusive)s, %(zone)s, %(max_size)s, %(max_documents)s, %(max_document_size)s,
                 %(replaces_allowed)s, %(electronic_copy_allowed)s, %(opened_at)s)
               ON CONFLICT DO NOTHING RETURNING id""",
            values,
        ).fetchone()
        if inserted:
            store.record(
                connection,
                at=now,
                act="consultation.opened",
                who="acheteur",
                on=reference,
                consultation=id,
                facts={
                    "rules_sha256": rules_sha256,
                    "opening_keys_sha256": keys.digest,
                    "deadline": instant(deadline),
                    "max_size": max_size,
                    "max_documents": max_documents,
                    "max_document_size": max_document_size,
                },
            )
        found = store.find_consultation(connection, reference)
        if found.rules_sha256 in {act.before for act in amendments}:
            found = put_deadline_back(
                connection, found, rules_sha256, deadline, deadline_inclusive, amendments, now
            )
    same = (found.rules_sha256, found.opening_keys_sha256, found.deadline) == (
        rules_sha256,
        keys.digest,
        deadline,
    )
    if not same:
        raise refuse(
            BadConsultation,
            why=f"« {reference} » est déjà ouverte sous d'autres règles, clés ou heure limite",
            how="Des règles publiées ne changent pas : publiez un rectificatif.",
        )
    return found


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
