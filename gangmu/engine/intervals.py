"""Intervals as rule books write them: `[80, 90)`, `>= 80`, `< 60`; each end says whether it belongs (含)."""

from __future__ import annotations

import re
from fractions import Fraction

from gangmu.engine import numbers
from gangmu.engine.expressions import Band

_PAIR = re.compile(r"([\[(])\s*([^,]*?)\s*,\s*([^,]*?)\s*([\])])")
_ONE_SIDED = re.compile(r"(>=|<=|>|<|==?)\s*(.+)")
_WIDE = str.maketrans("（）［］，＞＜≥≤", "()[],><≥≤")


def parse(text: str, value: Fraction, line: int = 0) -> Band | None:
    """The band of an interval text; None when it is none. `otherwise` holds everything (put it last).

    >>> parse("[80, 90)", Fraction(5)).holds(Fraction(90))
    False
    """
    said = text.translate(_WIDE).replace("≥", ">=").replace("≤", "<=").strip()
    if said in ("otherwise", "其他", "其余"):
        return Band(None, False, None, False, value, line)
    pair = _PAIR.fullmatch(said)
    if pair:
        low, high = _end(pair[2]), _end(pair[3])
        if low is False or high is False:
            return None
        return Band(_number(low), pair[1] == "[", _number(high), pair[4] == "]", value, line)
    one = _ONE_SIDED.fullmatch(said)
    bound = numbers.read(one[2]) if one else numbers.read(said)
    if bound is None:
        return None
    return _one_sided(one[1] if one else "=", bound, value, line)


def _one_sided(sign: str, bound: Fraction, value: Fraction, line: int) -> Band:
    if sign in (">", ">="):
        return Band(bound, sign == ">=", None, False, value, line)
    if sign in ("<", "<="):
        return Band(None, False, bound, sign == "<=", value, line)
    return Band(bound, True, bound, True, value, line)


def _end(text: str) -> Fraction | bool | None:
    """A bound; None for an open end (empty, ∞); False for what is no number."""
    if text in ("", "-∞", "∞", "+∞", "-inf", "inf"):
        return None
    found = numbers.read(text)
    return False if found is None else found


def _number(end: Fraction | bool | None) -> Fraction | None:
    return end if isinstance(end, Fraction) else None


def written(band: Band) -> str:
    """The band in the same notation."""
    if band.low is None and band.high is None:
        return "otherwise"
    if band.high is None and band.low is not None:
        return f"{'>=' if band.low_in else '>'} {numbers.exact(band.low)}"
    if band.low is None and band.high is not None:
        return f"{'<=' if band.high_in else '<'} {numbers.exact(band.high)}"
    low, high = numbers.exact(band.low or Fraction(0)), numbers.exact(band.high or Fraction(0))
    if low == high:
        return low
    return f"{'[' if band.low_in else '('}{low}, {high}{']' if band.high_in else ')'}"


def low_end(band: Band) -> tuple[bool, Fraction, bool]:
    """Sorts bands from the lowest beginning up."""
    return (band.low is not None, band.low or Fraction(0), not band.low_in)


def reaches_higher(band: Band, other: Band) -> bool:
    if other.high is None:
        return False
    return band.high is None or (band.high, band.high_in) > (other.high, other.high_in)


def overlap(first: Band, second: Band) -> bool:
    """Whether a band and one that begins no lower share a value."""
    if first.high is None or second.low is None:
        return True
    return second.low < first.high or (second.low == first.high and second.low_in and first.high_in)


def gap(first: Band, second: Band) -> bool:
    """Whether a value between a band and one that begins higher lies in neither."""
    return (
        first.high is not None
        and second.low is not None
        and (second.low > first.high or (second.low == first.high and not (second.low_in or first.high_in)))
    )


def covers(outer: Band, inner: Band) -> bool:
    """Whether every value of the inner band lies in the outer."""
    low = outer.low is None or (
        inner.low is not None and (inner.low, not inner.low_in) >= (outer.low, not outer.low_in)
    )
    high = outer.high is None or (
        inner.high is not None and (inner.high, inner.high_in) <= (outer.high, outer.high_in)
    )
    return low and high
