"""What a node of a score can be: an exact number, or no number and the reason."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gangmu.problems import Text

NO_TEXT = Text("", "")

MISSING = "missing"
"""A fact was not given."""
NOT_APPLICABLE = "not_applicable"
"""The fact says `/` or 不适用: the item does not exist for this unit."""
UNDEFINED = "undefined"
"""Facts are there, but the rule gives no answer (a target of zero, a value in no band)."""
OUTSIDE = "outside"
"""The indicator is not for this unit or group."""
SHARED_OUT = "shared_out"
"""Not applicable, and the rule book spreads its weight over the others."""

STATES = (MISSING, NOT_APPLICABLE, UNDEFINED, OUTSIDE, SHARED_OUT)


@dataclass(frozen=True, slots=True)
class Missing:
    """No value, and why. Never zero: only a rule of the rule book turns it into points."""

    state: str
    reason: Text


Value = Fraction | Missing

NOT_FOR_UNIT = Missing(OUTSIDE, Text("不考核本项", "not assessed on this"))
WEIGHT_SHARED_OUT = Missing(
    SHARED_OUT, Text("不适用，分值分摊到其他项", "not applicable, its weight is spread")
)

TOO_LONG = Missing(
    UNDEFINED, Text("结果的位数过多，请核对公式", "the result has too many digits: check the formula")
)


def truth(holds: bool) -> Fraction:
    return Fraction(1) if holds else Fraction(0)
