"""评分汇总: several people give marks, words or places; each is turned into points, then the mean is taken."""

from gangmu.engine.kind import CHOICE, LEVELS, NUMBER, NUMBERS, Given, Kind, Line, Parameter
from gangmu.problems import Text


def _each(given: Given) -> str:
    if "levels" in given:
        return "choose(levels)"
    if "points" in given:
        return "listed(actual, points, beyond)"
    if "step" in given:
        return "full - step * (actual - 1)"
    if "percent_step" in given:
        return "full * (100 - percent_step * (actual - 1)) / 100"
    return "actual / out_of * full" if "out_of" in given else "actual"


def _lines(given: Given) -> tuple[Line, ...]:
    each = _each(given)
    mean = f"sum_events(({each}) * first(weight, 1)) / sum_events(first(weight, 1))"
    if given["how"] == "trimmed":
        middle = f"(sum_events({each}) - max_events({each}) - min_events({each})) / (marks - 2)"
        mean = f"when(marks > trim_above, {middle}, {mean})"
    return (
        Line("marks", "sum_events(1)", Text("评分人数", "marks")),
        # Without any mark it is the fact that is missing: the rule for missing facts then applies.
        Line("score", f"when(marks > 0, max({mean}, floor), actual)"),
    )


KIND = Kind(
    code="marks",
    name=Text("评分汇总", "marks put together"),
    about=Text(
        "每人一个分数、等级或名次，先各自折算成分，再取平均（可加权）；可去掉最高、最低",
        "one mark, word or place from each, each turned into points, then the mean (also weighted); the highest and"
        " lowest may be left out",
    ),
    fields=(),
    parameters=(
        Parameter("how", CHOICE, Text("平均，或去掉最高最低后平均", "how"), "mean", ("mean", "trimmed")),
        Parameter(
            "trim_above",
            NUMBER,
            Text("多于几人才去掉最高最低", "trimmed only where there are more than"),
            "2",
        ),
        Parameter("out_of", NUMBER, Text("评分用的满分", "scale of the marks"), ""),
        Parameter("levels", LEVELS, Text("各等级得几分", "points of each word"), ""),
        Parameter(
            "points", NUMBERS, Text("给名次的：各名次得分", "for places: points of the first, second …"), ""
        ),
        Parameter("beyond", NUMBER, Text("列表以外的名次得几分", "points of places past the list"), "0"),
        Parameter("step", NUMBER, Text("给名次的：每降一位减几分", "for places: so many less for each"), ""),
        Parameter(
            "percent_step",
            NUMBER,
            Text("给名次的：每降一位减分值的百分之几", "for places: per cent of full less for each"),
            "",
        ),
        Parameter("floor", NUMBER, Text("最低分", "least points"), "0"),
    ),
    lines=_lines,
    sentence=Text("{marks}人评分，得{score}分", "{marks} marks give {score} points"),
    lever="",
    events=("actual", "weight"),
    needs_events=True,
)
