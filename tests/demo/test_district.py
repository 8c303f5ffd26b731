"""The fictional district: how much there is of it, that it hangs together, and that it is made the same every time."""

from __future__ import annotations

import datetime
import itertools
import re
from collections import Counter
from decimal import Decimal

import pytest
import yaml

from gangmu.cli.demo import data_files
from gangmu.cli.demo.chronicle import Told
from gangmu.cli.demo.files import REPORT, DemoDistrict
from gangmu.cli.demo.series import Observation, split
from gangmu.cli.demo.span import Span
from gangmu.cli.demo.units import roster
from gangmu.documents import template
from gangmu.engine import examples, rulebook
from gangmu.figures import catalogue
from gangmu.figures.figure import Series
from gangmu.ledgers.declarations import registers
from gangmu.records import workdays

TODAY = datetime.date(2026, 3, 16)
SHIPPED_SERIES = [figure.code for figure in catalogue.load().values() if isinstance(figure.source, Series)]


@pytest.fixture(scope="module")
def district() -> DemoDistrict:
    return DemoDistrict(TODAY)


@pytest.fixture(scope="module")
def own(district: DemoDistrict) -> list[Observation]:
    """What is observed of the district itself."""
    return [row for row in district.observations if not row.area and not row.unit]


def rows(district: DemoDistrict) -> dict[str, list[object]]:
    """Everything the workbooks say, by file and sheet."""
    return {
        f"{place}/{sheet.name}": [sheet.columns, *sheet.rows]
        for place, sheets in district.workbooks()
        for sheet in sheets
    }


# ---- units and people


def test_sixty_units_stand_in_four_groups_in_official_order(district: DemoDistrict) -> None:
    units = district.roster.assessed

    kinds = ["党委", "政府", "群团", "街道"]
    assert len(units) == 60
    assert Counter(unit.group for unit in units) == {
        "经济部门": 15,
        "综合保障部门": 17,
        "社会民生部门": 16,
        "街道": 12,
    }
    assert [kinds.index(unit.kind) for unit in units] == sorted(kinds.index(unit.kind) for unit in units)


def test_the_goal_office_is_not_assessed(district: DemoDistrict) -> None:
    assert (district.roster.office.short, district.roster.office.group) == ("目标办", "")


def test_every_post_has_an_a_and_a_b_role_and_nobody_shares_a_name(district: DemoDistrict) -> None:
    held = {(p.unit, seat.post, seat.part) for p in district.roster.people for seat in p.seats}
    wanted = {(u.code, post, part) for u in district.roster.units for post in u.posts[2:] for part in "AB"}
    names = Counter(p.name for p in (*district.roster.people, *district.roster.leaders))

    assert wanted <= held
    assert names.most_common(1)[0][1] == 1


@pytest.mark.parametrize("count", [12, 30, 60, 75])
def test_a_demo_of_another_size_has_every_group(count: int) -> None:
    made = roster("seed", count)

    assert len(made.assessed) == count
    assert {unit.group for unit in made.assessed} == {"经济部门", "综合保障部门", "社会民生部门", "街道"}


def test_in_a_small_demo_somebody_does_the_work_of_a_unit_that_is_not_there() -> None:
    made = roster("seed", 12)

    assert made.holder("TQW").group == "综合保障部门"
    assert made.holder("FGW").code == "FGW"


# ---- series


@pytest.mark.parametrize("code", SHIPPED_SERIES)
def test_each_series_covers_three_years(own: list[Observation], code: str) -> None:
    periods = {row.period for row in own if row.figure == code}

    months = 34 if code == "fixed_asset_investment" else 36  # January and February are one issue
    assert len(periods) >= (months if any("M" in period for period in periods) else 12)


def test_cumulated_values_never_fall_within_a_year(own: list[Observation]) -> None:
    flows = [code for code in data_files.read("series")["flows"] if code != "fixed_asset_investment"]
    falls = []
    for code in flows:
        values = [
            (row.period, row.value)
            for row in own
            if row.figure == code and not row.measure and row.vintage != "最终核实"
        ]
        falls += [
            (code, later[0])
            for before, later in itertools.pairwise(values)
            if before[0][:4] == later[0][:4] and later[1] <= before[1]
        ]

    assert falls == []


@pytest.mark.parametrize("code", ["retail_sales", "budget_revenue", "exports", "urban_income"])
def test_issued_nominal_growth_is_what_the_values_give(own: list[Observation], code: str) -> None:
    values = {row.period: row.value for row in own if row.figure == code and not row.measure}
    growth = {row.period: row.value for row in own if row.figure == code and row.measure == "增速"}
    before = {period: values.get(f"{int(period[:4]) - 1}{period[4:]}") for period in values}

    computed = {
        p: ((values[p] / v - 1) * 100).quantize(Decimal("0.1"), "ROUND_HALF_UP")
        for p, v in before.items()
        if v
    }

    assert len(computed) >= 8
    assert {period: growth[period] for period in computed} == computed


