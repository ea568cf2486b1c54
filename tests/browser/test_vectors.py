"""The vectors of ``tests/vectors/seal``, from Python and from the browser's module: the same bytes."""

from __future__ import annotations

import json
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
import rfc8785

from reglo.sealing import age, bid_sealing
from reglo.sealing.bid_opening import open_pli
from reglo.sealing.opening_keys import OpeningKeys, read_opening_keys
from reglo.sealing.pli import entry_header, envelope_of, pli_size, read_header, safe_name
from reglo.sealing.signing import SigningKey

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors" / "seal"


@pytest.fixture(scope="module")
def vectors() -> dict:
    return json.loads((VECTORS / "format.json").read_text())


@pytest.fixture(scope="module")
def keys() -> OpeningKeys:
    return read_opening_keys((VECTORS / "opening-keys.json").read_bytes())


@pytest.mark.parametrize(
    ("name", "act"),
    [
        ("safe_name", safe_name),
        ("sealed_size", age.sealed_size),
        ("padded_total", bid_sealing.padded_total),
        ("padding_for", bid_sealing._padding_for),
        ("canonical", lambda text: rfc8785.dumps(json.loads(text)).decode()),
    ],
)
def test_python_answers_as_the_vectors_say(vectors: dict, name: str, act) -> None:
    assert [[given, act(given)] for given, _ in vectors[name]] == vectors[name]


def test_the_archive_is_laid_out_as_the_vectors_say(vectors: dict, keys: OpeningKeys) -> None:
    assert [[head, blobs, pli_size(head, blobs)] for head, blobs, _ in vectors["pli_size"]] == vectors[
        "pli_size"
    ]
    for name, size, expected in vectors["tar_header"]:
        assert entry_header(name, size).hex() == expected.ljust(1024, "0")
    assert keys.digest == vectors["opening_keys_sha256"]
    seed, pem = vectors["private_key_pem"]
    assert SigningKey(bytes.fromhex(seed)).pem.decode() == pem


def test_header_and_manifest_are_written_as_the_vectors_say(vectors: dict, keys: OpeningKeys) -> None:
    said = vectors["manifest"]
    inside = [
        bid_sealing.SealedDocument(
            document=bid_sealing.Document(
                path=Path("absent"),
                compartment=said["compartment"],
                **{key: entry[key] for key in ("name", "piece", "lot", "member", "type")},
            ),
            **{key: entry[key] for key in ("blob", "size", "sha256")},
        )
        for entry in said["documents"]
    ]
    manifests = bid_sealing._Manifests(inside, keys, said["pli"], said["bidder"])
    (manifests.padding,) = said["padding"]
    ((_, written),) = manifests.texts(inside)
    assert written.decode() == said["text"]
    assert len(written) % 4096 == 0


def test_the_pli_of_the_vectors_opens(tmp_path: Path) -> None:
    expected = json.loads((VECTORS / "alice.json").read_text())
    path = VECTORS / "alice.pli"
    assert sha256(path.read_bytes()).hexdigest() == expected["sha256"]
    assert envelope_of(path) == expected["envelope_sha256"]
    assert read_header(path).pli == expected["pli"]
    identities = {name: age.Identity.parse(secret) for name, secret in expected["identities"].items()}
    opened = open_pli(path, identities, tmp_path)
    assert opened.findings == ()
    assert {(each.name, each.sha256) for each in opened.documents} == {
        (each["name"], each["sha256"]) for each in expected["documents"]
    }


def test_the_browser_module_answers_as_the_vectors_say(node: Path) -> None:
    done = subprocess.run(
        [node, "--test", "test/vectors.test.js"],
        cwd=ROOT / "browser",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
