"""比第一名折算: the best of the group has the full mark, the others in proportion."""

from gangmu.engine.kind import ACTUAL, AMONG, BEST, NUMBER, OF, Given, Kind, Line, Parameter
from gangmu.problems import Text


def _lines(given: Given) -> tuple[Line, ...]:
    over = "all" if given["among"] == "all" else "group"
    if given["best"] == "high":
        first = Line("first_value", f"{over}_max(value)", Text("第一名", "best value"))
        ratio = "when(first_value > 0, value / first_value)"
    else:
        first = Line("first_value", f"{over}_min(value)", Text("第一名", "best value"))
        ratio = "when(value > 0, first_value / value, value == first_value, 1)"
    return (
        Line("value", "of", Text("计分值", "value judged")),
        first,
        Line("ratio", ratio, Text("与第一名之比", "ratio to the best")),
        Line("score", "max(full * ratio, floor)"),
    )


KIND = Kind(
    code="proportional_to_best",
    name=Text("比第一名折算", "proportional to the best"),
    about=Text(
        "第一名得满分，其他按与第一名的比例得分", "the best has the full mark, the others in proportion"
    ),
    fields=(ACTUAL,),
    parameters=(OF, BEST, AMONG, Parameter("floor", NUMBER, Text("最低分", "least points"), "0")),
    lines=_lines,
    sentence=Text(
        "数值{value}，第一名{first_value}，为第一名的{ratio:%}，满分{full}分，得{score}分",
        "{value} is {ratio:%} of the best, {first_value}; of {full} points {score}",
    ),
    reach=lambda given: "first_value",
    lowers=lambda given: given["best"] == "low",
)
