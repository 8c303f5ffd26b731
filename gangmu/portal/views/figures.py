"""Figures: the catalogue with its values, the page of one figure, and the trace of a value."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from gangmu.figures import areas, catalogue, values
from gangmu.figures.figure import Figure, Series
from gangmu.figures.measures import Measure
from gangmu.figures.models import Vintage
from gangmu.figures.node import Seen
from gangmu.figures.requests import Filter, Request
from gangmu.figures.units_of_measure import after_number, name_of
from gangmu.figures.values import Value
from gangmu.ledgers import declarations
from gangmu.org.models import Unit
from gangmu.portal import addresses, figure_charts, printing, rows
from gangmu.portal.doors import OfficerRequest, opens_to
from gangmu.problems import InputRefused
from gangmu.records import clock
from gangmu.records.periods import Period
from gangmu.web.cells import Link, Number, said
from gangmu.web.frame import Crumb, Frame
from gangmu.web.pages import listing, page, wants_fragment
from gangmu.web.tables import Column, Row, Table


@opens_to("figure.see")
def index(request: OfficerRequest) -> HttpResponseBase:
    """Every figure of the catalogue with its value, growth, target and rank in one period."""
    period = printing.asked_period(request)
    wanted = request.GET.get("q", "").strip()
    table = Table(
        _("指标 %(period)s") % {"period": printing.period_label(period)},
        [
            Column("figure", _("指标")),
            Column("value", _("数值"), "number"),
            Column("unit", _("计量单位")),
            Column("yoy", _("增速"), "number", "%"),
            Column("target", _("目标值"), "number"),
            Column("rank", _("位次"), "number", minor=True),
            Column("source", _("出处"), minor=True),
        ],
        [figure for figure in catalogue.catalogue().values() if _answers_to(figure, wanted)],
        lambda batch: _index_rows(batch, period),
        empty=_("没有叫这个名字的指标。"),
        per_page=100,
    )
    frame = Frame(
        _("指标"),
        [Crumb(_("首页"), "/")],
        period=printing.period_label(period),
        periods=printing.years(period, "/figures/?period={}"),
        unit=said(areas.name(areas.OWN)),
        as_of=printing.as_of(),
    )
    return listing(request, "portal/figures/index.html", frame, table, wanted=wanted, period=period)


@opens_to("figure.see")
def figure(request: OfficerRequest, code: str, period: Period) -> HttpResponseBase:
    """One figure: value large, against target and last year, its rank, what it means and where it comes from."""
    one = _figure_or_404(code)
    unit = get_object_or_404(Unit, code=request.GET["unit"]) if request.GET.get("unit") else None
    unit_code = unit.code if unit else None
    known_for = _known_for(one, period, unit_code)
    main, *others = _main_first(_asked(one, period, known_for, unit_code))
    behind = _observation_behind(one, known_for, unit_code)
    frame = Frame(
        said(one.name),
        [Crumb(_("首页"), "/"), Crumb(_("指标"), "/figures/")],
        period=printing.period_label(period),
        periods=printing.years(period, addresses.figure(one.code, "{}", unit_code)),
        unit=said(unit.title) if unit else said(areas.name(areas.OWN)),
        as_of=printing.as_of(),
    )
    return page(
        request,
        "portal/figures/figure.html",
        frame,
        figure=one,
        main=main,
        main_name=_main_name(one, main),
        known_for=printing.period_label(known_for) if known_for != period else "",
        number=printing.number(main),
        aliases=printing.listed(one.aliases),
        unit_after=said(after_number(main.unit_of_measure)),
        unit_of_measure=said(name_of(one.unit_of_measure)) or _("个数"),
        facts=[_fact(one, value) for value in others if _tells(value)],
        charts=figure_charts.courses(one, period, unit_code),
        ranking=None if unit else figure_charts.among_districts(one, known_for),
        source=figure_charts.source_of(one),
        register=declarations.registers().get(one.kept_in),
        observation=behind,
        vintage=Vintage(behind.vintage).label if behind else "",
    )


@opens_to("figure.see")
def trace(request: OfficerRequest, code: str, period: Period) -> HttpResponse:
    """The tree from a value down to observations and ledger rows: a panel beside the page, or a page of its own."""
    one = _figure_or_404(code)
    unit, moment = request.GET.get("unit") or None, _moment(request)
    try:
        found = values.trace(
            one.code,
            period.code,
            request.GET.get("measure") or None,
            unit,
            request.GET.get("area") or areas.OWN,
            moment,
            _filters(request),
        )
    except InputRefused as refused:
        raise Http404(str(refused)) from refused
    in_panel = wants_fragment(request)
    figure_page = addresses.figure(one.code, period.code, unit)
    context: dict[str, Any] = {
        "level": rows.tree(found, request.user, whole="all" in request.GET),
        "here": request.get_full_path(),
        "figure_page": figure_page,
        "figure_name": said(one.name),
    }
    if in_panel:
        return render(request, "portal/figures/_trace_panel.html", context)
    question = found.node.question
    frame = Frame(
        _("溯源：%(label)s") % {"label": said(question.label())},
        [Crumb(_("首页"), "/"), Crumb(_("指标"), "/figures/"), Crumb(said(one.name), figure_page)],
        period=printing.period_label(period),
        unit=question.unit or said(areas.name(question.area)),
        as_of=moment or printing.as_of(),
    )
    return page(request, "portal/figures/trace.html", frame, **context)


def _known_for(one: Figure, period: Period, unit: str | None) -> Period:
    """The latest part of a year still under way that a series is known for; otherwise the period itself."""
    today = clock.today()
    whole = period.frequency != "A" or one.frequency == "A" or period.end <= today
    if whole or not isinstance(one.source, Series):
        return period
    parts = [part for part in period.parts(one.frequency) if part.end <= today]
    runs = one.cumulative or one.nature == "flow"
    spans = [period, *(part.year_to_date() if runs else part for part in reversed(parts))]
    measures = [measure for measure in one.measures if not measure.startswith("planned")]
    asked = [(span, Request(one.code, span.code, measure, unit)) for span in spans for measure in measures]
    found = values.many([request for _span, request in asked])
    known = (span for (span, _request), value in zip(asked, found, strict=True) if value.value is not None)
    return next(known, period)


def _asked(one: Figure, period: Period, known_for: Period, unit: str | None) -> list[Value]:
    """Every measure of a figure; what is planned is planned for the whole of the period."""
    spans = {measure: period if measure.startswith("planned") else known_for for measure in one.measures}
    return values.many([Request(one.code, span.code, measure, unit) for measure, span in spans.items()])


def _main_first(found: list[Value]) -> list[Value]:
    """What is printed large leads: the main measure, or what is published instead of it (growth without a total)."""
    main = found[0]
    if main.value is None:
        main = next((value for value in found if value.value is not None and _is_actual(value)), main)
    return [main, *(value for value in found if value is not main)]


def _is_actual(value: Value) -> bool:
    return not value.measure.startswith("planned")


def _main_name(one: Figure, main: Value) -> str:
    """The name of the measure that is printed large, where it is not the figure's own."""
    measure = Measure.parse(main.measure)
    return "" if measure is None or measure == one.default_measure else printing.measure_name(one, measure)


