"""Words that were once read amiss: what is read of them, or that nothing is."""

# ruff: noqa: E501  (texts stay whole)

from __future__ import annotations

import pytest

from reglo.reading.rc import READERS
from reglo.reading.rc.kinds import check_kind
from reglo.reading.rc.model import Reading
from reglo.reading.text.model import Unreadable
from reglo.reading.text.plain import of_text

HEAD = "Règlement de la consultation\n\n1. Objet\nLe marché a pour objet l'entretien des cloches.\n\n"


def read(text: str) -> Reading:
    reading = Reading(of_text(text, "rc.md"), "RC")
    reading.run(READERS)
    return reading


def values(text: str, path: str) -> list[object]:
    return [found.value for found in read(text).found if found.path == path]


def pieces(text: str) -> list[tuple[str, str]]:
    found = [each.value for each in read(HEAD + text).found if each.path.startswith("pieces[")]
    return [(each["code"], each["name"]) for each in found if isinstance(each, dict)]


@pytest.mark.parametrize(
    ("cover", "title"),
    [
        ("Objet de l'appel public à la concurrence : Fourniture de cloches", "Fourniture de cloches"),
        ("Objet du marché Réfection du lavoir", "Réfection du lavoir"),
        (
            "Objet de la consultation\n\nÉlaboration du plan du pays V.A.L.",
            "Élaboration du plan du pays V.A.L.",
        ),
        ("Opération :\nREFECTION DU LAVOIR\nET DU FOUR", "Refection du lavoir et du four"),
        ("ACCORD-CADRE N° 26 041\n\nABREVIATIONS UTILISEES : C.C.P : Cahier des clauses particulières", None),
    ],
)
def test_the_object_of_a_first_page_is_what_its_label_says(cover: str, title: str | None) -> None:
    text = f"2 place du Marché\n57 999 VALBRUN CEDEX\n\nRèglement de la consultation\n\n{cover}\n\nRemise des offres\nDate et heure limites : 4 mai 2026 à 12h00\n"
    assert values(text, "title") == ([title] if title else [])


def test_initials_do_not_end_a_name() -> None:
    text = "Règlement de la consultation\n\nReprésentant du pouvoir adjudicateur : Madame la Présidente du Pays V.A.L.\n\n1. Objet\nEntretien des cloches\n"
    assert values(text, "buyer.represented_by") == ["Présidente du Pays V.A.L."]


def test_what_one_piece_enumerates_is_not_cut_at_its_first_comma() -> None:
    long = "- Déclaration indiquant les machines, les véhicules et les équipements de levage dont le candidat disposera pour réaliser le contrat\n- Acte d'engagement"
    assert pieces(f"2. Candidature\n{long}\n")[0] == (
        "C1",
        "Déclaration indiquant les machines, les véhicules et les équipements de levage dont le candidat disposera pour réaliser le contrat",
    )


def test_pieces_of_the_candidate_within_the_article_of_the_bid() -> None:
    text = "2. Composition de l'offre\nRenseignements sur la situation juridique :\n- Déclaration sur l'honneur\n\nSi possible, merci de joindre les pièces suivantes :\n- Attestations fiscales et sociales\n- Copie du ou des jugements prononcés\n"
    assert [code for code, _ in pieces(text)] == ["C1", "C2", "C3"]


def test_a_paragraph_on_training_between_two_pieces_hides_no_piece() -> None:
    text = "2. Contenu de l'offre\n- Acte d'engagement\n- Décomposition du prix\navec le détail de la formation ;\n- Bordereau des prix\n"
    assert [name for _, name in pieces(text)] == [
        "Acte d'engagement",
        "Décomposition du prix",
        "Bordereau des prix",
    ]


def test_what_the_candidate_tells_of_itself_line_by_line() -> None:
    text = "2. Présentation des offres\nLe dossier contiendra :\n\nLettre de candidature\nDéclaration du candidat\nCapacités techniques et professionnelles\nFournir les renseignements relatifs :\n\nA la nature de l'entreprise (agrément\nsanitaire)\n\nA ses références\n"
    assert pieces(text) == [
        ("C1", "Lettre de candidature"),
        ("C2", "Déclaration du candidat"),
        ("C3", "Nature de l'entreprise (agrément sanitaire)"),
        ("C4", "Références"),
    ]  # fmt: skip


def test_pages_that_do_not_count() -> None:
    text = f"{HEAD}2. Pièces de l'offre\n- Acte d'engagement\n- Mémoire technique, 30 pages maximum (annexes non comprises)\n"
    memorandum = next(each.value for each in read(text).found if each.path == "pieces[O2]")
    assert memorandum["page_limits"] == [{"pages": 30, "excluding": ["annexes"]}]


def test_a_price_far_below_the_others_is_no_eliminating_mark() -> None:
    said = "Toute offre dont le prix est inférieur à 30 % du prix moyen des offres reçues fera l'objet d'une demande de précisions avant rejet éventuel."
    grounds = [
        each.path
        for each in read(f"{HEAD}2. Jugement des offres\n{said}\n").found
        if each.path.startswith("review.elim")
    ]
    assert grounds == ["review.eliminations[offre-basse]"]


