"""``reponse.yaml`` or ``reponse.toml``: who answers, for which lots, and what they declare.

Every scalar is read as text, so that a SIREN keeps its zeros and « non » stays a word.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from reglo.procurement.bid import Operator
from reglo.procurement.findings import Finding, Place, Severity
from reglo.procurement.folding import folded
from reglo.procurement.requirements import GroupForm

NAMES = ("reponse.yaml", "reponse.yml", "reponse.toml")
MAX_SIZE = 1 << 20  # bytes
MAX_OPERATORS = 500
ROLES = ("mandataire", "membre", "sous-traitant")

_KEYS = (
    *("reglo_response", "consultation", "id", "bidder", "form", "lots", "operators", "people", "facts"),
    "references",
)
_OPERATOR_KEYS = ("name", "siren", "role", "represented_by", "folder", "facts", "references")
_YES_NO = {"oui": True, "vrai": True, "yes": True, "true": True, "non": False, "faux": False, "no": False}
_YES_NO["false"] = False


class ResponseUnreadable(Finding):
    code = "FICHIER-20"
    cause = "{why}"
    mend = "Corrigez-le ou retirez-le : Réglo déduira alors les lots et les membres des dossiers."


class ResponseUnknownKey(Finding):
    code = "FICHIER-21"
    cause = "La clé « {key} » n'existe pas ici."
    mend = "{hint}"


class ResponseWrongValue(Finding):
    code = "FICHIER-22"
    cause = "« {key} » vaut « {value} »."
    mend = "{hint}"


class WrongConsultation(Finding):
    code = "FICHIER-23"
    cause = "La réponse est pour la consultation « {given} », les règles sont celles de « {due} »."
    mend = "Vérifiez le fichier de règles, ou la clé « consultation » de la réponse."


class SirenWrong(Finding):
    code = "FICHIER-24"
    cause = "Le SIREN « {siren} » de « {name} » n'est pas valable : {why}."
    mend = "Recopiez les neuf chiffres du numéro SIREN."
    source = "C. com. R.123-221"
    default_severity = Severity.TO_CHECK


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What the response file states; every part may be missing."""

    consultation: str = ""
    id: str = ""
    bidder: str = ""
    form: GroupForm | None = None
    lots: tuple[str, ...] = ()
    operators: tuple[Operator, ...] = ()
    folders: Mapping[str, str] = field(default_factory=dict)  # operator -> name of its folder
    people: tuple[str, ...] | None = None
    facts: Mapping[str, bool] = field(default_factory=dict)  # by folded text
    facts_of: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    references: Mapping[str, int] = field(default_factory=dict)  # given in a piece, by its code
    references_of: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def siren_of(typed: str) -> str:
    """The SIREN in what was typed: blanks, dots and hyphens left out, the nine first digits of a SIRET.

    >>> siren_of("732 829 320"), siren_of("732.829.320-00074"), siren_of("12 chiffres")
    ('732829320', '732829320', '12chiffres')
    """
    bare = re.sub(r"[\s.\-]", "", typed)
    is_siret = len(bare) == 14 and bare.isascii() and bare.isdigit() and not siren_fault(bare[:9])
    return bare[:9] if is_siret else bare


def siren_fault(siren: str) -> str:
    """Why nine digits are not a SIREN (Luhn's key), "" when they may be.

    >>> siren_fault("732829320"), siren_fault("732829321")
    ('', 'sa clé de contrôle est fausse')
    """
    if not (len(siren) == 9 and siren.isascii() and siren.isdigit()):
        return "il faut neuf chiffres"
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(siren))
    return (
        ""
        if sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
        else "sa clé de contrôle est fausse"
    )


def read_response(path: Path) -> tuple[Response | None, tuple[Finding, ...]]:
    """The response and its faults, all of them; None when nothing of it can be used."""
    place = Place(file=path.name)
    try:
        tree = _parse(path)
    except _Unreadable as error:
        return None, (ResponseUnreadable(facts={"why": str(error)}, place=place),)
    reader = _Reader(place)
    return reader.response(tree), tuple(reader.findings)


class _Unreadable(Exception):
    pass


