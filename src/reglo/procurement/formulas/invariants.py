"""INV-1 to INV-9 for every criterion of an award: proved, broken with an example, or not proved.

Legal-rules §6.2. A formula the RC prints is applied as printed; this module says which court
decision it meets (V8). ``proofs`` proves, ``counterexamples`` looks for a lot that breaks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from reglo.procurement.award import Award, AwardCriterion, InputKind, Method
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Place, Refused, Severity
from reglo.procurement.folding import caseless
from reglo.procurement.formulas.counterexamples import Found, Marked, search, variation
from reglo.procurement.formulas.expression import LEVEL, Expression, Name, Node, Round, is_uniform
from reglo.procurement.formulas.homogeneity import is_scale_free
from reglo.procurement.formulas.invariant_faults import (
    BetterIsMarkedWorse,
    BidderSetsTheMark,
    CountedTwice,
    LowestPriceNotBest,
    MaximumNotAsAnnounced,
    NegativeMark,
    NotProved,
    PartsOfUnequalValue,
    QuoteNotTheSame,
    SameMarkForAll,
    WeightNeutralised,
)
from reglo.procurement.formulas.methods import Plan, criteria_below, level_values, plan_of, scale_of
from reglo.procurement.formulas.polynomials import NotProvable
from reglo.procurement.formulas.proofs import (
    Range,
    Shape,
    atoms_of,
    decreases,
    every_bid,
    one_move,
    shape_of,
    two_bids,
)
from reglo.procurement.formulas.views import shown
from reglo.procurement.values import Instant, format_number

LEAST_VARIATION = Fraction(1, 4)  # of the maximum, over [Pmin, 2 Pmin] (legal-rules §6.2)


class Status(StrEnum):
    PROVED = "prouvé"
    BROKEN = "démenti"
    NOT_PROVED = "non prouvé"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One invariant on one criterion ("" for the award as a whole)."""

    invariant: str  # "INV-1"
    criterion: str
    status: Status
    finding: Finding | None = None


def check(consultation: Consultation) -> tuple[Finding, ...]:
    """What the court decisions say against this award, in the order of the rules.

    A finding that ``justify`` accepts ("INV-3", with a reason) is kept as information. When the
    award cannot be judged at all, the reasons why (FORM-…).
    """
    try:
        found = [one.finding for one in verdicts(consultation) if one.finding is not None]
    except Refused as refused:
        return refused.findings
    accepted = {one.finding for one in consultation.justify}
    return tuple(
        replace(finding, severity=Severity.INFORMATION) if _names(finding) & accepted else finding
        for finding in (*found, *_drawn_late(consultation))
    )


def _names(finding: Finding) -> set[str]:
    """The names a justification may give a finding: "INV-03", "INV-3"; for INV-10, what is not proved."""
    invariant = str(finding.facts.get("invariant", ""))
    return {finding.code, finding.code.replace("-0", "-"), *([invariant] if invariant else [])}


def verdicts(consultation: Consultation) -> tuple[Verdict, ...]:
    """INV-1 to INV-9, criterion by criterion, for each judgement. Raises Refused when one cannot be done."""
    found: list[Verdict] = []
    for judged in consultation.judged:
        for one in _verdicts(replace(consultation, award=judged.award)):
            placed = replace(one, finding=judged.placed(one.finding)) if one.finding else one
            if placed.finding is None or placed not in found:  # a key some lots share is told once
                found.append(placed)
    return tuple(found)


def _verdicts(consultation: Consultation) -> tuple[Verdict, ...]:
    award = consultation.award
    plan = plan_of(award)
    found: list[Verdict] = []
    for path, criterion in criteria_below(award.criteria):
        if criterion.criteria:
            found += _parts(plan, criterion, path)
        else:
            found += _Leaf(plan, criterion, path, consultation).verdicts()
    found += _sums(plan)
    found += _counted_twice(plan)
    found += _quotes(award)
    return tuple(found)


def _verdict(invariant: str, criterion: AwardCriterion, finding: Finding | None) -> Verdict:
    status = Status.PROVED
    if finding is not None:
        status = Status.NOT_PROVED if isinstance(finding, NotProved) else Status.BROKEN
    return Verdict(invariant, criterion.id, status, finding)


