"""What a result earns besides points (奖惩): money by grade, place and group, or a consequence in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from gangmu.engine.facts import Case
from gangmu.engine.numbers import shown
from gangmu.engine.rulebook import TOTAL, Reward
from gangmu.problems import Text

if TYPE_CHECKING:
    from gangmu.engine.scoring import Results


@dataclass(frozen=True, slots=True)
class Earned:
    """A reward a unit gets: an amount, or a consequence in words."""

    name: Text
    amount: Fraction | None
    says: Text

    def said(self) -> Text:
        amount = "" if self.amount is None else shown(self.amount)
        return Text(
            f"{self.name.zh}{amount or self.says.zh}", f"{self.name.en} {amount or self.says.en}".strip()
        )


def rewards(results: Results, case: Case) -> tuple[Earned, ...]:
    """The rewards of a unit, in the order of the book; of those with one name the first that it earns."""
    found: dict[Text, Earned] = {}
    for reward, amount in _due(results, case):
        found.setdefault(reward.name, Earned(reward.name, amount, reward.says))
    return tuple(found.values())


def _due(results: Results, case: Case) -> Iterator[tuple[Reward, Fraction | None]]:
    grade, rank = results.grades.get(case), results.rank(TOTAL, case)
    for reward in results.book.rewards:
        if reward.grade and reward.grade != grade:
            continue
        if reward.rank_to is not None and (rank is None or rank > reward.rank_to):
            continue
        if reward.amount is None:
            yield reward, None
            continue
        amount = results.interpreter.value(reward.amount, case)
        if isinstance(amount, Fraction):
            yield reward, amount
