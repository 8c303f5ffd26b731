"""How a question becomes a value: one small rule for each measure, the same for all figures.

Every rule returns a `Node` that keeps what the value was made from, so that the value and its trace
are one thing and cannot disagree.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from gangmu.figures import areas, catalogue, formulas, ledger_rows
from gangmu.figures.arithmetic import decimal_of, growth, yearly_growth
from gangmu.figures.desk import Desk
from gangmu.figures.figure import Figure, Formula, Ledger, Registered
from gangmu.figures.measures import Measure
from gangmu.figures.node import MISSING, NOT_PUBLISHED, NOTHING, OK, Node, Seen, missing
from gangmu.figures.requests import Question, Request, resolve
from gangmu.figures.sources import Asked
from gangmu.figures.units_of_measure import factor, unit_of
from gangmu.problems import InputRefused, Text
from gangmu.records.periods import Period

LONGEST_STREAK = 30
_REPORTED = Text("上报或反馈的数据", "as reported")
_PUBLISHED = Text("采用上级发布数", "as issued by the department above")
_PLANNED = Text("目标值", "the target")
_CONDITION = re.compile(r"^(.+?)\s*(>=|<=|>|<)\s*(.+)$")
_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}


def evaluate(questions: Sequence[Question]) -> list[Node]:
    """The nodes of all questions, in order. Queries follow the kinds of sources, not the number of questions."""
    desk = Desk()
    while True:
        evaluation = Evaluation(desk)
        nodes = [evaluation.node(question) for question in questions]
        if not desk.waits:
            return nodes
        desk.fetch()


class Evaluation:
    """One round: answers from the desk; a question met twice is answered once."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._done: dict[Question, Node] = {}
        self._open: set[Question] = set()

    def node(self, question: Question) -> Node:
        if question in self._done:
            return self._done[question]
        if question in self._open:
            return _circular(question)
        self._open.add(question)
        node = self._done[question] = self._made(question)
        self._open.discard(question)
        return node

    def _made(self, q: Question) -> Node:
        if q.measure.planned:
            return self.planned(q)
        if rule := _DERIVED.get(q.measure.kind):
            return rule(self, q)
        if isinstance(q.figure.source, Ledger):
            return self.from_ledger(q)
        if isinstance(q.figure.source, Formula):
            return self.from_formula(q, q.figure.source)
        if isinstance(q.figure.source, Registered):
            return self.from_source(q, q.figure.source)
        return self.from_series(q)

    # ---- plain values

    def from_series(self, q: Question) -> Node:
        """The value of a series: of the period itself, or out of finer or cumulated observations."""
        if q.figure.nature == "level" or (q.figure.nature == "ratio" and not q.figure.cumulative):
            return self.stock(q)
        if q.period.start.year != q.period.end.year:
            return self.over_years(q)
        if q.figure.cumulative:
            return self.of_cumulated(q)
        return self.added_up(q)

    def stock(self, q: Question) -> Node:
        """A stock or a reported rate: the observation of the period, or the one that ends with it."""
        seen = self.seen(q, "value", "actual", by_end=True)
        if seen is None:
            return self.nothing(q, "observation")
        if seen.period == q.period.code:
            return self.observed(q, seen)
        return self.observed(q, seen, "end_of_period", Text("取期末数", "the value at the period's end"))

    def of_cumulated(self, q: Question) -> Node:
        """A cumulative series: from January on the value at the end; anything else a difference of two."""
        if _from_january(q.period):
            seen = self.seen(q, "value", "actual", by_end=True)
            if seen is None:
                return self.nothing(q, "observation")
            if seen.period == q.period.code:
                return self.observed(q, seen)
            return self.observed(
                q, seen, "cumulated", Text("累计至期末的数值", "the value cumulated to the period's end")
            )
        if q.figure.nature == "ratio":
            reason = Text(
                "只有年初以来的累计数，没有当期数",
                "only values since January exist, none of the period alone",
            )
            return missing(q, "cumulated", reason, reason)
        upto, before = (
            self.node(q.in_period(q.period.year_to_date())),
            self.node(q.in_period(_until_before(q.period))),
        )
        sentence = Text("两个累计数相减", "the difference of two cumulated values")
        return self.combined(q, "difference", sentence, [upto, before], lambda a, b: a - b)

    def over_years(self, q: Question) -> Node:
        """A flow over several years: as reported for the whole span, else the sum of its years."""
        seen = self.seen(q, "value", "actual", by_end=False)
        if seen is not None:
            return self.observed(q, seen)
        years = [self.node(q.in_period(part)) for part in _by_year(q.period)]
        return self.combined(
            q,
            "sum_of_years",
            Text("逐年相加", "the years added up"),
            years,
            lambda *all_: sum(all_, Fraction(0)),
        )

    def added_up(self, q: Question) -> Node:
        """A flow that is reported period by period: of the period itself, else its parts added up."""
        seen = self.seen(q, "value", "actual", by_end=False)
        if seen is not None:
            return self.observed(q, seen)
        finer = [f for f in ("S", "Q", "M") if _finer(f, q.period.frequency)]
        for frequency in finer:
            parts = q.period.parts(frequency)
            if all(self.seen(q.in_period(part), "value", "actual", by_end=False) for part in parts):
                nodes = [self.node(q.in_period(part)) for part in parts]
                sentence = Text("各期相加", "the periods added up")
                return self.combined(
                    q, "sum_of_periods", sentence, nodes, lambda *all_: sum(all_, Fraction(0))
                )
        return self.nothing(q, "observation")

    def from_ledger(self, q: Question) -> Node:
        """A count, sum or rate over the rows of a ledger."""
        if q.area != areas.OWN:
            reason = Text("台账只有本区的记录", "a ledger holds the rows of the own district only")
            return missing(q, "ledger", reason, reason)
        return ledger_rows.node(q, self.desk)

    def from_formula(self, q: Question, source: Formula) -> Node:
        """Arithmetic over other figures, each asked for the same period and place."""
        asked = [replace(resolve(Request.parse(said, q.period.code)), unit=q.unit, area=q.area, as_of=q.as_of)
                 for said in formulas.references(source.expression)]  # fmt: skip
        inputs = [self.node(one) for one in asked]
        sentence = Text(f"按公式计算：{source.expression}", f"by the formula {source.expression}")
        return self.combined(
            q, "formula", sentence, inputs, lambda *values: formulas.compute(source.expression, values)
        )

    def from_source(self, q: Question, source: Registered) -> Node:
        """A value that a storey above answers for."""
        given = self.desk.given(source.name, Asked(q.figure.code, str(q.measure), q.period, q.unit, q.as_of))
        if given is None:
            return missing(q, "registered", NOTHING, NOTHING)
        status = MISSING if given.value is None else OK
        return Node(q, given.value, status, "registered", given.sentence, given.reason, given=given.rows)

    # ---- derived measures

    def yoy(self, q: Question) -> Node:
        """Growth: the issued one where there is one, else computed from the two values."""
        issued = self.issued(q)
        if issued is not None:
            return issued
        base = _base(q)
        if q.period.frequency == "R" and "-" not in q.period.code:
            return self.yearly(q, base)
        now, before = self.node(base), self.node(base.in_period(q.period.last_year()))
        sentence = Text(
            "由两期数值计算：（本期 ÷ 上年同期 − 1）× 100",
            "computed: (this period ÷ the same period of last year − 1) × 100",
        )
        return self.grown(q, "growth", sentence, now, before, lambda a, b: decimal_of(growth(a, b)))

    def yearly(self, q: Question, base: Question) -> Node:
        """Average yearly growth over a range of years, from the year before the first to the last."""
        first, last = (Period.parse(part) for part in q.period.code.split("/"))
        years = last.year - first.year + 1
        now, before = self.node(base.in_period(last)), self.node(base.in_period(first.last_year()))
        sentence = Text(f"年均增速：{years}年的几何平均", f"average yearly growth over {years} years")
        return self.grown(q, "yearly_growth", sentence, now, before, lambda a, b: yearly_growth(a, b, years))

    def change(self, q: Question) -> Node:
        """The absolute change over the same period of last year; percentage points where the figure is in per cent."""
        issued = self.issued(q)
        if issued is not None:
            return issued
        base = _base(q)
        now, before = self.node(base), self.node(base.in_period(q.period.last_year()))
        sentence = Text("本期 − 上年同期", "this period − the same period of last year")
        return self.combined(
            q, "change", sentence, [now, before], lambda a, b: a - b, _coverage_note(now, before)
        )

    def multiple(self, q: Question) -> Node:
        """How many times the same period of last year."""
        base = _base(q)
        now, before = self.node(base), self.node(base.in_period(q.period.last_year()))
        sentence = Text("本期 ÷ 上年同期", "this period ÷ the same period of last year")
        return self.grown(
            q, "multiple", sentence, now, before, lambda a, b: decimal_of(Fraction(a) / Fraction(b))
        )

    def share(self, q: Question) -> Node:
        """The figure as part of a whole: its parent area's value, or another figure."""
        issued = self.issued(q)
        if issued is not None:
            return issued
        part, whole = self.part_and_whole(q)
        if not isinstance(whole, Node):
            return missing(q, "share", whole, whole, part)
        sentence = Text(f"{part.question.label().zh} ÷ {whole.question.label().zh} × 100",
                        f"{part.question.label().en} ÷ {whole.question.label().en} × 100")  # fmt: skip
        return self.divided(q, "share", sentence, part, whole, Fraction(100))

    def fraction(self, q: Question) -> Node:
        """The whole over the part: 3.1 prints as 近三分之一."""
        part, whole = self.part_and_whole(q)
        if not isinstance(whole, Node):
            return missing(q, "fraction", whole, whole, part)
        sentence = Text(f"{whole.question.label().zh} ÷ {part.question.label().zh}",
                        f"{whole.question.label().en} ÷ {part.question.label().en}")  # fmt: skip
        return self.divided(q, "fraction", sentence, whole, part, Fraction(1))

    def part_and_whole(self, q: Question) -> tuple[Node, Node | Text]:
        """The part and the whole, or why there is no whole."""
        part_question = replace(q, measure=q.figure.default_measure)
        part = self.node(part_question)
        argument = q.measure.argument
        if argument == "parent":
            return part, self.node(part_question.for_area(q.figure.parent))
        other = catalogue.find(argument)
        if other is None:
            return part, self.node(part_question.for_area(areas.area_of(argument)))
        whole = self.node(replace(q, figure=other, measure=other.default_measure, filters=()))
        if factor(unit_of(q.figure, part_question.measure), unit_of(other, other.default_measure)) is None:
            return part, Text(
                f"与{other.name_zh}的计量单位不同，不能求比",
                f"{other.name_en} has another unit of measure: no share",
            )
        return part, whole

    def rank(self, q: Question) -> Node:
        """The place among sibling districts: the issued one, else computed over all that are known."""
        measure = q.measure if q.measure.argument != "published" else Measure("rank")
        issued = self.issued(q.of(measure))
        if issued is not None:
            return replace(issued, question=q)
        if q.measure.argument == "published" or not _is_series(q.figure) or q.unit:
            reason = Text("没有收到上级公布的位次", "no rank was received from above")
            return missing(q, "published", _PUBLISHED, reason)
        if not areas.is_district(q.area):
            reason = Text("只有区县之间排位次", "only districts are ranked")
            return missing(q, "rank", reason, reason)
        known = self.desk.areas(q.figure.code, q.period.start.year - 1, q.as_of)
        districts = [area for area in known or (q.area,) if areas.is_district(area)]
        if known is not None and (len(districts) < 2 or q.area not in districts):
            reason = Text("没有可比的兄弟区县数据", "no sibling district is known to compare with")
            return missing(q, "rank", reason, reason)
        return self.ranked(q, [self.node(_base(q).for_area(area)) for area in districts])

    def ranked(self, q: Question, population: list[Node]) -> Node:
        names = [areas.name(node.question.area) for node in population]
        zh, en = "、".join(name.zh for name in names), ", ".join(name.en for name in names)
        sentence = Text(f"在{zh}共{len(names)}个区县中排序", f"ranked among {len(names)} districts: {en}")
        unknown = [node for node in population if not node.ok]
        if unknown:
            lacking = [areas.name(node.question.area) for node in unknown]
            reason = Text(
                f"缺{'、'.join(n.zh for n in lacking)}的数据，不能排序",
                f"no data of {', '.join(n.en for n in lacking)}: no rank",
            )
            return missing(q, "rank", sentence, reason, *population)
        own = next(node for node in population if node.question.area == q.area)
        better = _better(q.figure.direction)
        ahead = sum(1 for node in population if better(_number(node), _number(own)))
        return Node(q, Decimal(ahead + 1), OK, "rank", sentence, inputs=tuple(population))

    def streak(self, q: Question) -> Node:
        """How many years in a row, up to this one, a condition has held; the first year without data ends the count."""
        match = _CONDITION.match(q.measure.argument)
        measure = Measure.parse(match[1]) if match else None
        if match is None or measure is None:
            reason = Text(
                f"条件“{q.measure.argument}”读不懂，例如 yoy>0",
                f"condition “{q.measure.argument}” cannot be read; write yoy>0",
            )
            return missing(q, "streak", reason, reason)
        sentence = Text(f"连续满足 {q.measure.argument} 的年数", f"years in a row with {q.measure.argument}")
        self.desk.known(q.figure.code, q.unit, q.area, 0, q.as_of)
        inputs: list[Node] = []
        for year in range(q.period.year, q.period.year - LONGEST_STREAK, -1):
            asked = q.of(measure).in_period(Period.of_year(year))
            left, right = self.node(asked), self.compared_with(match[3], asked)
            if not left.ok or not isinstance(right, Decimal):
                break
            inputs.append(left)
            if not _COMPARE[match[2]](_number(left), right):
                return Node(q, Decimal(len(inputs) - 1), OK, "streak", sentence, inputs=tuple(inputs))
        if not inputs:
            return missing(q, "streak", sentence, left.reason, left)
        note = Text(
            f"{q.period.year - len(inputs)}年及以前没有数据",
            f"no data for {q.period.year - len(inputs)} and before",
        )
        return Node(q, Decimal(len(inputs)), OK, "streak", sentence, note, tuple(inputs))

    def compared_with(self, said: str, asked: Question) -> Decimal | None:
        """The right side of a streak's condition: a number, or another figure in the same year."""
        try:
            return Decimal(said)
        except ArithmeticError:
            pass
        try:
            other = resolve(Request.parse(said, asked.period.code))
        except InputRefused:
            return None
        node = self.node(replace(other, unit=asked.unit, area=asked.area, as_of=asked.as_of))
        return node.value if node.ok else None

    def names(self, q: Question) -> Node:
        """How many rows there are to name; the names stand in `parts`."""
        return ledger_rows.names_node(replace(q, measure=q.figure.default_measure), q, self.desk)

    def planned(self, q: Question) -> Node:
        """The target: as set; planned growth also from a planned value over last year's."""
        seen = self.seen(
            q, q.measure.actual_text, "target", by_end=q.figure.cumulative and _from_january(q.period)
        )
        if seen is not None:
            return self.observed(q, seen, "planned", _PLANNED)
        if q.measure.kind == "yoy" and not q.measure.argument:
            plan = self.node(q.of(replace(q.figure.default_measure, planned=True)))
            before = self.node(_base(q.of("yoy")).in_period(q.period.last_year()))
            sentence = Text("由目标值与上年实际计算", "computed from the target and last year's actual value")
            if plan.ok:
                return self.grown(
                    q, "planned_growth", sentence, plan, before, lambda a, b: decimal_of(growth(a, b))
                )
        label = q.label()
        return missing(
            q, "planned", _PLANNED, Text(f"没有下达{label.zh}", f"no target is set for {label.en}")
        )

    # ---- what the rules share

    def seen(self, q: Question, measure: str, scenario: str, *, by_end: bool) -> Seen | None:
        known = self.desk.known(
            q.figure.code, q.unit, q.area, min(q.period.start.year, q.period.end.year) - 1, q.as_of
        )
        exact = known.of_period(measure, scenario, q.period)
        if not by_end:
            return exact
        ending = known.ending_with(measure, scenario, q.period.end)
        return (
            exact if exact is not None and ending is not None and exact.vintage == ending.vintage else ending
        )

    def issued(self, q: Question) -> Node | None:
        """The measure as the department above issued it, if it did. Only series are issued; ranks always may be."""
        if q.filters or (not _is_series(q.figure) and q.measure.kind != "rank"):
            return None
        by_end = q.figure.nature != "flow" or (q.figure.cumulative and _from_january(q.period))
        seen = self.seen(q, q.measure.actual_text, "actual", by_end=by_end)
        return None if seen is None else self.observed(q, seen, "published", _PUBLISHED)

    def observed(
        self, q: Question, seen: Seen, rule: str = "observation", sentence: Text = _REPORTED
    ) -> Node:
        if seen.status == NOT_PUBLISHED:
            reason = Text("上级不发布此数", "the department above does not issue it")
            return Node(q, None, NOT_PUBLISHED, rule, sentence, reason, observation=seen)
        return Node(q, seen.value, OK, rule, sentence, observation=seen)

    def nothing(self, q: Question, rule: str) -> Node:
        label = q.label()
        return missing(q, rule, _REPORTED, Text(f"缺{label.zh}", f"no data: {label.en}"))

    def combined(
        self,
        q: Question,
        rule: str,
        sentence: Text,
        inputs: Sequence[Node],
        compute: Callable[..., Fraction | None],
        note: Text = NOTHING,
    ) -> Node:
        """A value out of others. One that is missing or not published makes the whole so."""
        lacking = _lacking(q, rule, sentence, inputs)
        if lacking is not None:
            return lacking
        value = compute(*(Fraction(_number(node)) for node in inputs))
        if value is None:
            reason = Text("除数为零", "division by zero")
            return missing(q, rule, sentence, reason, *inputs)
        return Node(q, decimal_of(value), OK, rule, sentence, note, tuple(inputs))

    def grown(
        self,
        q: Question,
        rule: str,
        sentence: Text,
        now: Node,
        before: Node,
        compute: Callable[[Decimal, Decimal], Decimal],
    ) -> Node:
        """A rate over an earlier value; without a positive base there is none, and the change is offered."""
        lacking = _lacking(q, rule, sentence, (now, before))
        if lacking is not None:
            return lacking
        base = _number(before)
        if base <= 0 or (rule == "yearly_growth" and _number(now) <= 0):
            label = before.question.label()
            reason = Text(f"{label.zh}为{base}，不能计算增速；可改用增减量（change）",
                          f"{label.en} is {base}: no rate exists; ask for the change instead")  # fmt: skip
            return missing(q, rule, sentence, reason, now, before)
        note = _coverage_note(now, before)
        if note is NOTHING and q.figure.constant_prices and rule == "growth":
            note = Text(
                "未收到可比价增速，按现价总量计算",
                "no growth at constant prices was issued; computed at current prices",
            )
        return Node(q, compute(_number(now), base), OK, rule, sentence, note, (now, before))

    def divided(
        self, q: Question, rule: str, sentence: Text, above: Node, below: Node, times: Fraction
    ) -> Node:
        lacking = _lacking(q, rule, sentence, (above, below))
        if lacking is not None:
            return lacking
        scale = factor(
            unit_of(above.question.figure, above.question.measure),
            unit_of(below.question.figure, below.question.measure),
        )
        if not _number(below):
            label = below.question.label()
            return missing(
                q,
                rule,
                sentence,
                Text(f"{label.zh}为零，不能求比", f"{label.en} is zero: no ratio exists"),
                above,
                below,
            )
        value = Fraction(_number(above)) * (scale or 1) / Fraction(_number(below)) * times
        return Node(q, decimal_of(value), OK, rule, sentence, inputs=(above, below))


