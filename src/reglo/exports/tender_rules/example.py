"""A worked example of the marks: invented bidders and prices, judged by the program itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from reglo.exports.documents import Align, Block, BulletList, Column, Inline, Paragraph, Table
from reglo.exports.wording import figure, figure_names, is_money, mark, weight
from reglo.procurement.award import AwardCriterion, Input, InputKind, Scale
from reglo.procurement.bid import Assessment, Bid
from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Refused
from reglo.procurement.judging.judgement import BidResult, LotResult, Score
from reglo.procurement.judging.scoring import judge_lot
from reglo.procurement.sentences.formulas import linear

_BIDDERS = ("Entreprise A", "Entreprise B", "Entreprise C")
_EUROS, _NUMBERS = (100_000, 112_500, 125_000), (20, 25, 32)
_EUROS_OF_A_UNIT = (Decimal(10), Decimal("11.25"), Decimal("12.5"))
_UNIT = re.compile(
    r"\b(?:unitaire|horaire|journalier|kilométrique|repas|d['’]une?)\b|\bpar \w+$"
    r"|/ ?(?:h|j|km|m²|m2|m³|t|kg|l)\b",
    re.I,
)
_WHOLE = re.compile(r"\b(?:total|montant|forfait|global|détail|devis|estimatif|estimation|somme)", re.I)


def example_blocks(consultation: Consultation) -> Iterator[Block]:
    """An example for each judgement; nothing where the rules do not judge invented bids to the end."""
    for judged in consultation.judged:
        yield from _example(replace(consultation, award=judged.award), judged.lots[0])


def _example(consultation: Consultation, lot: str) -> Iterator[Block]:
    result = _judged(consultation, lot)
    if result is None or len(result.ranked) < len(_BIDDERS):
        return
    several = f", lot {result.lot.id}" if len(consultation.lots) > 1 else ""
    yield Paragraph(
        f"Trois offres inventées{several}, sans rapport avec le marché, montrent comment les règles "
        "s'appliquent. Cet exemple n'engage pas l'acheteur sur un niveau de prix."
    )
    bids = sorted(result.ranked, key=lambda one: one.bid.id)
    titles = tuple(Column(one.bid.bidder, Align.RIGHT, 1.2) for one in bids)
    yield Table(
        "Ce que portent les offres", (Column("Donnée", width=3), *titles), tuple(_given(consultation, bids))
    )
    yield Table("Notes", (Column("Critère", width=3), *titles), *_marks(bids))
    steps = tuple(_steps(bids[-1].total))
    if steps:
        yield Paragraph(f"Calcul des notes de l'offre « {bids[-1].bid.bidder} » :")
        yield BulletList(steps)


def _judged(consultation: Consultation, lot: str) -> LotResult | None:
    bids = [_bid(consultation, lot, place) for place in range(len(_BIDDERS))]
    try:
        return judge_lot(consultation, lot, bids)
    except (Refused, KeyError):  # the rules cannot judge yet; lint and check say why
        return None


def _bid(consultation: Consultation, lot: str, place: int) -> Bid:
    award = consultation.award
    scales = {scale.id: scale for scale in award.scales}
    figures = {one.id: _figure(one, rank, place) for rank, one in enumerate(award.inputs)}
    figures |= {quote.id: Decimal(_EUROS[place]) for quote in award.quotes if not quote.lines}
    prices = {
        line.item: Decimal(10 + 5 * rank + 2 * place)
        for quote in award.quotes
        for rank, line in enumerate(quote.lines)
    }
    levels = {
        leaf.id: _level(scales[leaf.scale], rank + place)
        for rank, leaf in enumerate(_leaves(award.criteria))
        if leaf.scale in scales
    }
    return Bid(
        id="abc"[place],
        bidder=_BIDDERS[place],
        lot=lot,
        inputs=figures,
        unit_prices=prices,
        assessments=levels,
    )


def _figure(one: Input, rank: int, place: int) -> Decimal:
    """An invented figure: the first the best bid of A, the next of another, so that marks cross."""
    ladder: tuple[Decimal | int, ...] = _NUMBERS
    if one.kind is InputKind.MONEY:
        of_a_unit = _UNIT.search(one.name) and not _WHOLE.search(one.name)
        ladder = _EUROS_OF_A_UNIT if of_a_unit else _EUROS
    step = (place + rank) % len(ladder)
    if one.unit.startswith("point"):  # a mark typed by hand
        return Decimal(3 - step)
    figure = Decimal(ladder[-1 - step] if one.higher_is_better else ladder[step])
    return figure / (rank + 1) if figure % (rank + 1) == 0 else figure


def _level(scale: Scale, step: int) -> Assessment:
    best = min(3, len(scale.levels))
    return Assessment(level=scale.levels[step % best].label, reason="exemple")


def _leaves(criteria: tuple[AwardCriterion, ...]) -> Iterator[AwardCriterion]:
    for each in criteria:
        if each.criteria:
            yield from _leaves(each.criteria)
        else:
            yield each


def _given(consultation: Consultation, bids: list[BidResult]) -> Iterator[tuple[Inline, ...]]:
    award = consultation.award
    for id, name in figure_names(award).items():
        shown = [bid.figures.get(id) for bid in bids]
        if all(value is not None for value in shown):
            money = is_money(award, id)
            yield (
                f"{name} ({id})",
                *(figure(value, money=money) for value in shown if value is not None),
            )
    for leaf in _leaves(award.criteria):
        levels = [bid.bid.assessments.get(leaf.id) for bid in bids]
        if all(level is not None for level in levels):
            yield (leaf.name, *(level.level for level in levels if level is not None))


def _marks(bids: list[BidResult]) -> tuple[tuple[tuple[Inline, ...], ...], frozenset[int]]:
    rows: list[tuple[Inline, ...]] = []

    def visit(scores: list[Score], depth: int) -> None:
        first = scores[0]
        assert first.criterion is not None
        name = "– " * depth + f"{first.criterion.name}, sur {weight(first.maximum)}"
        rows.append((name, *(mark(score.value) for score in scores)))
        for place in range(len(first.parts)):
            visit([score.parts[place] for score in scores], depth + 1)

    for place in range(len(bids[0].total.parts)):
        visit([bid.total.parts[place] for bid in bids], 0)
    rows.append(("Total", *(mark(bid.total.value) for bid in bids)))
    rows.append(("Rang", *(str(bid.rank) if bid.rank else "à départager" for bid in bids)))
    return tuple(rows), frozenset({len(rows) - 2, len(rows) - 1})


def _steps(total: Score) -> Iterator[str]:
    """How each mark of one bid is computed, from the figures put in its formula."""
    for score in total.parts:
        if score.parts:
            yield from _steps(score)
        elif score.criterion is not None:
            values = ", ".join(f"{linear(name)} = {_shown(value)}" for name, value in score.because.values)
            rounded = "" if score.exact == score.value else f", arrondi à {mark(score.value)}"
            yield f"{score.criterion.name} : {values} ; note {mark(score.exact)}{rounded}."


def _shown(value: Fraction | str) -> str:
    return value if isinstance(value, str) else figure(value, money=False)
