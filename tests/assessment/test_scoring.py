"""Scoring a district: figures and assessment data become facts, facts become scores, and only what depends changes."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gangmu.assessment import facts, runs
from gangmu.assessment.models import CycleRun
from gangmu.ledgers import entries
from gangmu.org.permissions import LEADER, OFFICER
from gangmu.problems import InputRefused
from gangmu.records import verifying
from gangmu.records.log import Actor
from gangmu.scoring.models import Run, StoredRuleBook
from tests.factories import figures, ledgers, org
from tests.factories.assessment import (
    OFFICE,
    RULE_BOOK,
    cycle,
    district,
    given,
    scored,
    started,
    stored,
)

pytestmark = pytest.mark.django_db


def scores(made: CycleRun) -> dict[tuple[str, str], tuple[str, str, str]]:
    rows = made.run.scores.values_list("unit", "node", "value", "rank", "grade")
    return {(unit, node): (value, rank, grade) for unit, node, value, rank, grade in rows}


def test_every_score_is_what_the_rule_book_makes_of_the_facts_by_hand():
    district()

    assert scores(scored()) == {
        ("A", "total"): ("79", "2", "合格"),
        ("A", "economy"): ("42", "2", ""),
        ("A", "revenue"): ("27", "2", ""),
        ("A", "started"): ("15", "2", ""),
        ("A", "work"): ("36", "2", ""),
        ("A", "tasks"): ("36", "2", ""),
        ("A", "extra"): ("1", "1", ""),
        ("A", "honours"): ("1", "1", ""),
        ("B", "total"): ("98", "1", "优秀"),
        ("B", "economy"): ("60", "1", ""),
        ("B", "revenue"): ("30", "1", ""),
        ("B", "started"): ("30", "1", ""),
        ("B", "work"): ("38", "1", ""),
        ("B", "tasks"): ("38", "1", ""),
        ("B", "extra"): ("0", "2", ""),
        ("B", "honours"): ("0", "2", ""),
        ("C", "total"): ("63", "1", "合格"),
        ("C", "economy"): ("0", "1", ""),
        ("C", "started"): ("0", "1", ""),
        ("C", "work"): ("63", "1", ""),
        ("C", "tasks"): ("63", "1", ""),
        ("C", "extra"): ("0", "1", ""),
        ("C", "honours"): ("0", "1", ""),
    }


def test_one_more_project_changes_the_scores_that_rest_on_it_and_no_other():
    small = district()
    before = scored()

    started(small.a, "四号园", "2025-11-30")
    after = scored()

    changed = {key: value for key, value in scores(after).items() if scores(before)[key] != value}
    assert changed == {
        ("A", "started"): ("30", "1", ""),
        ("A", "economy"): ("57", "2", ""),
        ("A", "total"): ("94", "2", "合格"),
    }
    assert scores(after).keys() == scores(before).keys()


def test_scoring_twice_is_the_same_run_with_the_same_digests():
    district()

    first, second = scored(), scored()

    assert first == second
    assert (CycleRun.objects.count(), Run.objects.count()) == (1, 1)


def test_taking_a_change_back_gives_the_digests_of_before_in_a_run_that_stands_last():
    small = district()
    before = scored()
    given(small.c, "tasks", "60")
    scored()

    given(small.c, "tasks", "63")
    after = scored()

    assert (after.run, after != before) == (before.run, True)
    assert runs.last_of(cycle()) == after


def test_a_score_follows_a_corrected_row():
    small = district()
    entry = small.project
    scored()

    entries.move(entry, "continued", ledgers.day("2025-09-01"), OFFICE)

    assert scores(scored())["A", "started"] == ("15", "2", "")


def test_what_no_figure_has_is_missing_and_says_so_and_is_never_zero():
    small = district()
    figures.observed("budget_revenue", "2025", None, unit_id=small.b.pk, vintage="final")

    made = scored()

    found = made.run.scores.get(unit="B", node="revenue")
    assert (found.value, found.printed, found.rank) == ("", "", "")
    assert found.note_zh == "缺少“预算收入完成率”的实际完成"
    assert made.run.scores.get(unit="B", node="total").value == ""


def test_a_mark_that_was_not_given_leaves_the_total_open():
    small = district()
    given(small.c, "tasks", "")

    made = scored()

    total = made.run.scores.get(unit="C", node="total")
    assert (total.value, total.rank, total.grade) == ("", "", "")


def test_facts_carry_the_question_that_was_asked_of_the_figures():
    district()

    rows = {(row.unit, row.indicator, row.field): row for row in facts.collect(cycle()).rows()}

    revenue, target = rows["A", "revenue", "actual"], rows["A", "revenue", "target"]
    assert (revenue.value, target.value) == ("9", "10")
    request = facts.request_behind(f"{target.file} {target.cell}")
    assert request is not None
    assert (request.figure, request.measure, request.period, request.unit) == (
        "budget_revenue",
        "planned value",
        "2025",
        "A",
    )
    assert facts.request_behind("facts facts.xlsx G2") is None


def test_units_without_a_group_or_gone_before_the_end_are_not_assessed():
    small = district()
    small.b.valid_to = ledgers.day("2025-06-30")
    small.b.save()

    assert [case.unit for case in facts.collect(cycle()).cases()] == ["A", "C"]


def test_a_rule_book_whose_figure_has_gone_from_the_catalogue_is_refused_at_its_line():
    district()
    line = 1 + RULE_BOOK.splitlines().index("        figure: {code: projects_started, measure: count}")
    wrong = RULE_BOOK.replace(
        "code: projects_started, measure: count", "code: projects_begun, measure: count"
    )
    made = cycle()
    StoredRuleBook.objects.update(text=wrong)

    with pytest.raises(InputRefused) as caught:
        runs.run(made, OFFICE)

    [found] = caught.value.problems
    assert (found.code, found.cell, found.file) == ("facts.figure", f"line {line}", "small.yaml")
    assert found.message.zh.startswith("第一条（二）“新开工项目”：")


def test_collecting_costs_the_same_number_of_queries_for_three_and_for_nine_units():
    district()
    made = cycle()
    with CaptureQueriesContext(connection) as three:
        facts.collect(made)
    for number in range(6):
        unit = org.unit(f"N{number}", group="经济部门")
        given(unit, "tasks", "30")
        started(unit, f"{number}号", "2025-02-02")
    with CaptureQueriesContext(connection) as nine:
        facts.collect(made)

    assert len(nine) == len(three)


def test_only_the_office_scores():
    district()
    made = cycle()

    with pytest.raises(PermissionDenied):
        runs.run(made, Actor.of(org.user(LEADER)))
    assert runs.run(made, Actor.of(org.user(OFFICER))).cycle == made


def test_the_log_knows_every_fact_and_run():
    small = district()
    given(small.a, "tasks", "37")
    scored()

    kinds = ("assessment_fact/", "cycle/", "rulebook/", "scoring_run/")
    assert [each for each in verifying.verify().differs if each.place.startswith(kinds)] == []
    assert stored() == small.rulebook
