"""Units, people and accounts for tests, by plain functions."""

from __future__ import annotations

import itertools
from typing import Any

from gangmu.org.models import Person, Post, RoleGrant, Unit, User
from gangmu.org.permissions import REPORTER, UNIT_HEAD, VERIFIER

_numbers = itertools.count(1)

BOUND_TO_A_UNIT = {REPORTER, UNIT_HEAD, VERIFIER}


def unit(code: str = "", **fields: Any) -> Unit:
    """A unit; code, names and order are made up where not given."""
    number = next(_numbers)
    code = code or f"U{number}"
    given = {"name": f"测试单位{code}", "short_name": code, "kind": "政府", "protocol_order": number}
    return Unit.objects.create(code=code, **{**given, **fields})


def post(of: Unit, name: str = "综合岗", **fields: Any) -> Post:
    return Post.objects.create(unit=of, name=name, **fields)


def person(of: Unit, name: str = "张三", **fields: Any) -> Person:
    return Person.objects.create(code=fields.pop("code", f"P{next(_numbers)}"), name=name, unit=of, **fields)


def user(role: str = "", of: Unit | None = None, **fields: Any) -> User:
    """An account with at most one role; bound to the unit where the role is a unit's."""
    number = next(_numbers)
    made = User.objects.create_user(
        fields.pop("username", f"user{number}"), None, fields.pop("name", f"用户{number}"), unit=of, **fields
    )
    if role:
        RoleGrant.objects.create(user=made, role=role, unit=of if role in BOUND_TO_A_UNIT else None)
    return made
