"""Sending bids: languages, deposits, backup copy, signature (legal-rules §2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reglo.linting.fault import Draft, Fault, check, found
from reglo.procurement.findings import Severity
from reglo.procurement.law import figure_on
from reglo.procurement.requirements import Sanction, SuccessiveDeposits


class CertifiedTranslation(Fault):
    rule, code = "L-02", "LINT-02"
    default_severity = Severity.TO_CHECK
    title = "Traduction certifiée exigée"
    cause = "La traduction demandée est « {translation} »."
    why = (
        "Seule une traduction simple peut être exigée ; originaux et copies certifiées ne le sont qu'avec un "
        "motif."
    )
    mend = "Demandez une traduction en français, sans certification (submission.translation: simple)."
    source = "CCP R.2143-5, R.2143-16, R.2151-12"


@check(CertifiedTranslation)
def translation(draft: Draft) -> Iterator[Fault]:
    submission = draft.rules.submission
    if submission and re.search(r"certifi|assermenté|juré", submission.translation, re.IGNORECASE):
        path = "submission.translation"
        yield found(CertifiedTranslation, path, submission, translation=submission.translation)


class SignatureFormatsNarrowed(Fault):
    rule, code = "L-05", "LINT-05"
    title = "Formats de signature trop étroits"
    cause = "Les formats admis sont {admitted} ; il manque {missing}."
    why = "L'annexe 12 admet XAdES, CAdES et PAdES : un règlement ne peut en écarter."
    mend = "Admettez les trois formats, ou renvoyez à l'annexe 12 (submission.signature.formats: [])."
    source = "CCP annexe 12"


_FORMATS = ("XAdES", "CAdES", "PAdES")


@check(SignatureFormatsNarrowed)
def signature_formats(draft: Draft) -> Iterator[Fault]:
    signature = draft.rules.submission.signature if draft.rules.submission else None
    if signature is None or not signature.formats:
        return
    admitted = {name.casefold() for name in signature.formats}
    missing = [name for name in _FORMATS if name.casefold() not in admitted]
    if missing:
        yield found(
            SignatureFormatsNarrowed,
            "submission.signature.formats",
            signature,
            admitted=", ".join(signature.formats),
            missing=" et ".join(missing),
        )


class TwoWaysToDeposit(Fault):
    rule, code = "L-08", "LINT-08"
    default_severity = Severity.TO_CHECK
    title = "Deux règles pour un même dépôt"
    cause = "{problem}"
    why = "Deux règles laissent choisir, une fois les plis reçus, celle qui sauve ou perd un candidat."
    mend = (
        "N'en gardez qu'une : le dernier pli reçu est seul ouvert, et contient tout "
        "(successive_deposits: last_only)."
    )
    source = "CCP R.2151-6"


@check(TwoWaysToDeposit)
def deposits(draft: Draft) -> Iterator[Fault]:
    submission = draft.rules.submission
    if submission is None:
        return
    if submission.one_pli_for_all_lots and submission.separate_lots_allowed:
        problem = "Un seul pli est demandé pour tous les lots, et des plis séparés par lot sont admis."
        yield found(TwoWaysToDeposit, "submission.one_pli_for_all_lots", submission, problem=problem)
    if submission.successive_deposits is SuccessiveDeposits.LAST_THEN_EARLIER_DOCUMENTS:
        problem = (
            "Le dernier pli est seul ouvert, et un document d'un pli antérieur peut pourtant y être repris."
        )
        yield found(TwoWaysToDeposit, "submission.successive_deposits", submission, problem=problem)


class ElectronicBackupUnsaid(Fault):
    rule, code = "L-19", "LINT-19"
    default_severity = Severity.TO_CHECK
    title = "Copie de sauvegarde électronique : ni admise ni refusée"
    cause = "Rien ne dit si la copie de sauvegarde peut être transmise par voie électronique."
    why = (
        "Depuis 2023, elle ne peut l'être que si les documents de la consultation l'autorisent : le silence "
        "trompe."
    )
    mend = (
        "Écrivez qu'elle est admise, et par quel outil, ou refusée (backup_copy.electronic: true ou false)."
    )
    source = "CCP annexe 6, art. 2"


@check(ElectronicBackupUnsaid)
def electronic_backup(draft: Draft) -> Iterator[Fault]:
    submission = draft.rules.submission
    copy = submission.backup_copy if submission else None
    if copy is None:
        yield found(ElectronicBackupUnsaid, "submission", submission)
    elif copy.electronic is None:
        yield found(ElectronicBackupUnsaid, "submission.backup_copy", copy)


class BackupOnPaperRefused(Fault):
    rule, code = "CS-01", "DEMAT-01"
    default_severity = Severity.TO_CHECK
    title = "Copie de sauvegarde : le papier ou le support physique écarté"
    cause = "{problem}"
    why = (
        "La copie sur papier ou sur support physique est un droit du candidat ; seule la voie électronique "
        "s'autorise."
    )
    mend = "Admettez le papier et le support physique électronique (backup_copy.media)."
    source = "CCP R.2132-11, annexe 6, art. 2"


@check(BackupOnPaperRefused)
def backup_media(draft: Draft) -> Iterator[Fault]:
    copy = draft.rules.submission.backup_copy if draft.rules.submission else None
    if copy is None:
        return
    path = "submission.backup_copy"
    if copy.allowed is False:
        yield found(BackupOnPaperRefused, path, copy, problem="La copie de sauvegarde est refusée.")
    elif copy.media and not any("papier" in medium for medium in copy.media):
        said = ", ".join(copy.media)
        problem = f"Le papier n'est pas parmi les supports de la copie de sauvegarde ({said})."
        yield found(BackupOnPaperRefused, path, copy, problem=problem)


class BackupOpenedOtherwise(Fault):
    rule, code = "CS-03", "DEMAT-02"
    default_severity = Severity.TO_CHECK
    title = "Copie de sauvegarde ouverte hors des cas prévus"
    cause = "{problem}"
    why = (
        "Elle s'ouvre si un virus est trouvé, ou si le pli commencé à temps est incomplet, tardif ou "
        "illisible."
    )
    mend = "Reprenez les deux cas de l'annexe 6 (backup_copy.opened_if, transmission_begun)."
    source = "CCP annexe 6, art. 2"


@check(BackupOpenedOtherwise)
def backup_opening(draft: Draft) -> Iterator[Fault]:
    copy = draft.rules.submission.backup_copy if draft.rules.submission else None
    if copy is None or copy.allowed is False:
        return
    path = "submission.backup_copy"
    if copy.opened_if and "virus" not in copy.opened_if:
        problem = "La copie de sauvegarde ne s'ouvrirait pas en cas de virus."
        yield found(BackupOpenedOtherwise, path, copy, problem=problem)
    if copy.transmission_begun is False:
        problem = "La copie s'ouvrirait même si la transmission électronique n'a pas commencé à temps."
        yield found(BackupOpenedOtherwise, path, copy, problem=problem)


class BackupNotMarked(Fault):
    rule, code = "CS-02", "DEMAT-09"
    default_severity = Severity.TO_CHECK
    title = "Copie de sauvegarde : mention absente"
    cause = "Les mentions demandées ({said}) ne comprennent pas « copie de sauvegarde »."
    why = "Sans cette mention, la copie se confond avec une offre sur papier, qui n'est pas recevable."
    mend = "Ajoutez « copie de sauvegarde » aux mentions (backup_copy.mentions)."
    source = "CCP R.2132-11, annexe 6, art. 2"


class InfectedCopyKept(Fault):
    rule, code = "CS-04", "DEMAT-10"
    title = "Copie de sauvegarde infectée non écartée"
    cause = "Une copie de sauvegarde où un programme malveillant est trouvé serait « {said} »."
    why = "L'annexe 6 veut qu'elle soit écartée."
    mend = "Écrivez qu'elle est écartée (backup_copy.infected: écartée)."
    source = "CCP annexe 6, art. 2"


class UnopenedCopyKept(Fault):
    rule, code = "CS-05", "DEMAT-11"
    title = "Copie de sauvegarde non ouverte : non détruite"
    cause = "Une copie de sauvegarde qui n'a pas été ouverte serait « {said} »."
    why = "Jamais ouverte ou écartée, elle est détruite ; ouverte, elle est gardée avec le dossier du marché."
    mend = "Écrivez qu'elle est détruite (backup_copy.unopened: détruite)."
    source = "CCP annexe 6, art. 2 ; R.2184-12, R.2184-13"


@check(BackupNotMarked, InfectedCopyKept, UnopenedCopyKept)
def backup_fate(draft: Draft) -> Iterator[Fault]:
    copy = draft.rules.submission.backup_copy if draft.rules.submission else None
    if copy is None or copy.allowed is False:
        return
    path = "submission.backup_copy"
    if copy.mentions and "sauvegarde" not in " ".join(copy.mentions).lower():
        yield found(BackupNotMarked, f"{path}.mentions", copy, said=", ".join(copy.mentions))
    if copy.infected and not re.search(r"écart|rejet|élimin|détrui", copy.infected, re.IGNORECASE):
        yield found(InfectedCopyKept, f"{path}.infected", copy, said=copy.infected)
    if copy.unopened and not re.search(r"détrui|destruction", copy.unopened, re.IGNORECASE):
        yield found(UnopenedCopyKept, f"{path}.unopened", copy, said=copy.unopened)


class NoReceipt(Fault):
    rule = code = "DEMAT-12"
    title = "Aucun accusé de réception"
    cause = "Le dépôt ne donnerait pas lieu à un accusé de réception."
    why = "Chaque dépôt donne aussitôt un accusé : déposant, acheteur, objet, date et heure, documents."
    mend = "Écrivez qu'un accusé de réception électronique est donné (receipt: true)."
    source = "CCP annexe 7, art. 2 ; annexe 8"


@check(NoReceipt)
def receipt(draft: Draft) -> Iterator[Fault]:
    submission = draft.rules.submission
    if submission and submission.receipt is False:
        yield found(NoReceipt, "submission.receipt", submission)


class SignatureTooHigh(Fault):
    rule, code = "SG-01", "DEMAT-13"
    default_severity = Severity.TO_CHECK
    title = "Niveau de signature au-dessus de l'annexe 12"
    cause = "La signature demandée est « {level} »."
    why = "L'annexe 12 veut une signature avancée sur certificat qualifié ; rien n'oblige à plus."
    mend = "Demandez une signature avancée reposant sur un certificat qualifié (signature.level)."
    source = "CCP annexe 12"


@check(SignatureTooHigh)
def signature_level(draft: Draft) -> Iterator[Fault]:
    signature = draft.rules.submission.signature if draft.rules.submission else None
    level = signature.level.lower() if signature else ""
    if re.search(r"(?:^|signature (?:électronique )?)qualifiée", level) and "avancée" not in level:
        yield found(SignatureTooHigh, "submission.signature.level", signature, level=level)


class VirusTraceNotKept(Fault):
    rule = code = "DEMAT-08"
    title = "Trace d'un programme malveillant non conservée"
    cause = "La trace de la malveillance détectée ne serait pas conservée."
    why = (
        "Sans elle, nul ne peut prouver pourquoi un pli n'a pas été ouvert ; l'annexe 6 veut qu'on la garde."
    )
    mend = "Écrivez que la trace est conservée (virus_trace: true)."
    source = "CCP annexe 6, art. 2 II 1°"


@check(VirusTraceNotKept)
def virus_trace(draft: Draft) -> Iterator[Fault]:
    submission = draft.rules.submission
    if submission and submission.virus_trace is False:
        yield found(VirusTraceNotKept, "submission.virus_trace", submission)


class LateBidsAccepted(Fault):
    rule, code = "DM-09", "DEMAT-03"
    title = "Plis tardifs non éliminés"
    cause = "Un pli reçu après la limite ne serait pas éliminé."
    why = "Une candidature ou une offre hors délai est éliminée, pour tous de même."
    mend = "Écrivez que les plis tardifs sont éliminés sans être ouverts (late: eliminated)."
    source = "CCP R.2143-2, R.2151-5"


@check(LateBidsAccepted)
def late(draft: Draft) -> Iterator[Fault]:
    submission = draft.rules.submission
    if submission and submission.late not in (None, Sanction.ELIMINATED):
        yield found(LateBidsAccepted, "submission.late", submission)


class PaperBidsAdmitted(Fault):
    rule, code = "DM-05", "DEMAT-04"
    default_severity = Severity.TO_CHECK
    title = "Voie non électronique admise"
    cause = "Les plis peuvent être remis autrement que par voie électronique."
    why = "Toute la communication est électronique, sauf sept cas dont le motif se garde."
    mend = "Imposez la voie électronique, ou écrivez lequel des cas de R.2132-12 s'applique."
    source = "CCP L.2132-2, R.2132-7, R.2132-12, R.2132-13"


@check(PaperBidsAdmitted)
def paper(draft: Draft) -> Iterator[Fault]:
    submission, procedure = draft.rules.submission, draft.rules.procedure
    if submission and submission.electronic_only is False:
        yield found(PaperBidsAdmitted, "submission.electronic_only", submission)
    elif procedure.electronic is False:
        yield found(PaperBidsAdmitted, "procedure.electronic", procedure)


class SuccessiveDepositsUnsaid(Fault):
    rule, code = "DM-10", "DEMAT-05"
    default_severity = Severity.TO_CHECK
    title = "Dépôts successifs : non réglés"
    cause = "Rien ne dit ce que vaut un second dépôt du même candidat."
    why = (
        "Faute de clause, l'acheteur doit chercher si l'envoi remplace ou complète le précédent (CE 454801)."
    )
    mend = (
        "Écrivez que seul le dernier pli reçu à temps est ouvert et contient tout "
        "(successive_deposits: last_only)."
    )
    source = "CCP R.2151-6 ; CE 20 décembre 2021, n° 454801"


@check(SuccessiveDepositsUnsaid)
def successive_deposits(draft: Draft) -> Iterator[Fault]:
    submission = draft.rules.submission
    silent = submission is None or submission.successive_deposits is SuccessiveDeposits.UNSTATED
    if silent and "submission.successive_deposits" not in draft.asked:
        yield found(SuccessiveDepositsUnsaid, "submission", submission)


class SizeLimitUnsaid(Fault):
    rule, code = "DM-06", "DEMAT-06"
    default_severity = Severity.INFORMATION
    title = "Taille maximale des plis : non dite"
    cause = "Rien ne dit la taille maximale d'un pli sur le profil d'acheteur."
    why = "Un pli retardé par une limite jamais annoncée ne peut être rejeté comme tardif (CE 506640)."
    mend = "Annoncez la taille maximale, ou écrivez qu'il n'y en a pas (maximum_size)."
    source = "CE 13 novembre 2025, n° 506640 ; CCP R.2132-8"


@check(SizeLimitUnsaid)
def size_limit(draft: Draft) -> Iterator[Fault]:
    submission = draft.rules.submission
    if submission and not submission.maximum_size:
        yield found(SizeLimitUnsaid, "submission", submission)


class NoAddressForDocuments(Fault):
    rule, code = "DM-02", "DEMAT-07"
    title = "Adresse des documents de la consultation absente"
    cause = (
        "Aucune adresse électronique n'est donnée pour les documents, dus en ligne à partir de {floor} EUR "
        "HT."
    )
    why = "Les documents de la consultation sont en accès libre, direct et complet sur le profil d'acheteur."
    mend = "Donnez l'adresse de la consultation sur le profil d'acheteur (document_access.url)."
    source = "CCP R.2132-2"


@check(NoAddressForDocuments)
def address(draft: Draft) -> Iterator[Fault]:
    rules = draft.rules
    if rules.buyer.profile_url or (rules.document_access and rules.document_access.url):
        return
    floor = figure_on("documents_on_profile", draft.launch).value
    if draft.formal or (draft.value is not None and draft.value.amount >= floor):
        yield found(NoAddressForDocuments, "document_access", rules.document_access, floor=floor)


class AccessNotFree(Fault):
    rule = code = "DEMAT-14"
    title = "Accès aux documents payant ou subordonné"
    cause = "{problem}"
    why = "L'accès aux documents est gratuit, libre, direct et complet : nul n'a à se nommer."
    mend = "Laissez l'accès libre ; qui s'identifie est seulement averti des modifications."
    source = "CCP L.2132-2, R.2132-2 ; annexe 7, art. 1er-II"


@check(AccessNotFree)
def access(draft: Draft) -> Iterator[Fault]:
    said = draft.rules.document_access
    if said is None:
        return
    if said.free is False:
        problem = "Les documents de la consultation ne sont pas gratuits."
        yield found(AccessNotFree, "document_access.free", said, problem=problem)
    if said.identification_optional is False and not said.confidentiality:
        problem = "Il faut s'identifier pour obtenir les documents de la consultation."
        yield found(AccessNotFree, "document_access.identification_optional", said, problem=problem)
