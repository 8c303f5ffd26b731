"""The verbs of entries: what is kept, what is refused, what the log says."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from gangmu.ledgers import declarations, entries
from gangmu.ledgers.models import Entry, EntryVersion, StageEvent
from gangmu.org.permissions import LEADER, OFFICE_HEAD, OFFICER, REPORTER, SYSTEM_ADMIN, VERIFIER
from gangmu.problems import InputRefused
from gangmu.records.log import Actor
from gangmu.records.models import LogEntry
from tests.factories import ledgers, org
from tests.factories.ledgers import CLERK, day

pytestmark = pytest.mark.django_db


def codes(refused: pytest.ExceptionInfo[InputRefused]) -> list[tuple[str, str]]:
    return [(problem.code, problem.cell) for problem in refused.value.problems]


def log_of(entry: Entry) -> list[tuple[str, dict]]:
    rows = LogEntry.objects.filter(subject_kind="entry", subject_key__startswith=f"{entry}/").order_by("id")
    return [(row.action, json.loads(row.detail)) for row in rows]


def test_a_new_entry_stands_at_its_first_stage_with_a_number_counted_on():
    unit = org.unit("A01")

    first, second = ledgers.project(unit), ledgers.project(unit, title="云溪医院")

    state = entries.standing(second).state
    assert [first.number, second.number] == ["XM-2026-0001", "XM-2026-0002"]
    assert state.stage == "proposed"
    assert [reached.on for reached in state.stages] == [day("2025-01-10")]
    assert {code: value for code, value in state.values.items() if value is not None} == {
        "title": "云溪医院",
        "unit": "A01",
        "class": "industry",
        "total_investment": Decimal(20000),
        "registered_on": day("2025-01-10"),
    }


def test_numbers_are_counted_on_from_those_given_by_hand():
    unit = org.unit()
    ledgers.project(unit, number="XM-2026-10041")
    ledgers.project(unit, number="XM-2026-0900")

    assert ledgers.project(unit).number == "XM-2026-10042"


def test_every_value_that_is_wrong_is_found_at_once():
    with pytest.raises(InputRefused) as refused:
        entries.create(
            declarations.get("projects"),
            {"title": "x", "unit": "没有的单位", "class": "工业园", "total_investment": "-3", "registered_on": "2025-02-30"},
            CLERK,
        )  # fmt: skip

    assert codes(refused) == [
        ("unit.unknown", "unit"),
        ("choice.not_allowed", "class"),
        ("number.too_small", "total_investment"),
        ("day.not_a_day", "registered_on"),
    ]


def test_what_is_required_and_missing_is_found_at_once():
    with pytest.raises(InputRefused) as refused:
        entries.create(declarations.get("projects"), {"unit": org.unit()}, CLERK)

    assert codes(refused) == [
        ("field.missing", "title"),
        ("field.missing", "class"),
        ("field.missing", "total_investment"),
        ("field.missing", "registered_on"),
    ]


def test_a_number_is_taken_once():
    unit = org.unit()
    ledgers.project(unit, number="P-1")

    with pytest.raises(InputRefused) as refused:
        ledgers.project(unit, number="P-1")

    assert codes(refused) == [("entry.number_taken", "number")]


def test_a_change_makes_one_version_and_a_log_entry_that_names_what_changed():
    entry = ledgers.project(org.unit())

    version = entries.change(entry, {"total_investment": "3.5亿元", "title": "云溪智造产业园"}, CLERK)

    assert version == 2
    assert entries.standing(entry).state.values["total_investment"] == Decimal(35000)
    assert log_of(entry)[-1] == (
        "entry.change",
        {
            "ledger": "projects",
            "number": entry.number,
            "version": 2,
            "changed": {"total_investment": ["20000", "35000"]},
        },
    )


def test_a_change_that_says_the_same_makes_no_version():
    entry = ledgers.project(org.unit())

    assert entries.change(entry, {"total_investment": Decimal("20000.00")}, CLERK) == 1
    assert [action for action, _ in log_of(entry)] == ["entry.create"]


def test_what_another_changed_meanwhile_is_not_overwritten():
    entry = ledgers.project(org.unit())
    entries.change(entry, {"headquarters": "东部指挥部"}, Actor(None, "李四"))

    with pytest.raises(InputRefused) as refused:
        entries.change(entry, {"headquarters": "西部指挥部"}, CLERK, expected_version=1)

    problem = refused.value.problems[0]
    assert (problem.code, problem.message.zh) == (
        "entry.changed_meanwhile",
        "您打开之后，李四 已修改了它：指挥部",
    )
    assert entries.standing(entry).state.values["headquarters"] == "东部指挥部"


def test_a_move_asks_for_what_its_stage_needs():
    unit = org.unit()
    entry = ledgers.project(unit)

    with pytest.raises(InputRefused) as refused:
        entries.move(entry, "early", day("2025-02-01"), CLERK)

    assert codes(refused) == [
        ("field.missing", "project_code"),
        ("field.missing", "builder"),
        ("field.missing", "subdistrict"),
        ("field.missing", "guiding_unit"),
    ]
    assert entries.standing(entry).version == 1


def test_a_project_that_was_given_up_need_not_prove_a_start():
    entry = ledgers.project(org.unit())

    entries.move(entry, "ended", day("2025-02-01"), CLERK, values={"ended_because": "选址变更"})

    assert entries.standing(entry).state.stage == "ended"


@pytest.mark.parametrize(
    ("stage", "on", "note", "code"),
    [
        ("started", "2025-02-01", "", "stage.not_allowed"),
        ("launched", "2025-02-01", "", "stage.unknown"),
        ("early", "2025-01-09", "", "stage.before_last"),
        ("early", "2026-03-17", "", "stage.in_future"),
    ],
)
def test_a_move_that_cannot_be_is_refused(stage, on, note, code):
    entry = ledgers.project(org.unit())

    with pytest.raises(InputRefused) as refused:
        entries.move(entry, stage, day(on), CLERK, note)

    assert [problem.code for problem in refused.value.problems] == [code]


def test_returning_an_item_needs_a_reason():
    unit = org.unit()
    entry = ledgers.grievance(unit)
    entries.move(entry, "dispatched", day("2026-01-06"), CLERK)

    with pytest.raises(InputRefused) as refused:
        entries.move(entry, "returned", day("2026-01-07"), CLERK, note="  ")

    assert codes(refused) == [("stage.needs_note", "note")]


def test_a_petition_is_never_dispatched_as_a_work_order():
    entry = ledgers.grievance(org.unit(), lane="petition", channel="visit")

    assert [stage.code for stage in entries.checking.allowed_next(declarations.get("grievances"), entries.standing(entry).state)] == ["accepted", "declined"]  # fmt: skip


def test_a_stage_is_left_on_the_day_the_next_is_reached():
    unit = org.unit()
    entry = ledgers.started_project(unit, "2025-03-05", leader=org.person(unit))

    rows = StageEvent.objects.filter(entry=entry, recorded_to__year=9999).order_by("place")
    assert list(rows.values_list("stage", "happened_on", "left_on")) == [
        ("proposed", day("2025-01-10"), day("2025-01-20")),
        ("early", day("2025-01-20"), day("2025-03-05")),
        ("started", day("2025-03-05"), datetime.date(9999, 12, 31)),
    ]


def test_a_day_that_was_wrong_is_corrected_and_what_was_known_before_stays_known():
    unit = org.unit()
    entry = ledgers.started_project(unit, "2025-03-05", leader=org.person(unit))
    before = entries.standing(entry)

    entries.correct_stage(entry, 2, day("2025-04-02"), CLERK, "许可证日期看错")

    assert entries.standing(entry).state.stages[2].on == day("2025-04-02")
    assert entries.standing(entry, before.recorded_from).state == before.state


def test_an_item_is_done_on_the_day_it_was_closed_and_no_longer_when_it_was_returned():
    unit = org.unit()
    entry = ledgers.item(unit, content="完成清淤", rhythm="weekly")
    for stage, on in (("approved", "03-02"), ("assigned", "03-03"), ("accepted", "03-03"), ("handling", "03-04"), ("replied", "03-10"), ("reviewed", "03-11")):  # fmt: skip
        entries.move(entry, stage, day(f"2026-{on}"), CLERK, by_step=True)

    entries.move(entry, "closed", day("2026-03-12"), CLERK, values={"conclusion": "已完成"}, by_step=True)
    entries.move(entry, "struck_off", day("2026-03-13"), CLERK, by_step=True)

    current = EntryVersion.objects.get(entry=entry, recorded_to__year=9999)
    assert (current.due_on, current.done_on) == (day("2026-03-23"), day("2026-03-12"))


def test_the_deadline_of_an_item_follows_from_its_source():
    unit = org.unit()
    urgent = ledgers.item(unit, source="instruction_urgent", content="立即核查", rhythm="weekly")
    entries.move(urgent, "approved", day("2026-03-02"), CLERK, by_step=True)

    entries.move(urgent, "assigned", day("2026-03-03"), CLERK, by_step=True)

    assert entries.standing(urgent).state.values["due_on"] == day("2026-03-08")


def test_a_given_deadline_stays():
    entry = ledgers.grievance(org.unit(), due_on=day("2026-02-01"))

    assert entries.standing(entry).state.values["due_on"] == day("2026-02-01")


def test_a_work_order_is_due_in_working_days_and_a_petition_answers_in_plain_ones():
    unit = org.unit()

    order = entries.standing(ledgers.grievance(unit)).state.values
    petition = entries.standing(ledgers.grievance(unit, lane="petition", channel="visit")).state.values

    assert (order["due_on"], order["accept_by"]) == (day("2026-01-12"), None)
    assert (petition["due_on"], petition["accept_by"]) == (None, day("2026-01-20"))


def test_lines_are_added_changed_and_removed_by_their_key():
    entry = ledgers.project(org.unit())
    ledgers.invest(entry, "2025-03", "1200.50")
    ledgers.invest(entry, "2025年4月", 800)

    entries.change_line(entry, "investment", "2025-03-01", {"amount": Decimal("1300")}, CLERK)
    entries.remove_line(entry, "investment", "2025-04-01", CLERK, "重复")

    standing = entries.standing(entry)
    assert standing.version == 5
    assert [(line.key, line.on, line.values["amount"]) for line in standing.state.lines] == [
        ("2025-03-01", day("2025-03-01"), Decimal(1300))
    ]
    assert log_of(entry)[3][1]["lines"] == [
        {"kind": "investment", "key": "2025-03-01", "changed": {"amount": ["1200.5", "1300"]}}
    ]


def test_a_line_of_the_same_key_is_refused():
    entry = ledgers.project(org.unit())
    ledgers.invest(entry, "2025-03", 100)

    with pytest.raises(InputRefused) as refused:
        ledgers.invest(entry, "2025-03", 200)

    assert codes(refused) == [("line.exists", "month")]


def test_an_entry_taken_back_no_longer_stands_and_its_number_can_be_used_again():
    unit = org.unit()
    entry = ledgers.project(unit, number="P-1")

    entries.retract(entry, CLERK, "重复录入")
    again = ledgers.project(unit, number="P-1", title="新项目")

    assert again == entry
    assert entries.standing(again).version == 2
    assert [past.version for past in entries.history(again)] == [2, 1]


def test_history_says_who_did_what():
    entry = ledgers.project(org.unit())
    entries.change(entry, {"headquarters": "东部指挥部"}, Actor(None, "李四"), reason="分工调整")

    past = entries.history(entry)[0]

    assert (past.version, past.by, past.action, past.reason, dict(past.changed)) == (
        2,
        "李四",
        "entry.change",
        "分工调整",
        {"headquarters": [None, "东部指挥部"]},
    )


# ---- who may


def test_a_unit_sees_what_it_leads_supports_or_hosts_and_nothing_else():
    lead, host, other = org.unit(), org.unit(), org.unit()
    led = ledgers.project(lead)
    hosted = ledgers.project(other, subdistrict=host)
    supported = ledgers.item(other, supporting=[host, lead])

    def seen(user) -> set[Entry]:
        return set(Entry.objects.visible_to(user))

    assert seen(org.user(REPORTER, lead)) == {led, supported}
    assert seen(org.user(REPORTER, host)) == {hosted, supported}
    assert seen(org.user(LEADER)) == {led, hosted, supported}
    assert seen(org.user(SYSTEM_ADMIN)) == set()


def test_a_reporter_changes_the_entries_of_his_unit_only():
    own, other = org.unit(), org.unit()
    entry = ledgers.project(other, subdistrict=own)
    reporter = Actor.of(org.user(REPORTER, own))

    with pytest.raises(PermissionDenied):
        entries.change(entry, {"headquarters": "x"}, reporter)
    with pytest.raises(PermissionDenied):
        entries.change(ledgers.project(own), {"unit": other}, reporter)
    with pytest.raises(PermissionDenied):
        ledgers.project(other, actor=reporter)

    assert entries.change(ledgers.project(own), {"headquarters": "x"}, reporter) == 2


def test_a_supporting_unit_replies_and_a_stranger_does_not():
    lead, supporting, stranger = org.unit(), org.unit(), org.unit()
    entry = ledgers.item(lead, supporting=[supporting])
    reply = {"replied_on": day("2026-03-10"), "unit": supporting, "text": "已清淤两公里"}

    reporter = Actor.of(org.user(REPORTER, supporting))
    assert entries.add_line(entry, "replies", reply, reporter, by_step=True) == 2
    with pytest.raises(PermissionDenied):
        entries.add_line(
            entry,
            "replies",
            {**reply, "unit": stranger},
            Actor.of(org.user(REPORTER, stranger)),
            by_step=True,
        )


@pytest.mark.parametrize(("role", "may"), [(OFFICE_HEAD, True), (OFFICER, False), (VERIFIER, False)])
def test_only_the_head_of_the_office_approves_an_item(role, may):
    unit = org.unit()
    entry = ledgers.item(unit, content="完成清淤")
    user = org.user(role, unit)

    assert ["approved"] * may == [stage.code for stage in entries.next_stages(entry, user)]
    if may:
        entries.move(entry, "approved", day("2026-03-03"), Actor.of(user), by_step=True)
    else:
        with pytest.raises(PermissionDenied):
            entries.move(entry, "approved", day("2026-03-03"), Actor.of(user), by_step=True)


@pytest.mark.parametrize(
    "act",
    [
        lambda entry, actor: entries.add_line(
            entry,
            "replies",
            {"replied_on": "2026-03-11", "unit": "QF", "text": "完成", "signed_by": "李明"},
            actor,
        ),
        lambda entry, actor: entries.change_line(
            entry, "replies", "2026-03-10/QF", {"signed_by": "李明", "signed_on": "2026-03-10"}, actor
        ),
        lambda entry, actor: entries.remove_line(entry, "replies", "2026-03-10/QF", actor, "不实"),
        lambda entry, actor: entries.move(entry, "replied", day("2026-03-10"), actor),
        lambda entry, actor: entries.correct_stage(entry, 0, day("2026-03-01"), actor, "看错"),
    ],
    ids=["signed reply", "signature", "reply taken back", "stage", "day of a stage"],
)
@pytest.mark.parametrize("role", [REPORTER, OFFICE_HEAD, None])
def test_what_a_step_writes_nobody_writes_beside_it(role, act):
    lead = org.unit("QF")
    entry = ledgers.item(lead, content="完成清淤", rhythm="weekly")
    for stage in ("approved", "assigned", "accepted", "handling"):
        entries.move(entry, stage, day("2026-03-03"), CLERK, by_step=True)
    reply = {"replied_on": "2026-03-10", "unit": "QF", "text": "已清淤两公里"}
    entries.add_line(entry, "replies", reply, CLERK, by_step=True)
    before = entries.standing(entry)

    with pytest.raises(InputRefused) as refused:
        act(entry, Actor.of(org.user(role, lead)) if role else CLERK)

    assert ([one.code for one in refused.value.problems], entries.standing(entry)) == (
        ["ledger.by_step"],
        before,
    )


def test_a_unit_neither_makes_an_item_nor_moves_its_deadline():
    lead = org.unit()
    entry, reporter = ledgers.item(lead), Actor.of(org.user(REPORTER, lead))

    with pytest.raises(PermissionDenied):
        entries.change(entry, {"due_on": "2027-12-31"}, reporter)
    with pytest.raises(PermissionDenied):
        ledgers.item(lead, actor=reporter)
