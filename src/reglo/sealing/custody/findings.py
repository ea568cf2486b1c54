"""What the custody of the keys has to say: one class per cause (codes GARDE-)."""

from __future__ import annotations

from reglo.procurement.findings import Finding, Severity

_SEAL = "docs/seal.md §9"


class BadQuorum(Finding):
    code = "GARDE-01"
    cause = "{split} : {threshold} sur {count} n'est pas un partage possible ; {why}."
    mend = "Choisissez par exemple 2 sur 3 ; ou 1 sur 1 avec une feuille de secours."
    source = _SEAL


class SameHolder(Finding):
    code = "GARDE-02"
    cause = "{first} et {second} ont la même clé : une seule personne compterait deux fois."
    mend = "Donnez à chaque porteur et à chaque suppléant sa propre clé."
    source = _SEAL


class NoRecoverySheet(Finding):
    code = "GARDE-03"
    cause = "La clé est confiée à une seule personne, « {name} », et aucune feuille de secours n'est prévue."
    mend = "Prévoyez une feuille imprimée pour elle ou son suppléant ; sinon, un oubli perd tous les plis."
    source = _SEAL


class NotAPackage(Finding):
    code = "GARDE-10"
    cause = "« {file} » n'est pas {what} : {why}."
    mend = "Prenez le fichier remis à la cérémonie, sans l'avoir modifié."
    source = _SEAL


class OtherConsultation(Finding):
    code = "GARDE-11"
    cause = "« {file} » est de la consultation « {given} », il faut « {expected} »."
    mend = "Prenez les fichiers de cette consultation."
    source = _SEAL


class OtherCeremony(Finding):
    code = "GARDE-12"
    cause = "Les clés publiées et l'acte de garde ne sont pas de la même cérémonie ({where})."
    mend = "Prenez le fichier « opening-keys.json » publié et l'acte de garde « custody.json » nés ensemble."
    source = _SEAL


class UnknownHolder(Finding):
    code = "GARDE-13"
    cause = "« {holder} » n'est pas un porteur de cette garde ({known})."
    mend = (
        "Vérifiez le fichier, ou l'acte de garde après un remplacement de porteur. À l'ouverture, sa part "
        "est mise de côté, les autres suffisent."
    )
    source = _SEAL


class WrongShare(Finding):
    code = "GARDE-20"
    cause = "La part présentée par {name} ({split}) n'est pas la sienne, pour {compartments}."
    mend = "Elle est mise de côté. Redemandez-lui sa part, ou prenez celle d'un autre porteur."
    source = _SEAL


class NotEnoughShares(Finding):
    code = "GARDE-21"
    cause = "Pas assez de parts pour {compartments} ({standing})."
    mend = (
        "Réunissez les parts d'un seul et même partage : celles du comité et du séquestre ne s'ajoutent pas."
    )
    source = _SEAL


class WrongRebuilt(Finding):
    code = "GARDE-22"
    cause = "La clé reconstruite pour « {compartment} » donne {rebuilt}…, la clé publiée est {published}…."
    mend = "L'ouverture s'arrête. Comparez l'empreinte de l'acte de garde à celle notée à la cérémonie."
    source = _SEAL


class UnknownCompartment(Finding):
    code = "GARDE-23"
    cause = "Le compartiment « {compartment} » n'a pas de clé dans cette garde ({known})."
    mend = "Demandez un compartiment de la consultation."
    source = "docs/seal.md §2"


class TooEarly(Finding):
    code = "GARDE-24"
    cause = "« {compartment} » ne s'ouvre qu'après le {deadline} ; ce poste est au {now}."
    mend = "Attendez l'heure limite, puis relancez ; vérifiez l'heure du poste. Rien ne s'ouvre avant."
    source = "docs/keys.md"


class OtherRules(Finding):
    code = "GARDE-25"
    cause = "Les règles données ont pour empreinte {given}, celles dont les clés sont nées {expected}."
    mend = (
        "Prenez le fichier de règles publié, tel quel. Heure limite reportée : « reglo keys amend ». Avant "
        "publication, refaites la cérémonie."
    )
    source = "docs/seal.md §2"


class NoDeadline(Finding):
    code = "GARDE-26"
    cause = "Ces règles n'annoncent pas d'heure limite pour « {compartment} » : rien ne dit quand l'ouvrir."
    mend = (
        "Ajoutez « calendar.submission_deadline » aux règles avant la cérémonie. Procédure en deux temps : "
        "une fois les candidats invités, « reglo keys amend » la fixe, chaque porteur reçoit l'acte."
    )
    source = "docs/rules-file.md"


