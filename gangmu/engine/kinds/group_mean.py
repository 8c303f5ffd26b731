"""同组平均为基准: the full mark at or above the group's mean, so many points less for each per cent below."""

from gangmu.engine.kind import (
    ACTUAL,
    AMONG,
    BEST,
    CHOICE,
    NUMBER,
    OF,
    YES,
    Given,
    Kind,
    Line,
    Parameter,
)
from gangmu.problems import Text


def _lines(given: Given) -> tuple[Line, ...]:
    over = "all" if given["among"] == "all" else "group"
    short = "mean - value" if given["best"] == "high" else "value - mean"
    if given["measured"] == "percent_of_mean":
        short = f"when(mean != 0, ({short}) / mean * 100)"
    steps = "max(short, 0) / step"
    if given["whole"] == "yes":
        steps = f"whole({steps})"
    return (
        Line("value", "of", Text("计分值", "value judged")),
        Line("mean", f"{over}_mean(value)", Text("平均值", "mean")),
        Line("short", short, Text("低于平均", "below the mean")),
        Line("score", f"max(full - {steps} * each, floor)"),
    )


KIND = Kind(
    code="group_mean",
    name=Text("以平均值为基准", "group mean as base"),
    about=Text(
        "不低于同组平均值得满分，每低1%扣几分",
        "the full mark at or above the mean of the group, points less for each per cent below",
    ),
    fields=(ACTUAL,),
    parameters=(
        OF,
        BEST,
        AMONG,
        Parameter("each", NUMBER, Text("每低一档扣几分", "points for each step below")),
        Parameter("step", NUMBER, Text("一档有多大", "size of a step"), "1"),
        Parameter(
            "measured",
            CHOICE,
            Text("差距按平均值的百分比还是自然单位", "the gap in per cent of the mean or in natural units"),
            "percent_of_mean",
            ("percent_of_mean", "natural"),
        ),
        Parameter("whole", YES, Text("不足一档的不算", "whole steps only"), "no"),
        Parameter("floor", NUMBER, Text("最低分", "least points"), "0"),
    ),
    lines=_lines,
    sentence=Text(
        "数值{value}，平均{mean}，满分{full}分，得{score}分",
        "{value} against a mean of {mean}; of {full} points {score}",
    ),
    reach=lambda given: "mean",
    lowers=lambda given: given["best"] == "low",
)
