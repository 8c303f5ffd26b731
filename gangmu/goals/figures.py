"""Figures of the goals themselves, offered to the catalogue: units, posts, and goals on schedule."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from gangmu.figures.arithmetic import decimal_of
from gangmu.figures.sources import Asked, Given
from gangmu.goals.book import GOAL
from gangmu.goals.lamps import GoalLamp, lamps_of
from gangmu.goals.models import MEASURED, Goal, Kind, Share
from gangmu.ledgers.queries import RowRef
from gangmu.problems import Text
from gangmu.records.lamps import Colour
from gangmu.records.models import LogEntry

GOALS = "goals"
"""What the goals are called among the ledgers whose rows a figure counts."""


@dataclass(frozen=True, slots=True)
class _Book:
    """The goal book as it was known at a moment, and the lamps of its goals, lit when first asked for."""

    as_of: datetime.datetime | None
    goals: dict[str, Goal]
    shares: list[Share]
    lamps: dict[str, Mapping[int, GoalLamp]] = field(default_factory=dict)

    @classmethod
    def known_at(cls, as_of: datetime.datetime | None) -> _Book:
        goals = Goal.objects.known_at(as_of).select_related("owner")
        shares = Share.objects.known_at(as_of).select_related("unit", "post")
        return cls(as_of, {goal.key: goal for goal in goals}, list(shares))

    def goals_of(self, asked: Asked) -> list[Goal]:
        return [
            goal
            for goal in self.goals.values()
            if goal.period == asked.period.code and asked.unit in (None, goal.owner.code)
        ]

    def shares_of(self, asked: Asked) -> list[Share]:
        return [
            share
            for share in self.shares
            if self.goals[share.goal_key].period == asked.period.code
            and asked.unit in (None, share.unit.code)
        ]

    def colour(self, goal: Goal) -> Colour | None:
        if goal.period not in self.lamps:
            of_period = [one for one in self.goals.values() if one.period == goal.period]
            self.lamps[goal.period] = lamps_of(of_period, self.as_of)
        return self.lamps[goal.period][goal.pk].colour


def answer(asked: Sequence[Asked]) -> list[Given]:
    """All questions of a batch, each by the goal book as it was known then; the queries do not grow with them."""
    books = {as_of: _Book.known_at(as_of) for as_of in {one.as_of for one in asked}}
    return _placed_in_the_log([_RULES[one.figure](one, books[one.as_of]) for one in asked])


def _placed_in_the_log(given: Sequence[Given]) -> list[Given]:
    """Answers whose rows say which version of the goal was counted, and where the log holds it.

    Until here a row's `version` is the goal's primary key.
    """
    if not any(one.rows for one in given):
        return list(given)
    written: Counter[str] = Counter()
    place: dict[int, tuple[int, str]] = {}
    every = Goal.objects.order_by("recorded_from", "id").values_list("pk", "period", "code")
    for pk, period, code in every:
        key = f"{period}/{code}"
        written[key] += 1
        place[pk] = (written[key], f"{key}/{pk}")
    told = LogEntry.objects.filter(subject_kind=GOAL, position__isnull=False).order_by("-id")
    first = dict(told.values_list("subject_key", "position"))
    return [replace(one, rows=tuple(_placed(ref, place, first) for ref in one.rows)) for one in given]


def _placed(ref: RowRef, place: Mapping[int, tuple[int, str]], first: Mapping[str, int | None]) -> RowRef:
    version, subject = place[ref.version]
    return replace(ref, version=version, log=first.get(subject))


def _units(asked: Asked, book: _Book) -> Given:
    goals = book.goals_of(asked)
    units = {goal.owner.code for goal in goals} | {share.unit.code for share in book.shares_of(asked)}
    sentence = Text("有目标或目标份额的单位，每单位计一次", "units with a goal or a share of one, each once")
    return _counted(asked, len(units), goals, sentence)


def _posts(asked: Asked, book: _Book) -> Given:
    shares = [share for share in book.shares_of(asked) if share.post_id]
    posts = {share.post_id for share in shares}
    sentence = Text("有目标份额的岗位，每岗位计一次", "posts with a share of a goal, each once")
    return _counted(asked, len(posts), [book.goals[share.goal_key] for share in shares], sentence)


def _on_track(asked: Asked, book: _Book) -> Given:
    sentence = Text("绿灯目标 ÷ 有数据的目标 × 100", "goals with a green lamp ÷ goals with data × 100")
    measured = [goal for goal in book.goals_of(asked) if goal.kind in (*MEASURED, Kind.MILESTONE)]
    lit = [goal for goal in measured if book.colour(goal) is not None]
    if not lit:
        reason = Text("本期目标还没有数据", "no goal of the period has data yet")
        return Given(None, sentence, reason)
    green = sum(1 for goal in lit if book.colour(goal) is Colour.GREEN)
    dark = len(measured) - len(lit)
    note = (
        Text(f"另有{dark}个目标缺数，未计入", f"{dark} goals without data are left out")
        if dark
        else Text("", "")
    )
    return Given(decimal_of(Fraction(green * 100, len(lit))), sentence, note, _refs(lit))


def _counted(asked: Asked, number: int, goals: Sequence[Goal], sentence: Text) -> Given:
    if not number:
        label = asked.period.label()
        return Given(
            None, sentence, Text(f"{label}还没有目标", f"no goals for {asked.period.label('en')} yet")
        )
    return Given(Decimal(number), sentence, rows=_refs(goals))


def _refs(goals: Sequence[Goal]) -> tuple[RowRef, ...]:
    unique = {goal.pk: goal for goal in goals}
    return tuple(
        RowRef(ledger=GOALS, number=g.key, version=g.pk, log=None, title=g.name) for g in unique.values()
    )


_RULES: Mapping[str, Callable[[Asked, _Book], Given]] = {
    "responsible_units": _units,
    "responsible_posts": _posts,
    "goals_on_track": _on_track,
}
