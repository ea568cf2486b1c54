"""What the analysis report says of one lot: prices, appreciations, marks, ranking, calculations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from reglo.exports.charts import marks_charts
from reglo.exports.documents import (
    Align,
    Block,
    BulletList,
    Callout,
    Column,
    Figure,
    Heading,
    Inline,
    Paragraph,
    Table,
    strong,
)
from reglo.exports.wording import (
    appreciation,
    figure,
    figure_names,
    groups_of,
    is_money,
    leaves,
    mark,
    weight,
)
from reglo.procurement.award import Award, AwardCriterion
from reglo.procurement.consultation import Consultation
from reglo.procurement.formulas.methods import formula_of
from reglo.procurement.judging.judgement import BidResult, LotResult, Score
from reglo.procurement.values import format_number

BIDS_ACROSS = 5  # bids side by side in a table whose rows are figures or criteria
_STRONG, _WEAK = Fraction(4, 5), Fraction(1, 2)  # of a criterion's maximum


def lot_sections(consultation: Consultation, result: LotResult) -> Iterator[Block]:
    """Heading 7 for a lot: who is compared, prices, each sub-criterion, strong and weak points."""
    award = consultation.in_lot(result.lot.id).award
    if not result.ranked:
        yield Paragraph(
            "Aucune offre classée sur ce lot ; voir la partie 5."
            if result.put_aside
            else "Aucune offre reçue sur ce lot."
        )
        return
    yield Paragraph(f"Offres comparées : {len(result.ranked)} ; non classées : {len(result.put_aside)}.")
    yield from _prices(award, result)
    for position, leaf in enumerate(leaves(result.ranked[0].total.parts)):
        criterion = leaf.criterion
        assert criterion is not None
        yield Heading(3, f"{criterion.name} (sur {weight(leaf.maximum)} points)")
        if formula_of(criterion, award).uses_level:
            yield from _appreciations(criterion, position, result)
        else:
            yield from _figures(award, criterion, position, result)
    yield Heading(3, "Points forts et points faibles")
    yield from _strong_and_weak(award, result)


def _prices(award: Award, result: LotResult) -> Iterator[Block]:
    names = figure_names(award)
    shown = [name for name in names if any(name in one.figures for one in result.ranked)]
    if not shown:
        return
    basis = (
        f"euros {award.price_basis}"
        if award.price_basis
        else "euros ; base HT ou TTC non dite par le règlement"
    )
    yield Heading(3, "Prix et chiffres des offres")
    for bids in groups_of(result.ranked, BIDS_ACROSS):
        rows: list[tuple[Inline, ...]] = []
        for name in shown:
            money = is_money(award, name)
            cells = [one.figures.get(name) for one in bids]
            rows.append((names[name], *("" if cell is None else figure(cell, money=money) for cell in cells)))
        yield Table(f"Chiffres retenus pour le jugement ({basis})", across("Chiffre", bids), tuple(rows))


def across(first: str, bids: Sequence[BidResult]) -> tuple[Column, ...]:
    """The columns of a table that sets bids side by side."""
    longest = [max(map(len, one.bid.name.split()), default=0) for one in bids]  # a word is never cut
    columns = (
        Column(one.bid.name, Align.RIGHT, max(1.3, 0.11 * letters))
        for one, letters in zip(bids, longest, strict=True)
    )
    return (Column(first, width=2.1), *columns)


def _appreciations(criterion: AwardCriterion, position: int, result: LotResult) -> Iterator[Block]:
    if criterion.elements:
        yield Paragraph("Éléments d'appréciation :")
        yield BulletList(criterion.elements)
    rows: list[tuple[Inline, ...]] = []
    for one in result.ranked:
        given = one.bid.assessments.get(criterion.id)
        rows.append(
            (
                one.bid.name,
                appreciation(given),
                mark(_leaf(one, position).value),
                (given.reason if given else "") or "motif non renseigné",
                given.page if given else "",
            )
        )
    yield Table(
        f"{criterion.name} : appréciation de chaque offre",
        (
            Column("Candidat", width=2.1),
            Column("Niveau", width=1.5),
            Column("Note", Align.RIGHT, 0.8),
            Column("Motif", width=4),
            Column("Page", width=1.1),
        ),
        tuple(rows),
    )


def _figures(award: Award, criterion: AwardCriterion, position: int, result: LotResult) -> Iterator[Block]:
    names = figure_names(award)
    read = sorted(formula_of(criterion, award).names & names.keys(), key=list(names).index)
    rows: list[tuple[Inline, ...]] = []
    for one in result.ranked:
        cells = (figure(one.figures[name], money=is_money(award, name)) for name in read)
        rows.append((one.bid.name, *cells, mark(_leaf(one, position).value)))
    yield Table(
        f"{criterion.name} : note de chaque offre",
        (
            Column("Candidat", width=3),
            *(Column(names[name], Align.RIGHT, 1.5) for name in read),
            Column("Note", Align.RIGHT, 1),
        ),
        tuple(rows),
    )


def _leaf(result: BidResult, position: int) -> Score:
    return list(leaves(result.total.parts))[position]


def _strong_and_weak(award: Award, result: LotResult) -> Iterator[Block]:
    """What the buyer wrote of each bid, and where its price stands: a mark alone affirms nothing."""
    rows: list[tuple[Inline, ...]] = []
    for one in result.ranked:
        scores = list(leaves(one.total.parts))
        strong_points = [*_price(result, award, one, lowest=True), *_reasons(one, scores, weak=False)]
        weak_points = [*_price(result, award, one, lowest=False), *_reasons(one, scores, weak=True)]
        rows.append((one.bid.name, *("\n".join(points) or "—" for points in (strong_points, weak_points))))
    yield Table(
        "Points forts et points faibles de chaque offre",
        (Column("Candidat", width=1.6), Column("Points forts", width=3), Column("Points faibles", width=3)),
        tuple(rows),
    )
    yield Paragraph(
        "Relevé des motifs saisis, là où la note atteint 80 % du maximum ou n'atteint pas 50 %, et de la "
        "place du prix. Une note sans motif n'est pas reprise. À compléter par le service acheteur.",
        small=True,
    )


def _price(result: LotResult, award: Award, one: BidResult, *, lowest: bool) -> Iterator[str]:
    """The lowest or the highest price of the lot, when prices differ."""
    name = award.price_figure
    prices = [other.figures[name] for other in result.ranked if name in other.figures]
    if name not in one.figures or len(set(prices)) < 2:
        return
    own, least = one.figures[name], min(prices)
    if lowest and own == least:
        yield "Prix le plus bas"
    elif not lowest and own == max(prices):
        above = f", + {format_number((own / least - 1) * 100, 1)} % sur le plus bas" if least > 0 else ""
        yield f"Prix le plus élevé{above}"


def _reasons(result: BidResult, scores: list[Score], *, weak: bool) -> Iterator[str]:
    for score in scores:
        given = result.bid.assessments.get(score.criterion.id) if score.criterion else None
        if score.criterion is None or score.maximum == 0 or not given or not given.reason:
            continue
        share = score.value / score.maximum
        if share < _WEAK if weak else share >= _STRONG:
            yield f"{score.criterion.name} ({mark(score.value)}/{weight(score.maximum)}) : {given.reason}"


# --- Heading 10 -------------------------------------------------------------------------------


def lot_ranking(consultation: Consultation, result: LotResult) -> Iterator[Block]:
    """The ranking of a lot, its drawing, what broke a tie and what waits for a decision."""
    if not result.ranked:
        yield Paragraph("Aucune offre classée.")
        return
    tops = [part for part in result.ranked[0].total.parts if part.criterion]
    shown = tops if len(tops) <= 6 else []
    first = frozenset(number for number, one in enumerate(result.ranked) if one.rank == 1)
    yield Table(
        "Classement",
        (
            Column("Rang", Align.RIGHT, 0.6),
            Column("Candidat", width=3),
            *(
                Column(f"{part.criterion.name} /{weight(part.maximum)}", Align.RIGHT, 1.5)
                for part in shown
                if part.criterion
            ),
            Column(f"Total /{weight(result.ranked[0].total.maximum)}", Align.RIGHT, 1.1),
        ),
        tuple(
            (
                "à départager" if one.rank is None else str(one.rank),
                one.bid.name,
                *(mark(one.total.parts[tops.index(part)].value) for part in shown),
                mark(one.total.value),
            )
            for one in result.ranked
        ),
        first,
    )
    for svg, words in marks_charts(result, consultation.in_lot(result.lot.id).award):
        yield Figure(svg, words)
    told = [(strong(one.bid.name), f" : {one.tie_broken_by}.") for one in result.ranked if one.tie_broken_by]
    if told:
        yield BulletList(tuple(told))
    waiting = [finding for finding in result.remarks if not finding.code.startswith("OAB-")]
    if waiting:
        yield Callout("À examiner", tuple(str(finding) for finding in waiting))
