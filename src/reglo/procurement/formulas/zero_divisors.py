"""Divisors that are zero whatever the bids: ``prix - prix``, also written across several values.

A sum, product or quotient of figures that is not identically zero is not zero at a point drawn far
away, but once in a million billion times (Schwartz and Zippel): each divisor is computed there,
modulo a large prime. What is not made of ``+ - * / ^`` (``max``, ``lowest``, ``if``…) counts as a
figure of its own, told by its text.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from reglo.procurement.formulas.expression import (
    Choose,
    Name,
    Negation,
    Node,
    Number,
    Operation,
    Power,
    children,
    source_text,
)

_PRIME = 2**61 - 1


def is_always_zero(node: Node) -> bool:
    """Whether a part of a formula is zero for every bid.

    >>> from reglo.procurement.formulas.formula import parse
    >>> is_always_zero(parse("(prix + frais) ^ 2 - prix ^ 2 - frais ^ 2 - 2 * prix * frais").root)
    True
    >>> is_always_zero(parse("prix - lowest(prix)").root)
    False
    """
    return FarPoint().value(node) == 0


@dataclass(slots=True)
class FarPoint:
    """Where formulas are computed: every figure has a value, drawn from its name.

    known: the values of names that stand for a formula, given beforehand.
    divided_by_zero: the divisors met that are always zero.

    >>> from reglo.procurement.formulas.formula import parse
    >>> point = FarPoint()
    >>> point.known["ecart"] = point.value(parse("prix - prix").root)
    >>> _ = point.value(parse("N / (2 * ecart)").root)
    >>> [source_text(one) for one in point.divided_by_zero]
    ['2 * ecart']
    """

    known: dict[str, int] = field(default_factory=dict)
    divided_by_zero: list[Node] = field(default_factory=list)

    def value(self, node: Node) -> int:
        match node:
            case Number(value):
                return value.numerator * pow(value.denominator, -1, _PRIME) % _PRIME
            case Name(name) if name in self.known:
                return self.known[name]
            case Negation(of):
                return -self.value(of) % _PRIME
            case Power(of, exponent):
                return pow(self.value(of), exponent, _PRIME)
            case Choose("sum", among):
                return sum(map(self.value, among)) % _PRIME
            case Operation("/", left, right):
                over, under = self.value(left), self.value(right)
                if not under:
                    self.divided_by_zero.append(right)
                return over * pow(under or 1, -1, _PRIME) % _PRIME
            case Operation(sign, left, right):
                one, two = self.value(left), self.value(right)
                return (one * two if sign == "*" else one + two if sign == "+" else one - two) % _PRIME
            case _:
                for child in children(node):
                    self.value(child)
                return int.from_bytes(sha256(source_text(node).encode()).digest()) % _PRIME