_DERIVED: dict[str, Callable[[Evaluation, Question], Node]] = {
    "yoy": Evaluation.yoy,
    "change": Evaluation.change,
    "multiple": Evaluation.multiple,
    "share": Evaluation.share,
    "fraction": Evaluation.fraction,
    "rank": Evaluation.rank,
    "streak": Evaluation.streak,
    "names": Evaluation.names,
}


def _lacking(q: Question, rule: str, sentence: Text, inputs: Sequence[Node]) -> Node | None:
    """The node of a value that cannot be made because an input is not published or missing; None where all are there."""
    for status in (NOT_PUBLISHED, MISSING):
        for node in inputs:
            if node.status == status:
                label = node.question.label()
                reason = node.reason if node.reason.zh else Text(f"缺{label.zh}", f"no data: {label.en}")
                return Node(q, None, status, rule, sentence, reason, tuple(inputs))
    return None


def _base(q: Question) -> Question:
    """What a change, growth or rank is of: `yoy(sum(invested))` → `sum(invested)`, else the figure's plain value."""
    inner = Measure.parse(q.measure.argument) if q.measure.argument not in ("", "published") else None
    default = q.figure.default_measure.actual
    # A figure of which only growth is issued has growth as its default: its plain value is another question.
    plain = default if default.kind in ("value", "count", "sum", "rate") else Measure("value")
    return replace(q, measure=inner or plain)


