"""What can be said of operators present in several bids: codes GROUPE-."""

from __future__ import annotations

from reglo.procurement.findings import Finding, Severity


class AllConcerned(Finding):
    code = "GROUPE-01"
    cause = "{operator} {roles}{scope} : le RC l'interdit."
    mend = "{follows} : {bids}. Une personne en décide."
    source = "CCP R.2142-21, R.2151-7"


class OnlyBestKept(Finding):
    code = "GROUPE-02"
    cause = "{operator} {roles}{scope} : le RC l'interdit."
    mend = "Le RC garde la mieux classée et élimine les autres parmi : {bids}. Une personne en décide."
    source = "CCP R.2142-21, R.2151-7"


class LeaderTwice(Finding):
    code = "GROUPE-03"
    cause = "{operator} est mandataire de plusieurs groupements{scope} : {bids}."
    mend = "Un opérateur n'est mandataire que d'un groupement par marché ; une personne décide de la suite."
    source = "CCP R.2142-23"


class RepresentsTwice(Finding):
    code = "GROUPE-04"
    cause = "« {person} » représente plusieurs candidats{scope} : {bids}."
    mend = "Vérifiez que c'est la même personne : elle ne peut représenter qu'un candidat par marché."
    source = "CCP R.2142-4"
    default_severity = Severity.TO_CHECK


class SameTendererTwice(Finding):
    code = "GROUPE-05"
    cause = "{bids} viennent du même soumissionnaire, {operator}, pour le même lot ({lots})."
    mend = "Hors variantes, une offre par soumissionnaire et par lot : voyez la règle des dépôts successifs."
    source = "CCP R.2151-6 ; CE 436532"
    default_severity = Severity.TO_CHECK


class SubcontractorElsewhere(Finding):
    code = "GROUPE-06"
    cause = "{operator} est sous-traitant dans {sub} et candidat dans {bids}."
    mend = "Le RC ne l'interdit pas ; gardez-le à l'esprit pour l'indépendance des offres."
    source = "CCP R.2142-21"
    default_severity = Severity.INFORMATION


class NotForbidden(Finding):
    code = "GROUPE-07"
    cause = "{operator} {roles}{scope} : le RC ne l'interdit pas."
    mend = "Rien n'est à éliminer pour ce motif."
    source = "CCP R.2142-21"
    default_severity = Severity.INFORMATION


class SameNameWithoutSiren(Finding):
    code = "GROUPE-08"
    cause = "« {name} » figure dans {bids}, sans SIREN qui prouve que c'est la même entreprise."
    mend = "Demandez ou retrouvez leurs SIREN."
    source = "CCP R.2142-21, R.2151-7"
    default_severity = Severity.TO_CHECK


class WithoutSiren(Finding):
    code = "GROUPE-09"
    cause = "Sans SIREN ({count}) : {names}."
    mend = "Sans lui, seule l'égalité des noms est comparée."
    default_severity = Severity.INFORMATION


class RankingNeeded(Finding):
    code = "GROUPE-10"
    cause = "Quelle offre est gardée dépend du classement, qui n'est pas connu."
    mend = "Donnez les offres jugées : --offers FICHIER."
    default_severity = Severity.TO_CHECK


class OutcomesDiffer(Finding):
    code = "GROUPE-11"
    cause = "Selon la façon de comprendre « la mieux classée », les offres gardées changent : {outcomes}."
    mend = "{winner} Choisissez la lecture, avec son motif, avant d'éliminer une offre."
    source = "CCP R.2142-21, R.2151-7"


class OutcomeSettled(Finding):
    code = "GROUPE-12"
    cause = "Toutes les lectures de la règle gardent {kept} et éliminent {removed} ({proof})."
    mend = "Une personne en décide."
    source = "CCP R.2142-21, R.2151-7"
    default_severity = Severity.INFORMATION


class BestAcrossLots(Finding):
    code = "GROUPE-13"
    cause = "{bids} : lots différents, or « la mieux classée » n'a pas de sens d'un lot à l'autre."
    mend = "Le RC ne le dit pas : une personne décide, par écrit, comment comparer."
    source = "CCP R.2142-21, R.2151-7"


class SanctionOpen(Finding):
    code = "GROUPE-14"
    cause = "Le RC se contredit sur la suite : {question}"
    mend = "Lectures possibles : {labels}. Décidez, et notez-le dans open_points (decided_by)."
    source = "CCP R.2142-21, R.2151-7"
    default_severity = Severity.TO_CHECK


class RankedTogether(Finding):
    code = "GROUPE-15"
    cause = "{operator} {roles}{scope} : le RC l'interdit, et ces offres sont classées ensemble."
    mend = (
        "« reglo check-bids REGLES --offers OFFRES » dit la suite ; une personne en décide, puis les notes "
        "se refont sans les offres éliminées."
    )
    source = "CCP R.2142-21, R.2151-7"
    default_severity = Severity.TO_CHECK
