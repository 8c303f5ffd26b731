"""What a whole column of values says: spread, skew, quantiles, and outliers drawn in. All of it exact.

Sums of powers run over whole numbers: skew and kurtosis do not change when all values are multiplied alike, so
the values are brought to one denominator first.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
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


GRAIN = 96
"""Binary digits of the coarse look: the spread of a column is cut into at least half of 2 to this power pieces."""


@dataclass(frozen=True, slots=True)
class _Moments:
    """Sums of the 2nd, 3rd and 4th powers of deviations, taken n times too large of values times `scale`.

    off: the most each sum can be off.
    """

    count: int
    scale: int
    second: int
    third: int
    fourth: int
    off: tuple[int, int, int] = (0, 0, 0)

    @property
    def variance_sum(self) -> Fraction:
        return Fraction(self.second, (self.count * self.scale) ** 2)

    def side(self, skew: Fraction, kurtosis: Fraction) -> int | None:
        """0 where the values are not skewed, else 1 or -1, where the skew points to; None: too near to tell."""
        told = (self._as_skewed_as(skew), self._as_peaked_as(kurtosis))
        if False in told:
            return 0
        near = self.off[1] > 0 and abs(self.third) <= self.off[1]
        if None in told or near:
            return None
        return -1 if self.third < 0 else 1

    def _as_skewed_as(self, skew: Fraction) -> bool | None:
        """n²(n−1)·Σd³² ≥ skew²·(n−2)²·Σd²³"""
        n, bound, size = self.count, max(skew, Fraction(0)) ** 2 * (self.count - 2) ** 2, abs(self.third)
        ours = [n**2 * (n - 1) * max(size + off, 0) ** 2 for off in (-self.off[1], self.off[1])]
        theirs = [bound * max(self.second + off, 0) ** 3 for off in (-self.off[0], self.off[0])]
        return _at_least(ours, theirs)

    def _as_peaked_as(self, kurtosis: Fraction) -> bool | None:
        """n·Σd⁴ ≥ (excess at the bound + 3)·Σd²²"""
        n = self.count
        bound = (kurtosis * (n - 2) * (n - 3) / (n - 1) - 6) / (n + 1) + 3
        ours = [n * (self.fourth + off) for off in (-self.off[2], self.off[2])]
        theirs = sorted(bound * max(self.second + off, 0) ** 2 for off in (-self.off[0], self.off[0]))
        return _at_least(ours, theirs)


def _at_least(ours: Sequence[int], theirs: Sequence[Fraction]) -> bool | None:
    """Whether a number between the first two is at least one between the others; None: they overlap."""
    if ours[0] >= theirs[1]:
        return True
    return False if ours[1] < theirs[0] else None


def _alike(values: Sequence[Fraction]) -> tuple[list[int], int]:
    """The values as whole numbers of one common denominator."""
    common = lcm(*(value.denominator for value in values))
    return [value.numerator * (common // value.denominator) for value in values], common


def _moments(values: Sequence[Fraction]) -> _Moments:
    whole, common = _alike(values)
    return _moments_of(whole, common)


def _nearly(values: Sequence[Fraction], spread: Fraction) -> _Moments:
    """Every value cut down to a whole number of small pieces: a deviation, n times too large, is off by less than n."""
    up = GRAIN - spread.numerator.bit_length() + spread.denominator.bit_length()
    more, less = max(up, 0), max(-up, 0)
    whole = [(value.numerator << more) // (value.denominator << less) for value in values]
    n, summed = len(whole), sum(whole)
    far = max(abs(n * value - summed) for value in whole)
    off = (
        n * (2 * far * n + n**2),
        n * (3 * far**2 * n + 3 * far * n**2 + n**3),
        n * (4 * far**3 * n + 6 * far**2 * n**2 + 4 * far * n**3 + n**4),
    )
    return replace(_moments_of(whole), off=off)


def _moments_of(whole: Sequence[int], scale: int = 1) -> _Moments:
    count, summed = len(whole), sum(whole)
    away = [count * value - summed for value in whole]
    squares = [value * value for value in away]
    third = sum(square * value for square, value in zip(squares, away, strict=True))
    return _Moments(count, scale, sum(squares), third, sum(square * square for square in squares))


def skew(values: Sequence[Fraction], decimals: int) -> Fraction | None:
    """g₁·√(n(n−1)) ÷ (n−2), g₁ the skew of the population; None for fewer than three values, or equal ones."""
    n, moments = len(values), _moments(values)
    if n < 3 or moments.second == 0:
        return None
    squared = Fraction(n * moments.third**2, moments.second**3) * Fraction(n * (n - 1), (n - 2) ** 2)
    size = numbers.power(squared, HALF, decimals)
    return -size if moments.third < 0 else size


def kurtosis(values: Sequence[Fraction]) -> Fraction | None:
    """(n−1)·((n+1)·g₂ + 6) ÷ ((n−2)(n−3)), g₂ the excess of the population; None for fewer than four values, or equal
    ones.
    """
    n, moments = len(values), _moments(values)
    if n < 4 or moments.second == 0:
        return None
    excess = Fraction(n * moments.fourth, moments.second**2) - 3
    return ((n + 1) * excess + 6) * (n - 1) / ((n - 2) * (n - 3))


def skewed(values: Sequence[Fraction], skew: Fraction, kurtosis: Fraction) -> int:
    """0 where |skew| < `skew` or kurtosis < `kurtosis`, else the sign of the skew: 1 points up, -1 down.

    Decided exactly: a look at whole numbers near the values with a bound of what they are off, which costs little, and
    all digits where that does not tell. Fewer than four values, or equal ones, are not skewed.
    """
    spread = max(values, default=Fraction(0)) - min(values, default=Fraction(0))
    if len(values) < 4 or spread == 0:
        return 0
    told = _nearly(values, spread).side(skew, kurtosis)
    return (_moments(values).side(skew, kurtosis) or 0) if told is None else told


def winsorised(
    values: Mapping[KeyT, Fraction], most: int, skew: Fraction, kurtosis: Fraction
) -> dict[KeyT, Fraction]:
    """The values, the farthest ones drawn in to the next while they are skewed and no more than `most` are moved.

    >>> column = {n: Fraction(n) for n in range(9)} | {9: Fraction(100)}
    >>> winsorised(column, 5, Fraction(2), Fraction(7, 2))[9]
    Fraction(8, 1)
    """
    found = dict(values)
    while side := skewed(list(found.values()), skew, kurtosis):
        extreme = max if side > 0 else min
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
