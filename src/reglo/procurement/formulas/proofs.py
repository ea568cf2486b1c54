"""Proofs that a formula stays within bounds and never marks a better bid lower.

A formula becomes a tree of maxima, minima, conditions and steps over quotients of polynomials.
What it claims is then tried for every order its figures may stand in: own figure, lowest, highest,
mean, the other bids. In each order figures are written as sums of amounts that are at least
zero, and the claim holds if every coefficient says so. Sound, not complete: what is not proved
may still be true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from reglo.procurement.formulas.expression import (
    MAXIMUM,
    Aggregate,
    Choose,
    Expression,
    If,
    Name,
    Negation,
    Node,
    Number,
    Operation,
    Power,
    Table,
    children,
    source_text,
    walk,
)
from reglo.procurement.formulas.polynomials import NotProvable, Polynomial, Ratio

MAX_LEAVES = 64


# --- The shape of a formula -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leaf:
    ratio: Ratio


@dataclass(frozen=True, slots=True)
class Extreme:
    """The greatest, or smallest, of several shapes."""

    greatest: bool
    among: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """``then`` where ``difference`` compares to zero as ``sign`` says, ``otherwise`` elsewhere."""

    sign: str
    difference: Ratio
    then: Shape
    otherwise: Shape


@dataclass(frozen=True, slots=True)
class Steps:
    """A table of constants: the value of the first limit that ``key`` does not exceed."""

    key: Ratio
    limits: tuple[Fraction, ...]
    values: tuple[Fraction, ...]  # one more than limits


Shape = Leaf | Extreme | Condition | Steps

_OPPOSITE = {"<": ">=", ">=": "<", "<=": ">", ">": "<=", "=": "!=", "!=": "="}
_KINDS = {"lowest": "low", "highest": "high", "best": "high", "mean": "mean"}


def atoms_of(expression: Expression) -> dict[Node, str]:
    """What varies from bid to bid: names, and the arguments of aggregates taken as wholes.

    Raises NotProvable when a name is used both inside such an argument and beside it.
    """
    wholes = {node.of for node in walk(expression.root) if isinstance(node, Aggregate)}
    inner = {name for whole in wholes if not isinstance(whole, Name) for name in _names(whole)}
    outer: dict[Node, str] = {}

    def visit(node: Node) -> None:
        if node in wholes or (isinstance(node, Name) and node.name != MAXIMUM):
            if any(isinstance(below, Aggregate) for below in walk(node)):
                raise NotProvable("un terme calculé sur toutes les offres en contient un autre")
            outer[node] = source_text(node)
        else:
            for child in (node.of,) if isinstance(node, Aggregate) else children(node):
                visit(child)

    visit(expression.root)
    for node in outer:
        if isinstance(node, Name) and node.name in inner:
            raise NotProvable(f"« {node.name} » paraît seul et dans un terme calculé sur toutes les offres")
    shared = [name for whole in outer if not isinstance(whole, Name) for name in _names(whole)]
    if len(shared) != len(set(shared)):
        raise NotProvable("deux termes calculés sur toutes les offres partagent un chiffre")
    return outer


def _names(node: Node) -> set[str]:
    return {below.name for below in walk(node) if isinstance(below, Name) and below.name != MAXIMUM}


def shape_of(expression: Expression, atoms: Mapping[Node, str], maximum: Fraction) -> Shape:
    """The formula as a shape over symbols "own:x", "low:x", "high:x", "mean:x" of each atom.

    Raises NotProvable.
    """

    def build(node: Node) -> Shape:
        if node in atoms:
            return Leaf(Ratio.of(f"own:{atoms[node]}"))
        match node:
            case Number(value):
                return Leaf(Ratio.number(value))
            case Name():
                return Leaf(Ratio.number(maximum))
            case Negation(of):
                return _negated(build(of))
            case Operation("+", left, right):
                return _sum(build(left), build(right))
            case Operation("-", left, right):
                return _sum(build(left), _negated(build(right)))
            case Operation("*", left, right):
                return _times(build(left), build(right))
            case Operation(_, left, right):
                return _times(build(left), _inverse(build(right)))
            case Power(of, exponent):
                shape: Shape = Leaf(Ratio.number(1))
                for _ in range(exponent):
                    shape = _times(shape, build(of))
                return shape
            case Aggregate(function, of) if function in _KINDS:
                return Leaf(Ratio.of(f"{_KINDS[function]}:{atoms[of]}"))
            case Choose("sum", among):
                total = build(among[0])
                for one in among[1:]:
                    total = _sum(total, build(one))
                return total
            case Choose(function, among):
                return Extreme(function == "max", tuple(build(one) for one in among))
            case If(sign, left, right, then, otherwise):
                difference = _sum(build(left), _negated(build(right)))
                if not isinstance(difference, Leaf):
                    raise NotProvable("une condition porte sur un maximum, un minimum ou un barème")
                return Condition(sign, difference.ratio, build(then), build(otherwise))
            case Table(of, bands, otherwise):
                return _steps(build(of), bands, [*(build(value) for _, value in bands), build(otherwise)])
            case _:
                raise NotProvable(f"la fonction « {source_text(node).partition('(')[0]} » n'est pas analysée")

    shape = build(expression.root)
    if _leaves(shape) > MAX_LEAVES:
        raise NotProvable("la formule a trop de cas à analyser")
    return shape


def _steps(key: Shape, bands: Sequence[tuple[Number, Node]], values: Sequence[Shape]) -> Shape:
    constants = [value.ratio.constant if isinstance(value, Leaf) else None for value in values]
    known = [value for value in constants if value is not None]
    if not isinstance(key, Leaf) or len(known) < len(values):
        raise NotProvable("un barème a des valeurs qui ne sont pas des nombres")
    return Steps(key.ratio, tuple(limit.value for limit, _ in bands), tuple(known))


def _leaves(shape: Shape) -> int:
    match shape:
        case Leaf():
            return 1
        case Extreme(_, among):
            return sum(map(_leaves, among))
        case Condition(_, _, then, otherwise):
            return _leaves(then) + _leaves(otherwise)
        case Steps(_, _, values):
            return len(values)


def _mapped(shape: Shape, of: Callable[[Ratio], Ratio], reverses: bool) -> Shape:
    """``of`` applied to each leaf; ``reverses`` when it turns more into less."""
    match shape:
        case Leaf(ratio):
            return Leaf(of(ratio))
        case Extreme(greatest, among):
            return Extreme(greatest != reverses, tuple(_mapped(one, of, reverses) for one in among))
        case Condition(sign, difference, then, otherwise):
            return Condition(sign, difference, _mapped(then, of, reverses), _mapped(otherwise, of, reverses))
        case Steps(key, limits, values):
            mapped = [of(Ratio.number(value)).constant for value in values]
            known = [value for value in mapped if value is not None]
            if len(known) < len(values):
                raise NotProvable("un barème est multiplié ou ajouté à un chiffre de l'offre")
            return Steps(key, limits, tuple(known))


def _negated(shape: Shape) -> Shape:
    return _mapped(shape, lambda ratio: -ratio, reverses=True)


def _sum(one: Shape, two: Shape) -> Shape:
    if isinstance(one, Leaf):
        return _mapped(two, lambda ratio: one.ratio + ratio, reverses=False)
    if isinstance(two, Leaf):
        return _mapped(one, lambda ratio: ratio + two.ratio, reverses=False)
    return _branched(one, lambda part: _sum(part, two))


def _times(one: Shape, two: Shape) -> Shape:
    for factor, other in ((one, two), (two, one)):
        if isinstance(factor, Leaf):
            scale = factor.ratio
            if isinstance(other, Leaf) or scale.is_nonnegative():
                return _mapped(other, lambda ratio, by=scale: ratio * by, reverses=False)  # type: ignore[misc]
            if (-scale).is_nonnegative():
                return _mapped(other, lambda ratio, by=scale: ratio * by, reverses=True)  # type: ignore[misc]
            raise NotProvable(
                "un maximum, un minimum ou un barème est multiplié par un terme de signe inconnu"
            )
    raise NotProvable("deux maxima, minima ou barèmes sont multipliés entre eux")


def _inverse(shape: Shape) -> Shape:
    if not isinstance(shape, Leaf):
        raise NotProvable("un maximum, un minimum ou un barème sert de diviseur")
    return Leaf(shape.ratio.inverse())


def _branched(shape: Shape, of: Callable[[Shape], Shape]) -> Shape:
    """``of`` applied below the first branching of a shape that is not a leaf."""
    match shape:
        case Extreme(greatest, among):
            return Extreme(greatest, tuple(of(one) for one in among))
        case Condition(sign, difference, then, otherwise):
            return Condition(sign, difference, of(then), of(otherwise))
        case _:
            raise NotProvable("deux barèmes sont ajoutés")


# --- Claims -----------------------------------------------------------------------------------

State = Mapping[str, Polynomial]  # symbol -> its value in one order of the figures


def at_least(one: Shape, here: State, two: Shape, there: State, zero: frozenset[str] = frozenset()) -> bool:
    """Proved: ``one`` in the state ``here`` is at least ``two`` in the state ``there``.

    zero: amounts known to be zero on this branch.
    """
    if isinstance(one, Condition):
        return all(
            at_least(branch, here, two, there, zero | more) for branch, more in _feasible(one, here, zero)
        )
    if isinstance(two, Condition):
        return all(
            at_least(one, here, branch, there, zero | more) for branch, more in _feasible(two, there, zero)
        )
    if isinstance(two, Extreme) and two.greatest:
        return all(at_least(one, here, part, there, zero) for part in two.among)
    if isinstance(one, Extreme) and not one.greatest:
        return all(at_least(part, here, two, there, zero) for part in one.among)
    if isinstance(one, Extreme):
        return any(at_least(part, here, two, there, zero) for part in one.among)
    if isinstance(two, Extreme):
        return any(at_least(one, here, part, there, zero) for part in two.among)
    if isinstance(one, Steps) and isinstance(two, Steps) and one == two:
        ascending = list(one.values) == sorted(one.values)
        descending = list(one.values) == sorted(one.values, reverse=True)
        first, second = one.key.put(here).without(zero), one.key.put(there).without(zero)
        if (ascending and (first - second).is_nonnegative()) or (
            descending and (second - first).is_nonnegative()
        ):
            return True
    if isinstance(one, Steps):
        return all(at_least(Leaf(Ratio.number(value)), here, two, there, zero) for value in one.values)
    if isinstance(two, Steps):
        return all(at_least(one, here, Leaf(Ratio.number(value)), there, zero) for value in two.values)
    first, second = one.ratio.put(here).without(zero), two.ratio.put(there).without(zero)
    if first.under.is_zero() or second.under.is_zero():
        return True  # no mark is given there
    return (first - second).is_nonnegative()


def _feasible(
    condition: Condition, state: State, zero: frozenset[str]
) -> Iterator[tuple[Shape, frozenset[str]]]:
    """The branches that can be taken, each with the amounts it forces to zero."""
    difference = condition.difference.put(state).without(zero)
    for sign, branch in (
        (condition.sign, condition.then),
        (_OPPOSITE[condition.sign], condition.otherwise),
    ):
        more = _forced(sign, difference)
        if more is not None:
            yield branch, more


def _forced(sign: str, difference: Ratio) -> frozenset[str] | None:
    """Amounts that must be zero for the comparison to hold; None when it cannot hold."""
    positive = difference.is_nonnegative()
    negative = (-difference).is_nonnegative()
    over = difference.over
    if over.is_zero():
        return frozenset() if sign in ("=", "<=", ">=") else None
    surely_not_zero = (positive or negative) and () in over.terms
    closes = (
        (sign == "=" and (positive or negative)) or (sign == "<=" and positive) or (sign == ">=" and negative)
    )
    if closes:
        if surely_not_zero:
            return None
        return frozenset(monomial[0][0] for monomial in over.terms if len(monomial) == 1)
    if (sign == "<" and positive) or (sign == ">" and negative):
        return None
    return frozenset()


# --- Orders of the figures --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Range:
    """Where an atom's values lie; ``high`` None: no upper bound."""

    low: Fraction = Fraction(0)
    high: Fraction | None = None


