"""节点: the full mark on the day that is due, points added and deducted for each day or month before and after."""

from gangmu.engine.kind import CHOICE, NUMBER, FactField, Given, Kind, Line, Parameter
from gangmu.problems import Text

_DONE = FactField("actual", Text("完成日期", "day it was done"), date=True)
_DUE = FactField("target", Text("应完成日期", "day it is due"), date=True)


def _lines(given: Given) -> tuple[Line, ...]:
    ahead = "month(target) - month(actual)" if given["per"] == "month" else "target - actual"
    early, late = "max(ahead, 0) / every", "max(0 - ahead, 0) / every"
    if given["begun"] != "pro_rata":
        early = f"whole({early})"
        late = f"whole_up({late})" if given["begun"] == "counted" else f"whole({late})"
    more, less = f"{early} * early", f"{late} * late"
    if "early_cap" in given:
        more = f"min({more}, early_cap)"
    if "late_cap" in given:
        less = f"min({less}, late_cap)"
    score = "full + more - less"
    if "floor" in given:
        score = f"max({score}, floor)"
    return (
        Line("ahead", ahead, Text("提前（负数为逾期）", "ahead of time; negative: late")),
        Line("more", more, Text("加分", "added")),
        Line("less", less, Text("扣分", "deducted")),
        Line("score", score),
    )


KIND = Kind(
    code="milestone",
    name=Text("时间节点", "milestone"),
    about=Text(
        "按期完成得分值，每提前、每逾期一天（或一个月）加减分；数据是日期",
        "the full mark on the day that is due, points for each day or month early or late; the facts are dates",
    ),
    fields=(_DONE, _DUE),
    parameters=(
        Parameter("per", CHOICE, Text("按天还是按月", "by day or by month"), "day", ("day", "month")),
        Parameter("every", NUMBER, Text("几天（几个月）为一档", "days or months in a step"), "1"),
        Parameter("early", NUMBER, Text("每提前一档加几分", "points for each step early"), "0"),
        Parameter("early_cap", NUMBER, Text("最多加几分", "most points added"), ""),
        Parameter("late", NUMBER, Text("每逾期一档扣几分", "points for each step late"), "0"),
        Parameter("late_cap", NUMBER, Text("最多扣几分", "most points deducted"), ""),
        Parameter(
            "begun",
            CHOICE,
            Text(
                "不足一档：按比例、不计，或逾期按一档计",
                "part of a step: pro rata, dropped, or counted when late",
            ),
            "pro_rata",
            ("pro_rata", "dropped", "counted"),
        ),
        Parameter(
            "floor", NUMBER, Text("本项最低分；none 可为负", "least score; none: may be negative"), "0"
        ),
    ),
    lines=_lines,
    sentence=Text(
        "{actual:d}完成，应于{target:d}完成，分值{full}分，加{more}分、扣{less}分，得{score}分",
        "done {actual:d}, due {target:d}: {full} points, plus {more}, minus {less}, give {score}",
    ),
    lowers=lambda given: True,
)
