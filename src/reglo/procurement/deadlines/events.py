"""The events a date may run from: their names in the rules and on the command line."""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType
from typing import TYPE_CHECKING

from reglo.procurement.folding import folded

if TYPE_CHECKING:
    from reglo.procurement.consultation import Consultation

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
# the same events for whoever types in French -> their name
LABELS_FR = MappingProxyType(
    {
        "préinformation": "prior_notice",
        "avis": "notice",
        "publication": "publication",
        "invitation": "invitation",
        "limite des candidatures": "candidacy_deadline",
        "limite des offres": "submission_deadline",
        "limite des offres finales": "final_bids_deadline",
        "visite": "visit",
        "réponse": "answer",
        "modification importante": "important_change",
        "demande": "request",
        "attribution": "award",
        "demande de motifs": "reasons_request",
        "sans suite": "abandonment",
        "signature": "signature",
        "notification": "notification",
        "commencement": "start",
        "avis d'attribution": "award_notice",
        "fin d'exécution": "end_of_performance",
    }
)
_BY_LABEL = {folded(label): name for label, name in LABELS_FR.items()}


def event_names(consultation: Consultation) -> frozenset[str]:
    """Names of the law, of the terms' own events, and of the terms (to date one term's start)."""
    calendar = consultation.calendar
    return frozenset(
        {*EVENTS, *SYNONYMS, *(term.of for term in calendar.terms), *(term.id for term in calendar.terms)}
        - {visit.id for visit in calendar.visits if visit.at}
    )


def event_named(text: str, names: Collection[str]) -> str:
    """The event a person means: a name of ``event_names``, or a French label; otherwise ``text`` itself.

    >>> event_named("Limite des offres", EVENTS), event_named("award", EVENTS), event_named("fête", EVENTS)
    ('submission_deadline', 'award', 'fête')
    """
    return text if text in names else _BY_LABEL.get(folded(text), text)


def label_of(event: str) -> str:
    """The French label of an event, its own name when the rules gave it.

    >>> label_of("award"), label_of("intervention")
    ('attribution', 'intervention')
    """
    return next((label for label, name in LABELS_FR.items() if name == event), event)
