"""Who may do what: one table of roles and named permissions, tested cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from gangmu.org.models import Unit, User

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

_ADMINISTRATORS = {SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN}

PERMISSIONS: dict[str, set[str]] = {
    "figure.see": _READERS | _UNIT,
    "goal.see": _READERS | _UNIT,
    "goal.edit": _OFFICE,
    "ledger.see": _READERS | _UNIT,
    "ledger.see_all_units": _READERS,
    "ledger.create": _OFFICE | {REPORTER},
    "ledger.edit": _OFFICE | _UNIT,
    "ledger.move": _OFFICE | {REPORTER, VERIFIER},
    "ledger.see_sensitive": {OFFICE_HEAD, REPORTER},
    "evidence.add": _OFFICE | {REPORTER, VERIFIER},
    "supervision.assign": _OFFICE,
    "supervision.accept": {REPORTER},
    "supervision.reply": {REPORTER},
    "supervision.sign": {UNIT_HEAD},
    "supervision.verify": _OFFICE,
    "supervision.urge": _OFFICE,
    "score.see_all_units": _OFFICE | {LEADING_GROUP, LEADER, DELEGATE, AUDITOR},
    "score.see_own": _UNIT,
    "score.see_firmness": _OFFICE | {LEADING_GROUP},
    "score.run": _OFFICE,
    "rulebook.lock": {OFFICE_HEAD},
    "cycle.close": {OFFICE_HEAD},
    "cycle.publish": {OFFICE_HEAD},
    "report.see": _READERS,
    "report.write": _OFFICE,
    "import.run": _OFFICE,
    "post.hand_over": {OFFICE_HEAD, UNIT_HEAD},
    "delegation.see": _OFFICE | {LEADER, DELEGATE, AUDITOR, AUDIT_ADMIN, SECURITY_ADMIN},
    "delegation.record": {OFFICE_HEAD},
    "unit.see": _READERS | _UNIT | _ADMINISTRATORS,
    "user.see": _ADMINISTRATORS | {AUDITOR},
    "user.manage": {SYSTEM_ADMIN},
    "role.grant": {SECURITY_ADMIN},
    "backup.run": {SYSTEM_ADMIN},
    "log.see": {AUDITOR, AUDIT_ADMIN},
    "sign_in_log.see": {AUDIT_ADMIN},
}
"""Permission → the roles that have it. What is not listed nobody has."""

BOUND_TO_A_UNIT = frozenset({REPORTER, UNIT_HEAD, VERIFIER})
"""Roles that are granted for a unit and never without one."""

ALONE = frozenset({AUDITOR, *_ADMINISTRATORS})
"""Roles that nobody holds beside another: who administers sees no score, who audits changes nothing (三员分立)."""


def roles_of(user: User | AnonymousUser) -> set[str]:
    """The roles of an active user."""
    return {role for role, _ in _grants_of(user)}


def may(user: User | AnonymousUser, permission: str, unit: Unit | None = None) -> bool:
    """Whether a user has a permission, for `unit` where the granting role is a reporter's or head's.

    Such a role gives its permissions for its own unit only; pass None to ask whether the user has the
    permission for any unit at all.
    """
    granting = PERMISSIONS[permission]
    return any(
        role in granting and (unit is None or role not in _UNIT or bound_to == unit.pk)
        for role, bound_to in _grants_of(user)
    )


def require(user: User | AnonymousUser, permission: str, unit: Unit | None = None) -> None:
    """`may`, or PermissionDenied naming the permission: the page says who may and whom to ask."""
    if not may(user, permission, unit):
        raise PermissionDenied(permission)


def who_may(permission: str, language: str = "zh-hans") -> list[str]:
    """The names of the roles that have a permission, for the refused page."""
    index = 1 if language.startswith("en") else 0
    return [ROLES[role][index] for role in ROLES if role in PERMISSIONS[permission]]


def _grants_of(user: User | AnonymousUser) -> list[tuple[str, int | None]]:
    """(role, unit) of an active user, read once per instance; a grant without a unit is for the user's own."""
    if user.is_anonymous or not user.is_active:
        return []
    cached: list[tuple[str, int | None]] | None = user.__dict__.get("_grants")
    if cached is None:
        cached = [(role, unit or user.unit_id) for role, unit in user.grants.values_list("role", "unit")]
        user.__dict__["_grants"] = cached
    return cached
