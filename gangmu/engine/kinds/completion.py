"""完成率得分: points in proportion to the target reached, with a ceiling, a floor and a pass line."""

from gangmu.engine.kind import ACTUAL, NUMBER, RATIO, TARGET, YES, Given, Kind, Line, Parameter
from gangmu.problems import Text


def _lines(given: Given) -> tuple[Line, ...]:
    earned = "full * ratio"
    if "bonus" in given:
        earned = "when(ratio > 1, full + (ratio - 1) * 100 * bonus, full * ratio)"
    if "cap" in given:
        earned = f"min({earned}, full * cap)"
    elif "bonus" not in given and given["uncapped"] == "no":
        earned = f"min({earned}, full)"
    if "bonus_cap" in given:
        earned = f"min({earned}, full + bonus_cap)"
    if "pass" in given:
        earned = f"when(ratio * 100 < pass, 0, {earned})"
    return (
        Line("ratio", "when(target > 0, actual / target)", RATIO),
        Line("score", f"max({earned}, full * floor)"),
    )


def _reach(given: Given) -> str:
    if "bonus" in given and "bonus_cap" in given:
        return "target * (1 + bonus_cap / bonus / 100)"
    if "bonus" in given or given["uncapped"] == "yes":
        return ""
    return "target * cap" if "cap" in given else "target"


KIND = Kind(
    code="completion",
    name=Text("按完成率计分", "completion"),
    about=Text(
        "分值×实际÷目标，默认以分值封顶、零分保底；可设及格线和超额加分",
        "full × actual ÷ target, by default capped at the full mark; with pass line and over-fulfilment bonus",
    ),
    fields=(ACTUAL, TARGET),
    parameters=(
        Parameter(
            "cap", NUMBER, Text("最高为分值的几倍，默认1倍", "most, as a multiple of full; 1 by default"), ""
        ),
        Parameter("uncapped", YES, Text("得分不封顶", "no cap at all"), "no"),
        Parameter("floor", NUMBER, Text("最低为分值的几倍", "least, as a multiple of full"), "0"),
        Parameter(
            "bonus",
            NUMBER,
            Text("每超1个百分点加几分（设了则不按比例超）", "points per percentage point over"),
            "",
        ),
        Parameter("bonus_cap", NUMBER, Text("超额加分最多几分", "most points for over-fulfilment"), ""),
        Parameter("pass", NUMBER, Text("完成率低于百分之几不得分", "no points below this per cent"), ""),
    ),
    lines=_lines,
    sentence=Text(
        "完成{actual}，目标{target}，完成率{ratio:%}，满分{full}分，得{score}分",
        "{actual} of a target of {target} is {ratio:%}; of {full} points {score} are earned",
    ),
    reach=_reach,
)
