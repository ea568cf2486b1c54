"""The lists of pieces as buyers lay them out: one short text each, the pieces of each folder."""

# ruff: noqa: E501  (texts stay whole)

from __future__ import annotations

import pytest

from reglo.reading.rc import READERS
from reglo.reading.rc.model import Reading
from reglo.reading.text.plain import of_text

HEAD = "Règlement de la consultation\n\n1. Objet\n\nLe marché a pour objet l'entretien des jardins.\n\n"
BOTH = (["Lettre de candidature", "Déclaration du candidat"], ["Acte d'engagement", "Mémoire technique"])
FORMS = {
    "sub-headings within an article": "2. Présentation des candidatures et des offres\n\nPièces de la candidature :\n- Lettre de candidature\n- Déclaration du candidat\n\nPièces de l'offre :\n- Acte d'engagement\n- Mémoire technique",
    "two articles": "2. Présentation de la candidature\n- Lettre de candidature\n- Déclaration du candidat\n\n3. Présentation de l'offre\n- Acte d'engagement\n- Mémoire technique",
    "sub-articles of one word": "2 PIECES A REMETTRE\n2.1 Candidature\n- Lettre de candidature\n- Déclaration du candidat\n2.2 Offre\n- Acte d'engagement\n- Mémoire technique",
    "sub-articles under an article that names neither": "2. Contenu du pli\n\n2.1. Dossier administratif (candidature)\n\n1. Lettre de candidature ;\n2. Déclaration du candidat.\n\n2.2. Dossier technique et financier (offre)\n\n1. Acte d'engagement ;\n2. Mémoire technique.",
    "Roman and letters": "I – OBJET\n\nII – LA REPONSE\n\nII.A. CANDIDATURE\n\n > Lettre de candidature\n > Déclaration du candidat\n\nII.B. OFFRE\n\n > Acte d'engagement\n > Mémoire technique",
    "letters before each": "2. Dossier à remettre\n\nLe dossier de candidature comprend :\na) Lettre de candidature ;\nb) Déclaration du candidat.\n\nLe dossier d'offre comprend :\na) Acte d'engagement ;\nb) Mémoire technique.",
    "sub-folders": "2. Composition du pli\n\nSous-dossier « candidature » :\n• Lettre de candidature\n• Déclaration du candidat\n\nSous-dossier « offre » :\n• Acte d'engagement\n• Mémoire technique",
    "to support": "2. Réponse des candidats\n\nLe candidat produit à l'appui de sa candidature :\n- Lettre de candidature ;\n- Déclaration du candidat.\n\nIl remet au titre de son offre :\n- Acte d'engagement ;\n- Mémoire technique.",
    "tables": "2. Documents à produire\n\nPièces de la candidature :\n| Libellés | Niveau | Signature |\n|---|---|---|\n| Lettre de candidature | 1 | Non |\n| Déclaration du candidat | 1 | Non |\n\nPièces de l'offre :\n| Libellés | Signature |\n|---|---|\n| Acte d'engagement | Non |\n| Mémoire technique | Non |",
    "groups within the candidacy": "2. Candidature\n\nSituation juridique :\n- Lettre de candidature\n\nCapacité économique et financière :\n- Déclaration du candidat\n\n3. Offre\n\n- Acte d'engagement\n- Mémoire technique",
    "groups as items": "2. Dossier de candidature\n\n- Situation juridique :\n- Lettre de candidature\n- Capacités :\n- Déclaration du candidat\n\n3. Projet de marché\n\n- Acte d'engagement\n- Mémoire technique",
    "in a sentence": "2. Contenu des plis\n\nLa candidature comprend : la lettre de candidature ; la déclaration du candidat.\n\nL'offre comprend : l'acte d'engagement ; le mémoire technique.",
    "what the candidate hands in, said in a sentence": "2. Présentation des candidatures\n\nLe candidat produit une lettre de candidature et une déclaration du candidat.\n\n3. Présentation des offres\n\nLes candidats remettent un acte d'engagement et un mémoire technique.",
    "an intro without folder": "2. Pièces de la candidature\n\nChaque candidat remet les documents suivants :\n\n- Lettre de candidature\n- Déclaration du candidat\n\n3. Pièces de l'offre\n\nLe pli comporte :\n\n- Acte d'engagement\n- Mémoire technique",
    "phase by phase": "2. Phase candidature\n\nLe dossier comprend :\n- Lettre de candidature\n- Déclaration du candidat\n\n3. Phase offre\n\n3.1 Contenu de l'offre\n\nLes candidats admis remettent :\n- Acte d'engagement\n- Mémoire technique",
    "capital letters": "2. Candidature\n\nLe dossier contient, dans l'ordre :\n\nA. Lettre de candidature\nB. Déclaration du candidat\n\n3. Offre\n\nIl contient :\n\nA. Acte d'engagement\nB. Mémoire technique",
    "no bullet left": "2. Propositions\n2-1 Candidature\nLettre de candidature,\nDéclaration du candidat.\n2-2 Offre\nL'acte d'engagement,\nLe mémoire technique.",
    "tables that lost their columns": "2. Documents à produire\n\nPièces de la candidature :\nLibellés Niveau\nLettre de candidature\nDéclaration du candidat\n\nPièces de l'offre :\nLibellés Signature\nL'acte d'engagement Non\nLe mémoire technique Oui",
    "after a colon": "2. Présentation\n2.1 Pièces de la candidature : lettre de candidature ; déclaration du candidat.\n2.2 Pièces de l'offre : acte d'engagement ; mémoire technique.",
    "after one word and a colon": "2. Pièces à remettre\n\nCandidature : lettre de candidature, déclaration du candidat.\n\nOffre : l'acte d'engagement, le mémoire technique.",
    "in the article on sending": "2. Modalités de remise\n2.1. Le dossier de candidature comprendra les pièces suivantes : lettre de candidature, déclaration du candidat.\n2.2. L'offre technique comprendra : un acte d'engagement, un mémoire technique.",
    "one list for both": "Documents à fournir :\n- Lettre de candidature\n- Acte d'engagement\n- Mémoire technique\n- Déclaration du candidat",
    "one list called the bid": "2. Contenu de l'offre\nLe dossier comprendra :\n* Lettre de candidature\n* Déclaration du candidat\n* Acte d'engagement\n* Mémoire technique",
    "administrative pieces": "2. Présentation des offres\nPièces administratives\n- Lettre de candidature\n- Déclaration du candidat\nPièces de l'offre\n- Acte d'engagement\n- Mémoire technique",
    "what the memorandum says beside": "2. Candidature\n- Lettre de candidature\n- Déclaration du candidat\n\n3. Contenu de l'offre\n\n3.1 Pièces\n- Acte d'engagement ;\n- Mémoire technique conforme à l'article 3.2 ci-dessous.\n\n3.2 Mémoire technique\nIl comporte les rubriques suivantes :\n- Présentation des moyens ;\n- Planning.",
}  # fmt: skip
NONE = {
    "causes of exclusion": "2. Candidature\n\nSont exclus de la procédure :\n- les candidats en liquidation ;\n- les candidats condamnés.",
    "what makes a mark": "2. Jugement\n\nCandidature : les capacités, les effectifs.\n\nOffre : le prix, la valeur technique.",
    "what is looked at": "2. Jugement des offres\n\nLa valeur technique est appréciée d'après :\n- l'organisation ;\n- le planning.",
}  # fmt: skip


