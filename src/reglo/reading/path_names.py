"""What the path of a file in a bid folder says: piece, sub-folder, lots, operators, people.

The convention is ``docs/bid-folder.md``. Reading is tolerant (case, accents, separators) but never
guesses: what only looks like a piece is said to resemble it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from reglo.procurement.bid import Operator
from reglo.procurement.consultation import Consultation
from reglo.procurement.folding import folded, without_accents
from reglo.procurement.pieces.inventory import short_name
from reglo.procurement.pieces.likeness import Likeness
from reglo.procurement.requirements import Folder, Piece

_MEMBER_FOLDERS = {"membres": "membre", "membre": "membre", "cotraitants": "membre", "co traitants": "membre"}
_SUBCONTRACTOR_FOLDERS = {"sous traitants": "sous-traitant", "sous traitant": "sous-traitant"}
_ROLE_FOLDERS = _MEMBER_FOLDERS | _SUBCONTRACTOR_FOLDERS
_ROLE_FIRST = re.compile(
    r"\s*(mandataire|membre|co[-_ ]?traitant|sous[-_ ]?traitant)s?(?![a-zà-ÿ])[\s_\-–:.n°º0-9]*(.*)",
    re.IGNORECASE,
)
_ROLES = {"m": "membre", "c": "membre", "s": "sous-traitant"}
_RANGE = re.compile(r"\b([a-z]+)(\d{1,2}) au? (?:\1)?(\d{1,2})\b")
_LOTS = re.compile(r"\blots? ?(?:n(?:os?|umeros?)? ?)?(\d+(?:(?: et| a)? \d+)*)")


@dataclass(frozen=True, slots=True)
class Reading:
    """What one path says. ``unknown_lots`` are lot numbers the consultation does not have."""

    code: str = ""
    named: bool = False  # the file's own name bears the code, not only its folder's
    also: tuple[str, ...] = ()  # other codes in the file's own name: "C1, C2 et C4.pdf"
    resembles: str = ""
    folder: Folder | None = None
    lots: tuple[str, ...] = ()
    unknown_lots: tuple[str, ...] = ()
    who: tuple[str, ...] = ()


def operator_folders(directories: Iterable[Sequence[str]]) -> list[Operator]:
    """Operators that have a folder of their own, in the order met.

    >>> operator_folders([("candidature", "membres", "Béton SA"), ("Mandataire - Alice SARL",)])[1].role
    'mandataire'
    """
    found: dict[str, Operator] = {}
    for parts in directories:
        for place, part in enumerate(parts):
            operator = _operator_folder(part, folded(parts[place - 1]) if place else "")
            if operator is not None:
                found.setdefault(short_name(operator.name), operator)
    return list(found.values())


def _operator_folder(part: str, above: str) -> Operator | None:
    first = _ROLE_FIRST.fullmatch(part)
    if first and first.group(2).strip() and folded(part) not in _ROLE_FOLDERS:
        role = "mandataire" if first.group(1).lower() == "mandataire" else _ROLES[first.group(1)[0].lower()]
        return Operator(name=first.group(2).strip(), role=role)
    if above in _ROLE_FOLDERS and not first:
        return Operator(name=part.strip(), role=_ROLE_FOLDERS[above])
    return None


class PathReader:
    """Reads the paths of one bid, knowing the pieces, the lots, the operators and the people."""

    def __init__(
        self,
        consultation: Consultation,
        operators: Sequence[Operator] = (),
        people: Sequence[str] = (),
        folders: dict[str, str] | None = None,
    ) -> None:
        self._pieces = consultation.pieces
        self._lots = {_lot_key(lot.id): lot.id for lot in consultation.lots}
        self._codes = sorted(_patterns(consultation.pieces), key=lambda each: -len(each[1]))
        names = [(short_name(operator.name), operator.name) for operator in operators]
        names += [(folded(folder), name) for name, folder in (folders or {}).items()]
        self._operators = [(short, name) for short, name in names if short]
        leader = next((operator.name for operator in operators if operator.role == "mandataire"), "")
        if leader:
            self._operators.append(("mandataire", leader))
        self._people = [(folded(person).split(), person) for person in people]
        self._likeness = [
            (Likeness.of(piece, _other_names(piece, consultation)), piece) for piece in consultation.pieces
        ]

    def read(self, path: str) -> Reading:
        """What the path says; the name of the file first for the piece, then its folders inwards out."""
        parts = PurePosixPath(path).parts
        stem = PurePosixPath(parts[-1]).stem if "." in parts[-1] else parts[-1]
        steps = [*parts[:-1], stem]
        texts = [folded(step) for step in steps]
        lots, unknown = self._lots_in(texts)
        folder = _folder_in(texts[:-1])
        code = next((code for step in reversed(steps) if (code := self._code(step))), "")
        return Reading(
            code=code,
            named=bool(self._code(stem)),
            also=tuple(one for one in self._named_in(texts[-1]) if one != code) if self._code(stem) else (),
            resembles="" if code else self._resembling(texts[-1], folder),
            folder=folder,
            lots=lots,
            unknown_lots=unknown,
            who=self._who(texts),
        )

    def operator_of_folder(self, parts: Sequence[str]) -> str:
        """The operator whose own folder this is, "" otherwise."""
        if not parts:
            return ""
        text = folded(parts[-1])
        above = folded(parts[-2]) if len(parts) > 1 else ""
        for short, name in self._operators:
            if text == short or (
                _within(short, text) and (above in _ROLE_FOLDERS or _ROLE_FIRST.match(parts[-1]))
            ):
                return name
        return ""

    def _named_in(self, stem: str) -> list[str]:
        """Every code of letters and digits in a file's name, those between « C1 à C5 » too."""
        words = f" {stem} "
        for letters, first, last in _RANGE.findall(stem):
            words += "".join(f"{letters}{number} " for number in range(int(first), min(int(last), 99) + 1))
        codes = {piece.code: folded(piece.code) for piece in self._pieces}
        return [code for code, text in codes.items() if not text.isdigit() and f" {text} " in words]

    def _code(self, step: str) -> str:
        text = _plain(step)
        return next((code for pattern, code in self._codes if pattern.match(text)), "")

    def _lots_in(self, texts: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        known: dict[str, None] = {}
        unknown: dict[str, None] = {}
        for text in texts:
            for found in _LOTS.finditer(text):
                for number in _numbers(found.group(1), several=found.group(0).startswith("lots")):
                    lot = self._lots.get(number)
                    if lot is not None:
                        known[lot] = None
                    else:
                        unknown[number] = None
            for key, lot in self._lots.items():
                if not key.isdigit() and re.search(rf"\blot {re.escape(key)}\b", text):
                    known[lot] = None
        return tuple(known), tuple(unknown)

    def _who(self, texts: list[str]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for text in texts:
            for short, name in self._operators:
                if _within(short, text):
                    found[name] = None
            words = text.split()
            for tokens, person in self._people:
                if all(token in words for token in tokens) or (len(tokens[-1]) > 3 and tokens[-1] in words):
                    found[person] = None
        return tuple(found)

    def _resembling(self, stem: str, folder: Folder | None) -> str:
        best, code = 0, ""
        for likeness, piece in self._likeness:
            if folder is None or piece.folder is folder:
                score = likeness.score(stem)
                if score > best:
                    best, code = score, piece.code
        return code


def _other_names(piece: Piece, consultation: Consultation) -> list[str]:
    """How else a piece is called: the document it completes, the price sheets it carries."""
    names = [one.name for one in consultation.procurement_documents if one.code == piece.template]
    sheets = consultation.prices.sheets if consultation.prices else ()
    return names + [one.kind.value.upper() for one in sheets if one.piece == piece.code]


def _patterns(pieces: Sequence[Piece]) -> list[tuple[re.Pattern[str], str]]:
    """Patterns of each piece's code, and of its number when the RC only numbers it ("pièce 4")."""
    patterns = []
    taken = {folded(piece.code) for piece in pieces}
    for piece in pieces:
        numbers = re.findall(r"pi[eè]ce (\d+)", piece.source, re.IGNORECASE)
        for code in (piece.code, *(number for number in numbers if number not in taken)):
            tokens = re.findall(r"[a-z]+|\d+", _plain(code))
            body = r"[\s._\-–]*".join(f"0*{int(token)}" if token.isdigit() else token for token in tokens)
            lead = r"(?:lots?[\s_.n°º\-]*\d+[\s_.\-–]+)?"
            if tokens and not all(token.isdigit() for token in tokens):
                pattern = rf"{lead}(?:pieces?|p)?[\s_.n°º:\-]*{body}(?![a-z0-9])"
            else:
                announced = rf"(?:pieces?|p|n)[\s_.n°º:\-]*{body}(?![a-z0-9])"
                separated = rf"{body}(?:$|[_.)]|\s*[-–]\s*)(?!\d)"
                pattern = rf"{lead}(?:{announced}|{separated})"
            patterns.append((re.compile(pattern), piece.code))
    return patterns


def _plain(text: str) -> str:
    """Lower case without accents, signs kept."""
    return without_accents(text.replace("º", "°")).casefold().strip()


def _folder_in(texts: list[str]) -> Folder | None:
    """The innermost folder that names one part of the bid, not both."""
    for text in reversed(texts):
        candidacy = re.search(r"\bcandidatures?\b", text) is not None
        bid = re.search(r"\boffres?\b", text) is not None
        if candidacy != bid:
            return Folder.CANDIDACY if candidacy else Folder.BID
    return None


def _numbers(text: str, *, several: bool) -> list[str]:
    """The lots of "1 3 et 4" or "1 a 3"; only the first number after a singular "lot"."""
    tokens = text.split()
    if not several:
        return [_lot_key(tokens[0])]
    numbers: list[str] = []
    through = False
    for token in tokens:
        if token == "a":
            through = True
        elif token != "et":
            if through and numbers:
                first, last = int(numbers[-1]), int(token)
                numbers += [str(number) for number in range(first + 1, min(last, first + 100) + 1)]
            else:
                numbers.append(_lot_key(token))
            through = False
    return numbers


def _lot_key(lot: str) -> str:
    text = folded(lot)
    return str(int(text)) if text.isdigit() else text


def _within(phrase: str, text: str) -> bool:
    return f" {phrase} " in f" {text} "
