"""The .ods writer of ``sheets``: OpenFormula with stored results."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import IO
from xml.sax.saxutils import quoteattr

from odfdo import Document as OdfDocument
from odfdo import Element

from reglo.exports.documents.archive import member_names, neutral_member
from reglo.exports.documents.typography import printable
from reglo.exports.odf_xml import element, text
from reglo.exports.sheets import Book, Cell, Look, Row, Sheet, stored_number

_REFERENCE = re.compile(
    r'(?P<text>"[^"]*")|(?:(?P<sheet>[A-Za-z]+)!)?(?P<first>\$?[A-Z]{1,3}\$?(?:\d+|\{\w+\}))'
    r"(?::(?P<last>\$?[A-Z]{1,3}\$?\d+))?(?![A-Za-z0-9(])|(?P<comma>,)"
)
_NUMBERS = {Look.NUMBER: (0, 6), Look.MONEY: (2, 6), Look.MARK: (2, 4), Look.TOTAL: (2, 4), Look.RANK: (0, 0)}
_NUMBERS[Look.INPUT_NUMBER] = (2, 6)
_TABLES = "tables"  # stands for them in the skeleton of the document
_BUFFERED = 256  # rows written at once
_SOFT, _INPUT = "#EEF1F5", "#FFF6DB"


def open_formula(formula: str) -> str:
    """The formula in OpenFormula syntax.

    >>> open_formula('ROUND(Prix!$C$4*RC!B2,2)+SUM(A1:A3)')
    'of:=ROUND([$Prix.$C$4]*[$RC.B2];2)+SUM([.A1:.A3])'
    >>> open_formula('Prix!C{Prix}*2')
    'of:=[$Prix.C{Prix}]*2'
    """

    def written(found: re.Match[str]) -> str:
        if found["text"] is not None:
            return found["text"]
        if found["comma"]:
            return ";"
        sheet = f"${found['sheet']}" if found["sheet"] else ""
        last = f":.{found['last']}" if found["last"] else ""
        return f"[{sheet}.{found['first']}{last}]"

    return "of:=" + _REFERENCE.sub(written, formula)


def write(book: Book, path: Path) -> None:
    """Write the workbook as .ods."""
    choices = {source: f"choix{number}" for number, source in enumerate(book.choices, 1)}
    skeleton = io.BytesIO()
    _skeleton(book, choices).save(skeleton)
    with zipfile.ZipFile(skeleton) as source, zipfile.ZipFile(path, "w") as archive:
        for name in member_names(source):
            if name != "content.xml":
                archive.writestr(neutral_member(name), source.read(name))
                continue
            place = f'<table:table table:name="{_TABLES}"/>'.encode()
            before, after = source.read(name).split(place)
            with archive.open(neutral_member(name), "w") as content:
                content.write(before)
                for sheet in book.sheets:
                    _write_table(content, sheet, choices)
                content.write(after)


def _skeleton(book: Book, choices: Mapping[str, str]) -> OdfDocument:
    """The document without its tables."""
    odf = OdfDocument("spreadsheet")
    for part in list(odf.parts):
        if part.startswith(("Configurations2/", "Thumbnails/")):
            odf.del_part(part)
    odf.body.clear()
    odf.body.append(
        Element.from_tag(
            element(
                "table:calculation-settings",
                table_case_sensitive="true",
                table_use_regular_expressions="false",
                table_use_wildcards="false",
                table_search_criteria_must_apply_to_whole_cell="true",
            )
        )
    )
    if choices:
        rules = (_validation(name, source) for source, name in choices.items())
        odf.body.append(Element.from_tag(element("table:content-validations", *rules)))
    odf.body.append(Element.from_tag(element("table:table", table_name=_TABLES)))
    for xml in _styles(book):
        odf.insert_style(xml, automatic=True)
    _set_page(odf, book)
    day = datetime(1980, 1, 1)
    odf.meta.title = printable(book.title)
    odf.meta.creation_date = odf.meta.date = day
    odf.meta.initial_creator = odf.meta.creator = printable(book.author)
    odf.meta.language = "fr-FR"
    return odf


def _validation(name: str, source: str) -> str:
    listed = open_formula(source).removeprefix("of:=")
    return element(
        "table:content-validation",
        element("table:error-message", table_message_type="warning", table_display="true"),
        table_name=name,
        table_condition=f"of:cell-content-is-in-list({listed})",
        table_allow_empty_cell="true",
        table_display_list="unsorted",
    )


def _write_table(content: IO[bytes], sheet: Sheet, choices: Mapping[str, str]) -> None:
    columns = "".join(
        element("table:table-column", table_style_name=_width_name(sheet, column))
        for column in range(max(sheet.columns, 1))
    )
    name = quoteattr(sheet.name)
    content.write(
        f'<table:table table:name={name} table:style-name="sheet" table:protected="true">{columns}'.encode()
    )
    rows = sheet.rows()
    while some := list(islice(rows, _BUFFERED)):
        content.write("".join([_row(row, choices) for row in some]).encode())
    content.write(b"</table:table>")


def _width_name(sheet: Sheet, column: int) -> str:
    return f"width{sheet.widths[min(column, len(sheet.widths) - 1)]}"


def _row(row: Row, choices: Mapping[str, str]) -> str:
    cells = "".join([_cell(cell, choices) for cell in row]) or "<table:table-cell/>"
    return f'<table:table-row table:style-name="line">{cells}</table:table-row>'


def _cell(cell: Cell | None, choices: Mapping[str, str]) -> str:
    if cell is None:
        return "<table:table-cell/>"
    value = cell.value
    start = f'<table:table-cell table:style-name="{cell.look.value}"'
    if cell.choices:
        start += f' table:content-validation-name="{choices[cell.choices]}"'
    if cell.formula:
        written = _formula_attribute(cell.formula)
        start += written.format_map(cell.rows) if cell.rows else written
    if value is None or (value == "" and not cell.formula):
        return start + "/>"
    if isinstance(value, str):
        shown = printable(value)
        start += ' office:value-type="string"'
        if cell.formula:
            start += f" office:string-value={quoteattr(shown)}"
        lines = "".join([f"<text:p>{text(line)}</text:p>" for line in shown.split("\n")])
        return f"{start}>{lines}</table:table-cell>"
    start += f' office:value-type="float" office:value="{stored_number(value)}"'
    return f"{start}><text:p>{_shown(value, cell.look)}</text:p></table:table-cell>"


@lru_cache(maxsize=4096)
def _formula_attribute(formula: str) -> str:
    return f" table:formula={quoteattr(open_formula(formula))}"


def _shown(value: Fraction | int, look: Look) -> str:
    """The number as the cell shows it, for programs that only read the text."""
    least, most = _NUMBERS.get(look, (0, 2))
    whole, _, decimals = f"{value.numerator / value.denominator:,.{most}f}".partition(".")
    kept = decimals.rstrip("0").ljust(least, "0")
    return whole.replace(",", " ") + (f",{kept}" if kept else "")


# --- Dress ------------------------------------------------------------------------------------


def _styles(book: Book) -> list[str]:
    widths = {width for sheet in book.sheets for width in sheet.widths}
    styles = [
        element(
            "style:style",
            '<style:table-properties table:display="true"/>',
            style_name="sheet",
            style_family="table",
            style_master_page_name="Default",
        ),
        element(
            "style:style",
            '<style:table-row-properties style:use-optimal-row-height="true"/>',
            style_name="line",
            style_family="table-row",
        ),
        *(
            element(
                "style:style",
                element("style:table-column-properties", style_column_width=f"{width * 1.9:.1f}mm"),
                style_name=f"width{width}",
                style_family="table-column",
            )
            for width in sorted(widths)
        ),
    ]
    for look in Look:
        name = ""
        if look in _NUMBERS:
            least, most = _NUMBERS[look]
            name = f"number-{look.value}"
            grouping = "true" if look in (Look.MONEY, Look.NUMBER, Look.INPUT_NUMBER) else "false"
            styles.append(
                f'<number:number-style style:name="{name}" number:language="fr" number:country="FR">'
                f'<number:number number:decimal-places="{most}" '
                f'number:min-decimal-places="{least}" loext:min-decimal-places="{least}" '
                f'number:min-integer-digits="1" number:grouping="{grouping}"/></number:number-style>'
            )
        styles.append(_cell_style(look, name))
    return styles


def _cell_style(look: Look, number: str) -> str:
    titles = (Look.TITLE, Look.SUBTITLE, Look.NOTE)
    inputs = (Look.INPUT_TEXT, Look.INPUT_NUMBER)
    background = _INPUT if look in inputs else _SOFT if look in (Look.HEAD, Look.TOTAL) else ""
    cell = {
        "style_cell_protect": "none" if look in inputs else "protected",
        "style_vertical_align": "top",
    }
    if look not in titles:
        cell["fo_border"] = "0.5pt solid #9AA4B1"
        cell |= {"fo_padding_top": "0.6mm", "fo_padding_bottom": "0.6mm"}
        cell |= {
            "fo_padding_left": "1.4mm",
            "fo_padding_right": "1.4mm",
        }  # a figure does not touch its neighbour
    if look in (Look.HEAD, Look.TEXT, Look.STRONG, Look.INPUT_TEXT):
        cell["fo_wrap_option"] = "wrap"
    if background:
        cell["fo_background_color"] = background
    bold = look in (Look.TITLE, Look.SUBTITLE, Look.HEAD, Look.STRONG, Look.TOTAL, Look.RANK)
    size = {Look.TITLE: "14pt", Look.SUBTITLE: "11pt"}.get(look, "10pt")
    letters = {"fo_font_weight": "bold" if bold else "normal", "fo_font_size": size}
    if look is Look.NOTE:
        letters["fo_font_style"] = "italic"
    elif look in titles:
        letters["fo_color"] = "#1F3A5F"
    parts = [element("style:table-cell-properties", **cell)]
    if look in _NUMBERS:
        parts.append('<style:paragraph-properties fo:text-align="end"/>')
    parts.append(element("style:text-properties", **letters))
    attributes = {"style_name": look.value, "style_family": "table-cell"}
    if number:
        attributes["style_data_style_name"] = number
    return element("style:style", *parts, **attributes)


def _set_page(odf: OdfDocument, book: Book) -> None:
    """A4 landscape, as wide as the page, reference and page in the footer."""
    styles = odf.styles.root
    for layout in styles.get_elements("//style:page-layout"):
        properties = layout.get_element("style:page-layout-properties")
        if properties is None:
            continue
        for name, value in (
            ("fo:page-width", "29.7cm"),
            ("fo:page-height", "21cm"),
            ("style:print-orientation", "landscape"),
            ("style:scale-to-X", "1"),
            ("style:scale-to-Y", "0"),
            ("fo:margin-left", "1cm"),
            ("fo:margin-right", "1cm"),
            ("fo:margin-top", "1cm"),
            ("fo:margin-bottom", "1cm"),
        ):
            properties.set_attribute(name, value)
    for master in styles.get_elements("//style:master-page"):
        for tag in ("style:header", "style:footer"):
            old = master.get_element(tag)
            if old is not None:
                master.delete(old)
        page = "<text:page-number>1</text:page-number> / <text:page-count>1</text:page-count>"
        sheet = "<text:sheet-name>???</text:sheet-name>"
        line = element("text:p", f"{text(printable(book.reference))} — {sheet} — {page}")
        master.append(Element.from_tag(element("style:footer", line)))
