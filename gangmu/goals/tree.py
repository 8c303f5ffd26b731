"""The goal tree as pages read it: nodes with lamps and shares, in a constant number of queries."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from gangmu.goals.lamps import GoalLamp, lamps_of, rolled_up
from gangmu.goals.models import Goal, Share
from gangmu.org.models import User
from gangmu.records.lamps import Colour


@dataclass(frozen=True, slots=True)
class GoalNode:
    """A goal with its lamp, its shares that the reader may see, and its parts.

    counts: lamps of all measured goals under it, itself included; None counts those without data.
    """

    goal: Goal
    lamp: GoalLamp
    shares: tuple[Share, ...]
    parts: tuple[GoalNode, ...]
    counts: Counter[Colour | None]

    def walk(self) -> Iterator[GoalNode]:
        yield self
        for part in self.parts:
            yield from part.walk()


def tree(period: str, user: User | AnonymousUser, as_of: datetime.datetime | None = None) -> list[GoalNode]:
    """The roots of a period's goals that a user may see, in the order of the goal book; as_of: as known then."""
    goals = list(
        Goal.objects.known_at(as_of)
        .visible_to(user, as_of)
        .filter(period=period)
        .select_related("owner", "person")
        .order_by("order", "id")
    )
    shares: dict[str, list[Share]] = defaultdict(list)
    visible = Share.objects.known_at(as_of).visible_to(user).filter(goal_key__startswith=f"{period}/")
    for share in visible.select_related("unit", "post", "person").order_by("order", "id"):
        shares[share.goal_key].append(share)
    return grown(goals, shares, lamps_of(goals, as_of))


def grown(goals: list[Goal], shares: dict[str, list[Share]], lamps: dict[int, GoalLamp]) -> list[GoalNode]:
    """The tree of goals that are already read; shares by the key of their goal."""
    known = {goal.key for goal in goals}
    under: dict[str | None, list[Goal]] = defaultdict(list)
    for goal in goals:
        under[goal.parent_key if goal.parent_key in known else None].append(goal)

    def node(goal: Goal) -> GoalNode:
        parts = tuple(node(part) for part in under[goal.key])
        counts: Counter[Colour | None] = Counter()
        for part in parts:
            counts.update(part.counts)
        if goal.figure or not parts:
            counts[lamps[goal.pk].colour] += 1
        lamp = rolled_up(lamps[goal.pk], [part.lamp for part in parts], counts)
        return GoalNode(goal, lamp, tuple(shares.get(goal.key, ())), parts, counts)

    return [node(goal) for goal in under[None]]
