"""Sentences with blanks, written from a group of the model and read back into it.

A template is French with slots: ``{duration}`` takes a key of the group, ``[, à compter de
{duration_from}]`` is said only when its slots are set. ``when`` binds a sentence to values that
no slot shows: "Les variantes sont autorisées." says ``variants_allowed: true``.

>>> duration = Sentence("La durée est de {duration}[, à compter de {duration_from}].")
>>> duration.pattern.fullmatch("La durée est de 4 mois.")["duration"]
'4 mois'
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, get_type_hints

from reglo.procurement.award import Award, LotAward
from reglo.procurement.sentences.slots import normal, spelled, unspelled

_PARTS = re.compile(r"\[(?P<optional>[^\]]*)\]|\{(?P<slot>\w+)\}|(?P<literal>[^\[{]+)")
_END = re.compile(r"(?<=[.:;]) (?=\S)|$")
MAX_SENTENCES = 80  # of one paragraph
LONG = 8_000  # characters of a paragraph above which one sentence with one slot is all it may be
UNSET: tuple[Any, ...] = (None, "", (), {})


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an RC: its template, and the values it says without a slot."""

    template: str
    when: tuple[tuple[str, Any], ...] = ()
    unless: tuple[tuple[str, Any], ...] = ()  # values another sentence says better

    @property
    def slots(self) -> tuple[str, ...]:
        return tuple(re.findall(r"\{(\w+)\}", self.template))

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the group it says."""
        return frozenset((*self.slots, *(key for key, _ in self.when)))

    def said(self, group: Any) -> str | None:
        """The sentence for a group; None when it does not apply to it."""
        if any(getattr(group, key) != value for key, value in self.when):
            return None
        if any(getattr(group, key) == value for key, value in self.unless):
            return None
        return _filled(self.template, group)

    @property
    def start(self) -> str:
        """The words before its first slot."""
        return normal_keeping_ends(re.split(r" ?[\[{:;!?«»]", self.template, maxsplit=1)[0])

    @property
    def pattern(self) -> re.Pattern[str]:
        return _compiled(self.template)

    def read(self, text: str, kind: type) -> dict[str, Any] | None:
        """The keys a text says, in the words of the rules file; None when it is another sentence."""
        found = self.pattern.fullmatch(text)
        if found is None:
            return None
        values: dict[str, Any] = {
            key: value.value if isinstance(value, StrEnum) else [] if value == () else value
            for key, value in self.when
            if value is not None
        }
        hints = hints_of(kind)
        try:
            for key, words in found.groupdict().items():
                if words is not None:
                    values[key] = unspelled(words, hints[key], f"{kind.__name__}.{key}")
        except (ValueError, KeyError):
            return None
        return values


@cache
def hints_of(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def value_words(group: Any, key: str) -> str:
    """The words for a key of a group, "" when it is not set."""
    value = getattr(group, key)
    if value in UNSET:
        return ""
    words = spelled(value, f"{type(group).__name__}.{key}")
    name = group.name_of(value) if isinstance(group, Award | LotAward) and key == "price_figure" else ""
    return f"{spelled(name)} ({words})" if name else words


def _filled(template: str, group: Any) -> str | None:
    out = []
    for part in _PARTS.finditer(template):
        if part["literal"] is not None:
            out.append(part["literal"])
        elif part["slot"] is not None:
            words = value_words(group, part["slot"])
            if not words:
                return None
            out.append(words)
        else:
            out.append(_filled(part["optional"], group) or "")
    return "".join(out)


@cache
def _compiled(template: str) -> re.Pattern[str]:
    return re.compile(_expression(template, set()))


def _expression(template: str, seen: set[str]) -> str:
    out = []
    for part in _PARTS.finditer(template):
        if part["literal"] is not None:
            out.append(literal(part["literal"]))
        elif part["slot"] is not None:
            again = part["slot"] in seen
            seen.add(part["slot"])
            out.append(f"(?P={part['slot']})" if again else f"(?P<{part['slot']}>.+?)")
        else:
            out.append(f"(?:{_expression(part['optional'], seen)})?")
    return "".join(out)


def literal(text: str) -> str:
    """A pattern for words as printed; the thin spaces of French are often lost on the way.

    >>> bool(re.fullmatch(literal("Textes : « a »"), "Textes: «a»"))
    True
    """
    found = re.escape(normal_keeping_ends(text))
    return re.sub(r"(«)\\ ", r"\1 ?", re.sub(r"\\ (?=[:;!?»])", " ?", found))


def normal_keeping_ends(text: str) -> str:
    """``normal``, the blanks at both ends kept as one space."""
    body = normal(text)
    if not body:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + body + (" " if text[-1].isspace() else "")


def sentence(template: str, **when: Any) -> tuple[Sentence]:
    return (Sentence(template, tuple(when.items())),)


def flag(key: str, yes: str, no: str = "") -> tuple[Sentence, ...]:
    """What is said of a key that is true, and of one that is false; "" : nothing is said."""
    both = ((yes, True), (no, False))
    return tuple(Sentence(said, ((key, value),)) for said, value in both if said)


def one_or_more(key: str, one: str, more: str) -> tuple[Sentence, Sentence]:
    """A count: its sentence when it is one, and for the others."""
    return Sentence(one, ((key, 1),)), Sentence(more, (), ((key, 1),))


def pick(key: str, said: Mapping[Any, str]) -> tuple[Sentence, ...]:
    """The sentence for each value of a key."""
    return tuple(Sentence(template, ((key, value),)) for value, template in said.items())


def read_paragraph(text: str, sentences: tuple[Sentence, ...], kind: type) -> list[dict[str, Any]] | None:
    """What each sentence of a paragraph says, in order; None when one of them is none of ``sentences``.

    A text of the buyer may hold full stops: the shortest cut that lets every part be read is taken.
    """
    text = normal(text)
    ends = [found.start() for found in _END.finditer(text)]
    if len(text) > LONG or len(ends) > MAX_SENTENCES:
        short = tuple(each for each in sentences if len(each.slots) == 1)
        return next(([values] for values in _readings(text, short, kind)), None)
    failed: set[int] = set()

    def after(start: int, depth: int) -> list[dict[str, Any]] | None:
        if start >= len(text):
            return []
        if start in failed or depth > MAX_SENTENCES:
            return None
        for end in ends:
            if end <= start:
                continue
            for values in _readings(text[start:end], sentences, kind):
                rest = after(end + 1, depth + 1)
                if rest is not None:
                    return [values, *rest]
        failed.add(start)
        return None

    return after(0, 0)


def _readings(text: str, sentences: tuple[Sentence, ...], kind: type) -> Iterator[dict[str, Any]]:
    for each in sentences:
        values = each.read(text, kind) if text.startswith(each.start) else None
        if values is not None:
            yield values
