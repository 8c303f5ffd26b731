"""民主测评: votes for each answer, each answer worth so many points of a hundred."""

from gangmu.engine.kind import LEVELS, Kind, Line, Parameter, always
from gangmu.problems import Text

KIND = Kind(
    code="votes",
    name=Text("测评票", "votes"),
    about=Text(
        "各等次得票×等次分÷有效票，再折算为分值；每个等次的票数是一个字段",
        "votes × points of the answer ÷ valid votes, scaled to the full mark; each answer is a field of the facts",
    ),
    fields=(),
    parameters=(
        Parameter("answers", LEVELS, Text("各等次的分（百分制）", "points of each answer, of a hundred")),
    ),
    lines=always(
        Line("valid", "answer_count(answers)", Text("有效票", "valid votes")),
        Line("mean", "when(valid > 0, answer_sum(answers) / valid)", Text("平均分", "mean")),
        Line("score", "full * mean / 100"),
    ),
    sentence=Text(
        "有效票{valid}张，平均{mean}分，满分{full}分，得{score}分",
        "{valid} valid votes with a mean of {mean}; of {full} points {score}",
    ),
    lever="",
)
