"""The structure an accessible PDF declares: headings, paragraphs, list items, rows of tables.

Word, LibreOffice and Réglo's own writer mark what each word belongs to (PDF/UA, ISO 14289). Where
the marks cover the text they are better than any look at the page. Called in ``pdf_worker``.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from reglo.reading.text.model import Line

MAX_ELEMENTS = 4_000  # of one page
MAX_OBJECTS = 20_000  # of one page
MAX_DEPTH = 40
COVERED = 0.9  # of the characters of a document, for its marks to be believed

_TEXT = 1  # FPDF_PAGEOBJ_TEXT
_HEADINGS = ("H", "H1", "H2", "H3", "H4", "H5", "H6", "Title")
_BLOCKS = ("P", "Caption", "Note", "Lbl", "LBody", "Formula", "BibEntry", "Code")
_INLINE = ("Span", "Link", "Quote", "Reference", "Em", "Strong", "Sub", "Ruby", "Annot")
_CELLS = ("TD", "TH")
_HYPHEN = "\x02"  # PDFium's sign for a hyphen at the end of a line
_CUT = "\xad"  # stands for the hyphen of a word that the margin cuts
_ADDRESS = re.compile(r"https?://\S+|[^\s@]+@[^\s@]+")
_JOINT = "\x1f"  # where a line ends and no blank is drawn
# between two words it is a blank; within an address or a key it is nothing
_PARTS = re.compile(
    f"(?<=[^\\W_]){_JOINT}(?=[^\\W_])|{_JOINT}(?=[;:!?»(])|(?<=[«,;:)!?»]){_JOINT}|(?<=[.]){_JOINT}(?=[A-ZÀ-Ü«])"
)
_GLUE = ("-", "\u200b", _CUT)  # after which the next line goes on without a blank


# text, cells, whether a heading, whether it goes on with the last of the page before
Declared: TypeAlias = tuple[str, tuple[str, ...], bool, bool]


@dataclass(slots=True)
class Page:
    """What is declared on one page."""

    rows: list[Declared] = field(default_factory=list)
    covered: int = 0  # characters inside marks
    outside: int = 0  # characters in no mark, running headers and leaders left aside


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words drawn together, and the height they stand at."""

    text: str
    bottom: float
    top: float


@dataclass(slots=True)
class _Walk:
    pdfium: Any
    words: dict[int, list[_Piece]]
    page: Page
    left: int = MAX_ELEMENTS

    def children(self, element: Any) -> Iterator[tuple[Any, int]]:
        """Each child: an element, or None and the id of marked content (-1 for what is not on this page)."""
        count = self.pdfium.FPDF_StructElement_CountChildren(element)
        for rank in range(count):
            self.left -= 1
            if self.left < 0:
                return
            child = self.pdfium.FPDF_StructElement_GetChildAtIndex(element, rank)
            yield (
                (child, -1)
                if child
                else (None, self.pdfium.FPDF_StructElement_GetChildMarkedContentID(element, rank))
            )

    def kind(self, element: Any) -> str:
        return _string(self.pdfium.FPDF_StructElement_GetType, element)

    def text(self, element: Any) -> str:
        """All the words below an element."""
        return _put_together(self.pieces(element))

    def pieces(self, element: Any, depth: int = 0) -> list[_Piece]:
        if depth > MAX_DEPTH:
            return []
        if self.kind(element) == "Formula":
            spoken = _string(self.pdfium.FPDF_StructElement_GetAltText, element)
            if spoken:
                return [_Piece(spoken, 0, 0)]
        found: list[_Piece] = []
        for child, mark in self.children(element):
            found += self.pieces(child, depth + 1) if child is not None else self.marked(mark)
        if self.kind(element) == "Link" and (address := _address(found)):
            return [address]
        return found

    def marked(self, mark: int) -> list[_Piece]:
        """What a mark holds: a hyphen marked alone is the margin's."""
        pieces = self.words.get(mark, [])
        if "".join(piece.text for piece in pieces).strip() == _HYPHEN:
            return [_Piece(_CUT, pieces[0].bottom, pieces[0].top)]
        return pieces

    def visit(self, element: Any, depth: int = 0) -> None:
        kind = self.kind(element)
        if depth > MAX_DEPTH or kind in ("TOC", "Figure", "Artifact"):
            return
        if kind in _HEADINGS:
            self.add(self.text(element), heading=True)
        elif kind == "TR":
            self.row(element)
        elif kind == "LI":
            self.item(element)
        elif kind in _BLOCKS or kind in _INLINE:
            self.add(self.text(element), goes_on=self.goes_on(element))
        else:
            for child, mark in self.children(element):
                if child is not None:
                    self.visit(child, depth + 1)
                elif self.words.get(mark):
                    self.add(_put_together(self.marked(mark)))

    def item(self, element: Any) -> None:
        bodies: list[str] = []
        goes_on = False
        for child, mark in self.children(element):
            goes_on |= child is None and mark < 0 and not bodies  # its label is on another page
            if child is not None and self.kind(child) == "Lbl":
                label = self.text(child).strip()
                if label[:1].isalnum():
                    bodies.append(label)
            elif child is not None:
                bodies.append(self.text(child))
        numbered = bodies and bodies[0][:1].isdigit() and len(bodies) > 1
        bullet = "" if numbered or goes_on else "- "
        self.add(bullet + " ".join(body.strip() for body in bodies), goes_on=goes_on)

    def row(self, element: Any) -> None:
        cells = tuple(
            " ".join(self.text(child).split()) if child is not None else ""
            for child, _ in self.children(element)
            if child is None or self.kind(child) in _CELLS
        )
        if any(cells):
            goes_on = any(self.goes_on(child) for child, _ in self.children(element) if child is not None)
            self.page.rows.append((" | ".join(cells), cells if len(cells) > 1 else (), False, goes_on))

    def goes_on(self, element: Any, depth: int = 0) -> bool:
        """Whether what an element begins with is on another page."""
        for child, mark in self.children(element):
            if child is None or depth > MAX_DEPTH:
                return mark < 0
            return self.goes_on(child, depth + 1)
        return False

    def add(self, text: str, *, heading: bool = False, goes_on: bool = False) -> None:
        text = " ".join(text.split())
        if text and text != "-":
            self.page.rows.append((text, (), heading, goes_on))


