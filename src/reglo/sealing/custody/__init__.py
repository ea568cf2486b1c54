"""The custody of the opening keys (``docs/seal.md`` §9, ``docs/keys.md``): ceremony, rehearsal, opening.

>>> from reglo.sealing.age import Identity
>>> people = {name: Identity.generate() for name in ("Alice", "Chloé", "David")}
>>> committee = Split(threshold=2, holders=tuple(
...     Holder(id=name, holder=Person(name=name, recipient=key.recipient)) for name, key in people.items()))
>>> born = ceremony(consultation="2026-01", rules_sha256="", compartments=["candidacy/1", "bid/1"],
...                 committee=committee, escrow=None)
>>> brought = [contribution(open_package(born.packages[name], [people[name]]), ["bid/1"])
...            for name in ("Alice", "David")]
>>> found = combine(born.opening_keys, born.record, brought, ["bid/1"])
>>> found.identities["bid/1"].recipient == born.opening_keys.recipients["bid/1"]
True
"""

from __future__ import annotations

from reglo.sealing.custody.ceremonies import CANARIES, Ceremony, ceremony, replace_holder
from reglo.sealing.custody.holder_keys import from_words, is_locked, lock, to_words, unlock
from reglo.sealing.custody.opening import (
    Combined,
    Contribution,
    combine,
    contribution,
    open_contribution,
    seal_contribution,
)
from reglo.sealing.custody.packages import Package, open_package
from reglo.sealing.custody.record import (
    COMMITTEE,
    ESCROW,
    REHEARSAL,
    CustodyRecord,
    Holder,
    Person,
    Protection,
    Split,
    read_record,
)
from reglo.sealing.custody.rehearsals import (
    Rehearsal,
    due_again,
    read_rehearsal,
    ready,
    rehearsal_contribution,
    rehearse,
)

__all__ = [
    "CANARIES",
    "COMMITTEE",
    "ESCROW",
    "REHEARSAL",
    "Ceremony",
    "Combined",
    "Contribution",
    "CustodyRecord",
    "Holder",
    "Package",
    "Person",
    "Protection",
    "Rehearsal",
    "Split",
    "ceremony",
    "combine",
    "contribution",
    "due_again",
    "from_words",
    "is_locked",
    "lock",
    "open_contribution",
    "open_package",
    "read_record",
    "read_rehearsal",
    "ready",
    "rehearsal_contribution",
    "rehearse",
    "replace_holder",
    "seal_contribution",
    "to_words",
    "unlock",
]
