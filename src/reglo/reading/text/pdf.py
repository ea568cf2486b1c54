"""PDF files: their text layer, taken in a process of its own, bounded in time and memory."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from reglo.reading.text.model import MAX_LINES, Document, Line, Unreadable, bulleted
from reglo.reading.text.runs import Row, joined
from reglo.reading.text.tagged import lines_of

SECONDS = 30  # of processor time
# A busy machine gives it slowly: the clock stops only what waits for ever, unless nothing bounds that time.
_ON_THE_CLOCK = SECONDS + 5 if sys.platform == "win32" else SECONDS * 10
MEMORY = 512 << 20  # bytes of address space of the reading process
MAX_BYTES = 200 << 20
# a bullet, a number, an article, a lot: never the rest of the line above
_STARTS = re.compile(
    r"[-•*✓➢➤▪■–]\s|\d{1,2}(?:\.\d{1,2})*[.)]?\s+[A-ZÀ-Ü]|(?:Article|ARTICLE|Lot|LOT|Pièce|Annexe|Critère|Sous-critère)\b"
)
# the title of an article, whole: it ends on no point, and on no word that calls for another
_TITLE = re.compile(
    r"(?:(?:Article|ARTICLE)\s+\d{1,2}(?:\.\d{1,2})*|\d{1,2}(?:\.\d{1,2})+|\d{1,2}\s*[.)–-])\s*[-–:.)]*\s+[A-ZÀ-Ü](?:[^.;:!?]|\.(?=\w))*"
    r"(?<![,;.:(–-])(?<!\b[dl]['’])(?<!\b(?:de|du|la|le|un|et|ou|en|au|sa))(?<!\b(?:des|les|une|aux|par|sur|son|ses|que|qui))"
    r"(?<!\b(?:pour|dans|avec|sans|sous|leur))"
)
# what a compound word keeps its hyphen after, when it is cut there
_PREFIX = re.compile(
    r"(?:^|-)(?:sous|non|ci|celui|celle|mi|demi|semi|co|vice|accord|bon|plus|moins|saint|sainte|en|sur|les|de|la|du|au|l[àa])$"
)
_DOT = "•"
_KEY = re.compile(r"[a-z0-9]+(?:[-\xad][a-z0-9]+)+")
_TEXT_PER_PAGE = 25  # characters; under that on average, the pages are pictures


def read(path: Path) -> Document:
    """The lines of a PDF, running headers and page numbers left out. Raises Unreadable."""
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable(
            f"ce PDF dépasse {MAX_BYTES >> 20} Mo",
            "Donnez le seul règlement de la consultation, sans ses plans.",
        )
    pages, declared = _pages(path)
    if declared:
        lines = lines_of(declared)
        if len(lines) > MAX_LINES:
            raise Unreadable(
                f"ce PDF dépasse {MAX_LINES} lignes", "Donnez le seul règlement de la consultation."
            )
        return Document(path.name, "pdf", lines)
    if sum(len(row.text) for page in pages for row in page) < _TEXT_PER_PAGE * max(len(pages), 1):
        raise Unreadable(
            "scan, pas de texte", "Passez-le à la reconnaissance de caractères, ou demandez l'original."
        )
    running = _running(pages)
    printed: list[Line] = []
    for number, page in enumerate(pages, start=1):
        full = False  # the line above went to the right edge: this one may go on with it
        for row, below in zip(page, [*page[1:], None], strict=True):
            if _key(row.text) in running or re.fullmatch(
                r"(?i)(?:page\s*)?\d{1,3}(?:\s*(?:/|sur)\s*\d{1,3})?", row.text
            ):
                continue
            last = printed[-1] if printed else None
            above = last if last and last.page == number else None
            if row.cells and last and last.page == number - 1 and row.cells == _titles(printed):
                continue  # said again at the top of a page
            if row.cells and last and last.page == number - 1 and _ends_row(last.cells, row.cells):
                cells = tuple(joined(*pair).strip() for pair in zip(last.cells, row.cells, strict=True))
                printed[-1] = replace(last, text=" | ".join(cells), cells=cells)
                continue
            # what a table is called, when the line above is a whole sentence
            title = (
                below is not None
                and below.cells
                and row.text[:1].isupper()
                and above
                and above.text[-1] == "."
            )
            apart = row.gap or row.cells or title
            if above and full and not apart and not above.cells and _goes_on(above, row):
                printed[-1] = replace(above, text=joined(above.text, row.text))
            else:
                printed.append(Line(row.text, len(printed) + 1, number, row.cells, False, row.gap))
            full = row.full
            if len(printed) > MAX_LINES:
                raise Unreadable(
                    f"ce PDF dépasse {MAX_LINES} lignes", "Donnez le seul règlement de la consultation."
                )
    return Document(path.name, "pdf", _mended(printed))


def _ends_row(above: tuple[str, ...], below: tuple[str, ...]) -> bool:
    """Whether the first row of a page is the end of the last one of the page before, which the foot cut."""
    filled = [cell for cell in below if cell]
    return (
        len(above) == len(below) > len(filled) > 0
        and all(above[rank] for rank, cell in enumerate(below) if cell)
        and all(cell[0].islower() for cell in filled)
    )


def _titles(lines: list[Line]) -> tuple[str, ...]:
    """The first row of the table the lines end with."""
    rank, count = len(lines), len(lines[-1].cells)
    while rank and len(lines[rank - 1].cells) == count:
        rank -= 1
    return lines[rank].cells if count else ()


def _mended(lines: list[Line]) -> tuple[Line, ...]:
    """Words cut at the margin, whole again: « transforma-tion », but « accord-cadre »."""
    if not any("\xad" in line.text for line in lines):
        return tuple(lines)
    known = {word for line in lines for word in re.findall(r"[\w-]+", line.text.lower())}

    def whole(cut: re.Match[str]) -> str:
        hyphened = f"{cut[1]}-{cut[2]}"
        end, start = cut[1].rpartition("-")[2], cut[2].partition("-")[0]
        # no hyphenation leaves one letter, nor cuts an acronym or a number
        if (
            len(end) < 2
            or len(start) < 2
            or ((end + start).isupper() and len(end) < 5)
            or re.search(r"\d$", end)
        ):
            return hyphened
        if (cut[1] + cut[2]).lower() in known:
            return cut[1] + cut[2]
        return hyphened if hyphened.lower() in known or _PREFIX.search(cut[1].lower()) else cut[1] + cut[2]

    def mend(text: str) -> str:
        return re.sub(r"([\w'’-]+)\xad([\w'’-]+)", whole, text).replace("\xad", "-")

    def mend_row(line: Line) -> Line:
        # a key that names a row is cut at the hyphens it has
        first = line.cells[0].replace("\xad", "-") if _KEY.fullmatch(line.cells[0]) else mend(line.cells[0])
        cells = (first, *(mend(cell) for cell in line.cells[1:]))
        return replace(line, text=" | ".join(cells), cells=cells)

    return tuple(
        line
        if "\xad" not in line.text
        else mend_row(line)
        if line.cells
        else replace(line, text=mend(line.text))
        for line in lines
    )


def _goes_on(above: Line, row: Row) -> bool:
    """Whether a line goes on with the one above, which the margin cut; a formula is not a sentence."""
    formula: object = re.search(r"[=×*/].*[\d)]$", above.text) and row.text[:1].isupper()
    formula = bool(formula) or re.match(r"\w+ = ", row.text) is not None
    title = above.text[-1] == "." and row.text[-1] == ":" and len(row.text) < 60
    title = title or (
        len(above.text) < 110
        and row.text[:1].isupper()
        and not row.text.isupper()
        and _TITLE.fullmatch(above.text) is not None
    )
    return above.text[-1] != ":" and not formula and not title and not _STARTS.match(row.text)


def _pages(path: Path) -> tuple[list[list[Row]], list[Any]]:
    """The rows of each page as they look, or as the PDF declares them."""
    command = [
        sys.executable,
        "-I",
        "-m",
        "reglo.reading.text.pdf_worker",
        str(SECONDS),
        str(MEMORY),
        str(path),
    ]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_ON_THE_CLOCK, check=False)
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        raise Unreadable(
            f"ce PDF ne se lit pas en {SECONDS} secondes ou en {MEMORY >> 20} Mo de mémoire",
            "Exportez-le à nouveau, ou donnez le seul règlement de la consultation.",
        ) from None
    if answer["fault"]:
        raise Unreadable(answer["fault"], answer["mend"])
    pages = [
        [_row(bulleted(text), tuple(cells), gap, full) for text, cells, gap, full in page]
        for page in answer["pages"]
    ]
    declared = [
        [(bulleted(text), tuple(cells), heading, goes_on) for text, cells, heading, goes_on in page]
        for page in answer["declared"]
    ]
    return pages, declared


def _row(text: str, cells: tuple[str, ...], gap: bool, full: bool) -> Row:
    """A row; a bullet and its words are an item of a list, however wide the white between them."""
    if len(cells) == 2 and cells[0] and bulleted(f"{cells[0]} x") == f"{_DOT} x":
        return Row(f"{_DOT} {cells[1]}", (), gap, full)
    return Row(text, cells, gap, full)


def _key(text: str) -> str:
    return re.sub(r"\d+", "0", re.sub(r"\s+", " ", text))


def _running(pages: list[list[Row]]) -> set[str]:
    """Lines printed at the top or the foot of most pages: headers and footers."""
    if len(pages) < 4:
        return set()
    seen: Counter[str] = Counter()
    for page in pages:
        seen.update({_key(row.text) for row in (*page[:3], *page[-3:])})
    return {key for key, count in seen.items() if count * 2 > len(pages)}
