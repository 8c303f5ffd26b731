"""Scoring a cycle: facts frozen, rule book locked, results kept."""

from __future__ import annotations

from django.db import transaction

from gangmu.assessment import facts
from gangmu.assessment.models import Cycle, CycleRun
from gangmu.org.permissions import require
from gangmu.records import clock
from gangmu.records.log import Actor
from gangmu.scoring import runs


@transaction.atomic
def run(cycle: Cycle, actor: Actor) -> CycleRun:
    """Collect, freeze and score; a cycle whose facts are frozen keeps the run that froze them.

    With the same rule book and the same facts the standing run is given back. InputRefused lists everything wrong
    with rule book or facts, and then nothing is kept; PermissionDenied without `score.run`.
    """
    if actor.user is not None:
        require(actor.user, "score.run")
    cycle = Cycle.objects.select_for_update().select_related("rulebook").get(pk=cycle.pk)
    standing = last_of(cycle)
    if cycle.frozen and standing is not None:
        return standing
    computed = runs.compute(cycle.rulebook, facts.collect(cycle), actor)
    if standing is not None and standing.run_id == computed.pk:
        return standing
    return CycleRun.objects.create(cycle=cycle, run=computed, at=clock.now())


def last_of(cycle: Cycle) -> CycleRun | None:
    """The run that stands for a cycle, its frozen facts unread."""
    return cycle.runs.select_related("cycle", "run__rulebook").defer("run__facts").order_by("id").last()
