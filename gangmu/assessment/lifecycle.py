"""The steps of a cycle: facts frozen, reopened for a stated reason, results published. One table says all."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from gangmu.assessment import cycles, runs
from gangmu.assessment.models import Cycle
from gangmu.org.models import User
from gangmu.org.permissions import may, require
from gangmu.problems import refuse
from gangmu.records.log import Actor

OPEN, CLOSED, PUBLISHED = Cycle.State.OPEN, Cycle.State.CLOSED, Cycle.State.PUBLISHED


@dataclass(frozen=True, slots=True)
class Move:
    """A step: from where to where, who may take it. scores: the facts are collected and scored once more before."""

    action: str
    name: str | Promise
    start: Cycle.State
    end: Cycle.State
    permission: str
    scores: bool = False
    needs_reason: bool = False


MOVES: tuple[Move, ...] = (
    Move("close", _("封存考核数据"), OPEN, CLOSED, "cycle.close", scores=True),
    Move("reopen", _("重新开放考核数据"), CLOSED, OPEN, "cycle.close", needs_reason=True),
    Move("publish", _("公布结果"), CLOSED, PUBLISHED, "cycle.publish"),
)
"""Every step there is. What is published stays published."""


def moves(cycle: Cycle, user: User) -> list[Move]:
    """The steps a user may take now."""
    return [step for step in MOVES if step.start == cycle.state and may(user, step.permission)]


@transaction.atomic
def move(cycle: Cycle, action: str, actor: Actor, reason: str = "") -> Cycle:
    """Take a step; the cycle as it stands afterwards.

    InputRefused where the cycle does not stand where the step begins, where a reason is wanted, or where its facts
    are wrong; PermissionDenied without the step's permission.
    """
    cycle = Cycle.objects.select_for_update().select_related("rulebook").get(pk=cycle.pk)
    step = next((step for step in MOVES if (step.action, step.start) == (action, cycle.state)), None)
    if step is None:
        raise _no_such_step(cycle, action)
    if actor.user is not None:
        require(actor.user, step.permission)
    if step.needs_reason:
        cycles.require_reason(reason)
    if step.scores:
        runs.run(cycle, actor)
    cycle.state = step.end
    cycle.save(update_fields=["state"])
    cycles.log(f"cycle.{action}", cycle, actor, reason)
    return cycle


def _no_such_step(cycle: Cycle, action: str) -> Exception:
    known = "、".join(step.action for step in MOVES if step.start == cycle.state) or "—"
    return refuse(
        "cycle.no_such_step",
        f"{cycle.period} {cycle.get_state_display()}，不能 {action}",
        f"{cycle.period} is {cycle.state}: {action} is no step from there",
        f"可以：{known}",
        f"possible: {known}",
    )
