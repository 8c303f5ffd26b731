"""A figure over time, as charts need it: value, last year's value, target."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from gangmu.figures import catalogue
from gangmu.figures.areas import OWN
from gangmu.figures.measures import Measure
from gangmu.figures.requests import Request
from gangmu.figures.values import Value, many
from gangmu.records.periods import Period


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a chart. `asked`: the period the value covers (January to its end where cumulated)."""

    period: Period
    asked: Period
    value: Value
    last_year: Value
    target: Value


def points(
    code: str,
    periods: Sequence[Period],
    measure: str | None = None,
    *,
    unit: str | None = None,
    area: str = OWN,
    as_of: datetime.datetime | None = None,
    cumulated: bool | None = None,
) -> list[Point]:
    """The points of a figure, in the order of `periods`, all asked at once.

    cumulated: from January to each period's end; by default as the figure is issued.
    """
    figure = catalogue.get(code)
    runs = figure.cumulative if cumulated is None else cumulated
    asked = [period.year_to_date() if runs else period for period in periods]
    wanted = Measure.parse(measure) if measure else figure.default_measure
    assert wanted is not None, measure
    target = Measure(wanted.kind, wanted.argument, planned=True)
    requests = [
        Request(figure.code, span.code, str(said), unit, area, as_of)
        for period in asked
        for span, said in ((period, wanted), (period.last_year(), wanted), (period, target))
    ]
    found = many(requests)
    return [Point(period, asked[i], *found[3 * i : 3 * i + 3]) for i, period in enumerate(periods)]


def latest_periods(code: str, upto: datetime.date, number: int) -> list[Period]:
    """The last periods of a figure's own frequency that have ended by a day, oldest first."""
    frequency = catalogue.get(code).frequency
    period = Period.containing(upto, frequency)
    found: list[Period] = []
    while len(found) < number:
        if period.end <= upto:
            found.append(period)
        period = period.previous()
    return found[::-1]
