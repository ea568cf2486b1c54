"""A receipt verified, a journal verified, from the terminal: output, exit status, bad files."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import Result
from cryptography.hazmat.primitives.serialization import Encoding
from tests.sealing.platform import Platform, busy_platform
from typer.testing import CliRunner

from reglo.cli import app
from reglo.exports.documents import to_pdf
from reglo.exports.receipt_document import receipt_document
from reglo.sealing.age import Identity
from reglo.sealing.receipt import Receipt
from reglo.sealing.tree import leaf_hash, verify_inclusion


@pytest.fixture
def platform() -> Platform:
    return busy_platform(9)


@pytest.fixture
def folder(tmp_path: Path, platform: Platform) -> Path:
    receipt = platform.completed()
    (tmp_path / "recu.json").write_bytes(receipt.to_bytes())
    (tmp_path / "accuse.pdf").write_bytes(to_pdf(receipt_document(receipt)))
    (tmp_path / "plateforme.pem").write_bytes(platform.key.public.pem)
    (tmp_path / "autorite.pem").write_bytes(platform.authority.ca.public_bytes(Encoding.PEM))
    platform.record()
    (tmp_path / "journal.jsonl").write_bytes(b"".join(line + b"\n" for line in platform.lines))
    (tmp_path / "journal.checkpoint").write_text(platform.checkpoint(), encoding="utf-8")
    return tmp_path


def reglo(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def verify(folder: Path, receipt: str, *more: object) -> Result:
    trust = ("--key", folder / "plateforme.pem", "--tsa-ca", folder / "autorite.pem")
    return reglo("verify", folder / receipt, *more, *trust)


@pytest.mark.parametrize(("receipt", "points"), [("recu.json", 7), ("accuse.pdf", 8)])
def test_a_receipt_is_proved_from_its_json_or_its_pdf(folder: Path, receipt: str, points: int) -> None:
    result = verify(folder, receipt)
    assert result.exit_code == 0
    assert result.output.count("PROUVÉ      ") == points
    assert "NON PROUVÉ" not in result.output
    assert result.output.endswith("Bilan : tout ce que cette pièce peut prouver est prouvé.\n")


def test_a_file_that_is_not_of_the_pli_is_refuted(folder: Path) -> None:
    result = verify(folder, "recu.json", folder / "plateforme.pem")
    assert result.exit_code == 1
    assert "RÉFUTÉ      RECU-15" in result.output
    assert "Bilan : 1 point réfuté. Ne vous y fiez pas en l'état." in result.output


def test_without_key_nothing_is_proved_and_the_status_says_so(folder: Path) -> None:
    result = reglo("verify", folder / "recu.json")
    assert result.exit_code == 1
    assert "\nPROUVÉ" not in result.output
    assert "Bilan : rien n'est réfuté, 7 points restent à prouver." in result.output


def test_pages_that_do_not_read_the_receipt_are_told(folder: Path) -> None:
    pdf = (folder / "accuse.pdf").read_bytes()
    (folder / "accuse.pdf").write_bytes(pdf + b"\n")
    result = verify(folder, "accuse.pdf")
    assert result.exit_code == 1
    assert "NON PROUVÉ  RECU-31" in result.output


def test_the_verdict_as_json(folder: Path) -> None:
    result = verify(folder, "recu.json", "--json")
    said = json.loads(result.output)
    assert (said["all_proved"], said["refuted"]) == (True, False)
    assert [point["subject"] for point in said["points"]] == [
        "mentions", "documents", "signature", "copy", "inclusion", "instants", "timestamp",
    ]  # fmt: skip
    assert len(said["limits"]) == 6


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nulle-part",), "n'existe pas"),
        ((".",), "est un dossier"),
        (("plateforme.pem",), "RECU-02"),
        (("journal.jsonl",), "RECU-02"),
        (("sans-piece.pdf",), "RECU-30"),
        (("casse.pdf",), "RECU-30"),
        (("vide.json",), "RECU-02 · Ce n'est pas un reçu lisible : le fichier est vide."),
        (("jour.json",), "n'est ni un jour ni une heure qui existe."),
        (("recu.json", "--key", "autorite.pem"), "RECU-01"),
        (("recu.json", "--tsa-ca", "plateforme.pem"), "RECU-04"),
        (("recu.json", "nulle-part"), "n'existe pas"),
    ],
)
def test_unusable_files_are_named_with_status_2(
    folder: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], said: str
) -> None:
    document = receipt_document(Receipt.from_bytes((folder / "recu.json").read_bytes()))
    (folder / "sans-piece.pdf").write_bytes(to_pdf(replace(document, attachments=())))
    (folder / "casse.pdf").write_bytes((folder / "accuse.pdf").read_bytes()[:3000])
    (folder / "vide.json").touch()
    held = (folder / "recu.json").read_bytes()
    (folder / "jour.json").write_bytes(re.sub(rb'("deadline":"\d{4})-\d\d', rb"\1-13", held))
    monkeypatch.chdir(folder)
    result = reglo("verify", *words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stderr.count("\n") == 1  # the cause and the mend, nothing a library says in English


# --- reglo journal ----------------------------------------------------------------------------


def journal(folder: Path, *more: object) -> Result:
    return reglo("journal", "verify", folder / "journal.jsonl", "--key", folder / "plateforme.pem", *more)


def test_a_journal_is_proved_with_its_checkpoint_and_those_of_receipts(folder: Path) -> None:
    assert journal(folder).exit_code == 0
    result = journal(
        folder,
        "--checkpoint", folder / "journal.checkpoint",
        "--checkpoint", folder / "accuse.pdf",
        "--checkpoint", folder / "recu.json",
    )  # fmt: skip
    assert result.exit_code == 0
    assert result.output.count("couvre exactement") == 3
    with_receipt = journal(folder, "--checkpoint", folder / "recu.json")  # and its own, beside it
    assert (with_receipt.exit_code, with_receipt.output.count("couvre exactement")) == (0, 2)
    (folder / "journal.checkpoint").unlink()
    alone = journal(folder, "--checkpoint", folder / "recu.json")
    assert (alone.exit_code, "ne couvre les entrées 10 à 10" in alone.output) == (1, True)


def test_an_altered_line_is_named(folder: Path) -> None:
    path = folder / "journal.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:4], lines[4].replace(b"alice", b"boris"), *lines[5:]]))
    result = journal(folder)
    assert result.exit_code == 1
    assert "RÉFUTÉ      ligne 5 · JOURNAL-01 · L'entrée 4 n'est plus celle" in result.output


def test_a_journal_is_not_read_whole_when_its_lines_have_no_end(folder: Path) -> None:
    (folder / "journal.jsonl").write_bytes(b"{" * 3_000_000)
    result = journal(folder)
    assert result.exit_code == 1
    assert "JOURNAL-01" in result.output


def test_the_proof_of_one_entry_is_drawn(folder: Path, platform: Platform) -> None:
    result = reglo("journal", "proof", folder / "journal.jsonl", 9)
    said = json.loads(result.output)
    proof = [b64decode(item) for item in said["proof"]]
    leaf, root = leaf_hash(said["entry"].encode()), platform.head.tree.root
    assert (said["index"], said["size"], b64decode(said["root"])) == (9, 11, root)
    assert verify_inclusion(leaf, 9, 11, proof, root)
    for words in ((11,), ("9", "--size", "12"), ("9", "--size", "5")):
        refused = reglo("journal", "proof", folder / "journal.jsonl", *words)
        assert (refused.exit_code, "entrées" in refused.stderr) == (2, True)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "est vide"),
        (b"reglo: 1\n", "n'est pas une entrée de journal"),
        (b"\xff\n", "n'est pas une entrée"),
    ],
)
def test_nothing_is_proved_of_what_is_no_journal(tmp_path: Path, data: bytes, said: str) -> None:
    (tmp_path / "autre.jsonl").write_bytes(data)
    refused = reglo("journal", "proof", tmp_path / "autre.jsonl", 0)
    assert (refused.exit_code, refused.stdout, said in refused.stderr) == (2, "", True)


def test_no_proof_is_drawn_of_an_export_that_lost_its_beginning(folder: Path) -> None:
    lines = (folder / "journal.jsonl").read_bytes().splitlines(keepends=True)
    (folder / "journal.jsonl").write_bytes(b"".join(lines[1:]))
    refused = reglo("journal", "proof", folder / "journal.jsonl", 3)
    assert (refused.exit_code, "est l'entrée 4, non l'entrée 3" in refused.stderr) == (2, True)


def test_unusable_journal_files(folder: Path) -> None:
    assert journal(folder, "--checkpoint", folder / "nulle-part").exit_code == 2
    (folder / "cle.txt").write_text(Identity(b"\x01" * 32).secret)
    result = reglo("journal", "verify", folder / "journal.jsonl", "--key", folder / "cle.txt")
    assert (result.exit_code, "RECU-01" in result.stderr) == (2, True)
    (folder / "journal.checkpoint").write_bytes(b"\xff\x00")
    result = journal(folder)
    assert (result.exit_code, "JOURNAL-03" in result.output) == (1, True)
