"""A formula of the RC as a small tree, evaluated exactly over all the bids of a lot at once.

Total by construction: no loop, no name but those the rules declare, and a division by zero is
not an error but an *undefined* value (``None``) that spreads to whatever depends on it. Each
node works on whole columns, one value per bid, so that ``lowest(x)`` is computed once per lot.
``formula.parse`` builds expressions; ``expression_views`` shows them to people.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, reduce

from reglo.procurement.rounding import round_to

Column = Sequence["Fraction | None"]  # one value per bid, in the order of the lot
Result = Fraction | Column | None  # a single value when it is the same for all bids

MAXIMUM = "N"  # the criterion's maximum, in points
LEVEL = "level"  # the appreciation given to the bid on the criterion


# --- The tree ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number:
    value: Fraction
    text: str  # as written


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Negation:
    of: Node


@dataclass(frozen=True, slots=True)
class Operation:
    """``sign`` is one of ``+ - * /``."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Power:
    of: Node
    exponent: int


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Over all the bids of the lot: ``lowest``, ``highest``, ``mean``, ``median``, ``best``."""

    function: str
    of: Node


@dataclass(frozen=True, slots=True)
class Choose:
    """``sum``, ``min`` or ``max`` of several figures of one bid."""

    function: str
    among: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Round:
    of: Node
    decimals: int


@dataclass(frozen=True, slots=True)
class If:
    """``sign`` is one of ``< <= > >= = !=``."""

    sign: str
    left: Node
    right: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Table:
    """A scale by bands: the value of the first band whose limit is not exceeded, else ``otherwise``."""

    of: Node
    bands: tuple[tuple[Number, Node], ...]  # limits increase
    otherwise: Node


Node = Number | Name | Negation | Operation | Power | Aggregate | Choose | Round | If | Table


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in reading order."""
    match node:
        case Number() | Name():
            return ()
        case Negation(of) | Power(of) | Aggregate(_, of) | Round(of):
            return (of,)
        case Operation(_, left, right):
            return (left, right)
        case Choose(_, among):
            return among
        case If(_, left, right, then, otherwise):
            return (left, right, then, otherwise)
        case Table(of, bands, otherwise):
            return (of, *(value for _, value in bands), otherwise)


def walk(node: Node) -> list[Node]:
    """The node and all below it, parents first."""
    return [node, *(below for child in children(node) for below in walk(child))]


def is_uniform(node: Node) -> bool:
    """True if the value is the same for all bids: numbers, ``N``, aggregates, what they make."""
    match node:
        case Name(name):
            return name == MAXIMUM
        case Aggregate():
            return True
        case _:
            return all(is_uniform(child) for child in children(node))


# --- Text -------------------------------------------------------------------------------------

_LEVELS = {"+": 1, "-": 1, "*": 2, "/": 2}


def _binding(node: Node) -> int:
    match node:
        case Operation(sign):
            return _LEVELS[sign]
        case Negation():
            return 1
        case Power():
            return 4
        case _:
            return 5


def source_text(node: Node) -> str:
    """The formula in the language of the rules file, with no more parentheses than needed."""

    def inside(child: Node, at_least: int) -> str:
        text = source_text(child)
        return text if _binding(child) >= at_least else f"({text})"

    match node:
        case Number(_, text):
            return text
        case Name(name):
            return name
        case Negation(of):
            return f"-{inside(of, 4)}"
        case Operation(sign, left, right):
            level = _LEVELS[sign]
            return f"{inside(left, level)} {sign} {inside(right, level + 1)}"
        case Power(of, exponent):
            return f"{inside(of, 5)} ^ {exponent}"
        case Aggregate(function, of):
            return f"{function}({source_text(of)})"
        case Choose(function, among):
            return f"{function}({', '.join(map(source_text, among))})"
        case Round(of, decimals):
            return f"round({source_text(of)}, {decimals})"
        case If(sign, left, right, then, otherwise):
            condition = f"{source_text(left)} {sign} {source_text(right)}"
            return f"if({condition}, {source_text(then)}, {source_text(otherwise)})"
        case Table(of, bands, otherwise):
            lines = "".join(f"{limit.text}: {source_text(value)}, " for limit, value in bands)
            return f"table({source_text(of)}, {lines}else: {source_text(otherwise)})"


# --- Evaluation -------------------------------------------------------------------------------


