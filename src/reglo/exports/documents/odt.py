"""The OpenDocument writer: real heading styles, header rows, alternative texts, page numbers."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import assert_never

from odfdo import Document as OdfDocument
from odfdo import Element

from reglo.exports.documents.archive import reproducible
from reglo.exports.documents.model import (
    Align,
    Block,
    BulletList,
    Callout,
    Contents,
    Document,
    Figure,
    Formula,
    Heading,
    Inline,
    PageBreak,
    Paragraph,
    SignatureBlock,
    Table,
    plain,
    spans,
)
from reglo.exports.documents.pdf import rasterise
from reglo.exports.documents.typography import french, printable
from reglo.exports.odf_xml import element, text

_TEXT_WIDTH = 17.0  # centimetres between the margins
_INK, _ACCENT, _SOFT, _RULE = "#1b1f24", "#1f3a5f", "#eef1f5", "#9aa4b1"


def render(document: Document) -> bytes:
    """The document as .odt."""
    odf = OdfDocument("text")
    for part in list(odf.parts):
        if part.startswith(("Configurations2/", "Thumbnails/")):
            odf.del_part(part)
    body = odf.body
    body.clear()
    writer = _Writer(document, odf)
    for xml in writer.blocks():
        body.append(Element.from_tag(xml))
    writer.set_column_styles()
    _set_styles(odf, document)
    meta = odf.meta
    day = datetime(document.day.year, document.day.month, document.day.day)
    meta.title = printable(document.title)
    meta.subject = printable(document.subject)
    meta.language = "fr-FR"
    meta.creation_date = day
    meta.date = day
    meta.initial_creator = meta.creator = printable(document.issuer)
    meta.editing_cycles = 1
    target = io.BytesIO()
    odf.save(target)
    return reproducible(target.getvalue())


def _inline(inline: Inline) -> str:
    parts = []
    for span in spans(inline):
        shown = text(printable(span.text) if span.code else french(printable(span.text)))
        style = "Code" if span.code else "Strong" if span.strong else "Emphasis" if span.emphasis else ""
        style = "Faint" if span.faint else style
        parts.append(element("text:span", shown, text_style_name=style) if style else shown)
    return "".join(parts)


def _paragraph(inline: Inline, style: str) -> str:
    return element("text:p", _inline(inline), text_style_name=style)


class _Writer:
    def __init__(self, document: Document, odf: OdfDocument) -> None:
        self.document = document
        self.odf = odf
        self.tables = 0
        self.figures = 0
        self.column_widths: set[int] = set()
        headings = [block for block in document.body if isinstance(block, Heading)]
        self.anchors = {id(block): f"titre-{number}" for number, block in enumerate(headings, 1)}

    def blocks(self) -> Iterable[str]:
        yield _paragraph(self.document.issuer, "Issuer")
        yield _paragraph(self.document.title, "Title")
        yield _paragraph(self.document.subject, "Subtitle")
        for label, value in self.document.identity:
            yield _paragraph((f"{label} : ", *spans(value)), "Identity")
        for block, leads in zip(self.document.body, self.document.leads, strict=True):
            yield from self.block(block, leads)

    def block(self, block: Block, leads: bool) -> Iterable[str]:
        match block:
            case Heading():
                yield element(
                    "text:h",
                    element("text:bookmark", text_name=self.anchors[id(block)]),
                    _inline(block.text),
                    text_style_name=f"Heading_20_{block.level}",
                    text_outline_level=str(block.level),
                )
            case Paragraph():
                style = "Leading" if leads else "Text_20_body"
                yield _paragraph(block.content, "Small" if block.small else style)
            case BulletList():
                items = (element("text:list-item", _paragraph(item, "List")) for item in block.items)
                yield element("text:list", *items, text_style_name="Numbered" if block.numbered else "Dashes")
            case Table():
                yield _paragraph(block.caption, "Caption")
                yield self.table(block)
                yield _paragraph("", "AfterTable")
            case Figure():
                yield self.figure(block)
                if block.caption:
                    yield _paragraph(block.caption, "Caption")
            case Formula():
                if block.label:
                    yield _paragraph(block.label, "Leading")
                yield _paragraph(block.text, "Formula")
            case Callout():
                yield element("text:p", _inline(block.title), text_style_name="CalloutTitle")
                last = len(block.content) - 1
                for place, content in enumerate(block.content):
                    kept = block.short and place < last
                    yield _paragraph(content, "CalloutKept" if kept else "Callout")
                yield _paragraph("", "AfterTable")
            case Contents():
                yield self.contents(block)
            case PageBreak():
                yield _paragraph("", "PageBreak")
            case SignatureBlock():
                for capacity in block.capacities:
                    yield _paragraph(capacity, "SignatureTitle")
                    for line in ("Nom et prénom :", "Date :", "Signature :"):
                        yield _paragraph(line, "SignatureLine")
            case _:
                assert_never(block)

    def table(self, table: Table) -> str:
        self.tables += 1
        whole = sum(column.width for column in table.columns)
        columns = []
        for column in table.columns:
            tenths = round(_TEXT_WIDTH * 100 * column.width / whole)  # of a millimetre
            self.column_widths.add(tenths)
            columns.append(element("table:table-column", table_style_name=f"Column{tenths}"))

        def row(cells: Sequence[Inline], cell_style: str, strong: bool) -> str:
            written = []
            for column, cell in zip(table.columns, cells, strict=True):
                align = {Align.LEFT: "Left", Align.RIGHT: "Right", Align.CENTER: "Center"}[column.align]
                paragraph = _paragraph(cell, f"Cell{align}{'Strong' if strong else ''}")
                written.append(
                    element(
                        "table:table-cell",
                        paragraph,
                        table_style_name=cell_style,
                        office_value_type="string",
                    )
                )
            # a row stays on one page unless it might not fit on any
            tall = any(len(plain(cell)) > 600 for cell in cells)
            return element("table:table-row", *written, table_style_name="TallRow" if tall else "TableRow")

        head = row([column.title for column in table.columns], "HeadCell", True)
        rows = (
            row(
                cells,
                "StrongCell" if number in table.strong_rows else "BodyCell",
                number in table.strong_rows,
            )
            for number, cells in enumerate(table.rows)
        )
        return element(
            "table:table",
            *columns,
            element("table:table-header-rows", head),
            *rows,
            table_name=f"Tableau {self.tables}",
            table_style_name="ReportTable",
        )

    def figure(self, figure: Figure) -> str:
        self.figures += 1
        png = rasterise(figure.svg)
        pixels = struct.unpack(">II", png[16:24])  # IHDR
        width = _TEXT_WIDTH * figure.share
        path = f"Pictures/figure-{self.figures}.png"
        self.odf.set_part(path, png)
        self.odf.manifest.add_full_path(path, "image/png")
        return element(
            "text:p",
            element(
                "draw:frame",
                element(
                    "draw:image",
                    xlink_href=path,
                    xlink_type="simple",
                    xlink_show="embed",
                    xlink_actuate="onLoad",
                ),
                element("svg:desc", text(french(printable(figure.alt)).replace("\n", " "))),
                draw_name=f"Figure {self.figures}",
                draw_style_name="FigureFrame",
                text_anchor_type="as-char",
                svg_width=f"{width:.3f}cm",
                svg_height=f"{width * pixels[1] / pixels[0]:.3f}cm",
            ),
            text_style_name="FigureLine",
        )

    def contents(self, contents: Contents) -> str:
        entries = []
        for block in self.document.body:
            if isinstance(block, Heading) and block.level <= contents.depth:
                anchor = self.anchors[id(block)]
                link = element("text:a", _inline(block.text), xlink_type="simple", xlink_href=f"#{anchor}")
                page = element("text:bookmark-ref", text_reference_format="page", text_ref_name=anchor)
                entries.append(
                    element("text:p", link, "<text:tab/>", page, text_style_name=f"Contents_20_{block.level}")
                )
        levels = (
            element(
                "text:table-of-content-entry-template",
                element("text:index-entry-text"),
                element("text:index-entry-tab-stop", style_type="right", style_leader_char="."),
                element("text:index-entry-page-number"),
                text_outline_level=str(level),
                text_style_name=f"Contents_20_{level}",
            )
            for level in range(1, contents.depth + 1)
        )
        title = element("text:p", "Sommaire", text_style_name="Contents_20_Heading")
        return element(
            "text:table-of-content",
            element(
                "text:table-of-content-source",
                element("text:index-title-template", "Sommaire", text_style_name="Contents_20_Heading"),
                *levels,
                text_outline_level=str(contents.depth),
            ),
            element(
                "text:index-body",
                element("text:index-title", title, text_name="Sommaire_titre"),
                *entries,
            ),
            text_name="Sommaire",
        )

    def set_column_styles(self) -> None:
        """One style for each width in use: a long report has hundreds of tables."""
        for tenths in sorted(self.column_widths):
            width = element("style:table-column-properties", style_column_width=f"{tenths / 10}mm")
            name = f"Column{tenths}"
            xml = element("style:style", width, style_name=name, style_family="table-column")
            self.odf.insert_style(xml, automatic=True)


# --- Styles -----------------------------------------------------------------------------------


def _style(
    name: str, properties: str, *, parent: str = "Standard", family: str = "paragraph", **more: str
) -> str:
    attributes = {"style_name": name, "style_family": family, **more}
    if parent and family == "paragraph":
        attributes["style_parent_style_name"] = parent
    return element("style:style", properties, **attributes)


def _para(size: str, *, before: float = 0, after: float = 0.2, more: str = "", letters: str = "") -> str:
    return (
        f'<style:paragraph-properties fo:margin-top="{before}cm" fo:margin-bottom="{after}cm" {more}/>'
        f'<style:text-properties fo:font-size="{size}" {letters}/>'
    )


def _heading(level: int, size: str, before: float, letters: str = "") -> str:
    border = f'fo:border-bottom="0.75pt solid {_ACCENT}" fo:padding-bottom="0.08cm"' if level == 1 else ""
    return _style(
        f"Heading_20_{level}",
        _para(
            size,
            before=before,
            after=0.25,
            more=f'fo:keep-with-next="always" {border}',
            letters=f'fo:font-weight="bold" fo:color="{_ACCENT}" {letters}',
        ),
        parent="Heading",
        style_display_name=f"Heading {level}",
        style_default_outline_level=str(level),
        style_next_style_name="Text_20_body",
    )


def _contents_style(level: int, indent: float) -> str:
    tabs = (
        f'<style:paragraph-properties fo:margin-left="{indent}cm" fo:margin-bottom="0.08cm"><style:tab-stops>'
        f'<style:tab-stop style:position="{_TEXT_WIDTH - indent}cm" style:type="right" '
        'style:leader-style="dotted" style:leader-text="."/></style:tab-stops></style:paragraph-properties>'
    )
    return _style(f"Contents_20_{level}", tabs, parent="Index", style_display_name=f"Contents {level}")


def _styles() -> list[str]:
    bold = 'fo:font-weight="bold"'
    accent = f'{bold} fo:color="{_ACCENT}"'
    frame = f'fo:background-color="{_SOFT}" fo:border-left="2.5pt solid {_ACCENT}" fo:padding="0.2cm"'
    box = f'fo:border-left="0.5pt solid {_RULE}" fo:border-right="0.5pt solid {_RULE}" fo:padding="0.25cm"'
    keep = 'fo:keep-with-next="always"'
    styles = [
        _style(
            "Standard",
            f'<style:text-properties fo:font-size="10.5pt" fo:color="{_INK}" '
            'style:font-name="Liberation Sans"/>',
            parent="",
            style_class="text",
        ),
        _style("Text_20_body", _para("10.5pt", after=0.22), style_display_name="Text body"),
        _heading(1, "15pt", 0.8),
        _heading(2, "12.5pt", 0.6),
        _heading(3, "11pt", 0.45),
        _heading(4, "10.5pt", 0.35, 'fo:font-style="italic"'),
        _style("Issuer", _para("10pt", after=0.5)),
        _style("Title", _para("21pt", after=0.2, letters=accent)),
        _style("Subtitle", _para("13pt", after=0.4)),
        _style("Identity", _para("9pt", after=0.05)),
        _style("Small", _para("9pt")),
        _style("List", _para("10.5pt", after=0.1)),
        _style("Caption", _para("9.5pt", before=0.3, after=0.15, more=keep, letters=accent)),
        _style("AfterTable", _para("6pt", after=0.1)),
        _style("FigureLine", _para("10pt", before=0.2, after=0.2)),
        _style("Leading", _para("10.5pt", after=0.1, more=keep)),
        _style(
            "Formula",
            _para("10.5pt", after=0.3, more='fo:text-align="center"', letters='fo:font-style="italic"'),
        ),
        _style("CalloutTitle", _para("10.5pt", before=0.3, after=0, more=f"{frame} {keep}", letters=bold)),
        _style("Callout", _para("10.5pt", after=0, more=f'{frame} fo:keep-together="always"')),
        _style("CalloutKept", _para("10.5pt", after=0, more=f'{frame} fo:keep-together="always" {keep}')),
        _style("PageBreak", '<style:paragraph-properties fo:break-before="page"/>'),
        _style(
            "SignatureTitle",
            _para(
                "10.5pt",
                before=0.5,
                after=0,
                more=f'{box} {keep} fo:border-top="0.5pt solid {_RULE}"',
                letters=bold,
            ),
        ),
        _style(
            "SignatureLine",
            _para(
                "10.5pt",
                after=0,
                more=f'{box} {keep} fo:line-height="1cm" fo:border-bottom="0.5pt solid {_RULE}"',
            ),
        ),
        _style("Footer", _para("8.5pt", after=0, more='fo:text-align="center"')),
        _style("Header", _para("8.5pt", after=0)),
        _contents_style(1, 0),
        _contents_style(2, 0.5),
        _contents_style(3, 1.0),
        _contents_style(4, 1.5),
        _style("Strong", f"<style:text-properties {bold}/>", family="text"),
        _style("Emphasis", '<style:text-properties fo:font-style="italic"/>', family="text"),
        _style("Faint", '<style:text-properties fo:font-size="7.5pt" fo:color="#5f6670"/>', family="text"),
        _style(
            "Code",
            '<style:text-properties style:font-name="DejaVu Sans Mono" fo:font-size="8pt" '
            'fo:language="zxx" fo:country="none"/>',
            family="text",
        ),
        _style(
            "FigureFrame",
            '<style:graphic-properties style:vertical-pos="top" style:vertical-rel="baseline"/>',
            family="graphic",
        ),
    ]
    for align, value in (("Left", "start"), ("Right", "end"), ("Center", "center")):
        for strong in ("", "Strong"):
            styles.append(
                _style(
                    f"Cell{align}{strong}",
                    _para("9pt", after=0, more=f'fo:text-align="{value}"', letters=bold if strong else ""),
                )
            )
    return styles


def _table_styles() -> list[str]:
    def cell(name: str, background: str, border: str) -> str:
        return _style(
            name,
            f'<style:table-cell-properties fo:padding="0.12cm" fo:border-bottom="{border}" {background}/>',
            family="table-cell",
        )

    soft = f'fo:background-color="{_SOFT}"'
    return [
        _style(
            "ReportTable",
            f'<style:table-properties style:width="{_TEXT_WIDTH}cm" table:align="margins"/>',
            family="table",
        ),
        _style("TableRow", '<style:table-row-properties fo:keep-together="always"/>', family="table-row"),
        _style("TallRow", '<style:table-row-properties fo:keep-together="auto"/>', family="table-row"),
        cell("HeadCell", soft, f"1pt solid {_ACCENT}"),
        cell("BodyCell", "", f"0.5pt solid {_RULE}"),
        cell("StrongCell", soft, f"0.5pt solid {_RULE}"),
    ]


def _list_style(name: str, level: str) -> str:
    position = (
        '<style:list-level-properties text:list-level-position-and-space-mode="label-alignment">'
        '<style:list-level-label-alignment text:label-followed-by="listtab" '
        'fo:text-indent="-0.5cm" fo:margin-left="0.8cm"/></style:list-level-properties>'
    )
    return element("text:list-style", level.format(position=position), style_name=name)


def _set_styles(odf: OdfDocument, document: Document) -> None:
    for xml in _styles():
        odf.insert_style(xml)
    dash = (
        '<text:list-level-style-bullet text:level="1" text:bullet-char="–">'
        "{position}</text:list-level-style-bullet>"
    )
    number = (
        '<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix=".">'
        "{position}</text:list-level-style-number>"
    )
    for xml in (*_table_styles(), _list_style("Dashes", dash), _list_style("Numbered", number)):
        odf.insert_style(xml, automatic=True)
    styles = odf.styles.root
    for properties in styles.get_elements("//style:default-style/style:text-properties"):
        properties.set_attribute("fo:language", "fr")
        properties.set_attribute("fo:country", "FR")
    for level in styles.get_elements("//text:outline-level-style"):
        level.set_attribute("style:num-format", "")  # the headings carry their own numbers
        for name in ("style:num-suffix", "loext:num-list-format"):
            level.del_attribute(name)
    layout = styles.get_element("//style:page-layout")
    master = styles.get_element("//style:master-page")
    assert layout is not None
    assert master is not None
    for tag, side in (("style:header-style", "bottom"), ("style:footer-style", "top")):
        old = layout.get_element(tag)
        if old is not None:
            layout.delete(old)
        space = f'<style:header-footer-properties fo:min-height="0.6cm" fo:margin-{side}="0.4cm"/>'
        layout.append(Element.from_tag(element(tag, space)))
    header = _paragraph(f"{document.issuer} — {document.title}", "Header")
    page = '<text:page-number text:select-page="current">1</text:page-number>'
    count = "<text:page-count>1</text:page-count>"
    reference = _inline(document.reference)
    footer = element("text:p", f"{reference} — page {page} / {count}", text_style_name="Footer")
    master.append(Element.from_tag(element("style:header", header)))
    master.append(Element.from_tag(element("style:footer", footer)))
