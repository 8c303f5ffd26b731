"""A unit's score sheet: every node with its sentence, inputs that lead to their trace, what cost most, who is near."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gangmu.assessment import score_sheets
from gangmu.figures import values
from gangmu.org.permissions import LEADER, REPORTER
from gangmu.problems import InputRefused
from tests.factories import figures, org
from tests.factories.assessment import district, given, scored

pytestmark = pytest.mark.django_db


def test_every_node_of_the_unit_is_listed_with_score_and_loss():
    small = district()

    sheet = score_sheets.sheet_of(scored(), small.a)

    assert [(line.depth, line.node.node, line.node.printed, line.lost_printed) for line in sheet.lines] == [
        (0, "total", "79.00", "21.00"),
        (1, "economy", "42", "18"),
        (2, "revenue", "27", "3"),
        (2, "started", "15", "15"),
        (1, "work", "36", "4"),
        (2, "tasks", "36", "4"),
        (1, "extra", "1", "-1"),
        (2, "honours", "1", "-1"),
    ]
    assert all(line.node.sentence.zh and line.node.sentence.en for line in sheet.lines)


def test_what_cost_most_stands_first():
    small = district()

    sheet = score_sheets.sheet_of(scored(), small.a)

    assert [(line.node.node, line.lost_printed) for line in sheet.costliest] == [
        ("started", "15"),
        ("tasks", "4"),
        ("revenue", "3"),
    ]
    assert sheet.unscored == ()


def test_an_input_that_a_figure_gave_leads_to_its_trace():
    small = district()
    sheet = score_sheets.sheet_of(scored(), small.a)
    [line] = [line for line in sheet.lines if line.node.node == "started"]

    requests = {given.name: given.request for given in line.inputs}
    request = requests["actual"]

    assert request is not None
    trace = values.traces_of([request])[0].as_json()
    assert (trace["figure"], trace["value"]) == ("projects_started", "1")
    assert [row["number"] for row in trace["rows"]] == [small.project.number]
    assert requests["target"] is None


def test_an_input_that_people_gave_names_its_paper():
    small = district()
    sheet = score_sheets.sheet_of(scored(), small.a)
    [line] = [line for line in sheet.lines if line.node.node == "honours"]

    [level] = [given for given in line.inputs if given.name == "先进集体.level"]

    assert (level.value, level.request) == ("市级", None)
    assert level.place.endswith("市府〔2025〕3号")


def test_what_a_figure_should_have_given_is_listed_without_a_value():
    small = district()
    figures.observed("budget_revenue", "2025", None, unit_id=small.a.pk, vintage="final")
    sheet = score_sheets.sheet_of(scored(), small.a)
    [line] = sheet.unscored

    [missing] = [given for given in line.inputs if given.name == "actual"]

    assert (line.node.node, line.lost, missing.value) == ("revenue", None, "")
    assert str(missing.request) == "budget_revenue.value@2025、unit:A"


def test_the_neighbours_are_named_to_readers_and_only_their_distance_to_the_unit():
    small = district()
    made = scored()

    leaders = score_sheets.sheet_of(made, small.a, org.user(LEADER))
    own = score_sheets.sheet_of(made, small.a, org.user(REPORTER, small.a))

    assert leaders.ahead == score_sheets.Neighbour(small.b, "1", "19.00")
    assert own.ahead == score_sheets.Neighbour(None, "1", "19.00")
    assert (own.behind, score_sheets.sheet_of(made, small.c).ahead) == (None, None)
    assert (own.standing.rank, own.group.size) == ("2", 2)


def test_a_unit_without_a_place_has_no_neighbours():
    small = district()
    given(small.a, "tasks", "")

    sheet = score_sheets.sheet_of(scored(), small.a)

    assert (sheet.ahead, sheet.behind, sheet.standing.total) == (None, None, None)
    assert {line.node.node for line in sheet.unscored} == {"tasks"}


def test_a_unit_that_is_not_assessed_has_no_sheet():
    district()

    with pytest.raises(InputRefused, match="OFFICE"):
        score_sheets.sheet_of(scored(), org.Unit.objects.get(code="OFFICE"))


def test_a_sheet_costs_the_same_for_three_and_for_nine_units():
    small = district()
    made = scored()
    score_sheets.sheet_of(made, small.a)
    with CaptureQueriesContext(connection) as three:
        score_sheets.sheet_of(made, small.a)
    for number in range(6):
        given(org.unit(f"N{number}", group="经济部门"), "tasks", "30")
    made = scored()
    score_sheets.sheet_of(made, small.a)
    with CaptureQueriesContext(connection) as nine:
        score_sheets.sheet_of(made, small.a)

    assert len(three) == len(nine)
