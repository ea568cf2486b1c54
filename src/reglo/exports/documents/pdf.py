"""The PDF writer: typst, PDF/UA-1 and PDF/A-2a (PDF/A-3a when it carries files), own fonts only."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, assert_never

import typst

from reglo.exports.documents.glyphs import drawable
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
    Table,
    plain,
    spans,
)
from reglo.exports.documents.typography import french, printable

_HERE = Path(__file__).parent
_LONG_WORD = re.compile(r"\S{25,}")
_LONG_KEY_PART = re.compile(r"[^\s-]{25,}")  # a key goes to the next line after a hyphen
_ADDRESS = re.compile(
    r"\b(?P<site>https?://[!-~]{3,400}+(?!\S))"
    r"|(?P<mail>(?<![A-Za-z0-9._+@-])[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,6}(?![\w@-]))"
)
_BREAK = "\u200b"  # lets a word without spaces go to the next line


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def render(document: Document) -> bytes:
    """The document as PDF. Text goes in as data, so that nothing in it is ever run."""
    data = {
        "title": _clean(_named(document.title)),
        "read_back": document.read_back,
        "reference": _clean(document.reference),
        "reference_short": _clean(_short(document.reference, 60)),
        "issuer": _clean(document.issuer),
        "issuer_short": _clean(_short(document.issuer, 70)),
        "subject": _clean(document.subject),
        "day": [document.day.year, document.day.month, document.day.day],
        "issuer_line": _inline(document.issuer),
        "title_line": _inline(_named(document.title)),
        "subject_line": _inline(document.subject),
        "identity": [
            {"label": _inline(label), "value": _inline(value)} for label, value in document.identity
        ],
        "body": [
            {**_block(block), "leads": leads}
            for block, leads in zip(document.body, document.leads, strict=True)
        ],
        "attachments": [
            {
                "name": file.name,
                "text": file.text,
                "media_type": file.media_type,
                "description": _clean(file.description),
            }
            for file in document.attachments
        ],
    }
    return _compile(
        (_HERE / "template.typ").read_bytes(),
        sys_inputs={"document": json.dumps(data)},
        format="pdf",
        # PDF/A-2 admits no attached file of another format
        pdf_standards=["ua-1", "a-3a" if document.attachments else "a-2a"],
        timestamp=datetime(document.day.year, document.day.month, document.day.day, tzinfo=UTC),
    )


def rasterise(svg: str, pixels_per_inch: int = 200) -> bytes:
    """The drawing as PNG, for the word processors that do not read SVG."""
    template = (
        b"#set page(width: auto, height: auto, margin: 0pt)\n"
        b'#set text(font: ("Libertinus Serif", "DejaVu Sans Mono"))\n'
        b'#image(bytes(sys.inputs.svg), format: "svg")'
    )
    return _compile(template, sys_inputs={"svg": drawable(svg)}, format="png", ppi=pixels_per_inch)


def _compile(template: bytes, **options: Any) -> bytes:
    result = typst.compile(template, root=_HERE, font_paths=_fonts(), ignore_system_fonts=True, **options)
    assert isinstance(result, bytes)
    return result


def _clean(text: str) -> str:
    return drawable(french(printable(text)))


def _named(text: str) -> str:
    """Text that PDF/UA wants not to be empty: a heading, an alternative text."""
    return text if printable(text).strip() else "(sans intitulé)"


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"


def _breakable(text: str, long: re.Pattern[str]) -> str:
    return long.sub(
        lambda word: _BREAK.join(word.group()[i : i + 12] for i in range(0, len(word.group()), 12)), text
    )


def _inline(inline: Inline) -> list[dict[str, object]]:
    return [
        {
            "text": drawable(printable(span.text))
            if span.code
            else _breakable(_clean(span.text), _LONG_KEY_PART if span.faint else _LONG_WORD),
            "strong": span.strong,
            "emphasis": span.emphasis,
            "code": span.code,
            "faint": span.faint,
        }
        for span in spans(inline)
    ]


def _linked(inline: Inline) -> list[dict[str, object]]:
    """As ``_inline``, each address of the network a link: no character is put in it to break it."""
    parts: list[dict[str, object]] = []
    for span in spans(inline):
        start = 0
        for found in () if span.code else _ADDRESS.finditer(span.text):
            parts += _inline([replace(span, text=span.text[start : found.start()])])
            address = found[0].rstrip(".,;:!?)]}>'\"")
            target = address if found["site"] else f"mailto:{address}"
            # the site's own breaks are known to typst; a long mailbox may be cut after its @
            pieces = re.split("(?<=@)", address) if found["mail"] and len(address) > 34 else [address]
            parts.append(_inline([replace(span, text=address)])[0] | {"link": target, "pieces": pieces})
            start = found.start() + len(address)
        parts += _inline([replace(span, text=span.text[start:])])
    return [part for part in parts if part["text"]]


def _block(block: Block) -> dict[str, object]:
    match block:
        case Heading():
            return {"kind": "heading", "level": block.level, "text": _inline(_named(block.text))}
        case Paragraph():
            return {"kind": "paragraph", "content": _linked(block.content), "small": block.small}
        case BulletList():
            return {
                "kind": "list",
                "items": [_linked(item) for item in block.items],
                "numbered": block.numbered,
            }
        case Table():
            return {
                "kind": "table",
                "caption": _inline(block.caption),
                "columns": [
                    {"title": _inline(c.title), "align": c.align.value, "width": c.width}
                    for c in block.columns
                ],
                "rows": [[_linked(cell) for cell in row] for row in block.rows],
                "strong": sorted(block.strong_rows),
                # a row stays on one page unless it might not fit on any
                "tall": [y for y, row in enumerate(block.rows) if any(len(plain(c)) > 600 for c in row)],
            }
        case Figure():
            return {
                "kind": "figure",
                "svg": drawable(block.svg),
                "alt": _clean(_named(block.alt)),
                "caption": _inline(block.caption) if block.caption else [],
                "share": block.share,
            }
        case Formula():
            return {
                "kind": "formula",
                "text": _inline(block.text),
                "alt": _clean(_named(block.text)),
                "typst": drawable(block.typst),
                "label": _inline(block.label) if block.label else [],
                "spelled_out": block.spelled_out,
            }
        case Callout():
            return {
                "kind": "callout",
                "title": _inline(block.title),
                "content": [_inline(part) for part in block.content],
                "short": block.short,
            }
        case Contents():
            return {"kind": "contents", "depth": block.depth}
        case PageBreak():
            return {"kind": "page-break"}
        case SignatureBlock():
            return {"kind": "signature", "capacities": [_inline(name) for name in block.capacities]}
        case _:
            assert_never(block)
