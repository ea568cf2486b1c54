"""Sheets of an .xlsx workbook (ECMA-376, transitional and strict), streamed within a budget."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import unquote

from reglo.reading.bounded_xml import Budget, Damaged, read_tree, read_xml
from reglo.reading.cells import (
    MAX_COLUMNS,
    MAX_ROWS,
    Area,
    Cell,
    CellKind,
    Sheet,
    parse_ref,
    stored_decimal,
)

_MAIN = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
}
_RELATIONS = {"http://schemas.openxmlformats.org/package/2006/relationships": ""}

# Number formats every application knows by number: 14-22 and 45-47 are dates and times, and so
# are 27-36 and 50-58 in East Asian versions (ECMA-376 part 1, §18.8.30).
_DATE_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}


def read_xlsx(archive: zipfile.ZipFile, budget: Budget) -> tuple[Sheet, ...]:
    """Every worksheet, in the order of the tabs. Raises Damaged and LimitExceeded."""
    book = next(
        (target for kind, target in _relations(archive, "", budget).values() if kind == "officeDocument"),
        "xl/workbook.xml",
    )
    parts = _relations(archive, book, budget)
    by_kind = dict(parts.values())
    texts = _shared_texts(archive, by_kind["sharedStrings"], budget) if "sharedStrings" in by_kind else []
    dates = _date_styles(archive, by_kind["styles"], budget) if "styles" in by_kind else frozenset()
    epoch = datetime(1899, 12, 30)
    sheets = []
    for element, attributes in read_tree(archive, book, _MAIN, budget):
        if element == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            epoch = datetime(1904, 1, 1)
        elif element == "sheet":
            kind, target = parts.get(attributes.get("r:id", ""), ("", ""))
            if kind == "worksheet":
                hidden = attributes.get("state", "visible") != "visible"
                reader = _SheetReader(attributes.get("name", "?"), texts, dates, epoch, budget)
                sheets.append(reader.read(archive, target, hidden))
    return tuple(sheets)


def _relations(archive: zipfile.ZipFile, part: str, budget: Budget) -> dict[str, tuple[str, str]]:
    """Relations of a part: id -> (last word of the type, path of the target)."""
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    found = {}
    for element, attributes in read_tree(archive, path, _RELATIONS, budget):
        if element == "Relationship" and attributes.get("TargetMode") != "External":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = posixpath.join(folder, unquote(attributes.get("Target", "")))
            found[attributes.get("Id", "")] = (kind, posixpath.normpath(target).lstrip("/"))
    return found


def _shared_texts(archive: zipfile.ZipFile, path: str, budget: Budget) -> list[str]:
    texts: list[str] = []
    pieces: list[str] = []
    state = {"inside": False, "phonetic": False}

    def start(element: str, attributes: Mapping[str, str]) -> None:
        if element == "t":
            state["inside"] = not state["phonetic"]
        elif element == "rPh":  # reading aids of East Asian texts, not part of the value
            state["phonetic"] = True

    def end(element: str) -> None:
        if element == "t":
            state["inside"] = False
        elif element == "rPh":
            state["phonetic"] = False
        elif element == "si":
            texts.append("".join(pieces))
            pieces.clear()

    def text(data: str) -> None:
        if state["inside"]:
            pieces.append(data)

    read_xml(archive, path, _MAIN, budget, start=start, end=end, text=text)
    return texts


def _date_styles(archive: zipfile.ZipFile, path: str, budget: Budget) -> frozenset[int]:
    """Indices of the cell formats that show a date or a time."""
    formats = dict.fromkeys(_DATE_FORMATS, True)
    dates: set[int] = set()
    inside, index = False, 0
    for element, attributes in read_tree(archive, path, _MAIN, budget):
        if element == "numFmt" and attributes.get("numFmtId", "").isdecimal():
            formats[int(attributes["numFmtId"])] = _is_date_format(attributes.get("formatCode", ""))
        elif element in ("cellStyleXfs", "cellXfs", "cellStyles"):
            inside = element == "cellXfs"
        elif element == "xf" and inside:
            if formats.get(int(attributes.get("numFmtId", "0") or 0), False):
                dates.add(index)
            index += 1
    return frozenset(dates)


def _is_date_format(code: str) -> bool:
    """
    >>> _is_date_format("dd/mm/yyyy"), _is_date_format('# ##0,00 "jours"'), _is_date_format("[Red]0.00")
    (True, False, False)
    """
    if "general" in code.lower():
        return False
    literal = r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]'
    return bool(re.search("[dmyhs]", re.sub(literal, "", code.split(";")[0], flags=re.IGNORECASE).lower()))


class _SheetReader:
    """Callbacks for one worksheet; the state is the row and cell being read."""

    def __init__(
        self, name: str, texts: list[str], dates: frozenset[int], epoch: datetime, budget: Budget
    ) -> None:
        self.name, self.texts, self.dates, self.epoch, self.budget = name, texts, dates, epoch, budget
        self.cells: dict[tuple[int, int], Cell] = {}
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.merged: list[Area] = []
        self.row = self.column = 0
        self.type = ""
        self.style = 0
        self.into: list[str] | None = None
        self.value: list[str] = []
        self.formula: list[str] = []
        self.has_formula = self.has_value = self.phonetic = False

    def read(self, archive: zipfile.ZipFile, path: str, hidden: bool) -> Sheet:
        read_xml(archive, path, _MAIN, self.budget, start=self.start, end=self.end, text=self.text)
        rows = {row for row, _ in self.cells}
        return Sheet(
            self.name,
            self.cells,
            hidden,
            frozenset(self.hidden_rows & rows),
            frozenset(self.hidden_columns & {column for _, column in self.cells}),
            tuple(self.merged),
        )

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        if element == "c":
            self.place(attributes.get("r"))
            self.type = attributes.get("t", "n")
            style = attributes.get("s", "0")
            self.style = int(style) if style.isdecimal() else 0
            self.value, self.formula = [], []
            self.has_formula = self.has_value = False
        elif element == "v":
            self.has_value, self.into = True, self.value
        elif element == "t":
            if not self.phonetic:
                self.has_value, self.into = True, self.value
        elif element == "f":
            self.has_formula, self.into = True, self.formula
        elif element == "rPh":
            self.phonetic = True
        elif element == "row":
            number = attributes.get("r", "")
            self.row = int(number) if number.isdecimal() else self.row + 1
            self.column = 0
            if not 1 <= self.row <= MAX_ROWS:
                raise Damaged(f"la feuille « {self.name} » a une ligne n° {self.row}")
            if attributes.get("hidden") in ("1", "true"):
                self.hidden_rows.add(self.row)
        elif element == "col":
            self.hide_columns(attributes)
        elif element == "mergeCell":
            self.merge(attributes.get("ref", ""))

    def place(self, ref: str | None) -> None:
        if ref is None:
            self.column += 1
            return
        try:
            row, self.column = parse_ref(ref)
        except ValueError as error:
            raise Damaged(f"la feuille « {self.name} » a une cellule « {ref[:20]} »") from error
        self.row = row

    def hide_columns(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("hidden") in ("1", "true"):
            first, last = attributes.get("min", ""), attributes.get("max", "")
            if first.isdecimal() and last.isdecimal():
                self.hidden_columns.update(range(int(first), min(int(last), MAX_COLUMNS) + 1))

    def merge(self, ref: str) -> None:
        self.budget.spend_cells(1)
        first, _, last = ref.partition(":")
        try:
            self.merged.append(Area(*parse_ref(first), *parse_ref(last or first)))
        except ValueError as error:
            raise Damaged(f"la feuille « {self.name} » fusionne « {ref[:40]} »") from error

    def text(self, data: str) -> None:
        if self.into is not None:
            self.into.append(data)

    def end(self, element: str) -> None:
        if element in ("v", "t", "f"):
            self.into = None
        elif element == "rPh":
            self.phonetic = False
        elif element == "c" and (self.has_formula or self.has_value):
            cell = self.build("".join(self.value), "".join(self.formula))
            if cell.kind is not CellKind.EMPTY or cell.formula:
                self.budget.spend_cells(1)
                self.cells[self.row, self.column] = cell

    def build(self, raw: str, formula: str) -> Cell:
        where = (self.name, self.row, self.column)
        if self.has_formula:
            formula = formula.strip() or "…"  # the others of a shared formula give no text of their own
        if self.type == "s" and raw:
            try:
                raw = self.texts[int(raw)]
            except (ValueError, IndexError) as error:
                raise Damaged(f"la feuille « {self.name} » renvoie à un texte absent ({raw[:20]})") from error
        if self.type in ("s", "str", "inlineStr"):
            # An empty text is what a formula such as =IF(A1="","",A1) stores: a result all the same.
            return Cell(*where, CellKind.TEXT if raw.strip() else CellKind.EMPTY, text=raw, formula=formula)
        if not raw.strip():
            kind = CellKind.NOT_CALCULATED if self.has_formula else CellKind.EMPTY
            return Cell(*where, kind, formula=formula)
        if self.type == "e":
            return Cell(*where, CellKind.ERROR, text=raw, formula=formula)
        if self.type == "b":
            return Cell(*where, CellKind.BOOLEAN, text="VRAI" if raw == "1" else "FAUX", formula=formula)
        if self.type == "d":
            return Cell(*where, CellKind.DATE, text=raw, formula=formula)
        try:
            number = stored_decimal(raw)
        except ValueError as error:
            raise Damaged(f"la feuille « {self.name} » a un nombre « {raw[:20]} »") from error
        if self.style in self.dates:
            try:
                shown = (self.epoch + timedelta(days=float(number))).isoformat(" ", "minutes")
            except OverflowError:
                shown = format(number, "f")
            return Cell(*where, CellKind.DATE, text=shown.removesuffix(" 00:00"), formula=formula)
        return Cell(*where, CellKind.NUMBER, number, formula=formula)
