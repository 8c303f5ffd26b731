"""What a rule kind (计分方式) is: typed parameters, the facts it reads, a formula and a sentence.

A kind is one file of `gangmu.engine.kinds` that defines `KIND`. Nothing else changes when one is added: loading,
checking, planning, explaining and the reference of the language all read these declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gangmu.engine.values import NO_TEXT
from gangmu.problems import Text

NUMBER, NUMBERS, BANDS, LEVELS, CHOICE, FORMULA, YES = (
    "number",
    "numbers",
    "bands",
    "levels",
    "choice",
    "formula",
    "yes",
)


@dataclass(frozen=True, slots=True)
class FactField:
    """A fact a kind reads, and what a person calls it. date: it says a day, as `2025-06-30`."""

    name: str
    label: Text
    date: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter. default: as a rule book would write it; None: must be given; "": may be left out. unnamed: its value
    for units that a table does not name; "": the indicator is not theirs.

    type: NUMBER (one number, or one a group, or one a unit), NUMBERS, BANDS, LEVELS, CHOICE of `options`, FORMULA
    over the kind's facts, YES.
    """

    name: str
    type: str
    label: Text
    default: str | None = None
    options: tuple[str, ...] = ()
    unnamed: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a formula: it becomes a node of its own, which a rule book may round."""

    name: str
    formula: str
    label: Text = NO_TEXT


COMMON = (
    Parameter(
        "factor", NUMBER, Text("系数：得分再乘以它", "factor: the score is multiplied by it"), "", unnamed="1"
    ),
    Parameter("only_if", FORMULA, Text("满足条件才计分", "counts only where this holds"), ""),
    Parameter("if_not", NUMBER, Text("不满足条件得几分", "points where it does not hold"), "", unnamed="0"),
)
"""Parameters that every kind has: what they do to a score does not depend on how it came about."""

Given = Mapping[str, str]
"""The plain parameters of one indicator as text: choices, yes or no; and "1" for each other one that is set."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A rule kind. `lines` end with `score`; its names are parameters, facts, `full` and lines before it.

    lever: the fact a unit can move. reach: formula of the lever's value that earns the most, "" where there is none.
    lowers: moving the lever down raises the score. events: the fields it reads of events; needs_events: without any
    event the fact is missing, where elsewhere nothing happened. full: the indicator has a full mark.
    """

    code: str
    name: Text
    about: Text
    fields: tuple[FactField, ...]
    parameters: tuple[Parameter, ...]
    lines: Callable[[Given], tuple[Line, ...]]
    sentence: Text
    lever: str = "actual"
    reach: Callable[[Given], str] = lambda given: ""
    lowers: Callable[[Given], bool] = lambda given: False
    events: tuple[str, ...] = ()
    needs_events: bool = False
    full: bool = True

    def parameter(self, name: str) -> Parameter | None:
        """One of its own, or one that every kind has."""
        return next((each for each in (*self.parameters, *COMMON) if each.name == name), None)

    def field(self, name: str) -> FactField | None:
        return next((fact for fact in self.fields if fact.name == name), None)


def always(*lines: Line) -> Callable[[Given], tuple[Line, ...]]:
    """Lines that do not depend on the parameters."""
    return lambda given: lines


ACTUAL = FactField("actual", Text("实际完成", "actual"))
TARGET = FactField("target", Text("目标值", "target"))
BASE = FactField("base", Text("基期", "base"))

OF = Parameter(
    "of",
    FORMULA,
    Text("据以计分的数，默认为实际完成", "what is judged; the actual value by default"),
    "actual",
)
BEST = Parameter(
    "best", CHOICE, Text("越高越好还是越低越好", "whether high or low is best"), "high", ("high", "low")
)
AMONG = Parameter(
    "among",
    CHOICE,
    Text("在本组还是全部单位中比", "compared within the group or all"),
    "group",
    ("group", "all"),
)

GIVEN_AS = Parameter(
    "given_as",
    CHOICE,
    Text("数据是数值（由系统排名）还是已公布的名次", "the fact is a value, or a place published elsewhere"),
    "value",
    ("value", "place"),
)


def placed(given: Given) -> str:
    """The place of `value`: as published, or among the group or all."""
    if given["given_as"] == "place":
        return "value"
    function = ("rank" if given["best"] == "high" else "rank_low") + "(value)"
    return f"all_{function}" if given["among"] == "all" else function


SHARES = Parameter(
    "shares", YES, Text("写的是分值的比例而不是分数", "what is stated are shares of full, not points"), "no"
)


def of_full(given: Given, points: str) -> str:
    """Points as stated, or as a share of the full mark."""
    return f"full * {points}" if given["shares"] == "yes" else points


RATIO = Text("完成率", "completion")
SCORE = Text("得分", "score")
