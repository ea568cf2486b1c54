"""Reading the examples and pointing into them: shared by the tests of the four consultations."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import yaml

from reglo.procurement.consultation import Consultation
from reglo.procurement.judging.judgement import LotResult, Score
from reglo.procurement.judging.low_bids import BelowDoubleMean
from reglo.procurement.judging.scoring import judge
from reglo.procurement.pieces.documents import completeness, stages_of
from reglo.procurement.rules_file import Loaded, with_choices
from reglo.procurement.values import format_number
from reglo.reading.bid_folder import read_bid_folder
from reglo.reading.offers import read_offers
from reglo.reading.rules import read_rules

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
_STEP = re.compile(r"\.?([^.\[\]]+)|\[([^\]]+)\]")
_NAMES = ("id", "code", "kind", "use", "role", "label", "ref", "name")


@cache
def rules_of(example: str) -> Loaded:
    return read_rules(EXAMPLES / example / "rules.yaml")


def consultation_of(example: str) -> Consultation:
    loaded = rules_of(example)
    assert loaded.consultation is not None, "\n".join(map(str, loaded.faults))
    return loaded.consultation


def value_at(root: Any, path: str) -> Any:
    """What stands at "award.criteria[prix].weight"; ``[x]`` is an index, a key, or an id, code, kind…"""
    found = root
    for name, key in _STEP.findall(path):
        found = getattr(found, name) if name else _member(found, key)
    return found


def _member(values: Any, key: str) -> Any:
    if isinstance(values, dict):
        return values[key]
    for value in values:
        if any(plain(getattr(value, name, None)) == key for name in _NAMES):
            return value
    return values[int(key)]


def plain(value: Any) -> Any:
    """A value of the model as a rules file writes it: text, number, list, yes or no."""
    if isinstance(value, bool | int | type(None)):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return format_number(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return str(value)


def sources(value: Any) -> Iterator[str]:
    """Every ``source`` of the rules, at any depth."""
    if is_dataclass(value):
        if own := getattr(value, "source", ""):
            yield own
        for part in fields(value):
            yield from sources(getattr(value, part.name))
    elif isinstance(value, tuple | list):
        for item in value:
            yield from sources(item)


def articles_cited(consultation: Consultation) -> set[str]:
    """The articles named by the sources: "RC 5.2, pièce 7" names 5.2 only."""
    found: set[str] = set()
    for source in sources(consultation):
        for part in re.split(r"[,;]| et ", re.sub(r"\([^)]*\)", "", source)):
            words = part.strip().split()
            if words and words[0] in ("RC", "Avis"):
                words = words[1:]
            if words and words[0] in ("art.", "article"):
                words = words[1:]
            if words:
                found.add(words[0])
    return found


def expected(example: str, offers: str) -> dict[str, Any]:
    """What ``attendu.yaml`` says of an offers file: lot -> result."""
    text = (EXAMPLES / example / "attendu.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)[offers]
    return found


def recomputed(example: str, offers: str) -> dict[str, Any]:
    """What ``script/recompute.py`` finds again without Réglo, in the same shape."""
    found: dict[str, Any] = _script("recompute").recompute(example)[offers]
    return found


@cache
def _script(name: str) -> Any:
    spec = spec_from_file_location(name, ROOT / "script" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[name] = module  # a dataclass looks its module up there
    spec.loader.exec_module(module)
    return module


def judged(example: str, offers: str, **readings: str) -> dict[str, Any]:
    """What Réglo computes of an offers file, in the shape of ``attendu.yaml``.

    readings: choices of open points, by id with "_" for "-", in place of the defaults.
    """
    chosen = {point.replace("_", "-"): choice for point, choice in readings.items()}
    consultation = with_choices(rules_of(example), chosen).consultation
    assert consultation is not None
    bids = read_offers(EXAMPLES / example / offers, consultation).bids
    return {lot.lot.id: shape(lot) for lot in judge(consultation, bids).lots}


def shape(result: LotResult) -> dict[str, Any]:
    return {
        "question": bool(result.ranked) and result.winner is None,
        "ranking": [
            {
                "bid": row.bid.id,
                "rank": row.rank,
                "total": exact(row.total.value),
                "marks": {name: exact(mark) for name, mark in _marks(row.total)},
            }
            for row in result.ranked
        ],
        "aside": {aside.bid.id: aside.bid.standing.value for aside in result.put_aside},
        "low_bids": sorted(
            str(finding.facts["bid"]) for finding in result.findings if isinstance(finding, BelowDoubleMean)
        ),
    }


def made_folders(example: str, under: Path) -> dict[str, Path]:
    """The bid folders ``script/make_bid_folders.py`` makes of an example, by bidder."""
    made = _script("make_bid_folders").make(example, under)
    return {folder.name.removeprefix("pli-"): folder for folder in made}


def states(example: str, folder: Path) -> dict[tuple[str, str], str]:
    """What ``check-bid`` says of each piece: (code, who owes it, "" for the candidate) -> state."""
    consultation = consultation_of(example)
    inventory = read_bid_folder(folder, consultation)
    cells = completeness(consultation, inventory, stages_of(consultation, inventory)[0]).cells
    return {(cell.piece.code, cell.who): cell.state.value for cell in cells}


def codes(found: dict[tuple[str, str], str], *wanted: str) -> set[str]:
    """The pieces in one of these states, for whoever owes them."""
    return {code for (code, _), state in found.items() if state in wanted}


def _marks(score: Score) -> Iterator[tuple[str, Fraction]]:
    for part in score.parts:
        assert part.criterion is not None
        yield part.criterion.id, part.value
        yield from _marks(part)


def exact(value: Fraction) -> str:
    return format_number(value)
