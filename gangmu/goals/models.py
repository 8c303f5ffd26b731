"""The goal tree and its cascade."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gangmu.org.models import User
from gangmu.org.permissions import may
from gangmu.problems import Text
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


class GoalQuerySet(models.QuerySet["Goal"]):
    def visible_to(self, user: User | AnonymousUser) -> GoalQuerySet:
        """All goals for readers of the district; a unit's people see the goals it owns or has a share of, and what
        they hang from. Their people hold the goal book of their own unit, not that of others."""
        if not may(user, "goal.see"):
            return self.none()
        if may(user, "ledger.see_all_units") or not isinstance(user, User):
            return self
        return self.filter(pk__in=_with_ancestors(self.concerning(user.unit_id)))

    def concerning(self, unit_id: int | None) -> GoalQuerySet:
        """Goals that a unit owns or has a share of."""
        return self.filter(Q(owner=unit_id) | Q(shares__unit=unit_id)).distinct()


def _with_ancestors(goals: GoalQuerySet) -> set[int]:
    parents = dict(Goal.objects.values_list("pk", "parent"))
    found: set[int] = set()
    for pk in goals.values_list("pk", flat=True):
        climbing: int | None = pk
        while climbing is not None and climbing not in found:
            found.add(climbing)
            climbing = parents[climbing]
    return found


class Goal(models.Model):
    """A node of the goal tree (目标). It cannot be saved without an owner: the database refuses.

    figure, measure: what it is measured by; empty for an overall goal and a milestone.
    period: SDMX code. target: in the measure's unit of measure; floor and stretch: places of a rank (保持、争取).
    compare_with: areas its figure must exceed, separated by 、 (kind `higher_than`).
    direction: `up` or `down`, empty: as the figure says.
    what, how, assessed, rewarded: the four questions (干什么、怎么干、如何考评、如何奖惩).
    done_on: the day a milestone was reached.
    """

    code = models.CharField(max_length=30)
    period = models.CharField(max_length=20)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
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
        constraints = [models.UniqueConstraint(fields=["period", "code"], name="goal_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def title(self) -> Text:
        """The name in each language."""
        return Text(self.name, self.name_en or self.name)

    @property
    def areas(self) -> list[str]:
        return [area.strip() for area in self.compare_with.split("、") if area.strip()]

    @property
    def answers_four_questions(self) -> bool:
        return all((self.what, self.how, self.assessed, self.rewarded))


class ShareQuerySet(models.QuerySet["Share"]):
    def visible_to(self, user: User | AnonymousUser) -> ShareQuerySet:
        """All shares for readers of the district, those of the own unit for its people."""
        if not may(user, "goal.see"):
            return self.none()
        if may(user, "ledger.see_all_units") or not isinstance(user, User):
            return self
        return self.filter(unit=user.unit_id)


class Share(models.Model):
    """A goal's part given to a unit, and within it to a post and a person (目标分解).

    target: in the goal's measure; share: in per cent of the goal's target. Either may be empty.
    """

    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="shares")
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
        ordering = ["goal", "order", "id"]

    def __str__(self) -> str:
        return "/".join(str(part) for part in (self.goal, self.unit, self.post, self.person) if part)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.post is not None and self.post.unit_id != self.unit_id:
            raise ValueError(f"post {self.post} is not of unit {self.unit}")
        super().save(*args, **kwargs)
