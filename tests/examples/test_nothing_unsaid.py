"""Everything a regulation names by a figure or an address is found again in its rules file.

Coarser than the facts read by hand, but over the whole text: each article of law, e-mail, web
address, telephone, postcode and number printed in the published document. Skips where the
documents are not beside the checkout.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.examples.support import EXAMPLES

# the document, and the numbers it prints that are no rule
SEEDS = {
    "centre-operations-securite": ("S0", set()),
    "amo-domaine-de-loos": ("S2", set()),
    "stands-de-tir": ("S3", {"17"}),  # a page of the table of contents
    "commissariat-vaulx": ("S4", {"17", "18"}),  # pages; the day of a decree cited by its number
}


def _articles(text: str) -> set[str]:
    found = re.findall(r"\b[LRD]\.? ?\*?\d{3,4}(?:[-.] ?\d+)*\b", text)
    return {re.sub(r"[ .*-]", "", article) for article in found}


def _emails(text: str) -> set[str]:
    return set(re.findall(r"[\w.+-]+@[\w.-]+\w", text))


def _sites(text: str) -> set[str]:
    """Hosts only: some documents link a site once by its name and once by a page."""
    return set(re.findall(r"(?:https?://|www\.)(?:www\.)?([\w-]+(?:\.[\w-]+)+)", text))


def _phones(text: str) -> set[str]:
    return {re.sub(r"\D", "", phone) for phone in re.findall(r"\b0\d(?:[ .]?\d\d){4}\b", text)}


def _postcodes(text: str) -> set[str]:
    return set(re.findall(r"\b\d{5}\b", text))


def _numbers(text: str) -> set[str]:
    bare = re.sub(r"\b0\d(?:[ .]?\d\d){4}\b|\b\d\d \d{3}\b", " ", text)
    return {number.lstrip("0") for number in re.findall(r"(?<![\w.,/-])\d+(?![\w/.,-])", bare)}


def _every_number(text: str) -> set[str]:
    return {number.lstrip("0") for number in re.findall(r"\d+", text)}


KINDS: dict[str, tuple[Callable[[str], set[str]], Callable[[str], set[str]]]] = {
    "articles": (_articles, _articles),
    "emails": (_emails, _emails),
    "sites": (_sites, _sites),
    "phones": (_phones, _phones),
    "postcodes": (_postcodes, _postcodes),
    "numbers": (_numbers, _every_number),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("example", SEEDS)
def test_what_a_regulation_prints_stands_in_its_rules(example: str, kind: str, shared: Path) -> None:
    seed, no_rule = SEEDS[example]
    (document,) = (shared / "seeds").glob(f"{seed}-*.txt")
    printed, written = KINDS[kind]
    text = document.read_text(encoding="utf-8").replace("\u00a0", " ")
    rules = (EXAMPLES / example / "rules.yaml").read_text(encoding="utf-8")
    missing = {one for one in printed(text) - no_rule if one not in written(rules)}
    assert missing == set()
