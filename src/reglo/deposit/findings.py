"""Why a deposit is refused, set aside or marked: one class per cause, the same text everywhere.

``status`` is the HTTP status the server answers with.
"""

from __future__ import annotations

from typing import ClassVar

from reglo.procurement.findings import Finding, Refused, Severity


class DepositFinding(Finding):
    """A cause of the deposit server."""

    status: ClassVar[int] = 400


class Unknown(DepositFinding):
    code, status = "DEPOT-01", 404
    cause = "Il n'y a rien à cette adresse."
    mend = "Vérifiez l'adresse donnée par l'acheteur ou par votre premier envoi, sans en rien couper."
    source = "docs/deposit.md"


class WrongTus(DepositFinding):
    code, status = "DEPOT-02", 412
    cause = "L'en-tête Tus-Resumable dit « {given} », la plateforme parle la version 1.0.0."
    mend = "Mettez à jour le programme d'envoi."
    source = "tus 1.0.0"


class BadRequest(DepositFinding):
    code, status = "DEPOT-03", 400
    cause = "L'en-tête {header} est {why}."
    mend = "{how}"
    source = "tus 1.0.0 ; docs/deposit.md"


class TooLarge(DepositFinding):
    code, status = "DEPOT-04", 413
    cause = "{what} fait {size}, la limite annoncée est de {limit}."
    mend = "Réduisez le pli, ou demandez à l'acheteur avant l'heure limite un autre moyen de le remettre."
    source = "limite annoncée avant l'envoi ; CE 506640"


class WrongOffset(DepositFinding):
    code, status = "DEPOT-05", 409
    cause = "La tranche commence à l'octet {given}, la plateforme en a reçu {received}."
    mend = "Demandez la position (HEAD) et reprenez de là : tout octet acquitté est gardé."
    source = "tus 1.0.0"


class Locked(DepositFinding):
    code, status = "DEPOT-06", 423
    cause = "Un autre envoi de ce pli est en cours à cet instant."
    mend = "Attendez quelques secondes puis reprenez ; ce qui est reçu est gardé."
    source = "docs/deposit.md"


class WrongChecksum(DepositFinding):
    code, status = "DEPOT-07", 460
    cause = "La tranche reçue a pour empreinte {found}, vous annonciez {given}."
    mend = "Elle n'est pas gardée : envoyez-la de nouveau."
    source = "tus 1.0.0, extension checksum"


class NotThePli(DepositFinding):
    code, status = "DEPOT-08", 422
    cause = "Ce qui est envoyé n'est pas le pli annoncé : {why}."
    mend = "Scellez le pli avec « reglo seal » ou la page de dépôt, puis envoyez ce fichier sans le modifier."
    source = "docs/seal.md §3, §5"


class NodeClockOff(DepositFinding):
    code, status = "DEPOT-09", 503
    cause = (
        "L'horloge de ce serveur s'écarte de {skew} s de l'horloge de référence, la limite est d'une seconde."
    )
    mend = "Réessayez dans quelques secondes, sur ce serveur ou un autre. L'incident est consigné."
    source = "annexe 7 ; docs/seal.md §5"


class StoreFailed(DepositFinding):
    code, status = "DEPOT-10", 503
    cause = "La plateforme n'a pas pu garder les octets reçus : {why}."
    mend = "Reprenez l'envoi : tout octet acquitté est gardé. La panne de la plateforme est consignée."
    source = "CE 449250"


class Gone(DepositFinding):
    code, status = "DEPOT-11", 410
    cause = "Cet envoi est clos : {why}."
    mend = "Recommencez le dépôt depuis le début ; l'historique de cet envoi reste consigné."
    source = "docs/deposit.md"


class AlreadyReceived(DepositFinding):
    code, status = "DEPOT-12", 409
    cause = "Ce pli est reçu en entier : il ne s'efface pas."
    mend = "Pour y renoncer, retirez-le (« reglo deposit --withdraw ») : le retrait est daté et consigné."
    source = "docs/deposit.md"


class TooSlow(DepositFinding):
    code, status = "DEPOT-13", 408
    cause = "{what} en {seconds} s."
    mend = "Reprenez l'envoi : tout octet acquitté est gardé."
    source = "docs/deposit.md"


class WrongMediaType(DepositFinding):
    code, status = "DEPOT-14", 415
    cause = "Le Content-Type est « {given} »."
    mend = "Une tranche s'envoie en « application/offset+octet-stream »."
    source = "tus 1.0.0"


class MoveForbidden(DepositFinding):
    code, status = "DEPOT-15", 409
    cause = "{what} est « {state} » : {act} n'est plus possible."
    mend = "Consultez son état et son historique ; aucun état passé ne s'efface."
    source = "docs/deposit.md"


class WrongSignature(DepositFinding):
    code, status = "DEPOT-16", 403
    cause = "Le retrait n'est pas signé par la clé de ce pli."
    mend = "Signez-le avec le fichier « .cle » écrit à côté du pli lors du scellement."
    source = "docs/seal.md §4"


