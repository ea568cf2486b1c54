"""Read the prices of a bid out of workbooks: BPU, DQE, DPGF, against the sheets of the rules.

A line is recognised by its reference, else by its designation; what the bidder added, removed, merged
or renamed is reported. Nothing is computed here, see ``procurement.prices``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from difflib import SequenceMatcher
from pathlib import Path

from reglo.procurement.award import PriceColumn, PriceLine, PriceRules, PriceSheet, PriceSheetKind
from reglo.procurement.findings import Finding, Place, Severity
from reglo.procurement.folding import folded
from reglo.procurement.prices.sheets import (
    PricedLine,
    PricedSheet,
    TotalKind,
    WrittenTotal,
    expected_lines,
)
from reglo.procurement.values import TaxBasis
from reglo.reading.cells import Cell, CellKind, Sheet, TooLarge, Workbook
from reglo.reading.price_headings import Heading, basis_in, find_heading
from reglo.reading.spreadsheet import number_in, open_workbook

_TOTAL = re.compile(
    r"(sous )?tota(l|ux)\b|montant (total|ht|ttc|hors|global)|(montant (de la )?)?t ?v ?a\b|taxe|net a payer"
    r"|prix (total|global)|a? ?report(er)?\b|soit ttc"
)
_PART = re.compile(r"\b(sous|report|reporter|tranche|chapitre|poste|phase|partie|section|titre|lot)\b")
_CLOSE = 0.87  # likeness of two designations from which they are taken for the same
_FAR = 0.6  # and below which one reference seems to name two things
_SEARCHED = 1_000  # rows compared by designation: a sheet with more is not an answer to these lines
MAX_ROWS = 20_000  # of a tab; the largest price sheets of works have a few thousand


class NoPriceTable(Finding):
    code = "BORD-12"
    cause = "Aucun tableau de prix n'est reconnu dans « {file} » (feuilles : {sheets})."
    mend = (
        "L'en-tête doit nommer une désignation et un prix ou un montant ; sinon donnez les titres des "
        "colonnes dans prices.sheets.columns."
    )


class AddedLine(Finding):
    code = "BORD-13"
    default_severity = Severity.TO_CHECK
    cause = "La ligne {row} « {name} » porte un prix mais n'est pas dans le cadre."
    mend = "Le cadre remis ne se modifie pas : demandez à quoi elle correspond ; elle compte dans les sommes."


class MergedPrice(Finding):
    code = "BORD-14"
    cause = (
        "Le prix de la ligne {ref} est dans les cellules fusionnées {area} : un prix pour plusieurs lignes."
    )
    mend = "Écrivez un prix par ligne."


class OtherTab(Finding):
    code = "BORD-15"
    default_severity = Severity.TO_CHECK
    cause = "Plusieurs feuilles portent un tableau de prix : « {used} » est lue, {others} ne l'est pas."
    mend = "Choisissez la feuille avec --tab si ce n'est pas la bonne."


class TwiceThere(Finding):
    code = "BORD-16"
    cause = (
        "La ligne {ref} est deux fois dans le bordereau (lignes {first} et {second}) ; la première est lue."
    )
    mend = "Gardez une seule ligne par référence."


class Renamed(Finding):
    code = "BORD-17"
    default_severity = Severity.TO_CHECK
    cause = "La ligne {ref} dit « {found} » pour {what}, le cadre « {expected} »."
    mend = "Vérifiez que c'est la même prestation ; le cadre remis ne se modifie pas."


class RefMissing(Finding):
    code = "BORD-18"
    default_severity = Severity.TO_CHECK
    cause = "La ligne {row} « {name} » n'a pas la référence {ref} ; elle est reconnue à sa désignation."
    mend = "Rétablissez la référence."


@dataclass(frozen=True, slots=True)
class PriceFile:
    """What one workbook gives: its price sheets, and what is wrong with the file."""

    file: str
    sheets: tuple[PricedSheet, ...]
    findings: tuple[Finding, ...]


def read_prices(path: Path, rules: PriceRules, lot: str, *, sheet: str = "", tab: str = "") -> PriceFile:
    """The price sheets of a workbook for one lot. Never raises on what the file holds.

    ``sheet``: id of the rules' sheet it answers; ``tab``: name of the workbook's sheet to read; "" to
    find them by their lines and names.
    """
    workbook = open_workbook(path)
    if not workbook.sheets:
        return PriceFile(workbook.file, (), workbook.findings)
    wanted = [one for one in rules.sheets if not sheet or one.id == sheet]
    tabs = [one for one in workbook.sheets if not tab or folded(one.name) == folded(tab)]
    chosen, findings = _assign(workbook, tabs, wanted or [_unnamed()], lot)
    if not chosen:
        names = ", ".join(one.name for one in workbook.sheets)
        facts = {"file": workbook.file, "sheets": names}
        findings.append(NoPriceTable(facts=facts, place=Place(file=workbook.file)))
    sheets = tuple(_TabReader(workbook, one, price_sheet, lot).read() for one, price_sheet in chosen)
    return PriceFile(workbook.file, sheets, (*workbook.findings, *findings))


def _unnamed() -> PriceSheet:
    return PriceSheet(id="bordereau", kind=PriceSheetKind.DPGF, piece="", name="bordereau")


def _assign(
    workbook: Workbook, tabs: Sequence[Sheet], wanted: Sequence[PriceSheet], lot: str
) -> tuple[list[tuple[Sheet, PriceSheet]], list[Finding]]:
    """Which tab answers which sheet of the rules: most lines in common, then names."""
    scored = []
    for position, tab in enumerate(tabs):
        for price_sheet in wanted:
            heading = find_heading(tab, price_sheet)
            if heading is not None:
                score = _score(tab, heading, price_sheet, lot)
                scored.append((score, -position, tab, price_sheet))
    scored.sort(key=lambda item: (item[0], item[1]), reverse=True)
    chosen: list[tuple[Sheet, PriceSheet]] = []
    findings: list[Finding] = []
    left = {tab.name for _, _, tab, _ in scored}
    for score, _, tab, price_sheet in scored:
        taken = {one.id for _, one in chosen}
        if tab.name not in left or price_sheet.id in taken:
            continue
        if price_sheet.lines and score[0] == 0 and chosen:
            continue  # a table of something else
        chosen.append((tab, price_sheet))
        left.discard(tab.name)
    if chosen and left and len(tabs) > 1:
        facts = {
            "used": ", ".join(tab.name for tab, _ in chosen),
            "others": ", ".join(f"« {name} »" for name in sorted(left)),
        }
        findings.append(OtherTab(facts=facts, place=Place(file=workbook.file)))
    return chosen, findings


def _score(tab: Sheet, heading: Heading, price_sheet: PriceSheet, lot: str) -> tuple[int, int]:
    refs = {folded(line.ref) for line in expected_lines(price_sheet, lot)}
    column = heading.columns.get(PriceColumn.REF, 0)
    found = {
        folded(cell.shown) for (row, at), cell in tab.cells.items() if at == column and row > heading.row
    }
    words = folded(tab.name).split()
    named = 2 * (price_sheet.kind.value.lower() in words)
    named += bool(lot) and words[-2:] == ["lot", lot.lower()]
    return len(refs & found), named - tab.hidden


@dataclass
class _TabReader:
    """One tab read against one sheet of the rules."""

    workbook: Workbook
    tab: Sheet
    rules: PriceSheet
    lot: str
    findings: list[Finding] = field(default_factory=list)
    lines: list[PricedLine] = field(default_factory=list)
    totals: list[WrittenTotal] = field(default_factory=list)
    searched: int = 0
    rows: dict[str, int] = field(default_factory=dict)  # ref of the rules -> row it was read at

    def read(self) -> PricedSheet:
        heading = find_heading(self.tab, self.rules)
        assert heading is not None  # only tabs with one are assigned
        self.heading = heading
        self.expected = expected_lines(self.rules, self.lot)
        self.by_ref = {folded(line.ref): line for line in self.expected}
        self.all_refs = {folded(line.ref) for line in self.rules.lines}
        rows = [(row, cells) for row, cells in self.tab.rows() if row > heading.row]
        if len(rows) > MAX_ROWS:
            what = f"feuille {self.tab.name}, lignes :"
            self.find(TooLarge, MAX_ROWS, file=self.workbook.file, what=what, size=len(rows), limit=MAX_ROWS)
        refs = [folded(self.text(cells, PriceColumn.REF)) for _, cells in rows[:MAX_ROWS]]
        self.families = {ref.rsplit(" ", 1)[0] for ref in refs if " " in ref}
        for row, cells in rows[:MAX_ROWS]:
            self.row(row, cells)
        totals, basis = _classified(self.totals, heading.basis, len(self.lines))
        columns = heading.columns
        return PricedSheet(
            rules=self.rules,
            lines=tuple(self.lines),
            totals=tuple(totals),
            basis=basis,
            has_unit_prices=PriceColumn.UNIT_PRICE in columns or PriceColumn.WORDS in columns,
            has_words=PriceColumn.WORDS in columns,
            name=f"{self.workbook.file}, feuille {self.tab.name}",
            findings=tuple(self.findings),
        )

    # --- Rows -----------------------------------------------------------------------------------

    def cell(self, cells: Mapping[int, Cell], role: PriceColumn) -> Cell | None:
        return cells.get(self.heading.columns.get(role, 0))

    def text(self, cells: Mapping[int, Cell], role: PriceColumn) -> str:
        cell = self.cell(cells, role)
        return " ".join(cell.shown.split()) if cell is not None else ""

    def find(self, cause: type[Finding], row: int, **facts: object) -> None:
        place = Place(file=self.workbook.file, path=f"feuille {self.tab.name}, ligne {row}")
        self.findings.append(cause(facts={"row": row, **facts}, place=place))

    def row(self, row: int, cells: Mapping[int, Cell]) -> None:
        ref, name = self.text(cells, PriceColumn.REF), self.text(cells, PriceColumn.NAME)
        rule = self.match(row, ref, name)
        label = next((cell.text for cell in cells.values() if cell.kind is CellKind.TEXT), "")
        if rule is None and any(_TOTAL.match(folded(text)) for text in (ref, name, label) if text):
            self.total(label, cells)
            return
        if rule is None and self.repeats_heading(cells):
            return
        money = [self.cell(cells, role) for role in (PriceColumn.UNIT_PRICE, PriceColumn.AMOUNT)]
        priced = any(cell is not None and cell.kind is not CellKind.EMPTY for cell in money)
        if rule is None and not self.is_line(ref, name, cells, priced):
            return
        if rule is None and self.expected:
            if folded(ref) in self.all_refs:
                return  # a line of another lot
            self.find(AddedLine, row, name=name or ref)
        if rule is not None and rule.ref in self.rows:
            self.find(TwiceThere, row, ref=rule.ref, first=self.rows[rule.ref], second=row)
            return
        if rule is not None:
            self.rows[rule.ref] = row
        self.line(row, cells, ref, name, rule)

    def is_line(self, ref: str, name: str, cells: Mapping[int, Cell], priced: bool) -> bool:
        """Whether a row that the rules do not list owes a price: a title does not."""
        if priced:
            return bool(ref or name)
        if self.expected:
            return False
        described = any(self.text(cells, role) for role in (PriceColumn.UNIT, PriceColumn.QUANTITY))
        # « 2 » above « 2.1 » is the title of a family; alone, with a designation, it is a line left empty.
        return bool(name) and (described or (bool(ref) and folded(ref) not in self.families))

    def repeats_heading(self, cells: Mapping[int, Cell]) -> bool:
        columns = self.heading.columns.values()
        for row in range(self.heading.first, self.heading.row + 1):
            top = {column: text for column in columns if (text := self.tab.at(row, column).text)}
            if all(column in cells and cells[column].text == text for column, text in top.items()):
                return True
        return False

    def match(self, row: int, ref: str, name: str) -> PriceLine | None:
        """The line of the rules this row answers: by reference, else by designation."""
        by_ref = self.by_ref.get(folded(ref)) if ref else None
        if by_ref is not None:
            if name and _likeness(name, by_ref.name) < _FAR:
                self.find(
                    Renamed, row, ref=by_ref.ref, found=name, what="la désignation", expected=by_ref.name
                )
            return by_ref
        if not name or (ref and folded(ref) in self.all_refs) or self.searched >= _SEARCHED:
            return None
        self.searched += 1
        close = [
            line
            for line in self.expected
            if line.ref not in self.rows and _likeness(name, line.name) >= _CLOSE
        ]
        if len(close) != 1:
            return None
        if PriceColumn.REF in self.heading.columns:
            self.find(RefMissing, row, name=name, ref=close[0].ref)
        return close[0]

    def line(self, row: int, cells: Mapping[int, Cell], ref: str, name: str, rule: PriceLine | None) -> None:
        unit = self.text(cells, PriceColumn.UNIT)
        quantity = self.quantity(cells, rule)
        price, lost = self.number(cells, PriceColumn.UNIT_PRICE)
        amount, lost_amount = self.number(cells, PriceColumn.AMOUNT)
        words = self.cell(cells, PriceColumn.WORDS)
        by_amount = PriceColumn.UNIT_PRICE not in self.heading.columns
        unreadable = lost or (by_amount and lost_amount) or self.merged(row, rule.ref if rule else ref)
        if rule is not None and rule.unit and unit and not _same_unit(unit, rule.unit):
            self.find(Renamed, row, ref=rule.ref, found=unit, what="l'unité", expected=rule.unit)
        amount_cell = self.cell(cells, PriceColumn.AMOUNT)
        by_formula = amount_cell is not None and bool(amount_cell.formula)
        shares = tuple(self.share(cells.get(column)) for column in self.heading.members)
        sources = shares if by_amount else (*shares, price)
        if by_formula and amount == 0 and sources and all(source is None for source in sources):
            amount = None  # of cells left empty, not a price of zero
        place = Place(file=self.workbook.file, path=f"feuille {self.tab.name}, ligne {row}")
        self.lines.append(
            PricedLine(
                ref=rule.ref if rule else ref,
                name=name or (rule.name if rule else ""),
                unit=unit,
                quantity=quantity,
                unit_price=price,
                words=words.text.strip() if words is not None and words.kind is CellKind.TEXT else "",
                amount=amount,
                amount_is_formula=by_formula,
                shares=shares,
                unreadable=unreadable,
                rule=rule,
                place=place,
            )
        )

    def quantity(self, cells: Mapping[int, Cell], rule: PriceLine | None) -> Decimal | None:
        """The quantity written; « forfait » or « 1 ens. » only matters where the rules give none."""
        cell = self.cell(cells, PriceColumn.QUANTITY)
        if rule is not None and rule.quantity is not None and cell and cell.kind is not CellKind.NUMBER:
            return None
        return self.number(cells, PriceColumn.QUANTITY)[0]

    def share(self, cell: Cell | None) -> Decimal | None:
        if cell is None:
            return None
        number, findings = number_in(self.workbook, cell)
        self.findings += findings
        return number

    def number(self, cells: Mapping[int, Cell], role: PriceColumn) -> tuple[Decimal | None, bool]:
        """The number of a column of this row, and whether something unreadable stands there instead."""
        cell = self.cell(cells, role)
        if cell is None or cell.kind is CellKind.EMPTY:
            return None, False
        number, findings = number_in(self.workbook, cell)
        self.findings += findings
        return number, number is None

    def merged(self, row: int, ref: str) -> bool:
        """Whether the price of this row is inside a merged range that starts on another row."""
        columns = self.heading.columns
        column = columns.get(PriceColumn.UNIT_PRICE) or columns[PriceColumn.AMOUNT]
        for area in self.tab.merged:
            if (row, column) in area and row != area.top:
                self.find(MergedPrice, row, ref=ref, area=area)
                return True
        return False

    def total(self, label: str, cells: Mapping[int, Cell]) -> None:
        column = self.heading.columns.get(PriceColumn.AMOUNT, 0)
        numbers = [cell for cell in cells.values() if cell.kind is CellKind.NUMBER]
        cell = cells.get(column) or (numbers[-1] if numbers else None)
        amount, rate = None, _rate(label)
        if cell is not None and cell.kind is not CellKind.EMPTY:
            amount, findings = number_in(self.workbook, cell)
            self.findings += findings
        plain = folded(label)
        tax = bool(re.search(r"\bt ?v ?a\b|^taxe", plain)) and basis_in(label) is None
        if tax and rate is None:
            beside = [one for one in numbers if cell is None or one.column != cell.column]
            shown = next((one.text for one in cells.values() if one.text.strip().endswith("%")), "")
            rate = _rate(shown) or _plausible_rate(beside)
        words = self.cell(cells, PriceColumn.WORDS)
        self.totals.append(
            WrittenTotal(
                label=" ".join(label.split())[:120],
                kind=TotalKind.TAX if tax else TotalKind.SUBTOTAL,  # refined once all rows are known
                after=len(self.lines),
                amount=amount,
                rate=rate,
                words=words.text.strip() if words is not None and words.text != label else "",
                is_formula=cell is not None and bool(cell.formula),
                place=self.workbook.place(cell) if cell is not None else Place(file=self.workbook.file),
            )
        )


def _likeness(one: str, other: str) -> float:
    """From 0 to 1, quickly for texts that cannot be alike."""
    matcher = SequenceMatcher(None, folded(one[:200]), folded(other[:200]), autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _FAR else 0.0


def _rate(text: str) -> Decimal | None:
    """
    >>> _rate("TVA 5,5 %"), _rate("Total HT")
    (Decimal('5.5'), None)
    """
    found = re.search(r"(\d{1,2}(?:[.,]\d{1,2})?)\s*%", text)
    return Decimal(found.group(1).replace(",", ".")) if found else None


def _plausible_rate(cells: Sequence[Cell]) -> Decimal | None:
    """A rate alone in a cell: 0.2 shown as 20 %, or 20."""
    for cell in cells:
        if cell.number is not None and 0 < cell.number < 1:
            return cell.number * 100
        if cell.number is not None and 1 < cell.number <= 30:
            return cell.number
    return None


def _classified(
    totals: Sequence[WrittenTotal], stated: TaxBasis | None, lines: int
) -> tuple[list[WrittenTotal], TaxBasis | None]:
    """Which totals are of the whole sheet, on which basis; the others are sub-totals."""
    bases = {basis_in(total.label) for total in totals if total.kind is not TotalKind.TAX} - {None}
    basis = stated
    if basis is None and bases:
        basis = TaxBasis.HT if TaxBasis.HT in bases else TaxBasis.TTC
    found = list(totals)
    whole: dict[TotalKind, int] = {}
    for index, total in enumerate(found):
        if total.kind is TotalKind.TAX or total.after != lines or _PART.search(folded(total.label)):
            continue
        own = basis_in(total.label) or basis
        with_tax = own is TaxBasis.TTC and basis is not TaxBasis.TTC
        if basis is TaxBasis.TTC and own is TaxBasis.HT:
            continue  # reads as a sub-total of another basis: left out of the sums below
        whole[TotalKind.TOTAL_WITH_TAX if with_tax else TotalKind.TOTAL] = index
    for kind, index in whole.items():
        found[index] = replace(found[index], kind=kind)
    other = [
        index
        for index, total in enumerate(found)
        if total.kind is TotalKind.SUBTOTAL and basis_in(total.label) not in (None, basis)
    ]
    return [total for index, total in enumerate(found) if index not in other], basis


def _same_unit(found: str, expected: str) -> bool:
    """
    >>> _same_unit("M2", "m²"), _same_unit("unité", "u"), _same_unit("h", "m²")
    (True, True, False)
    """
    one, other = folded(found), folded(expected)
    return one.startswith(other) or other.startswith(one)