def test_investment_is_growth_alone_without_january_and_its_totals_are_not_published(
    own: list[Observation],
) -> None:
    found = [row for row in own if row.figure == "fixed_asset_investment"]

    assert [row.period for row in found if row.period.endswith("M01")] == []
    assert {(row.measure, row.status) for row in found} == {("增速", ""), ("", "不发布")}
    assert all(row.value is None for row in found if row.status == "不发布")


def test_one_figure_of_the_closed_year_has_not_been_issued_yet(own: list[Observation]) -> None:
    issued = [row.period for row in own if row.figure == "rd_intensity"]

    assert "2024-Q4" in issued
    assert [period for period in issued if period >= "2025-Q4"] == []


def test_closed_years_have_a_flash_and_a_final_value(own: list[Observation]) -> None:
    vintages = {(row.period, row.vintage) for row in own if row.figure == "gdp" and not row.measure}

    assert {("2024-Q4", "初步核算"), ("2024-Q4", "最终核实"), ("2025-Q4", "快报")} <= vintages


def test_subdistricts_add_up_to_their_share_of_the_whole(
    district: DemoDistrict, own: list[Observation]
) -> None:
    whole = {row.period: row.value for row in own if row.figure == "building_tax" and not row.measure}
    parts: dict[str, Decimal] = {}
    for row in district.observations:
        if row.figure == "building_tax" and row.unit and row.value is not None:
            parts[row.period] = parts.get(row.period, Decimal(0)) + row.value

    assert len(parts) >= 12
    assert parts == {period: whole[period] for period in parts}


def test_a_whole_is_split_without_losing_a_cent() -> None:
    parts = split(Decimal("10.00"), [Decimal(1), Decimal(1), Decimal(1)], 2)

    assert parts == [Decimal("3.34"), Decimal("3.33"), Decimal("3.33")]


def test_siblings_city_province_and_nation_are_there_for_comparison(district: DemoDistrict) -> None:
    areas = {row.area for row in district.observations if row.figure == "gdp" and row.measure == "增速"}

    assert areas == {"", "澄湖区", "望岳区", "青禾区", "栖岭区", "丹枫区", "锦河区", "全市", "全省", "全国"}


# ---- ledgers


def test_there_are_more_than_three_thousand_entries(district: DemoDistrict) -> None:
    counts = {code: len(entries) for code, entries in district.ledgers.items()}

    assert counts == {"projects": 360, "supervision": 700, "grievances": 2200}


def test_more_than_a_hundred_projects_are_above_a_hundred_million(district: DemoDistrict) -> None:
    large = [told for told in district.ledgers["projects"] if told.values["total_investment"] >= 10_000]

    assert len(large) >= 100
    assert len({told.title for told in district.ledgers["projects"]}) == 360


@pytest.mark.parametrize("code", ["projects", "supervision", "grievances"])
def test_entries_go_only_where_their_register_lets_them(district: DemoDistrict, code: str) -> None:
    stages = registers()[code].stage_by_code
    illegal = [
        (told.number, before.stage, after.stage)
        for told in district.ledgers[code]
        for before, after in itertools.pairwise(told.events)
        if after.stage not in stages[before.stage].next or after.on < before.on
    ]

    assert illegal == []
    assert {told.events[0].stage for told in district.ledgers[code]} == {registers()[code].first_stage.code}


@pytest.mark.parametrize("code", ["projects", "supervision", "grievances"])
def test_nothing_has_happened_after_today(district: DemoDistrict, code: str) -> None:
    late = [told.number for told in district.ledgers[code] for event in told.events if event.on > TODAY]

    assert late == []


def test_offices_assign_and_close_on_working_days_alone(district: DemoDistrict) -> None:
    days = {
        event.on
        for told in district.ledgers["supervision"]
        for event in told.events
        if event.stage in ("drafted", "assigned", "accepted", "struck_off")
    }

    assert [day for day in sorted(days) if not workdays.is_workday(day)] == []


def test_this_week_is_alive_and_some_items_are_overdue(district: DemoDistrict) -> None:
    items = district.ledgers["supervision"]
    done = {"closed", "struck_off", "archived", "long_term"}

    def overdue(told: Told) -> bool:
        return told.stage not in done and told.values["due_on"] is not None and told.values["due_on"] < TODAY

    assert sum(told.values["raised_on"] > TODAY - datetime.timedelta(days=7) for told in items) >= 3
    assert 3 <= sum(overdue(told) for told in items) <= 40
    assert any(told.stage == "replied" for told in items)


def test_grievances_come_in_two_lanes_and_hard_cases_have_a_leader(district: DemoDistrict) -> None:
    cases = district.ledgers["grievances"]
    lanes = Counter(told.values["lane"] for told in cases)
    hard = [told for told in cases if told.values["leader_case"]]

    assert min(lanes["hotline"], lanes["petition"]) >= 300
    assert len(hard) >= 20
    assert all(told.values["leader"] for told in hard)
    assert all(
        told.lines["escalations"]
        for told in hard
        if told.values["received_on"] < TODAY - datetime.timedelta(days=30)
    )


