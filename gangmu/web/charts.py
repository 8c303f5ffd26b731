"""Charts drawn on the server as SVG: no script, they print, and each has its table beside it.

Values stay decimals; only pixels are floats. Colours and weights come from the style sheet by class.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from gangmu.web.cells import Number, printed

Role = Literal["now", "past", "target", "context"]
LABEL_GAP = 15.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chart, a value a tick; None is a gap, never zero.

    role: `now` this year in ink, `past` last year in grey, `target` a thin line, `context` thin grey.
    """

    name: str
    points: Sequence[Decimal | None]
    role: Role = "now"

    def last(self) -> tuple[int, Decimal] | None:
        """The place and value of the last point that has one."""
        for index in range(len(self.points) - 1, -1, -1):
            value = self.points[index]
            if value is not None:
                return index, value
        return None


@dataclass(frozen=True, slots=True)
class Tick:
    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Label:
    """A direct label at the end of a line."""

    x: float
    y: float
    text: str
    role: Role


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    role: Role


@dataclass(frozen=True, slots=True)
class Stroke:
    """A drawn line: SVG path data; gaps start a new subpath."""

    path: str
    role: Role


@dataclass(frozen=True, slots=True)
class Drawing:
    """A line chart at one size, ready for the template."""

    width: int
    height: int
    left: float
    right: float
    baseline: float
    zero: float | None
    strokes: list[Stroke]
    dots: list[Dot]
    labels: list[Label]
    across: list[Tick]
    up: list[Tick]

    @property
    def up_x(self) -> float:
        return self.left - 6

    @property
    def across_y(self) -> float:
        return self.baseline + 18


@dataclass(frozen=True, slots=True)
class LineChart:
    """Lines over ticks (months, quarters, years) with a title, a unit and a source line."""

    title: str
    unit: str
    ticks: Sequence[str]
    lines: Sequence[Line]
    decimals: int = 1
    source: str = ""
    note: str = ""
    key: str = "chart"
    from_zero: bool = False

    @property
    def has_values(self) -> bool:
        return any(line.last() for line in self.lines)

    @property
    def wide(self) -> Drawing:
        return draw(self, 720, 300)

    @property
    def narrow(self) -> Drawing:
        return draw(self, 340, 240)

    def table(self) -> list[tuple[str, list[Number]]]:
        """The same values as rows: (tick, a number a line)."""
        return [
            (tick, [Number(_at(line.points, i), self.decimals) for line in self.lines])
            for i, tick in enumerate(self.ticks)
        ]


@dataclass(frozen=True, slots=True)
class Sparkline:
    """A word-sized line: this year, with last year in grey behind it."""

    now: Sequence[Decimal | None]
    past: Sequence[Decimal | None] = ()
    label: str = ""
    width: int = 200
    height: int = 40

    @property
    def strokes(self) -> list[Stroke]:
        scale = _Scale.over([*self.now, *self.past], self.height - 4, 4, from_zero=False)
        if scale is None:
            return []
        steps = max(len(self.now), len(self.past), 2)
        lines: list[tuple[Sequence[Decimal | None], Role]] = [(self.past, "past"), (self.now, "now")]
        return [
            Stroke(path, role)
            for points, role in lines
            if (path := _path(points, lambda i: 4 + i * (self.width - 8) / (steps - 1), scale.y))
        ]

    @property
    def dot(self) -> Dot | None:
        scale = _Scale.over([*self.now, *self.past], self.height - 4, 4, from_zero=False)
        last = Line("", self.now).last()
        if scale is None or last is None:
            return None
        steps = max(len(self.now), len(self.past), 2)
        return Dot(round(4 + last[0] * (self.width - 8) / (steps - 1), 1), scale.y(last[1]), "now")