@dataclass(slots=True)
class Columns:
    """The figures of a lot, one column per name, and what has been aggregated over them so far.

    ``known`` maps the text of an aggregate ("lowest(prix)") to its value; given beforehand, a
    value is used instead of being computed, which is how an explanation is verified.
    """

    size: int
    of: Mapping[str, Column]
    maximum: Fraction | None = None  # N
    known: dict[str, Fraction | None] = field(default_factory=dict)


_Run = Callable[[Columns], Result]
_Binary = Callable[[Fraction, Fraction], "Fraction | bool"]


def _slow(of: _Binary, left: Fraction | None, right: Fraction | None) -> Fraction | None:
    if left is None or right is None:
        return None
    try:
        return of(left, right)  # type: ignore[return-value]
    except ZeroDivisionError:
        return None


def _pairwise(of: _Binary, left: Result, right: Result) -> Result:
    """``of`` on two results; the quick path serves columns without an undefined value."""
    one_left, one_right = not isinstance(left, Sequence), not isinstance(right, Sequence)
    if one_left and one_right:
        return _slow(of, left, right)  # type: ignore[arg-type]
    try:
        if one_left:
            return [of(left, b) for b in right]  # type: ignore
        if one_right:
            return [of(a, right) for a in left]  # type: ignore
        return list(map(of, left, right))  # type: ignore
    except (TypeError, ZeroDivisionError):
        size = len(right) if one_left else len(left)  # type: ignore[arg-type]
        lefts: Column = [left] * size if one_left else left  # type: ignore
        rights: Column = [right] * size if one_right else right  # type: ignore
        return [_slow(of, a, b) for a, b in zip(lefts, rights, strict=True)]


def _spread(result: Result, size: int) -> Column:
    return result if isinstance(result, Sequence) else [result] * size


def _eachwise(of: Callable[[Fraction], Fraction], result: Result) -> Result:
    if isinstance(result, Sequence):
        return [None if value is None else of(value) for value in result]
    return None if result is None else of(result)


def _mean(values: Sequence[Fraction]) -> Fraction:
    return _total(values) / len(values)


def _total(values: Sequence[Fraction]) -> Fraction:
    """The sum, by halves: denominators that differ meet as late as possible."""
    if len(values) <= 8:
        return sum(values, Fraction(0))
    middle = len(values) // 2
    return _total(values[:middle]) + _total(values[middle:])


def _median(values: Sequence[Fraction]) -> Fraction:
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(values) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


_AGGREGATES: Mapping[str, Callable[[Sequence[Fraction]], Fraction]] = {
    "lowest": min,
    "highest": max,
    "best": max,
    "mean": _mean,
    "median": _median,
}
AGGREGATES = frozenset(_AGGREGATES)

_SIGNS: Mapping[str, _Binary] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "!=": operator.ne,
}
COMPARISONS = frozenset({"<", "<=", ">", ">=", "=", "!="})
_CHOICES: Mapping[str, _Binary] = {"sum": operator.add, "min": min, "max": max}
CHOICES = frozenset(_CHOICES)


def _compile(node: Node) -> _Run:
    match node:
        case Number(value):
            return lambda columns: value
        case Name(name):
            if name == MAXIMUM:
                return lambda columns: columns.maximum
            return lambda columns: columns.of[name]
        case Negation(of):
            run = _compile(of)
            return lambda columns: _eachwise(operator.neg, run(columns))
        case Operation(sign, left, right):
            return _compile_pair(_SIGNS[sign], left, right)
        case Power(of, exponent):
            return _compile_power(_compile(of), exponent)
        case Aggregate(function, of):
            return _compile_aggregate(_AGGREGATES[function], _compile(of), source_text(node))
        case Choose(function, among):
            runs, combine = [_compile(one) for one in among], _CHOICES[function]
            return lambda columns: reduce(
                lambda sofar, run: _pairwise(combine, sofar, run(columns)), runs[1:], runs[0](columns)
            )
        case Round(of, decimals):
            run = _compile(of)
            return lambda columns: _eachwise(lambda value: round_to(value, decimals), run(columns))
        case If(sign, left, right, then, otherwise):
            return _compile_if(_compile_pair(_SIGNS[sign], left, right), _compile(then), _compile(otherwise))
        case Table(of, bands, otherwise):
            limits = [(limit.value, _compile(value)) for limit, value in bands]
            return _compile_table(_compile(of), limits, _compile(otherwise))


