"""How firm the places of a run are, and who may know: the goal office and the leading group at any time, a unit its own
once the results are published."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from gangmu.assessment import results
from gangmu.assessment.models import Cycle, CycleRun
from gangmu.engine.facts import Case
from gangmu.org import permissions
from gangmu.org.models import Unit, User
from gangmu.problems import refuse
from gangmu.records.log import Actor

if TYPE_CHECKING:
    from gangmu.engine.robustness import Robustness, Spread

SEE = "score.see_firmness"
DRAWS = 1_000
"""Of the portal: enough for shares to the percent, and made while somebody waits."""


def may_see(user: User, made: CycleRun, unit: Unit | None = None) -> bool:
    """Whether a user may know how firm places are: all of them, or with `unit` that one's."""
    if permissions.may(user, SEE):
        return True
    if made.cycle.state != Cycle.State.PUBLISHED:
        return False
    return permissions.may(user, results.SEE_ALL) or (
        unit is not None and permissions.may(user, results.SEE_OWN, unit)
    )


def require(actor: Actor, made: CycleRun) -> None:
    """InputRefused unless the actor may know how firm all places are. The operator of the machine may."""
    if actor.user is None or may_see(actor.user, made):
        return
    raise refuse(
        "permission.denied",
        f"{actor.name}没有权限查看位次是否稳定",
        f"{actor.name} may not see how firm the places are",
        f"结果公布前可查看的角色：{'、'.join(permissions.who_may(SEE))}",
        f"roles that may before the results are published: {', '.join(permissions.who_may(SEE, 'en'))}",
    )


def firmness(made: CycleRun) -> Robustness:
    """Of all units of a run, from `DRAWS` draws; computed once for its digest."""
    return _of(made.run_id, made.run.results_digest)


def spread(made: CycleRun, unit: Unit) -> Spread | None:
    """Of one unit; None where it has no place."""
    return firmness(made).spread(Case(unit.code, made.cycle.period))


@functools.lru_cache(maxsize=8)
def _of(key: int, digest: str) -> Robustness:
    from gangmu.engine.robustness import Settings, robustness

    made = CycleRun.objects.select_related("run").filter(run_id=key).first()
    if made is None:
        raise LookupError(f"run {key} belongs to no cycle")
    return robustness(results.results_of(made), Settings(draws=DRAWS))
