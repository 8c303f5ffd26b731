"""Rhythm, lamps, the ladder of urging, and the sheet of the week."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from gangmu.drive import items, lamps, urging
from gangmu.drive.following import item_of, under_way
from gangmu.drive.rhythm import next_reply_on
from gangmu.drive.urging import Ladder, Level, due_today
from gangmu.drive.week import Figures, week
from gangmu.ledgers import entries
from gangmu.org.models import Assignment
from gangmu.org.permissions import OFFICER, REPORTER
from gangmu.records.lamps import Colour
from tests.factories.drive import OPERATOR, assigned, drafted, office, with_the_unit
from tests.factories.org import person, post, unit, user

TODAY = date(2026, 3, 16)


@pytest.mark.parametrize(
    ("rhythm", "after", "due_on", "reply_by"),
    [
        ("weekly", date(2026, 3, 9), None, date(2026, 3, 12)),  # Monday: Thursday of the same week
        ("weekly", date(2026, 3, 10), None, date(2026, 3, 19)),  # Tuesday: too near, the week after
        (
            "weekly",
            date(2026, 2, 12),
            None,
            date(2026, 2, 14),
        ),  # the festival's Thursday: the worked Saturday before
        ("ten_days", date(2026, 3, 10), None, date(2026, 3, 20)),
        ("ten_days", date(2026, 3, 25), None, date(2026, 3, 31)),
        ("ten_days", date(2026, 3, 31), None, date(2026, 4, 10)),
        ("monthly", date(2026, 1, 15), None, date(2026, 1, 30)),  # the 31st is a Saturday
        ("monthly", date(2026, 3, 31), None, date(2026, 4, 30)),
        ("milestones", date(2026, 3, 9), date(2026, 4, 1), date(2026, 4, 1)),
        ("milestones", date(2026, 3, 9), None, None),
        ("monthly", date(2026, 3, 9), date(2026, 3, 20), date(2026, 3, 20)),  # not after the deadline
        (
            "weekly",
            date(2026, 3, 9),
            date(2026, 3, 1),
            date(2026, 3, 12),
        ),  # past its deadline it still reports
        ("milestones", date(2026, 3, 9), date(2026, 3, 1), date(2026, 3, 1)),
    ],
)
def test_a_reply_falls_due_by_the_rhythm_on_a_working_day(rhythm, after, due_on, reply_by):
    assert next_reply_on(rhythm, after, due_on) == reply_by


@pytest.fixture
def people():
    return office()


def lamp(entry, today=TODAY):
    found = lamps.lamp_of(item_of(entry), today)
    return found.colour, found.reason.zh


@pytest.mark.django_db
def test_what_is_not_assigned_is_late_with_nothing(people):
    assert lamp(drafted(people.lead)) == (Colour.GREEN, "尚未交办")


@pytest.mark.django_db
def test_an_item_that_was_not_accepted_in_time_is_amber(people):
    entry = assigned(people.lead, date(2026, 3, 12), rhythm="milestones")

    assert lamp(entry, date(2026, 3, 13)) == (Colour.GREEN, "正常推进，还有13个工作日到期")
    assert lamp(entry, TODAY) == (Colour.AMBER, "逾期1个工作日未签收")


@pytest.mark.django_db
def test_a_late_reply_is_amber_and_after_five_working_days_red(people):
    entry = with_the_unit(people.lead, date(2026, 3, 4), due_on=date(2026, 5, 29))

    assert item_of(entry).reply_by == date(2026, 3, 12)
    assert lamp(entry, date(2026, 3, 12))[0] == Colour.GREEN
    assert lamp(entry, TODAY) == (Colour.AMBER, "反馈逾期2个工作日")
    assert lamp(entry, date(2026, 3, 19)) == (Colour.AMBER, "反馈逾期5个工作日")
    assert lamp(entry, date(2026, 3, 20)) == (Colour.RED, "反馈逾期6个工作日")


@pytest.mark.django_db
def test_overdue_is_red_whatever_else_is_late(people):
    entry = with_the_unit(people.lead, date(2026, 2, 2))

    assert lamp(entry) == (Colour.RED, "逾期16个工作日未办结")


@pytest.mark.django_db
def test_falling_behind_an_even_pace_lights_the_lamp(people):
    entry = with_the_unit(people.lead, date(2026, 3, 4), due_on=date(2026, 3, 24), rhythm="milestones")
    items.reply(entry, "刚开始", OPERATOR, on=date(2026, 3, 10), progress=Decimal(25))
    items.sign(entry, date(2026, 3, 10), OPERATOR, signed_by="李明")

    assert lamps.expected(item_of(entry), TODAY) == Decimal(60)
    assert lamp(entry) == (Colour.RED, "落后序时进度35.0个百分点")


@pytest.mark.django_db
def test_an_item_sent_back_is_amber_with_the_reason(people):
    entry = with_the_unit(people.lead, date(2026, 3, 10), due_on=date(2026, 6, 30))
    items.reply(entry, "正在推进", OPERATOR, on=date(2026, 3, 13))
    items.sign(entry, date(2026, 3, 13), OPERATOR, signed_by="李明")
    items.send_back(entry, date(2026, 3, 13), OPERATOR, "没有数字")

    assert lamp(entry) == (Colour.AMBER, "已退办：没有数字")


@pytest.mark.django_db
def test_a_closed_item_is_green_and_says_whether_in_time(people):
    entry = with_the_unit(people.lead, date(2026, 2, 2))
    items.reply(entry, "完成", OPERATOR, on=date(2026, 3, 10))
    items.sign(entry, date(2026, 3, 10), OPERATOR, signed_by="李明")
    items.close(entry, date(2026, 3, 11), OPERATOR, "完成")

    assert lamp(entry) == (Colour.GREEN, "已办结，逾期13个工作日")


@pytest.mark.parametrize(
    ("late", "level"),
    [
        (-2, None),
        (-1, Level.LIAISON),
        (0, Level.LIAISON),
        (2, Level.LIAISON),
        (3, Level.DEPUTY),
        (4, Level.DEPUTY),
        (5, Level.HEAD),
        (30, Level.HEAD),
    ],
)
def test_the_ladder_climbs_with_the_working_days(late, level):
    assert Ladder().level(late) == level


def urged(today=TODAY):
    return [(u.item.number, u.level, u.late, u.reason.zh) for u in due_today(under_way(), today)]


@pytest.mark.django_db
def test_each_item_is_urged_once_for_what_is_latest_the_longest_overdue_first(people):
    overdue = with_the_unit(people.lead, date(2026, 2, 2))
    quiet = with_the_unit(people.other, TODAY, due_on=date(2026, 6, 30), rhythm="monthly")
    late_reply = with_the_unit(people.other, date(2026, 3, 4), due_on=date(2026, 5, 29))
    not_accepted = assigned(people.lead, date(2026, 3, 13))

    assert urged() == [
        (overdue.number, Level.HEAD, 23, "反馈逾期23个工作日"),
        (late_reply.number, Level.LIAISON, 2, "反馈逾期2个工作日"),
        (not_accepted.number, Level.LIAISON, 0, "今天应签收"),
    ]
    assert quiet.number not in {number for number, *_ in urged()}


@pytest.mark.django_db
def test_the_words_name_unit_people_item_and_day(people):
    deputy = person(people.lead, "赵副局长")
    Assignment.objects.create(
        post=post(people.lead, "分管负责人岗"), person=deputy, part="A", since=date(2025, 1, 1)
    )
    entry = with_the_unit(people.lead, date(2026, 3, 4), due_on=date(2026, 5, 29))

    told = urging.urging_of(entry, date(2026, 3, 17))

    assert (told.level, told.names) == (Level.DEPUTY, ("赵副局长",))
    assert told.words.zh == (
        f"【督查催办】发改局分管领导赵副局长：“推进东湖片区改造”（{entry.number}）"
        "反馈逾期3个工作日，反馈时限 2026-03-12，请抓紧办理。"
    )


@pytest.mark.django_db
def test_a_level_that_was_told_this_week_is_not_told_again_until_the_next_step_of_the_ladder(people):
    entry = with_the_unit(people.lead, date(2026, 3, 4), due_on=date(2026, 5, 29))

    urging.urge(entry, urging.urging_of(entry, TODAY), TODAY, people.officer)

    assert urged() == []
    assert urged(date(2026, 3, 17)) == [(entry.number, Level.DEPUTY, 3, "反馈逾期3个工作日")]
    lines = [line for line in entries.standing(entry).state.lines if line.kind == "urgings"]
    assert [(line.on, line.values["level"]) for line in lines] == [(TODAY, "liaison")]


@pytest.mark.django_db
def test_the_week_shows_red_items_with_owner_and_next_step_and_counts_over_all(people):
    red = with_the_unit(people.lead, date(2026, 2, 2))
    items.reply(red, "受阻", OPERATOR, on=date(2026, 2, 5), next_step="协调评估机构")
    items.sign(red, date(2026, 2, 5), OPERATOR, signed_by="李明")
    items.verify(red, date(2026, 2, 6), OPERATOR)
    assigned(people.other, TODAY)
    done = with_the_unit(people.other, date(2026, 3, 4))
    items.reply(done, "完成", OPERATOR, on=TODAY)
    items.sign(done, TODAY, OPERATOR, signed_by="钱局长")
    items.close(done, TODAY, OPERATOR, "完成")

    found = week(user(OFFICER, unit("MB2")), TODAY)

    assert [(lit.item.number, lit.item.unit.code, lit.item.next_step) for lit in found.red] == [
        (red.number, "QF", "协调评估机构")
    ]
    assert found.figures == Figures(
        under_way=2, red=1, amber=0, green=1, assigned=1, due=0, closed=1, closed_on_time=1, sent_back=0
    )
    assert (found.period.code, found.hidden) == ("2026-W12", 0)


@pytest.mark.django_db
def test_a_unit_sees_its_own_items_and_how_many_it_does_not_see(people):
    with_the_unit(people.lead, date(2026, 2, 2))
    with_the_unit(people.other, date(2026, 2, 2))

    found = week(user(REPORTER, people.other), TODAY)

    assert [lit.item.unit.code for lit in found.red] == ["CZ"]
    assert [told.item.unit.code for told in found.urgings] == ["CZ"]
    assert (found.hidden, found.figures.red) == (1, 2)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 8])
def test_the_week_costs_the_same_for_1_and_8_items(people, count, django_assert_max_num_queries):
    for _ in range(count):
        with_the_unit(people.lead, date(2026, 2, 2))
    officer = user(OFFICER, unit("MB2"))
    week(officer, TODAY)

    with django_assert_max_num_queries(24):
        week(officer, TODAY)
