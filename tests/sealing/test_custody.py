"""The custody of the opening keys: docs/seal.md §9, V2 and V4."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import combine_mnemonics
from tests.sealing.holders import COMPARTMENTS, Cast, codes, recipients

from reglo.procurement.findings import Refused
from reglo.sealing.age import Identity
from reglo.sealing.custody import (
    COMMITTEE,
    ESCROW,
    Holder,
    Protection,
    Split,
    ceremony,
    combine,
    contribution,
    open_contribution,
    open_package,
    read_record,
    seal_contribution,
)
from reglo.sealing.custody.packages import open_json, seal_json
from reglo.sealing.custody.splits import join, split

VECTORS = Path(__file__).parent.parent / "vectors" / "slip39"


# --- Splitting --------------------------------------------------------------------------------


@given(st.data(), st.binary(min_size=32, max_size=32))
@settings(max_examples=25, deadline=None)
def test_any_k_shares_give_the_seed_back_and_k_minus_1_never(data: st.DataObject, seed: bytes) -> None:
    count = data.draw(st.integers(2, 5))
    threshold = data.draw(st.integers(2, count))
    shares = split(seed, threshold, count)
    for chosen in combinations(shares, threshold):
        assert join(chosen) == seed
    for chosen in combinations(shares, threshold - 1):
        with pytest.raises(ValueError, match="ne vont pas ensemble"):
            join(chosen)


def test_sixteen_holders_are_the_most() -> None:
    shares = split(bytes(range(32)), 9, 16)
    assert join(shares[7:]) == bytes(range(32))
    with pytest.raises(ValueError, match="16 porteurs au plus"):
        split(bytes(32), 2, 17)


def test_a_share_that_does_not_join_is_never_quoted() -> None:
    shares = split(bytes(range(32)), 2, 3)
    stranger = split(bytes(range(32)), 2, 3)[1]
    with pytest.raises(ValueError, match="ne vont pas ensemble") as refused:
        join([shares[0], stranger])
    assert not any(word in str(refused.value) for word in [*shares[0].split(), *stranger.split()])
    assert refused.value.__suppress_context__  # a traceback does not show the library's message either


@pytest.mark.parametrize("case", json.loads((VECTORS / "browser.json").read_bytes())["cases"])
def test_shares_made_by_the_module_of_the_browser_join_here(case: dict) -> None:
    shares, threshold = case["shares"], case["threshold"]
    assert join(shares[-threshold:]).hex() == case["seed"]
    assert join(shares[:threshold]).hex() == case["seed"]


@pytest.mark.parametrize("case", json.loads((VECTORS / "standard.json").read_bytes()))
def test_the_vectors_of_the_standard(case: list) -> None:
    """The 45 cases of SLIP-39; an empty secret means that the shares must not join."""
    _, shares, secret, _ = case
    if secret:
        assert combine_mnemonics(shares, b"TREZOR").hex() == secret
    else:
        with pytest.raises(ValueError, match="ne vont pas ensemble"):
            join(shares)


# --- Ceremony and opening ---------------------------------------------------------------------


@pytest.mark.parametrize(("threshold", "count"), [(1, 1), (2, 2), (2, 3), (3, 5)])
def test_every_k_holders_open_and_lost_shares_up_to_n_minus_k_change_nothing(
    threshold: int, count: int
) -> None:
    cast = Cast()
    if count == 1:
        alone = Holder(id="c0", holder=cast.person("c0"), alternate=cast.person("sheet", Protection.SHEET))
        committee = Split(threshold=1, holders=(alone,))
        born = ceremony(
            consultation="2026-01",
            rules_sha256="",
            compartments=["bid/1"],
            committee=committee,
            escrow=None,
        )
    else:
        born = cast.hold((threshold, count), None, compartments=["bid/1"])
    names = [f"c{number}" for number in range(count)]
    for chosen in combinations(names, threshold):
        found = combine(born.opening_keys, born.record, cast.bring(born, chosen))
        assert recipients(found.identities) == dict(born.opening_keys.recipients)
        assert found.findings == ()
    for chosen in combinations(names, threshold - 1):
        with pytest.raises(Refused) as refused:
            combine(born.opening_keys, born.record, cast.bring(born, chosen))
        assert codes(refused) == ["GARDE-21"]


def test_each_compartment_has_a_key_of_its_own_and_opens_alone() -> None:
    cast = Cast()
    born = cast.hold()
    assert list(born.opening_keys.recipients) == list(COMPARTMENTS)
    assert len(set(born.record.compartments.values())) == 3
    brought = cast.bring(born, ["c0", "c2"], ["candidacy/1"])
    assert all(list(each.shares) == ["candidacy/1"] for each in brought)
    found = combine(born.opening_keys, born.record, brought, ["candidacy/1"])
    assert recipients(found.identities) == {"candidacy/1": born.opening_keys.recipients["candidacy/1"]}
    with pytest.raises(Refused) as refused:
        combine(born.opening_keys, born.record, brought, ["bid/1"])
    assert codes(refused) == ["GARDE-28", "GARDE-28", "GARDE-21"]


def test_the_escrow_opens_without_the_committee() -> None:
    cast = Cast()
    born = cast.hold()
    found = combine(born.opening_keys, born.record, cast.bring(born, ["e0", "e2"]))
    assert recipients(found.identities) == dict(born.opening_keys.recipients)


def test_shares_of_committee_and_escrow_never_add_up() -> None:
    cast = Cast()
    born = cast.hold()
    with pytest.raises(Refused) as refused:
        combine(born.opening_keys, born.record, cast.bring(born, ["c0", "e0"]))
    assert codes(refused) == ["GARDE-21"]
    disguised = [
        *cast.bring(born, ["c0"]),
        replace(cast.bring(born, ["e1"])[0], split=COMMITTEE, holder="c1"),
    ]
    with pytest.raises(Refused) as refused:
        combine(born.opening_keys, born.record, disguised)
    assert codes(refused) == ["GARDE-20", "GARDE-21"]


@pytest.mark.parametrize("culprit", ["c0", "c1", "c2"])
def test_a_false_share_names_its_holder_and_the_others_still_open(culprit: str) -> None:
    cast = Cast()
    born = cast.hold(escrow=None)
    brought = cast.bring(born, ["c0", "c1", "c2"], ["bid/1"])
    words = next(each for each in brought if each.holder == culprit).shares["bid/1"].split()
    words[20] = "academic" if words[20] != "academic" else "zero"
    false = [
        replace(each, shares={"bid/1": " ".join(words)}) if each.holder == culprit else each
        for each in brought
    ]
    found = combine(born.opening_keys, born.record, false, ["bid/1"])
    assert recipients(found.identities) == {"bid/1": born.opening_keys.recipients["bid/1"]}
    assert [finding.code for finding in found.findings] == ["GARDE-20"]
    assert culprit in found.findings[0].cause_text
    # one of its words alone may be French too (« document »), two in a row are the share
    assert not any(f"{first} {second}" in str(found.findings[0]) for first, second in pairwise(words))


def test_a_share_of_the_same_holder_for_another_compartment_is_a_false_share() -> None:
    cast = Cast()
    born = cast.hold(escrow=None)
    first, second = cast.bring(born, ["c0", "c1"])
    swapped = replace(first, shares={"bid/1": first.shares["candidacy/1"]})
    with pytest.raises(Refused) as refused:
        combine(born.opening_keys, born.record, [swapped, second], ["bid/1"])
    assert codes(refused) == ["GARDE-20", "GARDE-21"]


def test_the_same_holder_twice_counts_once() -> None:
    cast = Cast()
    born = cast.hold()
    package = open_package(born.packages["c0"], [cast.keys["c0"]])
    substitute = open_package(born.packages["c0"], [cast.keys["c0-alternate"]])
    with pytest.raises(Refused) as refused:
        combine(born.opening_keys, born.record, [contribution(package), contribution(substitute)])
    assert codes(refused) == ["GARDE-21"]


def test_shares_or_record_of_another_ceremony_are_refused() -> None:
    cast, elsewhere = Cast(), Cast()
    born, other = cast.hold(), elsewhere.hold(consultation="2026-02")
    again = cast.hold()
    with pytest.raises(Refused) as refused:
        combine(born.opening_keys, born.record, elsewhere.bring(other, ["c0", "c1"]))
    assert codes(refused) == ["GARDE-11", "GARDE-11", "GARDE-21"]  # each put aside: none is left
    for record in (other.record, again.record):
        with pytest.raises(Refused) as refused:
            combine(born.opening_keys, record, [])
        assert codes(refused) == ["GARDE-12"]


def test_unknown_compartments_and_holders_are_refused() -> None:
    cast = Cast()
    born = cast.hold()
    with pytest.raises(Refused) as refused:
        combine(born.opening_keys, born.record, cast.bring(born, ["c0", "c1"]), ["bid/7"])
    assert codes(refused) == ["GARDE-23"]
    with pytest.raises(Refused) as refused:
        cast.bring(born, ["c0"], ["bid/7"])
    assert codes(refused) == ["GARDE-23"]
    brought = cast.bring(born, ["c0"])[0]
    for stranger in (replace(brought, holder="c9"), replace(brought, split=ESCROW)):
        with pytest.raises(Refused) as refused:
            combine(born.opening_keys, born.record, [stranger])
        assert codes(refused) == ["GARDE-13", "GARDE-21"]
        both = cast.bring(born, ["c1", "c2"])
        opened = combine(
            born.opening_keys, born.record, [stranger, *both]
        )  # and keeps nobody else from opening
        assert (set(opened.identities), [each.code for each in opened.findings]) == (
            set(born.opening_keys.recipients),
            ["GARDE-13"],
        )


def test_a_rebuilt_key_that_is_not_the_published_one_stops_the_opening() -> None:
    """A record forged with the right names and other hashes: the published key has the last word."""
    cast = Cast()
    born, forged = cast.hold(escrow=None), Cast()
    false = forged.hold(escrow=None)
    record = replace(false.record, compartments=born.record.compartments)
    with pytest.raises(Refused) as refused:
        combine(born.opening_keys, record, forged.bring(false, ["c0", "c1"]))
    assert codes(refused) == ["GARDE-22"]


def test_a_contribution_is_read_by_the_opening_machine_alone() -> None:
    cast, worker = Cast(), Identity.generate()
    born = cast.hold()
    sealed = seal_contribution(cast.bring(born, ["c0"])[0], worker.recipient)
    assert open_contribution(sealed, worker) == cast.bring(born, ["c0"])[0]
    with pytest.raises(Refused) as refused:
        open_contribution(sealed, Identity.generate())
    assert codes(refused) == ["SCEAU-02"]
    with pytest.raises(Refused) as refused:
        open_contribution(born.packages["c0"], cast.keys["c0"])
    assert codes(refused) == ["GARDE-10"]


def test_a_package_opens_for_its_holder_and_alternate_and_nobody_else() -> None:
    cast = Cast()
    born = cast.hold()
    for name in ("c0", "c0-alternate"):
        assert open_package(born.packages["c0"], [cast.keys[name]]).holder == "c0"
    for name in ("c1", "e0", "c1-alternate"):
        with pytest.raises(Refused) as refused:
            open_package(born.packages["c0"], [cast.keys[name]])
        assert codes(refused) == ["GARDE-43"]


def test_a_package_and_its_shares_open_with_public_tools_alone() -> None:
    """What ``age -d`` then ``shamir recover`` do: another age, and the words themselves."""
    cast = Cast()
    born = cast.hold(escrow=None)
    plain = [
        json.loads(
            pyrage.decrypt(born.packages[name], [pyrage.x25519.Identity.from_str(cast.keys[name].secret)])
        )
        for name in ("c0", "c2")
    ]
    seed = combine_mnemonics([each["shares"]["bid/1"]["share"] for each in plain])
    assert Identity(seed).recipient == born.opening_keys.recipients["bid/1"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda given: given["shares"]["bid/1"].update(sha256="0" * 64),
        lambda given: given["shares"]["bid/1"].update(share=given["shares"]["candidacy/1"]["share"]),
        lambda given: given["shares"]["bid/1"].pop("share"),
        lambda given: given.update(shares=[]),
        lambda given: given.update(canaries=None),
        lambda given: given.update(format="reglo-holder-package/2"),
    ],
)
def test_a_spoilt_package_is_refused(spoil: Callable[[dict], object]) -> None:
    cast = Cast()
    born = cast.hold()
    given = open_json(born.packages["c0"], [cast.keys["c0"]])
    assert isinstance(given, dict)
    spoil(given)
    with pytest.raises(Refused) as refused:
        open_package(seal_json(given, [cast.keys["c0"].recipient]), [cast.keys["c0"]])
    assert codes(refused) == ["GARDE-10"]


# --- What a ceremony refuses ------------------------------------------------------------------


@pytest.mark.parametrize(("threshold", "count"), [(0, 3), (4, 3), (1, 3), (2, 17)])
def test_an_impossible_quorum_is_refused(threshold: int, count: int) -> None:
    with pytest.raises(Refused) as refused:
        Cast().hold((threshold, count))
    assert codes(refused) == ["GARDE-01"]


def test_one_key_never_counts_for_two_people() -> None:
    cast = Cast()
    committee = cast.split("c", 2, 3)
    thief = replace(committee.holders[1], alternate=committee.holders[0].holder)
    with pytest.raises(Refused) as refused:
        ceremony(
            consultation="2026-01",
            rules_sha256="",
            compartments=["bid/1"],
            committee=replace(committee, holders=(committee.holders[0], thief, committee.holders[2])),
            escrow=None,
        )
    assert codes(refused) == ["GARDE-02"]


def test_a_single_holder_must_have_a_recovery_sheet() -> None:
    with pytest.raises(Refused) as refused:
        Cast().hold((1, 1), None)
    assert codes(refused) == ["GARDE-03"]


# --- Files ------------------------------------------------------------------------------------


def test_the_record_reads_back_and_any_other_is_refused() -> None:
    record = Cast().hold().record
    assert read_record(record.to_json()) == record
    text = record.to_json()
    for spoilt in (
        b"",
        b"{}",
        b"[]",
        b"\xff",
        text[:-1],
        text.replace(b'"threshold":2', b'"threshold":4'),
        text.replace(b'"threshold":2', b'"threshold":"2"'),
        text.replace(b'"id":"c1"', b'"id":"c0"'),
        text.replace(b'"protection":"key"', b'"protection":"prayer"'),
        text.replace(b"reglo-custody/1", b"reglo-custody/2"),
        text.replace(b'"committee"', b'"comity"'),
        b'{"format":"reglo-custody/1"}',
    ):
        with pytest.raises(Refused) as refused:
            read_record(spoilt)
        assert codes(refused) == ["GARDE-10"]


def test_no_seed_share_or_identity_is_in_what_a_ceremony_leaves() -> None:
    """V2: searched raw, in hexadecimal, base64 and bech32, in every file and every repr."""
    cast = Cast()
    born = cast.hold()
    brought = cast.bring(born, ["c0", "c1", "c2", "e0", "e1", "e2"], born.record.compartments)
    found = combine(born.opening_keys, born.record, brought, born.record.compartments)
    rehearsal, _ = cast.rehearse_with(born, ["c0", "c1"])
    left = [
        born.opening_keys.to_json(),
        born.record.to_json(),
        rehearsal.to_json(),
        *born.packages.values(),
        *(seal_contribution(each, Identity.generate().recipient) for each in brought),
        repr((born, brought, found, list(found.identities.values()))).encode(),
    ]
    shares = [share for each in brought for share in each.shares.values()]
    secrets = [*found.identities.values(), *cast.keys.values()]
    hunted = [
        *(share.encode() for share in shares),
        *(" ".join(share.split()[4:10]).encode() for share in shares),
        *(identity.seed for identity in secrets),
        *(identity.seed.hex().encode() for identity in secrets),
        *(b64encode(identity.seed)[:40] for identity in secrets),
        *(identity.secret.encode() for identity in secrets),
        *(identity.secret.lower().encode() for identity in secrets),
    ]
    assert [secret for secret in hunted for data in left if secret in data] == []
