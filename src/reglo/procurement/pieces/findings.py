"""What completeness can say of the pieces of a bid: codes PIECE-10 and on.

``piece`` is the piece as people name it (C4 « Lettre de candidature »), ``where`` the lots and
members it concerns, in parentheses, or nothing. Nothing here eliminates anybody (V14).
"""

from __future__ import annotations

from reglo.procurement.findings import Finding, Severity


class CandidacyPieceMissing(Finding):
    code = "PIECE-10"
    cause = "La pièce {piece} manque{where}."
    mend = "{add}{consequence}"
    source = "CCP R.2143-3, R.2144-2"


class BidPieceMissing(Finding):
    code = "PIECE-11"
    cause = "La pièce {piece} manque{where}."
    mend = "{add}{consequence}"
    source = "CCP L.2152-2, R.2152-1, R.2152-2"


class ConditionUnknown(Finding):
    code = "PIECE-12"
    cause = (
        "La pièce {piece} n'est exigible que dans ce cas : {condition}. Rien ne dit s'il se présente{where}."
    )
    mend = "Joignez-la si c'est le cas ; sinon écrivez « {fact}: non » dans les faits de reponse.yaml."
    default_severity = Severity.TO_CHECK


class Resembling(Finding):
    code = "PIECE-13"
    cause = "Aucun fichier ne porte le code de la pièce {piece}{where}, mais « {file} » y ressemble."
    mend = "Si c'est elle, renommez-le « {better} »."
    default_severity = Severity.TO_CHECK


class WrongFormat(Finding):
    code = "PIECE-14"
    cause = "« {file} » est un fichier {suffix}, le RC admet {formats}."
    mend = "{hint}"


class OpenDocumentDue(Finding):
    code = "PIECE-15"
    cause = "« {file} » est un fichier {suffix}, le RC impose un format OpenDocument (.odt, .ods)."
    mend = "Enregistrez-le en {better}."


class VersionMissing(Finding):
    code = "PIECE-16"
    cause = "La pièce {piece} est due en {wanted} ; il manque {missing}{where}."
    mend = "Ajoutez cette version avec le même code."
    source = "CCP L.2152-2, R.2152-1"


class TooManyPages(Finding):
    code = "PIECE-17"
    cause = "La pièce {piece} compte {pages} pages{where}, le RC en admet {limit}{excluding}."
    mend = "{hint}"
    source = "TA Montreuil 2308306 ; TA Poitiers 2302509"


class PagesUnknown(Finding):
    code = "PIECE-18"
    cause = "Les pages de la pièce {piece} ne se comptent pas{where}, le RC en admet {limit}{excluding}."
    mend = "Comptez-les, ou joignez un PDF."
    default_severity = Severity.TO_CHECK


class SectionPages(Finding):
    code = "PIECE-19"
    cause = "La pièce {piece} compte {pages} pages en tout{where} ; le RC limite {sections}."
    mend = "Comptez les pages de chaque partie."
    default_severity = Severity.TO_CHECK


class NotA4(Finding):
    code = "PIECE-20"
    cause = "Pages de la pièce {piece} qui ne sont pas au format A4{where} : {count}."
    mend = "Le RC demande : {layout}. Une grande page peut être comptée pour plusieurs."
    default_severity = Severity.TO_CHECK


class SignatureToCheck(Finding):
    code = "PIECE-21"
    cause = "La pièce {piece} doit être {duty}{where} ; elle n'a pas de signature électronique."
    mend = "Vérifiez à l'œil la signature manuscrite."
    source = "CCP annexe 12"
    default_severity = Severity.TO_CHECK


class SignatureMissing(Finding):
    code = "PIECE-22"
    cause = "La pièce {piece} doit porter une signature électronique{where} : il n'y en a pas."
    mend = "Signez le fichier{formats}, ou joignez sa signature sous le même nom."
    source = "CCP annexe 12"


class SignatureFormat(Finding):
    code = "PIECE-23"
    cause = "« {file} » est signé en {found}, le RC n'admet que {formats}."
    mend = "Signez-le de nouveau dans un format admis."
    source = "CCP annexe 12"
    default_severity = Severity.TO_CHECK


class ContainerSigned(Finding):
    code = "PIECE-24"
    cause = "La signature « {signature} » porte sur l'archive « {file} » : elle ne signe pas ses documents."
    mend = "Signez chaque document qui doit l'être."
    source = "TA Toulouse 1100792"
    default_severity = Severity.TO_CHECK


class Doubled(Finding):
    code = "PIECE-25"
    cause = "La pièce {piece} est donnée {count} fois{where} : {files}."
    mend = "Gardez un seul fichier, ou dites lequel fait foi."
    default_severity = Severity.TO_CHECK


class WrongFolder(Finding):
    code = "PIECE-26"
    cause = "« {file} » est dans le sous-dossier « {found} », la pièce {piece} va dans « {due} »."
    mend = "Déplacez-le."
    default_severity = Severity.TO_CHECK


class Discouraged(Finding):
    code = "PIECE-27"
    cause = "« {file} » : le RC demande d'éviter {what}."
    mend = "Remplacez-le avant l'envoi."
    default_severity = Severity.TO_CHECK


class PartsToCheck(Finding):
    code = "PIECE-28"
    cause = "La pièce {piece} doit contenir ce que les noms de fichiers ne montrent pas{where} : {parts}."
    mend = "Vérifiez que tout y est."
    default_severity = Severity.TO_CHECK


