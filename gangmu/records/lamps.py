"""Lamps (红黄绿灯) as a pure function: one colour and the reason for it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from gangmu.problems import Text
from gangmu.records.deadlines import Clock, days_left


class Colour(StrEnum):
    """Worst first. A lamp is never shown by colour alone: `SHAPE` and `WORD` stand beside it."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


WORD = {
    Colour.RED: Text("红灯", "red"),
    Colour.AMBER: Text("黄灯", "amber"),
    Colour.GREEN: Text("绿灯", "green"),
}
SHAPE = {Colour.RED: "▲", Colour.AMBER: "■", Colour.GREEN: "●"}


@dataclass(frozen=True, slots=True)
class Lamp:
    """A colour with its reason. days_left: by the deadline's clock, negative when late, None without a deadline."""

    colour: Colour
    reason: Text
    days_left: int | None = None

    @property
    def word(self) -> Text:
        return WORD[self.colour]

    @property
    def shape(self) -> str:
        return SHAPE[self.colour]


def lamp(
    done: datetime.date | None,
    due: datetime.date | None,
    today: datetime.date,
    amber_days: int,
    *,
    clock: Clock = Clock.PLAIN,
    progress: Decimal | None = None,
    expected: Decimal | None = None,
    amber_points: Decimal = Decimal(5),
    red_points: Decimal = Decimal(20),
) -> Lamp:
    """The lamp of something that is to be done by a day.

    done: the day it was done. Done is green, and the reason says whether in time.
    due: its last day; without one only progress can light a lamp.
    amber_days: this many days before the last day it turns amber, counted by `clock`.
    progress, expected: per cent done, and per cent that should be done today (序时进度); more than
    `amber_points` behind is amber, more than `red_points` behind is red, whatever the deadline says.
    """
    if done is not None:
        return _done(done, due, clock)
    left = None if due is None else days_left(clock, today, due)
    found = [
        *_by_deadline(left, amber_days, clock),
        *_by_progress(progress, expected, amber_points, red_points),
    ]
    if not found:
        return Lamp(Colour.GREEN, _green(left, clock), left)
    colour, reason = min(found, key=lambda one: list(Colour).index(one[0]))
    return Lamp(colour, reason, left)


def _done(done: datetime.date, due: datetime.date | None, clock: Clock) -> Lamp:
    if due is None:
        return Lamp(Colour.GREEN, Text("已办结", "done"))
    left = days_left(clock, done, due)
    if done <= due:
        return Lamp(Colour.GREEN, Text("按期办结", "done in time"), left)
    late = in_days(-left, clock)
    return Lamp(Colour.GREEN, Text(f"已办结，逾期{late.zh}", f"done, {late.en} late"), left)


def _by_deadline(left: int | None, amber_days: int, clock: Clock) -> list[tuple[Colour, Text]]:
    if left is None or left > amber_days:
        return []
    away = in_days(abs(left), clock)
    if left < 0:
        return [(Colour.RED, Text(f"逾期{away.zh}未办结", f"{away.en} overdue"))]
    if left == 0:
        return [(Colour.AMBER, Text("今天到期", "due today"))]
    return [(Colour.AMBER, Text(f"还有{away.zh}到期", f"due in {away.en}"))]


def _by_progress(
    progress: Decimal | None, expected: Decimal | None, amber_points: Decimal, red_points: Decimal
) -> list[tuple[Colour, Text]]:
    if progress is None or expected is None or expected - progress <= amber_points:
        return []
    behind = (expected - progress).quantize(Decimal("0.1"), ROUND_HALF_UP)
    colour = Colour.RED if expected - progress > red_points else Colour.AMBER
    return [
        (colour, Text(f"落后序时进度{behind}个百分点", f"{behind} percentage points behind schedule")),
    ]


def _green(left: int | None, clock: Clock) -> Text:
    if left is None:
        return Text("正常推进", "on schedule")
    away = in_days(left, clock)
    return Text(f"正常推进，还有{away.zh}到期", f"on schedule, due in {away.en}")


def in_days(count: int, clock: Clock) -> Text:
    """A number of days as the clock counts them: 3个工作日, `3 working days`; 1天, `1 day`."""
    zh, en = ("个工作日", "working day") if clock is Clock.WORKING else ("天", "day")
    return Text(f"{count}{zh}", f"{count} {en}{'' if count == 1 else 's'}")
