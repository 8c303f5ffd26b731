"""The first page of each role."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gangmu.figures import catalogue
from gangmu.org.models import Unit
from gangmu.org.permissions import AUDITOR, LEADER, OFFICER, REPORTER
from gangmu.records.duties import open_duty
from tests.factories import portal
from tests.factories.figures import observed
from tests.factories.goals import goal, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit() -> Unit:
    return portal.unit()


def red_goal(unit: Unit, name: str = "生产总值增长") -> None:
    share(goal(unit, name, "growth", name=name, figure="gdp", measure="yoy", target="9"), unit, "9")
    observed("gdp", "2025", "5.5", "yoy")


def test_the_office_sees_what_is_red_and_whose_it_is(unit: Unit) -> None:
    red_goal(unit)
    portal.supervision(unit, "滨河路拆迁", due_on=datetime.date(2026, 3, 2))

    page = portal.signed_in(portal.account()).get("/")

    assert [one.node.goal.name for one in page.context["red_goals"]] == ["生产总值增长"]
    assert [(one.title, one.unit) for one in page.context["matters"]] == [("滨河路拆迁", "区发改局")]
    assert page.context["units"] == [("区发改局", 2)]


def test_a_unit_sees_what_it_must_do_now_by_the_day_it_is_due(unit: Unit) -> None:
    for days, what in ((5, "自查"), (-2, "反馈"), (0, "签收"), (None, "阅知")):
        due = None if days is None else datetime.date(2026, 3, 16) + datetime.timedelta(days=days)
        open_duty(f"k{what}", what, "/x/", unit=unit, role=REPORTER, due_on=due)
    red_goal(unit)

    page = portal.signed_in(portal.account("li", REPORTER, of=unit)).get("/")

    told = [(task.duty.what, task.urgency, task.days) for task in page.context["tasks"]]
    assert sorted(told, key=str) == sorted(
        [("反馈", "late", 2), ("签收", "soon", 0), ("自查", "", 5), ("阅知", "", None)], key=str
    )
    assert [one.node.goal.name for one in page.context["goals"]] == ["生产总值增长"]


def test_a_leader_gets_one_page(unit: Unit) -> None:
    red_goal(unit)
    portal.supervision(unit, "滨河路拆迁", due_on=datetime.date(2026, 3, 2))

    page = portal.signed_in(portal.account("qu", LEADER)).get("/")

    assert [(one.name, one.value.text(), one.lamp.word) for one in page.context["multiples"]] == [
        ("生产总值增长", "5.5", "红灯")
    ]
    assert [one.title for one in page.context["matters"]] == ["滨河路拆迁"]


def test_one_page_shows_at_most_ten_figures_and_five_matters(unit: Unit) -> None:
    for place, code in enumerate(list(catalogue.catalogue())[:12]):
        goal(unit, str(place), "value", figure=code, measure=catalogue.get(code).measures[0], target="6")
    for place in range(7):
        portal.supervision(unit, f"事项{place}", due_on=datetime.date(2026, 3, 2))

    page = portal.signed_in(portal.account("qu", LEADER)).get("/one-page/2025/")

    assert len(page.context["matters"]) == 5
    assert len(page.context["multiples"]) == 10


def test_an_auditor_is_shown_the_rooms_he_may_enter() -> None:
    page = portal.signed_in(portal.account("shenji", AUDITOR)).get("/")

    rooms = [item.text for item in page.context["nav"]]
    assert "操作日志" in rooms
    assert 'href="/log/"' in page.content.decode()


def test_each_reader_is_offered_only_rooms_that_open() -> None:
    for name, role in (("a", OFFICER), ("b", LEADER), ("c", AUDITOR)):
        browser = portal.signed_in(portal.account(name, role))
        for item in list(browser.get("/").context["nav"]):
            assert browser.get(item.href, follow=True).status_code == 200, (role, item.href)


def test_the_office_page_costs_the_same_for_1_and_30_items(unit: Unit) -> None:
    browser, costs = portal.signed_in(portal.account()), []
    for first, last in ((0, 1), (1, 30)):
        for place in range(first, last):
            portal.supervision(unit, f"事项{place}", due_on=datetime.date(2026, 3, 2))
            open_duty(f"k{place}", "交办", "/x/", role=OFFICER)
        browser.get("/")
        with CaptureQueriesContext(connection) as queries:
            browser.get("/")
        costs.append(len(queries))

    assert costs[0] == costs[1]
