"""The language of formulas: text of the rules file -> ``Expression``, or one precise fault.

Numbers (``30``, ``0.5``: the decimal mark is a point; a comma and a space separate terms), names of
figures, ``+ - * /`` (also ``× ÷ −``), ``^`` or ``**`` with a small integer, parentheses,
``lowest(x) highest(x) best(x) mean(x) median(x)`` over the bids of the lot, ``sum(…) min(…)
max(…)`` of figures of one bid, ``round(x, 2)``, ``if(a < b, x, y)``, and bands:
``table(x, 10: 5, 20: 3, else: 0)``. ``N`` is the criterion's maximum, ``level`` the appreciation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from typing import NoReturn

from reglo.procurement.findings import Finding
from reglo.procurement.formulas.expression import (
    AGGREGATES,
    CHOICES,
    COMPARISONS,
    LEVEL,
    MAXIMUM,
    Aggregate,
    Choose,
    Columns,
    Expression,
    If,
    Name,
    Negation,
    Node,
    Number,
    Operation,
    Power,
    Round,
    Table,
    children,
    is_uniform,
)
from reglo.procurement.formulas.faults import (
    BandsNotIncreasing,
    CircularValues,
    DivisionByZero,
    ExponentNotAllowed,
    FigureTooLong,
    FormulaError,
    FormulaTooBig,
    FormulaUnreadable,
    NameNotUsable,
    SameForAllBids,
    UnknownFunction,
    UnknownName,
    WrongArguments,
    placed,
)
from reglo.procurement.formulas.zero_divisors import is_always_zero

__all__ = ["Expression", "FormulaError", "parse"]

MAX_LENGTH = 5_000  # characters
MAX_NODES = 600
MAX_DEPTH = 60
MAX_EXPONENT = 9
MAX_SIZE = 1_000  # factors a result may be made of
MAX_DIGITS = 20  # of a number
MAX_DECIMALS = 6  # of round()

_USAGE = {
    **{name: f"{name}(x)" for name in AGGREGATES},
    **{name: f"{name}(a, b, …)" for name in CHOICES},
    "round": "round(x, 2)",
    "if": "if(a < b, alors, sinon)",
    "table": "table(x, 10: 5, 20: 3, else: 0)",
}
RESERVED = frozenset(_USAGE) | {"else", MAXIMUM, LEVEL}

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?)|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|<=|>=|!=|==|[-+*/^()<>=,:]))"
)
_SAME_SIGN = str.maketrans({"×": "*", "·": "*", "÷": "/", "−": "-", "–": "-", "≤": "≤", "≥": "≥"})


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # number, name, sign, end
    text: str
    column: int  # 1-based


@dataclass(frozen=True, slots=True)
class _Built:
    """A node with what the limits need: depth, size of its results, its value when constant."""

    node: Node
    depth: int
    size: int
    constant: bool


def _tokens(formula: str) -> list[_Token]:
    text = formula.translate(_SAME_SIGN).replace("≤", "<=").replace("≥", ">=")
    tokens, place = [], 0
    while place < len(text.rstrip()):
        found = _TOKEN.match(text, place)
        if found is None:
            column = place + 1 + len(text[place:]) - len(text[place:].lstrip())
            sign = text[column - 1]
            _unreadable(formula, f"le signe « {sign} » n'a pas de sens", column, _advice_on(sign))
        kind = found.lastgroup or ""
        tokens.append(_Token(kind, found.group(kind), found.start(kind) + 1))
        place = found.end()
        if kind == "number" and re.match(r",\d", text[place:]):
            mend = "Décimale : écrivez un point. Deux termes : mettez une espace après la virgule."
            _unreadable(formula, "la virgule entre deux chiffres se lit de deux façons", place + 1, mend)
    tokens.append(_Token("end", "", len(text.rstrip()) + 1))
    return tokens


def _advice_on(sign: str) -> str:
    if sign == "%":
        return "Écrivez la fraction : 30 % s'écrit 0.30."
    if sign == ".":
        return "N'appelez ni attribut ni méthode ; un nombre décimal s'écrit 0.5."
    return "Gardez des nombres, des noms, + - * / ^ et des parenthèses."


def _unreadable(formula: str, problem: str, column: int, mend: str) -> NoReturn:
    shown = formula if len(formula) <= 120 else formula[:117] + "…"
    facts: dict[str, object] = {"formula": shown, "problem": problem, "column": column, "mend": mend}
    raise FormulaError(FormulaUnreadable(facts=facts))


def _refuse(kind: type[Finding], **facts: object) -> NoReturn:
    raise FormulaError(kind(facts=facts))


class _Parser:
    def __init__(self, formula: str) -> None:
        self.formula = formula
        self.tokens = _tokens(formula)
        self.place = 0
        self.count = 0
        self.open = 0

    # Tokens

    @property
    def token(self) -> _Token:
        return self.tokens[self.place]

    def take(self) -> _Token:
        token = self.token
        self.place += 1
        return token

    def accept(self, *signs: str) -> _Token | None:
        if self.token.kind == "sign" and self.token.text in signs:
            return self.take()
        return None

    def expect(self, sign: str, mend: str) -> _Token:
        return self.accept(sign) or self.fail(
            f"« {sign} » attendu, « {self.token.text or 'fin'} » trouvé", mend
        )

    def fail(self, problem: str, mend: str) -> NoReturn:
        _unreadable(self.formula, problem, self.token.column, mend)

    # Nodes

    def build(self, node: Node, below: Iterable[_Built], size: int, column: int) -> _Built:
        below = tuple(below)
        self.count += 1
        depth = 1 + max((one.depth for one in below), default=0)
        if self.count > MAX_NODES:
            _refuse(FormulaTooBig, count=self.count, what="termes et signes", limit=MAX_NODES, column=column)
        if depth > MAX_DEPTH:
            _refuse(FormulaTooBig, count=depth, what="niveaux", limit=MAX_DEPTH, column=column)
        if size > MAX_SIZE:
            _refuse(FigureTooLong, formula=self.formula[:80], size=size, limit=MAX_SIZE, column=column)
        constant = all(one.constant for one in below) and not isinstance(node, Name)
        return _Built(node, depth, size, constant)

    def whole(self) -> Expression:
        built = self.expression()
        if self.token.text == ",":
            self.fail(
                "une virgule sépare deux termes hors d'une fonction",
                "Le séparateur décimal est le point : 0.5.",
            )
        if self.token.kind != "end":
            self.fail(f"« {self.token.text} » suit un terme sans signe entre eux", _MISSING_SIGN)
        return Expression(built.node)

    def expression(self, level: int = 1) -> _Built:
        left = self.unary()
        while True:
            sign = self.token.text if self.token.kind == "sign" else ""
            if (sign in ("+", "-") and level <= 1) or sign in ("*", "/"):
                token = self.take()
                right = self.expression(2) if sign in ("+", "-") else self.unary()
                if sign == "/" and _is_no_divisor(right):
                    _refuse(
                        DivisionByZero,
                        divisor=Expression(right.node).text,
                        where=f" à la colonne {token.column}",
                        column=token.column,
                    )
                left = self.build(
                    Operation(sign, left.node, right.node),
                    (left, right),
                    left.size + right.size,
                    token.column,
                )
            else:
                return left

    def unary(self) -> _Built:
        self.open += 1
        if self.open > MAX_DEPTH:
            _refuse(FormulaTooBig, count=self.open, what="niveaux", limit=MAX_DEPTH, column=self.token.column)
        sign = self.accept("-", "+")
        if sign:
            below = self.unary()
            built = below
            if sign.text == "-":
                built = self.build(Negation(below.node), (below,), below.size, sign.column)
        else:
            built = self.power()
        self.open -= 1
        return built

    def power(self) -> _Built:
        base = self.atom()
        while token := self.accept("^", "**"):
            exponent = self.take()
            if exponent.kind != "number" or "." in exponent.text or len(exponent.text) != 1:
                written = exponent.text or "rien"
                _refuse(ExponentNotAllowed, exponent=written, limit=MAX_EXPONENT, column=exponent.column)
            power = int(exponent.text)
            base = self.build(Power(base.node, power), (base,), base.size * max(power, 1), token.column)
        return base

    def atom(self) -> _Built:
        token = self.token
        if token.kind == "number":
            return self.number()
        if token.kind == "name":
            self.take()
            if self.token.text == "(" and self.token.kind == "sign":
                return self.call(token)
            if token.text in RESERVED - {MAXIMUM, LEVEL}:
                self.place -= 1
                self.fail(
                    f"« {token.text} » est une fonction",
                    f"Elle s'écrit {_USAGE.get(token.text, 'table(…)')}.",
                )
            return self.build(Name(token.text), (), 1, token.column)
        if self.accept("("):
            inner = self.expression()
            if self.token.text == ",":
                self.fail(
                    "une virgule sépare deux termes hors d'une fonction",
                    "Le séparateur décimal est le point : 0.5.",
                )
            self.expect(")", "Fermez la parenthèse.")
            return inner
        self.fail(f"un nombre ou un nom attendu, « {token.text or 'fin'} » trouvé", "Complétez la formule.")

    def number(self) -> _Built:
        token = self.take()
        if len(token.text) > MAX_DIGITS:
            _refuse(
                FormulaTooBig, count=len(token.text), what="chiffres", limit=MAX_DIGITS, column=token.column
            )
        if self.token.kind == "number":
            self.fail("deux nombres se suivent", "Écrivez les milliers sans espace : 95000.")
        return self.build(Number(Fraction(token.text), token.text), (), 1, token.column)

    # Functions

    def call(self, name: _Token) -> _Built:
        if name.text not in _USAGE:
            near = get_close_matches(name.text.lower(), _USAGE, 1, 0.5)
            known = f"Écrivez {_USAGE[near[0]]}." if near else f"Sont admises : {', '.join(sorted(_USAGE))}."
            _refuse(UnknownFunction, name=name.text, column=name.column, mend=known)
        self.expect("(", "Ouvrez la parenthèse.")
        match name.text:
            case "if":
                built = self.condition(name.column)
            case "table":
                built = self.bands(name.column)
            case "round":
                built = self.rounding(name.column)
            case _:
                built = self.plain(name)
        self.expect(")", f"{name.text} s'écrit {_USAGE[name.text]}.")
        return built

    def terms(self) -> list[_Built]:
        terms = [self.expression()]
        while self.accept(","):
            terms.append(self.expression())
        return terms

    def plain(self, name: _Token) -> _Built:
        terms = self.terms()
        if name.text in CHOICES:
            node: Node = Choose(name.text, tuple(one.node for one in terms))
            total = sum(one.size for one in terms)
            size = total if name.text == "sum" else max(one.size for one in terms)
            return self.build(node, terms, size, name.column)
        if len(terms) != 1:
            _refuse(
                WrongArguments, name=name.text, count=len(terms), usage=_USAGE[name.text], column=name.column
            )
        if is_uniform(terms[0].node):
            argument = Expression(terms[0].node).text
            _refuse(SameForAllBids, function=name.text, argument=argument, column=name.column)
        return self.build(Aggregate(name.text, terms[0].node), terms, terms[0].size, name.column)

    def rounding(self, column: int) -> _Built:
        of = self.expression()
        self.expect(",", f"round s'écrit {_USAGE['round']}.")
        decimals = self.take()
        if decimals.kind != "number" or "." in decimals.text or int(decimals.text) > MAX_DECIMALS:
            self.place -= 1
            self.fail(
                f"nombre de décimales attendu, « {decimals.text} » trouvé",
                f"Écrivez un entier de 0 à {MAX_DECIMALS}.",
            )
        return self.build(Round(of.node, int(decimals.text)), (of,), of.size, column)

    def condition(self, column: int) -> _Built:
        left = self.expression()
        sign = self.accept(*COMPARISONS, "==") or self.fail(
            "une comparaison attendue", "Comparez par <, <=, >, >=, = ou !=."
        )
        right = self.expression()
        branches = []
        for _ in range(2):
            self.expect(",", f"if s'écrit {_USAGE['if']}.")
            branches.append(self.expression())
        then, otherwise = branches
        text = "=" if sign.text == "==" else sign.text
        node = If(text, left.node, right.node, then.node, otherwise.node)
        size = max(left.size + right.size, then.size, otherwise.size)
        return self.build(node, (left, right, then, otherwise), size, column)

    def bands(self, column: int) -> _Built:
        of = self.expression()
        bands: list[tuple[Number, Node]] = []
        below = [of]
        while True:
            self.expect(",", f"table s'écrit {_USAGE['table']}.")
            if self.token.kind == "name" and self.token.text == "else":
                break
            at = self.token.column
            negative = self.accept("-")
            if self.token.kind != "number":
                self.fail("une limite (un nombre) ou « else » attendu", f"table s'écrit {_USAGE['table']}.")
            limit = self.number().node
            assert isinstance(limit, Number)
            if negative:
                limit = Number(-limit.value, f"-{limit.text}")
            if bands and limit.value <= bands[-1][0].value:
                _refuse(BandsNotIncreasing, before=bands[-1][0].text, limit=limit.text, column=at)
            self.expect(":", "Écrivez la valeur de la tranche après « : ».")
            value = self.expression()
            below.append(value)
            bands.append((limit, value.node))
        self.take()
        self.expect(":", "Écrivez la valeur au-delà de la dernière limite après « else: ».")
        otherwise = self.expression()
        below.append(otherwise)
        node = Table(of.node, tuple(bands), otherwise.node)
        return self.build(node, below, max(one.size for one in below), column)


_MISSING_SIGN = "Mettez un signe entre les deux termes ; les milliers s'écrivent sans espace."


def _is_no_divisor(built: _Built) -> bool:
    constant = Expression(built.node).run(Columns(1, {}))[0] if built.constant else 1
    return constant in (None, 0) or is_always_zero(built.node)


@lru_cache(maxsize=4_096)
def parse(text: str) -> Expression:
    """The formula as an exact, total expression.

    Raises FormulaError, whose finding (FORM-01 to FORM-13) points at a column.

    >>> str(parse("30 × lowest(entretien) / entretien"))
    '30 * lowest(entretien) / entretien'
    >>> parse("30 * moins(prix)")
    Traceback (most recent call last):
    ...
    reglo.procurement.formulas.faults.FormulaError: FORM-03 · La fonction « moins », à la colonne 6, \
