"""Formulas as trees of some three dozen node kinds. A node says only what it takes; interpreters give it meaning.

Every node yields a rational or says why there is none (`Missing`). Truth is 1 and 0.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


class Expression:
    """A node. Subclasses are frozen and have slots: a plan can be shared, compared and walked."""

    __slots__: tuple[str, ...] = ()

    def children(self) -> Iterator[Expression]:
        for name in self.__slots__:
            yield from _within(getattr(self, name))

    def walk(self) -> Iterator[Expression]:
        """This node and all below it."""
        yield self
        for child in self.children():
            yield from child.walk()


def _within(value: object) -> Iterator[Expression]:
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _within(part)


@dataclass(frozen=True, slots=True)
class Const(Expression):
    value: Fraction


@dataclass(frozen=True, slots=True)
class Nothing(Expression):
    """No value, for a reason a person can read. state: one of `values.STATES`."""

    state: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Field(Expression):
    """A fact of the unit: one field of an indicator, not of an event."""

    indicator: str
    field: str


@dataclass(frozen=True, slots=True)
class OverScorers(Expression):
    """One field as several scorers gave it, put together: `mean`, `sum`, `trimmed` or `weighted` by `weights`."""

    indicator: str
    field: str
    how: str
    weights: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Ref(Expression):
    """The value of another node of the plan, for the same unit and period."""

    node: str


@dataclass(frozen=True, slots=True)
class Lookup(Expression):
    """A constant that differs by unit or by group. by: `unit` | `group`; `otherwise` where there is no entry."""

    by: str
    table: tuple[tuple[str, Expression], ...]
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Add(Expression):
    terms: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Sub(Expression):
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Mul(Expression):
    factors: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Div(Expression):
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Min(Expression):
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Max(Expression):
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Compare(Expression):
    """op: `<` `<=` `>` `>=` `==` `!=`."""

    op: str
    left: Expression
    right: Expression


COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
"""What `Compare.op` means, of numbers and of columns of numbers alike."""


@dataclass(frozen=True, slots=True)
class All(Expression):
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Some(Expression):
    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not(Expression):
    part: Expression


@dataclass(frozen=True, slots=True)
class When(Expression):
    """The first case whose condition holds; `otherwise` where none does."""

    cases: tuple[tuple[Expression, Expression], ...]
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Band:
    """An interval with its value. None: no bound on that side. `low_in`, `high_in`: the end belongs to it (含)."""

    low: Fraction | None
    low_in: bool
    high: Fraction | None
    high_in: bool
    value: Fraction
    line: int = 0

    def holds(self, value: Fraction) -> bool:
        above = self.low is None or value > self.low or (self.low_in and value == self.low)
        below = self.high is None or value < self.high or (self.high_in and value == self.high)
        return above and below


@dataclass(frozen=True, slots=True)
class Table(Expression):
    """The value of the band that holds `of`. In no band: undefined, and the rule book has a hole."""

    of: Expression
    bands: tuple[Band, ...]


@dataclass(frozen=True, slots=True)
class Listed(Expression):
    """The n-th of a list, counted from 1; past its end `beyond`. A mean rank (2.5) takes the mean of its two places."""

    of: Expression
    values: tuple[Fraction, ...]
    beyond: Expression


@dataclass(frozen=True, slots=True)
class Round(Expression):
    of: Expression
    decimals: int
    mode: str


@dataclass(frozen=True, slots=True)
class IsMissing(Expression):
    """1 where `of` has no value in one of the `states` (none given: in any), else 0."""

    of: Expression
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ln(Expression):
    of: Expression
    decimals: int


@dataclass(frozen=True, slots=True)
class Log10(Expression):
    """Decimal logarithm; undefined at zero and below."""

    of: Expression
    decimals: int


@dataclass(frozen=True, slots=True)
class Exp(Expression):
    """e to the power of `of`."""

    of: Expression
    decimals: int


@dataclass(frozen=True, slots=True)
class Power(Expression):
    base: Expression
    exponent: Expression
    decimals: int


@dataclass(frozen=True, slots=True)
class Across(Expression):
    """Several values of one unit put together, all of the same weight.

    how: mean, sum, min, max, median, sd, sample_sd, geometric, harmonic, or count (of those that have a value).
    known: those that have no value are left out; else one without a value leaves the whole without (but count).
    Nothing known: missing. Roots and powers at `decimals`.
    """

    how: str
    parts: tuple[Expression, ...]
    known: bool = False
    decimals: int = 30


@dataclass(frozen=True, slots=True)
class Has(Expression):
    """1 where the unit's attribute says `text`, else 0. `unit` and `period` are attributes of every unit."""

    attribute: str
    text: str


