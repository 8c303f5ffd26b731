"""Observations for tests."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from gangmu.figures.observations import Reported, observe
from gangmu.records.batches import start
from gangmu.records.log import Actor
from gangmu.records.models import ImportBatch

CLERK = Actor(None, "测试员")


def observed(figure: str, period: str, value: str | None, measure: str = "value", **more: object) -> None:
    """One observation, as a clerk would report it; value None: not published."""
    number = None if value is None else Decimal(value)
    observe([Reported(figure, period, number, measure, **more)], CLERK)  # type: ignore[arg-type]


def observed_many(figure: str, values: dict[str, str], **more: object) -> None:
    """Values of a figure by period."""
    rows = [Reported(figure, period, Decimal(value), **more) for period, value in values.items()]  # type: ignore[arg-type]
    observe(rows, CLERK)


def batch() -> ImportBatch:
    with transaction.atomic():
        return start(CLERK, ["series.xlsx"])
