"""What a figure is: the values of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gangmu.figures.measures import Measure
from gangmu.problems import Text

FREQUENCIES = ("A", "S", "Q", "M")
NATURES = ("flow", "level", "ratio")
DIRECTIONS = ("up", "down", "none")
_UNSAID = Text("", "")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on ledger rows as declared: `{field, op, value}`; `unit` where the value has its own (亿元)."""

    field: str
    op: str
    value: Any = None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows of a ledger: conditions, what dates them, and the stages they may stand at.

    dated: ("stage", code) first reached, ("field", code), ("line", kind), or None for the stock at the period's end.
    """

    where: tuple[Condition, ...] = ()
    dated: tuple[str, str] | None = None
    at_stage: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One number over rows: their count, the distinct values of a field, or the sum of one.

    rows: alternatives that do not overlap; their numbers are added up. whole_year: over the year that holds
    the period (a yearly plan against a quarter's work).
    """

    aggregate: str
    field: str
    rows: tuple[Rows, ...]
    whole_year: bool = False


@dataclass(frozen=True, slots=True)
class Quantity:
    """What a ledger figure can be asked: a term, or a term over another (then in per cent).

    unit_of_measure, decimals: of its values; the term is converted from the field's own unit.
    """

    measure: str
    name: Text
    numerator: Term
    denominator: Term | None
    unit_of_measure: str
    decimals: int


@dataclass(frozen=True, slots=True)
class Series:
    """Imported observations."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Rows of a declared register. `title`: the field that names a row (measure `names`)."""

    register: str
    quantities: Mapping[str, Quantity] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Formula:
    """Arithmetic over other figures: `{projects_started.count} + {projects_continued.count}`."""

    expression: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A source that a storey above registers under this name (`gangmu.figures.sources`)."""

    name: str


Source = Series | Ledger | Formula | Registered


@dataclass(frozen=True, slots=True)
class Figure:
    """A named quantity of the catalogue (指标).

    unit_of_measure: of `value` and `count`. also_in: other words for the same unit (万户 for 万个).
    nature: `flow` adds up over time, `level` stands at a moment, `ratio` does neither.
    cumulative: observations run from 1 January to the end of their period.
    constant_prices: issued growth is real; growth computed from values would be nominal, and says so.
    additive: parts of units add up to the whole (not so of a value per head).
    parent: the area that `share(parent)` divides by. measures: what it is usually asked for; the first is the default.
    file, line: where it is declared.
    """

    code: str
    name_zh: str
    name_en: str
    unit_of_measure: str
    decimals: int
    source: Source
    measures: tuple[str, ...]
    aliases: tuple[str, ...] = ()
    also_in: tuple[str, ...] = ()
    coverage: Text = _UNSAID
    definition: Text = _UNSAID
    frequency: str = "A"
    nature: str = "flow"
    cumulative: bool = False
    constant_prices: bool = False
    additive: bool = True
    direction: str = "up"
    parent: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        return self.code

    @property
    def name(self) -> Text:
        return Text(self.name_zh, self.name_en)

    @property
    def default_measure(self) -> Measure:
        """What is meant where nothing is said: the first declared measure."""
        measure = Measure.parse(self.measures[0])
        assert measure is not None, f"{self.code}: checked by the catalogue"
        return measure

    @property
    def kept_in(self) -> str:
        """The ledger it is computed from; empty for any other source."""
        return self.source.register if isinstance(self.source, Ledger) else ""
