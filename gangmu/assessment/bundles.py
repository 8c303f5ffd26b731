"""The bundle (计分包) of a cycle: its standing run as anyone can recompute it, with what the log says of that run."""

from __future__ import annotations

from gangmu.assessment import results
from gangmu.assessment.models import Cycle, CycleRun
from gangmu.engine.proof import bundle
from gangmu.org import permissions
from gangmu.org.models import User
from gangmu.records import vouching
from gangmu.scoring import books, runs


def members(made: CycleRun, *, names: bool = False) -> dict[str, str]:
    """Its members by name. names: events and scorers by name, for those who may see them; else by number.

    InputRefused where the run computed again is not what was recorded.
    """
    run = made.run
    wanted = [
        ("rulebook.locked", books.SUBJECT, books.subject_key(run.rulebook)),
        ("score.run", runs.SUBJECT, str(run.pk)),
    ]
    log = vouching.vouch(wanted).as_text()
    return bundle.make(results.results_of(made), run.rulebook.text, names=names, log=log)


def packed(made: CycleRun) -> bytes:
    """The zip that is handed out: without names."""
    return bundle.packed(members(made))


def file_name(made: CycleRun) -> str:
    return f"scores-{made.cycle.period}.zip"


def may_have(user: User, made: CycleRun) -> bool:
    """Whoever sees all units' results may have the bundle; an assessed unit's people once they are published."""
    if permissions.may(user, results.SEE_ALL):
        return True
    published = made.cycle.state == Cycle.State.PUBLISHED
    return (
        published
        and user.unit is not None
        and permissions.may(user, results.SEE_OWN, user.unit)
        and results.standing(made, user.unit) is not None
    )
