"""每超/每差一档: the full mark at the target, more for each step above, less for each step below."""

from gangmu.engine.kind import (
    ACTUAL,
    BEST,
    CHOICE,
    NUMBER,
    OF,
    TARGET,
    YES,
    Given,
    Kind,
    Line,
    Parameter,
)
from gangmu.problems import Text


def lines(given: Given, first: tuple[Line, ...]) -> tuple[Line, ...]:
    """Steps above and below the target, from a line `value`. Shared with growth."""
    gap = "value - target" if given["best"] == "high" else "target - value"
    measured = given["measured"]
    measured_down = measured if given["down_measured"] == "same" else given["down_measured"]
    up, down = "over / up_step", "under / down_step"
    if given["whole"] == "yes":
        up, down = f"whole({up})", f"whole({down})" if given["whole_down"] == "yes" else f"whole_up({down})"
    more, less = f"{up} * up", f"{down} * down"
    if "up_cap" in given:
        more = f"min({more}, up_cap)"
    if "down_cap" in given:
        less = f"min({less}, down_cap)"
    score = "basic + more - less"
    if "floor" in given:
        score = f"max({score}, floor)"
    if "cap" in given:
        score = f"min({score}, cap)"
    return (
        *first,
        Line(
            "basic", "at_target" if "at_target" in given else "full", Text("基本分", "points at the target")
        ),
        Line("gap", gap, Text("与目标的差距", "gap to the target")),
        Line("over", _size("max(gap, 0)", measured), Text("超过", "above")),
        Line("under", _size("max(0 - gap, 0)", measured_down), Text("不足", "below")),
        Line("more", more, Text("加分", "added")),
        Line("less", less, Text("扣分", "deducted")),
        Line("score", score),
    )


def _size(gap: str, measured: str) -> str:
    return gap if measured == "natural" else f"when(target > 0, {gap} / target * 100)"


PARAMETERS = (
    BEST,
    Parameter(
        "at_target",
        NUMBER,
        Text("达到目标得几分，默认为分值", "points at the target; the full mark by default"),
        "",
    ),
    Parameter("up", NUMBER, Text("每超一档加几分", "points for each step above"), "0"),
    Parameter("up_step", NUMBER, Text("超过的一档有多大", "size of a step above"), "1"),
    Parameter("up_cap", NUMBER, Text("最多加几分", "most points added"), ""),
    Parameter("down", NUMBER, Text("每差一档扣几分", "points for each step below"), "0"),
    Parameter("down_step", NUMBER, Text("不足的一档有多大", "size of a step below"), "1"),
    Parameter(
        "down_cap", NUMBER, Text("最多扣几分；可以大于分值", "most points deducted; may exceed full"), ""
    ),
    Parameter("floor", NUMBER, Text("本项最低分；none 可为负", "least score; none: may be negative"), "0"),
    Parameter("cap", NUMBER, Text("本项最高分", "most score"), ""),
    Parameter("whole", YES, Text("不足一档的不算（否则按比例）", "whole steps only, else pro rata"), "no"),
    Parameter(
        "whole_down",
        YES,
        Text(
            "whole 时，不足一档的差距不扣；no 则按一档扣", "with whole: part of a step below is not deducted"
        ),
        "yes",
    ),
)

MEASURE = Parameter(
    "measured",
    CHOICE,
    Text("差距按自然单位还是按目标的百分比", "the gap in natural units or in per cent of the target"),
    "natural",
    ("natural", "percent_of_target"),
)

MEASURE_DOWN = Parameter(
    "down_measured",
    CHOICE,
    Text("不足部分另行规定的口径", "how the gap below is measured, where it differs"),
    "same",
    ("same", "natural", "percent_of_target"),
)


def reach(given: Given) -> str:
    """Where the cap on added points is met."""
    size = ""
    if "up_cap" in given and given["measured"] == "natural":
        size = "up_cap / up * up_step"
    elif "up_cap" in given:
        size = "up_cap / up * up_step * target / 100"
    if not size:
        return ""
    return f"target + {size}" if given["best"] == "high" else f"target - {size}"


KIND = Kind(
    code="step",
    name=Text("按档加减分", "steps above and below the target"),
    about=Text(
        "达到目标得基本分，每超一档加分、每差一档扣分，各有上限",
        "the full mark at the target, points added and deducted for each step above and below, each with a cap",
    ),
    fields=(ACTUAL, TARGET),
    parameters=(OF, MEASURE, MEASURE_DOWN, *PARAMETERS),
    lines=lambda given: lines(given, (Line("value", "of", Text("计分值", "value judged")),)),
    sentence=Text(
        "实际{value}，目标{target}，基本分{basic}分，加{more}分、扣{less}分，得{score}分",
        "{value} against a target of {target}: {basic} points, plus {more}, minus {less}, give {score}",
    ),
    reach=reach,
    lowers=lambda given: given["best"] == "low",
)
