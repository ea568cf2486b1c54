"""Marks and methods the courts have condemned, one class per invariant (prefix INV, legal-rules §6.2)."""

from __future__ import annotations

from reglo.procurement.findings import Finding, Severity


class NegativeMark(Finding):
    code = "INV-01"
    cause = "Le critère « {criterion} » peut donner une note négative : {example}."
    mend = "Bornez la formule, par exemple max(0, …)."
    source = "CE 18 décembre 2012, Département de la Guadeloupe, n° 362532"


class LowestPriceNotBest(Finding):
    code = "INV-02"
    cause = "Le critère « {criterion} » peut mieux noter un prix plus élevé : {example}."
    mend = "Donnez la meilleure note au prix le plus bas, par exemple N * lowest(x) / x."
    source = "CE 29 octobre 2013, Val-d'Oise Habitat, n° 370789"


class WeightNeutralised(Finding):
    code = "INV-03"
    cause = (
        "Sur le critère « {criterion} », doubler le prix ne coûte que {lost} points sur {maximum} "
        "({percent} %, moins de 25 %) : la pondération annoncée est neutralisée."
    )
    mend = "Employez une formule qui étale davantage les notes, par exemple N * lowest(x) / x."
    source = "CE 3 novembre 2014, Commune de Belleville-sur-Loire, n° 373362"


class SameMarkForAll(Finding):
    code = "INV-11"
    cause = (
        "La formule du critère « {criterion} » ne prend rien à chaque offre : toutes auraient la même note, "
        "et ses {maximum} points ne jouent pas."
    )
    mend = "Employez un chiffre ou une appréciation propre à chaque offre, par exemple N * lowest(x) / x."
    source = "CE 3 novembre 2014, Commune de Belleville-sur-Loire, n° 373362"


class PartsOfUnequalValue(Finding):
    code = "INV-04"
    cause = "Le critère « {criterion} » donne {how} à des parts de valeurs très différentes : {values}."
    mend = "Pondérez chaque part par sa valeur, ou notez le total."
    source = "CE 1er juillet 2015, SNEGSO, n° 381095"
    default_severity = Severity.TO_CHECK


class CountedTwice(Finding):
    code = "INV-05"
    cause = "{what} « {name} » sert à la fois à {criteria}."
    mend = "Rattachez-le à un seul critère, ou justifiez que chacun juge autre chose."
    source = "CE 20 novembre 2020, n° 427761"
    default_severity = Severity.TO_CHECK


class BidderSetsTheMark(Finding):
    code = "INV-06"
    cause = (
        "Le critère « {criterion} » se note d'après « {figure} », un nombre sans unité que le candidat écrit."
    )
    mend = (
        "Si c'est une auto-évaluation, notez vous-même par une grille ; sinon donnez l'unité de ce chiffre."
    )
    source = "CE 22 novembre 2019, Autocars Faure, n° 418460"
    default_severity = Severity.TO_CHECK


class QuoteNotTheSame(Finding):
    code = "INV-07"
    cause = "Le devis type « {quote} » {problem}."
    mend = "{mend}"
    source = "CE 16 novembre 2016, n° 401660"
    default_severity = Severity.TO_CHECK


class BetterIsMarkedWorse(Finding):
    code = "INV-08"
    cause = "Le critère « {criterion} » peut baisser la note d'une offre qui s'améliore : {example}."
    mend = "Employez une formule monotone : améliorer « {figure} » ne doit jamais faire perdre de point."
    source = "CCP L.2152-7 et R.2152-6"


class MaximumNotAsAnnounced(Finding):
    code = "INV-09"
    cause = "Le critère « {criterion} » est annoncé sur {maximum} points mais {problem}."
    mend = "Mettez en accord la pondération et la formule, ou les poids des sous-critères."
    source = "CCP R.2152-11 et R.2152-12"


class NotProved(Finding):
    code = "INV-10"
    cause = "Pour le critère « {criterion} », {invariant} n'est ni prouvé ni démenti : {why}."
    mend = "Faites relire la formule, ou employez une méthode de la bibliothèque."
    default_severity = Severity.TO_CHECK
