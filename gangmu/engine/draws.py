"""A plan run over many draws at once: facts and weights shaken, everything else as it is.

A column has a row a draw and a place a case; what no draw changes stays one row, and NumPy spreads it. Steps that
hang on nothing shaken are computed once, by the exact columnar interpreter. The others run in plain doubles: where
that interpreter would ask the reference, here the double itself decides, because the draws are random anyway; values
that differ by less than a billionth of the largest are equal, so that ties of the rule book stay ties. Where a shaken
fact leaves its rule without an answer (a mark above the full mark is not accepted) the indicator keeps its score.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from gangmu.engine import expressions as x
from gangmu.engine import numbers
from gangmu.engine.arrays import Array, ArrayOps, places
from gangmu.engine.columnar import GIVEN, Columnar
from gangmu.engine.columns import WITH_VALUE, Column, Exact, Handle, Near, Truth
from gangmu.engine.expressions import Expression
from gangmu.engine.fact_columns import FactsOf, cases_of
from gangmu.engine.facts import Case, Facts
from gangmu.engine.on_demand import OnDemand
from gangmu.engine.planning import Plan, Step
from gangmu.engine.scoring import Results
from gangmu.engine.states import State, reason
from gangmu.engine.values import MISSING, UNDEFINED
from gangmu.engine.weighing import WEIGHT, weighed

STATED = frozenset({"target", "planned"})
"""Fields that somebody set and nobody measured: they are not shaken."""
GRAIN = 1e-9
CELLS = 2**15
"""Draws × cases at a time: measured to be the quickest."""


class NotDrawnError(Exception):
    """A node that hangs on what is shaken and that doubles are not told how to reckon."""

    def __init__(self, step: str, node: Expression) -> None:
        super().__init__(f"{step}: {type(node).__name__}")
        self.step, self.node = step, node


@dataclass(frozen=True, slots=True)
class Shaking:
    """What is shaken, and how far.

    weights: p, each weight times a factor uniform in [1 − p, 1 + p], each section keeping its full mark. rounding: each
    fact uniform within half a unit of the last digit its column is printed with. doubt: s, each fact times
    1 + normal(0, s); doubts: s by indicator, where it differs. A column of whole numbers holds counts, places, marks: it is
    not rounded, and stays whole when doubted. No fact crosses zero; events, votes, words, days and what somebody set (`STATED`)
    stay as they are.
    """

    weights: float = 0.0
    rounding: bool = False
    doubt: float = 0.0
    doubts: Mapping[str, float] = field(default_factory=dict)

    def doubt_of(self, indicator: str) -> float:
        return self.doubts.get(indicator, self.doubt)

    @property
    def facts(self) -> bool:
        return self.rounding or self.doubt > 0 or any(self.doubts.values())


class Chance:
    """Random numbers by name: a stream (PCG64) a name and seed, so that no draw hangs on the order of asking."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._streams: dict[str, np.random.Generator] = {}

    def of(self, *name: str) -> np.random.Generator:
        key = "\t".join(name)
        if key not in self._streams:
            self._streams[key] = np.random.Generator(np.random.PCG64([self.seed, zlib.crc32(key.encode())]))
        return self._streams[key]


@dataclass(frozen=True, slots=True)
class Block:
    """Some draws of a plan: a column a step, `draws` rows at most; one row where draws change nothing."""

    draws: int
    columns: Mapping[str, Column]
    cases: int

    def values(self, step: str) -> Array:
        """A row a draw; NaN where there is no value."""
        column = self.columns[step]
        if isinstance(column, Truth):
            value: Any = np.asarray(column.holds, float)
        elif isinstance(column, Near):
            value = column.value
        else:
            value = np.asarray(column.num, float) / column.scale
            value = value if column.den is None else value / column.den
        if column.state is not None:
            value = np.where(np.asarray(column.state.code) == WITH_VALUE, value, np.nan)
        spread: Array = np.broadcast_to(value, (self.draws, self.cases))
        return spread

    def holds(self, step: str) -> Array:
        """Whether a condition holds, draw by draw."""
        found: Array = self.values(step) == 1
        return found


