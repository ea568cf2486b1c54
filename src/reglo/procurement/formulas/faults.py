"""What can be wrong with a formula of the rules file (prefix FORM)."""

from __future__ import annotations

from dataclasses import replace

from reglo.procurement.findings import Finding, Place


class FormulaError(ValueError):
    """A formula that cannot be read; ``finding`` says why and at which column."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding

    def __reduce__(self) -> tuple[type[FormulaError], tuple[Finding]]:
        return (FormulaError, (self.finding,))


def placed(finding: Finding, path: str) -> Finding:
    """The same finding at ``path`` of the rules, its column kept: "award.values[0].formula, colonne 4"."""
    column = finding.facts.get("column")
    return replace(finding, place=Place(path=f"{path}, colonne {column}" if column else path))


class FormulaUnreadable(Finding):
    code = "FORM-01"
    cause = "Formule « {formula} » : {problem} à la colonne {column}."
    mend = "{mend}"


class FormulaTooBig(Finding):
    code = "FORM-02"
    cause = "La formule compte {count} {what} à la colonne {column} ; {limit} sont admis."
    mend = "Découpez-la en plusieurs « values », ou écrivez sum(…) au lieu d'une longue suite de « + »."


class UnknownFunction(Finding):
    code = "FORM-03"
    cause = "La fonction « {name} », à la colonne {column}, n'existe pas dans les formules."
    mend = "{mend}"


class WrongArguments(Finding):
    code = "FORM-04"
    cause = "La fonction « {name} », à la colonne {column}, s'écrit {usage} ; termes reçus : {count}."
    mend = "Corrigez les termes entre parenthèses."


class DivisionByZero(Finding):
    code = "FORM-05"
    cause = "La formule divise par « {divisor} »{where} : ce diviseur vaut toujours zéro."
    mend = "Corrigez le diviseur."


class ExponentNotAllowed(Finding):
    code = "FORM-06"
    cause = "L'exposant de la colonne {column} doit être un entier de 0 à {limit}, pas « {exponent} »."
    mend = "Écrivez la puissance avec un petit exposant entier, par exemple x ^ 2."


class UnknownName(Finding):
    code = "FORM-07"
    cause = "La formule « {formula} » nomme « {name} », que les règles ne déclarent pas."
    mend = "{mend}"


class CircularValues(Finding):
    code = "FORM-08"
    cause = "Les valeurs {names} se calculent l'une par l'autre sans fin."
    mend = "Donnez à l'une d'elles une formule qui ne dépend pas des autres."


class FigureTooLong(Finding):
    code = "FORM-09"
    cause = "« {formula} » multiplie jusqu'à {size} chiffres entre eux ; {limit} sont admis."
    mend = "Réduisez les exposants."


class BandsNotIncreasing(Finding):
    code = "FORM-10"
    cause = (
        "Le barème table(…) passe de la limite {before} à la limite {limit} (colonne {column}) sans croître."
    )
    mend = "Rangez les limites de la plus petite à la plus grande."


class NameNotUsable(Finding):
    code = "FORM-11"
    cause = "L'identifiant « {name} » ne peut pas servir de nom dans une formule : {problem}."
    mend = (
        "{proposed}Admis : lettres, chiffres et « _ », une lettre d'abord, "
        "sauf les mots réservés ({reserved})."
    )


class MethodIncomplete(Finding):
    code = "FORM-12"
    cause = "Le critère « {criterion} » {problem}."
    mend = "{mend}"


class SameForAllBids(Finding):
    code = "FORM-13"
    cause = "{function}({argument}), à la colonne {column}, porte sur un terme commun à toutes les offres."
    mend = "Mettez entre les parenthèses un chiffre propre à chaque offre."


class TwiceTheSameId(Finding):
    code = "FORM-14"
    cause = "L'identifiant « {name} » désigne à la fois {first} et {second}."
    mend = "Donnez à chacun un identifiant différent."


class WeightsUnclear(Finding):
    code = "FORM-15"
    cause = "Le critère « {criterion} » {problem}."
    mend = "Donnez exactement un « weight » (points) ou un « share » (pourcentage du critère parent)."


class MeansNothingToRank(Finding):
    code = "FORM-16"
    cause = "La règle de départage n° {number} {problem}."
    mend = "{mend}"


class UnknownOfCriterion(Finding):
    code = "FORM-18"
    cause = "Le critère « {criterion} » nomme {what} « {name} », que les règles ne déclarent pas."
    mend = "Sont déclarés : {known}."


class OnlyAnOrder(Finding):
    code = "FORM-17"
    cause = (
        "Le critère « {criterion} » n'a que son rang dans un ordre décroissant : aucune note ne s'en déduit."
    )
    mend = "Donnez à chaque critère les points employés pour juger, ou classez hors de Réglo."
    source = "CCP R.2152-12"
