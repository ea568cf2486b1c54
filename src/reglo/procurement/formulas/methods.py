"""Each criterion's method spelled as a formula, and an award checked and prepared for judging.

A named method (legal-rules §6.3) is nothing but a formula: what is computed is what is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from reglo.procurement.award import Award, AwardCriterion, Method, Scale, TieRule
from reglo.procurement.findings import Finding, Place, Refused
from reglo.procurement.folding import caseless
from reglo.procurement.formulas.expression import Choose, Expression, Name, Node, Operation, source_text
from reglo.procurement.formulas.faults import (
    DivisionByZero,
    FigureTooLong,
    FormulaError,
    MeansNothingToRank,
    MethodIncomplete,
    OnlyAnOrder,
    TwiceTheSameId,
    UnknownName,
    UnknownOfCriterion,
    WeightsUnclear,
    placed,
)
from reglo.procurement.formulas.formula import (
    MAX_SIZE,
    name_fault,
    order_of_values,
    parse,
    size_of,
    unknown_names,
)
from reglo.procurement.formulas.zero_divisors import FarPoint

METHOD_FR = {
    Method.INVERSE: "proportionnelle à l'inverse",
    Method.LINEAR: "linéaire",
    Method.MIN_MAX: "entre le plus haut et le plus bas",
    Method.MEAN: "écart rapporté à la moyenne",
    Method.NORMALISED: "rapportée à la meilleure évaluation",
    Method.SCALE: "grille",
    Method.FORMULA: "formule du règlement de la consultation",
    Method.SUM: "somme des sous-critères",
}

# {x}: the figure judged. A figure to maximise takes the second spelling, x read as its inverse.
_LOWER_IS_BETTER = {
    Method.INVERSE: "N * lowest({x}) / {x}",
    Method.LINEAR: "N * max(0, 2 - {x} / lowest({x}))",
    Method.MIN_MAX: (
        "if(highest({x}) = lowest({x}), N, N * (highest({x}) - {x}) / (highest({x}) - lowest({x})))"
    ),
    Method.MEAN: "N * max(0, 1 - ({x} - lowest({x})) / mean({x}))",
}
_HIGHER_IS_BETTER = {
    Method.INVERSE: "N * {x} / highest({x})",
    Method.LINEAR: "N * max(0, 2 - highest({x}) / {x})",
    Method.MIN_MAX: (
        "if(highest({x}) = lowest({x}), N, N * ({x} - lowest({x})) / (highest({x}) - lowest({x})))"
    ),
    Method.MEAN: "N * max(0, 1 - (highest({x}) - {x}) / mean({x}))",
}
FIGURE_METHODS = frozenset(_LOWER_IS_BETTER)
LEVEL_METHODS = frozenset({Method.SCALE, Method.NORMALISED})


def scale_of(criterion: AwardCriterion, award: Award) -> Scale | None:
    """The scale of a criterion; None without one. KeyError when its id is unknown."""
    if not criterion.scale:
        return None
    return {scale.id: scale for scale in award.scales}[criterion.scale]


def level_values(scale: Scale) -> Mapping[str, Fraction]:
    """Label -> what ``level`` is worth in formulas: points of the scale, or the share of the maximum."""
    values = {}
    for level in scale.levels:
        if level.value is not None:
            values[level.label] = Fraction(level.value)
        elif level.share is not None:
            values[level.label] = level.share.of(Fraction(1))
    return values


def in_shares(scale: Scale) -> bool:
    """True when the levels are percentages: a mark on it is then written in percent."""
    return all(level.share is not None and level.value is None for level in scale.levels)


def formula_of(criterion: AwardCriterion, award: Award) -> Expression:
    """What the criterion's mark is, as a formula of ``N``, ``level``, figures or sub-marks.

    Raises FormulaError when the RC's formula cannot be read, KeyError on an unknown scale.
    Source: F-INV, F-LIN2, F-MM, F-AVG, F-NORM, F-ABS (legal-rules §6.3).

    >>> price = AwardCriterion(id="prix", name="Prix", method=Method.INVERSE, of="montant")
    >>> str(formula_of(price, Award(criteria=(price,))))
    'N * lowest(montant) / montant'
    """
    match criterion.method:
        case Method.SUM:
            names: tuple[Node, ...] = tuple(Name(part.id) for part in criterion.criteria)
            return sum_of(names)
        case Method.FORMULA:
            return parse(criterion.formula)
        case Method.SCALE:
            scale = scale_of(criterion, award)
            if scale is None or in_shares(scale):
                return parse("N * level")
            best = max(level_values(scale).values())
            return parse(f"N * level / {best}" if best.denominator == 1 else f"N * level / ({best})")
        case Method.NORMALISED:
            return parse("if(best(level) = 0, 0, N * level / best(level))")
        case method:
            higher = any(one.id == criterion.of and one.higher_is_better for one in award.inputs)
            return parse((_HIGHER_IS_BETTER if higher else _LOWER_IS_BETTER)[method].format(x=criterion.of))


def sum_of(names: tuple[Node, ...]) -> Expression:
    """ "a + b + c"; as "sum(…)" beyond twenty terms, for formulas stay shallow."""
    if len(names) <= 20:
        total = names[0]
        for name in names[1:]:
            total = Operation("+", total, name)
        return Expression(total)
    return Expression(Choose("sum", names))


def weight_of(criterion: AwardCriterion, parent_weight: Fraction) -> Fraction:
    """Maximum of a criterion in points, from its points or its share of the parent.

    Raises ValueError when it has neither.

    >>> from decimal import Decimal
    >>> from reglo.procurement.values import Share
    >>> weight_of(AwardCriterion(id="a", name="A", share=Share(Decimal(30))), Fraction(40))
    Fraction(12, 1)
    """
    if criterion.share is not None:
        return criterion.share.of(parent_weight)
    if criterion.weight is None:
        raise ValueError(criterion.id)
    return Fraction(criterion.weight)


# --- An award ready to judge ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """An award whose formulas are read, weights resolved and values put in order."""

    award: Award
    formulas: Mapping[str, Expression]  # by criterion id
    maxima: Mapping[str, Fraction]  # by criterion id, in points
    values: Mapping[str, Expression]  # by value id, each after those it needs
    needed: frozenset[str]  # inputs, quotes and values a mark, a tie or an alert reads

    def read_by(self, expression: Expression) -> frozenset[str]:
        """Inputs, quotes and values a formula rests on, through computed values."""
        return _closure(expression.names, self.values)


def _closure(names: Iterable[str], values: Mapping[str, Expression]) -> frozenset[str]:
    """The names and, for those that are values (in order), what they are computed from."""
    read = set(names)
    for name in reversed(list(values)):
        if name in read:
            read |= values[name].names
    return frozenset(read)


def criteria_below(
    criteria: tuple[AwardCriterion, ...], path: str = "award"
) -> Iterator[tuple[str, AwardCriterion]]:
    """Every criterion of a tree with its path in the rules, parents first."""
    for place, criterion in enumerate(criteria):
        here = f"{path}.criteria[{place}]"
        yield here, criterion
        yield from criteria_below(criterion.criteria, here)


def plan_of(award: Award) -> Plan:
    """The award ready to judge. Raises Refused with every fault of ``award_faults``."""
    faults = award_faults(award) + _without_weights(award)
    if faults:
        raise Refused(*faults)
    values = {value.id: parse(value.formula) for value in award.values}
    ordered = {name: values[name] for name in order_of_values(values)[0]}
    formulas = {criterion.id: formula_of(criterion, award) for _, criterion in criteria_below(award.criteria)}
    read: set[str] = {award.price_figure} if award.price_figure else set()
    read |= {tie.of for tie in award.ties if tie.of}
    for _, criterion in criteria_below(award.criteria):
        if not criterion.criteria:
            read |= formulas[criterion.id].names
    return Plan(award, formulas, _maxima(award), ordered, _closure(read, ordered))


def _without_weights(award: Award) -> tuple[Finding, ...]:
    """An order of criteria without weights is lawful (CR-03), but no total comes of it."""
    return tuple(
        placed(OnlyAnOrder(facts={"criterion": criterion.name}), path)
        for path, criterion in criteria_below(award.criteria)
        if criterion.weight is None and criterion.share is None and award.weights_in_order
    )


def _maxima(award: Award) -> dict[str, Fraction]:
    maxima: dict[str, Fraction] = {}

    def descend(criteria: tuple[AwardCriterion, ...], parent: Fraction) -> None:
        for criterion in criteria:
            maxima[criterion.id] = weight_of(criterion, parent)
            descend(criterion.criteria, maxima[criterion.id])

    descend(award.criteria, Fraction(award.total))
    return maxima


# --- Faults of an award -----------------------------------------------------------------------


def award_faults(award: Award) -> tuple[Finding, ...]:
    """Every reason why this award cannot be judged: formulas, names, scales, weights, ties.

    Codes FORM-01 to FORM-18, each at its path ("award.values[0].formula").
    """
    figures, faults = _figure_ids(award)
    faults += _value_faults(award, figures)
    faults += _criterion_faults(award, figures)
    faults += _tie_faults(award, figures)
    if award.price_figure and award.price_figure not in figures:
        expression = Expression(Name(award.price_figure))
        faults += unknown_names(expression, figures, "award.price_figure")
    return tuple(faults)


def _figure_ids(award: Award) -> tuple[list[str], list[Finding]]:
    seen: dict[str, str] = {}
    faults: list[Finding] = []
    kinds = (
        ("inputs", [one.id for one in award.inputs]),
        ("quotes", [one.id for one in award.quotes]),
        ("values", [one.id for one in award.values]),
    )
    for kind, ids in kinds:
        for place, name in enumerate(ids):
            path = f"award.{kind}[{place}].id"
            faults += filter(None, [name_fault(name, path)])
            if name in seen:
                facts: dict[str, object] = {"name": name, "first": seen[name], "second": path}
                faults.append(placed(TwiceTheSameId(facts=facts), path))
            seen.setdefault(name, path)
    return list(seen), faults


def _value_faults(award: Award, figures: list[str]) -> list[Finding]:
    faults: list[Finding] = []
    values: dict[str, Expression] = {}
    for place, value in enumerate(award.values):
        path = f"award.values[{place}].formula"
        try:
            values[value.id] = parse(value.formula)
        except FormulaError as error:
            faults.append(placed(error.finding, path))
            continue
        # a value has neither maximum nor appreciation of its own
        faults += unknown_names(values[value.id], figures, path)
        faults += _foreign(values[value.id], maximum=False, level=False, path=path)
    order, circles = order_of_values(values)
    faults += circles
    sizes: dict[str, int] = {}
    point = FarPoint()
    for name in order:
        sizes[name] = size_of(values[name].root, sizes)
        if sizes[name] > MAX_SIZE:
            faults.append(_too_long(values[name], sizes[name], "award.values"))
            sizes[name] = 1
        point.known[name] = point.value(values[name].root)
        faults += _divided_by_zero(point, "award.values")
    for path, criterion in criteria_below(award.criteria):
        if criterion.method is Method.FORMULA and not criterion.criteria:
            try:
                expression = parse(criterion.formula)
            except FormulaError:
                continue
            if (size := size_of(expression.root, sizes)) > MAX_SIZE:
                faults.append(_too_long(expression, size, f"{path}.formula"))
            point.value(expression.root)
            faults += _divided_by_zero(point, f"{path}.formula")
    return faults


def _divided_by_zero(point: FarPoint, path: str) -> list[Finding]:
    """One finding for each divisor that the values make always zero; ``parse`` sees a formula's own."""
    found: list[Finding] = [
        DivisionByZero(facts={"divisor": source_text(divisor), "where": ""}, place=Place(path=path))
        for divisor in point.divided_by_zero
    ]
    point.divided_by_zero.clear()
    return found


