"""Nothing of a regulation is unsaid: figures, dates, codes and conditions read by hand in each of
them (``facts/<example>.yaml``) stand in its rules file, at the path named and with that value."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.examples.support import consultation_of, plain, value_at

FILES = sorted((Path(__file__).parent / "facts").glob("*.yaml"))
FACTS = [(path.stem, *row) for path in FILES for row in yaml.safe_load(path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("example", "fact", "path", "value"), FACTS, ids=lambda part: str(part)[:60])
def test_a_fact_of_the_regulation_stands_in_the_rules(
    example: str, fact: str, path: str, value: object
) -> None:
    assert plain(value_at(consultation_of(example), path)) == value, fact


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_at_least_sixty_facts_are_held_for_each_regulation(path: Path) -> None:
    assert len(yaml.safe_load(path.read_text(encoding="utf-8"))) >= 60
