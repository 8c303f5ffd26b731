"""How the portal prints figures and periods: cells that lead to their trace, labels in the reader's language."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Max
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from gangmu.figures import areas, catalogue, naming
from gangmu.figures.figure import Figure
from gangmu.figures.measures import Measure
from gangmu.figures.requests import Filter
from gangmu.figures.units_of_measure import after_number, unit_of, with_unit
from gangmu.figures.values import Value
from gangmu.goals.models import Goal, Kind
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
        unit=said(after_number(value.unit_of_measure)) if with_unit else "",
        reason=said(value.reason),
        trace=addresses.trace(value.figure, value.period, value.measure, value.unit, value.area, filters),
    )


def measure_name(figure: Figure, measure: Measure) -> str:
    """What a person calls a measure of a figure: 总投资、增速位次、占全市比重、计划增速."""
    return said(naming.measure_name(figure, measure))


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


def as_of() -> datetime.datetime | datetime.date | None:
    """Since when nothing has changed: the moment of the last record, which is how fresh any figure is.

    Where the district's day is set to an earlier one, that day: what is shown is shown as of it.
    """
    moment: datetime.datetime | None = LogEntry.objects.aggregate(at=Max("at"))["at"]
    return moment and not_after_today(moment)


def not_after_today(moment: datetime.datetime) -> datetime.datetime | datetime.date:
    """A moment of recording, or the district's day where that is set to an earlier one."""
    today = clock.today()
    return today if timezone.localdate(moment) > today else moment


def target_words(node: GoalNode) -> str:
    """What is aimed at, in a few words: the value, the places of a rank, whom to exceed."""
    goal = node.goal
    if goal.compare_with:
        return _("高于%(areas)s") % {"areas": listed(said(areas.name(area)) for area in goal.areas)}
    if goal.kind == Kind.RANK and goal.floor is not None and goal.stretch is not None:
        return _("保%(floor)s争%(stretch)s") % {"floor": _plain(goal.floor), "stretch": _plain(goal.stretch)}
    if goal.target is None:
        return ""
    return said(with_unit(_plain(goal.target), _unit_of(goal)))


def _unit_of(goal: Goal) -> str:
    """The unit of measure a goal's target is in."""
    figure = catalogue.find(goal.figure) if goal.figure else None
    measure = Measure.parse(goal.measure) if goal.measure else None
    return unit_of(figure, measure or figure.default_measure) if figure else ""


def listed(words: Iterable[str]) -> str:
    """Words one after another: 全国、全市; the nation, the city."""
    return _("、").join(words)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
