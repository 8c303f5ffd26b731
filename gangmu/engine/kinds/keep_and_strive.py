"""保位争位（保五争三）: the full mark at the place striven for, less at the place to be kept, and less still below it."""

from gangmu.engine.kind import (
    ACTUAL,
    AMONG,
    BEST,
    CHOICE,
    GIVEN_AS,
    NUMBER,
    OF,
    Given,
    Kind,
    Line,
    Parameter,
    placed,
)
from gangmu.problems import Text


def _lines(given: Given) -> tuple[Line, ...]:
    above = "full + (strive - place) * up"
    if "up_cap" in given:
        above = "full + min((strive - place) * up, up_cap)"
    between = "kept"
    if given["between"] == "linear":
        between = "kept + (full - kept) * (keep - place) / (keep - strive)"
    return (
        Line("value", "of", Text("计分值", "value judged")),
        Line("place", placed(given), Text("名次", "place")),
        Line(
            "score",
            f"when(place <= strive, {above}, place <= keep, {between}, max(kept - (place - keep) * down, floor))",
        ),
    )


KIND = Kind(
    code="keep_and_strive",
    name=Text("保位争位", "a place to keep and one to strive for"),
    about=Text(
        "进入争取名次得满分，保住保底名次得 kept 分，两者之间按名次折算，跌出保底名次每位再扣",
        "the full mark at the place striven for, `kept` points at the place to keep, in proportion between them,"
        " points less for each place below",
    ),
    fields=(ACTUAL,),
    parameters=(
        OF,
        BEST,
        AMONG,
        GIVEN_AS,
        Parameter("keep", NUMBER, Text("保第几名", "place to keep")),
        Parameter("strive", NUMBER, Text("争第几名", "place to strive for")),
        Parameter("kept", NUMBER, Text("保住得几分", "points at the place to keep")),
        Parameter(
            "between",
            CHOICE,
            Text("两个名次之间按比例，还是只得保住的分", "between the two in proportion, or as kept"),
            "linear",
            ("linear", "kept"),
        ),
        Parameter("up", NUMBER, Text("比争取名次每进一位加几分", "points for each place above"), "0"),
        Parameter("up_cap", NUMBER, Text("最多加几分", "most points added"), ""),
        Parameter("down", NUMBER, Text("比保底名次每退一位扣几分", "points for each place below"), "0"),
        Parameter("floor", NUMBER, Text("最低分", "least points"), "0"),
    ),
    lines=_lines,
    sentence=Text(
        "列第{place}名，保{keep}争{strive}，得{score}分",
        "place {place}, to keep {keep} and strive for {strive}: {score} points",
    ),
    reach=lambda given: "strive" if given["given_as"] == "place" else "",
    lowers=lambda given: given["best"] == "low" or given["given_as"] == "place",
)
