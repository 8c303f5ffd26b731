"""A plan's expressions as operations on columns of whole numbers: what the fast interpreters share.

Every node becomes additions, products, comparisons and choices of 64-bit integers whose range is proven, numerators
and denominators kept apart until the plan rounds. What the plan cannot prove is handed to the hooks at the end of
`Lowering`: the columnar interpreter answers them with doubles and the reference, SQL refuses and leaves the step.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import lcm
from typing import Any, Protocol

from gangmu.engine import expressions as x
from gangmu.engine import numbers
from gangmu.engine.columns import (
    CODES,
    Column,
    Exact,
    Handle,
    Near,
    NotExactError,
    Truth,
    constant,
    fits,
    products,
    quotient,
    times,
    whole,
    with_state,
    within,
)
from gangmu.engine.expressions import Expression
from gangmu.engine.planning import Plan, Step
from gangmu.engine.rulebook import EVERYONE
from gangmu.engine.states import State, States, reason
from gangmu.engine.values import MISSING, OUTSIDE, SHARED_OUT, UNDEFINED


class Ops(Protocol):
    """Operations on handles. Handles are arrays or SQL; Python numbers stand for the same value in every case."""

    def add(self, left: Handle, right: Handle) -> Handle: ...
    def sub(self, left: Handle, right: Handle) -> Handle: ...
    def mul(self, left: Handle, right: Handle) -> Handle: ...
    def floor_div(self, left: Handle, right: Handle) -> Handle: ...
    def negative(self, of: Handle) -> Handle: ...
    def minimum(self, left: Handle, right: Handle) -> Handle: ...
    def maximum(self, left: Handle, right: Handle) -> Handle: ...
    def compare(self, op: str, left: Handle, right: Handle) -> Handle: ...
    def both(self, left: Handle, right: Handle) -> Handle: ...
    def either(self, left: Handle, right: Handle) -> Handle: ...
    def contrary(self, of: Handle) -> Handle: ...
    def choose(self, holds: Handle, then: Handle, otherwise: Handle) -> Handle: ...
    def as_number(self, holds: Handle) -> Handle: ...
    def pick(self, index: Handle, values: Sequence[int], beyond: int) -> Handle: ...
    def keyed(self, by: str, table: Mapping[str, int], otherwise: int) -> Handle: ...
    def is_keyed(self, by: str, key: str) -> Handle: ...
    def over(self, how: str, of: Handle, counts: Handle, scope: str) -> Handle: ...
    def rank(self, of: Handle, counts: Handle, scope: str, ties: str, order: str) -> Handle: ...


class Lowering(ABC):
    """Evaluates the steps of a plan, each to a column; `columns` holds those done."""

    def __init__(self, plan: Plan, ops: Ops, cases: int) -> None:
        self.plan = plan
        self.ops = ops
        self.cases = cases
        self.columns: dict[str, Column] = {}
        self._seen: dict[int, Column] = {}
        self._dens: dict[tuple[int, ...], tuple[Handle, ...]] = {}
        self.states = States(ops)

    def step(self, step: Step) -> Column:
        self._seen = {}
        column = self.value(step.expression)
        if step.reach != EVERYONE:
            column = self.only(column, self.in_reach(step))
        return self.named(step.name, column)

    def in_reach(self, step: Step) -> Handle:
        """Whether the step is for a case."""
        reach, ops = step.reach, self.ops
        holds: Handle = True
        if reach.units:
            holds = _any(ops, (ops.is_keyed("unit", unit) for unit in reach.units))
        if reach.groups:
            holds = ops.both(holds, _any(ops, (ops.is_keyed("group", group) for group in reach.groups)))
        for unit in reach.excepted:
            holds = ops.both(holds, ops.contrary(ops.is_keyed("unit", unit)))
        return holds

    def only(self, column: Column, holds: Handle) -> Column:
        return with_state(column, self.states.choose(holds, column.state, reason(OUTSIDE)))

    def value(self, node: Expression) -> Column:
        found = self._seen.get(id(node))
        if found is None:
            lower = _LOWER.get(type(node))
            found = lower(self, node) if lower else self.by_reference(node)
            self._seen[id(node)] = found
        return found

    def number(self, node: Expression) -> Exact | Near:
        return self.as_number(self.value(node))

    def as_number(self, column: Column) -> Exact | Near:
        if isinstance(column, Truth):
            return whole(self.ops.as_number(column.holds), 0, 1, state=column.state)
        return column

    def truth(self, node: Expression) -> Truth:
        column = self.value(node)
        if isinstance(column, Truth):
            return column
        return Truth(self.compared("!=", column, constant(Fraction(0)), node), column.state)

    def least_state(self, *columns: Column) -> State | None:
        """The state of an operation that needs all of them."""
        return self.states.least(*(column.state for column in columns))

    def has_value(self, column: Column) -> Handle:
        return self.states.has_value(column.state)

    # arithmetic

    def add(self, left: Exact | Near, right: Exact | Near) -> Exact | Near:
        try:
            return self._add(left, right)
        except NotExactError:
            return self.inexact("add", left, right)

    def _add(self, left: Exact | Near, right: Exact | Near) -> Exact:
        if isinstance(left, Near) or isinstance(right, Near):
            raise NotExactError
        ops, state = self.ops, self.least_state(left, right)
        a, b = self._together(left, right)
        low, high = a.low + b.low, a.high + b.high
        fits(low, high)
        num, least, most = ops.add(a.num, b.num), a.least + b.least, a.most + b.most
        return within(Exact(num, low, high, a.scale, least, most, a.den, a.den_low, a.den_high, state))

    def _together(self, left: Exact, right: Exact) -> tuple[Exact, Exact]:
        """Both over the same scale and denominator."""
        scale = lcm(left.scale, right.scale)
        a, b = self._rescaled(left, scale), self._rescaled(right, scale)
        if a.den is b.den:
            return a, b
        return self._over(a, b), self._over(b, a)

    def _rescaled(self, column: Exact, scale: int) -> Exact:
        by = scale // column.scale
        if by == 1:
            return column
        fits(column.low * by, column.high * by, scale)
        return Exact(
            self.ops.mul(column.num, by),
            column.low * by,
            column.high * by,
            scale,
            column.least,
            column.most,
            column.den,
            column.den_low,
            column.den_high,
            column.state,
        )

    def _over(self, column: Exact, other: Exact, *, alone: bool = False) -> Exact:
        """The column expanded by the other's denominator; alone: only its numerator is wanted."""
        if other.den is None:
            return column
        low, high = products((column.low, column.high), (other.den_low, other.den_high))
        fits(low, high, 0 if alone else column.den_high * other.den_high)
        den = other.den if column.den is None or alone else self._common(column, other)
        return replace(
            column,
            num=self.ops.mul(column.num, other.den),
            low=low,
            high=high,
            den=den,
            den_low=column.den_low * other.den_low,
            den_high=column.den_high * other.den_high,
        )

    def _common(self, column: Exact, other: Exact) -> Handle:
        """One handle for the product of two denominators, whichever is asked first."""
        key = tuple(sorted((id(column.den), id(other.den))))
        if key not in self._dens:
            self._dens[key] = (self.ops.mul(column.den, other.den), column.den, other.den)
        return self._dens[key][0]

    def minus(self, column: Exact | Near) -> Exact | Near:
        return self.scaled(column, Fraction(-1))

    def scaled(self, column: Exact | Near, by: Fraction) -> Exact | Near:
        if isinstance(column, Near):
            return self.inexact("mul", column, constant(by))
        try:
            return within(times(column, by, self.ops.mul))
        except NotExactError:
            return self.inexact("mul", column, constant(by))

    def mul(self, left: Exact | Near, right: Exact | Near) -> Exact | Near:
        for a, b in ((left, right), (right, left)):
            if isinstance(b, Exact) and b.constant is not None:
                return self.scaled(a, b.constant)
        try:
            return self._mul(left, right)
        except NotExactError:
            return self.inexact("mul", left, right)

    def _mul(self, left: Exact | Near, right: Exact | Near) -> Exact:
        if isinstance(left, Near) or isinstance(right, Near):
            raise NotExactError
        low, high = products((left.low, left.high), (right.low, right.high))
        fits(low, high, left.den_high * right.den_high, left.scale * right.scale)
        corners = [a * b for a in (left.least, left.most) for b in (right.least, right.most)]
        dens = [column.den for column in (left, right) if column.den is not None]
        found = Exact(
            self.ops.mul(left.num, right.num),
            low,
            high,
            left.scale * right.scale,
            min(corners),
            max(corners),
            self.ops.mul(*dens) if len(dens) == 2 else next(iter(dens), None),
            left.den_low * right.den_low,
            left.den_high * right.den_high,
            self.least_state(left, right),
        )
        return within(found)

    def div(self, left: Exact | Near, right: Exact | Near, node: Expression) -> Exact | Near:
        if isinstance(right, Exact) and right.constant is not None:
            if right.constant == 0:
                return constant(Fraction(0), self.states.least(left.state, reason(UNDEFINED)))
            return self.scaled(left, 1 / right.constant)
        try:
            return self._div(left, right)
        except NotExactError:
            return self.divided(left, right, node)

    def _div(self, left: Exact | Near, right: Exact | Near) -> Exact:
        if isinstance(left, Near) or isinstance(right, Near):
            raise NotExactError
        ops, state = self.ops, self.least_state(left, right)
        top, bottom = self._upside_down(left, right)
        if bottom.low <= 0 <= bottom.high:
            zero = ops.compare("==", bottom.num, 0)
            state = self.states.least(state, self.states.where(zero, UNDEFINED))
            ends = (1, max(bottom.high, 1)) if bottom.low == 0 else (bottom.low, max(bottom.high, 1))
            bottom = _plain(replace(bottom, num=ops.choose(zero, 1, bottom.num), low=ends[0], high=ends[1]))
        if bottom.high < 0:
            top, bottom = _turned(ops, top), _turned(ops, bottom)
        elif bottom.low < 0:
            top, bottom = self._upright(top, bottom)
        return quotient(top, bottom, state, ops.mul)

    def _upright(self, top: Exact, bottom: Exact) -> tuple[Exact, Exact]:
        """The same quotient with a positive denominator, case by case."""
        sign = self.ops.choose(self.ops.compare("<", bottom.num, 0), -1, 1)
        size, most = max(abs(top.low), abs(top.high)), max(abs(bottom.low), abs(bottom.high))
        return (
            _plain(replace(top, num=self.ops.mul(top.num, sign), low=-size, high=size)),
            _plain(replace(bottom, num=self.ops.mul(bottom.num, sign), low=1, high=most)),
        )

    def _upside_down(self, left: Exact, right: Exact) -> tuple[Exact, Exact]:
        """left ÷ right as whole numbers: each numerator times the other's denominator."""
        if left.den is right.den:
            return _plain(left), _plain(right)
        return _plain(self._over(left, right, alone=True)), _plain(self._over(right, left, alone=True))

    # comparison and choice

    def compared(self, op: str, left: Exact | Near, right: Exact | Near, node: Expression) -> Handle:
        """Whether left is `op` right; node: what the reference is asked where it is too near."""
        try:
            if isinstance(left, Near) or isinstance(right, Near):
                raise NotExactError
            a, b = self._together(left, right)
        except NotExactError:
            return self.nearly_compared(op, left, right, node)
        certain = _certain(op, a, b)
        return self.ops.compare(op, a.num, b.num) if certain is None else certain

    def select(self, holds: Handle, then: Column, otherwise: Column) -> Column:
        """then where it holds, else otherwise, states too."""
        if holds is True or holds is False:
            return then if holds else otherwise
        if isinstance(then, Truth) and isinstance(otherwise, Truth):
            state = self.states.choose(holds, then.state, otherwise.state)
            return Truth(self.ops.choose(holds, then.holds, otherwise.holds), state)
        a, b = self.as_number(then), self.as_number(otherwise)
        try:
            if isinstance(a, Near) or isinstance(b, Near):
                raise NotExactError
            return self._select(holds, a, b)
        except NotExactError:
            return self.nearly_selected(holds, a, b)

    def _select(self, holds: Handle, then: Exact, otherwise: Exact) -> Exact:
        ops, scale = self.ops, lcm(then.scale, otherwise.scale)
        a, b = self._rescaled(then, scale), self._rescaled(otherwise, scale)
        den = a.den
        if a.den is not b.den:
            den = ops.choose(holds, 1 if a.den is None else a.den, 1 if b.den is None else b.den)
        return within(
            Exact(
                ops.choose(holds, a.num, b.num),
                min(a.low, b.low),
                max(a.high, b.high),
                scale,
                min(a.least, b.least),
                max(a.most, b.most),
                den,
                min(a.den_low, b.den_low),
                max(a.den_high, b.den_high),
                self.states.choose(holds, then.state, otherwise.state),
            )
        )

    def extreme(self, how: str, left: Exact | Near, right: Exact | Near, node: Expression) -> Exact | Near:
        """The smaller (`min`) or the larger (`max`) of two."""
        try:
            if isinstance(left, Near) or isinstance(right, Near):
                raise NotExactError
            return self._extreme(how, left, right)
        except NotExactError:
            return self.inexact(how, left, right)

    def _extreme(self, how: str, left: Exact, right: Exact) -> Exact:
        pick = min if how == "min" else max
        least, most = pick(left.least, right.least), pick(left.most, right.most)
        state = self.least_state(left, right)
        if left.den is not None and right.den is not None and left.den is not right.den:
            a, b = self._together(left, right)
            smaller = self.ops.compare("<" if how == "min" else ">", a.num, b.num)
            found = self._select(smaller, left, right)
            return within(replace(found, least=least, most=most, state=state))
        a, b = self._together(left, right)
        num = (self.ops.minimum if how == "min" else self.ops.maximum)(a.num, b.num)
        low, high = pick(a.low, b.low), pick(a.high, b.high)
        return within(Exact(num, low, high, a.scale, least, most, a.den, a.den_low, a.den_high, state))

    def rounded(self, column: Exact | Near, decimals: int, mode: str, node: Expression) -> Exact | Near:
        try:
            if isinstance(column, Near):
                raise NotExactError
            return self._rounded(column, decimals, mode)
        except NotExactError:
            return self.nearly_rounded(column, decimals, mode, node)

    def _rounded(self, column: Exact, decimals: int, mode: str) -> Exact:
        """One division of whole numbers: round(num × 10^k ÷ (den × scale))."""
        unit = Fraction(10) ** decimals / column.scale
        top, bottom = unit.numerator, unit.denominator
        if column.den is None and bottom == 1:
            return column
        fits(column.low * top * 2, column.high * top * 2, column.den_high * bottom * 4)
        size_most = max(abs(column.low), abs(column.high)) * top * 2 + column.den_high * bottom
        fits(size_most)
        ops = self.ops
        num = ops.mul(column.num, top) if top != 1 else column.num
        den = bottom if column.den is None else (ops.mul(column.den, bottom) if bottom != 1 else column.den)
        negative = None if column.low >= 0 else ops.compare("<", num, 0)
        size = num if negative is None else ops.maximum(num, ops.negative(num))
        units = _units(ops, size, den, mode)
        units = units if negative is None else ops.choose(negative, ops.negative(units), units)
        ends = [_rounded_end(bound, decimals, mode) for bound in (column.least, column.most)]
        scale = 10 ** max(decimals, 0)
        if decimals < 0:
            units = ops.mul(units, 10**-decimals)
        low, high = (int(end * scale) for end in ends)
        return within(Exact(units, low, high, scale, ends[0], ends[1], state=column.state))

    # nodes

    def _const(self, node: x.Const) -> Column:
        return self.known(node.value)

    def known(self, value: Fraction) -> Exact | Near:
        """A number of the rule book; one that leaves 64 bits is near."""
        try:
            return constant(value)
        except NotExactError:
            return self.as_number(self.by_reference(x.Const(value)))

    def _nothing(self, node: x.Nothing) -> Column:
        return constant(Fraction(0), reason(node.state))

    def _ref(self, node: x.Ref) -> Column:
        return self.columns[node.node]

    def _lookup(self, node: x.Lookup) -> Column:
        entries = [entry for _, entry in node.table]
        if all(isinstance(entry, x.Const) for entry in (*entries, node.otherwise)):
            return self._constants(node)
        found = self.value(node.otherwise)
        for key, entry in reversed(node.table):
            found = self.select(self.ops.is_keyed(node.by, key), self.value(entry), found)
        return found

    def _constants(self, node: x.Lookup) -> Column:
        values = {key: entry.value for key, entry in reversed(node.table) if isinstance(entry, x.Const)}
        otherwise = node.otherwise.value if isinstance(node.otherwise, x.Const) else Fraction(0)
        scale = lcm(*(value.denominator for value in (*values.values(), otherwise)))
        units = {key: int(value * scale) for key, value in values.items()}
        last = int(otherwise * scale)
        low, high = min((*units.values(), last)), max((*units.values(), last))
        try:
            fits(low, high, scale)
        except NotExactError:
            return self.by_reference(node)
        return whole(self.ops.keyed(node.by, units, last), low, high, scale)

    def _sum_of(self, node: x.Add) -> Column:
        found = self.number(node.terms[0])
        for term in node.terms[1:]:
            found = self.add(found, self.number(term))
        return found

    def _difference(self, node: x.Sub) -> Column:
        return self.add(self.number(node.left), self.minus(self.number(node.right)))

    def _product_of(self, node: x.Mul) -> Column:
        found = self.number(node.factors[0])
        for factor in node.factors[1:]:
            found = self.mul(found, self.number(factor))
        return found

    def _quotient_of(self, node: x.Div) -> Column:
        return self.div(self.number(node.left), self.number(node.right), node)

    def _extreme_of(self, node: x.Min | x.Max) -> Column:
        how = "min" if isinstance(node, x.Min) else "max"
        found = self.number(node.parts[0])
        for part in node.parts[1:]:
            found = self.extreme(how, found, self.number(part), node)
        return found

    def _compare_of(self, node: x.Compare) -> Column:
        left, right = self.number(node.left), self.number(node.right)
        return Truth(self.compared(node.op, left, right, node), self.least_state(left, right))

    def _all_of(self, node: x.All) -> Column:
        return self._joined([self.truth(part) for part in node.parts], decided=False)

    def _some_of(self, node: x.Some) -> Column:
        return self._joined([self.truth(part) for part in node.parts], decided=True)

    def _joined(self, parts: Sequence[Truth], *, decided: bool) -> Column:
        """All of them (one that does not hold decides) or some (one that holds does); what is open comes after."""
        ops = self.ops
        decides: Handle = False
        open_states: list[State | None] = []
        for part in parts:
            says = part.holds if decided else ops.contrary(part.holds)
            decides = ops.either(decides, ops.both(says, self.has_value(part)))
            outside = self.states.is_in(part.state, [OUTSIDE])
            left = self.states.without(part.state, [OUTSIDE])
            open_states.append(self.states.choose(outside, None, left))
        state = self.states.choose(decides, None, self.states.least(*open_states))
        return Truth(decides if decided else ops.contrary(decides), state)

    def _not_of(self, node: x.Not) -> Column:
        part = self.truth(node.part)
        return Truth(self.ops.contrary(part.holds), part.state)

    def _when_of(self, node: x.When) -> Column:
        conditions = [self.truth(condition) for condition, _ in node.cases]
        if all(condition.holds is False and condition.state is None for condition in conditions):
            return self.value(node.otherwise)
        found = self.value(node.otherwise)
        for condition, (asked, then) in reversed(list(zip(conditions, node.cases, strict=True))):
            if condition.holds is False and condition.state is None:
                continue
            found = self.select(
                condition.holds, self.value(then), _dealt_with(self.states, asked, found, node)
            )
            if condition.state is not None:
                open_ = self.states.has_none(condition.state)
                found = with_state(found, self.states.choose(open_, condition.state, found.state))
        return found

    def _table_of(self, node: x.Table) -> Column:
        of = self.number(node.of)
        *others, last = node.bands
        found: Column = self.known(last.value)
        if not _exhaustive(node.bands):
            found = self.select(
                self._in_band(of, last, node), found, constant(Fraction(0), reason(UNDEFINED))
            )
        for band in reversed(others):
            found = self.select(self._in_band(of, band, node), self.known(band.value), found)
        state = self.least_state(of, found)
        return with_state(found, state)

    def _in_band(self, of: Exact | Near, band: x.Band, node: x.Table) -> Handle:
        holds: Handle = True
        for bound, op in (
            (band.low, ">=" if band.low_in else ">"),
            (band.high, "<=" if band.high_in else "<"),
        ):
            if bound is not None:
                asked = x.Compare(op, node.of, x.Const(bound))
                holds = self.ops.both(holds, self.compared(op, of, self.known(bound), asked))
        return holds

    def _listed_of(self, node: x.Listed) -> Column:
        of, beyond = self.number(node.of), self.number(node.beyond)
        if isinstance(of, Near) or of.den is not None or of.scale > 2:
            return self.by_reference(node)
        last = beyond.constant if isinstance(beyond, Exact) else None
        if last is None:
            return self.by_reference(node)
        ops = self.ops
        scale = lcm(last.denominator, *(value.denominator for value in node.values))
        values = [int(value * scale) for value in node.values]
        end = int(last * scale)
        place = of.num if of.scale == 1 else ops.floor_div(of.num, 2)
        num = ops.pick(place, values, end)
        if of.scale == 2:
            half = ops.sub(of.num, ops.mul(place, 2))
            following = ops.pick(ops.add(place, 1), values, end)
            num = ops.add(ops.mul(num, ops.sub(2, half)), ops.mul(following, half))
        low, high = min((*values, end)) * of.scale, max((*values, end)) * of.scale
        too_low = self.compared("<", of, constant(Fraction(1)), x.Compare("<", node.of, x.Const(Fraction(1))))
        state = self.least_state(of, beyond)
        if too_low is not False:
            state = self.states.least(state, self.states.where(too_low, UNDEFINED))
        return whole(num, low, high, scale * of.scale, state)

    def _round_of(self, node: x.Round) -> Column:
        return self.rounded(self.number(node.of), node.decimals, node.mode, node)

    def _is_missing_of(self, node: x.IsMissing) -> Column:
        of = self.value(node.of)
        if of.state is None:
            return Truth(False)
        if node.states:
            return Truth(self.states.is_in(of.state, node.states))
        return Truth(self.states.has_none(of.state))

    def _over_group_of(self, node: x.OverGroup) -> Column:
        if node.how not in ("sum", "mean", "min", "max", "count") or not _within_realm(node.scope):
            return self.by_reference(node)
        of = self.number(node.of)
        try:
            if isinstance(of, Near) or (of.den is not None and node.how != "count"):
                raise NotExactError
            return self._over_group(node, of, self.has_value(of))
        except NotExactError:
            return self.nearly_over(node, of)

    def _over_group(self, node: x.OverGroup, of: Exact, counts: Handle) -> Column:
        """Over the peers that have a value; where none has, missing."""
        ops, scope, many = self.ops, node.scope, self.cases
        number = whole(ops.over("count", of.num, counts, scope), 0, many)
        if node.how == "count":
            return number
        state = None
        if counts is not True or scope.startswith("group:"):
            some = ops.compare(">", number.num, 0)
            state = self.states.choose(some, None, reason(MISSING))
            number = replace(number, num=ops.maximum(number.num, 1))
        number = replace(number, low=1, least=Fraction(1))
        if node.how in ("min", "max"):
            num = ops.over(node.how, of.num, counts, scope)
            num = ops.choose(self.states.has_none(state), of.low, num)
            return replace(of, num=num, state=state)
        fits(of.low * many, of.high * many)
        low, high = min(of.low * many, of.low, 0), max(of.high * many, of.high, 0)
        total = whole(ops.over("sum", of.num, counts, scope), low, high, of.scale, state)
        if node.how == "sum":
            return total
        mean = quotient(total, number, state, ops.mul)
        zero = Fraction(0)
        ends = (of.least, of.most) if state is None else (min(of.least, zero), max(of.most, zero))
        return within(replace(mean, least=max(mean.least, ends[0]), most=min(mean.most, ends[1])))

    def _rank_of(self, node: x.Rank) -> Column:
        if not _within_realm(node.scope):
            return self.by_reference(node)
        of = self.number(node.of)
        keys = of.num if isinstance(of, Exact) and of.den is None else self.ordered(of, node)
        num = self.ops.rank(keys, self.has_value(of), node.scope, node.ties, node.order)
        double = 2 if node.ties == "mean" else 1
        return whole(num, double, double * self.cases, double, of.state)

    def _combine_of(self, node: x.Combine) -> Column:
        rows = [tuple(self.number(part) for part in row) for row in node.parts]
        if node.how in ("harmonic", "median", "trimmed") or node.least is not None or not rows:
            return self.by_reference(node)
        try:
            return self._combined(node, rows)
        except NotExactError:
            return self.by_reference(node)

    def _combined(self, node: x.Combine, rows: Sequence[Sequence[Exact | Near]]) -> Column:
        """Parts put together: those outside are left out, those whose weight is shared out scale the rest."""
        ops = self.ops
        taken, counted = [], []
        for part, weight, _ in rows:
            out = ops.either(*(self.states.is_in(each.state, [OUTSIDE]) for each in (part, weight)))
            taken.append(ops.contrary(out))
            counted.append(ops.both(taken[-1], ops.contrary(self.states.is_in(part.state, [SHARED_OUT]))))
        state = self._combined_state(rows, taken, counted)
        result = self._put_together(node, rows, counted)
        result = with_state(result, self.states.least(state, result.state))
        if node.how not in ("sum", "weighted") or not self._may_share_out(rows):
            return result
        at = 2 if node.how == "sum" else 1
        all_, left = (self._total([row[at] for row in rows], some) for some in (taken, counted))
        shared = _any(ops, (ops.both(t, ops.contrary(c)) for t, c in zip(taken, counted, strict=True)))
        scaled = self.div(self.mul(result, replace(all_, state=None)), replace(left, state=None), node)
        return self.select(shared, scaled, result)

    def _may_share_out(self, rows: Sequence[Sequence[Exact | Near]]) -> bool:
        return any(self.states.is_in(row[0].state, [SHARED_OUT]) is not False for row in rows)

    def _combined_state(
        self, rows: Sequence[Sequence[Exact | Near]], taken: Sequence[Handle], counted: Sequence[Handle]
    ) -> State | None:
        """Outside where nothing is taken, shared out where nothing counts, else the reason that weighs most."""
        ops = self.ops
        reasons: list[State | None] = []
        for (part, weight, _), counts in zip(rows, counted, strict=True):
            state = self.states.without(self.least_state(part, weight), [OUTSIDE, SHARED_OUT])
            reasons.append(self.states.choose(counts, state, None))
        state = self.states.least(*reasons)
        some_counted, some_taken = _any(ops, counted), _any(ops, taken)
        if some_counted is not True:
            state = self.states.choose(some_counted, state, reason(SHARED_OUT))
        if some_taken is not True:
            state = self.states.choose(some_taken, state, reason(OUTSIDE))
        return state

    def _total(self, columns: Sequence[Exact | Near], counted: Sequence[Handle]) -> Exact | Near:
        """The sum of those that count, none of their states."""
        zero = constant(Fraction(0))
        found: Exact | Near = zero
        for column, counts in zip(columns, counted, strict=True):
            # A full mark without a value adds nothing, whatever number stands in its place.
            counts = self.ops.both(counts, self.has_value(column))
            found = self.add(found, self.as_number(self.select(counts, with_state(column, None), zero)))
        return found

    def _put_together(
        self, node: x.Combine, rows: Sequence[Sequence[Exact | Near]], counted: Sequence[Handle]
    ) -> Exact | Near:
        parts, weights = [row[0] for row in rows], [row[1] for row in rows]
        if node.how == "sum":
            return self._total(parts, counted)
        if node.how in ("min", "max"):
            return self._outermost(node, parts, counted)
        if node.how == "geometric":
            return self.geometric(node, parts, weights, counted)
        weighted = self._total([self.mul(part, weight) for part, weight, _ in rows], counted)
        if node.how == "weighted":
            return weighted
        return self.div(weighted, self._total(weights, counted), node)

    def _outermost(
        self, node: x.Combine, parts: Sequence[Exact | Near], counted: Sequence[Handle]
    ) -> Exact | Near:
        """The least or the greatest of those that count; where one does not, it stands aside."""
        found, there = replace(parts[0], state=None), counted[0]
        for part, counts in zip(parts[1:], counted[1:], strict=True):
            part = replace(part, state=None)
            better = self.extreme(node.how, found, part, node)
            either = self.select(counts, part, found)
            found = self.as_number(self.select(self.ops.both(there, counts), better, either))
            there = self.ops.either(there, counts)
        return found

    # hooks

    @abstractmethod
    def named(self, name: str, column: Column) -> Column:
        """Keeps a step's column under its name."""

    @abstractmethod
    def fact(self, node: x.Field) -> Column:
        """The column of a fact."""

    @abstractmethod
    def by_reference(self, node: Expression) -> Column:
        """A column that is not reckoned in whole numbers at all."""

    @abstractmethod
    def inexact(self, how: str, left: Exact | Near, right: Exact | Near) -> Exact | Near:
        """add, mul, min or max of columns, one of which is near or whose result leaves 64 bits."""

    @abstractmethod
    def divided(self, left: Exact | Near, right: Exact | Near, node: Expression) -> Exact | Near: ...

    @abstractmethod
    def nearly_compared(
        self, op: str, left: Exact | Near, right: Exact | Near, node: Expression
    ) -> Handle: ...

    @abstractmethod
    def nearly_selected(self, holds: Handle, then: Exact | Near, otherwise: Exact | Near) -> Exact | Near: ...

    @abstractmethod
    def nearly_rounded(
        self, column: Exact | Near, decimals: int, mode: str, node: Expression
    ) -> Exact | Near: ...

    @abstractmethod
    def nearly_over(self, node: x.OverGroup, of: Exact | Near) -> Column: ...

    @abstractmethod
    def geometric(
        self,
        node: x.Combine,
        parts: Sequence[Exact | Near],
        weights: Sequence[Exact | Near],
        counted: Sequence[Handle],
    ) -> Exact | Near:
        """The weighted geometric mean of the parts that count."""

    @abstractmethod
    def ordered(self, column: Exact | Near, node: x.Rank) -> Handle:
        """Whole numbers in the order of the values, equal where they are equal, within every scope."""


