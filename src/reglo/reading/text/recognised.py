"""The apostrophes that a recognition of characters left out: « le marché n est pas alloti »."""

from __future__ import annotations

import re
from dataclasses import replace

from reglo.reading.text.model import Line

_LOST = re.compile(r"(?<![\w'’])(?P<word>[ldnsjcmLDNSJCM]|[Qq]u) (?=[aeiouyhàâéèêëîïôûœAEIOUYHÀÂÉÈÊ]\w)")
_FEW = 5  # a text with fewer lost than this has them by chance: « le lot C aura », « annexe D avec »


def with_apostrophes(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    """The lines with these apostrophes back, when the text has lost most of them; as they are otherwise.

    >>> text = "l offre, l acte d engagement, d un lot qu il n est pas"
    >>> with_apostrophes((Line(text, 1),))[0].text
    "l'offre, l'acte d'engagement, d'un lot qu'il n'est pas"
    """
    lost = sum(len(_LOST.findall(line.text)) for line in lines)
    kept = sum(len(re.findall(r"\w['’]\w", line.text)) for line in lines)
    if lost < _FEW or kept * 2 > lost:
        return lines
    return tuple(replace(line, text=_back(line.text), cells=tuple(map(_back, line.cells))) for line in lines)


def _back(text: str) -> str:
    return _LOST.sub(lambda found: found["word"] + "'", text)
