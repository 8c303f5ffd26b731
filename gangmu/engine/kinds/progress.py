"""形象进度: works stand at a named stage; the stage reached over the stage planned, both worth so many per cent."""

from gangmu.engine.kind import LEVELS, NUMBER, RATIO, YES, FactField, Given, Kind, Line, Parameter
from gangmu.problems import Text

_REACHED = FactField("actual", Text("实际到达的阶段", "stage reached"))
_PLANNED = FactField("planned", Text("计划到达的阶段", "stage planned"))


def _lines(given: Given) -> tuple[Line, ...]:
    earned = "full * ratio" if given["uncapped"] == "yes" else "min(full * ratio, full * cap)"
    return (
        Line("reached", "choose(stages)", Text("实际形象进度（%）", "progress reached, %")),
        Line(
            "due",
            "planned_progress" if "planned_progress" in given else "choose(stages, planned)",
            Text("计划形象进度（%）", "progress planned, %"),
        ),
        Line("ratio", "when(due > 0, reached / due)", RATIO),
        Line("score", f"max({earned}, floor)"),
    )


KIND = Kind(
    code="progress",
    name=Text("形象进度", "progress of works"),
    about=Text(
        "工程到了哪个阶段，折算成百分之几，与计划的形象进度相比计分；数据是阶段的名称",
        "the stage works have reached, worth so many per cent, against the stage planned; the facts name stages",
    ),
    fields=(_REACHED, _PLANNED),
    parameters=(
        Parameter("stages", LEVELS, Text("各阶段相当于百分之几", "per cent each stage is worth")),
        Parameter(
            "planned_progress",
            NUMBER,
            Text("计划形象进度（%），不用阶段名时", "progress planned, where given in %"),
            "",
        ),
        Parameter("cap", NUMBER, Text("最高为分值的几倍", "most, as a multiple of full"), "1"),
        Parameter("uncapped", YES, Text("得分不封顶", "no cap at all"), "no"),
        Parameter("floor", NUMBER, Text("最低分", "least points"), "0"),
    ),
    lines=_lines,
    sentence=Text(
        "形象进度{reached}%，计划{due}%，为计划的{ratio:%}，满分{full}分，得{score}分",
        "progress of {reached}% where {due}% was planned is {ratio:%}; of {full} points {score}",
    ),
    lever="",
)
