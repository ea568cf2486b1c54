"""Would the winner change? Every trial is counted, every change shown with both winners."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from tests.procurement.cast import bid

from reglo.procurement.bid import Assessment, Bid, Standing
from reglo.procurement.findings import Refused
from reglo.procurement.judging import robustness as module
from reglo.procurement.judging.robustness import Robustness, Trial, robustness
from reglo.procurement.rules_file import Loaded, load
from reglo.reading.rules import read_rules

EXAMPLES = Path(__file__).parents[3] / "examples"
RULES = """
reglo: 1
reference: ESSAI-1
title: Essai
buyer: {name: Ville de Chloé, kind: local}
nature: services
procedure: {type: adapted, legal_basis: [R.2123-1]}
lots: [{id: "1", name: Unique}]
calendar: {launched_on: 2026-09-01}
award:
  total: 100
  price_figure: montant
  inputs: [{id: montant, name: Montant}]
  scales:
    - id: grille
      levels: [{label: Bon, share: 100 %}, {label: Moyen, share: 50 %}, {label: Nul, share: 0 %}]
  criteria:
    - {id: prix, name: Prix, weight: 60, method: inverse, of: montant}
    - {id: qualite, name: Qualité, weight: 40, method: scale, scale: grille}
open_points:
  - id: formule
    question: Quelle formule ?
    choices:
      - {id: inverse, label: Inverse}
      - {id: lineaire, label: Linéaire, set: {"award.criteria[prix].method": linear}}
    default: inverse
  - id: poids
    question: Quels poids ?
    choices:
      - {id: soixante, label: 60 et 40}
      - id: quarante
        label: 40 et 60
        set: {"award.criteria[prix].weight": 40, "award.criteria[qualite].weight": 60}
    default: soixante
  - {id: silence, question: Et la langue ?}
"""


def rules() -> Loaded:
    return load(RULES)


def offer(name: str, price: str, level: str, **more: object) -> Bid:
    return bid(name, inputs={"montant": price}, assessments={"qualite": Assessment(level=level)}, **more)


def counts(result: Robustness) -> dict[Trial, int]:
    tried: Counter[Trial] = Counter()
    for one in result.coverage:
        tried[one.trial] += one.tried
    return dict(tried)


# alice 60 + 20 = 80, bob 30 + 40 = 70; linear: bob 0 + 40; 40/60: alice 40 + 30, bob 20 + 60
ALICE, BOB = offer("alice", "100", "Moyen"), offer("bob", "200", "Bon")


def test_every_kind_of_trial_is_made_and_counted() -> None:
    late = offer("carl", "90", "Bon", standing=Standing.LATE)
    result = robustness(rules(), [ALICE, BOB, late])
    assert counts(result) == {
        Trial.READING: 3,  # each alone, both
        Trial.ROUNDING: 28,  # 7 sets of stages in 4 modes; none is the RC's own
        Trial.LEVEL: 6,  # alice up and down, bob down, by a half and a whole level
        Trial.REMOVAL: 1,
        Trial.RETURN: 1,
    }
    assert all(one.exhaustive for one in result.coverage)
    assert any("1 point ouvert sans choix" in note for note in result.notes)


def test_each_change_says_what_and_both_winners() -> None:
    late = offer("carl", "90", "Bon", standing=Standing.LATE)
    result = robustness(rules(), [ALICE, BOB, late])
    assert {(one.trial, one.what, one.before, one.after) for one in result.changes} == {
        (Trial.READING, "« poids » lu « quarante »", "alice", "bob"),
        (Trial.LEVEL, "un demi-niveau de moins pour « alice » sur « Qualité »", "alice", ""),
        (Trial.LEVEL, "un niveau de moins pour « alice » sur « Qualité »", "alice", "bob"),
        (Trial.RETURN, "« carl » admise (hors délai auparavant)", "alice", "carl"),
    }


def test_a_change_that_only_adds_to_a_smaller_one_is_counted_not_listed() -> None:
    result = robustness(rules(), [ALICE, offer("bob", "180", "Bon")])  # 80 and 73.33
    moved = [one.what for one in result.changes if one.trial is Trial.LEVEL]
    assert moved == [
        "un demi-niveau de moins pour « alice » sur « Qualité »",
        "un niveau de moins pour « alice » sur « Qualité »",
    ]
    lines = result.as_lines()
    assert "- un demi-niveau de moins pour « alice » sur « Qualité » → bob" in lines
    assert not any(line.startswith("- un niveau de moins") for line in lines)
    assert "- et 1 variante de plus dans le même sens" in lines


def test_the_removal_of_a_loser_moves_the_price_marks_and_may_change_the_winner() -> None:
    alice, bob, carl = offer("alice", "70", "Moyen"), offer("bob", "110", "Bon"), offer("carl", "50", "Nul")
    result = robustness(rules(), [alice, bob, carl])  # 62.86, 67.27, 60; without carl 80 and 78.18
    (removal,) = (one for one in result.changes if one.trial is Trial.REMOVAL)
    assert (removal.what, removal.before, removal.after) == ("sans « carl »", "bob", "alice")


def test_what_is_not_tried_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_MARKED", 4)
    result = robustness(rules(), [ALICE, BOB])
    assert counts(result)[Trial.LEVEL] == 2
    (level,) = (one for one in result.coverage if one.trial is Trial.LEVEL)
    assert (level.possible, level.exhaustive) == (6, False)
    assert any("sur 6, les offres les mieux classées d'abord" in line for line in result.as_lines())


def test_too_many_readings_are_bounded_and_the_bound_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_READINGS", 2)
    result = robustness(rules(), [ALICE, BOB])
    (reading,) = (one for one in result.coverage if one.trial is Trial.READING)
    assert (reading.tried, reading.possible) == (2, 3)


def test_rules_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(Refused):
        robustness(load("reglo: 1"), [])


def test_the_same_bids_in_another_order_give_the_same_answer() -> None:
    assert robustness(rules(), [ALICE, BOB]) == robustness(rules(), [BOB, ALICE])


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir()))
def test_every_example_can_be_tried(example: str) -> None:
    loaded = read_rules(EXAMPLES / example / "rules.yaml")
    assert loaded.consultation is not None
    result = robustness(loaded, [])
    assert (result.changes, result.coverage) == ((), ())
