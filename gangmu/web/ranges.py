"""Ranges of places drawn on the server as SVG: a row each, a dot for where it stands, a bar for where it mostly lies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from gangmu.web.cells import printed
from gangmu.web.charts import text_width

ROW, HEAD, PAD = 28, 26, 5.0


@dataclass(frozen=True, slots=True)
class Range:
    """One row. at: its own place; low and high: the outermost; from_, to: where it mostly lies; own: the reader's."""

    name: str
    at: Decimal
    low: Decimal
    from_: Decimal
    to: Decimal
    high: Decimal
    own: bool = False

    @property
    def place(self) -> str:
        return _place(self.at)

    @property
    def mostly(self) -> str:
        """The bar in words: `2—5`, or one place."""
        return between(self.from_, self.to)

    @property
    def whole(self) -> str:
        return between(self.low, self.high)


def between(low: Decimal, high: Decimal) -> str:
    return _place(low) if low == high else f"{_place(low)}—{_place(high)}"


def _place(value: Decimal) -> str:
    return printed(value, 0 if value == value.to_integral_value() else 1)


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A row in pixels."""

    row: Range
    y: float
    dot: float
    line: tuple[float, float]
    bar: tuple[float, float]

    @property
    def bar_y(self) -> float:
        return self.y - 5


@dataclass(frozen=True, slots=True)
class RangeDrawing:
    width: int
    height: int
    left: float
    right: float
    bottom: float
    ticks: list[tuple[float, int]]
    rows: list[DrawnRow]


@dataclass(frozen=True, slots=True)
class RangeChart:
    """Ranges of places among `size`, in the order given, best first. title: read out, the page has its own heading."""

    title: str
    rows: Sequence[Range]
    size: int
    note: str = ""
    key: str = "ranges"
    wide: RangeDrawing = field(init=False)
    narrow: RangeDrawing = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wide", _draw(self, 720))
        object.__setattr__(self, "narrow", _draw(self, 340))


def _draw(chart: RangeChart, width: int) -> RangeDrawing:
    """Names on the left, places across the middle with 1 first, the bar in words on the right."""
    left = 14.0 + max((text_width(f"{row.place} {row.name}") for row in chart.rows), default=0.0)
    room = 14.0 + max((text_width(row.mostly) for row in chart.rows), default=0.0)
    left, right = min(left, width * 0.45), width - room
    last = max(chart.size, 2)

    def x(place: Decimal) -> float:
        return round(left + PAD + (float(place) - 1) / (last - 1) * (right - left - 2 * PAD), 1)

    rows = []
    for index, row in enumerate(chart.rows):
        y = HEAD + ROW * index + ROW / 2
        start, end = x(row.from_) - PAD, x(row.to) + PAD
        rows.append(DrawnRow(row, y, x(row.at), (x(row.low), x(row.high)), (start, round(end - start, 1))))
    every = math.ceil(last / (8 if width < 500 else 20))
    places = [1, *(place for place in range(2, last + 1) if place % every == 0 and place - 1 > every / 2)]
    bottom = float(HEAD + ROW * len(rows))
    ticks = [(x(Decimal(place)), place) for place in places]
    return RangeDrawing(width, int(bottom) + 8, left, right, bottom, ticks, rows)
