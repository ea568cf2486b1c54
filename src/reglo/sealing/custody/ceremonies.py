"""The ceremony: a key per compartment is born, split twice, and never written whole."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256

from reglo.procurement.findings import Finding, Refused
from reglo.sealing.age import Identity, public_bytes
from reglo.sealing.custody.findings import BadQuorum, NoRecoverySheet, SameHolder, SamePerson, UnknownHolder
from reglo.sealing.custody.opening import Contribution, combine
from reglo.sealing.custody.packages import Package, fingerprint
from reglo.sealing.custody.record import (
    COMMITTEE,
    ESCROW,
    REHEARSAL,
    SPLIT_FR,
    CustodyRecord,
    HeldShares,
    Holder,
    Protection,
    Split,
)
from reglo.sealing.custody.splits import quorum_fault, split
from reglo.sealing.opening_keys import Custody, OpeningKeys

CANARIES = 16  # rehearsals a package can prove before it must be made again


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """What a ceremony leaves: two public files, and a sealed package for each holder."""

    opening_keys: OpeningKeys
    record: CustodyRecord
    packages: Mapping[str, bytes]  # by holder id; each an age file


def ceremony(
    *,
    consultation: str,
    rules_sha256: str,
    compartments: Sequence[str],
    committee: Split,
    escrow: Split | None,
    deadlines: Mapping[str, datetime] | None = None,
) -> Ceremony:
    """Draw a key for each compartment and for the rehearsal, and split each k of n, twice.

    ``deadlines``: compartment -> the instant its rules keep it shut until, aware; holders give no share
    before, nor ever of a compartment that has none (``opening_time``). ``escrow`` None: the key is kept by
    the committee alone. No private key leaves this function.
    Raises Refused: GARDE-01 to 03 (quorum, one key given twice, one person without a recovery sheet).
    """
    splits = {COMMITTEE: committee} | ({ESCROW: escrow} if escrow is not None else {})
    faults = tuple(_faults(splits))
    if faults:
        raise Refused(*faults)
    seeds = {name: bytearray(secrets.token_bytes(32)) for name in (*compartments, REHEARSAL)}
    try:
        recipients = {name: Identity(bytes(seed)).recipient for name, seed in seeds.items()}
        made = {
            name: _pack(consultation, name, each, seeds, deadlines or {}) for name, each in splits.items()
        }
    finally:
        _wipe(seeds)
    record = CustodyRecord(
        consultation=consultation,
        compartments=recipients,
        splits=splits,
        held={holder: held for _, helds in made.values() for holder, held in helds.items()},
        deadlines=deadlines or {},
    )
    keys = OpeningKeys(
        consultation=consultation,
        rules_sha256=rules_sha256,
        recipients={name: recipients[name] for name in compartments},
        committee=_announced(committee),
        escrow=_announced(escrow) if escrow is not None else None,
    )
    packages = {holder: data for packed, _ in made.values() for holder, data in packed.items()}
    return Ceremony(opening_keys=keys, record=record, packages=packages)


def replace_holder(
    keys: OpeningKeys,
    record: CustodyRecord,
    contributions: Sequence[Contribution],
    *,
    leaving: str,
    joining: Holder,
) -> Ceremony:
    """A new split for the ``leaving`` holder's side, with ``joining`` in its place; same public keys.

    ``contributions``: all the shares of k holders of that split. Everybody on that side gets a new
    package, so that the old shares, the leaving holder's among them, are of a split that is over;
    the other split does not move. Bids already sealed stay openable.
    Raises Refused: GARDE-13 (no such holder), GARDE-01 to 03, and what ``combine`` refuses.
    """
    side = next((name for name, holder in record.holders() if holder.id == leaving), None)
    if side is None:
        known = ", ".join(holder.id for _, holder in record.holders())
        raise Refused(UnknownHolder(facts={"holder": leaving, "known": known}))
    old = record.splits[side]
    holders = tuple(joining if holder.id == leaving else holder for holder in old.holders)
    splits = {**record.splits, side: Split(threshold=old.threshold, holders=holders)}
    faults = tuple(_faults(splits))
    if faults:
        raise Refused(*faults)
    own = [each for each in contributions if each.split == side]
    rebuilt = combine(keys, record, own, record.compartments)
    seeds = {name: bytearray(identity.seed) for name, identity in rebuilt.identities.items()}
    try:
        packages, helds = _pack(record.consultation, side, splits[side], seeds, record.deadlines)
    finally:
        _wipe(seeds)
    staying = {holder.id: record.held[holder.id] for name, holder in record.holders() if name != side}
    announced = _announced(splits[side])
    return Ceremony(
        opening_keys=replace(keys, committee=announced)
        if side == COMMITTEE
        else replace(keys, escrow=announced),
        record=replace(record, splits=splits, held={**staying, **helds}),
        packages=packages,
    )


def _pack(
    consultation: str,
    side: str,
    kept_by: Split,
    seeds: Mapping[str, bytearray],
    deadlines: Mapping[str, datetime],
) -> tuple[dict[str, bytes], dict[str, HeldShares]]:
    """The sealed package of each holder of one split, and what the record says of it."""
    shares = {
        name: split(bytes(seed), kept_by.threshold, len(kept_by.holders)) for name, seed in seeds.items()
    }
    packages: dict[str, bytes] = {}
    held: dict[str, HeldShares] = {}
    for place, holder in enumerate(kept_by.holders):
        package = Package(
            consultation=consultation,
            split=side,
            holder=holder.id,
            shares={name: parts[place] for name, parts in shares.items()},
            canaries=tuple(secrets.token_hex(16) for _ in range(CANARIES)),
            deadlines=deadlines,
        )
        sealed = package.sealed_to([person.recipient for person in holder.people])
        packages[holder.id] = sealed
        held[holder.id] = HeldShares(
            package_sha256=sha256(sealed).hexdigest(),
            shares={name: fingerprint(share) for name, share in package.shares.items()},
            canaries=tuple(fingerprint(canary) for canary in package.canaries),
        )
    return packages, held


def _faults(splits: Mapping[str, Split]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    named: dict[str, str] = {}
    single = len(splits[COMMITTEE].holders) == 1  # whose sheet may be her own
    ids: set[str] = set()
    for name, kept_by in splits.items():
        count = len(kept_by.holders)
        if why := quorum_fault(kept_by.threshold, count):
            facts = {"split": SPLIT_FR[name].capitalize(), "threshold": kept_by.threshold, "count": count}
            yield BadQuorum(facts={**facts, "why": why})
        for holder in kept_by.holders:
            if holder.id in ids:
                raise ValueError(f"two holders are called {holder.id}")  # ids are ours, never typed
            ids.add(holder.id)
            for person in holder.people:
                public_bytes(person.recipient)
                twice = person.recipient in seen
                if twice:
                    yield SameHolder(facts={"first": seen[person.recipient], "second": person.name})
                seen[person.recipient] = person.name
                name = " ".join(person.name.casefold().split())
                place = f"{holder.id}, {'suppléant' if person is holder.alternate else 'porteur'}"
                if name in named and not single and not twice:
                    yield SamePerson(facts={"name": person.name, "first": named[name], "second": place})
                named[name] = place
    alone = splits[COMMITTEE].holders
    if len(alone) == 1:
        sheets = [person for person in alone[0].people if person.protection is Protection.SHEET]
        if not sheets:
            yield NoRecoverySheet(facts={"name": alone[0].name})


def _announced(kept_by: Split) -> Custody:
    return Custody(
        threshold=kept_by.threshold, holders=tuple((holder.id, holder.name) for holder in kept_by.holders)
    )


def _wipe(seeds: Mapping[str, bytearray]) -> None:
    """Overwrite the seeds. Best effort: the libraries that split them worked on copies."""
    for seed in seeds.values():
        seed[:] = bytes(len(seed))
