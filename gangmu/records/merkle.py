"""The Merkle tree of RFC 9162, section 2: root, inclusion proof, consistency proof.

Pure functions over leaf hashes. SHA-256 by default; SM3 (GB/T 32905) where the interpreter's OpenSSL has it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gangmu.problems import refuse

SHA256, SM3 = "sha256", "sm3"
ALGORITHMS = (SHA256, SM3)


@dataclass(frozen=True, slots=True)
class Hasher:
    """The three hashes of a tree, told apart by their first byte so that a leaf never passes for a node."""

    algorithm: str

    def __post_init__(self) -> None:
        if self.algorithm not in ALGORITHMS or self.algorithm not in hashlib.algorithms_available:
            allowed = "、".join(name for name in ALGORITHMS if name in hashlib.algorithms_available)
            raise refuse(
                "log.algorithm",
                f"此环境没有摘要算法 {self.algorithm!r}",
                f"hash algorithm {self.algorithm!r} is not available here",
                f"可用：{allowed}",
                f"available: {allowed}",
            )

    def empty(self) -> bytes:
        return self._hash(b"")

    def leaf(self, text: bytes) -> bytes:
        return self._hash(b"\x00" + text)

    def node(self, left: bytes, right: bytes) -> bytes:
        return self._hash(b"\x01" + left + right)

    def _hash(self, data: bytes) -> bytes:
        return hashlib.new(self.algorithm, data).digest()


@dataclass(slots=True)
class Frontier:
    """A tree as it grows: the roots of its full subtrees, largest first. Appending costs O(1) on average.

    peaks: one for each 1 bit of `size`; nothing else is needed to give the root or to go on.
    """

    hasher: Hasher
    size: int
    peaks: list[bytes]

    @classmethod
    def of(cls, hasher: Hasher, leaves: Iterable[bytes] = ()) -> Frontier:
        tree = cls(hasher, 0, [])
        for leaf in leaves:
            tree.append(leaf)
        return tree

    def append(self, leaf: bytes) -> None:
        self.peaks.append(leaf)
        self.size += 1
        full = self.size
        while full % 2 == 0:
            right, left = self.peaks.pop(), self.peaks.pop()
            self.peaks.append(self.hasher.node(left, right))
            full //= 2

    def root(self) -> bytes:
        if not self.peaks:
            return self.hasher.empty()
        *larger, root = self.peaks
        for left in reversed(larger):
            root = self.hasher.node(left, root)
        return root


def root(hasher: Hasher, leaves: Iterable[bytes]) -> bytes:
    """MTH(D[n]) of section 2.1.1."""
    return Frontier.of(hasher, leaves).root()


def inclusion_proof(hasher: Hasher, index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of section 2.1.3.1: the siblings from a leaf up to the root."""
    if not 0 <= index < len(leaves):
        raise IndexError(f"leaf {index} is not in a tree of {len(leaves)}")
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    left, right = leaves[:split], leaves[split:]
    if index < split:
        return [*inclusion_proof(hasher, index, left), root(hasher, right)]
    return [*inclusion_proof(hasher, index - split, right), root(hasher, left)]


def consistency_proof(hasher: Hasher, first: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D[n]) of section 2.1.4.1: that the tree of `first` leaves is the beginning of this one."""
    if not 0 < first <= len(leaves):
        raise IndexError(f"a tree of {first} is no beginning of a tree of {len(leaves)}")
    return _subproof(hasher, first, leaves, whole=True)


def proves_inclusion(
    hasher: Hasher, leaf: bytes, index: int, size: int, proof: Sequence[bytes], tree_root: bytes
) -> bool:
    """Section 2.1.3.2: whether the proof leads from the leaf to the root."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place % 2 or place == last:
            found = hasher.node(sibling, found)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            found = hasher.node(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == tree_root


def proves_consistency(
    hasher: Hasher, first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Section 2.1.4.2: whether the tree of `second` leaves begins with the tree of `first` leaves."""
    if not 0 < first <= second:
        return False
    if first == second:
        return not proof and first_root == second_root
    path = [first_root, *proof] if first & (first - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = first - 1, second - 1
    while place % 2:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            old, new = hasher.node(sibling, old), hasher.node(sibling, new)
            while place % 2 == 0 and place:
                place, last = place >> 1, last >> 1
        else:
            new = hasher.node(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root


def _subproof(hasher: Hasher, first: int, leaves: Sequence[bytes], whole: bool) -> list[bytes]:
    if first == len(leaves):
        return [] if whole else [root(hasher, leaves)]
    split = _split(len(leaves))
    left, right = leaves[:split], leaves[split:]
    if first <= split:
        return [*_subproof(hasher, first, left, whole), root(hasher, right)]
    return [*_subproof(hasher, first - split, right, whole=False), root(hasher, left)]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1
