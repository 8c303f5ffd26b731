"""Accounts: made, given roles, closed, each act logged. A password never enters the log.

Who may do this is for the caller to ask (`user.manage`, `role.grant`); what may stand together is asked here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.db import transaction

from gangmu.org.models import Person, RoleGrant, Unit, User
from gangmu.org.permissions import ALONE, BOUND_TO_A_UNIT, ROLES
from gangmu.problems import Problem, Problems, Text, refuse
from gangmu.records.log import Actor, Change, content_digest, record

SUBJECT = "user"
LEAST_LENGTH = 12
TELLING_LENGTH = 4
"""A shorter username turns up in good passwords by chance, one-time ones included."""
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without i, l, o, 0 and 1: a one-time password is read from paper and over the telephone."""


@transaction.atomic
def add(
    username: str,
    name: str,
    roles: Sequence[str],
    actor: Actor,
    *,
    unit: Unit | None = None,
    person: Person | None = None,
) -> str:
    """Make an account with a one-time password, given back once and kept nowhere. InputRefused, all at once."""
    password = one_time_password()
    create(username, name, roles, actor, unit=unit, person=person, password=password, one_time=True)
    return password


@transaction.atomic
def create(
    username: str,
    name: str,
    roles: Sequence[str],
    actor: Actor,
    *,
    unit: Unit | None = None,
    person: Person | None = None,
    password: str | None = None,
    one_time: bool = False,
    language: str = "",
) -> User:
    """Make an account. Roles of a unit are granted for `unit`; without a password nobody can sign in yet."""
    unit = unit or (person.unit if person else None)
    problems = Problems(list(_name_problems(username, name)))
    problems.extend(_role_problems(roles, unit))
    if password is not None:
        problems.extend(_password_problems(password, username))
    problems.raise_if_any()
    user = User.objects.create_user(
        username, password, name, unit=unit, person=person, language=language, password_is_one_time=one_time
    )
    RoleGrant.objects.bulk_create(
        RoleGrant(user=user, role=role, unit=unit if role in BOUND_TO_A_UNIT else None) for role in roles
    )
    _log("user.create", user, actor, {"new": content_of(user)})
    return user


@transaction.atomic
def set_password(user: User, password: str, actor: Actor, *, one_time: bool = False) -> None:
    """Set a password; every other session of the user ends with it. InputRefused when it is too weak."""
    problems = Problems(list(_password_problems(password, user.username)))
    problems.raise_if_any()
    user.set_password(password)
    user.password_is_one_time = one_time
    user.save(update_fields=["password", "password_is_one_time"])
    record(actor, Change("user.password", SUBJECT, user.username, detail={"one_time": one_time}))


def reset_password(user: User, actor: Actor) -> str:
    """A new one-time password, given back once."""
    password = one_time_password()
    set_password(user, password, actor, one_time=True)
    return password


@transaction.atomic
def grant(user: User, role: str, actor: Actor, *, unit: Unit | None = None, reason: str = "") -> None:
    """Give a role, for `unit` (the user's own by default) where it is a unit's. Nobody gives himself a role."""
    _refuse_own(user, actor)
    unit = (unit or user.unit) if role in BOUND_TO_A_UNIT else None
    held = list(user.grants.values_list("role", flat=True))
    Problems(list(_role_problems([*held, role], unit or user.unit))).raise_if_any()
    old = content_of(user)
    RoleGrant.objects.get_or_create(user=user, role=role, unit=unit)
    _log("user.grant", user, actor, {"old": old, "new": content_of(user)}, reason)


@transaction.atomic
def revoke(user: User, role: str, actor: Actor, *, unit: Unit | None = None, reason: str = "") -> None:
    """Take a role away, for one unit or altogether; it ends with the user's next request."""
    _refuse_own(user, actor)
    old = content_of(user)
    held = user.grants.filter(role=role)
    (held.filter(unit=unit) if unit else held).delete()
    _log("user.revoke", user, actor, {"old": old, "new": content_of(user)}, reason)


