"""S3: the RC of the shooting ranges as rules, its invented bids judged lot by lot, its bid folders."""

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
from reglo.procurement.judging.robustness import Trial, robustness
from reglo.procurement.rules_file import with_choices
from reglo.reading.offers import read_offers

NAME = "stands-de-tir"
ARTICLES = [
    "1", "2", "2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7", "3.8", "3.9", "4", "5",
    "6", "7", "7.1", "7.2", "7.3", "7.4", "7.5", "8", "8.1", "8.2", "8.3", "9.1", "9.2", "annexes",
]  # fmt: skip


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


def test_marks_and_ranks_are_those_expected_in_the_twelve_lots() -> None:
    assert judged(NAME, "offres.yaml") == expected(NAME, "offres.yaml")


def test_the_expectation_is_what_the_rc_alone_gives() -> None:
    assert recomputed(NAME, "offres.yaml") == expected(NAME, "offres.yaml")


def test_the_golden_vector_of_legal_rules_6_4_comes_out_exactly_in_lot_4() -> None:
    """X 30.00 + 28.52 + 28.00 = 86.52; Y 27.37 + 30.00 + 32.40 = 89.77; Y first."""
    rows = judged(NAME, "offres.yaml")["4"]["ranking"]
    assert [(row["bid"], row["rank"], row["total"]) for row in rows] == [
        ("pluvignac", 1, "89,77"),
        ("orvanche", 2, "86,52"),
    ]
    y, x = (row["marks"] for row in rows)
    assert (x["entretien"], x["curatif"], x["technique"]) == ("30", "28,52", "28")
    assert (y["entretien"], y["curatif"], y["technique"]) == ("27,37", "30", "32,4")


def test_a_tie_for_the_first_place_goes_to_the_better_price_mark() -> None:
    """RC 7.2."""
    first, second = judged(NAME, "offres.yaml")["1"]["ranking"][:2]
    assert first["total"] == second["total"] == "88,8"
    assert (first["bid"], first["rank"], first["marks"]["prix"]) == ("orvanche", 1, "60")
    assert (second["bid"], second["rank"], second["marks"]["prix"]) == ("cendrelle", 2, "54")


def test_a_tie_elsewhere_keeps_its_common_rank_unless_the_other_reading_is_chosen() -> None:
    """RC 7.2: 1, 2, 2, 4; "the bid retained" only is named by the price mark (open point egalites)."""
    ranks = [row["rank"] for row in judged(NAME, "offres.yaml")["2"]["ranking"]]
    every_tie = judged(NAME, "offres.yaml", egalites="toutes")["2"]["ranking"]
    assert ranks == [1, 2, 2, 4]
    assert [row["rank"] for row in every_tie] == [1, 2, 3, 4]


def test_reading_the_maintenance_formula_as_printed_gives_lot_1_to_another_bidder() -> None:
    """The division by 100 that a missing parenthesis leaves on the last term only (RC 7.2)."""
    literal = judged(NAME, "offres.yaml", division_par_cent="dernier-terme")
    assert literal["1"]["ranking"][0]["bid"] == "cendrelle"


def test_robustness_tries_the_readings_of_lot_1_and_finds_the_one_that_changes_its_winner() -> None:
    """One reading, the price watched for low bids, changes no mark and is not counted among them."""
    loaded, consultation = rules_of(NAME), consultation_of(NAME)
    bids = read_offers(EXAMPLES / NAME / "offres.yaml", consultation).bids
    found = robustness(loaded, [bid for bid in bids if bid.lot == "1"])
    readings = [change for change in found.changes if change.trial is Trial.READING]
    assert {change.after for change in readings} == {"cendrelle"}
    assert "« division-par-cent » lu « dernier-terme »" in [change.what for change in readings]
    assert not [change for change in readings if "prix-des-offres-basses" in change.what]


def test_low_bids_are_looked_for_on_the_price_the_reading_names() -> None:
    for reading in ("ensemble", "entretien", "curatif"):
        assert judged(NAME, "offres.yaml", prix_des_offres_basses=reading)["6"]["low_bids"] == ["pluvignac"]


def test_one_mark_over_sixty_is_another_reading_of_the_price() -> None:
    """60 x lowest / price on both offers together: X 13 500 lowest of 13 500 and 13 910 (RC 7.2)."""
    y, x = judged(NAME, "offres.yaml", formule_du_prix="generale")["4"]["ranking"]
    assert (y["marks"]["prix"], x["marks"]["prix"]) == ("58,23", "60")


def test_noon_sharp_is_late_for_plis_are_due_before_noon() -> None:
    """RC 8.1."""
    results = judged(NAME, "offres.yaml")
    assert results["1"]["aside"] == {"dombelles": "late"}
    assert results["2"]["aside"] == {"hautreuil": "irregular"}
    assert results["5"]["aside"] == {"calmontel": "excluded", "rochebelin": "excluded"}
    assert results["12"]["aside"] == {"dombelles": "late"}


def test_a_price_at_two_fifths_of_the_others_is_signalled_and_still_ranked() -> None:
    lot = judged(NAME, "offres.yaml")["6"]
    assert lot["low_bids"] == ["pluvignac"]
    assert lot["ranking"][0]["bid"] == "pluvignac"


@pytest.mark.parametrize(
    ("entry", "day"),
    [
        ("term:questions", date(2026, 2, 6)),
        ("term:modifications", date(2026, 2, 11)),
        ("term:derniere-visite", date(2026, 2, 11)),
        ("information", date(2026, 2, 12)),
        ("minimum:bids:sending", date(2026, 1, 18)),
        ("validity:submission_deadline", date(2026, 8, 17)),
    ],
)
def test_the_calendar_of_legal_rules_3_6(entry: str, day: date) -> None:
    entries = {one.id: one.on for one in calendar_of(consultation_of(NAME)).entries}
    assert entries[entry] == day


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return made_folders(NAME, tmp_path_factory.mktemp("plis"))


def test_a_complete_folder_lacks_nothing(folders: dict[str, Path]) -> None:
    found = states(NAME, folders["orvanche"])
    assert codes(found, "missing", "faulty") == set()
    assert codes(found, "not_due") == {"C2", "C9"}


def test_a_faulty_folder_shows_each_fault(folders: dict[str, Path]) -> None:
    """C5 twice, C6 without its code, a BPU without its PDF, a memoir of twelve pages for ten."""
    found = states(NAME, folders["tirelune"])
    assert codes(found, "faulty") == {"O2"}
    assert codes(found, "to_check") == {"C5", "C6", "O1", "O3-1"}
    assert codes(found, "not_due") == {"C2", "C9", "O4", "O5"}


def test_in_a_grouping_each_member_owes_its_pieces(folders: dict[str, Path]) -> None:
    """RC 6: C8 of the second member is missing; C2 is due from him alone, in receivership."""
    found = states(NAME, folders["cendrelle"])
    second = "Électricité Brunoy-Tassel SARL"
    assert found["C8", second] == "missing"
    assert found["C2", second] == "present"
    assert found["C2", "Cendrelle Dépollution SAS"] == "not_due"
    assert codes(found, "missing") == {"C8"}