class OwnTemplate(Finding):
    code = "PIECE-29"
    cause = "La pièce {piece} doit être le modèle de l'acheteur ({template}), complété{where}."
    mend = "Vérifiez-le : un autre modèle rend l'offre irrégulière."
    default_severity = Severity.TO_CHECK


class Unpriced(Finding):
    code = "PIECE-30"
    cause = "Lignes sans prix dans « {file} » ({count}) : {lines}."
    mend = "{mend}"
    source = "CCP L.2152-2"


class PricesNotSeen(Finding):
    code = "PIECE-31"
    cause = "Aucun tableau de prix lisible pour la pièce {piece}{where} ; le RC veut chaque ligne remplie."
    mend = "Relisez chaque ligne."
    default_severity = Severity.TO_CHECK


class NotDueButGiven(Finding):
    code = "PIECE-32"
    cause = "La pièce {piece} est fournie sans être exigible{where} : {why}."
    mend = "Rien à faire si c'est voulu."
    default_severity = Severity.INFORMATION


class Unrecognised(Finding):
    code = "PIECE-33"
    cause = "« {file} » ne porte le code d'aucune pièce demandée."
    mend = "Mettez le code de la pièce au début de son nom, ou retirez-le."
    default_severity = Severity.TO_CHECK


class SharedFile(Finding):
    code = "PIECE-34"
    cause = (
        "La pièce {piece} est due {share}, un fichier sans précision la couvre peut-être{where} : {files}."
    )
    mend = "Vérifiez-le, ou {mend_share}."
    default_severity = Severity.TO_CHECK


class LotNotAnswered(Finding):
    code = "PIECE-35"
    cause = "« {file} » est rangé pour {lots}, la réponse porte sur {answered}."
    mend = "Corrigez le dossier du fichier, ou les lots déclarés."
    default_severity = Severity.TO_CHECK


class TooHeavy(Finding):
    code = "PIECE-36"
    cause = "La réponse pèse {size}, le RC annonce une limite de {limit}."
    mend = "Réduisez les plus gros fichiers."


class TooManyLots(Finding):
    code = "PIECE-37"
    cause = "La réponse porte sur {count} lots, le RC en admet {limit} par candidat."
    mend = "Retirez des lots avant l'envoi."
    source = "CCP L.2113-10"


class StageAssumed(Finding):
    code = "PIECE-38"
    cause = "La procédure a deux temps ; d'après les fichiers, seul le temps « {stage} » est contrôlé."
    mend = "Passez --stage candidature ou --stage offre pour choisir."
    default_severity = Severity.INFORMATION


class TooManyReferences(Finding):
    code = "PIECE-40"
    cause = "La pièce {piece} donne {count} références{where}, le RC en admet {limit}."
    mend = "Retirez-en{surplus}."
    source = "CCP R.2142-14"
    default_severity = Severity.TO_CHECK


class ReferencesToCount(Finding):
    code = "PIECE-41"
    cause = "Rien ne dit combien de références donne la pièce {piece}{where} ; le RC en admet {limit}."
    mend = "Comptez-les, et écrivez « references: {{{code}: …}} » dans reponse.yaml."
    default_severity = Severity.TO_CHECK


class FormNotAdmitted(Finding):
    code = "PIECE-42"
    cause = "La réponse déclare un groupement {form} ; le RC admet {admitted}."
    mend = "Changez de forme, ou demandez à l'acheteur s'il y tient : aucune forme ne s'impose pour répondre."
    source = "CCP R.2142-22"
    default_severity = Severity.TO_CHECK


class UnknownFact(Finding):
    code = "PIECE-39"
    cause = "Le fait « {fact} » de la réponse n'est la condition d'aucune pièce."
    mend = "{hint}"
    default_severity = Severity.TO_CHECK


class EspdGiven(Finding):
    code = "PIECE-43"
    cause = "Aucun fichier n'est la pièce {piece}{where}, mais un DUME est remis : {files}."
    mend = (
        "Un DUME tient lieu des déclarations et renseignements de la candidature : vérifiez qu'il les donne."
    )
    source = "CCP R.2143-3, R.2143-4"
    default_severity = Severity.TO_CHECK


class NothingNamed(Finding):
    code = "PIECE-44"
    cause = "Aucun des fichiers lus ({count}) ne porte le code d'une pièce : rien n'a pu être rattaché."
    mend = (
        "Une pièce dite manquante peut s'y trouver : ouvrez-les. Avant l'envoi, faites un fichier par pièce, "
        "son code au début du nom."
    )
    default_severity = Severity.TO_CHECK


class SignaturesSeen(Finding):
    code = "PIECE-45"
    cause = "Signatures électroniques vues, non vérifiées : {files}."
    mend = (
        "Vérifiez le signataire, le certificat (ni expiré ni révoqué au jour de la signature) et l'intégrité "
        "du document, avec l'outil du profil d'acheteur ou celui du signataire."
    )
    source = "CCP annexe 12"
    default_severity = Severity.TO_CHECK


class NamedTogether(Finding):
    code = "PIECE-46"
    cause = "Aucun fichier n'est la pièce {piece}{where} seule, mais le nom de {files} la cite."
    mend = "Vérifiez qu'elle y est. Avant l'envoi, faites un fichier par pièce, son code au début du nom."
    default_severity = Severity.TO_CHECK
