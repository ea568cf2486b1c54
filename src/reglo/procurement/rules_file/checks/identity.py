"""What must be well formed and unique: ids, codes, registration numbers, words with a fixed meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields

from reglo.procurement import award, consultation, contract, requirements
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.folding import caseless
from reglo.procurement.french import counted
from reglo.procurement.holidays import territory_known
from reglo.procurement.rules_file.checks.walking import Walk, at
from reglo.procurement.rules_file.faults import UnknownChoice
from reglo.procurement.rules_file.shape import is_group

# the key that names an item among its neighbours
_NAMING_KEYS = ("id", "code", "ref", "label")
# criteria, inputs, quotes and values share one space of names: ``award_faults`` looks after them
_NAMES_OF_FORMULAS = (award.AwardCriterion, award.Input, award.Quote, award.Value)

# words with a fixed meaning, in keys whose type is a plain text
WORDS: dict[tuple[type, str], tuple[str, ...]] = {
    (consultation.Term, "side"): ("before", "after"),
    (contract.Contract, "form"): ("ordinaire", "accord-cadre", "composite"),
    (contract.Framework, "orders"): ("bons de commande", "marchés subséquents", "mixte"),
    (contract.Framework, "maximum_per"): ("total", "période"),
    (consultation.Clause, "effect"): (
        "obligation",
        "faculté",
        "irrégularité",
        "élimination",
        "information",
    ),
    (requirements.Exclusivity, "scope"): ("contract", "lot"),
    (requirements.Elimination, "stage"): ("candidature", "offre"),
    (award.Award, "ranking"): ("competition",),
}


_MEANINGS = {
    "before": " (avant)",
    "after": " (après)",
    "contract": " (tout le marché)",
    "competition": " (1, 1, 3)",
}


class SameIdTwice(Finding):
    code = "RULES-40"
    cause = "« {name} » désigne deux éléments de « {list} » : {first} et {second}."
    mend = "Donnez à chacun un nom différent."


class EmptyId(Finding):
    code = "RULES-41"
    cause = "« {key} » est vide : l'élément ne peut pas être désigné."
    mend = "Donnez-lui un nom court, sans crochet."


class ReferenceMalformed(Finding):
    code = "RULES-42"
    cause = "La référence « {reference} » ne peut pas servir de numéro de consultation."
    mend = (
        "Écrivez de 1 à 80 lettres, chiffres, espaces et signes - _ . / °, une lettre ou un chiffre d'abord."
    )


class SiretWrong(Finding):
    code = "RULES-43"
    cause = "« {siret} » n'est pas un numéro SIRET : {why}."
    mend = "Recopiez les quatorze chiffres de l'avis de situation, sans espace."
    source = "BT-501 ; R.2196-1"


class CpvMalformed(Finding):
    code = "RULES-44"
    cause = "« {cpv} » n'est pas un code CPV."
    mend = "Écrivez huit chiffres, par exemple « 45000000 » ou « 45000000-7 »."


class NoLot(Finding):
    code = "RULES-45"
    cause = "Les règles ne donnent aucun lot."
    mend = "Un marché sans allotissement a un lot : « lots: [{{id: '1', name: …}}] »."


class AllotmentContradicted(Finding):
    code = "RULES-46"
    cause = "« divided: {divided} » annonce {announced}, et les règles en donnent {count}."
    mend = "Corrigez « allotment.divided » ou la liste des lots."
    source = "CCP L.2113-10, L.2113-11"


class MoreLotsThanThereAre(Finding):
    code = "RULES-47"
    cause = "« {key} » vaut {limit}, et les règles donnent {lots}."
    mend = "Écrivez un nombre de 1 à {count}, ou retirez la clé s'il n'y a pas de limite."
    source = "CCP R.2113-1"


class SuffixMalformed(Finding):
    code = "RULES-48"
    cause = "« {suffix} » n'est pas une extension de fichier."
    mend = "Écrivez un point et des lettres minuscules, par exemple « .pdf »."


class AddressMalformed(Finding):
    code = "RULES-49"
    cause = "« {value} » n'est pas {what}."
    mend = "{mend}"


class UnknownTerritory(Finding):
    code = "RULES-50"
    cause = "Les jours fériés du territoire « {territory} » ne sont pas connus."
    mend = "Écrivez « metropole », « alsace-moselle » ou un numéro de département, par exemple « 974 »."
    source = "Code du travail, L.3133-1, L.3134-13, L.3422-2"


class NutsMalformed(Finding):
    code = "RULES-51"
    cause = "« {nuts} » n'est pas un code NUTS."
    mend = "Écrivez deux lettres puis au plus trois lettres ou chiffres, par exemple « FRL04 »."


class PagesContradicted(Finding):
    code = "RULES-52"
    default_severity = Severity.TO_CHECK
    cause = "La limite est de {pages}, et la lecture s'arrête après la page {read}."
    mend = "Vérifiez les deux nombres ; s'ils se contredisent, ouvrez un point dans « open_points »."


def same_ids(walk: Walk) -> Iterator[Finding]:
    """Each list of named items names each once; labels are compared without case nor spacing."""
    for path, group in walk.groups:
        for field in fields(group):
            items = getattr(group, field.name)
            if not isinstance(items, tuple) or not items or not is_group(type(items[0])):
                continue
            key = next((name for name in _NAMING_KEYS if hasattr(items[0], name)), None)
            if key is None or isinstance(items[0], _NAMES_OF_FORMULAS):
                continue
            if field.name == "lines" and any(item.lots for item in items):
                continue  # one reference may have a line for each group of lots
            seen: dict[str, str] = {}
            for index, item in enumerate(items):
                name, here = getattr(item, key), f"{field.name}[{index}]"
                place = at(f"{path}.{here}" if path else here, key)
                plain = caseless(name)
                if not plain:
                    if key != "code" or field.name != "parts":  # a part of a piece may have no code
                        yield EmptyId(facts={"key": key}, place=place)
                elif plain in seen:
                    facts: dict[str, object] = {"name": name, "list": field.name}
                    yield SameIdTwice(facts={**facts, "first": seen[plain], "second": here}, place=place)
                else:
                    seen[plain] = here


def words(walk: Walk) -> Iterator[Finding]:
    """Texts that stand for a rule: only words the rest of the program knows."""
    for path, group in walk.groups:
        for (kind, key), admitted in WORDS.items():
            if type(group) is kind and getattr(group, key) not in ("", *admitted):
                found = f"« {getattr(group, key)} »"
                hint = " ou ".join(f"« {word} »{_MEANINGS.get(word, '')}" for word in admitted)
                yield UnknownChoice(facts={"key": key, "found": found, "hint": hint}, place=at(path, key))


def reference(walk: Walk) -> Iterator[Finding]:
    name = walk.rules.reference
    if not re.fullmatch(r"[^\W_][\w .\-/°]{0,79}", name) or name.endswith(" "):
        yield ReferenceMalformed(facts={"reference": name[:100]}, place=at("reference"))


def siret_problem(siret: str) -> str:
    """What is wrong with a SIRET, "" when nothing is. La Poste's own numbers follow another sum.

    >>> siret_problem("35600000000048"), siret_problem("35600000012341"), siret_problem("73282932000074")
    ('', '', '')
    >>> siret_problem("73282932000075")
    'sa clé de contrôle est fausse'
    """
    if not re.fullmatch(r"[0-9]{14}", siret):
        return "il faut quatorze chiffres"
    digits = [int(digit) for digit in siret]
    if siret.startswith("356000000") and sum(digits) % 5 == 0:
        return ""
    doubled = [2 * digit if index % 2 == 0 else digit for index, digit in enumerate(digits)]
    return "" if sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0 else "sa clé de contrôle est fausse"


def registrations(walk: Walk) -> Iterator[Finding]:
    buyer = walk.rules.buyer
    if buyer.siret and (why := siret_problem(buyer.siret)):
        yield SiretWrong(facts={"siret": buyer.siret, "why": why}, place=at("buyer", "siret"))
    if buyer.territory and not territory_known(buyer.territory) and not buyer.territory.isdecimal():
        yield UnknownTerritory(facts={"territory": buyer.territory}, place=at("buyer", "territory"))


def codes(walk: Walk) -> Iterator[Finding]:
    """CPV and NUTS codes, e-mail and web addresses, file suffixes."""
    for path, group in walk.groups:
        for index, cpv in enumerate(getattr(group, "cpv", ())):
            if not re.fullmatch(r"[0-9]{8}(-[0-9])?", cpv):
                yield CpvMalformed(facts={"cpv": cpv}, place=at(path, f"cpv[{index}]"))
        nuts = getattr(group, "nuts", "")
        if nuts and not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{0,3}", nuts):
            yield NutsMalformed(facts={"nuts": nuts}, place=at(path, "nuts"))
        email = getattr(group, "email", "")
        if email and not re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@.]+", email):
            facts: dict[str, object] = {"value": email, "what": "une adresse de courriel"}
            facts["mend"] = "Écrivez par exemple « marches@ville.example »."
            yield AddressMalformed(facts=facts, place=at(path, "email"))
        for key in ("url", "profile_url"):
            url = getattr(group, key, "")
            if url and not re.fullmatch(r"(https?://)?[^\s/@]+\.[^\s@]+", url):
                facts = {"value": url, "what": "une adresse de page"}
                facts["mend"] = "Écrivez par exemple « https://marches.example/consultation »."
                yield AddressMalformed(facts=facts, place=at(path, key))
        if isinstance(group, requirements.Piece | requirements.Submission):
            for index, suffix in enumerate(group.formats):
                if not _is_suffix(suffix):
                    yield SuffixMalformed(facts={"suffix": suffix}, place=at(path, f"formats[{index}]"))
        if isinstance(group, requirements.Piece):
            for index, version in enumerate(group.versions):
                for suffix in version:
                    if not _is_suffix(suffix):
                        yield SuffixMalformed(facts={"suffix": suffix}, place=at(path, f"versions[{index}]"))


def _is_suffix(suffix: str) -> bool:
    return re.fullmatch(r"(\.[a-z0-9]{1,8}){1,2}", suffix) is not None


def lots(walk: Walk) -> Iterator[Finding]:
    """At least one lot; as many as the allotment announces."""
    count = len(walk.rules.lots)
    if not count:
        yield NoLot(place=at("lots"))
        return
    allotment = walk.rules.allotment
    if allotment is None:
        return
    if allotment.divided == (count == 1):
        announced = "plusieurs lots" if allotment.divided else "un seul lot"
        divided = "true" if allotment.divided else "false"
        facts: dict[str, object] = {"divided": divided, "announced": announced, "count": count}
        yield AllotmentContradicted(facts=facts, place=at("allotment", "divided"))
    for key in ("max_lots_bid", "max_lots_awarded"):
        limit = getattr(allotment, key)
        if limit is not None and not 1 <= limit <= count:
            facts = {"key": key, "limit": limit, "count": count, "lots": counted(count, "lot")}
            yield MoreLotsThanThereAre(facts=facts, place=at("allotment", key))


def pages(walk: Walk) -> Iterator[Finding]:
    for path, limit in walk.of_type(requirements.PageLimit):
        if limit.read_up_to is not None and limit.read_up_to < limit.pages:
            facts: dict[str, object] = {"pages": counted(limit.pages, "page"), "read": limit.read_up_to}
            yield PagesContradicted(facts=facts, place=at(path, "read_up_to"))
