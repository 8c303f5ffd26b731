"""Who sees which entry, and whose hands may touch it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q

from gangmu.ledgers.declarations import registers
from gangmu.ledgers.register import UNIT, Register, Stage
from gangmu.ledgers.slots import layout
from gangmu.ledgers.values import BETWEEN
from gangmu.org.models import RoleGrant, Unit
from gangmu.org.permissions import REPORTER, UNIT_HEAD, may, roles_of
from gangmu.records.log import Actor

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from gangmu.org.models import User

OF_A_UNIT = frozenset({REPORTER, UNIT_HEAD})
"""Roles whose hands reach their own unit's entries alone."""


def seen_by(user: User | AnonymousUser) -> Q | None:
    """What of the standing versions a user sees; None: nothing. A unit sees what it leads, supports or hosts."""
    if not may(user, "ledger.see"):
        return None
    if may(user, "ledger.see_all_units"):
        return Q()
    own = [code for _, code in _grants_of(user)]
    sight = Q(unit__code__in=own)
    for register in registers().values():
        columns = layout(register).entry.by_code
        for one in register.fields:
            if one.sees and one.kind == "unit":
                sight |= Q(ledger=register.code, **{f"{columns[one.code]}__in": own})
            elif one.sees:
                for code in own:
                    named = {f"{columns[one.code]}__contains": f"{BETWEEN}{code}{BETWEEN}"}
                    sight |= Q(ledger=register.code, **named)
    return sight


def units_of(register: Register, values: Mapping[str, Any]) -> set[str]:
    """The codes of the units that an entry names with the right to see it."""
    found: set[str] = set()
    for one in register.by_code.values():
        said = values.get(one.code) if one.sees else None
        found |= set(said) if isinstance(said, tuple) else {said} if said else set()
    return found


def require(actor: Actor, permission: str, values: Mapping[str, Any]) -> None:
    """PermissionDenied unless the actor has a permission for the responsible unit of an entry.

    An actor without an account is the operator of the machine, or an import that he runs: he may.
    """
    _require(actor, permission, {values[UNIT]} if values.get(UNIT) else set())


def require_hand(actor: Actor, register: Register, permission: str, values: Mapping[str, Any]) -> None:
    """`require`, with the supporting and hosting units too: they write lines, not fields."""
    _require(actor, permission, units_of(register, values))


def require_move(actor: Actor, stage: Stage, values: Mapping[str, Any]) -> None:
    """PermissionDenied unless one of the actor's roles may move an entry to a stage."""
    if actor.user is not None and not may_move(actor.user, stage, values):
        raise PermissionDenied("ledger.move")


def may_move(user: User | AnonymousUser, stage: Stage, values: Mapping[str, Any]) -> bool:
    """Whether a user may move an entry to a stage: by a role of the stage, for his own unit where it is a unit's."""
    if roles_of(user) & set(stage.who) - OF_A_UNIT:
        return True
    return any(role in stage.who and code == values.get(UNIT) for role, code in _grants_of(user))


def _require(actor: Actor, permission: str, codes: set[str]) -> None:
    user = actor.user
    if user is None:
        return
    # Without a unit the entry is refused anyway, with a finding that says so.
    units: list[Unit | None] = [*Unit.objects.filter(code__in=codes)] or [None]
    if not any(may(user, permission, unit) for unit in units):
        raise PermissionDenied(permission)


def _grants_of(user: User | AnonymousUser) -> list[tuple[str, str]]:
    """(role, unit code) of the unit roles of a user, read once per instance."""
    if user.is_anonymous or not user.is_active:
        return []
    cached: list[tuple[str, str]] | None = user.__dict__.get("_unit_grants")
    if cached is None:
        own = user.unit.code if user.unit else ""
        grants = RoleGrant.objects.filter(user=user, role__in=OF_A_UNIT)
        cached = [(role, code or own) for role, code in grants.values_list("role", "unit__code")]
        user.__dict__["_unit_grants"] = cached
    return cached
