"""How the portal prints figures and periods: cells that lead to their trace, labels in the reader's language."""

from __future__ import annotations

import datetime
from decimal import Decimal

from django.db.models import Max
from django.http import Http404, HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gangmu.figures.measures import Measure
from gangmu.figures.requests import Filter
from gangmu.figures.values import Value
from gangmu.goals.tree import GoalNode
from gangmu.portal import addresses
from gangmu.problems import InputRefused
from gangmu.records import clock
from gangmu.records.models import LogEntry
from gangmu.records.periods import Period
from gangmu.web.cells import Number, said
from gangmu.web.frame import Choice

YEARS_BACK = 5


def number(value: Value, *, with_unit: bool = False, filters: tuple[Filter, ...] = ()) -> Number:
    """A value as a clickable number. `with_unit` where no column head names the unit."""
    return Number(
        value.value,
        value.decimals,
        unit=value.unit_of_measure if with_unit else "",
        reason=said(value.reason),
        trace=addresses.trace(value.figure, value.period, value.measure, value.unit, value.area, filters),
        not_published=value.status == "not_published",
    )


def measure_name(value: Value) -> str:
    measure = Measure.parse(value.measure)
    return said(measure.name()) if measure else value.measure


def last_closed_year() -> Period:
    return Period.of_year(clock.today().year - 1)


def asked_period(request: HttpRequest) -> Period:
    """`?period=`, by default the last closed year; 404 for what is no period."""
    try:
        return Period.parse(request.GET.get("period") or last_closed_year().code)
    except InputRefused as refused:
        raise Http404(str(refused)) from refused


def period_label(period: Period) -> str:
    return period.label(get_language() or "zh-hans")


def years(chosen: Period, address: str) -> list[Choice]:
    """This year and the five before it, as addresses of the same page; `{}` in the address is the year."""
    this_year = clock.today().year
    found = [Period.of_year(year) for year in range(this_year, this_year - YEARS_BACK - 1, -1)]
    return [Choice(period_label(one), address.replace("{}", one.code), one == chosen) for one in found]


def as_of() -> datetime.datetime | None:
    """Since when nothing has changed: the moment of the last record, which is how fresh any figure is."""
    moment: datetime.datetime | None = LogEntry.objects.aggregate(at=Max("at"))["at"]
    return moment


def target_words(node: GoalNode) -> str:
    """What is aimed at, in a few words: the value, the places of a rank, whom to exceed."""
    goal = node.goal
    if goal.compare_with:
        return _("高于%(areas)s") % {"areas": goal.compare_with}
    if goal.floor is not None and goal.stretch is not None:
        return _("保%(floor)s争%(stretch)s") % {"floor": _plain(goal.floor), "stretch": _plain(goal.stretch)}
    if goal.target is None:
        return ""
    unit = node.lamp.value.unit_of_measure if node.lamp.value else ""
    return f"{_plain(goal.target)}{unit}"


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