# --- One criterion without sub-criteria -------------------------------------------------------


class _Leaf:
    """A criterion marked by a formula of figures or of a level."""

    def __init__(self, plan: Plan, criterion: AwardCriterion, path: str, consultation: Consultation) -> None:
        self.plan, self.criterion, self.path = plan, criterion, path
        self.consultation = consultation
        self.expression = plan.formulas[criterion.id]
        self.maximum = plan.maxima[criterion.id]
        read = plan.read_by(self.expression)
        self.inputs = read - plan.values.keys()
        award = plan.award
        by_id = {one.id: one for one in award.inputs}
        better = {name: 1 if name in by_id and by_id[name].higher_is_better else -1 for name in self.inputs}
        scale = scale_of(criterion, award)
        levels = tuple(level_values(scale).values()) if scale and self.expression.uses_level else ()
        if levels:
            better[LEVEL] = 1
        self.money = {
            name for name in self.inputs if name not in by_id or by_id[name].kind is InputKind.MONEY
        }
        needed = {name: value for name, value in plan.values.items() if name in read}
        self.marked = Marked(self.expression, needed, self.maximum, better, levels)
        self.why = "l'analyse n'aboutit pas et aucun contre-exemple n'a été trouvé"

    def verdicts(self) -> Iterator[Verdict]:
        bounds, best_first, monotone = self._proved()
        found = Found() if all(bounds) and best_first and monotone else search(self.marked)
        name = self.criterion.name
        yield self._judged(
            "INV-1", bounds[0], NegativeMark, found.negative, {"criterion": name, "example": found.negative}
        )
        if self._same_for_all:
            facts: dict[str, object] = {"criterion": name, "maximum": format_number(self.maximum)}
            same = SameMarkForAll(facts=facts, article=self.criterion.source, place=Place(path=self.path))
            yield _verdict("INV-3", self.criterion, same)
        elif self._is_price:
            example = found.cheaper_is_worse
            yield self._judged(
                "INV-2", best_first, LowestPriceNotBest, example, {"criterion": name, "example": example}
            )
            yield _verdict("INV-3", self.criterion, self._neutralised())
        yield _verdict("INV-6", self.criterion, self._self_marked())
        example = found.better_is_worse
        facts = {"criterion": name, "example": example, "figure": found.worse_figure}
        yield self._judged("INV-8", monotone, BetterIsMarkedWorse, example, facts)
        yield self._reached(bounds[1], found)

    @property
    def _same_for_all(self) -> bool:
        return is_uniform(self.expression.root) or not self.marked.better

    @property
    def _is_price(self) -> bool:
        lower = all(self.marked.better[name] < 0 for name in self.money)
        return bool(self.inputs) and self.money == set(self.inputs) and lower

    def _judged(
        self, invariant: str, proved: bool, kind: type[Finding], example: str, facts: dict[str, object]
    ) -> Verdict:
        finding: Finding | None = None
        if example:
            finding = kind(facts=facts, article=self.criterion.source, place=Place(path=self.path))
        elif not proved:
            finding = self._not_proved(invariant, self.why)
        return _verdict(invariant, self.criterion, finding)

    def _not_proved(self, invariant: str, why: str) -> Finding:
        facts: dict[str, object] = {"criterion": self.criterion.name, "invariant": invariant, "why": why}
        return NotProved(facts=facts, article=self.criterion.source, place=Place(path=self.path))

    # Proofs

    def _proved(self) -> tuple[tuple[bool, bool], bool, bool]:
        """(never negative, never above the maximum), better ranked better, better never marked worse."""
        try:
            expression = self._unrounded()
            atoms = atoms_of(expression)
            shape = shape_of(expression, atoms, self.maximum)
            ranges = {name: self._range(node) for node, name in atoms.items()}
            bounds = every_bid(shape, Fraction(0), self.maximum, ranges)
            best_first = self._monotone(shape, atoms, ranges, two_bids)
            return bounds, best_first, best_first and self._monotone(shape, atoms, ranges, one_move)
        except NotProvable as error:
            self.why = str(error)
            return (False, False), False, False

    def _unrounded(self) -> Expression:
        """The formula less a last rounding, which keeps order and bounds that are round numbers."""
        root = self.expression.root
        if isinstance(root, Round) and (self.maximum * 10**root.decimals).denominator == 1:
            return Expression(root.of)
        return self.expression

    def _range(self, atom: Node) -> Range:
        """Where the atom's values lie; figures are at least zero, which a computed value must prove."""
        if isinstance(atom, Name) and atom.name == LEVEL:
            return Range(min(self.marked.levels), max(self.marked.levels))
        if not (isinstance(atom, Name) and atom.name not in self.plan.values):
            self._positive(Expression(atom), set())
        return Range()

    def _positive(self, expression: Expression, seen: set[str]) -> None:
        for name in expression.names & self.plan.values.keys() - seen:
            seen.add(name)
            self._positive(self.plan.values[name], seen)
        atoms = atoms_of(expression)
        shape = shape_of(expression, atoms, self.maximum)
        if not every_bid(shape, Fraction(0), Fraction(0), dict.fromkeys(atoms.values(), Range()))[0]:
            raise NotProvable(f"« {expression.text[:80]} » peut être négatif")

    def _monotone(
        self, shape: Shape, atoms: Mapping[Node, str], ranges: Mapping[str, Range], pairs: object
    ) -> bool:
        """Along every input, the mark follows what is better, whatever atoms it goes through."""
        for node, atom in atoms.items():
            if isinstance(node, Name) and node.name == LEVEL:
                if not decreases(shape, atom, ranges, pairs, increases=True):  # type: ignore[arg-type]
                    return False
                continue
            effects = _effects(self.plan, Expression(node))
            for name, effect in effects.items():
                wanted = self.marked.better[name] * effect  # +1: the mark must grow with the atom
                if effect and not decreases(shape, atom, ranges, pairs, increases=wanted > 0):  # type: ignore[arg-type]
                    return False
        return True

    # What is neither a bound nor an order

    def _neutralised(self) -> Finding | None:
        """INV-3: doubling the price costs at least a quarter of the maximum."""
        free = is_scale_free(self.expression, self.plan.values)
        base = Fraction(100_000)
        if not free:
            estimate = self.consultation.estimated_value
            if estimate is None:
                why = "la note dépend du niveau absolu des prix et la valeur estimée n'est pas donnée"
                return self._not_proved("INV-3", why)
            base = Fraction(estimate.amount)
        lost = variation(self.marked, base, lambda name: name in self.money)
        if lost is None:
            return self._not_proved("INV-3", "la formule n'est pas définie pour un prix et son double")
        if lost >= self.maximum * LEAST_VARIATION:
            return None
        facts: dict[str, object] = {
            "criterion": self.criterion.name,
            "lost": shown(lost),
            "maximum": format_number(self.maximum),
            "percent": format_number(lost / self.maximum * 100, 1),
        }
        return WeightNeutralised(facts=facts, article=self.criterion.source, place=Place(path=self.path))

    def _self_marked(self) -> Finding | None:
        by_id = {one.id: one for one in self.plan.award.inputs}
        for name in sorted(self.inputs):
            if name in by_id and by_id[name].kind is InputKind.NUMBER and not by_id[name].unit:
                facts: dict[str, object] = {"criterion": self.criterion.name, "figure": by_id[name].name}
                return BidderSetsTheMark(
                    facts=facts, article=self.criterion.source, place=Place(path=self.path)
                )
        return None

    def _reached(self, proved: bool, found: Found) -> Verdict:
        """INV-9: the maximum announced is not passed, and can be had."""
        facts: dict[str, object] = {
            "criterion": self.criterion.name,
            "maximum": format_number(self.maximum),
            "problem": f"la formule donne davantage : {found.above}",
        }
        if found.above or not proved:
            return self._judged("INV-9", proved, MaximumNotAsAnnounced, found.above, facts)
        highest = self._highest()
        if highest is not None and highest < self.maximum:
            facts["problem"] = f"la meilleure note obtenue dans tous les essais est {shown(highest)}"
            return self._judged("INV-9", proved, MaximumNotAsAnnounced, "jamais atteint", facts)
        return _verdict("INV-9", self.criterion, None)

    def _highest(self) -> Fraction | None:
        """The best mark of a bid alone, of two alike, or met in the search."""
        marks: list[Fraction] = []
        for value in (Fraction(1), Fraction(1, 1000), Fraction(100_000)):
            top = max(self.marked.levels, default=value)
            bid = {name: top if name == LEVEL else value for name in self.marked.better}
            marks += [mark for mark in self.marked.marks([bid]) if mark is not None]
        if not marks or max(marks) < self.maximum:
            searched = search(self.marked).highest
            marks += [searched] if searched is not None else []
        return max(marks, default=None)


