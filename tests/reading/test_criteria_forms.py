"""The many ways buyers print criteria and their weights: one short text each, and the tree it says."""

# ruff: noqa: E501  (texts stay whole)

from __future__ import annotations

import pytest

from reglo.reading.rc import READERS
from reglo.reading.rc.criteria import criteria
from reglo.reading.rc.levels import scales_in
from reglo.reading.rc.model import Reading
from reglo.reading.text.plain import of_text

VALUE = ("Valeur technique", 60, [])
PRICE = ("Prix", 40, [])
PARTS = [PRICE, ("Valeur technique", 60, [("Méthode", 35), ("Équipe", 25)])]
FORMS = {
    "percent in parentheses": ("- Prix (40 %)\n- Valeur technique (60 %)", [PRICE, VALUE]),
    "degrees": ("1° Valeur technique : 60 %\n2° Prix : 40 %", [VALUE, PRICE]),
    "points after a dash": ("Prix – 40 points\nValeur technique – 60 points", [PRICE, VALUE]),
    "marked on": ("Critère n° 1 : Prix, noté sur 40\nCritère n° 2 : Valeur technique, notée sur 60", [PRICE, VALUE]),
    "on points": ("Le prix sur 40 points ;\nLa valeur technique sur 60 points.", [PRICE, VALUE]),
    "a sentence": ("Les critères sont le prix (40 %) et la valeur technique (60 %).", [PRICE, VALUE]),
    "a paragraph whose second sentence gives the parts": ("Les offres sont jugées au vu des critères suivants : valeur technique 60 %, prix 40 %. La valeur technique se décompose en deux sous-critères : la méthode, notée sur 35 ; l'équipe, notée sur 25.", [("Valeur technique", 60, [("Méthode", 35), ("Équipe", 25)]), PRICE]),
    "a sentence that weighs first": ("Les offres sont jugées à 40 % sur le prix et à 60 % sur la valeur technique.", [PRICE, VALUE]),
    "coefficients that make ten": ("Prix : coefficient 4\nValeur technique : coefficient 6", [PRICE, VALUE]),
    "coefficients in parentheses": ("- Prix (coefficient : 4)\n- Valeur technique (coefficient : 6)", [PRICE, VALUE]),
    "coefficients with decimals": ("- Prix : coef. 0,4\n- Valeur technique : coef. 0,6", [PRICE, VALUE]),
    "a table with percent": ("| Critères | Pondération |\n|---|---|\n| Prix | 40 % |\n| Valeur technique | 60 % |", [PRICE, VALUE]),
    "a table without unit": ("| Critère de jugement | Note maximale |\n|---|---|\n| Prix | 40 |\n| Valeur technique | 60 |", [PRICE, VALUE]),
    "a table with a total": ("| Critères | Points |\n|---|---|\n| Prix | 40 |\n| Valeur technique | 60 |\n| Total | 100 |", [PRICE, VALUE]),
    "a table of coefficients": ("| N° | Critère | Coefficient |\n|---|---|---|\n| 1 | Prix | 0,40 |\n| 2 | Valeur technique | 0,60 |", [PRICE, VALUE]),
    "a table flattened": ("Critères Pondération\nPrix 40 %\nValeur technique 60 %\nTotal 100 %", [PRICE, VALUE]),
    "parts in parentheses, then the weight": (
        "- prix : 40 % ;\n- valeur technique (- méthode 35 % ; - équipe 25 %) : 60 %.",
        PARTS,
    ),
    "the weight after the last part": (
        "- prix 40 %\n- valeur technique\n- méthode 35 %\n- équipe 25 % : 60 %",
        PARTS,
    ),
    "parts without weight, then the weight": (
        "- la valeur technique au regard :\n- du mémoire,\n- des moyens ; : 60 %\n- le prix : 40 %.",
        [VALUE, PRICE],
    ),
    "numbers, and parts under the one without weight": (
        "1. prix : 40 %\n2. valeur technique comprenant :\n- la méthode - 35%\n- et l'équipe - 25%\n- en cas de discordance, le bordereau prévaut.",
        PARTS,
    ),
    "letters below": (
        "Critère 1 : Prix - 40 points\nCritère 2 : Valeur technique - 60 points\na) Méthode : 35 points\nb) Équipe : 25 points",
        [PRICE, ("Valeur technique", 60, [("Méthode", 35), ("Équipe", 25)])],
    ),
    "dashes below": (
        "1. Prix : 40 %\n2. Valeur technique : 60 % dont :\n- Méthode : 35 %\n- Équipe : 25 %",
        [PRICE, ("Valeur technique", 60, [("Méthode", 35), ("Équipe", 25)])],
    ),
    "shares of a hundred below": (
        "Prix : 40 %\nValeur technique : 60 %\n- Méthode : 70 %\n- Équipe : 30 %",
        [PRICE, ("Valeur technique", 60, [("Méthode", 70), ("Équipe", 30)])],
    ),
    "sub-criteria named so": (
        "Critère 1 : Prix (40 points)\nCritère 2 : Valeur technique (60 points)\nSous-critère 2.1 : Méthode (35 points)\nSous-critère 2.2 : Équipe (25 points)",
        [PRICE, ("Valeur technique", 60, [("Méthode", 35), ("Équipe", 25)])],
    ),
    "a table whose rows have numbers, as a table of contents": (
        "| Critères et sous-critères | Points |\n|---|---|\n| 1. Valeur technique, appréciée au vu du mémoire | 60 |\n| 1.1 Méthode | 35 |\n| 1.2 Équipe | 25 |\n| 2. Prix | 40 |",
        [("Valeur technique", 60, [("Méthode", 35), ("Équipe", 25)]), PRICE],
    ),
    "a table whose numbers only grow": (
        "| Critères | Points |\n|---|---|\n| 1. Délai | 10 |\n| 2. Environnement | 20 |\n| 3. Méthode | 30 |\n| 4. Prix | 40 |",
        [("Délai", 10, []), ("Environnement", 20, []), ("Méthode", 30, []), PRICE],
    ),
    "numbers below": (
        "1 Prix des prestations 40 %\n2 Valeur technique 60 %\n2.1 Méthode 35 %\n2.2 Équipe 25 %",
        [("Prix des prestations", 40, []), ("Valeur technique", 60, [("Méthode", 35), ("Équipe", 25)])],
    ),
    "parts said further on": (
        "Prix : 40 points\nValeur technique : 50 points\nEnvironnement : 10 points\n\nValeur technique (50 points) :\n- Méthode : 30 points\n- Équipe : 20 points\n\nEnvironnement (10 points) :\n- Déchets : 6 points\n- Transport : 4 points",
        [PRICE, ("Valeur technique", 50, [("Méthode", 30), ("Équipe", 20)]), ("Environnement", 10, [("Déchets", 6), ("Transport", 4)])],
    ),
    "parts in a sentence": (
        "Prix : 40 points. \nLa valeur technique est notée sur 60 points répartis comme suit : méthode 35 points, équipe 25 points.",
        [PRICE, ("Valeur technique", 60, [("Méthode", 35), ("Équipe", 25)])],
    ),
    "parts in parentheses": (
        "- Prix : 40 %\n- Valeur technique : 60 % (méthode : 35 % ; équipe : 25 %)",
        [PRICE, ("Valeur technique", 60, [("Méthode", 35), ("Équipe", 25)])],
    ),
    "a table of two levels": (
        "| Critères | Sous-critères | Points |\n|---|---|---|\n| Prix | | 40 |\n| Valeur technique | Méthode | 35 |\n| | Équipe | 25 |",
        [PRICE, ("Valeur technique", 60, [("Méthode", 35), ("Équipe", 25)])],
    ),
    "a table of two levels, both weighed": (
        "| Critère | Pondération | Sous-critère | Pondération du sous-critère |\n|---|---|---|---|\n| Prix | 40 % | | |\n| Valeur technique | 60 % | Méthode | 35 % |\n| | | Équipe | 25 % |",
        [PRICE, ("Valeur technique", 60, [("Méthode", 35), ("Équipe", 25)])],
    ),
    "points after a comma, letters below": (
        "Critère 1. Prix, noté sur 40 points\nCritère 2. Valeur technique, notée sur 60 points\n           a) méthode : 35 points\n           b) équipe : 25 points",
        [PRICE, ("Valeur technique", 60, [("Méthode", 35), ("Équipe", 25)])],
    ),
    "letters below two criteria": (
        "Critère 1 : Prix sur 40 points\nCritère 2 : Valeur technique sur 45 points\n a) méthode : 25 points\n b) équipe : 20 points\nCritère 3 : Environnement sur 15 points\n a) déchets : 10 points\n b) transport : 5 points",
        [PRICE, ("Valeur technique", 45, [("Méthode", 25), ("Équipe", 20)]), ("Environnement", 15, [("Déchets", 10), ("Transport", 5)])],
    ),
    "a formula below": (
        "Critère 1 : Prix, noté sur 40 points\nCritère 2 : Valeur technique, notée sur 60 points\n\nLe critère Prix est jugé ainsi :\nNote = 40 - 40 x ((Montant - Montant le plus bas) / Montant le plus bas)\nLes autres notes sont données d'après la grille : bonne = 100 % des points ; moyenne = 50 % ; sans réponse = 0 %.",
        [PRICE, VALUE],
    ),
    "price by steps below": (
        "Critère Barème\nPrix 40 points\nValeur technique 60 points\nTotal 100 points\nPrix : 40 points à l'offre la plus basse. Pour chaque tranche de 1 % d'écart, 1 point est retiré.",
        [PRICE, VALUE],
    ),
    "weights first": ("40 % : prix\n60 % : valeur technique", [PRICE, VALUE]),
    "a weight and what it makes": ("- Prix : pondération 40 % (soit 40 points)\n- Valeur technique : pondération 60 % (soit 60 points)", [PRICE, VALUE]),
    "capitals": ("PRIX : 40 POINTS\nVALEUR TECHNIQUE : 60 POINTS", [PRICE, VALUE]),
    "followed by what is looked at": ("Prix : 40 %, apprécié au vu du bordereau\nValeur technique : 60 %, appréciée au vu du mémoire", [PRICE, VALUE]),
    "preceded by what is looked at": ("– Valeur technique, appréciée au vu du mémoire : coefficient 6\n– Prix : coefficient 4", [VALUE, PRICE]),
    "a note the bid holds": ("Prix : 60 points\nNote technique : 30 points\nDélai : 10 points", [("Prix", 60, []), ("Note technique", 30, []), ("Délai", 10, [])]),
    "numbered with letters": (
        "Critère 1 — Prix : 40%\nCritère 2 — Valeur technique : 60%, décomposé en :\n1a. Méthode ......... 35%\n1b. Équipe .... 25%",
        [PRICE, ("Valeur technique", 60, [("Méthode", 35), ("Équipe", 25)])],
    ),
    "what it is judged on before the weight": ("- prix : 40 % - valeur technique au vu d'un mémoire : 60 %", [PRICE, VALUE]),
    "a mark, then a coefficient": (
        "- 1) valeur technique (robustesse, garantie) note sur 10 points (croissante), coefficient 6 ;\n- 2) prix note sur 10 points, coefficient 4.",
        [("Valeur technique (robustesse, garantie)", 60, []), PRICE],
    ),
    "two on a line with nothing between": ("prix : 40% valeur technique : 60%.", [PRICE, VALUE]),
    "parts in a cell": (
        "| Critère | Pondération | Détail |\n|---|---|---|\n| Prix | 40 % | note = 40 x prix le plus bas / prix |\n| Valeur technique | 60 % | Méthode (35 %) — Équipe (25 %) |",
        [PRICE, ("Valeur technique", 60, [("Méthode", 35), ("Équipe", 25)])],
    ),
    "parts on a mark of their own": (
        "1. Prix : coefficient 0,40\n2. Valeur technique : coefficient 0,60\n\nCritère valeur technique (note sur 20)\n• Méthode : 12 points\n• Équipe : 8 points",
        [PRICE, ("Valeur technique", 60, [("Méthode", 60), ("Équipe", 40)])],
    ),
}  # fmt: skip
NONE = {
    "weights that make ninety": "Prix : 40 %\nValeur technique : 50 %",
    "a scale": "Très satisfaisant : 100 %\nSatisfaisant : 60 %\nInsuffisant : 40 %",
    "a scale in a sentence cut in two": "Les notes suivent la grille : très bonne réponse = 100 % ; bonne = 75 % ; moyenne = 50 % ;\nfaible = 25 % ; sans réponse = 0 %.",
    "payments": "Avance : 30 %\nAcompte : 70 %",
}


