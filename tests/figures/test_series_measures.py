"""Measures of imported series, each against a value computed by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gangmu.figures.models import Vintage
from gangmu.figures.values import value
from gangmu.problems import InputRefused
from tests.factories.figures import observed, observed_many

pytestmark = pytest.mark.django_db


def test_the_year_of_a_cumulative_series_is_its_last_cumulated_value():
    observed_many("gdp", {"2025-Q1": "61.2", "2025-Q2": "130.5", "2025-Q3": "204.1", "2025-Q4": "286.4"})

    found = value("gdp", "2025")

    assert (found.value, found.status, found.unit_of_measure, found.printed) == (
        Decimal("286.4"),
        "ok",
        "亿元",
        "286.40",
    )


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2025-Q1", "61.2"),
        ("2025-Q2", "69.3"),
        ("2025-S1", "130.5"),
        ("2025-S2", "155.9"),
        ("2025-M01/2025-M09", "204.1"),
        ("2025-M04/2025-M09", "142.9"),
    ],
)
def test_a_part_of_the_year_is_the_difference_of_cumulated_values(period, expected):
    observed_many("gdp", {"2025-Q1": "61.2", "2025-Q2": "130.5", "2025-Q3": "204.1", "2025-Q4": "286.4"})

    assert value("gdp", period).value == Decimal(expected)


def test_two_months_issued_as_one_period_leave_each_of_them_missing():
    observed_many("retail_sales", {"2025-M02": "20.5", "2025-M03": "31.0"})

    assert value("retail_sales", "2025-M01/2025-M02").value == Decimal("20.5")
    assert value("retail_sales", "2025-M03").value == Decimal("10.5")
    assert value("retail_sales", "2025-M02").status == "missing"


def test_several_years_of_a_flow_are_added_up():
    observed_many("gdp", {"2023": "230", "2024": "251.5", "2025": "286.4"})

    assert value("gdp", "2023/2025").value == Decimal("767.9")


def test_issued_growth_goes_before_computed_growth_and_says_so():
    observed_many("gdp", {"2024-Q4": "265.0", "2025-Q4": "286.4"})
    computed = value("gdp", "2025", "yoy")
    observed("gdp", "2025-Q4", "5.8", "yoy")

    issued = value("gdp", "2025", "yoy")

    assert computed.value.quantize(Decimal("1.000000")) == Decimal("8.075472")
    assert computed.rule.zh.startswith("由两期数值计算")
    assert computed.reason.zh == "未收到可比价增速，按现价总量计算"
    assert (issued.value, issued.rule.zh, issued.reason.zh) == (Decimal("5.8"), "采用上级发布数", "")


def test_growth_of_a_single_quarter_never_takes_the_cumulated_growth():
    observed_many("budget_revenue", {"2024-M03": "10", "2024-M06": "22", "2025-M03": "11", "2025-M06": "25"})
    observed("budget_revenue", "2025-M06", "13.0", "yoy")

    assert value("budget_revenue", "2025-S1", "yoy").value == Decimal("13.0")
    assert value("budget_revenue", "2025-Q2", "yoy").printed == "16.7"  # (25−11) ÷ (22−10) − 1


def test_growth_without_last_year_is_missing_with_the_reason():
    observed("gdp", "2025", "286.4")

    found = value("gdp", "2025", "yoy")

    assert (found.value, found.status, found.reason.zh) == (None, "missing", "缺地区生产总值 2024年 数值")


@pytest.mark.parametrize("base", ["0", "-3.5"])
def test_growth_over_a_base_that_is_not_positive_offers_the_change(base):
    observed_many("building_tax", {"2024": base, "2025": "4"})

    found = value("building_tax", "2025", "yoy")

    assert (found.status, "可改用增减量" in found.reason.zh) == ("missing", True)
    assert value("building_tax", "2025", "change").value == Decimal("4") - Decimal(base)


def test_a_revised_prior_year_changes_growth_without_changing_the_value():
    observed_many("building_tax", {"2024": "4", "2025": "5"})
    before = value("building_tax", "2025", "yoy").value, value("building_tax", "2025").value
    observed("building_tax", "2024", "4.4", vintage=Vintage.FINAL.value)

    after = value("building_tax", "2025", "yoy"), value("building_tax", "2025")

    assert before == (Decimal("25"), Decimal("5"))
    assert (after[0].printed, after[1].value) == ("13.6", Decimal("5"))


def test_average_growth_over_years_is_the_geometric_mean():
    observed_many("building_tax", {"2020": "100", "2025": "161.051"})

    assert value("building_tax", "2021/2025", "yoy").value == Decimal("10")


def test_a_change_of_coverage_is_said_beside_growth():
    observed("budget_revenue", "2024", "10", coverage="旧口径")
    observed("budget_revenue", "2025", "12", coverage="新口径")

    found = value("budget_revenue", "2025", "yoy")

    assert (found.value, found.reason.zh) == (Decimal("20"), "两期口径不同，增速和增减量仅供参考")


def test_the_change_of_a_rate_is_in_percentage_points():
    observed_many("rd_intensity", {"2024": "2.41", "2025": "2.56"})

    found = value("rd_intensity", "2025", "change")

    assert (found.value, found.unit_of_measure, found.decimals) == (Decimal("0.15"), "个百分点", 2)


def test_a_level_of_the_year_is_that_of_its_end():
    observed_many("population", {"2025-Q3": "83.1", "2025-Q4": "83.4"})

    assert value("population", "2025").value == Decimal("83.4")


def test_share_of_the_parent_area_and_of_another_figure():
    observed("gdp", "2025", "286.4")
    observed("gdp", "2025", "1432", area="全市")
    observed("service_value_added", "2025", "171.84")

    assert value("gdp", "2025", "share(parent)").value == Decimal("20")
    assert value("service_value_added", "2025", "share(gdp)").value == Decimal("60")


def test_a_fraction_is_the_whole_over_the_part():
    observed("population", "2025", "80")
    observed("population", "2025", "250", area="全市")

    assert value("population", "2025", "fraction(parent)").value == Decimal("3.125")


def test_a_multiple_is_this_period_over_the_last():
    observed_many("exports", {"2024": "2", "2025": "5"})

    found = value("exports", "2025", "multiple")

    assert (found.value, found.unit_of_measure) == (Decimal("2.5"), "倍")


def test_rank_is_computed_over_the_districts_and_names_them():
    for area, number in {
        "own": "286.4",
        "东山区": "300",
        "南湖区": "286.4",
        "北岭区": "100",
        "全市": "1432",
    }.items():
        observed("gdp", "2025", number, area=area)

    found = value("gdp", "2025", "rank")

    assert (found.value, found.unit_of_measure) == (Decimal("2"), "位")
    assert found.rule.zh == "在未命名区、东山区、北岭区、南湖区共4个区县中排序"


def test_rank_by_growth_uses_issued_growth():
    for area, number in {"own": "5.8", "东山区": "6.1", "南湖区": "5.2"}.items():
        observed("gdp", "2025", number, "yoy", area=area)

    assert value("gdp", "2025", "rank(yoy)").value == Decimal("2")


def test_an_issued_rank_goes_before_a_computed_one():
    for area, number in {"own": "5", "东山区": "6"}.items():
        observed("gdp", "2025", number, area=area)
    observed("gdp", "2025", "4", "rank")

    assert value("gdp", "2025", "rank").value == Decimal("4")


def test_no_rank_while_a_district_is_missing():
    for area, number in {"own": "5", "东山区": "6", "南湖区": "7"}.items():
        observed("gdp", "2024", number, area=area)
    for area, number in {"own": "5", "东山区": "6"}.items():
        observed("gdp", "2025", number, area=area)

    found = value("gdp", "2025", "rank")

    assert (found.status, found.reason.zh) == ("missing", "缺南湖区的数据，不能排序")


def test_streak_counts_the_years_in_which_a_condition_held():
    observed_many("building_tax", {"2021": "5", "2022": "4", "2023": "4.5", "2024": "5", "2025": "6"})

    assert value("building_tax", "2025", "streak(yoy>0)").value == Decimal("3")
    assert value("building_tax", "2022", "streak(yoy>0)").value == Decimal("0")


def test_streak_against_another_figure():
    observed_many("service_value_added", {"2023": "60", "2024": "52", "2025": "55"})
    observed_many("building_tax", {"2023": "61", "2024": "50", "2025": "50"})

    assert value("service_value_added", "2025", "streak(value > building_tax.value)").value == Decimal("2")


def test_not_published_is_not_missing():
    observed("fixed_asset_investment", "2025-M12", None)
    observed("fixed_asset_investment", "2025-M12", "6.4", "yoy")

    assert value("fixed_asset_investment", "2025").status == "not_published"
    assert value("fixed_asset_investment", "2025", "yoy").value == Decimal("6.4")
    assert value("fixed_asset_investment", "2024").status == "missing"


def test_a_plan_is_the_target_observation():
    observed("gdp", "2026", "6", "yoy", scenario="target")

    assert value("gdp", "2026", "planned yoy").value == Decimal("6")
    assert value("gdp", "2026", "planned value").status == "missing"


def test_planned_growth_follows_from_a_planned_value():
    observed("building_tax", "2026", "6.6", scenario="target")
    observed("building_tax", "2025", "6")

    assert value("building_tax", "2026", "planned yoy").value == Decimal("10")


def test_the_most_settled_vintage_holds_whenever_it_was_recorded():
    observed("gdp", "2025-Q4", "286.4", vintage="final")
    observed("gdp", "2025-Q4", "280.0", vintage="flash")

    found = value("gdp", "2025")

    assert (found.value, found.vintage) == (Decimal("286.4"), "final")


def test_the_growth_of_the_nation_has_no_quarter_of_its_own():
    observed_many("gdp_national_growth", {"2025-Q2": "5.3", "2025-Q3": "5.2"})

    assert value("gdp_national_growth", "2025-M01/2025-M09").value == Decimal("5.2")
    assert value("gdp_national_growth", "2025-Q3").status == "missing"


def test_unknown_words_are_answered_with_the_nearest():
    with pytest.raises(InputRefused, match="地区生产总值"):
        value("地区生产总植", "2025")
    with pytest.raises(InputRefused, match="没有取值方式"):
        value("gdp", "2025", "sum(invested)")
    with pytest.raises(InputRefused, match="不能加条件"):
        value("gdp", "2025", filters=(("class", "eq", "industry"),))


def test_old_words_and_chinese_measures_are_understood():
    observed("market_entities", "2025", "12.3")

    found = value("市场主体", "2025", "数值")

    assert (found.figure, found.measure, found.value) == ("market_entities", "value", Decimal("12.3"))