def _effects(plan: Plan, expression: Expression) -> dict[str, int]:
    """Input -> +1 if the figure grows with it, -1 if it shrinks, 0 if both are proved (it does nothing).

    Raises NotProvable when neither is proved.
    """
    effects: dict[str, int] = {}
    atoms = atoms_of(expression)
    shape = shape_of(expression, atoms, Fraction(0))
    ranges = dict.fromkeys(atoms.values(), Range())
    for node, atom in atoms.items():
        grows = decreases(shape, atom, ranges, two_bids, increases=True)
        shrinks = decreases(shape, atom, ranges, two_bids)
        if not (grows or shrinks):
            raise NotProvable(f"le sens de « {expression.text[:80]} » selon « {atom} » n'est pas établi")
        way = int(grows) - int(shrinks)
        assert isinstance(node, Name)
        below = _effects(plan, plan.values[node.name]) if node.name in plan.values else {node.name: 1}
        for name, effect in below.items():
            if effects.setdefault(name, way * effect) != way * effect:
                raise NotProvable(f"« {name} » agit dans les deux sens sur « {expression.text[:80]} »")
    return effects


# --- Criteria with sub-criteria, sums, figures counted twice, quotes --------------------------


def _parts(plan: Plan, criterion: AwardCriterion, path: str) -> Iterator[Verdict]:
    """INV-1, INV-8, INV-9 of a combination, and INV-4: no plain average of prices."""
    if criterion.method is not Method.FORMULA:
        return
    expression, maximum = plan.formulas[criterion.id], plan.maxima[criterion.id]
    why = "la formule qui réunit les sous-critères n'est pas analysable"
    low = high = monotone = False
    try:
        atoms = atoms_of(expression)
        shape = shape_of(expression, atoms, maximum)
        ranges = {part.id: Range(Fraction(0), plan.maxima[part.id]) for part in criterion.criteria}
        known = {name: ranges[name] for name in atoms.values()}
        low, high = every_bid(shape, Fraction(0), maximum, known)
        monotone = all(decreases(shape, atom, known, one_move, increases=True) for atom in known)
    except NotProvable as error:
        why = str(error)
    for invariant, proved in (("INV-1", low), ("INV-8", monotone), ("INV-9", high)):
        facts: dict[str, object] = {"criterion": criterion.name, "invariant": invariant, "why": why}
        finding = NotProved(facts=facts, article=criterion.source, place=Place(path=path))
        yield _verdict(invariant, criterion, None if proved else finding)
    if _is_plain_average(plan, criterion):
        facts = {
            "criterion": criterion.name,
            "how": "le même poids par une moyenne simple",
            "values": ", ".join(f"« {part.name} »" for part in criterion.criteria),
        }
        found = PartsOfUnequalValue(facts=facts, article=criterion.source, place=Place(path=path))
        yield _verdict("INV-4", criterion, found)


