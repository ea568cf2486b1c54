"""The whole tree of a mark, down to the figures of the bid and the lines of the sample quotes (V7).

Nothing is recomputed: the tree reads the ``because`` of each score. It is built when asked for,
so that keeping explanations costs nothing but the scores themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from reglo.procurement.award import Award, Input, Quote, Rounding
from reglo.procurement.bid import Bid
from reglo.procurement.formulas.expression import LEVEL, MAXIMUM, Aggregate, Name, source_text, walk
from reglo.procurement.formulas.formula import parse
from reglo.procurement.formulas.views import as_text as formula_text
from reglo.procurement.formulas.views import shown
from reglo.procurement.judging.figures import lines_for
from reglo.procurement.judging.judgement import Because, BidResult, Score
from reglo.procurement.rounding import ROUNDING_FR
from reglo.procurement.values import format_number

_PLACES_FR = ("à l'unité", "au dixième", "au centième", "au millième")


@dataclass(frozen=True, slots=True)
class Explanation:
    """One figure or mark: what it is, how it comes about, what it rests on.

    ``exact`` is the value before rounding; ``maximum`` is None for a figure that is not a mark.
    """

    title: str
    exact: Fraction
    value: Fraction
    maximum: Fraction | None = None
    figure: str = ""  # the id of a figure of the bid
    formula: str = ""  # in the language of the rules
    reading: str = ""  # the same for French readers
    computation: str = ""  # with the values put in
    rounding: str = ""
    note: str = ""
    article: str = ""
    parts: tuple[Explanation, ...] = ()


def explain(result: BidResult, award: Award) -> Explanation:
    """The tree of a bid's total: marks, sub-marks, formulas, figures, quote lines."""
    return _Explainer(result, award).score(result.total)


def as_text(explanation: Explanation) -> str:
    """The tree indented, one fact per line, for a terminal or a screen reader."""
    return "\n".join(_lines(explanation, ""))


def recompute(because: Because) -> Fraction:
    """The mark, from nothing but what its ``because`` says (V7).

    Raises ValueError when the values given leave it undefined.

    >>> recompute(Because("50 * lowest(p) / p", (("lowest(p)", Fraction(80)), ("p", Fraction(95))), ""))
    Fraction(800, 19)
    """
    numbers = {name: value for name, value in because.values if isinstance(value, Fraction)}
    expression = parse(because.formula)
    names = {node.name for term in expression.terms for node in walk(term) if isinstance(node, Name)}
    columns = {name: [numbers.get(name)] for name in names if name != MAXIMUM}
    (mark,) = expression.evaluate(columns, numbers.get(MAXIMUM), dict(numbers))
    if mark is None:
        raise ValueError(because.formula)
    return mark


def rounding_text(rounding: Rounding) -> str:
    """ "au centième, au plus proche, un demi vers le haut (RC 7.2)"."""
    places = rounding.decimals
    where = _PLACES_FR[places] if places < len(_PLACES_FR) else f"à {places} décimales"
    article = f" ({rounding.source})" if rounding.source else ""
    return f"{where}, {ROUNDING_FR[rounding.mode]}{article}"


def _rounded(score: Score) -> str:
    assert score.rounding is not None
    return f"{format_number(score.value, score.rounding.decimals)}, {rounding_text(score.rounding)}"


