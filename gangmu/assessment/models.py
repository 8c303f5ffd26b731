"""Cycles, the assessment data that no figure gives, and which run stands for a cycle."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from gangmu.records import clock


class Cycle(models.Model):
    """A quarter's, half-year's or year's assessment (考核周期), resting on one locked version of a rule book."""

    class State(models.TextChoices):
        OPEN = "open", _("进行中")
        SCORED = "scored", _("已计分")

    period = models.CharField(max_length=20, unique=True)
    rulebook = models.ForeignKey("scoring.StoredRuleBook", on_delete=models.PROTECT, related_name="cycles")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField()
    opened_by = models.CharField(max_length=100)

    class Meta:
        ordering = ["period"]

    def __str__(self) -> str:
        return self.period


class CycleRun(models.Model):
    """That a run was made for a cycle; the last one stands."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="runs")
    run = models.ForeignKey("scoring.Run", on_delete=models.PROTECT, related_name="cycle_runs")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.cycle} {self.at:%F %T}"


class AssessmentFactQuerySet(models.QuerySet["AssessmentFact"]):
    def standing(self) -> AssessmentFactQuerySet:
        """What is on record now; superseded and undone rows stay for the history."""
        return self.filter(recorded_to=clock.END_OF_TIME)


class AssessmentFact(models.Model):
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
    recorded_from = models.DateTimeField()
    recorded_to = models.DateTimeField(default=clock.END_OF_TIME)
    recorded_by = models.CharField(max_length=100)
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
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

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("a fact is superseded, never deleted")
