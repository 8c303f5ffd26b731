"""按等级计分: the fact is a word (优、良、中), each word is worth so many points."""

from gangmu.engine.kind import LEVELS, SHARES, Kind, Line, Parameter, of_full
from gangmu.problems import Text

KIND = Kind(
    code="graded",
    name=Text("按等级计分", "graded"),
    about=Text(
        "评定的等级值几分，数据就是等级的名称", "the fact names a grade, each grade is worth so many points"
    ),
    fields=(),
    parameters=(Parameter("levels", LEVELS, Text("各等级得几分", "points of each grade")), SHARES),
    lines=lambda given: (Line("score", of_full(given, "choose(levels)")),),
    sentence=Text("按评定等级得{score}分", "the grade given is worth {score} points"),
    lever="",
)
