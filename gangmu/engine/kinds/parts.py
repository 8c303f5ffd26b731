"""分项: an indicator made of however many parts a unit has (its projects, its items): their mean, least or best."""

from gangmu.engine.kind import CHOICE, NUMBER, Given, Kind, Line, Parameter
from gangmu.problems import Text

_HOW = {
    "mean": "sum_events({each} * first(weight, 1)) / sum_events(first(weight, 1))",
    "min": "min_events({each})",
    "max": "max_events({each})",
}


_EACH = {
    "amounts": "when(target > 0, actual / target)",
    "percent": "actual / 100",
    "reached": "when(actual >= target, 1, 0)",
    "within": "when(actual <= target, 1, 0)",
}


def _lines(given: Given) -> tuple[Line, ...]:
    ratio = _HOW[given["combine"]].format(each=f"clamp({_EACH[given['given_as']]}, floor, cap)")
    return (
        Line("parts", "sum_events(1)", Text("分项数", "parts")),
        # Without any part it is the fact that is missing: the rule for missing facts then applies.
        Line("ratio", f"when(parts > 0, {ratio}, actual)", Text("合成的完成率", "completion of the whole")),
        Line("score", "full * ratio"),
    )


KIND = Kind(
    code="parts",
    name=Text("分项合成", "made of parts"),
    about=Text(
        "每个分项（项目、任务）各有完成率，取平均（可加权）、最低或最高",
        "each part (a project, a task) has its own completion; the mean (also weighted), the least or the best counts",
    ),
    fields=(),
    parameters=(
        Parameter("combine", CHOICE, Text("怎么合成", "how"), "mean", ("mean", "min", "max")),
        Parameter(
            "given_as",
            CHOICE,
            Text(
                "各分项按实际比目标、按百分比，还是达到（不超过）目标才算",
                "a part counts by actual over target, by a per cent, or only where it reaches (keeps within) its target",
            ),
            "amounts",
            tuple(_EACH),
        ),
        Parameter("cap", NUMBER, Text("单个分项最高几倍", "most of one part, as a multiple"), "1"),
        Parameter("floor", NUMBER, Text("单个分项最低几倍", "least of one part, as a multiple"), "0"),
    ),
    lines=_lines,
    sentence=Text(
        "共{parts}个分项，合成完成率{ratio:%}，满分{full}分，得{score}分",
        "{parts} parts come to {ratio:%}; of {full} points {score}",
    ),
    lever="",
    events=("actual", "target", "weight"),
    needs_events=True,
)
