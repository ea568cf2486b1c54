"""The dates, the terms, the visits: article 6."""

from __future__ import annotations

from reglo.procurement.sentences.grammar import flag, one_or_more, pick, sentence
from reglo.procurement.sentences.layout import TEXTS, Article, Column, Each, Facts, Grid, Say, Section, basis
from reglo.procurement.sentences.opening_articles import contacts

CALENDAR = Article(
    "Calendrier",
    (
        Section(
            "Dates et heures limites",
            (
                Facts(
                    "calendar",
                    "Dates de la consultation",
                    (
                        ("sent_at", "Envoi de l'avis à la publication"),
                        ("launched_on", "Lancement de la consultation"),
                        ("candidacy_deadline", "Date limite de remise des candidatures"),
                        ("submission_deadline", "Date limite de remise des offres"),
                        ("final_bids_deadline", "Date limite de remise des offres finales"),
                        ("opening_at", "Ouverture des plis"),
                        ("time_zone_as_written", "Fuseau horaire, tel qu'annoncé"),
                        ("works_start_on", "Début d'exécution annoncé"),
                    ),
                ),
                Say(
                    "calendar",
                    (
                        *flag(
                            "deadline_inclusive",
                            "Un pli reçu à l'heure limite exactement est dans le délai.",
                            "Un pli est reçu avant l'heure limite : à l'heure exactement, il est hors délai.",
                        ),
                        *flag(
                            "last_byte",
                            "L'instant qui compte est celui de la fin de la réception du pli.",
                            "L'instant qui compte est celui du début de l'envoi du pli.",
                        ),
                        *flag(
                            "opening_indicative", "La date d'ouverture des plis est donnée à titre indicatif."
                        ),
                        *basis("le calendrier"),
                    ),
                ),
            ),
        ),
        Section(
            "Validité des offres",
            (
                Say(
                    "calendar.bid_validity",
                    (
                        *sentence("Le candidat reste engagé par son offre pendant {period}."),
                        *sentence("Ce délai de validité court à compter de : {of}."),
                        *basis("la validité des offres"),
                    ),
                ),
            ),
        ),
        Section(
            "Questions, réponses et autres délais",
            (
                Grid(
                    "calendar.terms",
                    "Délais",
                    (
                        Column("about", "Objet", 1.7),
                        Column("period", "Délai", 1.1),
                        Column("side", "Sens", 0.85),
                        Column("of", "Événement", 1.7),
                        Column("at", "Heure", 0.8),
                        Column("party", "Tenu", 1.3),
                        Column("id", "Repère", 1.6),
                    ),
                    (
                        *flag("at_most", "La demande peut fixer un délai plus court."),
                        *flag("all_concerned", "", "Le délai ne vaut que pour le candidat sollicité."),
                        *flag("moves_with_deadline", "", "Un report de la date limite ne le déplace pas."),
                        *TEXTS,
                    ),
                ),
            ),
        ),
        Each(
            "calendar.visits",
            "Visite des lieux",
            (
                Say(
                    "",
                    (
                        *sentence("Elle concerne les lots : {lots}."),
                        *flag("compulsory", "La visite est obligatoire.", "La visite n'est pas obligatoire."),
                        *pick(
                            "if_missed",
                            {
                                "eliminated": "L'absence de visite entraîne l'élimination.",
                                "irregular": "L'absence de visite rend l'offre irrégulière.",
                                "incomplete": "L'absence de visite rend la candidature incomplète.",
                                "not_read": "L'absence de visite dispense de lire l'offre.",
                            },
                        ),
                        *sentence("Elle a lieu le {at}."),
                        *sentence("Les visiteurs se présentent {arrive_before} avant l'heure."),
                        *one_or_more(
                            "people_per_company",
                            "Chaque entreprise y délègue une seule personne.",
                            "Chaque entreprise y délègue {people_per_company} personnes au plus.",
                        ),
                        *flag("only_one", "Une seule visite est organisée."),
                        *flag(
                            "questions_answered",
                            "Il est répondu sur place aux questions.",
                            "Il n'est répondu à aucune question sur place.",
                        ),
                    ),
                ),
                Facts(
                    "",
                    "Organisation de la visite",
                    (
                        ("place", "Lieu"),
                        ("bring", "À apporter"),
                        ("request_with", "À joindre à la demande"),
                        ("pieces", "Pièces à remettre ensuite"),
                        ("legal_basis", "Textes"),
                    ),
                ),
                contacts("contacts", "Contacts pour la visite"),
            ),
            usual="visite",
        ),
    ),
)
