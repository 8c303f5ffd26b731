"""The goal book as of a moment: figures, lamps and the tree answer with what was known then, whatever came later."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gangmu.figures.requests import Request
from gangmu.figures.values import many, rows, value
from gangmu.goals import book
from gangmu.goals.lamps import lamp_of
from gangmu.goals.models import Goal, Share
from gangmu.goals.tree import tree
from gangmu.org.permissions import OFFICER, REPORTER
from gangmu.problems import InputRefused
from gangmu.records import clock, sealing
from gangmu.records.models import LogEntry
from tests.factories import org
from tests.factories.figures import CLERK, observed
from tests.factories.goals import accused, goal, share

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner():
    return org.unit("FGW", name="发展和改革委员会", short_name="发改委")


@pytest.fixture
def other():
    return org.unit("SWJ", name="商务局", short_name="商务局")


def _told(period: str, user: object, as_of: datetime.datetime | None) -> list[tuple[object, ...]]:
    return [
        (node.goal.code, node.goal.target, node.lamp.colour, [one.unit.code for one in node.shares])
        for root in tree(period, user, as_of)
        for node in root.walk()
    ]


def test_the_tree_and_its_lamps_are_those_of_the_moment(owner, other):
    officer = org.user(OFFICER)
    observed("gdp", "2025-Q4", "6.1", "yoy")
    made = goal(owner, "1", "growth", figure="gdp", measure="yoy", target="6")
    share(made, owner, "6")
    first = clock.now()
    goal(owner, "1", "growth", figure="gdp", measure="yoy", target="8")
    share(made, other, "8")
    second = clock.now()
    observed("gdp", "2025-Q4", "8.2", "yoy")

    assert [_told("2025", officer, moment) for moment in (first, second, None)] == [
        [("1", Decimal(6), "green", ["FGW"])],
        [("1", Decimal(8), "red", ["FGW", "SWJ"])],
        [("1", Decimal(8), "green", ["FGW", "SWJ"])],
    ]


def test_figures_of_the_goals_count_what_stood_at_the_moment(owner, other):
    before = clock.now()
    made = goal(owner, "1", "growth", figure="gdp", measure="yoy", target="6")
    observed("gdp", "2025-Q4", "6.1", "yoy")
    first = clock.now()
    goal(other, "2", "growth", figure="exports", measure="yoy", target="6")
    share(made, other, "6", org.post(other, "统计岗"))
    goal(owner, "1", "growth", figure="gdp", measure="yoy", target="7")

    def told(as_of: datetime.datetime | None) -> list[Decimal | None]:
        asked = ("responsible_units", "responsible_posts", "goals_on_track")
        return [value(code, "2025", as_of=as_of).value for code in asked]

    assert [told(moment) for moment in (before, first, None)] == [
        [None, None, None],
        [Decimal(1), None, Decimal(100)],
        [Decimal(2), Decimal(1), Decimal(0)],
    ]


def test_the_row_counted_at_a_moment_is_the_version_of_then_and_is_found_in_the_log(owner):
    goal(owner, "1", "value", name="原名", figure="gdp", measure="value", target="280")
    first = clock.now()
    goal(owner, "1", "value", name="新名", figure="gdp", measure="value", target="290")
    sealing.seal()

    found = [rows("responsible_units", "2025", as_of=moment)[0] for moment in (first, None)]

    assert [(ref.number, ref.version, ref.title) for ref in found] == [
        ("2025/1", 1, "原名"),
        ("2025/1", 2, "新名"),
    ]
    for ref in found:
        told = LogEntry.objects.get(position=ref.log)
        assert (told.action, ref.title in told.detail) == ("goal.recorded", True)


def test_a_milestone_is_held_against_the_day_of_the_moment(owner, settings):
    settings.GANGMU_TODAY = datetime.date(2126, 1, 5)
    period = str(clock.now().year + 2)
    made = goal(owner, "1", "milestone", period)
    then = clock.now()

    assert (lamp_of(made, then).colour, lamp_of(made).colour) == ("green", "red")


def test_a_unit_sees_what_was_its_own_at_the_moment(owner, other):
    reporter = org.user(REPORTER, other)
    goal(other, "1", "value", figure="gdp", measure="value", target="280")
    first = clock.now()
    goal(owner, "1", "value", figure="gdp", measure="value", target="280")

    assert [
        [node.goal.owner.code for node in tree("2025", reporter, moment)] for moment in (first, None)
    ] == [
        ["SWJ"],
        [],
    ]


def test_nothing_is_written_over_or_deleted(owner):
    made = goal(owner, "1", "value", figure="gdp", measure="value", target="280")
    share(made, owner, "280")
    goal(owner, "1", "value", figure="gdp", measure="value", target="290")

    assert list(Goal.objects.order_by("id").values_list("target", "supersedes__target")) == [
        (Decimal(280), None),
        (Decimal(290), Decimal(280)),
    ]
    for row in (made, Share.objects.get()):
        with pytest.raises(TypeError):
            row.delete()


@pytest.mark.parametrize("column", ["target", "recorded_to"])
def test_the_log_accuses_a_row_of_the_past_changed_behind_its_back(owner, column):
    made = goal(owner, "1", "value", figure="gdp", measure="value", target="280")
    goal(owner, "1", "value", figure="gdp", measure="value", target="290")
    sealing.seal()
    clean = accused()

    changed = {"target": Decimal(281), "recorded_to": clock.now()}[column]
    Goal.objects.filter(pk=made.pk).update(**{column: changed})

    assert (clean, accused()) == ([], ["row.changed"])


def test_many_questions_as_of_one_moment_cost_what_one_does(owner):
    goal(owner, "1", "growth", figure="gdp", measure="yoy", target="6")
    moment = clock.now()
    goal(owner, "2", "overall")
    counted = []
    for codes in (["responsible_units"], ["responsible_units", "responsible_posts"]):
        with CaptureQueriesContext(connection) as captured:
            many([Request(code, "2025", as_of=moment) for code in codes])
        counted.append(len(captured))

    assert counted[0] == counted[1]


def test_a_goal_that_others_hang_from_cannot_be_taken_out(owner):
    top = goal(owner, "0", "overall")
    goal(owner, "1", "overall", parent=top)
    writing = book.Writing(CLERK)
    writing.remove(book.GOAL, top.key)

    with pytest.raises(InputRefused) as refused:
        writing.finish()

    assert [one.code for one in refused.value.problems] == ["goal.still_named"]
