"""Pictures of a figure: its course against last year and target, its place among the districts, a word-sized line."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from gangmu.figures import areas, series, values
from gangmu.figures.figure import Figure, Formula, Ledger, Registered
from gangmu.figures.measures import Measure
from gangmu.figures.models import NO_AREA, Observation
from gangmu.figures.requests import Request
from gangmu.figures.series import Point
from gangmu.figures.units_of_measure import name_of
from gangmu.ledgers import declarations
from gangmu.portal import printing
from gangmu.records import clock
from gangmu.records.periods import Period
from gangmu.web.cells import said
from gangmu.web.charts import Bars, Line, LineChart, RankedBar, Sparkline

YEARS_BACK = 5


def courses(one: Figure, period: Period, unit: str | None) -> list[LineChart]:
    """How the figure went: its main measure, and its growth where it is asked for growth."""
    if one.frequency == "A" and not isinstance(one.source, Ledger):
        return [_over_years(one, period, unit)]
    measures = [one.default_measure, *([Measure("yoy")] if "yoy" in one.measures else [])]
    found = [_through_the_year(one, measure, period, unit) for measure in measures]
    return [chart for chart in found if chart.has_values] or found[:1]


def _through_the_year(one: Figure, measure: Measure, period: Period, unit: str | None) -> LineChart:
    """This year against last year and the target."""
    parts, runs = _parts_of_year(one, period.year), _runs(one)
    points = series.points(one.code, parts, str(measure), unit=unit, cumulated=runs)
    lines = [
        Line(year_label(period.year), _until_today(points), "now"),
        Line(year_label(period.year - 1), [point.last_year.value for point in points], "past"),
    ]
    target = values.value(one.code, str(period.year), f"planned {measure}", unit=unit)
    if target.value is not None:
        lines.append(Line(_("年度目标"), [target.value] * len(parts), "target"))
    first = points[0].value
    how = _("累计") if runs else _("当期")
    return LineChart(
        _("%(name)s（%(how)s）") % {"name": _of_figure(one, measure), "how": how},
        said(name_of(first.unit_of_measure)),
        [_tick(part) for part in parts],
        lines,
        first.decimals,
        source=source_of(one),
        key=f"chart-{one.code}-{measure.kind}",
        from_zero=runs and one.nature == "flow" and measure.kind in ("value", "count", "sum"),
    )


def _over_years(one: Figure, period: Period, unit: str | None) -> LineChart:
    years = [Period.of_year(year) for year in range(period.year - YEARS_BACK, period.year + 1)]
    points = series.points(one.code, years, unit=unit)
    lines = [Line(said(one.name), [point.value.value for point in points], "now")]
    targets = [point.target.value for point in points]
    if any(target is not None for target in targets):
        lines.append(Line(_("目标值"), targets, "target"))
    first = points[0].value
    return LineChart(
        said(one.name),
        said(name_of(first.unit_of_measure)),
        [str(year) for year in years],
        lines,
        first.decimals,
        source=source_of(one),
        key=f"chart-{one.code}",
    )


def sparkline(one: Figure, period: Period, measure: Measure) -> Sparkline:
    """This year with last year in grey behind it. Of a rank the first place is on top."""
    parts = _parts_of_year(one, period.year)
    points = series.points(one.code, parts, str(measure), cumulated=_runs(one))
    now, past = _until_today(points), [point.last_year.value for point in points]
    if measure.kind == "rank":
        now, past = [_turned(value) for value in now], [_turned(value) for value in past]
    return Sparkline(now, past)


def _turned(value: Decimal | None) -> Decimal | None:
    return None if value is None else -value


def among_districts(one: Figure, period: Period) -> Bars | None:
    """The own district among its siblings, by growth where growth is asked, else by value. None: no siblings known."""
    measure = Measure("yoy") if "yoy" in one.measures else one.default_measure
    names = _districts(one.code)
    found = values.many([Request(one.code, period.code, str(measure), area=name) for name in names])
    known = [(name, value) for name, value in zip(names, found, strict=True) if value.value is not None]
    if len(known) < 2:
        return None
    known.sort(key=lambda pair: pair[1].value or 0, reverse=one.direction != "down")
    order = [value.value for _name, value in known]
    bars = [
        RankedBar(said(areas.name(name)), value.value, name == areas.OWN, order.index(value.value) + 1)
        for name, value in known
    ]
    title = _("各区县%(name)s") % {"name": _of_figure(one, measure)}
    return Bars(
        title,
        said(name_of(found[0].unit_of_measure)),
        bars,
        found[0].decimals,
        source=source_of(one),
        key=f"rank-{one.code}",
    )


def source_of(one: Figure) -> str:
    """Where a figure comes from, in a word or two."""
    match one.source:
        case Ledger(register=code):
            register = declarations.registers().get(code)
            return _("台账：%(name)s") % {"name": said(register.name) if register else code}
        case Formula():
            return _("由其他指标算出")
        case Registered():
            return _("由系统统计")
        case _:
            return _("统计数据")


def _of_figure(one: Figure, measure: Measure) -> str:
    """A figure with the measure that is drawn of it; its value and its count go without saying."""
    if measure.kind in ("value", "count"):
        return said(one.name)
    name = {"name": said(one.name), "measure": printing.measure_name(one, measure)}
    return _("%(name)s%(measure)s") % name


def year_label(year: int) -> str:
    return Period.of_year(year).label(get_language() or "zh-hans")


def _districts(code: str) -> list[str]:
    """The districts a figure is known for."""
    known = Observation.objects.known_at(None).filter(figure=code, scenario="actual").exclude(area=NO_AREA)
    found = known.order_by("area").values_list("area", flat=True).distinct()
    return [name for name in found if areas.is_district(name)]


def _parts_of_year(one: Figure, year: int) -> list[Period]:
    frequency = one.frequency if one.frequency in ("Q", "M", "S") else "M"
    return Period.of_year(year).parts(frequency)


def _runs(one: Figure) -> bool:
    """Whether its course within a year is drawn cumulated."""
    return one.cumulative or one.nature == "flow"


def _until_today(points: Sequence[Point]) -> list[Decimal | None]:
    today = clock.today()
    return [point.value.value if point.period.end <= today else None for point in points]


def _tick(part: Period) -> str:
    if part.frequency == "M":
        return pgettext("axis", "%(month)s月") % {"month": part.start.month}
    if part.frequency == "Q":
        return pgettext("axis", "%(quarter)s季度") % {"quarter": (part.start.month + 2) // 3}
    return pgettext("axis", "上半年") if part.start.month == 1 else pgettext("axis", "下半年")
