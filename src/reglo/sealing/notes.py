"""Signed notes and checkpoints of a journal: the C2SP formats ``signed-note`` and ``tlog-checkpoint``.

Any tool of the transparency-log world reads them; a witness may add its own signature line.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass

from reglo.sealing.signing import PublicKey, SigningKey, base64_exact

_ED25519 = b"\x01"


def key_hash(name: str, key: PublicKey) -> bytes:
    """The 4 bytes by which a signature line names its key."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + key.raw).digest()[:4]


def sign_note(text: str, name: str, key: SigningKey) -> str:
    """The signed note of ``text``, which must end with a new line."""
    _check_name(name)
    if not text.endswith("\n") or any(ord(c) < 0x20 and c != "\n" for c in text):
        raise ValueError(
            "le texte d'une note finit par un saut de ligne et n'a pas d'autre caractère de contrôle"
        )
    line = b64encode(key_hash(name, key.public) + key.sign(text.encode())).decode()
    return f"{text}\n— {name} {line}\n"


def open_note(note: str, name: str, key: PublicKey) -> str:
    """The text of a note signed by this key under this name. ValueError when no such signature holds.

    Lines of other signers are left aside, as the format asks; a false line of this one is refused.
    """
    text, separator, signatures = note.rpartition("\n\n")
    text += "\n"
    if not separator or not signatures.endswith("\n") or any(ord(c) < 0x20 and c != "\n" for c in note):
        raise ValueError("ce n'est pas une note signée")
    found = False
    for line in signatures[:-1].split("\n"):
        dash, _, rest = line.partition(" ")
        signer, _, encoded = rest.partition(" ")
        if dash != "—" or not signer or "+" in signer:
            raise ValueError("ligne de signature mal formée")
        data = base64_exact(encoded)
        if len(data) < 5:
            raise ValueError("ligne de signature trop courte")
        if signer != name or data[:4] != key_hash(name, key):
            continue
        if not key.verify(text.encode(), data[4:]):
            raise ValueError("la signature de la note est fausse")
        found = True
    if not found:
        raise ValueError(f"aucune signature de « {name} » par la clé donnée")
    return text


def _check_name(name: str) -> None:
    if not name or "+" in name or any(character.isspace() or ord(character) < 0x20 for character in name):
        raise ValueError(f"« {name} » ne peut pas nommer un journal : ni espace ni « + »")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a journal at one size. ``origin`` names the journal: a host and path without scheme."""

    origin: str
    size: int
    root: bytes  # 32 bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    def sign(self, key: SigningKey) -> str:
        """The signed note, whose key is named by the origin."""
        return sign_note(self.text, self.origin, key)

    @classmethod
    def open(cls, note: str, key: PublicKey, origin: str | None = None) -> Checkpoint:
        """The checkpoint of a note this key signed. ValueError, in French, when it is not one.

        ``origin``: the journal expected; by default the one the note names, whose key this must be.
        """
        checkpoint = cls.read(note)
        open_note(note, origin if origin is not None else checkpoint.origin, key)
        if origin is not None and checkpoint.origin != origin:
            raise ValueError(
                f"le point de contrôle est du journal « {checkpoint.origin} », non de « {origin} »"
            )
        return checkpoint

    @classmethod
    def read(cls, note: str) -> Checkpoint:
        """What a note says, its signature not looked at. ValueError when it is not a checkpoint."""
        lines = note.split("\n")
        if len(lines) < 5 or not lines[0] or lines[3]:
            raise ValueError("ce n'est pas un point de contrôle")
        size, root = lines[1], base64_exact(lines[2])
        if not (size.isascii() and size.isdigit()) or str(int(size)) != size or len(root) != 32:
            raise ValueError("la taille ou l'empreinte du point de contrôle est mal formée")
        _check_name(lines[0])
        return cls(lines[0], int(size), root)
