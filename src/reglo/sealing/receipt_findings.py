"""What the verification of a receipt may refute, or leave without proof: one class per cause."""

from __future__ import annotations

from reglo.procurement.findings import Finding, Severity


class KeyNotGiven(Finding):
    code = "RECU-05"
    cause = (
        "La signature est juste pour la clé {key} que le reçu porte lui-même ; "
        "rien ne dit encore que c'est celle de la plateforme."
    )
    mend = "Donnez la clé publique que la plateforme publie (--key), obtenue par une autre voie que le reçu."
    source = "docs/seal.md §7"
    default_severity = Severity.TO_CHECK


class NotBound(Finding):
    code = "RECU-17"
    cause = "Rien n'engage encore la plateforme sur ce point : {text}"
    mend = "Établissez d'abord sa signature (--key)."
    source = "docs/seal.md §7"
    default_severity = Severity.TO_CHECK


class SignatureFalse(Finding):
    code = "RECU-06"
    cause = "L'énoncé du reçu n'est pas signé par la plateforme : {why}."
    mend = "Ne vous fiez pas à ce reçu ; redemandez-le à la plateforme et comparez les deux."
    source = "docs/seal.md §7"


class CopyAltered(Finding):
    code = "RECU-07"
    cause = "L'exemplaire a changé depuis que la plateforme l'a remis : sa signature d'ensemble est fausse."
    mend = "Reprenez le fichier d'origine ; les autres points disent ce qui reste prouvé."
    source = "docs/seal.md §7"


class MentionMissing(Finding):
    code = "RECU-08"
    cause = "Il manque au reçu une mention obligatoire : {mention}."
    mend = "Signalez-le à l'acheteur ; les autres mentions gardent leur valeur."
    source = "CCP, annexe 7"


class NotInJournal(Finding):
    code = "RECU-09"
    cause = "L'inscription au journal n'est pas prouvée : {why}."
    mend = "Demandez l'export du journal et vérifiez-le avec « reglo journal verify »."
    source = "docs/seal.md §8 ; RFC 6962 §2.1.1"


class NoDocumentList(Finding):
    code = "RECU-10"
    cause = (
        "La liste des documents sous leurs noms n'y est pas : c'est l'exemplaire de la plateforme, qui ne "
        "les a jamais connus et n'atteste que {count} fichiers scellés, par taille et empreinte."
    )
    mend = "Demandez au déposant son exemplaire, complété par lui et signé avec la clé du pli."
    source = "docs/seal.md §7"
    default_severity = Severity.TO_CHECK


class DocumentsFalse(Finding):
    code = "RECU-11"
    cause = "La liste des documents n'est pas celle de qui a scellé le pli : {why}."
    mend = "Reprenez l'exemplaire que le déposant a reçu, ou ouvrez le pli : son manifeste tranche."
    source = "docs/seal.md §4 et §7"


class TokenFalse(Finding):
    code = "RECU-12"
    cause = "Le jeton d'horodatage ne vaut pas pour ce reçu : {why}."
    mend = (
        "Vérifiez le certificat de l'autorité ; à défaut, l'instant repose sur la plateforme et son journal."
    )
    source = "RFC 3161"


class NoToken(Finding):
    code = "RECU-13"
    cause = (
        "Le reçu n'a pas de jeton d'horodatage : l'autorité n'avait pas répondu quand il a été remis. "
        "L'instant repose sur la plateforme et son journal."
    )
    mend = "Redemandez le reçu à la plateforme : le jeton y est ajouté dès que l'autorité répond."
    source = "RFC 3161"
    default_severity = Severity.TO_CHECK


class NoAuthority(Finding):
    code = "RECU-14"
    cause = (
        "Un jeton d'horodatage porte sur cet énoncé et dit le {at} ; sa signature n'a pas été vérifiée, "
        "faute du certificat de l'autorité."
    )
    mend = "Donnez les certificats de l'autorité d'horodatage (--tsa-ca)."
    source = "RFC 3161"
    default_severity = Severity.TO_CHECK


class FileUnknown(Finding):
    code = "RECU-15"
    cause = (
        "« {name} » (SHA-256 {digest}) n'est ni le pli reçu, ni l'un de ses fichiers scellés, ni un document "
        "que le déposant a déclaré."
    )
    mend = "Vérifiez que c'est le bon fichier : un seul octet différent suffit."
    source = "docs/seal.md §10"


class InstantsClash(Finding):
    code = "RECU-16"
    cause = "Les instants du reçu se contredisent : {why}."
    mend = "Demandez à l'acheteur son dossier de preuve (reglo evidence) pour cette minute."
    source = "CCP R.2151-5"


class WrittenLate(Finding):
    code = "RECU-18"
    cause = (
        "La plateforme dit le dernier octet reçu le {last}, mais ne l'a inscrit au journal que le {written}, "
        "{gap} après : cet instant ne repose que sur sa parole. {text}"
    )
    mend = "Demandez-lui pourquoi, et son dossier de preuve (reglo evidence) pour ces minutes."
    source = "docs/seal.md §8 ; CCP R.2151-5"
    default_severity = Severity.TO_CHECK
