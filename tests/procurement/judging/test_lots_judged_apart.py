"""Lots with their own judgement: exact marks, what they share, the rules as a file, what a choice changes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from tests.procurement.cast import bid

from reglo.procurement.consultation import Consultation
from reglo.procurement.findings import Refused
from reglo.procurement.formulas.invariants import check
from reglo.procurement.judging.explanation import as_text, explain
from reglo.procurement.judging.judgement import LotResult
from reglo.procurement.judging.offers import columns
from reglo.procurement.judging.robustness import Trial, robustness
from reglo.procurement.judging.scoring import judge, judge_lot
from reglo.procurement.rules_file import Loaded, load, write

RULES = """\
reglo: 1
reference: LOTS-1
title: Entretien des bâtiments
buyer: {name: Ville de Chloé, kind: local}
nature: services
procedure: {type: adapted, legal_basis: [R.2123-1]}
lots:
  - {id: "1", name: Nettoyage}
  - {id: "2", name: Espaces verts}
  - {id: "3", name: Vitrerie}
calendar: {submission_deadline: 2026-03-02 12:00 Europe/Paris}
award:
  price_figure: prix
  inputs: [{id: prix, name: Prix annuel}]
  scales:
    - id: grille
      levels: [{label: Bon, share: 100 %}, {label: Moyen, share: 50 %}, {label: Nul, share: 0 %}]
  criteria:
    - {id: prix, name: Prix, weight: 60, method: inverse, of: prix, price: true}
    - {id: technique, name: Technique, weight: 40, method: scale, scale: grille}
  rounding: [{decimals: 2, stages: [leaf]}]
  ties: [{rule: lowest, of: prix}]
  for_lots:
    - lots: ["2"]  # RC 6.2
      total: 20
      inputs:
        - {id: prix, name: Détail estimatif}
        - {id: delai, name: Délai, kind: number, unit: jours}
      criteria:
        - {id: prix, name: Prix, weight: 5, method: linear, of: prix, price: true, source: RC 6.2}
        - {id: delai, name: Délai, weight: 9, method: inverse, of: delai, source: RC 6.2}
        - {id: vert, name: Environnement, weight: 6, method: scale, scale: grille, source: RC 6.2}
      rounding: []
open_points:
  - id: poids
    question: Le délai du lot 2 compte-t-il pour neuf points, ou pour un ?
    choices:
      - {id: ecrit, label: Neuf}
      - id: un
        label: Un
        set:
          "award.for_lots[0].criteria[delai].weight": 1
          "award.for_lots[0].criteria[prix].weight": 13
    default: ecrit
