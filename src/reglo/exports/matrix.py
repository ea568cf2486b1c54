"""The "Matrice": the judgement as a workbook that recalculates to the same marks.

Sheets "RC", "Offres", "Prix", "Notes", "Classement", "Motifs", "Journal". What a person types
(figures, unit prices, levels, reasons) is coloured and open; the rest is protected without a
password and made of live formulas whose stored results are the exact judgement's
(docs/decisions/0070).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from reglo import __version__
from reglo.exports.matrix_lot import LotBlock, bid_cells
from reglo.exports.matrix_rules import RulesSheet, heads
from reglo.exports.sheets import Book, Cell, Look, Sheet, write_book
from reglo.exports.wording import every, form_of, mark, moment, operators_of
from reglo.procurement.award import Award
from reglo.procurement.bid import STANDING_FR, Standing
from reglo.procurement.consultation import Consultation
from reglo.procurement.expression import LEVEL
from reglo.procurement.judgement import Judgement
from reglo.procurement.scoring import APPRECIATION


def write_matrix(consultation: Consultation, judgement: Judgement, path: Path) -> None:
    """Write the matrix as the suffix of ``path`` says, .xlsx or .ods. KeyError on another."""
    write_book(matrix(consultation, judgement), path)


def matrix(consultation: Consultation, judgement: Judgement) -> Book:
    """The workbook of a judgement, a block of rows for each lot on each sheet."""
    rules = RulesSheet(consultation)
    prices = Sheet("Prix", (14, 30, 15), frozen_columns=2)
    marks = Sheet("Notes", (14, 30, 18), frozen_columns=2)
    ranking = Sheet("Classement", (7, 14, 34, 20), frozen_columns=3)
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
            block.write_ranking(ranking)
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
            _reasons(consultation.award, judgement),
            _journal(consultation, judgement, limits),
        ),
    )


def _offers(judgement: Judgement) -> Sheet:
    sheet = Sheet("Offres", (7, 12, 32, 24, 50, 24, 18, 50))
    sheet.add(Cell("Offres reçues", Look.TITLE))
    sheet.add(*heads("Lot", "Offre", "Candidat", "Forme", "Opérateurs", "Reçu le", "Situation", "Motif"))
    for result in judgement.lots:
        ranked = [(one.bid, "classée", "") for one in result.ranked]
        aside = [
            (one.bid, _situation(one.bid.standing), one.bid.reason or one.reason) for one in result.put_aside
        ]
        for bid, situation, reason in ranked + aside:
            received = moment(bid.received_at) if bid.received_at else ""
            row = (result.lot.id, bid.id, bid.bidder, form_of(bid), operators_of(bid), received)
            sheet.add(*(Cell(text) for text in (*row, situation, reason)))
    return sheet


def _situation(standing: Standing) -> str:
    return "à traiter" if standing is Standing.ADMITTED else STANDING_FR[standing]


def _reasons(award: Award, judgement: Judgement) -> Sheet:
    sheet = Sheet("Motifs", (7, 12, 32, 40, 20, 10, 70, 16))
    sheet.add(Cell("Motifs des appréciations", Look.TITLE))
    sheet.add(*heads("Lot", "Offre", "Candidat", "Critère", "Niveau", "Note", "Motif", "Page"))
    for result in judgement.lots:
        for one in result.ranked:
            for _, score in every(one.total.parts):
                given: Mapping[str, Fraction | str] = dict(score.because.values)
                if score.criterion is None or LEVEL not in given:
                    continue
                assessment = one.bid.assessments[score.criterion.id]
                level = given.get(APPRECIATION) or (
                    "" if assessment.mark is None else mark(Fraction(assessment.mark))
                )
                sheet.add(
                    Cell(result.lot.id),
                    *bid_cells(one),
                    Cell(score.criterion.name),
                    Cell(str(level)),
                    Cell(score.value, Look.MARK),
                    Cell(assessment.reason, Look.INPUT_TEXT),
                    Cell(assessment.page, Look.INPUT_TEXT),
                )
    return sheet


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
        for finding in result.findings:
            sheet.add(Cell(f"Lot {result.lot.id}"), Cell(str(finding)))
    return sheet
