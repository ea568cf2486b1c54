"""Signed notes and checkpoints: the public example, other signers, every malformed note."""

from __future__ import annotations

import json
from base64 import b64decode
from pathlib import Path

import pytest

from reglo.sealing.notes import Checkpoint, key_hash, open_note, sign_note
from reglo.sealing.signing import PublicKey, SigningKey

VECTOR = json.loads((Path(__file__).parent.parent / "vectors/journal/signed-note.json").read_text())
KEY, OTHER = SigningKey(b"\x01" * 32), SigningKey(b"\x09" * 32)
ORIGIN = "plis.exemple.fr/journal"
ROOT = bytes(range(32))


def test_the_public_example_is_read_and_written_to_the_letter() -> None:
    name, number, encoded = VECTOR["verifier"].split("+", 2)
    key = PublicKey(b64decode(encoded)[1:])
    assert key_hash(name, key).hex() == number
    assert open_note(VECTOR["note"], name, key) == VECTOR["text"]
    seed = SigningKey(b64decode(VECTOR["signer"].split("+", 4)[4])[1:])
    assert sign_note(VECTOR["text"], name, seed) == VECTOR["note"]


def test_a_checkpoint_is_three_lines_and_a_signature() -> None:
    note = Checkpoint(ORIGIN, 42, ROOT).sign(KEY)
    assert note.split("\n")[:5] == [
        ORIGIN,
        "42",
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        "",
        note.split("\n")[4],
    ]
    assert note.split("\n")[4].startswith(f"— {ORIGIN} ")
    assert Checkpoint.open(note, KEY.public, ORIGIN) == Checkpoint(ORIGIN, 42, ROOT)


def test_a_witness_may_add_its_signature() -> None:
    note = Checkpoint(ORIGIN, 42, ROOT).sign(KEY)
    witness = sign_note(Checkpoint(ORIGIN, 42, ROOT).text, "temoin.exemple.fr", OTHER)
    both = note + witness.rpartition("\n\n")[2]
    assert Checkpoint.open(both, KEY.public, ORIGIN).size == 42
    assert open_note(both, "temoin.exemple.fr", OTHER.public) == Checkpoint(ORIGIN, 42, ROOT).text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda note: note.replace("42", "43"), "la signature de la note est fausse"),
        (lambda note: note.replace("42", "042"), "mal formée"),
        (lambda note: note.replace("42", "٤٢"), "mal formée"),
        (lambda note: note.replace("\n\n", "\n"), "pas un point de contrôle"),
        (lambda note: note.rstrip("\n"), "pas une note signée"),
        (lambda note: note.replace("— ", "- "), "mal formée"),
        (lambda note: note.replace("AAECAwQ", "AAECAw!"), "base64 illisible"),
        (lambda note: note.replace("Hh8=", "Hh9="), "base64 non canonique"),
        (lambda note: note.replace("\n42\n", "\n42\nsuite\r\n"), "pas un point de contrôle"),
        (lambda note: note.replace(f"— {ORIGIN} ", "— ailleurs "), "aucune signature"),
        (lambda note: note.replace(f"{ORIGIN}\n", "autre\n", 1), "aucune signature|fausse"),
        (lambda note: "", "pas un point de contrôle"),
    ],
)
def test_a_changed_checkpoint_is_refused(change: object, said: str) -> None:
    note = change(Checkpoint(ORIGIN, 42, ROOT).sign(KEY))  # type: ignore[operator]
    with pytest.raises(ValueError, match=said):
        Checkpoint.open(note, KEY.public, ORIGIN)


def test_another_key_or_another_journal_is_refused() -> None:
    note = Checkpoint(ORIGIN, 42, ROOT).sign(KEY)
    with pytest.raises(ValueError, match="aucune signature"):
        Checkpoint.open(note, OTHER.public, ORIGIN)
    elsewhere = sign_note(Checkpoint("autre", 42, ROOT).text, ORIGIN, KEY)
    with pytest.raises(ValueError, match="est du journal « autre »"):
        Checkpoint.open(elsewhere, KEY.public, ORIGIN)


def test_a_name_that_would_frame_another_note_is_never_signed() -> None:
    with pytest.raises(ValueError, match="ne peut pas nommer"):
        Checkpoint("mal\n999", 42, ROOT).sign(KEY)
    with pytest.raises(ValueError, match="saut de ligne"):
        sign_note("sans fin de ligne", "nom", KEY)
