"""Measures of ledger figures, each against rows counted by hand."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from gangmu.figures import catalogue
from gangmu.figures.measures import Measure
from gangmu.figures.naming import measure_name
from gangmu.figures.requests import Request
from gangmu.figures.values import Value, many, rows, value
from gangmu.ledgers import entries
from gangmu.problems import InputRefused
from gangmu.records import clock
from tests.factories import org
from tests.factories.figures import CLERK, observed
from tests.factories.projects import grievance, project

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return org.unit("GXJ", name="工业和信息化局", short_name="工信局")


@pytest.fixture
def three_projects(unit):
    return [
        project(unit, "甲", {"early": "2024-02-01", "started": "2025-03-10"}, {"2025-03": "1000", "2025-06": "2500.5"}),
        project(unit, "乙", {"started": "2025-09-01", "completed": "2025-12-20"}, {"2025-10": "800"}, **{"class": "service"}),
        project(unit, "丙", {"started": "2024-05-01", "continued": "2025-01-01"}, {"2024-12": "300", "2025-02": "700"}),
    ]  # fmt: skip


def test_projects_started_are_those_that_first_reached_the_stage_in_the_period(three_projects):
    assert [value("projects_started", period).value for period in ("2025", "2025-Q1", "2025-S2", "2024", "2023")] == [
        Decimal(2), Decimal(1), Decimal(1), Decimal(1), Decimal(0)
    ]  # fmt: skip


def test_a_sum_is_in_the_unit_the_catalogue_shows(three_projects):
    found = value("projects_started", "2025", "sum(invested)")

    assert (found.value, found.unit_of_measure, found.printed) == (Decimal("0.43005"), "亿元", "0.4")


def test_a_sum_over_no_rows_is_zero_and_over_rows_without_the_field_is_missing(three_projects):
    assert value("projects_completed", "2023", "sum(invested)").value == Decimal(0)
    assert value("new_retail_area", "2025").status == "missing"
    assert value("new_retail_area", "2023").value == Decimal(0)


def test_major_projects_are_under_way_at_the_end_or_completed_in_the_period(three_projects):
    assert value("major_projects", "2025").value == Decimal(3)
    assert value("major_projects", "2026").value == Decimal(2)
    assert value("major_projects", "2024").value == Decimal(1)
    assert value("projects_continued", "2025").value == Decimal(1)


def test_a_filter_narrows_by_code_or_by_name(three_projects):
    by_code = value("projects_started", "2025", filters=(("class", "eq", "service"),))
    by_name = value("projects_started", "2025", filters=(("项目类别", "eq", "工业、服务业"),))
    by_amount = value("projects_started", "2025", filters=(("total_investment", "gt", "2亿元"),))

    assert (by_code.value, by_name.value, by_amount.value) == (Decimal(1), Decimal(2), Decimal(0))


def test_unknown_filters_are_answered_with_what_would_be_right(three_projects):
    with pytest.raises(InputRefused, match="项目类别（class）"):
        value("projects_started", "2025", filters=(("klass", "eq", "service"),))
    with pytest.raises(InputRefused, match="服务业（service）"):
        value("projects_started", "2025", filters=(("class", "eq", "农业"),))


def test_a_sensitive_field_cannot_be_filtered_by(unit):
    with pytest.raises(InputRefused, match="没有可筛选的字段"):
        value("grievances_received", "2025", filters=(("petitioner", "eq", "张三"),))


def test_a_unit_counts_its_own_rows(three_projects, unit):
    other = org.unit("SWJ", name="商务局", short_name="商务局")
    project(other, "丁", {"started": "2025-04-01"})

    asked = [Request("projects_started", "2025", "count", unit=code) for code in ("GXJ", "SWJ")]

    assert [found.value for found in many(asked)] == [Decimal(2), Decimal(1)]


def test_completion_is_investment_over_the_plan_of_the_year(unit):
    entry = project(unit, "甲", {"started": "2025-01-10"}, {"2025-02": "600"}, key_level="provincial")
    entries.add_line(entry, "planned_investment", {"year": "2025", "amount": "2400"}, CLERK)

    found = value("key_projects", "2025", "rate(invested/planned_investment)")
    first_quarter = value("key_projects", "2025-Q1", "rate(投资完成率)")

    assert (found.value, found.unit_of_measure) == (Decimal(25), "%")
    assert first_quarter.value == Decimal(25)


def test_rates_of_grievances(unit):
    grievance(unit, "2025-03-03", "2025-03-05", satisfaction="satisfied")
    grievance(unit, "2025-03-03", "2025-03-20", satisfaction="dissatisfied", level="subdistrict")
    grievance(unit, "2025-03-03")

    found = [
        value("grievances_resolved", "2025", m).printed
        for m in ("rate", "rate(on_time)", "rate(satisfaction)")
    ]

    assert found == ["66.7", "33.3", "50.0"]
    assert value("grievances_in_community", "2025").printed == "50.0"
    assert value("grievances_received", "2025").value == Decimal(3)


def test_a_rate_without_anything_to_count_is_missing(unit):
    found = value("grievances_resolved", "2025", "rate")

    assert (found.value, found.status, found.reason.zh) == (None, "missing", "没有应计入的记录，不能求比率")


def test_growth_of_a_count_is_computed_from_the_rows(three_projects):
    assert value("projects_started", "2025", "yoy").value == Decimal(100)


def test_names_are_the_titles_of_the_rows(three_projects):
    found = value("projects_started", "2025", "names")

    assert ([part.code for part in found.parts], found.value) == (["甲", "乙"], Decimal(2))


def test_counts_by_stage(three_projects):
    found = value("major_projects", "2025", "count(by stage)")

    assert [(part.code, part.value) for part in found.parts] == [
        ("started", Decimal(1)), ("continued", Decimal(1)), ("completed", Decimal(1))
    ]  # fmt: skip


def test_counts_by_lamp_and_of_one_colour(three_projects, settings):
    settings.GANGMU_TODAY = datetime.date(2027, 1, 5)

    found = value("major_projects", "2027", "count(by lamp)")

    assert [(part.code, part.value) for part in found.parts] == [
        ("red", Decimal(2)), ("amber", Decimal(0)), ("green", Decimal(0))
    ]  # fmt: skip
    assert value("major_projects", "2027", "count(red)").value == Decimal(2)


def test_a_rank_of_a_ledger_figure_is_only_ever_issued(three_projects):
    assert value("key_projects", "2025", "rank(published)").status == "missing"
    observed("key_projects", "2025", "2", "rank")

    assert value("key_projects", "2025", "rank(published)").value == Decimal(2)


def test_a_ledger_knows_nothing_of_other_areas(three_projects):
    assert value("projects_started", "2025", area="全市").status == "missing"


def test_the_rows_of_a_value_are_references_only(three_projects):
    found = rows("projects_started", "2025")

    assert [(ref.ledger, ref.number, ref.title) for ref in found] == [
        ("projects", three_projects[0].number, "甲"), ("projects", three_projects[1].number, "乙")
    ]  # fmt: skip


def test_as_of_a_moment_the_value_is_what_was_known_then(three_projects, unit):
    before = clock.now()
    project(unit, "丁", {"started": "2025-04-01"})

    assert value("projects_started", "2025").value == Decimal(3)
    assert value("projects_started", "2025", as_of=before).value == Decimal(2)


def test_changing_one_row_changes_exactly_the_figures_that_depend_on_it(three_projects):
    before = _everything()

    entries.change(three_projects[1], {"total_investment": "30000"}, CLERK)

    after = _everything()
    assert {key for key in before if before[key] != after[key]} == {
        ("major_projects", "sum(total_investment)"),
        ("projects_started", "sum(total_investment)"),
        ("projects_completed", "sum(total_investment)"),
        ("projects_service", "sum(total_investment)"),
    }


def test_every_figure_of_the_catalogue_answers_in_all_its_measures(three_projects):
    assert {found.status for found in _everything().values()} == {"ok", "missing"}


def _everything() -> dict[tuple[str, str], Value]:
    asked = [
        Request(figure.code, "2025", measure)
        for figure in catalogue.catalogue().values()
        for measure in figure.measures
    ]
    return {(found.figure, found.measure): found for found in many(asked)}


@pytest.mark.parametrize(
    ("figure", "said", "measure"),
    [
        ("projects_started", "完成投资", "sum(invested)"),
        ("projects_started", "计划数量", "planned count"),
        ("grievances_resolved", "按期办结率", "rate(on_time)"),
        ("projects_started", "value", "count"),
        ("new_retail_area", "合计", None),
    ],
)
def test_a_quantity_is_asked_for_by_its_name(figure, said, measure):
    if measure is None:
        with pytest.raises(InputRefused, match="没有取值方式“合计”"):
            value(figure, "2025", said)
    else:
        assert value(figure, "2025", said).measure == measure


@pytest.mark.parametrize(
    ("figure", "measure", "zh", "en"),
    [
        ("projects_started", "planned sum(invested)", "计划完成投资", "planned invested"),
        ("gdp", "share(parent)", "占全市比重", "share of the city"),
        ("service_value_added", "share(gdp)", "占地区生产总值比重", "share of Gross regional product"),
        ("gdp", "rank(yoy)", "增速位次", "rank by growth"),
        ("supervision_items", "count(red)", "红灯数量", "count of red"),
        ("key_projects", "rank(published)", "位次（上级公布）", "rank (as issued)"),
    ],
)
def test_a_measure_is_named_in_words(figure, measure, zh, en):
    name = measure_name(catalogue.get(figure), Measure.parse(measure))

    assert (name.zh, name.en) == (zh, en)