def _ladder(atom: str, names: Sequence[str], within: Range, downwards: bool) -> dict[str, Polynomial]:
    """Names in increasing order as sums of amounts at least zero, from the bottom or from the top."""
    amounts = [Polynomial.of(f"{atom}+{place}") for place in range(len(names))]
    values: dict[str, Polynomial] = {}
    if downwards:
        assert within.high is not None
        value = Polynomial.number(within.high)
        for name, amount in zip(reversed(names), amounts, strict=True):
            value = value - amount
            values[name] = value
    else:
        value = Polynomial.number(within.low)
        for name, amount in zip(names, amounts, strict=True):
            value = value + amount
            values[name] = value
    return values


def one_bid(atom: str, within: Range, downwards: bool) -> Iterator[State]:
    """A bid among others: lowest <= own <= highest, the mean anywhere between."""
    for order in (("low", "own", "mean", "high"), ("low", "mean", "own", "high")):
        ladder = _ladder(atom, order, within, downwards)
        yield {f"{name}:{atom}": value for name, value in ladder.items()}


def two_bids(atom: str, within: Range, downwards: bool) -> Iterator[tuple[State, State]]:
    """Two bids of one lot, the first with the lower figure; lowest, mean, highest are common."""
    middle = ("less", "more")
    for place in range(3):
        order = ["low", *middle[:place], "mean", *middle[place:], "high"]
        ladder = _ladder(atom, order, within, downwards)
        common = {f"{name}:{atom}": ladder[name] for name in ("low", "mean", "high")}
        yield {**common, f"own:{atom}": ladder["less"]}, {**common, f"own:{atom}": ladder["more"]}


