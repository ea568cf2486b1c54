"""The change notice (avis de modification) sent to all who have the documents."""

from __future__ import annotations

from datetime import date

from reglo.exports.documents import (
    Block,
    BulletList,
    Column,
    Document,
    Heading,
    Inline,
    Paragraph,
    Table,
)
from reglo.procurement.changes import Changes


def change_notice(changes: Changes, day: date) -> Document:
    """What changes, the dates that move and who is told; ``day`` is the day of the notice."""
    body: list[Block] = [
        Paragraph(
            "Les documents de la consultation sont modifiés comme suit. Les candidats répondent sur la base "
            "du dossier modifié."
        )
    ]
    for title, listed in changes.sections:
        body += [Heading(1, title), BulletList(tuple(change.line for change in listed), numbered=True)]
    if changes.moved:
        rows: tuple[tuple[Inline, ...], ...] = tuple(
            (moved.title, _day(moved.before), _day(moved.after)) for moved in changes.moved
        )
        columns = (Column("Échéance", width=4), Column("Avant", width=1.3), Column("Après", width=1.3))
        body += [Heading(1, "Dates qui changent"), Table("Calendrier", columns, rows)]
    if changes.told:
        body += [Heading(1, "Diffusion"), BulletList(changes.told)]
    return Document(
        title="Avis de modification de la consultation",
        subject=changes.title,
        reference=changes.reference,
        issuer=changes.buyer,
        day=day,
        body=tuple(body),
    )


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "–"
