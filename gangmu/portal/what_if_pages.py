"""What if, as a page: one fact or weight otherwise, and where every unit would then stand."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from django.utils.translation import gettext as _

from gangmu.assessment import results
from gangmu.assessment.models import CycleRun
from gangmu.engine import planning, rulebook
from gangmu.engine.facts import ACTUAL, Case
from gangmu.engine.kinds import kinds
from gangmu.engine.numbers import read, shown
from gangmu.engine.planning import Reads
from gangmu.engine.reference import SLASH
from gangmu.engine.rulebook import Indicator
from gangmu.engine.scoring import Results
from gangmu.engine.what_if import Change, FactChange, Move, WeightChange, what_if
from gangmu.org import permissions
from gangmu.org.models import Unit, User
from gangmu.portal.glossing import glossed, grade
from gangmu.problems import InputRefused, Problem, Text
from gangmu.scoring import books
from gangmu.web.cells import Link, said
from gangmu.web.forms import Field, Form
from gangmu.web.tables import Column, Row, Table

WEIGHT = "weight"
_OF_EVENTS = ("count", "level", "points")
_EVENT_LABELS = {
    "count": Text("事项次数", "number of events"),
    "level": Text("事项级别", "level of the event"),
    "points": Text("事项分数", "points of the event"),
}


@dataclass(frozen=True, slots=True)
class Question:
    """What may be changed of an indicator: one of its facts, or its full mark."""

    indicator: Indicator
    field: str
    number: bool = True

    @property
    def key(self) -> str:
        return f"{self.indicator.code}.{self.field}"

    @property
    def label(self) -> str:
        return f"{said(self.indicator.name)} · {self.name}"

    @property
    def name(self) -> str:
        if self.field == WEIGHT:
            return _("分值或权重")
        field = kinds()[self.indicator.kind].field(self.field)
        known = field.label if field else _EVENT_LABELS.get(self.field)
        return said(known) if known else grade(self.field)


@dataclass(frozen=True, slots=True)
class Answer:
    """Before and after. was: what stood there, as people read it; "" where there was nothing.

    moves: of the units the reader may see. alone: that is the own unit, and what is asked about others stays unsaid.
    """

    question: Question
    unit: Unit | None
    was: str
    value: str
    moves: tuple[Move, ...]
    alone: bool = False

    @property
    def sentence(self) -> str:
        """What becomes of the own unit, in words."""
        return glossed("; ".join(said(move.sentence) for move in self.moves))

    @property
    def moved(self) -> int:
        return sum(move.moved for move in self.moves)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a reader may ask about: all assessed units, or the own one alone, without a word about the others."""

    units: tuple[Unit, ...]
    alone: bool = False

    @classmethod
    def of(cls, user: User, made: CycleRun) -> Reader | None:
        """None for whoever sees no result of the run."""
        if permissions.may(user, results.SEE_ALL):
            return cls(tuple(results.units_of(made)))
        own = user.unit
        if own is None or not results.may_see(user, own) or results.standing(made, own) is None:
            return None
        return cls((own,), alone=True)


def form(made: CycleRun, reader: Reader, unit: Unit | None = None) -> Form:
    """One change to ask for. unit: whose sheet it stands on; its own indicators only, and itself chosen."""
    if reader.alone:
        unit = reader.units[0]
    asked: Sequence[Question] = _questions(made)
    if unit is not None:
        own = set(made.run.scores.filter(unit=unit.code).values_list("node", flat=True))
        asked = [one for one in asked if one.indicator.code in own]
    choices = [(one.code, said(one.title)) for one in reader.units if unit is None or one == unit]
    return Form(
        "what-if",
        _("假如"),
        f"/scores/{made.cycle.period}/what-if/",
        [
            Field("unit", _("单位"), "choice", unit.code if unit else "", required=True, choices=choices),
            Field("what", _("改哪一项"), "choice", required=True, choices=[(q.key, q.label) for q in asked]),
            Field("value", _("改为"), required=True, hint=_("数；不适用写“/”。改分值对所有单位生效")),
        ],
        help=_("改一个数据或一项分值，看本单位的得分、名次和等次怎么变。只是试算，不保存。")
        if reader.alone
        else _("改一个数据或一项分值，看所有单位的得分、名次和等次怎么变。只是试算，不保存。"),
    ).asking()


def answer(made: CycleRun, reader: Reader, asked: Mapping[str, str]) -> Answer:
    """What would be. InputRefused names the field that is wrong."""
    question = next((one for one in _questions(made) if one.key == asked.get("what")), None)
    unit = next((one for one in reader.units if one.code == asked.get("unit")), None)
    value = asked.get("value", "").strip()
    if question is None:
        raise _refused("what", Text("请选择改哪一项", "choose what to change"))
    if unit is None and question.field != WEIGHT:
        raise _refused("unit", Text("请选择单位", "choose a unit"))
    if not value:
        raise _refused("value", Text("请写改为多少", "say what it would be"))
    if question.number and read(value) is None and (value not in SLASH or question.field == WEIGHT):
        raise _refused("value", Text(f"“{value[:20]}”不是数", f'"{value[:20]}" is not a number'))
    before = results.results_of(made)
    try:
        asked_of = what_if(before, made.run.rulebook.text, [_change(question, unit, made, value)])
    except InputRefused as refused:
        raise InputRefused(tuple(replace(one, cell="value") for one in refused.problems)) from refused
    seen = {one.code for one in reader.units}
    moves = tuple(move for move in asked_of.moves() if move.after.unit in seen)
    return Answer(question, unit, _stood(before, question, unit, made), value, moves, reader.alone)


