"""Arithmetic of measures: exact rationals, one rounding where a quotient leaves as a decimal."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

QUOTIENT_DECIMALS = 20
"""A quotient is carried this far. Printing rounds it once more, which is safe: a value within 10^-20 of a
printing edge but not on it would need a divisor above 10^17."""

_WIDE = Context(prec=80)


def decimal_of(number: Fraction) -> Decimal:
    """A rational as a decimal: exact where it ends within 20 places, otherwise rounded half up there.

    >>> decimal_of(Fraction(1, 8)), decimal_of(Fraction(2, 3))
    (Decimal('0.125'), Decimal('0.66666666666666666667'))
    """
    scaled = number * 10**QUOTIENT_DECIMALS
    whole = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    signed = Decimal(whole if number >= 0 else -whole)
    plain = _WIDE.scaleb(signed, -QUOTIENT_DECIMALS)
    shortest = _WIDE.normalize(plain)
    return shortest if shortest.as_tuple().exponent < 0 else _WIDE.quantize(shortest, Decimal(1))  # type: ignore[operator]


def growth(now: Decimal, base: Decimal) -> Fraction:
    """Growth over the base period in per cent, unrounded. The caller has made sure that base > 0.

    >>> growth(Decimal(106), Decimal(100))
    Fraction(6, 1)
    """
    return (Fraction(now) / Fraction(base) - 1) * 100


def yearly_growth(now: Decimal, base: Decimal, years: int) -> Decimal:
    """Average yearly growth (年均增速) in per cent over `years`: the years-th root of now ÷ base, less one.

    now and base > 0. To 20 decimals, half up.

    >>> yearly_growth(Decimal(121), Decimal(100), 2)
    Decimal('10.00000000000000000000')
    """
    ratio = _WIDE.divide(now, base)
    root = _WIDE.exp(_WIDE.divide(_WIDE.ln(ratio), Decimal(years)))
    percent = _WIDE.multiply(_WIDE.subtract(root, Decimal(1)), Decimal(100))
    return percent.quantize(Decimal(1).scaleb(-QUOTIENT_DECIMALS), ROUND_HALF_UP, _WIDE)


def rounded(value: Decimal, decimals: int) -> Decimal:
    """Half up, as it is printed.

    >>> rounded(Decimal("5.25"), 1)
    Decimal('5.3')
    """
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _WIDE)


def plain(value: Decimal) -> str:
    """The shortest text of a decimal, without exponent.

    >>> plain(Decimal("286.400000")), plain(Decimal("1E+3"))
    ('286.4', '1000')
    """
    return format(value.normalize(_WIDE), "f")
