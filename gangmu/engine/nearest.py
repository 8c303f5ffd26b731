"""The nearest known word to one that is not known, quickly enough to be asked for every line of a long book."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

FEW = 300
"""So many words are compared one by one; of more only those that begin or end alike."""


def nearest(said: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    """The known word most like `said`; "" where none is like it.

    >>> nearest("complesion", ["completion", "bands"])
    'completion'
    """
    words = list(known)
    if len(words) > FEW:
        words = [word for word in words if _alike(said, word)][:FEW]
    return next(iter(difflib.get_close_matches(said, words, n=1, cutoff=cutoff)), "")


def _alike(said: str, word: str) -> bool:
    return abs(len(said) - len(word)) < 4 and (said[:2] == word[:2] or said[-2:] == word[-2:])


def hint(said: str, known: Iterable[str], zh: str, en: str) -> tuple[str, str]:
    """A remedy in both languages: the nearest word, else what is given."""
    near = nearest(said, known)
    return (f"是否就是“{near}”", f'is it "{near}"') if near else (zh, en)
