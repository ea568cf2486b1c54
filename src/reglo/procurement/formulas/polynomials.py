"""Polynomials and their quotients with exact coefficients, for proofs about formulas.

A polynomial whose variables are all at least zero and whose coefficients are all at least zero
is itself at least zero: the only argument the proofs of ``proofs`` rest on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

Monomial = tuple[tuple[str, int], ...]  # variables in order, each with its exponent
MAX_TERMS = 1_500


class NotProvable(Exception):
    """The formula is beyond what the proofs can say; ``args[0]`` tells why, in French."""


@dataclass(frozen=True, slots=True)
class Polynomial:
    """A sum of monomials; no coefficient is zero.

    >>> x, y = Polynomial.of("x"), Polynomial.of("y")
    >>> product = (x + y) * (x - y)
    >>> product.put({"x": y + Polynomial.number(1)}).is_nonnegative()
    True
    """

    terms: Mapping[Monomial, Fraction]

    @classmethod
    def of(cls, variable: str) -> Polynomial:
        return cls({((variable, 1),): Fraction(1)})

    @classmethod
    def number(cls, value: Fraction | int) -> Polynomial:
        return cls({(): Fraction(value)} if value else {})

    @property
    def constant(self) -> Fraction | None:
        """Its value when no variable is left in it."""
        if not self.terms:
            return Fraction(0)
        return self.terms[()] if set(self.terms) == {()} else None

    def is_zero(self) -> bool:
        return not self.terms

    def is_nonnegative(self) -> bool:
        return all(coefficient > 0 for coefficient in self.terms.values())

    def __add__(self, other: Polynomial) -> Polynomial:
        terms = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            total = terms.get(monomial, Fraction(0)) + coefficient
            if total:
                terms[monomial] = total
            else:
                del terms[monomial]
        return Polynomial(terms)

    def __neg__(self) -> Polynomial:
        return Polynomial({monomial: -coefficient for monomial, coefficient in self.terms.items()})

    def __sub__(self, other: Polynomial) -> Polynomial:
        return self + -other

    def __mul__(self, other: Polynomial) -> Polynomial:
        if len(self.terms) * len(other.terms) > MAX_TERMS:
            raise NotProvable("la formule est trop longue à analyser")
        terms: dict[Monomial, Fraction] = {}
        for one, first in self.terms.items():
            for two, second in other.terms.items():
                monomial = _product(one, two)
                terms[monomial] = terms.get(monomial, Fraction(0)) + first * second
        return Polynomial({monomial: value for monomial, value in terms.items() if value})

    def put(self, values: Mapping[str, Polynomial]) -> Polynomial:
        """The polynomial with these values in the place of its variables."""
        total = Polynomial({})
        for monomial, coefficient in self.terms.items():
            term = Polynomial.number(coefficient)
            for variable, exponent in monomial:
                value = values.get(variable, Polynomial.of(variable))
                for _ in range(exponent):
                    term = term * value
            total = total + term
        return total

    def without(self, variables: frozenset[str]) -> Polynomial:
        """The polynomial where these variables are zero."""
        if not variables:
            return self
        return Polynomial(
            {
                monomial: coefficient
                for monomial, coefficient in self.terms.items()
                if not any(variable in variables for variable, _ in monomial)
            }
        )


def _product(one: Monomial, two: Monomial) -> Monomial:
    exponents = dict(one)
    for variable, exponent in two:
        exponents[variable] = exponents.get(variable, 0) + exponent
    return tuple(sorted(exponents.items()))


@dataclass(frozen=True, slots=True)
class Ratio:
    """A quotient of polynomials, not reduced."""

    over: Polynomial
    under: Polynomial

    @classmethod
    def of(cls, variable: str) -> Ratio:
        return cls(Polynomial.of(variable), Polynomial.number(1))

    @classmethod
    def number(cls, value: Fraction | int) -> Ratio:
        return cls(Polynomial.number(value), Polynomial.number(1))

    @property
    def constant(self) -> Fraction | None:
        over, under = self.over.constant, self.under.constant
        return over / under if over is not None and under else None

    def __add__(self, other: Ratio) -> Ratio:
        if self.under == other.under:
            return Ratio(self.over + other.over, self.under)
        return Ratio(self.over * other.under + other.over * self.under, self.under * other.under)

    def __neg__(self) -> Ratio:
        return Ratio(-self.over, self.under)

    def __sub__(self, other: Ratio) -> Ratio:
        return self + -other

    def __mul__(self, other: Ratio) -> Ratio:
        return Ratio(self.over * other.over, self.under * other.under)

    def inverse(self) -> Ratio:
        return Ratio(self.under, self.over)

    def put(self, values: Mapping[str, Polynomial]) -> Ratio:
        return Ratio(self.over.put(values), self.under.put(values))

    def without(self, variables: frozenset[str]) -> Ratio:
        return Ratio(self.over.without(variables), self.under.without(variables))

    def is_nonnegative(self) -> bool:
        """Proved at least zero wherever it is defined (nowhere counts)."""
        if self.under.is_zero():
            return True
        same = self.over.is_nonnegative() and self.under.is_nonnegative()
        return same or ((-self.over).is_nonnegative() and (-self.under).is_nonnegative())
