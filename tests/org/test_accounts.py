"""Accounts, delegation and handing over: single acts, logged, without a password in the log."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from gangmu.org import accounts, delegation, posts
from gangmu.org.models import Assignment, RoleGrant, User
from gangmu.org.permissions import AUDIT_ADMIN, AUDITOR, OFFICER, REPORTER, SYSTEM_ADMIN, UNIT_HEAD, may
from gangmu.problems import InputRefused
from gangmu.records import clock, verifying
from gangmu.records.duties import duties_of, open_duty
from gangmu.records.log import Actor
from gangmu.records.models import LogEntry
from tests.factories.org import person, post, unit, user

pytestmark = pytest.mark.django_db

OPERATOR = Actor(None, "操作员")
SENTENCE = "春风又绿江南岸明月何时照我还"


def codes(refused):
    return [problem.code for problem in refused.value.problems]


def test_an_account_is_made_with_a_one_time_password_that_nothing_else_knows():
    own = unit("QF")

    password = accounts.add("wangfang", "王芳", [REPORTER], OPERATOR, unit=own)

    made = User.objects.get(username="wangfang")
    assert (made.name, made.unit, made.password_is_one_time, made.check_password(password)) == (
        "王芳", own, True, True,
    )  # fmt: skip
    assert list(made.grants.values_list("role", "unit__code")) == [(REPORTER, "QF")]
    assert password not in "".join(LogEntry.objects.values_list("detail", flat=True))
    assert [d for d in verifying.verify().differs if d.place.startswith("user/")] == []


def test_two_one_time_passwords_differ_and_are_easy_to_read_out():
    one, other = accounts.one_time_password(), accounts.one_time_password()

    assert one != other
    assert len(one) == 19 and not set("il o01") & set(one)


def test_everything_wrong_with_an_account_is_said_at_once():
    with pytest.raises(InputRefused) as refused:
        accounts.create("x" * 61, " ", [REPORTER, "king"], OPERATOR, password="short")

    assert codes(refused) == [
        "user.username", "user.name", "role.unknown", "role.needs_unit", "password.too_short",
    ]  # fmt: skip
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("password1234", "password.common"),
        ("qwertyuiop12", "password.common"),
        ("my-Office-2026", "password.like_name"),
        ("eleven-char", "password.too_short"),
    ],
)
def test_a_weak_password_is_refused_and_a_sentence_is_not(password, code):
    with pytest.raises(InputRefused) as refused:
        accounts.create("office", "目标办", [OFFICER], OPERATOR, password=password)
    accounts.create("office", "目标办", [OFFICER], OPERATOR, password=SENTENCE)

    assert codes(refused) == [code]


def test_a_short_username_that_turns_up_in_a_password_by_chance_is_no_fault():
    made = accounts.create("x", "某人", [OFFICER], OPERATOR, password="k7mx-q2wp-8rtz-vhn4")

    assert made.check_password("k7mx-q2wp-8rtz-vhn4")


def test_a_username_is_taken_whatever_its_case():
    accounts.add("Wang", "王", [OFFICER], OPERATOR)

    with pytest.raises(InputRefused) as refused:
        accounts.add("wang", "另一个王", [OFFICER], OPERATOR)

    assert codes(refused) == ["user.exists"]


@pytest.mark.parametrize("alone", [SYSTEM_ADMIN, AUDIT_ADMIN, AUDITOR])
def test_administration_and_audit_are_kept_apart_from_work_and_from_each_other(alone):
    with pytest.raises(InputRefused) as at_once:
        accounts.add("one", "一人", [alone, OFFICER], OPERATOR)
    accounts.add("one", "一人", [OFFICER], OPERATOR)
    with pytest.raises(InputRefused) as later:
        accounts.grant(User.objects.get(username="one"), alone, OPERATOR)

    assert codes(at_once) == codes(later) == ["role.not_together"]


def test_setting_a_password_replaces_the_one_time_one_and_logs_only_that_it_happened():
    accounts.add("wang", "王", [OFFICER], OPERATOR)
    one = User.objects.get(username="wang")

    accounts.set_password(one, SENTENCE, Actor.of(one))

    one.refresh_from_db()
    entry = LogEntry.objects.order_by("id").last()
    assert (one.check_password(SENTENCE), one.password_is_one_time) == (True, False)
    assert (entry.action, entry.detail) == ("user.password", '{"one_time":false}')


def test_a_role_is_granted_and_revoked_with_effect_at_once():
    own = unit("QF")
    accounts.add("wang", "王", [REPORTER], OPERATOR, unit=own)
    one = User.objects.get(username="wang")

    accounts.grant(one, UNIT_HEAD, OPERATOR, reason="主持工作")
    granted = may(one, "supervision.sign", own)
    accounts.revoke(one, UNIT_HEAD, OPERATOR, reason="新负责人到任")

    assert (granted, may(one, "supervision.sign", own)) == (True, False)
    assert list(LogEntry.objects.order_by("id").values_list("action", "reason")) == [
        ("user.create", ""), ("user.grant", "主持工作"), ("user.revoke", "新负责人到任"),
    ]  # fmt: skip


def test_nobody_gives_himself_a_role_or_closes_his_own_account():
    one = user(SYSTEM_ADMIN)

    for act in (
        lambda: accounts.grant(one, OFFICER, Actor.of(one)),
        lambda: accounts.revoke(one, SYSTEM_ADMIN, Actor.of(one)),
        lambda: accounts.deactivate(one, Actor.of(one)),
    ):
        with pytest.raises(InputRefused) as refused:
            act()
        assert codes(refused) == ["user.own"]


def test_a_closed_account_can_do_nothing_until_it_is_opened_again():
    one = user(OFFICER)
    accounts.deactivate(one, OPERATOR, "调离")
    closed = may(User.objects.get(pk=one.pk), "goal.edit")
    accounts.reactivate(one, OPERATOR)

    assert (closed, may(User.objects.get(pk=one.pk), "goal.edit")) == (False, True)


def test_a_role_granted_behind_the_logs_back_is_found():
    accounts.add("wang", "王", [OFFICER], OPERATOR)
    RoleGrant.objects.create(user=User.objects.get(), role="office_head")

    assert [(d.code, d.place) for d in verifying.verify().differs] == [("row.changed", "user/wang")]


@pytest.mark.parametrize("bound", [True, False])
def test_a_role_is_granted_once_with_and_without_a_unit(bound):
    one, of = user(), unit() if bound else None
    RoleGrant.objects.create(user=one, role=OFFICER, unit=of)

    with pytest.raises(IntegrityError), transaction.atomic():
        RoleGrant.objects.create(user=one, role=OFFICER, unit=of)


def test_a_delegate_acts_for_a_leader_within_the_recorded_days_and_the_log_names_both():
    leader = person(unit("QF"), "陈建国", title="副区长", kind="leader")
    secretary = user("delegate", name="小李", username="xiaoli")
    delegation.record(leader, secretary, date(2026, 3, 1), date(2026, 3, 31), "区长办公会同意", OPERATOR)

    assert delegation.acting_for(secretary, date(2026, 3, 16)) == [leader]
    assert delegation.acting_for(secretary, date(2026, 2, 28)) == []
    assert delegation.acting_for(secretary, date(2026, 4, 1)) == []
    actor = delegation.actor_for(secretary, leader, date(2026, 3, 16))
    assert (actor.name, actor.on_behalf_of) == ("小李（xiaoli）", "陈建国（副区长）")
    with pytest.raises(PermissionDenied):
        delegation.actor_for(secretary, leader, date(2026, 4, 1))


def test_an_ended_delegation_and_a_closed_delegate_act_for_nobody():
    leader, secretary = person(unit(), kind="leader"), user("delegate")
    given = delegation.record(leader, secretary, date(2026, 3, 1), None, "同意", OPERATOR)
    delegation.end(given, date(2026, 3, 10), OPERATOR, "调岗")
    other = user("delegate")
    delegation.record(leader, other, date(2026, 3, 1), None, "同意", OPERATOR)
    accounts.deactivate(other, OPERATOR)

    assert delegation.acting_for(secretary, date(2026, 3, 10)) == [leader]
    assert delegation.acting_for(secretary, date(2026, 3, 11)) == []
    assert delegation.acting_for(other, date(2026, 3, 11)) == []
    assert [d for d in verifying.verify().differs if d.place.startswith("delegation/")] == []


@pytest.mark.parametrize(
    ("since", "until", "reason", "code"),
    [
        (date(2026, 5, 2), date(2026, 5, 1), "同意", "delegation.ends_before_it_begins"),
        (date(2026, 5, 1), None, "  ", "delegation.reason"),
        (date(2026, 3, 31), None, "同意", "delegation.overlaps"),
        (date(2026, 2, 1), date(2026, 3, 1), "同意", "delegation.overlaps"),
    ],
)
def test_a_delegation_needs_a_span_and_a_reason_and_stands_once(since, until, reason, code):
    leader, secretary = person(unit(), kind="leader"), user("delegate")
    delegation.record(leader, secretary, date(2026, 3, 1), date(2026, 3, 31), "同意", OPERATOR)

    with pytest.raises(InputRefused) as refused:
        delegation.record(leader, secretary, since, until, reason, OPERATOR)

    assert codes(refused) == [code]


@pytest.fixture
def liaison():
    """A liaison's post with its A and B role, the A role's account and duties."""
    own = unit("QF")
    seat = post(own, "综合岗（联络员）")
    old, new = person(own, "王芳", code="QF-1"), person(own, "赵亮", code="QF-2")
    Assignment.objects.create(post=seat, person=old, part="A", since=date(2025, 1, 1))
    Assignment.objects.create(post=seat, person=new, part="B", since=date(2025, 1, 1))
    return seat, old, new


def test_handing_over_a_post_moves_seat_role_and_duties_in_one_act(liaison):
    seat, old, new = liaison
    giver, receiver = user(REPORTER, seat.unit, person=old), user("", seat.unit, person=new)
    with transaction.atomic():
        open_duty("test:own", "补充材料", "/x/", user=giver)
        open_duty("test:unit", "反馈进展", "/y/", unit=seat.unit, role=REPORTER)

    posts.hand_over(seat, "A", new, date(2026, 3, 16), OPERATOR, reason="轮岗", roles=[REPORTER])

    assert [(a.person.name, a.part, a.since, a.until) for a in Assignment.objects.order_by("id")] == [
        ("王芳", "A", date(2025, 1, 1), date(2026, 3, 15)),
        ("赵亮", "B", date(2025, 1, 1), None),
        ("赵亮", "A", date(2026, 3, 16), None),
    ]
    assert [d.what for d in duties_of(User.objects.get(pk=receiver.pk))] == ["补充材料", "反馈进展"]
    assert list(duties_of(User.objects.get(pk=giver.pk))) == []
    assert set(LogEntry.objects.values_list("reason", flat=True)) == {"轮岗"}


def test_the_b_role_acts_while_nobody_holds_the_a_role(liaison):
    seat, old, new = liaison
    assert posts.acting(seat, date(2026, 3, 16)) == old

    Assignment.objects.filter(part="A").update(until=date(2026, 3, 1))

    assert posts.acting(seat, date(2026, 3, 16)) == new
    assert posts.acting(seat, date(2020, 1, 1)) is None


def test_a_post_is_not_handed_to_who_holds_it_nor_roles_to_who_has_no_account(liaison):
    seat, old, new = liaison
    user(REPORTER, seat.unit, person=old)

    with pytest.raises(InputRefused) as same:
        posts.hand_over(seat, "A", old, date(2026, 3, 16), OPERATOR)
    with pytest.raises(InputRefused) as nobody:
        posts.hand_over(seat, "A", new, date(2026, 3, 16), OPERATOR, roles=[REPORTER])

    assert (codes(same), codes(nobody)) == (["post.held_already"], ["post.no_account"])
    assert Assignment.objects.filter(until=None).count() == 2


def test_a_seat_taken_by_mistake_on_the_same_day_never_was(liaison):
    seat, old, new = liaison
    posts.hand_over(seat, "A", new, date(2026, 3, 16), OPERATOR)

    posts.hand_over(seat, "A", old, date(2026, 3, 16), OPERATOR, reason="误交")

    standing = [(a.person.name, a.part) for a in posts.held_on(seat, clock.today())]
    assert standing == [("王芳", "A"), ("赵亮", "B")]
