"""A unit's score sheet (得分单): every node with its sentence, what its inputs were made from, what cost most, how far
the neighbours are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from gangmu.assessment import facts, results
from gangmu.assessment.models import CycleRun
from gangmu.assessment.results import GroupRanking, Standing
from gangmu.engine import numbers
from gangmu.engine.explanation import Explanation, Input
from gangmu.engine.kinds import kinds
from gangmu.engine.rulebook import Indicator, RuleBook
from gangmu.figures.requests import Request
from gangmu.org import permissions
from gangmu.org.models import Unit, User
from gangmu.problems import Text
from gangmu.records.periods import Period
from gangmu.scoring import books

COSTLIEST = 3


@dataclass(frozen=True, slots=True)
class GivenInput:
    """An input of a node. request: the figure's question whose answer it is, to lead on to the trace; None where no
    figure gives it. value: empty where the figure has none."""

    name: str
    label: Text
    value: str
    place: str
    request: Request | None


@dataclass(frozen=True, slots=True)
class Line:
    """A node as the sheet lists it, depth first. lost: points short of the full mark, exact; None where unscored."""

    depth: int
    node: Explanation
    inputs: tuple[GivenInput, ...]
    lost: Fraction | None

    @property
    def lost_printed(self) -> str:
        return "" if self.lost is None else numbers.shown(self.lost, _decimals(self.node))


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The next better or next worse total of the group. unit: None for a reader who may not see whose it is."""

    unit: Unit | None
    rank: str
    apart: str


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """Everything a unit is told of its score."""

    made: CycleRun
    unit: Unit
    group: GroupRanking
    standing: Standing
    tree: Explanation
    lines: tuple[Line, ...]
    ahead: Neighbour | None
    behind: Neighbour | None

    @property
    def costliest(self) -> tuple[Line, ...]:
        """The indicators that cost most points, the costliest first."""
        lost = [
            line for line in self.lines if not line.node.parts and line.lost is not None and line.lost > 0
        ]
        return tuple(sorted(lost, key=lambda line: -(line.lost or 0))[:COSTLIEST])

    @property
    def unscored(self) -> tuple[Line, ...]:
        """The indicators that have no score."""
        return tuple(line for line in self.lines if not line.node.parts and line.lost is None)


def sheet_of(made: CycleRun, unit: Unit, user: User | None = None) -> ScoreSheet:
    """The sheet of a unit. user: who reads it, None: the operator.

    PermissionDenied where the user may not see the unit's score, InputRefused where the unit was not assessed.
    """
    if user is not None and not results.may_see(user, unit):
        permissions.require(user, results.SEE_ALL)
    tree = results.score_sheet(made, unit)
    book = books.opened(made.run.rulebook)
    group = next(group for group in results.ranking(made) if any(one.unit == unit for one in group.standings))
    own = next(one for one in group.standings if one.unit == unit)
    names_others = user is None or permissions.may(user, results.SEE_ALL)
    totals = _totals(made, group, tree)
    return ScoreSheet(
        made,
        unit,
        group,
        own,
        tree,
        tuple(_lines(tree, 0, _asked(book, unit, made.cycle.period), book)),
        _nearest(own, totals, group, names_others, ahead=True),
        _nearest(own, totals, group, names_others, ahead=False),
    )


def _asked(book: RuleBook, unit: Unit, period: str) -> dict[str, Mapping[str, Request]]:
    """Node → field → the question behind it."""
    when = Period.parse(period)
    return {each.code: facts.uses_of(each, unit.code, when) for each in book.indicators() if each.figures}


def _lines(
    node: Explanation, depth: int, asked: Mapping[str, Mapping[str, Request]], book: RuleBook
) -> Iterator[Line]:
    yield Line(depth, node, tuple(_inputs(node, asked.get(node.node, {}), book)), _lost(node))
    for part in node.parts:
        yield from _lines(part, depth + 1, asked, book)


def _inputs(node: Explanation, asked: Mapping[str, Request], book: RuleBook) -> Iterator[GivenInput]:
    """What went in, and what a figure should have given and did not."""
    if node.parts:
        return
    given = {one.name for one in node.inputs if facts.request_behind(one.place)}
    for one in node.inputs:
        yield _input(one)
    indicator = book.node(node.node)
    for name, request in asked.items():
        if name not in given and isinstance(indicator, Indicator):
            field = kinds()[indicator.kind].field(name)
            label = field.label if field is not None else Text(name, name)
            yield GivenInput(name, label, "", f"{facts.FROM_FIGURES} {request}", request)


def _input(one: Input) -> GivenInput:
    return GivenInput(one.name, one.label, one.value, one.place, facts.request_behind(one.place))


def _lost(node: Explanation) -> Fraction | None:
    """Short of the full mark; of a deduction without one, what it took away."""
    if node.value is None:
        return None
    value, full = numbers.read(node.value), numbers.read(node.full or "")
    return None if value is None else (full or Fraction(0)) - value


def _decimals(node: Explanation) -> int | None:
    """So many as the node itself is printed with."""
    said = node.printed or ""
    return None if "≈" in said else len(said.partition(".")[2])


def _totals(made: CycleRun, group: GroupRanking, tree: Explanation) -> dict[str, Fraction]:
    found = made.run.scores.filter(node=tree.node, group=group.code).values_list("unit", "value")
    return {unit: total for unit, said in found if (total := numbers.read(said)) is not None}


def _nearest(
    own: Standing,
    totals: Mapping[str, Fraction],
    group: GroupRanking,
    names_others: bool,
    *,
    ahead: bool,
) -> Neighbour | None:
    """The closest place above or below; of several units that share it the first in official order."""
    if own.place is None:
        return None
    others = [
        one
        for one in group.standings
        if one.place is not None and one.rank and (one.place < own.place if ahead else one.place > own.place)
    ]
    if not others:
        return None
    nearest = (max if ahead else min)(others, key=lambda one: one.place or Fraction(0))
    apart = abs(totals[nearest.unit.code] - totals[own.unit.code])
    decimals = len((own.total or "").partition(".")[2])
    return Neighbour(
        nearest.unit if names_others else None, nearest.rank or "", numbers.shown(apart, decimals)
    )
