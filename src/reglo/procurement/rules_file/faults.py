"""What can be wrong in the writing of a rules file: YAML itself, keys, and the form of each value."""

from __future__ import annotations

from reglo.procurement.findings import Finding, Place

MAX_FAULTS = 200  # said at once: nobody reads more, and hostile files have millions


class Enough(Exception):
    """There are more than ``MAX_FAULTS`` faults."""


# --- The file -----------------------------------------------------------------------------------


class NoSuchFile(Finding):
    code = "RULES-01"
    cause = "Le fichier « {file} » ne peut pas être lu : {why}."
    mend = "Vérifiez le chemin et les droits de lecture."


class TooBig(Finding):
    code = "RULES-02"
    cause = "Le fichier pèse {size} octets ; {limit} au plus sont admis."
    mend = "Donnez le fichier YAML lui-même, sans pièce jointe ni image."


def too_big(size: int, limit: int, file: str) -> Finding:
    facts: dict[str, object] = {
        "size": f"{size:,}".replace(",", " "),
        "limit": f"{limit:,}".replace(",", " "),
    }
    return TooBig(facts=facts, place=Place(file=file))


class NotUtf8(Finding):
    code = "RULES-03"
    cause = "Le fichier n'est pas en UTF-8 : octet {byte} à la position {position}{guess}."
    mend = "Enregistrez-le en UTF-8 dans votre éditeur, puis recommencez."


class EmptyFile(Finding):
    code = "RULES-04"
    cause = "Le fichier est vide."
    mend = "Partez d'un des exemples."


class NotYaml(Finding):
    code = "RULES-05"
    cause = "La ligne ne suit pas la syntaxe YAML : {why}."
    mend = "{mend}"


TABULATION = "une tabulation"
NO_BREAK_SPACE = "une espace insécable"


class WrongIndentation(Finding):
    code = "RULES-06"
    cause = "Le retrait de la ligne contient {what}, que YAML n'admet pas."
    mend = "Remplacez-la par des espaces."


class SeveralDocuments(Finding):
    code = "RULES-07"
    cause = "Le fichier contient plusieurs documents séparés par « --- » ; un seul est admis."
    mend = "Gardez un seul document, ou faites un fichier par consultation."


class AnchorOrAlias(Finding):
    code = "RULES-08"
    cause = "« {mark} » est une ancre ou un renvoi YAML : chaque valeur doit se lire là où elle est écrite."
    mend = "Recopiez la valeur à sa place."


class TagRefused(Finding):
    code = "RULES-09"
    cause = "« {tag} » impose un type YAML ; aucun n'est admis."
    mend = "Retirez-le, et mettez la valeur entre guillemets si c'est un texte."


class RepeatedKey(Finding):
    code = "RULES-10"
    cause = "La clé « {key} » est écrite deux fois, ligne {first} et ici."
    mend = "Gardez une seule des deux valeurs."


class TooDeep(Finding):
    code = "RULES-11"
    cause = "Les éléments sont imbriqués sur plus de {limit} niveaux."
    mend = "Vérifiez les retraits et les crochets à cet endroit."


class TooManyNodes(Finding):
    code = "RULES-12"
    cause = "Le fichier compte plus de {limit} éléments."
    mend = "Laissez les bordereaux longs dans leur tableur."


class TooManyFaults(Finding):
    code = "RULES-15"
    cause = "Le fichier a plus de {limit} fautes ; les suivantes ne sont pas dites."
    mend = "Corrigez celles-ci, puis recommencez."


class KeyNotText(Finding):
    code = "RULES-13"
    cause = "Une clé est elle-même une liste ou un groupe."
    mend = "Écrivez un mot suivi de « : »."


class ControlCharacter(Finding):
    code = "RULES-14"
    cause = "La ligne contient un caractère invisible interdit ({code})."
    mend = "Effacez ce caractère et retapez le mot."


class NotRules(Finding):
    code = "RULES-16"
    cause = "« {file} » est {what}, non un fichier de règles."
    mend = "{mend}"


