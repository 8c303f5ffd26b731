"""How firm a ranking is: the range of every unit's places when weights, rounding and doubtful figures are shaken.

Distributions: `draws.Shaking`. Each is drawn alone and all together, from one seed; the same seed gives the same
findings, in whatever order the facts stand. Pairs, and what moves a unit most, are taken from all together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np

from gangmu.engine import expressions as x
from gangmu.engine import numbers
from gangmu.engine.arrays import Array
from gangmu.engine.columns import Near
from gangmu.engine.draw_outcomes import NO_GRADE, Judge, needed, place_of
from gangmu.engine.draws import Block, Draws, NotDrawnError, Shaking
from gangmu.engine.facts import Case, Fact, Facts
from gangmu.engine.planning import Plan, Step
from gangmu.engine.reference import Interpreter
from gangmu.engine.rulebook import TOTAL, Indicator, Section
from gangmu.engine.scoring import Results
from gangmu.engine.values import Value
from gangmu.engine.weighing import BY_POINTS, WEIGHT
from gangmu.problems import Text

DRAWS, SEED = 10_000, 20_260_101
WEIGHTS, DOUBT, TOP = 0.10, 0.01, 3
FEW, FEWEST, CELLS = 100, 10, 1_000_000
"""Draws of a plan that only the reference can compute: so many at most, fewer where they would be more cells than these."""
LOOSE = 0.05
"""The order of neighbours is not firm when it turns in this share of draws or more."""
MOVES = 0.01
"""An indicator moves a unit's place when it accounts for this share of the variance of its places or more."""

BY_WEIGHTS, BY_ROUNDING, BY_DOUBT, BY_ALL = "weights", "rounding", "doubt", "all"


@dataclass(frozen=True, slots=True)
class Settings:
    """draws ≥ 1; weights and doubt as in `Shaking`; top: the k of "among the first k"."""

    draws: int = DRAWS
    seed: int = SEED
    weights: float = WEIGHTS
    doubt: float = DOUBT
    doubts: Mapping[str, float] | None = None
    top: int = TOP

    def shakings(self) -> dict[str, Shaking]:
        """What is shaken, each alone and all together."""
        doubts = self.doubts or {}
        return {
            BY_WEIGHTS: Shaking(weights=self.weights),
            BY_ROUNDING: Shaking(rounding=True),
            BY_DOUBT: Shaking(doubt=self.doubt, doubts=doubts),
            BY_ALL: Shaking(self.weights, rounding=True, doubt=self.doubt, doubts=doubts),
        }


@dataclass(frozen=True, slots=True)
class Spread:
    """A unit's places over the draws. place: its own; shares are of the draws in which it has a place.

    low, high: least and greatest place; p5, median, p95: places below which such a share of draws lies. stays: share
    in its own place; top: share among the first k; grades: share by grade. mover: the indicator that moves its place
    most, moved: the share of the variance of its places that one accounts for.
    """

    case: Case
    group: str
    place: Fraction
    low: Fraction
    p5: Fraction
    median: Fraction
    p95: Fraction
    high: Fraction
    stays: float
    top: float
    grades: Mapping[str, float]
    mover: str = ""
    moved: float = 0.0

    def as_json(self, shaken: str) -> dict[str, Any]:
        places = {
            name: numbers.exact(getattr(self, name))
            for name in ("place", "low", "p5", "median", "p95", "high")
        }
        return {
            "shaken": shaken,
            "unit": self.case.unit,
            "period": self.case.period,
            "group": self.group,
            **places,
            "stays": _share(self.stays),
            "top": _share(self.top),
            "grades": {name: _share(share) for name, share in self.grades.items()},
            "mover": self.mover or None,
            "moved": _share(self.moved) if self.mover else None,
        }


@dataclass(frozen=True, slots=True)
class Pair:
    """Neighbours in the ranking. turns: share of draws in which the one behind stands before the one ahead.

    decided_by: the indicator that gives the one ahead most over the other, so many points of the total (`by`).
    """

    ahead: Case
    behind: Case
    group: str
    turns: float
    decided_by: str
    by: Fraction

    @property
    def firm(self) -> bool:
        return self.turns < LOOSE

    def as_json(self) -> dict[str, Any]:
        return {
            "ahead": self.ahead.unit,
            "behind": self.behind.unit,
            "period": self.ahead.period,
            "group": self.group,
            "turns": _share(self.turns),
            "firm": self.firm,
            "decided_by": self.decided_by or None,
            "by": numbers.shown(self.by).removeprefix("≈") if self.decided_by else None,
        }


