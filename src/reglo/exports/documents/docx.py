"""The Word writer: real heading styles, repeated header rows, alternative texts, page numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, assert_never
from xml.sax.saxutils import escape

from docx import Document as open_template
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

from reglo.exports.documents.archive import reproducible
from reglo.exports.documents.model import (
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
    Span,
    Table,
    spans,
)
from reglo.exports.documents.pdf import rasterise
from reglo.exports.documents.typography import french, printable

_TEXT_WIDTH = 17.0  # centimetres between the margins
_INK, _ACCENT, _SOFT, _RULE, _FAINT = "1B1F24", "1F3A5F", "EEF1F5", "9AA4B1", "5F6670"


def render(document: Document) -> bytes:
    """The document as .docx."""
    word = open_template()
    _set_styles(word)
    _set_page(word, document)
    writer = _Writer(document, word)
    writer.write()
    core = word.core_properties
    day = datetime(document.day.year, document.day.month, document.day.day)
    core.title, core.subject = _clean(document.title)[:255], _clean(document.subject)[:255]
    core.author = core.last_modified_by = _clean(document.issuer)[:255]
    core.language, core.created, core.modified = "fr-FR", day, day
    core.comments, core.revision = "", 1
    target = io.BytesIO()
    word.save(target)
    return reproducible(target.getvalue())


def _clean(text: str) -> str:
    return french(printable(text))


def _run(span: Span, strong: bool) -> str:
    """A run of text as XML."""
    text = printable(span.text) if span.code else _clean(span.text)
    lines = (f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in text.split("\n"))
    style = '<w:rStyle w:val="Code"/>' if span.code else '<w:rStyle w:val="Faint"/>' if span.faint else ""
    bold = "<w:b/>" if span.strong or strong else ""
    italic = "<w:i/>" if span.emphasis else ""
    return f"<w:r><w:rPr>{style}{bold}{italic}</w:rPr>{'<w:br/>'.join(lines)}</w:r>"


def _element(tag: str, /, **attributes: str) -> Any:
    element = OxmlElement(tag)
    for key, value in attributes.items():
        element.set(qn(f"w:{key}"), value)
    return element


class _Writer:
    def __init__(self, document: Document, word: Any) -> None:
        self.document = document
        self.word = word
        headings = [block for block in document.body if isinstance(block, Heading)]
        self.anchors = {
            id(block): (str(number), f"titre_{number}") for number, block in enumerate(headings, 1)
        }
        self.drawings = 0
        self.cell_style = word.styles["Table Text"].style_id

    def write(self) -> None:
        self.paragraph(self.document.issuer, "Issuer")
        self.paragraph(self.document.title, "Title")
        self.paragraph(self.document.subject, "Subtitle")
        for label, value in self.document.identity:
            self.paragraph((f"{label} : ", *spans(value)), "Identity")
        for block, leads in zip(self.document.body, self.document.leads, strict=True):
            self.block(block, leads)

    def paragraph(self, inline: Inline, style: str) -> Any:
        paragraph = self.word.add_paragraph(style=style)
        self.runs(paragraph, inline)
        return paragraph

    def runs(self, paragraph: Any, inline: Inline, *, strong: bool = False) -> None:
        for span in spans(inline):
            run = paragraph.add_run(printable(span.text) if span.code else _clean(span.text))
            run.bold = True if span.strong or strong else None
            run.italic = True if span.emphasis else None
            if span.code or span.faint:
                run.style = "Code" if span.code else "Faint"

    def block(self, block: Block, leads: bool) -> None:
        match block:
            case Heading():
                paragraph = self.word.add_paragraph(style=f"Heading {block.level}")
                number, anchor = self.anchors[id(block)]
                paragraph._p.append(_element("w:bookmarkStart", id=number, name=anchor))
                self.runs(paragraph, block.text)
                paragraph._p.append(_element("w:bookmarkEnd", id=number))
            case Paragraph():
                paragraph = self.paragraph(block.content, "Small" if block.small else "Body Text")
                paragraph.paragraph_format.keep_with_next = leads or None
            case BulletList():
                for position, item in enumerate(block.items, 1):
                    if block.numbered:
                        paragraph = self.paragraph((f"{position}.\t", *spans(item)), "Numbered")
                    else:
                        paragraph = self.paragraph(item, "List Bullet")
                    if position == len(block.items) - 1:  # the last one never starts a page alone
                        paragraph.paragraph_format.keep_with_next = True
            case Table():
                self.paragraph(block.caption, "Caption")
                self.table(block)
                self.paragraph("", "After Table")
            case Figure():
                self.figure(block)
                if block.caption:
                    self.paragraph(block.caption, "Caption")
            case Formula():
                if block.label:
                    self.paragraph(block.label, "Body Text").paragraph_format.keep_with_next = True
                self.paragraph(block.text, "Formula")
            case Callout():
                title = self.paragraph(block.title, "Callout")
                title.runs[0].bold = True
                lines = [title, *(self.paragraph(content, "Callout") for content in block.content)]
                for line in lines[:-1] if block.short else lines[:1]:
                    line.paragraph_format.keep_with_next = True
                self.paragraph("", "After Table")
            case Contents():
                self.contents(block)
            case PageBreak():
                self.word.add_page_break()
            case SignatureBlock():
                for capacity in block.capacities:
                    self.signature(capacity)
            case _:
                assert_never(block)

    def table(self, table: Table) -> None:
        grid = self.word.add_table(rows=0, cols=len(table.columns))
        grid.alignment = WD_TABLE_ALIGNMENT.CENTER
        grid.autofit = False
        properties = grid._tbl.tblPr
        properties.append(_element("w:tblCaption", val=_clean(table.caption)))
        margins = _element("w:tblCellMar")
        for side, twips in (("top", "50"), ("left", "80"), ("bottom", "50"), ("right", "80")):
            margins.append(_element(f"w:{side}", w=twips, type="dxa"))
        properties.insert(list(properties).index(properties.find(qn("w:tblLook"))), margins)
        whole = sum(column.width for column in table.columns)
        widths = [Cm(_TEXT_WIDTH * column.width / whole).twips for column in table.columns]
        for grid_column, width in zip(grid._tbl.tblGrid, widths, strict=True):
            grid_column.set(qn("w:w"), str(width))
        titles = tuple(column.title for column in table.columns)
        grid._tbl.append(parse_xml(self.row(titles, table, widths, head=True, strong=True, kept=True)))
        for number, cells in enumerate(table.rows):
            strong, kept = number in table.strong_rows, number == len(table.rows) - 2
            grid._tbl.append(parse_xml(self.row(cells, table, widths, head=False, strong=strong, kept=kept)))

    def row(
        self,
        cells: Sequence[Inline],
        table: Table,
        widths: Sequence[int],
        *,
        head: bool,
        strong: bool,
        kept: bool,
    ) -> str:
        """A row as XML: python-docx takes seconds to build the cells of a long report one by one.

        kept: on the page of the next row.
        """
        keep = "<w:keepNext/>" if kept else ""
        size, color = (8, _ACCENT) if head else (4, _RULE)
        border = f'<w:tcBorders><w:bottom w:val="single" w:sz="{size}" w:color="{color}"/></w:tcBorders>'
        shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_SOFT}"/>' if strong else ""
        written = []
        for column, width, inline in zip(table.columns, widths, cells, strict=True):
            runs = "".join(_run(span, strong) for span in spans(inline))
            written.append(
                f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{border}{shade}</w:tcPr>'
                f'<w:p><w:pPr><w:pStyle w:val="{self.cell_style}"/>{keep}<w:jc w:val="{column.align.value}"/>'
                f"</w:pPr>{runs}</w:p></w:tc>"
            )
        repeated = "<w:tblHeader/>" if head else ""
        return f"<w:tr {nsdecls('w')}><w:trPr><w:cantSplit/>{repeated}</w:trPr>{''.join(written)}</w:tr>"

    def figure(self, figure: Figure) -> None:
        self.drawings += 1
        paragraph = self.word.add_paragraph(style="Body Text")
        paragraph.paragraph_format.keep_with_next = True
        picture = paragraph.add_run().add_picture(
            io.BytesIO(rasterise(figure.svg)), width=Cm(_TEXT_WIDTH * figure.share)
        )
        properties = picture._inline.docPr
        properties.set("descr", _clean(figure.alt))
        properties.set("name", f"Figure {self.drawings}")

    def contents(self, contents: Contents) -> None:
        """Links to the headings, each with its page as a field, which Word and LibreOffice work out.

        Inside a field of contents LibreOffice would keep the numbers given, and none is known before
        the file is laid out.
        """
        self.paragraph("Sommaire", "TOC Heading")
        for block in (b for b in self.document.body if isinstance(b, Heading) and b.level <= contents.depth):
            paragraph = self.word.add_paragraph(style=f"TOC {block.level}")
            _, anchor = self.anchors[id(block)]
            link = _element("w:hyperlink", anchor=anchor)
            run = paragraph.add_run(_clean(block.text))
            paragraph._p.remove(run._r)
            link.append(run._r)
            paragraph._p.append(link)
            paragraph.add_run("\t")
            _field(paragraph, f"PAGEREF {anchor} \\h", "", stale=True)

    def signature(self, capacity: str) -> None:
        grid = self.word.add_table(rows=1, cols=1, style="Table Grid")
        grid.alignment = WD_TABLE_ALIGNMENT.CENTER
        cell = grid.rows[0].cells[0]
        grid.rows[0]._tr.get_or_add_trPr().append(_element("w:cantSplit"))
        self.runs(cell.paragraphs[0], capacity, strong=True)
        for line in ("Nom et prénom :", "Date :", "Signature :"):
            self.runs(cell.add_paragraph(style="Body Text"), line)
        cell.add_paragraph(style="Body Text").paragraph_format.space_after = Cm(1.8)
        self.paragraph("", "After Table")


def _field(paragraph: Any, instruction: str, shown: str, *, stale: bool = False) -> None:
    """A field and what it shows; ``stale``: to be worked out when the file opens."""
    said = _element("w:instrText")
    said.set(qn("xml:space"), "preserve")
    said.text = f" {instruction} "
    for child in (
        _element("w:fldChar", fldCharType="begin", **({"dirty": "true"} if stale else {})),
        said,
        _element("w:fldChar", fldCharType="separate"),
    ):
        paragraph.add_run()._r.append(child)
    paragraph.add_run(shown)
    paragraph.add_run()._r.append(_element("w:fldChar", fldCharType="end"))


# --- Styles and page --------------------------------------------------------------------------


def _set_page(word: Any, document: Document) -> None:
    section = word.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(2.2)
    header = section.header.paragraphs[0]
    header.text = _clean(f"{document.issuer} — {document.title}")
    footer = section.footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    footer.add_run(_clean(f"{document.reference} — page "))
    _field(footer, "PAGE", "1")
    footer.add_run(" / ")
    _field(footer, "NUMPAGES", "1")


def _set_styles(word: Any) -> None:
    styles = word.styles
    defaults = styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    defaults.find(qn("w:lang")).set(qn("w:val"), "fr-FR")
    _font(styles["Normal"], 10.5, color=_INK)
    styles["Normal"].paragraph_format.space_after = Pt(6)
    for name, parent in (
        ("Issuer", "Normal"),
        ("Identity", "Normal"),
        ("Small", "Normal"),
        ("After Table", "Normal"),
        ("Table Text", "Normal"),
        ("Formula", "Normal"),
        ("Callout", "Normal"),
        ("Numbered", "Normal"),
        ("TOC Heading", "Normal"),
        ("TOC 1", "Normal"),
        ("TOC 2", "Normal"),
        ("TOC 3", "Normal"),
        ("TOC 4", "Normal"),
    ):
        style = styles[name] if name in [s.name for s in styles] else styles.add_style(name, 1)
        style.base_style = styles[parent]
        style.hidden = False
    faint = styles.add_style("Faint", 2)
    faint.font.size, faint.font.color.rgb = Pt(7.5), RGBColor.from_string(_FAINT)
    code = styles.add_style("Code", 2)
    code.font.name, code.font.size = "Consolas", Pt(8)
    for level, size, before in ((1, 15, 22), (2, 12.5, 16), (3, 11, 12), (4, 10.5, 10)):
        style = styles[f"Heading {level}"]
        _font(style, size, color=_ACCENT, bold=True)
        style.font.italic = level == 4
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(6)
        style.paragraph_format.keep_with_next = True
    _border(styles["Heading 1"], "bottom", _ACCENT, 6)
    _font(styles["Title"], 21, color=_ACCENT, bold=True)
    _no_border(styles["Title"])
    styles["Title"].paragraph_format.space_after = Pt(4)
    _font(styles["Subtitle"], 13, color=_INK)
    styles["Subtitle"].font.italic = False
    for spacing in styles["Subtitle"].element.rPr.findall(qn("w:spacing")):
        styles["Subtitle"].element.rPr.remove(spacing)
    styles["Subtitle"].paragraph_format.space_after = Pt(10)
    _font(styles["Caption"], 9.5, color=_ACCENT, bold=True)
    styles["Caption"].paragraph_format.keep_with_next = True
    styles["Caption"].paragraph_format.space_before = Pt(8)
    styles["Caption"].paragraph_format.space_after = Pt(3)
    for name, size, after in (
        ("Issuer", 10, 14),
        ("Identity", 9, 1),
        ("Small", 9, 6),
        ("After Table", 5, 2),
        ("Table Text", 9, 0),
        ("Header", 8.5, 0),
        ("Footer", 8.5, 0),
    ):
        _font(styles[name], size, color=_INK)
        styles[name].paragraph_format.space_after = Pt(after)
    styles["Formula"].font.italic = True
    styles["Formula"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _font(styles["TOC Heading"], 14, color=_ACCENT, bold=True)
    styles["TOC Heading"].paragraph_format.space_before = Pt(16)
    for level in range(1, 5):
        styles[f"TOC {level}"].paragraph_format.left_indent = Cm(0.5 * (level - 1))
        styles[f"TOC {level}"].paragraph_format.space_after = Pt(2)
        styles[f"TOC {level}"].paragraph_format.tab_stops.add_tab_stop(
            Cm(_TEXT_WIDTH), WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS
        )
    styles["Numbered"].paragraph_format.left_indent = Cm(0.8)
    styles["Numbered"].paragraph_format.first_line_indent = Cm(-0.6)
    callout = styles["Callout"]
    _border(callout, "left", _ACCENT, 20)
    shade = _element("w:shd", val="clear", color="auto", fill=_SOFT)
    callout.element.get_or_add_pPr().insert_element_before(shade, *_AFTER_SHADE)
    callout.paragraph_format.keep_together = True
    callout.paragraph_format.left_indent = Cm(0.25)
    callout.paragraph_format.space_after = Pt(0)


def _font(style: Any, size: float, *, color: str, bold: bool | None = None) -> None:
    style.font.size, style.font.bold = Pt(size), bold
    style.font.color.rgb = RGBColor.from_string(color)
    style.font.name = "Arial"
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:cs"), "Arial")


# Word wants the children of a paragraph's properties in the order of the schema.
_AFTER_SHADE = ("w:tabs", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl", "w:rPr")


def _border(style: Any, side: str, color: str, eighths: int) -> None:
    borders = _element("w:pBdr")
    borders.append(_element(f"w:{side}", val="single", sz=str(eighths), space="4", color=color))
    style.element.get_or_add_pPr().insert_element_before(borders, "w:shd", *_AFTER_SHADE)


def _no_border(style: Any) -> None:
    borders = style.element.get_or_add_pPr().find(qn("w:pBdr"))
    if borders is not None:
        borders.getparent().remove(borders)
