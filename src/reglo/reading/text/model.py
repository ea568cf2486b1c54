"""The text of a document with the place of each line, and the folded text that patterns read.

Patterns are written lower-case and without accents; ``Flow`` holds the whole text twice, as
printed and folded, character for character, so that what a pattern finds is quoted as printed.
"""

# ruff: noqa: E501  (a pattern or a sentence stays whole on its line)

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

MAX_LINES = 60_000
MAX_CHARACTERS = 1_500_000  # some five hundred pages


class Unreadable(Exception):
    """Why no text can be had of a file, in French: the cause and the mend."""

    def __init__(self, cause: str, mend: str) -> None:
        super().__init__(cause)
        self.cause, self.mend = cause, mend


@dataclass(frozen=True, slots=True)
class Line:
    """A line as printed. ``cells``: the row of a table; ``page``: from 1, None when the format has none."""

    text: str
    number: int  # in the file for a text, in reading order for the others; from 1
    page: int | None = None
    cells: tuple[str, ...] = ()
    heading: bool = False  # marked as a heading by the format itself
    gap: bool = False  # a blank line before
    level: int = 0  # of a heading, from 1; 0 when the format says none


@dataclass(frozen=True, slots=True)
class Document:
    """A file read: its name, its kind ("pdf", "docx", "odt", "texte") and its lines."""

    name: str
    kind: str
    lines: tuple[Line, ...]

    @property
    def characters(self) -> int:
        return sum(len(line.text) for line in self.lines)


# what a font of symbols leaves of a bullet: a private character, an arrow, a square, « Ø », « ü », « § »
_BULLET = re.compile(
    "(?:[\ue000-\uf8ff\u2023\u2043\u2219\u25a0\u25aa\u25b6\u25ba\u25c6\u25cb\u25cf\u25e6\u2666\u2756\u2192\u21d2\u2794\u27a2\u27a4\u2713\u2714]|\u00b7(?=[\\s\\w«])|[Øü§](?=\\s))\\s*(?=\\S)"
)


def bulleted(text: str) -> str:
    """A line whose bullet, however its font draws it, is « • ».

    >>> bulleted("\uf0b7 la lettre"), bulleted("➢ la lettre"), bulleted("la lettre")
    ('• la lettre', '• la lettre', 'la lettre')
    """
    found = _BULLET.match(text)
    return f"• {text[found.end() :]}" if found else text


_SPECIAL = {
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "–": "-",
    "—": "-",
    "‑": "-",
    "−": "-",
    "“": '"',
    "”": '"',
    "×": "x",
}


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if character in _SPECIAL:
        return _SPECIAL[character]
    if character.isspace() and character != "\n":
        return " "
    base = unicodedata.normalize("NFD", character)[0].lower()
    return base if len(base) == 1 else character


def fold(text: str) -> str:
    """Lower-case, without accents, of the same length.

    >>> fold("DÉLAI : l’Œuvre")
    "delai : l'œuvre"
    """
    return "".join(map(_fold_character, text))


@lru_cache(maxsize=2048)
def pattern(text: str) -> re.Pattern[str]:
    """A pattern over folded text: a space stands for any run of blanks, line ends included, " ?" for one or none.

    >>> bool(pattern("date limite").search("la date\\n  limite"))
    True
    """
    return re.compile(
        _BLANK.sub(
            lambda found: (
                found[0] if found[0][0] in "[\\\\" else r"\s*" if found[0] in (" ?", " *") else r"\s+"
            ),
            text,
        )
    )


# a class of characters, an escape, or a blank with what repeats it
_BLANK = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\.| [?*]?")


@dataclass(frozen=True, slots=True)
class Flow:
    """Lines put end to end. ``text`` as printed, ``folded`` for patterns; offsets lead back to lines."""

    lines: tuple[Line, ...]
    text: str = field(repr=False)
    folded: str = field(repr=False)
    starts: tuple[int, ...] = field(repr=False)

    @classmethod
    def of(cls, lines: tuple[Line, ...]) -> Flow:
        starts, at = [], 0
        for line in lines:
            starts.append(at)
            at += len(line.text) + 1
        text = "\n".join(line.text for line in lines)
        # the point of « R. 2124-3 » ends no sentence
        folded = re.sub(r"(?<=\b[rld])\.(?=\s?\d)", " ", fold(text))
        return cls(lines, text, folded, tuple(starts))

    def line_at(self, offset: int) -> Line:
        return self.lines[max(0, bisect_right(self.starts, offset) - 1)]

    def index_at(self, offset: int) -> int:
        return max(0, bisect_right(self.starts, offset) - 1)

    def find(self, wanted: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """Every match of a pattern in the folded text."""
        return pattern(wanted).finditer(self.folded, start, len(self.folded) if end is None else end)

    def first(self, wanted: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        return pattern(wanted).search(self.folded, start, len(self.folded) if end is None else end)

    def printed(self, found: re.Match[str], group: int | str = 0) -> str:
        """A group of a match as the document prints it, on one line."""
        return " ".join(self.text[found.start(group) : found.end(group)].split())

    def sentences(self) -> Iterator[tuple[int, int, str]]:
        """Each sentence: where it begins and ends, its folded words with single blanks; none goes past its line."""
        for line, start in zip(self.lines, self.starts, strict=True):
            end = start + len(line.text)
            at = start
            for stop in _STOP.finditer(self.text, start, end):
                yield at, stop.start() + 1, " ".join(self.folded[at : stop.start() + 1].split())
                at = stop.end()
            if at < end:
                yield at, end, " ".join(self.folded[at:end].split())

    def extent(self, start: int, end: int) -> tuple[int, int]:
        """From where to where goes the sentence around a place, over the lines of its paragraph."""
        first, last = self.index_at(start), self.index_at(max(start, end - 1))
        while first > 0 and not _begins(self.lines[first]) and not self.lines[first - 1].heading:
            first -= 1  # no title runs into the sentence below it
        while (
            last + 1 < len(self.lines) and not _begins(self.lines[last + 1]) and not self.lines[last].heading
        ):
            last += 1
        left, right = self.starts[first], self.starts[last] + len(self.lines[last].text)
        before = max(self.text.rfind(mark, left, start) for mark in (". ", ".\n", "; "))
        ended = (
            end - 1 if end > start and self.text.startswith((".", ";"), end - 1) else end
        )  # on the point itself
        stop = re.compile(r"[.;](?=\s)").search(self.text, ended, max(end, right))
        return before + 1 if before >= 0 else left, stop.start() + 1 if stop else max(right, end)

    def sentence(self, start: int, end: int) -> str:
        """The words of the sentence around a place, for quoting; at most 240 characters."""
        left, right = self.extent(start, end)
        if right - left > 240:
            left, right = max(left, start - 60), min(right, max(end, start + 180))
            while left < start and not self.text[left - 1 : left].isspace() and left:
                left += 1  # a quotation begins on a word
            while right < len(self.text) and not self.text[right].isspace():
                right += 1
        return " ".join(self.text[left:right].split())[:300]


# the end of a sentence: not the point of « art. », « R. 2123-1 », « S.D.I.S. de »
_STOP = re.compile(
    r"(?<!\bart)(?<!\b[A-Za-z])(?<!\b(?:al|no|bd|av))(?<!\b(?:tel|réf|ref|Mme))[.!?]\s+(?=[A-ZÀ-Ü0-9«\"(•-])"
)


def _begins(line: Line) -> bool:
    """Whether a line begins a paragraph of its own."""
    return bool(line.gap or line.heading or line.cells)