def page_of(pdfium: Any, page: Any, text: Any) -> Page:
    """What a page declares; nothing when it declares nothing."""
    found = Page()
    tree = pdfium.FPDF_StructTree_GetForPage(page)
    if not tree:
        return found
    try:
        words: dict[int, list[_Piece]] = {}
        for rank in range(min(pdfium.FPDFPage_CountObjects(page), MAX_OBJECTS)):
            drawn = pdfium.FPDFPage_GetObject(page, rank)
            if pdfium.FPDFPageObj_GetType(drawn) != _TEXT:
                continue
            mark = pdfium.FPDFPageObj_GetMarkedContentID(drawn)
            if mark >= 0:
                words.setdefault(mark, []).append(_piece(pdfium, drawn, text))
            elif not _is_artifact(pdfium, drawn):
                found.outside += len(_object_text(pdfium, drawn, text))
        found.covered = sum(len(piece.text) for pieces in words.values() for piece in pieces)
        walk = _Walk(pdfium, words, found)
        for rank in range(min(pdfium.FPDF_StructTree_CountChildren(tree), MAX_ELEMENTS)):
            root = pdfium.FPDF_StructTree_GetChildAtIndex(tree, rank)
            if root:
                walk.visit(root)
    finally:
        pdfium.FPDF_StructTree_Close(tree)
    return found


def lines_of(pages: list[list[Declared]]) -> tuple[Line, ...]:
    """The lines of a document, what a page cut made whole again."""
    lines: list[Line] = []
    for number, rows in enumerate(pages, start=1):
        for rank, (text, cells, heading, goes_on) in enumerate(rows):
            above = lines[-1] if lines and rank == 0 and goes_on else None
            if above and len(above.cells) == len(cells):
                cells = tuple(_joined(one, two) for one, two in zip(above.cells, cells, strict=True))
                lines[-1] = replace(
                    above, text=" | ".join(cells) if cells else _joined(above.text, text), cells=cells
                )
            else:
                lines.append(Line(text, len(lines) + 1, number, cells, heading, not cells))
    return tuple(lines)


def _joined(one: str, two: str) -> str:
    return f"{one} {two}".strip()


def _put_together(pieces: list[_Piece]) -> str:
    """Words in the order they are drawn; a line that ends without a blank is one where words part."""
    out, last = "", None
    for piece in pieces:
        words = piece.text.replace(_HYPHEN, "-")
        new_line = last is not None and piece.top <= last.bottom + (last.top - last.bottom) / 3
        if new_line and out and not out[-1].isspace() and not out.endswith(_GLUE):
            out += _JOINT
        if out.endswith(_CUT) and words != _CUT:
            out, words = out[:-1], words.lstrip()
        out = out.rstrip(" ") + words if words == _CUT else out + words
        last = piece
    return _PARTS.sub(" ", out.rstrip(_CUT)).replace(_JOINT, "")


def _address(pieces: list[_Piece]) -> _Piece | None:
    """The one word that a link shows over several lines, when it is an address of the network."""
    word = "".join(piece.text.replace(_HYPHEN, "-") for piece in pieces).strip()
    if len(pieces) < 2 or not _ADDRESS.fullmatch(word):
        return None
    return _Piece(word, pieces[-1].bottom, pieces[0].top)


def _piece(pdfium: Any, drawn: Any, text: Any) -> _Piece:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    pdfium.FPDFPageObj_GetBounds(drawn, left, bottom, right, top)
    return _Piece(_object_text(pdfium, drawn, text), bottom.value, top.value)


def _is_artifact(pdfium: Any, drawn: Any) -> bool:
    """Whether a text is said to be no part of the document: a running header, the dots of a contents."""
    for rank in range(min(pdfium.FPDFPageObj_CountMarks(drawn), 10)):
        size = ctypes.c_ulong()
        name = (ctypes.c_ushort * 20)()
        mark = pdfium.FPDFPageObj_GetMark(drawn, rank)
        if (
            pdfium.FPDFPageObjMark_GetName(mark, name, ctypes.sizeof(name), size)
            and _decoded(name[: max(0, size.value // 2 - 1)]) == "Artifact"
        ):
            return True
    return False


def _object_text(pdfium: Any, drawn: Any, text: Any) -> str:
    size = pdfium.FPDFTextObj_GetText(drawn, text, None, 0)
    if size <= 2:
        return ""
    units = (ctypes.c_ushort * (size // 2 + 1))()
    pdfium.FPDFTextObj_GetText(drawn, text, units, size)
    return _decoded(units[: size // 2 - 1])


def _string(read: Any, element: Any) -> str:
    size = read(element, None, 0)
    if size <= 2 or size > 20_000:
        return ""
    units = (ctypes.c_ushort * (size // 2 + 1))()
    read(element, units, size)
    return _decoded(units[: size // 2 - 1])


def _decoded(units: list[int]) -> str:
    return "".join(map(chr, units)).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
