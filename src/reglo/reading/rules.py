"""Reading a rules file from disk: bounded, and every difficulty a finding."""

from __future__ import annotations

from pathlib import Path

from reglo.procurement.findings import Finding, Place
from reglo.procurement.rules_file import Loaded, load, unreadable
from reglo.procurement.rules_file.faults import NoSuchFile, NotUtf8, too_big
from reglo.procurement.rules_file.nodes import MAX_BYTES


def read_rules(path: Path) -> Loaded:
    """The rules file at ``path``; what prevents reading it is among its faults, never an exception.

    >>> from pathlib import Path
    >>> read_rules(Path("absent.yaml")).faults[0].code
    'RULES-01'
    """
    text, found = read_text(path)
    return unreadable(path.as_posix(), *found) if text is None else load(text, path.as_posix())


def read_text(path: Path) -> tuple[str | None, tuple[Finding, ...]]:
    """The text of a UTF-8 file of at most 5 MB, or None and why."""
    name = path.as_posix()
    try:
        if not path.is_file():
            why = "c'est un dossier" if path.is_dir() else "il n'y a pas de fichier à cet endroit"
            return None, (_no_file(name, why),)
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        why = "l'accès est refusé" if isinstance(error, PermissionError) else "le disque ne répond pas"
        return None, (_no_file(name, why),)
    if len(data) > MAX_BYTES:
        return None, (too_big(path.stat().st_size, MAX_BYTES, name),)
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        return None, (_not_utf8(data, error, name),)


def _no_file(name: str, why: str) -> Finding:
    return NoSuchFile(facts={"file": name, "why": why}, place=Place(file=name))


def _not_utf8(data: bytes, error: UnicodeDecodeError, name: str) -> Finding:
    """The first byte that is not UTF-8, its line, and the encoding it looks like."""
    guess = " (il semble enregistré en Windows-1252 ou Latin-1)"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        guess = " (il est enregistré en UTF-16)"
    elif b"\x00" in data[:1000]:
        guess = " (ce n'est pas un fichier de texte)"
    byte, line = data[error.start], data.count(b"\n", 0, error.start) + 1
    facts: dict[str, object] = {"byte": f"0x{byte:02X}", "position": error.start + 1, "guess": guess}
    return NotUtf8(facts=facts, place=Place(file=name, line=line))