class _Explainer:
    def __init__(self, result: BidResult, award: Award) -> None:
        self.result, self.award = result, award
        self.names = {
            one.id: one.name for group in (award.inputs, award.quotes, award.values) for one in group
        }
        self.told: set[str] = set()

    def score(self, score: Score) -> Explanation:
        because = score.because
        expression = parse(because.formula)
        values = {name: value for name, value in because.values if isinstance(value, Fraction)}
        labels = dict(self.names)
        if score.parts:
            labels = {part.criterion.id: part.criterion.name for part in score.parts if part.criterion}
        parts = [self.score(part) for part in score.parts]
        if not score.parts:
            parts = [self.figure(name) for name in sorted(expression.names)]
        return Explanation(
            title=score.criterion.name if score.criterion else "Total",
            exact=score.exact,
            value=score.value,
            maximum=score.maximum,
            formula=because.formula,
            reading=formula_text(expression.root, labels, {MAXIMUM: score.maximum}),
            computation=formula_text(expression.root, {}, values),
            rounding=_rounded(score) if score.rounding else "",
            note=self._note(score),
            article=because.article,
            parts=tuple(parts),
        )

    def _note(self, score: Score) -> str:
        """The appreciation, its reason, and the values shared by all bids."""
        notes = []
        given = dict(score.because.values)
        if score.criterion is None:
            notes += [self.result.tie_broken_by] if self.result.tie_broken_by else []
        elif LEVEL in given and isinstance(given[LEVEL], Fraction):
            assessment = self.result.bid.assessments[score.criterion.id]
            label = given.get("appréciation") or "évaluation intermédiaire"
            value = given[LEVEL]
            assert isinstance(value, Fraction)
            notes.append(f"appréciation « {label} », qui vaut {shown(value)}")
            notes += [f"motif : {assessment.reason}"] if assessment.reason else []
            notes += [f"page {assessment.page}"] if assessment.page else []
        for term in parse(score.because.formula).terms:
            value = given.get(source_text(term), Fraction(0))
            if isinstance(term, Aggregate) and isinstance(value, Fraction):
                notes.append(f"{formula_text(term, self.names)} : {shown(value)}")
        return " ; ".join(notes)

    def figure(self, name: str) -> Explanation:
        """A figure of the bid with what it is made of; told in full the first time."""
        value = self.result.figures[name]
        title = f"{self.names[name]} ({name})" if self.names[name] != name else name
        if name in self.told:
            return Explanation(title, value, value, figure=name, note="détaillé plus haut")
        self.told.add(name)
        for one in self.award.values:
            if one.id == name:
                expression = parse(one.formula)
                below = sorted(expression.names)
                known = {below_name: self.result.figures[below_name] for below_name in below}
                return Explanation(
                    title,
                    value,
                    value,
                    figure=name,
                    formula=expression.text,
                    reading=formula_text(expression.root, self.names),
                    computation=formula_text(expression.root, {}, known),
                    article=one.source,
                    parts=tuple(self.figure(part) for part in below),
                )
        given: dict[str, Input | Quote] = {one.id: one for one in self.award.inputs}
        given |= {one.id: one for one in self.award.quotes}
        return _given(given[name], self.result.bid, title, value)


def _given(given: Input | Quote, bid: Bid, title: str, value: Fraction) -> Explanation:
    """A figure read in the bid, or a sample quote line by line."""
    if isinstance(given, Input):
        note = f"lu dans {given.from_document}" if given.from_document else "lu dans l'offre"
        return Explanation(title, value, value, figure=given.id, note=note, article=given.source)
    if not given.lines:
        note = "total donné avec l'offre"
        return Explanation(title, value, value, figure=given.id, note=note, article=given.source)
    parts = []
    for line in lines_for(given, bid.lot):
        price = bid.unit_prices[line.item]
        amount = Fraction(price) * Fraction(line.quantity)
        text = f"{format_number(line.quantity)} × {format_number(price)}"
        label = f"{line.item} {line.name}".strip()
        parts.append(Explanation(label, amount, amount, computation=text))
    return Explanation(
        title,
        value,
        value,
        figure=given.id,
        note="quantités de l'acheteur × prix du candidat",
        article=given.source,
        parts=tuple(parts),
    )


def _lines(one: Explanation, indent: str) -> list[str]:
    of = f" / {shown(one.maximum)}" if one.maximum is not None else ""
    article = f"  [{one.article}]" if one.article else ""
    lines = [f"{indent}{one.title} : {shown(one.value)}{of}{article}"]
    inner = indent + "  "
    if one.reading and one.reading != one.computation:
        lines.append(f"{inner}formule : {one.reading}")
    if one.formula and one.formula != one.reading:
        lines.append(f"{inner}règles  : {one.formula}")
    if one.computation:
        exact = shown(one.exact)
        fraction = f" ({one.exact})" if exact.endswith("…") else ""
        result = "" if one.computation == exact else f" = {exact}{fraction}"
        lines.append(f"{inner}calcul  : {one.computation}{result}")
    if one.rounding:
        lines.append(f"{inner}arrondi : {one.rounding}")
    if one.note:
        lines.append(f"{inner}{one.note}")
    for part in one.parts:
        lines += _lines(part, inner)
    return lines
