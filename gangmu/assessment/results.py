"""What a run says, to whom: rankings by group, a unit's score sheet, its standing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from django.db.models import QuerySet

from gangmu.assessment import cycles
from gangmu.assessment.models import CycleRun
from gangmu.assessment.runs import last_of
from gangmu.engine import numbers
from gangmu.engine.explanation import Explanation, explain
from gangmu.engine.facts import Case
from gangmu.engine.rulebook import TOTAL, RuleBook
from gangmu.engine.scoring import Results
from gangmu.org import permissions
from gangmu.org.models import Unit, User
from gangmu.problems import Text, refuse
from gangmu.records.log import Actor
from gangmu.scoring import books, runs
from gangmu.scoring.models import Score

SEE_ALL, SEE_OWN = "score.see_all_units", "score.see_own"


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit's result. total: as printed, None where there is none; note: why, or which veto struck.

    sections: what each of the group's columns came to, as printed. tied: another unit has the same place.
    """

    unit: Unit
    total: str | None
    rank: str | None
    grade: str | None
    note: Text
    sections: tuple[str | None, ...] = ()
    tied: bool = False

    @property
    def place(self) -> Fraction | None:
        return numbers.read(self.rank) if self.rank else None


@dataclass(frozen=True, slots=True)
class GroupRanking:
    """A group's units by rank; equals, and those without a rank, in official order.

    columns: names of the sections assessed in the group. size: all its units, also those a reader does not see.
    """

    code: str
    name: Text
    standings: tuple[Standing, ...]
    columns: tuple[Text, ...] = ()
    size: int = 0


def visible_runs(user: User) -> QuerySet[CycleRun]:
    """The runs a user may open, newest first; which of their lines, `ranking` and `score_sheet` say."""
    runs_seen = CycleRun.objects.visible_to(user).select_related("cycle", "run__rulebook")
    return runs_seen.defer("run__facts").order_by("-id")


def latest(period: str | None = None) -> CycleRun:
    """The run that stands for a period, or for the last scored cycle. InputRefused where there is none."""
    cycle = cycles.existing(period)
    found = last_of(cycle)
    if found is None:
        raise cycles.not_scored(cycle)
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
    """Results by group, in the order of the rule book. user: only the units that user may see, groups without one
    left out; None: everything (the program itself, the operator). Two queries, whatever the number of units."""
    book = books.opened(made.run.rulebook)
    scores: dict[str, dict[str, Score]] = {}
    for score in made.run.scores.filter(node__in=[TOTAL, *(part.code for part in book.total.parts)]):
        scores.setdefault(score.unit, {})[score.node] = score
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=scores)}
    by_group: dict[str, list[str]] = {}
    for code, nodes in scores.items():
        by_group.setdefault(nodes[TOTAL].group, []).append(code)
    found = [
        _group_ranking(book, code, name, {units[unit]: scores[unit] for unit in by_group[code]})
        for code, name in _group_names(book, by_group)
    ]
    return found if user is None else [_seen_by(user, group) for group in found if _sees_any(user, group)]


def _group_ranking(
    book: RuleBook, code: str, name: Text, scores: Mapping[Unit, Mapping[str, Score]]
) -> GroupRanking:
    columns = [part for part in book.total.parts if any(part.code in nodes for nodes in scores.values())]
    shared = Counter(nodes[TOTAL].rank for nodes in scores.values())
    standings = [
        _standing(
            unit,
            nodes[TOTAL],
            tuple((nodes[part.code].printed or None) if part.code in nodes else None for part in columns),
            tied=bool(nodes[TOTAL].rank) and shared[nodes[TOTAL].rank] > 1,
        )
        for unit, nodes in scores.items()
    ]
    names = tuple(part.name for part in columns)
    return GroupRanking(code, name, tuple(_by_rank(standings)), names, len(standings))


def _sees_any(user: User, group: GroupRanking) -> bool:
    return any(may_see(user, one.unit) for one in group.standings)


def _seen_by(user: User, group: GroupRanking) -> GroupRanking:
    seen = tuple(one for one in group.standings if may_see(user, one.unit))
    return replace(group, standings=seen)


def _standing(
    unit: Unit, score: Score, sections: tuple[str | None, ...] = (), *, tied: bool = False
) -> Standing:
    return Standing(
        unit,
        score.printed or None,
        score.rank or None,
        score.grade or None,
        Text(score.note_zh, score.note_en),
        sections,
        tied,
    )


def _by_rank(standings: Sequence[Standing]) -> list[Standing]:
    last = Fraction(10**9)
    return sorted(standings, key=lambda one: (one.place or last, one.unit.protocol_order, one.unit.code))


def _group_names(book: RuleBook, present: Collection[str]) -> list[tuple[str, Text]]:
    named = [(group.code, group.name) for group in book.groups if group.code in present]
    known = {code for code, _ in named}
    return named + [(code, Text(code, code)) for code in present if code not in known]


def units_of(made: CycleRun) -> list[Unit]:
    """The units that were assessed, in official order."""
    assessed = made.run.scores.filter(node=TOTAL).values("unit")
    return list(Unit.objects.filter(code__in=assessed).order_by("protocol_order", "code"))


def standing(made: CycleRun, unit: Unit) -> Standing | None:
    """One unit's result, None where it was not assessed."""
    score = made.run.scores.filter(node=TOTAL, unit=unit.code).first()
    return _standing(unit, score) if score else None


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
