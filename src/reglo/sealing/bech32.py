"""Bech32 (BIP 173) as age writes its keys: text with a checksum that catches a wrong letter."""

from __future__ import annotations

from collections.abc import Iterable

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATORS):
            check ^= generator if top >> place & 1 else 0
    return check


def _expand(prefix: str) -> list[int]:
    return [ord(letter) >> 5 for letter in prefix] + [0] + [ord(letter) & 31 for letter in prefix]


def _regroup(data: Iterable[int], bits: int, into: int, pad: bool) -> list[int]:
    held, count, groups = 0, 0, []
    for value in data:
        held, count = held << bits | value, count + bits
        while count >= into:
            count -= into
            groups.append(held >> count & (1 << into) - 1)
        held &= (1 << count) - 1
    if pad and count:
        groups.append(held << into - count)
    elif not pad and (count >= bits or held):
        raise ValueError("bourrage bech32 incorrect")
    return groups


def bech32_encode(prefix: str, data: bytes) -> str:
    """
    >>> bech32_encode("age", bytes(32))[:12]
    'age1qqqqqqqq'
    """
    values = _regroup(data, 8, 5, pad=True)
    check = _polymod([*_expand(prefix), *values, 0, 0, 0, 0, 0, 0]) ^ 1
    values += [check >> 5 * (5 - place) & 31 for place in range(6)]
    return prefix + "1" + "".join(_ALPHABET[value] for value in values)


def bech32_decode(text: str) -> tuple[str, bytes]:
    """The prefix in lower case and the bytes; ValueError on a wrong letter, mixed case or bad checksum."""
    if text not in (text.lower(), text.upper()):
        raise ValueError("majuscules et minuscules mêlées")
    prefix, separator, rest = text.lower().rpartition("1")
    if not separator or not prefix or len(rest) < 6 or any(letter not in _ALPHABET for letter in rest):
        raise ValueError("texte bech32 mal formé")
    if any(not 33 <= ord(letter) <= 126 for letter in prefix):
        raise ValueError("préfixe bech32 mal formé")
    values = [_ALPHABET.index(letter) for letter in rest]
    if _polymod([*_expand(prefix), *values]) != 1:
        raise ValueError("somme de contrôle fausse")
    return prefix, bytes(_regroup(values[:-6], 5, 8, pad=False))
