"""全有或全无: the full mark when the target is reached, else what is left (usually nothing)."""

from gangmu.engine.kind import ACTUAL, BEST, NUMBER, TARGET, Given, Kind, Line, Parameter
from gangmu.problems import Text


def _lines(given: Given) -> tuple[Line, ...]:
    sign = ">=" if given["best"] == "high" else "<="
    return (Line("score", f"when(actual {sign} target, full, otherwise)"),)


KIND = Kind(
    code="all_or_nothing",
    name=Text("达标得分", "all or nothing"),
    about=Text("达到目标得满分，否则不得分", "the full mark when the target is reached, else none"),
    fields=(ACTUAL, TARGET),
    parameters=(BEST, Parameter("otherwise", NUMBER, Text("未达标得几分", "points when missed"), "0")),
    lines=_lines,
    sentence=Text(
        "实际{actual}，目标{target}，满分{full}分，得{score}分",
        "{actual} against a target of {target}; of {full} points {score} are earned",
    ),
    reach=lambda given: "target",
    lowers=lambda given: given["best"] == "low",
)
