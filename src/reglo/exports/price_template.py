"""Blank price sheets (BPU, DQE, DPGF) drawn from the rules, ready to fill in any spreadsheet.

Only the coloured cells are typed in; products, sums and VAT are live formulas that carry their stored
results. ``Filled`` writes the same sheet with a bidder's prices: invented bidders, an aligned breakdown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from reglo.exports.sheets import Book, Cell, Look, Sheet
from reglo.exports.workbooks import write_book
from reglo.procurement.award import PriceColumn, PriceLine, PriceSheet, PriceSheetKind, PriceSource
from reglo.procurement.consultation import Consultation
from reglo.procurement.prices.columns import column_letters
from reglo.procurement.prices.sheets import cents, expected_lines
from reglo.procurement.prices.words import to_words
from reglo.procurement.values import TaxBasis

_NAMES = {
    PriceSheetKind.BPU: "Bordereau des prix unitaires",
    PriceSheetKind.DQE: "Détail quantitatif estimatif",
    PriceSheetKind.DPGF: "Décomposition du prix global et forfaitaire",
}
_WIDTHS = {
    PriceColumn.REF: 18,  # wide enough for « Soumissionnaire » above
    PriceColumn.NAME: 60,
    PriceColumn.UNIT: 10,
    PriceColumn.QUANTITY: 10,
    PriceColumn.UNIT_PRICE: 16,
    PriceColumn.WORDS: 44,
    PriceColumn.AMOUNT: 18,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What a bidder wrote: unit prices (or amounts of a lump sum) by reference of the line.

    ``words``: what it wrote in words, by reference; a price spelled rightly where nothing is given.
    """

    bidder: str = ""
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    tax_rate: Decimal | None = None  # per cent


def drawable(consultation: Consultation, lot: str) -> tuple[PriceSheet, ...]:
    """The price sheets of the rules whose lines are known for that lot."""
    sheets = consultation.prices.sheets if consultation.prices is not None else ()
    return tuple(sheet for sheet in sheets if expected_lines(sheet, lot))


def write_price_sheets(
    consultation: Consultation,
    lot: str,
    sheets: Sequence[PriceSheet],
    path: Path,
    *,
    members: int = 2,
    filled: Filled | None = None,
) -> None:
    """Write ``sheets`` for one lot, a tab each, as the .xlsx or .ods that ``path`` names.

    ``members``: columns for the members of a grouping, where the RC asks for that split.
    """
    tabs = tuple(_Drawing(consultation, lot, sheet, members, filled or Filled()).draw() for sheet in sheets)
    book = Book(
        title=f"{', '.join(_title(sheet) for sheet in sheets)} – {consultation.reference}",
        reference=consultation.reference,
        author=consultation.buyer.name,
        sheets=tabs,
    )
    write_book(book, path)


def _title(sheet: PriceSheet) -> str:
    return sheet.name or _NAMES[sheet.kind]


