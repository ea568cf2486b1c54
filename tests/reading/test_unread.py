"""CLA-02: what commands something and was not understood is kept, word for word, and shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from reglo.procurement.rules_file import load
from reglo.reading.rc import Read, read_files
from reglo.reading.rc.review import page
from reglo.reading.text.model import Flow, Line

RC = """Règlement de la consultation

1. Objet

Le marché a pour objet l'entretien des jardins de la commune de Vallombreuse.

2. Accès au dépôt

Les chiens des jardiniers doivent être tenus en laisse sur toute l'étendue du site.
Toute remorque laissée
devant la grille sera réputée abandonnée par le titulaire, selon l'article L. 2195-2.

3. Délais

Le délai de validité des offres est de 120 jours à compter de la date limite de remise des offres.
Le site devra rester propre :

- les outils rangés ;

4. Remise et jugement

Date limite de remise des offres : 12/03/2026 à 12h00.
Critères d'attribution : prix 60 points, méthode 40 points.

"""


def read(folder: Path, text: str) -> Read:
    path = folder / "rc.txt"
    path.write_text(text, encoding="utf-8")
    return read_files([path])


def test_a_rule_nobody_understood_is_kept_with_its_article_its_effect_and_whom_it_binds(
    tmp_path: Path,
) -> None:
    result = read(tmp_path, RC)
    dogs, trailer = (one for one in result.consultation.clauses if one.id.startswith("phrase-"))
    assert dogs.rule == "Les chiens des jardiniers doivent être tenus en laisse sur toute l'étendue du site."
    assert (dogs.topic, dogs.effect, dogs.source) == ("accès au dépôt", "obligation", "RC 2")
    assert trailer.rule.startswith("Toute remorque laissée devant la grille sera réputée")  # over two lines
    assert (trailer.effect, trailer.bound, trailer.legal_basis) == ("obligation", "titulaire", ("L.2195-2",))
    assert len(result.kept) == 2  # neither the validity, which was read, nor what opens a list
    assert load(result.text).consultation.clauses == result.consultation.clauses


def test_a_rule_said_in_the_future_or_as_an_undertaking_is_kept_too(tmp_path: Path) -> None:
    rules = (
        "Le titulaire s'engage à fermer la grille chaque soir.",
        "Il appartient au jardinier de prouver que la haie était malade.",
        "Le second jardinier sera informé de la date des semis.",
        "Les anciens outils demeurent régis par la charte de 2015.",
    )
    text = RC.replace("3. Délais", "\n\n".join((*rules, "Le parc a été planté en 1902.", "3. Délais")))
    kept = [one.rule for one in read(tmp_path, text).consultation.clauses]
    assert [one for one in rules if one in kept] == list(rules)
    assert not any("1902" in one for one in kept)


def test_each_sentence_of_a_value_told_in_several_is_read(tmp_path: Path) -> None:
    said = "Le mandataire devra produire son pouvoir.\n\nLe mandataire devra signer pour tous les membres."
    result = read(tmp_path, RC.replace("3. Délais", f"{said}\n\n3. Délais"))
    assert not any("mandataire" in one.rule for one in result.consultation.clauses)


def test_the_page_to_review_lists_what_was_kept_before_the_values(tmp_path: Path) -> None:
    shown = page(read(tmp_path, RC))
    assert "À relire : 2 règles dont le programme n'a rien tiré" in shown
    assert shown.index("tenus en laisse") < shown.index('id="valeurs"')
    nothing = page(read(tmp_path, RC.split("2. Accès")[0] + "3. Délais" + RC.split("3. Délais")[1]))
    assert "À relire" not in nothing


@pytest.mark.parametrize("name", ["stands-de-tir", "commissariat-vaulx", "amo-domaine-de-loos"])
def test_of_a_document_written_by_reglo_nothing_is_left_unread(name: str) -> None:
    document = Path(__file__).parents[2] / "examples" / name / "reglement.docx"
    assert read_files([document]).kept == ()


def test_a_long_document_of_commands_is_read_in_a_breath(tmp_path: Path) -> None:
    many = "".join(
        f"Le titulaire doit nettoyer la fontaine numéro {n} avant le soir.\n\n" for n in range(3_000)
    )
    assert len(read(tmp_path, RC + many).kept) > 2_900


def test_pieces_that_were_not_read_are_asked_for_and_not_taken_for_none(tmp_path: Path) -> None:
    asked = [point for point in read(tmp_path, RC).consultation.open_points if point.id == "pieces"]
    assert [point.question for point in asked] == [
        "Aucune pièce à remettre n'a été lue. Lesquelles sont demandées ?"
    ]
    told = RC + "5. Pièces de l'offre\n\nL'offre comprend : l'acte d'engagement ; le mémoire technique.\n"
    given = read(tmp_path, told).consultation
    assert [piece.name for piece in given.pieces] == ["Acte d'engagement", "Mémoire technique"]
    assert all(point.id != "pieces" for point in given.open_points)


def test_a_title_is_no_part_of_the_sentence_below_it() -> None:
    lines = (
        Line("Article 4 – Groupement", 1, heading=True),
        Line("Le candidat devra répondre seul.", 2),
        Line("Article 5 – Prix", 3, heading=True),
    )
    flow = Flow.of(lines)
    start = flow.text.index("devra")
    assert flow.sentence(start, start + 5) == "Le candidat devra répondre seul."
