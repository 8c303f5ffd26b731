"""Ranges of places: the first on the left, the bar around its dot, everything inside its drawing."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import pytest
from django.template import Context, Template

from gangmu.web.ranges import Range, RangeChart, RangeDrawing


def place(name: str, *places: str, own: bool = False) -> Range:
    at, low, start, end, high = map(Decimal, places)
    return Range(name, at, low, start, end, high, own)


def chart() -> RangeChart:
    rows = [
        place("统计局", "1", "1", "1", "2", "4"),
        place("区直机关工委", "2", "1", "2", "2", "3", own=True),
    ]
    return RangeChart("部门：位次的范围", [*rows, place("档案馆", "3", "2", "2.5", "3", "4")], 17, "说明")


@pytest.mark.parametrize("size", ["wide", "narrow"])
def test_line_bar_and_dot_lie_in_order_within_the_drawing(size: str) -> None:
    drawing: RangeDrawing = getattr(chart(), size)

    for one in drawing.rows:
        assert drawing.left <= one.bar[0] <= one.dot <= one.bar[0] + one.bar[1] <= drawing.right
        assert drawing.left <= one.line[0] <= one.dot <= one.line[1] <= drawing.right
        assert one.y < drawing.height
    assert [one.dot for one in drawing.rows] == sorted(one.dot for one in drawing.rows)
    assert drawing.left < drawing.width / 2


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("units", [1, 2, 9, 17, 60, 200])
def test_places_on_the_axis_begin_with_one_and_do_not_touch(size: str, units: int) -> None:
    row = place("甲", "1", "1", "1", "1", str(units))

    ticks = getattr(RangeChart("位次", [row], units), size).ticks

    assert ticks[0][1] == 1
    assert all(after[0] - before[0] >= 12 for before, after in pairwise(ticks))


def test_a_bar_is_said_in_words_and_one_place_stays_one() -> None:
    assert [row.mostly for row in chart().rows] == ["1—2", "2", "2.5—3"]
    assert [row.whole for row in chart().rows] == ["1—4", "1—3", "2—4"]


def test_it_is_drawn_wide_and_narrow_and_marks_the_readers_own() -> None:
    html = Template("{% load components %}{% range_chart chart %}").render(Context({"chart": chart()}))

    assert html.count("<svg") == 2
    assert html.count("range-own") == 2
    assert html.count('aria-label="部门：位次的范围"') == 2
    assert "2 区直机关工委" in html