def _within_realm(scope: str) -> bool:
    """Whether units are put together by group or all, not by an attribute or over periods."""
    return scope in ("all", "group") or scope.startswith("group:")


def _any(ops: Ops, holds: Iterable[Handle]) -> Handle:
    found: Handle = False
    for each in holds:
        found = ops.either(found, each)
    return found


def _plain(column: Exact) -> Exact:
    """Its numerator and scale alone, bounded by what is proven of the numerator."""
    least, most = Fraction(column.low, column.scale), Fraction(column.high, column.scale)
    return Exact(column.num, column.low, column.high, column.scale, least, most)


def _dealt_with(states: States, asked: Expression, found: Column, node: x.When) -> Column:
    """What is left where a condition has ruled out that the other branch is missing for some reasons."""
    of = asked.of if isinstance(asked, x.IsMissing) else None
    if of is None or of != node.otherwise or found.state is None:
        return found
    ruled_out = asked.states if isinstance(asked, x.IsMissing) and asked.states else tuple(CODES)
    return with_state(found, states.without(found.state, ruled_out))


def _exhaustive(bands: Sequence[x.Band]) -> bool:
    """Whether every number lies in a band: the bounds, and points between and beyond them, tell."""
    bounds = sorted({bound for band in bands for bound in (band.low, band.high) if bound is not None})
    between = [(low + high) / 2 for low, high in pairwise(bounds)]
    beyond = [bounds[0] - 1, bounds[-1] + 1] if bounds else [Fraction(0)]
    return all(any(band.holds(point) for band in bands) for point in (*bounds, *between, *beyond))


