"""What can be wrong with a file of a bid, whatever piece it carries: codes FICHIER-.

Those that make the file unusable are blocking by default; ``procurement.documents`` lowers them
for a file no piece needs.
"""

from __future__ import annotations

from reglo.procurement.findings import Finding, Severity


class NotAFile(Finding):
    code = "FICHIER-01"
    cause = "« {name} » est {what}, non un fichier : il n'a pas été suivi ni lu."
    mend = "Remplacez-le par le fichier lui-même."


class EmptyFile(Finding):
    code = "FICHIER-02"
    cause = "« {name} » est vide : 0 octet."
    mend = "Enregistrez de nouveau le document, puis vérifiez qu'il s'ouvre."


class Encrypted(Finding):
    code = "FICHIER-03"
    cause = "« {name} » ({kind}) demande un mot de passe : l'acheteur ne pourra pas le lire."
    mend = "Enregistrez-le sans mot de passe."


class Damaged(Finding):
    code = "FICHIER-04"
    cause = "« {name} » ({kind}) ne se lit pas : {why}."
    mend = "Ouvrez-le sur votre poste, enregistrez-le ou exportez-le de nouveau."


class TooLarge(Finding):
    code = "FICHIER-05"
    cause = "« {name} » pèse {size}, le contrôle s'arrête à {limit} : son contenu n'a pas été vérifié."
    mend = "Vérifiez-le à la main, ou réduisez-le (images, annexes à part)."
    default_severity = Severity.TO_CHECK


class TooSlow(Finding):
    code = "FICHIER-06"
    cause = "La lecture de « {name} » a été arrêtée : elle dépasse {limit}."
    mend = "Ouvrez-le à la main ; si c'est un PDF, imprimez-le dans un PDF neuf."
    default_severity = Severity.TO_CHECK


class ArchiveRefused(Finding):
    code = "FICHIER-07"
    cause = "L'archive « {name} » n'a pas été ouverte : {why}."
    mend = "Déposez les fichiers sans archive, ou dans une archive simple."


class HostileName(Finding):
    code = "FICHIER-08"
    cause = "L'archive « {name} » contient un nom qui sort de son dossier ou ne peut s'écrire : « {entry} »."
    mend = "Refaites l'archive avec des noms de fichiers simples."
    default_severity = Severity.TO_CHECK


class WrongSuffix(Finding):
    code = "FICHIER-09"
    cause = "« {name} » se termine par {suffix} mais contient : {kind}."
    mend = "Enregistrez-le au format annoncé, ou corrigez sa terminaison."
    default_severity = Severity.TO_CHECK


class Macros(Finding):
    code = "FICHIER-10"
    cause = "« {name} » contient des macros."
    mend = "Enregistrez-le sans macros."
    default_severity = Severity.INFORMATION


class Executable(Finding):
    code = "FICHIER-11"
    cause = "« {name} » est un programme, non un document."
    mend = "Retirez-le ; joignez un document dans un format admis."
    default_severity = Severity.TO_CHECK


class ProtectedPdf(Finding):
    code = "FICHIER-12"
    cause = "« {name} » s'ouvre sans mot de passe mais est protégé contre les modifications."
    mend = "Rien à faire, sauf s'il doit être signé ou complété."
    default_severity = Severity.INFORMATION


class OddPageTree(Finding):
    code = "FICHIER-13"
    cause = "« {name} » annonce {declared} pages, il en contient {found} : sa liste de pages est fautive."
    mend = "Imprimez-le dans un PDF neuf et comptez ses pages."
    default_severity = Severity.TO_CHECK


class NotRead(Finding):
    code = "FICHIER-14"
    cause = "Le système refuse de lire « {name} » : {why}."
    mend = "Vérifiez les droits du fichier, ou qu'il n'est pas ouvert ailleurs."


class FolderTooBig(Finding):
    code = "FICHIER-15"
    cause = "Le dossier compte plus de {limit} : la suite n'a pas été lue."
    mend = "Vérifiez que c'est bien le dossier d'une seule réponse."


class SystemLeftover(Finding):
    code = "FICHIER-16"
    cause = "« {name} » est un fichier du système ou un brouillon, sans rapport avec la réponse."
    mend = "Retirez-le avant l'envoi."
    default_severity = Severity.INFORMATION


class SignatureAlone(Finding):
    code = "FICHIER-17"
    cause = "« {name} » est une signature détachée ; on ne sait pas quel fichier de son dossier elle signe."
    mend = "Donnez-lui le nom entier du fichier signé, puis son suffixe : « O1.pdf{suffix} »."
    default_severity = Severity.TO_CHECK
