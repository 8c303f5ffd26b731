"""The goal tree on one page: lamps rolling up, holes of the cascade, the same rows as a file."""

from __future__ import annotations

import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gangmu.org.models import Unit
from gangmu.org.permissions import REPORTER, SYSTEM_ADMIN
from gangmu.records.lamps import Colour
from tests.factories import portal
from tests.factories.figures import observed
from tests.factories.goals import goal, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return portal.unit()


@pytest.fixture
def officer() -> Client:
    return portal.signed_in(portal.account())


def a_tree(owner: Unit) -> None:
    top = goal(owner, "1", "overall", name="建设现代化城区")
    grows = goal(
        owner, "1.1", "growth", parent=top, name="生产总值增长", figure="gdp", measure="yoy", target="6"
    )
    goal(owner, "1.2", "milestone", parent=top, name="完成规划编制")
    share(grows, owner, "6")
    observed("gdp", "2025", "5.5", "yoy")


def test_lamps_roll_up_and_holes_are_named(officer: Client, unit: Unit) -> None:
    a_tree(unit)

    page = officer.get("/goals/2025/")

    [root] = page.context["roots"]
    assert [one.node.goal.name for one in root.walk()] == ["建设现代化城区", "生产总值增长", "完成规划编制"]
    assert {lamp.colour: n for lamp, n in page.context["counts"]} == {Colour.AMBER: 1, Colour.RED: 1}
    assert root.lamp.colour is Colour.RED
    assert {one.node.goal.name: one.holes for one in page.context["holes"]} == {
        "生产总值增长": ("没有分解到岗位和人员", "四问没有答全"),
        "完成规划编制": ("没有分解到单位", "四问没有答全"),
    }


def test_the_tree_is_a_file_too(officer: Client, unit: Unit) -> None:
    a_tree(unit)

    rows = json.loads(officer.get("/goals/2025/?format=json").content)["rows"]

    assert [(row["code"], row["owner"], row["target"], row["value"], row["lamp"]) for row in rows] == [
        ("1", unit.name, None, None, "红灯"),
        ("1.1", unit.name, "6%", "5.500000", "黄灯"),
        ("1.2", unit.name, None, None, "红灯"),
    ]


def test_the_tree_costs_the_same_for_1_and_30_goals(officer: Client, unit: Unit) -> None:
    costs = []
    for first, last in ((0, 1), (1, 30)):
        for place in range(first, last):
            share(goal(unit, f"{place}", "growth", figure="gdp", measure="yoy", target="6"), unit, "6")
        officer.get("/goals/2025/")
        with CaptureQueriesContext(connection) as queries:
            officer.get("/goals/2025/")
        costs.append(len(queries))

    assert costs[0] == costs[1]


def test_a_unit_sees_its_own_branch(unit: Unit) -> None:
    other = portal.unit("zjj", "区住房和城乡建设局", "区住建局")
    a_tree(unit)
    goal(other, "2", "milestone", name="别人的目标")
    reporter = portal.signed_in(portal.account("li", REPORTER, of=unit))

    page = reporter.get("/goals/2025/").content.decode()

    assert "生产总值增长" in page
    assert "别人的目标" not in page


def test_an_administrator_of_accounts_sees_no_goal() -> None:
    admin = portal.signed_in(portal.account("admin", SYSTEM_ADMIN))

    page = admin.get("/goals/2025/")

    assert page.status_code == 403
    assert "目标办工作人员" in page.content.decode()


def test_a_period_without_goals_says_how_they_get_here(officer: Client) -> None:
    assert "goals.xlsx" in officer.get("/goals/2019/").content.decode()


def test_a_target_has_its_unit_of_measure_before_there_is_any_data(officer: Client, unit: Unit) -> None:
    goal(unit, "1", "growth", name="生产总值增长", figure="gdp", measure="yoy", target="6")
    goal(unit, "2", "value", name="财政收入", figure="budget_revenue", measure="value", target="44.9")

    chinese = [one.target for one in officer.get("/goals/2025/").context["roots"]]
    officer.post("/language/", {"language": "en", "next": "/"})
    in_english = [one.target for one in officer.get("/goals/2025/").context["roots"]]

    assert (chinese, in_english) == (["6%", "44.9亿元"], ["6%", "44.9 × 100 million yuan"])


def test_a_goal_without_an_english_name_is_marked_as_chinese_in_english(officer: Client, unit: Unit) -> None:
    goal(unit, "1", "milestone", name="完成规划编制")
    goal(unit, "2", "milestone", name="建成运行平台", name_en="The platform runs")
    officer.post("/language/", {"language": "en", "next": "/"})

    page = officer.get("/goals/2025/").content.decode()

    assert '<span lang="zh-Hans">完成规划编制</span>' in page
    assert ("The platform runs" in page, "建成运行平台" in page) == (True, False)
