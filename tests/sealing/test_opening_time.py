"""Nothing opens while a bid may still come in time (AP-T09), by the very rules the keys were born of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reglo.procurement.consultation import Consultation
from reglo.procurement.values import Instant
from reglo.reading.rules import read_rules
from reglo.sealing.age import Identity
from reglo.sealing.opening_keys import OpeningKeys
from reglo.sealing.opening_time import closed_because, deadlines_of, kept_because

RULES = Path(__file__).parents[2] / "examples" / "stands-de-tir" / "rules.yaml"
DEADLINE = datetime(2026, 2, 18, 11, 0, tzinfo=UTC)  # noon in Paris, "before"
SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def rules() -> tuple[Consultation, str, OpeningKeys]:
    loaded = read_rules(RULES)
    assert loaded.consultation is not None
    keys = OpeningKeys(
        consultation=loaded.consultation.reference,
        rules_sha256=loaded.digest,
        recipients={"bid/1": Identity(b"\1" * 32).recipient},
    )
    return loaded.consultation, loaded.digest, keys


Rules = tuple[Consultation, str, OpeningKeys]


@pytest.mark.parametrize(
    ("inclusive", "now", "closed"),
    [
        (False, DEADLINE - SECOND, True),
        (False, DEADLINE, False),  # "before noon": at noon nothing comes in time any more
        (True, DEADLINE, True),  # a bid of that very instant is on time
        (True, DEADLINE + timedelta(microseconds=1), False),
    ],
)
def test_nothing_opens_while_a_bid_would_be_on_time(
    rules: Rules, inclusive: bool, now: datetime, closed: bool
) -> None:
    consultation, digest, keys = rules
    consultation = replace(
        consultation, calendar=replace(consultation.calendar, deadline_inclusive=inclusive)
    )
    found = closed_because(keys, consultation, digest, ["bid/1"], now=now)
    assert [finding.code for finding in found] == ["GARDE-24"] * closed


def test_the_refusal_says_both_instants_in_the_zone_of_the_rules(rules: Rules) -> None:
    consultation, digest, keys = rules
    [found] = closed_because(keys, consultation, digest, ["bid/1"], now=DEADLINE - SECOND)
    assert "après le 18/02/2026 à 12:00:00 (Europe/Paris)" in found.cause_text
    assert "ce poste est au 18/02/2026 à 11:59:59" in found.cause_text


@pytest.mark.parametrize(
    ("now", "codes"),
    [
        (DEADLINE - SECOND, ["GARDE-27", "GARDE-26"]),
        (DEADLINE, ["GARDE-27", "GARDE-26"]),
        (DEADLINE + timedelta(microseconds=1), ["GARDE-26"]),
    ],
)
def test_a_holder_keeps_its_share_until_the_deadline_its_package_knows(
    now: datetime, codes: list[str]
) -> None:
    found = kept_because({"bid/1": DEADLINE}, ["bid/1", "bid/2"], now=now)
    assert [finding.code for finding in found] == codes


def test_the_deadlines_of_a_ceremony_are_those_of_the_rules(rules: Rules) -> None:
    consultation, _, _ = rules
    earlier = Instant(DEADLINE - timedelta(days=30))
    two_phases = replace(
        consultation,
        calendar=replace(consultation.calendar, candidacy_deadline=earlier, submission_deadline=None),
    )
    asked = ["candidacy/*", "bid/1"]
    assert deadlines_of(consultation, asked) == dict.fromkeys(asked, DEADLINE)
    assert deadlines_of(two_phases, asked) == {"candidacy/*": earlier.at}


def test_candidacies_of_a_procedure_in_two_phases_open_after_their_own_deadline(rules: Rules) -> None:
    consultation, digest, keys = rules
    earlier = Instant(DEADLINE - timedelta(days=30))
    consultation = replace(consultation, calendar=replace(consultation.calendar, candidacy_deadline=earlier))
    found = closed_because(
        keys, consultation, digest, ["candidacy/1", "bid/1"], now=DEADLINE - timedelta(days=1)
    )
    assert [finding.facts["compartment"] for finding in found] == ["bid/1"]


def test_other_rules_decide_nothing_whatever_their_deadline(rules: Rules) -> None:
    consultation, _, keys = rules
    for now in (DEADLINE - SECOND, DEADLINE + SECOND):
        [found] = closed_because(keys, consultation, "0" * 64, ["bid/1"], now=now)
        assert found.code == "GARDE-25"


def test_rules_without_a_deadline_say_so(rules: Rules) -> None:
    consultation, digest, keys = rules
    consultation = replace(consultation, calendar=replace(consultation.calendar, submission_deadline=None))
    [found] = closed_because(keys, consultation, digest, ["bid/1"], now=DEADLINE + SECOND)
    assert found.code == "GARDE-26"
