"""位次分: points by place among the group, from a list or by a step for each place."""

from gangmu.engine.kind import (
    ACTUAL,
    AMONG,
    BEST,
    GIVEN_AS,
    NUMBER,
    NUMBERS,
    OF,
    Given,
    Kind,
    Line,
    Parameter,
    placed,
)
from gangmu.problems import Text


def _lines(given: Given) -> tuple[Line, ...]:
    earned = "full - step * (place - 1)"
    if "percent_step" in given:
        earned = "full * (100 - percent_step * (place - 1)) / 100"
    if "points" in given:
        earned = "listed(place, points, beyond)"
    return (
        Line("value", "of", Text("计分值", "value judged")),
        Line("place", placed(given), Text("名次", "place")),
        Line("score", f"max({earned}, floor)" if "floor" in given else earned),
    )


KIND = Kind(
    code="rank_points",
    name=Text("按位次计分", "rank points"),
    about=Text(
        "按组内名次得分：列出各名次得分，或每降一位减几分（或分值的百分之几），可设保底",
        "points by place: a list, or so many less (or so many per cent of full) for each place, with a floor",
    ),
    fields=(ACTUAL,),
    parameters=(
        OF,
        BEST,
        AMONG,
        Parameter("points", NUMBERS, Text("第1名起各名次得分", "points of the first, second … place"), ""),
        Parameter("beyond", NUMBER, Text("列表以外的名次得几分", "points of places past the list"), "0"),
        Parameter("step", NUMBER, Text("每降一位减几分", "points less for each place"), "0"),
        Parameter(
            "percent_step",
            NUMBER,
            Text("每降一位减分值的百分之几", "per cent of full less for each place"),
            "",
        ),
        Parameter("floor", NUMBER, Text("最低分；none 可为负", "least points; none: may be negative"), "0"),
        GIVEN_AS,
    ),
    lines=_lines,
    sentence=Text(
        "数值{value}，列第{place}名，得{score}分",
        "with {value} the place is {place}: {score} points",
    ),
    lowers=lambda given: given["best"] == "low" or given["given_as"] == "place",
)
