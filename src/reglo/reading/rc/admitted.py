"""How many candidates are admitted to bid: « fixé à cinq », « minimum 3, maximum 5 »."""

from __future__ import annotations

import re

from reglo.reading.rc.model import Reading
from reglo.reading.rc.words import COUNT, count

_ADMITTED = r"admis|retenu|invite|selectionne|retiendra|admettra|appele|consulte|inviter|retenir"
_WHO = r"candidats?\b|candidatures?\b|equipes?\b|operateurs?\b|soumissionnaires?\b|groupements?\b"


def admitted(r: Reading) -> tuple[int | None, int | None, tuple[int, int]]:
    """How many candidates are admitted to bid: at least, at most, and where it is said."""
    least = most = None
    place = None
    for start, end, words in r.sentences():
        if not (re.search(_WHO, words) and re.search(_ADMITTED, words)):
            continue
        if not re.search(
            r"nombre|au plus|maxim|minim|au moins|limite a|retiendra|admis a (?:presenter|remettre|soumissionner|concourir|deposer|negocier)|invites? a",
            words,
        ):
            continue
        if re.search(
            r"negoci|references?\b|pages?\b|\blots?\b|pieces?\b|jours|meilleures offres|offres les mieux",
            words,
        ):
            continue
        low = re.search(
            rf"minim\w*[^.,;]{{0,60}}?(?:est |de |:|fixe a )*(?P<n>{COUNT})\b(?! offres?\b)|(?P<m>{COUNT}) (?:candidats? |candidatures? |equipes? )?(?:au )?minim\w*|au moins (?P<k>{COUNT})\b|(?P<p>{COUNT}) (?:candidats? |candidatures? |equipes? )?au moins\b",
            words,
        )
        high = re.search(
            rf"maxim\w*[^.,;]{{0,60}}?(?:est |de |:|fixe a )*(?P<n>{COUNT})\b(?! offres?\b)|(?P<m>{COUNT}) (?:candidats? |candidatures? |equipes? )?(?:au )?maxim\w*|(?:au plus|limite a) (?P<k>{COUNT})\b|(?P<p>{COUNT}) (?:candidats? |equipes? )?au plus",
            words,
        )
        if not low and not high:
            exact = re.search(
                rf"(?:fixe a|limite a|retiendra|admettra|seront|sont) (?P<n>{COUNT})\b|(?P<m>{COUNT}) (?:candidats?|equipes?|candidatures?|operateurs?) (?:\w+ )?(?:{_ADMITTED})",
                words,
            )
            if exact and (number := _number(exact)) and number > 1:
                least = most = number
                place = (start, end)
                break
            continue
        pair = re.search(
            rf"(?P<n>{COUNT}) (?:candidats? )?(?:au )?minim\w* et (?:a )?(?P<m>{COUNT}) (?:candidats? )?(?:au )?maxim",
            words,
        )
        if pair:
            least, most = count(pair["n"]), count(pair["m"])
        else:
            least, most = (_number(low) if low else None), (_number(high) if high else None)
        place = (start, end)
        break
    if place is None or (least and most and least > most):
        return None, None, (0, 0)
    return least, most, place


def _number(found: re.Match[str]) -> int | None:
    return next((count(text) for text in found.groupdict().values() if text), None)
