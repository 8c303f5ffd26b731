"""Lamps: one colour, one reason."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from gangmu.problems import Text
from gangmu.records.deadlines import Clock
from gangmu.records.lamps import Colour, Lamp, lamp

TODAY = date(2026, 3, 16)


@pytest.mark.parametrize(
    ("done", "due", "expected"),
    [
        (None, date(2026, 3, 15), Lamp(Colour.RED, Text("逾期1天未办结", "1 day overdue"), -1)),
        (None, date(2026, 3, 16), Lamp(Colour.AMBER, Text("今天到期", "due today"), 0)),
        (None, date(2026, 3, 19), Lamp(Colour.AMBER, Text("还有3天到期", "due in 3 days"), 3)),
        (
            None,
            date(2026, 3, 20),
            Lamp(Colour.GREEN, Text("正常推进，还有4天到期", "on schedule, due in 4 days"), 4),
        ),
        (None, None, Lamp(Colour.GREEN, Text("正常推进", "on schedule"))),
        (date(2026, 3, 12), date(2026, 3, 12), Lamp(Colour.GREEN, Text("按期办结", "done in time"), 0)),
        (
            date(2026, 3, 14),
            date(2026, 3, 12),
            Lamp(Colour.GREEN, Text("已办结，逾期2天", "done, 2 days late"), -2),
        ),
        (date(2026, 3, 14), None, Lamp(Colour.GREEN, Text("已办结", "done"))),
    ],
)
def test_a_lamp_by_the_day_it_is_due(done, due, expected):
    assert lamp(done, due, TODAY, 3) == expected


def test_three_working_days_reach_over_a_weekend():
    friday = date(2026, 3, 13)

    assert lamp(None, date(2026, 3, 18), friday, 3, clock=Clock.WORKING) == Lamp(
        Colour.AMBER, Text("还有3个工作日到期", "due in 3 working days"), 3
    )


@pytest.mark.parametrize(
    ("progress", "colour", "reason"),
    [
        ("45", Colour.GREEN, "正常推进，还有290天到期"),
        ("44.95", Colour.AMBER, "落后序时进度5.1个百分点"),  # half up, as everywhere
        ("30", Colour.AMBER, "落后序时进度20.0个百分点"),
        ("29", Colour.RED, "落后序时进度21.0个百分点"),
    ],
)
def test_a_lamp_by_the_schedule(progress, colour, reason):
    found = lamp(None, date(2026, 12, 31), TODAY, 3, progress=Decimal(progress), expected=Decimal(50))

    assert (found.colour, found.reason.zh) == (colour, reason)


def test_the_worst_of_deadline_and_schedule_decides():
    found = lamp(None, TODAY, TODAY, 3, progress=Decimal(10), expected=Decimal(90))

    assert (found.colour, found.reason.zh) == (Colour.RED, "落后序时进度80.0个百分点")


def test_a_lamp_is_told_by_word_and_shape_too():
    assert [(Lamp(c, Text("", "")).word.zh, Lamp(c, Text("", "")).shape) for c in Colour] == [
        ("红灯", "▲"),
        ("黄灯", "■"),
        ("绿灯", "●"),
    ]
