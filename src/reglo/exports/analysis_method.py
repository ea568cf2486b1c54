"""Heading 6 of the analysis report: how the bids are judged, as the rules say it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from reglo.exports.documents import (
    Align,
    Block,
    BulletList,
    Column,
    Formula,
    Heading,
    Inline,
    Paragraph,
    Table,
)
from reglo.exports.wording import STAGES_FR, criteria_tree, figure_names, unknown, weight
from reglo.procurement.award import Award, AwardCriterion, Method, Scale, TieBreak, TieRule
from reglo.procurement.consultation import Choice, Consultation, OpenPoint
from reglo.procurement.formulas.expression import Expression
from reglo.procurement.formulas.formula import parse
from reglo.procurement.formulas.methods import METHOD_FR, formula_of, weight_of
from reglo.procurement.formulas.views import as_text, as_typst
from reglo.procurement.french import counted
from reglo.procurement.rounding import ROUNDING_FR
from reglo.procurement.values import format_number


def method_sections(consultation: Consultation) -> Iterator[Block]:
    yield Heading(1, "6. Méthode de jugement")
    rank = 0
    for judged in consultation.judged:
        if consultation.award.for_lots:
            rank += 1
            yield Heading(2, f"6.{rank} {judged.title}")
        for title, blocks in _method(judged.award):
            if consultation.award.for_lots:
                yield Heading(3, title)
            else:
                rank += 1
                yield Heading(2, f"6.{rank} {title}")
            yield from blocks
    if consultation.open_points:
        yield Heading(2, f"6.{rank + 1} Points laissés ouverts")
        yield from _open_points(consultation.open_points)


def _method(award: Award) -> Iterator[tuple[str, Iterable[Block]]]:
    """One judgement, title by title."""
    yield "Critères et pondération", (_criteria_table(award),)
    yield "Formules", _formulas(award)
    if award.scales:
        yield "Grilles d'appréciation", _scales(award)
    yield "Arrondis, égalités, classement", (BulletList(tuple(_rounding_rules(award))),)


def _scales(award: Award) -> Iterator[Block]:
    for scale in award.scales:
        judged = [one.name for _, one in criteria_tree(award.criteria) if one.scale == scale.id]
        yield _scale_table(scale, judged)


def _criteria_table(award: Award) -> Table:
    parents: list[Fraction] = [Fraction(award.total)]
    rows: list[tuple[Inline, ...]] = []
    strong_rows: set[int] = set()
    for depth, criterion in criteria_tree(award.criteria):
        maximum = weight_of(criterion, parents[depth])
        parents[depth + 1 :] = [maximum]
        if criterion.criteria:
            strong_rows.add(len(rows))
        share = f" ({criterion.share} du critère)" if criterion.share and depth else ""
        rows.append(
            (
                "– " * depth + criterion.name,
                weight(maximum) + share,
                METHOD_FR[criterion.method],
                criterion.source,
            )
        )
    rows.append(("Total", weight(Fraction(award.total)), "", award.source))
    return Table(
        "Critères, sous-critères et points",
        (
            Column("Critère", width=3.4),
            Column("Points", Align.RIGHT, 1),
            Column("Méthode", width=2.4),
            Column("Article", width=1.6),
        ),
        tuple(rows),
        frozenset({*strong_rows, len(rows) - 1}),
    )


def _formulas(award: Award) -> Iterator[Block]:
    names = figure_names(award)
    used: set[str] = set()
    for value in award.values:
        expression = parse(value.formula)
        used |= expression.names | {value.id}
        yield _formula(f"{value.name}{_article(value.source)}", value.id, expression)
    grids: list[str] = []
    for _, criterion in criteria_tree(award.criteria):
        if criterion.method is Method.SUM:
            continue
        if criterion.method in (Method.SCALE, Method.NORMALISED):
            grids.append(criterion.name)
        expression = formula_of(criterion, award)
        used |= expression.names
        label = (
            f"Note « {criterion.name} », N = {_points(criterion, award)} points{_article(criterion.source)}"
        )
        yield _formula(label, "note", expression)
    known = [f"{name} : {label}" for name, label in names.items() if name in used]
    if known:
        yield Paragraph("Dans ces formules :")
        yield BulletList(tuple(known))
    yield Paragraph(
        "N : maximum du critère. L'indice « min » ou « max » désigne la plus basse ou la plus haute valeur "
        "parmi les offres classées du lot, une barre leur moyenne."
        + (" « évaluation » : la valeur du niveau donné, lue sur la grille." if grids else ""),
        small=True,
    )


def _points(criterion: AwardCriterion, award: Award) -> str:
    """The maximum of a criterion wherever it is in the tree."""

    def descend(criteria: tuple[AwardCriterion, ...], parent: Fraction) -> Fraction | None:
        for each in criteria:
            maximum = weight_of(each, parent)
            if each is criterion:
                return maximum
            found = descend(each.criteria, maximum)
            if found is not None:
                return found
        return None

    found = descend(award.criteria, Fraction(award.total))
    assert found is not None
    return weight(found)


def _formula(label: str, name: str, expression: Expression) -> Formula:
    return Formula(
        text=f"{name} = {as_text(expression.root, {})}",
        typst=f'"{name}" = {as_typst(expression.root, {})}',
        label=label,
    )


def _article(source: str) -> str:
    return f" ({source})" if source else ""


def _scale_table(scale: Scale, criteria: Sequence[str]) -> Table:
    """The levels of a scale; one without a name is called by the ``criteria`` it serves."""
    step = f" ; pas de {format_number(scale.step)}" if scale.step is not None else ""
    columns = [Column("Niveau", width=1.6), Column("Valeur", Align.RIGHT, 0.8)]
    meant = any(level.meaning for level in scale.levels)
    if meant:
        columns.append(Column("Sens", width=4))
    rows = (
        (
            level.label,
            str(level.share) if level.share is not None else format_number(level.value or 0),
            *((level.meaning,) if meant else ()),
        )
        for level in scale.levels
    )
    name = scale.name or (f"Grille de {_quoted_list(criteria)}" if criteria else "Grille")
    return Table(f"{name}{step}{_article(scale.source)}", tuple(columns), tuple(rows))


def _quoted_list(names: Sequence[str]) -> str:
    return ", ".join(f"« {name} »" for name in names)


def _rounding_rules(award: Award) -> Iterator[str]:
    if not award.rounding:
        yield "Arrondi : le règlement n'en prévoit pas ; les notes restent exactes."
    for rounding in award.rounding:
        stages = ", ".join(STAGES_FR[stage] for stage in rounding.stages)
        yield (
            f"Arrondi à {counted(rounding.decimals, 'décimale')}, "
            f"{ROUNDING_FR[rounding.mode]} : {stages}{_article(rounding.source)}."
        )
    names = figure_names(award)
    criteria = {criterion.id: criterion.name for _, criterion in criteria_tree(award.criteria)}
    for tie in award.ties:
        yield f"Égalité : {_tie(tie, names, criteria)}{_article(tie.source)}."
    if not award.ties:
        yield (
            "Égalité : le règlement n'en dit rien ; une égalité à la première place attend une décision "
            "motivée."
        )
    yield "Classement : les ex æquo prennent le même rang et le suivant en tient compte (1, 1, 3)."


def _tie(tie: TieBreak, names: dict[str, str], criteria: dict[str, str]) -> str:
    if tie.rule is TieRule.BEST_MARK:
        rule = f"l'emporte la meilleure note sur « {criteria.get(tie.criterion, tie.criterion)} »"
    else:
        rule = f"l'emporte le plus bas « {names.get(tie.of, tie.of)} »"
    return rule + (", pour la première place seulement" if tie.first_place_only else "")


def _open_points(points: tuple[OpenPoint, ...]) -> Iterator[Block]:
    """The points whose readings change the judgement, in full; the others are counted."""
    judged = [point for point in points if any(_touches_judgement(choice) for choice in point.choices)]
    others = len(points) - len(judged)
    if judged:
        yield from _open_points_table(judged)
    if others:
        yield Paragraph(
            f"Points ouverts sans effet sur les notes, listés par « reglo check » : {others}.", small=True
        )


def _open_points_table(judged: list[OpenPoint]) -> Iterator[Block]:
    yield Paragraph(
        "Ce que les documents laissent ouvert ou contredisent, et la lecture appliquée ici ; une autre "
        "lecture se teste par « reglo judge --robust »."
    )
    yield Table(
        "Points ouverts et lecture retenue",
        (Column("Question", width=3.4), Column("Articles", width=1.3), Column("Lecture retenue", width=2.6)),
        tuple(
            (point.question, ", ".join(point.sources or (point.source,)), _reading(point)) for point in judged
        ),
    )


def _touches_judgement(choice: Choice) -> bool:
    return any(path.startswith(("award", "prices")) for path in choice.set)


def _reading(point: OpenPoint) -> str:
    chosen = {choice.id: choice.label for choice in point.choices}.get(point.default, "")
    if not chosen:
        return f"Aucune lecture retenue. {unknown('l’acheteur')}"
    if not point.decided_by:
        return f"{chosen} (par défaut, à confirmer)"
    when = f" le {point.decided_on:%d/%m/%Y}" if point.decided_on else ""
    reason = f" : {point.reason}" if point.reason else ""
    return f"{chosen} (décidé par {point.decided_by}{when}{reason})"
