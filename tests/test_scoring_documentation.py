"""The tables of docs/scoring.md are recomputed, cell by cell."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from tests.procurement.cast import bid, consultation

from reglo.procurement.award import (
    Award,
    AwardCriterion,
    Input,
    Level,
    Method,
    RoundingMode,
    Scale,
    TieBreak,
    TieRule,
)
from reglo.procurement.formulas.expression import Columns, Expression, source_text
from reglo.procurement.formulas.formula import AGGREGATES, CHOICES, MAX_DEPTH, MAX_LENGTH, MAX_NODES, parse
from reglo.procurement.formulas.methods import formula_of
from reglo.procurement.formulas.views import as_text
from reglo.procurement.judging.robustness import MAX_READINGS
from reglo.procurement.judging.scoring import judge_lot
from reglo.procurement.rounding import round_to
from reglo.procurement.values import Share, format_number, parse_number

PAGE = (Path(__file__).parent.parent / "docs" / "scoring.md").read_text(encoding="utf-8")
WORKED = re.findall(r"^Formule : `(.+)`(?:, N = (\d+))?\n\n((?:\|.+\n)+)", PAGE, re.MULTILINE)


def rows(table: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in table.splitlines()]


def test_the_page_has_a_worked_table_for_each_formula() -> None:
    named = {method for method in Method if f"method: {method.value}`" in PAGE}
    assert named == {*Method} - {Method.SUM}
    assert len(WORKED) == 12


@pytest.mark.parametrize(("formula", "maximum", "table"), WORKED, ids=[one[0][:40] for one in WORKED])
def test_every_cell_of_a_worked_table_is_right(formula: str, maximum: str, table: str) -> None:
    heading, _, *bids = rows(table)
    names = heading[1:-3]
    figures = {
        name: [Fraction(parse_number(row[place + 1])) for row in bids] for place, name in enumerate(names)
    }
    expression, top = parse(formula), Fraction(maximum or 0)
    assert expression.text == formula
    for place, (row, mark) in enumerate(zip(bids, expression.evaluate(figures, top), strict=True)):
        known = {}
        for term in expression.terms:
            value = Expression(term).run(Columns(len(bids), figures, top))[place]
            known[source_text(term)] = value if value is not None else Fraction(0)
        assert mark is not None
        expected = [as_text(expression.root, {}, known), format_number(mark)]
        assert row[-3:] == [*expected, format_number(round_to(mark, 2), 2)]


@pytest.mark.parametrize("method", [one for one in Method if one not in (Method.SUM, Method.FORMULA)])
def test_a_named_method_is_the_formula_the_page_prints_under_it(method: Method) -> None:
    section = PAGE.split(f"`method: {method.value}`", 1)[1]
    printed = re.search(r"Formule : `(.+)`, N", section)
    assert printed is not None
    grid = Scale(id="g", levels=(Level(label="tout", share=Share(parse_number("100"))),))
    criterion = AwardCriterion(id="c", name="C", method=method, of="x", scale="g")
    award = Award(criteria=(criterion,), inputs=(Input(id="x", name="x"),), scales=(grid,))
    assert formula_of(criterion, award).text == printed.group(1)


def test_the_table_of_roundings_is_right() -> None:
    table = PAGE.split("| valeur |", 1)[1].split("\n\n", 1)[0]
    heading, _, *lines = rows("| valeur |" + table)
    modes = [RoundingMode(cell.strip("`")) for cell in heading[1:]]
    assert len(lines) == 5
    for value, *cells in lines:
        exact = Fraction(value.replace(",", "."))
        assert cells == [format_number(round_to(exact, 2, mode), 2) for mode in modes]


def test_the_table_of_ties_is_right() -> None:
    table = PAGE.split("| total | règles | rangs |\n", 1)[1].split("\n\n", 1)[0]
    _, *lines = rows(table)
    assert len(lines) == 4
    for given, rules, ranks in lines:
        totals = given.split(" ; ")
        levels = tuple(
            Level(label=total, share=Share(parse_number(total))) for total in dict.fromkeys(totals)
        )
        criterion = AwardCriterion(id="c", name="C", weight=Decimal(100), method=Method.SCALE, scale="g")
        tie = TieBreak(rule=TieRule.LOWEST, of="x", first_place_only="`first_place_only`" in rules)
        award = Award(
            criteria=(criterion,),
            inputs=(Input(id="x", name="x"),),
            scales=(Scale(id="g", levels=levels),),
            ties=() if rules == "aucune" else (tie,),
        )
        bids = [
            bid(f"b{place}", inputs={"x": str(place + 1)}, levels={"c": total})
            for place, total in enumerate(totals)
        ]
        ranked = judge_lot(consultation(award), "1", bids).ranked
        assert ", ".join(str(one.rank) for one in ranked) == ranks


def test_the_language_reference_names_every_function_and_every_limit() -> None:
    reference = PAGE.split("## Le langage des formules", 1)[1]
    for name in (*AGGREGATES, *CHOICES, "round", "if", "table"):
        assert f"`{name}(" in reference
    for limit in (MAX_LENGTH, MAX_NODES, MAX_DEPTH):
        assert format_number(limit) in reference
    assert f"({MAX_READINGS} au plus)" in PAGE
