"""The sheet "RC" of the matrix: what the rules say, and the cells other sheets refer to."""

from __future__ import annotations

from fractions import Fraction

from reglo.exports.matrix_area import heads
from reglo.exports.sheets import Cell, Look, Sheet
from reglo.exports.wording import STAGES_FR, criteria_tree, figure_names
from reglo.procurement.award import Award, Quote, Scale, TieBreak, TieRule
from reglo.procurement.consultation import Consultation
from reglo.procurement.formulas.expression import Expression
from reglo.procurement.formulas.formula import parse
from reglo.procurement.formulas.methods import METHOD_FR, formula_of, level_values, weight_of
from reglo.procurement.formulas.views import as_text as expression_text
from reglo.procurement.judging.explanation import rounding_text


class RulesSheet:
    """The sheet "RC": the rules of each lot, those judged alike together."""

    def __init__(self, consultation: Consultation) -> None:
        self.sheet = Sheet("RC", (24, 46, 14, 34, 60, 22))
        self.sheet.add(Cell(f"Règles publiées — {consultation.reference}", Look.TITLE))
        self.sheet.add(Cell(consultation.title, Look.SUBTITLE))
        self.of_lot: dict[str, RulesArea] = {}
        for judged in consultation.judged:
            self.sheet.add(None)
            if consultation.award.for_lots:
                self.sheet.add(Cell(judged.title, Look.TITLE))
            self.of_lot |= dict.fromkeys(judged.lots, RulesArea(self.sheet, judged.award))

    @property
    def choices(self) -> tuple[str, ...]:
        """Every range of labels."""
        areas = dict.fromkeys(self.of_lot.values())
        return tuple(labels for area in areas for labels in area.labels.values())


class RulesArea:
    """One judgement on the sheet "RC", and where its figures stand: maxima, levels, quantities."""

    def __init__(self, sheet: Sheet, award: Award) -> None:
        self.sheet, self.award = sheet, award
        self.maxima: dict[str, str] = {}  # criterion id -> cell
        self.labels: dict[str, str] = {}  # scale id -> range of its labels
        self.values: dict[str, str] = {}
        self.quantities: dict[tuple[str, int], str] = {}  # quote id, number of its line -> cell
        self._lay()

    def _lay(self) -> None:
        body, award = self.sheet, self.award
        body.add(Cell("Critères", Look.SUBTITLE))
        body.add(*heads("Identifiant", "Critère", "Points (N)", "Méthode", "Formule", "Article"))
        self._criteria()
        for value in award.values:
            body.add(
                Cell(value.id),
                Cell(value.name),
                None,
                Cell("chiffre calculé"),
                Cell(_formula(parse(value.formula), award)),
                Cell(value.source),
            )
        for scale in award.scales:
            self._scale(scale)
        for quote in award.quotes:
            self._quote(quote)
        body.add(None)
        body.add(Cell("Arrondis et égalités", Look.SUBTITLE))
        for rounding in award.rounding:
            stages = ", ".join(STAGES_FR[stage] for stage in rounding.stages)
            body.add(Cell("Arrondi"), Cell(rounding_text(rounding)), Cell(""), Cell(stages))
        for number, tie in enumerate(award.ties, 1):
            body.add(
                Cell(f"Égalité, règle {number}"), Cell(tie_heading(tie, award)), Cell(""), Cell(tie.source)
            )
        if not award.rounding:
            body.add(Cell("Arrondi"), Cell("Aucun : les notes restent exactes."))
        if not award.ties:
            body.add(Cell("Égalité"), Cell("Le règlement n'en dit rien."))

    def _criteria(self) -> None:
        parents = [Fraction(self.award.total)]
        for depth, criterion in criteria_tree(self.award.criteria):
            maximum = weight_of(criterion, parents[depth])
            parents[depth + 1 :] = [maximum]
            row = self.sheet.add(
                Cell(criterion.id),
                Cell("– " * depth + criterion.name, Look.TEXT if depth else Look.STRONG),
                Cell(maximum, Look.NUMBER),
                Cell(METHOD_FR[criterion.method]),
                Cell(_formula(formula_of(criterion, self.award), self.award)),
                Cell(criterion.source),
            )
            self.maxima[criterion.id] = f"RC!$C${row}"

    def _scale(self, scale: Scale) -> None:
        body = self.sheet
        body.add(None)
        body.add(Cell(f"Grille « {scale.name or scale.id} »", Look.SUBTITLE))
        body.add(*heads("Grille", "Niveau", "Valeur", "Sens"))
        first = body.next_row
        meanings = {level.label: level.meaning for level in scale.levels}
        for label, value in level_values(scale).items():
            body.add(Cell(scale.id), Cell(label), Cell(value, Look.NUMBER), Cell(meanings[label]))
        last = body.next_row - 1
        self.labels[scale.id] = f"RC!$B${first}:$B${last}"
        self.values[scale.id] = f"RC!$C${first}:$C${last}"

    def _quote(self, quote: Quote) -> None:
        if not quote.lines:
            return
        body = self.sheet
        body.add(None)
        body.add(Cell(f"Quantités : {quote.name}", Look.SUBTITLE))
        body.add(*heads("Devis", "Prix du bordereau", "Quantité", "Lots"))
        for number, line in enumerate(quote.lines):
            name = f"{line.item} {line.name}".strip()
            lots = ", ".join(line.lots) or "tous"
            row = body.add(Cell(quote.id), Cell(name), Cell(Fraction(line.quantity), Look.NUMBER), Cell(lots))
            self.quantities[quote.id, number] = f"RC!$C${row}"


def _formula(expression: Expression, award: Award) -> str:
    """A formula in French words, with the names the rules give to figures and criteria."""
    names = figure_names(award) | {one.id: one.name for _, one in criteria_tree(award.criteria)}
    return expression_text(expression.root, names)


def tie_heading(tie: TieBreak, award: Award) -> str:
    first = " (première place seulement)" if tie.first_place_only else ""
    if tie.rule is TieRule.LOWEST:
        return f"le plus bas « {figure_names(award).get(tie.of, tie.of)} »{first}"
    names = {criterion.id: criterion.name for _, criterion in criteria_tree(award.criteria)}
    return f"la meilleure note « {names.get(tie.criterion, tie.criterion)} »{first}"