def _change(question: Question, unit: Unit | None, made: CycleRun, value: str) -> Change:
    code = question.indicator.code
    if question.field == WEIGHT or unit is None:
        return WeightChange(code, value)
    return FactChange(unit.code, code, question.field, value, made.cycle.period)


def _refused(field: str, message: Text) -> InputRefused:
    return InputRefused((Problem("what_if.incomplete", message, cell=field),))


def _stood(before: Results, question: Question, unit: Unit | None, made: CycleRun) -> str:
    """What stands there now; of events and of several scorers there is no single value to say."""
    code = question.indicator.code
    if unit is None or question.field == WEIGHT:
        case = Case(unit.code if unit else "", made.cycle.period)
        full = before.columns[f"{code}.full"].get(case) if unit else None
        return shown(full) if isinstance(full, Fraction) else ""
    entries = before.facts.entries(Case(unit.code, made.cycle.period), code)
    fact = entries.get(("", ""), {}).get(question.field)
    return fact.text if fact else ""


def _questions(made: CycleRun) -> tuple[Question, ...]:
    stored = made.run.rulebook
    return _questions_of(stored.text, stored.file)


@functools.lru_cache(maxsize=8)
def _questions_of(text: str, file: str) -> tuple[Question, ...]:
    """Planned once for each rule book: every page of results asks for it."""
    plan = planning.plan(rulebook.load(text, file))
    reads = plan.reads()
    return tuple(
        Question(indicator, field, number=field not in of.texts | of.event_texts)
        for indicator in plan.book.indicators()
        for of in (reads.get(indicator.code, Reads()),)
        for field in _fields(of)
    )


def _fields(reads: Reads) -> Iterator[str]:
    own = reads.numbers | reads.texts
    yield from sorted(own, key=lambda name: (name != ACTUAL, name))
    events = reads.event_numbers | reads.event_texts
    yield from (name for name in _OF_EVENTS if name in events and name not in own and _counts(name, events))
    yield WEIGHT


def _counts(name: str, events: frozenset[str]) -> bool:
    """Where events have levels, a number of them says nothing."""
    return name != "count" or "level" not in events


def tables(found: Answer, reader: Reader, period: str, made: CycleRun) -> tuple[list[Table], list[Table]]:
    """A table a group in the order of the rule book, by place afterwards: those in which someone moved, the others."""
    by_code = {unit.code: unit for unit in reader.units}
    moves: dict[str, list[Move]] = {}
    for move in found.moves:
        moves.setdefault(move.after.group, []).append(move)
    names = {group.code: said(group.name) for group in books.opened(made.run.rulebook).groups}
    order = [*(code for code in names if code in moves), *(code for code in moves if code not in names)]
    made_of = {code: _table(names.get(code, code), moves[code], by_code, period) for code in order}
    moved = {code for code in order if any(move.moved for move in moves[code])}
    return (
        [table for code, table in made_of.items() if code in moved],
        [table for code, table in made_of.items() if code not in moved],
    )


def _table(name: str, moves: Sequence[Move], units: Mapping[str, Unit], period: str) -> Table:
    columns = [
        Column("unit", _("单位")),
        Column("rank", _("名次"), "number"),
        Column("up", _("升降"), "code"),
        Column("before", _("原得分"), "number", minor=True),
        Column("after", _("得分"), "number"),
        Column("by", _("变化"), "number"),
        Column("grade", _("等次"), "code"),
    ]

    def rows(batch: Sequence[Move]) -> Iterator[Row]:
        for move in batch:
            unit = units[move.after.unit]
            cells = {
                "rank": move.after.rank,
                "up": _up(move),
                "unit": Link(
                    said(unit.short) or said(unit.title),
                    f"/scores/{period}/{unit.code}/",
                    said(move.after.note),
                ),
                "before": move.before.total,
                "after": move.after.total,
                "by": _by(move),
                "grade": _grade(move),
            }
            yield Row(cells, tone="own" if move.moved else "")

    ordered = sorted(moves, key=lambda move: (_place(move), units[move.after.unit].protocol_order))
    return Table(name, columns, ordered, rows, caption=name).as_is()


def _place(move: Move) -> Fraction:
    return read(move.after.rank or "") or Fraction(10**9)


def _up(move: Move) -> str:
    """In words as well as by sign, so that it reads without colour."""
    up = move.up
    if up is None or up == 0:
        return ""
    size = shown(abs(up))
    return _("↑ 升%(n)s") % {"n": size} if up > 0 else _("↓ 降%(n)s") % {"n": size}


def _by(move: Move) -> str:
    """As many decimals as the totals have; a change too small for them shows as what it is."""
    if move.by is None or move.by == 0:
        return ""
    decimals = len((move.after.total or "").partition(".")[2])
    text = shown(move.by, decimals)
    if read(text) == 0:
        text = shown(move.by).removeprefix("≈")
    return text if move.by < 0 else f"+{text}"


def _grade(move: Move) -> str:
    was, is_now = (grade(row.grade) or "—" for row in (move.before, move.after))
    return is_now if was == is_now else f"{was} → {is_now}"
