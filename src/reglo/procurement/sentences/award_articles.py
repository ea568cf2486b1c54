"""Prices, examination, negotiation, award, remedies and the rest."""

from __future__ import annotations

from reglo.procurement.award import ArithmeticErrors
from reglo.procurement.sentences.grammar import Sentence, flag, one_or_more, pick, sentence
from reglo.procurement.sentences.layout import (
    TEXTS,
    Article,
    Column,
    Each,
    Facts,
    Grid,
    Pairs,
    Say,
    basis,
)
from reglo.procurement.sentences.opening_articles import ADDRESS
from reglo.procurement.values import TaxBasis

PRICES = Article(
    "Prix",
    (
        Say(
            "prices",
            (
                Sentence(
                    "Le marché est à prix forfaitaire.", (("lump_sum", True),), (("unit_prices", True),)
                ),
                Sentence("Le marché est à prix unitaires.", (("unit_prices", True),), (("lump_sum", True),)),
                *sentence(
                    "Le marché est à prix mixtes : forfaitaires pour une part, unitaires pour l'autre.",
                    lump_sum=True,
                    unit_prices=True,
                ),
                *pick(
                    "basis",
                    {
                        TaxBasis.HT: "Les prix sont écrits hors taxes.",
                        TaxBasis.TTC: "Les prix sont écrits toutes taxes comprises.",
                    },
                ),
                *sentence("Révision des prix : {revision}."),
                *sentence("En cas de discordance prévaut, dans cet ordre : {precedence}."),
                *pick(
                    "arithmetic",
                    {
                        ArithmeticErrors.CORRECTED: (
                            "Les erreurs de multiplication, d'addition ou de report sont corrigées."
                        ),
                        ArithmeticErrors.CONFIRMED: (
                            "Les erreurs de calcul sont corrigées et le candidat confirme l'offre rectifiée."
                        ),
                        ArithmeticErrors.NOT_CORRECTED: (
                            "Les erreurs de calcul ne sont pas corrigées pour le jugement."
                        ),
                    },
                ),
                *flag(
                    "material_error_exception",
                    "Une erreur purement matérielle, évidente pour tous, se rectifie toujours.",
                ),
                *flag("aligned_by_winner", "L'attributaire pressenti met ses documents de prix en accord."),
                *sentence("Si le candidat refuse la rectification, son offre est : {refusal}."),
                *basis("les prix"),
            ),
            listed=True,
        ),
        Each(
            "prices.sheets",
            "Cadre de prix",
            (
                Facts(
                    "",
                    "Le cadre de prix",
                    (
                        ("name", "Intitulé"),
                        ("kind", "Nature"),
                        ("piece", "Pièce"),
                        ("basis", "Prix"),
                        ("words", "Prix écrits aussi en lettres"),
                        ("per_member", "Réparti par membre du groupement"),
                        ("total_feeds", "Son total est le montant jugé"),
                        ("legal_basis", "Textes"),
                    ),
                ),
                Pairs("columns", "Titres des colonnes"),
                Grid(
                    "lines",
                    "Lignes du cadre de prix",
                    (
                        Column("ref", "Référence", 1),
                        Column("name", "Désignation", 3.4),
                        Column("unit", "Unité", 0.8),
                        Column("quantity", "Quantité", 0.9),
                        Column("feeds", "Montant jugé", 2),
                        Column("lots", "Lots", 0.8),
                        Column("tranche", "Tranche", 0.8),
                    ),
                ),
            ),
            usual="cadre",
        ),
    ),
)

