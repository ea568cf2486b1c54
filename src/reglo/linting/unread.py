"""Findings that rest on a value nobody has settled: a reader's placeholder, or an open point of the RC.

A rules file needs a procedure, a nature, a kind of buyer, a form of contract: what the RC did not say, or
was not read, stands there as a placeholder with an open point. A finding that another answer would clear
is not the RC's fault; the open point is shown, and the finding comes back if the answer confirms it.
Nor is the RC silent on a matter when one of its sentences speaks of it: what was not read is said so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from reglo.linting.fault import Fault, Passage, read
from reglo.linting.said import plain
from reglo.procurement.consultation import (
    BuyerKind,
    Consultation,
    ContractNature,
    OpenPoint,
    ProcedureType,
)
from reglo.procurement.findings import Finding, Severity
from reglo.procurement.folding import without_accents

# the open points of ``reglo read`` on what it found nowhere -> the rules that would call it absent
_NOT_FOUND = {
    "lots": ("L.2113-11",),
    "date-limite": ("R.2151-1",),
    "criteres": ("L-22",),
}
# the rules that call the RC silent -> the words of a sentence that speaks of it, in small letters
_SPEAKS = {
    "L-12": (
        r"(?:montants?|valeurs?|quantités?|seuils?|plafonds?)\b[^.;]{0,60}\bmaxim[^.;]{0,80}\d"
        r"|\bmaximum\b[^.;]{0,40}\b(?:lot|accord-cadre)\b[^.;]{0,60}\d"
        r"|accord-cadre\b[^.;]{0,60}\bavec (?:un )?(?:montant )?(?:minimum et (?:un )?)?maximum"
    ),
    "PROC-09": (
        r"validité (?:des|de l'|de leurs?|de son|d'une) ?offre|(?:maintenir|par) (?:leur|son) offre"
        r"|(?:tenus?|engagés?) de maintenir"
    ),
    "CR-02": (
        r"(?:prix|montants? (?:global|total|des offres?|de l'offre|forfaitaire)|offres?)[^.\d]{0,60}"
        r"(?:\bh\.?t\b|\bt\.?t\.?c\b|hors taxes?\b|toutes taxes)"
    ),
    "L-11": r"(?:cas d'|stricte )égalité|ex[ -]?(?:æquo|aequo)|départag",
    "L-19": (
        r"copie de sauvegarde (?:électronique|(?:peut|doit|est|sera)(?: être)? (?:transmise|envoyée|adressée|"
        r"déposée|remise)[^.]{0,60}(?:voie|forme) (?:électronique|dématérialisée))"
    ),
    "DM-10": (
        r"(?:plusieurs|second|deux|nouve(?:l|au)) (?:plis?|envois?|dépôts?|fois)\b|seconde? (?:offre|remise)"
        r"|(?:offre|pli|envoi|dépôt|transmission)s? successi|annule et remplace"
        r"|dernière? (?:offre|pli|envoi|dépôt|transmission|version)"
    ),
    "CRIT-04": r"\barrondi|chiffres? après la virgule|\bdécimales?\b|\bcentième",
    "DM-06": (
        r"\b\d+ ?(?:mo|go)\b|(?:taille|poids|volume) (?:maxim|limit|des (?:plis|fichiers|offres))"
        r"|mégaoctet|gigaoctet"
    ),
    "DM-02": (
        r"(?:profil d.acheteur|plate-?forme|dossier|dce|documents)[^.]{0,120}(?:https?:|www\.)"
        r"|plate-?forme (?:de dématérialisation|dématérialisée)|profil d.acheteur"
    ),
}


def spoken_of(finding: Finding, passages: tuple[Passage, ...], rules: Consultation) -> Fault | None:
    """The same finding as a point to read, when nothing proves that the RC is silent.

    A sentence speaks of the matter; or so much of the document was not read that its silence means nothing.
    """
    words = _SPEAKS.get(getattr(finding, "rule", ""))
    if words is None or not isinstance(finding, Fault) or finding.recorded:
        return None
    if finding.facts.keys() & {"said", "words"}:  # the RC says it, and wrongly
        return None
    subject = re.sub(r" (?:: .*|absente?\b.*)$", "", finding.title)
    for passage in passages:
        if at := re.search(without_accents(words), plain(passage.words)):
            said = f"{subject} : le règlement en parle sans doute ici, et la règle n'a pas été lue."
            told = read(type(finding), passage, at, **finding.facts)
            return replace(told, recorded=said, severity=Severity.INFORMATION)
    if passages and _half_read(rules):
        said = f"{subject} : Réglo ne l'a pas lu, ni une bonne part du document ; à vérifier."
        return replace(finding, recorded=said, severity=Severity.INFORMATION)
    return None


def _half_read(rules: Consultation) -> bool:
    """Whether the reader found no criteria or no deadline: what else it did not find may well be there."""
    return any(point.id in ("criteres", "date-limite") for point in rules.open_points)


def certain(
    findings: Iterable[Finding], rules: Consultation, find: Callable[[Consultation], Iterable[Finding]]
) -> list[Finding]:
    """The findings that hold whatever the answer to each open point; ``find`` finds them anew."""
    left = [point for point in rules.open_points if not point.decided_by and not point.decided_on]
    absent = {rule for point in left for rule in _NOT_FOUND.get(point.id, ())}
    kept = [finding for finding in findings if getattr(finding, "rule", "") not in absent]
    for other in _otherwise(rules, left):
        still = {_same(finding) for finding in find(other)}
        kept = [finding for finding in kept if _same(finding) in still]
    return kept


def _same(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.place.path or finding.cause_text


def _otherwise(rules: Consultation, left: list[OpenPoint]) -> Iterator[Consultation]:
    """These rules with each other answer to a point on what a whole file depends on."""
    for path, value in (pair for point in left for choice in point.choices for pair in choice.set.items()):
        if path == "procedure.type" and value in set(ProcedureType) - {rules.procedure.type}:
            yield replace(rules, procedure=replace(rules.procedure, type=ProcedureType(value)))
        elif path == "nature" and value in set(ContractNature) - {rules.nature}:
            yield replace(rules, nature=ContractNature(value))
        elif path == "buyer.kind" and value in set(BuyerKind) - {rules.buyer.kind}:
            yield replace(rules, buyer=replace(rules.buyer, kind=BuyerKind(value)))
        elif path == "contract.form" and rules.contract and value != rules.contract.form:
            yield replace(rules, contract=replace(rules.contract, form=str(value)))
