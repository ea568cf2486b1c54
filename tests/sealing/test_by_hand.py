"""What docs/receipt.md, docs/seal.md §10 and docs/keys.md do by hand, to the letter, with public tools."""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.sealing.holders import Cast
from tests.sealing.platform import Platform, busy_platform, digest

from reglo.exports.documents import to_pdf
from reglo.exports.receipt_document import receipt_document
from reglo.sealing import token
from reglo.sealing.age import Identity, seal
from reglo.sealing.pli import BLOCK, blob_name, entry_header, pli_size
from reglo.sealing.receipt import NamedDocument, Receipt, SealedBlob, complete

DOCS = Path(__file__).parent.parent.parent / "docs"
DOCUMENT = "Acte d'engagement, signé à Vaulx-en-Velin\n".encode()
IDENTITY = Identity(b"\x05" * 32)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def needs(*commands: str) -> None:
    for command in commands:
        if shutil.which(command) is None:
            pytest.skip(f"{command} est absent ; script/test l'installe en root")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a judge is given: a PDF, a pli, the platform's key, the authority's certificate."""
    sealed = io.BytesIO()
    seal(io.BytesIO(DOCUMENT), sealed, recipients=[IDENTITY.recipient])
    blob = SealedBlob(id=digest("blob")[:32], size=len(sealed.getvalue()), sha256=sha256(sealed.getvalue()))
    sent = b""
    for name, data in (("pli.json", b"{}"), (blob_name(blob.id), sealed.getvalue())):
        sent += entry_header(name, len(data)) + data + bytes(-len(data) % BLOCK)
    sent += bytes(pli_size(len(b"{}"), [blob.size]) - len(sent))
    (tmp_path / "pli.tar").write_bytes(sent)
    platform: Platform = busy_platform(42, now=datetime(2026, 1, 29, 10, 59, 59, 800000, tzinfo=UTC))
    statement = platform.statement(blobs=0, size=len(sent), header_sha256=sha256(b"{}"))
    receipt = platform.receipt(replace(statement, blobs=(blob,)))
    document = NamedDocument(
        name="AE signé.pdf", size=len(DOCUMENT), sha256=sha256(DOCUMENT), blob=blob.id, piece="O1", lot="1"
    )
    receipt = complete(receipt, [document], platform.pli_key)
    (tmp_path / "accuse.pdf").write_bytes(to_pdf(receipt_document(receipt)))
    (tmp_path / "recu.json").write_bytes(receipt.to_bytes())
    (tmp_path / "plateforme.pem").write_bytes(platform.key.public.pem)
    (tmp_path / "autorite.pem").write_bytes(platform.authority.ca.public_bytes(Encoding.PEM))
    (tmp_path / "identite.txt").write_text(IDENTITY.secret + "\n")
    return tmp_path


def played(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f"set -euo pipefail\n{script}"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )


def steps() -> str:
    page = (DOCS / "receipt.md").read_text("utf-8").partition("## La preuve d'un retrait")[0]
    blocks = re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S)
    assert len(blocks) == 7
    return "".join(blocks)


def test_a_judge_verifies_a_receipt_with_public_tools_alone(folder: Path) -> None:
    needs("jq", "openssl", "pdfdetach", "tar", "sha256sum")
    (folder / "recu.json").unlink()
    done = played(steps(), folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Signature Verified Successfully") == 4
    assert "Verification: OK" in done.stdout
    assert "Time stamp: Jan 29 10:59:59.8 2026 GMT" in done.stdout
    assert "pli.json: OK" in done.stdout
    assert done.stdout.rstrip().splitlines()[-2] == f"{sha256(DOCUMENT)}  AE signé.pdf"


@pytest.mark.parametrize(
    "change",
    [
        "sed -i 's/11:00:00.000000Z/11:00:01.000000Z/' recu.json",  # the deadline, an hour of Paris later
        "sed -i 's/Alice SARL/Aline SARL/' recu.json",
        "sed -i 's/AE signé/DC signé/' recu.json",
        "sed -i 's/upload/uplaod/; s/deposit.received/deposit.recieved/' recu.json",
        "printf x >> pli.tar",
        "printf x | dd of=pli.tar bs=1 seek=300 conv=notrunc",  # in the archive, around what it holds
    ],
)
def test_the_same_steps_stop_on_anything_changed(folder: Path, change: str) -> None:
    needs("jq", "openssl", "tar", "sha256sum")
    first = "pdfdetach -save 1 -o recu.json accuse.pdf"
    assert played(steps().replace(first, "true"), folder).returncode == 0
    assert played(steps().replace(first, change), folder).returncode != 0


def test_the_proof_of_seal_md_is_done_again_as_it_is_written(folder: Path) -> None:
    needs("age", "jq", "openssl", "tar", "sha256sum")
    section = (DOCS / "seal.md").read_text("utf-8").partition("## 10. ")[2].partition("\n## ")[0]
    (script,) = re.findall(r"^```\n(.*?)^```", section, re.M | re.S)
    assert "<id>" in script
    done = played(script.replace("<id>", digest("blob")[:32]), folder)
    assert done.returncode == 0, done.stderr
    assert "Verification: OK" in done.stdout
    assert Receipt.from_bytes((folder / "recu.json").read_bytes()).statement.envelope_sha256 in done.stdout
    assert f"{sha256(DOCUMENT)}  document" in done.stdout
    assert (folder / "document").read_bytes() == DOCUMENT


def test_an_expert_rebuilds_the_key_of_a_compartment_with_public_tools_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    needs("age", "age-keygen", "jq", "python3", "shamir")
    section = (DOCS / "keys.md").read_text("utf-8").partition("## Pour un expert")[2]
    (script,) = re.findall(r"^```sh\n(.*?)^```", section, re.M | re.S)
    cast = Cast()
    born = cast.hold(escrow=None)
    for number in (1, 3):
        holder = f"c{number - 1}"
        (tmp_path / f"comite-{number}.paquet.age").write_bytes(born.packages[holder])
        (tmp_path / f"cle-{number}.txt").write_text(cast.keys[holder].secret + "\n")
    done = played(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == born.opening_keys.recipients["bid/1"]
    found = Identity.parse((tmp_path / "identite.txt").read_text())
    assert found.recipient == born.opening_keys.recipients["bid/1"]


def test_a_receipt_outlives_the_certificate_of_its_authority(tmp_path: Path) -> None:
    """A dispute may last longer: what counts is that it was valid when the token was made."""
    needs("jq", "openssl")
    platform = busy_platform(1, now=datetime(2014, 1, 29, 11, tzinfo=UTC))
    receipt = platform.receipt()
    (tmp_path / "recu.json").write_bytes(receipt.to_bytes())
    (tmp_path / "autorite.pem").write_bytes(platform.authority.ca.public_bytes(Encoding.PEM))
    page = (DOCS / "receipt.md").read_text("utf-8")
    (stamp,) = (each for each in re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S) if "jeton" in each)
    done = played(f"jq -cjS .receipt recu.json > enonce.json\n{stamp}", tmp_path)
    assert "Verification: OK" in done.stdout, done.stderr
    assert "Réglo, horodatage local, racine" in done.stdout
    assert receipt.timestamp
    assert token.verify(receipt.timestamp.token, receipt.statement.encoded, [platform.authority.ca])


def test_an_expert_reads_the_journal_with_public_tools_alone(tmp_path: Path) -> None:
    needs("jq", "sha256sum")
    page = (DOCS / "receipt.md").read_text("utf-8")
    (script,) = (
        each for each in re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S) if "journal.jsonl" in each
    )
    platform = busy_platform(5)
    receipt = platform.receipt()
    withdrawn = platform.head.record(
        at=platform.now, act="deposit.withdrawn", who="déposant", on=receipt.statement.id, facts={}
    )
    lines = [*platform.lines, withdrawn.entry.line]
    (tmp_path / "recu.json").write_bytes(receipt.to_bytes())
    export = tmp_path / "journal.jsonl"
    export.write_bytes(b"\n".join(lines) + b"\n")
    done = played(script, tmp_path)
    assert done.returncode == 0, done.stderr
    assert '"act":"deposit.withdrawn"' in done.stdout
    for changed in (
        [*lines[:2], *lines[3:]],
        [*lines[:2], lines[2].replace(b"alice", b"boris"), *lines[3:]],
        lines[:5],
        [*lines[:3], lines[4], lines[3], *lines[5:]],
    ):
        export.write_bytes(b"\n".join(changed) + b"\n")
        assert played(script, tmp_path).returncode != 0
