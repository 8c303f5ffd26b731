"""扣分制: from the full mark so many points for each event, down to a floor."""

from gangmu.engine.kind import LEVELS, NUMBER, Given, Kind, Line, Parameter
from gangmu.problems import Text


def _lines(given: Given) -> tuple[Line, ...]:
    each = "each * first(count, 1)"
    if "levels" in given:
        each = "choose(levels) * first(count, 1)"
    if "least" in given:
        each = "points, least, most"
    less = f"sum_events({each})"
    if "multiplier" in given:
        less = f"{less} * multiplier"
    if "deduct_cap" in given:
        less = f"min({less}, deduct_cap)"
    score = "full - less"
    if "floor" in given:
        score = f"max({score}, floor)"
    return (
        Line("events", "count_events()", Text("次数", "events")),
        Line("less", less, Text("扣分", "deducted")),
        Line("score", score),
    )


KIND = Kind(
    code="deduction",
    name=Text("扣分制", "deduction per event"),
    about=Text(
        "每发生一次扣几分，扣完为止；可按级别扣分，也可在幅度内由评分人给定（least 至 most）",
        "so many points less for each event, to a floor; by level, or given by the judge between least and most",
    ),
    fields=(),
    parameters=(
        Parameter("each", NUMBER, Text("每次扣几分", "points for each event"), "0"),
        Parameter("levels", LEVELS, Text("各级别扣几分", "points by level"), ""),
        Parameter("least", NUMBER, Text("每次至少扣几分", "least points of one event"), ""),
        Parameter("most", NUMBER, Text("每次至多扣几分", "most points of one event"), "999999"),
        Parameter(
            "multiplier",
            NUMBER,
            Text("扣分乘以几（加倍为2）", "deductions times this; 2 doubles them"),
            "",
            unnamed="1",
        ),
        Parameter("deduct_cap", NUMBER, Text("最多共扣几分", "most points in sum"), ""),
        Parameter(
            "floor", NUMBER, Text("本项最低分；none 可为负", "least score; none: may be negative"), "0"
        ),
    ),
    lines=_lines,
    sentence=Text(
        "满分{full}分，发生{events}次，扣{less}分，得{score}分",
        "of {full} points, {events} events cost {less}: {score}",
    ),
    lever="events",
    lowers=lambda given: True,
    events=("count", "actual", "points"),
)
