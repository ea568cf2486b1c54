"""Would the winner change under another admissible reading, rounding, appreciation, or set of bids?

Everything is tried by judging again, nothing is estimated; what was tried, and what was not, is
counted and said. The answer informs a person; it changes no mark (V14).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from itertools import chain, combinations, islice, product
from math import prod

from reglo.procurement.award import Award, Rounding, RoundingMode, RoundingStage, Scale
from reglo.procurement.bid import STANDING_FR, Bid, Standing
from reglo.procurement.consultation import Consultation, Lot, OpenPoint
from reglo.procurement.findings import Refused
from reglo.procurement.formulas.methods import (
    Plan,
    criteria_below,
    in_shares,
    level_values,
    scale_of,
)
from reglo.procurement.french import counted, plural
from reglo.procurement.judging.figures import Reading, read
from reglo.procurement.judging.judgement import LotResult
from reglo.procurement.judging.scoring import judge_reading, plans_of
from reglo.procurement.rounding import ROUNDING_FR
from reglo.procurement.rules_file import Loaded, with_choices
from reglo.procurement.values import format_number

MAX_READINGS = 256  # combinations of choices read at most
MAX_MARKED = 200_000  # bids marked again at most, per lot and kind of trial


class Trial(StrEnum):
    """What is changed from one trial to the next."""

    READING = "lecture d'un point ouvert"
    ROUNDING = "ordre ou sens de l'arrondi"
    LEVEL = "demi-niveau, niveau ou pas d'une appréciation"
    REMOVAL = "retrait d'une offre"
    RETURN = "retour d'une offre écartée"


@dataclass(frozen=True, slots=True)
class Change:
    """A trial under which a lot has another winner; "" when a tie or nobody wins."""

    lot: str
    trial: Trial
    what: str
    before: str
    after: str
    basis: frozenset[str] = frozenset()  # what it rests on: a trial with more on top says nothing new


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many trials of a kind were made on a lot, among how many there are."""

    lot: str
    trial: Trial
    tried: int
    possible: int

    @property
    def exhaustive(self) -> bool:
        return self.tried == self.possible


@dataclass(frozen=True, slots=True)
class Robustness:
    """Every change of winner found, and exactly what was covered."""

    changes: tuple[Change, ...]
    coverage: tuple[Coverage, ...]
    notes: tuple[str, ...] = ()  # readings that cannot be judged, points without effect

    @property
    def smallest(self) -> tuple[Change, ...]:
        """The changes less those that only add to another one giving the same winner."""
        return tuple(
            one
            for one in self.changes
            if not any(
                other.basis < one.basis
                and (other.lot, other.trial, other.after) == (one.lot, one.trial, one.after)
                for other in self.changes
            )
        )

    def as_lines(self) -> list[str]:
        """The answer in French, for the terminal and the report."""
        tried, smallest = sum(one.tried for one in self.coverage), self.smallest
        lines = [
            "Solidité du classement",
            f"{_count(len(self.changes), 'variante change', 'variantes changent')} l'attributaire pressenti, "
            f"sur {format_number(tried)} essayées.",
        ]
        steady = []
        for lot in dict.fromkeys(one.lot for one in self.coverage):
            own = [one for one in smallest if one.lot == lot]
            if not own:
                steady.append(lot)
                continue
            lines.append(f"Lot {lot}, attributaire pressenti : {own[0].before or 'aucun (égalité)'}")
            for one in own:
                lines.append(f"- {one.what} → {one.after or 'aucun (égalité)'}")
            more = sum(1 for one in self.changes if one.lot == lot) - len(own)
            if more:
                lines.append(f"- et {_count(more, 'variante', 'variantes')} de plus dans le même sens")
        if steady:
            lines.append(f"{'Lot' if len(steady) == 1 else 'Lots'} {', '.join(steady)} : aucun changement.")
        lines.append("Ce qui a été essayé :")
        for trial in Trial:
            covered = [one for one in self.coverage if one.trial is trial]
            made, possible = sum(one.tried for one in covered), sum(one.possible for one in covered)
            if possible:
                first = "chaque point seul" if trial is Trial.READING else "les offres les mieux classées"
                extent = "toutes" if made == possible else f"sur {format_number(possible)}, {first} d'abord"
                lines.append(f"- {trial} : {format_number(made)} ({extent})")
        return [*lines, *(f"- {note}" for note in self.notes)]


def _count(number: int, one: str, many: str) -> str:
    return f"{format_number(number) if number else 'Aucune'} {one if number <= 1 else many}"


def _open_points(number: int) -> str:
    return f"{counted(number, 'point')} ouvert{plural(number)}"


