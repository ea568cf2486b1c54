"""Each code a user can meet has its paragraph in docs/errors.md, and the other way round."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from pathlib import Path
from string import Formatter

import reglo
from reglo.procurement.findings import catalogue

OUR_RULES = re.compile(r"\b(?:AP|CA|CR|CS|DM|GR|INV|L|NG|PX|SG|TC)-T?\d+\b|\bV\d+\b|legal-rules")
ERRORS = Path(__file__).parent.parent / "docs" / "errors.md"


def every_module() -> None:
    for module in pkgutil.walk_packages(reglo.__path__, "reglo."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


def test_the_codes_of_the_program_and_those_of_the_documentation_are_the_same() -> None:
    every_module()
    declared = {cause.code for cause in catalogue() if cause.__module__.startswith("reglo.")}
    documented = re.findall(r"^## ([A-Z0-9]+-\d+)\b", ERRORS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(documented) == sorted(declared)


def test_every_cause_is_a_french_sentence_with_its_facts() -> None:
    every_module()
    for cause in catalogue():
        for template in (cause.cause, cause.mend):
            list(Formatter().parse(template))  # the braces are well formed
        assert cause.cause, cause.code
        assert cause.mend, f"{cause.code} says what is wrong, not what to do"


def test_a_source_is_an_article_a_decision_or_a_page_of_ours() -> None:
    """Never a rule id, which the reader of a message cannot look up."""
    every_module()
    assert [(cause.code, cause.source) for cause in catalogue() if OUR_RULES.search(cause.source)] == []
