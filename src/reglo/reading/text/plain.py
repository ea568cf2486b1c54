"""Plain text and Markdown, with what converters leave in it: HTML tags, pipes, TeX fractions."""

from __future__ import annotations

import html
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

from reglo.reading.text.model import MAX_CHARACTERS, MAX_LINES, Document, Line, Unreadable, bulleted

MAX_BYTES = 20 << 20

_TAG = re.compile(
    r"</?(?:b|u|i|p|ul|ol|li|em|strong|span|div|sub|sup|td|tr|th|table|tbody|thead|h\d)\b[^<>]{0,200}>"
)
_BREAK = re.compile(r"<br\s*/?>|</p>|</li>", re.IGNORECASE)
_LINK = re.compile(r"\[([^\[\]]{0,300})\]\([^()\s]{0,600}\)")
_ANGLE = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,600})>")
_STARS = re.compile(r"\(\*+\)|\*{1,3}|(?<!\w)__(?!_)|__(?!\w)")
_TEX_TEXT = re.compile(r"\\(?:text|mathrm|mathbf|textbf)\s*\{([^{}]{0,400})\}")
_TEX_FRACTION = re.compile(r"\\d?frac\s*\{([^{}]{0,400})\}\s*\{([^{}]{0,400})\}")
_ROW_RULE = re.compile(r"[|\s:+=-]*-{2,}[|\s:+=-]*")


def read(path: Path) -> Document:
    """The lines of a text file. Raises Unreadable."""
    with path.open("rb") as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Unreadable(
            f"le texte dépasse {MAX_BYTES >> 20} Mo", "Donnez le seul règlement de la consultation."
        )
    return of_text(_decoded(data), path.name)


def of_text(text: str, name: str) -> Document:
    """The lines of a text already in memory; a form feed starts a page. Raises Unreadable."""
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(
            f"le texte compte plus de {MAX_CHARACTERS} caractères",
            "Donnez le seul règlement de la consultation.",
        )
    lines: list[Line] = []
    widths: dict[int, int] = {}  # of the lines as they are in the file
    listed: set[int] = set()  # lines that end with a semicolon
    gap = False
    page = 1 if "\f" in text else None
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        if "\f" in raw and page is not None:
            page += raw.count("\f")
        line = clean(raw.replace("\f", ""), number, page, gap)
        gap = line is None
        if line is not None:
            lines.append(line)
            apart = re.search(r"\S {3,}\S", raw)  # columns: the end of such a line is that of a row
            widths[number] = 0 if apart else len(raw.rstrip())
            if raw.rstrip().endswith(";"):
                listed.add(number)
        if len(lines) > MAX_LINES:
            raise Unreadable(
                f"le texte dépasse {MAX_LINES} lignes", "Donnez le seul règlement de la consultation."
            )
    return Document(name, "texte", _whole(_without_running(lines), widths, listed))


_PAGE_MARK = re.compile(r"\bpage\s+\d|\b\d{1,3}\s*(?:/|sur)\s*\d{1,3}\s*$", re.IGNORECASE)
_STARTS = re.compile(
    r"\s*(?:[-•*>➢✓▪■–]\s|\d{1,2}(?:\.\d{1,2})*\s*[.)/–-]|[a-zA-Z][.)/]\s|[IVX]{1,5}[.-]|(?:Article|ARTICLE|Lot|LOT)\s+\d"
    r"|[A-ZÀ-Ü][\wÀ-ÿ'’ ]{2,40} ?: \S)"  # « Référence : … »
)


def _without_running(lines: list[Line]) -> list[Line]:
    """The lines without the headers and footers of printed pages; the first of each stays."""
    keys = [re.sub(r"\d+", "0", line.text) for line in lines]
    pages = {
        key
        for key, count in Counter(keys).items()
        if count >= 3
        and any(_PAGE_MARK.search(line.text) for line, each in zip(lines, keys, strict=True) if each == key)
    }
    if not pages:
        return lines
    beside = Counter(
        lines[near].text
        for index, key in enumerate(keys)
        if key in pages
        for near in (index - 1, index + 1)
        if 0 <= near < len(lines) and keys[near] not in pages
    )
    pages |= {re.sub(r"\d+", "0", text) for text, count in beside.items() if count >= 3}
    seen: set[str] = set()
    kept = []
    for line, key in zip(lines, keys, strict=True):
        if key in pages and key in seen:
            continue
        seen.add(key)
        kept.append(line)
    return kept