def robustness(loaded: Loaded, bids: Iterable[Bid]) -> Robustness:
    """Try every other reading, rounding, appreciation and set of bids, lot by lot.

    Readings: each choice of each open point alone, then all combinations, up to MAX_READINGS.
    Rounding: none, and each set of stages in each mode. Appreciations: half a level, a level, and a
    step of the scale, up and down, on each criterion of each bid. Bids: each one removed but the
    winner, each one put aside brought back. Raises Refused when the rules cannot be judged.
    """
    consultation = loaded.consultation
    if consultation is None:
        raise Refused(*loaded.faults)
    given = sorted(bids, key=lambda bid: (bid.lot, bid.id))
    lots = [lot for lot in consultation.lots if any(bid.lot == lot.id for bid in given)]
    plans = plans_of(consultation)
    readings = _Readings(loaded, consultation)
    changes: list[Change] = []
    coverage: list[Coverage] = []
    for lot in lots:
        own = [bid for bid in given if bid.lot == lot.id]
        trials = _Trials(consultation, plans[lot.id], lot, own)
        for found, covered in (
            trials.readings(readings),
            trials.roundings(),
            trials.levels(),
            trials.removals(),
            trials.returns(),
        ):
            changes += found
            coverage += covered
    return Robustness(tuple(changes), tuple(coverage), tuple(readings.notes))


# --- Other readings ---------------------------------------------------------------------------


class _Readings:
    """The consultation under each combination of choices that touches the judgement."""

    def __init__(self, loaded: Loaded, base: Consultation) -> None:
        self.notes: list[str] = []
        self.variants: list[tuple[str, frozenset[str], dict[str, Plan]]] = []  # plans by lot
        effective = [(point, _effective(loaded, base, point)) for point in base.open_points if point.choices]
        silent = sum(1 for _, choices in effective if not choices)
        if silent:
            self.notes.append(f"{_open_points(silent)} sans effet sur les notes")
        undecided = sum(1 for point in base.open_points if not point.choices)
        if undecided:
            self.notes.append(f"{_open_points(undecided)} sans choix : aucune autre lecture à essayer")
        points = [(point.id, choices) for point, choices in effective if choices]
        self.possible = prod(len(choices) + 1 for _, choices in points) - 1
        for chosen in islice(_combinations(points), MAX_READINGS):
            name = " et ".join(f"« {point} » lu « {choice} »" for point, choice in chosen.items())
            basis = frozenset(f"{point}={choice}" for point, choice in chosen.items())
            other = with_choices(loaded, chosen).consultation
            try:
                if other is None:
                    raise Refused
                self.variants.append((name, basis, plans_of(other)))
            except Refused:
                self.notes.append(f"{name} : cette lecture ne permet pas de noter")


def _effective(loaded: Loaded, base: Consultation, point: OpenPoint) -> list[str]:
    """The choices of a point that give another judgement than the rules as they stand."""
    found = []
    for choice in point.choices:
        if choice.set:
            other = with_choices(loaded, {point.id: choice.id}).consultation
            if other is None or _marking(other.award) != _marking(base.award):
                found.append(choice.id)
    return found


def _marking(award: Award) -> Award:
    """The award less what no mark depends on."""
    own = tuple(
        replace(each, price_basis=None, price_figure="", source="", text="") for each in award.for_lots
    )
    return replace(award, price_basis=None, price_figure="", source="", text="", for_lots=own)


def _combinations(points: Sequence[tuple[str, list[str]]]) -> Iterator[dict[str, str]]:
    """Each choice alone first, then by two, three… points at once."""
    for size in range(1, len(points) + 1):
        for some in combinations(points, size):
            for picked in product(*(choices for _, choices in some)):
                yield dict(zip((point for point, _ in some), picked, strict=True))


# --- Trials on one lot ------------------------------------------------------------------------

_Found = tuple[list[Change], list[Coverage]]
_Variant = tuple[str, frozenset[str], Plan, Reading]  # what is changed, on what it rests, what is judged