@transaction.atomic
def deactivate(user: User, actor: Actor, reason: str = "") -> None:
    """Close an account; its sessions end with the next request, what it did keeps its name."""
    _refuse_own(user, actor)
    old = content_of(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    _log("user.deactivate", user, actor, {"old": old, "new": content_of(user)}, reason)


@transaction.atomic
def reactivate(user: User, actor: Actor, reason: str = "") -> None:
    """Open a closed account again, with the roles it had."""
    _refuse_own(user, actor)
    old = content_of(user)
    user.is_active = True
    user.save(update_fields=["is_active"])
    _log("user.reactivate", user, actor, {"old": old, "new": content_of(user)}, reason)


def content_of(user: User) -> dict[str, Any]:
    """What the log answers for of an account: who it is and what it may do; not its password or language."""
    return {
        "username": user.username,
        "name": user.name,
        "unit": user.unit and user.unit.code,
        "person": user.person and user.person.code,
        "active": user.is_active,
        "roles": sorted([grant.role, grant.unit.code if grant.unit else ""] for grant in user.grants.all()),
    }


def current_digests() -> Iterator[tuple[str, str]]:
    """(username, digest) of each account, for the log's verification."""
    users = User.objects.select_related("unit", "person").prefetch_related("grants__unit")
    return ((user.username, content_digest(content_of(user))) for user in users)


def one_time_password() -> str:
    """Sixteen letters in four groups: some 79 bits."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def _log(action: str, user: User, actor: Actor, detail: dict[str, Any], reason: str = "") -> None:
    digest = content_digest(detail["new"])
    user.__dict__.pop("_grants", None)  # what it may do is asked anew (`permissions`)
    record(actor, Change(action, SUBJECT, user.username, digest, detail, reason))


def _refuse_own(user: User, actor: Actor) -> None:
    if actor.user is not None and actor.user.pk == user.pk:
        raise refuse(
            "user.own",
            "不能更改自己的角色和账号状态",
            "nobody changes his own roles or closes his own account",
            "请由另一位管理员办理",
            "ask another administrator",
        )


def _name_problems(username: str, name: str) -> Iterator[Problem]:
    if not username or len(username) > 60 or username != username.strip():
        yield Problem(
            "user.username",
            Text(f"账号“{username}”不合要求", f'the username "{username}" will not do'),
            Text("1 至 60 个字符，首尾无空格", "1 to 60 characters, no blanks around"),
        )
    elif User.objects.filter(username__iexact=username).exists():
        yield Problem(
            "user.exists",
            Text(f"账号“{username}”已存在", f'there is an account "{username}" already'),
            Text(
                "请换一个账号，或用 gangmu user password 重设密码", "take another, or set its password anew"
            ),
        )
    if not name.strip() or len(name) > 40:
        yield Problem(
            "user.name",
            Text("姓名不合要求", "the name will not do"),
            Text("1 至 40 个字", "1 to 40 characters"),
        )


def _role_problems(roles: Iterable[str], unit: Unit | None) -> Iterator[Problem]:
    held = list(roles)
    for role in sorted(set(held) - set(ROLES)):
        yield Problem(
            "role.unknown",
            Text(f"没有角色“{role}”", f'there is no role "{role}"'),
            Text(f"可用：{'、'.join(ROLES)}", f"known: {', '.join(ROLES)}"),
        )
    for role in sorted(set(held) & BOUND_TO_A_UNIT):
        if unit is None:
            zh, en = ROLES[role]
            yield Problem(
                "role.needs_unit",
                Text(f"角色“{zh}”须指明单位", f"the role {en} is held for a unit"),
                Text("请给出单位（--unit）", "name the unit (--unit)"),
            )
    alone = sorted(set(held) & ALONE)
    if alone and len(set(held)) > 1:
        zh, en = ROLES[alone[0]]
        yield Problem(
            "role.not_together",
            Text(f"“{zh}”不能与其他角色由同一账号担任", f"the {en} holds no other role"),
            Text(
                "三员分立：请分设账号", "administration, audit and work are kept apart: use separate accounts"
            ),
        )


def _password_problems(password: str, username: str) -> Iterator[Problem]:
    if len(password) < LEAST_LENGTH:
        yield Problem(
            "password.too_short",
            Text(f"密码只有 {len(password)} 位", f"the password has {len(password)} characters"),
            Text(f"至少 {LEAST_LENGTH} 位，可用一句话", f"at least {LEAST_LENGTH}; a sentence will do"),
        )
    if len(username) >= TELLING_LENGTH and username.casefold() in password.casefold():
        yield Problem(
            "password.like_name",
            Text("密码里有账号", "the password contains the username"),
            Text("请换一个", "take another"),
        )
    if _is_common(password):
        yield Problem(
            "password.common",
            Text("密码太常见，容易被猜中", "the password is too common"),
            Text("请换一个", "take another"),
        )


def _is_common(password: str) -> bool:
    try:
        _common_passwords().validate(password)
    except ValidationError:
        return True
    return False


@cache
def _common_passwords() -> CommonPasswordValidator:
    return CommonPasswordValidator()
