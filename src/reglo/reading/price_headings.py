"""Find the table of a price sheet: which row is its heading, which column holds what.

Every buyer draws its own sheet; headings are known by their French words, whatever their case, accents
and order. A sheet whose headings are unusual says so in the rules (``PriceSheet.columns``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reglo.procurement.award import PriceColumn, PriceSheet
from reglo.procurement.folding import folded
from reglo.procurement.values import TaxBasis
from reglo.reading.cells import Cell, CellKind, Sheet

_ROWS_SEARCHED = 200

# In this order: « N° de prix » is a reference, « Prix en lettres » words, « Prix total » an amount.
_HEADINGS = (
    (PriceColumn.WORDS, r".*\b(toutes )?lettres\b"),
    (PriceColumn.REF, r"(n|no|num|numeros?|ref|references?|code|poste|repere|item|art|article|tranche)\b"),
    (PriceColumn.NAME, r"(designation|libelle|description|nature|prestation|intitule|objet|element|mission)"),
    (PriceColumn.UNIT, r"(unites?|u|un)( de (mesure|compte|vente))?$"),
    (PriceColumn.QUANTITY, r"(quantites?|qtes?|qt|nombre|nb)\b"),
    (PriceColumn.AMOUNT, r"(montants?|total|totaux|somme|prix (totale?|globale?|forfaitaire))\b|.*\btotal\b"),
    (PriceColumn.UNIT_PRICE, r"(prix|p u\b|pu\b|tarifs?\b|cout unitaire|.*\bprix\b)"),
    (PriceColumn.AMOUNT, r"(cout|forfait)\b"),
)


@dataclass(frozen=True, slots=True)
class Heading:
    """The heading of a table: its rows, its columns, the columns of the members of a grouping."""

    first: int
    row: int  # the last
    columns: Mapping[PriceColumn, int]
    members: tuple[int, ...] = ()
    basis: TaxBasis | None = None


def find_heading(sheet: Sheet, rules: PriceSheet | None) -> Heading | None:
    """The first row that names a price or an amount beside a reference or a designation."""
    for seen, (row, cells) in enumerate(sheet.rows()):
        if seen >= _ROWS_SEARCHED:
            break
        texts = {
            column: cell.text
            for column, cell in cells.items()
            if cell.kind is CellKind.TEXT and len(cell.text) <= 150
        }
        heading = _heading(sheet, row, texts, rules)
        if heading is not None:
            return _with_second_row(sheet, heading, texts, rules)
    return None


def _with_second_row(
    sheet: Sheet, first: Heading, texts: Mapping[int, str], rules: PriceSheet | None
) -> Heading:
    """The heading over two rows, « Prix unitaire HT » above « en chiffres » and « en lettres », when it is.

    The second row says nothing under the reference and the designation, where every line says something.
    """
    row = first.row + 1
    below = {
        column: cell
        for (at, column), cell in sheet.cells.items()
        if at == row and cell.kind is not CellKind.EMPTY
    }
    named = {first.columns.get(PriceColumn.REF), first.columns.get(PriceColumn.NAME)} - {None}
    worded = all(cell.kind is CellKind.TEXT for cell in below.values())
    if not below or not worded or named & below.keys() or min(below) < min(one for one in named if one):
        return first
    joined = dict(texts)
    for column, cell in below.items():
        above = next((area for area in sheet.merged if (first.row, column) in area), None)
        top = texts.get(above.left if above else column, "")
        joined[column] = cell.text if _role(cell.text) else f"{top} {cell.text}"
    return _heading(sheet, row, joined, rules, top=first.row) or first


def _heading(
    sheet: Sheet, row: int, texts: Mapping[int, str], rules: PriceSheet | None, top: int = 0
) -> Heading | None:
    own = {folded(name): role for role, name in rules.columns.items()} if rules else {}
    found: dict[PriceColumn, list[int]] = {}
    others = []
    for column, text in sorted(texts.items()):
        role = own.get(folded(text)) or _role(text)
        if role is None:
            others.append(column)
        else:
            found.setdefault(role, []).append(column)
    priced = PriceColumn.UNIT_PRICE in found or PriceColumn.AMOUNT in found
    if not priced or not (PriceColumn.REF in found or PriceColumn.NAME in found):
        return None
    asked = rules.basis if rules else None
    columns = {role: _preferred(texts, places, asked) for role, places in found.items()}
    members: tuple[int, ...] = ()
    if rules and rules.per_member and PriceColumn.AMOUNT in columns:
        totals = [one for one in found[PriceColumn.AMOUNT] if "total" in folded(texts[one])]
        columns[PriceColumn.AMOUNT] = total = (totals or found[PriceColumn.AMOUNT])[-1]
        first = max(columns.get(PriceColumn.NAME, 0), columns.get(PriceColumn.REF, 0))
        shares = [*others, *(one for one in found[PriceColumn.AMOUNT] if one != total)]
        members = tuple(sorted(one for one in shares if first < one < total))
    bases = [basis_in(texts[columns[role]]) for role in (PriceColumn.UNIT_PRICE, PriceColumn.AMOUNT)
             if role in columns]  # fmt: skip
    basis = next((one for one in bases if one), None) or _basis_above(sheet, top or row)
    return Heading(top or row, row, columns, members, basis)


def _role(text: str) -> PriceColumn | None:
    """
    >>> _role("N° de prix"), _role("Prix unitaire HT\\n(en chiffres)"), _role("Montant total HT")
    (<PriceColumn.REF: 'ref'>, <PriceColumn.UNIT_PRICE: 'unit_price'>, <PriceColumn.AMOUNT: 'amount'>)
    """
    plain = folded(text)
    return next((role for role, pattern in _HEADINGS if re.match(pattern, plain)), None)


def _preferred(texts: Mapping[int, str], columns: list[int], asked: TaxBasis | None) -> int:
    """Of several columns with one role, the one on the basis asked for, else before tax, else the first."""
    for basis in (asked, TaxBasis.HT):
        for column in columns:
            if basis is not None and basis_in(texts[column]) is basis:
                return column
    return columns[0]


def basis_in(text: str) -> TaxBasis | None:
    """The basis a heading or label states, None when it states none or both.

    >>> basis_in("Prix unitaire en euros H.T."), basis_in("Total hors TVA"), basis_in("Prix")
    (<TaxBasis.HT: 'HT'>, <TaxBasis.HT: 'HT'>, None)
    """
    plain = folded(text)
    before = bool(re.search(r"\b(ht|h t|hors (taxes?|tva)|htva)\b", plain))
    after = bool(re.search(r"\b(ttc|t t c|toutes taxes)\b", plain))
    return None if before == after else TaxBasis.HT if before else TaxBasis.TTC


def _basis_above(sheet: Sheet, row: int) -> TaxBasis | None:
    """The basis that the title block states, when it states one only."""
    stated = {basis_in(cell.text) for cell in _above(sheet, row)} - {None}
    return stated.pop() if len(stated) == 1 else None


def _above(sheet: Sheet, row: int) -> list[Cell]:
    return [cell for (at, _), cell in sheet.cells.items() if at < row and cell.kind is CellKind.TEXT]
