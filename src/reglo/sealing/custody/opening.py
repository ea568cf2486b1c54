"""The opening: holders re-seal their shares to one machine, where they meet in memory only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reglo.procurement.findings import Finding, Refused
from reglo.sealing.age import Identity
from reglo.sealing.custody.findings import (
    IncompleteShare,
    NotAPackage,
    NotEnoughShares,
    OtherConsultation,
    UnknownCompartment,
    UnknownHolder,
    WrongRebuilt,
    WrongShare,
)
from reglo.sealing.custody.packages import Package, fingerprint, open_json, seal_json
from reglo.sealing.custody.record import REHEARSAL, SPLIT_FR, CustodyRecord
from reglo.sealing.custody.splits import join
from reglo.sealing.opening_keys import OpeningKeys

FORMAT = "reglo-contribution/1"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Contribution:
    """What one holder brings: shares of the compartments asked for, a canary when rehearsing."""

    consultation: str
    split: str
    holder: str
    shares: Mapping[str, str]  # compartment -> share
    canary: str = ""

    def __repr__(self) -> str:
        return f"Contribution({self.consultation}, {self.holder}, {sorted(self.shares)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Combined:
    """The keys rebuilt, and what was set aside on the way (a false share, by its holder)."""

    identities: Mapping[str, Identity]  # by compartment
    findings: tuple[Finding, ...] = ()


def contribution(
    package: Package, compartments: Iterable[str] | None = None, *, canary: str = ""
) -> Contribution:
    """The shares of ``compartments`` (all when None). Raises Refused (GARDE-23)."""
    wanted = tuple(package.shares) if compartments is None else tuple(compartments)
    unknown = [name for name in wanted if name not in package.shares]
    if unknown:
        raise Refused(*(_unknown(name, package.shares) for name in unknown))
    return Contribution(
        consultation=package.consultation,
        split=package.split,
        holder=package.holder,
        shares={name: package.shares[name] for name in wanted},
        canary=canary,
    )


def seal_contribution(given: Contribution, recipient: str) -> bytes:
    """The contribution as an age file only the opening machine (``recipient``) opens."""
    return seal_json(
        {
            "format": FORMAT,
            "consultation": given.consultation,
            "split": given.split,
            "holder": given.holder,
            "shares": dict(given.shares),
            "canary": given.canary,
        },
        [recipient],
    )


def open_contribution(data: bytes, worker: Identity, file: str = "part") -> Contribution:
    """What ``seal_contribution`` sealed. Raises Refused: SCEAU-01 to 03, GARDE-10."""
    given = open_json(data, [worker])

    def refuse(why: str) -> Refused:
        return Refused(NotAPackage(facts={"file": file, "what": "une part rechiffrée", "why": why}))

    if not isinstance(given, dict) or given.get("format") != FORMAT:
        raise refuse(f"son « format » n'est pas {FORMAT}")
    try:
        return Contribution(
            consultation=str(given["consultation"]),
            split=str(given["split"]),
            holder=str(given["holder"]),
            shares={str(name): str(share) for name, share in given["shares"].items()},
            canary=str(given["canary"]),
        )
    except (KeyError, TypeError, AttributeError):
        raise refuse("une de ses parties manque") from None


def combine(
    keys: OpeningKeys,
    record: CustodyRecord,
    contributions: Sequence[Contribution],
    compartments: Iterable[str] | None = None,
) -> Combined:
    """The private keys of ``compartments`` (all the published ones when None), for memory only.

    Each share is held against the hash the ceremony recorded, so that a false one names its holder
    and the others still open; so does a contribution of another consultation, of somebody who holds
    nothing any more, or that lacks a compartment asked for. Shares of the committee and of the escrow
    never add up. Each rebuilt key is compared with the published one.
    Raises Refused, with every reason and every false share, when one compartment stays closed.
    """
    record.check_against(keys)
    wanted = tuple(keys.recipients) if compartments is None else tuple(compartments)
    unknown = [name for name in wanted if name not in record.compartments]
    if unknown:
        raise Refused(*(_unknown(name, record.compartments) for name in unknown))
    members = {holder.id: (split, holder.name) for split, holder in record.holders()}
    aside = [fault for each in contributions if (fault := _stranger(record, members, each))]
    ours = [each for each in contributions if _stranger(record, members, each) is None]
    brought: dict[str, set[str]] = {}
    for each in ours:
        brought.setdefault(each.holder, set()).update(each.shares)
    identities: dict[str, Identity] = {}
    closed: dict[str, list[str]] = {}  # what is missing -> the compartments it keeps closed
    false: dict[str, list[str]] = {}  # holder -> the compartments its share is false for
    for compartment in wanted:
        good: dict[str, dict[str, str]] = {name: {} for name in record.splits}
        for each in ours:
            share = each.shares.get(compartment)
            if share is None:
                continue
            if fingerprint(share) == record.held[each.holder].shares[compartment]:
                good[each.split][each.holder] = share
            else:
                false.setdefault(each.holder, []).append(compartment)
        enough = next((name for name in good if len(good[name]) >= record.splits[name].threshold), None)
        if enough is None:
            closed.setdefault(_standing(record, good), []).append(compartment)
            continue
        expected = record.compartments[compartment]
        found = _rebuild(list(good[enough].values())[: record.splits[enough].threshold])
        if found is None or found.recipient != expected:
            rebuilt = found.recipient[:12] if found else "rien"
            facts = {"compartment": compartment, "rebuilt": rebuilt, "published": expected[:12]}
            raise Refused(WrongRebuilt(facts=facts))
        identities[compartment] = found
    aside += [_of_holder(WrongShare, members[holder], names) for holder, names in false.items()]
    aside += [
        _of_holder(IncompleteShare, members[holder], lacking)
        for holder, names in brought.items()
        if (lacking := [name for name in wanted if name not in names])
    ]
    if closed:
        raise Refused(
            *aside,
            *(
                NotEnoughShares(facts={"compartments": _listed(names), "standing": standing})
                for standing, names in closed.items()
            ),
        )
    return Combined(identities=identities, findings=tuple(aside))


def _standing(record: CustodyRecord, good: Mapping[str, Mapping[str, str]]) -> str:
    return " ; ".join(
        f"{SPLIT_FR[name]} : {len(shares)} sur {record.splits[name].threshold}"
        for name, shares in good.items()
    )


def _stranger(
    record: CustodyRecord, members: Mapping[str, tuple[str, str]], given: Contribution
) -> Finding | None:
    """Why a contribution is not of this custody, None when it is."""
    if given.consultation != record.consultation:
        facts = {"file": given.holder, "given": given.consultation, "expected": record.consultation}
        return OtherConsultation(facts=facts)
    if members.get(given.holder, ("", ""))[0] != given.split:
        known = ", ".join(f"{holder} : {name}" for holder, (_, name) in members.items())
        return UnknownHolder(facts={"holder": given.holder, "known": known})
    return None


def _of_holder(cause: type[Finding], member: tuple[str, str], compartments: Sequence[str]) -> Finding:
    split, name = member
    return cause(facts={"name": name, "split": SPLIT_FR[split], "compartments": _listed(compartments)})


def _listed(compartments: Sequence[str]) -> str:
    """The first ones by name, and how many more."""
    shown = ", ".join(f"« {name} »" for name in compartments[:4])
    return shown + (f" et {len(compartments) - 4} autres" if len(compartments) > 4 else "")


def _rebuild(shares: Sequence[str]) -> Identity | None:
    try:
        return Identity(join(shares))
    except ValueError:
        return None


def _unknown(name: str, known: Iterable[str]) -> Finding:
    return UnknownCompartment(
        facts={"compartment": name, "known": ", ".join(sorted(set(known) - {REHEARSAL}))}
    )