EXAMINATION = Article(
    "Examen des candidatures et des offres",
    (
        Say(
            "review",
            (
                *flag(
                    "bids_first",
                    "L'acheteur peut examiner les offres avant les candidatures.",
                    "Les candidatures sont examinées avant les offres.",
                ),
                *flag(
                    "candidacy_completion",
                    "L'acheteur peut demander de compléter une candidature.",
                    "Les candidatures incomplètes ne se complètent pas.",
                ),
                *flag(
                    "completion_by_others",
                    "Les autres candidats peuvent alors compléter aussi la leur.",
                ),
                *flag(
                    "regularisation",
                    "L'acheteur peut demander de régulariser une offre irrégulière.",
                    "Les offres irrégulières ne se régularisent pas.",
                ),
                *flag("clarifications", "L'acheteur peut demander des précisions sur une offre."),
                *flag("hearings", "L'acheteur peut entendre les candidats."),
                *sentence("Les échanges se font par : {channel}."),
                *flag(
                    "low_bids_detected",
                    "Les offres qui paraissent anormalement basses sont recherchées et leurs auteurs "
                    "interrogés.",
                ),
                *sentence("Formules de détection des offres basses : {low_bid_formulas}."),
                *sentence("Part de l'estimation sous laquelle une offre alerte : {low_bid_estimate_share}."),
                *basis("l'examen"),
            ),
            listed=True,
        ),
        Grid(
            "review.eliminations",
            "Motifs d'élimination",
            (
                Column("ground", "Motif", 3.6),
                Column("stage", "Étape", 1.4),
                Column("after_demand", "Après une demande restée sans réponse", 1.6),
                Column("id", "Repère", 1.2),
            ),
            TEXTS,
        ),
    ),
)

NEGOTIATION = Article(
    "Négociation",
    (
        Say(
            "procedure.negotiation",
            (
                *flag(
                    "allowed",
                    "L'acheteur peut négocier avec les soumissionnaires.",
                    "Il n'y a pas de négociation.",
                ),
                *one_or_more(
                    "with_best",
                    "La négociation est menée avec le premier du classement.",
                    "La négociation est menée avec les {with_best} premiers du classement.",
                ),
                *one_or_more(
                    "rounds",
                    "La négociation compte un seul tour.",
                    "La négociation compte {rounds} tours au plus.",
                ),
                *sentence("Elle se fait par : {channels}."),
                *sentence("Ne se négocient pas : {excluded}."),
                *flag("award_without", "L'acheteur peut attribuer le marché sur les offres initiales."),
                *flag(
                    "award_without_in_notice",
                    "L'avis l'annonce aussi.",
                    "L'avis ne l'annonce pas.",
                ),
                *flag("hearings", "Les candidats peuvent être auditionnés hors de toute négociation."),
                *basis("la négociation"),
            ),
        ),
    ),
)

AWARD = Article(
    "Attribution",
    (
        Say(
            "review",
            (
                *flag(
                    "award_evidence_by_buyer",
                    "L'acheteur recueille lui-même les certificats qu'il peut obtenir.",
                ),
                *sentence("L'attributaire pressenti produit : {award_evidence}."),
                *sentence("Le candidat établi à l'étranger produit : {foreign_evidence}."),
            ),
        ),
    ),
)

REMEDIES = Article(
    "Voies de recours",
    (
        Facts(
            "remedies.court",
            "Le tribunal compétent",
            (
                ("role", "Pour"),
                ("name", "Tribunal"),
                ("phones", "Téléphone"),
                ("email", "Courriel"),
                ("url", "Site"),
                ("registration", "Immatriculation"),
                ("legal_basis", "Textes"),
            ),
        ),
        Facts(
            "remedies.address",
            "L'adresse du tribunal",
            (*((column.key, column.title) for column in ADDRESS), ("legal_basis", "Textes")),
        ),
        Grid(
            "remedies.ways",
            "Recours ouverts",
            (
                Column("kind", "Recours", 1.6),
                Column("within", "Délai", 0.7),
                Column("of", "À compter de", 1.2),
                Column("until", "Jusqu'à", 1),
                Column("when", "Cas", 2),
                Column("closed", "Fermé", 2),
                Column("effect", "Effet", 1.6),
            ),
            TEXTS,
        ),
        Say("remedies", basis("les voies de recours")),
    ),
)

CLAUSES = Article(
    "Autres dispositions",
    (
        Grid(
            "clauses",
            "Autres règles de la consultation",
            (
                Column("topic", "Objet", 2.3),
                Column("rule", "Règle", 4.9),
                Column("effect", "Portée", 1.9),
                Column("bound", "Tenu", 1.6),
                Column("id", "Repère", 1.9),
            ),
            TEXTS,
        ),
    ),
)

__all__ = [
    "AWARD",
    "CLAUSES",
    "EXAMINATION",
    "NEGOTIATION",
    "PRICES",
    "REMEDIES",
]