"""
BIDS = (
    bid("alice", lot="1", inputs={"prix": "42000"}, levels={"technique": "Bon"}),
    bid("bob", lot="1", inputs={"prix": "36500"}, levels={"technique": "Moyen"}),
    bid("alice", lot="2", inputs={"prix": "10000", "delai": "7"}, levels={"vert": "Moyen"}),
    bid("bob", lot="2", inputs={"prix": "12000", "delai": "3"}, levels={"vert": "Moyen"}),
    bid("alice", lot="3", inputs={"prix": "9000"}, levels={"technique": "Bon"}),
)


def rules(text: str = RULES) -> tuple[Loaded, Consultation]:
    loaded = load(text)
    assert [str(fault) for fault in loaded.faults] == []
    assert loaded.consultation is not None
    return loaded, loaded.consultation


def marks(result: LotResult) -> dict[str, list[Fraction]]:
    return {one.bid.id: [part.value for part in one.total.parts] for one in result.ranked}


def test_each_lot_is_marked_by_its_own_criteria_exactly() -> None:
    judged = {result.lot.id: result for result in judge(rules()[1], BIDS).lots}
    assert marks(judged["1"]) == {
        "alice": [Fraction("52.14"), Fraction(40)],
        "bob": [Fraction(60), Fraction(20)],
    }
    assert marks(judged["2"]) == {  # its own points and figures, nothing rounded
        "bob": [Fraction(4), Fraction(9), Fraction(3)],
        "alice": [Fraction(5), Fraction(27, 7), Fraction(3)],
    }
    assert [one.total.maximum for one in judged["2"].ranked] == [20, 20]
    assert marks(judged["3"]) == {"alice": [Fraction(60), Fraction(40)]}  # the common criteria


def test_one_lot_alone_is_judged_as_among_the_others() -> None:
    _, consultation = rules()
    for result in judge(consultation, BIDS).lots:
        assert judge_lot(consultation, result.lot.id, BIDS) == result


def test_a_lot_judged_apart_is_what_a_file_of_its_own_judges() -> None:
    _, consultation = rules()
    alone = replace(consultation.in_lot("2"), open_points=())
    assert [criterion.id for criterion in alone.award.criteria] == ["prix", "delai", "vert"]
    assert alone.award.ties == consultation.award.ties
    assert alone.award.scales == consultation.award.scales
    assert judge_lot(alone, "2", BIDS) == judge_lot(consultation, "2", BIDS)
    assert load(write(alone)).consultation == alone


def test_the_offers_of_each_lot_are_asked_what_it_judges() -> None:
    _, consultation = rules()
    kinds = ("input:", "level:")
    asked = {
        lot: [column.key for column in columns(consultation, lot) if column.key.startswith(kinds)]
        for lot in ("1", "2", "3")
    }
    assert asked == {
        "1": ["input:prix", "level:technique"],
        "2": ["input:prix", "input:delai", "level:vert"],
        "3": ["input:prix", "level:technique"],
    }


def test_an_explanation_names_the_figures_and_articles_of_its_lot() -> None:
    _, consultation = rules()
    (result,) = (one for one in judge(consultation, BIDS).lots if one.lot.id == "2")
    told = as_text(explain(result.ranked[0], consultation.in_lot("2").award))
    assert "Détail estimatif" in told
    assert "[RC 6.2]" in told
    assert "arrondi" not in told


def test_a_reading_that_changes_one_lot_is_tried_on_it() -> None:
    loaded, _ = rules()
    (change,) = (one for one in robustness(loaded, BIDS).changes if one.trial is Trial.READING)
    assert (change.lot, change.before, change.after) == ("2", "bob", "alice")


def test_every_lot_may_have_its_own_and_the_common_criteria_be_left_out() -> None:
    common = RULES[RULES.index("  criteria:") : RULES.index("  rounding: [{")]
    own = "    - lots: ['1', '3']\n      " + common.strip().replace("\n", "\n    ") + "\n"
    text = RULES.replace(common, "", 1).replace("open_points:", own + "open_points:")
    consultation = rules(text)[1]
    assert consultation.award.criteria == ()
    assert [marks(result) for result in judge(consultation, BIDS).lots] == [
        marks(result) for result in judge(rules()[1], BIDS).lots
    ]


def test_a_lot_without_criteria_is_refused() -> None:
    common = RULES[RULES.index("  criteria:") : RULES.index("  rounding: [{")]
    loaded = load(RULES.replace(common, "", 1))
    assert loaded.consultation is None
    assert any("ne donnent aucun critère" in fault.cause_text for fault in loaded.faults)


def test_an_order_without_weights_in_one_lot_stops_the_judgement_at_its_line() -> None:
    ordered = RULES.replace("      total: 20\n", "      weights_in_order: true\n")
    for weight in ("weight: 5, ", "weight: 9, ", "weight: 6, "):
        ordered = ordered.replace(weight, "")
    ordered = ordered[: ordered.index("open_points:")]
    with pytest.raises(Refused) as refused:
        judge(rules(ordered)[1], BIDS)
    paths = [finding.place.path for finding in refused.value.findings]
    assert paths == [f"award.for_lots[0].criteria[{place}]" for place in range(3)]


def test_the_invariants_hold_for_each_lot_and_are_placed_where_it_is_written() -> None:
    wrong = RULES.replace("method: linear, of: prix,", "method: formula, formula: N * prix / highest(prix),")
    found = {(finding.code, finding.place.path) for finding in check(rules(wrong)[1])}
    assert found == {(code, "award.for_lots[0].criteria[0]") for code in ("INV-02", "INV-03", "INV-08")}
    assert check(rules()[1]) == ()


def test_what_is_written_is_read_back_comments_kept() -> None:
    _, consultation = rules()
    assert write(consultation, RULES) == RULES
    assert load(write(consultation)).consultation == consultation
