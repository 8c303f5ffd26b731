"""首次扣分、再犯不得分: the first event costs some points, the second all of them."""

from gangmu.engine.kind import NUMBER, Kind, Line, Parameter, always
from gangmu.problems import Text

KIND = Kind(
    code="second_offence",
    name=Text("再犯不得分", "second offence"),
    about=Text("首次发生扣几分，达到规定次数不得分", "the first event costs some points, the second all"),
    fields=(),
    parameters=(
        Parameter(
            "first_costs", NUMBER, Text("每次扣几分（达到规定次数前）", "points for an event before that")
        ),
        Parameter("zero_at", NUMBER, Text("几次起不得分", "events from which nothing is left"), "2"),
    ),
    lines=always(
        Line("events", "count_events()", Text("次数", "events")),
        Line("score", "when(events >= zero_at, 0, max(full - first_costs * events, 0))"),
    ),
    sentence=Text(
        "满分{full}分，发生{events}次，得{score}分", "of {full} points {score} are left after {events} events"
    ),
    lever="events",
    lowers=lambda given: True,
    events=("count", "actual"),
)
