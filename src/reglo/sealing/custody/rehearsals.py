"""The rehearsal: each holder's package opens, and k of them open a dummy pli, before anything is published.

A revealed canary cannot be known without opening the package, so that a record of rehearsal is
checked, not believed: ``ready`` holds each canary against its hash in the custody record. Once in a
record it is no secret any more: it proves that rehearsal, and no later one.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from reglo.procurement.findings import Finding, Refused, Severity
from reglo.sealing import canonical
from reglo.sealing.age import Identity
from reglo.sealing.bid_opening import open_pli
from reglo.sealing.bid_sealing import Document, seal_bid
from reglo.sealing.custody.findings import (
    NoRehearsalOpening,
    NotAPackage,
    NotRehearsed,
    RehearsalDue,
    StaleRehearsal,
    WrongCanary,
)
from reglo.sealing.custody.opening import Contribution, combine, contribution
from reglo.sealing.custody.packages import Package, fingerprint
from reglo.sealing.custody.record import COMMITTEE, REHEARSAL, SPLIT_FR, CustodyRecord
from reglo.sealing.opening_keys import OpeningKeys

FORMAT = "reglo-rehearsal/1"
# Rehearsed again at these days before the deadline: when a holder can still be replaced, and on the eve.
# One held some days ahead counts: the day may be a Sunday.
_AGAIN = (("J-7", timedelta(days=7), timedelta(days=3)), ("J-1", timedelta(days=1), timedelta(days=2)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsedSplit:
    canaries: Mapping[str, str]  # holder id -> the canary revealed
    opened: bool  # whether this split's shares alone opened the dummy pli


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """The record of one rehearsal (procès-verbal de répétition). Nothing in it is secret any more."""

    consultation: str
    custody_sha256: str
    at: str  # ISO 8601 with its zone
    splits: Mapping[str, RehearsedSplit]

    def to_json(self) -> bytes:
        return canonical.encode(
            {
                "format": FORMAT,
                "consultation": self.consultation,
                "custody_sha256": self.custody_sha256,
                "at": self.at,
                "splits": {
                    name: {"canaries": dict(split.canaries), "opened": split.opened}
                    for name, split in self.splits.items()
                },
            }
        )


def read_rehearsal(data: bytes, file: str = "répétition") -> Rehearsal:
    """What ``to_json`` wrote. Raises Refused (GARDE-10)."""

    def refuse(why: str) -> Refused:
        return Refused(
            NotAPackage(facts={"file": file, "what": "un procès-verbal de répétition", "why": why})
        )

    try:
        given = canonical.decode(data)
    except ValueError as error:
        raise refuse(str(error)) from None
    if not isinstance(given, dict) or given.get("format") != FORMAT:
        raise refuse(f"son « format » n'est pas {FORMAT}")
    try:
        return Rehearsal(
            consultation=str(given["consultation"]),
            custody_sha256=str(given["custody_sha256"]),
            at=datetime.fromisoformat(given["at"]).isoformat(timespec="seconds"),
            splits={str(name): _read_split(split) for name, split in given["splits"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise refuse("une de ses parties manque ou n'a pas la bonne forme") from None


def _read_split(given: Any) -> RehearsedSplit:
    return RehearsedSplit(
        canaries={str(holder): str(canary) for holder, canary in given["canaries"].items()},
        opened=given["opened"] is True,
    )


def rehearsal_contribution(package: Package, already: int) -> Contribution:
    """The dummy share and the next canary, ``already`` rehearsals having been held."""
    return contribution(package, [REHEARSAL], canary=package.canaries[already % len(package.canaries)])


def rehearse(
    keys: OpeningKeys,
    record: CustodyRecord,
    contributions: Sequence[Contribution],
    *,
    at: datetime,
    earlier: Sequence[Rehearsal] = (),
) -> tuple[Rehearsal, tuple[Finding, ...]]:
    """Check every canary, then open a dummy pli with the dummy shares of each split alone.

    ``contributions``: each with the share of ``REHEARSAL`` and a canary that no ``earlier`` rehearsal
    revealed. Returns the record, and what went wrong. Raises Refused (GARDE-11 to 13) when a contribution
    is of another custody.
    """
    findings: list[Finding] = []
    splits: dict[str, RehearsedSplit] = {}
    known = set().union(*(_revealed(each) for each in earlier))
    for name, split in record.splits.items():
        own = [each for each in contributions if each.split == name]
        proven: dict[str, str] = {}
        for each in own:
            fault = _canary_fault(record, each.holder, each.canary, known)
            if fault:
                people = {holder.id: holder.name for holder in split.holders}
                facts = {"name": people.get(each.holder, each.holder), "split": SPLIT_FR[name], "why": fault}
                findings.append(WrongCanary(facts=facts))
            else:
                proven[each.holder] = each.canary
        opened = False
        if own:
            try:
                rebuilt = combine(keys, record, own, [REHEARSAL])
            except Refused as refused:
                findings += refused.findings
            else:
                findings += rebuilt.findings
                opened = _opens_a_dummy_pli(keys, rebuilt.identities[REHEARSAL])
        splits[name] = RehearsedSplit(canaries=proven, opened=opened)
    rehearsal = Rehearsal(
        consultation=record.consultation,
        custody_sha256=record.digest,
        at=at.isoformat(timespec="seconds"),
        splits=splits,
    )
    return rehearsal, tuple(findings)


def _opens_a_dummy_pli(keys: OpeningKeys, identity: Identity) -> bool:
    """Seal a random document the way bidders do, open it the way the committee will, compare."""
    dummy = OpeningKeys(
        consultation=keys.consultation,
        rules_sha256=keys.rules_sha256,
        recipients={REHEARSAL: identity.recipient},
    )
    with tempfile.TemporaryDirectory(prefix="reglo-repetition-") as name:
        folder = Path(name)
        (folder / "source").write_bytes(secrets.token_bytes(200_000))
        document = Document(path=folder / "source", name="factice.bin", compartment=REHEARSAL)
        with (folder / "pli.tar").open("wb") as sink:
            seal_bid(keys=dummy, documents=[document], bidder={"name": "Répétition"}, sink=sink)
        opened = open_pli(folder / "pli.tar", {REHEARSAL: identity}, folder / "ouvert")
        same = [found.path.read_bytes() == document.path.read_bytes() for found in opened.documents]
        return same == [True] and not opened.findings


def _canary_fault(record: CustodyRecord, holder: str, canary: str, known: Collection[str]) -> str:
    held = record.held.get(holder)
    if held is None:
        return "n'est pas celui d'un porteur de cette garde"
    if fingerprint(canary) not in held.canaries:
        return "n'est pas de son paquet"
    return "a déjà été révélé : le connaître ne prouve plus qu'on ouvre le paquet" if canary in known else ""


def _revealed(rehearsal: Rehearsal) -> set[str]:
    return {canary for split in rehearsal.splits.values() for canary in split.canaries.values()}


def ready(
    keys: OpeningKeys,
    record: CustodyRecord,
    rehearsals: Sequence[Rehearsal],
    zone: ZoneInfo | None = None,
) -> tuple[Finding, ...]:
    """What still forbids publishing (V4): empty of blocking findings, the consultation can go out.

    Every holder of the committee has opened its present package, and a dummy pli was opened by the
    shares of each split alone. An escrow holder missing beyond its quorum is to check. A canary is
    worth what its hash in the record says, so that replacing a holder voids the rehearsals of its
    side and of no other; ``rehearsals`` being in their order, it counts once. zone: of the
    consultation, for the instants told; else as they were written.
    """
    try:
        record.check_against(keys)
    except Refused as refused:
        return refused.findings
    proofs = _proofs(record, rehearsals)
    findings: list[Finding] = [
        StaleRehearsal(facts={"at": _told(each, zone)})
        for each, proof in zip(rehearsals, proofs, strict=True)
        if not any(proof.values())
    ]
    for name, split in record.splits.items():
        opened = any(
            each.splits[name].opened and len(proof[name]) >= split.threshold
            for each, proof in zip(rehearsals, proofs, strict=True)
            if name in each.splits
        )
        if not opened:
            findings.append(NoRehearsalOpening(facts={"split": SPLIT_FR[name], "threshold": split.threshold}))
        proven = set().union(*(proof[name] for proof in proofs))
        light = name != COMMITTEE and opened
        findings += [
            NotRehearsed(
                facts={"name": holder.name, "split": SPLIT_FR[name]},
                severity=Severity.TO_CHECK if light else None,
            )
            for holder in split.holders
            if holder.id not in proven
        ]
    return tuple(findings)


def _told(rehearsal: Rehearsal, zone: ZoneInfo | None) -> str:
    at = datetime.fromisoformat(rehearsal.at)
    at = at.astimezone(zone) if zone else at
    return f"{at:%d/%m/%Y à %H:%M} ({zone or at.tzname()})"


def _proofs(record: CustodyRecord, rehearsals: Sequence[Rehearsal]) -> list[dict[str, set[str]]]:
    """For each rehearsal, by split, the holders whose present package it proves."""
    known: set[str] = set()
    proofs = []
    for each in rehearsals:
        proofs.append({name: _proven(record, name, each, known) for name in record.splits})
        known |= _revealed(each)
    return proofs


def _proven(record: CustodyRecord, name: str, rehearsal: Rehearsal, known: Collection[str]) -> set[str]:
    canaries = rehearsal.splits[name].canaries if name in rehearsal.splits else {}
    return {
        holder.id
        for holder in record.splits[name].holders
        if holder.id in canaries and not _canary_fault(record, holder.id, canaries[holder.id], known)
    }


def due_again(
    record: CustodyRecord, rehearsals: Sequence[Rehearsal], *, deadline: datetime, now: datetime
) -> tuple[Finding, ...]:
    """Which of the rehearsals due a week and a day before the deadline are still to hold.

    Information before the day, to check from that day to the deadline, nothing afterwards, nor before
    the first rehearsal, which ``ready`` asks for. A rehearsal counts for a split when its shares opened
    the dummy pli and enough of its holders proved theirs.
    """
    if now > deadline or not rehearsals:
        return ()
    findings: list[Finding] = []
    proofs = _proofs(record, rehearsals)
    for named, before, ahead in _AGAIN:
        day = (deadline - before).date()
        for name, split in record.splits.items():
            held = any(
                each.splits[name].opened and len(proof[name]) >= split.threshold
                for each, proof in zip(rehearsals, proofs, strict=True)
                if name in each.splits
                if _day(each, deadline) >= day - ahead
            )
            if held:
                continue
            today = now.astimezone(deadline.tzinfo).date()
            come = today >= day
            when = f"était due le {day:%d/%m/%Y} et n'a pas eu lieu"
            if today <= day:
                when = "est à faire aujourd'hui" if come else f"est à faire le {day:%d/%m/%Y}"
            facts = {"name": named, "when": when, "split": SPLIT_FR[name]}
            findings.append(
                RehearsalDue(
                    facts={**facts, "threshold": split.threshold},
                    severity=None if come else Severity.INFORMATION,
                )
            )
    return tuple(findings)


def _day(rehearsal: Rehearsal, deadline: datetime) -> date:
    return datetime.fromisoformat(rehearsal.at).astimezone(deadline.tzinfo).date()
