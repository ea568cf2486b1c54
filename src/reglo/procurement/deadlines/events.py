"""The events a date may run from: their names in the rules and on the command line."""

from __future__ import annotations

# name of an event in the rules and on the command line -> how a sentence names it
EVENTS = {
    "prior_notice": "l'envoi de l'avis de préinformation",
    "notice": "l'envoi de l'avis",
    "publication": "la publication de l'avis",
    "invitation": "l'envoi de l'invitation à soumissionner",
    "candidacy_deadline": "la date limite des candidatures",
    "submission_deadline": "la date limite des offres",
    "final_bids_deadline": "la date limite des offres finales",
    "visit": "la visite",
    "answer": "l'envoi d'un renseignement complémentaire",
    "important_change": "une modification importante du dossier",
    "request": "la demande de l'acheteur",
    "award": "l'envoi des lettres d'information (rejet et attribution)",
    "reasons_request": "la demande de motifs",
    "abandonment": "la notification de la déclaration sans suite",
    "signature": "la signature du marché",
    "notification": "la notification du marché au titulaire",
    "start": "l'ordre de commencer l'exécution",
    "award_notice": "la publication de l'avis d'attribution",
    "end_of_performance": "la fin de l'exécution",
}
SYNONYMS = {"conclusion": "signature"}
