"""Who sees which results, and in what order they stand."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gangmu.assessment import results, score_sheets
from gangmu.assessment.models import AssessmentFact, Cycle, CycleRun
from gangmu.org.permissions import (
    AUDITOR,
    LEADER,
    OFFICER,
    REPORTER,
    SYSTEM_ADMIN,
    UNIT_HEAD,
    VERIFIER,
)
from gangmu.problems import InputRefused, Text
from gangmu.records.log import Actor
from tests.factories import org
from tests.factories.assessment import district, given, scored

pytestmark = pytest.mark.django_db

NOBODY = Text("", "")


def lines(groups):
    return [
        (group.code, group.size, [(one.unit.code, one.total, one.rank, one.grade) for one in group.standings])
        for group in groups
    ]


def test_a_ranking_stands_by_group_by_place_with_the_scores_of_each_section():
    small = district()

    bureaus, streets = results.ranking(scored())

    assert (bureaus.name, bureaus.columns) == (
        Text("部门", "Departments"),
        (Text("经济", "The economy"), Text("重点工作", "Key work"), Text("加分", "Bonus")),
    )
    assert bureaus.standings == (
        results.Standing(small.b, "98.00", "1", "优秀", NOBODY, ("60", "38", "0")),
        results.Standing(small.a, "79.00", "2", "合格", NOBODY, ("42", "36", "1")),
    )
    assert lines([streets]) == [("streets", 1, [("C", "63.00", "1", "合格")])]


def test_equals_share_a_place_and_stand_in_official_order():
    small = district()
    given(small.b, "tasks", "19")

    bureaus, _ = results.ranking(scored())

    assert [(one.unit.code, one.total, one.rank, one.tied) for one in bureaus.standings] == [
        ("A", "79.00", "1", True),
        ("B", "79.00", "1", True),
    ]


def test_a_veto_is_named_beside_the_grade_it_capped():
    small = district()
    given(small.b, "accident", "1", event="较大事故1起", field="count")

    bureaus, _ = results.ranking(scored())

    assert [(one.unit.code, one.grade, one.note) for one in bureaus.standings] == [
        ("B", "合格", Text("一票否决：较大事故", "veto: A serious accident")),
        ("A", "合格", NOBODY),
    ]


@pytest.mark.parametrize("role", [OFFICER, LEADER, AUDITOR])
def test_readers_of_the_district_see_every_unit(role):
    small = district()
    made, user = scored(), org.user(role)

    assert results.ranking(made, user) == results.ranking(made)
    assert results.visible_scores(made, user).count() == made.run.scores.count()
    assert all(results.may_see(user, unit) for unit in small.units)
    assert AssessmentFact.objects.visible_to(user).count() == 4


@pytest.mark.parametrize("role", [REPORTER, UNIT_HEAD])
def test_a_units_people_see_their_own_line_and_how_many_there_are(role):
    small = district()
    made, user = scored(), org.user(role, small.a)

    assert lines(results.ranking(made, user)) == [("bureaus", 2, [("A", "79.00", "2", "合格")])]
    assert set(results.visible_scores(made, user).values_list("unit", flat=True)) == {"A"}
    assert [results.may_see(user, unit) for unit in small.units] == [True, False, False]
    assert [fact.unit for fact in AssessmentFact.objects.visible_to(user)] == [small.a, small.a]


@pytest.mark.parametrize("role", [VERIFIER, SYSTEM_ADMIN, ""])
def test_whoever_has_no_permission_sees_no_score(role):
    small = district()
    made, user = scored(), org.user(role, small.a)

    assert results.ranking(made, user) == []
    assert not results.visible_scores(made, user).exists()
    assert not results.visible_runs(user).exists()
    assert not AssessmentFact.objects.visible_to(user).exists()
    with pytest.raises(PermissionDenied):
        score_sheets.sheet_of(made, small.a, user)


def test_the_door_of_the_runs_opens_to_readers_of_scores_alone():
    small = district()
    made = scored()

    assert list(results.visible_runs(org.user(OFFICER))) == [made]
    assert list(results.visible_runs(org.user(REPORTER, small.c))) == [made]
    assert not CycleRun.objects.visible_to(AnonymousUser()).exists()
    assert not Cycle.objects.visible_to(AnonymousUser()).exists()


def test_a_command_line_user_is_refused_another_units_score():
    small = district()
    reporter = Actor.of(org.user(REPORTER, small.a))

    results.require(reporter, small.a)
    with pytest.raises(InputRefused, match="没有权限查看乙局的得分"):
        results.require(reporter, small.b)


def test_the_last_scored_period_is_meant_where_none_is_said():
    district()
    with pytest.raises(InputRefused):
        results.latest()
    made = scored()
    scored("2025-Q3")

    assert results.latest("2025") == made
    assert results.latest().cycle.period == "2025-Q3"


def test_a_ranking_costs_the_same_for_three_and_for_nine_units():
    small = district()
    user = org.user(OFFICER)
    made = scored()
    results.ranking(made, user)
    with CaptureQueriesContext(connection) as three:
        results.ranking(made, user)
    for number in range(6):
        given(org.unit(f"N{number}", group="街道"), "tasks", "50")
    made = scored()
    with CaptureQueriesContext(connection) as nine:
        results.ranking(made, user)

    assert (len(three), len(nine)) == (2, 2)
    assert small.c in [one.unit for one in results.ranking(made, user)[1].standings]
