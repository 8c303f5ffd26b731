"""功效系数法: where the value lies between an unacceptable and a satisfactory one, on a scale that starts at 60."""

from gangmu.engine.kind import ACTUAL, AMONG, BEST, CHOICE, NUMBER, OF, YES, Given, Kind, Line, Parameter
from gangmu.problems import Text


def _lines(given: Given) -> tuple[Line, ...]:
    over = "all" if given["among"] == "all" else "group"
    best, worst = ("max", "min") if given["best"] == "high" else ("min", "max")
    high = "satisfactory" if "satisfactory" in given else f"{over}_{best}(value)"
    low = "unacceptable" if "unacceptable" in given else f"{over}_{worst}(value)"
    scored = "base_points + (100 - base_points) * ratio"
    if given["form"] == "exponential":
        scored = "when(base_points > 0, base_points * power(100 / base_points, ratio))"
    if given["clip"] == "yes":
        scored = f"clamp({scored}, 0, 100)"
    return (
        Line("value", "of", Text("计分值", "value judged")),
        Line("high", high, Text("满意值", "satisfactory value")),
        Line("low", low, Text("不允许值", "unacceptable value")),
        Line("ratio", "when(high != low, (value - low) / (high - low))", Text("功效比", "efficacy ratio")),
        Line("coefficient", scored, Text("功效系数", "efficacy coefficient")),
        Line("score", "full * coefficient / 100"),
    )


KIND = Kind(
    code="efficacy",
    name=Text("功效系数法", "efficacy coefficient"),
    about=Text(
        "c+(100−c)×(实际−不允许值)÷(满意值−不允许值)，c 一般为60；两值可给定，也可取组内最好和最差",
        "c + (100 − c) × (actual − unacceptable) ÷ (satisfactory − unacceptable), c usually 60; both values are"
        " given, or the best and worst of the group",
    ),
    fields=(ACTUAL,),
    parameters=(
        OF,
        BEST,
        AMONG,
        Parameter(
            "satisfactory", NUMBER, Text("满意值；不写取组内最好", "satisfactory value; else the best"), ""
        ),
        Parameter(
            "unacceptable", NUMBER, Text("不允许值；不写取组内最差", "unacceptable value; else the worst"), ""
        ),
        Parameter("base_points", NUMBER, Text("起点分 c", "points at the unacceptable value"), "60"),
        Parameter(
            "form",
            CHOICE,
            Text("线性还是指数型 c×(100÷c)^比率", "linear, or exponential: c × (100 ÷ c) ^ ratio"),
            "linear",
            ("linear", "exponential"),
        ),
        Parameter("clip", YES, Text("限制在0—100", "kept within 0 and 100"), "no"),
    ),
    lines=_lines,
    sentence=Text(
        "实际{value}，满意值{high}，不允许值{low}，功效系数{coefficient}，满分{full}分，得{score}分",
        "{value} between {low} and {high} gives a coefficient of {coefficient}; of {full} points {score}",
    ),
    reach=lambda given: "high",
    lowers=lambda given: given["best"] == "low",
)