def _share(share: float) -> str:
    """A share with the four decimals that thousands of draws bear."""
    return f"{share:.4f}"


@dataclass(frozen=True)
class Robustness:
    """What the draws say. draws: how many were made of each (fewer where the reference had to); why: for that, else empty."""

    settings: Settings
    draws: Mapping[str, int]
    spreads: Mapping[str, tuple[Spread, ...]]
    pairs: tuple[Pair, ...]
    why: Text | None = None

    @property
    def loose(self) -> tuple[Pair, ...]:
        """Neighbours whose order is not firm."""
        return tuple(pair for pair in self.pairs if not pair.firm)

    def spread(self, case: Case, shaken: str = BY_ALL) -> Spread | None:
        return next((one for one in self.spreads[shaken] if one.case == case), None)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Places (NaN: none) and grades, a row a draw; and for each unit what moves it most."""

    places: Array
    grades: Array
    movers: Mapping[Case, tuple[str, float]]


def robustness(results: Results, settings: Settings | None = None) -> Robustness:
    """How firm the places of some results are."""
    settings = settings or Settings()
    cases = tuple(sorted(results.cases))
    own = {case: place for case in cases if (place := results.rank(TOTAL, case)) is not None}
    spreads: dict[str, tuple[Spread, ...]] = {}
    made: dict[str, int] = {}
    why: Text | None = None
    drawn: dict[str, Drawn] = {}
    for name, shaking in settings.shakings().items():
        try:
            drawn[name] = drawn_by_columns(results, shaking, settings, movers=name == BY_ALL)
        except NotDrawnError as node:
            why = why or _too_much(node, few(results))
            drawn[name] = drawn_by_reference(results, shaking, settings)
        made[name] = len(drawn[name].places)
        spreads[name] = tuple(_spreads(results, cases, own, drawn[name], settings.top))
    pairs = tuple(_pairs(results, cases, own, drawn[BY_ALL].places))
    return Robustness(settings, made, spreads, pairs, why)


def few(results: Results) -> int:
    """How often the reference draws."""
    return max(FEWEST, min(FEW, CELLS // max(len(results.cases) * len(results.plan.steps), 1)))


def _too_much(node: NotDrawnError, many: int) -> Text:
    """Which node holds up the columns."""
    what = type(node.node).__name__
    return Text(
        f"{node.step}（{what}）只能逐次精确计算，抽样减为{many}次",
        f"only the exact interpreter can compute {node.step} ({what}): {many} draws instead",
    )


def drawn_by_columns(
    results: Results, shaking: Shaking, settings: Settings, *, movers: bool = False
) -> Drawn:
    """The draws as columns. NotDrawnError where the plan holds what doubles cannot reckon."""
    draws = Draws(results, shaking, settings.seed)
    judge = Judge(results, draws.cases)
    moving = _Moving(results, draws) if movers else None
    keep = needed(results) | (moving.keep if moving else frozenset())
    places, grades = [], []
    for block in draws.blocks(settings.draws, keep):
        mine = judge.places(block)
        places.append(mine)
        grades.append(judge.grades(block, mine))
        if moving:
            moving.add(block, mine)
    return Drawn(np.concatenate(places), np.concatenate(grades), moving.movers() if moving else {})


class _Moving:
    """Which indicator moves a unit's place most: sums over blocks, then squared correlations.

    What the indicators contribute to their sections is independent of each other but for the factor that keeps full marks,
    so the squared correlation of a contribution with the place is the share of the variance of places it accounts for.
    """

    def __init__(self, results: Results, draws: Draws) -> None:
        self.draws = draws
        self.parts = tuple(_contributing(results, draws))
        self.keep = frozenset(name for _, *names in self.parts for name in names)
        cases = len(draws.cases)
        self.first: Array | None = None
        self.sums = {name: np.zeros((len(self.parts), cases)) for name in ("part", "square", "with_place")}
        self.count, self.place, self.place_square = (np.zeros(cases) for _ in range(3))

    def add(self, block: Block, places: Array) -> None:
        there = ~np.isnan(places)
        if self.first is None:
            self.first = np.stack(
                [self._contribution(block, part)[0] for part in self.parts] or [np.zeros(0)]
            )
        place = np.where(there, places, 0.0)
        self.count += there.sum(axis=0)
        self.place += place.sum(axis=0)
        self.place_square += (place * place).sum(axis=0)
        for at, part in enumerate(self.parts):
            # From the first draw on, so that sums of squares do not drown in the size of the scores.
            value = np.nan_to_num(self._contribution(block, part) - self.first[at])
            self.sums["part"][at] += np.einsum("du,du->u", value, there, dtype=float)
            self.sums["square"][at] += np.einsum("du,du->u", value, value)
            self.sums["with_place"][at] += np.einsum("du,du->u", value, place)

    def _contribution(self, block: Block, part: tuple[str, ...]) -> Array:
        found = block.values(part[1])
        for name in part[2:]:
            found = found * block.values(name)
        return found

    def movers(self) -> dict[Case, tuple[str, float]]:
        if not self.parts:
            return {}
        with np.errstate(all="ignore"):
            mean = self.sums["part"] / self.count
            spread = self.sums["square"] / self.count - mean**2
            of_place = self.place_square / self.count - (self.place / self.count) ** 2
            together = self.sums["with_place"] / self.count - mean * self.place / self.count
            explained = np.nan_to_num(together**2 / (spread * of_place), posinf=0.0, neginf=0.0)
        explained[spread < 1e-18] = 0.0
        best = explained.argmax(axis=0)
        return {
            case: (self.parts[best[at]][0], float(min(explained[best[at], at], 1.0)))
            for at, case in enumerate(self.draws.cases)
            if explained[best[at], at] >= MOVES
        }


def _contributing(results: Results, draws: Draws) -> Iterator[tuple[str, ...]]:
    """Every indicator with the steps whose product is its contribution: its score, and its factor where it has one."""
    plan = draws.plan
    for section in (node for node in results.book.nodes() if isinstance(node, Section)):
        for part in section.counted:
            if isinstance(part, Indicator):
                factor = f"{part.code}.factor"
                yield (part.code, part.code, *([factor] if factor in plan.by_name else []))


def _spreads(
    results: Results, cases: Sequence[Case], own: Mapping[Case, Fraction], drawn: Drawn, top: int
) -> Iterator[Spread]:
    grades = [grade.name for grade in results.book.grading.grades] if results.book.grading else []
    for at, case in enumerate(cases):
        has_place = ~np.isnan(drawn.places[:, at])
        places = drawn.places[has_place, at]
        if case not in own or not places.size:
            continue
        marks = np.quantile(places, (0.0, 0.05, 0.5, 0.95, 1.0), method="inverted_cdf")
        given = drawn.grades[has_place, at]
        given = np.bincount(given[given != NO_GRADE], minlength=len(grades))
        low, p5, median, p95, high = map(place_of, marks)
        yield Spread(
            case,
            results.groups[case],
            own[case],
            low,
            p5,
            median,
            p95,
            high,
            float(np.mean(places == float(own[case]))),
            float(np.mean(places <= top)),
            {name: float(many / places.size) for name, many in zip(grades, given, strict=False) if many},
            *drawn.movers.get(case, ("", 0.0)),
        )


def _pairs(
    results: Results, cases: Sequence[Case], own: Mapping[Case, Fraction], places: Array
) -> Iterator[Pair]:
    """Each unit with the next behind it, within those that are ranked together."""
    at = {case: n for n, case in enumerate(cases)}
    populations: dict[Any, list[Case]] = {}
    for case in own:
        populations.setdefault(results.population(case), []).append(case)
    contributions = _Contributions(results)
    for population in populations.values():
        in_order = sorted(population, key=lambda case: (own[case], case))
        for ahead, behind in pairwise(in_order):
            if own[ahead] == own[behind]:
                continue
            turns = float(np.mean(places[:, at[behind]] < places[:, at[ahead]]))
            yield Pair(ahead, behind, results.groups[ahead], turns, *contributions.deciding(ahead, behind))


class _Contributions:
    """What each indicator gives to a unit's total, in points of the total.

    Exact for sums and weighted means. Of geometric means, medians and the like an indicator's share is taken as if they were
    means; caps, floors and conditions of sections are passed over.
    """

    def __init__(self, results: Results) -> None:
        self.results = results
        self._found: dict[Case, dict[str, Fraction]] = {}

    def deciding(self, ahead: Case, behind: Case) -> tuple[str, Fraction]:
        """The indicator that gives the one ahead most over the other; none where nothing does."""
        a, b = self.of(ahead), self.of(behind)
        lead = {code: a.get(code, Fraction(0)) - b.get(code, Fraction(0)) for code in {**a, **b}}
        if self.results.book.ranking.best == "low":
            lead = {code: -points for code, points in lead.items()}
        best = max(lead, key=lambda code: lead[code], default="")
        return (best, lead[best]) if best and lead[best] > 0 else ("", Fraction(0))

    def of(self, case: Case) -> dict[str, Fraction]:
        if case not in self._found:
            self._found[case] = dict(self._below(self.results.book.total, case, Fraction(1)))
        return self._found[case]

    def _below(self, section: Section, case: Case, share: Fraction) -> Iterator[tuple[str, Fraction]]:
        share *= self._number(section.factor, case)
        known = [part for part in section.counted if isinstance(self._value(part.code, case), Fraction)]
        weights = {part.code: self._weight(section, part, case) for part in known}
        whole = Fraction(1)
        if section.combine not in ("sum", "weighted"):
            whole = sum(weights.values(), Fraction(0)) or Fraction(1)
        for part in known:
            of_part = share * weights[part.code] / whole
            if isinstance(part, Section):
                yield from self._below(part, case, of_part)
            else:
                value = self._value(part.code, case)
                yield part.code, of_part * (value if isinstance(value, Fraction) else 0)

    def _weight(self, section: Section, part: Section | Indicator, case: Case) -> Fraction:
        return Fraction(1) if section.combine in BY_POINTS else self._number(part.weight, case)

    def _value(self, node: str, case: Case) -> Any:
        return self.results.columns[node][case]

    def _number(self, node: x.Expression | None, case: Case) -> Fraction:
        value = None if node is None else self.results.interpreter.value(node, case)
        return value if isinstance(value, Fraction) else Fraction(1)


def drawn_by_reference(results: Results, shaking: Shaking, settings: Settings) -> Drawn:
    """The same draws one by one by the reference: exact, and a hundred times as long."""
    draws = Draws(results, shaking, settings.seed, still=False)
    many = min(settings.draws, few(results))
    draws.facts.next(many)
    groups = {case: results.groups[case] for case in draws.cases}
    grades = [grade.name for grade in results.book.grading.grades] if results.book.grading else []
    places = np.full((many, len(draws.cases)), np.nan)
    given = np.full(places.shape, NO_GRADE, np.int8)
    for draw in range(many):
        interpreter = _Redrawn(draws.plan, _facts_of(draws, results.facts, draw), groups, results)
        mine = replace(
            results, plan=draws.plan, facts=interpreter.facts, groups=groups, interpreter=interpreter,
            columns=interpreter.run(),
        )  # fmt: skip
        for at, case in enumerate(draws.cases):
            place = mine.rank(TOTAL, case)
            places[draw, at] = np.nan if place is None else float(place)
            given[draw, at] = grades.index(mine.grades[case]) if case in mine.grades else NO_GRADE
    return Drawn(places, given, {})


class _Redrawn(Interpreter):
    """The reference over the facts of one draw; a score that the draw took away stays as it was."""

    def __init__(self, plan: Plan, facts: Facts, groups: Mapping[Case, str], before: Results) -> None:
        super().__init__(plan, facts, groups)
        self.before = before

    def _step(self, step: Step, case: Case) -> Value:
        value = super()._step(step, case)
        if isinstance(value, Fraction) or not step.name.endswith(".score"):
            return value
        before = self.before.columns[step.name][case]
        return before if isinstance(before, Fraction) else value


def _facts_of(draws: Draws, facts: Facts, draw: int) -> Facts:
    """The facts of one draw, factors of weights among them."""
    table = dict(facts.table)
    for node in draws.shaken_fields():
        column = draws.facts.fact(node)
        values = np.broadcast_to(
            column.value if isinstance(column, Near) else np.nan, (draws.facts.draws, len(draws.cases))
        )
        for at, case in enumerate(draws.cases):
            entries = facts.entries(case, node.indicator)
            before = entries.get(("", ""), {}).get(node.field)
            if node.indicator != WEIGHT and (before is None or before.number is None):
                continue
            number = Fraction(float(values[draw, at]))
            key = (case.unit, case.period, node.indicator)
            row = before.row if before else next(iter(facts.rows()))
            mine = {who: dict(fields) for who, fields in (table.get(key) or entries).items()}
            mine.setdefault(("", ""), {})[node.field] = Fact(str(float(number)), number, row)
            table[key] = mine
    return Facts(table, facts.order, facts.file)
