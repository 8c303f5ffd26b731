"""Observations: reported values, appended and never changed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gangmu.records.appended import Appended, AppendedQuerySet
from gangmu.records.exact import ExactDecimalField


class Scenario(models.TextChoices):
    ACTUAL = "actual", _("实际")
    TARGET = "target", _("目标")
    FORECAST = "forecast", _("预测")


class Vintage(models.TextChoices):
    """How settled a value is; later ones take the place of earlier ones, which stay on record."""

    FLASH = "flash", _("快报")
    PRELIMINARY = "preliminary", _("初步核算")
    FINAL = "final", _("最终核实")
    CENSUS = "census", _("普查修订")


NO_AREA = "-"
"""The area of a unit's observation. A word, because not every database tells '' from NULL."""

VINTAGES = list(Vintage.values)


class Status(models.TextChoices):
    OK = "ok", _("有数据")
    NOT_PUBLISHED = "not_published", _("不发布")


class Observation(Appended):
    """A reported value of a figure for a unit or an area in a period.

    measure: what was reported (`value`, `yoy`, `share(parent)`, `rank` …), in the measure's own unit of measure.
    period: SDMX code; of a cumulative figure the value runs from 1 January to the period's end.
    area: `own`, `全国`, `全省`, `全市` or a sibling district's name; `NO_AREA` where `unit` is given.
    value: None exactly when not published. A value not yet reported has no row at all.
    """

    figure = models.CharField(max_length=50)
    measure = models.CharField(max_length=60, default="value")
    period = models.CharField(max_length=20)
    unit = models.ForeignKey("org.Unit", null=True, on_delete=models.PROTECT, related_name="observations")
    area = models.CharField(max_length=40)
    scenario = models.CharField(max_length=10, choices=Scenario.choices, default=Scenario.ACTUAL)
    vintage = models.CharField(max_length=12, choices=Vintage.choices, default=Vintage.PRELIMINARY)
    coverage = models.CharField(max_length=120, blank=True)
    value = ExactDecimalField(scale=6, null=True)
    status = models.CharField(max_length=14, choices=Status.choices, default=Status.OK)
    source = models.CharField(max_length=200, blank=True)
    batch = models.ForeignKey(
        "records.ImportBatch", null=True, on_delete=models.PROTECT, related_name="observations"
    )

    objects = AppendedQuerySet["Observation"].as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["figure", "recorded_to", "area"], name="obs_figure")]
        constraints = [
            models.UniqueConstraint(
                fields=["figure", "measure", "period", "area", "scenario", "vintage", "recorded_to"],
                condition=Q(unit__isnull=True),
                name="obs_area_once",
            ),
            models.UniqueConstraint(
                fields=["figure", "measure", "period", "unit", "scenario", "vintage", "recorded_to"],
                condition=Q(unit__isnull=False),
                name="obs_unit_once",
            ),
            models.CheckConstraint(
                condition=Q(status="ok", value__isnull=False) | Q(status="not_published", value__isnull=True),
                name="obs_value_or_not_published",
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=False, area=NO_AREA) | (Q(unit__isnull=True) & ~Q(area=NO_AREA)),
                name="obs_unit_or_area",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.figure} {self.measure} {self.period} {self.area or self.unit_id}"
