"""The annexes of the analysis report: every mark, every calculation, and how to do them again."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from reglo.exports.analysis_lots import BIDS_ACROSS, across
from reglo.exports.documents import (
    Align,
    Block,
    Column,
    Heading,
    Inline,
    PageBreak,
    Paragraph,
    Table,
    code,
)
from reglo.exports.wording import (
    every,
    figure,
    groups_of,
    is_money,
    lot_title,
    mark,
    weight,
)
from reglo.procurement.award import Award
from reglo.procurement.consultation import Consultation
from reglo.procurement.formulas.views import shown
from reglo.procurement.judging.explanation import Explanation, explain
from reglo.procurement.judging.judgement import Judgement, LotResult


def annexes(consultation: Consultation, judgement: Judgement) -> Iterator[Block]:
    yield PageBreak()
    yield Heading(1, "Annexe A — Matrice des notes")
    for result in judgement.lots:
        if result.ranked:
            yield from _matrix(result, lot_title(consultation, result))
    yield Heading(1, "Annexe B — Détail du calcul de chaque note")
    yield Paragraph(
        "Chaque note de chaque offre, jusqu'aux chiffres lus dans l'offre : le calcul avec ses valeurs (la "
        "formule est en partie 6), le résultat exact, ce qui est retenu après arrondi, l'article."
    )
    for number, result in enumerate((each for each in judgement.lots if each.ranked), 1):
        yield Heading(2, f"B.{number} {lot_title(consultation, result)}")
        yield from _details(result, consultation.in_lot(result.lot.id).award)


def replay(judgement: Judgement, rules_file: str, offers_file: str, offers_digest: str) -> Iterator[Block]:
    """How anyone does the calculation again, with the files' names and digests where they are known."""
    yield Heading(1, "Annexe C — Refaire le calcul")
    yield Paragraph(
        "Quiconque a le fichier de règles publié et le fichier des offres refait ce calcul, au dernier "
        "chiffre près, sans cette plateforme :"
    )
    yield Paragraph((code(f"reglo judge {_quoted(rules_file, 'RÈGLES')} {_quoted(offers_file, 'OFFRES')}"),))
    if not (rules_file and offers_file):
        yield Paragraph("Mettez à la place de RÈGLES et d'OFFRES les noms de vos fichiers.")
    yield Paragraph(
        ("Empreinte SHA-256 du fichier de règles : ", code(judgement.rules_digest or "non renseignée"))
    )
    if offers_digest:
        yield Paragraph(("Empreinte SHA-256 du fichier des offres : ", code(offers_digest)))
    yield Paragraph(
        "La commande « sha256sum » appliquée à un fichier doit donner son empreinte. Le même "
        "jugement s'écrit aussi en classeur (.xlsx, .ods), dont les formules se recalculent, et en JSON "
        "exact."
    )


def _quoted(name: str, unknown_name: str) -> str:
    """A file name as a shell wants it."""
    return quote(name) if name else unknown_name


def _matrix(result: LotResult, title: str) -> Iterator[Block]:
    """Every mark of a lot: criteria down, bids across."""
    for bids in groups_of(result.ranked, BIDS_ACROSS):
        rows: list[tuple[Inline, ...]] = []
        bold: set[int] = set()
        columns = [[score for _, score in every(one.total.parts)] for one in bids]
        for number, (depth, score) in enumerate(every(bids[0].total.parts)):
            if score.criterion is None:
                continue
            if depth == 0:
                bold.add(len(rows))
            label = f"{'– ' * depth}{score.criterion.name} /{weight(score.maximum)}"
            rows.append((label, *(mark(column[number].value) for column in columns)))
        bold.add(len(rows))
        rows.append(("Total", *(mark(one.total.value) for one in bids)))
        rows.append(("Rang", *("à départager" if one.rank is None else str(one.rank) for one in bids)))
        yield Table(
            f"{title} : notes par critère et par offre",
            across("Critère", bids),
            tuple(rows),
            frozenset(bold),
        )


def _details(result: LotResult, award: Award) -> Iterator[Block]:
    """The calculation of every mark of every bid of a lot, down to the figures of the bid (V7)."""
    for one in result.ranked:
        yield Table(
            f"{one.bid.name} : calcul des notes",
            (
                Column("Note ou chiffre", width=2.2),
                Column("Calcul", width=3.5),
                Column("Exact", Align.RIGHT, 1.1),
                Column("Retenu", Align.RIGHT, 1.1),
                Column("Article", width=1.3),
            ),
            tuple(_calculations(explain(one, award), award, 0)),
            frozenset({0}),
        )


def _calculations(node: Explanation, award: Award, depth: int) -> Iterator[tuple[Inline, ...]]:
    """A line for each mark and figure; the lines of a sample quote are one sum."""
    of_quote = [part for part in node.parts if not part.formula and part.computation]
    calculation = node.computation if node.computation != shown(node.exact) else ""
    if of_quote:
        calculation = " + ".join(part.computation for part in of_quote)
    rounding = f"arrondi : {node.rounding}" if node.value != node.exact else ""
    told = "\n".join(part for part in (calculation, rounding) if part) or node.note
    if node.maximum is None:
        money = is_money(award, node.figure)
        exact, kept = (
            figure(value, money=True) if money else shown(value) for value in (node.exact, node.value)
        )
        yield ("– " * depth + node.title, told, exact, kept, node.article)
    else:
        name = f"{node.title} /{weight(node.maximum)}"
        yield ("– " * depth + name, told, mark(node.exact), mark(node.value), node.article)
    for part in node.parts:
        if part not in of_quote and not part.note.startswith("détaillé"):
            yield from _calculations(part, award, depth + 1)
