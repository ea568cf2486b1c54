"""Reading a règlement de la consultation or a notice: files -> rules file, every value with its words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Refused
from reglo.procurement.rules_file import Loaded
from reglo.reading import text
from reglo.reading.rc import (
    by_lot,
    calendar,
    clauses,
    conditions,
    contract,
    cover,
    criteria,
    criteria_of_lots,
    dce,
    dossier,
    elements,
    examination,
    identity,
    judging,
    lots,
    marks,
    parties,
    piece_details,
    places,
    procedure,
    provisions,
    reference,
    remedies,
    scales,
    sending,
    team,
    terms,
    tranches,
    unread,
)
from reglo.reading.rc.assembly import assemble
from reglo.reading.rc.findings import unreadable
from reglo.reading.rc.kinds import check_kind
from reglo.reading.rc.model import READERS, Doubt, Found, Reading
from reglo.reading.rc.sentences import SentenceReader
from reglo.reading.rc.unread import KEPT

__all__ = ["READERS", "Doubt", "Found", "Read", "Reading", "read_files"]

# the rules run in this order of themes: pieces know the visits, marks know the criteria
_THEMES = (
    *(
        reference,
        identity,
        places,
        cover,
        procedure,
        contract,
        lots,
        tranches,
        calendar,
        by_lot,
        terms,
        dce,
        dossier,
        sending,
        piece_details,
        conditions,
        remedies,
        team,
        criteria,
        judging,
        marks,
        scales,
        elements,
        criteria_of_lots,
    ),
    *(parties, examination, provisions, clauses, unread),  # the last keeps what the others left
)
_IN_ORDER = {
    name: reader
    for theme in _THEMES
    for name, reader in READERS.items()
    if reader.read.__module__ == theme.__name__
}
READERS.clear()
READERS.update(_IN_ORDER)


@dataclass(frozen=True, slots=True)
class Read:
    """What reading gave: the rules file, and the value, words and place of all it holds."""

    text: str
    consultation: Consultation
    loaded: Loaded
    values: tuple[Found, ...]
    doubts: tuple[Doubt, ...]
    readings: tuple[Reading, ...]

    @property
    def kept(self) -> tuple[str, ...]:
        """Paths of the clauses kept in the words of the document because no other rule read them."""
        return tuple(
            found.path for found in self.values if found.rule == KEPT and found.path.endswith(".rule")
        )

    def as_dict(self) -> dict[str, Any]:
        """The stable JSON form."""
        return {
            "files": [{"name": each.document.name, "kind": each.document.kind} for each in self.readings],
            "values": [
                {
                    "path": found.path,
                    "value": _json_value(found.value),
                    "file": found.quote.file,
                    "page": found.quote.page,
                    "line": found.quote.line,
                    "article": found.quote.article,
                    "words": found.quote.words,
                    "confidence": found.confidence,
                    "rule": found.rule,
                }
                for found in self.values
            ],
            "open_points": [
                {
                    "id": point.id,
                    "question": point.question,
                    "sources": list(point.sources),
                    "choices": [choice.id for choice in point.choices],
                }
                for point in self.consultation.open_points
            ],
        }


def _json_value(value: Any) -> Any:
    """A value as JSON holds it: numbers with decimals as texts, exact."""
    if isinstance(value, dict):
        return {key: _json_value(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_json_value(each) for each in value]
    return value if isinstance(value, (str, int, bool, type(None))) else str(value)


def read_files(paths: Sequence[Path]) -> Read:
    """Read the documents of one consultation. Raises Refused with every file that cannot be used."""
    faults = []
    readings: list[Reading] = []
    for path in paths:
        try:
            readings.append(_read(path))
        except text.Unreadable as error:
            faults.append(unreadable(path, error))
    if faults:
        raise Refused(*faults)
    _ask_for_pieces(readings)
    made = assemble(readings)
    return Read(
        made.text, made.consultation, made.loaded, tuple(made.values), tuple(made.doubts), tuple(readings)
    )


def _ask_for_pieces(readings: Sequence[Reading]) -> None:
    """An empty list of pieces would pass for « nothing to send »: what was not read is asked."""
    rules = [each for each in readings if each.label == "RC" and not each.notes.get("written")]
    if rules and not any(found.path.startswith("pieces[") for each in readings for found in each.found):
        question = "Aucune pièce à remettre n'a été lue. Lesquelles sont demandées ?"
        rules[0].doubts.append(Doubt("pieces", question))


_CLAUSE = re.compile(r"clauses\[[^\]]+\]\.id")


def _read(path: Path) -> Reading:
    from reglo.reading.rc import notices

    kind = text.kind_of(path)
    if kind in ("xml", "json"):
        return notices.read(path, kind)
    document = text.read(path)
    if notices.is_printed(document):
        return notices.read_printed(document)
    check_kind(document)
    reading = Reading(document, "RC")
    written = SentenceReader(reading).run()
    if written.convincing:
        rest = Reading(replace(document, lines=written.rest), "RC")
        rest.notes["clauses"] = {each.value for each in written.found if _CLAUSE.fullmatch(each.path)}
        rest.run(READERS)  # the first page, and what a buyer wrote in other words
        reading.found = [*written.found, *rest.found]
        reading.doubts = [*rest.doubts, *written.doubts]
        reading.notes["written"] = True  # by ``reglo write``, which leaves out what the rules do not say
    else:
        reading.run(READERS)
    return reading