def _is_plain_average(plan: Plan, criterion: AwardCriterion) -> bool:
    """Several priced parts whose marks count alike: swapping two of them changes nothing."""
    priced = [part.id for part in criterion.criteria if plan.formulas[part.id].names]
    if len(priced) < 2:
        return False
    expression = plan.formulas[criterion.id]
    values = {part.id: Fraction(place + 1) for place, part in enumerate(criterion.criteria)}
    usual = expression.evaluate({name: [value] for name, value in values.items()}, plan.maxima[criterion.id])
    for one, two in pairwise(priced):
        swapped = {**values, one: values[two], two: values[one]}
        other = expression.evaluate(
            {name: [value] for name, value in swapped.items()}, plan.maxima[criterion.id]
        )
        if other != usual:
            return False
    return True


def _sums(plan: Plan) -> Iterator[Verdict]:
    """INV-9: maxima of the parts make the maximum of the whole."""
    award = plan.award
    wholes = [("award", "le total", Fraction(award.total), award.criteria, "")]
    for path, criterion in criteria_below(award.criteria):
        if criterion.criteria and criterion.method is Method.SUM:
            wholes.append((path, criterion.name, plan.maxima[criterion.id], criterion.criteria, criterion.id))
    for path, name, maximum, parts, identifier in wholes:
        made = sum((plan.maxima[part.id] for part in parts), Fraction(0))
        finding = None
        if made != maximum:
            facts: dict[str, object] = {
                "criterion": name,
                "maximum": format_number(maximum),
                "problem": f"ses parts en font {format_number(made)}",
            }
            finding = MaximumNotAsAnnounced(facts=facts, place=Place(path=path))
        status = Status.BROKEN if finding else Status.PROVED
        yield Verdict("INV-9", identifier, status, finding)


