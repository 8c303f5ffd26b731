"""`gangmu figures` and `gangmu trace`, as a script calls them."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO

import pytest

from gangmu.cli.commands import figures, trace
from gangmu.cli.output import Output
from gangmu.cli.parser import parser_for
from gangmu.figures import catalogue
from gangmu.org.permissions import REPORTER, SYSTEM_ADMIN
from gangmu.problems import InputRefused
from gangmu.records.log import Actor
from tests.factories import org
from tests.factories.figures import CLERK, observed, observed_many
from tests.factories.projects import project

pytestmark = pytest.mark.django_db


def _run(command, *said: str, as_json: bool = True, language: str = "zh-hans", actor: Actor = CLERK) -> str:
    parser = parser_for(language)(prog="gangmu")
    command.add_arguments(parser)
    args = parser.parse_args(said)
    args.actor = actor
    out, err = StringIO(), StringIO()
    assert command.run(args, Output(language, as_json, out, err)) == 0
    return out.getvalue()


def test_a_figure_in_all_its_measures_as_json_lines():
    observed_many("building_tax", {"2024": "4", "2025": "5"})

    lines = [json.loads(line) for line in _run(figures, "楼宇税收").splitlines()]

    assert lines == [
        {"figure": "building_tax", "measure": "value", "period": "2025", "unit": None, "area": "own", "value": "5", "printed": "5.00",
         "unit_of_measure": "亿元", "status": "ok", "vintage": "preliminary", "reason": None},
        {"figure": "building_tax", "measure": "yoy", "period": "2025", "unit": None, "area": "own", "value": "25", "printed": "25.0",
         "unit_of_measure": "%", "status": "ok", "vintage": "preliminary", "reason": None},
        {"figure": "building_tax", "measure": "planned value", "period": "2025", "unit": None, "area": "own", "value": None, "printed": None,
         "unit_of_measure": "亿元", "status": "missing", "vintage": None, "reason": "没有下达楼宇经济区级税收 2025年 计划数值"},
    ]  # fmt: skip


def test_without_a_code_every_figure_is_listed_for_the_last_closed_year():
    lines = [json.loads(line) for line in _run(figures).splitlines()]

    assert list(dict.fromkeys(line["figure"] for line in lines)) == list(catalogue.catalogue())
    assert {line["period"] for line in lines} == {"2025"}


def test_for_a_unit_an_area_and_as_of_a_moment():
    unit = org.unit("GXJ", name="工业和信息化局", short_name="工信局")
    project(unit, "甲", {"started": "2025-03-10"})
    observed("gdp", "2025", "1432", area="全市")

    def answer(*said: str) -> tuple[str | None, str]:
        first = json.loads(_run(figures, *said).splitlines()[0])
        return first["value"], first["status"]

    assert answer("projects_started", "--unit", "工信局") == ("1", "ok")
    assert answer("gdp", "--area", "city") == ("1432", "ok")
    assert answer("gdp", "--area", "city", "--as-of", "2020-01-01") == (None, "missing")


def test_people_read_a_table_in_their_language():
    observed("gdp", "2025", "286.4")

    shown = _run(figures, "gdp", "--measure", "value", as_json=False, language="en")

    assert [line.split() for line in shown.splitlines() if "Gross" in line] == [
        ["Gross", "regional", "product", "value", "2025", "286.40", "100", "million", "yuan"]
    ]


def test_an_unknown_unit_is_refused_with_a_remedy():
    with pytest.raises(InputRefused, match="没有单位“不存在局”"):
        _run(figures, "gdp", "--unit", "不存在局")


def test_who_may_not_see_figures_is_told_so():
    administrator = Actor.of(org.user(SYSTEM_ADMIN))

    with pytest.raises(InputRefused, match="没有权限"):
        _run(figures, "gdp", actor=administrator)


def test_trace_gives_the_tree_with_rows():
    unit = org.unit("GXJ", name="工业和信息化局", short_name="工信局")
    entry = project(unit, "甲", {"started": "2025-03-10"}, {"2025-04": "1500"})

    tree = json.loads(_run(trace, "projects_started[class=industry]", "2025", "--measure", "sum(invested)"))

    assert (tree["figure"], Decimal(tree["value"]), tree["unit_of_measure"], tree["rule"], tree["inputs"]) == (
        "projects_started", Decimal("0.15"), "亿元", "ledger", []
    )  # fmt: skip
    assert tree["rows"] == [{"ledger": "projects", "number": entry.number, "version": 2, "log": None}]
    assert tree["filters"] == [{"field": "class", "op": "eq", "value": "industry"}]


def test_trace_for_people_names_rule_source_and_rows():
    observed_many("building_tax", {"2024": "4", "2025": "5"}, source="区税务局")

    shown = _run(trace, "building_tax", "2025", "--measure", "增减量", as_json=False)

    assert [line.strip().split("  ")[0] for line in shown.splitlines()] == [
        "楼宇经济区级税收 2025年 增减量", "本期 − 上年同期",
        "楼宇经济区级税收 2025年 数值", "上报或反馈的数据", "初步核算",
        "楼宇经济区级税收 2024年 数值", "上报或反馈的数据", "初步核算",
    ]  # fmt: skip


def test_a_trace_shows_a_unit_its_own_rows_and_counts_the_others():
    own, other = org.unit("GXJ"), org.unit("SWJ")
    mine = project(own, "甲", {"started": "2025-03-10"})
    project(other, "乙", {"started": "2025-04-10"})
    reporter = Actor.of(org.user(REPORTER, own))

    tree = json.loads(_run(trace, "projects_started", "2025", actor=reporter))
    told = _run(trace, "projects_started", "2025", actor=reporter, as_json=False, language="en")

    assert (tree["value"], [row["number"] for row in tree["rows"]], tree["hidden"]) == ("2", [mine.number], 1)
    assert ("甲" in told, "乙" in told, "1 more that you may not see" in told) == (True, False, True)


def test_units_of_measure_speak_the_readers_language():
    observed("gdp", "2025", "723.14")

    assert "723.14 × 100 million yuan" in _run(trace, "gdp", "2025", as_json=False, language="en")
    assert "723.14 亿元" in _run(trace, "gdp", "2025", as_json=False)
