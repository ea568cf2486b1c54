"""The blank offers file of a consultation: a workbook (.xlsx, .ods) or YAML, ready to fill.

The workbook has a sheet "Candidats" and one sheet per lot. On each, a hidden row carries the
keys the reader goes by (``input:A``, ``level:humains``): titles and order may be changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reglo.exports.sheets import Cell as MatrixCell
from reglo.exports.sheets import Look, lines_of
from reglo.procurement.consultation import Consultation
from reglo.procurement.judging.offers import (
    BIDDER_COLUMNS,
    BIDDERS_SHEET,
    EXAMPLE_ID,
    LISTS_SHEET,
    STANDING_COLUMNS,
    Column,
    columns,
)
from reglo.procurement.prices.columns import column_letters

if TYPE_CHECKING:
    import odfdo
    import xlsxwriter

ROWS = 60  # blank lines prepared on each sheet
_ACROSS = 200  # characters a printed page holds and stays readable
_FIRST = 6  # the row of the first of them: below the title, the help, the keys, the titles, the example
_EXAMPLE = {
    "id": EXAMPLE_ID,
    "bidder": "Alice SARL",
    "siren": "732829320",
    "members": "Béton SA (552100554)",
    "received_at": "31/01/2026 11:52",
    "reason:": "Clair, complet",  # of an appreciation
    "page:": "3",
}


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    columns: tuple[Column, ...]
    help: str


def sheets(consultation: Consultation) -> tuple[Sheet, ...]:
    """The sheets of the workbook: bidders first, then one per lot."""
    shown = "La ligne grise est un exemple : elle n'est pas lue."
    told = f"Une ligne par candidat et par variante, tous lots confondus. {shown}"
    first = Sheet(BIDDERS_SHEET, BIDDER_COLUMNS, told)
    identity = Column(key="id", title="Identifiant du candidat")
    return (
        first,
        *(
            Sheet(
                f"Lot {lot.id}",
                (identity, *columns(consultation, lot.id), *STANDING_COLUMNS),
                f"Une ligne par offre. Une case vide reste à traiter, jamais lue comme zéro. {shown}",
            )
            for lot in consultation.lots
        ),
    )


def _example(column: Column) -> str:
    """What the grey line shows in a column; it is never read.

    Someone may type over its identifier: « ex. » keeps what is left from being a figure or a level.
    """
    kind = column.key.partition(":")[0]
    shown = _EXAMPLE.get(kind if ":" not in column.key else f"{kind}:", "")
    if column.number:
        shown = "10 000,50"
    elif kind in ("level", "form") and column.choices:
        shown = column.choices[0]
    return f"ex. {shown}" if shown and column.key != "id" else shown


def write_template(consultation: Consultation, path: Path, suffix: str) -> None:
    """Write the blank offers file of ``consultation`` as ``suffix`` (".xlsx", ".ods" or ".yaml")."""
    if suffix == ".xlsx":
        _xlsx(consultation, path)
    elif suffix == ".ods":
        _ods(consultation, path)
    else:
        path.write_text(as_yaml(consultation), encoding="utf-8")


def _title(consultation: Consultation, sheet: Sheet) -> str:
    return f"{consultation.reference} – {sheet.name}"


def _xlsx(consultation: Consultation, path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path)) as book:
        border = {"border": 1, "border_color": "#9AA4B1"}
        bold = book.add_format({"bold": True, "font_size": 13})
        note = book.add_format({"italic": True})
        head = book.add_format(
            {"bold": True, "text_wrap": True, "bg_color": "#E4EAF2", "valign": "top", **border}
        )
        sample = book.add_format({"italic": True, "font_color": "#767676", **border})
        text = book.add_format({"locked": False, "bg_color": "#FFF9E5", "num_format": "@", **border})
        figure = book.add_format({"locked": False, "bg_color": "#FFF9E5", "num_format": "#,##0.00", **border})
        lists = _ChoiceLists(book)
        for sheet in sheets(consultation):
            tab = book.add_worksheet(sheet.name[:31])
            tab.set_landscape()
            tab.set_paper(9)
            widths = [_width(column) for column in sheet.columns]
            tab.fit_to_pages(max(1, round(sum(widths) / _ACROSS)), 1)
            tab.repeat_rows(3)
            tab.repeat_columns(0)
            tab.freeze_panes(_FIRST - 1, 1)
            tab.protect("", {"format_columns": True, "format_rows": True, "insert_rows": True, "sort": True})
            tab.write(0, 0, _title(consultation, sheet), bold)
            tab.write(1, 0, sheet.help, note)
            tab.set_row(2, None, None, {"hidden": True})
            lines = max(
                lines_of(MatrixCell(column.title, Look.HEAD), width)
                for column, width in zip(sheet.columns, widths, strict=True)
            )
            tab.set_row(3, 15 * lines + 4)
            for place, column in enumerate(sheet.columns):
                tab.write(2, place, column.key)
                tab.write(3, place, column.title, head)
                tab.write(4, place, _example(column), sample)
                tab.set_column(place, place, widths[place])
                for row in range(_FIRST - 1, _FIRST - 1 + ROWS):
                    tab.write_blank(row, place, None, figure if column.number else text)
                if column.choices:
                    rule = {"validate": "list", "source": lists.source(column.choices)}
                    tab.data_validation(_FIRST - 1, place, _FIRST - 2 + ROWS, place, rule)
                if column.key == "id" and sheet.name != BIDDERS_SHEET:
                    listed = f"={BIDDERS_SHEET}!$A${_FIRST}:$A${_FIRST - 1 + ROWS}"
                    rule = {"validate": "list", "source": listed}
                    tab.data_validation(_FIRST - 1, place, _FIRST - 2 + ROWS, place, rule)


class _ChoiceLists:
    """A hidden sheet that holds the lists of choices: in the rule of a cell, a comma would cut them."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self.book = book
        self.ranges: dict[tuple[str, ...], str] = {}

    def source(self, choices: tuple[str, ...]) -> str:
        """The range where these choices stand, written the first time they are asked for."""
        if choices not in self.ranges:
            tab = self.book.get_worksheet_by_name(LISTS_SHEET)
            if tab is None:
                tab = self.book.add_worksheet(LISTS_SHEET)
                tab.hide()
            place = len(self.ranges)
            tab.write_column(0, place, choices)
            letter = column_letters(place + 1)
            self.ranges[choices] = f"={LISTS_SHEET}!${letter}$1:${letter}${len(choices)}"
        return self.ranges[choices]


