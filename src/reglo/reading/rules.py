"""Reading a rules file from disk: bounded, and every difficulty a finding."""

from __future__ import annotations

from pathlib import Path

from reglo.procurement.findings import Finding, Place
from reglo.procurement.rules_file import Loaded, load, unreadable
from reglo.procurement.rules_file.faults import NoSuchFile, NotRules, NotUtf8, too_big
from reglo.procurement.rules_file.nodes import MAX_BYTES, Mapping


def read_rules(path: Path) -> Loaded:
    """The rules file at ``path``; what prevents reading it is among its faults, never an exception.

    >>> from pathlib import Path
    >>> read_rules(Path("absent.yaml")).faults[0].code
    'RULES-01'
    """
    name = path.as_posix()
    if what := _other_kind(path):
        mend = _TO_READ.format(file=name) if what in _TEXTS else _FIRST
        return unreadable(name, _not_rules(name, what, mend))
    text, found = read_text(path)
    if text is None:
        return unreadable(name, *found)
    loaded = load(text, name)
    if (
        loaded.consultation is None
        and isinstance(loaded.root, Mapping)
        and "reglo" not in loaded.root.entries
    ):
        if "reglo_offers" in loaded.root.entries:
            return unreadable(name, _not_rules(name, "un fichier d'offres", _OFFERS_SECOND))
        if loaded.root.flow:
            judged = "reglo-judgement" in text[:200]
            what = "un jugement écrit par Réglo, en JSON" if judged else "un fichier JSON"
            return unreadable(name, _not_rules(name, what, _FIRST))
    return loaded


_FIRST = "Donnez d'abord le fichier de règles, en YAML (rules.yaml) ; le reste vient après."
_TO_READ = _FIRST + " Si c'est un règlement, tirez-en un : reglo read {file} -o regles.yaml."
_OFFERS_SECOND = "Donnez d'abord le fichier de règles, puis celui-ci : reglo judge RÈGLES OFFRES."
_KINDS = (
    (b"%PDF-", "un PDF"),
    (b"\xd0\xcf\x11\xe0", "un document Office ancien (.xls, .doc)"),
    (b"PK\x03\x04", "une archive .zip"),
)
_ZIPPED = {
    ".xlsx": "un classeur Excel (.xlsx)",
    ".ods": "un classeur OpenDocument (.ods)",
    ".docx": "un texte Word (.docx)",
    ".odt": "un texte OpenDocument (.odt)",
}
_TEXTS = ("un PDF", _ZIPPED[".docx"], _ZIPPED[".odt"])


def _other_kind(path: Path) -> str:
    """What stands there when it is plainly no rules file: a folder, a PDF, a workbook; "" otherwise."""
    try:
        if path.is_dir():
            return "un dossier"
        if not path.is_file():
            return ""
        with path.open("rb") as stream:
            head = stream.read(8)
    except OSError:
        return ""  # ``read_text`` says so
    found = next((what for mark, what in _KINDS if head.startswith(mark)), "")
    return _ZIPPED.get(path.suffix.lower(), found) if found.endswith(".zip") else found


def _not_rules(name: str, what: str, mend: str) -> Finding:
    return NotRules(facts={"file": name, "what": what, "mend": mend}, place=Place(file=name))


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
