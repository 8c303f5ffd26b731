"""Numbers as columns: one value a case, as scaled integers of a proven range, or as doubles of a proven error.

`Exact` holds what a plan can prove to fit: value = num / (den × scale), num and den whole numbers. Where it cannot,
`Near` holds a double and a bound of its error; whatever lies too near an edge is decided by the reference.
A column's handles (`num`, `den`, `holds`) are arrays, pieces of SQL, or plain Python numbers where a column
is the same for every case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil, floor, gcd
from typing import TYPE_CHECKING, Any

from gangmu.engine.values import MISSING, NOT_APPLICABLE, OUTSIDE, SHARED_OUT, UNDEFINED

if TYPE_CHECKING:
    from gangmu.engine.states import State

LIMIT = 2**62
"""Whole numbers stay below this in size: one addition more never leaves 64 bits."""

WITH_VALUE = 9
CODES = {OUTSIDE: 1, SHARED_OUT: 2, NOT_APPLICABLE: 3, MISSING: 4, UNDEFINED: 5}
"""States as numbers, the reason that weighs most the smallest: the state of an operation is the least of its parts'."""
STATE_OF = {code: state for state, code in CODES.items()}

Handle = Any
Multiply = Callable[[Handle, Handle], Handle]


class NotExactError(Exception):
    """An operation that scaled integers cannot prove: its range leaves 64 bits, or its result is irrational."""


@dataclass(frozen=True, slots=True)
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
            return Fraction(self.num, self.scale)
        return None


@dataclass(frozen=True, slots=True)
class Near:
    """A double a case, no further than `error` from the value."""

    value: Handle
    error: Handle
    state: State | None = None


@dataclass(frozen=True, slots=True)
class Truth:
    """Whether something holds; numbers 1 and 0 where it is reckoned with."""

    holds: Handle
    state: State | None = None


Column = Exact | Near | Truth


def constant(value: Fraction, state: State | None = None) -> Exact:
    num, scale = value.numerator, value.denominator
    return within(Exact(num, num, num, scale, value, value, state=state))


def whole(num: Handle, low: int, high: int, scale: int = 1, state: State | None = None) -> Exact:
    """A column of scaled integers. NotExactError when its range leaves 64 bits."""
    return within(Exact(num, low, high, scale, Fraction(low, scale), Fraction(high, scale), state=state))


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
    low, high = sorted((column.low * by, column.high * by))
    fits(low, high, scale)
    least, most = sorted((column.least * factor, column.most * factor))
    num = column.num if by == 1 else multiply(column.num, by)
    return replace(column, num=num, low=low, high=high, scale=scale, least=least, most=most)


def within(column: Exact) -> Exact:
    """The column with its ranges tightened to each other. NotExactError when they leave 64 bits."""
    least, most = max(column.least, _least(column)), min(column.most, _most(column))
    low = max(column.low, min(floor(least * column.scale * den) for den in (column.den_low, column.den_high)))
    high = min(column.high, max(ceil(most * column.scale * den) for den in (column.den_low, column.den_high)))
    if max(-low, high, column.den_high, column.scale) >= LIMIT:
        raise NotExactError
    return replace(column, low=low, high=high, least=least, most=most)


def _least(column: Exact) -> Fraction:
    return min(Fraction(column.low, column.scale * den) for den in (column.den_low, column.den_high))


def _most(column: Exact) -> Fraction:
    return max(Fraction(column.high, column.scale * den) for den in (column.den_low, column.den_high))


def fits(*bounds: int) -> None:
    """NotExactError when any of the bounds leaves 64 bits."""
    if any(abs(bound) >= LIMIT for bound in bounds):
        raise NotExactError


def products(left: tuple[int, int], right: tuple[int, int]) -> tuple[int, int]:
    """The range of a product of two ranges."""
    corners = [a * b for a in left for b in right]
    return min(corners), max(corners)
