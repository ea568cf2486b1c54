"""What a holder keeps: a key under a passphrase, or 24 French words."""

from __future__ import annotations

import subprocess
import unicodedata
from itertools import pairwise

import pyrage
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mnemonic import Mnemonic

from reglo.procurement.findings import Refused
from reglo.sealing.age import Identity
from reglo.sealing.custody import from_words, is_locked, lock, to_words, unlock

SECRET = Identity(bytes(range(1, 33)))
WORDS = to_words(SECRET)
FRENCH = [unicodedata.normalize("NFC", word) for word in Mnemonic("french").wordlist]


def refusal(text: str, recipient: str = "") -> str:
    with pytest.raises(Refused) as refused:
        from_words(text, recipient)
    assert [finding.code for finding in refused.value.findings] == ["GARDE-40"]
    return refused.value.findings[0].cause_text


# --- Words ------------------------------------------------------------------------------------


@given(st.binary(min_size=32, max_size=32))
@settings(max_examples=50, deadline=None)
def test_words_give_the_key_back(seed: bytes) -> None:
    assert from_words(" ".join(to_words(Identity(seed)))) == Identity(seed)


@pytest.mark.parametrize(
    "typed",
    [
        "\n".join(WORDS),
        "  ".join(word.upper() for word in WORDS),
        unicodedata.normalize("NFD", " ".join(WORDS)),
        " ".join(word[:4] for word in WORDS),
        "".join(
            letter
            for letter in unicodedata.normalize("NFD", " ".join(WORDS))
            if not unicodedata.combining(letter)
        ),
    ],
    ids=["one a line", "capitals", "decomposed accents", "four letters", "no accents"],
)
def test_words_are_read_as_people_type_them(typed: str) -> None:
    assert from_words(typed, SECRET.recipient) == SECRET


def test_no_two_words_share_their_first_four_letters() -> None:
    bare = sorted({word[:4] for word in FRENCH})
    assert len(bare) == len(FRENCH) == 2048
    assert all(first != second for first, second in pairwise(bare))


@pytest.mark.parametrize("place", range(24))
def test_one_wrong_word_is_refused_and_its_place_told(place: int) -> None:
    words = list(WORDS)
    words[place] = "abeille" if words[place] != "abeille" else "zoologie"
    told = refusal(" ".join(words), SECRET.recipient)
    assert (
        told == f"Les mots ne redonnent pas la clé de la feuille (pas ceux de la feuille : n° {place + 1})."
    )


def test_two_words_swapped_are_told() -> None:
    words = list(WORDS)
    words[4], words[19] = words[19], words[4]
    assert "n° 5 et n° 20" in refusal(" ".join(words), SECRET.recipient)


def test_a_word_that_does_not_exist_is_told_without_being_quoted() -> None:
    words = list(WORDS)
    words[2], words[8] = "xylophage", words[8] + "x"
    told = refusal(" ".join(words))
    assert "hors de la liste : n° 3, 9" in told
    assert "xylophage" not in told


def test_missing_words_are_counted() -> None:
    assert "23 au lieu de 24" in refusal(" ".join(WORDS[1:]))


def test_the_words_of_another_sheet_are_told() -> None:
    other = " ".join(to_words(Identity(bytes(32))))
    assert "d'une autre feuille" in refusal(other, SECRET.recipient)


def test_without_the_public_key_the_checksum_alone_speaks() -> None:
    assert "somme de contrôle" in refusal(" ".join([*WORDS[:-1], "abeille"]))


# --- Passphrases ------------------------------------------------------------------------------


def test_a_passphrase_locks_and_unlocks_whatever_the_keyboard() -> None:
    locked = lock(SECRET, "été à la mer 1987", work=10)
    assert is_locked(locked)
    assert unlock(locked, unicodedata.normalize("NFD", "été à la mer 1987 ")) == SECRET
    assert SECRET.secret.encode() not in locked


@pytest.mark.parametrize("typed", ["été à la mer 1986", "Été à la mer 1987", "ete a la mer 1987", ""])
def test_a_wrong_passphrase_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        unlock(lock(SECRET, "été à la mer 1987", work=10), typed, "Chloé")
    assert [finding.code for finding in refused.value.findings] == ["GARDE-41"]
    assert "Chloé" in str(refused.value)


def test_a_spoilt_key_file_is_not_a_wrong_passphrase() -> None:
    locked = bytearray(lock(SECRET, "été à la mer 1987", work=10))
    locked[-1] ^= 1
    with pytest.raises(Refused) as refused:
        unlock(bytes(locked), "été à la mer 1987")
    assert [finding.code for finding in refused.value.findings] == ["SCEAU-03"]


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        lock(SECRET, "onze lettre ")
    assert [finding.code for finding in refused.value.findings] == ["GARDE-42"]


def test_a_locked_key_opens_with_another_implementation_of_age() -> None:
    locked = lock(SECRET, "été à la mer 1987", work=10)
    assert pyrage.passphrase.decrypt(locked, "été à la mer 1987") == f"{SECRET.secret}\n".encode()


def test_the_public_key_is_the_one_age_finds() -> None:
    """``age-keygen -y`` reads the identity of a sheet: no form of ours."""
    command = "age-keygen"
    try:
        done = subprocess.run(
            [command, "-y"], input=SECRET.secret + "\n", capture_output=True, text=True, check=True
        )
    except FileNotFoundError:
        pytest.skip("age-keygen est absent ; script/test l'installe en root")
    assert done.stdout.strip() == SECRET.recipient
