"""The ceremony's page reads of a rules file what Python reads: reference, lots, deadlines."""

from __future__ import annotations

import json
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from tests.conftest import ROOT

from reglo.procurement.values import Instant
from reglo.reading.rules import read_rules
from reglo.sealing.opening_time import opening_deadline

READ = """
import { readFileSync } from "node:fs";
import { deadlinesOf, journalInstant, lotsOf, referenceOf } from "./src/rules.js";
const said = (text) => {
  try {
    const limits = deadlinesOf(text);
    const shown = (limit) => limit && journalInstant(limit.at);
    const deadlines = { candidacy: shown(limits.candidacy), bid: shown(limits.bid) };
    return { reference: referenceOf(text), lots: lotsOf(text), ...deadlines };
  } catch ({ code, message }) {
    return { code, message };
  }
};
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(said)));
"""
EXAMPLES = sorted(ROOT.glob("examples/*/rules.yaml"))


def read(node: Path, texts: list[str]) -> list[dict[str, object]]:
    done = subprocess.run(
        [node, "--input-type=module", "-e", READ],
        cwd=ROOT / "browser",
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


def written(at: datetime) -> str:
    from reglo.sealing.journal import instant

    return instant(at)


def test_the_examples_are_read_as_python_reads_them(node: Path) -> None:
    found = read(node, [path.read_text(encoding="utf-8") for path in EXAMPLES])
    for path, said in zip(EXAMPLES, found, strict=True):
        rules = read_rules(path).consultation
        assert rules is not None
        limits = {folder: opening_deadline(rules, f"{folder}/1") for folder in ("candidacy", "bid")}
        expected = {name: limit and written(limit.at) for name, limit in limits.items()}
        assert said == {
            "reference": rules.reference,
            "lots": [lot.id for lot in rules.lots],
            **expected,
        }, path


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-18 12:00 Europe/Paris",
        "2026-07-18 12:00:30 Europe/Paris",
        "2026-03-29 03:00 Europe/Paris",  # the hour after the one that clocks skip
        "2026-10-25 12:00 Indian/Reunion",
        "2026-02-18T12:00 America/Cayenne",
        "2026-02-18 12:00 Pacific/Noumea",
    ],
)
def test_an_hour_of_any_zone_is_the_same_instant(node: Path, text: str) -> None:
    for line in (
        f"  submission_deadline: {text}  # midi",
        f'  submission_deadline: "{text}"',
        f"calendar: {{published: x, submission_deadline: {text}}}",
    ):
        [said] = read(node, [f"calendar:\n{line}\n"])
        assert said["bid"] == said["candidacy"] == written(Instant.parse(text).at)


@pytest.mark.parametrize(
    "rules",
    [
        "reference: X\n",
        "calendar:\n  # submission_deadline: 2026-02-18 12:00 Europe/Paris\n",
        "calendar:\n  submission_deadline: 2026-02-18 12:00\n",
        "calendar:\n  submission_deadline: 2026-02-30 12:00 Europe/Paris\n",
        "calendar:\n  submission_deadline: 2026-02-18 12:00 Europe/Pariss\n",
        "calendar:\n  submission_deadline: 2026-03-29 02:30 Europe/Paris\n",  # no clock shows it
        "a:\n  submission_deadline: 2026-02-18 12:00 Europe/Paris\n" * 2,
    ],
)
def test_without_one_deadline_it_can_read_the_page_refuses(node: Path, rules: str) -> None:
    [said] = read(node, [rules])
    assert said["code"] == "PAGE-26"
