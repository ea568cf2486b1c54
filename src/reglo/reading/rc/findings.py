"""Why a file cannot be read as an RC or a notice."""

from __future__ import annotations

from pathlib import Path

from reglo.procurement.findings import Finding, Place
from reglo.reading.archives import printable
from reglo.reading.text.model import Unreadable


class FileUnreadable(Finding):
    code = "LIRE-01"
    cause = "« {name} » n'est pas lu : {why}."
    mend = "{mend}"


def unreadable(path: Path, error: Unreadable) -> Finding:
    """The finding of a file no text or no RC could be had of."""
    name = printable(path.name)
    return FileUnreadable(
        facts={"name": name, "why": error.cause, "mend": error.mend}, place=Place(file=name)
    )
