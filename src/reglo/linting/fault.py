"""The shape of a rule of the linter: a class that says the fault, a small function that looks for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import ClassVar

from reglo.procurement.award import Judged
from reglo.procurement.consultation import Consultation, Lot, OpenPoint, ProcedureType
from reglo.procurement.findings import Finding, Place
from reglo.procurement.law import in_force, procedure_on
from reglo.procurement.requirements import Sourced
from reglo.procurement.rules_file.checks.walking import Walk
from reglo.procurement.rules_file.nodes import join
from reglo.procurement.values import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault(Finding):
    """A fault of a consultation before its publication.

    ``rule`` is the id people know (« L-01 », « CA-08 »); ``code`` the program's. ``title`` names the rule,
    ``why`` gives its reason. ``recorded``: the question of an open point that records this fault, in place
    of the sentence of ``cause``.
    """

    rule: ClassVar[str] = ""
    title: ClassVar[str] = ""
    why: ClassVar[str] = ""
    duty: ClassVar[str] = ""  # of ``law/duties.yaml``: before it is in force the fault is none

    recorded: str = field(default="")
    whose: str = field(default="")  # "Lot 2", when not all lots are judged alike

    @property
    def cause_text(self) -> str:
        said = self.recorded or self.cause.format_map(self.facts)
        return f"{self.whose}. {said}" if self.whose else said

    @property
    def mend_text(self) -> str:
        """A mend that needs the facts of a finding gives way to the readings of the open point."""
        if self.recorded and "{" in self.mend:
            return str(self.facts["readings"])
        return self.mend.format_map(self.facts)


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of the RC itself, with their place, when the linter is given an RC.

    words: a line and the next one, since sentences run over; line: that line alone.
    """

    words: str
    place: Place
    line: str = ""


@dataclass(frozen=True)
class Draft:
    """A consultation as the rules of the linter see it: walked once, with the day whose law applies."""

    rules: Consultation
    launch: date
    assumed: bool = False  # the day of launch is not known, and this one stands for it
    passages: tuple[Passage, ...] = ()

    @cached_property
    def walk(self) -> Walk:
        return Walk(self.rules)

    @property
    def formal(self) -> bool:
        """Whether the procedure is one the code regulates step by step."""
        law = procedure_on(self.rules.procedure.type, self.rules.buyer.kind, self.launch)
        return law.formal

    @property
    def two_phases(self) -> bool:
        """Whether candidacies are chosen before bids are made."""
        return self.rules.procedure.type in (
            ProcedureType.RESTRICTED,
            ProcedureType.NEGOTIATED,
            ProcedureType.DIALOGUE,
        )

    def applies(self, duty: str) -> bool:
        """Whether a dated duty or faculty of ``law/duties.yaml`` is in force."""
        return in_force(duty, self.launch)

    @property
    def value(self) -> Money | None:
        """The estimated value of the whole (R.2121-1), as far as the rules state it."""
        rules = self.rules
        totals = [lot.estimated_total or lot.estimated_value for lot in rules.lots]
        known = [money for money in totals if money is not None]
        total = rules.estimated_total or (None if len(known) < len(totals) else _sum(known))
        return total or rules.estimated_value or self.ceiling

    @property
    def ceiling(self) -> Money | None:
        """The most a framework agreement may cost over its whole life: its value for the law (R.2121-8)."""
        contract = self.rules.contract
        terms = contract.framework if contract else None
        own = [lot.maximum for lot in self.rules.lots if lot.maximum]
        maximum = _sum(own) if own and len(own) == len(self.rules.lots) else terms.maximum if terms else None
        if contract is None or maximum is None:
            return None
        renewals = (contract.renewal.count or 0) if contract.renewal else 0
        periods = 1 if terms is None or terms.maximum_per in ("", "total") else 1 + renewals
        return Money(maximum.amount * periods, maximum.basis)

    @property
    def framework_lots(self) -> tuple[Lot, ...]:
        """The lots that are framework agreements."""
        contract = self.rules.contract
        common = contract is not None and (contract.framework is not None or contract.form == "accord-cadre")
        return tuple(
            lot
            for lot in self.rules.lots
            if (lot.form == "accord-cadre" if lot.form else common or lot.maximum)
        )

    @cached_property
    def asked(self) -> frozenset[str]:
        """Paths an open point asks about: the document says several things of them, it is not silent."""
        return frozenset(path for point in self.rules.open_points for path in paths_of(point))

    @cached_property
    def citations(self) -> tuple[tuple[str, str, str], ...]:
        """Every article or text of law the rules cite: (path, citation, article of the RC)."""
        found = []
        for path, group in self.walk.groups:
            for key in ("legal_basis", "cited_texts"):
                source = getattr(group, "source", "")
                found += [(join(path, key), citation, source) for citation in getattr(group, key, ())]
        return tuple(found)

    @cached_property
    def sentences(self) -> tuple[tuple[str, str, str], ...]:
        """Every sentence the rules hold, the buyer's or ours: (path, sentence, article of the RC)."""
        found = []
        for path, group in self.walk.groups:
            if isinstance(group, OpenPoint) or path.startswith(("open_points", "justify")):
                continue
            said = [
                getattr(group, "text", ""),
                getattr(group, "rule", "") if path.startswith("clauses") else "",
            ]
            found += [(path, sentence, getattr(group, "source", "")) for sentence in said if sentence]
        return tuple(found)