def one_move(atom: str, within: Range, downwards: bool) -> Iterator[tuple[State, State]]:
    """A bid before and after its figure grows, the other bids unmoved; and a bid alone."""
    alone = _ladder(atom, ("less", "more"), within, downwards)
    kinds = ("own", "low", "high", "mean")
    yield (
        {f"{kind}:{atom}": alone["less"] for kind in kinds},
        {f"{kind}:{atom}": alone["more"] for kind in kinds},
    )
    count = Polynomial.number(1) + Polynomial.of(f"{atom}+others")  # of the other bids, at least one
    inverse = Polynomial.of(f"{atom}/bids")  # stands for 1 / (count + 1): the means share it
    for first in range(3):
        for second in range(first, 3):
            order = ["bottom", "top"]
            order.insert(second, "more")
            order.insert(first, "less")
            ladder = _ladder(atom, order, within, downwards)
            others = count * ladder["bottom"] + Polynomial.of(f"{atom}+excess")
            yield tuple(  # type: ignore[misc]
                {
                    f"own:{atom}": ladder[own],
                    f"low:{atom}": ladder[own]
                    if order.index(own) < order.index("bottom")
                    else ladder["bottom"],
                    f"high:{atom}": ladder[own] if order.index(own) > order.index("top") else ladder["top"],
                    f"mean:{atom}": (others + ladder[own]) * inverse,
                }
                for own in ("less", "more")
            )


