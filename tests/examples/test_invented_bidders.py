"""The bidders of the examples: every SIREN has a valid key, and one operator one number."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.examples.support import EXAMPLES

FILES = sorted(EXAMPLES.glob("*/offres*.yaml"))


def _operators(path: Path) -> list[tuple[str, str]]:
    bids = yaml.safe_load(path.read_text(encoding="utf-8"))["bids"]
    return [
        (each["name"], each["siren"]) for bid in bids for each in bid.get("operators", []) if "siren" in each
    ]


def _key_is_valid(siren: str) -> bool:
    """Luhn: every second digit from the right doubled, the sum a multiple of ten."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(siren))]
    return len(siren) == 9 and sum(digit - 9 * (digit > 9) for digit in doubled) % 10 == 0


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_siren_has_a_valid_key(path: Path) -> None:
    assert [siren for _, siren in _operators(path) if not _key_is_valid(siren)] == []


def test_a_siren_names_one_operator_and_an_operator_has_one_siren() -> None:
    pairs = {pair for path in FILES for pair in _operators(path)}
    assert len(pairs) == len({name for name, _ in pairs}) == len({siren for _, siren in pairs})
