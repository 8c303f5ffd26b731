"""加分: points for each event, by level or as given, with a cap for one event and for all; 同项取最高."""

from gangmu.engine.kind import LEVELS, NUMBER, YES, Given, Kind, Line, Parameter
from gangmu.problems import Text


def _lines(given: Given) -> tuple[Line, ...]:
    each = "each * first(count, 1)"
    if "levels" in given:
        each = "choose(levels) * first(count, 1)"
    if given["as_given"] == "yes":
        each = "points"
    if given["beyond_earlier"] == "yes":
        each = f"max({each} - first(already, 0), 0)"
    if "event_cap" in given:
        each = f"min({each}, event_cap)"
    if "multiplier" in given:
        each = f"({each}) * multiplier"
    earned = f"sum_events({each})"
    if "cap" in given:
        earned = f"min({earned}, cap)"
    return (
        Line("events", "count_events()", Text("次数", "events")),
        Line("uncapped", f"sum_events({each})", Text("未封顶", "before the cap")),
        Line("score", earned),
    )


KIND = Kind(
    code="bonus",
    name=Text("加分", "bonus"),
    about=Text(
        "每件加几分，可按级别，或由认定部门给定；单件、合计可封顶；同一事项（matter）可只取最高一次",
        "points for each event, by level or as given; capped for one event and in sum; of one matter only the"
        " highest may count",
    ),
    fields=(),
    parameters=(
        Parameter("each", NUMBER, Text("每件加几分", "points for each event"), "0"),
        Parameter("levels", LEVELS, Text("各级别加几分", "points by level"), ""),
        Parameter(
            "as_given", YES, Text("分数由认定部门给定（字段 points）", "the fact states the points"), "no"
        ),
        Parameter("event_cap", NUMBER, Text("单件最多加几分", "most points of one event"), ""),
        Parameter("cap", NUMBER, Text("合计最多加几分", "most points in sum"), ""),
        Parameter("multiplier", NUMBER, Text("加分乘以几", "bonuses times this"), "", unnamed="1"),
        Parameter("highest_only", YES, Text("同一事项取最高", "one matter counts once, the highest"), "no"),
        Parameter(
            "beyond_earlier",
            YES,
            Text(
                "同一事项以前加过的分（字段 already）要扣除",
                "what the matter earned before (field already) is taken off",
            ),
            "no",
        ),
    ),
    lines=_lines,
    sentence=Text(
        "共{events}件，折算{uncapped}分，加{score}分", "{events} events, worth {uncapped}, add {score} points"
    ),
    lever="events",
    events=("count", "actual", "points", "already"),
    full=False,
)
