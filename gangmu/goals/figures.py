"""Figures of the goals themselves, offered to the catalogue: units, posts, and goals on schedule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from django.db.models import Q

from gangmu.figures.arithmetic import decimal_of
from gangmu.figures.sources import Asked, Given
from gangmu.goals.book import GOAL
from gangmu.goals.lamps import lamps_of
from gangmu.goals.models import MEASURED, Goal, Kind, Share
from gangmu.ledgers.queries import RowRef
from gangmu.problems import Text
from gangmu.records.lamps import Colour
from gangmu.records.models import LogEntry

GOALS = "goals"
"""What the goals are called among the ledgers whose rows a figure counts."""


def answer(asked: Sequence[Asked]) -> list[Given]:
    """All questions of a batch. Goals are kept as they stand now: an as-of in the past is answered with today's."""
    goals = list(Goal.objects.select_related("owner"))
    shares = list(Share.objects.select_related("unit", "post", "goal"))
    lamps: dict[str, Mapping[int, Colour | None]] = {}
    given = [_RULES[one.figure](one, _of(one, goals), _shares_of(one, shares), lamps) for one in asked]
    return _placed_in_the_log(given)


def _placed_in_the_log(given: Sequence[Given]) -> list[Given]:
    """Answers whose rows say how often each goal was written and where the log last speaks of it."""
    if not any(one.rows for one in given):
        return list(given)
    written: Counter[str] = Counter()
    last: dict[str, int | None] = {}
    told = LogEntry.objects.filter(subject_kind=GOAL).order_by("id")
    for key, position in told.values_list("subject_key", "position"):
        written[key] += 1
        last[key] = position
    return [
        replace(
            one,
            rows=tuple(
                replace(ref, version=written[ref.number], log=last.get(ref.number)) for ref in one.rows
            ),
        )
        for one in given
    ]


def _of(asked: Asked, goals: Sequence[Goal]) -> list[Goal]:
    return [g for g in goals if g.period == asked.period.code and asked.unit in (None, g.owner.code)]


def _shares_of(asked: Asked, shares: Sequence[Share]) -> list[Share]:
    return [s for s in shares if s.goal.period == asked.period.code and asked.unit in (None, s.unit.code)]


def _units(asked: Asked, goals: list[Goal], shares: list[Share], _: object) -> Given:
    units = {goal.owner.code for goal in goals} | {share.unit.code for share in shares}
    sentence = Text("有目标或目标份额的单位，每单位计一次", "units with a goal or a share of one, each once")
    return _counted(asked, len(units), goals, sentence)


def _posts(asked: Asked, goals: list[Goal], shares: list[Share], _: object) -> Given:
    posts = {share.post_id for share in shares if share.post_id}
    sentence = Text("有目标份额的岗位，每岗位计一次", "posts with a share of a goal, each once")
    return _counted(asked, len(posts), [share.goal for share in shares if share.post_id], sentence)


def _on_track(
    asked: Asked, goals: list[Goal], shares: list[Share], lamps: dict[str, Mapping[int, Colour | None]]
) -> Given:
    sentence = Text("绿灯目标 ÷ 有数据的目标 × 100", "goals with a green lamp ÷ goals with data × 100")
    measured = [goal for goal in goals if goal.kind in (*MEASURED, Kind.MILESTONE)]
    if asked.period.code not in lamps:
        every = Goal.objects.filter(Q(period=asked.period.code))
        lamps[asked.period.code] = {pk: shown.colour for pk, shown in lamps_of(list(every)).items()}
    colours = lamps[asked.period.code]
    lit = [goal for goal in measured if colours.get(goal.pk) is not None]
    if not lit:
        reason = Text("本期目标还没有数据", "no goal of the period has data yet")
        return Given(None, sentence, reason)
    green = sum(1 for goal in lit if colours[goal.pk] is Colour.GREEN)
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
        RowRef(ledger=GOALS, number=f"{g.period}/{g.code}", version=1, log=None, title=g.name)
        for g in unique.values()
    )


_RULES: Mapping[str, Callable[..., Given]] = {
    "responsible_units": _units,
    "responsible_posts": _posts,
    "goals_on_track": _on_track,
}
