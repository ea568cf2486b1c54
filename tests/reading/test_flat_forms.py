"""Texts that lost their make-up: contents on one line, titles after a number, names cut by a street."""

# ruff: noqa: E501  (texts stay whole)

from __future__ import annotations

import pytest

from reglo.reading.rc import READERS
from reglo.reading.rc.kinds import check_kind
from reglo.reading.rc.model import Reading
from reglo.reading.text.model import Unreadable
from reglo.reading.text.plain import of_text


def read(text: str) -> Reading:
    reading = Reading(of_text(text, "rc.md"), "RC")
    reading.run(READERS)
    return reading


def values(text: str, path: str) -> list[object]:
    return [found.value for found in read(text).found if found.path == path]


CONTENTS = "I. ACHETEUR ...... 3 A. Adresse de l'acheteur ...... 3 II. OBJET ...... 4 A. Objet du marché : ...... 4 B. Lieu ...... 5"
HEAD = "Règlement de la consultation\n\nCommune de Valbrun\n\nEntretien des cloches\n\nDate limite de réception des offres : 4 mai 2026 à 12h00\n\n"


@pytest.mark.parametrize("contents", [CONTENTS, f"Sommaire : {CONTENTS}", f"SOMMAIRE {CONTENTS} Page 2"])
def test_a_table_of_contents_on_one_line_is_no_object(contents: str) -> None:
    assert values(
        f"{HEAD}{contents}\n\nI. ACHETEUR\n\nCommune de Valbrun, 2 rue du Four, 57999 VALBRUN\n", "title"
    ) == ["Entretien des cloches"]


def test_the_title_of_the_article_of_the_object_is_no_object() -> None:
    text = (
        f"{HEAD}ARTICLE 1 : OBJET, FORME ET ORGANISATION DE LA CONSULTATION\n1.1 – Objet de la consultation\n"
    )
    assert values(text, "title") == ["Entretien des cloches"]


RULES = "\n\nDate limite de remise des offres : 4 mai 2026 à 12h00\n\nLes travaux portent sur un pont. Les plis arrivent avant cette date. Consultation ouverte. Marché public de travaux.\n"


@pytest.mark.parametrize(
    "title",
    [
        "Pièce n°0 : Règlement de consultation (RC)",
        "PIECE 2 - REGLEMENT DE LA CONSULTATION",
        "Ville de Valbrun ENTRETIEN DES CLOCHES REGLEMENT DE LA CONSULTATION Janvier 2027",
    ],
)
def test_a_reglement_that_is_the_nth_piece_of_the_dossier_is_one(title: str) -> None:
    check_kind(of_text(title + RULES, "rc.md"))


def test_a_notice_of_its_own_make_up_is_read() -> None:
    notice = "AVIS D'APPEL PUBLIC A LA CONCURRENCE" + RULES + "Critères pondérés : prix 60 %, délai 40 %.\n"
    check_kind(of_text(notice, "avis.md"))
    with pytest.raises(Unreadable):
        check_kind(of_text(notice.replace("AVIS D'APPEL PUBLIC A LA CONCURRENCE", "CHRONIQUE"), "x.md"))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (
            "Service départemental d'incendie de Haute-Brume 4, rue des Pins 57999 VALBRUN",
            "Service départemental d'incendie de Haute-Brume",
        ),
        ("SIAEPA LES 3 FONTAINES", "SIAEPA les 3 Fontaines"),
        ("SPL Brume Centre", "SPL Brume Centre"),
    ],
)
def test_where_the_name_of_a_buyer_ends(line: str, name: str) -> None:
    text = f"MARCHÉ PUBLIC DE TRAVAUX\n\n{line}\n\nRèglement de la consultation\n\nRéfection du pont\n"
    assert values(text, "buyer.name") == [name]
    assert values(text, "buyer.kind") == ["local"]