CUT_BY_APOSTROPHE = (
    "le texte est entre apostrophes droites, et celle de « {word} » le referme",
    "Mettez le texte entre guillemets droits doubles, ou sans guillemets du tout.",
)
OPEN_QUOTE = "found unexpected end of stream"
# libyaml's words -> what it means for the person who wrote the line, and what to do
YAML_WORDS = (
    (
        "mapping values are not allowed",
        "un « : » suivi d'une espace apparaît au milieu d'un texte, ou le retrait est faux",
        "Mettez le texte entre guillemets, ou alignez la clé avec celles de son groupe.",
    ),
    ("could not find expected ':'", "il manque « : » après la clé", "Écrivez « clé: valeur »."),
    (
        "did not find expected key",
        "le retrait ne correspond à aucun groupe ouvert",
        "Alignez la clé avec celles de son groupe.",
    ),
    (
        "did not find expected '-' indicator",
        "une liste n'est plus à sa place",
        "Alignez les tirets de la liste, ou revenez au retrait de la clé suivante.",
    ),
    ("did not find expected ',' or ']'", "un crochet « [ » n'est pas refermé", "Ajoutez « ] »."),
    ("did not find expected ',' or '}'", "une accolade « { » n'est pas refermée", "Ajoutez « } »."),
    (
        OPEN_QUOTE,
        "un guillemet ouvert n'est pas refermé",
        "Refermez le guillemet ouvert à cette ligne.",
    ),
    (
        "unknown escape character",
        "une barre oblique inverse entre guillemets doubles n'est suivie d'aucun code connu",
        "Doublez-la, ou employez des guillemets simples.",
    ),
    (
        "character that cannot start any token",
        "un texte commence par un caractère réservé (@, %, ` …)",
        "Mettez le texte entre guillemets.",
    ),
)
NOT_YAML_OTHERWISE = (
    "sa ponctuation ou son retrait ne se comprennent pas",
    "Vérifiez les guillemets, les crochets et l'alignement avec les lignes voisines.",
)

# --- Keys and the form of values ----------------------------------------------------------------


class UnknownKey(Finding):
    code = "RULES-20"
    cause = "La clé « {key} » n'existe pas dans {where}."
    mend = "{hint}"


class MissingKey(Finding):
    code = "RULES-21"
    cause = "Il manque la clé « {key} » dans {where}."
    mend = "Ajoutez « {key}: … »."


class GroupExpected(Finding):
    code = "RULES-22"
    cause = "« {key} » attend un groupe de clés, et contient {found}."
    mend = "Écrivez les clés en retrait sous « {key} : » : {keys}."


class ListExpected(Finding):
    code = "RULES-23"
    cause = "« {key} » attend une liste, et contient {found}."
    mend = "{hint}"


class TextExpected(Finding):
    code = "RULES-24"
    cause = "« {key} » attend un texte, et contient {found}."
    mend = "{hint}"


class WholeNumberExpected(Finding):
    code = "RULES-25"
    cause = "« {key} » attend un nombre entier, et contient {found}."
    mend = "Écrivez les chiffres seuls, par exemple « 3 »."


class NumberExpected(Finding):
    code = "RULES-26"
    cause = "« {key} » attend un nombre : {why}"
    mend = "{mend}"


class YesOrNoExpected(Finding):
    code = "RULES-27"
    cause = "« {key} » attend oui ou non, et contient {found}."
    mend = "Écrivez « true » pour oui ou « false » pour non."


class UnknownChoice(Finding):
    code = "RULES-28"
    cause = "« {key} » n'admet pas {found}."
    mend = "Écrivez {hint}."


class NotAPeriod(Finding):
    code = "RULES-29"
    cause = "« {key} » attend une durée : {why}"
    mend = "{mend}"


class NotAShare(Finding):
    code = "RULES-30"
    cause = "« {key} » attend un pourcentage : {why}"
    mend = "{mend}"


class UnknownVersion(Finding):
    code = "RULES-31"
    cause = "Le fichier suit la version {version} du format ; ce programme lit la version {known}."
    mend = "Écrivez « reglo: {known} », ou installez une version plus récente."


class EmptyItem(Finding):
    code = "RULES-32"
    cause = "Un élément de la liste « {key} » est vide."
    mend = "Complétez-le ou retirez le tiret."


class NegativeNumber(Finding):
    code = "RULES-33"
    cause = "« {key} » vaut {value} ; un nombre négatif n'y a pas de sens."
    mend = "Écrivez un nombre positif ou nul."


class CurlyQuotes(Finding):
    code = "RULES-34"
    cause = "« {key} » porte des guillemets typographiques : {found} ; YAML les lit comme des lettres."
    mend = "Écrivez « {key}: {bare} », sans guillemets ou entre guillemets droits."


class InstantIncomplete(Finding):
    code = "DATE-01"
    cause = "« {key} » attend un instant : {why}"
    mend = "{mend}"


class UnknownZone(Finding):
    code = "DATE-02"
    cause = "« {key} » : {why}"
    mend = "{mend}"


class NoSuchInstant(Finding):
    code = "DATE-03"
    cause = "« {key} » : {why}"
    mend = "{mend}"


class NotADay(Finding):
    code = "DATE-04"
    cause = "« {key} » attend un jour du calendrier, et contient {found}."
    mend = "Écrivez l'année, le mois et le jour : « 2026-02-18 »."


class AmountIncomplete(Finding):
    code = "PRIX-01"
    cause = "« {key} » attend un montant : {why}"
    mend = "{mend}"


class AmountAmbiguous(Finding):
    code = "PRIX-02"
    cause = "« {key} » : {why}"
    mend = "{mend}"


class NotAnAmount(Finding):
    code = "PRIX-03"
    cause = "« {key} » : {why}"
    mend = "{mend}"