_rounded_end = lru_cache(maxsize=4096)(numbers.rounded)
"""Bounds come from the rule book more than from the facts: the same ones are rounded again and again."""


def _turned(ops: Ops, column: Exact) -> Exact:
    return replace(
        column,
        num=ops.negative(column.num),
        low=-column.high,
        high=-column.low,
        least=-column.most,
        most=-column.least,
    )


def _units(ops: Ops, size: Handle, den: Handle, mode: str) -> Handle:
    """size ÷ den to a whole number, size ≥ 0."""
    if mode == numbers.HALF_UP:
        return ops.floor_div(ops.add(ops.mul(size, 2), den), ops.mul(den, 2))
    units = ops.floor_div(size, den)
    if mode == numbers.DOWN:
        return units
    rest = ops.sub(size, ops.mul(units, den))
    if mode == numbers.UP:
        return ops.add(units, ops.as_number(ops.compare(">", rest, 0)))
    twice = ops.mul(rest, 2)
    odd = ops.compare("!=", ops.mul(ops.floor_div(units, 2), 2), units)
    up = ops.either(ops.compare(">", twice, den), ops.both(ops.compare("==", twice, den), odd))
    return ops.add(units, ops.as_number(up))


def _certain(op: str, left: Exact, right: Exact) -> bool | None:
    """The answer where the ranges alone give it."""
    if left.high < right.low:
        return op in ("<", "<=", "!=")
    if left.low > right.high:
        return op in (">", ">=", "!=")
    if left.high <= right.low and op in ("<=", ">"):
        return op == "<="
    if left.low >= right.high and op in (">=", "<"):
        return op == ">="
    return None


_LOWER: Mapping[type[Expression], Callable[[Lowering, Any], Column]] = {
    x.Const: Lowering._const,
    x.Nothing: Lowering._nothing,
    x.Field: lambda self, node: self.fact(node),
    x.Ref: Lowering._ref,
    x.Lookup: Lowering._lookup,
    x.Add: Lowering._sum_of,
    x.Sub: Lowering._difference,
    x.Mul: Lowering._product_of,
    x.Div: Lowering._quotient_of,
    x.Min: Lowering._extreme_of,
    x.Max: Lowering._extreme_of,
    x.Compare: Lowering._compare_of,
    x.All: Lowering._all_of,
    x.Some: Lowering._some_of,
    x.Not: Lowering._not_of,
    x.When: Lowering._when_of,
    x.Table: Lowering._table_of,
    x.Listed: Lowering._listed_of,
    x.Round: Lowering._round_of,
    x.IsMissing: Lowering._is_missing_of,
    x.OverGroup: Lowering._over_group_of,
    x.Rank: Lowering._rank_of,
    x.Combine: Lowering._combine_of,
}
