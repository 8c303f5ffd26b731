"""自定公式: when no other kind fits, the rule book writes its own formula over its own facts."""

from gangmu.engine.kind import FORMULA, Kind, Line, Parameter, always
from gangmu.problems import Text

KIND = Kind(
    code="formula",
    name=Text("自定公式", "own formula"),
    about=Text(
        "考核办法自己写的公式；用到的数据在 fields 中列出，默认只有 actual",
        "a formula of the rule book's own; the facts it reads stand in `fields`, by default `actual`",
    ),
    fields=(),
    parameters=(Parameter("formula", FORMULA, Text("公式", "formula")),),
    lines=always(Line("score", "formula")),
    sentence=Text("按公式计算得{score}分", "by its formula {score}"),
    full=False,
)
