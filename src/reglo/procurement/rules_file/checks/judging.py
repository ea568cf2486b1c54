"""The judgement adds up: weights, scales, rounding, keys of a method; and what judging itself refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from reglo.procurement.award import Award, AwardCriterion, Method, Scale
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.formulas.methods import FIGURE_METHODS, LEVEL_METHODS, award_faults, criteria_below
from reglo.procurement.rules_file.checks.walking import Walk, at
from reglo.procurement.values import format_number

MAX_DECIMALS = 6


class CriteriaDoNotAddUp(Finding):
    code = "POIDS-01"
    cause = "Les critères pèsent {sum} points en tout, il en faut {total}."
    mend = "{mend} Sinon, corrigez « award.total »."
    source = "CCP R.2152-12"


class SubCriteriaDoNotAddUp(Finding):
    code = "POIDS-02"
    cause = "Les sous-critères de « {criterion} » pèsent {sum} points, le critère en pèse {total}."
    mend = "{mend}"
    source = "CE 18 juin 2010, n° 337377 ; CCP R.2152-12"


class SharesDoNotAddUp(Finding):
    code = "POIDS-03"
    cause = "Les parts {of} font {sum} %, il faut 100 %."
    mend = "Corrigez les « share » jusqu'à 100 %."
    source = "CE 18 juin 2010, n° 337377 ; CCP R.2152-12"


class WeightNotPositive(Finding):
    code = "POIDS-04"
    cause = "{what} vaut {value} : rien ne s'y juge."
    mend = "Écrivez un nombre supérieur à zéro, ou retirez le critère."
    source = "CCP R.2152-12"


class LevelsNotDecreasing(Finding):
    code = "POIDS-05"
    cause = "Dans la grille « {scale} », « {label} » ({value}) vient après « {before} » ({value_before})."
    mend = "Rangez les niveaux du meilleur au moins bon, aucun au-dessus du précédent."


class ScaleUnused(Finding):
    code = "POIDS-06"
    default_severity = Severity.TO_CHECK
    cause = "La grille « {scale} » n'est employée par aucun critère."
    mend = "Nommez-la dans le « scale » d'un critère, ou retirez-la."


class RoundedTwice(Finding):
    code = "POIDS-07"
    cause = "L'étape « {stage} » est arrondie deux fois."
    mend = "Gardez une seule règle d'arrondi par étape."


class RoundingUnclear(Finding):
    code = "POIDS-08"
    cause = "L'arrondi {problem}."
    mend = "{mend}"


class KeyNotUsed(Finding):
    code = "POIDS-09"
    cause = "« {key} » est donné au critère « {criterion} », mais la méthode « {method} » ne s'en sert pas."
    mend = "Retirez « {key} », ou changez « method »."


_USED = {
    **dict.fromkeys(FIGURE_METHODS, ("of",)),
    **dict.fromkeys(LEVEL_METHODS, ("scale",)),
    Method.FORMULA: ("formula", "scale"),
    Method.SUM: (),
}


class JudgedTwice(Finding):
    code = "POIDS-10"
    cause = "Le lot « {lot} » a deux jugements propres."
    mend = "Ne le gardez que dans un seul élément de « for_lots »."


class NothingOfTheirOwn(Finding):
    code = "POIDS-11"
    cause = "Cet élément de « for_lots » {problem}."
    mend = "{mend}"


_Check = Callable[[Award], Iterator[Finding]]


def _every_award(check: _Check) -> Callable[[Walk], Iterator[Finding]]:
    """The check for each judgement: the common one, and that of the lots that have their own."""

    def checked(walk: Walk) -> Iterator[Finding]:
        told: list[Finding] = []
        groups = walk.rules.judged
        shared = groups[0].path == "award"
        for judged in groups:
            for finding in map(judged.placed, check(judged.award)):
                if finding in told:
                    continue
                if shared and not finding.place.path.startswith(judged.path):
                    finding = replace(finding, place=at(judged.path))  # of their own keys, not the shared one
                told.append(finding)
                yield finding

    return checked


def for_lots(walk: Walk) -> Iterator[Finding]:
    """A lot has one judgement, and what is written for some lots says something of them."""
    seen: set[str] = set()
    for place, own in enumerate(walk.rules.award.for_lots):
        path = f"award.for_lots[{place}]"
        for rank, lot in enumerate(own.lots):
            if lot in seen:
                yield JudgedTwice(facts={"lot": lot}, place=at(path, f"lots[{rank}]"))
            seen.add(lot)
        if not own.lots:
            facts: dict[str, object] = {"problem": "ne nomme aucun lot"}
            facts["mend"] = "Écrivez les lots concernés, par exemple « lots: ['2'] »."
            yield NothingOfTheirOwn(facts=facts, place=at(path, "lots"))
        if not own.given.keys() - {"source"}:
            facts = {"problem": "ne dit rien qui leur soit propre"}
            facts["mend"] = "Écrivez ce qui change pour eux, par exemple « criteria: », ou retirez-le."
            yield NothingOfTheirOwn(facts=facts, place=at(path))


@_every_award
def computable(award: Award) -> Iterator[Finding]:
    """What judging would refuse: formulas, names, methods, scales, ties."""
    yield from award_faults(award)


@_every_award
def weights(award: Award) -> Iterator[Finding]:
    """The maxima of the criteria add up to the announced total, and each level below to its own (INV-9)."""
    if award.total <= 0:
        facts: dict[str, object] = {"what": "« total »", "value": format_number(award.total)}
        yield WeightNotPositive(facts=facts, place=at("award", "total"))
    elif not award.weights_in_order:
        yield from _add_up(award.criteria, Fraction(award.total), None, "award")


def _add_up(
    criteria: tuple[AwardCriterion, ...], total: Fraction, parent: AwardCriterion | None, path: str
) -> Iterator[Finding]:
    maxima: list[Fraction | None] = []
    for index, criterion in enumerate(criteria):
        here = f"{path}.criteria[{index}]"
        given = criterion.share.percent if criterion.share is not None else criterion.weight
        if given is not None and given <= 0:
            facts: dict[str, object] = {"what": f"Le poids de « {criterion.name} »"}
            facts["value"] = format_number(given)
            key = "share" if criterion.share is not None else "weight"
            yield WeightNotPositive(facts=facts, place=at(here, key))
        maxima.append(_maximum(criterion, total))
    known = [maximum for maximum in maxima if maximum is not None]
    found = sum(known, Fraction(0))
    sums = bool(criteria) and len(known) == len(criteria) and found != total
    slip = _slip(criteria, maxima, total - found) if sums else None
    for index, (criterion, maximum) in enumerate(zip(criteria, maxima, strict=True)):
        if maximum is not None and maximum > 0 and criterion is not slip:
            yield from _add_up(criterion.criteria, maximum, criterion, f"{path}.criteria[{index}]")
    if not sums:
        return
    place = at(path, "criteria")
    if all(criterion.share is not None for criterion in criteria):
        of = f"des sous-critères de « {parent.name} »" if parent else "des critères"
        yield SharesDoNotAddUp(facts={"of": of, "sum": format_number(found / total * 100)}, place=place)
        return
    facts = {"sum": format_number(found), "total": format_number(total), "mend": _difference(total - found)}
    if slip is not None and slip.weight is not None:
        own, below = format_number(slip.weight), format_number(Fraction(slip.weight) + total - found)
        facts["mend"] = f"« {slip.name} » pèse {own}, ses sous-critères {below} : écrivez {below}."
    if parent is None:
        yield CriteriaDoNotAddUp(facts=facts, place=place)
    else:
        yield SubCriteriaDoNotAddUp(facts={**facts, "criterion": parent.name}, place=place)


def _slip(
    criteria: tuple[AwardCriterion, ...], maxima: list[Fraction | None], missing: Fraction
) -> AwardCriterion | None:
    """The one criterion whose own weight, set to the sum of those below it, makes everything add up."""
    found = []
    for criterion, maximum in zip(criteria, maxima, strict=True):
        below = [_maximum(part, Fraction(0)) for part in criterion.criteria if part.weight is not None]
        whole = below and len(below) == len(criterion.criteria) and criterion.weight is not None
        if whole and maximum is not None and sum(one or 0 for one in below) == maximum + missing:
            found.append(criterion)
    return found[0] if len(found) == 1 else None


def _maximum(criterion: AwardCriterion, parent: Fraction) -> Fraction | None:
    """In points; None when the weight is missing or given twice, which ``award_faults`` reports."""
    if (criterion.weight is None) == (criterion.share is None):
        return None
    if criterion.share is not None:
        return criterion.share.of(parent)
    return Fraction(criterion.weight) if criterion.weight is not None else None


def _difference(missing: Fraction) -> str:
    points = format_number(abs(missing))
    points += " points" if abs(missing) >= 2 else " point"
    return f"Ajoutez {points}." if missing > 0 else f"Retirez {points}."


@_every_award
def keys_used(award: Award) -> Iterator[Finding]:
    """A method reads what it needs and nothing more: a formula beside « inverse » would never apply."""
    for path, criterion in criteria_below(award.criteria):
        if criterion.method is Method.SUM and not criterion.criteria:
            continue  # no method was written: FORM-12 says so, no key is in excess
        for key in ("of", "scale", "formula"):
            if getattr(criterion, key) and key not in _USED[criterion.method]:
                facts: dict[str, object] = {"key": key, "criterion": criterion.name}
                yield KeyNotUsed(facts={**facts, "method": criterion.method.value}, place=at(path, key))


def scales(walk: Walk) -> Iterator[Finding]:
    used: dict[str, set[str]] = {}  # of each scale in the file: the scales of the criteria that may use it
    written: dict[str, Scale] = {}
    for judged in walk.rules.judged:
        for index, scale in enumerate(judged.award.scales):
            path = judged.path_of(f"award.scales[{index}]")
            written[path] = scale
            criteria = criteria_below(judged.award.criteria)
            used.setdefault(path, set()).update(criterion.scale for _, criterion in criteria)
    for path, scale in written.items():
        if scale.id not in used[path]:
            yield ScaleUnused(facts={"scale": scale.id}, place=at(path))
        yield from _decreasing(scale, path)


def _decreasing(scale: Scale, path: str) -> Iterator[Finding]:
    before: tuple[str, Fraction, str] | None = None
    for index, level in enumerate(scale.levels):
        if (level.value is None) == (level.share is None):
            return  # ``award_faults`` says so
        exact = Fraction(level.value) if level.value is not None else Fraction(0)
        shown = format_number(exact)
        if level.share is not None:
            exact, shown = level.share.of(Fraction(1)), str(level.share)
        if before is not None and exact > before[1]:
            facts: dict[str, object] = {"scale": scale.id, "label": level.label, "value": shown}
            facts |= {"before": before[0], "value_before": before[2]}
            yield LevelsNotDecreasing(facts=facts, place=at(f"{path}.levels[{index}]"))
        before = level.label, exact, shown


@_every_award
def rounding(award: Award) -> Iterator[Finding]:
    seen = set()
    for index, rule in enumerate(award.rounding):
        path = f"award.rounding[{index}]"
        for stage in rule.stages:
            if stage in seen:
                yield RoundedTwice(facts={"stage": stage.value}, place=at(path, "stages"))
            seen.add(stage)
        if not rule.stages:
            facts: dict[str, object] = {"problem": "ne s'applique à aucune étape"}
            facts["mend"] = "Écrivez « stages: [leaf] », [criterion] ou [total]."
            yield RoundingUnclear(facts=facts, place=at(path, "stages"))
        if rule.decimals > MAX_DECIMALS:
            facts = {"problem": f"garde {rule.decimals} décimales"}
            facts["mend"] = f"Écrivez de 0 à {MAX_DECIMALS} décimales, ou retirez l'arrondi."
            yield RoundingUnclear(facts=facts, place=at(path, "decimals"))
