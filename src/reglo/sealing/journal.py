"""The journal (docs/seal.md §8): entries chained by hash, leaves of an RFC 6962 tree, exported and verified.

Pure: who keeps the entries and the nodes (PostgreSQL, behind its trigger) is ``deposit``'s affair.
In one transaction: read the ``Head`` under a lock, ``head.record(...)``, store the entry's bytes,
the nodes and the new head.

>>> from reglo.sealing.signing import SigningKey
>>> from reglo.sealing.tree import verify_inclusion
>>> head, key = START, SigningKey.generate()
>>> at = datetime(2026, 1, 29, 11, 0, tzinfo=UTC)
>>> first = head.record(at=at, act="deposit.received", who="Alice", on="2026-01", facts={"size": 12})
>>> verify_inclusion(first.entry.leaf, 0, 1, first.proof, first.head.tree.root)
True
>>> note = first.head.checkpoint("exemple.fr/journal").sign(key)
>>> print(verify_export([first.entry.line], [note], key.public).all_proved)
True
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from reglo.procurement.findings import Finding, Place, Severity
from reglo.procurement.french import counted
from reglo.sealing import canonical
from reglo.sealing.canonical import Json
from reglo.sealing.notes import Checkpoint
from reglo.sealing.signing import PublicKey
from reglo.sealing.tree import EMPTY, Frontier, Node, leaf_hash
from reglo.sealing.verdict import Point, Standing, Verdict, missing, proved, refuted

FIRST = "0" * 64  # ``previous`` of the first entry
AT_MOST_LATE = timedelta(minutes=1)  # an act waits for the journal less than that, however busy


class EntryAltered(Finding):
    code = "JOURNAL-01"
    cause = "L'entrée {index} n'est plus celle qui a été inscrite : {why}."
    mend = "Comparez-la à un export antérieur ; les entrées qui la précèdent restent prouvées."
    source = "docs/seal.md §8"


class EntryOutOfPlace(Finding):
    code = "JOURNAL-02"
    cause = (
        "À la place de l'entrée {expected} se trouve l'entrée {found} : il en manque, ou l'ordre a changé."
    )
    mend = "Demandez l'export entier, dans l'ordre."
    source = "docs/seal.md §8"


class CheckpointFalse(Finding):
    code = "JOURNAL-03"
    cause = "Le point de contrôle n° {number} n'est pas valable : {why}."
    mend = (
        "Vérifiez que la clé donnée est celle que la plateforme publie, puis redemandez le point de contrôle."
    )
    source = "docs/seal.md §8"


class HistoryRewritten(Finding):
    code = "JOURNAL-04"
    cause = (
        "Le point de contrôle de {size} entrées et les {size} premières entrées n'ont pas la même tête "
        "({signed} signée, {computed} calculée)."
    )
    mend = "Le journal a été modifié entre les deux, ou ce point est d'un autre journal : gardez les deux."
    source = "docs/seal.md §8 ; RFC 6962 §2.1"


class TooShort(Finding):
    code = "JOURNAL-05"
    cause = "Le point de contrôle couvre {size} entrées, l'export n'en a que {count}."
    mend = "Demandez l'export entier : des entrées manquent à la fin."
    source = "docs/seal.md §8"


class NotCovered(Finding):
    code = "JOURNAL-06"
    cause = "Aucun point de contrôle ne couvre {what}."
    mend = "Demandez un point de contrôle plus récent."
    source = "docs/seal.md §8"


class InstantDoubtful(Finding):
    code = "JOURNAL-07"
    cause = "L'instant de l'entrée {index} est à expliquer : {why}."
    mend = (
        "Une horloge reculée laisse la même trace qu'un acte antidaté : demandez à la plateforme son relevé "
        "de ces minutes (reglo evidence)."
    )
    source = "docs/seal.md §8 ; CCP R.2151-5"
    default_severity = Severity.TO_CHECK


def instant(at: datetime) -> str:
    """An instant as our records write it: UTC, microseconds, ``2026-01-29T10:59:31.123456Z``."""
    if at.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def parse_instant(text: str) -> datetime:
    """The instant ``instant`` wrote. ValueError on any other spelling."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"« {text[:40]} » n'est pas un instant UTC à la microseconde")
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError(f"« {text} » n'est ni un jour ni une heure qui existe") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One act: when, which, by whom, on what, the facts, and the leaf hash of the entry before."""

    index: int
    at: datetime
    act: str  # "deposit.received": lower-case English, dotted
    who: str  # account or role
    on: str  # what the act is about: a consultation, a pli, an upload
    facts: Mapping[str, Json] = field(default_factory=dict)
    previous: str = FIRST  # 64 hexadecimal digits

    def as_dict(self) -> dict[str, Json]:
        return {
            "index": self.index,
            "at": instant(self.at),
            "act": self.act,
            "who": self.who,
            "on": self.on,
            "facts": dict(self.facts),
            "previous": self.previous,
        }

    @property
    def line(self) -> bytes:
        """The canonical bytes: what is hashed, stored and exported."""
        return canonical.encode(self.as_dict())

    @property
    def leaf(self) -> bytes:
        return leaf_hash(self.line)

    @classmethod
    def from_dict(cls, value: Any) -> Entry:
        """ValueError, in French, when ``value`` is not an entry."""
        names = {"index": int, "at": str, "act": str, "who": str, "on": str, "facts": dict, "previous": str}
        canonical.shaped(value, "cette entrée", names)
        if not re.fullmatch(r"[0-9a-f]{64}", value["previous"]) or value["index"] < 0:
            raise ValueError("« previous » ou « index » est mal formé")
        return cls(**{**value, "at": parse_instant(value["at"])})

    @classmethod
    def from_line(cls, line: bytes) -> Entry:
        return cls.from_dict(canonical.decode(line))


@dataclass(frozen=True, slots=True)
class Appended:
    """What one act adds: the entry, its inclusion proof in the tree that ends with it, the rows to keep."""

    entry: Entry
    proof: tuple[bytes, ...]
    nodes: tuple[Node, ...]
    head: Head


@dataclass(frozen=True, slots=True)
class Head:
    """Where the journal stands: all that is needed to go on writing it."""

    tree: Frontier = EMPTY
    previous: str = FIRST

    def record(
        self, *, at: datetime, act: str, who: str, on: str, facts: Mapping[str, Json] | None = None
    ) -> Appended:
        """Append one act. O(log n), nothing is read again."""
        entry = Entry(
            index=self.tree.size, at=at, act=act, who=who, on=on, facts=facts or {}, previous=self.previous
        )
        leaf = entry.leaf
        tree, nodes = self.tree.grow(leaf)
        return Appended(entry, self.tree.path_of_next, nodes, Head(tree, leaf.hex()))

    def followed_by(self, entry: Entry) -> Head:
        """The head after an entry read back, whose place and chain the caller has checked."""
        leaf = entry.leaf
        return Head(self.tree.grow(leaf)[0], leaf.hex())

    def checkpoint(self, origin: str) -> Checkpoint:
        return Checkpoint(origin, self.tree.size, self.tree.root)

    def to_bytes(self) -> bytes:
        """The row to keep: size (8 bytes), previous leaf (32), then the frontier's hashes (32 each)."""
        return self.tree.size.to_bytes(8, "big") + bytes.fromhex(self.previous) + b"".join(self.tree.hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> Head:
        hashes = tuple(data[start : start + 32] for start in range(40, len(data), 32))
        return cls(Frontier(int.from_bytes(data[:8], "big"), hashes), data[8:40].hex())


START = Head()


# --- Verifying an export ----------------------------------------------------------------------


def verify_export(
    lines: Iterable[bytes], checkpoints: Sequence[str], key: PublicKey, origin: str | None = None
) -> Verdict:
    """Check an export against signed checkpoints: entries, chain, order, tree heads.

    lines: one canonical entry each, without its new line, from the first entry on.
    checkpoints: signed notes of any age, the journal's own or those a witness kept.
    The altered entry is named; what an earlier checkpoint covers stays proved. Constant memory.
    """
    waiting, points = _open_all(checkpoints, key, origin)
    earlier = head = START
    latest, doubtful = datetime.min.replace(tzinfo=UTC), list[Point]()
    covered = _hold(points, waiting, head, -1)
    rest = iter(lines)
    for line in rest:
        try:
            entry = Entry.from_line(line)
        except ValueError as error:
            return Verdict((*points, refuted("entries", _altered(head.tree.size, str(error)))))
        if entry.index != head.tree.size:
            facts = {"expected": head.tree.size, "found": entry.index}
            return Verdict((*points, refuted("entries", EntryOutOfPlace(facts=facts))))
        if entry.previous != head.previous:
            finding = _blame(entry, next(rest, None), earlier, waiting)
            return Verdict((*points, refuted("entries", finding)))
        earlier, head = head, head.followed_by(entry)
        covered = _hold(points, waiting, head, covered)
        if len(doubtful) < _MOST_DOUBTFUL and (why := _why_doubtful(entry, latest)):
            finding = InstantDoubtful(facts={"index": entry.index, "why": why})
            doubtful.append(missing("instants", finding))
        latest = max(latest, entry.at)
    count = head.tree.size
    points.insert(
        0, proved("entries", f"{counted(count, 'entrée')} : chacune garde l'empreinte de la précédente.")
    )
    for size, late in sorted(waiting.items()):
        points += [refuted("checkpoint", TooShort(facts={"size": size, "count": count})) for _ in late]
    if covered < count:
        what = f"les entrées {max(covered, 0)} à {count - 1}" if count else "ce journal vide"
        points.append(missing("coverage", NotCovered(facts={"what": what})))
    return Verdict((*points, *doubtful))


def _why_doubtful(entry: Entry, latest: datetime) -> str:
    """Why an entry was not written when it says; "" when nothing shows it. ``latest``: of those before."""
    if latest - entry.at > AT_MOST_LATE:
        return f"elle dit le {_shown(entry.at)}, une entrée qui la précède le {_shown(latest)}"
    with suppress(ValueError):  # another act's fact
        last_byte = parse_instant(str(entry.facts.get("last_byte_at")))
        if entry.at - last_byte > AT_MOST_LATE:
            return f"inscrite le {_shown(entry.at)}, elle dit un dernier octet reçu le {_shown(last_byte)}"
    return ""


def _shown(at: datetime) -> str:
    """The journal is of all consultations: in no zone but UTC."""
    return f"{at:%d/%m/%Y à %H:%M:%S} UTC"


def _hold(points: list[Point], waiting: Waiting, head: Head, covered: int) -> int:
    """Compare the checkpoints of this size with the head; the size proved so far, -1 for none."""
    for number, checkpoint in waiting.pop(head.tree.size, ()):
        points.append(_compare(number, checkpoint, head))
        if points[-1].standing is Standing.PROVED:
            covered = head.tree.size
    return covered


_MOST_DOUBTFUL = 100  # told one by one

Waiting = dict[
    int, list[tuple[int, Checkpoint]]
]  # by size: the checkpoints, with their rank among those given


def _open_all(notes: Sequence[str], key: PublicKey, origin: str | None) -> tuple[Waiting, list[Point]]:
    waiting: Waiting = {}
    points = []
    for number, note in enumerate(notes, 1):
        try:
            checkpoint = Checkpoint.open(note, key, origin)
        except ValueError as error:
            points.append(refuted("checkpoint", CheckpointFalse(facts={"number": number, "why": str(error)})))
        else:
            waiting.setdefault(checkpoint.size, []).append((number, checkpoint))
    return waiting, points


def _compare(number: int, checkpoint: Checkpoint, head: Head) -> Point:
    size = checkpoint.size
    if checkpoint.root == head.tree.root:
        return proved(
            "checkpoint",
            f"Le point de contrôle n° {number} de « {checkpoint.origin} » est signé par la clé donnée "
            f"et couvre exactement {_first_entries(checkpoint.size)}.",
        )
    facts = {"size": size, "signed": checkpoint.root.hex()[:16], "computed": head.tree.root.hex()[:16]}
    return refuted("checkpoint", HistoryRewritten(facts=facts))


def _altered(index: int, why: str) -> Finding:
    return EntryAltered(facts={"index": index, "why": why}, place=Place(path=f"ligne {index + 1}"))


def _blame(entry: Entry, following: bytes | None, earlier: Head, waiting: Waiting) -> Finding:
    """Which of two entries that disagree was altered: ``entry``, or the one before it.

    ``entry`` is the good one when the entry after it, or a checkpoint that ends with it, vouches for it.
    """
    if following is not None:
        vouched = entry.leaf.hex().encode() in following
    else:
        as_it_was = earlier.tree.grow(bytes.fromhex(entry.previous))[0].grow(entry.leaf)[0]
        vouched = any(point.root == as_it_was.root for _, point in waiting.get(as_it_was.size, ()))
    if vouched:
        return _altered(entry.index - 1, "l'empreinte que l'entrée suivante garde d'elle est différente")
    return _altered(entry.index, "l'empreinte qu'elle garde de l'entrée précédente n'est pas la bonne")


def _first_entries(size: int) -> str:
    return {0: "un journal vide", 1: "sa première entrée"}.get(size, f"ces {size} premières entrées")
