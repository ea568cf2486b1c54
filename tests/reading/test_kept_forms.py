"""What a sentence says beside its main words: « ou équivalents », « à défaut », « après attribution »."""

# ruff: noqa: E501  (texts stay whole)

from __future__ import annotations

from typing import Any

from reglo.reading.rc import READERS
from reglo.reading.rc.assembly import assemble
from reglo.reading.rc.model import Reading
from reglo.reading.text.plain import of_text

HEAD = "Règlement de la consultation\n\n1. Objet\n\nLe marché a pour objet la réfection du préau.\n\n"
CRITERIA = "6. Jugement\n\n| Critères | Points |\n|---|---|\n| Prix | 40 |\n| Qualité de la méthode et des moyens du chantier | 60 |\n\n"


def read(text: str) -> Reading:
    reading = Reading(of_text(HEAD + text, "rc.md"), "RC")
    reading.run(READERS)
    return reading


def value(text: str, path: str) -> Any:
    return next((found.value for found in read(text).found if found.path == path), None)


CERTIFICATES = "2. Pièces de la candidature\n\nLe candidat remet :\n- une lettre de candidature ;\n- les certificats de qualification professionnelle Maçonnerie 2112 (lot 1) et Couverture bac acier 3151 (lot 2) des travaux, ou équivalents ;\n- une liste de travaux ; à défaut, la candidature sera rejetée.\n"
AFTER = "3. Groupements\nAprès attribution, le groupement conjoint avec mandataire solidaire sera exigé, cette forme étant nécessaire à la bonne exécution des travaux.\n"
TALKS = "4. Négociation\nL'acheteur se réserve la possibilité de négocier. La négociation porte sur toute l'offre, à l'exception des critères ; elle se fait par écrit.\n"
EXTRA = "4. Options\nLe marché comporte une prestation supplémentaire éventuelle : PSE 1 – Volets roulants du préau.\n"
TIE = (
    CRITERIA + "En cas d'égalité, l'offre qui a la meilleure note au critère « Qualité méthode » l'emporte.\n"
)
GRID = (
    CRITERIA.replace("| Prix | 40 |\n", "| Délai | 40 |\n")
    + "7. Divers\n\nLe service suit ce barème de satisfaction :\n\n| Niveau | Note |\n|---|---|\n| Très satisfaisant | 100 % |\n| Moyennement satisfaisant | 50 % |\n| Absence de réponse | 0 % |\n"
)


def test_or_equivalent_is_never_cut_from_a_long_name() -> None:
    assert value(CERTIFICATES, "pieces[C2]")["name"].endswith(", ou équivalents")


def test_a_piece_whose_lack_rejects_says_so_and_no_demand_is_invented() -> None:
    assert value(CERTIFICATES, "pieces[C3]")["if_missing"] == "eliminated"
    assert value(CERTIFICATES, "review.eliminations[dossier-incomplet]") is None
    (kept,) = [
        found.value for found in read(CERTIFICATES).found if found.path.startswith("review.eliminations")
    ]
    assert "after_demand" not in kept


def test_a_form_asked_after_award_is_no_rule_for_the_bids() -> None:
    assert value(AFTER, "grouping.leader_liable") is None
    assert value(AFTER, "grouping.form_after_award") == ["conjoint, mandataire solidaire"]
    assert "nécessaire à la bonne exécution" in value(AFTER, "grouping.form_reason")


def test_what_cannot_be_negotiated_ends_with_its_clause() -> None:
    assert value(TALKS, "procedure.negotiation.excluded") == ["critères"]


def test_a_supplement_named_after_its_label_is_asked() -> None:
    assert value(EXTRA, "procedure.optional_supplies") == ["PSE 1 – Volets roulants du préau"]


def test_the_first_sentence_kept_of_one_document_is_not_that_of_another() -> None:
    one = read(
        "2. Chantier\nLe titulaire devra poser une clôture bleue autour du préau pendant les travaux.\n"
    )
    text = HEAD + "2. Accès\nLe candidat devra garer ses camions sur la place du marché couvert.\n"
    other = Reading(of_text(text, "annexe.md"), "RC")
    other.run(READERS)
    made = assemble([one, other])
    assert {clause.id for clause in made.consultation.clauses} == {"phrase-1", "phrase-2"}
    assert not [doubt for doubt in made.doubts if "phrase" in doubt.id]


SAID = "5. Prix\nEn cas d'égalité, l'offre la moins chère est retenue. En cas de discordance entre l'acte d'engagement et le bordereau, l'acte d'engagement prévaut.\n"
DUTIES = "6. Exécution\nLe titulaire réserve 150 heures de travail à des personnes éloignées de l'emploi. Une avance de 10 % est accordée. Une retenue de garantie de 5 % est faite.\n"
APPOINTMENT = "2. Visite des lieux\nUne visite est obligatoire. Les candidats prennent rendez-vous auprès du service (M. Arnaud Blin) au plus tard le 3 mars 2027 à 17h00.\n"


def test_a_value_quotes_its_sentence_and_not_the_next_one_which_is_then_kept() -> None:
    found = read(SAID).found
    (tie,) = [each for each in found if each.path == "award.ties[0]"]
    assert tie.quote.words.endswith("est retenue.")
    kept = [each.value["rule"] for each in found if each.path.startswith("clauses[phrase-")]
    assert [rule.startswith("En cas de discordance") for rule in kept] == [True]


def test_insertion_advance_and_retention_are_kept() -> None:
    kept = {each.path for each in read(DUTIES).found if each.path.startswith("clauses[")}
    assert kept >= {"clauses[clause-sociale]", "clauses[avance-accordee]", "clauses[retenue-de-garantie]"}


def test_the_title_of_an_article_is_no_clause() -> None:
    titled = read("2. Clause sociale d'insertion professionnelle\nVoir le cahier des charges.\n")
    assert not [each for each in titled.found if each.path == "clauses[clause-sociale]"]


def test_the_limit_of_an_appointment_is_kept_whole() -> None:
    kept = value(APPOINTMENT, "clauses[rendez-vous-de-visite]")["rule"]
    assert kept.endswith("au plus tard le 3 mars 2027 à 17h00.")


def test_a_tie_is_settled_by_a_criterion_called_shortly() -> None:
    assert value(TIE, "award.ties[0]")["criterion"] == "qualite"


def test_a_scale_no_criterion_was_seen_to_use_is_offered_with_its_own_levels() -> None:
    doubts = assemble([read(GRID)]).doubts
    offered = [label for doubt in doubts if doubt.id == "notation" for _, label, _ in doubt.choices]
    assert any("Moyennement satisfaisant 50 %" in label for label in offered)


def test_a_town_in_capitals_keeps_its_small_words_small() -> None:
    text = "2. Acheteur\n\nCommune de Sainte-Ombre\n3 rue du Four\n14999 SAINTE-OMBRE-DES-BOIS\n"
    (address,) = [each.value for each in read(text).found if each.path.startswith("buyer.addresses[")]
    assert address["town"] == "Sainte-Ombre-des-Bois"
