"""The process that reads PDF files, apart so that a hostile one takes only this process down.

Run as ``python -I -m reglo.reading.inspect_worker BYTES``. Reads one JSON list per line, a path and the
seconds of processor time it may cost; answers one JSON object per line, the ``measure`` of that file. Memory
and processor time are bounded where the system can; the caller bounds the time on the clock.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import IO, Any

PAGES_COUNTED = 20_000
_NODES = 100_000
_FIELDS = 5_000
_A4 = (595.0, 842.0)  # points
_TOLERANCE = 12.0


def measure(path: Path) -> dict[str, Any]:
    """Pages, size, protection and signatures of a PDF file.

    Keys: ``fault`` (why it cannot be read, "" otherwise), ``password``, ``protected``, ``pages``,
    ``at_least`` (counting stopped), ``declared`` (what the file announces), ``not_a4``, ``signatures``.
    """
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.disable(logging.CRITICAL)
    with path.open("rb") as stream:
        try:
            reader = PdfReader(stream)
            if reader.is_encrypted and not reader.decrypt(""):
                return {"password": True}
            seen = _pages(reader)
            seen["protected"] = reader.is_encrypted
            seen["signatures"] = _signatures(reader)
            return seen
        except MemoryError:
            return {"fault": "il réclame trop de mémoire"}
        except RecursionError:
            return {"fault": "ses éléments s'emboîtent sans fin"}
        except (
            PyPdfError,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            IndexError,
            OSError,
            ArithmeticError,
        ):
            return {"fault": "sa structure est abîmée ou incomplète"}


def _pages(reader: Any) -> dict[str, Any]:
    """Walk the page tree without recursion; a node met twice, or one page too many, ends the walk."""
    from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

    root = reader.trailer["/Root"].get_object()
    top = root.raw_get("/Pages")
    declared = _value(top.get_object(), "/Count")
    pages = not_a4 = visited = 0
    broken = False
    known: set[int] = set()
    stack: list[tuple[Any, Any]] = [(top, None)]
    while stack and pages < PAGES_COUNTED and visited < _NODES:
        reference, inherited = stack.pop()
        visited += 1
        node = reference.get_object()
        if not isinstance(node, DictionaryObject):
            broken = True
            continue
        box = _value(node, "/MediaBox", inherited)
        kids = _value(node, "/Kids")
        if kids is None:
            pages += 1
            not_a4 += not _is_a4(box)
            continue
        if isinstance(reference, IndirectObject):
            if reference.idnum in known:
                broken = True
                continue
            known.add(reference.idnum)
        if not isinstance(kids, ArrayObject):
            broken = True
            continue
        stack.extend((child, box) for child in reversed(kids))
    at_least = bool(stack)
    return {
        "pages": pages,
        "at_least": at_least,
        "declared": int(declared) if isinstance(declared, int) else None,
        "broken": broken,
        "not_a4": not_a4,
        "fault": "" if pages or at_least else "il ne contient aucune page",
    }


def _is_a4(box: Any) -> bool:
    try:
        left, low, right, high = (float(each) for each in box)
    except (TypeError, ValueError):
        return True  # no size given: readers show A4 or Letter
    sides = sorted((abs(right - left), abs(high - low)))
    return all(abs(side - due) <= _TOLERANCE for side, due in zip(sides, _A4, strict=True))


def _signatures(reader: Any) -> int:
    """Signature fields that hold a signature (PAdES: a value with its /ByteRange)."""
    from pypdf.generic import DictionaryObject

    form = _value(reader.trailer["/Root"].get_object(), "/AcroForm")
    if not isinstance(form, DictionaryObject):
        return 0
    count = visited = 0
    stack = [(field, None) for field in _value(form, "/Fields", [])]
    while stack and visited < _FIELDS:
        reference, inherited = stack.pop()
        visited += 1
        node = reference.get_object()
        if not isinstance(node, DictionaryObject):
            continue
        kind = _value(node, "/FT", inherited)
        value = _value(node, "/V")
        if kind == "/Sig" and isinstance(value, DictionaryObject) and "/ByteRange" in value:
            count += 1
            continue
        stack.extend((kid, kind) for kid in _value(node, "/Kids", []))
    return count


def _value(node: Any, key: str, default: Any = None) -> Any:
    """The value itself, not the reference to it that a dictionary may hold."""
    found = node.get(key)
    return default if found is None else found.get_object()


def _bound_memory(limit: int) -> None:
    try:
        import resource
    except ImportError:  # Windows: the caller's clock is the only bound
        return
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _bound_processor(seconds: int) -> None:
    try:
        import resource
    except ImportError:
        return
    spent = resource.getrusage(resource.RUSAGE_SELF)
    until = int(spent.ru_utime + spent.ru_stime) + seconds + 1
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (until, hard))


def serve(requests: IO[str], answers: IO[str], memory: int) -> None:
    """Answer each request until the caller closes its side."""
    _bound_memory(memory)
    for line in requests:
        path, seconds = json.loads(line)
        _bound_processor(seconds)
        answers.write(json.dumps(measure(Path(path))) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve(sys.stdin, sys.stdout, int(sys.argv[1]))