class _Drawing:
    """One sheet on its way."""

    def __init__(
        self, consultation: Consultation, lot: str, rules: PriceSheet, members: int, filled: Filled
    ) -> None:
        self.consultation, self.lot, self.rules, self.filled = consultation, lot, rules, filled
        self.lines = expected_lines(rules, lot)
        prices = consultation.prices
        self.basis = (
            rules.basis or (prices.basis if prices else None) or consultation.in_lot(lot).award.price_basis
        )
        quantified = any(line.quantity not in (None, 1) for line in self.lines)
        by_unit = rules.kind is not PriceSheetKind.DPGF or quantified
        self.columns = [PriceColumn.REF, PriceColumn.NAME, PriceColumn.UNIT]
        self.columns += [PriceColumn.QUANTITY] if quantified else []
        self.columns += [PriceColumn.UNIT_PRICE] if by_unit else []
        counted = prices is not None and PriceSource.SHEET_WORDS in prices.precedence
        self.columns += [PriceColumn.WORDS] if rules.words or counted else []
        self.columns += [PriceColumn.AMOUNT] if not by_unit or quantified else []
        self.members = max(members, 1) if rules.per_member and not by_unit else 0
        self.by_unit = by_unit
        # The shares of the members stand just before the amount they add up to.
        self.last = len(self.columns) - 1 + self.members

    def column(self, role: PriceColumn) -> int:
        """The place of a column, from 0."""
        return self.last if role is PriceColumn.AMOUNT else self.columns.index(role)

    def draw(self) -> Sheet:
        widths = [_WIDTHS[role] for role in self.columns]
        widths[-1:-1] = [16] * self.members
        sheet = Sheet(name=self.tab_name(), widths=tuple(widths))
        lot = self.consultation.lot(self.lot)
        sheet.add(Cell(_title(self.rules), Look.TITLE))
        sheet.add(Cell(f"{self.consultation.reference} · {self.consultation.title}", Look.SUBTITLE))
        if len(self.consultation.lots) > 1:
            sheet.add(Cell(f"Lot {lot.id} · {lot.name}", Look.SUBTITLE))
        sheet.add(Cell("Soumissionnaire", Look.STRONG), Cell(self.filled.bidder or None, Look.INPUT_TEXT))
        basis = f" {self.basis}" if self.basis else ""
        notice = f"En euros{basis}. Remplissez chaque case colorée ; écrivez 0 si la valeur est nulle."
        sheet.add(Cell(notice, Look.SUBTITLE))
        sheet.add()
        sheet.add(*(Cell(name, Look.HEAD) for name in self.headings()))
        first = sheet.next_row
        amounts = [self.line(sheet, line) for line in self.lines]
        if self.rules.kind is not PriceSheetKind.BPU:
            self.totals(sheet, first, sheet.next_row - 1, amounts)
        return sheet

    def tab_name(self) -> str:
        several = len(self.consultation.lots) > 1
        return f"{self.rules.kind} lot {self.lot}"[:31] if several else self.rules.kind.value

    def headings(self) -> list[str]:
        basis = f" {self.basis}" if self.basis else ""
        usual = {
            PriceColumn.REF: "N°",
            PriceColumn.NAME: "Désignation",
            PriceColumn.UNIT: "Unité",
            PriceColumn.QUANTITY: "Quantité",
            PriceColumn.UNIT_PRICE: f"Prix unitaire{basis}",
            PriceColumn.WORDS: "Prix unitaire en lettres" if self.by_unit else "Montant en lettres",
            PriceColumn.AMOUNT: f"Montant total{basis}",
        }
        names = [self.rules.columns.get(role, usual[role]) for role in self.columns]
        names[-1:-1] = [f"Membre {number}" for number in range(1, self.members + 1)]
        return names

    def line(self, sheet: Sheet, line: PriceLine) -> Fraction:
        """Add one line; its amount as stored."""
        row = sheet.next_row
        price = self.filled.prices.get(line.ref)
        exact = Fraction(price) if price is not None else None
        quantity = Fraction(line.quantity) if line.quantity is not None else None
        amount = (exact or Fraction(0)) * (quantity if self.by_unit and quantity is not None else 1)
        cells: dict[int, Cell] = {
            self.column(PriceColumn.REF): Cell(line.ref),
            self.column(PriceColumn.NAME): Cell(line.name),
            self.column(PriceColumn.UNIT): Cell(line.unit or None),
        }
        if PriceColumn.QUANTITY in self.columns:
            cells[self.column(PriceColumn.QUANTITY)] = Cell(quantity, Look.NUMBER)
        if self.by_unit:
            cells[self.column(PriceColumn.UNIT_PRICE)] = Cell(exact, Look.INPUT_NUMBER)
        if PriceColumn.WORDS in self.columns:
            cells[self.column(PriceColumn.WORDS)] = Cell(self.words(line, price), Look.INPUT_TEXT)
        if PriceColumn.AMOUNT in self.columns:
            cells[self.last] = self.amount_cell(row, quantity, exact, amount)
        for number in range(self.members):
            share = exact if number == 0 else (Fraction(0) if exact is not None else None)
            cells[self.last - self.members + number] = Cell(share, Look.INPUT_NUMBER)
        sheet.add(*(cells.get(column) for column in range(self.last + 1)))
        return amount

    def amount_cell(
        self, row: int, quantity: Fraction | None, exact: Fraction | None, amount: Fraction
    ) -> Cell:
        if self.members:
            first = column_letters(self.last - self.members + 1)
            formula = f"SUM({first}{row}:{column_letters(self.last)}{row})"
            return Cell(amount, Look.MONEY, formula=formula)
        if not self.by_unit:
            return Cell(exact, Look.INPUT_NUMBER)
        if quantity is None:
            return Cell(None)
        places = (self.column(PriceColumn.QUANTITY), self.column(PriceColumn.UNIT_PRICE))
        return Cell(
            amount, Look.MONEY, formula="*".join(f"{column_letters(place + 1)}{row}" for place in places)
        )

    def words(self, line: PriceLine, price: Decimal | None) -> str | None:
        if line.ref in self.filled.words:
            return self.filled.words[line.ref]
        spelled = price is not None and price >= 0 and price == cents(price)
        return to_words(price) if price is not None and spelled else None

    def totals(self, sheet: Sheet, first: int, last: int, amounts: Sequence[Fraction]) -> None:
        """Sum, VAT and sum with VAT, where the sheet is before tax."""
        letter = column_letters(self.last + 1)
        basis = f" {self.basis}" if self.basis else ""
        whole = sum(amounts, Fraction(0))
        row = self.total_row(f"Total{basis}", Cell(whole, Look.MONEY, f"SUM({letter}{first}:{letter}{last})"))
        if PriceColumn.WORDS in self.columns and not self.by_unit:  # a lump sum is read in its total
            spelled = to_words(Decimal(cents(whole))) if self.filled.prices and whole >= 0 else None
            row[self.column(PriceColumn.WORDS)] = Cell(spelled, Look.INPUT_TEXT)
        sheet.add(*row)
        if self.basis is not TaxBasis.HT:
            return
        sum_row, tax_row = sheet.next_row - 1, sheet.next_row
        rate = Fraction(self.filled.tax_rate) if self.filled.tax_rate is not None else None
        tax = Fraction(cents(whole * (rate or 0) / 100))
        rate_cell = f"{column_letters(self.last)}{tax_row}"
        formula = f"ROUND({letter}{sum_row}*{rate_cell}/100,2)"
        row = self.total_row("TVA, taux en %", Cell(tax, Look.MONEY, formula))
        row[self.last - 1] = Cell(rate, Look.INPUT_NUMBER)
        sheet.add(*row)
        formula = f"{letter}{sum_row}+{letter}{tax_row}"
        sheet.add(*self.total_row("Total TTC", Cell(whole + tax, Look.MONEY, formula)))

    def total_row(self, label: str, cell: Cell) -> list[Cell | None]:
        row: list[Cell | None] = [None] * (self.last + 1)
        row[self.column(PriceColumn.NAME)] = Cell(label, Look.STRONG)
        row[self.last] = cell
        return row
