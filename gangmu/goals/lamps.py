"""Lamps of goals (红黄绿灯): where a goal stands against its schedule, with the sentence that says why."""

from __future__ import annotations

import calendar
import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from gangmu.figures import catalogue
from gangmu.figures.areas import name as area_name
from gangmu.figures.arithmetic import decimal_of, plain, rounded
from gangmu.figures.figure import Figure, Ledger, Registered
from gangmu.figures.measures import Measure
from gangmu.figures.requests import Request
from gangmu.figures.units_of_measure import POINTS, with_unit
from gangmu.figures.values import Value, many
from gangmu.goals.models import Goal, Kind
from gangmu.problems import Text
from gangmu.records import clock
from gangmu.records.lamps import WORD, Colour, Lamp, lamp
from gangmu.records.periods import Period

# Defaults of this system, not of any regulation; a district's own belong in its settings.
AMBER_BEHIND, RED_BEHIND = Decimal(0), Decimal(10)
"""Points behind schedule (序时进度) from which an amount turns amber, red."""
AMBER_POINTS = Decimal(1)
"""A growth rate or share below its target by no more than this is amber, by more red."""
AMBER_PER_CENT = Decimal(5)
"""A level below its target by no more than this part of the target is amber, by more red."""
MILESTONE_DAYS = 30


@dataclass(frozen=True, slots=True)
class GoalLamp:
    """A goal's lamp. colour None: no data yet, which is neither good nor bad and is counted apart.

    value: the latest value known. covers: the period it covers. progress: per cent of the target reached,
    expected: per cent that schedule asks for; both only of amounts.
    """

    colour: Colour | None
    reason: Text
    value: Value | None = None
    covers: Period | None = None
    progress: Decimal | None = None
    expected: Decimal | None = None


def lamp_of(goal: Goal, as_of: datetime.datetime | None = None) -> GoalLamp:
    """The lamp of one goal by itself, today or as of a moment. Several at once: `lamps_of`."""
    return lamps_of([goal], as_of)[goal.pk]


def lamps_of(goals: Sequence[Goal], as_of: datetime.datetime | None = None) -> dict[int, GoalLamp]:
    """The lamps of goals by primary key, their values asked all at once. Parents are not rolled up (`tree`).

    as_of: lit by what was known then, and held against that day; the goals are taken as they are given.
    """
    today = clock.today(as_of)
    asked = {goal.pk: _asked(goal, today, as_of) for goal in goals}
    requests = [request for spans in asked.values() for span in spans for request in span.requests]
    answers = iter(many(requests))
    found = {
        pk: [(span, [next(answers) for _ in span.requests]) for span in spans] for pk, spans in asked.items()
    }
    return {goal.pk: _lamp(goal, found[goal.pk], today) for goal in goals}


def rolled_up(own: GoalLamp, parts: Sequence[GoalLamp], counts: Mapping[Colour | None, int]) -> GoalLamp:
    """The lamp of a goal that has no figure of its own: the worst of its parts, with the counts of all under it."""
    if own.value is not None or own.colour is not None or not parts:
        return own
    colours = [part.colour for part in parts if part.colour is not None]
    words = [(WORD[colour].zh, WORD[colour].en, counts.get(colour, 0)) for colour in Colour]
    zh, en = "，".join(f"{w}{n}" for w, _, n in words), ", ".join(f"{n} {w}" for _, w, n in words)
    lacking = counts.get(None, 0)
    reason = Text(
        f"下级目标：{zh}" + (f"，缺数{lacking}" if lacking else ""),
        f"goals below: {en}" + (f", {lacking} without data" if lacking else ""),
    )
    return replace(own, colour=min(colours, key=list(Colour).index, default=None), reason=reason)


def count(lamps: Iterator[GoalLamp]) -> Counter[Colour | None]:
    return Counter(one.colour for one in lamps)


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of the goal's period up to some day, with what is asked about it."""

    period: Period
    requests: tuple[Request, ...]


_Found = Sequence[tuple[_Span, list[Value]]]


def _asked(goal: Goal, today: datetime.date, as_of: datetime.datetime | None) -> list[_Span]:
    """The spans of a goal, latest first: the first with data lights the lamp."""
    figure = catalogue.find(goal.figure) if goal.figure else None
    if figure is None or _is_of_goals(figure) or goal.kind == Kind.MILESTONE:
        return []
    areas = ["own", *(goal.areas if goal.kind == Kind.HIGHER_THAN else [])]
    return [
        _Span(
            span,
            tuple(Request(goal.figure, span.code, goal.measure, area=area, as_of=as_of) for area in areas),
        )
        for span in _spans(figure, Period.parse(goal.period), today)
    ]


def _is_of_goals(figure: Figure) -> bool:
    """A goal about the goals themselves would ask for its own lamp."""
    return isinstance(figure.source, Registered) and figure.source.name == "goals"


