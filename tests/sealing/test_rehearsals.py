"""Holders rehearse before publication, and are replaced: docs/seal.md §9."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from tests.sealing.holders import NOON, Cast, codes, recipients

from reglo.procurement.findings import Refused
from reglo.sealing.custody import (
    COMMITTEE,
    ESCROW,
    REHEARSAL,
    Rehearsal,
    combine,
    due_again,
    open_package,
    read_rehearsal,
    ready,
    rehearsal_contribution,
    rehearse,
    replace_holder,
)
from reglo.sealing.custody.splits import join

# --- Rehearsal --------------------------------------------------------------------------------


def test_publication_waits_until_every_package_and_a_dummy_pli_have_been_opened() -> None:
    cast = Cast()
    born = cast.hold()
    assert [each.code for each in ready(born.opening_keys, born.record, [])] == [
        "GARDE-32", "GARDE-31", "GARDE-31", "GARDE-31", "GARDE-32", "GARDE-31", "GARDE-31", "GARDE-31",
    ]  # fmt: skip
    rehearsal, findings = cast.rehearse_with(born, ["c0", "c1", "c2", "e0", "e1", "e2"])
    assert findings == ()
    assert ready(born.opening_keys, born.record, [read_rehearsal(rehearsal.to_json())]) == ()


def test_holders_may_rehearse_on_different_days() -> None:
    cast = Cast()
    born = cast.hold(escrow=None)
    first, _ = cast.rehearse_with(born, ["c0", "c1"])
    assert [each.code for each in ready(born.opening_keys, born.record, [first])] == ["GARDE-31"]
    second, findings = cast.rehearse_with(born, ["c2"], already=1)
    assert [each.code for each in findings] == ["GARDE-21"]  # alone, no dummy pli opens
    assert not second.splits[COMMITTEE].opened
    assert ready(born.opening_keys, born.record, [first, second]) == ()


def test_an_escrow_holder_beyond_the_quorum_is_to_check_only() -> None:
    cast = Cast()
    born = cast.hold()
    rehearsal, _ = cast.rehearse_with(born, ["c0", "c1", "c2", "e0", "e1"])
    [left] = ready(born.opening_keys, born.record, [rehearsal])
    assert (left.code, left.weight.value) == ("GARDE-31", "to_check")


def test_the_rehearsals_of_a_week_and_a_day_before_are_asked_for_until_they_are_held() -> None:
    cast = Cast()
    born = cast.hold(escrow=None)
    held, _ = cast.rehearse_with(born, ["c0", "c1"])  # at NOON, the deadline being any day we like

    def asked(deadline: datetime, now: datetime) -> list[tuple[object, str]]:
        found = due_again(born.record, [held], deadline=deadline, now=now)
        for finding in found:  # never said missed before its day is over
            missed = "n'a pas eu lieu" in finding.cause_text
            due = deadline.date() - timedelta(days=int(str(finding.facts["name"])[2:]))
            assert missed == (now.date() > due)
        return [(finding.facts["name"], finding.weight.value) for finding in found]

    far = NOON + timedelta(days=30)
    assert asked(far, NOON) == [("J-7", "information"), ("J-1", "information")]
    assert asked(far, far - timedelta(days=7)) == [("J-7", "to_check"), ("J-1", "information")]
    assert asked(far, far - timedelta(hours=1)) == [("J-7", "to_check"), ("J-1", "to_check")]
    week = NOON + timedelta(days=9)  # held two days ahead of J-7: it counts
    assert asked(week, week - timedelta(days=7)) == [("J-1", "information")]
    eve = NOON + timedelta(days=1)
    assert asked(eve, eve - timedelta(hours=1)) == []
    assert asked(far, far + timedelta(seconds=1)) == []  # too late to ask


def test_a_rehearsal_reveals_no_real_share_and_never_the_same_canary_twice() -> None:
    cast = Cast()
    born = cast.hold()
    package = open_package(born.packages["c0"], [cast.keys["c0"]])
    brought = [rehearsal_contribution(package, already) for already in range(4)]
    assert [list(each.shares) for each in brought] == [[REHEARSAL]] * 4
    assert len({each.canary for each in brought}) == 4


def test_a_forged_record_of_rehearsal_proves_nothing() -> None:
    cast = Cast()
    born = cast.hold(escrow=None)
    true, _ = cast.rehearse_with(born, ["c0", "c1"])
    text = true.to_json()
    canary = true.splits[COMMITTEE].canaries["c0"].encode()
    forged = read_rehearsal(text.replace(canary, b"0" * 32).replace(b'"opened":false', b'"opened":true'))
    assert [each.code for each in ready(born.opening_keys, born.record, [forged])] == [
        "GARDE-32", "GARDE-31", "GARDE-31",
    ]  # fmt: skip


def test_packages_that_open_without_the_dummy_pli_are_not_enough() -> None:
    cast = Cast()
    born = cast.hold(escrow=None)
    true, _ = cast.rehearse_with(born, ["c0", "c1", "c2"])
    failed = read_rehearsal(true.to_json().replace(b'"opened":true', b'"opened":false'))
    assert [each.code for each in ready(born.opening_keys, born.record, [failed])] == ["GARDE-32"]


def test_a_wrong_canary_is_told_by_its_holder() -> None:
    cast = Cast()
    born = cast.hold(escrow=None)
    brought = [
        rehearsal_contribution(open_package(born.packages[name], [cast.keys[name]]), 0)
        for name in ("c0", "c1")
    ]
    brought[1] = replace(brought[1], canary=brought[0].canary)
    rehearsal, findings = rehearse(born.opening_keys, born.record, brought, at=NOON)
    assert [each.code for each in findings] == ["GARDE-30"]
    assert "c1" in findings[0].cause_text
    assert list(rehearsal.splits[COMMITTEE].canaries) == ["c0"]


def test_a_canary_once_in_a_record_proves_no_later_rehearsal() -> None:
    """Everybody can read it there: who presents it again, or copies the record, has opened nothing."""
    cast = Cast()
    born = cast.hold(escrow=None)
    holders, far = ["c0", "c1", "c2"], NOON + timedelta(days=30)
    first, _ = cast.rehearse_with(born, holders)
    again, findings = cast.rehearse_with(born, holders, earlier=[first])
    assert [each.code for each in findings] == ["GARDE-30"] * 3
    assert "a déjà été révélé" in findings[0].cause_text
    assert again.splits[COMMITTEE].canaries == {}

    def left(later: Rehearsal) -> list[object]:
        asked = due_again(born.record, [first, later], deadline=far, now=far - timedelta(hours=1))
        return [finding.facts["name"] for finding in asked]

    eve = far - timedelta(days=1)
    assert left(replace(first, at=eve.isoformat())) == ["J-7", "J-1"]
    held, findings = cast.rehearse_with(born, holders, already=1, at=eve, earlier=[first])
    assert (findings, left(held)) == ((), [])


def test_a_spoilt_record_of_rehearsal_is_refused() -> None:
    for spoilt in (b"", b"{}", b'{"format":"reglo-rehearsal/1"}', b"\x00"):
        with pytest.raises(Refused) as refused:
            read_rehearsal(spoilt)
        assert codes(refused) == ["GARDE-10"]


# --- A holder replaced ------------------------------------------------------------------------


def test_a_holder_is_replaced_and_the_published_keys_do_not_change() -> None:
    cast = Cast()
    born = cast.hold()
    brought = cast.bring(born, ["c0", "c2"])
    new = replace_holder(born.opening_keys, born.record, brought, leaving="c1", joining=cast.holder("c3"))
    assert dict(new.opening_keys.recipients) == dict(born.opening_keys.recipients)
    assert sorted(new.packages) == ["c0", "c2", "c3"]
    for chosen in combinations(["c0", "c2", "c3"], 2):
        found = combine(born.opening_keys, new.record, cast.bring(new, chosen))
        assert recipients(found.identities) == dict(born.opening_keys.recipients)
    # the escrow has not moved
    combine(new.opening_keys, new.record, cast.bring(born, ["e0", "e1"]))


def test_the_share_of_a_replaced_holder_is_worth_nothing_with_the_new_ones() -> None:
    cast = Cast()
    born = cast.hold(escrow=None)
    old = cast.bring(born, ["c1"])[0]
    new = replace_holder(
        born.opening_keys,
        born.record,
        cast.bring(born, ["c0", "c2"]),
        leaving="c1",
        joining=cast.holder("c3"),
    )
    with pytest.raises(Refused) as refused:
        combine(new.opening_keys, new.record, [old, *cast.bring(new, ["c0"])])
    assert codes(refused) == ["GARDE-13", "GARDE-21"]
    with pytest.raises(ValueError, match="ne vont pas ensemble"):
        join([old.shares["bid/1"], cast.bring(new, ["c0"])[0].shares["bid/1"]])
    with pytest.raises(Refused) as refused:  # an old package of one who stays is no longer worth anything
        combine(new.opening_keys, new.record, [*cast.bring(born, ["c2"]), *cast.bring(new, ["c0"])])
    assert codes(refused) == ["GARDE-20", "GARDE-21"]


def test_a_replacement_needs_k_holders_of_that_side_and_a_new_rehearsal() -> None:
    cast = Cast()
    born = cast.hold()
    rehearsal, _ = cast.rehearse_with(born, ["c0", "c1", "c2", "e0", "e1", "e2"])
    for brought in (cast.bring(born, ["c0"]), cast.bring(born, ["e0", "e1"])):
        with pytest.raises(Refused) as refused:
            replace_holder(born.opening_keys, born.record, brought, leaving="c1", joining=cast.holder("c3"))
        assert codes(refused) == ["GARDE-21"]
    with pytest.raises(Refused) as refused:
        replace_holder(born.opening_keys, born.record, [], leaving="c8", joining=cast.holder("c4"))
    assert codes(refused) == ["GARDE-13"]
    new = replace_holder(
        born.opening_keys,
        born.record,
        cast.bring(born, ["c0", "c2"]),
        leaving="c1",
        joining=cast.holder("c5"),
    )
    left = ready(new.opening_keys, new.record, [rehearsal])
    assert [each.code for each in left] == ["GARDE-32", "GARDE-31", "GARDE-31", "GARDE-31"]
    assert set(new.record.splits) == {COMMITTEE, ESCROW}  # and the escrow's rehearsal still holds
