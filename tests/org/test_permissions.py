"""Who may do what, cell by cell, and whom the doors let in."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction

from gangmu.org.models import Assignment, Delegation, Person, Post, RoleGrant, Unit, User
from gangmu.org.permissions import (
    ALONE,
    BOUND_TO_A_UNIT,
    PERMISSIONS,
    REPORTER,
    ROLES,
    UNIT_HEAD,
    may,
    require,
    roles_of,
    who_may,
)
from gangmu.records.log import Actor, Change, record
from gangmu.records.models import LogEntry
from tests.factories.org import person, post, unit, user

pytestmark = pytest.mark.django_db

_TABLE = yaml.safe_load((Path(__file__).parent / "permissions.yaml").read_text(encoding="utf-8"))
_ROLES = _TABLE.pop("roles")
CELLS = [
    (permission, role, mark == "x")
    for permission, row in _TABLE.items()
    for role, mark in zip(_ROLES, row.split(), strict=True)
]


def test_the_table_names_every_permission_and_every_role():
    assert list(ROLES) == _ROLES
    assert sorted(PERMISSIONS) == sorted(_TABLE)
    assert {role for roles in PERMISSIONS.values() for role in roles} == set(ROLES)


@pytest.fixture(scope="module")
def people_of_every_role(django_db_setup, django_db_blocker):
    """One account a role, made once for all cells."""
    with django_db_blocker.unblock():
        of = unit("ALLROLES")
        made = {role: user(role, of) for role in ROLES}
        yield made
        RoleGrant.objects.filter(unit=of).delete()
        for one in made.values():
            one.delete()
        of.delete()


@pytest.mark.parametrize(("permission", "role", "has_it"), CELLS)
def test_a_role_has_exactly_the_permissions_of_the_table(people_of_every_role, permission, role, has_it):
    assert may(people_of_every_role[role], permission) is has_it


@pytest.mark.parametrize("permission", sorted(PERMISSIONS))
def test_nobody_has_a_permission_without_a_role_or_an_open_account(permission):
    closed = user(sorted(PERMISSIONS[permission])[0], unit(), is_active=False)

    assert not may(AnonymousUser(), permission)
    assert not may(user(), permission)
    assert not may(closed, permission)


@pytest.mark.parametrize("role", [REPORTER, UNIT_HEAD])
@pytest.mark.parametrize(
    "permission", sorted(p for p, roles in PERMISSIONS.items() if roles & {REPORTER, UNIT_HEAD})
)
def test_a_units_role_holds_for_its_own_unit_only(role, permission):
    own, other = unit(), unit()
    one = user(role, own)

    assert may(one, permission, other) is False
    assert may(one, permission, own) is (role in PERMISSIONS[permission])


def test_a_reporter_of_two_units_acts_for_both():
    own, second, third = unit(), unit(), unit()
    one = user(REPORTER, own)
    RoleGrant.objects.create(user=one, role=REPORTER, unit=second)

    assert [may(one, "ledger.edit", of) for of in (own, second, third)] == [True, True, False]
    assert roles_of(one) == {REPORTER}


def test_require_refuses_by_the_permissions_name():
    with pytest.raises(PermissionDenied, match=r"^score\.run$"):
        require(user(REPORTER, unit()), "score.run")

    assert require(user("office_officer"), "score.run") is None


def test_the_refused_page_can_say_who_may():
    assert who_may("supervision.sign") == ["单位负责人"]
    assert who_may("log.see", "en") == ["auditor", "audit administrator"]


def test_three_administrators_and_the_auditor_share_no_power_over_figures_and_scores():
    domain = ("figure.", "goal.", "ledger.", "score.", "rulebook.", "report.", "import.", "supervision.")
    changing = ("edit", "create", "move", "run", "write", "lock", "assign", "verify", "sign", "reply")

    for role in ALONE - {"auditor"}:
        assert [p for p, roles in PERMISSIONS.items() if role in roles and p.startswith(domain)] == []
    assert [p for p, roles in PERMISSIONS.items() if "auditor" in roles and p.endswith(changing)] == []
    assert sorted(BOUND_TO_A_UNIT) == ["reporter", "unit_head", "verifier"]


def seen(queryset):
    return set(queryset.values_list("pk", flat=True))


@pytest.fixture
def roster():
    own = unit()
    seat = post(own)
    holder = person(own)
    Assignment.objects.create(post=seat, person=holder, part="A", since=date(2025, 1, 1))
    return own


@pytest.mark.parametrize("role", sorted(ROLES))
@pytest.mark.parametrize("model", [Unit, Post, Person, Assignment])
def test_units_posts_and_people_are_open_to_every_role(roster, role, model):
    assert seen(model.objects.visible_to(user(role, roster))) == seen(model.objects.all())


@pytest.mark.parametrize("model", [Unit, Post, Person, Assignment, User, Delegation])
def test_nothing_of_the_roster_is_open_to_strangers(roster, model):
    Delegation.objects.create(
        leader=Person.objects.get(), delegate=user(), since=date(2026, 1, 1), reason="口头同意"
    )

    assert seen(model.objects.visible_to(AnonymousUser())) == set()


@pytest.mark.parametrize("role", sorted(ROLES))
def test_accounts_are_open_to_those_who_keep_or_audit_them_and_ones_own_to_everyone(roster, role):
    one, other = user(role, roster), user()
    everyone = {one.pk, other.pk}

    expected = everyone if role in PERMISSIONS["user.see"] else {one.pk}
    assert seen(User.objects.visible_to(one)) & everyone == expected


@pytest.mark.parametrize("role", sorted(ROLES))
def test_delegations_are_open_to_those_who_record_or_audit_them_and_to_the_two_they_bind(roster, role):
    leader = person(roster, kind="leader")
    reader, delegate, leaders_own = user(role, roster), user(), user(person=leader)
    given = Delegation.objects.create(
        leader=leader, delegate=delegate, since=date(2026, 1, 1), reason="口头同意"
    )

    expected = {given.pk} if role in PERMISSIONS["delegation.see"] else set()
    assert seen(Delegation.objects.visible_to(reader)) == expected
    assert seen(Delegation.objects.visible_to(delegate)) == {given.pk}
    assert seen(Delegation.objects.visible_to(leaders_own)) == {given.pk}


@pytest.mark.parametrize("role", sorted(ROLES))
def test_the_log_is_open_to_those_who_audit(role):
    with transaction.atomic():
        entry = record(Actor(None, "操作员"), Change("note.write", "note", "甲"))

    expected = {entry.pk} if role in {"auditor", "audit_admin"} else set()
    assert seen(LogEntry.objects.visible_to(user(role, unit()))) == expected
    assert seen(LogEntry.objects.visible_to(AnonymousUser())) == set()
