"""How plis are sent: formats, languages, viruses, signature, backup copy: article 12."""

from __future__ import annotations

from reglo.procurement.requirements import SignatureDue, SuccessiveDeposits
from reglo.procurement.sentences.dossier_articles import breach
from reglo.procurement.sentences.grammar import flag, pick, sentence
from reglo.procurement.sentences.layout import Article, Facts, Say, Section, basis

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