def _fact(one: Figure, value: Value) -> tuple[str, Number]:
    measure = Measure.parse(value.measure)
    name = printing.measure_name(one, measure) if measure else value.measure
    return name, printing.number(value, with_unit=True)


def _tells(value: Value) -> bool:
    """A target that was never set and a list of names are left out; anything else missing is shown as missing."""
    return not value.measure.startswith("names") and (
        value.value is not None or not value.measure.startswith("planned")
    )


def _index_rows(batch: Sequence[Figure], period: Period) -> Iterable[Row]:
    """Up to four values a figure, all asked at once; a measure it is not asked for stays empty."""
    wanted = [(one, key, measure) for one in batch for key, measure in _index_measures(one).items()]
    found = values.many([Request(one.code, period.code, measure) for one, _key, measure in wanted])
    by_figure: dict[str, dict[str, Value]] = {one.code: {} for one in batch}
    for (one, key, _measure), value in zip(wanted, found, strict=True):
        by_figure[one.code][key] = value
    for one in batch:
        asked = by_figure[one.code]
        href = addresses.figure(one.code, period.code)
        yield Row(
            {
                "figure": Link(said(one.name), href),
                "unit": said(name_of(asked["value"].unit_of_measure)),
                "source": figure_charts.source_of(one),
                **{key: printing.number(value) for key, value in asked.items()},
            },
            href=href,
        )


def _index_measures(one: Figure) -> dict[str, str]:
    """Column → measure, as far as the figure is asked for it."""
    main = str(one.default_measure)
    offered = {"value": main, "yoy": "yoy", "target": f"planned {main}", "rank": "rank"}
    return {key: measure for key, measure in offered.items() if key == "value" or measure in one.measures}


def _observation_behind(one: Figure, period: Period, unit: str | None) -> Seen | None:
    """The observation a figure rests on, if it rests on one: who entered it, when, from what."""
    [found] = values.traces_of([Request(one.code, period.code, "", unit)])
    return next(found.node.observations(), None)


def _answers_to(one: Figure, wanted: str) -> bool:
    words = (one.code, one.name_zh, one.name_en, *one.aliases)
    return not wanted or any(wanted.casefold() in word.casefold() for word in words)


def _figure_or_404(code: str) -> Figure:
    found = catalogue.catalogue().get(code)
    if found is None:
        raise Http404(code)
    return found


def _moment(request: HttpRequest) -> datetime.datetime | None:
    asked = request.GET.get("as_of", "")
    moment = parse_datetime(asked) if asked else None
    if asked and (moment is None or moment.tzinfo is None):
        raise Http404(asked)
    return moment


def _filters(request: HttpRequest) -> tuple[Filter, ...]:
    """`where=field|op|value`, as often as there are conditions."""
    found: list[Filter] = []
    for said_so in request.GET.getlist("where"):
        field, _bar, rest = said_so.partition("|")
        operator, bar, value = rest.partition("|")
        if not bar:
            raise Http404(said_so)
        found.append((field, operator, value))
    return tuple(found)