def _coverage_note(now: Node, before: Node) -> Text:
    """A change of coverage between the two values is said beside the result."""
    one, other = ({seen.coverage for seen in node.observations()} for node in (now, before))
    if one and other and one != other:
        return Text(
            "两期口径不同，增速和增减量仅供参考",
            "the coverage changed between the two periods: compare with care",
        )
    return NOTHING


def _better(direction: str) -> Callable[[Decimal, Decimal], bool]:
    return operator.lt if direction == "down" else operator.gt


def _number(node: Node) -> Decimal:
    assert node.value is not None
    return node.value


def _is_series(figure: Figure) -> bool:
    return not isinstance(figure.source, Ledger | Formula | Registered)


def _from_january(period: Period) -> bool:
    return period.year_to_date().start == period.start and period.start.year == period.end.year


def _until_before(period: Period) -> Period:
    """From January to the month before a period starts (a quarter's or half-year's end included)."""
    return Period.parse(f"{period.start.year}-M01/{period.start.year}-M{period.start.month - 1:02}")


def _by_year(period: Period) -> list[Period]:
    months = period.parts("M")
    years = sorted({month.year for month in months})
    spans = [[m for m in months if m.year == year] for year in years]
    return [
        Period.of_year(s[0].year) if len(s) == 12 else Period.parse(f"{s[0].code}/{s[-1].code}")
        for s in spans
    ]


def _finer(frequency: str, than: str) -> bool:
    order = "MQSA"
    return than == "R" or (than in order and order.index(frequency) < order.index(than))


def _circular(q: Question) -> Node:
    reason = Text(
        f"{q.figure.name_zh}的公式引用了自己", f"the formula of {q.figure.name_en} refers to itself"
    )
    return missing(q, "formula", reason, reason)
