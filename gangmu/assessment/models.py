"""Cycles, the assessment data that no figure gives, and which run stands for a cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gangmu.org.permissions import may
from gangmu.problems import Text
from gangmu.records.appended import Appended, AppendedQuerySet
from gangmu.records.periods import Period

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from gangmu.org.models import User


class CycleQuerySet(models.QuerySet["Cycle"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Cycles, to whoever sees scores: all units' or the own one's."""
        sees = may(user, "score.see_all_units") or may(user, "score.see_own")
        return self if sees else self.none()


class Cycle(models.Model):
    """A quarter's, half-year's or year's assessment (考核周期), resting on one locked version of a rule book.

    state: its facts may change while open; closed they are frozen with the last run; published the results are too.
    plan_ref: number of the approved yearly plan of inspections and assessments (督检考计划文号).
    """

    class State(models.TextChoices):
        OPEN = "open", _("考核中")
        CLOSED = "closed", _("数据已封存")
        PUBLISHED = "published", _("结果已公布")

    period = models.CharField(max_length=20, unique=True)
    rulebook = models.ForeignKey("scoring.StoredRuleBook", on_delete=models.PROTECT, related_name="cycles")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    plan_ref = models.CharField(max_length=100, blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=100)

    objects = CycleQuerySet.as_manager()

    class Meta:
        ordering = ["period"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["open", "closed", "published"]), name="cycle_state")
        ]

    def __str__(self) -> str:
        return self.period

    @property
    def label(self) -> Text:
        """How a person names it: 2025年考核."""
        period = Period.parse(self.period)
        return Text(f"{period.label()}考核", f"assessment of {period.label('en')}")

    @property
    def frozen(self) -> bool:
        """Whether its facts may no longer change."""
        return self.state != self.State.OPEN

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("a cycle is kept: results rest on it")


class CycleRunQuerySet(models.QuerySet["CycleRun"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The runs whose results a user may see at least a line of; which lines, `results` says."""
        return self.filter(cycle__in=Cycle.objects.visible_to(user))


class CycleRun(models.Model):
    """That a run was made for a cycle; the last one stands."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="runs")
    run = models.ForeignKey("scoring.Run", on_delete=models.PROTECT, related_name="cycle_runs")
    at = models.DateTimeField()

    objects = CycleRunQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.cycle} {self.at:%F %T}"


class AssessmentFactQuerySet(AppendedQuerySet["AssessmentFact"]):
    def visible_to(self, user: User) -> AssessmentFactQuerySet:
        """All units' for those who see all scores, the own unit's for its people."""
        if may(user, "score.see_all_units"):
            return self
        return self.filter(unit=user.unit_id) if may(user, "score.see_own") else self.none()


class AssessmentFact(Appended):
    """A fact that no figure gives (考核数据): votes, marks, bonus events, deductions, vetoes. Never changed.

    basis: the paper that proves it. Empty parts of the key are "-", because not every database tells '' from NULL.
    """

    unit = models.ForeignKey("org.Unit", on_delete=models.PROTECT, related_name="assessment_facts")
    period = models.CharField(max_length=20)
    indicator = models.CharField(max_length=60)
    event = models.CharField(max_length=120)
    scorer = models.CharField(max_length=80)
    field = models.CharField(max_length=60)
    value = models.CharField(max_length=200)
    basis = models.CharField(max_length=300, blank=True)
    source = models.CharField(max_length=200, blank=True)
    batch = models.ForeignKey(
        "records.ImportBatch", null=True, on_delete=models.PROTECT, related_name="assessment_facts"
    )

    objects = AssessmentFactQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["period", "recorded_to"], name="fact_period")]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "period", "indicator", "event", "scorer", "field", "recorded_to"],
                name="fact_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.period} {self.indicator} {self.field}"
