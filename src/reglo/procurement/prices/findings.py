"""What can be wrong with prices: lines, words, totals, bases. One class per cause (PX-01 to PX-04)."""

from __future__ import annotations

from reglo.procurement.findings import Finding, Severity

# --- Lines ------------------------------------------------------------------------------------


class LineMissing(Finding):
    code = "MONTANT-01"
    cause = "La ligne {ref} « {name} » prévue par le cadre ({sheet}) n'est pas dans le bordereau remis."
    mend = "Rétablissez la ligne et son prix : le cadre remis ne se modifie pas."


class PriceMissing(Finding):
    code = "MONTANT-02"
    cause = "La ligne {ref} « {name} » n'a pas de {what}."
    mend = "Écrivez le prix ; s'il est nul, écrivez 0 : une case vide ne vaut pas zéro."


class PriceZero(Finding):
    code = "MONTANT-03"
    default_severity = Severity.TO_CHECK
    cause = "Le {what} de la ligne {ref} « {name} » est zéro."
    mend = "{advice}"


class PriceNegative(Finding):
    code = "MONTANT-04"
    cause = "Le {what} de la ligne {ref} « {name} » est négatif : {value}."
    mend = "Un prix négatif n'est pas comparé : l'acheteur demande au soumissionnaire ce qu'il signifie."
    source = "CCP R.2161-5 et R.2161-11 en appel d'offres"


class QuantityChanged(Finding):
    code = "MONTANT-05"
    cause = "La ligne {ref} porte la quantité {found}, le cadre en prévoit {expected}."
    mend = "Rétablissez {expected} : les calculs ci-dessous prennent la quantité du cadre."


class SharesDiffer(Finding):
    code = "MONTANT-06"
    default_severity = Severity.TO_CHECK
    cause = "Ligne {ref} : les parts des membres font {parts}, le montant écrit est {amount}."
    mend = "Faites concorder la répartition et le montant de la ligne."


class PriceTooLarge(Finding):
    code = "MONTANT-07"
    cause = "Le {what} de la ligne {ref} « {name} » vaut {value} euros, au-delà de mille milliards."
    mend = "Corrigez le nombre : il n'est pas compté."


class PriceNotTyped(Finding):
    code = "MONTANT-08"
    default_severity = Severity.TO_CHECK
    cause = (
        "Le prix unitaire de la ligne {ref} « {name} » vaut {value}, résultat d'un calcul : le tableur n'en "
        "montre peut-être que le début."
    )
    mend = "C'est ce nombre qui est compté ; faites préciser au soumissionnaire le prix qu'il propose."
    source = "CCP R.2161-5 et R.2161-11 en appel d'offres"


# --- Words ------------------------------------------------------------------------------------


class WordsUnclear(Finding):
    code = "LETTRE-01"
    default_severity = Severity.TO_CHECK
    cause = "{where} : « {text} » ne se lit pas sûrement. {reason}{readings}"
    mend = "Réécrivez le montant en toutes lettres ; l'acheteur le fait confirmer."


class WordsAgainstFigures(Finding):
    code = "LETTRE-02"
    default_severity = Severity.TO_CHECK
    cause = "{where} : les lettres disent {words}, les chiffres {figures}. Le RC fait prévaloir {prevails}."
    mend = "Réglo compte {kept} et propose la correction ; l'original ne change pas."


class WordsAgainstFiguresUndecided(Finding):
    code = "LETTRE-03"
    cause = (
        "{where} : les lettres disent {words}, les chiffres {figures}, et le RC ne dit pas ce qui prévaut."
    )
    mend = (
        "Aucun texte ne tranche : demandez au soumissionnaire lequel est son prix, ou ajoutez la règle du RC "
        "à prices.precedence."
    )


class WordsMissing(Finding):
    code = "LETTRE-04"
    default_severity = Severity.TO_CHECK
    cause = "La ligne {ref} « {name} » n'a pas de prix en lettres, le cadre en demande un."
    mend = "{advice}"


