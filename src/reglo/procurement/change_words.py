"""The French names of the fields of a consultation, and which of their changes are important (R.2151-4)."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from reglo.procurement.key_words import KEYS_FR, VALUES_FR
from reglo.procurement.rules_file.shape import is_group, keys_of
from reglo.procurement.sentences.vocabulary import WORDS
from reglo.procurement.values import Instant, format_number

NO_RULE = ("source", "text")  # where a rule is written, not what it says
IDENTIFIERS = ("id", "code", "ref", "label", "item", "use", "name", "role", "kind", "piece")

# path without names and ranks -> its name at the head of a sentence; the longest that fits is taken
LABELS = {
    "title": "Objet",
    "description": "Description",
    "reference": "Référence",
    "nature": "Nature du marché",
    "cpv": "Code CPV",
    "notice": "Avis",
    "identifiers": "Identifiants",
    "calendar": "Calendrier",
    "estimated_value": "Valeur estimée",
    "estimated_total": "Valeur estimée, reconductions comprises",
    "buyer": "Acheteur",
    "buyer.name": "Nom de l'acheteur",
    "buyer.addresses": "Adresse de l'acheteur",
    "places": "Lieu d'exécution",
    "procedure": "Procédure",
    "procedure.type": "Type de procédure",
    "procedure.legal_basis": "Articles de la procédure",
    "procedure.variants_allowed": "Variantes autorisées",
    "procedure.negotiation": "Négociation",
    "procedure.shortlist": "Sélection des candidats",
    "allotment": "Allotissement",
    "lots": "Lot",
    "contract": "Contrat",
    "contract.duration": "Durée du contrat",
    "contract.renewal": "Reconductions",
    "contract.tranches": "Tranche",
    "contract.framework": "Accord-cadre",
    "contract.framework.maximum": "Maximum de l'accord-cadre",
    "contract.framework.maximum_per": "Étendue du maximum de l'accord-cadre",
    "contract.payment_within": "Délai de paiement",
    "contract.similar_services": "Prestations similaires",
    "calendar.sent_at": "Envoi de l'avis",
    "calendar.candidacy_deadline": "Date limite de remise des candidatures",
    "calendar.submission_deadline": "Date limite de remise des offres",
    "calendar.final_bids_deadline": "Date limite de remise des offres finales",
    "calendar.opening_at": "Ouverture des plis",
    "calendar.visits": "Visite",
    "calendar.visits.at": "Date de la visite",
    "calendar.visits.compulsory": "Visite obligatoire",
    "calendar.bid_validity": "Validité des offres",
    "calendar.bid_validity.period": "Délai de validité des offres",
    "calendar.terms": "Délai",
    "calendar.terms.period": "Durée du délai",
    "procurement_documents": "Document du dossier",
    "document_access": "Accès au dossier",
    "grouping": "Groupements",
    "grouping.forms_allowed": "Formes de groupement admises",
    "grouping.form_after_award": "Forme de groupement à la signature",
    "grouping.exclusivity": "Interdiction de répondre plusieurs fois",
    "capacity": "Capacités",
    "capacity.turnover": "Chiffre d'affaires minimal",
    "capacity.competences": "Compétence exigée",
    "capacity.references": "Références exigées",
    "submission": "Remise des plis",
    "submission.formats": "Formats admis",
    "submission.maximum_size": "Taille maximale d'un pli",
    "submission.translation": "Traduction",
    "submission.successive_deposits": "Dépôts successifs",
    "submission.backup_copy": "Copie de sauvegarde",
    "submission.signature": "Signature",
    "submission.signature.formats": "Formats de signature admis",
    "pieces": "Pièce à remettre",
    "pieces.name": "Intitulé de la pièce",
    "pieces.folder": "Dossier de la pièce",
    "pieces.if_missing": "Sanction de l'absence de la pièce",
    "pieces.page_limits": "Limite de pages",
    "pieces.signature": "Signature de la pièce",
    "pieces.parts": "Élément de la pièce",
    "review": "Examen des offres",
    "review.eliminations": "Motif d'élimination",
    "award": "Jugement des offres",
    "award.price_basis": "Base de comparaison des prix",
    "award.criteria": "Critère",
    "award.criteria.weight": "Poids du critère",
    "award.criteria.share": "Part du critère",
    "award.criteria.method": "Méthode de notation du critère",
    "award.criteria.formula": "Formule de notation du critère",
    "award.criteria.of": "Donnée notée par le critère",
    "award.criteria.type": "Nature du critère",
    "award.inputs": "Donnée jugée",
    "award.values": "Montant calculé",
    "award.values.formula": "Formule du montant",
    "award.scales": "Barème",
    "award.scales.levels": "Niveau du barème",
    "award.rounding": "Arrondi",
    "award.ties": "Départage des égalités",
    "award.quotes": "Devis type",
    "award.for_lots": "Jugement propre",
    "prices": "Prix",
    "prices.sheets": "Cadre de prix",
    "remedies": "Recours",
    "contacts": "Contact",
    "clauses": "Clause",
}
_SAYINGS = {True: "oui", False: "non", None: "non dit", "": "non dit"}
_IMPORTANT = ("award", "pieces", "prices", "capacity", "lots", "contract", "grouping", "procedure", "nature")
_IMPORTANT_TOO = (
    *("calendar.visits", "submission.formats", "submission.signature", "submission.electronic_only"),
    *("submission.translation", "estimated_value", "estimated_total", "cpv", "procurement_documents"),
    *("review.eliminations", "calendar.bid_validity"),
)
_WORDING = ("name", "description", "label", "meaning", "contacts", "legal_basis", "town", "lines")


def label_of(path: str) -> str:
    """The French name of a path; what it names, and the fields below, are added.

    >>> label_of("award.criteria[prix].weight")
    'Poids du critère « prix »'
    >>> label_of("submission.virus_trace")
    'Remise des plis (trace du virus conservée)'
    """
    names = re.findall(r"\[([^\]]+)\]", path)
    plain = re.sub(r"\[[^\]]+\]", "", path).replace("award.for_lots.", "award.")
    known = plain
    while known and known not in LABELS:
        known = known.rpartition(".")[0]
    label = LABELS.get(known, "Règle")
    rest = plain[len(known) :].lstrip(".")
    called = f" « {' › '.join(names)} »" if names else ""
    said = ", ".join(KEYS_FR.get(key, key) for key in rest.split(".")) if rest else ""
    return label + called + (f" ({said})" if said else "")


def shown(value: object, key: str = "") -> str:
    """A value as the notice prints it; ``key`` ("Term.of") for those whose words are known.

    >>> shown(True), shown(("PAdES", "XAdES")), shown(Decimal("60")), shown("quality", "AwardCriterion.type")
    ('oui', 'PAdES, XAdES', '60', 'qualité')
    """
    if isinstance(value, bool) or value is None or value == "":
        return _SAYINGS[value]
    if isinstance(value, Instant):
        return value.french
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, (Decimal, int)):
        return format_number(value)
    if isinstance(value, StrEnum):  # before what has a name: its members do
        return VALUES_FR.get(value.value, value.value)
    if isinstance(value, tuple):
        return ", ".join(shown(item, key) for item in value) or "rien"
    if isinstance(value, dict):
        return ", ".join(f"{key} : {shown(item)}" for key, item in value.items()) or "rien"
    if is_group(type(value)) and not getattr(value, "name", ""):
        said = (
            (name, shown(item, f"{type(value).__name__}.{name}")) for name, item in said_keys(value).items()
        )
        return ", ".join(f"{KEYS_FR[name]} : {words}" for name, words in said)
    text = str(getattr(value, "name", "") or value)
    return WORDS.get(key, {}).get(text, text)


def said_keys(group: Any) -> dict[str, object]:
    """The keys by which a group says something, with their values."""
    kind: type = type(group)
    return {
        name: getattr(group, name)
        for name, key in keys_of(kind).items()
        if name not in NO_RULE and (key.required or getattr(group, name) != key.default)
    }


def important(path: str, before: object, after: object) -> bool:
    """Whether a change can alter what a bidder offers, or whether it bids at all."""
    plain = re.sub(r"\[[^\]]+\]", "", path)
    if plain.endswith("_deadline"):
        return isinstance(before, Instant) and isinstance(after, Instant) and after.at < before.at
    if plain.startswith("calendar.terms"):
        return True
    if plain.rpartition(".")[2] in _WORDING or ".contacts" in plain:
        return False
    return plain.startswith(_IMPORTANT) or plain.startswith(_IMPORTANT_TOO)
