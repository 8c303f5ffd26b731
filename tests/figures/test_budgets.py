"""Queries follow the kinds of sources, not the number of values asked."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gangmu.figures import catalogue
from gangmu.figures.figure import Series
from gangmu.figures.requests import Request
from gangmu.figures.series import latest_periods, points
from gangmu.figures.values import many
from gangmu.records import clock
from tests.factories import org
from tests.factories.figures import observed_many
from tests.factories.projects import project

pytestmark = pytest.mark.django_db


def _queries(requests: list[Request]) -> int:
    with CaptureQueriesContext(connection) as captured:
        many(requests)
    return len(captured)


def test_all_series_of_the_catalogue_cost_the_same_as_one():
    observed_many("gdp", {"2024": "265", "2025": "286.4"})
    series = [f for f in catalogue.catalogue().values() if isinstance(f.source, Series)]
    every = [
        Request(f.code, "2025", m, area=area) for f in series for m in f.measures for area in ("own", "全市")
    ]

    assert _queries([Request("gdp", "2025", "rank")]) == 1
    assert len(every) > 100
    assert _queries(every) <= 2


def test_a_chart_costs_the_same_for_4_and_for_12_periods(django_assert_max_num_queries):
    observed_many("gdp", {f"{y}-Q{q}": "100" for y in (2022, 2023, 2024, 2025) for q in (1, 2, 3, 4)})

    for number in (4, 12):
        with django_assert_max_num_queries(1):
            points("gdp", latest_periods("gdp", clock.today(), number))


def test_a_ledger_figure_costs_the_same_for_4_units_and_for_20_and_equals_each_asked_alone():
    units = [org.unit(f"U{number:02}") for number in range(20)]
    for number, unit in enumerate(units[:3]):
        for title in range(number + 1):
            project(unit, f"{unit.code}{title}", {"started": "2025-03-01"}, {"2025-04": "1000.5"})
    asked = [
        Request("projects_started", "2025", measure, unit=unit.code)
        for unit in units
        for measure in ("count", "sum(invested)", "sum(total_investment)")
    ]

    assert _queries(asked[:12]) == _queries(asked)
    together = [found.value for found in many(asked)]
    assert together == [many([one])[0].value for one in asked]
    assert together[:9] == [1, Decimal("0.10005"), 2, 2, Decimal("0.2001"), 4, 3, Decimal("0.30015"), 6]
