"""The words of an RC, or of the texts of its rules, where the linter looks for unlawful clauses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from functools import lru_cache
from typing import TypeAlias

from reglo.linting.fault import Draft, Fault, Passage, found, read
from reglo.procurement.folding import without_accents
from reglo.procurement.requirements import Sourced

_NO_WORDS = ("id", "code", "source", "url", "email", "path")

Where: TypeAlias = Passage | tuple[str, str]  # of the RC, or a path of the rules and its article


def said_in(draft: Draft) -> Iterator[tuple[str, Where]]:
    """The sentences of the RC when it was given; otherwise every text of the rules, with its place."""
    if draft.passages:
        for passage in draft.passages:
            yield passage.words, passage
        return
    for path, group in draft.walk.groups:
        if path.startswith(("open_points", "justify", "buyer", "contacts")):
            continue
        source = group.source if isinstance(group, Sourced) else ""
        for field in fields(group):
            value = getattr(group, field.name)
            if field.name not in _NO_WORDS:
                texts = value if isinstance(value, tuple) else (value,)
                yield from (
                    (text, (path, source)) for text in texts if isinstance(text, str) and len(text) > 12
                )


def matches(
    pattern: re.Pattern[str], texts: list[tuple[str, str, Where]]
) -> Iterator[tuple[str, Where, re.Match[str]]]:
    """Where a pattern is met: once for words that stand in a passage and at the end of the one before."""
    met = [(words, where, at) for words, folded, where in texts if (at := pattern.search(folded))]
    for place, (words, where, at) in enumerate(met):
        following = met[place + 1 : place + 2]
        inside = isinstance(where, Passage) and at.end() > len(where.line.strip())
        again = inside and any(cut(words, at).endswith(cut(said, that)) for said, _, that in following)
        if not again:
            yield words, where, at


@lru_cache(4096)  # the same passages are looked at again under each answer to an open point
def plain(text: str) -> str:
    """Letters without accents in small letters, each sign in its place: offsets are those of the text."""
    folded = without_accents(text.replace("’", "'")).lower()
    return folded if len(folded) == len(text) else text.lower()


def cut(words: str, at: re.Match[str]) -> str:
    return words[at.start() : at.end()].strip()


def seen(kind: type[Fault], where: Where, words: str, at: re.Match[str], **facts: object) -> Fault:
    facts = {"said": cut(words, at), **facts}
    if isinstance(where, Passage):
        return read(kind, where, at, **facts)
    path, article = where
    return replace(found(kind, path, article), facts=facts)