def tree(text: str) -> list[tuple[str, float, list[tuple[str, float]]]]:
    r = Reading(of_text(f"Jugement des offres\n\n{text}\n", "rc.txt"), "RC")
    criteria(r)
    return [
        (item.name, item.weight, [(child.name, child.weight) for child in item.children])
        for item in r.notes.get("criteria", [])
    ]


@pytest.mark.parametrize("form", FORMS)
def test_criteria_are_read_in_this_form(form: str) -> None:
    text, expected = FORMS[form]
    assert tree(text) == expected


@pytest.mark.parametrize("form", NONE)
def test_what_weighs_no_criterion_is_not_read_as_one(form: str) -> None:
    assert tree(NONE[form]) == []


LEVELS = {
    "by semicolons, with meanings": ("Notes : 10 = excellent, complet et prouvé ; 5 = acceptable ; 0 = absent ou hors sujet.", ["Excellent", "Acceptable", "Absent ou hors sujet"]),
    "after the number and a colon": ("Noté de 0 à 3 : 0 : non renseigné ; 1 : insuffisant ; 2 : satisfaisant ; 3 : très satisfaisant.", ["Très satisfaisant", "Satisfaisant", "Insuffisant", "Non renseigné"]),
    "numbered in their cell": ("| Note | Niveau | Part |\n|---|---|---|\n| 0 | 0- Ne répond pas | 0 |\n| 1 | 1- Insuffisant | 0.5 |\n| 2 | 2- Au-delà du besoin | 1 |", ["Au-delà du besoin", "Insuffisant", "Ne répond pas"]),
}  # fmt: skip


