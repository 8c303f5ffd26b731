"""极差标准化: where a value lies between two bounds, also on a logarithmic scale, on 0 to `full`."""

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
    lowest = "lowest" if "lowest" in given else f"{over}_min(value)"
    highest = "highest" if "highest" in given else f"{over}_max(value)"
    value, low, high = "value", "low", "high"
    if given["scale"] == "ln":
        value, low, high = (f"when({name} > 0, ln({name}))" for name in (value, low, high))
    return (
        Line("value", "of", Text("取值", "value")),
        Line("low", lowest, Text("下限", "lower bound")),
        Line("high", highest, Text("上限", "upper bound")),
        Line("scaled", value, Text("变换后", "on the scale")),
        Line("from", low, Text("下限变换后", "lower bound on the scale")),
        Line("to", high, Text("上限变换后", "upper bound on the scale")),
        Line("ratio", _ratio(given), Text("位置", "position")),
        Line("score", "full * ratio"),
    )


def _ratio(given: Given) -> str:
    up = "(scaled - from) / (to - from)" if given["best"] == "high" else "(to - scaled) / (to - from)"
    ratio = f"when(to != from, {up})"
    return f"clamp({ratio}, 0, 1)" if given["clip"] == "yes" else ratio


KIND = Kind(
    code="minmax",
    name=Text("极差标准化", "min-max normalisation"),
    about=Text(
        "(数值−下限)÷(上限−下限)×分值；上下限给定或取组内最小最大，可取对数、可截断在0—1",
        "(value − lowest) ÷ (highest − lowest) × full; bounds given or those of the group, optionally on a"
        " logarithmic scale and clipped to 0–1",
    ),
    fields=(ACTUAL,),
    parameters=(
        OF,
        BEST,
        AMONG,
        Parameter(
            "lowest", NUMBER, Text("下限；不写取组内最小", "lower bound; else the least of the group"), ""
        ),
        Parameter(
            "highest", NUMBER, Text("上限；不写取组内最大", "upper bound; else the most of the group"), ""
        ),
        Parameter(
            "scale",
            CHOICE,
            Text("线性还是自然对数", "linear or natural logarithm"),
            "linear",
            ("linear", "ln"),
        ),
        Parameter("clip", YES, Text("截断在0—1", "clipped to 0–1"), "no"),
    ),
    lines=_lines,
    sentence=Text(
        "数值{value}，在{low}与{high}之间的位置{ratio}，得{score}",
        "{value} lies at {ratio} between {low} and {high}: {score}",
    ),
    reach=lambda given: "high" if given["best"] == "high" else "low",
    lowers=lambda given: given["best"] == "low",
)
