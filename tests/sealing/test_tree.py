"""The Merkle tree: the public vectors of RFC 6962, its definition recomputed, every proof that must fail."""

from __future__ import annotations

import hashlib
import json
import random
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reglo.sealing.tree import (
    EMPTY,
    Frontier,
    consistency_proof,
    grown,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

VECTORS = json.loads((Path(__file__).parent.parent / "vectors/journal/rfc6962.json").read_text())
LARGEST = 300
LEAVES = [leaf_hash(str(number).encode()) for number in range(LARGEST)]
_, NODES = grown(LEAVES)


def node(level: int, index: int) -> bytes:
    return NODES[level, index]


@cache
def defined(start: int, end: int) -> bytes:
    """The head of leaves [start, end[ as RFC 6962 §2.1 defines it, by recursion."""
    if end == start:
        return hashlib.sha256().digest()
    if end - start == 1:
        return LEAVES[start]
    half = 1
    while half * 2 < end - start:
        half *= 2
    return hashlib.sha256(b"\x01" + defined(start, start + half) + defined(start + half, end)).digest()


def vector_tree(size: int) -> tuple[Frontier, dict[tuple[int, int], bytes]]:
    return grown(leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["leaves"][:size])


def test_the_heads_of_the_public_vectors() -> None:
    assert [vector_tree(size)[0].root.hex() for size in range(9)] == VECTORS["roots"]


@pytest.mark.parametrize("case", VECTORS["inclusion"], ids=str)
def test_the_inclusion_proofs_of_the_public_vectors(case: dict) -> None:
    tree, nodes = vector_tree(case["size"])
    proof = inclusion_proof(case["index"], case["size"], lambda *place: nodes[place])
    assert [item.hex() for item in proof] == case["proof"]
    leaf = leaf_hash(bytes.fromhex(VECTORS["leaves"][case["index"]]))
    assert verify_inclusion(leaf, case["index"], case["size"], proof, tree.root)


@pytest.mark.parametrize("case", VECTORS["consistency"], ids=str)
def test_the_consistency_proofs_of_the_public_vectors(case: dict) -> None:
    tree, nodes = vector_tree(case["new"])
    proof = consistency_proof(case["old"], case["new"], lambda *place: nodes[place])
    assert [item.hex() for item in proof] == case["proof"]
    old = vector_tree(case["old"])[0].root
    assert verify_consistency(case["old"], case["new"], old, tree.root, proof)


def test_growing_leaf_by_leaf_gives_the_head_of_the_definition_at_every_size() -> None:
    tree = EMPTY
    for size, leaf in enumerate(LEAVES):
        assert tree.root == defined(0, size)
        assert verify_inclusion(leaf, size, size + 1, tree.path_of_next, defined(0, size + 1))
        tree, _ = tree.grow(leaf)


def test_every_leaf_of_every_size_is_proved_and_no_other_in_its_place() -> None:
    for size in range(1, LARGEST + 1):
        root = defined(0, size)
        for index in {0, size - 1, size // 2, *random.Random(size).sample(range(size), min(size, 6))}:
            proof = inclusion_proof(index, size, node)
            assert verify_inclusion(LEAVES[index], index, size, proof, root)
            assert len(proof) <= max(1, (size - 1).bit_length())
            other = (index + 1) % size
            if other != index:
                assert not verify_inclusion(LEAVES[other], index, size, proof, root)
                assert not verify_inclusion(LEAVES[index], other, size, proof, root)
            assert not verify_inclusion(LEAVES[index], index, size, (*proof, root), root)


def test_every_size_is_proved_consistent_with_sizes_before_it() -> None:
    for new in range(LARGEST + 1):
        for old in {0, 1, new // 2, new, *random.Random(new).sample(range(new + 1), min(new + 1, 6))}:
            if old > new:
                continue
            proof = consistency_proof(old, new, node)
            before, after = defined(0, old), defined(0, new)
            assert verify_consistency(old, new, before, after, proof)
            if 0 < old < new:
                assert not verify_consistency(old, new, after, before, proof)
                assert not verify_consistency(old, new, before, after, proof[:-1])
                assert not verify_consistency(old, new, bytes(32), after, proof)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_proof_changed_in_any_bit_fails(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, LARGEST))
    index = data.draw(st.integers(0, size - 1))
    proof = list(inclusion_proof(index, size, node))
    rank, bit = data.draw(st.integers(0, len(proof) - 1)), data.draw(st.integers(0, 255))
    proof[rank] = (int.from_bytes(proof[rank], "big") ^ 1 << bit).to_bytes(32, "big")
    assert not verify_inclusion(LEAVES[index], index, size, proof, defined(0, size))


def test_a_true_proof_is_refused_for_another_size() -> None:
    two, four = defined(0, 2), defined(0, 4)
    proof = inclusion_proof(0, 2, node)
    assert verify_inclusion(LEAVES[0], 0, 2, proof, two)
    for size in (1, 3, 4, 300):
        assert not verify_inclusion(LEAVES[0], 0, size, proof, two)
    proof = consistency_proof(2, 4, node)
    assert verify_consistency(2, 4, two, four, proof)
    for size in (5, 8, 300):
        assert not verify_consistency(2, size, two, four, proof)
    assert not verify_consistency(2, 3, two, four, (*proof, two))


def test_no_proof_of_what_is_not_there() -> None:
    with pytest.raises(ValueError, match="n'a pas d'entrée 3"):
        inclusion_proof(3, 3, node)
    with pytest.raises(ValueError, match="n'en prolonge pas"):
        consistency_proof(4, 3, node)
    assert not verify_inclusion(LEAVES[0], 3, 3, (), LEAVES[0])
    assert not verify_consistency(4, 3, LEAVES[0], LEAVES[0], ())
    with pytest.raises(ValueError, match="one hash"):
        Frontier(3, (LEAVES[0],))
