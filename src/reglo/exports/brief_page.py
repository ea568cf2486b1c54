"""The company's page as a PDF: one sheet, whatever the consultation; what does not fit is counted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from io import BytesIO

from reglo.exports.documents import (
    Align,
    Block,
    Column,
    Document,
    Inline,
    Paragraph,
    Table,
    strong,
    to_pdf,
)
from reglo.exports.wording import weight
from reglo.procurement.brief import Brief, Line, asking, days_left, price_words

_FITS = (60, 12, 8, 5, 3, 1, 0)  # questions tried, until the page holds
_ALL = 1_000_000


def brief_pdf(brief: Brief, today: date, digest: str = "") -> bytes:
    """One page of PDF; what does not fit is counted, and said to be left out.

    Lengths are tried from a guess of what is left, so that two or three pages are set at most.
    """
    start = next((n for n in _FITS if n <= max(0, (52 - _height(brief)) // 2)), 0)
    tries = [(asked, cut) for asked in _FITS if asked <= start for cut in (_ALL, 4)]
    data = b""
    for asked, cut in [*tries, (0, 3), (0, 1)]:
        pieces = _ALL if (asked, cut) in tries else 6 * cut
        data = to_pdf(brief_document(brief, today, asked, cut=cut, pieces=pieces, digest=digest))
        if _pages(data) == 1:
            return data
    return data


def _height(brief: Brief) -> int:
    """Lines of the page without questions, roughly."""
    return (
        18 + len(brief.criteria) + len(brief.eliminations) + sum(len(lines) for _, lines in brief.pieces) // 2
    )


def _pages(data: bytes) -> int:
    from pypdf import PdfReader

    return len(PdfReader(BytesIO(data)).pages)


def brief_document(
    brief: Brief, today: date, asked: int, *, cut: int = _ALL, pieces: int = _ALL, digest: str = ""
) -> Document:
    """The page as content: ``asked`` questions at most, ``cut`` eliminations, ``pieces`` a folder."""
    body: list[Block] = [Paragraph(_deadlines(brief, today))]
    if brief.contract:
        body.append(Paragraph(_run(brief.contract, articles=False, at_most=pieces), small=True))
    if brief.dates:
        body.append(Paragraph(_run(brief.dates, at_most=pieces), small=True))
    for folder, lines in brief.pieces:
        said = _run(lines, articles=False, at_most=pieces)
        body.append(Paragraph((strong(f"{folder} : "), *said), small=True))
    body += _judged(brief, pieces)
    if brief.eliminations:
        said = _run(brief.eliminations, at_most=cut)
        body.append(Paragraph((strong("Ce qui élimine : "), *said), small=True))
    if brief.unread:
        body.append(
            Paragraph(
                (strong("Non lu par Réglo, à chercher dans le document : "), " ".join(brief.unread)),
                small=True,
            )
        )
    body += _questions(brief.questions, asked, asking(brief.ask_by, today))
    return Document(
        title=brief.title,
        subject=f"{brief.url}" if brief.url else "",
        reference=brief.reference,
        issuer=brief.buyer,
        day=today,
        digest=digest,
        body=tuple(body),
    )


def _deadlines(brief: Brief, today: date) -> Inline:
    said = [
        f"{label} avant le {instant.french}, {days_left(instant.day, today)}"
        for label, instant in brief.deadlines
    ]
    said += [line.text for line in brief.undecided]
    return (strong(" ; ".join(said) or "Aucune date limite écrite"), ".")


def _run(lines: Sequence[Line], *, articles: bool = True, at_most: int = _ALL) -> tuple[str, ...]:
    shown = lines[:at_most]
    said = [f"{line.text} [{line.article}]" if articles and line.article else line.text for line in shown]
    more = len(lines) - len(shown)
    return (" ; ".join(said) + (f" ; et {more} {'autre' if more == 1 else 'autres'}" if more else "") + ".",)


def _judged(brief: Brief, at_most: int) -> list[Block]:
    if not brief.criteria:
        return []
    criteria = [one for one in brief.criteria if at_most == _ALL or one.depth == 0][:at_most]
    rows: list[tuple[Inline, ...]] = []
    strong_rows: set[int] = set()
    lots = ""
    for one in criteria:
        if one.lots != lots:
            lots = one.lots
            strong_rows.add(len(rows))
            rows.append((lots, ""))
        if one.depth == 0 and not lots:
            strong_rows.add(len(rows))
        rows.append(("    " * one.depth + ("– " if one.depth else "") + one.name, weight(one.points)))
    columns = (Column("Critère", width=5), Column("Points", Align.RIGHT, 1))
    found: list[Block] = [Table("Comment l'offre est notée", columns, tuple(rows), frozenset(strong_rows))]
    found += [Paragraph(price_words(cost), small=True) for cost in brief.point_costs]
    return found


def _questions(questions: Sequence[Line], asked: int, title: str) -> list[Block]:
    shown = questions[:asked]
    more = len(questions) - len(shown)
    if not questions:
        return []
    said: list[Block] = [Paragraph((strong(title),))]
    said += [
        Paragraph((strong(f"{line.article} : "), line.text) if line.article else line.text, small=True)
        for line in shown
    ]
    if more:
        said.append(Paragraph(f"{_others(more)} : « reglo brief » les donne toutes au terminal.", small=True))
    return said


def _others(more: int) -> str:
    return f"{more} autres questions" if more > 1 else "Une autre question"
