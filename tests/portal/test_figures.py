"""The pages of figures: the list, one figure, and the way from a number to its rows."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from gangmu.figures import catalogue
from gangmu.org.permissions import REPORTER
from tests.factories import figures, portal

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> Client:
    return portal.signed_in(portal.account())


def gdp() -> None:
    figures.observed("gdp", "2024", "1200.00")
    figures.observed("gdp", "2025", "1286.42", source="区统计局2026年1月反馈")
    figures.observed("gdp", "2025", "5.6", "yoy")
    for area, growth in (("own", "5.6"), ("东山区", "7.1"), ("南浦区", "4.0"), ("全市", "5.9")):
        figures.observed("gdp", "2025", growth, "yoy", area=area)
    figures.observed("gdp", "2025", "1290", scenario="target")


def test_the_list_shows_every_figure_of_the_catalogue(officer: Client) -> None:
    gdp()

    answer = officer.get("/figures/?period=2025&format=json")

    rows = {row["figure"]: row for row in json.loads(answer.content)["rows"]}
    assert len(rows) == len(catalogue.catalogue())
    assert {key: rows["地区生产总值"][key] for key in ("value", "unit", "yoy", "target")} == {
        "value": "1286.420000",
        "unit": "亿元",
        "yoy": "5.600000",
        "target": "1290.000000",
    }


def test_the_list_finds_a_figure_by_an_old_name(officer: Client) -> None:
    page = officer.get("/figures/?q=GDP")

    names = [shown.row.cells["figure"].text for shown in page.context["table"].shown()]
    assert "地区生产总值" in names
    assert "固定资产投资" not in names


def test_a_figure_page_shows_value_target_rank_and_origin(officer: Client) -> None:
    gdp()

    page = officer.get("/figures/gdp/2025/")

    text = page.content.decode()
    assert page.context["number"].text() == "1286.42"
    assert '<a class="num" href="/trace/gdp/2025/?measure=value" data-panel>1286.42</a>' in text
    assert [(bar.name, bar.rank, bar.own) for bar in page.context["ranking"].bars] == [
        ("东山区", 1, False),
        (page.context["district"].name, 2, True),
        ("南浦区", 3, False),
    ]
    assert "区统计局2026年1月反馈" in text
    assert "期间" in text and "2025年" in text


def test_a_missing_figure_says_why_and_is_never_zero(officer: Client) -> None:
    page = officer.get("/figures/gdp/2025/")

    assert page.context["number"].text() == "—"
    assert page.context["main"].reason.zh in page.content.decode()
    assert "还没有可画的数据" in page.content.decode()


@pytest.mark.parametrize(
    "address", ["/figures/nothing/2025/", "/figures/gdp/2025-M13/", "/trace/gdp/2025/?measure=no"]
)
def test_what_is_not_in_the_catalogue_is_not_there(officer: Client, address: str) -> None:
    assert officer.get(address).status_code == 404


def test_a_range_of_months_is_an_address(officer: Client) -> None:
    assert officer.get("/trace/gdp/2025-M01/2025-M05/?measure=value").status_code == 200


def test_a_trace_leads_from_a_number_to_its_ledger_rows(officer: Client) -> None:
    first = portal.supervision(portal.unit(), "智慧物流枢纽")
    portal.supervision(portal.unit(), "滨河路更新")

    page = officer.get("/trace/supervision_items/2025/")

    level = page.context["level"]
    assert (level.number.text(), level.counted, level.hidden) == ("2", 2, 0)
    assert [row.title for row in level.rows] == ["智慧物流枢纽", "滨河路更新"]
    assert f'href="/ledgers/supervision/{first.number}/"' in page.content.decode()


def test_rows_a_reader_may_not_see_are_counted_and_not_shown() -> None:
    own, other = portal.unit(), portal.unit("zjj", "区住房和城乡建设局", "区住建局")
    portal.supervision(own, "智慧物流枢纽")
    portal.supervision(other, "滨河路更新")
    reporter = portal.signed_in(portal.account("li", REPORTER, of=own))

    page = reporter.get("/trace/supervision_items/2025/")

    level = page.context["level"]
    assert (level.number.text(), level.counted, level.hidden) == ("2", 2, 1)
    assert [row.title for row in level.rows] == ["智慧物流枢纽"]
    assert "滨河路更新" not in page.content.decode()
    assert "另有 1 条记录已计入" in page.content.decode()


def test_a_panel_gets_the_trace_alone_and_everybody_else_a_page(officer: Client) -> None:
    gdp()

    panel = officer.get("/trace/gdp/2025/?measure=value", headers={"HX-Request": "true"}).content.decode()
    page = officer.get("/trace/gdp/2025/?measure=value").content.decode()

    assert "<html" not in panel and "1286.42" in panel and "data-shut" in panel
    assert "<html" in page and "1286.42" in page


def test_a_figure_page_costs_the_same_for_1_and_30_rows_behind_it(
    officer: Client, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    unit, costs = portal.unit(), []
    for more in (1, 29):
        for place in range(more):
            portal.supervision(unit, f"项目{more}-{place}")
        officer.get("/trace/supervision_items/2025/?all=1")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            officer.get("/trace/supervision_items/2025/?all=1")
        costs.append(len(queries))

    assert costs[0] == costs[1]
