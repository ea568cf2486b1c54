"""First pages as buyers lay them out: a short one each, the object and the buyer it names."""

# ruff: noqa: E501  (texts stay whole)

from __future__ import annotations

import pytest

from reglo.reading.rc import READERS
from reglo.reading.rc.model import Reading
from reglo.reading.text.plain import of_text

ARTICLES = "\n\n1 - Objet\nVoir la page de garde.\n\n2 - Conditions\nLes plis sont remis en ligne.\n\n3 - Jugement\nPrix seul.\n"
TITLES = {
    "between the contract and the date": (
        "RÈGLEMENT DE LA CONSULTATION\n\nMARCHÉ PUBLIC DE TRAVAUX\n\nRéfection de la toiture du lavoir\n\nDate et heure limites de réception des offres : lundi 4 mai 2026 à 12:00",
        "Réfection de la toiture du lavoir",
    ),
    "on two lines": (
        "Maîtrise d'œuvre pour la rénovation\n\ndu presbytère\n\nRÈGLEMENT DE LA CONSULTATION\n\n2 place du Marché\n71000 Mâcon",
        "Maîtrise d'œuvre pour la rénovation du presbytère",
    ),
    "in capitals, above the title": (
        "COMMUNE DE VALBRUN\n\nENTRETIEN DES CLOCHES\n\nREGLEMENT DE CONSULTATION\n\nMARCHE N° 2026-07",
        "Entretien des cloches",
    ),
    "under the place, above a table of contents": (
        "Forêt de Brume\n\nRéfection de la desserte forestière\n\nMARCHE PUBLIC DE TRAVAUX\n\nREGLEMENT DE CONSULTATION\n\nSOMMAIRE\n\nARTICLE PREMIER : OBJET ET ÉTENDUE DE LA CONSULTATION 3",
        "Réfection de la desserte forestière",
    ),
    "under an address in capitals": (
        "CENTRE HOSPITALIER DE BRUME\n\n87042 BRUME CEDEX\n\nCellule des achats\n\nTravaux d'imprimerie pour les établissements\n\nRÈGLEMENT DE LA CONSULTATION",
        "Travaux d'imprimerie pour les établissements",
    ),
    "with a name between quotes": (
        'RÈGLEMENT DE LA CONSULTATION\n\nMARCHÉ PUBLIC DE TRAVAUX\n\nTravaux de restructuration\n\n"Maison Colas"\n\n71000 Mâcon',
        'Travaux de restructuration "Maison Colas"',
    ),
    "under its label": (
        "RÈGLEMENT DE CONSULTATION\nObjet : Fourniture de sel de déneigement\nRéférence : SEL-2026-1",
        "Fourniture de sel de déneigement",
    ),
}  # fmt: skip
SENTENCES = {
    "a list of works, each with its article": ("La présente consultation a pour objet la fourniture, l'installation et les essais de balises.", "La fourniture, l'installation et les essais de balises"),
    "on the line below": ("La présente consultation concerne :\nEntretien des fontaines", "Entretien des fontaines"),
    "a plural verb": ("Le présent règlement concerne les travaux de peinture du préau.", "Travaux de peinture du préau"),
    "a contract for it": ("La consultation a pour objet la passation d'un accord-cadre à bons de commande relatif à l'entretien des ascenseurs.", "Entretien des ascenseurs"),
    "a verb": ("Le présent marché a pour objet de mettre en place une conciergerie.", "Mettre en place une conciergerie"),
    "followed by its articles": ("La présente consultation concerne :\nENTRETIEN DES FONTAINES Le présent marché a pour objet l'entretien des bassins.", "Entretien des fontaines"),
}  # fmt: skip
BUYERS = {
    "an organisation nobody lists": ("RÈGLEMENT DE LA CONSULTATION\n\nMaître d'ouvrage :\nVAL D'ORMES HABITAT", "Val d'Ormes Habitat"),
    "on the line of its label": ("RÈGLEMENT DE LA CONSULTATION\n\nPouvoir adjudicateur : Réseau des Médiathèques Réunies", "Réseau des Médiathèques Réunies"),
    "named so": ("RÈGLEMENT DE LA CONSULTATION\n\nLe maître d'ouvrage est la personne morale désignée ci-après :\nSA HLM Les Tilleuls", "SA HLM Les Tilleuls"),
    "with its service": ("RÈGLEMENT DE LA CONSULTATION\n\nVille de Valbrun Service de la commande publique\n71000 Mâcon", "Ville de Valbrun"),
    "with its address": ("MAIRIE DE VALBRUN 8 rue du Four 71000 VALBRUN\n\nRÈGLEMENT DE LA CONSULTATION", "Mairie de Valbrun"),
    "a service of the State that contracts": ("RÈGLEMENT DE LA CONSULTATION\n\nLa personne publique contractante est :\n\nLa Direction Interrégionale des Ports de Brume.", "Direction Interrégionale des Ports de Brume"),
    "alone above the title, told again": ("GRANDE ECOLE DES VENTS\n\nRÈGLEMENT DE LA CONSULTATION\n\nLes règles de la Grande Ecole des Vents s'appliquent.", "Grande Ecole des Vents"),
    "of a département that sounds like a lot": ("Syndicat Mixte des Eaux du Lot\n\nRÈGLEMENT DE LA CONSULTATION", "Syndicat Mixte des Eaux du Lot"),
    "in capitals without accents": ("DEPARTEMENT DE L'ORNAY\n\nRÈGLEMENT DE LA CONSULTATION", "Département de l'Ornay"),
}  # fmt: skip


