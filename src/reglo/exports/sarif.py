"""Findings as SARIF 2.1.0, the format code hosts and editors read (OASIS, 27 March 2020)."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from reglo.procurement.findings import Severity
from reglo.procurement.observations import Observation, Report

_LEVELS = {Severity.BLOCKING: "error", Severity.TO_CHECK: "warning", Severity.INFORMATION: "note"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
HOME = "https://www.legifrance.gouv.fr/codes/texte_lc/LEGITEXT000037701019"  # the code the rules come from


def as_sarif(report: Report, version: str) -> dict[str, Any]:
    """One run, one result per finding; a justified finding is a suppressed result with its reason."""
    rules: dict[str, dict[str, Any]] = {}
    for one in report.observations:
        rules.setdefault(one.rule, _rule(one))
    order = {rule: index for index, rule in enumerate(rules)}
    driver = {
        "name": "Réglo",
        "version": version,
        "informationUri": HOME,
        "language": "fr-FR",
        "rules": list(rules.values()),
    }
    results = [_result(one, order) for one in report.observations]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(one: Observation) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": one.rule,
        "name": type(one.finding).__name__,
        "shortDescription": {"text": one.title or one.finding.code},
        "help": {"text": " ".join(part for part in (one.why, type(one.finding).source) if part) or one.rule},
        "defaultConfiguration": {"level": _LEVELS[one.finding.default_severity]},
    }
    if one.why:
        said["fullDescription"] = {"text": one.why}
    return said


def _result(one: Observation, order: dict[str, int]) -> dict[str, Any]:
    finding = one.finding
    said: dict[str, Any] = {
        "ruleId": one.rule,
        "ruleIndex": order[one.rule],
        "level": _LEVELS[finding.weight],
        "message": {"text": " ".join(part for part in (finding.cause_text, finding.mend_text) if part)},
        "properties": {"code": finding.code, "article": finding.source_text},
    }
    if one.quote:
        said["properties"]["quote"] = one.quote
    place = finding.place
    location: dict[str, Any] = {}
    if place.file:
        location["physicalLocation"] = {"artifactLocation": {"uri": PurePath(place.file).as_posix()}}
        if place.line is not None:
            location["physicalLocation"]["region"] = {"startLine": place.line}
    if place.path:
        location["logicalLocations"] = [{"fullyQualifiedName": place.path}]
    if location:
        said["locations"] = [location]
    if one.justification:
        said["suppressions"] = [{"kind": "inSource", "justification": one.justification.reason}]
    return said
