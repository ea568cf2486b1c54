"""S2: the RC of the Domaine de Loos as rules, and its invented bids judged to the last digit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import yaml
from tests.examples.support import (
    EXAMPLES,
    ROOT,
    articles_cited,
    codes,
    consultation_of,
    expected,
    judged,
    made_folders,
    recomputed,
    rules_of,
    shape,
    states,
)

from reglo.procurement.bid import Standing
from reglo.procurement.deadlines import calendar_of
from reglo.procurement.judging.scoring import judge
from reglo.procurement.pieces.exclusivity import conflicts
from reglo.reading.offers import read_offers

NAME = "amo-domaine-de-loos"
ARTICLES = [
    "couverture", "prologue", "1.1", "1.2", "1.3", "1.4", "1.5", "2.1", "2.2", "2.3", "2.4", "3", "4.1",
    "4.2", "4.3", "4.4", "5.1", "5.2", "6.1", "6.2", "6.3", "6.4", "7", "8.1", "8.2", "8.3", "8.4", "9",
    "9.1", "9.2", "10", "11", "12", "13", "14",
]  # fmt: skip
FILES = ["offres.yaml", "offres-initiales.yaml", "offres-egalite.yaml"]
GOLDEN = ROOT / "tests" / "vectors" / "scoring" / "golden_s2.yaml"


def test_the_rules_load_without_a_blocking_fault() -> None:
    assert rules_of(NAME).consultation is not None


@pytest.mark.parametrize("article", ARTICLES)
def test_every_article_of_the_rc_that_holds_a_rule_is_cited(article: str) -> None:
    assert article in articles_cited(consultation_of(NAME))


def test_every_contradiction_or_silence_legal_rules_10_finds_is_an_open_point() -> None:
    known = {
        "L-02",
        "L-03",
        "L-04",
        "L-06",
        "L-11",
        "L-17",
        "L-18",
        "L-19",
        "L-24",
        "L-25",
    }
    assert known - {point.rule for point in consultation_of(NAME).open_points} == set()


@pytest.mark.parametrize("offers", FILES)
def test_marks_and_ranks_are_those_expected(offers: str) -> None:
    assert judged(NAME, offers) == expected(NAME, offers)


@pytest.mark.parametrize("offers", FILES)
def test_the_expectation_is_what_the_rc_alone_gives(offers: str) -> None:
    assert recomputed(NAME, offers) == expected(NAME, offers)


def test_the_golden_vector_of_legal_rules_6_4_comes_out_exactly(tmp_path: Path) -> None:
    golden = yaml.safe_load(GOLDEN.read_text(encoding="utf-8"))
    offers = tmp_path / "offres.yaml"
    offers.write_text(yaml.safe_dump(golden["offers"], allow_unicode=True), encoding="utf-8")
    consultation = consultation_of(NAME)
    read = read_offers(offers, consultation)
    assert read.findings == ()
    (lot,) = judge(consultation, read.bids).lots
    rows = {row["bid"]: row["marks"] | {"total": row["total"]} for row in shape(lot)["ranking"]}
    assert rows == golden["expected"]


def test_every_bid_concerned_by_one_operator_in_two_groupings_is_set_aside() -> None:
    """RC 4.2 eliminates both groupings."""
    aside = judged(NAME, "offres.yaml")["1"]["aside"]
    assert aside == {"deule": "irregular", "escaut": "late", "flandre": "excluded", "gayant": "excluded"}


def test_negotiation_turns_the_ranking_over_and_makes_an_irregular_bid_regular() -> None:
    first, last = judged(NAME, "offres-initiales.yaml")["1"], judged(NAME, "offres.yaml")["1"]
    assert [row["bid"] for row in first["ranking"]][:2] == ["boreal", "archipel"]
    assert [row["bid"] for row in last["ranking"]][:2] == ["archipel", "boreal"]
    assert first["aside"] == {"lys": "irregular"}
    assert "lys" in [row["bid"] for row in last["ranking"]]


def test_an_exact_half_tenth_goes_up() -> None:
    """30 x 31 200 / 57 600 = 16.25, printed 16.3 (RC 8.2; the RC says "nearest" only)."""
    (row,) = [row for row in judged(NAME, "offres.yaml")["1"]["ranking"] if row["bid"] == "archipel"]
    assert row["marks"]["prix"] == "16,3"
    lot = judged(NAME, "offres.yaml", arrondi="pair")["1"]
    (row,) = [row for row in lot["ranking"] if row["bid"] == "archipel"]
    assert row["marks"]["prix"] == "16,2"


def test_a_tie_for_the_first_place_stops_with_a_question_for_no_rule_breaks_it() -> None:
    lot = judged(NAME, "offres-egalite.yaml")["1"]
    assert lot["question"] is True
    assert [row["rank"] for row in lot["ranking"]] == [1, 1, 3]


@pytest.mark.parametrize(
    ("entry", "day"),
    [
        ("candidacy_deadline", date(2025, 10, 10)),
        ("minimum:candidacies:sending", date(2025, 9, 9)),
        ("visit:site", date(2025, 9, 22)),
        ("term:demande-d-acces", date(2025, 9, 16)),
        ("term:reponses", date(2025, 10, 4)),
    ],
)
def test_the_calendar_of_legal_rules_3_6(entry: str, day: date) -> None:
    entries = {one.id: one.on for one in calendar_of(consultation_of(NAME)).entries}
    assert entries[entry] == day


def test_validity_runs_180_days_from_the_initial_bids_or_from_the_final_ones() -> None:
    days = {"submission_deadline": date(2025, 12, 1), "final_bids_deadline": date(2026, 1, 15)}
    entries = {one.id: one.on for one in calendar_of(consultation_of(NAME), events=days).entries}
    initial = calendar_of(consultation_of(NAME), events={"submission_deadline": date(2025, 12, 1)}).entries
    assert entries["validity:final_bids_deadline"] == date(2026, 7, 14)
    assert {one.id: one.on for one in initial}["validity:submission_deadline"] == date(2026, 5, 30)


def test_the_calendar_says_the_days_are_counted_in_mixed_units_and_the_zone_is_odd() -> None:
    """L-17 and §2.2: found by computation, not only noted as open points."""
    codes = {finding.code for finding in calendar_of(consultation_of(NAME)).findings}
    assert {"CAL-06", "CAL-07", "CAL-08"} <= codes


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return made_folders(NAME, tmp_path_factory.mktemp("plis"))


def test_a_complete_folder_lacks_nothing(folders: dict[str, Path]) -> None:
    """RC 5.2 and 7: each of the three members gave its pieces; nobody else's means are relied upon."""
    found = states(NAME, folders["archipel"])
    assert codes(found, "missing", "faulty") == set()
    assert codes(found, "not_due") == {"C9", "C11", "C12", "DUME", "TSC", "A1"}


