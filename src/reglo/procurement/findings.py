"""What Réglo has to say about a rules file, a bid or a judgement: one class per cause.

Judging returns findings; acting raises ``Refused``. The text is the same in page, API and
terminal, for it may be read in court: the cause first, with the two facts that clash, then
what the person can do, then the source. Each code has its paragraph in ``docs/errors.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar


class Severity(StrEnum):
    """How much a finding weighs. A finding never eliminates anybody alone (V14)."""

    BLOCKING = "blocking"  # the law or the RC forbids going on
    TO_CHECK = "to_check"  # a person must look
    INFORMATION = "information"


SEVERITY_FR = {
    Severity.BLOCKING: "bloquant",
    Severity.TO_CHECK: "à vérifier",
    Severity.INFORMATION: "information",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a finding points: a file and line, a path inside the rules, a cell, a page."""

    file: str = ""
    line: int | None = None  # 1-based
    path: str = ""  # "award.criteria[0].weight", "feuille BPU, cellule D12", "page 3"

    def __str__(self) -> str:
        head = self.file + (f":{self.line}" if self.line is not None else "")
        return " ".join(part for part in (head, self.path) if part)


NOWHERE = Place()
_CATALOGUE: dict[str, type[Finding]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing found. Subclasses set ``code``, ``cause``, ``mend``; an instance carries the facts.

    ``cause`` and ``mend`` are French ``str.format`` templates filled from ``facts``.
    ``article`` names the article of the RC when it says more than ``source``, the law.

    >>> class TooLong(Finding):
    ...     code = "DOCTEST-01"
    ...     cause = "Le mémoire compte {pages} pages, le RC en admet {limit}."
    ...     mend = "Retirez {extra} pages."
    >>> print(TooLong(facts={"pages": 12, "limit": 10, "extra": 2}, article="RC art. 6"))
    DOCTEST-01 · Le mémoire compte 12 pages, le RC en admet 10. Retirez 2 pages. (RC art. 6)
    """

    code: ClassVar[str] = ""
    cause: ClassVar[str] = ""
    mend: ClassVar[str] = ""
    source: ClassVar[str] = ""  # rule id and article of the law
    default_severity: ClassVar[Severity] = Severity.BLOCKING

    facts: Mapping[str, object] = field(default_factory=dict)
    place: Place = NOWHERE
    article: str = ""
    severity: Severity | None = None

    def __init_subclass__(cls) -> None:
        super(Finding, cls).__init_subclass__()
        known = _CATALOGUE.get(cls.code)
        if known is not None and (known.__module__, known.__qualname__) != (cls.__module__, cls.__qualname__):
            raise TypeError(f"code {cls.code} is already {known.__qualname__}")
        if cls.code:
            _CATALOGUE[cls.code] = cls

    @property
    def weight(self) -> Severity:
        """The severity of this instance, or its class's."""
        return self.severity or self.default_severity

    @property
    def cause_text(self) -> str:
        return self.cause.format_map(self.facts)

    @property
    def mend_text(self) -> str:
        return self.mend.format_map(self.facts)

    @property
    def source_text(self) -> str:
        return " ; ".join(part for part in (self.article, self.source) if part)

    def __str__(self) -> str:
        where = str(self.place)
        head = f"{where} · {self.code}" if where else self.code
        text = " ".join(part for part in (self.cause_text, self.mend_text) if part)
        tail = f" ({self.source_text})" if self.source_text else ""
        return f"{head} · {text}{tail}"

    def as_dict(self) -> dict[str, object]:
        """The stable JSON form, the same in API and terminal."""
        return {
            "code": self.code,
            "severity": self.weight.value,
            "file": self.place.file or None,
            "line": self.place.line,
            "path": self.place.path or None,
            "cause": self.cause_text,
            "mend": self.mend_text,
            "source": self.source_text or None,
        }


class Refused(Exception):
    """An act the rules forbid, with every reason found, not only the first."""

    def __init__(self, *findings: Finding) -> None:
        super().__init__("\n".join(str(finding) for finding in findings))
        self.findings = findings


def catalogue() -> Iterator[type[Finding]]:
    """Every declared cause, by code (for ``docs/errors.md`` and ``reglo explain``)."""
    yield from (_CATALOGUE[code] for code in sorted(_CATALOGUE))
