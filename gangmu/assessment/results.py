"""What a run says, to whom: rankings by group, a unit's score sheet, its standing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import QuerySet

from gangmu.assessment import cycles
from gangmu.assessment.models import CycleRun
from gangmu.engine import numbers
from gangmu.engine.explanation import Explanation, explain
from gangmu.engine.facts import Case
from gangmu.engine.rulebook import TOTAL
from gangmu.engine.scoring import Results
from gangmu.org import permissions
from gangmu.org.models import Unit, User
from gangmu.problems import Text, refuse
from gangmu.records.log import Actor
from gangmu.scoring import runs
from gangmu.scoring.models import Score

SEE_ALL, SEE_OWN = "score.see_all_units", "score.see_own"


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit's result. total: as printed, None where there is none; note: why, or which veto struck."""

    unit: Unit
    total: str | None
    rank: str | None
    grade: str | None
    note: Text

    @property
    def place(self) -> Fraction | None:
        return numbers.read(self.rank) if self.rank else None


@dataclass(frozen=True, slots=True)
class GroupRanking:
    """A group's units by rank; equals, and those without a rank, in official order."""

    code: str
    name: Text
    standings: tuple[Standing, ...]


def latest(period: str | None = None) -> CycleRun:
    """The run that stands for a period, or for the last scored cycle. InputRefused where there is none."""
    cycle = cycles.existing(period)
    found = cycle.runs.select_related("cycle", "run__rulebook").order_by("id").last()
    if found is None:
        raise refuse(
            "cycle.not_scored",
            f"{cycle.period} 还没有计分",
            f"{cycle.period} has not been scored",
            f"请先运行 gangmu score {cycle.period}",
            f"run gangmu score {cycle.period} first",
        )
    return found


def results_of(made: CycleRun) -> Results:
    """The whole results, recomputed from what the run kept."""
    return runs.results_of(made.run)


def visible_scores(made: CycleRun, user: User) -> QuerySet[Score]:
    """The scores of a run that a user may see: all, or those of the user's own unit."""
    scores = made.run.scores.all()
    if permissions.may(user, SEE_ALL):
        return scores
    if permissions.may(user, SEE_OWN) and user.unit is not None:
        return scores.filter(unit=user.unit.code)
    return scores.none()


def ranking(made: CycleRun, user: User | None = None) -> list[GroupRanking]:
    """Results by group, in the order of the rule book. user: only what that user may see; None: everything."""
    scores = made.run.scores.all() if user is None else visible_scores(made, user)
    totals = list(scores.filter(node=TOTAL))
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=[score.unit for score in totals])}
    standings: dict[str, list[Standing]] = {}
    for score in totals:
        standings.setdefault(score.group, []).append(_standing(score, units[score.unit]))
    names = _group_names(made, standings)
    return [GroupRanking(code, name, tuple(_by_rank(standings[code]))) for code, name in names]


def _standing(score: Score, unit: Unit) -> Standing:
    return Standing(
        unit,
        score.printed or None,
        score.rank or None,
        score.grade or None,
        Text(score.note_zh, score.note_en),
    )


def _by_rank(standings: Sequence[Standing]) -> list[Standing]:
    last = Fraction(10**9)
    return sorted(standings, key=lambda one: (one.place or last, one.unit.protocol_order, one.unit.code))


def _group_names(made: CycleRun, standings: dict[str, list[Standing]]) -> list[tuple[str, Text]]:
    from gangmu.scoring import books

    book = books.opened(made.run.rulebook)
    named = [(group.code, group.name) for group in book.groups if group.code in standings]
    known = {code for code, _ in named}
    return named + [(code, Text(code, code)) for code in standings if code not in known]


def standing(made: CycleRun, unit: Unit) -> Standing | None:
    """One unit's result, None where it was not assessed."""
    score = made.run.scores.filter(node=TOTAL, unit=unit.code).first()
    return _standing(score, unit) if score else None


def score_sheet(made: CycleRun, unit: Unit, node: str = TOTAL) -> Explanation:
    """The tree of a unit's score, a sentence under every node. InputRefused where the unit was not assessed."""
    return explain(results_of(made), unit.code, node, made.cycle.period)


def node_standings(made: CycleRun, node: str, unit: Unit) -> list[tuple[str, str, str]]:
    """(unit code, printed, rank) of a node over the unit's group, by rank: where one stands among the others."""
    results = results_of(made)
    own = Case(unit.code, made.cycle.period)
    group = results.groups.get(own, "")
    found = []
    for case in results.cases:
        if results.groups[case] == group:
            rank = results.rank(node, case)
            found.append((rank or Fraction(10**9), case.unit, results.printed(node, case) or "", rank))
    return [
        (code, printed, "" if rank is None else numbers.exact(rank))
        for _, code, printed, rank in sorted(found)
    ]


def may_see(user: User, unit: Unit) -> bool:
    """Whether a user may see a unit's score: all units', or the own one's."""
    return permissions.may(user, SEE_ALL) or permissions.may(user, SEE_OWN, unit)


def require(actor: Actor, unit: Unit) -> None:
    """InputRefused unless the actor may see the unit's score. The operator of the machine may."""
    if actor.user is None or may_see(actor.user, unit):
        return
    raise refuse(
        "permission.denied",
        f"{actor.name}没有权限查看{unit.name}的得分",
        f"{actor.name} may not see the score of {unit.name}",
        f"有此权限的角色：{'、'.join(permissions.who_may(SEE_ALL))}；本单位只能看自己的",
        f"roles that may: {', '.join(permissions.who_may(SEE_ALL, 'en'))}; a unit sees its own",
    )


def unit_named(said: str) -> Unit:
    """The unit of a code, name or short name. InputRefused where there is none."""
    from gangmu.figures.asking import unit_code

    return Unit.objects.get(code=unit_code(said))
