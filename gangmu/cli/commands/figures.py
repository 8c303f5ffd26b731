"""`gangmu figures`: the values of the catalogue, or of one figure in all its measures."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gangmu.cli.district import require
from gangmu.cli.output import Output
from gangmu.cli.parser import both

if TYPE_CHECKING:
    from gangmu.figures.figure import Figure
    from gangmu.figures.requests import Request
    from gangmu.figures.values import Value

ABOUT = both(
    "查看指标数据：全部指标，或一个指标（编码、名称或别名）的各种取值方式。",
    "Values of figures: all of them, or one (by code, name or alias) in all its measures.",
)
EXAMPLE = "gangmu figures gdp --period 2025 --area 全市"

STATUSES = {
    "ok": both("", ""),
    "missing": both("缺", "missing"),
    "not_published": both("不发布", "not published"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "code", nargs="?", metavar="CODE", help=both("指标编码、名称或别名", "code, name or alias")
    )
    add_question(parser)
    parser.add_argument(
        "--measure", metavar="M", help=both("取值方式，如 yoy、增速", "a measure, such as yoy")
    )


def add_question(parser: argparse.ArgumentParser) -> None:
    """The options that say for when, whom and as of what a value is asked."""
    parser.add_argument(
        "--period",
        metavar="P",
        help=both("期间，默认上一个完整年度", "period; the last closed year if not given"),
    )
    parser.add_argument(
        "--unit", metavar="U", help=both("单位编码、名称或简称", "code, name or short name of a unit")
    )
    parser.add_argument(
        "--area",
        metavar="A",
        default="own",
        help=both("地区，默认本区", "area; the own district if not given"),
    )
    parser.add_argument(
        "--as-of",
        metavar="T",
        dest="as_of",
        help=both("按某一时刻所知，如 2026-01-31", "as known at a moment, such as 2026-01-31"),
    )


def run(args: argparse.Namespace, out: Output) -> int:
    from gangmu.figures import catalogue
    from gangmu.figures.values import many

    require(args.actor, "figure.see")
    figures = [catalogue.get(args.code)] if args.code else list(catalogue.catalogue().values())
    values = many(list(_requests(figures, args)))
    if out.json:
        out.lines(value.as_json() for value in values)
        return 0
    _table(values, out)
    return 0


def _requests(figures: Iterable[Figure], args: argparse.Namespace) -> Iterable[Request]:
    from gangmu.figures.asking import last_closed_year, moment, unit_code
    from gangmu.figures.requests import Request

    period = args.period or last_closed_year().code
    unit, as_of = unit_code(args.unit), moment(args.as_of)
    for figure in figures:
        for measure in [args.measure] if args.measure else figure.measures:
            yield Request(figure.code, period, measure, unit, args.area, as_of)


def _table(values: Iterable[Value], out: Output) -> None:
    english = out.language.startswith("en")
    from gangmu.figures import catalogue
    from gangmu.figures.measures import Measure
    from gangmu.figures.naming import measure_name
    from gangmu.figures.units_of_measure import name_of

    rows = []
    for value in values:
        figure, measure = catalogue.get(value.figure), Measure.parse(value.measure)
        measure_words = measure_name(figure, measure).say(out.language) if measure else value.measure
        note = value.reason.say(out.language)
        name = figure.name_en if english else figure.name_zh
        rows.append(
            (
                name,
                measure_words,
                value.period,
                value.printed,
                name_of(value.unit_of_measure).say(out.language),
                STATUSES[value.status],
                note,
            )
        )
    out.table(
        [
            both("指标", "figure"),
            both("取值方式", "measure"),
            both("期间", "period"),
            both("数值", "value"),
            both("计量单位", "unit"),
            both("状态", "status"),
            both("说明", "note"),
        ],
        rows,
        right=(3,),
    )
