"""A formula shown to people: French text, Typst mathematics, a live spreadsheet formula, an example."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from reglo.procurement.award import Rounding, RoundingMode
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
    Round,
    Table,
    children,
    source_text,
    walk,
)
from reglo.procurement.french import counted
from reglo.procurement.rounding import round_to
from reglo.procurement.values import decimal_places, format_number

_AGGREGATES_FR = {
    "lowest": "le plus bas de {x}",
    "highest": "le plus haut de {x}",
    "best": "la meilleure valeur de {x}",
    "mean": "la moyenne de {x}",
    "median": "la médiane de {x}",
}
_CHOICES_FR = {"sum": "somme", "min": "le plus petit", "max": "le plus grand"}
_SIGNS_FR = {"*": "×", "-": "−", "!=": "≠", "<=": "≤", ">=": "≥"}
_LABELS_FR = {MAXIMUM: "N", LEVEL: "évaluation"}


def _binding(node: Node) -> int:
    match node:
        case Operation("+" | "-") | Negation():
            return 1
        case Operation():
            return 2
        case Power():
            return 4
        case _:
            return 5


def shown(value: Fraction) -> str:
    """A number for readers: exact when it terminates within six decimals, else « 42,1053… ».

    >>> shown(Fraction(95000)), shown(Fraction(800, 19)), shown(Fraction(1, 8))
    ('95 000', '42,1052…', '0,125')
    """
    places = decimal_places(value)
    if places is not None and places <= 6:
        return format_number(value)
    cut = round_to(value, 4, RoundingMode.DOWN)
    return f"{format_number(cut, 4)}…"


def as_text(root: Node, labels: Mapping[str, str], values: Mapping[str, Fraction] | None = None) -> str:
    """French text. ``values`` replaces names and aggregates, by their source text, by figures;
    of a condition only the branch they lead to is then shown.

    >>> from reglo.procurement.formulas.formula import parse
    >>> as_text(parse("50 * lowest(prix) / prix").root, {"prix": "prix de l'offre"})
    "50 × le plus bas de « prix de l'offre » / « prix de l'offre »"
    >>> as_text(parse("N * level / best(level)").root, {})
    "N × évaluation / la meilleure valeur de l'évaluation"
    """

    def inside(child: Node, at_least: int) -> str:
        text = show(child)
        return text if _binding(child) >= at_least else f"({text})"

    def show(node: Node) -> str:
        if values is not None and isinstance(node, Aggregate | Name):
            value = values.get(source_text(node))
            if value is not None:
                return shown(value) if value >= 0 else f"({shown(value)})"
        match node:
            case Number(value):
                return format_number(value)
            case Name(name):
                return f"« {labels[name]} »" if name in labels else _LABELS_FR.get(name, name)
            case Negation(of):
                return f"−{inside(of, 4)}"
            case Operation(sign, left, right):
                level = _binding(node)
                return f"{inside(left, level)} {_SIGNS_FR.get(sign, sign)} {inside(right, level + 1)}"
            case Power(of, exponent):
                return f"{inside(of, 5)}^{exponent}"
            case Aggregate(function, of):
                bare = of == Name(LEVEL) and LEVEL not in labels
                return _AGGREGATES_FR[function].format(x="l'évaluation" if bare else inside(of, 5))
            case Choose(function, among):
                return f"{_CHOICES_FR[function]} ({' ; '.join(map(show, among))})"
            case Round(of, decimals):
                return f"arrondi ({show(of)} ; {counted(decimals, 'décimale')})"
            case If(sign, left, right, then, otherwise):
                if (taken := _branch(node, values)) is not None:
                    return show(taken)
                condition = f"{show(left)} {_SIGNS_FR.get(sign, sign)} {show(right)}"
                return f"si {condition} alors {inside(then, 1)}, sinon {inside(otherwise, 1)}"
            case Table(of, bands, otherwise):
                lines = "".join(f"{show(value)} jusqu'à {show(limit)}, " for limit, value in bands)
                return f"barème sur {inside(of, 5)} ({lines}{show(otherwise)} au-delà)"

    return show(root)


def _branch(node: If, values: Mapping[str, Fraction] | None) -> Node | None:
    """The branch the known values lead to; None when they do not say."""
    if values is None:
        return None
    test = Expression(If(node.sign, node.left, node.right, _ONE, _ZERO))
    names = {below.name for below in walk(test.root) if isinstance(below, Name)} - {MAXIMUM}
    given = {name: [values.get(name)] for name in names}
    (taken,) = test.evaluate(given, values.get(MAXIMUM), dict(values))
    return None if taken is None else (node.then if taken else node.otherwise)


_ONE, _ZERO = Number(Fraction(1), "1"), Number(Fraction(0), "0")


def as_typst(root: Node, labels: Mapping[str, str]) -> str:
    """Typst mathematics; names are upright text.

    >>> from reglo.procurement.formulas.formula import parse
    >>> as_typst(parse("50 * lowest(prix) / prix").root, {})
    'frac(50 times "prix"_"min", "prix")'
    """

    def quoted(text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    def number(value: Fraction) -> str:
        text = format_number(value)
        return text if text.isdigit() else quoted(text)

    def inside(child: Node, at_least: int) -> str:
        text = show(child)
        return text if _binding(child) >= at_least else f"({text})"

    def show(node: Node) -> str:
        match node:
            case Number(value):
                return number(value)
            case Name(name):
                return quoted(labels.get(name, _LABELS_FR.get(name, name)))
            case Negation(of):
                return f"-{inside(of, 4)}"
            case Operation("/", left, right):
                return f"frac({show(left)}, {show(right)})"
            case Operation(sign, left, right):
                level = _binding(node)
                mark = {"*": "times"}.get(sign, sign)
                return f"{inside(left, level)} {mark} {inside(right, level + 1)}"
            case Power(of, exponent):
                return f"{inside(of, 5)}^{exponent}"
            case Aggregate("mean", of):
                return f"overline({show(of)})"
            case Aggregate(function, of):
                under = {"lowest": "min", "highest": "max", "best": "max", "median": "méd"}[function]
                body = show(of) if isinstance(of, Name) else f"({show(of)})"
                return f'{body}_"{under}"'
            case Choose("sum", among):
                return f"({' + '.join(inside(one, 2) for one in among)})"
            case Choose(function, among):
                return f"{function}({', '.join(map(show, among))})"
            case Round(of, decimals):
                return f'op("arrondi")_{decimals}({show(of)})'
            case If(sign, left, right, then, otherwise):
                mark = {"!=": "!=", "<=": "<=", ">=": ">="}.get(sign, sign)
                condition = f"{show(left)} {mark} {show(right)}"
                return f'cases({show(then)} quad "si" {condition}, {show(otherwise)} quad "sinon")'
            case Table(of, bands, otherwise):
                key = show(of)
                lines = [f'{show(value)} quad "si" {key} <= {show(limit)}' for limit, value in bands]
                return f'cases({", ".join(lines)}, {show(otherwise)} quad "au-delà")'

    return show(root)


_SHEET_AGGREGATES = {"lowest": "MIN", "highest": "MAX", "best": "MAX", "mean": "AVERAGE", "median": "MEDIAN"}


def as_spreadsheet(
    root: Node,
    cell_of: Callable[[str], str],
    range_of: Callable[[str], str],
    known: Mapping[Node, str] | None = None,
) -> str:
    """A live formula in the subset Excel and LibreOffice share, without ``=``, English names.

    known: the cells that already hold an aggregate of this formula.

    >>> from reglo.procurement.formulas.formula import parse
    >>> formula = parse("50 * lowest(prix) / prix").root
    >>> as_spreadsheet(formula, lambda name: "C4", lambda name: "$C$4:$C$9")
    '50*MIN($C$4:$C$9)/C4'
    """
    cells = known or {}

    def show(node: Node, of_name: Callable[[str], str], over_all: bool) -> str:
        def inside(child: Node, at_least: int) -> str:
            text = show(child, of_name, over_all)
            return text if _binding(child) >= at_least else f"({text})"

        def all_of(nodes: tuple[Node, ...]) -> list[str]:
            return [show(one, of_name, over_all) for one in nodes]

        match node:
            case Number(_, text):
                return text
            case Name(name):
                return cell_of(name) if name == MAXIMUM else of_name(name)
            case Negation(of):
                return f"(-{inside(of, 5)})"
            case Operation(sign, left, right):
                level = _binding(node)
                return f"{inside(left, level)}{sign}{inside(right, level + 1)}"
            case Power(of, exponent):
                return f"{inside(of, 5)}^{exponent}"
            case Aggregate() if node in cells:
                return cells[node]
            case Aggregate(function, Name(name)):
                return f"{_SHEET_AGGREGATES[function]}({range_of(name)})"
            case Aggregate(function, of):
                # SUMPRODUCT makes both programs compute its argument line by line
                return f"SUMPRODUCT({_SHEET_AGGREGATES[function]}({show(of, range_of, True)}))"
            case Choose("sum", among) if over_all:
                return f"({'+'.join(inside(one, 1) for one in among)})"
            case Choose(function, among) if over_all:
                sign = "<" if function == "min" else ">"
                first, *others = all_of(among)
                for other in others:
                    first = f"IF(({first}){sign}({other}),{first},{other})"
                return first
            case Choose(function, among):
                return f"{function.upper()}({','.join(all_of(among))})"
            case Round(of, decimals):
                return f"ROUND({show(of, of_name, over_all)},{decimals})"
            case If(sign):
                this, that, yes, no = all_of(children(node))
                mark = {"!=": "<>"}.get(sign, sign)
                return f"IF({this}{mark}{that},{yes},{no})"
            case Table(of, bands, otherwise):
                chain, key = show(otherwise, of_name, over_all), show(of, of_name, over_all)
                for limit, band in reversed(bands):
                    chain = f"IF({key}<={limit.text},{show(band, of_name, over_all)},{chain})"
                return chain
        raise AssertionError(node)

    return show(root, cell_of, False)


def rounded_in_spreadsheet(formula: str, rounding: Rounding | None) -> str:
    """``formula`` rounded as the RC says, by spreadsheet functions.

    A first ROUND at twelve decimals takes away the noise of binary floating point, so that an
    exact half is still a half when the second looks at it; ten would take a mark just below a
    half for one, on prices of some millions (docs/decisions/0070).

    >>> from reglo.procurement.award import RoundingStage
    >>> rounded_in_spreadsheet("A1/3", Rounding(decimals=2, stages=(RoundingStage.LEAF,)))
    'ROUND(ROUND(A1/3,12),2)'
    """
    if rounding is None:
        return formula
    clean, decimals = f"ROUND({formula},12)", rounding.decimals
    match rounding.mode:
        case RoundingMode.HALF_UP:
            return f"ROUND({clean},{decimals})"
        case RoundingMode.DOWN:
            return f"ROUNDDOWN({clean},{decimals})"
        case RoundingMode.UP:
            return f"ROUNDUP({clean},{decimals})"
        case RoundingMode.HALF_EVEN:
            scaled = f"ROUND(({formula})*{10**decimals},{max(12 - decimals, 0)})"
            half = f"ABS({scaled}-TRUNC({scaled}))=0.5"
            return f"IF({half},2*ROUND({scaled}/2,0),ROUND({scaled},0))/{10**decimals}"
