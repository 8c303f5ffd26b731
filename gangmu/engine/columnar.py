"""The columnar interpreter: a plan over arrays, whole numbers where they are proven to fit, else doubles.

A double travels with a bound of its error (rounding unit 2⁻⁵³ for each operation, plus what its parts bring). Where a
rounding edge, a band's bound or another unit's value lies within the bound, the reference decides that cell; how many
cells it decided is counted in `Columnar.asked`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm
from typing import Any, Protocol

import numpy as np

from gangmu.engine import expressions as x
from gangmu.engine import numbers
from gangmu.engine.arrays import Array, ArrayOps, Cases
from gangmu.engine.columns import (
    CODES,
    WITH_VALUE,
    Column,
    Exact,
    Handle,
    Near,
    NotExactError,
    Truth,
    constant,
    whole,
)
from gangmu.engine.expressions import Expression
from gangmu.engine.lowering import Lowering
from gangmu.engine.planning import Plan, Step
from gangmu.engine.states import State, reason
from gangmu.engine.values import MISSING, Value

UNIT = 2.0**-53
SLACK = 1 + 2.0**-40
"""Error bounds are themselves reckoned in doubles."""
WHOLE = 2.0**53
MOST_SCALE = 10**12
ALL_REASONS = frozenset(CODES.values())
GIVEN = (x.OverEvents, x.OverScorers, x.Choose, x.Const)
"""Nodes that read events, scorers, words and numbers of the book: the reference reads them, which decides nothing."""


class Reference(Protocol):
    """Whoever knows the exact value of a node at some cases, given by their places."""

    def __call__(self, node: Expression, at: Sequence[int]) -> Sequence[Value]: ...


class FactColumns(Protocol):
    """Where the columns of facts come from."""

    def fact(self, node: x.Field) -> Column: ...


@dataclass
class Asked:
    """How many cells the reference decided, of how many."""

    decided: int = 0
    cells: int = 0
    by_step: dict[str, int] = field(default_factory=dict)

    @property
    def share(self) -> float:
        return self.decided / self.cells if self.cells else 0.0


class Columnar(Lowering):
    """Runs a plan over cases."""

    ops: ArrayOps

    def __init__(self, plan: Plan, cases: Cases, facts: FactColumns, reference: Reference) -> None:
        super().__init__(plan, ArrayOps(cases), len(cases))
        self.facts = facts
        self.reference = reference
        self.asked = Asked()
        self._at = ""

    def run(self, steps: Sequence[Step] | None = None) -> Mapping[str, Column]:
        for step in self.plan.steps if steps is None else steps:
            self._at = step.name
            self.columns[step.name] = self.step(step)
            self.asked.cells += self.cases
        return self.columns

    def named(self, name: str, column: Column) -> Column:
        return column

    def fact(self, node: x.Field) -> Column:
        return self.facts.fact(node)

    def by_reference(self, node: Expression) -> Column:
        near = _NEAR.get(type(node))
        found = near(self, node) if near else None
        if found is not None:
            return found
        if not isinstance(node, GIVEN):
            self._count(self.cases)
        return column_of(self.reference(node, range(self.cases)))

    def _count(self, cells: int) -> None:
        self.asked.decided += cells
        self.asked.by_step[self._at] = self.asked.by_step.get(self._at, 0) + cells

    def _ask(self, node: Expression, at: Array) -> Sequence[Value]:
        self._count(len(at))
        return self.reference(node, [int(each) for each in at])

    # doubles

    def near(self, column: Exact | Near) -> Near:
        if isinstance(column, Near):
            return column
        over = column.scale if column.den is None else self.spread(column.den) * float(column.scale)
        value = self.spread(column.num) / over
        return Near(value, np.abs(value) * (4 * UNIT), column.state)

    def spread(self, handle: Handle) -> Array:
        return self.ops.spread(handle).astype(np.float64)

    def inexact(self, how: str, left: Exact | Near, right: Exact | Near) -> Exact | Near:
        a, b = self.near(left), self.near(right)
        with np.errstate(all="ignore"):
            value, error = _INEXACT[how](a, b)
        return self._sound(Near(value, error * SLACK, self.least_state(a, b)))

    def _sound(self, column: Near) -> Near:
        """What overflowed has no bound: nothing is certain about it."""
        wild = ~np.isfinite(column.value) | ~np.isfinite(column.error)
        if not wild.any():
            return column
        return replace(
            column, value=np.where(wild, 0.0, column.value), error=np.where(wild, np.inf, column.error)
        )

    def divided(self, left: Exact | Near, right: Exact | Near, node: Expression) -> Exact | Near:
        a, b = self.near(left), self.near(right)
        state = self.least_state(a, b)
        doubtful = (np.abs(b.value) <= b.error * (1 + 1e-9)) & self._there(state)
        with np.errstate(all="ignore"):
            value = np.where(doubtful, 0.0, a.value / np.where(b.value == 0, 1.0, b.value))
            error = (a.error + np.abs(value) * b.error) / (np.abs(b.value) - b.error) + UNIT * np.abs(value)
        found = self._sound(Near(value, np.where(doubtful, 0.0, error * SLACK), state))
        return self._mended(found, node, np.flatnonzero(doubtful)) if doubtful.any() else found

    def _mended(self, column: Near, node: Expression, at: Array) -> Near:
        """Cells whose value the reference gives; whether there is one at all, too."""
        answers = self._ask(node, at)
        value, error = column.value.copy(), column.error.copy()
        codes = self.ops.spread(WITH_VALUE if column.state is None else column.state.code).copy()
        for place, answer in zip(at, answers, strict=True):
            if isinstance(answer, Fraction):
                value[place], error[place], codes[place] = *_double(answer), WITH_VALUE
            else:
                codes[place] = CODES[answer.state]
        return Near(value, error, State(codes, ALL_REASONS))

    def _there(self, state: State | None) -> Array:
        return self.ops.spread(self.states.has_value(state))

    def nearly_compared(self, op: str, left: Exact | Near, right: Exact | Near, node: Expression) -> Handle:
        a, b = self.near(left), self.near(right)
        holds = self.ops.spread(self.ops.compare(op, a.value, b.value)).copy()
        doubtful = np.abs(a.value - b.value) <= (a.error + b.error) * (1 + 1e-9)
        at = np.flatnonzero(doubtful & self._there(self.least_state(a, b)))
        if at.size:
            for place, answer in zip(at, self._ask(node, at), strict=True):
                holds[place] = answer == 1 if isinstance(node, x.Compare) else answer != 0
        return holds

    def nearly_selected(self, holds: Handle, then: Exact | Near, otherwise: Exact | Near) -> Exact | Near:
        a, b = self.near(then), self.near(otherwise)
        state = self.states.choose(holds, a.state, b.state)
        return Near(np.where(holds, a.value, b.value), np.where(holds, a.error, b.error), state)

    def nearly_rounded(
        self, column: Exact | Near, decimals: int, mode: str, node: Expression
    ) -> Exact | Near:
        of = self.near(column)
        there = self._there(of.state)
        unit = 10.0**decimals
        scaled = np.abs(of.value * unit)
        error = of.error * unit * SLACK + scaled * (4 * UNIT)
        if ((scaled + error)[there] + 1 >= WHOLE / 4).any():
            return self._wide(node)
        units = _rounded(scaled, mode)
        doubtful = (_edge(scaled, mode) <= error * (1 + 1e-9)) & there
        units = np.where(there, np.copysign(units, of.value), 0.0).astype(np.int64)
        at = np.flatnonzero(doubtful)
        for place, answer in zip(at, self._ask(node, at) if at.size else (), strict=True):
            units[place] = int(answer * Fraction(10) ** decimals) if isinstance(answer, Fraction) else 0
        low, high = (int(units.min()), int(units.max())) if units.size else (0, 0)
        if decimals < 0:
            by = 10**-decimals
            return whole(units * by, low * by, high * by, 1, of.state)
        return whole(units, low, high, 10**decimals, of.state)

    def _wide(self, node: Expression) -> Exact | Near:
        """A rounded number too large for 64 bits."""
        self._count(self.cases)
        return self.as_number(column_of(self.reference(node, range(self.cases))))

    def nearly_over(self, node: x.OverGroup, of: Exact | Near) -> Column:
        """Over the peers that have a value: their sum or mean with the sum of their errors, their least or most."""
        among, near = self.ops.cases.scope(node.scope), self.near(of)
        counts = self._there(near.state)
        if node.scope.startswith("group:"):
            counts = counts & self.ops.cases.in_group(node.scope.removeprefix("group:"))
        many = among.reduced(np.add, counts.astype(np.int64))
        state = self.states.choose(many > 0, None, reason(MISSING)) if (many == 0).any() else None
        if node.how in ("min", "max"):
            extreme, none = (np.minimum, np.inf) if node.how == "min" else (np.maximum, -np.inf)
            value = among.reduced(extreme, np.where(counts, near.value, none))
            error = among.reduced(np.maximum, np.where(counts, near.error, 0.0))
            return Near(np.where(many > 0, value, 0.0), error, state)
        value = among.reduced(np.add, np.where(counts, near.value, 0.0))
        error = among.reduced(np.add, np.where(counts, near.error, 0.0))
        size = among.reduced(np.add, np.where(counts, np.abs(near.value), 0.0))
        error = error + (many + 1) * UNIT * size
        if node.how == "mean":
            some = np.maximum(many, 1)
            value, error = value / some, error / some + UNIT * np.abs(value / some)
        return self._sound(Near(value, error * SLACK, state))

    def geometric(
        self,
        node: x.Combine,
        parts: Sequence[Exact | Near],
        weights: Sequence[Exact | Near],
        counted: Sequence[Handle],
    ) -> Exact | Near:
        """exp(Σ weight × ln part ÷ Σ weight); whatever may be zero or less is asked."""
        total, logs = Near(np.zeros(self.cases), np.zeros(self.cases)), Near(*np.zeros((2, self.cases)))
        doubtful = np.zeros(self.cases, bool)
        for part, weight, counts in zip(parts, weights, counted, strict=True):
            a, w = self.near(part), self.near(weight)
            here = self.ops.spread(counts) & self._there(self.least_state(a, w))
            doubtful |= here & (a.value <= a.error)
            log = self._ln(
                Near(np.where(here & (a.value > a.error), a.value, 1.0), np.where(here, a.error, 0.0))
            )
            share = Near(np.where(here, w.value, 0.0), np.where(here, w.error, 0.0))
            total, logs = Near(*_add(total, share)), Near(*_add(logs, Near(*_mul(share, log))))
        doubtful |= total.value <= total.error
        with np.errstate(all="ignore"):
            mean = logs.value / np.where(doubtful, 1.0, total.value)
            error = (logs.error + np.abs(mean) * total.error) / np.where(
                doubtful, 1.0, total.value - total.error
            )
            value = np.exp(np.where(doubtful, 0.0, mean))
            error = (error + UNIT * np.abs(mean)) * SLACK
            error = value * np.expm1(error) + value * (4 * UNIT) + 10.0**-node.decimals
        found = self._sound(Near(value, error * SLACK))
        at = np.flatnonzero(doubtful)
        return self._mended(found, node, at) if at.size else found

    def _ln(self, of: Near) -> Near:
        """The logarithm of values above their error."""
        with np.errstate(all="ignore"):
            value = np.log(of.value)
            error = of.error / (of.value - of.error) + 4 * UNIT * np.abs(value) + UNIT
        return self._sound(Near(value, error * SLACK))

    def logarithm(self, node: x.Ln) -> Column:
        of = self.near(self.number(node.of))
        there = self._there(of.state)
        doubtful = there & (of.value <= of.error)
        safe = Near(np.where(doubtful | ~there, 1.0, of.value), np.where(doubtful | ~there, 0.0, of.error))
        log = self._ln(safe)
        found = Near(log.value, log.error + 10.0**-node.decimals, of.state)
        at = np.flatnonzero(doubtful)
        return self._mended(found, node, at) if at.size else found

    def power(self, node: x.Power) -> Column:
        base, exponent = self.near(self.number(node.base)), self.near(self.number(node.exponent))
        state = self.least_state(base, exponent)
        there = self._there(state)
        doubtful = there & (base.value <= base.error)
        plain = ~there | doubtful
        log = self._ln(Near(np.where(plain, 1.0, base.value), np.where(plain, 0.0, base.error)))
        raised, error = _mul(log, exponent)
        with np.errstate(all="ignore"):
            value = np.exp(raised)
            error = value * np.expm1(error * SLACK + 2 * UNIT) + value * (4 * UNIT) + 10.0**-node.decimals
        found = self._sound(Near(value, error * SLACK, state))
        at = np.flatnonzero(doubtful)
        return self._mended(found, node, at) if at.size else found

    def ordered(self, column: Exact | Near, node: x.Rank) -> Handle:
        """Whole numbers in the order of the values, by doubles where they tell, by the reference where not."""
        of = self.near(column)
        codes = self.ops.cases.scope(node.scope).codes
        return self.order_keys(of, codes, self._there(of.state), node.of)

    def order_keys(self, of: Near, codes: Array, takes_part: Array, node: Expression) -> Array:
        rows = np.flatnonzero(takes_part)
        keys = np.zeros(self.cases, np.int64)
        if not rows.size:
            return keys
        order = rows[np.lexsort((of.value[rows], codes[rows]))]
        value, error, code = of.value[order], of.error[order], codes[order]
        # A bound far to the left may reach past its neighbour: what lies apart must lie apart from all before it.
        reach = _running_most(value + error * (1 + 1e-9), code)
        beyond = value[1:] - error[1:] * (1 + 1e-9) > reach[:-1]
        apart = np.concatenate(([True], (code[1:] != code[:-1]) | beyond))
        run = np.cumsum(apart) - 1
        sizes = np.bincount(run)
        keys[order] = np.cumsum(np.concatenate(([0], sizes[:-1])))[run]
        doubtful = np.flatnonzero(sizes > 1)
        if doubtful.size:
            starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
            self._settle(keys, order, starts[doubtful], sizes[doubtful], node)
        return keys

    def _settle(self, keys: Array, order: Array, starts: Array, sizes: Array, node: Expression) -> None:
        """Orders runs of values too near to each other by their exact values."""
        at = np.concatenate([order[start : start + size] for start, size in zip(starts, sizes, strict=True)])
        answers = zip(at.tolist(), self._ask(node, at), strict=True)
        exact = {place: answer for place, answer in answers if isinstance(answer, Fraction)}
        for start, size in zip(starts, sizes, strict=True):
            run = [place for place in order[start : start + size].tolist() if place in exact]
            distinct = sorted({exact[place] for place in run})
            for place in run:
                keys[place] += distinct.index(exact[place])


def _running_most(value: Array, code: Array) -> Array:
    """The largest so far within each code."""
    found = value.copy()
    starts = np.flatnonzero(np.concatenate(([True], code[1:] != code[:-1])))
    ends = np.append(starts[1:], len(value))
    for start, end in zip(starts, ends, strict=True):
        found[start:end] = np.maximum.accumulate(value[start:end])
    return found


def _add(a: Near, b: Near) -> tuple[Array, Array]:
    value = a.value + b.value
    return value, a.error + b.error + UNIT * np.abs(value)


def _mul(a: Near, b: Near) -> tuple[Array, Array]:
    value = a.value * b.value
    error = np.abs(a.value) * b.error + np.abs(b.value) * a.error + a.error * b.error
    return value, error + UNIT * np.abs(value) + 1e-300


def _min(a: Near, b: Near) -> tuple[Array, Array]:
    return np.minimum(a.value, b.value), np.maximum(a.error, b.error)


def _max(a: Near, b: Near) -> tuple[Array, Array]:
    return np.maximum(a.value, b.value), np.maximum(a.error, b.error)


_TO_WHOLE: Mapping[str, Callable[[Array], Array]] = {
    numbers.HALF_UP: lambda size: np.floor(size + 0.5),
    numbers.HALF_EVEN: np.rint,
    numbers.DOWN: np.floor,
    numbers.UP: np.ceil,
}
_INEXACT: Mapping[str, Callable[[Near, Near], tuple[Array, Array]]] = {
    "add": _add,
    "mul": _mul,
    "min": _min,
    "max": _max,
}


def _rounded(size: Array, mode: str) -> Array:
    return _TO_WHOLE[mode](size)


def _edge(size: Array, mode: str) -> Array:
    """How far a size is from where it would be rounded otherwise."""
    edge = np.floor(size) + 0.5 if mode in (numbers.HALF_UP, numbers.HALF_EVEN) else np.rint(size)
    distance: Array = np.abs(size - edge)
    return distance


def column_of(values: Sequence[Value]) -> Column:
    """A column of known values: scaled integers where they fit one scale, else doubles half a unit off at most."""
    there = [value for value in values if isinstance(value, Fraction)]
    state = None
    if len(there) < len(values):
        codes = [WITH_VALUE if isinstance(value, Fraction) else CODES[value.state] for value in values]
        state = State(np.array(codes, np.int64), frozenset(codes) - {WITH_VALUE})
    try:
        return _scaled(values, there, state)
    except NotExactError:
        pass
    doubles = [_double(value) if isinstance(value, Fraction) else (0.0, 0.0) for value in values]
    return Near(np.array([value for value, _ in doubles]), np.array([error for _, error in doubles]), state)


def _scaled(values: Sequence[Value], there: Sequence[Fraction], state: State | None) -> Exact:
    scale = 1
    for value in there:
        scale = lcm(scale, value.denominator)
        if scale > MOST_SCALE:
            raise NotExactError
    if not there:
        return constant(Fraction(0), state)
    units = [int(value * scale) for value in there]
    low, high = min(units), max(units)
    if max(-low, high) >= WHOLE:
        raise NotExactError
    filled = iter(units)
    nums = [next(filled) if isinstance(value, Fraction) else low for value in values]
    return whole(np.array(nums, np.int64), low, high, scale, state)


def _double(value: Fraction) -> tuple[float, float]:
    """The nearest double and a bound of how far off it is."""
    try:
        near = value.numerator / value.denominator
    except OverflowError:
        return 0.0, float("inf")
    return near, abs(near) * UNIT * SLACK + 1e-300


def values_of(column: Column, at: int) -> Fraction | str | None:
    """The exact value of a cell; the code of its state where it has none; None where only the reference knows."""
    code = WITH_VALUE if column.state is None else _cell(column.state.code, at)
    if code != WITH_VALUE:
        return str(code)
    if isinstance(column, Near):
        return None
    if isinstance(column, Truth):
        holds = column.holds
        return Fraction(int(holds[at] if isinstance(holds, np.ndarray) else holds))
    return Fraction(
        _cell(column.num, at), column.scale * (1 if column.den is None else _cell(column.den, at))
    )


def _cell(handle: Any, at: int) -> int:
    return int(handle[at]) if isinstance(handle, np.ndarray) else int(handle)


_NEAR: Mapping[type[Expression], Callable[[Columnar, Any], Column | None]] = {
    x.Ln: Columnar.logarithm,
    x.Power: Columnar.power,
}
