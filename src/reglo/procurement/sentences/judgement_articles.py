"""The judgement of the bids: criteria, figures, formulas, scales, roundings, ties; of all lots, of some."""

from __future__ import annotations

from reglo.procurement.award import Method, TieRule
from reglo.procurement.sentences.grammar import Sentence, flag, pick, sentence
from reglo.procurement.sentences.layout import (
    TEXTS,
    Article,
    Column,
    Criteria,
    Each,
    Formulas,
    Grid,
    Say,
    Section,
    basis,
)
from reglo.procurement.values import TaxBasis

_METHODS = (
    *sentence("Note proportionnelle inverse sur « {of} ».", method=Method.INVERSE),
    *sentence("Note linéaire sur « {of} ».", method=Method.LINEAR),
    *sentence("Note entre le plus bas et le plus haut de « {of} ».", method=Method.MIN_MAX),
    *sentence("Note selon l'écart de « {of} » à la moyenne.", method=Method.MEAN),
    *sentence("Note sur la grille « {scale} », rapportée à la meilleure.", method=Method.NORMALISED),
    *sentence("Note sur la grille « {scale} ».", method=Method.SCALE),
    *sentence("Note selon la formule ci-dessous[ et la grille « {scale} »].", method=Method.FORMULA),
)
_BASES = pick(
    "price_basis",
    {
        TaxBasis.HT: "Les prix sont comparés hors taxes.",
        TaxBasis.TTC: "Les prix sont comparés toutes taxes comprises.",
    },
)
_PRICE = sentence("Le prix de l'offre est : {price_figure}.")
_IN_ORDER = "Les critères, non pondérés, sont donnés par ordre décroissant d'importance."
_LEVELS = (
    Column("label", "Niveau", 1.6),
    Column("value", "Points", 0.7),
    Column("share", "Part du maximum", 0.9),
    Column("meaning", "Sens", 3.4),
)


def _criteria(path: str) -> Criteria:
    return Criteria(
        f"{path}criteria",
        "Critères et sous-critères",
        (
            *_METHODS,
            *sentence("Jugé sur : {judged_on}."),
            *flag("price", "Critère de prix."),
            *flag("environmental", "Critère environnemental."),
            *flag("social", "Critère social."),
            *sentence("Nature du critère : {type}."),
            *TEXTS,
        ),
    )


def _figures(path: str) -> tuple[Grid, ...]:
    """What is read and computed in each bid; ``path``: "award.", or "" for some lots."""
    return (
        Grid(
            f"{path}inputs",
            "Données lues dans chaque offre",
            (
                Column("id", "Symbole", 1.2),
                Column("name", "Donnée", 3),
                Column("kind", "Nature", 1.2),
                Column("unit", "Unité", 0.8),
                Column("from_document", "Lue dans", 0.9),
            ),
            (
                *flag("higher_is_better", "La plus élevée est la meilleure."),
                *flag("zero_allowed", "Peut valoir zéro."),
                *TEXTS,
            ),
        ),
        Grid(
            f"{path}quotes",
            "Devis types, chiffrés avec les prix de chaque offre",
            (
                Column("id", "Symbole", 1),
                Column("name", "Devis", 3),
                Column("drawn_at", "Tiré au sort", 1.6),
            ),
            (*flag("hidden", "Masqué jusqu'à l'ouverture des plis."), *TEXTS),
        ),
        Grid(
            f"{path}quotes.lines",
            "Quantités des devis types",
            (
                Column("item", "Référence du prix", 1.2),
                Column("name", "Désignation", 2.6),
                Column("quantity", "Quantité", 0.9),
                Column("unit", "Unité", 0.8),
                Column("lots", "Lots", 0.8),
            ),
            parent="Devis",
        ),
        Grid(
            f"{path}values",
            "Données calculées pour chaque offre",
            (Column("id", "Symbole", 1.2), Column("name", "Donnée", 3.4)),
            TEXTS,
        ),
    )


def _rounding(path: str) -> Grid:
    return Grid(
        f"{path}rounding",
        "Arrondis",
        (
            Column("stages", "Ce qui est arrondi", 2),
            Column("decimals", "Décimales", 0.8),
            Column("mode", "Sens de l'arrondi", 2),
        ),
        TEXTS,
    )


