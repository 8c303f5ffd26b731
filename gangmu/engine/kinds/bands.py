"""分档计分: the points of the interval that holds the value; each end says whether it belongs."""

from gangmu.engine.kind import ACTUAL, BANDS, OF, SHARES, Given, Kind, Line, Parameter, of_full
from gangmu.problems import Text


def _lines(given: Given) -> tuple[Line, ...]:
    return (
        Line("value", "of", Text("计分值", "value judged")),
        Line("score", of_full(given, "table(value, bands)")),
    )


KIND = Kind(
    code="bands",
    name=Text("分档计分", "bands"),
    about=Text(
        "数值落在哪一档得哪一档的分，端点含与不含都写明", "the points of the band that holds the value"
    ),
    fields=(ACTUAL,),
    parameters=(OF, Parameter("bands", BANDS, Text("各档与得分", "bands and their points")), SHARES),
    lines=_lines,
    sentence=Text("数值{value}，按所在档得{score}分", "the band of {value} gives {score} points"),
)