class ShareTooEarly(Finding):
    code = "GARDE-27"
    cause = "Une part de « {compartment} » ne se donne qu'après le {deadline} ; ce poste est au {now}."
    mend = (
        "Attendez l'heure limite : personne n'a besoin de votre part avant. À qui la demande plus tôt, "
        "refusez, et prévenez le président et les autres porteurs."
    )
    source = "docs/keys.md"


class IncompleteShare(Finding):
    code = "GARDE-28"
    cause = "La part de {name} ({split}) est incomplète : il manque {compartments}."
    mend = "Qu'il refasse son fichier avec chaque compartiment demandé et le dépose : il sera relu."
    source = "docs/keys.md"


class PartOfAnotherDay(Finding):
    code = "GARDE-29"
    cause = "« {file} » n'est pas scellé pour la clé que ce poste affiche."
    mend = (
        "C'est une part d'un lancement d'avant, ou pour un autre poste : redemandez-la pour la clé affichée."
    )
    source = "docs/keys.md"


class WrongCanary(Finding):
    code = "GARDE-30"
    cause = "Le canari présenté par {name} ({split}) {why}."
    mend = (
        "Recommencez la répétition avec le paquet remis à la dernière cérémonie ; s'il n'a plus de canari "
        "inédit (il en a 16), « reglo keys replace » en fait de nouveaux."
    )
    source = _SEAL


class NotRehearsed(Finding):
    code = "GARDE-31"
    cause = "{name} ({split}) n'a pas encore prouvé que son paquet s'ouvre."
    mend = "Faites une répétition avec cette personne ou son suppléant, ou remplacez-la avant la publication."
    source = _SEAL


class NoRehearsalOpening(Finding):
    code = "GARDE-32"
    cause = "Aucune ouverture de répétition n'a réussi avec les parts du {split}."
    mend = (
        "Faites « reglo keys rehearse » avec {threshold} porteurs : la publication attend cette répétition."
    )
    source = _SEAL


class StaleRehearsal(Finding):
    code = "GARDE-33"
    cause = "La répétition du {at} ne prouve rien : ses canaris sont d'une autre garde, ou déjà révélés."
    mend = "Refaites une répétition, comme après chaque cérémonie et chaque remplacement d'un porteur."
    source = _SEAL
    default_severity = Severity.TO_CHECK


class RehearsalDue(Finding):
    code = "GARDE-34"
    cause = "La répétition de {name}, avec les parts du {split}, {when}."
    mend = "Faites « reglo keys rehearse » avec {threshold} porteurs : une clé perdue se remplace encore."
    source = "docs/keys.md"
    default_severity = Severity.TO_CHECK


class WrongWords(Finding):
    code = "GARDE-40"
    cause = "Les mots ne redonnent pas la clé de la feuille ({why})."
    mend = "{advice}"
    source = _SEAL


class WrongPassphrase(Finding):
    code = "GARDE-41"
    cause = "La phrase de passe donnée n'ouvre pas cette clé ({name})."
    mend = "Retapez-la (majuscules, espaces et accents comptent), ou faites venir le suppléant."
    source = _SEAL


class OtherPersonsKey(Finding):
    code = "GARDE-43"
    cause = "La clé donnée n'ouvre pas « {file} »."
    mend = "Ce paquet est à un autre porteur, ou a été remplacé depuis ; prenez celui qui va avec la clé."
    source = _SEAL


class SecretOfAnother(Finding):
    code = "GARDE-44"
    cause = "Le secret donné pour {holder} est celui de {owner}."
    mend = "Donnez celui de {names} : chacun n'ouvre que son propre paquet."
    source = _SEAL


class NoSecret(Finding):
    code = "GARDE-45"
    cause = (
        "Ce qui est donné n'est ni une clé age ni les 24 mots d'une feuille, et aucune clé à phrase de passe "
        "(« {file} ») n'est à côté du paquet."
    )
    mend = "Une phrase de passe ? Mettez-y ce fichier ; sinon, donnez la clé (AGE-SECRET-KEY-…) ou les mots."
    source = _SEAL


class WeakPassphrase(Finding):
    code = "GARDE-42"
    cause = "La phrase de passe a {length} caractères, il en faut {least} au moins."
    mend = "Prenez quatre ou cinq mots sans rapport entre eux."
    source = _SEAL


class BadAmendment(Finding):
    code = "GARDE-50"
    cause = "Le rectificatif ne peut pas se rattacher à ces clés : {why}."
    mend = "{how}"
    source = "docs/keys.md"


class SamePerson(Finding):
    code = "GARDE-04"
    cause = "« {name} » est nommé deux fois : {first} et {second}."
    mend = (
        "Chaque porteur, chaque suppléant est une autre personne : une absence en fermerait deux. Deux "
        "homonymes ? Précisez le nom de chacun."
    )
    source = _SEAL
