"""What the reading of an offers file has to say (prefix OFFRE)."""

from __future__ import annotations

from reglo.procurement.findings import Finding, Severity


class UnknownLot(Finding):
    code = "OFFRE-01"
    cause = "L'offre de « {bidder} » vise le lot « {lot} », que les règles ne connaissent pas ({known})."
    mend = "Corrigez le numéro du lot."


class DuplicateBid(Finding):
    code = "OFFRE-02"
    cause = "« {bidder} » a deux offres pour le lot {lot} : {first} et {second}."
    mend = "Gardez une seule offre par soumissionnaire et par lot."
    source = "CCP R.2151-6"


class UnreadableFigure(Finding):
    code = "OFFRE-03"
    cause = "« {name} » de « {bidder} » (lot {lot}) : {trouble}"
    mend = "Corrigez ce chiffre ; l'offre reste à traiter d'ici là."


class UnknownColumn(Finding):
    code = "OFFRE-04"
    cause = "« {key} » (lot {lot}, « {bidder} ») ne correspond à rien dans les règles."
    mend = "Les noms connus sont : {known}."


class UnknownLevel(Finding):
    code = "OFFRE-05"
    cause = (
        "« {level} » n'est pas un niveau de la grille du critère « {criterion} » (« {bidder} », lot {lot})."
    )
    mend = "Les niveaux sont : {levels}."


class UnreadableField(Finding):
    code = "OFFRE-06"
    cause = "« {name} » de « {bidder} » vaut « {value} », ce qui ne se lit pas."
    mend = "{trouble}"


class OtherConsultation(Finding):
    code = "OFFRE-07"
    cause = "Ces offres sont celles de « {given} », les règles sont celles de « {expected} »."
    mend = "Prenez le fichier d'offres de cette consultation."


class LateBid(Finding):
    code = "OFFRE-08"
    cause = "Le pli de « {bidder} » est arrivé le {received}, {limit}."
    mend = "Il est gardé hors délai, non lu ; un incident de la plateforme se juge avant de l'éliminer."
    source = "CCP R.2151-5 ; CE 449250"
    default_severity = Severity.TO_CHECK


class StandingWithoutReason(Finding):
    code = "OFFRE-09"
    cause = "« {bidder} » (lot {lot}) est déclarée « {standing} » sans motif."
    mend = "Écrivez le motif : il figurera au rapport et dans la lettre."
    source = "CCP R.2181-1"
    default_severity = Severity.TO_CHECK


class UnknownBidder(Finding):
    code = "OFFRE-10"
    cause = "La feuille {place_name} cite « {bid} », absent de la feuille Candidats."
    mend = "Ajoutez ce candidat à la feuille Candidats ou corrigez son identifiant."


class NoBids(Finding):
    code = "OFFRE-11"
    cause = "Le fichier « {file} » ne contient aucune offre."
    mend = "Remplissez au moins une offre ; « reglo judge --template » prépare le classeur."


class OffersShape(Finding):
    code = "OFFRE-12"
    cause = "{trouble}"
    mend = "Suivez le modèle : « reglo judge REGLES --template » l'écrit (offres.xlsx, .ods ou .yaml)."


class SharedId(Finding):
    code = "OFFRE-13"
    cause = "L'identifiant « {bid} » désigne à la fois « {first} » et « {second} »."
    mend = "Donnez à chaque candidat un identifiant à lui ; aucune de ces offres n'est jugée d'ici là."


class NoBidFrom(Finding):
    code = "OFFRE-14"
    cause = "« {bidder} » est inscrit comme candidat, mais n'a d'offre pour aucun lot."
    mend = "Remplissez sa ligne dans la feuille du lot, ou retirez-le."
    default_severity = Severity.TO_CHECK


class WrongSiren(Finding):
    code = "OFFRE-15"
    cause = "Le SIREN de « {operator} » (« {siren} ») n'est pas bon : {why}"
    mend = "Recopiez ses neuf chiffres : l'exclusivité entre offres se contrôle sur lui."
    source = "CCP R.2142-21, R.2151-7"
    default_severity = Severity.TO_CHECK


class ColumnMissing(Finding):
    code = "OFFRE-16"
    cause = "La feuille « {sheet} » n'a plus la colonne « {title} »."
    mend = (
        "Remettez-la, avec sa clé « {key} » à la ligne {row}, qui est masquée ; "
        "ou demandez un classeur neuf à « reglo judge REGLES --template »."
    )
    default_severity = Severity.TO_CHECK


class ReadAsFinal(Finding):
    code = "OFFRE-17"
    cause = (
        "Plis arrivés après la limite des offres ({first}), avant celle des offres finales ({last}), et lus "
        "comme des offres finales : {bidders}."
    )
    mend = "Si ce sont des offres initiales, elles sont hors délai : déclarez-les ainsi, avec le motif."
    source = "CCP R.2151-5, R.2161-20"
    default_severity = Severity.TO_CHECK