class _Trials:
    def __init__(self, consultation: Consultation, plan: Plan, lot: Lot, bids: Sequence[Bid]) -> None:
        self.consultation, self.plan, self.lot, self.bids = consultation, plan, lot, bids
        self.reading = read(plan, lot.id, bids)
        result = judge_reading(consultation, plan, lot, self.reading)
        self.winner = _winner(result)
        left_out = len(self.reading.bids)  # a bid that can be read but not marked comes last
        self.order = {bid.id: left_out for bid in self.reading.bids}
        self.order |= {one.bid.id: place for place, one in enumerate(result.ranked)}

    def _tried(self, trial: Trial, trials: Iterable[_Variant], possible: int | None = None) -> _Found:
        """Judge each trial, as many as can be afforded; ``possible``: how many, if not all are given."""
        limit = max(1, MAX_MARKED // max(1, len(self.reading.bids)))
        changes: list[Change] = []
        tried = count = 0
        for what, basis, plan, reading in trials:
            count += 1
            if count > limit:
                continue
            tried += 1
            after = _winner(judge_reading(self.consultation, plan, self.lot, reading))
            if after != self.winner:
                changes.append(Change(self.lot.id, trial, what, self.winner, after, basis))
        return changes, [Coverage(self.lot.id, trial, tried, count if possible is None else possible)]

    def readings(self, readings: _Readings) -> _Found:
        trials = (
            (name, basis, plans[self.lot.id], read(plans[self.lot.id], self.lot.id, self.bids))
            for name, basis, plans in readings.variants
        )
        return self._tried(Trial.READING, trials, readings.possible)

    def roundings(self) -> _Found:
        award = self.plan.award
        return self._tried(
            Trial.ROUNDING,
            (
                (
                    name,
                    frozenset({name}),
                    replace(self.plan, award=replace(award, rounding=rounding)),
                    self.reading,
                )
                for name, rounding in _roundings(award.rounding)
                if rounding != award.rounding
            ),
        )

    def levels(self) -> _Found:
        return self._tried(Trial.LEVEL, self._moved_levels())

    def _moved_levels(self) -> Iterator[_Variant]:
        """Each appreciation moved alone, those of the best ranked bids first."""
        reading = self.reading
        places = sorted(range(len(reading.bids)), key=lambda place: self.order[reading.bids[place].id])
        scaled = [
            (criterion, scale)
            for _, criterion in criteria_below(self.plan.award.criteria)
            if criterion.id in reading.levels and (scale := scale_of(criterion, self.plan.award))
        ]
        for place in places:
            for criterion, scale in scaled:
                column = reading.levels[criterion.id]
                bid = reading.bids[place].id
                for move, basis, level in _moves(scale, column[place]):
                    moved = [*column[:place], level, *column[place + 1 :]]
                    what = f"{move} pour « {bid} » sur « {criterion.name} »"
                    moves = frozenset(f"{bid}/{criterion.id}/{one}" for one in basis)
                    other = replace(reading, levels={**reading.levels, criterion.id: moved})
                    yield what, moves, self.plan, other

    def removals(self) -> _Found:
        bids = self.reading.bids
        return self._tried(
            Trial.REMOVAL,
            (
                (f"sans « {bid.id} »", frozenset({bid.id}), self.plan, self.reading.without({place}))
                for place, bid in enumerate(bids)
                if bid.id != self.winner
            ),
        )

    def returns(self) -> _Found:
        return self._tried(Trial.RETURN, self._brought_back())

    def _brought_back(self) -> Iterator[_Variant]:
        for bid in self.bids:
            if bid.standing is not Standing.ADMITTED:
                back = [replace(one, standing=Standing.ADMITTED) if one is bid else one for one in self.bids]
                reading = read(self.plan, self.lot.id, back)
                if any(one.id == bid.id for one in reading.bids):
                    what = f"« {bid.id} » admise ({STANDING_FR[bid.standing]} auparavant)"
                    yield what, frozenset({bid.id}), self.plan, reading


def _winner(result: LotResult) -> str:
    return result.winner.bid.id if result.winner else ""


def _moves(scale: Scale, level: Fraction) -> Iterator[tuple[str, list[str], Fraction]]:
    """Half a level, a level and a step away, up and down, within the scale; the smallest first.

    With each, the names of the moves it contains.
    """
    values = sorted(set(level_values(scale).values()))
    for way, beyond in (
        ("de plus", min((one for one in values if one > level), default=None)),
        ("de moins", max((one for one in values if one < level), default=None)),
    ):
        if beyond is None:
            continue
        moves = {(level + beyond) / 2: "un demi-niveau", beyond: "un niveau"}
        if scale.step is not None:
            step = Fraction(scale.step) * (Fraction(1, 100) if in_shares(scale) else 1)
            moves.setdefault(level + step if beyond > level else level - step, "un pas")
        contained: list[str] = []
        for moved, name in sorted(moves.items(), key=lambda one: abs(one[0] - level)):
            if values[0] <= moved <= values[-1]:
                contained.append(f"{name} {way}")
                yield contained[-1], list(contained), moved


_STAGES_FR = {
    RoundingStage.LEAF: "notes",
    RoundingStage.CRITERION: "critères",
    RoundingStage.TOTAL: "total",
}


def _roundings(announced: Sequence[Rounding]) -> Iterator[tuple[str, tuple[Rounding, ...]]]:
    """No rounding, and every set of stages in every mode, with the decimals the RC announces."""
    decimals = {stage: rule.decimals for rule in announced for stage in rule.stages}
    usual = announced[0].decimals if announced else 2
    yield "sans aucun arrondi", ()
    stages = list(RoundingStage)
    for some in chain.from_iterable(combinations(stages, size) for size in range(1, len(stages) + 1)):
        for mode in RoundingMode:
            rules = tuple(
                Rounding(decimals=decimals.get(stage, usual), stages=(stage,), mode=mode) for stage in some
            )
            where = ", ".join(_STAGES_FR[stage] for stage in some)
            yield f"arrondi {ROUNDING_FR[mode]} ({where})", rules
