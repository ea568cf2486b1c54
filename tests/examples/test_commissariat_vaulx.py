"""S4: the RC of the police station as rules, its invented bids judged, its shared operator, its folders."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.examples.support import (
    EXAMPLES,
    articles_cited,
    codes,
    consultation_of,
    expected,
    judged,
    made_folders,
    recomputed,
    rules_of,
    states,
)

from reglo.procurement.deadlines import calendar_of
from reglo.procurement.judging.scoring import judge_lot
from reglo.procurement.pieces.exclusivity import conflicts, presented
from reglo.procurement.rules_file import with_choices
from reglo.reading.offers import read_offers

NAME = "commissariat-vaulx"
ARTICLES = [
    "1", "2", "2.1.1", "2.1.2", "2.1.3", "2.2", "2.3", "2.4", "3.1", "3.2", "3.3", "3.4", "3.5", "4", "5",
    "6", "7.1", "7.1.1", "7.1.2", "7.2", "7.3", "8", "8.1", "8.2", "8.3", "9.1", "9.2", "10.1", "10.2",
    "annexes",
]  # fmt: skip
FILES = ["offres.yaml", "offres-apres-exclusivite.yaml"]


def test_the_rules_load_without_any_fault() -> None:
    assert rules_of(NAME).faults == ()


@pytest.mark.parametrize("article", ARTICLES)
def test_every_article_of_the_rc_that_holds_a_rule_is_cited(article: str) -> None:
    assert article in articles_cited(consultation_of(NAME))


def test_every_reading_of_an_open_point_is_a_sound_rules_file() -> None:
    loaded = rules_of(NAME)
    readings = [
        (point.id, choice.id) for point in consultation_of(NAME).open_points for choice in point.choices
    ]
    unsound = [each for each in readings if with_choices(loaded, dict([each])).consultation is None]
    assert len(readings) >= 25
    assert unsound == []


@pytest.mark.parametrize("offers", FILES)
def test_marks_and_ranks_are_those_expected(offers: str) -> None:
    lot = expected(NAME, offers)["1"]
    lot.pop("shared_operators")
    assert judged(NAME, offers) == {"1": lot}


@pytest.mark.parametrize("offers", FILES)
def test_the_expectation_is_what_the_rc_alone_gives(offers: str) -> None:
    assert recomputed(NAME, offers) == expected(NAME, offers)


def test_the_golden_vector_of_legal_rules_6_4_comes_out_exactly() -> None:
    """80 000 gets 50.00 of 50 and 95 000 gets 42.11."""
    marks = {row["bid"]: row["marks"]["prix"] for row in judged(NAME, "offres.yaml")["1"]["ranking"]}
    assert (marks["sorbier"], marks["vaneau"]) == ("50", "42,11")


def test_a_tie_for_the_first_place_goes_to_the_lowest_price() -> None:
    """RC 7.1.1."""
    first, second = judged(NAME, "offres.yaml")["1"]["ranking"][:2]
    assert first["total"] == second["total"] == "88"
    assert [(first["bid"], first["rank"]), (second["bid"], second["rank"])] == [
        ("sorbier", 1),
        ("cordelle", 2),
    ]


def test_a_tie_elsewhere_made_by_rounding_keeps_its_common_rank() -> None:
    """50 x 80 000 / 129 030 is just over 31; the lowest price is named for the bid retained only."""
    ranks = {row["bid"]: row["rank"] for row in judged(NAME, "offres.yaml")["1"]["ranking"]}
    every_tie = {
        row["bid"]: row["rank"] for row in judged(NAME, "offres.yaml", egalites="toutes")["1"]["ranking"]
    }
    assert (ranks["ormes"], ranks["hulotte"]) == (4, 4)
    assert (every_tie["ormes"], every_tie["hulotte"]) == (4, 5)


def test_bids_over_the_credits_irregular_or_late_are_not_ranked() -> None:
    aside = judged(NAME, "offres.yaml")["1"]["aside"]
    assert aside == {"brisance": "unacceptable", "meridien": "irregular", "tardif": "late"}


def test_only_the_best_ranked_of_two_bids_with_a_common_member_stays() -> None:
    """RC 4 and 7.1: cordelle and vaneau share an economist; the others are ranked again without vaneau."""
    consultation = consultation_of(NAME)
    bids = read_offers(EXAMPLES / NAME / "offres.yaml", consultation).bids

    def rank(ids: frozenset[str]) -> list[list[str]]:
        ranked = judge_lot(consultation, "1", [bid for bid in bids if bid.id in ids]).ranked
        return [[result.bid.id] for result in ranked]

    solution = conflicts(consultation, presented(bids), {"1": rank}).solutions["1"]
    assert [outcome.removed for outcome in solution.outcomes] == [("vaneau",)]
    assert expected(NAME, "offres.yaml")["1"]["shared_operators"] == ["vaneau"]
    after = judged(NAME, "offres-apres-exclusivite.yaml")["1"]
    assert [(row["bid"], row["rank"]) for row in after["ranking"]] == [
        ("sorbier", 1),
        ("cordelle", 2),
        ("hulotte", 3),
        ("ormes", 3),
    ]
    assert after["aside"]["vaneau"] == "excluded"


def test_counting_the_firm_tranche_alone_undoes_the_tie_for_the_first_place() -> None:
    """RC 7.1 says "the price of the bid"; RC 2.2 has an optional tranche. 50 x 32 000 / 41 500 = 38.55."""
    first, second = judged(NAME, "offres.yaml", tranches_jugees="ferme")["1"]["ranking"][:2]
    assert (first["bid"], first["total"]) == ("sorbier", "88")
    assert (second["bid"], second["total"]) == ("cordelle", "86,55")


@pytest.mark.parametrize(
    ("entry", "day"),
    [
        ("term:modifications", date(2026, 9, 9)),
        ("term:questions", date(2026, 9, 8)),
        ("term:rendez-vous-visite", date(2026, 9, 3)),
        ("validity:submission_deadline", date(2027, 5, 13)),
        ("term:complement-candidature", date(2026, 9, 23)),
        ("term:regularisation-offre", date(2026, 9, 23)),
    ],
)
def test_the_calendar_of_legal_rules_3_5_and_3_6(entry: str, day: date) -> None:
    view = calendar_of(consultation_of(NAME), events={"request": date(2026, 9, 17)})
    assert {one.id: one.on for one in view.entries}[entry] == day


def test_the_calendar_says_questions_close_too_near_the_last_change() -> None:
    """L-16: five and four working days before the same deadline."""
    assert "CAL-02" in {finding.code for finding in calendar_of(consultation_of(NAME)).findings}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return made_folders(NAME, tmp_path_factory.mktemp("plis"))


@pytest.mark.parametrize("bidder", ["sorbier", "cordelle"])
def test_a_complete_folder_lacks_nothing(folders: dict[str, Path], bidder: str) -> None:
    found = states(NAME, folders[bidder])
    assert codes(found, "missing", "faulty") == set()
    assert codes(found, "not_due") == {"C3", "C12"}


def test_a_faulty_folder_shows_each_fault(folders: dict[str, Path]) -> None:
    """A Word file where OpenDocument is due, an empty cell, no visit certificate, 23 pages for 15."""
    found = states(NAME, folders["vaneau"])
    assert codes(found, "faulty") == {"C5", "O3"}
    assert codes(found, "missing") == {"O5"}
    assert "O4" in codes(found, "to_check")
