"""S0: the notice 25-142768 as rules, and its invented bids judged to the last digit."""

from __future__ import annotations

from datetime import date

import pytest
from tests.examples.support import (
    articles_cited,
    consultation_of,
    expected,
    judged,
    recomputed,
    rules_of,
    value_at,
)

from reglo.procurement.deadlines import calendar_of
from reglo.procurement.values import Instant

NAME = "centre-operations-securite"
ARTICLES = [
    "1.1", "2.1", "2.1.1", "2.1.2", "2.1.3", "2.1.4", "5.1", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.5",
    "5.1.6", "5.1.10", "5.1.11", "5.1.12", "5.1.15", "5.1.16", "8.1",
]  # fmt: skip
FILES = ["offres.yaml", "offres-egalite.yaml"]


def test_the_rules_load_without_a_blocking_fault() -> None:
    assert rules_of(NAME).consultation is not None


@pytest.mark.parametrize("article", ARTICLES)
def test_every_section_of_the_notice_that_holds_a_rule_is_cited(article: str) -> None:
    assert article in articles_cited(consultation_of(NAME))


def test_every_contradiction_or_silence_legal_rules_10_finds_is_an_open_point() -> None:
    known = {
        "L-04",
        "L-11",
        "L-12",
        "L-19",
        "L-20",
        "L-21",
    }
    assert known - {point.rule for point in consultation_of(NAME).open_points} == set()


@pytest.mark.parametrize("offers", FILES)
def test_marks_and_ranks_are_those_expected(offers: str) -> None:
    assert judged(NAME, offers) == expected(NAME, offers)


@pytest.mark.parametrize("offers", FILES)
def test_the_expectation_is_what_the_notice_alone_gives(offers: str) -> None:
    assert recomputed(NAME, offers) == expected(NAME, offers)


def test_the_grouping_wins_the_low_bid_alerts_the_late_and_irregular_ones_are_apart() -> None:
    lot = judged(NAME, "offres.yaml")["1"]
    assert [row["bid"] for row in lot["ranking"]] == ["vigie", "bastion", "calanque", "faraman"]
    assert lot["low_bids"] == ["calanque"]
    assert lot["aside"] == {"durance": "irregular", "estaque": "late"}


def test_a_tie_for_the_first_place_stops_with_a_question_for_no_rule_breaks_it() -> None:
    lot = judged(NAME, "offres-egalite.yaml")["1"]
    assert lot["question"] is True
    assert [row["rank"] for row in lot["ranking"]] == [1, 1, 3, 3]


def test_the_price_formula_the_notice_leaves_open_decides_who_wins() -> None:
    """CR-02: under the linear reading the bid that raised an alert comes first."""
    lot = judged(NAME, "offres.yaml", formule_prix="lineaire")["1"]
    assert [(row["bid"], row["total"]) for row in lot["ranking"]][:2] == [
        ("calanque", "73"),
        ("bastion", "6347/101"),
    ]


def test_a_tie_rule_chosen_by_the_buyer_settles_the_question() -> None:
    lot = judged(NAME, "offres-egalite.yaml", egalite="technique")["1"]
    assert [(row["bid"], row["rank"]) for row in lot["ranking"]][:2] == [("vigie", 1), ("bastion", 2)]


def test_quality_sub_criteria_weigh_12_16_and_12_points() -> None:
    shares = [
        value_at(consultation_of(NAME), f"award.criteria[technique].criteria[{name}].share").of(40)
        for name in ("organisation", "expertise", "independance")
    ]
    assert shares == [12, 16, 12]


@pytest.mark.parametrize(
    ("entry", "day"),
    [
        ("minimum:bids:earliest", date(2026, 1, 29)),
        ("minimum:bids:sending", date(2025, 12, 29)),
        ("information", date(2026, 1, 23)),
        ("validity:submission_deadline", date(2026, 5, 29)),
    ],
)
def test_the_calendar_of_legal_rules_3_5_and_3_6(entry: str, day: date) -> None:
    entries = {one.id: one.on for one in calendar_of(consultation_of(NAME)).entries}
    assert entries[entry] == day


def test_the_notice_left_with_no_day_to_spare() -> None:
    (check,) = calendar_of(consultation_of(NAME)).minimums
    assert (check.days, check.margin) == (30, 0)


def test_the_announced_instants_are_those_of_the_notice() -> None:
    calendar = consultation_of(NAME).calendar
    assert (calendar.sent_at, calendar.submission_deadline, calendar.opening_at) == (
        Instant.parse("2025-12-29 14:04 Europe/Paris"),
        Instant.parse("2026-01-29 12:00 Europe/Paris"),
        Instant.parse("2026-01-30 09:30 Europe/Paris"),
    )
