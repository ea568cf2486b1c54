"""The custody record (``custody.json``): who keeps a share, and how a false one is told. Nothing secret.

``docs/seal.md`` §9. It lives beside ``opening-keys.json`` and changes when a holder is replaced,
while the published keys do not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from reglo.procurement.findings import Refused
from reglo.sealing import canonical
from reglo.sealing.age import public_bytes
from reglo.sealing.custody.findings import NotAPackage, OtherCeremony
from reglo.sealing.journal import instant, parse_instant
from reglo.sealing.opening_keys import OpeningKeys

FORMAT = "reglo-custody/1"
COMMITTEE, ESCROW = "committee", "escrow"
SPLIT_FR = {COMMITTEE: "comité", ESCROW: "séquestre"}
REHEARSAL = "rehearsal"  # the dummy compartment: split and packed with the others, no bid is sealed to it


class Protection(StrEnum):
    """How a person keeps the key that opens a package."""

    PASSPHRASE = "passphrase"  # an age identity in a file, itself sealed with a passphrase
    KEY = "key"  # an age key of one's own
    SHEET = "sheet"  # an age identity printed: QR and words


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can open a package, by the public key (age1…) it is sealed to."""

    name: str
    recipient: str
    protection: Protection = Protection.KEY

    def as_dict(self) -> dict[str, str]:
        return {"name": self.name, "recipient": self.recipient, "protection": self.protection.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A holder of one share of each compartment, and the alternate who opens the same package."""

    id: str  # "comite-1": names the package file
    holder: Person
    alternate: Person | None = None

    @property
    def name(self) -> str:
        return self.holder.name

    @property
    def people(self) -> tuple[Person, ...]:
        return (self.holder,) if self.alternate is None else (self.holder, self.alternate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """k of n: ``threshold`` of the ``holders`` open."""

    threshold: int
    holders: tuple[Holder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldShares:
    """What is known in public of one package: its hash, those of its shares and canaries."""

    package_sha256: str
    shares: Mapping[str, str]  # compartment -> SHA-256 of the share
    canaries: tuple[str, ...]  # SHA-256 of each


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyRecord:
    consultation: str
    compartments: Mapping[str, str]  # compartment -> recipient, the dummy one included
    splits: Mapping[str, Split]  # "committee", "escrow"
    held: Mapping[str, HeldShares]  # by holder id, unique over both splits
    deadlines: Mapping[str, datetime]  # compartment -> until when it is shut, as its rules say

    def to_json(self) -> bytes:
        """The canonical bytes of ``custody.json``; their SHA-256 is ``digest``."""
        return canonical.encode(
            {
                "format": FORMAT,
                "consultation": self.consultation,
                "compartments": dict(self.compartments),
                "deadlines": {name: instant(at) for name, at in self.deadlines.items()},
                "splits": {name: self._split(split) for name, split in self.splits.items()},
            }
        )

    def _split(self, split: Split) -> dict[str, Any]:
        return {
            "threshold": split.threshold,
            "holders": [
                {
                    "id": each.id,
                    "holder": each.holder.as_dict(),
                    "alternate": each.alternate.as_dict() if each.alternate else None,
                    "package_sha256": self.held[each.id].package_sha256,
                    "shares": dict(self.held[each.id].shares),
                    "canaries": list(self.held[each.id].canaries),
                }
                for each in split.holders
            ],
        }

    @property
    def digest(self) -> str:
        return sha256(self.to_json()).hexdigest()

    def holders(self) -> Iterator[tuple[str, Holder]]:
        """Every holder with the name of its split, in the record's order."""
        for name, split in self.splits.items():
            for holder in split.holders:
                yield name, holder

    def check_against(self, keys: OpeningKeys) -> None:
        """Raises Refused (GARDE-12) unless both were born in one ceremony."""
        published = {name: key for name, key in self.compartments.items() if name != REHEARSAL}
        if keys.consultation != self.consultation:
            raise Refused(OtherCeremony(facts={"where": "consultations différentes"}))
        if published != dict(keys.recipients):
            differing = sorted(set(published.items()) ^ set(keys.recipients.items()))
            raise Refused(OtherCeremony(facts={"where": f"compartiment {differing[0][0]}"}))


def read_record(data: bytes, file: str = "custody.json") -> CustodyRecord:
    """The record, checked. Raises Refused (GARDE-10)."""

    def refuse(why: str) -> Refused:
        return Refused(NotAPackage(facts={"file": file, "what": "un acte de garde", "why": why}))

    try:
        given = canonical.decode(data)
    except ValueError as error:
        raise refuse(str(error)) from None
    if not isinstance(given, dict) or given.get("format") != FORMAT:
        raise refuse(f"son « format » n'est pas {FORMAT}")
    try:
        held = {
            str(each["id"]): HeldShares(
                package_sha256=str(each["package_sha256"]),
                shares={str(name): str(value) for name, value in each["shares"].items()},
                canaries=tuple(str(value) for value in each["canaries"]),
            )
            for split in given["splits"].values()
            for each in split["holders"]
        }
        record = CustodyRecord(
            consultation=str(given["consultation"]),
            compartments={str(name): str(key) for name, key in given["compartments"].items()},
            splits={str(name): _read_split(split) for name, split in given["splits"].items()},
            held=held,
            deadlines={str(name): parse_instant(at) for name, at in given["deadlines"].items()},
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise refuse("une de ses parties manque ou n'a pas la bonne forme") from None
    if not {COMMITTEE} <= set(record.splits) <= {COMMITTEE, ESCROW}:
        raise refuse("il n'a pas de comité")
    if len(held) != sum(1 for _ in record.holders()):
        raise refuse("deux porteurs ont le même identifiant")
    for _, holder in record.holders():
        if set(record.held[holder.id].shares) != set(record.compartments):
            raise refuse(f"les parts de {holder.id} ne sont pas celles des compartiments")
        for person in holder.people:
            public_bytes(person.recipient)
    return record


def _read_split(given: Any) -> Split:
    holders = tuple(
        Holder(
            id=str(each["id"]), holder=_read_person(each["holder"]), alternate=_alternate(each["alternate"])
        )
        for each in given["holders"]
    )
    threshold = given["threshold"]
    if type(threshold) is not int or not 1 <= threshold <= len(holders):
        raise ValueError
    return Split(threshold=threshold, holders=holders)


def _read_person(given: Any) -> Person:
    return Person(
        name=str(given["name"]),
        recipient=str(given["recipient"]),
        protection=Protection(given["protection"]),
    )


def _alternate(given: Any) -> Person | None:
    return None if given is None else _read_person(given)
