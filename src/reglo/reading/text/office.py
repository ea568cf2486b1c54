"""Word and OpenDocument texts: paragraphs, headings, lists and tables, straight from their XML.

The XML is streamed within the bounds of ``bounded_xml``: no entity, no bomb, no recursion.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from reglo.reading import archives
from reglo.reading.bounded_xml import Budget, Damaged, LimitExceeded, check_archive, read_xml
from reglo.reading.text.model import MAX_LINES, Document, Line, Unreadable, bulleted

_WORD = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
}
_ODF = {
    "urn:oasis:names:tc:opendocument:xmlns:text:1.0": "text",
    "urn:oasis:names:tc:opendocument:xmlns:table:1.0": "table",
    "urn:oasis:names:tc:opendocument:xmlns:office:1.0": "office",
}
_AGAIN = "Enregistrez-le à nouveau, ou exportez-le en PDF."


def read_docx(path: Path) -> Document:
    """The lines of a Word document. Raises Unreadable."""
    return _read(path, "docx", "word/document.xml", _WORD)


def read_odt(path: Path) -> Document:
    """The lines of an OpenDocument text. Raises Unreadable."""
    return _read(path, "odt", "content.xml", _ODF)


def _read(path: Path, kind: str, part: str, prefixes: Mapping[str, str]) -> Document:
    reader = _Word() if kind == "docx" else _Odf()
    try:
        with archives.open_zip(path) as archive:
            check_archive(archive)
            if any(info.flag_bits & 1 for info in archive.infolist()):
                raise Unreadable("ce document est protégé par un mot de passe", "Enlevez-le et recommencez.")
            read_xml(archive, part, prefixes, Budget(), start=reader.start, end=reader.end, text=reader.text)
    except (archives.Refused, archives.Truncated, Damaged) as error:
        raise Unreadable(f"ce document ne se lit pas : {error}", _AGAIN) from error
    except LimitExceeded as error:
        raise Unreadable(f"ce document dépasse les bornes : {error.what} {error.size}", _AGAIN) from error
    return Document(path.name, kind, tuple(reader.lines))


def _broken(text: str) -> list[str]:
    """The lines of a paragraph that its author broke by hand: an address, not a sentence that goes on.

    >>> _broken("Mairie\\n1 place de la Liberté\\nL'offre remise\\nhors délai")
    ['Mairie', '1 place de la Liberté', "L'offre remise hors délai"]
    """
    lines: list[str] = []
    for part in text.split("\n"):
        line = " ".join(part.split())
        if lines and line[:1].islower() and lines[-1][-1] not in ".:;":
            lines[-1] += f" {line}"
        elif line:
            lines.append(line)
    return lines


class _Paragraphs:
    """Gathers paragraphs into lines, and the paragraphs of a row into its cells."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._words: list[str] = []
        self._heading = False
        self._level = 0
        self._bullet = False
        self._rows: list[list[list[str]]] = []  # nested tables: one open row each
        self._gap = False

    def close_paragraph(self) -> None:
        whole = "".join(self._words)
        self._words = []
        lines = [
            bulleted(text)
            for text in _broken(whole if not (self._rows or self._heading) else whole.replace("\n", " "))
        ]
        if self._rows:
            if lines and self._rows[-1]:
                self._rows[-1][-1].append(lines[0])
        elif lines:
            if self._bullet and not self._heading and lines[0][0] not in "-•–":
                lines[0] = f"- {lines[0]}"
            level = self._level if self._heading else 0
            for text in lines:
                self._add(Line(text, len(self.lines) + 1, None, (), self._heading, self._gap, level))
                self._gap = False
        else:
            self._gap = True
        self._heading, self._level, self._bullet = False, 0, False

    def open_row(self) -> None:
        self._rows.append([])

    def open_cell(self) -> None:
        if self._rows:
            self._rows[-1].append([])

    def close_row(self) -> None:
        cells = tuple(" ; ".join(cell) for cell in self._rows.pop()) if self._rows else ()
        if not any(cells):
            return
        if self._rows:  # a table in a cell: its text is the cell's
            if self._rows[-1]:
                self._rows[-1][-1].append(" ; ".join(cell for cell in cells if cell))
            return
        single = [cell for cell in cells if cell]
        if len(cells) == 1:
            self._add(Line(single[0], len(self.lines) + 1))
        else:
            self._add(Line(" | ".join(cells), len(self.lines) + 1, None, cells))

    def _add(self, line: Line) -> None:
        self.lines.append(line)
        if len(self.lines) > MAX_LINES:
            raise Unreadable(f"ce document dépasse {MAX_LINES} lignes", "Donnez le seul règlement.")

    def write(self, text: str) -> None:
        self._words.append(text)


class _Word(_Paragraphs):
    def __init__(self) -> None:
        super().__init__()
        self._in_text = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "w:t" | "m:t":
                self._in_text = True
            case "w:tab":
                self.write(" ")
            case "w:br" | "w:cr":
                self.write("\n")
            case "w:pStyle":
                style = attributes.get("w:val", "").lower()
                self._heading = style.startswith(("heading", "titre", "title"))
                self._level = int(found[0]) if (found := re.search(r"\d", style)) else 1
                self._bullet = bool(re.match(r"list(?:bullet|number|e)|puce|enumeration", style))
            case "w:numPr":
                self._bullet = True
            case "w:tr":
                self.open_row()
            case "w:tc":
                self.open_cell()
            case "m:f":
                self.write("(")
            case "m:den":
                self.write(") / (")

    def end(self, name: str) -> None:
        match name:
            case "w:t" | "m:t":
                self._in_text = False
            case "w:p":
                self.close_paragraph()
            case "w:tr":
                self.close_row()
            case "m:f":
                self.write(")")

    def text(self, text: str) -> None:
        if self._in_text:
            self.write(text.replace("\n", " "))


class _Odf(_Paragraphs):
    def __init__(self) -> None:
        super().__init__()
        self._depth = 0  # of paragraphs
        self._list = 0

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        match name:
            case "text:p" | "text:h":
                self._depth += 1
                self._heading = name == "text:h"
                self._level = (
                    int(level) if (level := attributes.get("text:outline-level", "")).isdigit() else 1
                )
                if self._list and not self._rows:
                    self.write("- ")
                    self._list = 0
            case "text:s" | "text:tab":
                self.write(" ")
            case "text:line-break":
                self.write("\n")
            case "text:list-item":
                self._list = 1
            case "table:table-row":
                self.open_row()
            case "table:table-cell" | "table:covered-table-cell":
                self.open_cell()

    def end(self, name: str) -> None:
        match name:
            case "text:p" | "text:h":
                self._depth -= 1
                self.close_paragraph()
            case "table:table-row":
                self.close_row()

    def text(self, text: str) -> None:
        if self._depth:
            self.write(text.replace("\n", " "))
