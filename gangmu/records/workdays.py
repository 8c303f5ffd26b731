"""Working days: weekends, holidays and the exchanged working weekends (调休) of each year's arrangement.

The arrangement is data: `holidays/YYYY.yaml` here, and `declared/holidays/YYYY.yaml` of a district, which
goes first. A year without one counts Monday to Friday; `arranged` says so, and whoever prints a deadline
that reaches into such a year should too.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from gangmu.problems import refuse

SHIPPED = Path(__file__).parent / "holidays"
ONE_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The State Council's arrangement of one year. `checked` False: entered from memory, not yet compared (待核)."""

    year: int
    notice: str
    checked: bool
    days_off: frozenset[datetime.date]
    working_weekends: frozenset[datetime.date]


def arrangement(year: int) -> Arrangement | None:
    """The arrangement of a year, or None where none is known yet."""
    return _arrangements(settings.DISTRICT).get(year)


def arranged(day: datetime.date) -> bool:
    """Whether the working days around a day are known, not merely assumed from the weekday."""
    return arrangement(day.year) is not None


def is_workday(day: datetime.date) -> bool:
    """Whether offices work on a day. A new year's holiday may begin in the December before: two years are asked.

    >>> is_workday(datetime.date(2026, 1, 4)), is_workday(datetime.date(2026, 2, 16))
    (True, False)
    """
    for year in (day.year, day.year + 1):
        known = arrangement(year)
        if known and day in known.days_off:
            return False
        if known and day in known.working_weekends:
            return True
    return day.weekday() < 5


def add_workdays(day: datetime.date, count: int) -> datetime.date:
    """The `count`-th working day after a day (the day itself is not counted); before it when negative."""
    step = ONE_DAY if count >= 0 else -ONE_DAY
    for _ in range(abs(count)):
        day += step
        while not is_workday(day):
            day += step
    return day


def workdays_between(after: datetime.date, until: datetime.date) -> int:
    """How many working days lie after `after`, up to and including `until`; negative when it is earlier."""
    if until < after:
        return -workdays_between(until, after)
    days = (after + ONE_DAY * n for n in range(1, (until - after).days + 1))
    return sum(is_workday(day) for day in days)


def on_or_after(day: datetime.date) -> datetime.date:
    """The day itself, or the first working day after a day off."""
    while not is_workday(day):
        day += ONE_DAY
    return day


@cache
def _arrangements(district: Any) -> dict[int, Arrangement]:
    """By district, not by path: this is asked for each day of each deadline."""
    declared = district.declared / "holidays"
    paths = [*sorted(SHIPPED.glob("*.yaml")), *sorted(declared.glob("*.yaml"))]
    read = [_read(path) for path in paths]
    return {known.year: known for known in read}


def _read(path: Path) -> Arrangement:
    try:
        said: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        days_off = {day for holiday in said["days_off"] for day in _span(holiday["from"], holiday["to"])}
        known = Arrangement(
            year=int(said["year"]),
            notice=str(said["notice"]),
            checked=bool(said["checked"]),
            days_off=frozenset(days_off),
            working_weekends=frozenset(said["working_weekends"]),
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise refuse(
            "holidays.shape",
            f"放假安排读不懂：{error!r}",
            f"the holiday arrangement cannot be read: {error!r}",
            "应有 year、notice、checked、days_off（name、from、to）、working_weekends，日期写成 2026-01-01",
            "it has year, notice, checked, days_off (name, from, to) and working_weekends; days as 2026-01-01",
            file=str(path),
        ) from error
    _check(known, path)
    return known


def _span(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    return [first + ONE_DAY * n for n in range((last - first).days + 1)]


def _check(known: Arrangement, path: Path) -> None:
    wrong = sorted(day for day in known.working_weekends if day.weekday() < 5 or day in known.days_off)
    if wrong:
        days = "、".join(map(str, wrong))
        raise refuse(
            "holidays.working_weekend",
            f"{days} 不是可以调休上班的周末",
            f"{days} is no weekend that could be worked",
            "working_weekends 只写调休上班的星期六、星期日",
            "working_weekends lists only the Saturdays and Sundays that are worked in exchange",
            file=str(path),
        )
