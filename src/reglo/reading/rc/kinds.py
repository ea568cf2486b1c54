"""Whether a document is one RC: not a CCTP, not a novel, not two RCs in one file."""

from __future__ import annotations

import re

from reglo.reading.text.model import Document, Flow, Unreadable, fold

_SIGNS = (
    r"reglement (?:de|particulier de) (?:la )?consultation",
    r"\bcandidatures?\b",
    r"\boffres?\b",
    r"criteres?",
    r"date (?:et heure )?limites?",
    r"pouvoir adjudicateur|acheteur|entite adjudicatrice|maitre d'ouvrage",
    r"\bplis?\b|remise des offres",
    r"consultation",
    r"code de la commande publique|marches? publics?",
    r"ponderation|points|%",
)
_ENOUGH = 6
_ENOUGH_TITLED = 4  # of a document that says at its head what it is: an RC may keep its notes elsewhere
_OTHERS = (
    (
        "un cahier des clauses techniques (CCTP)",
        r"cahier des clauses techniques particulieres|^c\.?c\.?t\.?p\.?$",
    ),
    (
        "un cahier des clauses administratives (CCAP)",
        r"cahier des clauses administratives particulieres|^c\.?c\.?a\.?p\.?$",
    ),
    ("un acte d'engagement", r"^acte d'engagement"),
)
_TITLE = re.compile(
    r"^\W*(?:piece ?n? ?°? ?\d{1,2} ?[:.–-] ?)?(?:[\w' ]{0,40}\s)?reglement (?:de|particulier de)\s*(?:la )?consultation\W*(?:\(? ?r\.?c\.?\)?\W*)?$"
)
# a first page that lost its lines: its title in capitals among the rest
_TITLE_WITHIN = re.compile(r"\bR[EÈÉ]GLEMENT (?:DE|PARTICULIER DE) (?:LA )?CONSULTATION\b")
# the articles of an RC in the contents of a dossier that does not name it
_ARTICLES = (
    r"^.{0,8}presentation des (?:candidatures et des )?offres",
    r"^.{0,8}(?:criteres de (?:choix|jugement|selection)|jugement)[^:]{0,20} offres",
    r"^.{0,8}conditions d'envoi ou de remise des (?:plis|offres)",
)
_GIVE = "Donnez le règlement de la consultation (RC) ou l'avis."


def check_kind(document: Document) -> None:
    """Raises Unreadable when the document is not one RC."""
    flow = Flow.of(document.lines)
    folded = flow.folded
    signs = sum(flow.first(sign) is not None for sign in _SIGNS)
    head = [fold(line.text) for line in document.lines[:60]]
    titled = (
        any(
            re.search(
                r"reglement (?:de|particulier de)\s*(?:la )?consultation|^\W*r\.?c\.?\W*$|^\W*avis d'appel public a (?:la )?concurrence",
                line,
            )
            for line in head
        )
        or "reglement de\nla consultation" in folded[:4000]
    )
    contents = sum(any(re.search(words, line) for line in head) for words in _ARTICLES)
    titled = titled or contents == len(_ARTICLES)
    for what, words in _OTHERS:
        if not titled and any(re.search(words, line) for line in head[:40]):
            raise Unreadable(f"c'est {what}, pas un règlement de la consultation", _GIVE)
    named = (
        any(_TITLE.search(line) for line in head[:20])
        or "reglement de\nla consultation" in folded[:800]
        or any(_TITLE_WITHIN.search(line.text) for line in document.lines[:3])
    )
    if signs < (_ENOUGH_TITLED if named else _ENOUGH) or (not titled and signs < len(_SIGNS) - 1):
        raise Unreadable("ce document ne ressemble pas à un règlement de la consultation", _GIVE)
    second = _second_start(document)
    if second:
        raise Unreadable(
            f"ce fichier semble contenir deux règlements : un second commence à la ligne {second}",
            "Séparez-les et lisez-les l'un après l'autre.",
        )


def _second_start(document: Document) -> int | None:
    """The line where a second RC begins: its title alone on a line, and its numbering starting again."""
    seen_last = 0
    titles = [
        index
        for index, line in enumerate(document.lines)
        if re.fullmatch(
            r"\W*reglement (?:de |particulier de )(?:la )?consultation\W*(?:\(rc\))?\W*", fold(line.text)
        )
    ]
    for title in titles:
        if title < len(document.lines) // 5:
            continue
        before = [_top(line.text) for line in document.lines[:title]]
        after = [_top(line.text) for line in document.lines[title:]]
        seen_last = max(before, default=0)
        if seen_last >= 3 and 1 in after and 2 in after and 3 in after:
            return document.lines[title].number
    return None


def _top(text: str) -> int:
    found = re.match(r"(?:article\s+)?(\d{1,2})\s*[.):–-]*\s+[a-z]", fold(text))
    return int(found[1]) if found and len(text) < 120 else 0