class DatabaseDown(DepositFinding):
    code, status = "DEPOT-17", 503
    cause = "La base de données de la plateforme ne répond pas."
    mend = "Reprenez l'envoi dans quelques secondes : tout octet acquitté est gardé."
    source = "CE 449250"


class ReceivedLate(DepositFinding):
    code, status = "DEPOT-20", 200
    cause = "Le dernier octet est arrivé le {received}, {late} après l'heure limite ({deadline})."
    mend = (
        "Le pli est gardé scellé et marqué hors délai ; l'acheteur décidera au vu de l'historique des envois."
    )
    source = "R.2143-2, R.2151-5"


class NotReceivedYet(DepositFinding):
    code, status = "DEPOT-21", 404
    cause = "Le pli n'est pas encore reçu en entier : {received} octets sur {size}."
    mend = "Terminez l'envoi ; l'accusé de réception naît avec le dernier octet."
    source = "annexe 7 ; docs/seal.md §7"


class ServerUnreachable(DepositFinding):
    code = "DEPOT-22"
    cause = "« {url} » n'a pas répondu après {tries} essais en {seconds} s ({why})."
    mend = "Relancez la même commande : l'envoi reprendra où il s'est arrêté. Gardez ce message."
    source = "docs/deposit.md"


class PliChanged(DepositFinding):
    code = "DEPOT-23"
    cause = "« {file} » n'est plus le fichier dont l'envoi avait commencé."
    mend = "Remettez le fichier d'origine, ou recommencez le dépôt avec « --restart »."
    source = "docs/deposit.md"


class StrangeAnswer(DepositFinding):
    code = "DEPOT-24"
    cause = "Le serveur refuse ({status}) : {text}"
    mend = "Si la cause n'est pas de votre fait, gardez ce message et transmettez-le à la plateforme."
    source = "docs/deposit.md"


class NoLongerLive(DepositFinding):
    code, status = "DEPOT-25", 200
    cause = "Ce pli a été reçu, puis {state} : il ne sera pas ouvert."
    mend = "{how} Son accusé de réception reste la preuve de sa réception d'alors ; rien ne l'efface."
    source = "docs/deposit.md"


class MaybeReplaces(DepositFinding):
    code, status = "DEPOT-26", 200
    cause = "Un autre pli de « {name} » a déjà été reçu pour cette consultation, le {received} ({file})."
    mend = (
        "Sauf règle contraire, seul le dernier reçu à temps est ouvert. S'il le remplace, déposez avec "
        "« --replaces {file} » ; s'il s'y ajoute (un autre lot), rien à faire : les deux sont gardés."
    )
    source = "CCP R.2151-6"
    default_severity = Severity.TO_CHECK


class SeveralOfOne(DepositFinding):
    code, status = "DEPOT-43", 200
    cause = "{count} plis de « {name} » sont à ouvrir, sans que l'un remplace l'autre : {files}."
    mend = (
        "Sauf règle contraire (plusieurs lots, dépôts complémentaires), seul le dernier reçu à temps "
        "s'ouvre : une personne le décide avant l'ouverture, et les autres fichiers restent fermés."
    )
    source = "CCP R.2151-6"
    default_severity = Severity.TO_CHECK


class NotToOpen(DepositFinding):
    code, status = "DEPOT-44", 200
    cause = "« {file} » est {state} : le registre des dépôts, à côté, ne le donne pas à ouvrir."
    mend = "Ouvert ici, il l'est sur votre décision : consignez pourquoi. Sinon, ouvrez les plis du registre."
    source = "docs/deposit.md"
    default_severity = Severity.TO_CHECK


class NamesLeftOut(DepositFinding):
    code, status = "DEPOT-28", 200
    cause = "Le reçu est gardé tel que la plateforme l'a remis, sans les noms de vos documents : {why}"
    mend = (
        "Il prouve la réception à lui seul. Remettez à côté du pli ses fichiers « .documents.json » et "
        "« .cle », puis relancez : la liste s'ajoute."
    )
    source = "docs/seal.md §7"
    default_severity = Severity.TO_CHECK


class BegunElsewhere(DepositFinding):
    code, status = "DEPOT-27", 503
    cause = "L'envoi de « {file} » a commencé sur {old}, qui ne répond pas ({why}) ; vous donnez {new}."
    mend = (
        "Même plateforme, à une autre adresse : répondez oui à la question, dans un terminal. Autre "
        "plateforme : « --restart » recommence à l'adresse donnée et garde la trace de l'ancien envoi."
    )
    source = "docs/deposit.md"


class CopyLate(DepositFinding):
    code, status = "DEPOT-30", 200
    cause = "La copie de sauvegarde est arrivée le {received}, après l'heure limite ({deadline})."
    mend = "Elle est gardée fermée et ne peut pas être ouverte ; elle sera détruite."
    source = "R.2132-11"


class CopyUnmarked(DepositFinding):
    code, status = "DEPOT-31", 200
    cause = "Le pli ne porte pas la mention « copie de sauvegarde » : il ne peut pas être ouvert comme telle."
    mend = (
        "Gardez-le fermé. La mention y est, mal lue ? Inscrivez la copie de nouveau, avec elle : le journal "
        "gardera les deux inscriptions."
    )
    source = "annexe 6, art. 2, I"