class WordsColumnMissing(Finding):
    code = "LETTRE-05"
    default_severity = Severity.TO_CHECK
    cause = (
        "Le cadre {sheet} demande chaque prix unitaire en lettres ; le bordereau lu n'a pas cette colonne."
    )
    mend = "Rétablissez-la, ou donnez son titre dans prices.sheets.columns ; seuls les chiffres sont lus."


# --- Arithmetic -------------------------------------------------------------------------------


class ProductWrong(Finding):
    code = "MONTANT-10"
    default_severity = Severity.TO_CHECK
    cause = "Ligne {ref} : {quantity} × {price} = {product}, le montant écrit est {written}{hint}."
    mend = "{consequence}"


class SumWrong(Finding):
    code = "MONTANT-11"
    default_severity = Severity.TO_CHECK
    cause = "« {label} » : la somme est {expected}, le montant écrit est {written}{hint}."
    mend = "{consequence}"


class TaxWrong(Finding):
    code = "MONTANT-12"
    default_severity = Severity.TO_CHECK
    cause = "« {label} » : {computation}, le montant écrit est {written}."
    mend = "Corrigez la taxe ou le total ; un taux écrit vaut pour tout le bordereau."


class CarriedWrong(Finding):
    code = "MONTANT-13"
    default_severity = Severity.TO_CHECK
    cause = "L'acte d'engagement ({where}) porte {commitment}, le bordereau {sheet}."
    mend = "{consequence}"


class NoPrecedence(Finding):
    code = "MONTANT-14"
    cause = "Les montants de l'offre ne concordent pas ({amounts}) et le RC ne dit pas lequel prévaut."
    mend = (
        "Demandez au soumissionnaire lequel est le sien, ou complétez prices.precedence et prices.arithmetic."
    )


class NoAmount(Finding):
    code = "MONTANT-15"
    cause = "Aucun montant ne peut être jugé : {reason}."
    mend = "Complétez ce qui manque ; un prix absent n'est jamais remplacé par zéro."


class PrevailingAbsent(Finding):
    code = "MONTANT-16"
    default_severity = Severity.TO_CHECK
    cause = "Source que le RC fait prévaloir : {prevails}, absente de l'offre lue. Source employée : {used}."
    mend = "{mend}"


class MaterialError(Finding):
    code = "MONTANT-17"
    default_severity = Severity.TO_CHECK
    cause = (
        "{what} : {before} au lieu de {after}{factor}. Ce peut être une erreur purement matérielle, dont nul "
        "ne pourrait se prévaloir de bonne foi."
    )
    mend = "Une personne en décide et le motive ; seul ce qui résulte avec évidence de l'erreur se rectifie."
    source = "CE 21 septembre 2011 n° 349149"


# --- Bases and judgement ----------------------------------------------------------------------


class BasesMixed(Finding):
    code = "MONTANT-20"
    cause = "{what} est en {found}, l'offre est jugée en {basis}, et aucun taux de TVA n'est écrit."
    mend = "Écrivez le taux de TVA ou donnez le montant en {basis} : Réglo ne mêle pas les deux."


class BasisUnknown(Finding):
    code = "MONTANT-21"
    default_severity = Severity.TO_CHECK
    cause = "{silent} si les prix sont HT ou TTC ; {assumed} est {kept}."
    mend = "Écrivez prices.basis dans les règles, ou HT ou TTC dans l'en-tête du bordereau."


class InputsDoNotAddUp(Finding):
    code = "MONTANT-22"
    default_severity = Severity.TO_CHECK
    cause = (
        "Le montant jugé est {judged}, les lignes du bordereau font {lines} : {inputs} ne s'en déduisent pas."
    )
    mend = "Lisez ces montants dans l'acte d'engagement et portez-les dans les offres."


class BasisChanged(Finding):
    code = "MONTANT-23"
    default_severity = Severity.TO_CHECK
    cause = "Le cadre {sheet} demande des prix {expected}, l'en-tête du bordereau remis dit {found}."
    mend = "Demandez au soumissionnaire sur quelle base sont ses prix ; ils sont lus {found}."
    source = "CCP R.2161-5 et R.2161-11 en appel d'offres"
