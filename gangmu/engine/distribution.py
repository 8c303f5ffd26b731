"""What a whole column of values says: spread, skew, quantiles, and outliers drawn in. All of it exact.

Sums of powers run over whole numbers: skew and kurtosis do not change when all values are multiplied alike, so
the values are brought to one denominator first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, lcm, prod
from typing import TypeVar

from gangmu.engine import numbers

KeyT = TypeVar("KeyT", bound=Hashable)
HALF = Fraction(1, 2)


def total(values: Sequence[Fraction]) -> Fraction:
    """The sum, over one common denominator: far faster than adding fractions one by one."""
    whole, common = _alike(values)
    return Fraction(sum(whole), common)


def mean(values: Sequence[Fraction]) -> Fraction:
    return total(values) / len(values)


def median(values: Sequence[Fraction]) -> Fraction:
    ordered, middle = sorted(values), len(values) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def deviation(values: Sequence[Fraction], decimals: int, *, sample: bool = False) -> Fraction | None:
    """Standard deviation at so many decimals; of a `sample` divided by n − 1, None where that is nothing."""
    count = len(values) - 1 if sample else len(values)
    return numbers.power(_moments(values).variance_sum / count, HALF, decimals) if count > 0 else None


def geometric(values: Sequence[Fraction], decimals: int) -> Fraction | None:
    """The n-th root of the product; None where a value is negative."""
    return (
        None
        if min(values) < 0
        else numbers.power(prod(values, start=Fraction(1)), Fraction(1, len(values)), decimals)
    )


def harmonic(values: Sequence[Fraction], weights: Sequence[Fraction] = ()) -> Fraction | None:
    """Σ weight ÷ Σ (weight ÷ value); None unless all values are above zero."""
    if min(values) <= 0:
        return None
    shares = weights or [Fraction(1)] * len(values)
    return sum(shares) / total([share / value for share, value in zip(shares, values, strict=True)])


@dataclass(frozen=True, slots=True)
class _Moments:
    """n, the scale of the whole numbers, and sums of their deviations (each n times too large) to the 2nd, 3rd, 4th."""

    count: int
    scale: int
    second: int
    third: int
    fourth: int

    @property
    def variance_sum(self) -> Fraction:
        return Fraction(self.second, (self.count * self.scale) ** 2)


def _alike(values: Sequence[Fraction]) -> tuple[list[int], int]:
    """The values as whole numbers of one common denominator."""
    common = lcm(*(value.denominator for value in values))
    return [value.numerator * (common // value.denominator) for value in values], common


def _moments(values: Sequence[Fraction]) -> _Moments:
    whole, common = _alike(values)
    count, summed = len(whole), sum(whole)
    away = [count * value - summed for value in whole]
    squares = [value * value for value in away]
    third = sum(square * value for square, value in zip(squares, away, strict=True))
    return _Moments(count, common, sum(squares), third, sum(square * square for square in squares))


@dataclass(frozen=True, slots=True)
class Shape:
    """Skew, as sign and exact square, and excess kurtosis of a sample; None where there are too few values."""

    sign: int
    skew_squared: Fraction | None
    kurtosis: Fraction | None

    def skewed(self, skew: Fraction, kurtosis: Fraction) -> bool:
        """|skew| ≥ `skew` and kurtosis ≥ `kurtosis`; too few or equal values are not skewed."""
        if self.skew_squared is None or self.kurtosis is None:
            return False
        return (skew <= 0 or self.skew_squared >= skew**2) and self.kurtosis >= kurtosis


def shape(values: Sequence[Fraction]) -> Shape:
    """skew = g₁·√(n(n−1)) ÷ (n−2); kurtosis = (n−1)((n+1)·g₂ + 6) ÷ ((n−2)(n−3)), g₂ the excess of the population."""
    n = len(values)
    moments = _moments(values)
    if n < 3 or moments.second == 0:
        return Shape(0, None, None)
    squared = Fraction(n * moments.third**2, moments.second**3) * Fraction(n * (n - 1), (n - 2) ** 2)
    kurtosis = None
    if n > 3:
        excess = Fraction(n * moments.fourth, moments.second**2) - 3
        kurtosis = ((n + 1) * excess + 6) * (n - 1) / ((n - 2) * (n - 3))
    return Shape((moments.third > 0) - (moments.third < 0), squared, kurtosis)


def skew(values: Sequence[Fraction], decimals: int) -> Fraction | None:
    """None for fewer than three values, or equal ones."""
    found = shape(values)
    return (
        None if found.skew_squared is None else found.sign * numbers.power(found.skew_squared, HALF, decimals)
    )


def kurtosis(values: Sequence[Fraction]) -> Fraction | None:
    """None for fewer than four values, or equal ones."""
    return shape(values).kurtosis


def winsorised(
    values: Mapping[KeyT, Fraction], most: int, skew: Fraction, kurtosis: Fraction
) -> dict[KeyT, Fraction]:
    """The values, the farthest ones drawn in to the next while they are skewed and no more than `most` are moved.

    >>> column = {n: Fraction(n) for n in range(9)} | {9: Fraction(100)}
    >>> winsorised(column, 5, Fraction(2), Fraction(7, 2))[9]
    Fraction(8, 1)
    """
    found = dict(values)
    while (now := shape(list(found.values()))).skewed(skew, kurtosis):
        extreme = max if now.sign >= 0 else min
        edge = extreme(found.values())
        nearer = extreme(value for value in found.values() if value != edge)
        drawn = {key: nearer if value == edge else value for key, value in found.items()}
        if sum(drawn[key] != value for key, value in values.items()) > most:
            break
        found = drawn
    return found


def _between(ordered: Sequence[Fraction], place: Fraction) -> Fraction:
    """The value at a place counted from 1; between two places in proportion; beyond the ends the end."""
    kept = min(max(place, Fraction(1)), Fraction(len(ordered)))
    low = floor(kept)
    above = ordered[min(low, len(ordered) - 1)]
    return ordered[low - 1] + (kept - low) * (above - ordered[low - 1])


def _averaged(ordered: Sequence[Fraction], share: Fraction) -> Fraction:
    place = share * len(ordered)
    first, second = max(ceil(place), 1), min(floor(place) + 1, len(ordered))
    return (ordered[first - 1] + ordered[second - 1]) / 2


QUANTILES: Mapping[str, Callable[[Sequence[Fraction], Fraction], Fraction]] = {
    "linear": lambda ordered, share: _between(ordered, 1 + (len(ordered) - 1) * share),
    "exclusive": lambda ordered, share: _between(ordered, (len(ordered) + 1) * share),
    "nearest_rank": lambda ordered, share: ordered[max(ceil(share * len(ordered)), 1) - 1],
    "averaged": _averaged,
}
"""linear: between the two values around place 1 + (n − 1)·p (R type 7, numpy, PERCENTILE.INC). exclusive: around
place (n + 1)·p (R type 6, SPSS, PERCENTILE.EXC). nearest_rank: the value at place ⌈n·p⌉ (R type 1). averaged: the
same, but the mean of two where n·p is whole (R type 2, SAS, Stata)."""


def quantile(values: Sequence[Fraction], share: Fraction, rule: str = "linear") -> Fraction:
    """The value below which a share (0 to 1) of the values lies.

    >>> quantile([Fraction(n) for n in (1, 2, 3, 4)], Fraction(1, 4))
    Fraction(7, 4)
    """
    return QUANTILES[rule](sorted(values), share)
