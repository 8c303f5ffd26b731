"""Numbers as columns: one value a case, as scaled integers of a proven range, or as doubles of a proven error.

`Exact` holds what a plan can prove to fit: value = num / (den × scale), num and den whole numbers. Where it cannot,
`Near` holds a double and a bound of its error; whatever lies too near an edge is decided by the reference.
Columns are never changed once made; they are not frozen because a plan makes thousands of them and that would cost a
tenth of its time. A column's handles (`num`, `den`, `holds`) are arrays, pieces of SQL, or plain Python numbers where a column
is the same for every case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import gcd
from typing import TYPE_CHECKING, Any, TypeVar

from gangmu.engine.values import MISSING, NOT_APPLICABLE, OUTSIDE, SHARED_OUT, UNDEFINED

if TYPE_CHECKING:
    from gangmu.engine.states import State

LIMIT = 2**62
"""Whole numbers stay below this in size: one addition more never leaves 64 bits."""

WITH_VALUE = 9
CODES = {OUTSIDE: 1, SHARED_OUT: 2, NOT_APPLICABLE: 3, MISSING: 4, UNDEFINED: 5}
"""States as numbers, the reason that weighs most the smallest: the state of an operation is the least of its parts'."""

Handle = Any
Multiply = Callable[[Handle, Handle], Handle]


class NotExactError(Exception):
    """An operation that scaled integers cannot prove: its range leaves 64 bits, or its result is irrational."""


@dataclass(slots=True)
class Exact:
    """num within [low, high], den within [den_low, den_high] (None: 1), the value within [least, most].

    state: None where every case has a value. Cases without one carry some number within the ranges.
    """

    num: Handle
    low: int
    high: int
    scale: int
    least: Fraction
    most: Fraction
    den: Handle = None
    den_low: int = 1
    den_high: int = 1
    state: State | None = None

    @property
    def constant(self) -> Fraction | None:
        """The value where it is the same for every case and always there."""
        if isinstance(self.num, int) and self.den is None and self.state is None:
            return self.least if self.low == self.high else Fraction(self.num, self.scale)
        return None


@dataclass(slots=True)
class Near:
    """A double a case, no further than `error` from the value."""

    value: Handle
    error: Handle
    state: State | None = None


@dataclass(slots=True)
class Truth:
    """Whether something holds; numbers 1 and 0 where it is reckoned with."""

    holds: Handle
    state: State | None = None


Column = Exact | Near | Truth


ColumnT = TypeVar("ColumnT", Exact, Near, Truth, Exact | Near, Column)


def with_state(column: ColumnT, state: State | None) -> ColumnT:
    """The column with another state."""
    if column.state is state:
        return column
    if isinstance(column, Exact):
        return Exact(
            column.num,
            column.low,
            column.high,
            column.scale,
            column.least,
            column.most,
            column.den,
            column.den_low,
            column.den_high,
            state,
        )
    return replace(column, state=state)


def constant(value: Fraction, state: State | None = None) -> Exact:
    return with_state(_constant(value), state)


@lru_cache(maxsize=4096)
def _constant(value: Fraction) -> Exact:
    num, scale = value.numerator, value.denominator
    fits(num, scale)
    return Exact(num, num, num, scale, value, value)


def whole(num: Handle, low: int, high: int, scale: int = 1, state: State | None = None) -> Exact:
    """A column of scaled integers. NotExactError when its range leaves 64 bits."""
    fits(low, high, scale)
    return Exact(num, low, high, scale, Fraction(low, scale), Fraction(high, scale), state=state)


def quotient(num: Exact, den: Exact, state: State | None, multiply: Multiply) -> Exact:
    """num ÷ den of two columns without denominators, den > 0; each bounded by its whole numbers."""
    least, most = _span(Fraction(num.low), Fraction(num.high), Fraction(den.low), Fraction(den.high))
    found = Exact(num.num, num.low, num.high, 1, least, most, den.num, den.low, den.high, state)
    return within(times(found, Fraction(den.scale, num.scale), multiply))


def _span(least: Fraction, most: Fraction, low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    corners = [least / low, least / high, most / low, most / high]
    return min(corners), max(corners)


def times(column: Exact, factor: Fraction, multiply: Multiply) -> Exact:
    """The column times a constant; num is left alone where the scale can take it all."""
    scale = column.scale * factor.denominator
    shared = gcd(factor.numerator, scale)
    by, scale = factor.numerator // shared, scale // shared
    low, high = column.low * by, column.high * by
    least, most = column.least * factor, column.most * factor
    if by < 0:
        low, high, least, most = high, low, most, least
    fits(low, high, scale)
    num = column.num if by == 1 else multiply(column.num, by)
    return Exact(
        num, low, high, scale, least, most, column.den, column.den_low, column.den_high, column.state
    )


def within(column: Exact) -> Exact:
    """The column with its ranges tightened to each other. NotExactError when they leave 64 bits.

    In whole numbers throughout: a plan has thousands of columns, and fractions would take most of its time.
    """
    low, high, least, most = column.low, column.high, column.least, column.most
    scale, narrow, wide = column.scale, column.scale * column.den_low, column.scale * column.den_high
    under = wide if low >= 0 else narrow
    if low * least.denominator > least.numerator * under:
        least = Fraction(low, under)
    over = narrow if high >= 0 else wide
    if high * most.denominator < most.numerator * over:
        most = Fraction(high, over)
    low = max(low, least.numerator * (narrow if least.numerator >= 0 else wide) // least.denominator)
    high = min(high, -(-most.numerator * (wide if most.numerator >= 0 else narrow) // most.denominator))
    if max(-low, high, column.den_high, scale) >= LIMIT:
        raise NotExactError
    if low == column.low and high == column.high and least is column.least and most is column.most:
        return column
    return Exact(
        column.num, low, high, scale, least, most, column.den, column.den_low, column.den_high, column.state
    )


def fits(*bounds: int) -> None:
    """NotExactError when any of the bounds leaves 64 bits."""
    for bound in bounds:
        if not -LIMIT < bound < LIMIT:
            raise NotExactError


def products(left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    """The range of a product of two ranges."""
    corners = [a * b for a in left for b in right]
    return min(corners), max(corners)