def _too_long(expression: Expression, size: int, path: str) -> Finding:
    facts: dict[str, object] = {"formula": expression.text[:80], "size": size, "limit": MAX_SIZE}
    return FigureTooLong(facts=facts, place=Place(path=path))


def _foreign(expression: Expression, *, maximum: bool, level: bool, path: str) -> list[Finding]:
    """``N`` or ``level`` where nothing gives them a value."""
    faults: list[Finding] = []
    reserved = (
        (expression.uses_maximum and not maximum, "N"),
        (expression.uses_level and not level, "level"),
    )
    for used, name in reserved:
        if used:
            mend = (
                "« N » est le maximum d'un critère : ne l'écrivez que dans la formule d'un critère."
                if name == "N"
                else "« level » est l'appréciation : donnez au critère une grille (« scale »)."
            )
            facts: dict[str, object] = {"formula": expression.text[:120], "name": name, "mend": mend}
            faults.append(placed(UnknownName(facts=facts), path))
    return faults


def _criterion_faults(award: Award, figures: list[str]) -> list[Finding]:
    faults: list[Finding] = []
    seen: dict[str, str] = {}
    if not award.criteria:
        faults.append(
            _incomplete(
                "(aucun)",
                Method.SUM,
                "les règles ne donnent aucun critère",
                "Écrivez award.criteria.",
                "award",
            )
        )
    for path, criterion in criteria_below(award.criteria):
        faults += filter(None, [name_fault(criterion.id, f"{path}.id")])
        if criterion.id in seen:
            facts: dict[str, object] = {"name": criterion.id, "first": seen[criterion.id], "second": path}
            faults.append(placed(TwiceTheSameId(facts=facts), f"{path}.id"))
        seen.setdefault(criterion.id, path)
        both = criterion.weight is not None and criterion.share is not None
        unweighted = criterion.weight is None and criterion.share is None
        if both or (unweighted and not award.weights_in_order):
            problem = (
                "porte à la fois des points et un pourcentage"
                if both
                else "ne porte ni points ni pourcentage"
            )
            facts = {"criterion": criterion.name, "problem": problem}
            faults.append(placed(WeightsUnclear(facts=facts), path))
        faults += _method_faults(criterion, award, figures, path)
    return faults