def _whole(lines: list[Line], widths: dict[int, int], listed: set[int]) -> tuple[Line, ...]:
    """Paragraphs cut at a margin, whole again: a line goes on when the next word did not fit."""
    long = sorted(width for width in widths.values() if width >= 45)
    if len(long) < 8 or long[-1] > 140:
        return tuple(lines)
    margin = long[len(long) * 9 // 10]
    out: list[Line] = []
    last, part = 0, ""  # of the last piece of the paragraph being put together: width, what joins the next
    for line in lines:
        above = out[-1] if out else None
        word = len(line.text.split(" ", 1)[0])
        if (
            above is not None
            and not (line.gap or line.cells or line.heading or above.cells or above.heading)
            and above.text[-1] not in ".:;"
            and not _STARTS.match(line.text)
            and widths[line.number]
            and last + 1 + word > margin - 3
        ):
            out[-1] = replace(above, text=f"{above.text}{part} {line.text}")
        else:
            out.append(line)
        last, part = widths[line.number], " ;" if line.number in listed else ""
    return tuple(out)


def clean(raw: str, number: int, page: int | None, gap: bool) -> Line | None:
    """A line without its marks; None when nothing is left."""
    text = raw.strip(" \u00a0\u202f\v\x1c\x1d")
    if not text.strip():
        return None
    marks = re.match(r"(#{1,6})\s", text)
    if re.match(r"\* \S", text):
        text = f"- {text[2:]}"  # a bullet, not emphasis
    text = bulleted(text)
    heading, level = bool(marks), len(marks[1]) if marks else 0
    if heading:
        text = text.lstrip("#").strip()
    if "\\" in text or "$" in text:
        text = _without_tex(text)
    if "<" in text or "&" in text:
        text = _BREAK.sub(" ; ", text)
        text = html.unescape(_TAG.sub(" ", _ANGLE.sub(r"\1", text)))
    text = _LINK.sub(r"\1", text)
    text = _STARS.sub(lambda found: found[0] if found[0][0] == "(" else "", text)
    cells = _cells(text)
    if cells is not None:
        text = " | ".join(cells)
    else:
        cells = ()
        text = re.sub(r"[ \u00a0\u202f\t]+", " ", text).strip(" ;") if "\t" not in raw else text.strip()
    text = _tidy(text)
    if not re.search(r"\w", text):
        return None
    return Line(text, number, page, tuple(_tidy(cell) for cell in cells), heading, gap, level)


def _tidy(text: str) -> str:
    text = re.sub(r"[\u00a0\u202f\t ]+", " ", text)
    return re.sub(r"(?: ;)+(?= ;|$)", "", text).strip()


def _cells(text: str) -> tuple[str, ...] | None:
    """The cells of a row written with tabs or pipes; None when the line is no row."""
    if text.count("|") >= 2 or (text.startswith("|") and text.endswith("|")):
        if _ROW_RULE.fullmatch(text):
            return ()
        return tuple(map(_paragraphs, text.strip("|").split("|")))
    if "\t" in text:
        return tuple(map(_paragraphs, re.split(r"\t+", text)))
    return None


def _paragraphs(cell: str) -> str:
    """A cell whose paragraphs a converter set apart by two blanks has them apart."""
    return re.sub(r"(?<=[a-zà-ü.]) {2,}(?=[A-ZÀ-Ü])", " ; ", cell.strip(" ;"))


def _without_tex(text: str) -> str:
    for _ in range(3):
        text = _TEX_TEXT.sub(r"\1", text)
        text = _TEX_FRACTION.sub(r"(\1) / (\2)", text)
    text = re.sub(r"\\(?:times|cdot)\b", "×", text)
    text = re.sub(r"\\(?:left|right|displaystyle|quad|,|;|!)", "", text)
    return text.replace("\\leq", "≤").replace("\\geq", "≥").replace("$", "").replace("\\%", "%")


def _decoded(data: bytes) -> str:
    """UTF-8 first, UTF-16 by its mark, Windows-1252 line by line for what is neither."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    if b"\x00" in data[:4096]:
        raise Unreadable("ce fichier n'est pas un texte", "Donnez un PDF, un DOCX, un ODT ou un texte.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "\n".join(_decoded_line(line) for line in data.split(b"\n"))


def _decoded_line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")