@dataclass(frozen=True, slots=True)
class Elsewhere(Expression):
    """`of` as another unit has it (`unit`: its code or name; empty: the same), or in another period.

    period: that period. back: so many of the unit's periods before, in the order of their texts. Missing where there
    is no such unit or period.
    """

    of: Expression
    unit: str = ""
    period: str = ""
    back: int = 0


# Nodes over many units say among whom, by `scope`: `group` (the unit's own group), `all`, `group:CODE`,
# `same:ATTRIBUTE` (units whose attribute says the same; none where it is empty), each within the period;
# `own` (the unit over all of its periods) and `ever` (all units over all periods).


@dataclass(frozen=True, slots=True)
class OverGroup(Expression):
    """One number of `of` over the units that have a value.

    how: mean, min, max, sum, count, median, sd (of the population), sample_sd (÷ n − 1), skew and kurtosis (of the
    sample, corrected for its size: the SKEW and KURT of spreadsheets). Irrational ones at `decimals`.
    """

    how: str
    of: Expression
    scope: str = "group"
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Quantile(Expression):
    """The value below which a `share` (0 to 1) of the values lies. rule: see `distribution.QUANTILES`."""

    of: Expression
    share: Fraction
    rule: str = "linear"
    scope: str = "all"


@dataclass(frozen=True, slots=True)
class Skewed(Expression):
    """1 where |skew| ≥ `skew` and kurtosis ≥ `kurtosis` over the units, else 0; decided exactly."""

    of: Expression
    skew: Fraction
    kurtosis: Fraction
    scope: str = "all"


@dataclass(frozen=True, slots=True)
class Winsorised(Expression):
    """`of` with outliers drawn in: while the values are `Skewed`, the extreme ones on the side the skew points to
    take the value next to them, as long as no more than `most` units are moved.
    """

    of: Expression
    most: int
    skew: Fraction
    kurtosis: Fraction
    scope: str = "all"


@dataclass(frozen=True, slots=True)
class Rank(Expression):
    """Place of `of` among the units, 1 the best. order: `high` or `low` is best; ties: see `ranking`."""

    of: Expression
    order: str = "high"
    ties: str = "share"
    scope: str = "group"


OVER_UNITS = (OverGroup, Quantile, Skewed, Winsorised, Rank)
"""Nodes whose value hangs on other units: each has `of` and `scope`."""


@dataclass(frozen=True, slots=True)
class OverEvents(Expression):
    """sum, count, max or min of `of` over the events of an indicator; without events 0.

    by: a text field; of events that share it only the highest counts (同项取最高). least, most: bounds of each
    event's own value. beside: facts of the indicator itself; what is neither an event's nor a scorer's and has only
    these is no event.
    """

    how: str
    indicator: str
    of: Expression
    by: str = ""
    least: Expression | None = None
    most: Expression | None = None
    beside: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventField(Expression):
    """A number of the event at hand."""

    field: str


@dataclass(frozen=True, slots=True)
class Choose(Expression):
    """The number that a text stands for: the level of the event at hand, or the answer of a judge."""

    indicator: str
    field: str
    table: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True, slots=True)
class Combine(Expression):
    """Parts of a score put together. how: sum, weighted, mean, geometric, harmonic, median, min, max, trimmed.

    `parts` are (node, weight, full). A part that is not in the unit's scope is left out; one that is not applicable
    and whose weight is to be redistributed too, the rest is then scaled up to the whole. least: so much must be
    there, of the `counted`: `parts` (their number), `share` (of their number) or `weight` (share of their weights);
    parts that are missing or not applicable are then left out in the same way. None: none may be missing.
    """

    how: str
    parts: tuple[tuple[Expression, Expression, Expression], ...]
    decimals: int = 30
    least: Fraction | None = None
    counted: str = "parts"
