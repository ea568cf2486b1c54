"""How much a file name looks like a piece or a part of one: its code, its form, its words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from reglo.procurement.folding import folded
from reglo.procurement.requirements import Piece, PiecePart

_SMALL_WORDS = {*("a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "ou", "par")}
_IDLE_WORDS = {
    *("avec", "dans", "pour", "sans", "chaque", "autres", "candidat", "candidats", "candidature", "offre"),
    *("piece", "pieces", "personnes", "document", "documents", "dossier", "trois", "annees", "derniers"),
    *("dernieres", "concernant", "services", "copie", "preuve"),
}


@dataclass(frozen=True, slots=True)
class Likeness:
    """``marks`` are codes, forms and acronyms (DC1, RIB); ``roots`` the beginnings of its words."""

    marks: frozenset[str]
    roots: frozenset[str]
    first: str
    whole: str  # the name itself, "acte engagement"

    @classmethod
    def of(cls, item: Piece | PiecePart, also: Iterable[str] = ()) -> Likeness:
        """What to look for. The parts of a piece lend it their marks.

        ``also``: other names of the piece, the DCE document it completes or the price sheet it carries.

        >>> piece_part = PiecePart(name="Acte spécial de sous-traitance (DC4)", template="DC4")
        >>> Likeness.of(piece_part).score("C9 DC4 Durand"), Likeness.of(piece_part).score("C9 RIB")
        (10, 0)
        """
        parts = item.parts if isinstance(item, Piece) else ()
        marks = [item.code, item.template, *(mark for part in parts for mark in (part.code, part.template))]
        for name in (item.name, *also, *(part.name for part in parts)):
            marks += [*re.findall(r"\b[A-Z][A-Z0-9]+\b", name), _initials(name)]
        words = [word for word in folded(item.name).split() if len(word) > 4 and word not in _IDLE_WORDS]
        return cls(
            frozenset(folded(mark) for mark in marks if mark and mark != "libre"),
            frozenset(word[:6] for word in words),
            words[0][:6] if words else "",
            " ".join(_telling(item.name)),
        )

    def score(self, name: str) -> int:
        """0 when nothing is alike; a mark weighs more than any number of words, the whole name as one.

        >>> bid = Likeness.of(PiecePart(name="Acte d'engagement"))
        >>> vow = Likeness.of(PiecePart(name="Engagements de confidentialité de l'entreprise"))
        >>> [one.score("ACTE D'ENGAGEMENT SIGNÉ") for one in (bid, vow)]
        [11, 1]
        """
        text = folded(name)
        roots = {word[:6] for word in text.split()}
        shared = len(self.roots & roots)
        marked = sum(f" {mark} " in f" {text} " for mark in self.marks)
        marked += " " in self.whole and f" {self.whole} " in f" {' '.join(_telling(name))} "
        return 10 * marked + (shared if shared >= 2 or self.first in roots else 0)


def _initials(name: str) -> str:
    """The letters people call a document by; "" for a name of one word.

    >>> _initials("Bordereau des prix unitaires (BPU)"), _initials("Acte d'engagement"), _initials("Mémoire")
    ('BPU', 'AE', '')
    """
    words = _telling(name)
    return "".join(word[0] for word in words).upper() if len(words) > 1 else ""


def _telling(name: str) -> list[str]:
    """The words of a name up to its first comma or parenthesis, less the small ones."""
    return [word for word in folded(re.split(r"[,:;(]", name)[0]).split() if word not in _SMALL_WORDS]
