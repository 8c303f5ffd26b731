"""People at the portal: accounts with a role, and browsers they are signed in with."""

from __future__ import annotations

import datetime

from django.test import Client

from gangmu.ledgers import declarations, entries
from gangmu.ledgers.models import Entry
from gangmu.org.models import RoleGrant, Unit, User
from gangmu.org.permissions import OFFICER
from gangmu.records.log import Actor
from tests.factories import org

PASSWORD = "yunxi-wangmin-2026"
CLERK = Actor(None, "测试员")


def unit(
    code: str = "fgj", name: str = "云溪区发展和改革局", short_name: str = "区发改局", group: str = "部门一组"
) -> Unit:
    return Unit.objects.filter(code=code).first() or org.unit(
        code, name=name, short_name=short_name, group=group
    )


def account(
    username: str = "wangmin",
    *roles: str,
    of: Unit | None = None,
    name: str = "王敏",
    password: str | None = None,
) -> User:
    """An account with roles (the goal office's officer by default); `of` binds the roles of a unit to it.

    Without a password it can be signed in by `signed_in` alone, which spares its slow digest.
    """
    user = User.objects.create_user(username, password, name, unit=of)
    for role in roles or (OFFICER,):
        RoleGrant.objects.create(user=user, role=role, unit=of if role in org.BOUND_TO_A_UNIT else None)
    return user


def signed_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def project(of: Unit, title: str = "智慧物流枢纽", **values: object) -> Entry:
    """A project at its first stage."""
    said = {
        "title": title,
        "unit": of.code,
        "class": "industry",
        "total_investment": "42500",
        "registered_on": datetime.date(2025, 2, 10),
        **values,
    }
    return entries.create(declarations.get("projects"), said, CLERK)


def supervision(of: Unit, title: str = "滨河路拆迁", **values: object) -> Entry:
    """An item of supervision on the day the goal office assigns it."""
    said = {
        "title": title,
        "unit": of.code,
        "source": "minutes",
        "raised_on": datetime.date(2025, 3, 3),
        "content": "三月底前完成签约",
        "rhythm": "weekly",
        **values,
    }
    register = declarations.get("supervision")
    return entries.create(register, said, CLERK, stage="assigned", on=datetime.date(2025, 3, 3))


def grievance(of: Unit, **values: object) -> Entry:
    return entries.create(declarations.get("grievances"), {"unit": of.code, **values}, CLERK)
