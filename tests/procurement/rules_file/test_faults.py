"""Each fault of a rules file: told alone at its line, with facts and mend; exit status 2, nothing written."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

from reglo.cli import app
from reglo.procurement.findings import Severity
from reglo.procurement.rules_file import load

COMPLETE = (Path(__file__).parent / "complete.yaml").read_text(encoding="utf-8")


class Fault(NamedTuple):
    """``old`` of the complete file becomes ``new``; the fault is told at the line of ``at``, in ``new``."""

    old: str
    new: str
    at: str
    code: str
    cause: str
    mend: str


YAML = {
    "a tabulation": Fault(
        "  form: accord-cadre",
        "\tform: accord-cadre",
        "\tform",
        "RULES-06",
        "Le retrait de la ligne contient une tabulation, que YAML n'admet pas.",
        "Remplacez-la par des espaces.",
    ),
    "a colon in a text": Fault(
        "title: Nettoyage des écoles",
        "title: Nettoyage : écoles",
        "title:",
        "RULES-05",
        "La ligne ne suit pas la syntaxe YAML : un « : » suivi d'une espace apparaît au milieu d'un texte, "
        "ou le retrait est faux.",
        "Mettez le texte entre guillemets, ou alignez la clé avec celles de son groupe.",
    ),
    "a quote left open": Fault(
        "name: Ville de Bellerive",
        'name: "Ville de Bellerive',
        'name: "Ville',
        "RULES-05",
        "La ligne ne suit pas la syntaxe YAML : un guillemet ouvert n'est pas refermé.",
        "Refermez le guillemet ouvert à cette ligne.",
    ),
    "a bracket left open": Fault(
        "legal_basis: [R.2161-2, R.2161-3]",
        "legal_basis: [R.2161-2, R.2161-3",
        "lots:",
        "RULES-05",
        "La ligne ne suit pas la syntaxe YAML : un crochet « [ » n'est pas refermé.",
        "Ajoutez « ] ».",
    ),
    "a wrong indentation": Fault(
        "  kind: local",
        " kind: local",
        " kind",
        "RULES-05",
        "La ligne ne suit pas la syntaxe YAML : le retrait ne correspond à aucun groupe ouvert.",
        "Alignez la clé avec celles de son groupe.",
    ),
    "several documents": Fault(
        "clauses:",
        "---\nclauses:",
        "---",
        "RULES-07",
        "Le fichier contient plusieurs documents séparés par « --- » ; un seul est admis.",
        "Gardez un seul document, ou faites un fichier par consultation.",
    ),
    "an anchor": Fault(
        "nature: services",
        "nature: &objet services",
        "nature",
        "RULES-08",
        "« &objet » est une ancre ou un renvoi YAML : chaque valeur doit se lire là où elle est écrite.",
        "Recopiez la valeur à sa place.",
    ),
    "an alias": Fault(
        "title: Nettoyage des écoles",
        "title: *objet",
        "title",
        "RULES-08",
        "« *objet » est une ancre ou un renvoi YAML : chaque valeur doit se lire là où elle est écrite.",
        "Recopiez la valeur à sa place.",
    ),
    "a tag": Fault(
        "nature: services",
        "nature: !!python/object services",
        "nature",
        "RULES-09",
        "« tag:yaml.org,2002:python/object » impose un type YAML ; aucun n'est admis.",
        "Retirez-le, et mettez la valeur entre guillemets si c'est un texte.",
    ),
    "a key written twice": Fault(
        "nature: services",
        "nature: services\nnature: works",
        "nature: works",
        "RULES-10",
        "La clé « nature » est écrite deux fois, ligne 10 et ici.",
        "Gardez une seule des deux valeurs.",
    ),
    "a key that is a list": Fault(
        "nature: services",
        "nature: services\n? [a, b]\n: c",
        "? [a, b]",
        "RULES-13",
        "Une clé est elle-même une liste ou un groupe.",
        "Écrivez un mot suivi de « : ».",
    ),
    "an invisible character": Fault(
        "title: Nettoyage des écoles",
        "title: Nettoyage\u0007 des écoles",
        "title",
        "RULES-14",
        "La ligne contient un caractère invisible interdit (U+0007).",
        "Effacez ce caractère et retapez le mot.",
    ),
}

FORM = {
    "an unknown key, with the nearest": Fault(
        "max_lots_bid: 2",
        "max_lot_bid: 2",
        "max_lot_bid",
        "RULES-20",
        "La clé « max_lot_bid » n'existe pas dans « allotment ».",
        "Vouliez-vous « max_lots_bid » ?",
    ),
    "a misspelled compulsory key, said once": Fault(
        "title: Nettoyage des écoles",
        "titel: Nettoyage des écoles",
        "titel",
        "RULES-20",
        "La clé « titel » n'existe pas dans le fichier.",
        "Vouliez-vous « title » ?",
    ),
    "a comma inside braces": Fault(
        "  - {id: langue, topic: langue, rule: Les offres sont en français., effect: obligation}",
        "  - {id: langue, topic: langue, rule: Offres, mémoires, effect: obligation}",
        "mémoires",
        "RULES-20",
        "La clé « mémoires » n'existe pas dans « clauses[0] ».",
        "Entre accolades, une virgule sépare les clés : mettez la valeur entre guillemets.",
    ),
    "a missing key": Fault(
        "  name: Ville de Bellerive\n",
        "",
        "kind: local",
        "RULES-21",
        "Il manque la clé « name » dans « buyer ».",
        "Ajoutez « name: … ».",
    ),
    "a text where a group is expected": Fault(
        "allotment: {divided: true, max_lots_bid: 2}",
        "allotment: deux lots",
        "allotment",
        "RULES-22",
        "« allotment » attend un groupe de clés, et contient « deux lots ».",
        "Écrivez les clés en retrait sous « allotment : » : divided.",
    ),
    "a lone text where a list is expected": Fault(
        "legal_basis: [R.2161-2, R.2161-3]",
        "legal_basis: R.2161-2",
        "legal_basis",
        "RULES-23",
        "« legal_basis » attend une liste, et contient « R.2161-2 ».",
        "Même seul, un élément s'écrit entre crochets : « [R.2161-2] ».",
    ),
    "a list where a text is expected": Fault(
        "reference: VB-2026-012",
        "reference: [VB, 2026]",
        "reference",
        "RULES-24",
        "« reference » attend un texte, et contient une liste.",
        "Écrivez une seule valeur après « reference: ».",
    ),
    "true where a text is expected": Fault(
        "name: Écoles du sud",
        "name: true",
        "name: true",
        "RULES-24",
        "« name » attend un texte, et contient « true ».",
        'Mettez le mot entre guillemets : « "true" ».',
    ),
    "a text where a whole number is expected": Fault(
        "pages: 10,",
        "pages: dix,",
        "pages",
        "RULES-25",
        "« pages » attend un nombre entier, et contient « dix ».",
        "Écrivez les chiffres seuls, par exemple « 3 ».",
    ),
    "a text where a number is expected": Fault(
        "      weight: 60",
        "      weight: soixante",
        "weight",
        "RULES-26",
        "« weight » attend un nombre : « soixante » n'est pas un nombre.",
        "Écrivez les chiffres, des espaces pour les milliers, une virgule pour les décimales : « 1 234,56 ».",
    ),
    "oui where true is expected": Fault(
        "compulsory: false",
        "compulsory: non",
        "compulsory",
        "RULES-27",
        "« compulsory » attend oui ou non, et contient « non ».",
        "Écrivez « true » pour oui ou « false » pour non.",
    ),
    "a word that is not admitted": Fault(
        "nature: services",
        "nature: travaux",
        "nature",
        "RULES-28",
        "« nature » n'admet pas « travaux ».",
        "Écrivez « works », « supplies » ou « services ».",
    ),
    "a side that is neither before nor after": Fault(
        "side: before",
        "side: avant",
        "side",
        "RULES-28",
        "« side » n'admet pas « avant ».",
        "Écrivez « before » ou « after ».",
    ),
    "a period without a known unit": Fault(
        "period: 8 jours ouvrés",
        "period: 8 jours de travail",
        "period: 8",
        "RULES-29",
        "« period » attend une durée : « 8 jours de travail » n'est pas une durée.",
        "Écrivez un nombre et son unité : minutes, heures, jours, jours ouvrés, jours ouvrables, semaines, "
        "mois ou ans, par exemple « 8 jours ouvrés ».",
    ),
    "a share without its sign": Fault(
        "share: 60 %",
        "share: 60",
        "share: 60}",
        "RULES-30",
        "« share » attend un pourcentage : « 60 » n'est pas un pourcentage.",
        "Écrivez par exemple « 30 % ».",
    ),
    "a version of the format not known": Fault(
        "reglo: 1",
        "reglo: 2",
        "reglo: 2",
        "RULES-31",
        "Le fichier suit la version 2 du format ; ce programme lit la version 1.",
        "Écrivez « reglo: 1 », ou installez une version plus récente.",
    ),
    "an empty item": Fault(
        'cpv: ["90911200"]',
        "cpv:\n      -",
        "-\n    estimated",
        "RULES-32",
        "Un élément de la liste « cpv » est vide.",
        "Complétez-le ou retirez le tiret.",
    ),
    "a negative number": Fault(
        "quantity: 1200",
        "quantity: -1200",
        "quantity: -",
        "RULES-33",
        "« quantity » vaut -1200 ; un nombre négatif n'y a pas de sens.",
        "Écrivez un nombre positif ou nul.",
    ),
    "an instant without its zone": Fault(
        "submission_deadline: 2026-02-18 12:00 Europe/Paris",
        "submission_deadline: 2026-02-18 12:00",
        "submission_deadline: 2026",
        "DATE-01",
        "« submission_deadline » attend un instant : « 2026-02-18 12:00 » n'est pas une date et heure avec "
        "son fuseau.",
        "Écrivez par exemple « 2026-02-18 12:00 Europe/Paris ».",
    ),
    "a zone that does not exist": Fault(
        "sent_at: 2026-01-05 09:00 Europe/Paris",
        "sent_at: 2026-01-05 09:00 Europe/Pari",
        "sent_at",
        "DATE-02",
        "« sent_at » : Le fuseau « Europe/Pari » est inconnu.",
        "Écrivez un nom IANA comme Europe/Paris ou Indian/Reunion.",
    ),
    "a day that does not exist": Fault(
        "opening_at: 2026-02-18 14:00",
        "opening_at: 2026-02-30 14:00",
        "opening_at",
        "DATE-03",
        "« opening_at » : « 2026-02-30 14:00 Europe/Paris » n'existe pas au calendrier.",
        "Vérifiez le jour et l'heure.",
    ),
    "a day written as it is spoken": Fault(
        "  duration: 1 an",
        "  duration: 1 an\n  starts_on: 1er mars 2026",
        "starts_on",
        "DATE-04",
        "« starts_on » attend un jour du calendrier, et contient « 1er mars 2026 ».",
        "Écrivez l'année, le mois et le jour : « 2026-02-18 ».",
    ),
    "an amount without its basis": Fault(
        "estimated_value: 60 000,00 EUR HT",
        "estimated_value: 60 000,00 EUR",
        "estimated_value",
        "PRIX-01",
        "« estimated_value » attend un montant : « 60 000,00 EUR » n'est pas un montant complet : il manque "
        "« EUR HT » ou « EUR TTC ».",
        "Écrivez par exemple « 659 764,00 EUR HT ».",
    ),
    "a float for money": Fault(
        "estimated_value: 60 000,00 EUR HT",
        "estimated_value: 60000.00",
        "estimated_value",
        "PRIX-01",
        "« estimated_value » attend un montant : « 60000.00 » n'est pas un montant complet : il manque "
        "« EUR HT » ou « EUR TTC ».",
        "Écrivez par exemple « 659 764,00 EUR HT ».",
    ),
    "an ambiguous amount (L-20)": Fault(
        "maximum: 90 000 EUR HT",
        "maximum: 659,764 EUR HT",
        "maximum:",
        "PRIX-02",
        "« maximum » : « 659,764 » peut se lire 659764 ou 659,764.",
        "Écrivez « 659 764 » ou « 659,7640 ».",
    ),
    "an amount in words": Fault(
        "maximum: 90 000 EUR HT",
        "maximum: quatre-vingt-dix mille euros HT",
        "maximum:",
        "PRIX-03",
        "« maximum » : « quatre-vingt-dix mille » n'est pas un nombre.",
        "Écrivez les chiffres, des espaces pour les milliers, une virgule pour les décimales : « 1 234,56 ».",
    ),
}

MEANING = {
    "criteria that do not add up": Fault(
        "      weight: 60",
        "      weight: 55",
        "criteria:\n    - id: prix",
        "POIDS-01",
        "Les critères pèsent 95 points en tout, il en faut 100.",
        "Ajoutez 5 points. Sinon, corrigez « award.total ».",
    ),
    "sub-criteria that do not add up": Fault(
        "weight: 25,",
        "weight: 27.5,",
        "criteria:\n        - {id: moyens",
        "POIDS-02",
        "Les sous-critères de « Valeur technique » pèsent 42,5 points, le critère en pèse 40.",
        "Retirez 2,5 points.",
    ),
    "shares that do not add up": Fault(
        "weight: 25, method: scale, scale: grille, judged_on: O2 chapitre 1}\n"
        "        - {id: dechets, name: Déchets, weight: 15",
        "share: 60 %, method: scale, scale: grille}\n        - {id: dechets, name: Déchets, share: 30 %",
        "criteria:\n        - {id: moyens",
        "POIDS-03",
        "Les parts des sous-critères de « Valeur technique » font 90 %, il faut 100 %.",
        "Corrigez les « share » jusqu'à 100 %.",
    ),
    "a criterion that weighs nothing": Fault(
        "total: 100",
        "total: 0",
        "total: 0",
        "POIDS-04",
        "« total » vaut 0 : rien ne s'y juge.",
        "Écrivez un nombre supérieur à zéro, ou retirez le critère.",
    ),
    "a scale in disorder": Fault(
        "share: 20 %",
        "share: 80 %",
        "- {label: Insuffisant",
        "POIDS-05",
        "Dans la grille « grille », « Insuffisant » (80 %) vient après « Satisfaisant » (60 %).",
        "Rangez les niveaux du meilleur au moins bon, aucun au-dessus du précédent.",
    ),
    "a stage rounded twice": Fault(
        "    - {decimals: 2, stages: [leaf]}",
        "    - {decimals: 2, stages: [leaf]}\n    - {decimals: 1, stages: [leaf, total]}",
        "- {decimals: 1",
        "POIDS-07",
        "L'étape « leaf » est arrondie deux fois.",
        "Gardez une seule règle d'arrondi par étape.",
    ),
    "a rounding at no stage": Fault(
        "stages: [leaf]",
        "stages: []",
        "stages: []",
        "POIDS-08",
        "L'arrondi ne s'applique à aucune étape.",
        "Écrivez « stages: [leaf] », [criterion] ou [total].",
    ),
    "a rounding too fine": Fault(
        "decimals: 2",
        "decimals: 20",
        "decimals: 20",
        "POIDS-08",
        "L'arrondi garde 20 décimales.",
        "Écrivez de 0 à 6 décimales, ou retirez l'arrondi.",
    ),
    "a key the method does not use": Fault(
        "      of: ensemble",
        "      of: ensemble\n      formula: 60 * lowest(ensemble) / ensemble",
        "formula: 60",
        "POIDS-09",
        "« formula » est donné au critère « Prix », mais la méthode « inverse » ne s'en sert pas.",
        "Retirez « formula », ou changez « method ».",
    ),
    "a method without its figure": Fault(
        "      of: ensemble\n",
        "",
        "- id: prix\n      name",
        "FORM-12",
        "Le critère « Prix » est noté par la méthode « proportionnelle à l'inverse (F-INV) » mais « of » ne "
        "nomme aucun chiffre.",
        "Nommez dans « of » un chiffre déclaré : devis, ensemble, montant.",
    ),
    "a method without its scale": Fault(
        "method: scale, scale: grille,",
        "method: scale,",
        "- {id: moyens",
        "FORM-12",
        "Le critère « Moyens » est noté par la méthode « grille (F-ABS) » mais il n'a pas de grille.",
        "Nommez une grille dans « scale ».",
    ),
    "an unknown scale": Fault(
        "method: scale, scale: grille,",
        "method: scale, scale: bareme,",
        "- {id: moyens",
        "FORM-12",
        "Le critère « Moyens » est noté par la méthode « grille (F-ABS) » mais la grille « bareme » "
        "n'existe pas.",
        "Grilles déclarées : grille.",
    ),
    "points and a share together": Fault(
        "      weight: 60",
        "      weight: 60\n      share: 60 %",
        "- id: prix\n      name",
        "FORM-15",
        "Le critère « Prix » porte à la fois des points et un pourcentage.",
        "Donnez exactement un « weight » (points) ou un « share » (pourcentage du critère parent).",
    ),
    "a formula that names nothing known": Fault(
        "formula: montant + devis",
        "formula: montant + devi",
        "- {id: ensemble",
        "FORM-07",
        "La formule « montant + devi » nomme « devi », que les règles ne déclarent pas.",
        "Vouliez-vous dire « devis » ?",
    ),
    "a formula that divides by zero": Fault(
        "formula: N * level",
        "formula: N * level / (3 - 3)",
        "- {id: dechets",
        "FORM-05",
        "La formule divise par « 3 - 3 » à la colonne 11 : ce diviseur vaut toujours zéro.",
        "Corrigez le diviseur.",
    ),
    "values computed from one another": Fault(
        "    - {id: ensemble, name: Montant et devis, formula: montant + devis}",
        "    - {id: ensemble, name: Ensemble, formula: double / 2}\n"
        "    - {id: double, name: Double, formula: ensemble * 2}",
        "values:",
        "FORM-08",
        "Les valeurs « double », « ensemble » se calculent l'une par l'autre sans fin.",
        "Donnez à l'une d'elles une formule qui ne dépend pas des autres.",
    ),
    "a tie rule that points nowhere": Fault(
        "{rule: best_mark, criterion: prix}",
        "{rule: best_mark, criterion: prx}",
        "- {rule: best_mark",
        "FORM-16",
        "La règle de départage n° 1 nomme « prx », inconnu.",
        "Nommez dans « criterion » un critère déclaré : dechets, moyens, prix, technique.",
    ),
    "the same id for two figures": Fault(
        "    - id: devis",
        "    - id: montant\n      name: Autre\n    - id: devis",
        "- id: montant",
        "FORM-14",
        "L'identifiant « montant » désigne à la fois award.inputs[0].id et award.quotes[0].id.",
        "Donnez à chacun un identifiant différent.",
    ),
    "the same lot twice": Fault(
        "    name: Écoles du sud",
        '    name: Écoles du sud\n  - id: "2"\n    name: Écoles de l\'est',
        '- id: "2"\n    name: Écoles de l',
        "RULES-40",
        "« 2 » désigne deux éléments de « lots » : lots[1] et lots[2].",
        "Donnez à chacun un nom différent.",
    ),
    "the same piece code twice": Fault(
        "  - code: O2",
        "  - {code: c1, name: Autre lettre, folder: candidacy}\n  - code: O2",
        "- {code: c1",
        "RULES-40",
        "« c1 » désigne deux éléments de « pieces » : pieces[0] et pieces[3].",
        "Donnez à chacun un nom différent.",
    ),
    "an empty id": Fault(
        "    name: Écoles du sud",
        '    name: Écoles du sud\n  - {id: "", name: Sans nom}',
        '- {id: ""',
        "RULES-41",
        "« id » est vide : l'élément ne peut pas être désigné.",
        "Donnez-lui un nom court, sans crochet.",
    ),
    "a reference nobody can cite": Fault(
        "reference: VB-2026-012",
        'reference: " VB?"',
        "reference",
        "RULES-42",
        "La référence «  VB? » ne peut pas servir de numéro de consultation.",
        "Écrivez de 1 à 80 lettres, chiffres, espaces et signes - _ . / °, une lettre ou un chiffre d'abord.",
    ),
    "a SIRET with a wrong key": Fault(
        'siret: "73282932000074"',
        'siret: "73282932000075"',
        "siret",
        "RULES-43",
        "« 73282932000075 » n'est pas un numéro SIRET : sa clé de contrôle est fausse.",
        "Recopiez les quatorze chiffres de l'avis de situation, sans espace.",
    ),
    "a CPV code too short": Fault(
        'cpv: ["90911200"]',
        'cpv: ["9091"]',
        "cpv",
        "RULES-44",
        "« 9091 » n'est pas un code CPV.",
        "Écrivez huit chiffres, par exemple « 45000000 » ou « 45000000-7 ».",
    ),
    "an allotment that says the contrary": Fault(
        "allotment: {divided: true, max_lots_bid: 2}",
        "allotment: {divided: false}",
        "allotment",
        "RULES-46",
        "« divided: false » annonce un seul lot, et les règles en donnent 2.",
        "Corrigez « allotment.divided » ou la liste des lots.",
    ),
    "more lots to bid for than there are": Fault(
        "max_lots_bid: 2",
        "max_lots_bid: 3",
        "allotment",
        "RULES-47",
        "« max_lots_bid » vaut 3, et les règles donnent 2 lot(s).",
        "Écrivez un nombre de 1 à 2, ou retirez la clé s'il n'y a pas de limite.",
    ),
    "a file suffix without its point": Fault(
        "formats: [.xlsx, .ods]",
        "formats: [.xlsx, ods]",
        "formats",
        "RULES-48",
        "« ods » n'est pas une extension de fichier.",
        "Écrivez un point et des lettres minuscules, par exemple « .pdf ».",
    ),
    "an e-mail address without its sign": Fault(
        "  territory: metropole",
        "  services:\n    - {role: questions, name: Marchés, email: marches.ville.example}",
        "- {role: questions",
        "RULES-49",
        "« marches.ville.example » n'est pas une adresse de courriel.",
        "Écrivez par exemple « marches@ville.example ».",
    ),
    "a territory without known holidays": Fault(
        "territory: metropole",
        "territory: Bretagne",
        "territory",
        "RULES-50",
        "Les jours fériés du territoire « Bretagne » ne sont pas connus.",
        "Écrivez « metropole », « alsace-moselle » ou un numéro de département, par exemple « 974 ».",
    ),
    "a NUTS code in full letters": Fault(
        "    name: Écoles du sud",
        "    name: Écoles du sud\n    places: [{name: École Hugo, nuts: Isère}]",
        "places",
        "RULES-51",
        "« Isère » n'est pas un code NUTS.",
        "Écrivez deux lettres puis au plus trois lettres ou chiffres, par exemple « FRL04 ».",
    ),
    "an unknown lot": Fault(
        'lots: ["1"]}',
        'lots: ["3"]}',
        "- {ref: SOL-1",
        "REF-01",
        "« lots » désigne le lot « 3 », que les règles ne déclarent pas.",
        "Sont déclarés : 1, 2.",
    ),
    "an unknown piece": Fault(
        "pieces: [C2]",
        "pieces: [C2-1]",
        "pieces: [C2-1]",
        "REF-02",
        "« pieces » désigne la pièce « C2-1 », que les règles ne déclarent pas.",
        "Vouliez-vous « C2 » ?",
    ),
    "an unknown document": Fault(
        "annex_of: RC",
        "annex_of: RDC",
        "- {code: ENG",
        "REF-03",
        "« annex_of » désigne le document « RDC », que les règles ne déclarent pas.",
        "Vouliez-vous « RC » ?",
    ),
    "an unknown tranche": Fault(
        "tranche: TF}",
        "tranche: TO3}",
        "- {ref: VIT-1",
        "REF-04",
        "« tranche » désigne la tranche « TO3 », que les règles ne déclarent pas.",
        "Sont déclarés : TF.",
    ),
    "an unknown price line": Fault(
        "item: SOL-1",
        "item: SOL-9",
        "- {item: SOL-9",
        "REF-05",
        "« item » désigne la ligne de prix « SOL-9 », que les règles ne déclarent pas.",
        "Vouliez-vous « SOL-1 » ?",
    ),
    "an unknown figure to feed": Fault(
        "total_feeds: montant",
        "total_feeds: total",
        "total_feeds",
        "REF-06",
        "« total_feeds » désigne le chiffre de l'offre « total », que les règles ne déclarent pas.",
        "Sont déclarés : montant.",
    ),
    "a near miss of an event": Fault(
        "of: submission_deadline\n",
        "of: submision_deadline\n",
        "of: submision",
        "REF-07",
        "« of » désigne l'événement « submision_deadline », que les règles ne déclarent pas.",
        "Vouliez-vous « submission_deadline » ?",
    ),
    "a validity counted from what is no deadline": Fault(
        "of: [submission_deadline]",
        "of: [opening_at]",
        "bid_validity",
        "REF-07",
        "« of » désigne l'événement « opening_at », que les règles ne déclarent pas.",
        "Sont déclarés : candidacy_deadline, submission_deadline, final_bids_deadline.",
    ),
    "a default that is no choice": Fault(
        "    default: silence",
        "    default: ht",
        "default: ht",
        "REF-08",
        "« default » désigne la lecture « ht », que les règles ne déclarent pas.",
        "Sont déclarés : silence, ttc, lineaire.",
    ),
    "a choice that sets what does not exist": Fault(
        "{award.price_basis: TTC}",
        "{award.price_base: TTC}",
        "award.price_base",
        "REF-09",
        "Le chemin « award.price_base » ne mène nulle part : la clé « price_base » n'existe pas.",
        "Vouliez-vous « price_basis » ?",
    ),
    "a choice about an unknown item": Fault(
        '"award.criteria[prix].method": linear',
        '"award.criteria[prox].method": linear',
        "[prox]",
        "REF-09",
        "Le chemin « award.criteria[prox].method » ne mène nulle part : la liste n'a pas d'élément « prox ».",
        "Vouliez-vous « prix » ?",
    ),
    "a choice with a value of the wrong form": Fault(
        "{award.price_basis: TTC}",
        "{award.price_basis: taxes comprises}",
        "award.price_basis",
        "RULES-28",
        "« price_basis » n'admet pas « taxes comprises ».",
        "Écrivez « HT » ou « TTC ».",
    ),
    "bids due before the notice is sent": Fault(
        "sent_at: 2026-01-05",
        "sent_at: 2026-02-20",
        "submission_deadline: 2026",
        "DATE-10",
        "La date limite des offres (2026-02-18 12:00 Europe/Paris) n'est pas après l'envoi de l'avis "
        "(2026-02-20 09:00 Europe/Paris).",
        "Corrigez l'une des deux dates.",
    ),
    "candidacies due after bids": Fault(
        "  opening_at",
        "  candidacy_deadline: 2026-02-19 12:00 Europe/Paris\n  opening_at",
        "submission_deadline: 2026",
        "DATE-10",
        "La date limite des offres (2026-02-18 12:00 Europe/Paris) n'est pas après la date limite des "
        "candidatures (2026-02-19 12:00 Europe/Paris).",
        "Corrigez l'une des deux dates.",
    ),
    "an opening before the deadline": Fault(
        "opening_at: 2026-02-18 14:00",
        "opening_at: 2026-02-18 11:00",
        "opening_at",
        "DATE-10",
        "L'ouverture des plis (2026-02-18 11:00 Europe/Paris) n'est pas après la date limite des offres "
        "(2026-02-18 12:00 Europe/Paris).",
        "Corrigez l'une des deux dates.",
    ),
    "a visit after the deadline": Fault(
        "at: 2026-01-20 10:00",
        "at: 2026-03-20 10:00",
        "at: 2026-03-20",
        "DATE-11",
        "La visite « visite » (2026-03-20 10:00 Europe/Paris) n'est pas avant la date limite des offres "
        "(2026-02-18 12:00 Europe/Paris).",
        "Avancez la visite ou reculez la date limite.",
    ),
    "two launch days": Fault(
        "  opening_at",
        "  launched_on: 2025-12-20\n  opening_at",
        "launched_on",
        "DATE-12",
        "« launched_on » dit le 2025-12-20, et l'avis est envoyé le 2026-01-05 09:00 Europe/Paris.",
        "Retirez « launched_on » : l'envoi de l'avis fixe le droit applicable.",
    ),
    "an hour as it is spoken": Fault(
        'at: "12:00"',
        "at: midi",
        "at: midi",
        "DATE-13",
        "« at » contient « midi », qui n'est pas une heure.",
        "Écrivez deux chiffres, deux points, deux chiffres : « 12:00 ».",
    ),
    "an hour the change of time skips": Fault(
        "opening_at: 2026-02-18 14:00",
        "opening_at: 2026-03-29 02:30",
        "opening_at",
        "DATE-14",
        "« opening_at » : 2026-03-29 02:30 Europe/Paris n'existe pas, l'heure d'été commence cette nuit-là.",
        "Choisissez une autre heure.",
    ),
    "a minimum above the maximum": Fault(
        "minimum: 10 000 EUR HT",
        "minimum: 100 000 EUR HT",
        "minimum:",
        "PRIX-04",
        "Le minimum de l'accord-cadre (100 000,00 EUR HT) dépasse son maximum (90 000,00 EUR HT).",
        "Corrigez l'un des deux montants.",
    ),
    "a total below the first period's value": Fault(
        "estimated_total: 120 000,00 EUR HT",
        "estimated_total: 12 000,00 EUR HT",
        "estimated_total",
        "PRIX-05",
        "La valeur totale estimée (12 000,00 EUR HT) est inférieure à la valeur estimée (60 000,00 EUR HT).",
        "Le total compte aussi reconductions et options : corrigez l'un des deux montants.",
    ),
}

FAULTS = YAML | FORM | MEANING


def test_the_complete_file_has_no_fault() -> None:
    assert load(COMPLETE).faults == ()


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_is_told_alone_at_its_line_and_the_command_stops(name: str, tmp_path: Path) -> None:
    case = FAULTS[name]
    assert COMPLETE.count(case.old) == 1, "the complete file must hold the passage once"
    text = COMPLETE.replace(case.old, case.new)
    line = text.count("\n", 0, text.index(case.at)) + 1
    path = tmp_path / "rules.yaml"
    path.write_text(text, encoding="utf-8")

    ran = CliRunner().invoke(app, ["check", str(path)])

    said, count = ran.stderr.splitlines()[:-1], ran.stderr.splitlines()[-1]
    source = load(text).faults[0].source_text
    tail = f" ({source})" if source else ""
    assert said == [f"{path.as_posix()}:{line} · {case.code} · {case.cause} {case.mend}{tail}"]
    assert count == "1 faute : rien n'a été écrit."
    assert (ran.exit_code, ran.stdout) == (2, "")
    assert list(tmp_path.iterdir()) == [path]


def test_every_fault_of_form_and_meaning_is_told_at_once() -> None:
    """Thirty faults in one file are all reported, each with a line and a mend, and none is invented."""
    text, wanted = COMPLETE, list[str]()
    for case in (FORM | MEANING).values():
        if text.count(case.old) == 1 and text.replace(case.old, case.new).count(case.at) == 1:
            changed = text.replace(case.old, case.new)
            codes = sorted(fault.code for fault in load(changed).faults)
            if codes == sorted([*wanted, case.code]):
                text, wanted = changed, [*wanted, case.code]
    found = load(text).faults
    assert len(found) >= 30
    assert [fault.place.line for fault in found] == sorted(fault.place.line or 0 for fault in found)
    assert all(fault.mend_text and fault.weight is Severity.BLOCKING for fault in found)


@pytest.mark.parametrize(
    ("old", "new", "code", "cause"),
    [
        (
            "read_up_to: 10",
            "read_up_to: 8",
            "RULES-52",
            "La limite est de 10 pages, et la lecture s'arrête après la page 8.",
        ),
        (
            "  scales:\n",
            "  scales:\n    - {id: reste, levels: [{label: Bien, value: 1}]}\n",
            "POIDS-06",
            "La grille « reste » n'est employée par aucun critère.",
        ),
    ],
)
def test_what_a_person_must_look_at_does_not_stop(old: str, new: str, code: str, cause: str) -> None:
    loaded = load(COMPLETE.replace(old, new))
    assert loaded.consultation is not None
    assert [(fault.code, fault.weight, fault.cause_text) for fault in loaded.faults] == [
        (code, Severity.TO_CHECK, cause)
    ]


def test_rules_without_a_lot_say_how_to_write_the_only_one() -> None:
    start, end = COMPLETE.index("lots:"), COMPLETE.index("allotment:")
    found = load(COMPLETE[:start] + "lots: []\n" + COMPLETE[end:]).faults
    assert [fault.mend_text for fault in found if fault.code == "RULES-45"] == [
        "Un marché sans allotissement a un lot : « lots: [{id: '1', name: …}] »."
    ]