def test_a_number_without_its_degree_and_a_limit_of_remise_alone() -> None:
    text = "Règlement de la consultation\nMarché n AO-2026-0071\n\n1. Offres\nDate limite de remise : 30/04/2026 à 12h00\nMontant estimatif : 90 000 EUR HT\n"
    assert values(text, "reference") == ["AO-2026-0071"]
    assert values(text, "calendar.submission_deadline") == ["2026-04-30 12:00 Europe/Paris"]
    assert values(text, "estimated_value") == ["90 000,00 EUR HT"]


def test_two_tranches_that_a_sentence_measures() -> None:
    text = "Règlement de la consultation\n\n1. Objet\nL'opération comprend une tranche ferme de 6 salles et une tranche optionnelle de 4 salles.\n"
    tranches = [each.path for each in read(text).found if each.path.startswith("contract.tranches[")]
    assert tranches == ["contract.tranches[TF]", "contract.tranches[TO]"]


def test_a_document_of_the_dossier_is_named_without_its_rank() -> None:
    text = "Règlement de la consultation\n\n1. Contenu du dossier de consultation\nLe dossier de consultation comprend les pièces suivantes :\n- Pièce 1 - Acte d'engagement\n- Pièce 2 - CCAP\n- Pièce 3 - CCTP\n- Pièce 4 - Plans\n"
    names = [
        each.value["name"] for each in read(text).found if each.path.startswith("procurement_documents[")
    ]
    assert names[-1] == "Plans"
    assert "Acte d'engagement" in names


ONE = "Règlement de la consultation\n\nEntretien des cloches\n\n1. Procédure\n{}\n"


@pytest.mark.parametrize(
    ("said", "cited"),
    [
        (
            "Appel d'offres ouvert soumis aux articles R. 2124-2, R. 2161-2 à R.\n\n2161-4 du code de la commande publique",
            ["R.2124-2", "R.2161-2", "R.2161-3", "R.2161-4"],
        ),
        (
            "Le marché est passé selon la procédure adaptée prévue à l'article R.2123-1 du code de la commande publique, son montant étant inférieur au seuil européen.",
            ["R.2123-1"],
        ),
    ],
)
def test_the_articles_of_the_procedure(said: str, cited: list[str]) -> None:
    assert values(ONE.format(said), "procedure.legal_basis") == [cited]


def test_a_procedure_named_for_its_threshold_is_not_that_of_the_consultation() -> None:
    said = "Le besoin est inférieur aux seuils de la procédure formalisée d'appel d'offres ouvert."
    assert values(ONE.format(said), "procedure.type") == []


@pytest.mark.parametrize(
    ("said", "only"),
    [
        ("Les offres sont remises avant le 4 mai 2026, par voie électronique sur le profil d'acheteur.", [True]),
        ("Les plis devront être transmis par voie dématérialisée.", [True]),
        ("Aucune transmission par voie papier n'est autorisée.", [True]),
        ("Aucun dossier de consultation en version papier n'est remis.", []),
        ("Les plis peuvent être transmis par voie électronique.", []),
        ("Les plis sont transmis par voie électronique ou remis contre récépissé.", []),
        ("Les plis sont transmis par voie électronique. Les plis sur support papier sont admis.", []),
        ("Les plis sont transmis par voie électronique. Une copie de sauvegarde sur support papier est admise.", [True]),
    ],
)  # fmt: skip
def test_bids_that_are_sent_in_one_way(said: str, only: list[bool]) -> None:
    assert values(ONE.format(said), "submission.electronic_only") == only


@pytest.mark.parametrize("sign", ["\n\n", " (RPA)\n\n", " (RPA) ", " : "])
def test_who_represents_the_buyer_stands_after_its_label(sign: str) -> None:
    text = f"Règlement de la consultation\n\nReprésentant du pouvoir adjudicateur{sign}Madame la Maire\n\n1. Objet\nEntretien des cloches\n"
    assert values(text, "buyer.represented_by") == ["Maire"]


