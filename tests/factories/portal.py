"""People at the portal: accounts with a role, and browsers they are signed in with."""

from __future__ import annotations

from django.test import Client

from gangmu.org.models import RoleGrant, Unit, User
from gangmu.org.permissions import OFFICER

PASSWORD = "yunxi-wangmin-2026"


def unit(
    code: str = "fgj", name: str = "云溪区发展和改革局", short_name: str = "区发改局", group: str = "部门一组"
) -> Unit:
    order = Unit.objects.count() + 1
    made, _ = Unit.objects.get_or_create(
        code=code,
        defaults={
            "name": name, "short_name": short_name, "kind": "政府部门", "group": group, "protocol_order": order,
        },
    )  # fmt: skip
    return made


def account(username: str = "wangmin", *roles: str, of: Unit | None = None, name: str = "王敏") -> User:
    """An account with roles (the goal office's officer by default); `of` binds them to a unit."""
    user = User.objects.create_user(username, PASSWORD, name, unit=of)
    for role in roles or (OFFICER,):
        RoleGrant.objects.create(user=user, role=role, unit=of)
    return user


def signed_in(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser
