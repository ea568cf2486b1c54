"""What reading an RC gives: values with the words they come from, and doubts.

A rule is a small function over a ``Reading``; it has an id and says in one French sentence what
it looks for. Everything it finds carries that id, the words quoted and their place.
"""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from reglo.reading.rc.sections import Section, sections_of
from reglo.reading.text.model import Document, Flow, Line


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a document and where they stand."""

    file: str
    words: str
    line: int
    page: int | None
    article: str  # "RC 3.4", "Avis 5.1.12"
    offset: int = 0  # in the text read

    def __str__(self) -> str:
        where = f"p. {self.page}" if self.page else f"l. {self.line}"
        return f"{self.article or self.file}, {where}"


@dataclass(frozen=True, slots=True)
class Found:
    """A value for a path of the rules file. ``weak`` ones serve only where nothing better is found.

    A path "calendar.terms[questions]" names an element of a list by its key; ``value`` is what the
    rules file holds there, in the words of its YAML.
    """

    path: str
    value: Any
    quote: Quote
    confidence: float
    rule: str
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """A rule of reading: its id and what it looks for."""

    id: str
    looks_for: str
    read: Callable[[Reading], None]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A question the document leaves open; ``choices``: id, label, what it would set."""

    id: str
    question: str
    quotes: tuple[Quote, ...] = ()
    choices: tuple[tuple[str, str, dict[str, Any]], ...] = ()
    default: str = ""
    rule: str = ""  # of the linter, when the question is one of its faults


READERS: dict[str, Reader] = {}


def rule(id: str, looks_for: str) -> Callable[[Callable[[Reading], None]], Callable[[Reading], None]]:
    """Declare a rule of reading."""

    def declare(read: Callable[[Reading], None]) -> Callable[[Reading], None]:
        assert id not in READERS, id
        READERS[id] = Reader(id, looks_for, read)
        return read

    return declare


@dataclass(slots=True)
class Reading:
    """A document being read: its text, its articles, and what is found so far."""

    document: Document
    label: str  # "RC" or "Avis", before the number of an article
    flow: Flow = field(init=False)
    sections: tuple[Section, ...] = field(init=False)
    found: list[Found] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    rule_id: str = ""
    notes: dict[str, Any] = field(default_factory=dict)  # what a rule leaves to the next ones

    def __post_init__(self) -> None:
        lines, self.sections = sections_of(self.document.lines)
        self.flow = Flow.of(lines)

    def run(self, readers: dict[str, Reader]) -> None:
        for reader in readers.values():
            self.rule_id = reader.id
            reader.read(self)

    # --- Where ---------------------------------------------------------------------------------

    def article_at(self, offset: int) -> str:
        """The article a place is in, as a source: "RC 3.4"; the first page before any article."""
        index, best = self.flow.index_at(offset), None
        for section in self.sections:
            if (
                section.number
                and section.start <= index < section.end
                and (best is None or section.start >= best.start)
            ):
                best = section
        return f"{self.label} {best.number}" if best else f"{self.label} page 1"

    def spans(self, *titles: str) -> Iterator[tuple[int, int]]:
        """Offsets of each section whose title matches one of the patterns, the innermost once."""
        for section in self.sections:
            if any(re.search(title.replace(" ", r"\s+"), section.folded) for title in titles):
                yield self.bounds(section)

    def bounds(self, section: Section) -> tuple[int, int]:
        starts = self.flow.starts
        end = starts[section.end] if section.end < len(starts) else len(self.flow.text)
        return starts[section.start], end

    def sentences(self, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, str]]:
        """Each sentence from ``start`` to ``end``: its place, its folded words on one line."""
        known: list[tuple[int, int, str]] = self.notes.setdefault("sentences", [])
        if not known:
            known.extend(self.flow.sentences())
        first = bisect_left(known, start, key=lambda sentence: sentence[1] - 1)
        for at, stop, words in itertools.islice(known, first, None):
            if end is not None and at >= end:
                return
            yield at, stop, words

    def told(
        self, *cues: str, but: str = "", start: int = 0, end: int | None = None
    ) -> tuple[int, int] | None:
        """The place of the first sentence that holds every cue, whatever their order, and not ``but``."""
        for at, stop, words in self.sentences(start, end):
            if all(re.search(cue, words) for cue in cues) and not (but and re.search(but, words)):
                return at, stop
        return None

    def quote(self, start: int, end: int) -> Quote:
        line: Line = self.flow.line_at(start)
        words = self.flow.sentence(start, end)
        return Quote(self.document.name, words, line.number, line.page, self.article_at(start), start)

    # --- What ----------------------------------------------------------------------------------

    def add(
        self,
        path: str,
        value: Any,
        at: re.Match[str] | tuple[int, int],
        confidence: float = 0.95,
        *,
        weak: bool = False,
    ) -> None:
        """Record a value found by the rule that is running."""
        start, end = at if isinstance(at, tuple) else at.span()
        self.found.append(Found(path, value, self.quote(start, end), confidence, self.rule_id, weak))

    def doubt(
        self,
        id: str,
        question: str,
        *places: tuple[int, int],
        choices: tuple[tuple[str, str, dict[str, Any]], ...] = (),
        default: str = "",
        rule: str = "",
    ) -> None:
        quotes = tuple(self.quote(*place) for place in places)
        self.doubts.append(Doubt(id, question, quotes, choices, default, rule))
