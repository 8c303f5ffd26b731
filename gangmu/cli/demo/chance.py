"""Repeatable chance: each subject draws from a stream of its own, so that one more project moves no grievance."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping, Sequence
from typing import TypeVar

SEED = "云溪区"
T = TypeVar("T")


class Chance(random.Random):
    """A named stream of a seed; the same names give the same draws on every machine and every year."""

    def __init__(self, seed: str, *names: object) -> None:
        super().__init__("/".join(map(str, (seed, *names))))

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One key, in proportion to its weight."""
        return self.choices(list(weights), list(weights.values()))[0]

    def day_between(self, first: datetime.date, last: datetime.date) -> datetime.date:
        """A day of the closed span; `first` when the span is empty."""
        return first + datetime.timedelta(days=self.randrange(max((last - first).days, 0) + 1))

    def true(self, probability: float) -> bool:
        return self.random() < probability


class Deck:
    """Draws without repeating until all have been drawn, then shuffles anew: texts stay varied."""

    def __init__(self, cards: Sequence[str], chance: Chance) -> None:
        self._cards, self._chance = list(cards), chance
        self._left: list[str] = []

    def draw(self) -> str:
        if not self._left:
            self._left = self._chance.sample(self._cards, len(self._cards))
        return self._left.pop()
