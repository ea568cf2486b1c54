"""Sheets of an .ods workbook (OpenDocument 1.2 to 1.4), streamed within a budget."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping

from reglo.reading.bounded_xml import Budget, Damaged, read_tree, read_xml
from reglo.reading.cells import MAX_COLUMNS, MAX_ROWS, Area, Cell, CellKind, Sheet, stored_decimal

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_PREFIXES = {
    f"{_ODF}office:1.0": "office",
    f"{_ODF}table:1.0": "table",
    f"{_ODF}text:1.0": "text",
    f"{_ODF}style:1.0": "style",
    f"{_ODF}drawing:1.0": "draw",
    f"{_ODF}manifest:1.0": "manifest",
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext",
}
# Parts of a sheet that hold text or tables of their own: comments, drawings, deleted content.
_SKIPPED = {"office:annotation", "table:tracked-changes", "table:shapes", "draw:frame", "draw:custom-shape"}
_CELLS = {"table:table-cell", "table:covered-table-cell"}
_NUMBERS = {"float", "currency", "percentage"}


def is_encrypted(archive: zipfile.ZipFile, budget: Budget) -> bool:
    """Whether the manifest says that parts are encrypted."""
    if "META-INF/manifest.xml" not in archive.namelist():
        return False
    elements = read_tree(archive, "META-INF/manifest.xml", _PREFIXES, budget)
    return any(element == "manifest:encryption-data" for element, _ in elements)


def read_ods(archive: zipfile.ZipFile, budget: Budget) -> tuple[Sheet, ...]:
    """Every sheet, in the order of the tabs. Raises Damaged and LimitExceeded."""
    reader = _Reader(budget)
    read_xml(archive, "content.xml", _PREFIXES, budget, start=reader.start, end=reader.end, text=reader.text)
    if not reader.spreadsheet:
        raise Damaged("c'est un document OpenDocument sans feuille de calcul")
    return tuple(reader.sheets)


def _count(attributes: Mapping[str, str], name: str) -> int:
    raw = attributes.get(name, "1")
    if not raw.isdecimal() or not 1 <= int(raw[:9]) <= MAX_ROWS:
        raise Damaged(f"une cellule se répète « {raw[:20]} » fois")
    return int(raw)


class _Reader:
    """Callbacks for content.xml; cells and rows that repeat are written out when they hold something."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.sheets: list[Sheet] = []
        self.spreadsheet = False
        self.skipped = 0  # depth inside a part that is not read
        self.nested = 0  # depth of tables
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.open_sheet("", False)

    def open_sheet(self, name: str, hidden: bool) -> None:
        self.name, self.hidden = name, hidden
        self.cells: dict[tuple[int, int], Cell] = {}
        self.row, self.row_repeated, self.row_hidden = 1, 1, False
        self.column, self.header_column = 1, 1
        self.row_cells: list[tuple[int, int, Cell]] = []  # column, times, cell
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.merged: list[Area] = []
        self.attributes: Mapping[str, str] | None = None
        self.paragraphs: list[str] = []

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        if self.skipped or element in _SKIPPED:
            self.skipped += 1
        elif element in _CELLS:
            if self.nested == 1:
                self.attributes, self.paragraphs = attributes, []
        elif element == "text:p":
            self.paragraphs.append("")
        elif element == "text:s":
            self.text(" " * min(_count(attributes, "text:c"), 100))
        elif element in ("text:tab", "text:line-break"):
            self.text(" ")
        elif element == "table:table-row":
            self.row_repeated = _count(attributes, "table:number-rows-repeated")
            self.row_hidden = attributes.get("table:visibility", "visible") != "visible"
            self.column, self.row_cells = 1, []
        elif element == "table:table-column":
            times = _count(attributes, "table:number-columns-repeated")
            if attributes.get("table:visibility", "visible") != "visible":
                last = min(self.header_column + times, MAX_COLUMNS + 1)
                self.hidden_columns.update(range(self.header_column, last))
            self.header_column += times
        elif element == "table:table":
            self.nested += 1
            if self.nested == 1:
                hidden = attributes.get("table:style-name", "") in self.hidden_styles
                self.open_sheet(attributes.get("table:name", "?"), hidden)
        elif element == "office:spreadsheet":
            self.spreadsheet = True
        elif element == "style:style":
            self.style = attributes.get("style:name", "")
        elif element == "style:table-properties" and attributes.get("table:display") == "false":
            self.hidden_styles.add(self.style)

    def text(self, data: str) -> None:
        if not self.skipped and self.attributes is not None and self.paragraphs:
            self.paragraphs[-1] += data

    def end(self, element: str) -> None:
        if self.skipped:
            self.skipped -= 1
        elif element in _CELLS:
            self.end_cell()
        elif element == "table:table-row" and self.nested == 1:
            self.end_row()
        elif element == "table:table":
            self.nested -= 1
            if self.nested == 0 and self.spreadsheet:
                self.sheets.append(
                    Sheet(
                        self.name,
                        self.cells,
                        self.hidden,
                        frozenset(self.hidden_rows),
                        frozenset(self.hidden_columns & {column for _, column in self.cells}),
                        tuple(self.merged),
                    )
                )

    def end_cell(self) -> None:
        if self.attributes is None or self.nested != 1:
            return
        attributes, self.attributes = self.attributes, None
        times = _count(attributes, "table:number-columns-repeated")
        wide = _count(attributes, "table:number-columns-spanned")
        high = _count(attributes, "table:number-rows-spanned")
        if wide > 1 or high > 1:
            self.budget.spend_cells(1)
            self.merged.append(Area(self.row, self.column, self.row + high - 1, self.column + wide - 1))
        cell = self.build(attributes, "\n".join(self.paragraphs))
        if cell.kind is not CellKind.EMPTY or cell.formula:
            if self.column + times - 1 > MAX_COLUMNS:
                raise Damaged(f"la feuille « {self.name} » dépasse {MAX_COLUMNS} colonnes")
            self.row_cells.append((self.column, times, cell))
        self.column += times

    def end_row(self) -> None:
        if self.row_cells:
            if self.row + self.row_repeated - 1 > MAX_ROWS:
                raise Damaged(f"la feuille « {self.name} » dépasse {MAX_ROWS} lignes")
            self.budget.spend_cells(sum(times for _, times, _ in self.row_cells) * self.row_repeated)
            for row in range(self.row, self.row + self.row_repeated):
                if self.row_hidden:
                    self.hidden_rows.add(row)
                for first, times, cell in self.row_cells:
                    for column in range(first, first + times):
                        self.cells[row, column] = Cell(
                            self.name, row, column, cell.kind, cell.number, cell.text, cell.formula
                        )
        self.row += self.row_repeated

    def build(self, attributes: Mapping[str, str], shown: str) -> Cell:
        where = (self.name, self.row, self.column)
        kind = attributes.get("office:value-type", "")
        # "of:=SUM([.B2:.B9])": the namespace of the formula language, then the formula.
        formula = re.sub(r"^\w+:=|^=", "", attributes.get("table:formula", ""))
        failed = attributes.get("calcext:value-type") == "error"
        if formula and (failed or re.match(r"#[A-Z]|Err:\d", shown)):
            return Cell(*where, CellKind.ERROR, text=shown or "erreur", formula=formula)
        if kind in _NUMBERS:
            raw = attributes.get("office:value", "")
            if not raw.strip():
                return Cell(*where, CellKind.NOT_CALCULATED, formula=formula)
            try:
                return Cell(*where, CellKind.NUMBER, stored_decimal(raw), formula=formula)
            except ValueError as error:
                raise Damaged(f"la feuille « {self.name} » a un nombre « {raw[:20]} »") from error
        if kind in ("date", "time"):
            text = attributes.get("office:date-value") or shown
            return Cell(*where, CellKind.DATE, text=text, formula=formula)
        if kind == "boolean":
            true = attributes.get("office:boolean-value") == "true"
            return Cell(*where, CellKind.BOOLEAN, text="VRAI" if true else "FAUX", formula=formula)
        text = shown or attributes.get("office:string-value", "")
        if text.strip():
            return Cell(*where, CellKind.TEXT, text=text, formula=formula)
        if formula and not kind:
            return Cell(*where, CellKind.NOT_CALCULATED, formula=formula)
        return Cell(*where, CellKind.EMPTY, formula=formula)
