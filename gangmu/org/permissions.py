"""Who may do what: one table of roles and named permissions, tested cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

from gangmu.org.models import Unit, User

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

OFFICER, OFFICE_HEAD = "office_officer", "office_head"
REPORTER, UNIT_HEAD, VERIFIER = "reporter", "unit_head", "verifier"
LEADER, DELEGATE, LEADING_GROUP = "leader", "delegate", "leading_group"
AUDITOR = "auditor"
SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN = "system_admin", "security_admin", "audit_admin"

ROLES: dict[str, tuple[str, str]] = {
    OFFICER: ("目标办工作人员", "goal-office officer"),
    OFFICE_HEAD: ("目标办负责人", "goal-office head"),
    REPORTER: ("联络员", "unit reporter"),
    UNIT_HEAD: ("单位负责人", "unit head"),
    VERIFIER: ("负责考核部门（数据审核）", "verifier"),
    LEADER: ("区领导", "district leader"),
    DELEGATE: ("领导联络员（受托代录）", "delegate of a leader"),
    LEADING_GROUP: ("考核领导小组", "assessment leading group"),
    AUDITOR: ("审计", "auditor"),
    SYSTEM_ADMIN: ("系统管理员", "system administrator"),
    SECURITY_ADMIN: ("安全管理员", "security administrator"),
    AUDIT_ADMIN: ("审计管理员", "audit administrator"),
}

_OFFICE = {OFFICER, OFFICE_HEAD}
_UNIT = {REPORTER, UNIT_HEAD}
_READERS = _OFFICE | {VERIFIER, LEADER, DELEGATE, LEADING_GROUP, AUDITOR}

PERMISSIONS: dict[str, set[str]] = {
    "figure.see": _READERS | _UNIT,
    "goal.see": _READERS | _UNIT,
    "goal.edit": _OFFICE,
    "ledger.see": _READERS | _UNIT,
    "ledger.see_all_units": _READERS,
    "ledger.create": _OFFICE | {REPORTER},
    "ledger.edit": _OFFICE | {REPORTER},
    "ledger.move": _OFFICE | {REPORTER, VERIFIER},
    "ledger.see_sensitive": {OFFICE_HEAD, REPORTER},
    "supervision.assign": _OFFICE,
    "supervision.accept": {REPORTER},
    "supervision.reply": {REPORTER},
    "supervision.sign": {UNIT_HEAD},
    "supervision.verify": _OFFICE,
    "score.see_all_units": _OFFICE | {LEADING_GROUP, LEADER, DELEGATE, AUDITOR},
    "score.see_own": _UNIT,
    "score.run": _OFFICE,
    "rulebook.lock": {OFFICE_HEAD},
    "report.see": _READERS,
    "report.write": _OFFICE,
    "import.run": _OFFICE,
    "log.see": {AUDITOR, AUDIT_ADMIN},
    "user.manage": {SYSTEM_ADMIN},
}
"""Permission → the roles that have it. What is not listed nobody has."""


def roles_of(user: User | AnonymousUser) -> set[str]:
    """The roles of an active user, read once per instance."""
    if not isinstance(user, User) or not user.is_active:
        return set()
    cached: set[str] | None = user.__dict__.get("_roles")
    if cached is None:
        cached = set(user.grants.values_list("role", flat=True))
        user.__dict__["_roles"] = cached
    return cached


def may(user: User | AnonymousUser, permission: str, unit: Unit | None = None) -> bool:
    """Whether a user has a permission, for `unit` where the granting role is bound to one.

    A role bound to a unit (reporter, head) gives its permissions for that unit only; pass None to ask
    whether the user has it for any unit at all.
    """
    granting = roles_of(user) & PERMISSIONS[permission]
    if unit is None or granting - _UNIT:
        return bool(granting)
    return bool(granting) and isinstance(user, User) and user.unit_id == unit.pk


def require(user: User | AnonymousUser, permission: str, unit: Unit | None = None) -> None:
    """`may`, or PermissionDenied naming the permission: the page says who may and whom to ask."""
    if not may(user, permission, unit):
        raise PermissionDenied(permission)


def who_may(permission: str, language: str = "zh-hans") -> list[str]:
    """The names of the roles that have a permission, for the refused page."""
    index = 1 if language.startswith("en") else 0
    return [ROLES[role][index] for role in ROLES if role in PERMISSIONS[permission]]