class CopyMediumRefused(DepositFinding):
    code, status = "DEPOT-32", 422
    cause = "Le règlement n'autorise pas la copie de sauvegarde par voie électronique."
    mend = "Remettez-la sur papier ou sur support physique."
    source = "annexe 6, art. 2"


class CopyStaysClosed(DepositFinding):
    code, status = "DEPOT-33", 409
    cause = "La copie de sauvegarde ne peut pas être ouverte : {why}."
    mend = (
        "Elle s'ouvre si un programme malveillant est trouvé dans le pli électronique, ou si ce pli est "
        "incomplet, tardif ou illisible alors que sa transmission avait commencé avant l'heure limite."
    )
    source = "R.2132-11 ; annexe 6, art. 2"


class CopyMayOpen(DepositFinding):
    code, status = "DEPOT-34", 200
    cause = "La copie de sauvegarde de « {depositor} » ({medium}, {place}) peut être ouverte : {ground}."
    mend = (
        "Si vous le décidez : « reglo backup-copy open {copy} --ground {option} --deposit {pli} ». "
        "Utilisée, elle remplace entièrement le pli électronique : elle doit être complète."
    )
    source = "R.2132-11 ; annexe 6, art. 2"
    default_severity = Severity.TO_CHECK


class NoSuchCopy(DepositFinding):
    code, status = "DEPOT-35", 404
    cause = "« {given} » ne désigne pas une seule copie de sauvegarde de cette plateforme."
    mend = "« reglo backup-copy list » donne leurs numéros : il en faut le début, de quatre signes au moins."
    source = "docs/deposit.md"


class NoSuchSending(DepositFinding):
    code, status = "DEPOT-36", 404
    cause = "« {given} » n'est le numéro ni d'un pli, ni d'un reçu, ni d'un envoi de cette plateforme."
    mend = "Donnez-le entier : le reçu le porte, « reglo backup-copy list » et « registre.json » aussi."
    source = "docs/deposit.md"


class CopyKeptUntilTheHour(DepositFinding):
    code, status = "DEPOT-37", 409
    cause = "L'heure limite est le {deadline} : avant elle, une copie de sauvegarde ne se détruit pas."
    mend = "Gardez-la fermée : elle peut encore servir, et n'est détruite qu'à la fin de la procédure."
    source = "annexe 6, art. 2"


class BadConsultation(DepositFinding):
    code = "DEPOT-40"
    cause = "La consultation ne peut pas s'ouvrir aux dépôts : {why}."
    mend = "{how}"
    source = "docs/deposit.md"


class CollectedTooEarly(DepositFinding):
    code = "DEPOT-41"
    cause = "L'heure limite est le {deadline}, l'horloge de référence au {now} : un pli peut encore arriver."
    mend = "Relancez après l'heure limite. Avant elle, personne n'apprend même combien de plis sont là."
    source = "docs/deposit.md"


class PliDiffers(DepositFinding):
    code = "DEPOT-42"
    cause = "Le pli de « {name} » (reçu {receipt}) ne peut pas être rassemblé : {why}."
    mend = "Rien n'en est effacé. Consignez l'incident ; la copie de sauvegarde peut servir (CS-03)."
    source = "docs/deposit.md"


# --- What the server tells whoever runs it --------------------------------------------------------------


class DatabaseSilent(DepositFinding):
    code, status = "DEPOT-50", 503
    cause = "La base de données ne répond pas ({why}) : aucun pli n'est reçu, ce qui est acquitté est gardé."
    mend = "Vérifiez que PostgreSQL tourne, l'adresse de DATABASE_URL et la place sur son disque. {then}"
    source = "docs/deposit.md"


class StoreSilent(DepositFinding):
    code, status = "DEPOT-51", 503
    cause = "Le lieu des plis ne garde rien, car {why} : aucun pli n'est reçu, ce qui est acquitté est gardé."
    mend = "Vérifiez « --storage », ce disque ou ce service et, pour S3, les variables AWS_…"
    source = "docs/deposit.md"


class StoreFull(DepositFinding):
    code, status = "DEPOT-52", 503
    cause = "Le lieu des plis est plein ({why}) : aucun pli n'est reçu, ce qui est acquitté est gardé."
    mend = "Faites-y de la place, sans rien ôter de ce que la plateforme y tient : l'envoi reprend seul."
    source = "docs/deposit.md"


class ClockAstray(DepositFinding):
    code, status = "DEPOT-53", 503
    cause = "L'horloge de ce poste s'écarte de {skew} s de celle de la base : aucun pli n'est reçu ici."
    mend = "Remettez ce poste à l'heure (NTP), et celui de la base : au-delà d'une seconde, rien n'est daté."
    source = "docs/deposit.md"


def refuse(cause: type[Finding], **facts: object) -> Refused:
    """A refusal for one cause."""
    return Refused(cause(facts=facts))
