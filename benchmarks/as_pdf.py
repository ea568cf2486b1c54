"""A text in Markdown composed as a PDF with ruled tables, as a buyer's word processor would print it."""

from __future__ import annotations

import re

import typst

from reglo.reading.text.plain import of_text

_PAGE = (
    '#set page(paper: "a4", margin: 2.2cm, numbering: "1")\n#set text(size: 11pt, lang: "fr")\n'
    "#set smartquote(enabled: false)\n#set par(justify: true)\n#set table(stroke: 0.5pt)\n"
)


def as_pdf(text: str) -> bytes:
    """The PDF of a text; rows that follow each other make one table, broken over pages when it is long."""
    out, table = [_PAGE], []
    for line in of_text(text, "rc.md").lines:
        if line.cells:
            if table and len(line.cells) != len(table[0]):
                out.append(_table(table))
                table = []
            table.append(line.cells)
            continue
        if table:
            out.append(_table(table))
            table = []
        words = _escaped(line.text)
        out.append(
            f"\n*{words}*\n" if line.heading else f"{words} \\\n" if not line.gap else f"\n{words} \\\n"
        )
    if table:
        out.append(_table(table))
    return bytes(typst.compile("\n".join(out).encode()))


def _table(rows: list[tuple[str, ...]]) -> str:
    cells = "\n".join(", ".join(f"[{_escaped(cell)}]" for cell in row) + "," for row in rows)
    return f"\n#table(columns: {len(rows[0])},\n{cells}\n)\n"


def _escaped(text: str) -> str:
    return re.sub(r"([\\#$*_`<>@\[\]\"~=/+-])", r"\\\1", text)
