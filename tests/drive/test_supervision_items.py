"""The steps of a supervision item, who may take them, and what each leaves behind."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from gangmu.drive import duties, items
from gangmu.drive.following import item_of
from gangmu.ledgers import entries
from gangmu.org.permissions import REPORTER, UNIT_HEAD
from gangmu.problems import InputRefused
from gangmu.records import clock, evidence, verifying
from gangmu.records.duties import duties_of
from gangmu.records.log import Actor
from gangmu.records.models import Duty
from tests.factories.drive import OPERATOR, assigned, drafted, office, with_the_unit
from tests.factories.org import unit, user

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 9)


@pytest.fixture
def people():
    return office()


def open_duties():
    rows = Duty.objects.filter(done_at=None).order_by("id")
    return [(d.key.split(":")[1], d.unit and d.unit.code, d.role, d.due_on) for d in rows]


def stages(entry):
    return [reached.stage for reached in entries.standing(entry).state.stages]


def test_the_whole_way_from_draft_to_close_by_the_hands_it_belongs_to(people):
    entry = drafted(people.lead)
    items.approve(entry, date(2026, 3, 3), people.head)
    items.assign(entry, date(2026, 3, 4), people.officer)
    items.accept(entry, date(2026, 3, 5), people.reporter)
    items.reply(entry, "已签约八成", people.reporter, on=MONDAY, progress=Decimal("80"), next_step="清零")
    items.sign(entry, MONDAY, people.unit_head)
    items.verify(entry, date(2026, 3, 10), people.officer, "属实")
    items.reply(entry, "全部签约", people.reporter, on=date(2026, 3, 13), progress=Decimal("100"))
    items.sign(entry, date(2026, 3, 13), people.unit_head)
    items.close(entry, date(2026, 3, 16), people.officer, "征收完成")

    item = item_of(entry)
    assert stages(entry) == [
        "drafted", "approved", "assigned", "accepted", "handling", "replied", "reviewed", "handling",
        "replied", "reviewed", "closed",
    ]  # fmt: skip
    assert (item.due_on, item.done_on, item.progress) == (
        date(2026, 3, 24),
        date(2026, 3, 16),
        Decimal("100"),
    )
    assert [(r.text, r.written_by, r.signed_by, r.verdict) for r in item.replies] == [
        ("已签约八成", people.reporter.name, people.unit_head.name, "accepted"),
        ("全部签约", people.reporter.name, people.unit_head.name, "accepted"),
    ]
    assert open_duties() == []
    assert [d for d in verifying.verify().differs if "entry" in d.place or "supervision" in d.place] == []


def test_each_step_moves_the_duty_to_whoever_acts_next(people):
    entry = drafted(people.lead)
    seen = [open_duties()]
    for step in (
        lambda: items.approve(entry, date(2026, 3, 3), OPERATOR),
        lambda: items.assign(entry, date(2026, 3, 4), OPERATOR),
        lambda: items.accept(entry, date(2026, 3, 5), OPERATOR),
        lambda: items.reply(entry, "进展", OPERATOR, on=MONDAY),
        lambda: items.sign(entry, MONDAY, OPERATOR, signed_by="李明"),
        lambda: items.verify(entry, MONDAY, OPERATOR),
    ):
        step()
        seen.append(open_duties())

    assert seen == [
        [("approve", None, "office_head", None)],
        [("assign", None, "office_officer", None)],
        [("accept", "QF", "reporter", date(2026, 3, 5))],
        [("reply", "QF", "reporter", date(2026, 3, 12))],
        [("sign", "QF", "unit_head", date(2026, 3, 12))],
        [("review", None, "office_officer", None)],
        [("reply", "QF", "reporter", date(2026, 3, 12))],
    ]


def test_a_duty_is_seen_by_the_role_of_the_unit_it_belongs_to(people):
    assigned(people.lead)

    assert [str(d) for d in duties_of(people.reporter.user)] == ["签收：推进东湖片区改造"]
    assert list(duties_of(people.unit_head.user)) == []
    assert list(duties_of(user(REPORTER, people.other))) == []


def test_a_unit_declines_what_is_not_its_duty_and_the_clock_runs_anew_for_the_next(people):
    entry = assigned(people.lead)
    items.decline(entry, date(2026, 3, 5), people.reporter, "非我单位职责")
    declined = open_duties()
    items.assign(entry, date(2026, 3, 6), people.officer, unit=people.other)

    item = item_of(entry)
    assert declined == [("reassign", None, "office_officer", None)]
    assert (item.unit.code, item.assigned_on, item.due_on) == ("CZ", date(2026, 3, 6), date(2026, 3, 26))
    assert open_duties() == [("accept", "CZ", "reporter", date(2026, 3, 9))]


def test_a_reply_that_is_sent_back_returns_with_its_reason_and_may_be_written_anew_the_same_day(people):
    entry = with_the_unit(people.lead)
    items.reply(entry, "正在推进", people.reporter, on=MONDAY)
    items.sign(entry, MONDAY, people.unit_head)
    items.send_back(entry, MONDAY, people.officer, "没有数字")
    duty = Duty.objects.get(done_at=None)
    items.reply(entry, "已签约 80 户", people.reporter, on=MONDAY)
    items.sign(entry, MONDAY, people.unit_head)

    item = item_of(entry)
    assert (duty.key, duty.why % duty.named) == (f"drive:reply:{item.number}", "退办：没有数字")
    assert [(r.text, r.verdict, r.is_signed) for r in item.replies] == [("已签约 80 户", "", True)]
    assert item.stage == "replied"


def test_a_signed_reply_is_not_written_over(people):
    entry = with_the_unit(people.lead)
    items.reply(entry, "一稿", people.reporter, on=MONDAY)
    items.reply(entry, "二稿", people.reporter, on=MONDAY)
    items.sign(entry, MONDAY, people.unit_head)
    items.verify(entry, MONDAY, people.officer)

    with pytest.raises(InputRefused) as refused:
        items.reply(entry, "三稿", people.reporter, on=MONDAY)

    assert [p.code for p in refused.value.problems] == ["reply.signed"]
    assert [r.text for r in item_of(entry).replies] == ["二稿"]


def test_a_supporting_units_reply_is_kept_but_does_not_move_the_item(people):
    entry = with_the_unit(people.lead, supporting=["CZ"])
    helper = Actor.of(user(REPORTER, people.other))

    items.reply(entry, "资金已到位", helper, on=MONDAY)

    item = item_of(entry)
    assert [(r.unit, r.text) for r in item.replies] == [("CZ", "资金已到位")]
    assert (item.last_reply, item.unsigned, item.stage) == (None, None, "handling")


def test_nobody_signs_on_screen_what_he_wrote_himself(people):
    both = user(REPORTER, people.lead)
    both.grants.create(role=UNIT_HEAD, unit=people.lead)
    entry = with_the_unit(people.lead)
    items.reply(entry, "进展", Actor.of(both), on=MONDAY)

    with pytest.raises(PermissionDenied):
        items.sign(entry, MONDAY, Actor.of(both))
    items.sign(entry, MONDAY, people.unit_head)


def test_a_signed_sheet_on_paper_counts_when_it_is_filed_with_the_item(people, settings, tmp_path):
    settings.DISTRICT = dataclasses.replace(settings.DISTRICT, folder=tmp_path)
    entry = with_the_unit(people.lead)
    items.reply(entry, "进展", people.reporter, on=MONDAY)
    scan = evidence.keep(b"%PDF-1.7 signed", "签批单.pdf", "entry", entry.subject_key, people.reporter)
    elsewhere = evidence.keep(b"%PDF-1.7 other", "其他.pdf", "entry", "supervision/X", people.reporter)

    with pytest.raises(InputRefused) as refused:
        items.sign(entry, MONDAY, people.reporter, signed_by="李明", scan=elsewhere)
    items.sign(entry, MONDAY, people.reporter, signed_by="李明", scan=scan)

    assert [p.code for p in refused.value.problems] == ["reply.scan"]
    assert item_of(entry).replies[0].signed_by == "李明（签批扫描件）"


@pytest.mark.parametrize(
    "act",
    [
        lambda entry, who: items.accept(entry, MONDAY, who),
        lambda entry, who: items.decline(entry, MONDAY, who, "非我单位职责"),
    ],
)
def test_only_the_lead_units_reporter_takes_an_item_on_or_declines_it(people, act):
    for stranger in (people.officer, people.unit_head, Actor.of(user(REPORTER, people.other))):
        with pytest.raises(PermissionDenied):
            act(assigned(people.lead), stranger)

    act(assigned(people.lead), people.reporter)


def test_only_the_office_assigns_reviews_and_sends_back(people):
    entry = with_the_unit(people.lead)
    items.reply(entry, "进展", people.reporter, on=MONDAY)
    items.sign(entry, MONDAY, people.unit_head)

    for stranger in (people.reporter, people.unit_head):
        with pytest.raises(PermissionDenied):
            items.verify(entry, MONDAY, stranger)
        with pytest.raises(PermissionDenied):
            items.send_back(entry, MONDAY, stranger, "不行")
        with pytest.raises(PermissionDenied):
            items.close(entry, MONDAY, stranger, "完成")
        with pytest.raises(PermissionDenied):
            items.assign(entry, MONDAY, stranger)


@pytest.mark.parametrize(
    "act",
    [
        lambda e: items.reply(e, "进展", OPERATOR, on=MONDAY),
        lambda e: items.sign(e, MONDAY, OPERATOR, signed_by="李明"),
        lambda e: items.verify(e, MONDAY, OPERATOR),
        lambda e: items.send_back(e, MONDAY, OPERATOR, "不行"),
        lambda e: items.close(e, MONDAY, OPERATOR, "完成"),
    ],
)
def test_a_step_out_of_turn_is_refused_and_leaves_nothing(people, act):
    entry = assigned(people.lead)
    before = entries.standing(entry)

    with pytest.raises(InputRefused) as refused:
        act(entry)

    assert [p.code for p in refused.value.problems] == ["item.not_now"]
    assert entries.standing(entry) == before


def test_what_was_not_signed_is_not_reviewed(people):
    entry = with_the_unit(people.lead)
    items.reply(entry, "进展", people.reporter, on=MONDAY)

    with pytest.raises(InputRefused):
        items.verify(entry, MONDAY, people.officer)


@pytest.mark.parametrize(
    "act",
    [
        lambda e: items.decline(e, MONDAY, OPERATOR, " "),
        lambda e: items.send_back(e, MONDAY, OPERATOR, ""),
        lambda e: items.close(e, MONDAY, OPERATOR, ""),
        lambda e: items.extend(e, 3, "", MONDAY, "目标办负责人", OPERATOR),
    ],
)
def test_what_needs_a_reason_says_so(people, act):
    with pytest.raises(InputRefused) as refused:
        act(assigned(people.lead))

    assert [p.code for p in refused.value.problems] == ["item.no_words"]


def test_an_extension_is_asked_in_time_and_once(people):
    entry = with_the_unit(people.lead)
    items.extend(entry, 10, "等待评估", date(2026, 3, 20), "目标办负责人", people.head)

    with pytest.raises(InputRefused) as refused:
        items.extend(entry, 5, "再等", date(2026, 3, 30), "目标办负责人", people.head)

    assert item_of(entry).due_on == date(2026, 4, 3)
    assert [p.code for p in refused.value.problems] == ["deadline.extended_enough"]


def test_an_extension_asked_after_the_day_is_refused(people):
    entry = with_the_unit(people.lead, on=date(2026, 2, 2))

    with pytest.raises(InputRefused) as refused:
        items.extend(entry, 10, "忘了", date(2026, 3, 16), "目标办负责人", people.head)

    assert [p.code for p in refused.value.problems] == ["deadline.asked_late"]


def test_an_item_kept_up_for_good_asks_nobody_for_anything(people):
    entry = with_the_unit(people.lead)
    items.reply(entry, "常态化开展", people.reporter, on=MONDAY)
    items.sign(entry, MONDAY, people.unit_head)
    items.keep_up(entry, MONDAY, people.head, "长期坚持")

    assert stages(entry)[-2:] == ["reviewed", "long_term"]
    assert open_duties() == []


def test_two_who_act_at_once_on_what_they_saw_do_not_overwrite_each_other(people):
    entry = with_the_unit(people.lead)
    seen = item_of(entry).version
    items.reply(entry, "先写的", people.reporter, on=MONDAY, expected_version=seen)

    with pytest.raises(InputRefused) as refused:
        items.reply(entry, "后写的", people.reporter, on=MONDAY, expected_version=seen)

    assert [p.code for p in refused.value.problems] == ["entry.changed_meanwhile"]


def test_duties_are_made_from_the_items_as_they_stand_after_an_import(people):
    with_the_unit(people.lead)
    gone = assigned(unit("X1"))
    Duty.objects.all().delete()
    Duty.objects.create(key="drive:reply:DC-1999-0001", what="旧", link="/", opened_at=clock.now())
    entries.retract(gone, OPERATOR, "误录")

    assert duties.bring_all_up_to_date() == 1
    assert open_duties() == [("reply", "QF", "reporter", date(2026, 3, 12))]
