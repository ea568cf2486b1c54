"""The published JSON Schema accepts what loading accepts, and refuses the commonest slips."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from tests.strategies import consultations
from typer.testing import CliRunner

from reglo.cli import app
from reglo.procurement.consultation import Consultation
from reglo.procurement.rules_file import json_schema, write
from reglo.procurement.rules_file.nodes import parse, plain_value
from reglo.procurement.rules_file.schema_words import GROUPS_FR, NOTES_FR

ROOT = Path(__file__).parents[3]
COMPLETE = (Path(__file__).parent / "complete.yaml").read_text(encoding="utf-8")
SCHEMA = Draft202012Validator(json_schema())


def as_json(text: str) -> Any:
    """What an editor's YAML 1.2 reader makes of the file."""
    root, _ = parse(text, "rules.yaml")
    assert root is not None

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: plain(below) for key, below in value.items()}
        if isinstance(value, tuple):
            return [plain(item) for item in value]
        return float(value) if isinstance(value, Decimal) else value

    return plain(plain_value(root))


def said(text: str) -> list[str]:
    return [
        f"{'.'.join(map(str, error.path))}: {error.validator}" for error in SCHEMA.iter_errors(as_json(text))
    ]


def test_the_schema_is_itself_valid() -> None:
    Draft202012Validator.check_schema(json_schema())


def test_every_group_and_key_is_described_in_french() -> None:
    schema = json_schema()
    groups = {"Consultation": schema} | schema["$defs"]
    assert {name: group["description"] for name, group in groups.items()} == GROUPS_FR
    keys = {f"{name}.{key}" for name, group in groups.items() for key in group["properties"]}
    assert set(NOTES_FR) <= keys | {key.partition(".")[2] for key in keys}
    described = {
        f"{name}.{key}": value["description"]
        for name, group in groups.items()
        for key, value in group["properties"].items()
    }
    assert set(described) == keys
    assert described["Piece.folder"] == "Dossier : « candidacy » (candidature), « bid » (offre)"
    assert described["Term.at"].startswith("Date et heure : « 12:00 » si le règlement")


@pytest.mark.parametrize(
    "path", sorted((ROOT / "examples").glob("*/rules.yaml")), ids=lambda path: path.parent.name
)
def test_the_examples_follow_the_schema(path: Path) -> None:
    assert said(path.read_text(encoding="utf-8")) == []


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(consultations())
def test_what_is_written_follows_the_schema(rules: Consultation) -> None:
    assert said(write(rules)) == []


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("max_lots_bid: 2", "max_lot_bid: 2", "allotment: additionalProperties"),
        ("nature: services", "nature: travaux", "nature: enum"),
        ("side: before", "side: avant", "calendar.terms.0.side: enum"),
        ("compulsory: false", "compulsory: non", "calendar.visits.0.compulsory: type"),
        ("maximum: 90 000 EUR HT", "maximum: 90 000", "contract.framework.maximum: pattern"),
        ("period: 8 jours ouvrés", "period: 8 jours de travail", "calendar.terms.0.period: pattern"),
        ("14:00 Europe/Paris", "14:00", "calendar.opening_at: pattern"),
        ("reglo: 1", "reglo: 2", "reglo: const"),
        ("title: Nettoyage des écoles\n", "", ": required"),
    ],
)
def test_common_slips_are_seen_while_typing(old: str, new: str, error: str) -> None:
    assert said(COMPLETE) == []
    assert said(COMPLETE.replace(old, new)) == [error]


def test_the_command_prints_the_schema_or_writes_it_whole(tmp_path: Path) -> None:
    printed = CliRunner().invoke(app, ["schema"])
    assert (printed.exit_code, json.loads(printed.stdout)) == (0, json_schema())
    path = tmp_path / "schema.json"
    written = CliRunner().invoke(app, ["schema", "-o", str(path)])
    assert (written.exit_code, path.read_text(encoding="utf-8")) == (0, printed.stdout)


def test_the_page_of_every_key_is_what_the_command_writes(tmp_path: Path) -> None:
    path = tmp_path / "rules-keys.md"
    written = CliRunner().invoke(app, ["schema", "-o", str(path)])
    told = path.read_text(encoding="utf-8")
    assert (written.exit_code, told) == (0, (ROOT / "docs" / "rules-keys.md").read_text(encoding="utf-8"))
    groups = {"Consultation": json_schema()} | json_schema()["$defs"]
    assert told.count("\n## ") == len(groups)
    assert all(f"`{key}`" in told for group in groups.values() for key in group["properties"])