n'existe pas dans les formules. Écrivez min(a, b, …).
    """
    if len(text) > MAX_LENGTH:
        _refuse(FormulaTooBig, count=len(text), what="caractères", limit=MAX_LENGTH, column=MAX_LENGTH + 1)
    formula = unicodedata.normalize("NFC", text)
    if not formula.strip():
        _unreadable(formula, "la formule est vide", 1, "Écrivez la formule du règlement de la consultation.")
    return _Parser(formula).whole()


# --- Names and values of one consultation -----------------------------------------------------


def name_fault(name: str, path: str) -> Finding | None:
    """Why ``name`` cannot be the id of a figure, or None.

    >>> name_fault("prix_été", "award.inputs[0].id") is None, name_fault("prix-ttc", "").code
    (True, 'FORM-11')
    """
    problem = ""
    if not re.fullmatch(r"[^\W\d]\w*", unicodedata.normalize("NFC", name)):
        problem = "il contient autre chose que des lettres, des chiffres et « _ »"
    elif name in RESERVED:
        problem = "ce mot est réservé"
    if not problem:
        return None
    usable = re.sub(r"\W+", "_", name).strip("_")
    proposed = ""
    if usable != name and usable not in RESERVED and re.fullmatch(r"[^\W\d]\w*", usable):
        proposed = f"Écrivez « {usable} », ici et partout où il est employé. "
    facts: dict[str, object] = {"name": name, "problem": problem, "proposed": proposed}
    facts["reserved"] = ", ".join(sorted(RESERVED))
    return placed(NameNotUsable(facts=facts), path)


def unknown_names(expression: Expression, known: Iterable[str], path: str) -> list[Finding]:
    """One finding for each name the formula reads and nobody declares."""
    declared = sorted(known)
    findings = []
    for name in sorted(expression.names - set(declared)):
        near = get_close_matches(name, declared, 1, 0.6)
        mend = (
            f"Vouliez-vous dire « {near[0]} » ?"
            if near
            else f"Sont déclarés : {', '.join(declared) or 'aucun'}."
        )
        facts: dict[str, object] = {"formula": expression.text[:120], "name": name, "mend": mend}
        findings.append(placed(UnknownName(facts=facts), path))
    return findings


def order_of_values(values: Mapping[str, Expression]) -> tuple[list[str], list[Finding]]:
    """Values in an order in which each can be computed, and the circles found among them.

    Values that take part in a circle, or depend on one, are left out of the order.

    >>> order_of_values({"b": parse("a * 2"), "a": parse("x")})[0]
    ['a', 'b']
    >>> [str(f.code) for f in order_of_values({"a": parse("b"), "b": parse("a")})[1]]
    ['FORM-08']
    """
    waiting = {name: expression.names & values.keys() for name, expression in values.items()}
    order: list[str] = []
    done: set[str] = set()
    while ready := sorted(name for name, needs in waiting.items() if needs <= done):
        order += ready
        done.update(ready)
        for name in ready:
            del waiting[name]
    if not waiting:
        return order, []
    names = ", ".join(f"« {name} »" for name in sorted(waiting))
    return order, [placed(CircularValues(facts={"names": names}), "award.values")]


def size_of(node: Node, sizes: Mapping[str, int]) -> int:
    """How many figures of a bid a result may be made of, products and powers counted."""
    below = [size_of(child, sizes) for child in children(node)]
    match node:
        case Name(name):
            return sizes.get(name, 1)
        case Number():
            return 1
        case Power(_, exponent):
            return below[0] * max(exponent, 1)
        case Operation() | Choose("sum"):
            return sum(below)
        case _:
            return max(below)