def paths_of(point: OpenPoint) -> list[str]:
    """The paths an open point leaves undecided: those its choices set, those its question names."""
    return [path for it in point.choices for path in it.set] + _PATH.findall(point.question)


_PATH = re.compile(r"\b[a-z_]+(?:\.[a-z_]+)+\b")


def _sum(amounts: list[Money]) -> Money | None:
    if not amounts or len({money.basis for money in amounts}) > 1:
        return None
    return Money(sum((money.amount for money in amounts[1:]), amounts[0].amount), amounts[0].basis)


Check = Callable[[Draft], Iterator[Fault]]


def for_each_judgement(function: Check) -> Check:
    """The check under the judgement of each group of lots; what is wrong of all of them is told once."""

    def checked(draft: Draft) -> Iterator[Fault]:
        groups = draft.rules.judged
        found = [
            [(judged, fault) for fault in function(replace(draft, rules=_judging(draft.rules, judged)))]
            for judged in groups
        ]
        told = Counter(fault.cause_text for group in found for _, fault in group)
        seen: set[str] = set()
        for judged, fault in (each for group in found for each in group):
            if told[fault.cause_text] < len(groups):
                yield replace(judged.placed(fault), whose=judged.title)
            elif fault.cause_text not in seen:
                seen.add(fault.cause_text)
                yield fault

    return checked


def _judging(rules: Consultation, judged: Judged) -> Consultation:
    return rules if judged.award is rules.award else replace(rules, award=judged.award)


CHECKS: list[Check] = []
RULES: dict[str, type[Fault]] = {}  # by the id people know


def check(*kinds: type[Fault]) -> Callable[[Check], Check]:
    """Register a function that looks for these faults."""
    for kind in kinds:
        RULES[kind.rule] = kind

    def register(function: Check) -> Check:
        CHECKS.append(function)
        return function

    return register


def recorded_only(kind: type[Fault]) -> type[Fault]:
    """Register a rule that only a reader can apply: it is known through the open points that name it."""
    RULES[kind.rule] = kind
    return kind


def found(kind: type[Fault], path: str, group: Sourced | str | None = None, **facts: object) -> Fault:
    """A fault at that path; ``group`` is the article of the RC, or the rule that names it."""
    article = group.source if isinstance(group, Sourced) else group or ""
    return kind(facts=facts, place=Place(path=path), article=article)


def read(kind: type[Fault], passage: Passage, at: re.Match[str], **facts: object) -> Fault:
    """A fault seen in the words of the RC, its sentence quoted."""
    return kind(facts={**facts, "words": _sentence(passage.words, *at.span())}, place=passage.place)


def _sentence(words: str, start: int, end: int) -> str:
    """The sentence around a place of a passage, at most some three hundred characters."""
    stops = [it.end() for it in re.finditer(r"(?<![LRD])[.;]\s+(?=[A-ZÀ-Ü«-])", words)]
    left = max((stop for stop in stops if stop <= start), default=0)
    right = min((stop for stop in stops if stop >= end), default=len(words))
    left, right = max(left, start - 200), min(right, end + 200)
    return words[left:right].strip()


def article_names(text: str) -> set[str]:
    """The articles of a source, apart: "RC 3.8, RC 6" and "RC 3.8 et 6".

    >>> sorted(article_names("RC 3.8 et RC 6"))
    ['3.8', '6']
    """
    return set(re.findall(r"\d+(?:\.\d+)*", text)) or ({text} if text else set())