def read(text: str, path: str) -> list[object]:
    r = Reading(of_text(text, "rc.txt"), "RC")
    r.run(READERS)
    strong = [found for found in r.found if found.path == path and not found.weak]
    return [found.value for found in strong or r.found if found.path == path]


@pytest.mark.parametrize("form", TITLES)
def test_an_object_is_read_on_the_first_page(form: str) -> None:
    cover, title = TITLES[form]
    assert read(cover + ARTICLES, "title") == [title]


@pytest.mark.parametrize("form", SENTENCES)
def test_an_object_is_read_in_its_article(form: str) -> None:
    sentence, title = SENTENCES[form]
    assert read(f"Règlement de la consultation\n\n1. Objet\n{sentence}\n\n2. Suite\nTexte.", "title") == [
        title
    ]


@pytest.mark.parametrize("form", BUYERS)
def test_a_buyer_is_read_on_the_first_page(form: str) -> None:
    cover, name = BUYERS[form]
    assert read(cover + ARTICLES, "buyer.name") == [name]


def test_a_person_is_no_buyer() -> None:
    cover = "RÈGLEMENT DE LA CONSULTATION\n\nPouvoir adjudicateur : Claude Martin, Maire"
    assert read(cover + ARTICLES, "buyer.name") == []


def test_what_is_asked_of_the_reader_is_no_object() -> None:
    cover = "RÈGLEMENT DE LA CONSULTATION\n\nA lire attentivement avant toute réponse"
    assert read(cover + ARTICLES, "title") == []


TWICE = "RÈGLEMENT DE LA CONSULTATION\n\nAccord-cadre à bons de commande\npour l'entretien des horloges du canton\n\n1 - Objet\nL'accord-cadre a pour objet la maintenance des cadrans publics.\n\n2 - Plis\nPli pour : {}\n"


def test_the_title_a_first_page_prints_and_the_document_repeats_is_the_title() -> None:
    title = "Accord-cadre à bons de commande pour l'entretien des horloges du canton"
    assert read(TWICE.format(title), "title") == [title]
    assert read(TWICE.format("horloges"), "title") == ["Maintenance des cadrans publics"]


@pytest.mark.parametrize(
    ("told", "zones"),
    [
        ("Mairie, 1 rue du Port, 97400 Saint-Denis", ["Indian/Reunion", "Europe/Paris"]),
        ("Recours : tribunal administratif de la Martinique", ["America/Martinique", "Europe/Paris"]),
        ("Mairie, 1 rue du Port, 97400 Saint-Denis (heure de Paris)", ["Europe/Paris"]),
        ("L'heure de la réunion de négociation sera précisée aux candidats", ["Europe/Paris"]),
        ("Le marché est estimé à 97400 euros", ["Europe/Paris"]),
    ],
)
def test_an_hour_overseas_whose_zone_is_not_written_is_a_question(told: str, zones: list[str]) -> None:
    text = (
        f"RÈGLEMENT DE LA CONSULTATION\n\n{told}\n\nDate limite de réception des offres : 4 mai 2026 à 12:00"
    )
    reading = Reading(of_text(text + ARTICLES, "rc.txt"), "RC")
    reading.run(READERS)
    key = "calendar.submission_deadline"
    read = [str(value.value) for value in reading.found if value.path == key]
    asked = [str(it[2][key]) for doubt in reading.doubts for it in doubt.choices if key in it[2]]
    assert (list(dict.fromkeys(read)) or asked) == [f"2026-05-04 12:00 {zone}" for zone in zones]
