"""A piece for one lot and one member, and the notes taken on it, gathered into findings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reglo.procurement.findings import NOWHERE, Finding, Place, Severity
from reglo.procurement.french import plural
from reglo.procurement.requirements import Folder, OwedBy, Piece

FOLDER_FR = {Folder.CANDIDACY: "candidature", Folder.BID: "offre"}


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a piece is due: ``lot`` and ``who`` are "" when it is common or the candidate's."""

    piece: Piece
    lot: str
    who: str
    owed_by: OwedBy


def named(piece: Piece) -> str:
    """The piece as findings call it: its code and the first words of its name.

    >>> named(Piece(code="C4", name="Lettre de candidature (DC1)", folder=Folder.CANDIDACY))
    'C4 « Lettre de candidature »'
    """
    return f"{piece.code} « {re.split(r' ?[,:;(]', piece.name, maxsplit=1)[0]} »"


@dataclass
class Notes:
    """What was found, slot by slot; the same thing on several slots becomes one finding."""

    _taken: dict[tuple[object, ...], _Note] = field(default_factory=dict)
    _weights: dict[tuple[str, str, str], set[Severity]] = field(default_factory=dict)

    def add(
        self,
        cause: type[Finding],
        slot: Slot,
        *,
        severity: Severity | None = None,
        place: Place = NOWHERE,
        article: str = "",
        **facts: object,
    ) -> None:
        article = article or slot.piece.source
        key = (cause, slot.piece.code, severity, place, article, tuple(sorted(facts.items())))
        note = self._taken.setdefault(key, _Note(cause, slot.piece, severity, place, article, facts))
        note.slots.append(slot)
        weight = severity or cause.default_severity
        self._weights.setdefault((slot.piece.code, slot.lot, slot.who), set()).add(weight)

    def weights(self, slot: Slot) -> set[Severity]:
        return self._weights.get((slot.piece.code, slot.lot, slot.who), set())

    def findings(self, order: Mapping[str, int]) -> Iterator[Finding]:
        """One finding per thing, in the order of the pieces."""
        for note in sorted(self._taken.values(), key=lambda note: (order[note.piece.code], note.cause.code)):
            yield note.cause(
                facts={"piece": named(note.piece), "where": where(note.slots), **note.facts},
                place=note.place,
                article=note.article,
                severity=note.severity,
            )


@dataclass
class _Note:
    cause: type[Finding]
    piece: Piece
    severity: Severity | None
    place: Place
    article: str
    facts: Mapping[str, object]
    slots: list[Slot] = field(default_factory=list)


def where(slots: Iterable[Slot]) -> str:
    """For whom and which lots, in parentheses; "" when the slots say nothing.

    >>> piece = Piece(code="C5", name="DC2", folder=Folder.CANDIDACY)
    >>> where([Slot(piece, lot, "Béton SA", OwedBy.EACH_MEMBER) for lot in "1236"])
    ' (Béton SA ; lots 1 à 3 et 6)'
    """
    by_who: dict[str, list[str]] = {}
    for slot in slots:
        by_who.setdefault(slot.who, []).append(slot.lot)
    groups: dict[tuple[str, ...], list[str]] = {}
    for who, lots in by_who.items():
        groups.setdefault(tuple(dict.fromkeys(lot for lot in lots if lot)), []).append(who)
    texts = []
    for lots_of, people in groups.items():
        texts += [" ; ".join(text for text in (", ".join(filter(None, people)), lots_text(lots_of)) if text)]
    said = " — ".join(text for text in texts if text)
    return f" ({said})" if said else ""


def lots_text(lots: Iterable[str]) -> str:
    """
    >>> lots_text(["1", "2", "3", "6"]), lots_text(["11"]), lots_text([])
    ('lots 1 à 3 et 6', 'lot 11', '')
    """
    ids = list(lots)
    runs: list[list[str]] = []
    for lot in ids:
        follows = runs and lot.isdigit() and runs[-1][-1].isdigit() and int(lot) == int(runs[-1][-1]) + 1
        if follows:
            runs[-1].append(lot)
        else:
            runs.append([lot])
    shown: list[str] = []
    for run in runs:
        shown += [f"{run[0]} à {run[-1]}"] if len(run) > 2 else run
    if not shown:
        return ""
    text = shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} et {shown[-1]}"
    return f"lot{plural(len(ids))} {text}"
