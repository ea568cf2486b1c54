"""Text made plain, so that two writings of the same words compare as equal."""

from __future__ import annotations

import re
import unicodedata


def caseless(text: str) -> str:
    """No case, one space for any blank: how a name is told from another.

    >>> caseless("  Alice   SARL ")
    'alice sarl'
    """
    return " ".join(text.split()).casefold()


def without_accents(text: str) -> str:
    """Letters without their accents, compatibility forms (ﬁ, ², ™) spelled out.

    >>> without_accents("Très élevé")
    'Tres eleve'
    """
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def as_typed(text: str) -> str:
    """As it sounds to a typist: no case, no accents, one space for any blank.

    >>> as_typed("  Très  Satisfaisant ") == as_typed("tres satisfaisant")
    True
    """
    return caseless(without_accents(text))


def folded(text: str) -> str:
    """No case, no accents, every sign a single space.

    >>> folded("Sous-dossier « Candidature », lot n°01")
    'sous dossier candidature lot n 01'
    """
    return re.sub(r"[^0-9a-z]+", " ", without_accents(text).casefold()).strip()
