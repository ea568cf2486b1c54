"""What a person keeps to open a package: a key sealed with a passphrase, or 24 French words on paper.

The locked key is what ``age -p`` makes of an identity file, and the words are BIP-39 in French
(docs/decisions/0111): both open without Réglo.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import cache
from hashlib import sha256
from io import BytesIO

from mnemonic import Mnemonic

from reglo.procurement.findings import Refused
from reglo.procurement.folding import as_typed, without_accents
from reglo.sealing.age import Identity, WrongKey, open_with_passphrase, seal_with_passphrase
from reglo.sealing.custody.findings import WeakPassphrase, WrongPassphrase, WrongWords
from reglo.sealing.custody.packages import wipe

WORDS = 24
LEAST_PASSPHRASE = 12
_AGE_HEAD = b"age-encryption.org/"


# --- Passphrase -------------------------------------------------------------------------------


def lock(identity: Identity, passphrase: str, *, work: int = 18) -> bytes:
    """The identity sealed with a passphrase, as ``age -p`` does. Raises Refused (GARDE-42) on a short one."""
    if len(passphrase.strip()) < LEAST_PASSPHRASE:
        raise Refused(WeakPassphrase(facts={"length": len(passphrase.strip()), "least": LEAST_PASSPHRASE}))
    plain, sealed = BytesIO(f"{identity.secret}\n".encode()), BytesIO()
    seal_with_passphrase(plain, sealed, passphrase=_typed(passphrase), work=work)
    wipe(plain)
    return sealed.getvalue()


def unlock(data: bytes, passphrase: str, name: str = "ce porteur") -> Identity:
    """The identity ``lock`` sealed. Raises Refused: GARDE-41 wrong passphrase, SCEAU-01 or 03 spoilt file."""
    opened = BytesIO()
    try:
        open_with_passphrase(BytesIO(data), opened, passphrase=_typed(passphrase))
    except Refused as refused:
        if any(finding.code == WrongKey.code for finding in refused.findings):
            raise Refused(WrongPassphrase(facts={"name": name})) from None
        raise
    identity = Identity.parse(opened.getvalue().decode("ascii", "replace"))
    wipe(opened)
    return identity


def is_locked(data: bytes) -> bool:
    return data.startswith(_AGE_HEAD)


def _typed(passphrase: str) -> str:
    """The same passphrase whatever the keyboard: composed accents, no blank at either end."""
    return unicodedata.normalize("NFC", passphrase.strip())


# --- Words ------------------------------------------------------------------------------------


def to_words(identity: Identity) -> tuple[str, ...]:
    """The identity as 24 French words, 8 bits of checksum among them.

    >>> to_words(Identity(bytes(32)))[-1]
    'anaphore'
    """
    return tuple(unicodedata.normalize("NFC", _french().to_mnemonic(identity.seed)).split())


def from_words(text: str, recipient: str = "") -> Identity:
    """The identity of 24 words typed back: accents and capitals do not matter, four letters are enough.

    ``recipient``: the public key the words must give, when known; it makes the check certain and tells
    which word is wrong. Raises Refused (GARDE-40); the message quotes no word, only its place.
    """
    typed = as_typed(text).split()
    if len(typed) != WORDS:
        raise _wrong(f"{len(typed)} au lieu de {WORDS}", "Recopiez-les tous, dans l'ordre.")
    places = [_place(word) for word in typed]
    unknown = [str(number) for number, place in enumerate(places, 1) if place is None]
    if unknown:
        raise _wrong(f"hors de la liste : n° {', '.join(unknown)}", "Relisez à cette place de la feuille.")
    known = [place for place in places if place is not None]
    identity = _identity(known)
    if identity is not None and recipient in ("", identity.recipient):
        return identity
    if recipient:
        suspects = tuple(_suspects(known, recipient))
        if suspects:
            named = " et ".join(f"n° {number}" for number in suspects)
            raise _wrong(f"pas ceux de la feuille : {named}", "Relisez à cette place de la feuille.")
    if identity is not None:
        raise _wrong("ceux d'une autre feuille", "Prenez celle de cette consultation.")
    raise _wrong("somme de contrôle fausse", "Au moins un mot diffère : relisez-les un à un.")


def _wrong(why: str, advice: str) -> Refused:
    return Refused(WrongWords(facts={"why": why, "advice": advice}))


@cache
def _french() -> Mnemonic:
    return Mnemonic("french")


@cache
def _listed() -> dict[str, int]:
    """Every word, and its first four letters, which no other word shares."""
    words = {without_accents(word): place for place, word in enumerate(_french().wordlist)}
    return {**{word[:4]: place for word, place in words.items()}, **words}


def _place(word: str) -> int | None:
    if word in _listed():
        return _listed()[word]
    place = _listed().get(word[:4]) if len(word) > 4 else None
    if place is None or not without_accents(_french().wordlist[place]).startswith(word):
        return None
    return place


def _identity(places: Sequence[int]) -> Identity | None:
    """The identity of the places in the list; None when the checksum is wrong."""
    number = 0
    for place in places:
        number = number << 11 | place
    seed = (number >> 8).to_bytes(32, "big")
    return Identity(seed) if sha256(seed).digest()[0] == number & 0xFF else None


def _suspects(places: Sequence[int], recipient: str) -> Iterator[int]:
    """The one word to change, or the two to swap (1-based), for the words to give ``recipient``."""
    for at in range(WORDS):
        for place in range(2048):
            found = _identity([*places[:at], place, *places[at + 1 :]])
            if found is not None and found.recipient == recipient:
                yield at + 1
                return
    for first in range(WORDS):
        for second in range(first + 1, WORDS):
            swapped = list(places)
            swapped[first], swapped[second] = places[second], places[first]
            found = _identity(swapped)
            if found is not None and found.recipient == recipient:
                yield from (first + 1, second + 1)
                return