def _incomplete(
    criterion: str, method: Method, problem: str, mend: str, path: str, scale: str = ""
) -> Finding:
    """``scale``: the one whose levels are at fault."""
    facts: dict[str, object] = {
        "criterion": criterion,
        "problem": f"est noté par la méthode « {METHOD_FR[method]} » mais {problem}",
        "mend": mend,
        "scale": scale,
    }
    return placed(MethodIncomplete(facts=facts), path)


def _method_faults(criterion: AwardCriterion, award: Award, figures: list[str], path: str) -> list[Finding]:
    def incomplete(problem: str, mend: str, key: str) -> list[Finding]:
        return [_incomplete(criterion.name, criterion.method, problem, mend, f"{path}.{key}")]

    method = criterion.method
    if undeclared := _undeclared(criterion, award, figures, path):  # whatever the method
        return undeclared
    if criterion.criteria and method not in (Method.SUM, Method.FORMULA):
        return incomplete("il a des sous-critères", "Notez par « sum » ou par « formula ».", "method")
    if method is Method.SUM and not criterion.criteria:
        facts = {"criterion": criterion.name, "problem": "n'a ni méthode de notation ni sous-critère"}
        mend = "Écrivez « method » (inverse, scale…), ou ses « criteria »."
        return [placed(MethodIncomplete(facts={**facts, "mend": mend}), f"{path}.method")]
    if method in LEVEL_METHODS and not criterion.scale:
        return incomplete("il n'a pas de grille", "Nommez une grille dans « scale ».", "scale")
    if method in FIGURE_METHODS and not criterion.of:
        mend = f"Nommez dans « of » un chiffre déclaré : {', '.join(sorted(figures)) or 'aucun ne l’est'}."
        return incomplete("« of » ne nomme aucun chiffre", mend, "of")
    scale = scale_of(criterion, award)
    if scale is not None and (found := _scale_problem(scale)):
        problem, mend = found
        return [_incomplete(criterion.name, method, problem, mend, f"{path}.scale", scale.id)]
    try:
        expression = formula_of(criterion, award)
    except FormulaError as error:
        return [placed(error.finding, f"{path}.formula")]
    known_names = [part.id for part in criterion.criteria] if criterion.criteria else figures
    return unknown_names(expression, known_names, f"{path}.formula") + _foreign(
        expression, maximum=True, level=scale is not None and not criterion.criteria, path=f"{path}.formula"
    )


