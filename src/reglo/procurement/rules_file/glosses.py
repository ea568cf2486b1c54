"""What each English word of the format means in French, for whoever wrote another one."""

from __future__ import annotations

from enum import StrEnum

from reglo.procurement.award import (
    ArithmeticErrors,
    InputKind,
    Method,
    PriceSource,
    RoundingMode,
    RoundingStage,
    TieRule,
)
from reglo.procurement.consultation import BuyerKind, ContractNature, ProcedureType, RemedyKind, TermAbout
from reglo.procurement.folding import caseless
from reglo.procurement.requirements import (
    ExclusivitySanction,
    Folder,
    OwedBy,
    Requirement,
    Sanction,
    SignatureDue,
    SuccessiveDeposits,
    VirusPolicy,
)

GLOSSES: dict[type[StrEnum], tuple[str, ...]] = {  # in the order of the words
    BuyerKind: ("État", "collectivité", "entité adjudicatrice"),
    ContractNature: ("travaux", "fournitures", "services"),
    ProcedureType: (
        "appel d'offres ouvert",
        "appel d'offres restreint",
        "procédure avec négociation",
        "dialogue compétitif",
        "procédure adaptée",
    ),
    Sanction: (
        "aucune suite",
        "candidature à compléter",
        "offre irrégulière",
        "élimination",
        "le surplus n'est pas lu",
    ),
    TermAbout: (
        "questions",
        "réponses",
        "modifications",
        "dernière visite",
        "réservation d'une visite",
        "demande de visite",
        "complément de candidature",
        "régularisation",
        "précisions",
        "justificatifs de l'attributaire",
        "liste d'accès",
        "autre",
    ),
    Method: (
        "le plus bas / le prix",
        "linéaire",
        "entre le plus bas et le plus haut",
        "par rapport à la moyenne",
        "rapportée à la meilleure",
        "grille",
        "formule écrite",
        "somme des sous-critères",
    ),
    InputKind: ("montant", "nombre"),
    RoundingStage: ("chaque note donnée", "note d'un critère", "note totale"),
    RoundingMode: ("demi vers le haut", "demi vers le pair", "vers le bas", "vers le haut"),
    TieRule: ("la meilleure note", "le plus bas"),
    ExclusivitySanction: ("toutes éliminées", "la mieux classée gardée"),
    SuccessiveDeposits: (
        "le dernier seul",
        "le dernier, puis les documents des précédents",
        "le dernier par lot",
        "non dit",
    ),
    VirusPolicy: ("quarantaine", "essai de réparation", "copie de sauvegarde d'abord"),
    SignatureDue: ("aucune", "manuscrite ou électronique", "électronique"),
    Folder: ("candidature", "offre"),
    OwedBy: (
        "candidat",
        "chaque membre",
        "mandataire",
        "chaque sous-traitant",
        "chaque personne désignée",
    ),
    Requirement: ("contenu de l'offre", "jugement seul"),
    PriceSource: (
        "acte d'engagement en lettres",
        "acte d'engagement en chiffres",
        "bordereau en lettres",
        "bordereau en chiffres",
        "recalculé",
    ),
    ArithmeticErrors: ("corrigées", "confirmées par le candidat", "non corrigées"),
    RemedyKind: (
        "référé précontractuel",
        "référé contractuel",
        "contestation du contrat",
        "excès de pouvoir",
        "référé suspension",
        "recours gracieux",
        "conciliation",
    ),
}


def glossed(member: StrEnum) -> str:
    """
    >>> glossed(ContractNature.WORKS), glossed(Folder.BID)
    ('« works » (travaux)', '« bid » (offre)')
    """
    meanings = GLOSSES.get(type(member))
    gloss = f" ({meanings[list(type(member)).index(member)]})" if meanings else ""
    return f"« {member.value} »{gloss}"


def meant(word: str, wanted: type[StrEnum]) -> StrEnum | None:
    """The member whose French meaning was written in its place.

    >>> meant("Travaux", ContractNature)
    <ContractNature.WORKS: 'works'>
    """
    said = caseless(word)
    for member, gloss in zip(wanted, GLOSSES.get(wanted, ()), strict=False):
        if said == gloss.casefold():
            return member
    return None
