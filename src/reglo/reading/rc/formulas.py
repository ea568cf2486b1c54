"""Price formulas as buyers print them, recognised by what they compute, not by how they are spelled.

A formula is parsed into a small tree whose leaves are numbers and phrases (« prix de l'offre la
moins chère »); each phrase is understood as the lowest, the highest, the mean or the bid's own
figure. The tree is then evaluated at several points and compared with the known methods: any
spelling of « N × plus bas / prix » is the same method. What matches none is written out as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from reglo.reading.text.model import fold

MAX_LENGTH = 700
LOWEST = r"plus bas|plus basse|moins[- ]cher|moins[- ]disant|moins[- ]eleve|le moins|\bminim|\bmini?\b|mieux[- ]disant|plus faible|plus avantageu|plus court"
_HIGHEST = r"plus haut|plus eleve|plus cher|\bmaxi?\b|\bmaxim(?!um de points|ale de)|plus fort"
_MEAN = r"moyenn?e?\b|moyenne"
PRICE = r"prix|montant|prime|remuneration|honoraires|offre|cout|tarif|total|delai|devis|proposition|valeur"
_MAXIMUM = r"(?:pourcentage|points?|poids) (?:affecte|attribue|alloue|du critere)|note max|nombre (?:max\w* )?de points|points? max|\bponderation|\bcoefficient|bareme|note maximale|\bnmax\b|maximum de points|points attribues"
_BEST_LEVEL = r"meilleure (?:evaluation|note)|note la plus (?:haute|elevee)|plus haute note|meilleure note"
_LEVEL = r"(?:evaluation|note)(?: technique| brute)? (?:du|de l'|de la|obtenue)? ?(?:candidat|offre|soumissionnaire)|evaluation"
_LETTERS = {
    "lowest": r"d ?min|p ?min|pm|po|p0|x0|m0|mo|c0|mmin|cmin|mb|pmd|pb|pmini|mini|omin|pl|p bas",
    "highest": r"p ?max|pmaxi|omax|ph",
    "mean": r"p ?moy|pmoyen|moy",
    "own": r"d|di|p|pi|pc|px|x|m|mi|c|ci|pn|po?ffre|p ?cand|o|oi|pe|ps|pa|p1",
    "maximum": r"n|nmax|nm|max|pts",
}


@dataclass(frozen=True, slots=True)
class Term:
    """A node: ``kind`` is "number", "atom" or an operator; ``parts`` its operands."""

    kind: str
    value: Fraction = Fraction(0)
    text: str = ""
    parts: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Price:
    """What a formula computes: a named ``method``, or "formula" with its ``expression`` over ``{x}``.

    ``subject``: the phrase of the figure judged. ``maximum``: the mark of the best bid, None when
    the formula names it in words.
    """

    method: str
    subject: str
    maximum: Fraction | None
    expression: str = ""
    clamped: bool = False  # the text is not bounded at zero although the method is


@dataclass(frozen=True, slots=True)
class Composite:
    """A weighted price: an expression over named phrases, and whether its parentheses are at fault."""

    tree: Term
    atoms: tuple[str, ...]
    fault: bool  # « A × 60 + B × 30 + C × 10 / 100 »: the last term alone is divided


# --- Parsing ----------------------------------------------------------------------------------


def parse(text: str, legend: dict[str, str] | None = None) -> Term | None:
    """The tree of a formula printed in a document; None when it is not one.

    >>> str(parse("(prix le plus bas / prix de l'offre) x 60").kind)
    '*'
    """
    text = _normalised(text, legend or {})
    if not text or len(text) > MAX_LENGTH:
        return None
    tokens = _tokens(text)
    if not tokens or sum(token in "+-*/^" for token in tokens) == 0:
        return None
    parser = _Parser(tokens)
    tree = parser.sum()
    return tree if tree is not None and parser.at == len(tokens) else None


def _normalised(text: str, legend: dict[str, str]) -> str:
    text = text.replace("’", "'").replace("÷", "/").replace("²", "^2").replace("³", "^3")
    text = text.replace("[", "(").replace("]", ")").replace("{", "(").replace("}", ")")
    text = re.sub(
        r"\((?:en )?(?:€\s*)?(?:HT|TTC|H\.T\.?|T\.T\.C\.?|€|euros?|en euros|en jours|en €)[^()]{0,20}\)",
        " ",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"[–—−]", " - ", text)
    times = bool(re.search(r"[×*·]", text))
    text = re.sub(r"[×·]", "*", text)
    if not times and "x" not in legend:
        text = re.sub(
            r"(?<=[\d)\]a-zA-Zé])\s+[xX]\s+(?=[\d(a-zA-Z])|(?<=[\d)])\s*[xX]\s*(?=[\d(])|(?<=\))\s*[xX]\s+(?=\w)|(?<=\d)\s*[xX]\s+(?=\w)",
            " * ",
            text,
        )
    return " ".join(text.split()).strip(" .;,:")


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        if text[at] in "()+*/^":
            tokens.append(text[at])
            at += 1
            continue
        if text[at] == "-":
            tokens.append("-")
            at += 1
            continue
        number = re.compile(r"\d+(?:[.,]\d+)?(?![\w'])").match(text, at)
        if number and (not tokens or tokens[-1] in "()+-*/^"):
            tokens.append(number[0])
            at = number.end()
            continue
        phrase = re.compile(r"(?:[^()+*/^\s-]|(?<=\w)-(?=\w)|\s(?!\s*[-+*/^()]))+").match(text, at)
        if phrase is None or not re.search(r"[A-Za-zÀ-ü]", phrase[0]):
            return []
        tokens.append(phrase[0].strip())
        at = phrase.end()
    return tokens


class _Parser:
    def __init__(self, tokens: list[str]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def sum(self) -> Term | None:
        return self._chain("+-", self.product)

    def product(self) -> Term | None:
        return self._chain("*/", self.power)

    def _chain(self, signs: str, below: object) -> Term | None:
        left: Term | None = below()  # type: ignore[operator]
        while left is not None and self.peek() and self.peek() in signs:
            sign = self.tokens[self.at]
            self.at += 1
            right: Term | None = below()  # type: ignore[operator]
            left = Term(sign, parts=(left, right)) if right is not None else None
        return left

    def power(self) -> Term | None:
        base = self.factor()
        if base is not None and self.peek() == "^":
            self.at += 1
            exponent = self.factor()
            if exponent is None or exponent.kind != "number" or exponent.value not in (2, 3):
                return None
            return Term("^", parts=(base, exponent))
        return base

    def factor(self) -> Term | None:
        token = self.peek()
        self.at += 1
        if token == "(":
            self.depth += 1
            inner = self.sum() if self.depth < 30 else None
            self.depth -= 1
            if inner is None or self.peek() != ")":
                return None
            self.at += 1
            return inner
        if not token or token in "+*/^)":
            return None
        if token == "-":
            inner = self.factor()
            return Term("-", parts=(Term("number"), inner)) if inner else None
        if re.fullmatch(r"\d+(?:[.,]\d+)?", token):
            return Term("number", Fraction(token.replace(",", ".")))
        return Term("atom", text=token)


def atoms(tree: Term) -> list[str]:
    """The phrases of a tree, in order, each once."""
    if tree.kind == "atom":
        return [tree.text]
    return list(dict.fromkeys(text for part in tree.parts for text in atoms(part)))


# --- Understanding ----------------------------------------------------------------------------


def classify(phrase: str, legend: dict[str, str] | None = None) -> tuple[str, str]:
    """What a phrase stands for ("lowest", "highest", "mean", "own", "maximum", "level", "best" or "") and of what.

    >>> classify("prix de l'offre la moins chère")[0], classify("prix de l'offre analysée")[0]
    ('lowest', 'own')
    """
    folded = fold(phrase).strip()
    if legend and folded in legend:
        return classify(re.sub(r"^cel(?:ui|le)\b", "prix", legend[folded]))  # « P celui du candidat »
    for name, letters in _LETTERS.items():
        if re.fullmatch(letters, folded):
            return name, "delai" if folded.startswith("d") else "prix"
    if re.search(_BEST_LEVEL, folded):
        return "best", ""
    if re.search(_MAXIMUM, folded):
        return "maximum", ""
    subject = re.sub(
        rf"(?:{LOWEST})\w*|(?:{_HIGHEST})\w*|{_MEAN}|analysee?|examinee?|consideree?|proposee?|jugee?|a noter|notee?|evaluee?|conforme\w*|recevable\w*|\b(?:du|de la|de l'|de|le|la|les|l'|des|candidat|soumissionnaire|entreprise|offre la|par)\b",
        " ",
        folded,
    )
    subject = " ".join(re.sub(r"[^a-z0-9 ]", " ", subject).split())
    if re.search(LOWEST, folded):
        return "lowest", subject
    if re.search(_HIGHEST, folded) and re.search(PRICE, folded):
        return "highest", subject
    if folded == "moyenne" or (re.search(_MEAN, folded) and re.search(PRICE, folded)):
        return "mean", subject
    if re.fullmatch(rf"(?:{_LEVEL}).*", folded):
        return "level", ""
    if re.search(PRICE, folded):
        return "own", subject
    return "", subject


def _evaluate(tree: Term, values: dict[str, Fraction]) -> Fraction | None:
    match tree.kind:
        case "number":
            return tree.value
        case "atom":
            return values.get(tree.text)
        case _:
            left, right = (_evaluate(part, values) for part in tree.parts)
            if left is None or right is None:
                return None
            match tree.kind:
                case "+":
                    return left + right
                case "-":
                    return left - right
                case "*":
                    return left * right
                case "/":
                    return left / right if right else None
                case "^":
                    return left ** int(right)
    return None


_POINTS = (
    # lowest, own, highest, mean
    (Fraction(100), Fraction(130), Fraction(190), Fraction(141)),
    (Fraction(70), Fraction(71), Fraction(300), Fraction(123)),
    (Fraction(1000), Fraction(1900), Fraction(2100), Fraction(1500)),
)


def understand(tree: Term, weight: Fraction, legend: dict[str, str] | None = None) -> Price | None:
    """The method a tree computes; None when a phrase is not understood or the best bid has not the maximum."""
    roles = {atom: classify(atom, legend) for atom in atoms(tree)}
    kinds = {role for role, _ in roles.values()}
    if {"level", "best"} <= kinds and kinds <= {"level", "best", "maximum"}:
        return _normalised_level(tree, roles, weight)
    if (
        not kinds <= {"lowest", "own", "highest", "mean", "maximum"}
        or "own" not in kinds
        or not kinds & {"lowest", "highest", "mean"}
    ):
        return None
    subjects = [subject for role, subject in roles.values() if role in ("own", "lowest") and subject]
    subject = max(subjects, key=len, default="prix")

    def value(low: Fraction, own: Fraction, high: Fraction, mean: Fraction, top: Fraction) -> Fraction | None:
        given = {"lowest": low, "own": own, "highest": high, "mean": mean, "maximum": top}
        return _evaluate(tree, {atom: given[role] for atom, (role, _) in roles.items()})

    best = value(Fraction(100), Fraction(100), Fraction(190), Fraction(141), weight)
    if best is None or best <= 0:
        return None
    found = None
    for name, wanted in _KNOWN.items():
        got = [
            (value(low, own, high, mean, weight), wanted(low, own, high, mean))
            for low, own, high, mean in _POINTS
        ]
        if all(each is not None and each / best == due for each, due in got):
            found = name
            break
    named_in_words = "maximum" in kinds
    maximum = None if named_in_words and best == weight else best
    if found in ("quadratic", "cubic"):
        ratio = "lowest({x}) / {x}"
        return Price("formula", subject, maximum, f"N * ({ratio}) ^ {2 if found == 'quadratic' else 3}")
    if found:
        return Price(found, subject, maximum, clamped=found in ("linear", "mean"))
    if "mean" in kinds and "lowest" not in kinds:  # « 10 - 5 x (P / M) »: what a price of nothing would get
        zero = Fraction(0)
        maximum = value(zero, zero, Fraction(190), Fraction(141), weight)
    written = _scaled(tree, roles, maximum) if maximum and maximum != weight else _written(tree, roles)
    return Price("formula", subject, maximum, written) if written else None


def _scaled(tree: Term, roles: dict[str, tuple[str, str]], maximum: Fraction) -> str:
    """A mark on 10 or 20 brought to the N points of the criterion."""
    if tree.kind == "*":
        for factor, rest in (tree.parts, tree.parts[::-1]):
            if factor.kind == "number" and factor.value == maximum:
                return f"N * {_grouped(_written(rest, roles), rest)}"
    return f"N * {_written(tree, roles)} / {maximum.numerator}" if maximum.denominator == 1 else ""


_KNOWN: dict[str, Callable[[Fraction, Fraction, Fraction, Fraction], Fraction]] = {
    "inverse": lambda low, own, high, mean: low / own,
    "linear": lambda low, own, high, mean: 2 - own / low,
    "min_max": lambda low, own, high, mean: (high - own) / (high - low),
    "mean": lambda low, own, high, mean: 1 - (own - low) / mean,
    "quadratic": lambda low, own, high, mean: (low / own) ** 2,
    "cubic": lambda low, own, high, mean: (low / own) ** 3,
}


def _normalised_level(tree: Term, roles: dict[str, tuple[str, str]], weight: Fraction) -> Price | None:
    given = {"level": Fraction(3), "best": Fraction(4), "maximum": weight}
    got = _evaluate(tree, {atom: given[role] for atom, (role, _) in roles.items()})
    return Price("normalised", "", got / Fraction(3, 4)) if got else None


def _written(tree: Term, roles: dict[str, tuple[str, str]]) -> str:
    """The tree in the language of the rules file, ``{x}`` standing for the figure."""
    match tree.kind:
        case "number":
            return str(tree.value.numerator) if tree.value.denominator == 1 else str(float(tree.value))
        case "atom":
            role = roles[tree.text][0]
            return {"own": "{x}", "maximum": "N"}.get(role, f"{role}({{x}})")
        case "^":
            return f"({_written(tree.parts[0], roles)}) ^ {tree.parts[1].value}"
        case _:
            left, right = (_written(part, roles) for part in tree.parts)
            return (
                f"({left} {tree.kind} {right})"
                if tree.kind in "+-"
                else f"{left} {tree.kind} {_grouped(right, tree.parts[1])}"
            )


def _grouped(text: str, tree: Term) -> str:
    return f"({text})" if tree.kind in "*/" else text


def render(tree: Term, names: dict[str, str]) -> str:
    """A composite in the language of the rules file, each phrase by its name."""
    match tree.kind:
        case "number":
            return str(tree.value.numerator) if tree.value.denominator == 1 else str(float(tree.value))
        case "atom":
            return names[tree.text]
        case _:
            shown = []
            for rank, part in enumerate(tree.parts):
                text = render(part, names)
                loose = part.kind in "+-" and tree.kind in "*/"
                tight = rank == 1 and (
                    (tree.kind == "/" and part.kind in "*/") or (tree.kind == "-" and part.kind in "+-")
                )
                shown.append(f"({text})" if loose or tight else text)
            return f"{shown[0]} {tree.kind} {shown[1]}"


def composite(tree: Term) -> Composite | None:
    """A weighted sum of phrases: « (A × 60 + B × 30 + C × 10) / 100 », its parentheses right or not."""
    names = tuple(atoms(tree))
    if len(names) < 2 or any(
        classify(name)[0] in ("lowest", "highest", "mean", "best", "level", "maximum") for name in names
    ):
        return None
    terms = _addends(tree)
    if tree.kind == "/" and tree.parts[1].kind == "number":
        inner = _addends(tree.parts[0])
        weights = [_weight(term) for term in inner]
        known = [weight for weight in weights if weight is not None]
        return Composite(tree, names, False) if len(known) == len(weights) and len(known) >= 2 else None
    if len(terms) < 2:
        return None
    last = terms[-1]
    if last.kind == "/" and last.parts[1].kind == "number":
        weights = [_weight(term) for term in (*terms[:-1], last.parts[0])]
        if (
            all(weight is not None for weight in weights)
            and sum(w for w in weights if w is not None) == last.parts[1].value
        ):
            return Composite(tree, names, True)
    if all(_weight(term) is not None or term.kind == "atom" for term in terms):
        return Composite(tree, names, False)
    return None


def whole_divided(tree: Term) -> Term:
    """The reading of a faulty composite in which the division bears on the whole sum."""
    terms = _addends(tree)
    last = terms[-1]
    total = terms[0]
    for term in (*terms[1:-1], last.parts[0]):
        total = Term("+", parts=(total, term))
    return Term("/", parts=(total, last.parts[1]))


def _addends(tree: Term) -> list[Term]:
    if tree.kind == "+":
        return [*_addends(tree.parts[0]), *_addends(tree.parts[1])]
    return [tree]


def _weight(term: Term) -> Fraction | None:
    if term.kind == "*":
        numbers = [part.value for part in term.parts if part.kind == "number"]
        return numbers[0] if len(numbers) == 1 else None
    return None
