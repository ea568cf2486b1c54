"""The linter's report for the jurist: what was found, where, why, under which article, and the mend."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from reglo.exports.documents import (
    Block,
    BulletList,
    Callout,
    Column,
    Document,
    Heading,
    Inline,
    Paragraph,
    Table,
    strong,
)
from reglo.procurement.findings import Severity
from reglo.procurement.observations import Observation, Report

_SECTIONS = (
    (Severity.BLOCKING, "Bloquant", "La loi l'interdit, ou les règles se contredisent."),
    (Severity.TO_CHECK, "À justifier", "La loi l'admet avec un motif écrit, ou une personne doit décider."),
    (Severity.INFORMATION, "Information", "À savoir avant de publier."),
)


def lint_report(report: Report, day: date) -> Document:
    """The findings of ``linting.lint`` as a document; ``day`` is printed on it."""
    body: list[Block] = [
        Callout(
            "Ce que ce rapport est",
            (
                f"Un relevé calculé, au {report.law}. Il montre {report.counts}. Il ne remplace pas l'avis "
                "d'un juriste, et ne dit rien de ce que les règles ne portent pas.",
            ),
        ),
    ]
    if report.observations:
        body.append(_summary(report))
    for weight, title, meaning in _SECTIONS:
        found = report.of(weight)
        if found:
            body += [Heading(1, f"{title} ({len(found)})"), Paragraph(meaning)]
            for one in found:
                body += _finding(one)
    body += _left_open(report)
    body += _justified(report)
    return Document(
        title="Relecture des règles de la consultation",
        subject=report.title,
        reference=report.reference,
        issuer=report.buyer,
        day=day,
        digest=report.digest,
        body=tuple(body),
    )


def _where(one: Observation) -> str:
    line = one.finding.place.line
    return one.finding.article + (f" (ligne {line})" if line else "")


def _summary(report: Report) -> Table:
    rows: list[tuple[Inline, ...]] = []
    for weight, title, _ in _SECTIONS:
        rows += [
            (one.rule, one.title or one.finding.code, title, one.finding.article) for one in report.of(weight)
        ]
    columns = (
        Column("Règle", width=1.1),
        Column("Objet", width=4),
        Column("Poids", width=1.3),
        Column("Article du RC", width=1.9),
    )
    return Table("Ce qui a été trouvé", columns, tuple(rows))


def _finding(one: Observation) -> Iterator[Block]:
    finding = one.finding
    yield Heading(2, f"{one.rule} : {one.title}" if one.title else one.rule)
    yield Paragraph(finding.cause_text)
    if one.quote:
        yield Paragraph((f"« {one.quote} »",))
    items: list[Inline] = []
    for label, text in (
        ("Où : ", _where(one)),
        ("Pourquoi : ", one.why),
        ("Texte : ", type(finding).source),
        ("Remède : ", finding.mend_text),
        ("Point ouvert : ", one.question),
    ):
        if text:
            items.append((strong(label), text))
    yield BulletList(tuple(items))


def _left_open(report: Report) -> Iterator[Block]:
    if report.left_open:
        yield Heading(1, f"Points laissés ouverts ({len(report.left_open)})")
        yield Paragraph("Ce que le règlement laisse ouvert ou contredit, hors des règles ci-dessus.")
        yield BulletList(
            tuple(
                (strong(f"{where} : "), one.finding.cause_text) if where else (one.finding.cause_text,)
                for one, where in ((one, _where(one)) for one in report.left_open)
            )
        )


def _justified(report: Report) -> Iterator[Block]:
    if report.justified:
        yield Heading(1, f"Acceptés avec leur motif ({len(report.justified)})")
        rows: list[tuple[Inline, ...]] = []
        for one in report.justified:
            said = one.justification
            assert said is not None
            by = " ".join(part for part in (said.by, f"{said.on:%d/%m/%Y}" if said.on else "") if part)
            rows.append((one.rule, one.finding.cause_text, said.reason, by))
        columns = (
            Column("Règle", width=1),
            Column("Constat", width=3),
            Column("Motif", width=3),
            Column("Par", width=1.4),
        )
        yield Table("Constats que l'acheteur accepte", columns, tuple(rows))