def _undeclared(criterion: AwardCriterion, award: Award, figures: list[str], path: str) -> list[Finding]:
    """The scale and the figure a criterion names and the rules do not declare."""
    named = (
        ("scale", "la grille", criterion.scale, [one.id for one in award.scales]),
        ("of", "le chiffre", criterion.of, sorted(figures)),
    )
    return [
        placed(
            UnknownOfCriterion(
                facts={
                    "criterion": criterion.name,
                    "what": what,
                    "name": name,
                    "known": ", ".join(known) or "aucun",
                }
            ),
            f"{path}.{key}",
        )
        for key, what, name, known in named
        if name and name not in known
    ]


def _scale_problem(scale: Scale) -> tuple[str, str] | None:
    """What makes a scale unusable, with its mend."""
    shares = [level.share is not None for level in scale.levels]
    values = [level.value is not None for level in scale.levels]
    if (
        not scale.levels
        or any(a == b for a, b in zip(shares, values, strict=True))
        or (any(shares) and any(values))
    ):
        return (
            f"les niveaux de la grille « {scale.id} » n'ont pas tous des points, ou tous un pourcentage",
            "Donnez à chaque niveau « value », ou à chaque niveau « share ».",
        )
    if len({caseless(level.label) for level in scale.levels}) < len(scale.levels):
        return (
            f"la grille « {scale.id} » porte deux fois le même niveau",
            "Donnez un nom propre à chaque niveau.",
        )
    amounts = list(level_values(scale).values())
    if min(amounts) < 0 or max(amounts) <= 0 or (all(shares) and max(amounts) > 1):
        return (
            f"la grille « {scale.id} » sort de ses bornes (de 0 à 100 %, ou des points positifs)",
            "Corrigez la valeur des niveaux.",
        )
    if scale.step is not None and scale.step <= 0:
        return f"le pas de la grille « {scale.id} » n'est pas positif", "Écrivez par exemple « step: 0.5 »."
    return None


def _tie_faults(award: Award, figures: list[str]) -> list[Finding]:
    ids = [criterion.id for _, criterion in criteria_below(award.criteria)]
    faults: list[Finding] = []
    for place, tie in enumerate(award.ties):
        mark = tie.rule is TieRule.BEST_MARK
        named, known = (tie.criterion, ids) if mark else (tie.of, figures)
        if named not in known:
            what = "un critère" if mark else "un chiffre"
            key = "criterion" if mark else "of"
            problem = f"nomme « {named} », inconnu" if named else f"ne nomme pas {what}"
            mend = f"Nommez dans « {key} » {what} déclaré : {', '.join(sorted(known)) or 'aucun'}."
            facts: dict[str, object] = {"number": place + 1, "problem": problem, "mend": mend}
            faults.append(placed(MeansNothingToRank(facts=facts), f"award.ties[{place}].{key}"))
    return faults
