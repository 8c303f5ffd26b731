"""Scoring a cycle: facts frozen, rule book locked, results kept."""

from __future__ import annotations

from django.db import transaction

from gangmu.assessment import cycles, facts
from gangmu.assessment.models import Cycle, CycleRun
from gangmu.records import clock
from gangmu.records.log import Actor
from gangmu.scoring import runs


@transaction.atomic
def run(cycle: Cycle, actor: Actor) -> CycleRun:
    """Collect, freeze and score. With the same rule book and the same facts the standing run is given back.

    InputRefused lists everything wrong with rule book or facts; then nothing is kept.
    """
    computed = runs.compute(cycle.rulebook, facts.collect(cycle), actor)
    standing = cycle.runs.order_by("id").last()
    if standing is not None and standing.run_id == computed.pk:
        return standing
    made = CycleRun.objects.create(cycle=cycle, run=computed, at=clock.now())
    cycles.scored(cycle, actor)
    return made