def test_a_faulty_folder_shows_each_fault_and_whose_it_is(folders: dict[str, Path]) -> None:
    """RC 5.2, pièce 6, of the second member; RC 7: no confidentiality commitment, no DPGF, no chapter 2."""
    found = states(NAME, folders["flandre"])
    assert found["C6", "Kermesse Ingénierie SAS"] == "missing"
    assert found["C6", "Flandre Architecture SARL"] == "present"
    assert codes(found, "missing") == {"C6", "O2", "O3"}
    assert codes(found, "to_check") == {"O1", "O4", "C7"}  # C7: references nobody has counted


def test_the_operators_of_the_bids_show_the_conflict_the_rc_sanctions() -> None:
    """GR-04, RC 4.2: before a person put them aside, the graph of operators proposes the same two bids."""
    consultation = consultation_of(NAME)
    bids = read_offers(EXAMPLES / NAME / "offres.yaml", consultation).bids
    undecided = [
        replace(bid, standing=Standing.ADMITTED) for bid in bids if bid.standing is Standing.EXCLUDED
    ]
    found = conflicts(consultation, [bid for bid in bids if bid.standing is Standing.ADMITTED] + undecided)
    assert [(one.operator.name, sorted(one.bids)) for one in found.conflicts] == [
        ("Kermesse Ingénierie SAS", ["flandre", "gayant"])
    ]
    assert sorted(bid for those in found.eliminated.values() for bid in those) == ["flandre", "gayant"]
