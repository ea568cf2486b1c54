"""Faults of writing: YAML itself, keys, the form of values. Each changes complete.yaml."""

from __future__ import annotations

from typing import NamedTuple


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
    "a no-break space in the indentation": Fault(
        "  kind: local",
        "  \u00a0kind: local",
        "  \u00a0kind",
        "RULES-06",
        "Le retrait de la ligne contient une espace insécable, que YAML n'admet pas.",
        "Remplacez-la par des espaces.",
    ),
    "an apostrophe between apostrophes": Fault(
        "title: Nettoyage des écoles",
        "title: 'Restauration de l'école'",
        "title: 'Rest",
        "RULES-05",
        "La ligne ne suit pas la syntaxe YAML : le texte est entre apostrophes droites, et celle de "
        "« l'école » le referme.",
        "Mettez le texte entre guillemets droits doubles, ou sans guillemets du tout.",
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
        "Écrivez « works » ; sont admis « works » (travaux), « supplies » (fournitures) ou « services » "
        "(services).",
    ),
    "a side that is neither before nor after": Fault(
        "side: before",
        "side: avant",
        "side",
        "RULES-28",
        "« side » n'admet pas « avant ».",
        "Écrivez « before » (avant) ou « after » (après).",
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
        "Écrivez « 60 % ».",
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
        "Écrivez « 2026-02-18 12:00 Europe/Paris », ou votre fuseau.",
    ),
    "an instant written as it is spoken": Fault(
        "submission_deadline: 2026-02-18 12:00 Europe/Paris",
        "submission_deadline: 18/02/2026 à 9h",
        "submission_deadline: 18",
        "DATE-01",
        "« submission_deadline » attend un instant : « 18/02/2026 à 9h » n'est pas une date et heure avec "
        "son fuseau.",
        "Écrivez « 2026-02-18 09:00 Europe/Paris », ou votre fuseau.",
    ),
    "an instant without its hour": Fault(
        "submission_deadline: 2026-02-18 12:00 Europe/Paris",
        "submission_deadline: 2026-02-18",
        "submission_deadline: 2026",
        "DATE-01",
        "« submission_deadline » attend un instant : « 2026-02-18 » n'est pas une date et heure avec son "
        "fuseau.",
        "Écrivez aussi l'heure et le fuseau, par exemple « 2026-02-18 12:00 Europe/Paris ».",
    ),
    "an id between curly quotes": Fault(
        "id: dechets,",
        "id: “dechets”,",
        "id: “dechets”",
        "RULES-34",
        "« id » porte des guillemets typographiques : « “dechets” » ; YAML les lit comme des lettres.",
        "Écrivez « id: dechets », sans guillemets ou entre guillemets droits.",
    ),
    "a zone that does not exist": Fault(
        "sent_at: 2026-01-05 09:00 Europe/Paris",
        "sent_at: 2026-01-05 09:00 Europe/Pari",
        "sent_at",
        "DATE-02",
        "« sent_at » : Le fuseau « Europe/Pari » est inconnu.",
        "Écrivez un nom IANA comme Europe/Paris ou Indian/Reunion.",
    ),
    "a zone that is only a continent": Fault(
        "sent_at: 2026-01-05 09:00 Europe/Paris",
        "sent_at: 2026-01-05 09:00 Europe",
        "sent_at",
        "DATE-02",
        "« sent_at » : Le fuseau « Europe » est inconnu.",
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
