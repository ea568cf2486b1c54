"""PDF files: their text layer, taken in a process of its own, bounded in time and memory."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

from reglo.reading.text.model import MAX_LINES, Document, Line, Unreadable

SECONDS = 30
MEMORY = 1 << 30  # bytes of address space of the reading process
MAX_BYTES = 200 << 20
_FULL = 0.8  # of the widest line: a line that reaches there was cut by the margin
# a bullet, a number, an article, a lot: never the rest of the line above
_STARTS = re.compile(
    r"[-•*✓➢➤▪■–]\s|\d{1,2}(?:\.\d{1,2})*[.)]?\s+[A-ZÀ-Ü]|(?:Article|ARTICLE|Lot|LOT|Pièce|Annexe|Critère|Sous-critère)\b"
)
_TEXT_PER_PAGE = 25  # characters; under that on average, the pages are pictures


def read(path: Path) -> Document:
    """The lines of a PDF, running headers and page numbers left out. Raises Unreadable."""
    if path.stat().st_size > MAX_BYTES:
        raise Unreadable(
            f"ce PDF dépasse {MAX_BYTES >> 20} Mo",
            "Donnez le seul règlement de la consultation, sans ses plans.",
        )
    pages = _pages(path)
    if sum(len(line.strip()) for page in pages for line in page) < _TEXT_PER_PAGE * max(len(pages), 1):
        raise Unreadable(
            "scan, pas de texte", "Passez-le à la reconnaissance de caractères, ou demandez l'original."
        )
    running = _running(pages)
    lines: list[Line] = []
    for number, page in enumerate(pages, start=1):
        gap = False
        right = max((len(raw.rstrip()) for raw in page), default=0)
        full = False  # the line above went to the right edge: this one may go on with it
        for raw in page:
            text = raw.strip()
            if (
                not text
                or _key(text) in running
                or re.fullmatch(r"(?i)(?:page\s*)?\d{1,3}(?:\s*(?:/|sur)\s*\d{1,3})?", text)
            ):
                gap = gap or not text
                continue
            cells = tuple(cell for cell in re.split(r"\s{3,}", text) if cell)
            text = re.sub(r"\s+", " ", text) if len(cells) < 2 else " | ".join(cells)
            above = lines[-1] if lines and lines[-1].page == number else None
            if (
                above
                and full
                and not gap
                and len(cells) < 2
                and not above.cells
                and above.text[-1] != ":"
                and not _STARTS.match(text)
            ):
                lines[-1] = replace(above, text=f"{above.text} {text}")
                full = len(raw.rstrip()) >= _FULL * right
                continue
            full = len(raw.rstrip()) >= _FULL * right
            lines.append(Line(text, len(lines) + 1, number, cells if len(cells) > 1 else (), False, gap))
            gap = False
            if len(lines) > MAX_LINES:
                raise Unreadable(
                    f"ce PDF dépasse {MAX_LINES} lignes", "Donnez le seul règlement de la consultation."
                )
    return Document(path.name, "pdf", tuple(lines))


def _pages(path: Path) -> list[list[str]]:
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
        done = subprocess.run(command, capture_output=True, timeout=SECONDS + 5, check=False)
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        raise Unreadable(
            f"ce PDF ne se lit pas en {SECONDS} secondes ou en {MEMORY >> 20} Mo de mémoire",
            "Exportez-le à nouveau, ou donnez le seul règlement de la consultation.",
        ) from None
    if answer["fault"]:
        raise Unreadable(answer["fault"], answer["mend"])
    pages: list[list[str]] = answer["pages"]
    return pages


def _key(text: str) -> str:
    return re.sub(r"\d+", "0", re.sub(r"\s+", " ", text))


def _running(pages: list[list[str]]) -> set[str]:
    """Lines printed at the top or the foot of most pages: headers and footers."""
    if len(pages) < 4:
        return set()
    seen: Counter[str] = Counter()
    for page in pages:
        printed = [line for line in page if line.strip()]
        edges = {_key(line.strip()) for line in (*printed[:3], *printed[-3:])}
        seen.update(edges)
    return {key for key, count in seen.items() if count * 2 > len(pages)}
