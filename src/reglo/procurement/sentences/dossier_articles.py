"""The dossier, who may bid, what is sent and how: articles 7 to 13."""

from __future__ import annotations

from reglo.procurement.requirements import (
    ExclusivitySanction,
    Folder,
    Requirement,
    Sanction,
    SignatureDue,
    SuccessiveDeposits,
)
from reglo.procurement.sentences.grammar import Sentence, flag, one_or_more, pick, sentence
from reglo.procurement.sentences.layout import TEXTS, Article, Column, Facts, Grid, Say, Section, basis

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
                Column("code", "Code", 1.4),
                Column("name", "Document", 3.4),
                Column("annex_of", "Annexe de", 1),
                Column("to_return", "À remettre complété", 1.2),
                Column("contractual", "Contractuel", 1.3),
                Column("url", "Adresse", 1.8),
            ),
            TEXTS,
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
                        *sentence("Les opérateurs économiques peuvent se présenter seuls ou en groupement."),
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
                *sentence("Ce minimum est à dépasser.", strictly_more=True, times_contract=""),
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
                Column("id", "Repère", 0.8),
                Column("name", "Compétence", 2.4),
                Column("proofs", "Preuves", 2.6),
                Column("if_missing", "À défaut", 1.2),
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

SUBMISSION = Article(
    "Remise des plis",
    (
        Section(
            "Envoi des plis",
            (
                Say(
                    "submission",
                    (
                        *sentence("Les plis sont remis à l'adresse suivante : {url}."),
                        *sentence("La consultation y porte la référence suivante : {reference}."),
                        *flag(
                            "electronic_only",
                            "Les plis sont remis par voie électronique seulement.",
                            "Les plis peuvent être remis autrement que par voie électronique.",
                        ),
                        *breach("other_channel", "Pli remis par une autre voie"),
                        *flag(
                            "receipt",
                            "Un accusé de réception est délivré pour chaque pli.",
                            "Aucun accusé de réception n'est délivré.",
                        ),
                        *breach(
                            "late",
                            "Pli reçu après la date limite",
                            none="Un pli reçu après la date limite n'est pas sanctionné.",
                        ),
                        *flag(
                            "late_informed",
                            "Le candidat hors délai en est informé.",
                            "Le candidat hors délai n'en est pas informé.",
                        ),
                        *pick(
                            "successive_deposits",
                            {
                                SuccessiveDeposits.LAST_ONLY: (
                                    "Si un candidat remet plusieurs plis, seul le dernier reçu est ouvert."
                                ),
                                SuccessiveDeposits.LAST_THEN_EARLIER_DOCUMENTS: (
                                    "Si un candidat remet plusieurs plis, le dernier reçu est ouvert ; un document "
                                    "qui y manque peut être pris dans un pli précédent."
                                ),
                                SuccessiveDeposits.LAST_PER_LOT: (
                                    "Si un candidat remet plusieurs plis, le dernier reçu pour chaque lot est ouvert."
                                ),
                            },
                        ),
                        *flag(
                            "one_pli_for_all_lots",
                            "Un seul pli réunit les réponses à tous les lots.",
                            "Chaque lot fait l'objet d'un pli.",
                        ),
                        *flag(
                            "separate_lots_allowed",
                            "Les lots peuvent être remis dans des plis séparés.",
                            "Les lots ne peuvent pas être remis dans des plis séparés.",
                        ),
                        *sentence("Taille maximale d'un pli : {maximum_size}."),
                        *flag(
                            "costs_borne_by_bidder",
                            "Les frais d'accès au réseau et de remise sont à la charge du candidat.",
                            "Les frais de remise sont remboursés.",
                        ),
                        *flag(
                            "paper_after_award",
                            "Les documents signés sont remis sur papier après l'attribution.",
                        ),
                        *basis("la remise des plis"),
                    ),
                    listed=True,
                ),
            ),
        ),
        Section(
            "Fichiers et langue",
            (
                Facts(
                    "submission",
                    "Fichiers, langue et monnaie",
                    (
                        ("formats", "Formats admis"),
                        ("other_formats", "Autres formats"),
                        ("discouraged", "À éviter"),
                        ("open_document_required", "Textes et tableurs au format OpenDocument exigés"),
                        ("naming", "Noms et dossiers"),
                        ("languages", "Langues"),
                        ("translation", "Traduction"),
                        ("currency", "Monnaie"),
                        ("espd_accepted", "Document unique de marché européen admis"),
                        ("catalogue", "Catalogue électronique demandé"),
                        ("virus", "Programme malveillant détecté, dans l'ordre"),
                        ("virus_trace", "Trace de la malveillance conservée"),
                    ),
                ),
            ),
        ),
        Section(
            "Signature",
            (
                Say(
                    "submission.signature",
                    (
                        *pick(
                            "required",
                            {
                                SignatureDue.NONE: "La signature n'est pas exigée à la remise des plis.",
                                SignatureDue.ANY: (
                                    "La signature est exigée à la remise des plis, manuscrite puis numérisée, ou "
                                    "électronique."
                                ),
                                SignatureDue.ELECTRONIC: (
                                    "La signature électronique est exigée à la remise des plis."
                                ),
                            },
                        ),
                        *sentence("Formats de signature admis : {formats}."),
                        *sentence("Niveau de signature exigé : {level}."),
                        *flag("on_each_document", "Chaque document est signé séparément."),
                        *flag(
                            "verification_instructions",
                            "Le candidat qui use d'un autre outil que celui de la plateforme joint de quoi vérifier "
                            "sa signature.",
                            "Le candidat n'a pas à joindre de quoi vérifier sa signature.",
                        ),
                        *flag(
                            "resigned_at_award",
                            "Les documents signés à la main sont signés de nouveau à l'attribution.",
                        ),
                        *flag(
                            "leader_power", "Le mandataire joint l'habilitation à signer pour les membres."
                        ),
                        *sentence("Textes applicables à la signature : {cited_texts}."),
                        *basis("la signature"),
                    ),
                    listed=True,
                ),
            ),
        ),
        Section(
            "Copie de sauvegarde",
            (
                Say(
                    "submission.backup_copy",
                    (
                        *flag(
                            "allowed",
                            "Le candidat peut remettre une copie de sauvegarde.",
                            "Aucune copie de sauvegarde n'est admise.",
                        ),
                        *flag(
                            "electronic",
                            "La copie de sauvegarde peut être remise par voie électronique.",
                            "La copie de sauvegarde ne peut pas être remise par voie électronique.",
                        ),
                        *flag("signed", "La copie de sauvegarde est signée."),
                        *flag(
                            "sealed",
                            "Elle est remise sous pli scellé.",
                            "Elle n'a pas à être remise sous pli scellé.",
                        ),
                        *flag(
                            "transmission_begun",
                            "Elle sert aussi quand l'envoi électronique, commencé avant la date limite, s'achève "
                            "après elle.",
                            "Elle ne sert pas quand l'envoi électronique s'achève après la date limite.",
                        ),
                        *basis("la copie de sauvegarde"),
                    ),
                    listed=True,
                ),
                Facts(
                    "submission.backup_copy",
                    "La copie de sauvegarde",
                    (
                        ("media", "Supports"),
                        ("mentions", "Mentions à porter"),
                        ("delivery", "Remise"),
                        ("addresses", "Adresses"),
                        ("hours", "Horaires"),
                        ("opened_if", "Ouverte quand"),
                        ("unopened", "Non ouverte"),
                        ("infected", "Infectée"),
                    ),
                ),
            ),
        ),
    ),
)
