"""What the browser's pages have to say (codes PAGE-): the one source of their texts.

``script/build-browser`` gives the templates of these codes, and of the others that the pages use, to
``browser/src/refused.js`` as ``findings.json``; ``reglo explain`` reads them here.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from reglo.procurement.findings import Finding, catalogue

_DOC = "docs/browser.md"


class KeysUnreadable(Finding):
    code = "PAGE-01"
    cause = "Ce fichier n'est pas un fichier de clés d'ouverture : {why}."
    mend = "Prenez le fichier « opening-keys.json » publié avec le dossier de la consultation."
    source = "docs/seal.md §2"


class NoKeyForPlace(Finding):
    code = "PAGE-02"
    cause = "Aucune clé publiée pour « {compartment} », où va « {name} »."
    mend = "Choisissez un autre dossier ou un autre lot, ou retirez ce document."
    source = "docs/seal.md §2"


class TooMuchForAPli(Finding):
    code = "PAGE-03"
    cause = "Cela ne tient pas dans un pli : {what}."
    mend = "Divisez un document trop grand ; réunissez dans une archive des documents trop nombreux."
    source = "docs/seal.md §3"


class DocumentChanged(Finding):
    code = "PAGE-04"
    cause = "« {name} » a changé ou n'est plus lisible depuis qu'il a été choisi."
    mend = "Fermez le programme qui le modifie, choisissez-le de nouveau, puis scellez."
    source = _DOC


class NotAPliHere(Finding):
    code = "PAGE-05"
    cause = "« {name} » n'est pas un pli lisible : {why}."
    mend = "Reprenez le fichier d'origine et comparez son empreinte à celle du reçu."
    source = "docs/seal.md §3"


class OutOfRoom(Finding):
    code = "PAGE-06"
    cause = "Ce navigateur n'a plus de place pour garder le pli{room}."
    mend = (
        "Libérez de la place sur le disque, effacez d'anciens plis sur cette page, quittez la navigation "
        "privée, ou scellez avec « reglo seal »."
    )
    source = _DOC


class NoPrivateStorage(Finding):
    code = "PAGE-07"
    cause = "Ce navigateur, ou cette fenêtre, n'offre pas l'espace de fichiers privé où un pli est scellé."
    mend = (
        "Ouvrez cette page en « https » dans une fenêtre normale (non privée) de Firefox, Chrome, Edge ou "
        "Safari à jour, ou scellez avec « reglo seal »."
    )
    source = _DOC


class OtherKeys(Finding):
    code = "PAGE-08"
    cause = "Les clés choisies ne sont pas celles de cette page : {why}."
    mend = (
        "Rien n'est changé : la page garde les clés de la plateforme. Un pli scellé pour d'autres clés ne "
        "s'ouvrirait pas."
    )
    source = "docs/seal.md §2"


class Unforeseen(Finding):
    code = "PAGE-09"
    cause = "Arrêt imprévu ({why})."
    mend = (
        "Rechargez la page et recommencez ; vos fichiers n'ont pas été modifiés, un pli scellé est gardé, "
        "et ce que la plateforme a reçu le reste."
    )
    source = _DOC


class PlatformSilent(Finding):
    code = "PAGE-10"
    cause = "{what}."
    mend = "Vérifiez votre réseau et réessayez ; un pli scellé est gardé dans ce navigateur."
    source = _DOC


class ReceiptOfAnother(Finding):
    code = "PAGE-11"
    cause = "Le reçu de la plateforme ne porte pas sur le pli scellé ici."
    mend = "Gardez ce pli et signalez-le à l'acheteur avant l'heure limite."
    source = "docs/seal.md §7"


class PliOfAnotherConsultation(Finding):
    code = "PAGE-12"
    cause = "Ce pli est pour « {pli} », cette page est ouverte pour « {page} »."
    mend = "Ouvrez la page de dépôt de « {pli} », ou choisissez un pli de cette consultation."
    source = _DOC


class SentByAnotherTab(Finding):
    code = "PAGE-13"
    cause = "Un autre onglet de ce navigateur tient déjà ce pli."
    mend = "Continuez dans cet onglet, ou suspendez-y l'envoi ; s'il est fermé, rechargez cette page."
    source = _DOC


class OverTheLimit(Finding):
    code = "PAGE-14"
    cause = "{what}, la plateforme accepte {limit}."
    mend = (
        "Réduisez les documents, ou demandez à l'acheteur avant l'heure limite un autre moyen de les "
        "remettre."
    )
    source = "limite annoncée avant l'envoi ; CE 506640"


class NotOnePli(Finding):
    code = "PAGE-15"
    cause = "Un pli se dépose à la fois : {found}."
    mend = (
        "Choisissez un seul pli « .pli », avec les fichiers écrits à côté de lui : sa clé « .cle », sa "
        "liste « .documents.json »."
    )
    source = _DOC


class PliForOtherKeys(Finding):
    code = "PAGE-16"
    cause = (
        "Ce pli est scellé pour d'autres clés que celles publiées pour cette consultation : il ne "
        "s'ouvrirait pas."
    )
    mend = "Scellez de nouveau vos documents, ici ou avec le fichier de clés publié."
    source = "docs/seal.md §2"


class DocumentsUnreadable(Finding):
    code = "PAGE-18"
    cause = "{what} : {names}."
    mend = (
        "Vérifiez qu'on vous laisse les lire, que rien ne les a déplacés et qu'aucun autre programme ne "
        "les tient, puis choisissez-les de nouveau, ou retirez-les de la liste."
    )
    source = _DOC


class NotBesideThisPli(Finding):
    code = "PAGE-19"
    cause = "Le fichier « {suffix} » choisi n'est pas {what}."
    mend = "Prenez celui écrit à côté du pli ; à défaut, choisissez le pli sans lui."
    source = "docs/seal.md §4"


class HolderUnnamed(Finding):
    code = "PAGE-20"
    cause = "Un porteur n'a pas de nom."
    mend = "Donnez un nom à chaque porteur, ou diminuez leur nombre."
    source = "docs/keys.md"


class ConsultationUntold(Finding):
    code = "PAGE-21"
    cause = "La référence de la consultation ou ses lots manquent."
    mend = "Remplissez-les tels que dans les règles publiées."
    source = "docs/keys.md"


class RulesNotChosen(Finding):
    code = "PAGE-22"
    cause = "Le fichier de règles n'est pas choisi."
    mend = (
        "Choisissez le fichier publié : l'ouverture ne se fera qu'à l'heure limite de ces règles-là, "
        "reconnues à leur empreinte."
    )
    source = "docs/keys.md"


class PassphrasesDiffer(Finding):
    code = "PAGE-23"
    cause = "Les deux phrases de passe de {name} diffèrent."
    mend = "Tapez deux fois la même : une faute de frappe fermerait son paquet pour toujours."
    source = "docs/keys.md"


class OpeningUntold(Finding):
    code = "PAGE-24"
    cause = "Ce qui s'ouvre ce jour n'est pas dit."
    mend = "Demandez-le au président. Votre paquet a une part de : {known}."
    source = "docs/keys.md"


class FileMissing(Finding):
    code = "PAGE-25"
    cause = "Il manque un fichier : {what}."
    mend = "Choisissez-le, puis recommencez."
    source = "docs/keys.md"


class NoDeadlineFound(Finding):
    code = "PAGE-26"
    cause = "Le fichier de règles choisi n'a pas d'heure limite que cette page sache lire{why}."
    mend = (
        "Vérifiez « calendar.submission_deadline » par « reglo check » ; si elle y est bien, tenez la "
        "cérémonie par « reglo keys ceremony »."
    )
    source = "docs/keys.md"


class KeyOfAnotherAct(Finding):
    code = "PAGE-27"
    cause = "La clé recopiée {given}, vous avez choisi {chosen}."
    mend = (
        "Recopiez jusqu'au dernier caractère la clé affichée par le poste du président : celle d'une "
        "répétition finit par son numéro, « age1…/1 » ; celle d'une ouverture n'en a pas."
    )
    source = "docs/keys.md"


class NotTheRules(Finding):
    code = "PAGE-28"
    cause = "{what} de cette page : {typed}. Dans le fichier de règles choisi : {written}."
    mend = (
        "Choisissez le bon fichier, ou tapez ce qu'il dit : des clés d'une autre consultation n'ouvrent rien."
    )
    source = "docs/keys.md"


class Stopped(Finding):
    code = "PAGE-29"
    cause = "Arrêté à votre demande, avant le premier envoi : rien n'est déposé."
    mend = (
        "Ce que vous avez saisi est gardé. Copiez sur ce poste le fichier qui ne se lit pas, choisissez-le "
        "de nouveau, puis recommencez."
    )
    source = _DOC


_USED = re.compile(r'new Refused\("([A-Z]+-\d+)"')


def templates(sources: Iterable[str]) -> dict[str, dict[str, str]]:
    """Code -> cause and mend, of every code these sources refuse with. KeyError for an unknown one."""
    import reglo.sealing.age
    import reglo.sealing.custody.findings  # noqa: F401 - the codes that the pages share with the program

    known = {cause.code: cause for cause in catalogue()}
    used = sorted({code for source in sources for code in _USED.findall(source)})
    return {code: {"cause": known[code].cause, "mend": known[code].mend} for code in used}


if __name__ == "__main__":  # python -m reglo.deposit.page_findings BROWSER_SRC: the texts, on standard output
    written = [path.read_text(encoding="utf-8") for path in sorted(Path(sys.argv[1]).glob("*.js"))]
    print(json.dumps(templates(written), ensure_ascii=False, indent=1))
