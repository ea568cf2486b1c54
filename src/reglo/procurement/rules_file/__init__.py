"""The rules file: one YAML text per consultation, read into ``Consultation`` or the list of its faults.

``load`` never raises on bad input: it says every fault at once, each at its line. ``write`` gives the text
back, comments kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.rules_file import faults
from reglo.procurement.rules_file.nodes import MAX_BYTES, Node, lines_of, parse
from reglo.procurement.rules_file.structure import Reader

__all__ = ["Loaded", "load", "unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """A rules file read: the consultation, or None when a fault blocks; and every fault, by line.

    ``digest``: sha256 of the file's bytes. ``lines``: path ("award.criteria[0].weight") -> line.
    """

    consultation: Consultation | None
    faults: tuple[Finding, ...]
    digest: str
    lines: Mapping[str, int]
    file: str
    text: str


def load(text: str, file: str = "rules.yaml") -> Loaded:
    """Read a rules file. Never raises on bad input; bounded time and memory.

    >>> loaded = load("reglo: 1\\ntitel: Nettoyage\\n")
    >>> loaded.consultation, str(loaded.faults[0].place), loaded.faults[-1].mend_text
    (None, 'rules.yaml:1', 'Vouliez-vous « title » ?')
    """
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded) > MAX_BYTES:
        return unreadable(file, faults.too_big(len(encoded), MAX_BYTES, file))
    root, found = parse(text, file)
    return _read(root, found, sha256(encoded).hexdigest(), file, text)


def _read(root: Node | None, found: list[Finding], digest: str, file: str, text: str) -> Loaded:
    """The consultation of a tree, its faults of form and of meaning."""
    consultation, lines = None, {}
    if root is not None:
        lines = lines_of(root)
        reader = Reader(file)
        consultation = reader.consultation(root)
        found = [*found, *reader.faults]
    found.sort(key=lambda fault: fault.place.line or 0)
    if any(fault.weight is Severity.BLOCKING for fault in found):
        consultation = None
    return Loaded(
        consultation=consultation, faults=tuple(found), digest=digest, lines=lines, file=file, text=text
    )


def unreadable(file: str, *found: Finding) -> Loaded:
    """A rules file of which nothing could be read."""
    return Loaded(consultation=None, faults=found, digest="", lines={}, file=file, text="")
