"""A lot in the matrix: the same bids, in the same order, on the sheets "Prix" and "Notes"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from reglo.exports.matrix_area import Area, bid_cells, heads
from reglo.exports.matrix_common import Common, Key, write_commons
from reglo.exports.matrix_rules import RulesSheet
from reglo.exports.sheets import Cell, Look, Row, Sheet
from reglo.exports.wording import every, figure_names
from reglo.procurement.award import AwardCriterion, Quote, Rounding, RoundingMode
from reglo.procurement.consultation import Consultation, Lot
from reglo.procurement.formulas.expression import (
    LEVEL,
    MAXIMUM,
    Aggregate,
    Expression,
    Name,
    Node,
    source_text,
    walk,
)
from reglo.procurement.formulas.formula import parse
from reglo.procurement.formulas.methods import formula_of, in_shares, scale_of, sum_of
from reglo.procurement.formulas.views import as_spreadsheet, as_text, rounded_in_spreadsheet
from reglo.procurement.judging.figures import lines_for
from reglo.procurement.judging.judgement import BidResult, LotResult, Score
from reglo.procurement.judging.scoring import APPRECIATION

PRICES, MARKS = "Prix", "Notes"
_LONGEST_FORMULA = 8_000  # characters; Excel refuses a file whose formula has more than 8,192
_RESOLUTION = 10**12  # of the first rounding in ``rounded_in_spreadsheet``


@dataclass(frozen=True, slots=True)
class _Mark:
    """The columns of a criterion: ``formula`` of its mark, of what its level is worth if it has one."""

    criterion: AwardCriterion
    formula: str
    worth: str = ""
    labels: str = ""


class LotBlock:
    """A lot on the sheets "Prix" and "Notes", whose cells refer to each other."""

    def __init__(self, consultation: Consultation, rules: RulesSheet, result: LotResult) -> None:
        self.award = consultation.in_lot(result.lot.id).award
        self.rules, self.result = rules.of_lot[result.lot.id], result
        self.lot: Lot = result.lot
        self.title = f"Lot {result.lot.id} — {result.lot.name}"
        self.limits: list[str] = []  # what a spreadsheet cannot do as exactly as the judgement
        self.prices, self.marks = Area(PRICES), Area(MARKS)
        self.names = figure_names(self.award)
        self.figures = {name: self.names[name] for name in self.names if name in result.ranked[0].figures}
        self.quotes = {
            quote.id: quote
            for quote in self.award.quotes
            if quote.id in self.figures and lines_for(quote, self.lot.id)
        }
        self.formulas: dict[str, Expression] = {
            value.id: parse(value.formula) for value in self.award.values if value.id in self.figures
        }
        self.scores = [[score for _, score in every(one.total.parts)] for one in result.ranked]
        self.criteria = [score.criterion for score in self.scores[0] if score.criterion is not None]
        self.total = ""  # its formula
        self.commons: dict[Key, str] = {}  # aggregate -> its cell, as "Prix!$C$9"

    # Prix

    def write_prices(self, sheet: Sheet) -> None:
        items = list(
            dict.fromkeys(
                line.item for quote in self.quotes.values() for line in lines_for(quote, self.lot.id)
            )
        )
        given = [name for name in self.figures if name not in self.quotes and name not in self.formulas]
        order = [*given, *(f"PU {item}" for item in items), *self.quotes, *self.formulas]
        ranked = self.result.ranked
        self.prices = Area(PRICES, order)
        sheet.add(None)
        sheet.add(Cell(self.title, Look.SUBTITLE))
        titles = (f"{self.figures[name]} ({name})" if name in self.figures else name for name in order)
        sheet.add(*heads("Offre", "Candidat", *titles))
        self.prices.stand(sheet, len(ranked))
        live: dict[str, str] = {}  # filled below: the formulas name cells that stand under the lines

        def lines() -> Iterator[Row]:
            for row, one in enumerate(ranked, self.prices.first):
                rows = {PRICES: row}
                yield (*bid_cells(one), *(_price(name, one, live, rows) for name in order))

        sheet.add_lines(len(ranked), 2 + len(order), lines)
        self._write_commons(sheet, self.prices)
        for name, quote in self.quotes.items():
            live[name] = self._fitting(self._quote(quote), self.figures[name], self.prices)
        for name, expression in self.formulas.items():
            formula = self._spreadsheet(expression, None)
            live[name] = self._fitting(formula, self.figures[name], self.prices)

    def _quote(self, quote: Quote) -> str:
        """Unit prices times the buyer's quantities, which stand on the sheet "RC"."""
        drawn = lines_for(quote, self.lot.id)
        return "+".join(
            f"{self.rules.quantities[quote.id, number]}*{self.prices.cell(f'PU {line.item}', on=PRICES)}"
            for number, line in enumerate(quote.lines)
            if any(line is one for one in drawn)
        )

    # Notes

    def write_marks(self, sheet: Sheet) -> None:
        columns: list[tuple[str, str]] = []  # key, heading
        for criterion in self.criteria:
            if self._has_level(criterion):
                columns += [
                    (f"level {criterion.id}", f"{criterion.name} : niveau donné"),
                    (f"worth {criterion.id}", f"{criterion.name} : évaluation"),
                ]
            columns.append((f"mark {criterion.id}", f"{criterion.name} : note"))
        columns.append(("total", "Note totale"))
        ranked = self.result.ranked
        self.marks = Area(MARKS, [key for key, _ in columns])
        sheet.add(None)
        sheet.add(Cell(self.title, Look.SUBTITLE))
        sheet.add(*heads("Offre", "Candidat", *(heading for _, heading in columns)))
        self.marks.stand(sheet, len(ranked))
        marks: list[_Mark] = []  # filled below, as the total's

        def lines() -> Iterator[Row]:
            for position, one in enumerate(ranked):
                rows = {PRICES: self.prices.first + position, MARKS: self.marks.first + position}
                cells = list(bid_cells(one))
                for mark, score in zip(marks, self.scores[position], strict=True):
                    if mark.worth:
                        cells += _level(mark, score, one, rows)
                    cells.append(Cell(score.value, Look.MARK, mark.formula, rows=rows))
                cells.append(Cell(one.total.value, Look.TOTAL, self.total, rows=rows))
                yield cells

        sheet.add_lines(len(ranked), 2 + len(columns), lines)
        self._write_commons(sheet, self.marks)
        marks += map(self._mark, self.criteria, self.scores[0])
        self.total = self._total(ranked[0].total)
        self._note_limits()

    def _has_level(self, criterion: AwardCriterion) -> bool:
        return not criterion.criteria and formula_of(criterion, self.award).uses_level

    def _mark(self, criterion: AwardCriterion, score: Score) -> _Mark:
        """The formulas of a criterion's columns; ``score``: that of any bid, for its rounding."""
        plain = self._spreadsheet(formula_of(criterion, self.award), criterion)
        formula = self._fitting(rounded_in_spreadsheet(plain, score.rounding), criterion.name, self.marks)
        if not self._has_level(criterion):
            return _Mark(criterion, formula)
        scale = scale_of(criterion, self.award)
        assert scale is not None
        typed = self.marks.cell(f"level {criterion.id}", on=MARKS)
        labels, values = self.rules.labels[scale.id], self.rules.values[scale.id]
        percent = "/100" if in_shares(scale) else ""
        # a label that is not on the scale shows #N/A rather than count as zero
        on_scale = f"SUMPRODUCT(--({labels}={typed}))=1"
        looked_up = f"IF({on_scale},SUMPRODUCT(({labels}={typed})*{values}),NA())"
        return _Mark(criterion, formula, f"IF(ISNUMBER({typed}),{typed}{percent},{looked_up})", labels)

    def _total(self, total: Score) -> str:
        parts = tuple(Name(criterion.id) for criterion in self.award.criteria)
        formula = as_spreadsheet(
            sum_of(parts).root,
            lambda name: self.marks.cell(f"mark {name}", on=MARKS),
            lambda name: self.marks.range(f"mark {name}", on=MARKS),
        )
        return self._fitting(rounded_in_spreadsheet(formula, total.rounding), "total", self.marks)

    # Formulas; ``criterion`` is None for a figure the rules compute, on the sheet "Prix"

    def _spreadsheet(self, expression: Expression, criterion: AwardCriterion | None) -> str:
        on = PRICES if criterion is None else MARKS
        known: dict[Node, str] = {}
        for node in expression.terms:
            if isinstance(node, Aggregate) and (cell := self.commons.get(self._key(node, criterion))):
                known[node] = cell.removeprefix(f"{on}!")
        return self._inline(expression, criterion, known, on=on)

    def _inline(
        self,
        expression: Expression,
        criterion: AwardCriterion | None,
        known: Mapping[Node, str] | None = None,
        *,
        on: str,
    ) -> str:
        def cell(name: str) -> str:
            if name == MAXIMUM and criterion is not None:
                return self.rules.maxima[criterion.id]
            area, column = self._column(name, criterion)
            return area.cell(column, on=on)

        def over_all(name: str) -> str:
            area, column = self._column(name, criterion)
            return area.range(column, on=on)

        return as_spreadsheet(expression.root, cell, over_all, known)

    def _column(self, name: str, criterion: AwardCriterion | None) -> tuple[Area, str]:
        """Where a name of a formula stands."""
        if criterion is None:
            return self.prices, name
        if name == LEVEL:
            return self.marks, f"worth {criterion.id}"
        if criterion.criteria:
            return self.marks, f"mark {name}"
        return self.prices, name

    def _key(self, node: Aggregate, criterion: AwardCriterion | None) -> Key:
        match node.of:
            case Name(name) if name != MAXIMUM:
                area, column = self._column(name, criterion)
                return area.sheet, node.function, column
        if criterion is None:
            return PRICES, source_text(node), ""
        return MARKS, f"{criterion.id} {source_text(node)}", ""

    def _write_commons(self, sheet: Sheet, area: Area) -> None:
        """The lines of the aggregates that stand on this sheet, whatever formula asks for them."""
        formulas: list[tuple[Expression, AwardCriterion | None]] = [
            *((expression, None) for expression in self.formulas.values()),
            *((formula_of(criterion, self.award), criterion) for criterion in self.criteria),
        ]
        commons = [
            common
            for expression, criterion in formulas
            for node in expression.terms
            if isinstance(node, Aggregate)
            and self._key(node, criterion)[0] == area.sheet
            and (common := self._common(node, criterion))
        ]
        for key, (column, row) in write_commons(sheet, area, commons).items():
            self.commons[key] = area.fixed(column, row)

    def _common(self, node: Aggregate, criterion: AwardCriterion | None) -> Common | None:
        """The aggregate, None when it has no value: in a branch not taken, it stays unread there."""
        alone, key = Expression(node), self._key(node, criterion)
        names = {below.name for below in walk(node) if isinstance(below, Name)} - {MAXIMUM}
        columns = {name: self._values(name, criterion) for name in names}
        maximum = None if criterion is None else self._column_of(criterion.id)[0].maximum
        value = alone.evaluate(columns, maximum)[0]
        if value is None:
            return None
        sheet, _, column = key
        formula = self._inline(alone, criterion, on=sheet)
        kind = column.split(" ")[0] if sheet == MARKS else PRICES
        look = {PRICES: Look.MONEY, "mark": Look.MARK}.get(kind, Look.NUMBER)
        label = "" if column else as_text(node, self.names | {one.id: one.name for one in self.criteria})
        return Common(key, node, value, formula, look, column, label)

    def _values(self, name: str, criterion: AwardCriterion | None) -> list[Fraction]:
        area, _ = self._column(name, criterion)
        if area is self.prices or criterion is None:
            return [one.figures[name] for one in self.result.ranked]
        if name == LEVEL:
            return [_worth(score) for score in self._column_of(criterion.id)]
        return [score.value for score in self._column_of(name)]

    def _column_of(self, criterion: str) -> list[Score]:
        """The marks on a criterion, in the order of the bids."""
        place = [one.id for one in self.criteria].index(criterion)
        return [scores[place] for scores in self.scores]

    # Limits of a spreadsheet

    def _fitting(self, formula: str, name: str, area: Area) -> str:
        """The formula, "" when it is too long for a cell."""
        longest = formula.format_map({PRICES: self.prices.last, MARKS: self.marks.last})
        if len(longest) <= _LONGEST_FORMULA:
            return formula
        self.limits.append(
            f"{self.title}, feuille {area.sheet}, « {name} » : formule trop longue pour un tableur, "
            "seuls ses résultats sont écrits."
        )
        return ""

    def _note_limits(self) -> None:
        """The marks a spreadsheet can take for the rounding boundary they are near."""
        for one, scores in zip(self.result.ranked, self.scores, strict=True):
            for score in (*scores, one.total):
                if score.rounding is not None and _too_near(score.exact, score.rounding):
                    name = score.criterion.name if score.criterion else "total"
                    self.limits.append(
                        f"{self.title}, offre {one.bid.id}, « {name} » : la note exacte est si près d'un "
                        "seuil d'arrondi qu'un tableur peut la prendre pour ce seuil."
                    )


