"""The rules of the linter on each lot that has its own criteria, form and maximum."""

from __future__ import annotations

from tests.linting.test_rules import CLEAN, linted

OWN = """\
  for_lots:
    - lots: ["2"]
      criteria:
        - {id: prix, name: Prix, weight: 80, method: inverse, of: prix, price: true, source: RC 9.2}
        - {id: vert, name: V, weight: 20, method: scale, scale: grille, environmental: true, source: RC 9.2}
      source: RC 9.2
"""
LOTS = (
    CLEAN.replace(
        'lots: [{id: "1", name: Nettoyage}]',
        'lots:\n  - {id: "1", name: Nettoyage}\n  - {id: "2", name: Vitrerie, maximum: "100 000,00 EUR HT"}',
    )
    .replace("{divided: false, reason: un seul site, source: RC 2}", "{divided: true, source: RC 2}")
    .replace("  source: RC 9\nprices:", f"{OWN}  source: RC 9\nprices:")
)


def told(*pairs: tuple[str, str]) -> set[tuple[str, str, int]]:
    """Rule, sentence and line of what is found once these words are changed."""
    text = LOTS
    for old, new in pairs:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return {
        (str(one.rule), one.finding.cause_text, one.finding.place.line or 0)
        for one in linted(text).observations
    }


def line(words: str) -> int:
    return LOTS[: LOTS.index(words)].count("\n") + 1


def test_lots_judged_apart_without_fault_have_no_finding() -> None:
    assert told() == set()


def test_the_lot_without_an_environmental_criterion_is_named() -> None:
    without = (", environmental: true, source: RC 9.2", ", source: RC 9.2")
    sentence = "Aucun critère ne porte sur les caractéristiques environnementales de l'offre."
    assert told(without) == {("L-22", f"Lot 2. {sentence}", line("      criteria:\n        - {id: prix"))}
    common = (", environmental: true, source: RC 9}", ", source: RC 9}")
    (first,) = told(common)
    assert first[:2] == ("L-22", f"Lot 1. {sentence}")
    (both,) = told(without, common)  # of all the lots: said once, of none in particular
    assert both[:2] == ("L-22", sentence)


def test_what_all_lots_share_is_said_once() -> None:
    rounding = "  rounding: [{decimals: 2, stages: [criterion], source: RC 9}]\n"
    assert [(rule, said[:15]) for rule, said, _ in told((rounding, ""))] == [("CRIT-04", "Rien ne dit à q")]


def test_a_formula_against_the_invariants_is_told_at_the_line_of_its_lot() -> None:
    own = "weight: 80, method: inverse, of: prix,"
    found = told((own, 'weight: 80, method: formula, formula: "N * prix / highest(prix)",'))
    assert {(rule, at) for rule, _, at in found if rule.startswith("INV")} == {
        (f"INV-{number}", line("        - {id: prix, name: Prix, weight: 80")) for number in (2, 3, 8)
    }


def test_each_lot_under_a_framework_agreement_has_its_maximum() -> None:
    common = ('maximum: "400 000,00 EUR HT", maximum_per: total, ', "")
    sentence = "Le lot 1 n'a pas de maximum, quand d'autres ont le leur."
    assert told(common) == {("L-12", sentence, line('  - {id: "1", name: Nettoyage'))}
    ordinary = ('{id: "1", name: Nettoyage}', '{id: "1", name: Nettoyage, form: ordinaire}')
    assert told(common, ordinary) == set()


def test_the_maxima_of_the_lots_are_the_value_the_law_looks_at() -> None:
    lots = (
        ('{id: "1", name: Nettoyage}', '{id: "1", name: Nettoyage, maximum: "150 000,00 EUR HT"}'),
        ("estimated_value: 300 000,00 EUR HT\n", ""),
        ("type: open", "type: adapted"),
        ("[L.2124-1, L.2124-2, R.2161-2]", "[R.2123-1]"),
    )
    ((rule, said, _),) = told(*lots)
    assert (rule, said[:41]) == ("PROC-06", "La valeur estimée, 250 000,00 EUR HT, att")
