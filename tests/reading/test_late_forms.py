"""Turns of phrase of buyers met late, of which something false or nothing was read."""

# ruff: noqa: E501  (texts stay whole)

from __future__ import annotations

import pytest

from reglo.reading.rc import READERS
from reglo.reading.rc.levels import scales_in
from reglo.reading.rc.model import Reading
from reglo.reading.text.layout import rows_of
from reglo.reading.text.model import Flow
from reglo.reading.text.plain import of_text
from reglo.reading.text.runs import Run

HEAD = "Règlement de la consultation\n\n1. Objet\nLe marché a pour objet l'entretien des cloches.\n\n"


def read(text: str) -> Reading:
    reading = Reading(of_text(HEAD + text, "rc.md"), "RC")
    reading.run(READERS)
    return reading


def values(text: str, path: str) -> list[object]:
    return [found.value for found in read(text).found if found.path == path]


@pytest.mark.parametrize(
    ("sentence", "levels"),
    [
        (
            "La note est de 10 (très satisfaisant), 8 (satisfaisant), 4 (moyen) ou 0 (non renseigné).",
            ["Très satisfaisant 10", "Satisfaisant 8", "Moyen 4", "Non renseigné 0"],
        ),
        (
            "Chaque élément reçoit 5 points s'il est très satisfaisant, 3 points s'il est satisfaisant et 0 point en l'absence de réponse.",
            ["Très satisfaisant 5", "Satisfaisant 3", "Absence de réponse 0"],
        ),
        (
            "Les sous-critères sont notés : très satisfaisant : 100 % des points ; moyen : 50 % ; absence de réponse : 0.",
            ["Très satisfaisant 100 %", "Moyen 50 %", "Absence de réponse 0 %"],
        ),
        (
            "Très satisfaisant 100%\nSatisfaisant 70%\nPeu satisfaisant 40%\nNon satisfaisant 0%",
            ["Très satisfaisant 100 %", "Satisfaisant 70 %", "Peu satisfaisant 40 %", "Non satisfaisant 0 %"],
        ),
        # its best level is not understood: the three others are no scale
        (
            "On compte jusqu'à 5 points quand c'est très satisfaisant, 3 points s'il est satisfaisant, 1 point s'il est insuffisant et 0 point en l'absence de réponse.",
            [],
        ),
    ],
)
def test_a_scale_is_read_whole_or_not_at_all(sentence: str, levels: list[str]) -> None:
    flow = Flow.of(of_text(sentence, "rc.txt").lines)
    found = [
        f"{level['label']} {level.get('share') or level.get('value')}"
        for scale, *_ in scales_in(flow)
        for level in scale
    ]
    assert found == levels


def test_a_visit_owed_for_one_lot_and_advised_for_the_others_is_asked_about() -> None:
    text = "2. Lots\n- Lot 1 : cloches\n- Lot 2 : horloges\n- Lot 3 : beffrois\n\n3. Visite\nLa visite est obligatoire pour le lot 01 et conseillée pour les autres lots.\n"
    found = read(text)
    assert not [each.path for each in found.found if each.path.startswith("calendar.visits")]
    assert "visite-par-lot" in [doubt.id for doubt in found.doubts]


def test_who_may_lead_one_grouping_only_may_still_be_a_member_of_several() -> None:
    text = "3.6 Un même opérateur ne peut être mandataire de plus d'un groupement.\n"
    assert values(text, "grouping.exclusivity.member_of_several") == []


def test_what_is_not_negotiated_is_named_one_by_one() -> None:
    text = "Procédure avec négociation.\nLes exigences minimales et les critères d'attribution ne sont pas négociables.\n"
    assert values(text, "procedure.negotiation.excluded") == [
        ["exigences minimales", "critères d'attribution"]
    ]


@pytest.mark.parametrize("words", ["Il n'y aura pas de négociation.", "Les offres ne seront pas négociées."])
def test_no_negotiation(words: str) -> None:
    assert values(words, "procedure.negotiation.allowed") == [False]


def test_a_tie_written_with_a_ligature() -> None:
    text = "2. Jugement\nEn cas d'ex æquo, le prix le plus bas départage les offres.\n"
    assert values(text, "award.ties[0]") == [{"rule": "lowest", "of": "prix_offre"}]


def test_words_of_two_cells_taken_for_one_line_are_parted_at_the_rule() -> None:
    near = Run(20, 12, 118, 22, "le bordereau (BPU) Non", starts=(20, 32, 70, 101))
    rules = [(10.0, y, 150.0, y + 0.5) for y in (10.0, 25.0, 40.0)]
    rules += [(x, 10.0, x + 0.5, 40.0) for x in (10.0, 98.0, 150.0)]
    rows = rows_of([Run(20, 28, 60, 38, "Pièce"), Run(101, 28, 145, 38, "Signature"), near], rules)
    assert [row.cells for row in rows] == [("Pièce", "Signature"), ("le bordereau (BPU)", "Non")]
