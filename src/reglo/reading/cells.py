"""What a workbook holds, cell by cell: the values both readers (.xlsx, .ods) give.

A cell keeps its coordinates, so that a finding can point at « feuille BPU, cellule D12 », and its
kind, so that a formula never calculated or an error is not taken for a zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import ClassVar

from reglo.procurement.findings import Finding, Place, Severity
from reglo.procurement.prices.columns import column_letters

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384  # what Excel and LibreOffice can address


class CellKind(StrEnum):
    EMPTY = "empty"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"
    BOOLEAN = "boolean"
    ERROR = "error"  # #DIV/0!, #REF!…
    NOT_CALCULATED = "not_calculated"  # a formula whose result was never stored


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. ``row`` and ``column`` start at 1; ``number`` is exact, as typed.

    ``text`` is the text, the date in ISO form, or the error as shown; ``formula`` the formula
    without its equals sign ("" when there is none).
    """

    sheet: str
    row: int
    column: int
    kind: CellKind = CellKind.EMPTY
    number: Decimal | None = None
    text: str = ""
    formula: str = ""

    @property
    def ref(self) -> str:
        return f"{column_letters(self.column)}{self.row}"

    @property
    def where(self) -> str:
        return f"feuille {self.sheet}, cellule {self.ref}"

    @property
    def shown(self) -> str:
        """The value as a person would copy it."""
        return format(self.number, "f").replace(".", ",") if self.number is not None else self.text


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, both ends included, from 1 (a merged range)."""

    top: int
    left: int
    bottom: int
    right: int

    def __contains__(self, place: tuple[int, int]) -> bool:
        row, column = place
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def __str__(self) -> str:
        return f"{column_letters(self.left)}{self.top}:{column_letters(self.right)}{self.bottom}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: only the cells that hold something, by (row, column)."""

    name: str
    cells: Mapping[tuple[int, int], Cell]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()  # those that hold a cell
    hidden_columns: frozenset[int] = frozenset()
    merged: tuple[Area, ...] = ()

    def at(self, row: int, column: int) -> Cell:
        """The cell there, empty when nothing was written."""
        return self.cells.get((row, column)) or Cell(self.name, row, column)

    def cell(self, ref: str) -> Cell:
        """The cell of that reference, « D12 »."""
        return self.at(*parse_ref(ref))

    def rows(self) -> Iterator[tuple[int, Mapping[int, Cell]]]:
        """Each row that holds something, top to bottom: its number, its cells by column."""
        rows: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in self.cells.items():
            rows.setdefault(row, {})[column] = cell
        for row in sorted(rows):
            yield row, dict(sorted(rows[row].items()))


@dataclass(frozen=True, slots=True)
class Workbook:
    """A workbook as read. Without sheets when it could not be read: ``findings`` then says why."""

    file: str
    sheets: tuple[Sheet, ...] = ()
    findings: tuple[Finding, ...] = ()
    digest: str = field(default="", compare=False)  # sha256 of the file's bytes

    def sheet(self, name: str) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.name == name), None)

    def place(self, cell: Cell) -> Place:
        return Place(file=self.file, path=cell.where)


# --- References -------------------------------------------------------------------------------


_REF = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,6})")


def parse_ref(ref: str) -> tuple[int, int]:
    """Row and column of « D12 »; ValueError when it is not within a sheet.

    >>> parse_ref("D12")
    (12, 4)
    """
    found = _REF.fullmatch(ref)
    if found:
        column = 0
        for letter in found.group(1):
            column = column * 26 + ord(letter) - 64
        row = int(found.group(2))
        if row <= MAX_ROWS and column <= MAX_COLUMNS:
            return row, column
    raise ValueError(ref)


def stored_decimal(text: str) -> Decimal:
    """The decimal a person typed, from the binary number a spreadsheet stored.

    Excel and LibreOffice keep numbers in binary and hold 15 significant digits of what was typed;
    files then carry the nearest binary value, written with up to 17 digits (82.3 is stored
    "82.299999999999997"). Rounding to 15 significant digits gives back what was typed, and removes
    the noise of a formula (0.1 + 0.2 stored as 0.30000000000000004).

    >>> stored_decimal("82.299999999999997"), stored_decimal("1E3"), stored_decimal("659764.50")
    (Decimal('82.3'), Decimal('1000'), Decimal('659764.5'))
    """
    value = float(text)
    if value - value != 0:  # infinite, or not a number
        raise ValueError(text)
    exact = Decimal(f"{value:.15g}")
    return Decimal(int(exact)) if exact == int(exact) else exact


# --- What can be wrong with a workbook --------------------------------------------------------


class _Unreadable(Finding):
    default_severity: ClassVar[Severity] = Severity.BLOCKING


class Missing(_Unreadable):
    code = "BORD-01"
    cause = "Le classeur « {file} » ne peut pas être ouvert : {reason}."
    mend = "Vérifiez le chemin et que c'est un fichier que vous pouvez lire."


class NotAWorkbook(_Unreadable):
    code = "BORD-02"
    cause = "« {file} » n'est ni un classeur .xlsx ni un classeur .ods : son contenu est {found}."
    mend = "Ouvrez-le dans votre tableur et enregistrez-le en .xlsx ou en .ods."


class Corrupt(_Unreadable):
    code = "BORD-03"
    cause = "Le classeur « {file} » est abîmé : {reason}."
    mend = "Ouvrez-le dans un tableur, enregistrez-le sous un autre nom ; à défaut demandez-le à son auteur."


class Encrypted(_Unreadable):
    code = "BORD-04"
    cause = "Le classeur « {file} » est protégé par un mot de passe à l'ouverture : rien n'en est lu."
    mend = "Enregistrez-le sans mot de passe ; un acheteur demande le mot de passe par le profil d'acheteur."


class TooLarge(_Unreadable):
    code = "BORD-05"
    cause = "Le classeur « {file} » dépasse la limite de lecture : {what} {size}, au plus {limit}."
    mend = "Un bordereau tient en bien moins : retirez les images et les feuilles inutiles."


class NotCalculated(Finding):
    code = "BORD-06"
    cause = "La feuille {sheet} a des formules sans résultat enregistré ({count}) : {cells}. Rien n'y est lu."
    mend = "Ouvrez le classeur dans Excel ou LibreOffice, recalculez (F9), enregistrez ; puis relisez-le."


class ErrorCell(Finding):
    code = "BORD-07"
    cause = "La cellule {cell} affiche l'erreur {error}."
    mend = "Corrigez la formule ou écrivez la valeur."


class Hidden(Finding):
    code = "BORD-08"
    default_severity = Severity.TO_CHECK
    cause = "{what} est masquée et contient des données ; elle est lue comme le reste."
    mend = "Affichez-la et vérifiez qu'elle ne contredit pas ce que l'on voit."


class NumberAsText(Finding):
    code = "BORD-09"
    default_severity = Severity.TO_CHECK
    cause = "La cellule {cell} contient le texte « {text} » au lieu d'un nombre ; il est lu {number}."
    mend = "Écrivez un nombre, sans unité ni apostrophe : les formules du classeur ignorent un texte."


class AmbiguousNumber(Finding):
    code = "BORD-10"
    cause = "La cellule {cell} est ambiguë : {reason}"
    mend = "Réglo ne devine pas : la cellule est tenue pour vide tant que le nombre n'est pas clair."


class NotANumber(Finding):
    code = "BORD-11"
    cause = "La cellule {cell} contient {found} « {text} » au lieu d'un nombre."
    mend = "Écrivez le nombre ; s'il vaut zéro, écrivez 0."