# ---- rule book and report


def test_every_worked_example_of_the_rule_book_passes(district: DemoDistrict) -> None:
    texts = dict(district.texts())
    book = rulebook.load(texts["declared/rulebooks/2025.yaml"])

    assert len(list(book.indicators())) == 24
    assert [result for result in examples.run(book) if not result.ok] == []


def test_every_kind_a_rule_book_commonly_uses_is_in_it(district: DemoDistrict) -> None:
    book = rulebook.load(dict(district.texts())["declared/rulebooks/2025.yaml"])

    assert {indicator.kind for indicator in book.indicators()} >= {
        *(
            "completion",
            "growth",
            "efficacy",
            "rank_points",
            "bands",
            "deduction",
            "inverse",
            "bonus",
            "step",
            "votes",
        ),
    }
    assert {veto.effect for veto in book.vetoes} == {"cap", "zero", "lower"}


def test_each_group_is_marked_out_of_a_hundred() -> None:
    marks: Counter[str] = Counter()
    for section in yaml.safe_load(data_files.text("rulebook.yaml"))["sections"]:
        for group, full in (section.get("full") or {}).items():
            marks[group] += full

    assert marks == dict.fromkeys(("economic", "support", "social", "subdistricts"), 100)


def test_the_report_binds_all_forty_figures_and_leaves_no_blank(district: DemoDistrict) -> None:
    text = dict(district.texts())[f"templates/{REPORT}.txt"]
    asked = [one.request for one in template.parse(text).placeholders()]
    plain = re.sub(r"\{\{.*?\}\}", "1", text)

    assert len(asked) >= 130
    assert {request.figure for request in asked} == set(catalogue.load())
    assert re.findall(r"(?<![A-Za-z])[XＸ×]+(?![A-Za-z光])|[_＿]{2,}|（\s*）|□", plain) == []


# ---- the same every time, and never stale


def test_the_same_seed_and_day_make_the_same_files() -> None:
    assert rows(DemoDistrict(TODAY, 12)) == rows(DemoDistrict(TODAY, 12))


def test_another_seed_makes_another_district() -> None:
    assert rows(DemoDistrict(TODAY, 12)) != rows(DemoDistrict(TODAY, 12, seed="另一个"))


def test_a_later_day_moves_the_years_along() -> None:
    later = DemoDistrict(datetime.date(2029, 11, 5), 12)

    assert (later.span.first_year, later.span.months[-1].code) == (2026, "2029-M10")
    assert max(row.period for row in later.observations if row.figure == "gdp") == "2029-Q3"
    assert f"declared/rulebooks/{2028}.yaml" in dict(later.texts())


@pytest.mark.parametrize("today", ["2026-01-01", "2026-01-05", "2026-12-31", "2028-02-29"])
def test_any_day_will_do(today: str) -> None:
    made = DemoDistrict(datetime.date.fromisoformat(today), 12)

    assert made.span.closed_year == int(today[:4]) - 1
    assert all(
        event.on <= made.today
        for entries in made.ledgers.values()
        for told in entries
        for event in told.events
    )


def test_a_year_that_has_just_begun_has_no_month_yet() -> None:
    span = Span(datetime.date(2026, 1, 20))

    assert (span.months[-1].code, span.quarters[-1].code) == ("2025-M12", "2025-Q4")


def test_each_unit_has_its_leader_and_its_matters_are_under_that_leader(district: DemoDistrict) -> None:
    leaders = {leader.code for leader in district.roster.leaders}
    in_charge = {unit.code: district.roster.leader(unit) for unit in district.roster.assessed}
    assert set(in_charge.values()) == leaders

    items, projects = district.ledgers["supervision"], district.ledgers["projects"]
    assert {one.unit: one.values["responsible_leader"] for one in items}.items() <= in_charge.items()
    led = {(one.values["guiding_unit"], one.values["leader"]) for one in projects if "leader" in one.values}
    assert led <= set(in_charge.items())
    assert ("GXJ", "L06") in led and ("ZJJ", "L07") in led


def test_no_two_supervision_items_have_the_same_title(district: DemoDistrict) -> None:
    titles = [item.title for item in district.ledgers["supervision"]]

    assert len(set(titles)) == len(titles) == 700


def test_every_unit_post_and_goal_has_an_english_name(district: DemoDistrict) -> None:
    sheets = {
        sheet.name: sheet
        for _, book in district.workbooks()
        for sheet in book
        if sheet.name in ("单位", "岗位", "目标")
    }
    names = {
        name: [row[[str(head) for head in sheet.columns].index("英文名称")] for row in sheet.rows]
        for name, sheet in sheets.items()
    }

    assert {name: [one for one in said if not str(one).isascii() or not one] for name, said in names.items()} == {
        "单位": [], "岗位": [], "目标": [],
    }  # fmt: skip
