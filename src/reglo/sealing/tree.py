"""The Merkle tree of RFC 6962 (§2.1): heads, inclusion and consistency proofs, appended one leaf at a time.

A full subtree is addressed by (level, index): it covers the leaves [index·2^level, (index+1)·2^level[.
Whoever keeps the nodes ``grow`` returns can make any proof in O(log n) reads and never hashes a leaf twice.

>>> tree = EMPTY
>>> for leaf in (b"a", b"b", b"c"):
...     path = tree.path_of_next
...     tree, nodes = tree.grow(leaf_hash(leaf))
>>> tree.size, verify_inclusion(leaf_hash(b"c"), 2, 3, path, tree.root)
(3, True)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

# (level, index) of a full subtree -> its 32-byte hash
Nodes = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _joined(heads: Sequence[bytes]) -> bytes:
    """The head of a tree, from those of its full subtrees, the largest first."""
    if not heads:
        return hashlib.sha256().digest()
    *others, head = heads
    for left in reversed(others):
        head = node_hash(left, head)
    return head


@dataclass(frozen=True, slots=True)
class Node:
    """A full subtree that has just been completed."""

    level: int
    index: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree reduced to what is needed to go on: the heads of its full subtrees, the largest first.

    ``hashes`` has one 32-byte hash for each bit set in ``size``.
    """

    size: int
    hashes: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if len(self.hashes) != self.size.bit_count() or any(len(item) != 32 for item in self.hashes):
            raise ValueError("a frontier has one hash of 32 bytes for each bit set in its size")

    @property
    def root(self) -> bytes:
        return _joined(self.hashes)

    @property
    def path_of_next(self) -> tuple[bytes, ...]:
        """The inclusion proof of the next leaf in the tree of size + 1, whatever that leaf is."""
        return self.hashes[::-1]

    def grow(self, leaf: bytes) -> tuple[Frontier, tuple[Node, ...]]:
        """The tree with one more leaf hash, and the full subtrees it completes (the leaf first)."""
        hashes, nodes = list(self.hashes), [Node(0, self.size, leaf)]
        while self.size >> (level := nodes[-1].level) & 1:
            nodes.append(Node(level + 1, nodes[-1].index >> 1, node_hash(hashes.pop(), nodes[-1].hash)))
        return Frontier(self.size + 1, (*hashes, nodes[-1].hash)), tuple(nodes)


EMPTY = Frontier(0, ())


def grown(leaves: Iterable[bytes]) -> tuple[Frontier, dict[tuple[int, int], bytes]]:
    """The tree of these leaf hashes, and all its full subtrees."""
    tree, kept = EMPTY, {}
    for leaf in leaves:
        tree, nodes = tree.grow(leaf)
        kept.update({(node.level, node.index): node.hash for node in nodes})
    return tree, kept


# --- Making proofs ----------------------------------------------------------------------------


def _head(start: int, end: int, nodes: Nodes) -> bytes:
    """The head of the leaves [start, end[, where start is a multiple of the power of two that holds them."""
    hashes = []
    while start < end:
        level = (end - start).bit_length() - 1
        hashes.append(nodes(level, start >> level))
        start += 1 << level
    return _joined(hashes)


def _split(size: int) -> int:
    """The largest power of two smaller than ``size``."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, nodes: Nodes) -> tuple[bytes, ...]:
    """The audit path of leaf ``index`` in the tree of ``size`` leaves. ValueError when out of it."""
    if not 0 <= index < size:
        raise ValueError(f"le journal de {size} entrées n'a pas d'entrée {index}")
    proof: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            proof.append(_head(middle, end, nodes))
            end = middle
        else:
            proof.append(_head(start, middle, nodes))
            start = middle
    return tuple(reversed(proof))


def consistency_proof(old: int, new: int, nodes: Nodes) -> tuple[bytes, ...]:
    """What proves that the tree of ``new`` leaves begins with the tree of ``old`` leaves."""
    if not 0 <= old <= new:
        raise ValueError(f"un journal de {new} entrées n'en prolonge pas un de {old}")
    if old in (0, new):
        return ()
    proof: list[bytes] = []
    start, end, whole = 0, new, True  # whole: the subtree considered is the old tree itself
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            proof.append(_head(middle, end, nodes))
            end = middle
        else:
            proof.append(_head(start, middle, nodes))
            start, whole = middle, False
    if not whole:
        proof.append(_head(start, end, nodes))
    return tuple(reversed(proof))


# --- Verifying proofs (RFC 9162 §2.1.3.2 and §2.1.4.2: the same trees as RFC 6962) ---------------------


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The head that this path leads to; None when its length does not fit."""
    if not 0 <= index < size:
        return None
    place, last, head = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            head = node_hash(sibling, head)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            head = node_hash(head, sibling)
        place, last = place >> 1, last >> 1
    return head if last == 0 else None


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    return root_from_inclusion(leaf, index, size, proof) == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of head ``new_root`` begins with the tree of head ``old_root``."""
    if not 0 <= old <= new:
        return False
    if old == 0:
        return not proof and old_root == EMPTY.root
    if old == new:
        return not proof and old_root == new_root
    path = list(proof)
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root
