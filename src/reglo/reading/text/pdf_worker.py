"""The process that takes the text of a PDF, apart: a hostile file takes only this process down.

Run as ``python -I -m reglo.reading.text.pdf_worker SECONDS BYTES PATH``; answers one JSON object:
``fault`` (French, "" otherwise), ``mend``, ``pages`` (for each, its rows: text, cells, gap, full) or
``declared`` (the rows an accessible PDF marks, as ``tagged.Declared``).
PDFium reads the file (docs/decisions/0202); ``layout`` puts its words in lines and cells.
"""

from __future__ import annotations

import ctypes
import json
import re
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

MAX_PAGES = 400
MAX_CHARACTERS = 60_000  # of one page; a page of text has some three thousand
MAX_RUNS = 6_000  # of one page
MAX_OBJECTS = 20_000  # looked at for rules, in one page
_AN_RC_ONLY = "Donnez le seul règlement de la consultation."
_DAMAGED = ("la structure de ce PDF est abîmée ou incomplète", "Demandez ou exportez à nouveau le fichier.")
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_PATH = 2  # FPDF_PAGEOBJ_PATH


def text_of(path: Path) -> dict[str, Any]:
    """The rows of each page, in reading order."""
    import pypdfium2_raw as pdfium

    pdfium.FPDF_InitLibrary()
    document = pdfium.FPDF_LoadDocument(str(path).encode(), None)
    if not document:
        if pdfium.FPDF_GetLastError() == _PASSWORD:
            return _fault("ce PDF est protégé par un mot de passe", "Enlevez le mot de passe et recommencez.")
        return _fault(*_DAMAGED)
    count = pdfium.FPDF_GetPageCount(document)
    if count > MAX_PAGES:
        return _fault(f"ce PDF compte {count} pages, la limite est {MAX_PAGES}", _AN_RC_ONLY)
    if count < 1:
        return _fault(*_DAMAGED)
    declared = _declared(pdfium, document, count)
    pages = [] if declared else [_rows(pdfium, document, rank) for rank in range(count)]
    return {"fault": "", "mend": "", "pages": pages, "declared": declared}


def _declared(pdfium: Any, document: Any, count: int) -> list[Any]:
    """The rows each page declares, in an accessible PDF; none when its marks leave text out."""
    from reglo.reading.text import tagged

    pages = []
    for rank in range(count):
        page = pdfium.FPDF_LoadPage(document, rank)
        text = pdfium.FPDFText_LoadPage(page) if page else None
        if text:
            pages.append(tagged.page_of(pdfium, page, text))
            pdfium.FPDFText_ClosePage(text)
        if page:
            pdfium.FPDF_ClosePage(page)
        if not any(each.covered for each in pages):
            return []  # the first page has no mark: neither have the others
    covered = sum(each.covered for each in pages)
    outside = sum(each.outside for each in pages)
    return [each.rows for each in pages] if covered >= tagged.COVERED * (covered + outside) else []


def _rows(pdfium: Any, document: Any, rank: int) -> list[tuple[str, tuple[str, ...], bool, bool]]:
    """The rows of one page; none for a page that cannot be opened or is no page of text."""
    from reglo.reading.text.layout import rows_of

    page = pdfium.FPDF_LoadPage(document, rank)
    if not page:
        return []
    text = pdfium.FPDFText_LoadPage(page)
    try:
        if not text or pdfium.FPDFText_CountChars(text) > MAX_CHARACTERS:
            return []
        rows = rows_of(_runs(pdfium, text), _boxes(pdfium, page))
        return [(row.text, row.cells, row.gap, row.full) for row in rows]
    finally:
        if text:
            pdfium.FPDFText_ClosePage(text)
        pdfium.FPDF_ClosePage(page)


def _runs(pdfium: Any, text: Any) -> list[Any]:
    """What is printed together, with its place: a line as PDFium found it, parted where a wide gap is."""
    from reglo.reading.text.runs import Run

    count = pdfium.FPDFText_CountChars(text)
    if count < 1:
        return []
    units = (ctypes.c_ushort * (count + 1))()
    pdfium.FPDFText_GetText(text, 0, count, units)
    words = "".join(map(chr, units[:count]))  # a unit for each character: their ranks stay PDFium's
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    runs: list[Run] = []
    for line in re.finditer(r"[^\r\n\x00]+", words):
        start, size = line.start(), line.end() - line.start()
        rects = pdfium.FPDFText_CountRects(text, start, size)
        if rects == 1 and pdfium.FPDFText_GetRect(text, 0, left, top, right, bottom):
            base = _base(pdfium, text, start)
            runs.append(Run(left.value, bottom.value, right.value, top.value, line[0], base))
        elif rects > 1:
            runs.extend(_parted(pdfium, text, start, line[0]))
        if len(runs) > MAX_RUNS:
            break
    return [replace(run, text=_printed(run.text)) for run in runs]


def _parted(pdfium: Any, text: Any, start: int, words: str) -> list[Any]:
    """The runs of a line made of several pieces: two characters far apart are of two columns."""
    from reglo.reading.text.runs import Run

    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    runs: list[Run] = []
    for rank, character in enumerate(words):
        if character.isspace():
            if runs:
                runs[-1] = replace(runs[-1], text=runs[-1].text + " ")
            continue
        if not pdfium.FPDFText_GetCharBox(text, start + rank, left, right, bottom, top):
            continue
        box = (left.value, bottom.value, right.value, top.value)
        last = runs[-1] if runs else None
        wide = max(last.top - last.bottom, box[3] - box[1], 4.0) if last else 0.0
        if last and -wide < box[0] - last.right < 0.9 * wide:
            runs[-1] = Run(
                min(last.left, box[0]),
                min(last.bottom, box[1]),
                max(last.right, box[2]),
                max(last.top, box[3]),
                last.text + character,
                last.origin,
                (*last.starts, box[0]) if last.text.endswith(" ") else last.starts,
            )
        else:
            runs.append(Run(*box, character, _base(pdfium, text, start + rank), (box[0],)))
    return runs


def _base(pdfium: Any, text: Any, rank: int) -> float | None:
    """The level a character stands on, whatever its own shape."""
    across, level = ctypes.c_double(), ctypes.c_double()
    return level.value if pdfium.FPDFText_GetCharOrigin(text, rank, across, level) else None


def _printed(words: str) -> str:
    """Words with the hyphen of a cut word as a soft hyphen, and pairs of units as one character."""
    return (
        words.replace("\x02", "\xad")
        .replace("\ufffe", "\xad")
        .encode("utf-16-le", "surrogatepass")
        .decode("utf-16-le", "replace")
    )


def _boxes(pdfium: Any, page: Any) -> list[tuple[float, float, float, float]]:
    """Where each drawn path stands: the rules of tables are among them."""
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    boxes = []
    for rank in range(min(pdfium.FPDFPage_CountObjects(page), MAX_OBJECTS)):
        drawn = pdfium.FPDFPage_GetObject(page, rank)
        if pdfium.FPDFPageObj_GetType(drawn) == _PATH and pdfium.FPDFPageObj_GetBounds(
            drawn, left, bottom, right, top
        ):
            boxes.append((left.value, bottom.value, right.value, top.value))
    return boxes


def _fault(cause: str, mend: str) -> dict[str, Any]:
    return {"fault": cause, "mend": mend, "pages": [], "declared": []}


def _bound(seconds: int, memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the caller's clock is the only bound
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    _bound(int(sys.argv[1]), int(sys.argv[2]))
    json.dump(text_of(Path(sys.argv[3])), sys.stdout)
