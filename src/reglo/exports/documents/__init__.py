"""Documents to sign, edit and keep: one content, written as tagged PDF, .odt, .docx and HTML.

>>> from datetime import date
>>> note = Document(
...     title="Note", subject="Essai", reference="2026-01", issuer="Ville", day=date(2026, 3, 2),
...     body=(Heading(1, "Objet"), Paragraph("Un essai."),),
... )
>>> to_pdf(note)[:5]
b'%PDF-'
"""

from __future__ import annotations

from pathlib import Path

from reglo.exports.documents.model import (
    Align,
    Attachment,
    Block,
    BulletList,
    Callout,
    Column,
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
    code,
    plain,
    spans,
    strong,
)

__all__ = [
    "Align",
    "Attachment",
    "Block",
    "BulletList",
    "Callout",
    "Column",
    "Contents",
    "Document",
    "Figure",
    "Formula",
    "Heading",
    "Inline",
    "PageBreak",
    "Paragraph",
    "SignatureBlock",
    "Span",
    "Table",
    "code",
    "plain",
    "spans",
    "strong",
    "to_docx",
    "to_html",
    "to_odt",
    "to_pdf",
    "write",
    "write_docx",
    "write_html",
    "write_odt",
    "write_pdf",
]

# Each writer is imported when called: typst, odfdo and python-docx are slow to load.


def to_pdf(document: Document) -> bytes:
    """Tagged PDF, PDF/UA-1 and PDF/A-2a (3a with attachments). Same document, same bytes."""
    from reglo.exports.documents.pdf import render

    return render(document)


def to_odt(document: Document) -> bytes:
    """OpenDocument text, to edit. Same document, same bytes."""
    from reglo.exports.documents.odt import render

    return render(document)


def to_docx(document: Document) -> bytes:
    """Word document, to edit. Same document, same bytes."""
    from reglo.exports.documents.docx import render

    return render(document)


def to_html(document: Document) -> str:
    """One page to read on any screen and to print. Same document, same text."""
    from reglo.exports.documents.html import render

    return render(document)


def write(document: Document, path: Path) -> None:
    """Write the file its suffix names: .pdf, .odt, .docx or .html. KeyError on another."""
    writers = {".pdf": write_pdf, ".odt": write_odt, ".docx": write_docx, ".html": write_html}
    writers[path.suffix.lower()](document, path)


def write_pdf(document: Document, path: Path) -> None:
    path.write_bytes(to_pdf(document))


def write_odt(document: Document, path: Path) -> None:
    path.write_bytes(to_odt(document))


def write_docx(document: Document, path: Path) -> None:
    path.write_bytes(to_docx(document))


def write_html(document: Document, path: Path) -> None:
    path.write_text(to_html(document), encoding="utf-8")
