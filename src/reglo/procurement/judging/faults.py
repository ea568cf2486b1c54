"""What the judgement has to say about offers (prefix NOTE) and equalities (prefix RANG)."""

from __future__ import annotations

from reglo.procurement.findings import Finding, Severity


class FigureMissing(Finding):
    code = "NOTE-01"
    cause = "L'offre « {bid} » (lot {lot}) ne donne pas « {figure} », dont la note a besoin."
    mend = "Saisissez le chiffre lu dans l'offre, ou dites pourquoi elle est écartée ; elle n'est pas notée."
    source = "CCP R.2152-1"


class FigureNegative(Finding):
    code = "NOTE-02"
    cause = "L'offre « {bid} » (lot {lot}) donne {value} pour « {figure} », un nombre négatif."
    mend = (
        "Vérifiez la saisie ; si l'offre porte ce chiffre, décidez de sa régularité ; elle n'est pas notée."
    )
    source = "CCP R.2152-1"


class FigureZero(Finding):
    code = "NOTE-03"
    cause = "L'offre « {bid} » (lot {lot}) donne zéro pour « {figure} » : aucune note ne s'en déduit."
    mend = "Un prix nul se traite comme offre irrégulière ou anormalement basse, pas par une note."
    source = "CCP L.2152-5, R.2152-3"


class FigureNotANumber(Finding):
    code = "NOTE-04"
    cause = "L'offre « {bid} » (lot {lot}) donne « {value} » pour « {figure} » : nombre inutilisable."
    mend = "Écrivez un nombre, par exemple 1234,56."


class FigureUnknown(Finding):
    code = "NOTE-05"
    cause = "L'offre « {bid} » (lot {lot}) donne « {figure} », que les règles ne demandent pas."
    mend = "{mend}"
    default_severity = Severity.TO_CHECK


class UnitPriceMissing(Finding):
    code = "NOTE-06"
    cause = "L'offre « {bid} » (lot {lot}) n'a pas de prix pour la ligne {item}, comptée dans « {quote} »."
    mend = "Saisissez le prix lu dans le bordereau, ou écartez l'offre avec un motif ; elle n'est pas notée."
    source = "CCP R.2152-1"


class AppreciationMissing(Finding):
    code = "NOTE-07"
    cause = "L'offre « {bid} » (lot {lot}) n'a pas d'appréciation sur « {criterion} »."
    mend = "Donnez un niveau de la grille ; sans lui l'offre n'est pas notée."
    source = "c'est l'acheteur qui note (CE 418460)"


class LevelUnknown(Finding):
    code = "NOTE-08"
    cause = "Offre « {bid} » (lot {lot}) : « {level} » n'est pas dans la grille de « {criterion} »."
    mend = "{mend}"


class MarkOffScale(Finding):
    code = "NOTE-09"
    cause = "L'évaluation {mark} de l'offre « {bid} » (lot {lot}) sur « {criterion} » {problem}."
    mend = "{mend}"


class LevelAndMarkClash(Finding):
    code = "NOTE-10"
    cause = (
        "Sur « {criterion} », l'offre « {bid} » (lot {lot}) reçoit le niveau « {level} » ({value}) "
        "et l'évaluation {mark} : les deux se contredisent."
    )
    mend = "Gardez l'un des deux, ou une évaluation plus proche de ce niveau que des niveaux voisins."


class BidTwice(Finding):
    code = "NOTE-11"
    cause = "L'identifiant d'offre « {bid} » revient {count} fois pour le lot {lot}."
    mend = "Gardez celle qui compte (la dernière reçue dans les délais) ; aucune n'est notée d'ici là."
    source = "CCP R.2151-6"


class BidderTwice(Finding):
    code = "NOTE-12"
    cause = "« {bidder} » présente plusieurs offres pour le lot {lot} : {bids}."
    mend = "Vérifiez laquelle compte : la dernière reçue remplace les précédentes, sauf variantes."
    source = "CCP R.2151-6"
    default_severity = Severity.TO_CHECK


class LotUnknown(Finding):
    code = "NOTE-13"
    cause = "L'offre « {bid} » vise le lot « {lot} », que la consultation n'a pas ({known})."
    mend = "Corrigez le numéro du lot."


class MarkUndefined(Finding):
    code = "NOTE-14"
    cause = (
        "« {formula} » ne donne pas de note à l'offre « {bid} » (lot {lot}) : un diviseur vaut zéro, ou le "
        "résultat dépasse cent chiffres."
    )
    mend = "Vérifiez les chiffres de l'offre ({values}) ; elle n'est pas notée."


class CriterionUnknown(Finding):
    code = "NOTE-15"
    cause = "L'offre « {bid} » (lot {lot}) porte une appréciation sur « {criterion} », qui n'en attend pas."
    mend = "{mend}"
    default_severity = Severity.TO_CHECK


class NobodyAppreciated(Finding):
    code = "NOTE-16"
    cause = "Sur « {criterion} » (lot {lot}), la meilleure évaluation vaut zéro : toutes les offres ont 0."
    mend = "Vérifiez les appréciations : aucune offre ne marque de point."
    default_severity = Severity.TO_CHECK


class QuoteComputed(Finding):
    code = "NOTE-17"
    cause = "L'offre « {bid} » (lot {lot}) donne un total pour « {quote} », déjà calculé des prix unitaires."
    mend = "Le total saisi est laissé de côté ; retirez-le de la saisie."
    default_severity = Severity.TO_CHECK


class QuoteNotDrawn(Finding):
    code = "NOTE-18"
    cause = "« {quote} » n'a aucune ligne pour le lot {lot} et l'offre « {bid} » n'en donne pas le total."
    mend = "Écrivez dans les règles les quantités tirées avant l'ouverture, les mêmes pour toutes les offres."
    source = "CE 16 novembre 2016, n° 401660"


class TieToSettle(Finding):
    code = "RANG-01"
    cause = "Lot {lot} : les offres {bids} sont à égalité à la {rank} place avec {total} points{tried}."
    mend = "{mend}"
    source = "le Code ne départage pas, le règlement de la consultation doit le faire"


class TieShared(Finding):
    code = "RANG-02"
    cause = "Lot {lot} : les offres {bids} partagent le rang {rank} avec {total} points."
    mend = "Rien à faire pour l'attribution ; le rang suivant tient compte du nombre d'ex æquo."
    default_severity = Severity.INFORMATION
