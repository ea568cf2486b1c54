"""Each part of an article as content: paragraphs, tables, formulas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, assert_never

from reglo.exports.documents import (
    Align,
    Block,
    BulletList,
    Column,
    Formula,
    Heading,
    Inline,
    Paragraph,
    Span,
    Table,
)
from reglo.exports.wording import criteria_tree
from reglo.procurement.award import Award, AwardCriterion, LotAward, Method, TieBreak
from reglo.procurement.formulas.formula import parse
from reglo.procurement.formulas.methods import LEVEL_METHODS, formula_of
from reglo.procurement.formulas.views import as_typst
from reglo.procurement.rules_file.shape import keys_of
from reglo.procurement.sentences.effects import effect_words
from reglo.procurement.sentences.formulas import IN_FORMULAS, legend_of, linear
from reglo.procurement.sentences.grammar import Sentence, value_words
from reglo.procurement.sentences.layout import (
    ELEMENTS,
    REMARKS,
    SHARES,
    Criteria,
    Each,
    Facts,
    Formulas,
    Grid,
    Pairs,
    Part,
    Say,
    Section,
    get,
    key_of,
    rows_of,
)
from reglo.procurement.sentences.slots import spelled

_KEYS = ("Repère", "Point", "Lecture", "Lecture appliquée")  # titles of the columns that hold keys
_LONGEST_KEY = 25
_TEXT_WIDTH = 16.8  # centimetres
_FIGURES = ("quantity", "decimals", "estimated_value", "estimated_total", "value", "share", "pages")


def blocks_of(group: Any, part: Part, award: Award) -> Iterator[Block]:
    """What a part says of a consultation, or of the element it is applied to, under this ``award``."""
    match part:
        case Say():
            yield from _say(get(group, part.path), part)
        case Facts():
            yield from _facts(get(group, part.path), part)
        case Grid():
            yield from _grid(group, part, award)
        case Pairs():
            yield from _pairs(group, part)
        case Section():
            below = [block for each in part.parts for block in blocks_of(group, each, award)]
            if below:
                yield Heading(2, part.title)
                yield from below
        case Each():
            for element in get(group, part.path) or ():
                own = award.with_own(element) if isinstance(element, LotAward) else award
                key = key_of(element) or value_words(element, part.named_by)
                yield Heading(2, part.titled(key))
                for each in part.parts:
                    yield from blocks_of(element, each, own)
        case Criteria():
            yield from _criteria(group, part)
        case Formulas():
            yield from _formulas(group if isinstance(group, LotAward) else award, award)
        case _:
            assert_never(part)


def _sentences(group: Any, sentences: tuple[Sentence, ...]) -> list[str]:
    return [text for each in sentences if (text := each.said(group)) is not None]


def _say(group: Any, part: Say) -> Iterator[Block]:
    said = _sentences(group, part.sentences) if group is not None else []
    if said and part.listed:
        yield BulletList(tuple(said))
    elif said:
        yield Paragraph(" ".join(said))


def _facts(group: Any, part: Facts) -> Iterator[Block]:
    if group is None:
        return
    rows: list[tuple[Inline, ...]] = [
        (label, words) for key, label in part.rows if (words := value_words(group, key))
    ]
    if rows:
        yield Table(part.caption, (Column("Rubrique", width=1), Column("Contenu", width=2.6)), tuple(rows))


def _grid(group: Any, part: Grid, award: Award) -> Iterator[Block]:
    rows = [
        (parent, element)
        for parent, element in rows_of(group, part.path)
        if part.only is None or getattr(parent if part.parent else element, part.only[0]) == part.only[1]
    ]
    if not rows:
        return
    shown = [column for column in part.columns if any(_is_set(each, column.key) for _, each in rows)]
    remarks = [_remarks(element, part) for _, element in rows]
    columns = [Column(part.parent, width=1.1)] if part.parent else []
    columns += [
        Column(each.title, Align.RIGHT if each.key in _FIGURES else Align.LEFT, each.width) for each in shown
    ]
    if any(remarks):
        columns.append(Column(part.told, width=part.width))
    keys = [(place, each.key) for place, each in enumerate(shown, bool(part.parent)) if each.title in _KEYS]
    for place, key in keys:
        columns[place] = _wide_enough(columns, place, [str(getattr(each, key)) for _, each in rows])
    if part.parent in _KEYS:
        columns[0] = _wide_enough(columns, 0, [key_of(parent) for parent, _ in rows])
    cells: list[tuple[Inline, ...]] = []
    for (parent, element), remark in zip(rows, remarks, strict=True):
        row: list[Inline] = [_named(part.parent, key_of(parent))] if part.parent else []
        for column in shown:
            cell = _cell(element, column.key)
            tie = isinstance(element, TieBreak)
            row.append(_beside_its_name(award, cell) if tie else _named(column.title, cell))
        cells.append((*row, remark) if any(remarks) else tuple(row))
    yield Table(part.caption, tuple(columns), tuple(cells))


def _named(title: str, text: str) -> Inline:
    """The words of a cell, faint when they are a key that only other tables and the program use."""
    return (Span(text, faint=True),) if title in _KEYS and text else text


def _beside_its_name(award: Award, key: str) -> Inline:
    """A criterion or a figure that a tie names: its name, then its key in brackets, which reads back."""
    names = {one.id: one.name for _, one in criteria_tree(award.criteria)}
    names |= {one.id: one.name for one in award.inputs} | {one.id: one.name for one in award.quotes}
    names |= {one.id: one.name for one in award.values}
    name = names.get(key, "")
    return (f"{name} (", Span(key, faint=True), ")") if name else key


def _wide_enough(columns: list[Column], place: int, keys: list[str]) -> Column:
    """A column of faint keys, as wide as the longest one that a table can take whole."""
    others = sum(column.width for rank, column in enumerate(columns) if rank != place)
    wanted = min(max(map(len, keys)), _LONGEST_KEY) * 0.122 + 0.4  # centimetres
    return replace(columns[place], width=max(wanted, 1.4) * others / (_TEXT_WIDTH - wanted))


def _remarks(element: Any, part: Grid) -> str:
    """The sentences of a row; coordinates, which end by a semicolon, each on its line."""
    said = "".join(
        text + ("\n" if text.endswith(" ;") else " ") for text in _sentences(element, part.remarks)
    )
    return said.rstrip(" ;\n") if said.endswith(" ;\n") else said.rstrip()


def _is_set(element: Any, key: str) -> bool:
    """Whether a cell says something the reader of the table would not suppose."""
    kind: type = type(element)
    known = keys_of(kind)[key]
    return known.required or getattr(element, key) != known.default


def _cell(element: Any, key: str) -> str:
    """The words of a cell; none for what the rules file does not say, though other rows do."""
    value = getattr(element, key)
    if isinstance(value, dict):
        return effect_words(value)
    return value_words(element, key) if _is_set(element, key) else ""


def _pairs(group: Any, part: Pairs) -> Iterator[Block]:
    columns = [Column("Nom", width=1.4), Column("Valeur", width=3)]
    rows: tuple[tuple[Inline, ...], ...]
    if not part.parent:
        given = get(group, part.path) or {}
        rows = tuple((spelled(name), spelled(text)) for name, text in given.items())
    else:
        columns.insert(0, Column(part.parent, width=0.6))
        rows = tuple(
            (key_of(parent), spelled(name), spelled(text))
            for parent, given in rows_of(group, part.path)
            for name, text in given.items()
        )
    if rows:
        yield Table(part.caption, tuple(columns), rows)


# --- Criteria and formulas --------------------------------------------------------------------


def _criteria(group: Any, part: Criteria) -> Iterator[Block]:
    criteria: tuple[AwardCriterion, ...] = get(group, part.path) or ()
    if not criteria:
        return
    rows: list[tuple[Inline, ...]] = []
    strong: set[int] = set()
    ranks: list[int] = []
    shares = any(each.share is not None for _, each in criteria_tree(criteria))
    for depth, criterion in criteria_tree(criteria):
        ranks[depth:] = [ranks[depth] + 1 if depth < len(ranks) else 1]
        if criterion.criteria:
            strong.add(len(rows))
        points = spelled(criterion.weight) if criterion.weight is not None else ""
        share = (str(spelled(criterion.share)) if criterion.share is not None else "",) if shares else ()
        remarks = " ".join(_sentences(criterion, part.remarks))
        number = ".".join(map(str, ranks))
        rows.append((number, _named("Repère", criterion.id), criterion.name, points, *share, remarks))
    share_column = (Column("Part", Align.RIGHT, 0.7),) if shares else ()
    yield Table(
        part.caption,
        (
            Column("N°", width=0.5),
            Column("Repère", width=1.6),
            Column("Critère", width=2.6),
            Column("Points", Align.RIGHT, 0.7),
            *share_column,
            Column(REMARKS, width=2.8),
        ),
        tuple(rows),
        frozenset(strong),
    )
    if shares:
        yield Paragraph(SHARES, small=True)
    looked_at = [
        (criterion.id, value_words(criterion, "elements"))
        for _, criterion in criteria_tree(criteria)
        if criterion.elements
    ]
    if looked_at:
        yield Table(
            ELEMENTS,
            (Column("Critère", width=1), Column("Éléments appréciés", width=4)),
            tuple(looked_at),
        )


def _formulas(own: Award | LotAward, award: Award) -> Iterator[Block]:
    """Each computed figure and each mark ``own`` gives: set as mathematics, then on one line.

    award: the whole judgement they are part of.
    """
    lines = []
    for value in own.values or ():
        lines.append(linear(value.formula))
        yield _formula(value.id, lines[-1], as_typst(parse(value.formula).root, {}), f"{value.name} :")
    grids: set[tuple[Method, str]] = set()
    for _, criterion in criteria_tree(own.criteria or ()):
        if criterion.method is Method.SUM or not _judged(criterion):
            continue
        expression = formula_of(criterion, award)
        written = criterion.formula if criterion.method is Method.FORMULA else expression.text
        name, label = f"note({criterion.id})", f"Note « {criterion.name} » :"
        if criterion.method in LEVEL_METHODS:  # the same for all the criteria of a grid
            if (criterion.method, criterion.scale) in grids:
                continue
            grids.add((criterion.method, criterion.scale))
            name, label = "note", f"Notes données sur la grille « {criterion.scale} » :"
        lines.append(linear(written))
        yield _formula(name, lines[-1], as_typst(expression.root, {}), label)
    if lines:
        legend = legend_of(lines)
        yield Paragraph(IN_FORMULAS, small=True)
        yield BulletList((*(f"{meaning} ;" for meaning in legend[:-1]), f"{legend[-1]}."))


def _judged(criterion: AwardCriterion) -> bool:
    return bool(criterion.of or criterion.scale or criterion.formula)


def _formula(name: str, line: str, typst: str, label: str) -> Formula:
    return Formula(text=f"{name} = {line}", typst=f'"{name}" = {typst}', label=label, spelled_out=True)
