"""A cycle's life: opened on a locked rule book, closed, reopened for a reason, published."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied

from gangmu.assessment import cycles, lifecycle, runs
from gangmu.assessment.models import Cycle
from gangmu.org.permissions import OFFICE_HEAD, OFFICER, UNIT_HEAD
from gangmu.problems import InputRefused
from gangmu.records import verifying
from gangmu.records.log import Actor
from gangmu.records.models import LogEntry
from tests.factories import org
from tests.factories.assessment import OFFICE, RULE_BOOK, cycle, district, given, scored, started, stored

pytestmark = pytest.mark.django_db

OTHER = RULE_BOOK.replace("市级: 1", "市级: 1.5")


def total(made, unit) -> str:
    return made.run.scores.get(node="total", unit=unit.code).printed


def test_a_cycle_is_opened_once_and_locks_the_rule_book_of_its_year():
    small = district()

    first, again = cycle(), cycle()

    small.rulebook.refresh_from_db()
    assert first == again
    assert (first.rulebook, first.state, small.rulebook.locked_at is not None) == (
        small.rulebook,
        Cycle.State.OPEN,
        True,
    )


def test_a_quarter_is_scored_by_the_rule_book_of_its_year():
    small = district()

    assert cycle("2025-Q3").rulebook == small.rulebook


def test_only_who_may_lock_a_rule_book_opens_a_cycle():
    district()

    with pytest.raises(PermissionDenied):
        cycles.of_period("2025", Actor.of(org.user(OFFICER)))
    assert cycles.of_period("2025", Actor.of(org.user(OFFICE_HEAD))).period == "2025"


def test_a_new_version_leaves_an_open_cycle_on_its_own_until_it_is_adopted_with_a_reason():
    small = district()
    scored()
    newer = stored(OTHER)

    assert total(scored(), small.a) == "79.00"
    assert cycles.newer_rulebook(cycle()) == newer
    with pytest.raises(InputRefused, match="理由"):
        cycles.adopt(cycle(), newer, OFFICE, " ")

    cycles.adopt(cycle(), newer, OFFICE, "领导小组2026年第1次会议")

    assert total(scored(), small.a) == "79.50"
    assert LogEntry.objects.get(action="cycle.adopted").reason == "领导小组2026年第1次会议"


@pytest.mark.parametrize(
    ("state", "action", "end"),
    [
        ("open", "close", "closed"),
        ("open", "reopen", None),
        ("open", "publish", None),
        ("closed", "close", None),
        ("closed", "reopen", "open"),
        ("closed", "publish", "published"),
        ("published", "close", None),
        ("published", "reopen", None),
        ("published", "publish", None),
    ],
)
def test_every_step_leads_where_the_table_says_and_no_other_step_exists(state, action, end):
    district()
    made = scored()
    Cycle.objects.update(state=state)

    if end is None:
        with pytest.raises(InputRefused, match=f"不能 {action}"):
            lifecycle.move(made.cycle, action, OFFICE, "依据")
    else:
        assert lifecycle.move(made.cycle, action, OFFICE, "依据").state == end


@pytest.mark.parametrize("action", ["close", "publish"])
def test_the_head_of_the_office_takes_the_steps_and_nobody_else(action):
    district()
    made = scored()
    Cycle.objects.update(state="open" if action == "close" else "closed")

    for role in (OFFICER, UNIT_HEAD):
        user = org.user(role, org.unit())
        with pytest.raises(PermissionDenied):
            lifecycle.move(made.cycle, action, Actor.of(user))
        assert lifecycle.moves(Cycle.objects.get(), user) == []

    head = org.user(OFFICE_HEAD)
    assert action in [step.action for step in lifecycle.moves(Cycle.objects.get(), head)]
    lifecycle.move(made.cycle, action, Actor.of(head))
    assert LogEntry.objects.filter(action=f"cycle.{action}", actor=head).count() == 1


def test_closing_scores_what_stands_and_freezes_it():
    small = district()
    scored()
    given(small.a, "tasks", "30")

    lifecycle.move(cycle(), "close", OFFICE)
    with pytest.raises(InputRefused, match="数据已封存，考核数据不能再改"):
        given(small.a, "tasks", "40")
    made = runs.run(cycle(), OFFICE)

    assert total(made, small.a) == "73.00"


def test_records_that_change_after_closing_change_no_score():
    small = district()
    lifecycle.move(cycle(), "close", OFFICE)
    frozen = scored()

    started(small.a, "四号园", "2025-12-01")

    assert scored() == frozen
    lifecycle.move(cycle(), "reopen", OFFICE, "一季度核查更正")
    assert total(scored(), small.a) == "94.00"


def test_reopening_wants_a_reason_and_logs_it():
    district()
    lifecycle.move(cycle(), "close", OFFICE)

    with pytest.raises(InputRefused, match="理由"):
        lifecycle.move(cycle(), "reopen", OFFICE)
    lifecycle.move(cycle(), "reopen", OFFICE, "数据更正〔2026〕1号")

    assert LogEntry.objects.get(action="cycle.reopen").reason == "数据更正〔2026〕1号"


def test_a_closed_cycle_keeps_its_rule_book():
    district()
    lifecycle.move(cycle(), "close", OFFICE)

    with pytest.raises(InputRefused, match="不能改用"):
        cycles.adopt(cycle(), stored(OTHER), OFFICE, "理由")


def test_a_period_without_a_cycle_says_how_to_get_one():
    with pytest.raises(InputRefused, match="gangmu score 2024"):
        cycles.existing("2024")


def test_a_state_set_behind_the_logs_back_is_found():
    district()
    scored()
    before = [each.place for each in verifying.verify().differs]

    Cycle.objects.update(state="published")

    assert [each.place for each in verifying.verify().differs if each.place not in before] == ["cycle/2025"]


def test_a_cycle_cannot_be_deleted():
    district()

    with pytest.raises(TypeError):
        cycle().delete()
