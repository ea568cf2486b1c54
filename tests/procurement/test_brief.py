"""The company's page: what a point costs, what to send, what to ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from tests.examples.support import consultation_of, rules_of
from tests.procurement.cast import consultation

from reglo.cli.consultation_file import Source
from reglo.linting import lint
from reglo.procurement.award import Award, AwardCriterion, Input, Method
from reglo.procurement.brief import PointCost, brief_of, point_cost
from reglo.procurement.rules_file import load


def priced(method: Method, weight: int = 50, formula: str = "") -> Award:
    criterion = AwardCriterion(id="prix", name="Prix", weight=weight, method=method, price=True)  # type: ignore[arg-type]
    criterion = replace(criterion, formula=formula) if formula else replace(criterion, of="p")
    return Award(criteria=(criterion,), total=criterion.weight, inputs=(Input(id="p", name="Prix"),))


@pytest.mark.parametrize(
    ("award", "cost"),
    [
        (priced(Method.INVERSE), 2_000),  # N * lowest / x: the price divided by N
        (priced(Method.LINEAR), Fraction(100_000, 51)),  # N * (2 - x / lowest)
        (
            priced(Method.FORMULA, formula="50 * (lowest(p) / p) ** 2"),
            100_000 * (1 - Fraction(49, 50) ** Fraction(1, 2)),
        ),
    ],
)
def test_a_point_costs_what_the_formula_says(award: Award, cost: Fraction) -> None:
    found = point_cost(award, Fraction(100_000))
    assert found is not None
    assert float(found.cost) == pytest.approx(float(cost), rel=1e-9)


def test_a_method_that_hangs_on_the_dearest_bid_gives_no_cost() -> None:
    assert point_cost(priced(Method.MIN_MAX), Fraction(100_000)) is None


def test_the_sixty_points_of_s3_cost_a_sixtieth_of_the_price() -> None:
    found = point_cost(consultation_of("stands-de-tir").award, Fraction(120_000))
    assert isinstance(found, PointCost)
    assert round(found.cost) == 2_000


def test_the_page_of_s4_says_what_kills_and_what_to_ask() -> None:
    rules = consultation_of("commissariat-vaulx")
    brief = brief_of(rules, lint(rules_of("commissariat-vaulx")))
    assert [name for name, _ in brief.pieces] == ["Candidature", "Offre"]
    assert [len(lines) for _, lines in brief.pieces] == [12, 5]
    assert [(one.depth, int(one.points)) for one in brief.criteria][:3] == [(0, 50), (0, 45), (1, 25)]
    assert any("économiste" in line.text.lower() for line in brief.eliminations)
    assert any("PAdES" in line.text for line in brief.questions)
    assert all(line.text.endswith("?") or "?" in line.text for line in brief.questions)


def test_a_clean_consultation_asks_nothing() -> None:
    name = "commissariat-vaulx-corrige"
    assert brief_of(consultation_of(name), lint(rules_of(name))).questions == ()


def test_a_page_without_dates_nor_pieces_holds() -> None:
    from reglo.procurement.rules_file import load, write

    loaded = load(write(consultation(priced(Method.INVERSE, 100))))
    assert loaded.consultation is not None
    brief = brief_of(loaded.consultation, lint(loaded))
    assert (brief.deadlines, brief.pieces) == ((), ())


RC = """REGLEMENT DE LA CONSULTATION
Acheteur : Commune de Vallombreuse
Objet : Nettoyage de la mairie
Procédure adaptée (R.2123-1 du code de la commande publique).
Date limite de remise des offres : 2 mars 2026 à 12 h 00, heure de Paris.
Les offres sont déposées sur https://marches.example
"""


def test_what_was_not_read_in_an_rc_is_to_look_for_not_to_ask(tmp_path: Path) -> None:
    path = tmp_path / "rc.txt"
    path.write_text(RC, encoding="utf-8")
    source = Source(path)
    report = source.placed(lint(source.loaded, passages=source.passages))
    brief = brief_of(source.consultation, report)
    assert (brief.reference, brief.buyer, brief.criteria) == ("non lue", "Commune de Vallombreuse", ())
    assert "Aucun critère pondéré n'a été lu." in brief.unread
    page = " ".join([*brief.unread, *(line.text for line in brief.questions)])
    assert "COMPL" not in page
    assert not any(word in page for word in ("inscrire", "emplacement", "caractéristiques environnementales"))


def test_the_page_says_what_is_bought() -> None:
    rules = consultation_of("stands-de-tir")
    said = [line.text for line in brief_of(rules, lint(rules_of("stands-de-tir"))).contract]
    assert said == [
        "12 lots",
        "Durée : 1 an ; lot 11 : 9 mois, reconductible",
        "Accord-cadre",
        "Pas de négociation",
    ]


def test_two_deadlines_are_both_shown_and_none_is_called_absent(tmp_path: Path) -> None:
    path = tmp_path / "rc.txt"
    path.write_text(
        "RÈGLEMENT DE LA CONSULTATION\nCommune de Sainte-Foy\n"
        "Date limite de réception des offres : 3 mars 2027 à 12h00\n"
        "Article 1 - Remise des plis\n"
        "Les plis sont transmis sur le profil d'acheteur avant le 3 mars 2027 à 16h00.\n"
        "Article 2 - Jugement des offres\nPrix : 60 %\nQualité : 40 %\n",
        encoding="utf-8",
    )
    source = Source(path)
    brief = brief_of(source.consultation, lint(source.loaded, None, source.passages))
    assert brief.deadlines == ()
    (line,) = brief.undecided
    assert "12:00" in line.text
    assert "16:00" in line.text
    assert not any("n'est pas donnée" in asked.text for asked in brief.questions)
    assert not any("Europe/Paris" in asked.text for asked in brief.questions)


def test_a_deadline_found_nowhere_is_said_unread_not_absent(tmp_path: Path) -> None:
    path = tmp_path / "rc.txt"
    path.write_text(
        "RÈGLEMENT DE LA CONSULTATION\nCommune de Sainte-Foy\nArticle 1 - Jugement des offres\nPrix : 60 %\n"
        "Qualité : 40 %\nLes offres sont remises sur le profil d'acheteur, code de la commande publique.\n",
        encoding="utf-8",
    )
    source = Source(path)
    brief = brief_of(source.consultation, lint(source.loaded, None, source.passages))
    assert [line.text for line in brief.undecided] == [
        "Date limite non lue par Réglo : cherchez-la dans le document"
    ]


def test_what_eliminates_outside_the_list_of_grounds_is_told_once() -> None:
    text = (Path(__file__).parent.parent / "linting" / "clean.yaml").read_text(encoding="utf-8")
    text = text.replace("maximum_size: 2 Go", "maximum_size: 2 Go\n  late: eliminated")
    text = text.replace(
        "source: RC 4}", "source: RC 4, exclusivity: {sanction: all_eliminated, source: RC 4.1}}"
    )
    loaded = load(text)
    assert loaded.consultation is not None
    brief = brief_of(loaded.consultation, lint(loaded))
    assert {line.article for line in brief.eliminations} >= {"RC 6", "RC 4.1"}
    assert brief.ask_by == date(2026, 9, 29)  # twelve working days before 15 October
    told = brief_of(consultation_of("stands-de-tir"), lint(rules_of("stands-de-tir"))).eliminations
    assert sum("limite" in line.text for line in told) == 1


def test_the_page_gives_the_points_the_price_and_the_visit_of_each_lot() -> None:
    text = (Path(__file__).parent.parent / "linting" / "clean.yaml").read_text(encoding="utf-8")
    for old, new in (
        ('"1", name: Nettoyage}', '"1", name: Sols}, {id: "2", name: Vitres, form: ordinaire}'),
        ("{divided: false, reason: un seul site, source: RC 2}", "{divided: true, source: RC 2}"),
        (
            "calendar:\n",
            'calendar:\n  visits: [{id: v, lots: ["2"], compulsory: true, if_missed: irregular}]\n',
        ),
        (
            "  source: RC 9\nprices:",
            '  for_lots:\n    - lots: ["2"]\n      criteria:\n'
            "        - {id: prix, name: Prix, weight: 100, method: inverse, of: prix, price: true}\n"
            "  source: RC 9\nprices:",
        ),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    loaded = load(text)
    assert loaded.consultation is not None, [str(fault) for fault in loaded.faults]
    brief = brief_of(loaded.consultation, lint(loaded), Fraction(1000))
    assert [(one.lots, one.name, int(one.points)) for one in brief.criteria] == [
        ("Lot 1", "Prix", 60),
        ("Lot 1", "Méthode", 30),
        ("Lot 1", "Produits sans danger", 10),
        ("Lot 2", "Prix", 100),
    ]
    assert [(one.lots, round(one.cost)) for one in brief.point_costs] == [("Lot 1", 17), ("Lot 2", 10)]
    assert "Visite obligatoire, lot 2, sur rendez-vous" in [line.text for line in brief.dates]
    assert "Visite obligatoire non faite, lot 2" in [line.text for line in brief.eliminations]
    assert "Lot 2 : ordinaire" in [line.text for line in brief.contract]