@dataclass(frozen=True, slots=True)
class RankedBar:
    """One bar of a ranking: `own` is ours, set in ink; the others stay grey."""

    name: str
    value: Decimal | None
    own: bool = False
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars as a table, so that they are read out, copied and printed like one."""

    title: str
    unit: str
    bars: Sequence[RankedBar]
    decimals: int = 1
    source: str = ""
    key: str = "bars"
    rows: list[tuple[RankedBar, Number, BarShape]] = field(init=False)

    def __post_init__(self) -> None:
        values = [bar.value for bar in self.bars if bar.value is not None]
        low, high = min([Decimal(0), *values]), max([Decimal(0), *values])
        shapes = [
            (bar, Number(bar.value, self.decimals), BarShape.of(bar.value, low, high)) for bar in self.bars
        ]
        object.__setattr__(self, "rows", shapes)


@dataclass(frozen=True, slots=True)
class BarShape:
    """Where a bar starts and how long it is, in per cent of the cell; zero keeps its place for negatives."""

    start: str
    length: str
    zero: str

    @classmethod
    def of(cls, value: Decimal | None, low: Decimal, high: Decimal) -> BarShape:
        span = high - low or Decimal(1)
        zero = -low / span * 100
        if value is None:
            return cls(printed(zero, 2), "0", printed(zero, 2))
        length = abs(value) / span * 100
        start = zero if value >= 0 else zero - length
        return cls(printed(start, 2), printed(length, 2), printed(zero, 2))


def draw(chart: LineChart, width: int, height: int) -> Drawing:
    """Lay a chart out: nice ticks, gaps where values are missing, labels at the ends that do not collide."""
    narrow = width < 500
    top, bottom = 14.0, height - 26.0
    target = [value for line in chart.lines for value in line.points]
    scale = _Scale.over(target, bottom, top, from_zero=chart.from_zero) or _Scale(0.0, 1.0, 0.5, bottom, top)
    left = 10.0 + 7.2 * max(len(_tick_text(value, scale.step)) for value in scale.ticks())
    room = (
        0.0
        if narrow
        else 12.0 + max((text_width(_label_text(chart, line)) for line in chart.lines), default=0)
    )
    right = width - (room if room else 12.0)
    steps = max(len(chart.ticks), 2)

    def x(index: int) -> float:
        return round(left + index * (right - left) / (steps - 1), 1)

    ends = [(line, last) for line in chart.lines if (last := line.last())]
    return Drawing(
        width=width,
        height=height,
        left=left,
        right=right,
        baseline=bottom,
        zero=scale.y(Decimal(0)) if scale.low < 0 < scale.high else None,
        strokes=[Stroke(_path(line.points, x, scale.y), line.role) for line in _back_to_front(chart.lines)],
        dots=[Dot(x(i), scale.y(value), line.role) for line, (i, value) in ends if line.role != "target"],
        labels=_spread(
            [
                Label(right + 8.0, scale.y(value), _label_text(chart, line), line.role)
                for line, (_, value) in ends
                if not narrow
            ],
            top,
            bottom,
        ),
        across=_across(chart.ticks, x, 5 if narrow else 12),
        up=[Tick(scale.y(Decimal(repr(value))), _tick_text(value, scale.step)) for value in scale.ticks()],
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """Values to pixels, with a round step."""

    low: float
    high: float
    step: float
    bottom: float
    top: float

    @classmethod
    def over(
        cls, values: Iterable[Decimal | None], bottom: float, top: float, *, from_zero: bool
    ) -> _Scale | None:
        known = [float(value) for value in values if value is not None]
        if not known:
            return None
        low, high = min(known), max(known)
        if from_zero:
            low, high = min(low, 0.0), max(high, 0.0)
        if low == high:
            low, high = low - abs(low or 1) / 2, high + abs(high or 1) / 2
        step = _nice((high - low) / 4)
        return cls(math.floor(low / step) * step, math.ceil(high / step) * step, step, bottom, top)

    def y(self, value: Decimal) -> float:
        part = (float(value) - self.low) / (self.high - self.low)
        return round(self.bottom - part * (self.bottom - self.top), 1)

    def ticks(self) -> list[float]:
        count = round((self.high - self.low) / self.step)
        return [round(self.low + i * self.step, 10) for i in range(count + 1)]


def _nice(raw: float) -> float:
    """The next round step above: 1, 2, 2.5 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(raw))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * 0.999)


def _tick_text(value: float, step: float) -> str:
    decimals = max(0, -math.floor(math.log10(step))) + (1 if f"{step:e}".startswith("2.5") else 0)
    return printed(Decimal(repr(value)), decimals if step < 10 else 0)


def _label_text(chart: LineChart, line: Line) -> str:
    last = line.last()
    return line.name if last is None else f"{line.name} {printed(last[1], chart.decimals)}"


def text_width(text: str) -> float:
    """Roughly, at 13 px: a Chinese character is 13 wide, a digit 7.5."""
    return sum(13.0 if ord(character) > 0x2E80 else 7.5 for character in text)


def _path(points: Sequence[Decimal | None], x: Callable[[int], float], y: Callable[[Decimal], float]) -> str:
    """`M` after every gap, `L` between neighbours; a lone point is a stroke of no length."""
    parts: list[str] = []
    pen_down = False
    for index, value in enumerate(points):
        if value is None:
            pen_down = False
            continue
        parts.append(f"{'L' if pen_down else 'M'}{x(index):g} {y(value):g}")
        pen_down = True
    return " ".join(parts)


def _across(ticks: Sequence[str], x: Callable[[int], float], most: int) -> list[Tick]:
    """At most `most` ticks, evenly taken, the last one always among them."""
    every = max(1, math.ceil(len(ticks) / most))
    last = len(ticks) - 1
    return [Tick(x(i), text) for i, text in enumerate(ticks) if (last - i) % every == 0]


def _spread(labels: list[Label], top: float, bottom: float) -> list[Label]:
    """Push labels apart until none covers another, keeping their order."""
    placed: list[Label] = []
    for label in sorted(labels, key=lambda one: one.y):
        y = max(label.y, placed[-1].y + LABEL_GAP) if placed else max(label.y, top)
        placed.append(Label(label.x, y, label.text, label.role))
    over = (placed[-1].y - bottom) if placed else 0.0
    return [Label(one.x, round(one.y - max(over, 0.0), 1), one.text, one.role) for one in placed]


def _back_to_front(lines: Sequence[Line]) -> list[Line]:
    order: dict[Role, int] = {"context": 0, "past": 1, "target": 2, "now": 3}
    return sorted(lines, key=lambda line: order[line.role])


def _at(points: Sequence[Decimal | None], index: int) -> Decimal | None:
    return points[index] if index < len(points) else None