@pytest.mark.parametrize("place", ["VALBRUN - 57999", "Valbrun (57999)", "Valbrun, 57999"])
def test_a_place_whose_town_comes_before_its_code(place: str) -> None:
    (found,) = values(ONE.format(f"\nLieu d'exécution : {place}"), "places[57999]")
    assert found == {"name": "Lieu d'exécution", "postcode": "57999", "town": "Valbrun"}


def test_a_person_on_the_first_page_is_no_object() -> None:
    text = "Règlement de la consultation\n\nRéfection du lavoir\n\nDominique BRUNEAU\n\nUnité des travaux de la vallée\n\n1. Conditions\nLes plis sont remis en ligne.\n"
    assert values(text, "title") == ["Réfection du lavoir"]


def test_the_period_of_a_contract_on_its_first_page() -> None:
    text = "Règlement de la consultation\n\nFourniture de gants\nPériode du 01/07/2027 au 30/06/2030\n\n1. Objet\nFourniture de gants\n"
    assert values(text, "contract.starts_on") == ["2027-07-01"]


def test_what_one_phase_lasts_is_not_what_the_contract_lasts() -> None:
    phases = "1. Délais d'exécution\n- Phase de diagnostic : 8 semaines à partir de la commande.\n{}\n"
    head = "Règlement de la consultation\n\nÉtude du pont\n\n"
    assert values(head + phases.format("- Phase de projet : selon le planning."), "contract.duration") == []
    assert values(
        head + phases.format("Durée : 9 mois à compter de la notification."), "contract.duration"
    ) == ["9 mois"]


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("mettre en place un contrat d'entretien des cloches", "Contrat d'entretien des cloches"),
        ("la réfection du lavoir pour les", "Réfection du lavoir"),
    ],
)
def test_an_object_is_what_is_bought(said: str, title: str) -> None:
    text = f"Règlement de la consultation\n\n1. Objet\nLe présent marché a pour objet {said}.\n"
    assert values(text, "title") == [title]


def test_a_piece_owed_in_one_case_only() -> None:
    text = "Règlement de la consultation\n\n2. Contenu de la candidature\nLa candidature comprend : la lettre de candidature ; l'attestation d'assurance ; le cas échéant la convention de groupement.\n"
    pieces = [each.value for each in read(text).found if each.path.startswith("pieces[")]
    assert (pieces[-1]["name"], pieces[-1]["optional"]) == ("Convention de groupement", True)


def test_a_judgement_owed_by_a_company_in_receivership_is_named_by_itself() -> None:
    text = "Règlement de la consultation\n\n2. Dossier de candidature\n- La lettre de candidature\n- Lorsque le candidat est en redressement judiciaire, la copie du jugement prononcé\n"
    pieces = [each.value for each in read(text).found if each.path.startswith("pieces[")]
    assert (pieces[-1]["name"], pieces[-1]["when"]) == (
        "Copie du jugement prononcé",
        ["redressement judiciaire"],
    )


USED = "Règlement de la consultation\n\n2. Dossier de candidature\n- Déclaration sur l'honneur\n- Liste des principales références\n\nPour présenter leur candidature, les candidats utilisent soit les formulaires DC1 (lettre de candidature) et DC2 (déclaration du candidat), soit le DUME.\n"


def test_forms_that_candidates_may_use_are_pieces_nobody_must_give() -> None:
    pieces = [each.value for each in read(USED).found if each.path.startswith("pieces[")]
    assert [(piece["code"], piece.get("template"), piece.get("optional")) for piece in pieces] == [
        ("C1", None, None),
        ("C2", None, None),
        ("C3", "DC1", True),
        ("C4", "DC2", True),
    ]
    listed = USED.replace("- Déclaration sur l'honneur", "- DC1\n- DC2")
    assert len([each for each in read(listed).found if each.path.startswith("pieces[")]) == 3
