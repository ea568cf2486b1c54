"""The JSON of a judgement: documented keys, exact numbers, the same bytes in any order of arrival."""

from __future__ import annotations

import json
import random
import re
from fractions import Fraction
from pathlib import Path

from reglo.exports.judgement_json import to_json
from reglo.procurement.judging.scoring import judge
from reglo.reading.offers import read_offers
from reglo.reading.rules import read_rules

EXAMPLE = Path(__file__).parents[2] / "examples" / "centre-operations-securite"
DOCUMENT = Path(__file__).parents[2] / "docs" / "judgement-json.md"


def judged(seed: int = 0) -> str:
    loaded = read_rules(EXAMPLE / "rules.yaml")
    assert loaded.consultation is not None
    bids = list(read_offers(EXAMPLE / "offres.yaml", loaded.consultation).bids)
    random.Random(seed).shuffle(bids)
    return to_json(judge(loaded.consultation, bids, digest=loaded.digest))


def test_v6_the_order_of_arrival_never_changes_a_byte() -> None:
    assert {judged(seed) for seed in range(5)} == {judged()}


def test_no_number_goes_through_a_float() -> None:
    def refuse(text: str) -> None:
        raise AssertionError(f"a float: {text}")

    result = json.loads(judged(), parse_float=refuse)
    assert result["lots"][0]["provisional"] is False
    first = result["lots"][0]["ranked"][0]
    assert Fraction(first["total"]["value"]) == sum(
        Fraction(part["value"]) for part in first["total"]["parts"]
    )


def test_every_key_written_is_documented() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")

    def keys(value: object, inside: str = "") -> set[str]:
        if isinstance(value, dict):
            own = set() if inside in ("figures", "values") else set(value)
            return own.union(*(keys(each, name) for name, each in value.items()), set())
        return set().union(*(keys(each, inside) for each in value)) if isinstance(value, list) else set()

    named = set(re.findall(r"[a-z_0-9]+", " ".join(re.findall(r"`([^`]+)`", text))))
    assert keys(json.loads(judged())) - named == set()