def pieces(text: str) -> tuple[list[str], list[str]]:
    r = Reading(of_text(HEAD + text + "\n", "rc.txt"), "RC")
    r.run(READERS)
    found = [
        each.value for each in r.found if each.path.startswith("pieces[") and isinstance(each.value, dict)
    ]
    return (
        [each["name"] for each in found if each["folder"] == "candidacy"],
        [each["name"] for each in found if each["folder"] == "bid"],
    )


@pytest.mark.parametrize("form", FORMS)
def test_pieces_are_read_in_this_layout(form: str) -> None:
    assert pieces(FORMS[form]) == BOTH


@pytest.mark.parametrize("form", NONE)
def test_a_list_of_something_else_is_no_list_of_pieces(form: str) -> None:
    assert pieces(NONE[form]) == ([], [])


def test_a_comma_within_parentheses_cuts_no_name() -> None:
    text = "2. Pièces de la candidature\n- Déclaration du candidat\n- CV des intervenants (chef de projet, ingénieur, dessinateur) précisant pour chacun les diplômes obtenus, les missions et les années d'expérience"
    assert pieces(text)[0][1].startswith("CV des intervenants (chef de projet, ingénieur, dessinateur)")


def test_a_limit_of_pages_told_in_another_article_is_that_of_the_memorandum() -> None:
    text = "2. Pièces de l'offre\n- Acte d'engagement\n- Mémoire technique\n\n3. Mémoire technique\nIl est attendu sur 30 pages maximum."
    r = Reading(of_text(HEAD + text + "\n", "rc.txt"), "RC")
    r.run(READERS)
    memorandum = next(each.value for each in r.found if each.path == "pieces[O2]")
    assert memorandum["page_limits"] == [{"pages": 30}]


def test_the_forms_of_a_candidacy_are_its_pieces_wherever_they_are_listed() -> None:
    text = "2. Conditions de remise des candidatures et des offres\nsoit les formulaires disponibles ici :\n1) Imprimé DC1\n2) Imprimé DC2"
    assert pieces(text)[0] == ["Imprimé DC1", "Imprimé DC2"]
