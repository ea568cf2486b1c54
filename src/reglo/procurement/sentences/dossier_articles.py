"""The dossier, who may bid, what is sent and how: articles 7 to 13."""

from __future__ import annotations

from reglo.procurement.requirements import (
    ExclusivitySanction,
    Folder,
    Requirement,
    Sanction,
    SignatureDue,
)
from reglo.procurement.sentences.grammar import Sentence, flag, one_or_more, pick, sentence
from reglo.procurement.sentences.layout import TEXTS, Article, Column, Grid, Say, Section, basis

DOSSIER = Article(
    "Dossier de consultation",
    (
        Say(
            "document_access",
            (
                *sentence("Le dossier est disponible à l'adresse suivante : {url}."),
                *sentence("Il y porte la référence suivante : {reference}."),
                *sentence("Il reste disponible jusqu'à : {until}."),
                *flag("free", "Il est remis gratuitement.", "Sa remise est payante."),
                *flag(
                    "identification_optional",
                    "L'identification n'est pas nécessaire pour le retirer.",
                    "L'identification est nécessaire pour le retirer.",
                ),
                *flag(
                    "alerts_need_identification",
                    "Qui le retire sans s'identifier n'est pas averti des modifications.",
                    "Qui le retire sans s'identifier est averti des modifications.",
                ),
                *flag(
                    "email_asked",
                    "Une adresse électronique, à consulter régulièrement, est demandée au retrait.",
                ),
                *flag(
                    "paper",
                    "Il peut aussi être remis sur papier.",
                    "Il n'est pas remis sur papier.",
                ),
                *sentence("Formats des fichiers du dossier : {formats}."),
                *sentence("Langues du dossier : {languages}."),
                *basis("le dossier"),
            ),
        ),
        Say("document_access", sentence("Confidentialité du dossier : {confidentiality}.")),
        Grid(
            "procurement_documents",
            "Contenu du dossier",
            (
                Column("code", "Code", 2.1),
                Column("name", "Document", 3.4),
                Column("annex_of", "Annexe de", 1.2),
                Column("to_return", "À remettre complété", 1.4),
                Column("contractual", "Contractuel", 1.3),
            ),
            (*sentence("Adresse : {url}[ ;]"), *TEXTS),
            width=3.2,
        ),
    ),
)

OPERATORS = Article(
    "Groupements et sous-traitance",
    (
        Section(
            "Groupements",
            (
                Say(
                    "grouping",
                    (
                        *sentence(
                            "Les opérateurs économiques peuvent se présenter seuls ou en groupement (CCP, article "
                            "R.2142-19)."
                        ),
                        *sentence("Formes admises pour soumissionner : {forms_allowed}."),
                        *sentence("Forme exigée après l'attribution : {form_after_award}."),
                        *sentence("Raison de cette exigence : {form_reason}."),
                        *sentence("Forme souhaitée par l'acheteur : {preferred}."),
                        *flag(
                            "leader_liable",
                            "Le mandataire est solidaire de chacun des membres.",
                            "Le mandataire n'est pas solidaire des autres membres.",
                        ),
                        *sentence("Mandataire : {leader}."),
                        *sentence("Modification de la composition du groupement : {composition_changes}."),
                        *sentence("Déclaration des sous-traitants : {subcontractors_declared}."),
                        *basis("les groupements"),
                    ),
                    listed=True,
                ),
            ),
        ),
        Section(
            "Exclusivité",
            (
                Say(
                    "grouping.exclusivity",
                    (
                        *flag(
                            "single_and_member",
                            "Nul ne peut présenter une offre à la fois seul et comme membre d'un groupement.",
                            "Un opérateur peut présenter une offre à la fois seul et comme membre d'un groupement.",
                        ),
                        *flag(
                            "member_of_several",
                            "Nul ne peut être membre de plusieurs groupements.",
                            "Un opérateur peut être membre de plusieurs groupements.",
                        ),
                        *flag(
                            "subcontractors_count",
                            "L'interdiction vise aussi les sous-traitants.",
                            "Elle ne vise pas les sous-traitants.",
                        ),
                        *pick(
                            "scope",
                            {
                                "contract": "Elle s'apprécie pour le marché entier.",
                                "lot": "Elle s'apprécie lot par lot.",
                            },
                        ),
                        *pick(
                            "sanction",
                            {
                                ExclusivitySanction.ALL_ELIMINATED: "Toutes les offres concernées sont éliminées.",
                                ExclusivitySanction.BEST_RANKED_KEPT: (
                                    "Seule l'offre la mieux classée de l'opérateur concerné est conservée."
                                ),
                            },
                        ),
                        *basis("l'exclusivité"),
                    ),
                ),
            ),
        ),
    ),
)


def breach(key: str, what: str, *, none: str = "") -> tuple[Sentence, ...]:
    """The sanction of a breach: "Un pli hors délai est éliminé."."""
    said = {
        Sanction.INCOMPLETE: f"{what} : la candidature est incomplète.",
        Sanction.IRREGULAR: f"{what} : l'offre est irrégulière.",
        Sanction.ELIMINATED: f"{what} : le candidat est éliminé.",
        Sanction.NOT_READ: f"{what} : ce qui est remis n'est pas lu.",
    }
    if none:
        said[Sanction.NONE] = none
    return pick(key, said)