def _counted_twice(plan: Plan) -> Iterator[Verdict]:
    """INV-5: no figure and no element of appreciation counts in two criteria."""
    award = plan.award
    names = {one.id: one.name for group in (award.inputs, award.quotes) for one in group}
    figures: dict[str, list[str]] = defaultdict(list)
    elements: dict[str, list[str]] = defaultdict(list)
    for _, criterion in criteria_below(award.criteria):
        if not criterion.criteria:
            for name in plan.read_by(plan.formulas[criterion.id]) - plan.values.keys():
                figures[names[name]].append(criterion.name)
        for element in criterion.elements:
            elements[caseless(element)].append(criterion.name)
    for what, users in (("Le chiffre", figures), ("L'élément d'appréciation", elements)):
        for name, criteria in sorted(users.items()):
            finding = None
            if len(criteria) > 1:
                facts: dict[str, object] = {
                    "what": what,
                    "name": name,
                    "criteria": " et ".join(f"« {one} »" for one in criteria),
                }
                finding = CountedTwice(facts=facts, place=Place(path="award.criteria"))
            yield Verdict("INV-5", "", Status.BROKEN if finding else Status.PROVED, finding)


def _quotes(award: Award) -> Iterator[Verdict]:
    """INV-7: a sample quote has quantities written in the rules, drawn before opening when hidden."""
    for place, quote in enumerate(award.quotes):
        problem = mend = ""
        if not quote.lines:
            problem = "n'a pas de quantités dans les règles : ses totaux seraient saisis offre par offre"
            mend = "Écrivez ses lignes et quantités, les mêmes pour toutes les offres."
        elif quote.hidden and not quote.drawn_at:
            problem = "est masqué, mais son tirage n'est pas daté"
            mend = "Écrivez dans « drawn_at » quand il a été tiré, avant l'ouverture des plis."
        finding = None
        if problem:
            facts: dict[str, object] = {"quote": quote.name, "problem": problem, "mend": mend}
            path = Place(path=f"award.quotes[{place}]")
            finding = QuoteNotTheSame(facts=facts, article=quote.source, place=path)
        yield Verdict("INV-7", "", Status.BROKEN if finding else Status.PROVED, finding)


def _drawn_late(consultation: Consultation) -> Iterable[Finding]:
    """Hidden quotes drawn after the opening of the bids."""
    opening = consultation.calendar.opening_at or consultation.calendar.submission_deadline
    written = {
        judged.path_of(f"award.quotes[{place}]"): quote
        for judged in consultation.judged
        for place, quote in enumerate(judged.award.quotes)
    }
    for path, quote in written.items():
        try:
            drawn = Instant.parse(quote.drawn_at)
        except ValueError:
            continue
        if opening is not None and drawn.at >= opening.at:
            facts: dict[str, object] = {
                "quote": quote.name,
                "problem": f"a été tiré le {drawn}, pas avant l'ouverture ({opening})",
                "mend": "Un devis masqué se tire avant l'ouverture ; faites examiner ce tirage.",
            }
            yield QuoteNotTheSame(facts=facts, article=quote.source, place=Place(path=path))
