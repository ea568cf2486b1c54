"""A lot on the sheet "Classement": ranks 1, 1, 3, a column for each rule that breaks ties."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate

from reglo.exports.matrix_area import Area, bid_cells, heads
from reglo.exports.matrix_lot import MARKS, PRICES, LotBlock
from reglo.exports.matrix_rules import tie_heading
from reglo.exports.sheets import Cell, Look, Row, Sheet
from reglo.exports.wording import every
from reglo.procurement.award import TieBreak, TieRule
from reglo.procurement.judging.judgement import BidResult
from reglo.procurement.judging.ranking import on_one_scale

RANKING = "Classement"


def write_ranking(sheet: Sheet, block: LotBlock) -> None:
    """Each stage adds to the rank how many of the still equal bids do better."""
    ranked, ties = block.result.ranked, block.award.ties
    tops = [part.criterion for part in ranked[0].total.parts if part.criterion]
    keys = [f"top {criterion.id}" for criterion in tops] + ["total", "stage 0"]
    titles = [criterion.name for criterion in tops] + ["Note totale", "Rang sur la note totale"]
    for number, tie in enumerate(ties, 1):
        keys += [f"merit {number}", f"stage {number}"]
        titles += [
            f"Départage {number} : {tie_heading(tie, block.award)}",
            f"Rang après départage {number}",
        ]
    area = Area(RANKING, ["rank", "bid", "bidder", *keys], before=0)
    sheet.add(None)
    sheet.add(Cell(block.title, Look.SUBTITLE))
    sheet.add(*heads("Rang", "Offre", "Candidat", *titles, "Égalité"))
    area.stand(sheet, len(ranked))
    formulas = _formulas(block, area, [criterion.id for criterion in tops])

    def lines() -> Iterator[Row]:
        merits = [[_merit(tie, one) for one in ranked] for tie in ties]
        stages = _stages([one.total.value for one in ranked], ties, merits)
        tied = sum(one.rank == 1 for one in ranked) > 1
        for position, one in enumerate(ranked):
            rows = {
                PRICES: block.prices.first + position,
                MARKS: block.marks.first + position,
                RANKING: area.first + position,
            }
            stored: list[tuple[Fraction | int, Look]] = [
                *((part.value, Look.MARK) for part in one.total.parts),
                (one.total.value, Look.TOTAL),
                (stages[0][position], Look.NUMBER),
            ]
            for tie, merit, stage in zip(ties, merits, stages[1:], strict=True):
                shown = -merit[position] if tie.rule is TieRule.LOWEST else merit[position]
                stored += [(shown, Look.MONEY), (stage[position], Look.NUMBER)]
            yield (
                Cell(one.rank, Look.RANK, formulas["rank"], rows=rows),
                *bid_cells(one),
                *(
                    Cell(value, look, formulas[key], rows=rows)
                    for key, (value, look) in zip(keys, stored, strict=True)
                ),
                Cell("à trancher" if tied and one.rank == 1 else "", Look.TEXT, formulas["tied"], rows=rows),
            )

    sheet.add_lines(len(ranked), 4 + len(keys), lines)


def _formulas(block: LotBlock, area: Area, tops: Sequence[str]) -> dict[str, str]:
    """By column. What is compared goes through ROUND(…,12) once, in the cell of its own bid."""
    rank = area.cell("rank", on=RANKING)
    formulas = {f"top {criterion}": block.marks.cell(f"mark {criterion}", on=RANKING) for criterion in tops}
    totals, own = area.range("total", on=RANKING), area.cell("total", on=RANKING)
    formulas["total"] = f"ROUND({block.marks.cell('total', on=RANKING)},12)"
    formulas["stage 0"] = f"1+SUMPRODUCT(--({totals}>{own}))"
    for number, tie in enumerate(block.award.ties, 1):
        before = area.cell(f"stage {number - 1}", on=RANKING)
        all_before = area.range(f"stage {number - 1}", on=RANKING)
        own = area.cell(f"merit {number}", on=RANKING)
        merits = area.range(f"merit {number}", on=RANKING)
        if tie.rule is TieRule.LOWEST:
            compared = block.prices.cell(tie.of, on=RANKING)
        else:
            compared = block.marks.cell(f"mark {tie.criterion}", on=RANKING)
        formulas[f"merit {number}"] = f"ROUND({compared},12)"
        sign = "<" if tie.rule is TieRule.LOWEST else ">"
        better = f"SUMPRODUCT(({all_before}={before})*({merits}{sign}{own}))"
        still_open = f"IF({before}=1,{better},0)" if tie.first_place_only else better
        formulas[f"stage {number}"] = f"{before}+{still_open}"
    formulas["rank"] = area.cell(f"stage {len(block.award.ties)}", on=RANKING)
    ranks = area.range("rank", on=RANKING)
    formulas["tied"] = f'IF({rank}=1,IF(COUNTIF({ranks},1)>1,"à trancher",""),"")'
    return formulas


def _merit(tie: TieBreak, one: BidResult) -> Fraction:
    """What the rule compares, the more the better."""
    if tie.rule is TieRule.LOWEST:
        return -one.figures[tie.of]
    (found,) = (
        score.value
        for _, score in every(one.total.parts)
        if score.criterion is not None and score.criterion.id == tie.criterion
    )
    return found


def _stages(
    totals: Sequence[Fraction], ties: Sequence[TieBreak], merits: Sequence[Sequence[Fraction]]
) -> list[list[int]]:
    """The stored results of the rank after the totals, then after each rule."""

    def after(ranks: list[int], stage: tuple[TieBreak, Sequence[Fraction]]) -> list[int]:
        tie, values = stage
        equal: dict[int, list[int]] = {}
        for position, rank in enumerate(ranks):
            equal.setdefault(rank, []).append(position)
        later = list(ranks)
        for rank, positions in equal.items():
            if len(positions) > 1 and not (tie.first_place_only and rank > 1):
                among = _ranks([values[position] for position in positions])
                for position, place in zip(positions, among, strict=True):
                    later[position] = rank + place - 1
        return later

    return list(accumulate(zip(ties, merits, strict=True), after, initial=_ranks(totals)))


def _ranks(values: Sequence[Fraction]) -> list[int]:
    """Ranks 1, 1, 3, the highest value first."""
    comparable = on_one_scale(values)
    place: dict[int, int] = {}
    for number, value in enumerate(sorted(comparable, reverse=True), 1):
        place.setdefault(value, number)
    return [place[value] for value in comparable]