def _ties(path: str) -> Grid:
    return Grid(
        f"{path}ties",
        "Égalités, dans l'ordre",
        (Column("criterion", "Critère", 1.2), Column("of", "Donnée", 1.2)),
        (
            *pick(
                "rule",
                {
                    TieRule.BEST_MARK: "L'emporte la meilleure note sur ce critère.",
                    TieRule.LOWEST: "L'emporte la plus basse valeur de cette donnée.",
                },
            ),
            *flag("first_place_only", "Pour la première place seulement."),
            *TEXTS,
        ),
    )


JUDGEMENT = Article(
    "Jugement des offres",
    (
        Say(
            "award",
            (
                *sentence("Les offres sont notées sur {total} points.", weights_in_order=False),
                *flag(
                    "by_lot", "Elles sont jugées lot par lot.", "Elles sont jugées pour l'ensemble des lots."
                ),
                *flag("weights_in_order", _IN_ORDER),
                *_BASES,
                *_PRICE,
                Sentence(
                    "Des lots sont jugés autrement, selon l'article suivant.", unless=(("for_lots", ()),)
                ),
                *basis("le jugement"),
            ),
        ),
        Section("Critères", (_criteria("award."),)),
        Section("Données jugées", _figures("award.")),
        Section("Formules", (Formulas("award"),)),
        Each(
            "award.scales",
            "Grille d'appréciation",
            (
                Say(
                    "",
                    (
                        *sentence("Intitulé de la grille : {name}."),
                        *sentence("Les notes peuvent aussi aller de {step} en {step}."),
                        *basis("la grille"),
                    ),
                ),
                Grid("levels", "Niveaux, du meilleur au moins bon", _LEVELS, TEXTS),
            ),
            usual="grille",
        ),
        Section(
            "Arrondis, classement et égalités",
            (
                _rounding("award."),
                Say(
                    "award",
                    pick(
                        "ranking",
                        {
                            "competition": "Les offres sont classées par total décroissant ; des offres à égalité "
                            "ont le même rang, et les rangs suivants sont décalés d'autant."
                        },
                    ),
                ),
                _ties("award."),
            ),
        ),
    ),
)

LOT_JUDGEMENT = Article(
    "Jugement propre à des lots",
    (
        Each(
            "award.for_lots",
            "Jugement des lots",
            (
                Say(
                    "",
                    (
                        *sentence(
                            "Lots concernés : {lots} ; pour eux, ce qui suit remplace l'article précédent, qui "
                            "vaut pour le reste."
                        ),
                        *sentence("Les offres sont notées sur {total} points."),
                        *flag("weights_in_order", _IN_ORDER, "Les critères sont pondérés."),
                        *_BASES,
                        *_PRICE,
                        *sentence("Aucun chiffre n'est le prix de leurs offres.", price_figure=""),
                        *sentence("Aucune donnée n'est lue dans leurs offres.", inputs=()),
                        *sentence("Ils n'ont pas de devis type.", quotes=()),
                        *sentence("Aucune donnée n'est calculée pour leurs offres.", values=()),
                        *sentence("Ils n'ont pas de grille d'appréciation.", scales=()),
                        *sentence("Leurs notes ne sont pas arrondies.", rounding=()),
                        *sentence("Rien ne départage leurs offres à égalité.", ties=()),
                        *basis("ce jugement"),
                    ),
                ),
                _criteria(""),
                *_figures(""),
                Formulas(""),
                Grid(
                    "scales",
                    "Grilles d'appréciation",
                    (
                        Column("id", "Grille", 1.4),
                        Column("name", "Intitulé", 3),
                        Column("step", "Écart admis entre deux notes", 1.4),
                    ),
                    TEXTS,
                ),
                Grid("scales.levels", "Niveaux, du meilleur au moins bon", _LEVELS, TEXTS, parent="Grille"),
                _rounding(""),
                _ties(""),
            ),
            usual="",
            named_by="lots",
        ),
    ),
)
