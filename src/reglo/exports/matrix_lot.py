"""A lot in the matrix: the same bids on the sheets "Prix", "Notes" and "Classement"."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import accumulate

from reglo.exports.matrix_rules import RulesSheet, heads, tie_heading
from reglo.exports.sheets import Cell, Look, Sheet, column_letters
from reglo.exports.wording import every, figure_names
from reglo.procurement.award import AwardCriterion, Quote, Rounding, RoundingMode, TieBreak, TieRule
from reglo.procurement.consultation import Consultation, Lot
from reglo.procurement.expression import LEVEL, MAXIMUM, Expression, Name
from reglo.procurement.expression_views import rounded_in_spreadsheet
from reglo.procurement.figures import lines_for
from reglo.procurement.formula import parse
from reglo.procurement.judgement import BidResult, LotResult, Score
from reglo.procurement.methods import formula_of, in_shares, scale_of, sum_of
from reglo.procurement.scoring import APPRECIATION

_LONGEST_FORMULA = 8_000  # characters; Excel refuses a file whose formula has more than 8,192
_RESOLUTION = 10**12  # of the first rounding in ``rounded_in_spreadsheet``


@dataclass(slots=True)
class _Area:
    """Where the columns of a block stand on a sheet."""

    sheet: str = ""
    first: int = 0
    last: int = 0
    columns: dict[str, int] = field(default_factory=dict)

    def place(self, sheet: Sheet, count: int) -> None:
        self.sheet, self.first, self.last = sheet.name, sheet.next_row, sheet.next_row + count - 1

    def cell(self, name: str, position: int, *, here: bool = False) -> str:
        letters = column_letters(self.columns[name])
        return f"{'' if here else self.sheet + '!'}{letters}{self.first + position}"

    def range(self, name: str, *, here: bool = False) -> str:
        letters = column_letters(self.columns[name])
        prefix = "" if here else f"{self.sheet}!"
        return f"{prefix}${letters}${self.first}:${letters}${self.last}"


class LotBlock:
    """A lot: the same bids, in the same order, on three sheets whose cells refer to each other."""

    def __init__(self, consultation: Consultation, rules: RulesSheet, result: LotResult) -> None:
        self.award, self.rules, self.result = consultation.award, rules, result
        self.lot: Lot = result.lot
        self.title = f"Lot {result.lot.id} — {result.lot.name}"
        self.limits: list[str] = []  # what a spreadsheet cannot do as exactly as the judgement
        self.prices, self.marks, self.ranking = _Area(), _Area(), _Area()
        names = figure_names(self.award)
        self.figures = {name: names[name] for name in names if name in result.ranked[0].figures}
        self.quotes = {
            quote.id: quote
            for quote in self.award.quotes
            if quote.id in self.figures and lines_for(quote, self.lot.id)
        }
        self.formulas: dict[str, Expression] = {
            value.id: parse(value.formula) for value in self.award.values if value.id in self.figures
        }

    # Prix

    def write_prices(self, sheet: Sheet) -> None:
        items = list(
            dict.fromkeys(
                line.item for quote in self.quotes.values() for line in lines_for(quote, self.lot.id)
            )
        )
        given = [name for name in self.figures if name not in self.quotes and name not in self.formulas]
        order = [*given, *(f"PU {item}" for item in items), *self.quotes, *self.formulas]
        self.prices.columns = {name: number for number, name in enumerate(order, 2)}
        sheet.add(None)
        sheet.add(Cell(self.title, Look.SUBTITLE))
        titles = (f"{self.figures[name]} ({name})" if name in self.figures else name for name in order)
        sheet.add(*heads("Offre", "Candidat", *titles))
        self.prices.place(sheet, len(self.result.ranked))
        for position, one in enumerate(self.result.ranked):
            sheet.add(*bid_cells(one), *(self._price(name, position, one) for name in order))

    def _price(self, name: str, position: int, one: BidResult) -> Cell:
        if name in self.quotes:
            formula = self._quote(self.quotes[name], position)
            return self._live(one.figures[name], Look.MONEY, formula, name, position)
        if name in self.formulas:
            formula = self.formulas[name].as_spreadsheet(
                lambda other: self.prices.cell(other, position, here=True),
                lambda other: self.prices.range(other, here=True),
            )
            return self._live(one.figures[name], Look.MONEY, formula, name, position)
        if name in self.figures:
            return Cell(one.figures[name], Look.INPUT_NUMBER)
        return Cell(Fraction(one.bid.unit_prices[name.removeprefix("PU ")]), Look.INPUT_NUMBER)

    def _quote(self, quote: Quote, position: int) -> str:
        """Unit prices times the buyer's quantities, which stand on the sheet "RC"."""
        drawn = lines_for(quote, self.lot.id)
        return "+".join(
            f"{self.rules.quantities[quote.id, number]}"
            f"*{self.prices.cell(f'PU {line.item}', position, here=True)}"
            for number, line in enumerate(quote.lines)
            if any(line is one for one in drawn)
        )

    # Notes

    def write_marks(self, sheet: Sheet) -> None:
        scores = [score for _, score in every(self.result.ranked[0].total.parts)]
        criteria = [score.criterion for score in scores if score.criterion is not None]
        columns: list[tuple[str, str]] = []  # key, heading
        for criterion in criteria:
            if self._has_level(criterion):
                columns += [
                    (f"level {criterion.id}", f"{criterion.name} : niveau donné"),
                    (f"worth {criterion.id}", f"{criterion.name} : évaluation"),
                ]
            columns.append((f"mark {criterion.id}", f"{criterion.name} : note"))
        columns.append(("total", "Note totale"))
        self.marks.columns = {key: number for number, (key, _) in enumerate(columns, 2)}
        sheet.add(None)
        sheet.add(Cell(self.title, Look.SUBTITLE))
        sheet.add(*heads("Offre", "Candidat", *(heading for _, heading in columns)))
        self.marks.place(sheet, len(self.result.ranked))
        for position, one in enumerate(self.result.ranked):
            cells = [cell for _, score in every(one.total.parts) for cell in self._marks(score, position)]
            sheet.add(*bid_cells(one), *cells, self._total(one.total, position))

    def _has_level(self, criterion: AwardCriterion) -> bool:
        return not criterion.criteria and formula_of(criterion, self.award).uses_level

    def _marks(self, score: Score, position: int) -> Iterator[Cell]:
        criterion = score.criterion
        assert criterion is not None
        if self._has_level(criterion):
            yield from self._level(criterion, score, position)
        expression = formula_of(criterion, self.award)
        formula = expression.as_spreadsheet(
            lambda name: self._cell(criterion, name, position), lambda name: self._range(criterion, name)
        )
        yield self._mark(score, Look.MARK, formula, criterion.name, position)

    def _mark(self, score: Score, look: Look, formula: str, name: str, position: int) -> Cell:
        if score.rounding is not None and _too_near(score.exact, score.rounding):
            self.limits.append(
                f"{self.title}, offre {self.result.ranked[position].bid.id}, « {name} » : la note exacte est "
                "si près d'un seuil d'arrondi qu'un tableur peut la prendre pour ce seuil."
            )
        return self._live(score.value, look, rounded_in_spreadsheet(formula, score.rounding), name, position)

    def _live(self, value: Fraction, look: Look, formula: str, name: str, position: int) -> Cell:
        if len(formula) <= _LONGEST_FORMULA:
            return Cell(value, look, formula)
        self.limits.append(
            f"{self.title}, offre {self.result.ranked[position].bid.id}, « {name} » : formule trop longue "
            "pour un tableur, seul son résultat est écrit."
        )
        return Cell(value, look)

    def _level(self, criterion: AwardCriterion, score: Score, position: int) -> Iterator[Cell]:
        """The level given (a label or a mark on the scale) and what it is worth in formulas."""
        scale = scale_of(criterion, self.award)
        assert scale is not None
        given = dict(score.because.values)
        assessment = self.result.ranked[position].bid.assessments[criterion.id]
        typed = self.marks.cell(f"level {criterion.id}", position, here=True)
        labels, values = self.rules.labels[scale.id], self.rules.values[scale.id]
        if assessment.mark is None:
            yield Cell(str(given[APPRECIATION]), Look.INPUT_TEXT, choices=labels)
        else:
            yield Cell(Fraction(assessment.mark), Look.INPUT_NUMBER, choices=labels)
        worth = given[LEVEL]
        assert isinstance(worth, Fraction)
        percent = "/100" if in_shares(scale) else ""
        # a label that is not on the scale shows #N/A rather than count as zero
        on_scale = f"SUMPRODUCT(--({labels}={typed}))=1"
        looked_up = f"IF({on_scale},SUMPRODUCT(({labels}={typed})*{values}),NA())"
        yield Cell(worth, Look.NUMBER, f"IF(ISNUMBER({typed}),{typed}{percent},{looked_up})")

    def _cell(self, criterion: AwardCriterion, name: str, position: int) -> str:
        if name == MAXIMUM:
            return self.rules.maxima[criterion.id]
        if name == LEVEL:
            return self.marks.cell(f"worth {criterion.id}", position, here=True)
        if criterion.criteria:
            return self.marks.cell(f"mark {name}", position, here=True)
        return self.prices.cell(name, position)

    def _range(self, criterion: AwardCriterion, name: str) -> str:
        if name == LEVEL:
            return self.marks.range(f"worth {criterion.id}", here=True)
        if criterion.criteria:
            return self.marks.range(f"mark {name}", here=True)
        return self.prices.range(name)

    def _total(self, total: Score, position: int) -> Cell:
        parts = tuple(Name(criterion.id) for criterion in self.award.criteria)
        formula = sum_of(parts).as_spreadsheet(
            lambda name: self.marks.cell(f"mark {name}", position, here=True),
            lambda name: self.marks.range(f"mark {name}", here=True),
        )
        return self._mark(total, Look.TOTAL, formula, "total", position)

    # Classement

    def write_ranking(self, sheet: Sheet) -> None:
        """Ranks 1, 1, 3: each stage adds to the rank how many of the still equal bids do better."""
        tops = [part.criterion for part in self.result.ranked[0].total.parts if part.criterion]
        ties = self.award.ties
        keys = [f"top {criterion.id}" for criterion in tops] + ["total", "stage 0"]
        titles = [criterion.name for criterion in tops] + ["Note totale", "Rang sur la note totale"]
        for number, tie in enumerate(ties, 1):
            keys += [f"merit {number}", f"stage {number}"]
            titles += [
                f"Départage {number} : {tie_heading(tie, self.award)}",
                f"Rang après départage {number}",
            ]
        self.ranking.columns = {"rank": 0} | {key: number for number, key in enumerate(keys, 3)}
        sheet.add(None)
        sheet.add(Cell(self.title, Look.SUBTITLE))
        sheet.add(*heads("Rang", "Offre", "Candidat", *titles, "Égalité"))
        self.ranking.place(sheet, len(self.result.ranked))
        merits = [[self._merit(tie, one) for one in self.result.ranked] for tie in ties]
        stages = self._stages(merits)
        tied = sum(one.rank == 1 for one in self.result.ranked) > 1
        ranks = self.ranking.range("rank", here=True)
        for position, one in enumerate(self.result.ranked):
            cells = [
                self._copy(self.marks, f"mark {criterion.id}", position, part.value, Look.MARK)
                for criterion, part in zip(tops, one.total.parts, strict=True)
            ]
            cells.append(self._copy(self.marks, "total", position, one.total.value, Look.TOTAL))
            cells.append(Cell(stages[0][position], Look.NUMBER, self._first_stage(position)))
            for number, tie in enumerate(ties, 1):
                area, name = self._merit_cell(tie)
                cells.append(self._copy(area, name, position, abs(merits[number - 1][position]), Look.MONEY))
                cells.append(Cell(stages[number][position], Look.NUMBER, self._stage(number, tie, position)))
            rank = self.ranking.cell("rank", position, here=True)
            sheet.add(
                Cell(one.rank, Look.RANK, self.ranking.cell(f"stage {len(ties)}", position, here=True)),
                *bid_cells(one),
                *cells,
                Cell(
                    "à trancher" if tied and one.rank == 1 else "",
                    Look.TEXT,
                    f'IF(AND({rank}=1,COUNTIF({ranks},1)>1),"à trancher","")',
                ),
            )

    def _copy(self, area: _Area, name: str, position: int, value: Fraction, look: Look) -> Cell:
        return Cell(value, look, area.cell(name, position))

    def _first_stage(self, position: int) -> str:
        totals = self.ranking.range("total", here=True)
        own = self.ranking.cell("total", position, here=True)
        return f"1+SUMPRODUCT(--(ROUND({totals},12)>ROUND({own},12)))"

    def _stage(self, number: int, tie: TieBreak, position: int) -> str:
        before = self.ranking.range(f"stage {number - 1}", here=True)
        rank = self.ranking.cell(f"stage {number - 1}", position, here=True)
        merits = self.ranking.range(f"merit {number}", here=True)
        own = self.ranking.cell(f"merit {number}", position, here=True)
        sign = "<" if tie.rule is TieRule.LOWEST else ">"
        better = f"SUMPRODUCT(({before}={rank})*(ROUND({merits},12){sign}ROUND({own},12)))"
        return f"{rank}+IF({rank}=1,{better},0)" if tie.first_place_only else f"{rank}+{better}"

    def _merit_cell(self, tie: TieBreak) -> tuple[_Area, str]:
        if tie.rule is TieRule.LOWEST:
            return self.prices, tie.of
        return self.marks, f"mark {tie.criterion}"

    def _merit(self, tie: TieBreak, one: BidResult) -> Fraction:
        """What the rule compares, the more the better."""
        if tie.rule is TieRule.LOWEST:
            return -one.figures[tie.of]
        (found,) = (
            score.value
            for _, score in every(one.total.parts)
            if score.criterion is not None and score.criterion.id == tie.criterion
        )
        return found

    def _stages(self, merits: list[list[Fraction]]) -> list[list[int]]:
        """The stored results of the rank after the totals, then after each rule."""
        totals = [one.total.value for one in self.result.ranked]
        first = [1 + sum(other > own for other in totals) for own in totals]

        def after(ranks: list[int], stage: tuple[TieBreak, list[Fraction]]) -> list[int]:
            tie, values = stage
            return [
                rank
                + (
                    0
                    if tie.first_place_only and rank > 1
                    else sum(
                        other == rank and value > values[position]
                        for other, value in zip(ranks, values, strict=True)
                    )
                )
                for position, rank in enumerate(ranks)
            ]

        return list(accumulate(zip(self.award.ties, merits, strict=True), after, initial=first))


def _too_near(exact: Fraction, rounding: Rounding) -> bool:
    """Whether a mark is nearer to where its rounding changes than a double can tell, yet not on it."""
    scaled = exact * 10**rounding.decimals
    if rounding.mode in (RoundingMode.HALF_UP, RoundingMode.HALF_EVEN):
        scaled += Fraction(1, 2)
    gap = abs(scaled - round(scaled))
    return bool(0 < gap * _RESOLUTION < 10**rounding.decimals)


def bid_cells(one: BidResult) -> tuple[Cell, Cell]:
    return Cell(one.bid.id), Cell(one.bid.bidder)