def _width(column: Column) -> int:
    if column.key.startswith("reason") or column.key in ("bidder", "members"):
        return 36
    return 15 if column.key.startswith("page:") else 18


def _ods(consultation: Consultation, path: Path) -> None:
    from odfdo import Cell, Document, Element, Row, Style, Table
    from odfdo import Column as OdsColumn

    document = Document("spreadsheet")
    document.body.clear()
    for name, background, bold in (("head", "#E4EAF2", "bold"), ("input", "#FFF9E5", "normal")):
        style = Style("table-cell", name=name)
        style.set_properties(
            {
                "fo:background-color": background,
                "fo:border": "0.5pt solid #999999",
                "fo:wrap-option": "wrap",
            },
            area="table-cell",
        )
        style.set_properties({"fo:font-weight": bold}, area="text")
        document.insert_style(style, automatic=True)
    sample = Style("table-cell", name="sample")
    sample.set_properties({"fo:border": "0.5pt solid #999999"}, area="table-cell")
    sample.set_properties({"fo:font-style": "italic", "fo:color": "#767676"}, area="text")
    document.insert_style(sample, automatic=True)
    for width in (15, 18, 36):
        style = Style("table-column", name=f"width{width}", width=f"{width * 2}mm")
        document.insert_style(style, automatic=True)
    rules: list[Element] = []
    for sheet in sheets(consultation):
        table = Table(sheet.name)
        for line in ([_title(consultation, sheet)], [sheet.help]):
            table.append_row(_ods_row(line, None))
        keys = _ods_row([column.key for column in sheet.columns], None)
        keys.set_attribute("table:visibility", "collapse")
        table.append_row(keys)
        table.append_row(_ods_row([column.title for column in sheet.columns], "head"))
        table.append_row(_ods_row([_example(column) for column in sheet.columns], "sample"))
        names: list[str | None] = []
        for column in sheet.columns:
            names.append(_ods_choices(column, rules))
        for place, column in enumerate(sheet.columns):
            table.set_column(place, OdsColumn(style=f"width{_width(column)}"))
        for _ in range(ROWS):
            row = Row()
            for choices in names:
                cell = Cell(style="input")
                if choices:
                    cell.set_attribute("table:content-validation-name", choices)
                row.append_cell(cell)
            table.append_row(row)
        document.body.append(table)
    if rules:
        validations = Element.from_tag("table:content-validations")
        for rule in rules:
            validations.append(rule)
        document.body.insert(validations, position=0)
    document.save(path)


def _ods_choices(column: Column, rules: list[odfdo.Element]) -> str | None:
    """Declare the list of choices of ``column`` and return its name."""
    from odfdo import Element

    if not column.choices:
        return None
    rule = Element.from_tag("table:content-validation")
    name = f"choix{len(rules) + 1}"
    listed = ";".join(f'"{choice}"' for choice in column.choices)
    rule.set_attribute("table:name", name)
    rule.set_attribute("table:condition", f"of:cell-content-is-in-list({listed})")
    rule.set_attribute("table:allow-empty-cell", "true")
    rules.append(rule)
    return name


def _ods_row(values: Sequence[str], style: str | None) -> odfdo.Row:
    from odfdo import Cell, Row

    row = Row()
    for value in values:
        row.append_cell(Cell(value, style=style))
    return row


def as_yaml(consultation: Consultation) -> str:
    """A commented YAML offers file with one bidder to copy, for every lot."""
    lines = [
        f"# Offres de la consultation {consultation.reference}. Copiez « - id » par candidat et variante.",
        '# Montants entre guillemets à la française ("10 000,50"). Effacez les lots sans offre.',
        "reglo_offers: 1",
        f"consultation: {_quoted(consultation.reference)}",
        "bids:",
        "  - id: alice",
        "    bidder: Alice SARL",
        "    # received_at: 2026-01-31 11:52 Europe/Paris",
        "    # standing: irregular   # avec « reason: », seulement si elle n'est pas admise",
        "    lots:",
    ]
    for lot in consultation.lots:
        lines.append(f"      {_quoted(lot.id)}:  # {lot.name}")
        found = columns(consultation, lot.id)
        for kind, heading in (("input", "inputs"), ("price", "unit_prices")):
            named = [column for column in found if column.key.startswith(f"{kind}:")]
            if named:
                lines.append(f"        {heading}:")
                lines += [
                    f"          {_quoted(column.key.partition(':')[2])}:  # {column.title}"
                    for column in named
                ]
        levels = [column for column in found if column.key.startswith("level:")]
        if levels:
            lines.append("        levels:")
            for column in levels:
                choices = f" : {' | '.join(column.choices)}" if column.choices else ""
                name = _quoted(column.key.partition(":")[2])
                lines.append(f"          {name}: {{level: , reason: , page: }}  # {column.title}{choices}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    plain = text.replace("_", "").replace("-", "")
    return text if plain.isalnum() and not plain.isdigit() and plain.isascii() else f'"{text}"'
