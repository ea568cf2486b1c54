"""The "Matrice": the judgement as a workbook that recalculates to the same marks.

Sheets "RC", "Offres", "Prix", "Notes", "Classement", "Motifs", "Journal". What a person types
(figures, unit prices, levels, reasons) is coloured and open; the rest is protected without a
password and made of live formulas whose stored results are the exact judgement's
(docs/decisions/0070).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import partial
from pathlib import Path

from reglo import __version__
from reglo.exports.matrix_area import bid_cells, heads
from reglo.exports.matrix_lot import MARKS, PRICES, LotBlock
from reglo.exports.matrix_ranking import RANKING, write_ranking
from reglo.exports.matrix_rules import RulesSheet
from reglo.exports.sheets import Book, Cell, Look, Row, Sheet
from reglo.exports.wording import every, figure_names, form_of, mark, moment, operators_of, situation_of
from reglo.exports.workbooks import write_book
from reglo.procurement.bid import Bid
from reglo.procurement.consultation import Consultation
from reglo.procurement.formulas.expression import LEVEL
from reglo.procurement.judging.judgement import Judgement, LotResult, Score
from reglo.procurement.judging.scoring import APPRECIATION


def write_matrix(consultation: Consultation, judgement: Judgement, path: Path) -> None:
    """Write the matrix as the suffix of ``path`` says, .xlsx or .ods. KeyError on another."""
    write_book(matrix(consultation, judgement), path)


def matrix(consultation: Consultation, judgement: Judgement) -> Book:
    """The workbook of a judgement, a block of rows for each lot on each sheet."""
    rules = RulesSheet(consultation)
    names = [name for judged in consultation.judged for name in figure_names(judged.award)]
    longest = max(map(len, names), default=0) + 2  # a key in brackets, never cut
    prices = Sheet(PRICES, (14, 30, min(max(15, longest + 4), 30)), frozen_columns=2)
    marks = Sheet(MARKS, (14, 30, 18), frozen_columns=2)
    ranking = Sheet(RANKING, (7, 14, 34, 20), frozen_columns=3)
    for sheet, title in (
        (prices, "Prix et chiffres des offres"),
        (marks, "Niveaux donnés et notes"),
        (ranking, "Classement"),
    ):
        sheet.add(Cell(f"{title} — {consultation.reference}", Look.TITLE))
        sheet.add(Cell("Fond jaune : à saisir. Le reste se calcule.", Look.NOTE))
    limits: list[str] = []
    for result in judgement.lots:
        if result.ranked:
            block = LotBlock(consultation, rules, result)
            block.write_prices(prices)
            block.write_marks(marks)
            write_ranking(ranking, block)
            limits += block.limits
    return Book(
        title=f"Matrice — {consultation.title}",
        reference=consultation.reference,
        author=consultation.buyer.name,
        sheets=(
            rules.sheet,
            _offers(judgement),
            prices,
            marks,
            ranking,
            _reasons(judgement),
            _journal(consultation, judgement, limits),
        ),
        choices=rules.choices,
    )


def _offers(judgement: Judgement) -> Sheet:
    sheet = Sheet("Offres", (7, 12, 32, 24, 50, 24, 18, 50))
    sheet.add(Cell("Offres reçues", Look.TITLE))
    titles = ("Lot", "Offre", "Candidat", "Forme", "Opérateurs", "Reçu le", "Situation", "Motif")
    sheet.add(*heads(*titles))
    for result in judgement.lots:
        count = len(result.ranked) + len(result.put_aside)
        sheet.add_lines(count, len(titles), partial(_offer_lines, result))
    return sheet


def _offer_lines(result: LotResult) -> Iterator[Row]:
    for one in result.ranked:
        yield _offer(result, one.bid, "classée", "")
    for aside in result.put_aside:
        yield _offer(result, aside.bid, situation_of(aside.bid), aside.bid.reason or aside.reason)


def _offer(result: LotResult, bid: Bid, situation: str, reason: str) -> Row:
    received = moment(bid.received_at) if bid.received_at else ""
    row = (result.lot.id, bid.id, bid.bidder, form_of(bid), operators_of(bid), received, situation, reason)
    return [Cell(text) for text in row]


def _reasons(judgement: Judgement) -> Sheet:
    sheet = Sheet("Motifs", (7, 12, 32, 40, 20, 10, 70, 16))
    sheet.add(Cell("Motifs des appréciations", Look.TITLE))
    titles = ("Lot", "Offre", "Candidat", "Critère", "Niveau", "Note", "Motif", "Page")
    sheet.add(*heads(*titles))
    for result in judgement.lots:
        if result.ranked:
            assessed = sum(LEVEL in _given(score) for _, score in every(result.ranked[0].total.parts))
            count = assessed * len(result.ranked)
            sheet.add_lines(count, len(titles), partial(_reason_lines, result))
    return sheet


def _reason_lines(result: LotResult) -> Iterator[Row]:
    lot = Cell(result.lot.id)
    for one in result.ranked:
        for _, score in every(one.total.parts):
            given = _given(score)
            if LEVEL not in given or score.criterion is None:
                continue
            assessment = one.bid.assessments[score.criterion.id]
            level = given.get(APPRECIATION) or (
                "" if assessment.mark is None else mark(Fraction(assessment.mark))
            )
            yield (
                lot,
                *bid_cells(one),
                Cell(score.criterion.name),
                Cell(str(level)),
                Cell(score.value, Look.MARK),
                Cell(assessment.reason, Look.INPUT_TEXT),
                Cell(assessment.page, Look.INPUT_TEXT),
            )


def _given(score: Score) -> Mapping[str, Fraction | str]:
    return dict(score.because.values)


def _journal(consultation: Consultation, judgement: Judgement, limits: list[str]) -> Sheet:
    sheet = Sheet("Journal", (30, 110))
    sheet.add(Cell("Journal du calcul", Look.TITLE))
    for label, value in (
        ("Consultation", consultation.reference),
        ("Objet", consultation.title),
        ("Acheteur", consultation.buyer.name),
        ("Empreinte des règles (SHA-256)", judgement.rules_digest),
        ("Calculé par", f"Réglo {__version__}"),
        (
            "Résultats",
            "Chaque formule porte le résultat exact du jugement. Recalculé, le classeur doit donner les "
            "mêmes notes et les mêmes rangs ; le calcul exact de « reglo judge » fait foi.",
        ),
        (
            "Arrondis",
            "Avant l'arrondi du règlement, ROUND(…,12) ôte le bruit du calcul binaire, pour qu'une moitié "
            "exacte reste une moitié.",
        ),
        ("Décision", "Le classement est une proposition ; une personne décide."),
    ):
        sheet.add(Cell(label, Look.STRONG), Cell(value))
    for limit in limits:
        sheet.add(Cell("Limite du tableur", Look.STRONG), Cell(limit))
    sheet.add(None)
    sheet.add(*heads("Lot", "Constat"))
    for finding in judgement.findings:
        sheet.add(Cell(""), Cell(str(finding)))
    for result in judgement.lots:
        for finding in (*result.findings, *result.left_out):
            sheet.add(Cell(f"Lot {result.lot.id}"), Cell(str(finding)))
    return sheet
