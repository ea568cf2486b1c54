"""The *règlement de la consultation* of a rules file: what the program will do, in French.

The articles, their sentences and tables are ``procurement.sentences``, which the reader of RCs
shares; here they become the content of a document, with formulas set and an example of the marks.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from reglo.exports.documents import Block, Callout, Contents, Document, Heading, PageBreak
from reglo.exports.tender_rules.example import example_blocks
from reglo.exports.tender_rules.parts import blocks_of
from reglo.procurement.consultation import Consultation, OpenPoint
from reglo.procurement.french import counted
from reglo.procurement.sentences import ARTICLES, COVER, EXAMPLE, OPEN_POINTS

TITLE = "Règlement de la consultation"


def tender_rules(consultation: Consultation, day: date, digest: str = "") -> Document:
    """The RC of a consultation, ready to be written as PDF, .odt or .docx.

    day: printed as the document's date. digest: sha256 of the rules file, when known.
    """
    return Document(
        read_back=True,
        title=TITLE if not undecided(consultation) else f"{TITLE} – projet",
        subject=consultation.title,
        reference=consultation.reference,
        issuer=consultation.buyer.name,
        day=day,
        digest=digest,
        body=(*_cover(consultation), Contents(1), PageBreak(), *body(consultation)),
    )


def undecided(consultation: Consultation) -> tuple[OpenPoint, ...]:
    """The open points nobody has decided: with one left, the RC is a draft."""
    return tuple(point for point in consultation.open_points if not point.decided_by)


def body(consultation: Consultation) -> Iterator[Block]:
    """The articles, numbered, and the annexes; an article the rules leave empty is left out."""
    number = 0
    for article in ARTICLES:
        if article is OPEN_POINTS:
            yield from _example(consultation)
        title = article.title
        if article is not OPEN_POINTS:
            title = f"Article {number + 1} – {title}"
        award = consultation.award
        blocks = [block for part in article.parts for block in blocks_of(consultation, part, award)]
        if not blocks:
            continue
        yield Heading(1, title)
        if article is OPEN_POINTS:
            yield from blocks
        else:
            number += 1
            yield from _numbered(blocks, number)


def _numbered(blocks: list[Block], article: int) -> Iterator[Block]:
    rank = 0
    for block in blocks:
        if isinstance(block, Heading):
            rank += 1
            block = Heading(block.level, f"{article}.{rank} {block.text}")
        yield block


def _cover(consultation: Consultation) -> Iterator[Block]:
    """What a candidate looks for first; the articles say it again, with the rest."""
    lines = tuple(
        text
        for part in COVER
        if part.path == "calendar" and (text := part.sentences[0].said(consultation.calendar)) is not None
    )
    if lines:
        yield Callout("Dates et heures limites", lines)
    points = undecided(consultation)
    if points:
        yield Callout(
            "Projet : à ne pas publier en l'état",
            (
                f"{counted(len(points), 'point')} à trancher, en annexe. Les articles appliquent pour chacun "
                "la lecture qui y est dite.",
            ),
        )


def _example(consultation: Consultation) -> Iterator[Block]:
    blocks = tuple(example_blocks(consultation))
    if blocks:
        yield Heading(1, EXAMPLE)
        yield from blocks
