"""Splitting a seed k of n: SLIP-39, by ``shamir-mnemonic`` (docs/decisions/0110).

A share is its list of words. It names the split it belongs to and carries a checksum, so that a
share of another split or with a wrong word never joins.

>>> shares = split(bytes(32), 2, 3)
>>> join(shares[1:]) == join([shares[2], shares[0]]) == bytes(32)
True
"""

from __future__ import annotations

from collections.abc import Sequence

from shamir_mnemonic import MnemonicError, combine_mnemonics, generate_mnemonics

MOST_HOLDERS = 16  # of SLIP-39


def quorum_fault(threshold: int, count: int) -> str:
    """Why ``threshold`` of ``count`` cannot be, in French; empty when it can."""
    if not 1 <= threshold <= count:
        return "le seuil va de 1 au nombre de porteurs"
    if count > MOST_HOLDERS:
        return f"il y a {MOST_HOLDERS} porteurs au plus"
    if threshold == 1 and count > 1:
        return "n'importe quel porteur ouvrirait seul"
    return ""


def split(seed: bytes, threshold: int, count: int) -> list[str]:
    """``count`` shares of 32 bytes, any ``threshold`` of which give them back. ValueError if impossible."""
    if fault := quorum_fault(threshold, count):
        raise ValueError(fault)
    # the seed is random: stretching its (empty) passphrase would only cost time
    shares: list[str] = generate_mnemonics(1, [(threshold, count)], seed, iteration_exponent=0)[0]
    return shares


def join(shares: Sequence[str]) -> bytes:
    """The seed of exactly ``threshold`` shares. ValueError, without any word in it, when they do not join."""
    try:
        seed: bytes = combine_mnemonics(shares)
    except (MnemonicError, ValueError, IndexError):
        # not chained: the library's message quotes the beginning of the share
        raise ValueError("ces parts ne vont pas ensemble") from None
    return seed
