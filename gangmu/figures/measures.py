"""The vocabulary of measures (取值方式): what can be asked of a figure, in both languages, parsed once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gangmu.problems import Text


@dataclass(frozen=True, slots=True)
class MeasureKind:
    """A measure of interface.md. `words` are what people write for it in a sheet or a template.

    unit_of_measure: the unit of its values; None where it is the figure's own.
    """

    code: str
    name: Text
    rule: Text
    words: tuple[str, ...] = ()
    unit_of_measure: str | None = None
    decimals: int | None = None


KINDS: dict[str, MeasureKind] = {
    kind.code: kind
    for kind in (
        MeasureKind(
            "value",
            Text("数值", "value"),
            Text("本期数值", "the value of the period"),
            ("总量", "绝对值", "值", "水平", "总额"),
        ),
        MeasureKind(
            "count",
            Text("数量", "count"),
            Text("逐条计数", "entries counted one by one"),
            ("个数", "件数", "项数", "计数"),
        ),
        MeasureKind("sum", Text("合计", "sum"), Text("逐条相加", "a field added up over entries"), ("总和",)),
        MeasureKind(
            "rate",
            Text("比率", "rate"),
            Text("分子除以分母，再乘100", "numerator over denominator, times 100"),
            ("完成率", "办结率"),
            "%",
            1,
        ),
        MeasureKind(
            "yoy",
            Text("增速", "growth"),
            Text("（本期 ÷ 上年同期 − 1）× 100", "(this period ÷ the same period of last year − 1) × 100"),
            ("同比", "同比增速", "增长", "增幅", "增长率", "同比增长"),
            "%",
            1,
        ),
        MeasureKind(
            "change",
            Text("增减量", "change"),
            Text("本期 − 上年同期", "this period − the same period of last year"),
            ("增加", "增减", "变化", "净增"),
        ),
        MeasureKind(
            "share",
            Text("占比", "share"),
            Text("本指标 ÷ 整体 × 100", "the figure ÷ the whole × 100"),
            ("比重", "占", "份额"),
            "%",
            1,
        ),
        MeasureKind(
            "rank",
            Text("位次", "rank"),
            Text("在点名范围内从优到次排序", "the place within the named population, best first"),
            ("排名", "名次"),
            "位",
            0,
        ),
        MeasureKind(
            "fraction",
            Text("分数", "fraction"),
            Text("整体 ÷ 本指标", "the whole ÷ the figure"),
            ("几分之几",),
            "",
            1,
        ),
        MeasureKind(
            "multiple",
            Text("倍数", "multiple"),
            Text("本期 ÷ 上年同期", "this period ÷ the same period of last year"),
            ("倍",),
            "倍",
            1,
        ),
        MeasureKind(
            "streak",
            Text("连续年数", "streak"),
            Text(
                "截至本期连续满足条件的年数", "years in a row, up to this one, in which the condition holds"
            ),
            ("连续",),
            "年",
            0,
        ),
        MeasureKind(
            "names", Text("名单", "names"), Text("逐条列名", "the entries by name"), ("名称",), "", 0
        ),
    )
}

_WORDS: dict[str, str] = {
    word.casefold(): kind.code
    for kind in KINDS.values()
    for word in (kind.code, kind.name.zh, kind.name.en, *kind.words)
}
_PLANNED = re.compile(r"^\s*(?:planned\s+|计划|目标)", re.IGNORECASE)
_SHAPE = re.compile(r"^\s*([^()（）\s]+)\s*(?:[(（](.*)[)）])?\s*$")


@dataclass(frozen=True, slots=True, order=True)
class Measure:
    """One thing asked of a figure: `value`, `sum(invested)`, `planned yoy`.

    >>> Measure.parse("planned share( parent )")
    Measure(kind='share', argument='parent', planned=True)
    >>> str(Measure.parse("计划增速"))
    'planned yoy'
    """

    kind: str
    argument: str = ""
    planned: bool = False

    @classmethod
    def parse(cls, said: str) -> Measure | None:
        """The measure of a phrase in either language; None where it is none."""
        rest, planned = _PLANNED.subn("", said)
        if planned and not rest.strip():
            rest = "value"
        shape = _SHAPE.match(rest)
        if not shape:
            return None
        kind = _WORDS.get(shape.group(1).casefold())
        if kind is None:
            return None
        return cls(kind, re.sub(r"\s+", " ", (shape.group(2) or "").strip()), bool(planned))

    def __str__(self) -> str:
        return ("planned " if self.planned else "") + self.actual_text

    @property
    def actual_text(self) -> str:
        """The measure without `planned`: how quantities and observations are keyed."""
        return f"{self.kind}({self.argument})" if self.argument else self.kind

    @property
    def actual(self) -> Measure:
        return Measure(self.kind, self.argument)

    def name(self) -> Text:
        kind = KINDS[self.kind].name
        argument = f"（{self.argument}）" if self.argument else ""
        english = f" ({self.argument})" if self.argument else ""
        return Text(
            ("计划" if self.planned else "") + kind.zh + argument,
            ("planned " if self.planned else "") + kind.en + english,
        )
