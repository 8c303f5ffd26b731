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
    """A fact a kind reads, and what a person calls it."""

    name: str
    label: Text


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter. default: as a rule book would write it; None: must be given; "": may be left out.

    type: NUMBER (one number, or one a group, or one a unit), NUMBERS, BANDS, LEVELS, CHOICE of `options`, FORMULA
    over the kind's facts, YES.
    """

    name: str
    type: str
    label: Text
    default: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a formula: it becomes a node of its own, which a rule book may round."""

    name: str
    formula: str
    label: Text = NO_TEXT


Given = Mapping[str, str]
"""The plain parameters of one indicator as text: choices, yes or no; and "1" for each other one that is set."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A rule kind. `lines` end with `score`; its names are parameters, facts, `full` and lines before it.

    lever: the fact a unit can move. reach: formula of the lever's value that earns the most, "" where there is none.
    lowers: moving the lever down raises the score. events: it reads events. full: the indicator has a full mark.
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
    full: bool = True

    def parameter(self, name: str) -> Parameter | None:
        return next((parameter for parameter in self.parameters if parameter.name == name), None)

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

RATIO = Text("完成率", "completion")
SCORE = Text("得分", "score")