@pytest.mark.parametrize("form", LEVELS)
def test_a_scale_is_read_in_this_form(form: str) -> None:
    text, labels = LEVELS[form]
    (levels, _, _), *_ = scales_in(Reading(of_text(text, "rc.txt"), "RC").flow)
    assert [level["label"] for level in levels] == labels


def test_a_scale_of_one_criterion_marks_no_other() -> None:
    text = "Jugement des offres\n\nPrix : 40 %\nValeur technique : 50 %\nEnvironnement : 10 %\n\nChaque sous-critère de la valeur technique est noté : 0 : absent ; 1 : moyen ; 2 : bon."
    r = Reading(of_text(text, "rc.txt"), "RC")
    r.run(READERS)
    marked = [found.path for found in r.found if found.path.endswith(".method") and found.value == "scale"]
    assert marked == ["award.criteria[valeur].method"]


def test_a_list_after_the_last_criterion_says_nothing_of_it() -> None:
    text = "Critères d'attribution :\n1. Prix : 60 %\n2. Délai : 40 %\n\nDocuments à fournir :\n- Lettre de candidature\n- Mémoire technique\n"
    r = Reading(of_text(text, "rc.txt"), "RC")
    r.run(READERS)
    assert not [found for found in r.found if found.path.endswith(".elements")]
