"""The words of a règlement de la consultation: every value of the rules file, its article, its sentence.

``ARTICLES`` is read both ways: ``exports.tender_rules`` writes an RC with it, ``reading.rc`` reads
one written so. What a buyer then edits in the document is read again.
"""

from __future__ import annotations

from reglo.procurement.sentences.award_articles import (
    AWARD,
    CLAUSES,
    EXAMINATION,
    NEGOTIATION,
    PRICES,
    REMEDIES,
)
from reglo.procurement.sentences.calendar_articles import CALENDAR
from reglo.procurement.sentences.dossier_articles import (
    BID,
    CANDIDACY,
    CAPACITY,
    DOSSIER,
    OPERATORS,
)
from reglo.procurement.sentences.grammar import sentence
from reglo.procurement.sentences.judgement_articles import JUDGEMENT, LOT_JUDGEMENT
from reglo.procurement.sentences.layout import Article, Column, Grid, Say
from reglo.procurement.sentences.opening_articles import (
    BUYER,
    CONTRACT,
    LOTS,
    OBJECT,
    PROCEDURE,
)
from reglo.procurement.sentences.submission_articles import SUBMISSION

# What the first page says again, for a candidate to see at once.
COVER = (
    Say("", sentence("Référence : {reference}")),
    Say("calendar", sentence("Remise des candidatures : {candidacy_deadline}")),
    Say("calendar", sentence("Remise des offres : {submission_deadline}")),
    Say("calendar", sentence("Remise des offres finales : {final_bids_deadline}")),
)

OPEN_POINTS = Article(
    "Annexe – Points à trancher",
    (
        Grid(
            "open_points",
            "Points à trancher",
            (
                Column("id", "Repère", 1.2),
                Column("question", "Question", 4),
                Column("sources", "Articles", 1),
                Column("rule", "Règle", 0.7),
                Column("default", "Lecture appliquée", 1.2),
                Column("decided_by", "Décidé par", 1),
                Column("decided_on", "Le", 1),
                Column("reason", "Motif", 1.4),
                Column("legal_basis", "Textes", 0.8),
            ),
        ),
        Grid(
            "open_points.choices",
            "Lectures possibles",
            (
                Column("id", "Lecture", 1.1),
                Column("label", "Énoncé", 2.6),
                Column("set", "Effet sur les règles", 2.8),
            ),
            parent="Point",
        ),
    ),
)
EXAMPLE = "Annexe – Exemple de notation"

ARTICLES = (
    BUYER,
    OBJECT,
    PROCEDURE,
    LOTS,
    CONTRACT,
    CALENDAR,
    DOSSIER,
    OPERATORS,
    CAPACITY,
    CANDIDACY,
    BID,
    SUBMISSION,
    PRICES,
    EXAMINATION,
    JUDGEMENT,
    LOT_JUDGEMENT,
    NEGOTIATION,
    AWARD,
    REMEDIES,
    CLAUSES,
    OPEN_POINTS,
)

# Keys an RC does not print, and why.
UNSAID = {
    "reglo": "the version of the file's format, not of the consultation",
    "source": "the article of the RC the rules were read from: this RC numbers its own",
    "text": "the sentence of the RC the rules were read from: this RC has its own",
    "justify": "answers to the linter, kept for the jurist beside the rules and not published",
}