def _spans(figure: Figure, period: Period, today: datetime.date) -> list[Period]:
    if isinstance(figure.source, Ledger | Registered):
        return [period] if period.start <= today else []
    frequency = figure.frequency if figure.frequency in ("Q", "M", "S") else period.frequency
    if period.frequency not in ("A", "S", "Q"):
        return [period]
    parts = [part for part in period.parts(frequency) if part.end <= today]
    if figure.nature == "flow" or figure.cumulative:
        return [_from_start(period, part) for part in reversed(parts)]
    return list(reversed(parts))


def _from_start(period: Period, part: Period) -> Period:
    if part.end == period.end:
        return period
    first = Period.containing(period.start, "M")
    return Period.parse(f"{first.code}/{Period.containing(part.end, 'M').code}")


def _lamp(goal: Goal, found: _Found, today: datetime.date) -> GoalLamp:
    if goal.kind == Kind.MILESTONE and not goal.figure:
        return _of_milestone(goal, today)
    if not goal.figure:
        return GoalLamp(None, Text("由下级目标汇总", "rolled up from the goals below"))
    known = next(((span, values) for span, values in found if all(v.status == "ok" for v in values)), None)
    if known is None:
        return _without_data(found)
    span, values = known
    made = _RULES[Kind(goal.kind)](goal, values, span.period, today)
    return replace(made, value=values[0], covers=span.period)


def _without_data(found: _Found) -> GoalLamp:
    if not found:
        return GoalLamp(None, Text("尚未开始或没有可用数据", "not begun, or no data yet"))
    _, values = found[0]
    lacking = next(value for value in values if value.status != "ok")
    return GoalLamp(None, lacking.reason)


def _of_milestone(goal: Goal, today: datetime.date) -> GoalLamp:
    shown: Lamp = lamp(goal.done_on, Period.parse(goal.period).end, today, MILESTONE_DAYS)
    return GoalLamp(shown.colour, shown.reason)


def _of_amount(goal: Goal, values: list[Value], covers: Period, today: datetime.date) -> GoalLamp:
    """A value: against schedule where it adds up over the year, against the target itself where it is a level."""
    value, target = values[0], goal.target
    if target is None:
        return GoalLamp(None, Text("没有目标值", "no target is set"))
    figure = catalogue.get(goal.figure)
    if not _adds_up(figure, Measure.parse(value.measure)) or target <= 0 or _direction(goal) == "down":
        return _of_level(goal, values, covers, today)
    period = Period.parse(goal.period)
    number = _number(value)
    progress = decimal_of(Fraction(number) / Fraction(target) * 100)
    expected = _elapsed(period, min(covers.end, today))
    behind = expected - progress
    colour = Colour.GREEN if behind <= AMBER_BEHIND else Colour.AMBER if behind <= RED_BEHIND else Colour.RED
    gap = (
        Text(f"，落后{_points(behind)}个百分点", f", {_points(behind)} points behind")
        if behind > 0
        else Text("", "")
    )
    said, aim = _said(value, number), _said(value, target)
    reason = Text(
        f"{_covered(covers, today).zh}完成{said.zh}，为目标{aim.zh}的{_points(progress)}%，序时进度{_points(expected)}%{gap.zh}",
        f"{said.en} done ({_covered(covers, today).en}), {_points(progress)}% of {aim.en}; schedule {_points(expected)}%{gap.en}",
    )
    return GoalLamp(colour, reason, progress=progress, expected=expected)


def _of_level(goal: Goal, values: list[Value], covers: Period, today: datetime.date) -> GoalLamp:
    value, target = values[0], goal.target
    if target is None:
        return GoalLamp(None, Text("没有目标值", "no target is set"))
    number = _number(value)
    short = target - number if _direction(goal) != "down" else number - target
    in_per_cent = value.unit_of_measure in ("%", "个百分点")
    tolerated = AMBER_POINTS if in_per_cent else abs(target) * AMBER_PER_CENT / 100
    colour = Colour.GREEN if short <= 0 else Colour.AMBER if short <= tolerated else Colour.RED
    said, aim = _said(value, number), _said(value, target)
    reached = (
        Text("，已达目标", ", target reached")
        if short <= 0
        else Text(f"，差{_gap(value, short).zh}", f", short by {_gap(value, short).en}")
    )
    return GoalLamp(
        colour,
        Text(
            f"{_covered(covers, today).zh}{said.zh}，目标{aim.zh}{reached.zh}",
            f"{_covered(covers, today).en}: {said.en}, target {aim.en}{reached.en}",
        ),
    )


def _of_comparison(goal: Goal, values: list[Value], covers: Period, today: datetime.date) -> GoalLamp:
    """Higher than others: equal is not higher."""
    own, others = _number(values[0]), values[1:]
    lower = [v for v in others if own < _number(v)]
    equal = [v for v in others if own == _number(v)]
    colour = Colour.RED if lower else Colour.AMBER if equal else Colour.GREEN
    zh = "、".join(f"{area_name(v.area).zh}{_said(v, _number(v)).zh}" for v in others)
    en = ", ".join(f"{area_name(v.area).en} {_said(v, _number(v)).en}" for v in others)
    verdict = {
        Colour.GREEN: Text("均高于", "above all of"),
        Colour.AMBER: Text("未低于但有持平，对比", "level with at least one of"),
        Colour.RED: Text("未全部高于", "not above all of"),
    }[colour]
    said = _said(values[0], own)
    return GoalLamp(
        colour,
        Text(
            f"{_covered(covers, today).zh}{said.zh}，{verdict.zh}{zh}",
            f"{_covered(covers, today).en}: {said.en}, {verdict.en} {en}",
        ),
    )


