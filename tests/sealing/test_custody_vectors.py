"""A ceremony written once, read by Python and by the browser's module: the formats do not drift."""

from __future__ import annotations

import json
from base64 import b64decode
from itertools import combinations
from pathlib import Path

import pytest

from reglo.sealing.age import Identity
from reglo.sealing.custody import (
    combine,
    contribution,
    from_words,
    open_contribution,
    open_package,
    read_record,
    read_rehearsal,
    ready,
    to_words,
    unlock,
)
from reglo.sealing.opening_keys import read_opening_keys

GIVEN = json.loads(
    (Path(__file__).parent.parent / "vectors" / "custody" / "ceremony.json").read_text(encoding="utf-8")
)
KEYS = read_opening_keys(GIVEN["opening_keys"].encode())
RECORD = read_record(GIVEN["custody"].encode())
PEOPLE = {name: Identity.parse(each["identity"]) for name, each in GIVEN["people"].items()}
EXPECTED = {name: Identity.parse(secret) for name, secret in GIVEN["compartments"].items()}


def test_the_public_files_are_written_again_byte_for_byte() -> None:
    assert KEYS.to_json().decode() == GIVEN["opening_keys"]
    assert RECORD.to_json().decode() == GIVEN["custody"]
    rehearsal = read_rehearsal(GIVEN["rehearsal"].encode())
    assert rehearsal.to_json().decode() == GIVEN["rehearsal"]
    assert ready(KEYS, RECORD, [rehearsal]) == ()


@pytest.mark.parametrize("name", PEOPLE)
def test_words_and_identities_are_the_same_key(name: str) -> None:
    assert " ".join(to_words(PEOPLE[name])) == GIVEN["people"][name]["words"]
    assert from_words(GIVEN["people"][name]["words"], PEOPLE[name].recipient) == PEOPLE[name]


def test_the_locked_key_unlocks() -> None:
    kept = GIVEN["passphrase"]
    assert unlock(b64decode(kept["locked"]), kept["passphrase"]) == PEOPLE[kept["name"]]


def test_every_quorum_of_packages_gives_the_expected_keys() -> None:
    brought = {}
    for side, holder in RECORD.holders():
        for person in holder.people:
            package = open_package(b64decode(GIVEN["packages"][holder.id]), [PEOPLE[person.name]])
            assert (package.split, package.holder) == (side, holder.id)
            brought[holder.id] = contribution(package)
    quorums = [*combinations(["comite-1", "comite-2", "comite-3"], 2), ("sequestre-1",)]
    for quorum in quorums:
        found = combine(KEYS, RECORD, [brought[name] for name in quorum], RECORD.compartments)
        assert dict(found.identities) == EXPECTED


def test_the_contributions_open_the_candidacies() -> None:
    worker = Identity.parse(GIVEN["worker"])
    brought = [open_contribution(b64decode(each), worker) for each in GIVEN["contributions"].values()]
    found = combine(KEYS, RECORD, brought, ["candidacy/1"])
    assert dict(found.identities) == {"candidacy/1": EXPECTED["candidacy/1"]}
