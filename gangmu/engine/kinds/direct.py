"""直接给分: the points a responsible department gave, within what the item allows."""

from gangmu.engine.kind import ACTUAL, NUMBER, Given, Kind, Line, Parameter
from gangmu.problems import Text


def _lines(given: Given) -> tuple[Line, ...]:
    top = "most" if "most" in given else "full"
    share = "actual" if "out_of" not in given else "actual / out_of * full"
    return (Line("score", f"when({share} <= {top} and {share} >= least, {share})"),)


KIND = Kind(
    code="direct",
    name=Text("直接给分", "direct points"),
    about=Text(
        "由负责考核部门评分；超出幅度的分数不予采用。out_of 为评分的满分（如百分制）",
        "points as judged; a mark outside the range is not accepted. out_of: the scale of the marks",
    ),
    fields=(ACTUAL,),
    parameters=(
        Parameter("least", NUMBER, Text("最低可给几分", "least points"), "0"),
        Parameter(
            "most", NUMBER, Text("最高可给几分，默认为分值", "most points; the full mark by default"), ""
        ),
        Parameter("out_of", NUMBER, Text("评分用的满分", "scale of the marks"), ""),
    ),
    lines=_lines,
    sentence=Text("评分{actual}，得{score}分", "marked {actual}: {score} points"),
    reach=lambda given: "full" if "out_of" not in given else "out_of",
)
