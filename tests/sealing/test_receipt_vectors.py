"""tests/vectors/receipt: the depositor completes a receipt to the same bytes in Python and in the browser."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.conftest import ROOT

from reglo.sealing.receipt import NamedDocument, Receipt, complete, documents_to_sign
from reglo.sealing.receipt_checks import verify
from reglo.sealing.signing import PublicKey, SigningKey

FILE = ROOT / "tests" / "vectors" / "receipt" / "completion.json"
VECTOR = json.loads(FILE.read_text(encoding="utf-8"))


def test_python_completes_the_receipt_of_the_vector() -> None:
    receipt = Receipt.from_bytes(VECTOR["receipt"].encode())
    documents = [NamedDocument(**fields) for fields in VECTOR["documents"]]
    key = SigningKey(bytes.fromhex(VECTOR["pli_key_seed"]))
    assert key.pem.decode() == VECTOR["pli_key_pem"]
    assert documents_to_sign(receipt.statement, documents).decode() == VECTOR["signed"]
    completed = complete(receipt, documents, key)
    assert completed.to_bytes().decode() == VECTOR["completed"]
    verdict = verify(completed, keys=[PublicKey.from_base64(VECTOR["platform_key"])])
    assert [finding.code for finding in verdict.findings] == ["RECU-13"]  # the vector has no token


def test_the_browser_completes_the_receipt_of_the_vector(node: Path) -> None:
    script = f"""
        import {{ readFileSync }} from "node:fs";
        // the module asks the page where it is
        globalThis.document = {{ baseURI: "https://plis.exemple.fr/deposer/" }};
        globalThis.location = new URL(document.baseURI);
        const {{ completed }} = await import("./src/platform.js");
        const vector = JSON.parse(readFileSync({json.dumps(str(FILE))}, "utf-8"));
        const {{ pli, envelope_sha256: envelope, size }} = JSON.parse(vector.receipt).receipt;
        const state = {{ pli, envelope, size, documents: vector.documents, key: vector.pli_key_pem }};
        process.stdout.write(completed(JSON.parse(vector.receipt), state));
    """
    done = subprocess.run(
        [node, "--input-type=module", "-e", script],
        cwd=ROOT / "browser",
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == VECTOR["completed"]
