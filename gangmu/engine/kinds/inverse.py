"""逆向指标: the lower the better, the full mark at or below the target."""

from gangmu.engine.kind import ACTUAL, CHOICE, NUMBER, RATIO, TARGET, Given, Kind, Line, Parameter
from gangmu.problems import Text

_FORMS = {
    "ratio": "when(actual > 0, target / actual, actual <= 0 and target >= 0, cap)",
    "complement": "when(target > 0, 2 - actual / target)",
}


def _lines(given: Given) -> tuple[Line, ...]:
    return (
        Line("ratio", _FORMS[given["form"]], RATIO),
        Line("score", "clamp(full * ratio, full * floor, full * cap)"),
    )


KIND = Kind(
    code="inverse",
    name=Text("逆向指标", "inverse figure"),
    about=Text(
        "越低越好：分值×目标÷实际（ratio），或分值×(2−实际÷目标)（complement）",
        "low is best: full × target ÷ actual (ratio), or full × (2 − actual ÷ target) (complement)",
    ),
    fields=(ACTUAL, TARGET),
    parameters=(
        Parameter("form", CHOICE, Text("折算方式", "how"), "ratio", ("ratio", "complement")),
        Parameter("cap", NUMBER, Text("最高为分值的几倍", "most, as a multiple of full"), "1"),
        Parameter("floor", NUMBER, Text("最低为分值的几倍", "least, as a multiple of full"), "0"),
    ),
    lines=_lines,
    sentence=Text(
        "实际{actual}，控制目标{target}，折算{ratio:%}，满分{full}分，得{score}分",
        "{actual} against a limit of {target} counts as {ratio:%}; of {full} points {score}",
    ),
    reach=lambda given: "target / cap" if given["form"] == "ratio" else "target * (2 - cap)",
    lowers=lambda given: True,
)
