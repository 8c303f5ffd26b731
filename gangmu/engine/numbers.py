"""Exact numbers: reading, rounding and printing rationals, and the functions that are not rational."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from math import ceil, floor, log2

HALF_UP, HALF_EVEN, DOWN, UP = "half_up", "half_even", "down", "up"
ROUNDINGS = (HALF_UP, HALF_EVEN, DOWN, UP)
"""half_up 四舍五入 (away from zero at the half), half_even 四舍六入五成双, down 舍去, up 进一 (both by magnitude)."""

MAX_DIGITS = 60
"""Longest number that is read, in characters: a number beyond it is a mistake or an attack."""

MAX_BITS = 200_000
"""Longest number that is reckoned with, in bits (60,000 digits): squares of squares of a score mean nothing."""

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d+)?([eE][+-]?\d{1,2})?")
_FRACTION = re.compile(r"([+-]?\d+)/(\d+)")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．，－＋／％", "0123456789.,-+/%")


def read(text: str) -> Fraction | None:
    """The number a text says, exactly; None when it says none. Reads `1,234.5`, `-3`, `1.5e3`, `20/3`, `5%`.

    >>> read("1,234.5"), read("5%"), read("20/3"), read("三")
    (Fraction(2469, 2), Fraction(1, 20), Fraction(20, 3), None)
    """
    said = text.strip().translate(_FULL_WIDTH)
    if not said or len(said) > MAX_DIGITS:
        return None
    if said.endswith("%"):
        share = read(said[:-1])
        return None if share is None else share / 100
    ratio = _FRACTION.fullmatch(said)
    if ratio:
        return Fraction(int(ratio[1]), int(ratio[2])) if int(ratio[2]) else None
    if _NUMBER.fullmatch(said) and any(c.isdigit() for c in said.lower().split("e")[0]):
        return Fraction(Decimal(said.replace(",", "")))
    return None


def rounded(value: Fraction, decimals: int, mode: str = HALF_UP) -> Fraction:
    """`value` at so many decimals (negative: tens, hundreds), exactly by `mode`.

    >>> rounded(Fraction("2.345"), 2), rounded(Fraction("-2.345"), 2), rounded(Fraction("2.345"), 2, "half_even")
    (Fraction(47, 20), Fraction(-47, 20), Fraction(117, 50))
    """
    scale = Fraction(10) ** decimals
    size = abs(value) * scale
    whole = floor(size)
    rest = size - whole
    half = Fraction(1, 2)
    goes_up = {
        HALF_UP: rest >= half,
        HALF_EVEN: rest > half or (rest == half and whole % 2 == 1),
        DOWN: False,
        UP: rest > 0,
    }[mode]
    result = Fraction(whole + goes_up) / scale
    return -result if value < 0 else result


def shown(value: Fraction, decimals: int | None = None) -> str:
    """As one prints it. With `decimals` exactly so many (half up); without, exact where it ends within six
    decimals, else to four with `≈`.

    >>> shown(Fraction(5)), shown(Fraction("4.80")), shown(Fraction(2, 3)), shown(Fraction(2, 3), 2)
    ('5', '4.8', '≈0.6667', '0.67')
    """
    if decimals is not None:
        return _fixed(rounded(value, decimals), max(decimals, 0))
    for places in range(7):
        if (value * 10**places).denominator == 1:
            return _fixed(value, places)
    return "≈" + _fixed(rounded(value, 4), 4)


def exact(value: Fraction) -> str:
    """The value without loss: a decimal where it ends, else `numerator/denominator`. `read` gives it back.

    >>> exact(Fraction(1, 8)), exact(Fraction(1, 3))
    ('0.125', '1/3')
    """
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1 or max(twos, fives) > MAX_DIGITS // 2:
        return f"{_digits_of(value.numerator)}/{_digits_of(value.denominator)}"
    return _fixed(value, max(twos, fives))


def _fixed(value: Fraction, places: int) -> str:
    units = abs(value.numerator) * 10**places // value.denominator
    sign = "-" if value < 0 and units else ""
    if not places:
        return f"{sign}{_digits_of(units)}"
    digits = _digits_of(units).zfill(places + 1)
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def _digits_of(number: int) -> str:
    """`str`, also of more digits than Python turns into text by default."""
    return format(Decimal(number), "f")


def bits(value: Fraction) -> int:
    """How long a number is: that of the longer of its two parts."""
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def ln(value: Fraction, decimals: int) -> Fraction:
    """Natural logarithm of a positive value, correct to `decimals` places (half even at the last)."""
    context = _context(decimals + 20 + _digits(value))
    return _kept(context.ln(_decimal(value, context)), decimals)


MOST_EXPONENT = 10_000
"""Beyond it `exp` would be a number of thousands of digits: a mistake."""


def log10(value: Fraction, decimals: int) -> Fraction:
    """Decimal logarithm of a positive value, exact for powers of ten, else correct to `decimals` places."""
    context = _context(decimals + 20 + _digits(value))
    return _kept(context.log10(_decimal(value, context)), decimals)


def exp(value: Fraction, decimals: int) -> Fraction:
    """e to the power of a value of at most MOST_EXPONENT, correct to `decimals` places."""
    if value < -MOST_EXPONENT:
        return Fraction(0)
    context = _context(decimals + 20 + max(floor(value), 0) // 2)
    return _kept(context.exp(_decimal(value, context)), decimals)


MOST_EXACT = 64
"""Whole exponents up to it give exact powers."""


def power(base: Fraction, exponent: Fraction, decimals: int) -> Fraction:
    """`base ** exponent`. Exact for a whole exponent up to MOST_EXACT, else, for base ≥ 0, correct to `decimals`.

    Raises OverflowError where the result is longer than MAX_BITS.
    """
    if exponent.denominator == 1 and abs(exponent) <= MOST_EXACT:
        if bits(base) * abs(exponent) > MAX_BITS:
            raise OverflowError("the power is too long")
        return base ** int(exponent)
    if base == 0:
        return Fraction(0)
    size = float(min(max(exponent, Fraction(-(10**9))), Fraction(10**9))) * _log2(base)
    if abs(size) > MAX_BITS:
        raise OverflowError("the power is too long")
    context = _context(decimals + 40 + max(ceil(size / 3), 0) + len(str(abs(floor(exponent)))))
    return _kept(context.power(_decimal(base, context), _decimal(exponent, context)), decimals)


def _context(precision: int) -> Context:
    return Context(prec=precision, rounding=ROUND_HALF_EVEN, Emin=-(10**6), Emax=10**6)


def _digits(value: Fraction) -> int:
    return max(ceil(_log2(value) / 3), 1)


def _log2(value: Fraction) -> float:
    """Roughly: for values near 1 exactly enough, for long ones without a float that overflows."""
    if Fraction(1, 2) < value < 2:
        return log2(float(value))
    return log2(value.numerator) - log2(value.denominator)


def _decimal(value: Fraction, context: Context) -> Decimal:
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))


def _kept(value: Decimal, decimals: int) -> Fraction:
    return rounded(Fraction(value), decimals, HALF_EVEN)
