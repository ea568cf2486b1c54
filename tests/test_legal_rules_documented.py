"""Each rule of law that the code, the documentation or an example names is explained, with its text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.examples.support import EXAMPLES, rules_of

from reglo.cli.explain import paragraphs
from reglo.linting import rule_classes

ROOT = Path(__file__).parent.parent
_ID = re.compile(
    r"\b(?:(?:AP|CA|CR|CS|DM|GR|NG|PX|SG|TC)-[A-Z]?\d\d|F-[A-Z]{2,4}2?|(?:INV|OAB)-[1-9]|L-\d\d)\b"
)


def answered(identifier: str) -> bool:
    padded = re.sub(r"-(\d)$", r"-0\1", identifier)
    return identifier in rule_classes() or padded in paragraphs()


@pytest.mark.parametrize("folder", ["src/reglo", "docs"])
def test_every_rule_of_law_named_is_explained(folder: str) -> None:
    files = [path for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".md", ".yaml")]
    named = {one for path in files for one in _ID.findall(path.read_text(encoding="utf-8"))}
    assert len(named) > 30
    assert sorted(one for one in named if not answered(one)) == []


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/rules.yaml")), ids=lambda path: path.parent.name)
def test_every_rule_an_open_point_names_is_explained_or_an_article(path: Path) -> None:
    consultation = rules_of(path.parent.name).consultation
    assert consultation is not None
    named = {one for point in consultation.open_points for one in point.rule.split(", ") if one}
    law = re.compile(r"(?:[LRD]\.\d|CAA |CE |TA )")
    assert [one for one in named if not law.match(one) and not answered(one)] == []


def test_every_rule_explained_gives_its_text() -> None:
    page = (ROOT / "docs" / "legal-rules.md").read_text(encoding="utf-8")
    told = re.findall(r"^## (\S+) — .+\n\n((?:.+\n)+)", page, re.MULTILINE)
    assert len(told) == page.count("\n## ")
    assert [rule for rule, words in told if "Texte :" not in words.replace("\n", " ")] == []