CAPACITY = Article(
    "Conditions de participation",
    (
        Say(
            "capacity.turnover",
            (
                *sentence("Chiffre d'affaires annuel minimal exigé : {minimum}."),
                *sentence(
                    "Le chiffre d'affaires annuel exigé est d'au moins {times_contract} fois le montant du "
                    "marché.",
                    strictly_more=False,
                ),
                *sentence(
                    "Le chiffre d'affaires annuel exigé est de plus de {times_contract} fois le montant du "
                    "marché.",
                    strictly_more=True,
                ),
                *sentence("Ce minimum est à dépasser.", strictly_more=True, times_contract=None),
                *sentence("Justification de ce niveau : {justification}."),
                *basis("le chiffre d'affaires"),
            ),
        ),
        Say(
            "capacity",
            (
                *one_or_more(
                    "years",
                    "Les chiffres d'affaires et effectifs portent sur la dernière année.",
                    "Les chiffres d'affaires et effectifs portent sur {years} années.",
                ),
                *sentence("Qualifications demandées : {qualifications}."),
                *sentence("Aptitude à exercer l'activité : {aptitude}."),
                *sentence("Assurance : {insurance}."),
                *sentence("Les capacités d'un groupement sont appréciées de manière {assessed}."),
                *flag(
                    "equivalents_accepted",
                    "Tout moyen de preuve équivalent est admis, notamment des entreprises récentes.",
                    "Seules les preuves demandées sont admises.",
                ),
                *sentence("Capacités d'autres opérateurs, preuve à fournir : {reliance_proof}."),
                *breach(
                    "if_insufficient",
                    "Si les capacités sont insuffisantes",
                    none="Des capacités insuffisantes n'entraînent aucune sanction par elles-mêmes.",
                ),
                *basis("les capacités"),
            ),
            listed=True,
        ),
        Grid(
            "capacity.competences",
            "Compétences exigées",
            (
                Column("name", "Compétence", 2.4),
                Column("proofs", "Preuves", 2.6),
                Column("if_missing", "À défaut", 1.2),
                Column("id", "Repère", 0.8),
            ),
            TEXTS,
        ),
        Grid(
            "capacity.references",
            "Références demandées",
            (
                Column("of", "Nature", 2.2),
                Column("minimum", "Au moins", 0.7),
                Column("maximum", "Au plus", 0.7),
                Column("per", "Par", 1.3),
                Column("max_age", "De moins de", 1),
                Column("preferred", "De préférence", 1.5),
                Column("statuses", "États admis", 1.4),
                Column("excluded", "Exclues", 1.4),
                Column("surplus", "Si plus de références", 1.4),
            ),
            TEXTS,
        ),
    ),
)

_PIECE_COLUMNS = (
    Column("code", "Code", 0.7),
    Column("name", "Pièce", 2.8),
    Column("owed_by", "Due par", 1.3),
    Column("when", "Condition", 1.6),
    Column("if_missing", "À défaut", 1.3),
)
_PIECE_REMARKS = (
    *sentence("Due aussi par : {also_owed_by}."),
    *flag("per_lot", "Une par lot."),
    *flag("optional", "Facultative."),
    *sentence("Cadre à compléter : {template}."),
    *flag("own_template_only", "Tout autre cadre rend l'offre irrégulière."),
    *sentence("Formats : {formats}."),
    *sentence("Versions exigées : {versions}."),
    *pick(
        "signature",
        {SignatureDue.ANY: "À signer.", SignatureDue.ELECTRONIC: "À signer électroniquement."},
    ),
    *flag("dated", "À dater."),
    *flag("every_cell_filled", "Toutes les lignes sont à remplir, même à zéro."),
    *one_or_more("max_references", "Une référence au plus.", "{max_references} références au plus."),
    *sentence("Tient lieu de : {instead_of}."),
    *pick("where", {Requirement.JUDGING: "Sert seulement au jugement."}),
    *flag("curable", "", "Ne se régularise pas."),
    *flag("at_award", "Due par le seul attributaire pressenti."),
    *TEXTS,
)
_LIMITS = (
    Column("pages", "Pages au plus", 0.7),
    Column("section", "Partie", 1.3),
    Column("read_up_to", "Lues jusqu'à la page", 0.8),
    Column("beyond", "Au-delà", 1),
    Column("excluding", "Non comptés", 1.5),
    Column("layout", "Mise en page", 1.6),
    Column("pages_per_sheet", "Pages par feuille", 0.7),
)
_COMPOSITION = (
    Column("name", "Élément", 2.8),
    Column("code", "Code", 1.1),
    Column("when", "Condition", 1.6),
    Column("owed_by", "Dû par", 1.3),
    Column("template", "Cadre", 1.4),
    Column("max_age", "De moins de", 1),
)
_COMPOSITION_REMARKS = (
    *pick(
        "signature", {SignatureDue.ANY: "À signer.", SignatureDue.ELECTRONIC: "À signer électroniquement."}
    ),
    *flag("optional", "Facultatif."),
    *TEXTS,
)


def _pieces(folder: Folder, what: str) -> tuple[Grid, ...]:
    only = ("folder", folder)
    return (
        Grid("pieces", f"Pièces de {what}", _PIECE_COLUMNS, _PIECE_REMARKS, only=only),
        Grid(
            "pieces.parts",
            f"Composition des pièces de {what}",
            _COMPOSITION,
            _COMPOSITION_REMARKS,
            parent="Pièce",
            only=only,
        ),
        Grid(
            "pieces.page_limits",
            f"Longueur des pièces de {what}",
            _LIMITS,
            TEXTS,
            parent="Pièce",
            only=only,
        ),
    )


CANDIDACY = Article("Pièces de la candidature", _pieces(Folder.CANDIDACY, "la candidature"))
BID = Article("Pièces de l'offre", _pieces(Folder.BID, "l'offre"))