def every_bid(
    shape: Shape, floor: Fraction, ceiling: Fraction, ranges: Mapping[str, Range]
) -> tuple[bool, bool]:
    """Proved: the mark is never below ``floor``; it is never above ``ceiling``."""
    low, high = Leaf(Ratio.number(floor)), Leaf(Ratio.number(ceiling))

    def holds(claim: Callable[[State], bool]) -> bool:
        return any(all(map(claim, _among_others(ranges, down))) for down in _ways(ranges))

    return (
        holds(lambda state: at_least(shape, state, low, {})),
        holds(lambda state: at_least(high, {}, shape, state)),
    )


def _among_others(ranges: Mapping[str, Range], downwards: bool) -> Iterator[State]:
    """Every order of every atom of a bid among others."""
    orders = (one_bid(atom, within, downwards and within.high is not None) for atom, within in ranges.items())
    for states in product(*orders):
        yield {symbol: value for state in states for symbol, value in state.items()}


def decreases(
    shape: Shape,
    atom: str,
    ranges: Mapping[str, Range],
    pairs: Callable[[str, Range, bool], Iterator[tuple[State, State]]],
    *,
    increases: bool = False,
) -> bool:
    """Proved: more of ``atom`` never gives more (``increases``: less), the other atoms unmoved.

    pairs: ``two_bids`` or ``one_move``.
    """
    others = {name: within for name, within in ranges.items() if name != atom}

    def holds(down: bool) -> bool:
        for first, second in pairs(atom, ranges[atom], down and ranges[atom].high is not None):
            for rest in _among_others(others, down):
                less, more = {**first, **rest}, {**second, **rest}
                here, there = (more, less) if increases else (less, more)
                if not at_least(shape, here, shape, there):
                    return False
        return True

    return any(holds(down) for down in _ways(ranges))


def _ways(ranges: Mapping[str, Range]) -> tuple[bool, ...]:
    bounded = any(within.high is not None for within in ranges.values())
    return (False, True) if bounded else (False,)