def _of_rank(goal: Goal, values: list[Value], covers: Period, today: datetime.date) -> GoalLamp:
    """A rank: worse than the floor is red, on the floor amber, better green; the stretch is said beside it."""
    place = _number(values[0])
    floor = goal.floor if goal.floor is not None else goal.target
    if floor is None:
        return GoalLamp(None, Text("没有写明保持的位次", "no floor is set"))
    colour = Colour.RED if place > floor else Colour.GREEN
    if place == floor and goal.stretch is not None and goal.stretch < floor:
        colour = Colour.AMBER
    zh, en = f"保持前{plain(floor)}位", f"floor: place {plain(floor)}"
    if goal.stretch is not None:
        away, aim = place - goal.stretch, plain(goal.stretch)
        zh += f"、争取前{aim}位" + ("，已进入争取位次" if away <= 0 else f"，还差{plain(away)}位")
        en += f", stretch: place {aim}" + (", reached" if away <= 0 else f", {plain(away)} places away")
    return GoalLamp(
        colour,
        Text(
            f"{_covered(covers, today).zh}居第{plain(place)}位；{zh}",
            f"{_covered(covers, today).en}: place {plain(place)}; {en}",
        ),
    )


def _of_zero(goal: Goal, values: list[Value], covers: Period, today: datetime.date) -> GoalLamp:
    number = _number(values[0])
    said = _said(values[0], number)
    if number == 0:
        return GoalLamp(
            Colour.GREEN,
            Text(f"{_covered(covers, today).zh}保持为零", f"{_covered(covers, today).en}: still zero"),
        )
    return GoalLamp(
        Colour.RED,
        Text(
            f"{_covered(covers, today).zh}已发生{said.zh}",
            f"{_covered(covers, today).en}: {said.en}, not zero",
        ),
    )


_RULES: Mapping[Kind, Callable[[Goal, list[Value], Period, datetime.date], GoalLamp]] = {
    Kind.OVERALL: _of_amount,
    Kind.VALUE: _of_amount,
    Kind.MILESTONE: _of_amount,
    Kind.GROWTH: _of_level,
    Kind.SHARE: _of_level,
    Kind.HIGHER_THAN: _of_comparison,
    Kind.RANK: _of_rank,
    Kind.KEEP_AT_ZERO: _of_zero,
}


def _adds_up(figure: Figure, measure: Measure | None) -> bool:
    """Whether the year's number grows through the year: amounts and counts of events, not stocks, rates or shares."""
    if measure is None or measure.kind not in ("value", "count", "sum") or figure.nature != "flow":
        return False
    if not isinstance(figure.source, Ledger):
        return True
    quantity = figure.source.quantities.get(measure.actual_text)
    return quantity is not None and (
        quantity.numerator.field.count(".") == 1 or any(rows.dated for rows in quantity.numerator.rows)
    )


def _direction(goal: Goal) -> str:
    return goal.direction or catalogue.get(goal.figure).direction


def _elapsed(period: Period, day: datetime.date) -> Decimal:
    """Per cent of a period that has passed by a day: by months where the day ends one, by days otherwise."""
    if day >= period.end:
        return Decimal(100)
    if day.day == calendar.monthrange(day.year, day.month)[1]:
        months = len(period.parts("M"))
        done = (day.year - period.start.year) * 12 + day.month - period.start.month + 1
        return decimal_of(Fraction(done * 100, months))
    return decimal_of(Fraction(((day - period.start).days + 1) * 100, (period.end - period.start).days + 1))


def _number(value: Value) -> Decimal:
    assert value.value is not None
    return value.value


def _said(value: Value, number: Decimal) -> Text:
    return with_unit(f"{rounded(number, value.decimals):f}", value.unit_of_measure)


def _gap(value: Value, number: Decimal) -> Text:
    """A difference: two percentages differ by percentage points, not by per cent."""
    unit = POINTS if value.unit_of_measure == "%" else value.unit_of_measure
    return with_unit(f"{rounded(number, value.decimals):f}", unit)


def _points(number: Decimal) -> str:
    return f"{rounded(number, 1):f}"


def _covered(covers: Period, today: datetime.date) -> Text:
    """The period as a sentence begins: 2025年1—9月; while it lasts: 2026年截至3月16日."""
    if today < covers.end and covers.start <= today:
        zh = f"{today.year}年截至{today.month}月{today.day}日"
        return Text(zh, f"{today.year} up to {today.day} {calendar.month_name[today.month]}")
    return Text(covers.label(), covers.label("en"))