def _price(name: str, one: BidResult, live: dict[str, str], rows: dict[str, int]) -> Cell:
    if name in live:
        return Cell(one.figures[name], Look.MONEY, live[name], rows=rows)
    if name in one.figures:
        return Cell(one.figures[name], Look.INPUT_NUMBER)
    return Cell(Fraction(one.bid.unit_prices[name.removeprefix("PU ")]), Look.INPUT_NUMBER)


def _level(mark: _Mark, score: Score, one: BidResult, rows: dict[str, int]) -> tuple[Cell, Cell]:
    """The level given (a label or a mark on the scale) and what it is worth in formulas."""
    assessment = one.bid.assessments[mark.criterion.id]
    if assessment.mark is None:
        label = dict(score.because.values)[APPRECIATION]
        typed = Cell(str(label), Look.INPUT_TEXT, choices=mark.labels)
    else:
        typed = Cell(Fraction(assessment.mark), Look.INPUT_NUMBER, choices=mark.labels)
    return typed, Cell(_worth(score), Look.NUMBER, mark.worth, rows=rows)


def _worth(score: Score) -> Fraction:
    worth = dict(score.because.values)[LEVEL]
    assert isinstance(worth, Fraction)
    return worth


def _too_near(exact: Fraction, rounding: Rounding) -> bool:
    """Whether a mark is nearer to where its rounding changes than a double can tell, yet not on it."""
    numerator, scale = exact.numerator * 10**rounding.decimals, exact.denominator
    if rounding.mode in (RoundingMode.HALF_UP, RoundingMode.HALF_EVEN):
        numerator, scale = 2 * numerator + scale, 2 * scale
    rest = numerator % scale
    gap = min(rest, scale - rest)
    return bool(0 < gap * _RESOLUTION < 10**rounding.decimals * scale)
