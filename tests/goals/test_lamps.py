"""Lamps of goals against schedule, each with the sentence that says why."""

from __future__ import annotations

import datetime

import pytest

from gangmu.goals import book
from gangmu.goals.lamps import lamp_of
from tests.factories import org
from tests.factories.figures import CLERK, observed, observed_many
from tests.factories.goals import goal
from tests.factories.projects import project

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return org.unit("FGW", name="发展和改革委员会", short_name="发改委")


@pytest.mark.parametrize(
    ("reached", "colour", "words"),
    [
        ("75", "green", "为目标100.00亿元的75.0%，序时进度75.0%"),
        ("70", "amber", "落后5.0个百分点"),
        ("60", "red", "落后15.0个百分点"),
    ],
)
def test_an_amount_is_held_against_the_months_its_data_cover(owner, settings, reached, colour, words):
    settings.GANGMU_TODAY = datetime.date(2025, 11, 20)
    observed("gdp", "2025-Q3", reached)
    made = goal(owner, "1", "value", figure="gdp", measure="value", target="100")

    shown = lamp_of(made)

    assert (shown.colour, shown.covers.code) == (colour, "2025-M01/2025-M09")
    assert words in shown.reason.zh


def test_a_count_of_the_ledger_is_held_against_the_days_gone_by(owner, settings):
    settings.GANGMU_TODAY = datetime.date(2026, 3, 14)
    for number in range(3):
        project(owner, f"项目{number}", {"started": "2026-02-01"})
    made = goal(owner, "1", "value", "2026", figure="projects_started", measure="count", target="15")

    shown = lamp_of(made)

    assert (shown.colour, shown.reason.zh) == (
        "green",
        "2026年截至3月14日完成3个，为目标15个的20.0%，序时进度20.0%",
    )


@pytest.mark.parametrize(("growth", "colour"), [("6.0", "green"), ("5.2", "amber"), ("4.0", "red")])
def test_growth_is_held_against_its_target_whatever_the_month(owner, growth, colour):
    observed("gdp", "2025-Q4", growth, "yoy")

    assert lamp_of(goal(owner, "1", "growth", figure="gdp", measure="yoy", target="6")).colour == colour


@pytest.mark.parametrize(("nation", "colour"), [("5.0", "green"), ("5.8", "amber"), ("6.0", "red")])
def test_higher_than_means_higher_than_every_one_of_them(owner, nation, colour):
    observed("gdp", "2025-Q4", "5.8", "yoy")
    observed("gdp", "2025-Q4", nation, "yoy", area="全国")
    observed("gdp", "2025-Q4", "5.5", "yoy", area="全市")

    made = goal(owner, "1", "higher_than", figure="gdp", measure="yoy", compare_with="全国、全市")

    assert lamp_of(made).colour == colour


@pytest.mark.parametrize(
    ("place", "colour", "words"),
    [
        ("3", "green", "2025年居第3位；保持前5位、争取前3位，已进入争取位次"),
        ("4", "green", "2025年居第4位；保持前5位、争取前3位，还差1位"),
        ("5", "amber", "2025年居第5位；保持前5位、争取前3位，还差2位"),
        ("6", "red", "2025年居第6位；保持前5位、争取前3位，还差3位"),
    ],
)
def test_a_rank_has_a_floor_and_a_stretch(owner, place, colour, words):
    observed("gdp", "2025-Q4", place, "rank")

    shown = lamp_of(goal(owner, "1", "rank", figure="gdp", measure="rank", floor="5", stretch="3"))

    assert (shown.colour, shown.reason.zh) == (colour, words)


def test_what_must_stay_at_zero_is_red_with_the_first_case(owner):
    made = goal(owner, "1", "keep_at_zero", figure="projects_completed", measure="count")
    before = lamp_of(made).colour
    project(owner, "甲", {"started": "2025-02-01", "completed": "2025-08-01"})

    assert (before, lamp_of(made).colour) == ("green", "red")


@pytest.mark.parametrize(
    ("today", "done", "colour"),
    [("2025-06-01", "", "green"), ("2025-12-10", "", "amber"), ("2026-01-05", "", "red"), ("2026-01-05", "2025-12-30", "green")],
)  # fmt: skip
def test_a_milestone_is_held_against_the_end_of_its_period(owner, settings, today, done, colour):
    settings.GANGMU_TODAY = datetime.date.fromisoformat(today)
    made = goal(owner, "1", "milestone")
    if done:
        made = book.reach(made, datetime.date.fromisoformat(done), CLERK)

    assert lamp_of(made).colour == colour


def test_a_goal_without_data_has_no_lamp_and_says_what_is_lacking(owner):
    shown = lamp_of(goal(owner, "1", "growth", figure="gdp", measure="yoy", target="6"))

    assert (shown.colour, shown.reason.zh) == (None, "缺地区生产总值 2025年 数值")


def test_the_latest_period_with_data_lights_the_lamp(owner):
    observed_many("retail_sales", {"2025-M05": "45", "2025-M06": "49"})

    shown = lamp_of(goal(owner, "1", "value", figure="retail_sales", measure="value", target="100"))

    assert (shown.covers.code, str(shown.progress), str(shown.expected), shown.colour) == (
        "2025-M01/2025-M06", "49", "50", "amber"
    )  # fmt: skip
