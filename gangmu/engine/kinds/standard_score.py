"""标准分: how many standard deviations a value lies from the mean of its group, on a scale of a hundred."""

from gangmu.engine.kind import ACTUAL, AMONG, BEST, NUMBER, OF, YES, Given, Kind, Line, Parameter
from gangmu.problems import Text


def _lines(given: Given) -> tuple[Line, ...]:
    over = "all" if given["among"] == "all" else "group"
    spread = f"{over}_sd(value)"
    if given["sample"] == "yes":
        square = f"{over}_sum((value - mean) * (value - mean))"
        count = f"({over}_count(value) - 1)"
        spread = f"when({count} > 0, power({square} / {count}, 0.5), 0)"
    above = "value - mean" if given["best"] == "high" else "mean - value"
    points = "centre + spread * z"
    if given["clip"] == "yes":
        points = f"clamp({points}, 0, 100)"
    return (
        Line("value", "of", Text("计分值", "value judged")),
        Line("mean", f"{over}_mean(value)", Text("平均值", "mean")),
        Line("deviation", spread, Text("标准差", "standard deviation")),
        Line("z", f"when(deviation > 0, ({above}) / deviation, 0)", Text("标准化值", "z")),
        Line("score", f"full * ({points}) / 100"),
    )


KIND = Kind(
    code="standard_score",
    name=Text("标准分", "standard score"),
    about=Text(
        "(数值−组内平均)÷标准差，每个标准差值 spread 分，平均水平为 centre 分（百分制），再折算为分值",
        "(value − mean of the group) ÷ standard deviation; the mean is worth `centre` of a hundred, each deviation"
        " `spread`, scaled to the full mark",
    ),
    fields=(ACTUAL,),
    parameters=(
        OF,
        BEST,
        AMONG,
        Parameter(
            "centre", NUMBER, Text("平均水平得几分（百分制）", "points at the mean, of a hundred"), "50"
        ),
        Parameter("spread", NUMBER, Text("一个标准差值几分", "points of one standard deviation"), "10"),
        Parameter("sample", YES, Text("标准差除以 n−1", "deviation of a sample (n − 1)"), "no"),
        Parameter("clip", YES, Text("限制在0—100", "kept within 0 and 100"), "no"),
    ),
    lines=_lines,
    sentence=Text(
        "数值{value}，组内平均{mean}，标准化值{z:4}，满分{full}分，得{score}分",
        "{value} against a mean of {mean} is {z:4} deviations; of {full} points {score}",
    ),
    lowers=lambda given: given["best"] == "low",
)