def _compile_pair(of: _Binary, left: Node, right: Node) -> _Run:
    run_left, run_right = _compile(left), _compile(right)
    return lambda columns: _pairwise(of, run_left(columns), run_right(columns))


def _compile_power(run: _Run, exponent: int) -> _Run:
    return lambda columns: _eachwise(lambda value: value**exponent, run(columns))


def _compile_aggregate(function: Callable[[Sequence[Fraction]], Fraction], run: _Run, text: str) -> _Run:
    def aggregate(columns: Columns) -> Fraction | None:
        if text not in columns.known:
            values = _spread(run(columns), columns.size)
            defined = [value for value in values if value is not None]
            complete = defined and len(defined) == len(values)
            columns.known[text] = function(defined) if complete else None
        return columns.known[text]

    return aggregate


def _compile_if(condition: _Run, then: _Run, otherwise: _Run) -> _Run:
    def choose(columns: Columns) -> Result:
        test = condition(columns)
        if not isinstance(test, Sequence):
            return None if test is None else (then if test else otherwise)(columns)
        yes, no = _spread(then(columns), columns.size), _spread(otherwise(columns), columns.size)
        return [None if t is None else (a if t else b) for t, a, b in zip(test, yes, no, strict=True)]

    return choose


def _compile_table(run: _Run, bands: list[tuple[Fraction, _Run]], otherwise: _Run) -> _Run:
    def look_up(columns: Columns) -> Result:
        keys = _spread(run(columns), columns.size)
        values = [(limit, _spread(band(columns), columns.size)) for limit, band in bands]
        beyond = _spread(otherwise(columns), columns.size)
        return [
            None
            if key is None
            else next((value[place] for limit, value in values if key <= limit), beyond[place])
            for place, key in enumerate(keys)
        ]

    return look_up


# --- The expression ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Expression:
    """A parsed formula. ``str`` gives it back in the language of the rules file.

    >>> from reglo.procurement.formulas.formula import parse
    >>> price = parse("50*lowest(prix)/prix")
    >>> str(price), sorted(price.names)
    ('50 * lowest(prix) / prix', ['prix'])
    >>> price.evaluate({"prix": [Fraction(80000), Fraction(95000), Fraction(0)]})
    [Fraction(0, 1), Fraction(0, 1), None]
    >>> price.evaluate({"prix": [Fraction(80000), Fraction(95000)]})
    [Fraction(50, 1), Fraction(800, 19)]
    """

    root: Node

    def __str__(self) -> str:
        return self.text

    @cached_property
    def text(self) -> str:
        return source_text(self.root)

    @cached_property
    def names(self) -> frozenset[str]:
        """The figures it reads: neither ``N`` nor ``level``."""
        return self._all_names - {MAXIMUM, LEVEL}

    @cached_property
    def uses_level(self) -> bool:
        return LEVEL in self._all_names

    @cached_property
    def uses_maximum(self) -> bool:
        return MAXIMUM in self._all_names

    @cached_property
    def _all_names(self) -> frozenset[str]:
        return frozenset(node.name for node in walk(self.root) if isinstance(node, Name))

    @cached_property
    def terms(self) -> tuple[Node, ...]:
        """What an explanation gives the value of: aggregates, and names outside them, in order."""
        found: dict[Node, None] = {}

        def visit(node: Node) -> None:
            if isinstance(node, Aggregate | Name):
                found.setdefault(node)
            else:
                for child in children(node):
                    visit(child)

        visit(self.root)
        return tuple(found)

    @cached_property
    def _run(self) -> _Run:
        return _compile(self.root)

    def run(self, columns: Columns) -> Column:
        """One value per bid; ``None`` where the formula is undefined (division by zero)."""
        return _spread(self._run(columns), columns.size)

    def evaluate(
        self,
        figures: Mapping[str, Column],
        maximum: Fraction | None = None,
        known: Mapping[str, Fraction | None] | None = None,
    ) -> list[Fraction | None]:
        """One value per bid from columns of figures, all of the same length.

        maximum: the value of ``N``. known: values of aggregates by their text, used as given.
        Raises KeyError on a name without a column, ValueError on columns of different lengths.
        """
        sizes = {len(column) for column in figures.values()} or {1}
        if len(sizes) > 1:
            raise ValueError("columns of different lengths")
        return list(self.run(Columns(sizes.pop(), figures, maximum, dict(known or {}))))
