"""增速计分: growth over the base period against a target growth, in percentage points."""

from gangmu.engine.kind import ACTUAL, BASE, FactField, Kind, Line
from gangmu.engine.kinds import step
from gangmu.problems import Text

_TARGET = FactField("target", Text("目标增速（%）", "target growth, %"))

KIND = Kind(
    code="growth",
    name=Text("按增速计分", "growth"),
    about=Text(
        "增速（实际比基期，%）达到目标增速得基本分，每超/每差若干个百分点加减分",
        "the full mark at the target growth, points added and deducted per percentage point above and below",
    ),
    fields=(ACTUAL, BASE, _TARGET),
    parameters=step.PARAMETERS,
    lines=lambda given: step.lines(
        {**given, "measured": "natural", "down_measured": "same"},
        (Line("value", "when(base > 0, (actual / base - 1) * 100)", Text("增速（%）", "growth, %")),),
    ),
    sentence=Text(
        "实际{actual}，基期{base}，增速{value:2}%，目标{target}%，基本分{basic}分，加{more}分、扣{less}分，得{score}分",
        "{actual} over {base} is growth of {value:2}%, target {target}%: {basic} points, plus {more}, minus {less},"
        " give {score}",
    ),
    reach=lambda given: (
        "base * (1 + (target + up_cap / up * up_step) / 100)"
        if "up_cap" in given and given["best"] == "high"
        else ""
    ),
    lowers=lambda given: given["best"] == "low",
)
