"""What a rules file says must hold together: each check goes from the walked consultation to findings.

Findings carry the path of what is wrong; ``run`` gives it its line. When part of the file could not be
read, a check that needs it keeps silent rather than raise a false alarm.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from reglo.procurement.award import Scale
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Place
from reglo.procurement.formulas.faults import (
    CircularValues,
    DivisionByZero,
    ExponentNotAllowed,
    FormulaTooBig,
    FormulaUnreadable,
    MethodIncomplete,
    NameNotUsable,
    TwiceTheSameId,
    UnknownFunction,
    UnknownName,
    UnknownOfCriterion,
    WrongArguments,
)
from reglo.procurement.rules_file.checks import dates, identity, judging, references
from reglo.procurement.rules_file.checks.walking import Walk
from reglo.procurement.rules_file.faults import UnknownChoice

Check = Callable[[Walk], Iterator[Finding]]

_NAMED_FIGURES = ("award.inputs[].id", "award.quotes[].id", "award.values[].id", "award.scales[].id")
_WEIGHTS = ("award.criteria[].weight", "award.criteria[].share", "award.total", "award.weights_in_order")

# each check and the keys it cannot do without: names it looks up, terms of a sum
CHECKS: tuple[tuple[Check, tuple[str, ...]], ...] = (
    (identity.same_ids, ()),
    (identity.words, ()),
    (identity.reference, ("reference",)),
    (identity.registrations, ("buyer",)),
    (identity.codes, ()),
    (identity.lots, ("lots[]",)),
    (identity.pages, ()),
    (references.lots, ("lots[].id",)),
    (references.pieces, ("pieces[].code", "pieces[].parts[].code")),
    (references.documents, ("procurement_documents[].code",)),
    (references.price_lines, ("contract.tranches[].id", "award.inputs[].id", "prices.sheets[].lines[].ref")),
    (references.events, ("calendar.visits[].id", "calendar.terms[].id")),
    (references.conditions, ("lots[].id",)),
    (references.defaults, ("open_points[].choices[].id",)),
    (judging.for_lots, ()),
    (judging.computable, (*_NAMED_FIGURES, "award.criteria[].id")),
    (judging.weights, _WEIGHTS),
    (judging.keys_used, ()),
    (judging.scales, ("award.criteria[].scale",)),
    (judging.rounding, ()),
    (dates.order, ()),
    (dates.hours, ()),
    (dates.amounts, ()),
    (dates.multiples, ()),
)

# findings that speak of one key alone: what stands unread beside it cannot make them false
_OF_ONE_KEY = (
    identity.SameIdTwice,
    identity.EmptyId,
    identity.SiretWrong,
    identity.UnknownTerritory,
    identity.CpvMalformed,
    identity.NutsMalformed,
    identity.AddressMalformed,
    identity.SuffixMalformed,
    references.UnknownReference,
    references.MisspeltCondition,
    UnknownChoice,
    FormulaUnreadable,
    FormulaTooBig,
    UnknownFunction,
    WrongArguments,
    DivisionByZero,
    ExponentNotAllowed,
    UnknownName,
    UnknownOfCriterion,
    CircularValues,
    NameNotUsable,
    TwiceTheSameId,
)
_OF_A_METHOD = ("method", "of", "scale", "criteria")  # the keys of a criterion that MethodIncomplete weighs


def run(
    consultation: Consultation, unread: Sequence[str], lines: Mapping[str, int], file: str
) -> Iterator[Finding]:
    """Every fault of meaning, at its line; ``unread``: paths already reported, replaced by neutral values."""
    walk = Walk(consultation)
    holes = [_template(path) for path in unread]
    scales = {f"{path}.levels": one.id for path, one in walk.of_type(Scale)}
    unclear = {name for path, name in scales.items() for hole in unread if _above(path, hole)}
    for check, needs in CHECKS:
        if any(_above(hole, need) for hole in holes for need in needs):
            continue
        for finding in check(walk):
            path = finding.place.path.split(", colonne ")[0]
            if isinstance(finding, MethodIncomplete) and finding.facts.get("scale") in unclear:
                continue  # it may come from the level that could not be read
            if not any(_touches(hole, path, finding) for hole in unread):
                yield replace(finding, place=Place(file=file, line=line_at(path, lines)))


def line_at(path: str, lines: Mapping[str, int]) -> int | None:
    """The line of a path, or of the nearest thing above it that is written."""
    while path and path not in lines:
        path = re.sub(r"(\.?[^.\[\]]+|\[\d+\])$", "", path)
    return lines.get(path)


def _template(path: str) -> str:
    """A path without its indexes, criteria of any depth alike, in the judgement of all lots or of some."""
    bare = re.sub(r"\[\d+\]", "[]", path).replace("award.for_lots[].", "award.")
    return re.sub(r"(\.criteria\[\])+", ".criteria[]", bare)


def _above(hole: str, need: str) -> bool:
    return need == hole or need.startswith((f"{hole}.", f"{hole}["))


def _touches(hole: str, path: str, finding: Finding) -> bool:
    """Whether a finding at ``path`` may come of what could not be read: above it, below it or beside it."""
    group = path.rpartition(".")[0]
    above, _, key = hole.rpartition(".")
    beside = bool(group) and above == group and not isinstance(finding, _OF_ONE_KEY)
    if isinstance(finding, MethodIncomplete):
        beside = beside and key in _OF_A_METHOD
    return beside or _above(hole, path) or _above(path, hole)
