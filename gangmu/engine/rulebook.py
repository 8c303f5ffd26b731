"""A rule book (考核办法) as data: sections, indicators, vetoes, ranks, grades, worked examples, holes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from gangmu.engine.expressions import Band, Expression
from gangmu.engine.values import NO_TEXT
from gangmu.problems import Text, refuse
from gangmu.sheets import text_table

TOTAL = "total"

EVERYBODY = "all"
"""In place of a group: all units, whatever their group."""


@dataclass(frozen=True, slots=True)
class Group:
    """An assessment group. members: unit names or codes; empty: units whose attribute says `named`."""

    code: str
    name: Text
    line: int
    members: tuple[str, ...] = ()
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reach:
    """For whom a part is: groups and units it names (empty: all), less those it excepts."""

    groups: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()

    def takes_in(self, unit: str, name: str, group: str) -> bool:
        if unit in self.excepted or name in self.excepted:
            return False
        named = not self.units or unit in self.units or name in self.units
        return named and (not self.groups or group in self.groups)


EVERYONE = Reach()


@dataclass(frozen=True, slots=True)
class Missingness:
    """What a missing (or not applicable) fact earns.

    how: `unscored`, `full`, `none`, `average` (of `group`, of all units, or of the unit's own), `points`, `out` of the running,
    `shared_out` (not applicable only).
    """

    how: str = "unscored"
    points: Fraction = Fraction(0)
    group: str = ""


UNSCORED = Missingness()


@dataclass(frozen=True, slots=True)
class FigureUse:
    """Which figure of the catalogue gives a fact field. period: `same` or `last_year`."""

    field: str
    code: str
    measure: str
    area: str
    period: str
    line: int


@dataclass(frozen=True, slots=True)
class Scorers:
    """How the marks of several scorers are put together: mean, sum, trimmed, or weighted."""

    how: str
    weights: tuple[tuple[str, Fraction], ...] = ()


@dataclass(frozen=True, slots=True)
class Indicator:
    """One scored line (考核指标).

    steps: formulas that prepare its facts, in order, each a node of its own. beside: shown and ranked, but no part
    of its section's sum.
    """

    code: str
    name: Text
    clause: str
    line: int
    kind: str
    full: Expression | None
    weight: Expression
    values: Mapping[str, Expression] = field(default_factory=dict)
    formulas: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, tuple[Band, ...]] = field(default_factory=dict)
    lists: Mapping[str, tuple[Fraction, ...]] = field(default_factory=dict)
    levels: Mapping[str, tuple[str, tuple[tuple[str, Fraction], ...]]] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    fields: tuple[str, ...] = ()
    steps: Mapping[str, str] = field(default_factory=dict)
    beside: bool = False
    scorers: Scorers | None = None
    rounds: Mapping[str, int] = field(default_factory=dict)
    show: int | None = None
    cap: Expression | None = None
    floor: Expression | None = None
    missing: Missingness = UNSCORED
    not_applicable: Missingness = UNSCORED
    reach: Reach = EVERYONE
    figures: tuple[FigureUse, ...] = ()
    unit_of_measure: str = ""
    responsible: str = ""
    accepts: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Available:
    """How much of a section must be there for it to have a value; what is missing is then left out.

    counted: `parts` (their number), `share` (of their number) or `weight` (share of their weights).
    """

    counted: str
    least: Fraction


@dataclass(frozen=True, slots=True)
class Section:
    """A part made of parts (考核内容). extra: outside the full mark (加扣分). beside: no part of the sum above it.

    factor: what the parts come to is multiplied by it. only_if: a condition; where it does not hold, `if_not` (0).
    """

    code: str
    name: Text
    clause: str
    line: int
    parts: tuple[Section | Indicator, ...]
    combine: str = "sum"
    formula: str = ""
    full: Expression | None = None
    weight: Expression | None = None
    factor: Expression | None = None
    only_if: str = ""
    if_not: Expression | None = None
    cap: Expression | None = None
    floor: Expression | None = None
    round: int | None = None
    show: int | None = None
    extra: bool = False
    beside: bool = False
    available: Available | None = None
    reach: Reach = EVERYONE
    accepts: tuple[str, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)

    @property
    def counted(self) -> tuple[Section | Indicator, ...]:
        """The parts that make it up."""
        return tuple(part for part in self.parts if not part.beside)


@dataclass(frozen=True, slots=True)
class Veto:
    """一票否决. effect: zero, out, cap (no better grade than `grade`), lower (by `steps` grades)."""

    code: str
    name: Text
    clause: str
    line: int
    effect: str
    when: str = "count_events() > 0"
    grade: str = ""
    steps: int = 1
    reach: Reach = EVERYONE


@dataclass(frozen=True, slots=True)
class Ranking:
    """on: `value` or `printed`; ties: share 1,2,2,4 · dense 1,2,2,3 · mean 1,2.5,2.5,4 · last 1,3,3,4.

    among: only units whose attributes say so are ranked. tie_break: nodes that decide between equals, in order.
    """

    on: str = "value"
    best: str = "high"
    within: str = "group"
    ties: str = "share"
    tie_break: tuple[str, ...] = ()
    among: tuple[tuple[str, str], ...] = ()
    line: int = 0


BY_VALUE = Ranking()


@dataclass(frozen=True, slots=True)
class Grade:
    """One grade with its conditions; all given ones must hold. None: no such condition."""

    name: str
    line: int
    at_least: Fraction | None = None
    above: Fraction | None = None
    at_most: Fraction | None = None
    below: Fraction | None = None
    share: Expression | None = None
    places: Expression | None = None
    rank_to: int | None = None


@dataclass(frozen=True, slots=True)
class Grading:
    """Grades from best to worst, the first whose conditions hold. of: a formula, empty: the total."""

    grades: tuple[Grade, ...]
    line: int
    clause: str = ""
    of: str = ""
    on: str = "value"
    per: str = "group"
    quota: str = "down"
    ties: str = "down"


@dataclass(frozen=True, slots=True)
class Reward:
    """奖惩: what a grade, or a place up to `rank_to`, earns: an amount (also one a group), or a consequence in words."""

    name: Text
    line: int
    grade: str = ""
    rank_to: int | None = None
    amount: Expression | None = None
    says: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: facts, and what must come out of one node. units: all it gives facts of, be they none."""

    name: str
    node: str
    clause: str
    line: int
    source: str
    facts: tuple[tuple[str, str, str, str, str, int, str], ...]
    expect: Mapping[str, str]
    ranks: Mapping[str, str]
    grades: Mapping[str, str]
    rewards: Mapping[str, str]
    arithmetic: Mapping[str, str]
    decimals: int | None = None
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hole:
    """What the document leaves open or contradicts, and how this rule book reads it."""

    clause: str
    text: Text
    reading: Text = NO_TEXT


@dataclass(frozen=True, slots=True)
class RuleBook:
    """A whole rule book. `source`: address of the document; `real`: a published one, not made up.

    inputs: facts that are no indicator's own, by code, which formulas may use. missing_marks: what facts files write
    where there is no value.
    separate: an attribute whose units are never compared across its values (the units of each county, say).
    """

    code: str
    title: Text
    place: str
    year: str
    real: bool
    source: str
    about: Text
    total: Section
    groups: tuple[Group, ...] = ()
    group_by: str = "group"
    separate: str = ""
    vetoes: tuple[Veto, ...] = ()
    ranking: Ranking = BY_VALUE
    grading: Grading | None = None
    rewards: tuple[Reward, ...] = ()
    examples: tuple[Example, ...] = ()
    holes: tuple[Hole, ...] = ()
    rounding: str = "half_up"
    precision: int = 30
    inputs: Mapping[str, Text] = field(default_factory=dict)
    missing_marks: tuple[str, ...] = ()
    content: object = None
    file: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of what the rule book says, comments, layout and order of keys aside."""
        text = json.dumps(self.content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def nodes(self) -> Iterator[Section | Indicator]:
        """All sections and indicators, the total first, in the order of the book."""
        return _below(self.total)

    def indicators(self) -> Iterator[Indicator]:
        return (node for node in self.nodes() if isinstance(node, Indicator))

    def node(self, code: str) -> Section | Indicator | None:
        return next((node for node in self.nodes() if node.code == code), None)


def _below(section: Section) -> Iterator[Section | Indicator]:
    yield section
    for part in section.parts:
        if isinstance(part, Section):
            yield from _below(part)
        else:
            yield part


def load(text: str, file: str = "") -> RuleBook:
    """The rule book of a YAML text. InputRefused lists everything that cannot be read, with clause and line."""
    from gangmu.engine.loading import book

    return book(text, file)


def load_file(path: Path) -> RuleBook:
    """The rule book of a file, in UTF-8 or GB 18030. InputRefused also where the file is not there, or no text."""
    return load(text_of(path), str(path))


def text_of(path: Path) -> str:
    """The text of a rule book's file, its byte order mark left out."""
    if path.suffix.lower() in (".xlsx", ".xls", ".csv", ".docx", ".pdf"):
        raise refuse(
            "rulebook.kind",
            "不是考核办法的 YAML 文件",
            "is no YAML file of a rule book",
            "表格版请先用 gangmu rulebook xlsx 文件 -o 办法.yaml 转换",
            "turn a workbook into one with gangmu rulebook xlsx FILE -o BOOK.yaml",
            file=str(path),
        )
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refuse(
            "file.unreadable",
            f"无法读取（{error.strerror}）",
            f"cannot be read ({error.strerror})",
            "请检查文件名和权限",
            "check its name and permissions",
            file=str(path),
        ) from error
    return text_table.decoded(data, str(path)).removeprefix("\ufeff")
