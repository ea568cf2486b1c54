"""Writes a document as one HTML page: no script, nothing fetched, read on a phone, printed well.

Wide tables and drawings scroll inside their own frame, which the keyboard reaches.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

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
from reglo.exports.documents.typography import french, printable

_STYLE = """
:root { color-scheme: light; --ink: #1b1f24; --soft: #4a5461; --line: #c3cad3; --head: #eef1f5; }
* { box-sizing: border-box; }
html { font: 100%/1.5 Georgia, "Times New Roman", serif; color: var(--ink); background: #fff; }
body { max-width: 62rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2rem 0 .5rem; border-bottom: 1px solid var(--line); }
h3, h4, h5 { font-size: 1.05rem; margin: 1.5rem 0 .5rem; }
.subject { font-size: 1.1rem; color: var(--soft); margin: 0 0 1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: 0 0 1rem; }
dt { color: var(--soft); } dd { margin: 0; }
.small { font-size: .875rem; color: var(--soft); }
code { font-family: "DejaVu Sans Mono", Consolas, monospace; font-size: .85em; }
.frame { overflow-x: auto; margin: 1rem 0; }
.frame:focus-visible { outline: 3px solid #1f3a5f; outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; min-width: 44rem; font-size: .875rem; }
caption { text-align: left; font-weight: bold; padding: .25rem 0; }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top;
  overflow-wrap: normal; }
thead th { background: var(--head); } tbody th { font-weight: normal; }
.right { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.center { text-align: center; } .strong > * { font-weight: bold; }
figure { margin: 1rem 0; } figure svg { display: block; width: 100%; min-width: 38rem; height: auto; }
figcaption { font-size: .875rem; color: var(--soft); }
aside { border: 1px solid var(--soft); padding: .5rem 1rem; margin: 1rem 0; }
.boxes { display: flex; flex-wrap: wrap; gap: 1rem; } .boxes > div { flex: 1 1 12rem;
  border: 1px solid var(--line); min-height: 7rem; padding: .5rem; }
@media print {
  html { font-size: 10pt; } body { max-width: none; padding: 0; }
  .frame { overflow: visible; } table, figure svg { min-width: 0; }
  thead { display: table-header-group; } tr, figure, aside { break-inside: avoid; }
  h2, h3, h4, h5, caption { break-after: avoid; }
  thead th { background: none; }
}
"""


def render(document: Document) -> str:
    """The document as a page of HTML. Same document, same bytes."""
    title = _text(document.title)
    identity = "".join(
        f"<dt>{_text(label)}</dt><dd>{_inline(value)}</dd>"
        for label, value in (("Acheteur", document.issuer), *document.identity)
    )
    body = "\n".join(_block(block) for block in document.body)
    return (
        '<!DOCTYPE html>\n<html lang="fr-FR">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        f"<title>{title} – {_text(document.reference)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<header><h1>{title}</h1><p class="subject">{_text(document.subject)}</p>'
        f"<dl>{identity}</dl></header>\n"
        f"<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _block(block: Block) -> str:
    match block:
        case Heading():
            level = block.level + 1
            return f"<h{level}>{_text(block.text)}</h{level}>"
        case Paragraph():
            opened = '<p class="small">' if block.small else "<p>"
            return f"{opened}{_inline(block.content)}</p>"
        case BulletList():
            kind = "ol" if block.numbered else "ul"
            items = "".join(f"<li>{_inline(item)}</li>" for item in block.items)
            return f"<{kind}>{items}</{kind}>"
        case Table():
            return _table(block)
        case Figure():
            caption = f"<figcaption>{_text(block.caption)}</figcaption>" if block.caption else ""
            frame = _frame(block.svg, plain(block.caption or block.alt)[:80])
            return f"<figure>{frame}{caption}</figure>"
        case Formula():
            label = f"{block.label} : " if block.label else ""
            return f"<p>{_text(label + block.text)}</p>"
        case Callout():
            content = "".join(f"<p>{_inline(part)}</p>" for part in block.content)
            return f"<aside><p><strong>{_text(block.title)}</strong></p>{content}</aside>"
        case SignatureBlock():
            boxes = "".join(f"<div>{_text(capacity)}</div>" for capacity in block.capacities)
            return f'<div class="boxes">{boxes}</div>'
        case Contents() | PageBreak():  # a page has neither pages nor numbers to point at
            return ""


def _table(table: Table) -> str:
    heads = "".join(
        f'<th scope="col"{_class(column.align)}>{_text(column.title)}</th>' for column in table.columns
    )
    rows = "".join(
        ('<tr class="strong">' if number in table.strong_rows else "<tr>")
        + "".join(_cells(table, row))
        + "</tr>"
        for number, row in enumerate(table.rows)
    )
    whole = sum(column.width for column in table.columns)
    widths = "".join(f'<col style="width:{100 * column.width / whole:.1f}%">' for column in table.columns)
    caption = f"<caption>{_text(table.caption)}</caption><colgroup>{widths}</colgroup>"
    return _frame(
        f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>", table.caption
    )


def _cells(table: Table, row: tuple[Inline, ...]) -> Iterator[str]:
    for number, (column, cell) in enumerate(zip(table.columns, row, strict=True)):
        style = _class(column.align)
        if number == 0:
            yield f'<th scope="row"{style}>{_inline(cell)}</th>'
        else:
            yield f"<td{style}>{_inline(cell)}</td>"


def _class(align: Align) -> str:
    return "" if align is Align.LEFT else f' class="{align.value}"'


def _frame(content: str, name: str) -> str:
    return f'<div class="frame" role="region" tabindex="0" aria-label="{_text(name)}">{content}</div>'


def _inline(inline: Inline) -> str:
    parts = []
    for span in spans(inline):
        text = f"<code>{escape(printable(span.text))}</code>" if span.code else _text(span.text)
        text = f"<em>{text}</em>" if span.emphasis else text
        text = f"<small>{text}</small>" if span.faint else text
        parts.append(f"<strong>{text}</strong>" if span.strong else text)
    return "".join(parts)


def _text(text: str) -> str:
    return escape(french(printable(text)))
