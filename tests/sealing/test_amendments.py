"""A deadline put back: the same keys, the same sealed plis, never an earlier opening."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Refused
from reglo.procurement.values import Instant
from reglo.reading.rules import read_rules
from reglo.sealing.age import Identity
from reglo.sealing.amendments import Amendment, amend, deadlines_in_force, read_amendment, rules_in_force
from reglo.sealing.opening_keys import OpeningKeys, compartments_of
from reglo.sealing.opening_time import closed_because, deadlines_of, kept_because

RULES = Path(__file__).parents[2] / "examples" / "commissariat-vaulx" / "rules.yaml"
loaded = read_rules(RULES)
assert loaded.consultation is not None
CONSULTATION: Consultation = loaded.consultation
NAMES = compartments_of(CONSULTATION)
KEYS = OpeningKeys(
    consultation=CONSULTATION.reference,
    rules_sha256=loaded.digest,
    recipients={name: Identity(bytes([place + 1]) * 32).recipient for place, name in enumerate(NAMES)},
)
BORN = deadlines_of(CONSULTATION, NAMES)
LIMIT = BORN["bid/1"]
BEFORE = LIMIT - timedelta(days=3)


def put(days: float) -> Consultation:
    """The rules with their deadline moved by so many days."""
    limit = CONSULTATION.calendar.submission_deadline
    assert limit is not None
    moved = Instant(limit.at + timedelta(days=days))
    return replace(CONSULTATION, calendar=replace(CONSULTATION.calendar, submission_deadline=moved))


def act(days: float, *earlier: Amendment, digest: str = "b" * 64, at: datetime = BEFORE) -> Amendment:
    return amend(KEYS, BORN, earlier, put(days), digest, at=at)


def test_new_rules_are_those_of_the_keys_and_nothing_opens_before_their_deadline() -> None:
    first = act(7)
    assert read_amendment(first.to_json()) == first
    second = act(9, first, digest="c" * 64)
    assert rules_in_force(KEYS, [second, first]) == "c" * 64
    asked = {"compartments": ["bid/1"], "now": LIMIT + timedelta(days=8)}
    early = closed_because(KEYS, put(9), "c" * 64, in_force="c" * 64, **asked)  # type: ignore[arg-type]
    assert [finding.code for finding in early] == ["GARDE-24"]
    old = closed_because(KEYS, CONSULTATION, loaded.digest, in_force="c" * 64, **asked)  # type: ignore[arg-type]
    assert [finding.code for finding in old] == ["GARDE-25"]  # the rules of before open nothing any more
    limits = deadlines_in_force(KEYS.consultation, BORN, [second, first])
    kept = kept_because(limits, ["bid/1"], now=LIMIT + timedelta(days=8))
    assert [finding.code for finding in kept] == ["GARDE-27"]


def test_a_replaced_holder_does_not_undo_the_act() -> None:
    assert rules_in_force(replace(KEYS, committee=None, rules_sha256=loaded.digest), [act(7)]) == "b" * 64


def two_phases(days: float | None) -> Consultation:
    """Candidacies due as in the rules; bids so many days later, None: it is not known yet."""
    limit = CONSULTATION.calendar.submission_deadline
    assert limit is not None
    bids = None if days is None else Instant(limit.at + timedelta(days=days))
    dates = replace(CONSULTATION.calendar, candidacy_deadline=limit, submission_deadline=bids)
    return replace(CONSULTATION, calendar=dates)


def test_the_act_sets_the_deadline_of_bids_that_had_none_once_candidacies_are_in() -> None:
    born = deadlines_of(two_phases(None), NAMES)
    assert set(born) == {"candidacy/1"}
    invited = LIMIT + timedelta(days=20)  # candidacies are closed by then
    found = amend(KEYS, born, (), two_phases(50), "b" * 64, at=invited)
    limits = deadlines_in_force(KEYS.consultation, born, [read_amendment(found.to_json())])
    assert limits == {"candidacy/1": LIMIT, "bid/1": LIMIT + timedelta(days=50)}
    [early] = kept_because(limits, ["candidacy/1", "bid/1"], now=LIMIT + timedelta(days=49))
    assert (early.code, early.facts["compartment"]) == ("GARDE-27", "bid/1")
    assert kept_because(limits, ["bid/1"], now=LIMIT + timedelta(days=51)) == ()
    with pytest.raises(Refused, match="est déjà passée"):  # an hour gone by is never set
        amend(KEYS, born, (), two_phases(50), "b" * 64, at=LIMIT + timedelta(days=50))
    forged = replace(found, at=LIMIT + timedelta(days=50))
    with pytest.raises(Refused, match="déjà passée ce jour-là"):
        deadlines_in_force(KEYS.consultation, born, [forged])
    later = amend(KEYS, born, [found], two_phases(60), "c" * 64, at=invited)
    with pytest.raises(Refused, match="serait plus tôt"):
        amend(KEYS, born, [found, later], two_phases(55), "d" * 64, at=invited)


@pytest.mark.parametrize(
    ("days", "at", "why"),
    [
        (-1, BEFORE, "serait plus tôt"),
        (7, LIMIT + timedelta(seconds=1), "est passée"),
    ],
)
def test_a_deadline_is_never_brought_forward_nor_put_back_once_past(
    days: float, at: datetime, why: str
) -> None:
    with pytest.raises(Refused, match=why):
        act(days, at=at)


def test_other_lots_other_consultations_and_gaps_are_refused() -> None:
    with pytest.raises(Refused, match="déjà celles des clés"):
        act(7, digest=loaded.digest)
    with pytest.raises(Refused, match="sont celles de"):
        amend(KEYS, BORN, (), replace(put(7), reference="2026-99"), "b" * 64, at=BEFORE)
    fewer = replace(KEYS, recipients={"bid/1": KEYS.recipients["bid/1"]})
    with pytest.raises(Refused, match="mêmes lots"):
        amend(fewer, {"bid/1": LIMIT}, (), put(7), "b" * 64, at=BEFORE)
    with pytest.raises(Refused, match="ne suit pas"):
        rules_in_force(KEYS, [act(9, act(7), digest="c" * 64)])
    earlier = replace(act(9, act(7), digest="c" * 64), deadlines={"bid/1": LIMIT})
    with pytest.raises(Refused, match="avance une heure limite"):
        deadlines_in_force(KEYS.consultation, BORN, [act(7), earlier])
    with pytest.raises(Refused, match="de la consultation « 2026-99 »"):
        deadlines_in_force(KEYS.consultation, BORN, [replace(act(7), consultation="2026-99")])
    with pytest.raises(Refused, match="d'autres clés"):
        rules_in_force(replace(KEYS, recipients={"bid/1": Identity(b"\7" * 32).recipient}), [act(7)])
    for spoilt in (b"", b"{}", act(7).to_json()[:-9], b'{"format":"reglo-amendment/1"}'):
        with pytest.raises(Refused, match="GARDE-50"):
            read_amendment(spoilt)
