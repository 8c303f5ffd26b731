"""分档计分: the points of the interval that holds the value; each end says whether it belongs."""

from gangmu.engine.kind import ACTUAL, BANDS, OF, Kind, Line, Parameter, always
from gangmu.problems import Text

KIND = Kind(
    code="bands",
    name=Text("分档计分", "bands"),
    about=Text(
        "数值落在哪一档得哪一档的分，端点含与不含都写明", "the points of the band that holds the value"
    ),
    fields=(ACTUAL,),
    parameters=(OF, Parameter("bands", BANDS, Text("各档与得分", "bands and their points"))),
    lines=always(
        Line("value", "of", Text("计分值", "value judged")),
        Line("score", "table(value, bands)"),
    ),
    sentence=Text("数值{value}，按所在档得{score}分", "the band of {value} gives {score} points"),
)
