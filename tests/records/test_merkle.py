"""The Merkle tree against published vectors and by its own laws."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gangmu.problems import InputRefused
from gangmu.records.merkle import (
    Frontier,
    Hasher,
    consistency_proof,
    inclusion_proof,
    proves_consistency,
    proves_inclusion,
    root,
)

SHA256 = Hasher("sha256")

# Leaves and roots of the reference tests of Certificate Transparency (RFC 6962, the same tree as RFC 9162).
TEXTS = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

sizes = st.integers(min_value=1, max_value=40)


def leaves(count: int, hasher: Hasher = SHA256) -> list[bytes]:
    return [hasher.leaf(str(n).encode()) for n in range(count)]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_published_vectors(size):
    assert root(SHA256, map(SHA256.leaf, TEXTS[:size])).hex() == ROOTS[size - 1]


def test_the_empty_tree_has_the_hash_of_nothing():
    assert root(SHA256, []) == hashlib.sha256(b"").digest()


@given(sizes, sizes)
def test_a_tree_that_went_on_from_its_peaks_is_the_tree_built_at_once(first, more):
    begun = Frontier.of(SHA256, leaves(first))
    resumed = Frontier(SHA256, begun.size, list(begun.peaks))
    for leaf in leaves(first + more)[first:]:
        resumed.append(leaf)

    assert (resumed.size, resumed.root()) == (first + more, root(SHA256, leaves(first + more)))
    assert len(resumed.peaks) == (first + more).bit_count()


@given(sizes, st.data())
def test_every_leaf_proves_its_inclusion_and_no_other_leaf_does(size, data):
    index = data.draw(st.integers(0, size - 1))
    tree = leaves(size)
    proof = inclusion_proof(SHA256, index, tree)

    assert proves_inclusion(SHA256, tree[index], index, size, proof, root(SHA256, tree))
    assert not proves_inclusion(SHA256, SHA256.leaf(b"other"), index, size, proof, root(SHA256, tree))
    assert not proves_inclusion(SHA256, tree[index], index, size, [*proof, tree[0]], root(SHA256, tree))
    assert len(proof) <= (size - 1).bit_length()


@given(sizes, st.data())
def test_a_tree_proves_that_it_begins_with_each_of_its_beginnings(size, data):
    first = data.draw(st.integers(1, size))
    tree = leaves(size)
    old, new = root(SHA256, tree[:first]), root(SHA256, tree)
    proof = consistency_proof(SHA256, first, tree)

    assert proves_consistency(SHA256, first, size, old, new, proof)
    assert not proves_consistency(SHA256, first, size, SHA256.leaf(b"rebuilt"), new, proof)
    assert first == size or not proves_consistency(SHA256, first, size, old, SHA256.leaf(b"cut"), proof)


def test_proofs_about_leaves_that_are_not_there_are_errors_or_false():
    tree = leaves(3)

    with pytest.raises(IndexError):
        inclusion_proof(SHA256, 3, tree)
    with pytest.raises(IndexError):
        consistency_proof(SHA256, 4, tree)
    assert not proves_inclusion(SHA256, tree[0], 3, 3, [], root(SHA256, tree))
    assert not proves_consistency(SHA256, 4, 3, tree[0], tree[0], [])
    assert not proves_consistency(SHA256, 3, 4, tree[0], tree[0], [])


@pytest.mark.skipif("sm3" not in hashlib.algorithms_available, reason="this OpenSSL has no SM3")
def test_the_same_tree_can_be_hashed_with_sm3():
    sm3 = Hasher("sm3")

    # GB/T 32905-2016, example 1: SM3("abc").
    assert hashlib.new("sm3", b"abc").hexdigest() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    tree = leaves(5, sm3)
    assert root(sm3, tree) == sm3.node(
        sm3.node(sm3.node(tree[0], tree[1]), sm3.node(tree[2], tree[3])), tree[4]
    )


def test_an_algorithm_that_is_not_offered_is_refused():
    with pytest.raises(InputRefused) as refused:
        Hasher("md5")

    assert [p.code for p in refused.value.problems] == ["log.algorithm"]
