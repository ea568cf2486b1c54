"""The process that takes the text of a PDF, apart: a hostile file takes only this process down.

Run as ``python -I -m reglo.reading.text.pdf_worker SECONDS BYTES PATH``; answers one JSON object:
``fault`` (French, "" otherwise), ``mend``, ``pages`` (the lines of each page).
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

MAX_PAGES = 400
MAX_STREAM = 4 << 20  # bytes of drawing instructions of one page; a page of text has some tens of kB
_AN_RC_ONLY = "Donnez le seul règlement de la consultation."


def text_of(path: Path) -> dict[str, Any]:
    """The lines of each page, in reading order; columns kept apart by runs of blanks."""
    from pypdf import PdfReader
    from pypdf.errors import LimitReachedError, PyPdfError

    logging.disable(logging.CRITICAL)
    try:
        with path.open("rb") as stream:
            reader = PdfReader(stream)
            if reader.is_encrypted and not reader.decrypt(""):
                return _fault(
                    "ce PDF est protégé par un mot de passe", "Enlevez le mot de passe et recommencez."
                )
            tree: Any = reader.root_object["/Pages"].get_object()
            declared = tree.get("/Count", 0)
            count = int(declared) if declared > MAX_PAGES else len(reader.pages)
            if count > MAX_PAGES:
                return _fault(f"ce PDF compte {count} pages, la limite est {MAX_PAGES}", _AN_RC_ONLY)
            return {"fault": "", "mend": "", "pages": [_lines(page) for page in reader.pages]}
    except LimitReachedError:
        return _fault("ce PDF dépasse les bornes : trop de pages ou d'éléments", _AN_RC_ONLY)
    except MemoryError:
        return _fault("ce PDF réclame trop de mémoire", _AN_RC_ONLY)
    except RecursionError:
        return _fault("les éléments de ce PDF s'emboîtent sans fin", _AN_RC_ONLY)
    except (
        PyPdfError,
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        OSError,
        ArithmeticError,
        AssertionError,
    ):
        return _fault(
            "la structure de ce PDF est abîmée ou incomplète", "Demandez ou exportez à nouveau le fichier."
        )


def _lines(page: Any) -> list[str]:
    """Lines of one page. The layout mode keeps tables; a page it cannot lay out is read plainly."""
    contents = page.get_contents()
    if contents is None or len(contents.get_data()) > MAX_STREAM:
        return []
    try:
        text = page.extract_text(extraction_mode="layout", layout_mode_space_vertically=True)
    except Exception:  # the layout of pypdf raises whatever its arithmetic meets
        text = page.extract_text()
    return [line.rstrip() for line in text.split("\n")]


def _fault(cause: str, mend: str) -> dict[str, Any]:
    return {"fault": cause, "mend": mend, "pages": []}


def _bound(seconds: int, memory: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the caller's clock is the only bound
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


if __name__ == "__main__":
    _bound(int(sys.argv[1]), int(sys.argv[2]))
    json.dump(text_of(Path(sys.argv[3])), sys.stdout)
