"""The goal tree and its cascade."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from gangmu.org.models import User
from gangmu.org.permissions import may
from gangmu.problems import Text
from gangmu.records.appended import Appended, AppendedQuerySet
from gangmu.records.exact import ExactDecimalField


class Kind(models.TextChoices):
    OVERALL = "overall", _("总目标")
    HIGHER_THAN = "higher_than", _("高于")
    RANK = "rank", _("位次")
    VALUE = "value", _("数值")
    GROWTH = "growth", _("增速")
    SHARE = "share", _("占比")
    MILESTONE = "milestone", _("里程碑")
    KEEP_AT_ZERO = "keep_at_zero", _("保持为零")


MEASURED = (Kind.HIGHER_THAN, Kind.RANK, Kind.VALUE, Kind.GROWTH, Kind.SHARE, Kind.KEEP_AT_ZERO)
"""Kinds whose lamp is lit by a figure."""


KEY_LENGTH = 51
"""Of a goal's key: its period, a stroke, its code (`2026/1.2`)."""


class GoalQuerySet(AppendedQuerySet["Goal"]):
    def visible_to(self, user: User | AnonymousUser, as_of: datetime.datetime | None = None) -> GoalQuerySet:
        """All goals for readers of the district; a unit's people see the goals it owns or has a share of, and what
        they hang from. Their people hold the goal book of their own unit, not that of others. as_of: whose they were
        then."""
        if not may(user, "goal.see"):
            return self.none()
        if may(user, "ledger.see_all_units") or not isinstance(user, User):
            return self
        named = self.annotate(named=Concat("period", Value("/"), "code"))
        return named.filter(named__in=_concerning(user.unit_id, as_of))


def _concerning(unit_id: int | None, as_of: datetime.datetime | None) -> set[str]:
    """The keys of goals that a unit owns or has a share of, and of those they hang from."""
    goals = list(Goal.objects.known_at(as_of).only("period", "code", "parent_key", "owner_id"))
    parents = {goal.key: goal.parent_key for goal in goals}
    shares = Share.objects.known_at(as_of).filter(unit=unit_id).values_list("goal_key", flat=True)
    found: set[str] = set()
    for key in (*(goal.key for goal in goals if goal.owner_id == unit_id), *shares):
        climbing: str | None = key
        while climbing is not None and climbing not in found:
            found.add(climbing)
            climbing = parents.get(climbing)
    return found


class Goal(Appended):
    """A node of the goal tree (目标), as it was known from one moment to the next. It cannot be saved without an owner:
    the database refuses.

    parent_key: the goal it hangs from, by its key, which stays the same from row to row.
    figure, measure: what it is measured by; empty for an overall goal and a milestone.
    period: SDMX code. target: in the measure's unit of measure; floor and stretch: places of a rank (保持、争取).
    compare_with: areas its figure must exceed, separated by 、 (kind `higher_than`).
    direction: `up` or `down`, empty: as the figure says.
    what, how, assessed, rewarded: the four questions (干什么、怎么干、如何考评、如何奖惩).
    done_on: the day a milestone was reached.
    """

    code = models.CharField(max_length=30)
    period = models.CharField(max_length=20)
    # NULL is a root, '' never occurs: some databases keep no difference.
    parent_key = models.CharField(max_length=KEY_LENGTH, null=True, blank=True)  # noqa: DJ001
    order = models.PositiveIntegerField(default=0)
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=14, choices=Kind.choices)
    figure = models.CharField(max_length=50, blank=True)
    measure = models.CharField(max_length=60, blank=True)
    target = ExactDecimalField(scale=6, null=True, blank=True)
    compare_with = models.CharField(max_length=200, blank=True)
    floor = ExactDecimalField(scale=6, null=True, blank=True)
    stretch = ExactDecimalField(scale=6, null=True, blank=True)
    direction = models.CharField(max_length=4, blank=True)
    owner = models.ForeignKey("org.Unit", on_delete=models.PROTECT, related_name="goals")
    person = models.ForeignKey(
        "org.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="goals"
    )
    source = models.CharField(max_length=100, blank=True)
    what = models.TextField(blank=True)
    how = models.TextField(blank=True)
    assessed = models.TextField(blank=True)
    rewarded = models.TextField(blank=True)
    done_on = models.DateField(null=True, blank=True)

    objects = GoalQuerySet.as_manager()

    class Meta:
        ordering = ["period", "order", "id"]
        constraints = [models.UniqueConstraint(fields=["period", "code", "recorded_to"], name="goal_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def title(self) -> Text:
        """The name in each language."""
        return Text(self.name, self.name_en or self.name)

    @property
    def key(self) -> str:
        """How shares, parts, log and traces name it."""
        return f"{self.period}/{self.code}"

    @property
    def areas(self) -> list[str]:
        return [area.strip() for area in self.compare_with.split("、") if area.strip()]

    @property
    def answers_four_questions(self) -> bool:
        return all((self.what, self.how, self.assessed, self.rewarded))


class ShareQuerySet(AppendedQuerySet["Share"]):
    def visible_to(self, user: User | AnonymousUser) -> ShareQuerySet:
        """All shares for readers of the district, those of the own unit for its people."""
        if not may(user, "goal.see"):
            return self.none()
        if may(user, "ledger.see_all_units") or not isinstance(user, User):
            return self
        return self.filter(unit=user.unit_id)


class Share(Appended):
    """A goal's part given to a unit, and within it to a post and a person (目标分解), as it was known for a time.

    goal_key: the goal, by its key.
    target: in the goal's measure; share: in per cent of the goal's target. Either may be empty.
    """

    goal_key = models.CharField(max_length=KEY_LENGTH)
    unit = models.ForeignKey("org.Unit", on_delete=models.PROTECT, related_name="goal_shares")
    post = models.ForeignKey(
        "org.Post", null=True, blank=True, on_delete=models.PROTECT, related_name="goal_shares"
    )
    person = models.ForeignKey(
        "org.Person", null=True, blank=True, on_delete=models.PROTECT, related_name="goal_shares"
    )
    target = ExactDecimalField(scale=6, null=True, blank=True)
    share = ExactDecimalField(scale=6, null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    order = models.PositiveIntegerField(default=0)

    objects = ShareQuerySet.as_manager()

    class Meta:
        ordering = ["goal_key", "order", "id"]
        indexes = [models.Index(fields=["goal_key", "recorded_to"], name="share_of_goal")]
        constraints = [
            # One for each way in which post and person may be left open: not every database tells NULL from NULL.
            models.UniqueConstraint(
                fields=["goal_key", "unit", *filled, "recorded_to"],
                condition=Q(post__isnull="post" not in filled, person__isnull="person" not in filled),
                name=name,
            )
            for name, filled in (
                ("share_of_unit_once", ()),
                ("share_of_post_once", ("post",)),
                ("share_of_person_once", ("person",)),
                ("share_of_both_once", ("post", "person")),
            )
        ]

    def __str__(self) -> str:
        return "/".join(str(part) for part in (self.goal_key, self.unit, self.post, self.person) if part)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.post is not None and self.post.unit_id != self.unit_id:
            raise ValueError(f"post {self.post} is not of unit {self.unit}")
        super().save(*args, **kwargs)
