"""Dates as numbers: a fact that says a day counts as the number of that day, so that days late are a difference."""

from __future__ import annotations

import re
from datetime import date
from fractions import Fraction

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ T]00:00(?::00)?)?")


def read(text: str) -> Fraction | None:
    """The day a text says, counted from the first day of year 1; None when it says none.

    >>> read("2018-07-31") - read("2018年7月1日"), read("2018-02-30"), read("3.5")
    (Fraction(30, 1), None, None)
    """
    found = _DATE.fullmatch(text.strip())
    if found is None:
        return None
    try:
        return Fraction(date(int(found[1]), int(found[2]), int(found[3])).toordinal())
    except ValueError:
        return None


def shown(day: Fraction) -> str:
    """The day as a date; the number itself where it is none."""
    if day.denominator != 1 or not 1 <= day <= date.max.toordinal():
        return str(day)
    return date.fromordinal(int(day)).isoformat()