class Draws:
    """The draws of some results: the same plan, over facts and weights shaken by one seed.

    Cases stand in order of unit and period, so that results do not hang on the order of the facts file.
    """

    def __init__(self, results: Results, shaking: Shaking, seed: int, *, still: bool = True) -> None:
        """still: compute the steps that no draw changes; who runs the draws otherwise has no use for them."""
        self.results = results
        self.cases: tuple[Case, ...] = tuple(sorted(results.cases))
        self._before: dict[str, Array] = {}
        groups = {case: results.groups[case] for case in self.cases}
        with_factors = weighed(results.plan) if shaking.weights else None
        self.plan: Plan = with_factors.plan if with_factors else results.plan
        self.codes = cases_of(results.facts, groups, self.plan.book.separate)
        reference = OnDemand(self.plan, results.facts, groups)
        read = FactsOf(reference)
        self.facts = _ShakenFacts(read, results.facts, self.cases, self.plan, shaking, Chance(seed))
        self.answers: dict[int, Column] = {}
        shaken = self._shaken()
        first = [step for step in self.plan.steps if still and step.name not in shaken]
        self.still = dict(Columnar(self.plan, self.codes, read, read.ask).run(first))
        self.steps = [step for step in self.plan.steps if step.name in shaken]
        self.read = read

    def _shaken(self) -> frozenset[str]:
        """Names of the steps that draws change."""
        found: set[str] = set()
        for step in self.plan.steps:
            if self.shakes(step.expression, found):
                found.add(step.name)
        return frozenset(found)

    def shakes(self, node: Expression, steps: frozenset[str] | set[str]) -> bool:
        """Whether a node hangs on anything shaken. Events, votes and words stay as they are."""
        if isinstance(node, GIVEN):
            return False
        if isinstance(node, x.Ref):
            return node.node in steps
        if isinstance(node, x.Field):
            return self.facts.shakes(node)
        return any(self.shakes(child, steps) for child in node.children())

    def before(self, step: Step) -> Array:
        """A step's values without any draw; NaN where there is none."""
        if step.name not in self._before:
            cells = [self.results.columns[step.name][case] for case in self.cases]
            self._before[step.name] = np.array(
                [float(cell) if isinstance(cell, Fraction) else np.nan for cell in cells]
            )
        return self._before[step.name]

    def shaken_fields(self) -> list[x.Field]:
        """Every fact, and every factor of a weight, that draws change."""
        nodes = (node for step in self.plan.steps for node in step.expression.walk())
        found = (node for node in nodes if isinstance(node, x.Field) and self.facts.shakes(node))
        return list(dict.fromkeys(found))

    def blocks(self, draws: int, keep: frozenset[str]) -> Iterator[Block]:
        """All draws, some at a time. NotDrawnError where the plan holds what doubles cannot reckon."""
        names = frozenset(step.name for step in self.steps)
        done = _done_with(self.steps, keep)
        at_once = max(CELLS // max(len(self.cases), 1), 1)
        for first in range(0, draws, at_once):
            many = min(at_once, draws - first)
            self.facts.next(many)
            drawn = _Drawn(self, names)
            with np.errstate(all="ignore"):
                drawn.draw(done)
            yield Block(many, drawn.columns, len(self.cases))


def _done_with(steps: Sequence[Step], keep: frozenset[str]) -> dict[str, list[str]]:
    """Step → the columns nobody asks for after it."""
    mine = {step.name for step in steps} - keep
    last: dict[str, str] = {}
    for step in steps:
        last[step.name] = step.name
        last.update({node.node: step.name for node in step.expression.walk() if isinstance(node, x.Ref)})
    found: dict[str, list[str]] = {}
    for name, by in last.items():
        if name in mine:
            found.setdefault(by, []).append(name)
    return found


class _ShakenFacts:
    """Columns of facts, a row a draw where they are shaken."""

    def __init__(
        self,
        read: FactsOf,
        facts: Facts,
        cases: Sequence[Case],
        plan: Plan,
        shaking: Shaking,
        chance: Chance,
    ) -> None:
        self.read, self.facts, self.cases = read, facts, cases
        self.shaking, self.chance = shaking, chance
        self.indicators = {each.code for each in plan.book.indicators()} | set(plan.book.inputs)
        self.draws = 0
        self._drawn: dict[tuple[str, str], Column] = {}
        self._grain: dict[tuple[str, str], float | None] = {}

    def next(self, draws: int) -> None:
        self.draws, self._drawn = draws, {}

    def shakes(self, node: x.Field) -> bool:
        if node.indicator == WEIGHT:
            return True
        if not self.shaking.facts or node.indicator not in self.indicators or node.field in STATED:
            return False
        grain = self.grain(node.indicator, node.field)
        doubted = self.shaking.doubt_of(node.indicator) > 0
        return grain is not None and (doubted or (self.shaking.rounding and grain > 0))

    def grain(self, indicator: str, of_field: str) -> float | None:
        """Half a unit of the last digit the column is printed with, 0 where it counts; None where it is no number."""
        key = (indicator, of_field)
        if key not in self._grain:
            found = (
                self.facts.entries(case, indicator).get(("", ""), {}).get(of_field) for case in self.cases
            )
            self._grain[key] = _grain([fact.text for fact in found if fact is not None])
        return self._grain[key]

    def fact(self, node: x.Field) -> Column:
        key = (node.indicator, node.field)
        if key not in self._drawn:
            self._drawn[key] = self._shaken(node) if self.shakes(node) else self.read.fact(node)
        return self._drawn[key]

    def _shaken(self, node: x.Field) -> Column:
        if node.indicator == WEIGHT:
            lot = self.chance.of("weight", node.field).uniform(-1, 1, (self.draws, 1))
            return Near(1 + self.shaking.weights * lot, 0.0)
        column, shape = _plain(self.read.fact(node)), (self.draws, len(self.cases))
        value = np.broadcast_to(np.asarray(column.value, float), (len(self.cases),))
        doubt, grain = self.shaking.doubt_of(node.indicator), self.grain(node.indicator, node.field)
        shaken: Array = value
        if doubt:
            noise = self.chance.of("doubt", node.indicator, node.field).standard_normal(shape)
            noise *= doubt * value
            shaken = np.add(noise, value, out=noise)
            if grain == 0:
                shaken = np.rint(shaken, out=noise)
        if self.shaking.rounding and grain:
            lot = self.chance.of("rounding", node.indicator, node.field).random(shape)
            lot -= 0.5
            lot *= 2 * grain
            shaken = np.add(lot, shaken, out=lot)
        # A shaken number does not cross zero: a rate of 0.0 does not become a negative one.
        low, high = np.where(value >= 0, 0.0, -np.inf), np.where(value >= 0, np.inf, 0.0)
        return Near(np.clip(shaken, low, high, out=shaken), 0.0, column.state)


def _grain(texts: Sequence[str]) -> float | None:
    """Half a unit of the finest last digit of a column; 0 where all are whole; None where one is no number.

    A workbook keeps no trailing zeros and a database as many as it likes: the finest digit in use in the column is taken
    for all of it. What is whole throughout is a count or a mark, and as exact as it is printed.
    """
    said = [numbers.read(text) for text in texts]
    if not any(value is not None for value in said):
        return None
    if any(value is None and _digits(text) for text, value in zip(texts, said, strict=True)):
        return None
    decimals = max(_decimals(text) for text, value in zip(texts, said, strict=True) if value is not None)
    return 0.5 * 10.0**-decimals if decimals > 0 else 0.0


def _digits(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _decimals(text: str) -> int:
    """Decimals a number uses, trailing zeros aside; per cent count two more; a quotient (20/3) is exact."""
    said = text.strip().lower()
    if "/" in said:
        return 0
    per_cent = said.endswith(("%", "％"))
    mantissa, _, exponent = said.rstrip("%％").partition("e")
    return len(mantissa.partition(".")[2].rstrip("0")) - int(exponent or 0) + 2 * per_cent


class _DrawOps(ArrayOps):
    """Operations on a row a draw."""

    def spread(self, handle: Handle) -> Array:
        if isinstance(handle, np.ndarray) and handle.ndim:
            shape = (*handle.shape[:-1], len(self.cases))
            return handle if handle.shape == shape else np.broadcast_to(handle, shape)
        return np.full(len(self.cases), handle)

    def rank(self, of: Handle, counts: Handle, scope: str, ties: str, order: str) -> Handle:
        keys, takes_part = self.spread(of), self.spread(counts)
        if scope.startswith("group:"):
            takes_part = takes_part & self.cases.in_group(scope.removeprefix("group:"))
        return placed([-keys if order == "high" else keys], self.cases.scope(scope).codes, takes_part, ties)


MOST_COMPARED = 200
"""Cases among which each is held against each: up to here quicker than sorting."""


def placed(keys: Sequence[Array], codes: Array, takes_part: Array, ties: str) -> Array:
    """`places` draw by draw: keys and who takes part have a row a draw or one for all."""
    shape = np.broadcast_shapes(takes_part.shape, *(key.shape for key in keys))
    if len(shape) == 1:
        return places(keys, codes, takes_part, ties)
    if len(keys) > 1 or ties == "dense" or np.bincount(codes).max(initial=0) > MOST_COMPARED:
        apart = codes + np.arange(shape[0])[:, None] * (codes.max(initial=0) + 1)
        flat = [np.broadcast_to(key, shape).ravel() for key in keys]
        return places(flat, apart.ravel(), np.broadcast_to(takes_part, shape).ravel(), ties).reshape(shape)
    key = np.broadcast_to(np.where(takes_part, keys[0], np.iinfo(np.int64).max), shape)
    found = np.empty(shape, np.int64)
    for code in range(codes.max(initial=-1) + 1):
        mine = np.flatnonzero(codes == code)
        found[:, mine] = _each_against_each(np.ascontiguousarray(key[:, mine]), ties)
    return np.where(takes_part, found, 2 if ties == "mean" else 1)


def _each_against_each(key: Array, ties: str) -> Array:
    """Places along the last axis, 1 for the smallest; twice the place where equals share the mean of theirs."""
    ahead, up_to = np.zeros((2, *key.shape), np.int16)
    for other in range(key.shape[1]):
        if ties in ("share", "mean"):
            ahead += key[:, other, None] < key
        if ties in ("last", "mean"):
            up_to += key[:, other, None] <= key
    found: Array = {"share": ahead + 1, "last": up_to, "mean": ahead + 1 + up_to}[ties]
    return found


def alike(values: Array) -> Array:
    """Whole numbers in the order of the values, equal where they differ by less than a billionth of the largest."""
    size = np.max(np.abs(values), initial=0.0)
    return np.rint(values / (size * GRAIN or 1.0)).astype(np.int64)


def _plain(column: Column) -> Near:
    """The column as doubles; a number that is the same everywhere stays one number."""
    if isinstance(column, Near):
        return column
    if isinstance(column, Truth):
        return Near(np.asarray(column.holds, float), 0.0, column.state)
    over = column.scale if column.den is None else np.asarray(column.den, float) * column.scale
    return Near(np.asarray(column.num, float) / over, 0.0, column.state)


class _Drawn(Columnar):
    """The shaken steps of a plan over one block of draws, in plain doubles."""

    def __init__(self, draws: Draws, shaken: frozenset[str]) -> None:
        super().__init__(draws.plan, draws.codes, draws.facts, draws.read.ask)
        self.ops = _DrawOps(draws.codes)
        self.states.ops = self.ops
        self.columns = dict(draws.still)
        self.draws, self.shaken = draws, shaken

    def draw(self, done: Mapping[str, Sequence[str]]) -> None:
        for step in self.draws.steps:
            self._at = step.name
            column = self.step(step)
            self.columns[step.name] = self._kept(step, column) if step.name.endswith(".score") else column
            for name in done.get(step.name, ()):
                del self.columns[name]

    def _kept(self, step: Step, column: Column) -> Column:
        """The column with the scores that draws took away as they were."""
        if column.state is None or np.ndim(column.state.code) < 2:
            return column
        before = self.draws.before(step)
        lost = (column.state.code != WITH_VALUE) & ~np.isnan(before)
        codes = np.where(lost, WITH_VALUE, column.state.code)
        value = np.where(lost, np.nan_to_num(before), _plain(column).value)
        return Near(value, 0.0, State(codes, column.state.may))

    def near(self, column: Exact | Near) -> Near:
        return _plain(column)

    def by_reference(self, node: Expression) -> Column:
        if not self.draws.shakes(node, self.shaken):
            if id(node) not in self.draws.answers:
                self.draws.answers[id(node)] = super().by_reference(node)
            return self.draws.answers[id(node)]
        by_doubles = _BY_DOUBLES.get(type(node))
        found = by_doubles(self, node) if by_doubles else None
        if found is None:
            raise NotDrawnError(self._at, node)
        return found

    def inexact(self, how: str, left: Exact | Near, right: Exact | Near) -> Exact | Near:
        a, b = _plain(left), _plain(right)
        return Near(_INEXACT[how](a.value, b.value), 0.0, self.least_state(a, b))

    def divided(self, left: Exact | Near, right: Exact | Near, node: Expression) -> Exact | Near:
        a, b = _plain(left), _plain(right)
        state, zero = self.least_state(a, b), np.asarray(b.value) == 0
        if not zero.any():
            return Near(a.value / b.value, 0.0, state)
        state = self.states.least(state, self.states.where(zero, UNDEFINED))
        return Near(a.value / np.where(zero, 1.0, b.value), 0.0, state)

    def nearly_compared(self, op: str, left: Exact | Near, right: Exact | Near, node: Expression) -> Handle:
        return np.asarray(self.ops.compare(op, _plain(left).value, _plain(right).value))

    def nearly_selected(self, holds: Handle, then: Exact | Near, otherwise: Exact | Near) -> Exact | Near:
        a, b = _plain(then), _plain(otherwise)
        state = self.states.choose(holds, a.state, b.state)
        return Near(np.where(holds, a.value, b.value), 0.0, state)

    def nearly_rounded(
        self, column: Exact | Near, decimals: int, mode: str, node: Expression
    ) -> Exact | Near:
        of, unit = _plain(column), 10.0**decimals
        return Near(rounded(np.asarray(of.value), unit, mode), 0.0, of.state)

    def nearly_over(self, node: x.OverGroup, of: Exact | Near) -> Column:
        near = _plain(of)
        value, counts = self.ops.spread(near.value), self._counted(near, node.scope)
        among = self.ops.cases.scope(node.scope)
        many = among.reduced(np.add, counts.astype(np.int64))
        state = self._some(many)
        if node.how in ("min", "max"):
            extreme, none = (np.minimum, np.inf) if node.how == "min" else (np.maximum, -np.inf)
            reduced = among.reduced(extreme, value if counts.all() else np.where(counts, value, none))
        else:
            reduced = among.reduced(np.add, value if counts.all() else np.where(counts, value, 0.0))
            reduced = reduced / np.maximum(many, 1) if node.how == "mean" else reduced
        return Near(reduced, 0.0, state)

    def _counted(self, of: Near, scope: str) -> Array:
        counts = self._there(of.state)
        return (
            counts & self.ops.cases.in_group(scope.removeprefix("group:"))
            if scope.startswith("group:")
            else counts
        )

    def _some(self, many: Array) -> State | None:
        return self.states.choose(many > 0, None, reason(MISSING)) if (many == 0).any() else None

    def ordered(self, column: Exact | Near, node: x.Rank) -> Handle:
        return alike(np.asarray(_plain(column).value))

    def logarithm(self, node: x.Ln) -> Column:
        return self._of_positive(node.of, np.log)

    def power(self, node: x.Power) -> Column:
        base, exponent = _plain(self.number(node.base)), _plain(self.number(node.exponent))
        return self._finite(np.power(base.value, exponent.value), self.least_state(base, exponent))

    def _of_positive(self, node: Expression, log: np.ufunc) -> Near:
        of = _plain(self.number(node))
        return self._finite(log(np.where(np.asarray(of.value) > 0, of.value, np.nan)), of.state)

    def _finite(self, value: Array, state: State | None) -> Near:
        """The values; what is none is undefined."""
        wild = ~np.isfinite(value)
        if not wild.any():
            return Near(value, 0.0, state)
        return Near(
            np.where(wild, 0.0, value), 0.0, self.states.least(state, self.states.where(wild, UNDEFINED))
        )

    def geometric(
        self,
        node: x.Combine,
        parts: Sequence[Exact | Near],
        weights: Sequence[Exact | Near],
        counted: Sequence[Handle],
    ) -> Exact | Near:
        values, shares = self._side_by_side(parts, counted), self._side_by_side(weights, counted)
        return self._finite(np.exp(_sum(shares * np.log(values)) / _sum(shares)), None)

    def _put_together(
        self, node: x.Combine, rows: Sequence[Sequence[Exact | Near]], counted: Sequence[Handle]
    ) -> Exact | Near:
        if node.how not in ("harmonic", "median", "trimmed"):
            return super()._put_together(node, rows, counted)
        values = self._side_by_side([row[0] for row in rows], counted)
        shares = self._side_by_side([row[1] for row in rows], counted)
        return self._finite(_TOGETHER[node.how](values, shares), None)

    def _side_by_side(self, parts: Sequence[Exact | Near], counted: Sequence[Handle]) -> Array:
        """Parts along a new first axis, NaN where one does not count."""
        columns = [
            np.where(self.ops.both(counts, self.has_value(part)), _plain(part).value, np.nan)
            for part, counts in zip(parts, counted, strict=True)
        ]
        return np.stack(np.broadcast_arrays(*columns, np.empty((1, self.cases)))[:-1])

    def combined(self, node: x.Combine) -> Column | None:
        if node.least is not None:
            return None
        return self._combined(node, [tuple(self.number(part) for part in row) for row in node.parts])

    def listed(self, node: x.Listed) -> Column:
        of, beyond = _plain(self.number(node.of)), _plain(self.number(node.beyond))
        place = np.asarray(of.value)
        whole = np.floor(place + GRAIN)
        table = np.array([float(value) for value in node.values])

        def nth(place: Array) -> Array:
            at = np.clip(place.astype(np.int64) - 1, 0, len(table) - 1)
            return np.where(place > len(table), beyond.value, table[at])

        share = np.maximum(place - whole, 0.0)
        value = nth(whole) * (1 - share) + nth(whole + 1) * share
        return self._finite(np.where(whole < 1, np.nan, value), self.least_state(of, beyond))

    def across(self, node: x.Across) -> Column | None:
        parts = [self.number(part) for part in node.parts]
        if node.how not in _ACROSS or not parts:
            return None
        values = self._side_by_side(parts, [True] * len(parts))
        gone = np.isnan(values)
        lacking = gone.all(axis=0) if node.known else gone.any(axis=0)
        state = self.states.where(lacking, MISSING) if lacking.any() else None
        found = self._finite(_ACROSS[node.how](values), None)
        return Near(found.value, 0.0, self.states.least(state, found.state))

    def over_group(self, node: x.OverGroup) -> Column | None:
        if node.how not in _OVER or not (node.scope in ("all", "group") or node.scope.startswith("group:")):
            return None
        of, among = _plain(self.number(node.of)), self.ops.cases.scope(node.scope)
        value = np.where(self._counted(of, node.scope), self.ops.spread(of.value), np.nan)
        found = np.empty(value.shape)
        for start, size in zip(among.starts, among.sizes, strict=True):
            mine = among.order[start : start + size]
            found[..., mine] = _OVER[node.how](value[..., mine])[..., None]
        return self._finite(found, None)


def rounded(values: Array, unit: float, mode: str) -> Array:
    """Values at `unit` steps to one; what lies within a billionth of a half is a half."""
    size = np.abs(values)
    size *= unit
    size = _WHOLE[mode](size)
    size /= unit
    found: Array = np.copysign(size, values)
    return found


def _half_even(size: Array) -> Array:
    down = np.floor(size)
    rest = size - down
    odd = np.mod(down, 2) == 1
    up: Array = down + ((rest > 0.5 + GRAIN) | ((np.abs(rest - 0.5) <= GRAIN) & odd))
    return up


_WHOLE: Mapping[str, Callable[[Array], Array]] = {
    numbers.HALF_UP: lambda size: np.floor(size + (0.5 + GRAIN)),
    numbers.HALF_EVEN: _half_even,
    numbers.DOWN: lambda size: np.floor(size + GRAIN),
    numbers.UP: lambda size: np.ceil(size - GRAIN),
}
_INEXACT: Mapping[str, Callable[[Any, Any], Array]] = {
    "add": np.add,
    "mul": np.multiply,
    "min": np.minimum,
    "max": np.maximum,
}


def _sum(values: Array) -> Array:
    found: Array = np.nansum(values, axis=0)
    return found


def _trimmed(values: Array) -> Array:
    """The mean without the least and the greatest, where there are more than two."""
    many = (~np.isnan(values)).sum(axis=0)
    cut = np.where(many > 2, np.nanmin(values, axis=0) + np.nanmax(values, axis=0), 0.0)
    mean: Array = (_sum(values) - cut) / np.where(many > 2, many - 2, np.maximum(many, 1))
    return mean


_TOGETHER: Mapping[str, Callable[[Array, Array], Array]] = {
    "harmonic": lambda values, shares: _sum(shares) / _sum(shares / np.where(values > 0, values, np.inf)),
    "median": lambda values, shares: np.nanmedian(values, axis=0),
    "trimmed": lambda values, shares: _trimmed(values),
}
_ACROSS: Mapping[str, Callable[[Array], Array]] = {
    "mean": lambda values: np.nanmean(values, axis=0),
    "sum": _sum,
    "min": lambda values: np.nanmin(values, axis=0),
    "max": lambda values: np.nanmax(values, axis=0),
    "median": lambda values: np.nanmedian(values, axis=0),
    "sd": lambda values: np.nanstd(values, axis=0),
    "sample_sd": lambda values: np.nanstd(values, axis=0, ddof=1),
}
_OVER: Mapping[str, Callable[[Array], Array]] = {
    "median": lambda values: np.nanmedian(values, axis=-1),
    "sd": lambda values: np.nanstd(values, axis=-1),
    "sample_sd": lambda values: np.nanstd(values, axis=-1, ddof=1),
}
_BY_DOUBLES: Mapping[type[Expression], Callable[[_Drawn, Any], Column | None]] = {
    x.Ln: _Drawn.logarithm,
    x.Log10: lambda self, node: self._of_positive(node.of, np.log10),
    x.Exp: lambda self, node: self._finite(
        np.exp(_plain(self.number(node.of)).value), self.number(node.of).state
    ),
    x.Power: _Drawn.power,
    x.Combine: _Drawn.combined,
    x.Across: _Drawn.across,
    x.Listed: _Drawn.listed,
    x.OverGroup: _Drawn.over_group,
}
"""What the whole numbers of `Lowering` leave to the reference, and doubles can reckon."""
