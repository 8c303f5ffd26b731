"""The nearest known word to one that is not known, quickly enough to be asked for every line of a long book."""

from __future__ import annotations

import bisect
import difflib
import functools
from collections.abc import Collection, Sequence

FEW = 300
"""So many words are compared one by one; of more only those that stand near it in their order."""


def nearest(said: str, known: Collection[str], cutoff: float = 0.6) -> str:
    """The known word most like `said`; "" where none is like it.

    >>> nearest("complesion", ["completion", "bands"])
    'completion'
    """
    words: Sequence[str] = tuple(known)
    if len(words) > FEW:
        ordered = _in_order(known if isinstance(known, frozenset) else frozenset(known))
        at = bisect.bisect(ordered, said)
        words = ordered[max(at - FEW // 2, 0) : at + FEW // 2]
    return next(iter(difflib.get_close_matches(said, words, n=1, cutoff=cutoff)), "")


@functools.lru_cache(maxsize=8)
def _in_order(words: frozenset[str]) -> Sequence[str]:
    """Made once for a set of names, however many are asked for: sets know their hash, and compare by identity first."""
    return tuple(sorted(words))


def hint(said: str, known: Collection[str], zh: str, en: str) -> tuple[str, str]:
    """A remedy in both languages: the nearest word, else what is given."""
    near = nearest(said, known)
    return (f"是否就是“{near}”", f'is it "{near}"') if near else (zh, en)
