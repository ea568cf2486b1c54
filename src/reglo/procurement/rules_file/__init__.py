"""The rules file: one YAML text per consultation, read into ``Consultation`` or the list of its faults.

``load`` never raises on bad input: it says every fault at once, each at its line. ``with_choices`` gives the
rules under another reading of what the RC leaves open; ``write`` gives the text back, comments kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain, islice
from typing import Any

from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Finding, Place, Refused, Severity
from reglo.procurement.rules_file import checks, faults
from reglo.procurement.rules_file.choices import path_faults, with_choice
from reglo.procurement.rules_file.editing import edited
from reglo.procurement.rules_file.nodes import MAX_BYTES, Node, lines_of, parse
from reglo.procurement.rules_file.nodes import Mapping as MappingNode
from reglo.procurement.rules_file.structure import Reader
from reglo.procurement.rules_file.writing import whole

__all__ = ["Loaded", "json_schema", "load", "reading_faults", "unreadable", "with_choices", "write"]


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
    root: Node | None = field(default=None, repr=False, compare=False)  # the tree it was read from


def load(text: str, file: str = "rules.yaml") -> Loaded:
    """Read a rules file. Never raises on bad input; bounded time and memory.

    >>> loaded = load("reglo: 1\\ntitel: Nettoyage\\n")
    >>> loaded.consultation, str(loaded.faults[-1].place), loaded.faults[-1].mend_text
    (None, 'rules.yaml:2', 'Vouliez-vous « title » ?')
    """
    encoded = text.encode("utf-8", "surrogatepass")
    if len(encoded) > MAX_BYTES:
        return unreadable(file, faults.too_big(len(encoded), MAX_BYTES, file))
    root, found = parse(text, file)
    return _read(root, found, sha256(encoded).hexdigest(), file)


def unreadable(file: str, *found: Finding) -> Loaded:
    """A rules file of which nothing could be read."""
    return Loaded(consultation=None, faults=found, digest="", lines={}, file=file)


def with_choices(loaded: Loaded, chosen: Mapping[str, str]) -> Loaded:
    """The same rules under another reading: open point id -> choice id. The file's digest is kept.

    Raises KeyError on an unknown point or choice.

    >>> with_choices(load("reglo: 1"), {"tva": "ttc"})
    Traceback (most recent call last):
    ...
    KeyError: 'tva: ttc'
    """
    root = loaded.root
    for point, choice in chosen.items():
        if root is None:
            raise KeyError(f"{point}: {choice}")
        root = with_choice(root, point, choice)
    return _read(root, [], loaded.digest, loaded.file)


def write(consultation: Consultation, base: str | None = None) -> str:
    """The text of a consultation; ``load`` of it gives it back equal.

    With ``base``, a faultless rules file, only what differs from it is written again: comments, order and
    spelling of all the rest are kept, and nothing changed gives ``base`` back byte for byte. Comments inside
    what is replaced or removed go with it. Raises Refused when ``base`` has blocking faults.
    """
    if base is None:
        return whole(consultation)
    loaded = load(base)
    if loaded.consultation is None or not isinstance(loaded.root, MappingNode):
        raise Refused(*loaded.faults)
    mark = "\ufeff" if base.startswith("\ufeff") else ""
    text = base.removeprefix(mark)
    return mark + edited(text, loaded.root, loaded.consultation, consultation)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the rules file, made from the model."""
    from reglo.procurement.rules_file import schema  # only when asked for

    return schema.json_schema()


def _read(root: Node | None, found: list[Finding], digest: str, file: str) -> Loaded:
    """The consultation of a tree, its faults of form and of meaning."""
    consultation = None
    lines: dict[str, int] = {}
    if root is not None:
        lines = lines_of(root)
        reader = Reader(file)
        try:
            consultation = reader.consultation(root)
        except faults.Enough:
            consultation = None
        found = [*found, *reader.faults]
        if consultation is not None:
            meaning = chain(checks.run(consultation, reader.unread, lines, file), path_faults(root, file))
            found += islice(meaning, faults.MAX_FAULTS + 1)
    found.sort(key=lambda fault: fault.place.line or 0)
    if len(found) > faults.MAX_FAULTS:
        facts: dict[str, object] = {"limit": faults.MAX_FAULTS}
        place = found[faults.MAX_FAULTS].place
        found[faults.MAX_FAULTS :] = [faults.TooManyFaults(facts=facts, place=place)]
    if any(fault.weight is Severity.BLOCKING for fault in found):
        consultation = None
    return Loaded(
        consultation=consultation, faults=tuple(found), digest=digest, lines=lines, file=file, root=root
    )


class ReadingWithFaults(Finding):
    code = "REF-10"
    cause = "Sous la lecture « {choice} » du point « {point} », les règles se contredisent : {fault}"
    mend = "Corrigez les valeurs que cette lecture donne."


class DefaultNotInForce(Finding):
    code = "REF-11"
    default_severity = Severity.TO_CHECK
    cause = "La lecture par défaut « {choice} » du point « {point} » n'est pas celle des règles écrites."
    mend = "Écrivez ses valeurs dans les règles elles-mêmes : ce sont elles qui s'appliquent."


def reading_faults(loaded: Loaded) -> Iterator[Finding]:
    """What is wrong under each admissible reading: every choice that sets something is read in turn."""
    rules = loaded.consultation
    if rules is None:
        return
    known = {str(fault) for fault in loaded.faults}
    for index, point in enumerate(rules.open_points):
        for rank, choice in enumerate(point.choices):
            if not choice.set:
                continue
            line = checks.line_at(f"open_points[{index}].choices[{rank}]", loaded.lines)
            place = Place(file=loaded.file, line=line)
            facts: dict[str, object] = {"point": point.id, "choice": choice.id}
            read = with_choices(loaded, {point.id: choice.id})
            for fault in read.faults:
                if str(fault) not in known:
                    text = f"{fault.code}, {fault.cause_text}"
                    yield ReadingWithFaults(facts={**facts, "fault": text}, place=place)
            if choice.id == point.default and read.consultation not in (None, rules):
                yield DefaultNotInForce(facts=facts, place=place)
