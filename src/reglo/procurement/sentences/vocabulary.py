"""The words an RC has for the values the rules file names by a key.

By type for enumerations, by key ("Term.of") for texts of which some values are known; each word
names one value, so that it can be read back.
"""

from __future__ import annotations

_EVENTS = {
    "submission_deadline": "la date limite de remise des offres",
    "candidacy_deadline": "la date limite de remise des candidatures",
    "final_bids_deadline": "la date limite de remise des offres finales",
    "visit": "la visite",
    "request": "la demande",
    "notification": "la notification",
    "intervention": "l'intervention",
    "conclusion": "la conclusion du contrat",
    "award_notice": "la publication de l'avis d'attribution",
    "signature": "la signature du contrat",
}
_SANCTIONS_OF_PIECE = {
    "none": "aucune",
    "incomplete": "candidature incomplète",
    "irregular": "offre irrégulière",
    "eliminated": "élimination",
    "not_read": "non lue",
}

WORDS: dict[str, dict[str, str]] = {
    # --- enumerations -------------------------------------------------------------------------
    "BuyerKind": {
        "state": "État ou établissement rattaché",
        "local": "pouvoir adjudicateur autre que l'État",
        "utility": "entité adjudicatrice",
    },
    "ContractNature": {"works": "travaux", "supplies": "fournitures", "services": "services"},
    "ProcedureType": {
        "open": "appel d'offres ouvert",
        "restricted": "appel d'offres restreint",
        "negotiated": "procédure avec négociation",
        "dialogue": "dialogue compétitif",
        "adapted": "procédure adaptée",
    },
    "Sanction": _SANCTIONS_OF_PIECE,
    "Folder": {"candidacy": "candidature", "bid": "offre"},
    "OwedBy": {
        "bidder": "le candidat",
        "each_member": "chaque membre",
        "mandatary": "le mandataire",
        "each_subcontractor": "chaque sous-traitant",
        "each_named_person": "chaque personne désignée",
    },
    "Requirement": {"content": "contenu", "judging": "jugement"},
    "SignatureDue": {
        "none": "non signée",
        "any": "manuscrite ou électronique",
        "electronic": "électronique",
    },
    "GroupForm": {
        "conjoint": "groupement conjoint",
        "conjoint, mandataire solidaire": "groupement conjoint dont le mandataire est solidaire",
        "solidaire": "groupement solidaire",
    },
    "VirusPolicy": {
        "quarantine": "mise en quarantaine",
        "attempt_repair": "tentative de réparation",
        "backup_copy_first": "ouverture de la copie de sauvegarde",
    },
    "TermAbout": {
        "questions": "question des candidats",
        "answers": "réponse de l'acheteur",
        "changes": "modification de détail du dossier",
        "visit_last": "dernière visite",
        "visit_booking": "prise de rendez-vous pour la visite",
        "visit_request": "demande de visite",
        "supplement": "complément de candidature",
        "regularisation": "régularisation d'une offre",
        "clarification": "précision sur une offre",
        "award_evidence": "justificatifs de l'attributaire pressenti",
        "access_list": "liste des personnes à accueillir",
        "other": "autre délai",
    },
    "RemedyKind": {
        "precontractual": "référé précontractuel",
        "contractual": "référé contractuel",
        "contract_challenge": "recours en contestation de la validité du contrat",
        "annulment": "recours pour excès de pouvoir",
        "suspension": "référé suspension",
        "gracious": "recours gracieux",
        "conciliation": "médiation ou conciliation",
    },
    "InputKind": {"money": "montant en euros", "number": "nombre"},
    "Method": {
        "inverse": "proportionnelle inverse",
        "linear": "linéaire",
        "min_max": "entre le plus bas et le plus haut",
        "mean": "écart à la moyenne",
        "normalised": "grille rapportée à la meilleure évaluation",
        "scale": "grille d'appréciation",
        "formula": "formule propre",
        "sum": "somme des sous-critères",
    },
    "RoundingMode": {
        "half_up": "au plus proche, un demi vers le haut",
        "half_even": "au plus proche, un demi vers le pair",
        "down": "par défaut",
        "up": "par excès",
    },
    "RoundingStage": {
        "leaf": "chaque note donnée",
        "criterion": "la note de chaque critère",
        "total": "la note totale",
    },
    "PriceSheetKind": {
        "BPU": "bordereau des prix unitaires",
        "DQE": "détail quantitatif estimatif",
        "DPGF": "décomposition du prix global et forfaitaire",
    },
    "PriceColumn": {
        "ref": "référence",
        "name": "désignation",
        "unit": "unité",
        "quantity": "quantité",
        "unit_price": "prix unitaire",
        "words": "prix en lettres",
        "amount": "montant",
    },
    "PriceSource": {
        "acte_engagement_words": "le montant en lettres de l'acte d'engagement",
        "acte_engagement_figures": "le montant en chiffres de l'acte d'engagement",
        "sheet_words": "les prix en lettres du cadre de prix",
        "sheet_figures": "les prix en chiffres du cadre de prix",
        "recomputed": "le montant recalculé à partir des lignes",
    },
    "TaxBasis": {"HT": "hors taxes", "TTC": "toutes taxes comprises"},
    # --- texts of which some values are known ------------------------------------------------
    "Term.side": {"before": "avant", "after": "après"},
    "Term.of": _EVENTS,
    "BidValidity.of": _EVENTS,
    "Remedy.of": _EVENTS,
    "Remedy.until": _EVENTS,
    "DocumentAccess.until": _EVENTS,
    "BackupCopyRules.opened_if": {
        "virus": "un programme malveillant est détecté dans le pli",
        "incomplete": "le pli est arrivé incomplet",
        "late": "le pli est arrivé hors délai",
        "unreadable": "le pli ne peut pas être lu",
    },
    "Buyer.territory": {"metropole": "métropole", "alsace-moselle": "Alsace-Moselle"},
    "Framework.maximum_per": {"total": "toute la durée"},
    "AwardCriterion.type": {"price": "prix", "cost": "coût", "quality": "qualité"},
}