def test_the_service_of_the_espd_is_no_list_of_trust() -> None:
    text = f"{HEAD}2. Candidature\nLe DUME se remplit sur https://ec.europa.eu/tools/espd/filter?lang=fr\n"
    assert [each for each in read(text).found if each.path.startswith("contacts[")] == []


def test_a_document_named_after_its_code_too() -> None:
    text = f"{HEAD}2. Contenu du dossier de consultation\nLe dossier comprend :\n- l'acte d'engagement (A.E)\n- le bordereau des prix unitaires (B.P.U) travaux imprévus\n- le cahier des clauses particulières (C.C.P) joint\n"
    names = [
        each.value["name"] for each in read(text).found if each.path.startswith("procurement_documents[")
    ]
    assert names == [
        "Acte d'engagement",
        "Bordereau des prix unitaires travaux imprévus",
        "Cahier des clauses particulières",
    ]


def test_a_scale_of_the_technical_parts_marks_no_other_criterion() -> None:
    text = f"{HEAD}2. Critères\n| Critère | Poids | Parties |\n|---|---|---|\n| Valeur technique | 60 % | Méthode (40 %) — Équipe (20 %) |\n| Prix | 30 % | Rapport des prix |\n| Délai | 10 % | Durée proposée |\n\n3. Notation\nChaque sous-critère technique est noté sur 10 : 10 = excellent ; 5 = moyen ; 0 = absent.\n"
    marked = [each.path for each in read(text).found if each.path.endswith(".scale")]
    assert len(marked) == 2
    assert all("[valeur]" in path for path in marked)


def test_the_body_a_ministry_oversees_is_the_buyer_not_the_ministry() -> None:
    text = "MINISTERE DES VENTS\n\nACADEMIE DE BRUME CENTRE REGIONAL DES BALISES\n\nMARINES 1 quai des Pins\n\n57 999 BRUME CEDEX\n\nRèglement de la consultation\n\nEntretien des cloches\n"
    assert values(text, "buyer.name") == ["Centre Régional des Balises Marines"]
    served = "MINISTERE DES VENTS\n\nSecrétariat général\n\n1 quai des Pins\n\n57999 BRUME\n\nRèglement de la consultation\n\nEntretien des cloches\n"
    assert values(served, "buyer.name") == ["Ministère des Vents"]


def test_the_articles_and_the_number_of_a_contract_whose_procedure_is_not_named() -> None:
    text = "Règlement de la consultation\n\nEntretien des cloches\n\nAccord-cadre n°26 041\n\nAccord-cadre passé en procédure formalisée en application des articles L2124-1 et R2162-13 du code de la commande publique.\n"
    assert values(text, "reference") == ["26 041"]
    assert values(text, "procedure.type") == []
    assert values(text, "procedure.legal_basis") == [["L.2124-1", "R.2162-13"]]


def test_the_name_of_a_criterion_within_what_it_looks_at_cuts_nothing() -> None:
    text = f"{HEAD}2. Critères\n| Critère | Poids | Ce qui est apprécié |\n|---|---|---|\n| Valeur technique | 60 % | Qualité de la méthode |\n| Prix | 30 % | Rapport des prix |\n| Délai | 10 % | Engagement de délai pour chaque phase |\n"
    assert values(text, "award.criteria[delai].elements") == [["Engagement de délai pour chaque phase"]]


def test_a_dossier_whose_contents_are_those_of_a_reglement_is_one() -> None:
    articles = "A. PRESENTATION DES CANDIDATURES ET DES OFFRES ... 3\n\nB. CRITERES DE CHOIX DES OFFRES ... 4\n\nC. CONDITIONS D’ENVOI OU DE REMISE DES PLIS ... 5\n\n"
    said = "Marché public de fournitures\n\nDossier de consultation des entreprises\n\nVille de Valbrun, acheteur\n\n"
    check_kind(of_text(said + articles, "dce.md"))
    with pytest.raises(Unreadable):
        check_kind(of_text(said + articles.replace("CRITERES DE CHOIX", "ENVOI"), "dce.md"))


def test_a_name_the_company_writes_is_not_who_represents_the_buyer() -> None:
    text = "Règlement de la consultation\n\nJe soussigné, entreprise ……, représentée par Mme/M. ………, certifie avoir lu ce dossier.\n\n1. Objet\nEntretien des cloches\n"
    assert values(text, "buyer.represented_by") == []


def test_the_written_commitment_of_another_is_a_piece_though_its_reason_is_told_before() -> None:
    text = "2. Candidature\n- Lettre de candidature\n- Déclaration du candidat\n\nPour établir qu'il dispose des capacités d'un tiers, le candidat produit un engagement écrit de ce tiers.\n"
    assert pieces(text)[-1] == ("C3", "Engagement écrit de ce tiers")
