"""Figures that a storey above computes about itself: it registers a source, figures never import it."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gangmu.figures.node import NOTHING
from gangmu.problems import Text
from gangmu.records.periods import Period


@dataclass(frozen=True, slots=True)
class Asked:
    """What a source is asked: a figure of its own, by code, in a period, for all units or one."""

    figure: str
    measure: str
    period: Period
    unit: str | None = None
    as_of: datetime.datetime | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """What a source answers. value None: missing, with the reason. rows: what it counted, as `RowRef`s."""

    value: Decimal | None
    sentence: Text
    reason: Text = NOTHING
    rows: tuple[Any, ...] = ()


Source = Callable[[Sequence[Asked]], Sequence[Given]]
"""Answers all questions of a batch at once, in order, with a constant number of queries."""

_registered: dict[str, Source] = {}


def register(name: str, source: Source) -> None:
    """Offer a source under the name the catalogue gives it. Called from an app's `ready`."""
    if _registered.setdefault(name, source) is not source:
        raise ValueError(f"figure source {name!r} is registered twice")


def registered(name: str) -> Source | None:
    return _registered.get(name)