def _parse(path: Path) -> Mapping[str, Any]:
    with path.open("rb") as stream:
        data = stream.read(MAX_SIZE + 1)
    if len(data) > MAX_SIZE:
        raise _Unreadable("Le fichier de réponse dépasse 1 Mo.")
    try:
        text = data.decode("utf-8-sig")
        tree = tomllib.loads(text) if path.suffix == ".toml" else yaml.load(text, yaml.BaseLoader)
    except UnicodeDecodeError as error:
        raise _Unreadable("Le fichier de réponse n'est pas écrit en UTF-8.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _Unreadable(f"Le fichier de réponse n'est pas du YAML correct, ligne {line}.") from error
    except (yaml.YAMLError, RecursionError) as error:
        raise _Unreadable("Le fichier de réponse n'est pas du YAML correct.") from error
    except tomllib.TOMLDecodeError as error:
        raise _Unreadable(f"Le fichier de réponse n'est pas du TOML correct : {error}.") from error
    if not isinstance(tree, Mapping):
        raise _Unreadable("Le fichier de réponse ne contient pas « clé: valeur ».")
    return tree


class _Reader:
    """Turns the tree into a ``Response``; what is wrong becomes a finding and is left out."""

    def __init__(self, place: Place) -> None:
        self.findings: list[Finding] = []
        self._place = place

    def response(self, tree: Mapping[str, Any]) -> Response:
        self._known_keys(tree, _KEYS)
        operators: list[Operator] = []
        folders: dict[str, str] = {}
        facts_of: dict[str, Mapping[str, bool]] = {}
        references_of: dict[str, Mapping[str, int]] = {}
        for number, given in enumerate(self._list(tree, "operators")[:MAX_OPERATORS], 1):
            key = f"operators[{number}]"
            if not isinstance(given, Mapping) or not self._text(given, "name"):
                self._wrong(key, given, "Donnez au moins « name: … » à chaque opérateur.")
                continue
            operator = self._operator(given, key)
            operators.append(operator)
            if folder := self._text(given, "folder"):
                folders[operator.name] = folder
            if facts := self._facts(given):
                facts_of[operator.name] = facts
            if references := self._references(given):
                references_of[operator.name] = references
        return Response(
            consultation=self._text(tree, "consultation"),
            id=self._text(tree, "id"),
            bidder=self._text(tree, "bidder"),
            form=self._form(tree),
            lots=tuple(self._texts(tree, "lots")),
            operators=tuple(operators),
            folders=folders,
            people=tuple(self._texts(tree, "people")) if "people" in tree else None,
            facts=self._facts(tree),
            facts_of=facts_of,
            references=self._references(tree),
            references_of=references_of,
        )

    def _operator(self, given: Mapping[str, Any], key: str) -> Operator:
        self._known_keys(given, _OPERATOR_KEYS)
        name, role = self._text(given, "name"), self._text(given, "role")
        siren = siren_of(self._text(given, "siren"))
        if siren and (why := siren_fault(siren)):
            self.findings.append(
                SirenWrong(facts={"siren": siren, "name": name, "why": why}, place=self._place)
            )
        if role and role not in ROLES:
            self._wrong(
                f"{key}.role", role, f"Écrivez {', '.join(ROLES)}, ou rien si l'entreprise répond seule."
            )
            role = "membre"
        return Operator(name=name, siren=siren, role=role, represented_by=self._text(given, "represented_by"))

    def _form(self, tree: Mapping[str, Any]) -> GroupForm | None:
        given = self._text(tree, "form")
        if not given:
            return None
        for form in GroupForm:
            if folded(form) == folded(given):
                return form
        self._wrong("form", given, f"Écrivez {' ; '.join(GroupForm)}.")
        return None

    def _facts(self, tree: Mapping[str, Any]) -> dict[str, bool]:
        given = tree.get("facts", {})
        if not isinstance(given, Mapping):
            self._wrong("facts", given, "Écrivez « redressement judiciaire: non », un fait par ligne.")
            return {}
        facts: dict[str, bool] = {}
        for name, value in given.items():
            answer = _YES_NO.get(str(value).casefold()) if isinstance(value, (str, bool)) else None
            if answer is None:
                self._wrong(f"facts.{name}", value, "Répondez oui ou non.")
            else:
                facts[folded(str(name))] = answer
        return facts

    def _references(self, tree: Mapping[str, Any]) -> dict[str, int]:
        given = tree.get("references", {})
        if not isinstance(given, Mapping):
            self._wrong("references", given, "Écrivez « C8: 3 », le code de la pièce et leur nombre.")
            return {}
        counts: dict[str, int] = {}
        for code, value in given.items():
            text = str(value).strip()
            if isinstance(value, (str, int)) and text.isdecimal() and len(text) < 6:
                counts[str(code).strip()] = int(text)
            else:
                self._wrong(f"references.{code}", value, "Écrivez leur nombre en chiffres : « 3 ».")
        return counts

    def _known_keys(self, tree: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for key in tree:
            if key not in known:
                near = get_close_matches(str(key), known, n=1)
                hint = f"Vouliez-vous « {near[0]} » ?" if near else f"Les clés sont : {', '.join(known)}."
                self.findings.append(
                    ResponseUnknownKey(facts={"key": _short(key), "hint": hint}, place=self._place)
                )

    def _list(self, tree: Mapping[str, Any], key: str) -> list[Any]:
        given = tree.get(key, [])
        if isinstance(given, list):
            return given
        if isinstance(given, (str, int)) and key in ("lots", "people"):
            return [given] if given != "" else []
        self._wrong(key, given, "Écrivez une liste : « [1, 2] ».")
        return []

    def _texts(self, tree: Mapping[str, Any], key: str) -> list[str]:
        given = self._list(tree, key)
        for each in given:
            if not isinstance(each, (str, int)):
                self._wrong(key, each, "Écrivez une liste de mots : « [1, 2] ».")
        return [str(each).strip() for each in given if isinstance(each, (str, int))]

    def _text(self, tree: Mapping[str, Any], key: str) -> str:
        given = tree.get(key, "")
        if isinstance(given, (str, int)):
            return str(given).strip()
        self._wrong(key, given, "Écrivez un seul mot ou une seule ligne.")
        return ""

    def _wrong(self, key: str, value: object, hint: str) -> None:
        facts = {"key": key, "value": _short(value), "hint": hint}
        self.findings.append(ResponseWrongValue(facts=dict(facts), place=self._place))


def _short(value: object) -> str:
    """A value as shown in a finding; lists and mappings by their kind, for they may be endless."""
    if isinstance(value, Mapping):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    return str(value)[:80]
