"""A ceremony held by the browser's module, its opening by Python: docs/seal.md §9."""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pytest

from reglo.sealing.age import Identity
from reglo.sealing.custody import (
    combine,
    contribution,
    open_package,
    read_record,
    ready,
    rehearsal_contribution,
    rehearse,
)
from reglo.sealing.custody.splits import join, split
from reglo.sealing.opening_keys import read_opening_keys

BROWSER = Path(__file__).resolve().parents[2] / "browser"
BUNDLE = """
const options = {entryPoints: [process.argv[1]], outfile: process.argv[2], bundle: true, format: "esm",
                 alias: {crypto: "./src/node-crypto.js"}, logLevel: "error"};
require("esbuild").buildSync(options);
"""


def bundled(node: Path, entry: Path, folder: Path) -> Path:
    """What the page would run: no module of Node's in it."""
    made = folder / "bundle.mjs"
    subprocess.run([node, "-e", BUNDLE, entry, made], cwd=BROWSER, check=True, timeout=300)

    return made


def test_python_opens_what_the_browser_module_split(node: Path, tmp_path: Path) -> None:
    script = bundled(node, BROWSER / "peer" / "hold-ceremony.js", tmp_path)
    done = subprocess.run([node, script], capture_output=True, text=True, check=True, timeout=300)
    given = json.loads(done.stdout)
    keys = read_opening_keys(b64decode(given["opening_keys"]))
    record = read_record(b64decode(given["custody"]))
    assert keys.to_json() == b64decode(given["opening_keys"])
    assert record.to_json() == b64decode(given["custody"])
    identities = {name: Identity.parse(text) for name, text in given["identities"].items()}
    packages = {}
    for side, holder in record.holders():
        for person in holder.people:
            package = open_package(b64decode(given["packages"][holder.id]), [identities[person.name]])
            assert (package.split, package.holder) == (side, holder.id)
            packages[holder.id] = package
            assert package.deadlines == {"candidacy/1": datetime(2026, 2, 18, 11, tzinfo=UTC)}
    for quorum in [*combinations(["comite-1", "comite-2", "comite-3"], 2), ("sequestre-1",)]:
        found = combine(keys, record, [contribution(packages[name]) for name in quorum])
        assert {name: key.recipient for name, key in found.identities.items()} == dict(keys.recipients)
    brought = [rehearsal_contribution(package, 0) for package in packages.values()]
    rehearsal, findings = rehearse(keys, record, brought, at=datetime(2026, 3, 2, tzinfo=UTC))
    assert findings == ()
    assert ready(keys, record, [rehearsal]) == ()


@pytest.mark.parametrize(("threshold", "count"), [(1, 1), (2, 3), (9, 16)])
def test_the_browser_module_joins_what_python_split(
    node: Path, tmp_path: Path, threshold: int, count: int
) -> None:
    seed = bytes(range(32))
    entry = BROWSER / "peer" / "join-shares.js"
    shares = json.dumps(split(seed, threshold, count)[-threshold:])
    script = bundled(node, entry, tmp_path)
    done = subprocess.run(
        [node, script], input=shares, capture_output=True, text=True, check=True, timeout=300
    )
    assert done.stdout.strip() == seed.hex()
    assert join(json.loads(shares)) == seed
