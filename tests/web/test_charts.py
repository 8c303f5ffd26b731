"""Charts: gaps stay gaps, labels do not cover one another, the axis is round."""

from __future__ import annotations

import itertools
from decimal import Decimal

from django.template import Context, Template

from gangmu.web.charts import Bars, Line, LineChart, RankedBar, Sparkline, draw
from tests.web.gallery import chart


def line(*values: str | None) -> list[Decimal | None]:
    return [None if value is None else Decimal(value) for value in values]


def test_a_missing_month_is_a_gap_and_not_a_zero() -> None:
    drawing = draw(
        LineChart("速", "%", ["1月", "2月", "3月", "4月"], [Line("今年", line("1", "2", None, "4"))]),
        720,
        300,
    )

    path = drawing.strokes[0].path
    assert [part[0] for part in path.split(" ") if part[0] in "ML"] == ["M", "L", "M"]
    assert f"{drawing.baseline:g}" not in path.split("M")[2]


def test_the_axis_is_round_and_holds_every_value() -> None:
    drawing = draw(LineChart("速", "%", ["1", "2"], [Line("今年", line("-2.3", "5.6"))]), 720, 300)

    assert [tick.text for tick in drawing.up] == ["−4", "−2", "0", "2", "4", "6"]
    assert drawing.zero is not None


def test_a_line_of_equal_values_has_a_scale() -> None:
    assert draw(LineChart("速", "%", ["1", "2"], [Line("今年", line("6", "6"))]), 720, 300).up


def test_labels_at_the_line_ends_keep_apart() -> None:
    lines = [Line(name, line("1", value)) for name, value in (("甲", "5.0"), ("乙", "5.0"), ("丙", "5.1"))]
    ys = sorted(label.y for label in draw(LineChart("速", "%", ["1", "2"], lines), 720, 300).labels)

    assert all(lower - upper >= 15 for upper, lower in itertools.pairwise(ys))


def test_a_chart_without_values_says_so() -> None:
    empty = LineChart("速", "%", ["1"], [Line("今年", line(None))])

    assert "还没有可画的数据" in rendered("line_chart", empty)


def test_a_chart_carries_its_values_as_a_table() -> None:
    rows = [(tick, [number.text() for number in numbers]) for tick, numbers in chart().table()]

    assert rows[0] == ("1月", ["—", "4.2", "6.0"])
    assert rows[9] == ("10月", ["5.5", "5.1", "6.0"])
    assert len(rows) == 12


def test_components_carry_no_inline_style_or_script() -> None:
    bars = Bars("速", "%", [RankedBar("甲", Decimal("1")), RankedBar("乙", None)])
    html = (
        rendered("line_chart", chart())
        + rendered("bars", bars)
        + rendered("sparkline", Sparkline(line("1", "2")))
    )

    assert "style=" not in html and "<script" not in html and " on" + "click" not in html


def test_bars_start_at_zero_on_either_side() -> None:
    bars = Bars(
        "速", "%", [RankedBar("甲", Decimal("6")), RankedBar("乙", Decimal("-2")), RankedBar("丙", None)]
    )

    assert [(s.start, s.length) for _, _, s in bars.rows] == [
        ("25.00", "75.00"),
        ("0.00", "25.00"),
        ("25.00", "0"),
    ]


def rendered(tag: str, value: object) -> str:
    return Template(f"{{% load components %}}{{% {tag} value %}}").render(Context({"value": value}))
