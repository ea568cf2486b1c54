"""Holders of a ceremony whose keys the test keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import pytest

from reglo.procurement.findings import Finding, Refused
from reglo.sealing.age import Identity
from reglo.sealing.custody import (
    Ceremony,
    Contribution,
    Holder,
    Person,
    Protection,
    Rehearsal,
    Split,
    ceremony,
    contribution,
    open_package,
    rehearsal_contribution,
    rehearse,
)

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
COMPARTMENTS = ("candidacy/1", "bid/1")


class Cast:
    """Holders whose keys the test keeps: "c0" and its alternate "c0-alternate", and so on."""

    def __init__(self) -> None:
        self.keys: dict[str, Identity] = {}

    def person(self, name: str, protection: Protection = Protection.KEY) -> Person:
        self.keys[name] = Identity.generate()
        return Person(name=name, recipient=self.keys[name].recipient, protection=protection)

    def holder(self, name: str) -> Holder:
        return Holder(id=name, holder=self.person(name), alternate=self.person(f"{name}-alternate"))

    def split(self, letter: str, threshold: int, count: int) -> Split:
        holders = tuple(self.holder(f"{letter}{number}") for number in range(count))
        return Split(threshold=threshold, holders=holders)

    def hold(
        self,
        committee: tuple[int, int] = (2, 3),
        escrow: tuple[int, int] | None = (2, 3),
        consultation: str = "2026-01",
        compartments: Sequence[str] = COMPARTMENTS,
    ) -> Ceremony:
        return ceremony(
            consultation=consultation,
            rules_sha256="0" * 64,
            compartments=compartments,
            committee=self.split("c", *committee),
            escrow=self.split("e", *escrow) if escrow else None,
        )

    def bring(
        self, born: Ceremony, holders: Iterable[str], compartments: Sequence[str] | None = None
    ) -> list[Contribution]:
        return [
            contribution(open_package(born.packages[name], [self.keys[name]]), compartments)
            for name in holders
        ]

    def rehearse_with(
        self,
        born: Ceremony,
        holders: Iterable[str],
        already: int = 0,
        at: datetime = NOON,
        earlier: Sequence[Rehearsal] = (),
    ) -> tuple[Rehearsal, tuple[Finding, ...]]:
        opened = [open_package(born.packages[name], [self.keys[name]]) for name in holders]
        brought = [rehearsal_contribution(package, already) for package in opened]
        return rehearse(born.opening_keys, born.record, brought, at=at, earlier=earlier)


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [finding.code for finding in refused.value.findings]


def recipients(identities: Mapping[str, Identity]) -> dict[str, str]:
    return {name: identity.recipient for name, identity in identities.items()}
