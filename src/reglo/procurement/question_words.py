"""The question of an open point as a person reads it: no key of the rules file, dates as they are said."""

from __future__ import annotations

import re

from reglo.procurement.sentences.effects import path_words
from reglo.procurement.values import Instant

_PATH = re.compile(r"\b[a-z_]+(?:\.[a-z_]+|\[[^\]]+\])+")
_INSTANT = re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)? [A-Z]\w+/\w+")


def in_words(question: str) -> str:
    """The question without paths nor written values.

    >>> in_words("Deux valeurs pour calendar.submission_deadline : « 2027-01-15 12:00 Europe/Paris ».")
    'Deux valeurs pour « calendrier, date limite des offres » : « 15/01/2027 à 12:00 (heure de Paris) ».'
    """
    return _INSTANT.sub(_moment, _PATH.sub(_named, question))


def _named(found: re.Match[str]) -> str:
    try:
        return f"« {path_words(found[0])} »"
    except (ValueError, KeyError, IndexError, TypeError):  # an address, a file name
        return found[0]


def _moment(found: re.Match[str]) -> str:
    try:
        return Instant.parse(found[0]).french
    except ValueError:  # no such day
        return found[0]
