"""Whether a mark depends only on the proportions between prices, not on their level."""

from __future__ import annotations

from collections.abc import Mapping

from reglo.procurement.formulas.expression import (
    LEVEL,
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
)

_ANY = object()  # degree of zero, which fits every degree


def is_scale_free(expression: Expression, values: Mapping[str, Expression]) -> bool:
    """Proved: multiplying all figures of all bids by one number changes no mark.

    >>> from reglo.procurement.formulas.formula import parse
    >>> [is_scale_free(parse(text), {}) for text in ("N * lowest(p) / p", "N - p / 1000")]
    [True, False]
    """
    return _degree(expression.root, values) in (0, _ANY)


def _degree(node: Node, values: Mapping[str, Expression]) -> object:
    """The power of the common factor that comes out of the node; None when none does."""
    match node:
        case Number(value):
            return 0 if value else _ANY
        case Name(name):
            if name in (MAXIMUM, LEVEL):
                return 0
            return _degree(values[name].root, values) if name in values else 1
        case Negation(of) | Aggregate(_, of):
            return _degree(of, values)
        case Operation("+" | "-") | Choose():
            return _common([_degree(child, values) for child in children(node)])
        case Operation(sign, left, right):
            over, under = _degree(left, values), _degree(right, values)
            if over is _ANY or under is _ANY:
                return _ANY if over is _ANY else None
            if isinstance(over, int) and isinstance(under, int):
                return over + under if sign == "*" else over - under
            return None
        case Power(of, exponent):
            degree = _degree(of, values)
            return degree * exponent if isinstance(degree, int) else degree
        case If(_, left, right, then, otherwise):
            comparable = _common([_degree(left, values), _degree(right, values)])
            return (
                None if comparable is None else _common([_degree(then, values), _degree(otherwise, values)])
            )
        case Table(of, bands, otherwise):
            if _degree(of, values) not in (0, _ANY):
                return None
            return _common([_degree(value, values) for value in (*(one for _, one in bands), otherwise)])
        case _:
            return 0 if _degree(children(node)[0], values) == 0 else None


def _common(degrees: list[object]) -> object:
    fixed = {degree for degree in degrees if degree is not _ANY}
    if not fixed:
        return _ANY
    return fixed.pop() if len(fixed) == 1 else None
