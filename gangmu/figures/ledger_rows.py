"""Ledger figures: a declared quantity becomes selections of rows, and their answers a value."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from django.utils import timezone

from gangmu.figures.arithmetic import decimal_of
from gangmu.figures.figure import Condition, Figure, Ledger, Quantity, Rows, Term
from gangmu.figures.ledger_words import LAMP, split_by
from gangmu.figures.node import MISSING, OK, Node, Part, missing
from gangmu.figures.requests import Question
from gangmu.figures.units_of_measure import name_of, quantity_of
from gangmu.ledgers import declarations, queries
from gangmu.ledgers.declarations import Field, Register
from gangmu.ledgers.queries import Dated, RowRef, Selection
from gangmu.problems import Text
from gangmu.records import clock
from gangmu.records.lamps import WORD, Colour, lamp
from gangmu.records.periods import Period
from gangmu.sheets.parsing import unit_parts

if TYPE_CHECKING:
    from gangmu.figures.desk import Desk


TODAY = "today"
"""In a declared condition: the district's day, or the day of an as-of."""


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One thing asked of a ledger: `count`, `distinct`, `sum`, `names`, or `groups` by a field or the lamp."""

    kind: str
    selection: Selection
    field: str = ""


@dataclass(frozen=True, slots=True)
class Counted:
    """The answer. value None: no row gives the field. groups: (code, number) of each group."""

    value: Decimal | None
    names: tuple[str, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()


def count_all(aggregates: Sequence[Aggregate]) -> dict[Aggregate, Counted]:
    """Answer a batch: each aggregate once, whoever asked for it; the same for many units in one statement."""
    alike: dict[Aggregate, list[Aggregate]] = defaultdict(list)
    for aggregate in aggregates:
        alike[replace(aggregate, selection=replace(aggregate.selection, unit=None))].append(aggregate)
    found: dict[Aggregate, Counted] = {}
    for of_all, group in alike.items():
        if len(group) > 1 and of_all.kind in ("count", "sum"):
            found |= _by_unit(of_all, group)
        else:
            found |= {aggregate: _counted(aggregate) for aggregate in group}
    return found


def _by_unit(of_all: Aggregate, group: Sequence[Aggregate]) -> dict[Aggregate, Counted]:
    """The answers of units that were asked the same. A unit without rows counts zero and has no sum."""
    by_unit: dict[str | None, Decimal] = {}
    nothing: Decimal | None = None
    if of_all.kind == "count":
        nothing = Decimal(0)
        by_unit |= {unit: Decimal(n) for unit, n in queries.count_by_unit(of_all.selection).items()}
    else:
        by_unit.update(queries.total_by_unit(of_all.selection, of_all.field).items())
    return {
        one: Counted(by_unit.get(one.selection.unit, nothing)) if one.selection.unit else _counted(one)
        for one in group
    }


def _counted(aggregate: Aggregate) -> Counted:
    selection = aggregate.selection
    match aggregate.kind:
        case "count":
            return Counted(Decimal(queries.count(selection)))
        case "distinct":
            return Counted(Decimal(queries.distinct(selection, aggregate.field)))
        case "sum":
            return Counted(queries.total(selection, aggregate.field))
        case "names":
            found = queries.refs(selection)
            return Counted(Decimal(len(found)), names=tuple(ref.title for ref in found))
    groups = _lamps(selection) if aggregate.field == LAMP else _groups(selection, aggregate.field)
    return Counted(Decimal(sum(groups.values())), groups=tuple(groups.items()))


def _groups(selection: Selection, field: str) -> Counter[str]:
    listed = queries.listing(selection, [field])
    return Counter(str(row[field] or "") for row in listed)


def _lamps(selection: Selection) -> Counter[str]:
    """How many rows show each lamp at the period's end, or today while it lasts."""
    register = declarations.get(selection.ledger)
    today = clock.today()
    day = min(selection.period.end, today) if selection.period else today
    found: Counter[str] = Counter({colour.value: 0 for colour in Colour})
    for row in queries.listing(selection, ["due_on", "done_on"]):
        due, done = _day(row["due_on"]), _day(row["done_on"])
        done = done if done is not None and done <= day else None
        shown = lamp(done, due, day, register.amber_days, clock=register.amber_clock)
        found[shown.colour.value] += 1
    return found


def _day(value: object) -> datetime.date | None:
    return value if isinstance(value, datetime.date) else None


# ---- values


def node(q: Question, desk: Desk) -> Node:
    """The value of a ledger figure: its declared quantity, or a count by lamp or field."""

    quantity = quantity_of(q.figure, q.measure)
    if q.measure.kind == "count" and split_by(q.measure.argument):
        return _count_of_some(q, desk)
    assert quantity is not None, f"{q.figure.code} {q.measure}: resolved before"
    if quantity.denominator is None:
        return _amount(q, quantity, desk)
    return _rate(q, quantity, quantity.denominator, desk)


def names_node(counted: Question, asked: Question, desk: Desk) -> Node:
    """How many rows a count counts, with their titles as parts."""

    quantity = quantity_of(counted.figure, counted.measure)
    sentence = Text("逐条列名", "the entries by name")
    if quantity is None:
        return missing(
            asked, "names", sentence, Text("只有台账指标能列出名单", "only ledger figures have names")
        )
    selections = tuple(selections_of(counted, quantity.numerator))
    answers = [desk.counted(Aggregate("names", selection)) for selection in selections]
    names = [name for answer in answers if answer for name in answer.names]
    parts = tuple(Part(name, Text(name, name), Decimal(1)) for name in names)
    return Node(asked, Decimal(len(names)), OK, "names", sentence, selections=selections, parts=parts)


def _amount(q: Question, quantity: Quantity, desk: Desk) -> Node:

    sentence = _sentence(q, quantity.numerator, quantity.unit_of_measure)
    number = _number(q, quantity.numerator, desk)
    if number is None:
        reason = Text("入选的记录都没有填这一项", "none of the rows has this field filled in")
        return replace(
            missing(q, "ledger", sentence, reason), selections=tuple(selections_of(q, quantity.numerator))
        )
    value = number * _scale(q.figure, quantity.numerator, quantity.unit_of_measure)
    selections = tuple(selections_of(q, quantity.numerator))
    return Node(q, decimal_of(value), OK, "ledger", sentence, selections=selections)


def _rate(q: Question, quantity: Quantity, denominator: Term, desk: Desk) -> Node:
    """A rate is two numbers, each a node of its own, so that a trace shows both sides."""

    sides = [
        _side(q, quantity, term, side, desk) for side, term in ((0, quantity.numerator), (1, denominator))
    ]
    above, below = sides
    sentence = Text("分子 ÷ 分母 × 100", "numerator ÷ denominator × 100")
    if not above.ok or not below.ok or not below.value:
        reason = Text("没有应计入的记录，不能求比率", "no row is to be counted: no rate exists")
        return Node(q, None, MISSING, "rate", sentence, reason, tuple(sides))
    scale = _scale(q.figure, quantity.numerator, _own_unit(q.figure, denominator))
    value = Fraction(above.value or 0) * scale / Fraction(below.value) * 100
    return Node(q, decimal_of(value), OK, "rate", sentence, inputs=tuple(sides))


def _side(q: Question, quantity: Quantity, term: Term, side: int, desk: Desk) -> Node:

    number = _number(q, term, desk)
    said = Text("分子：", "numerator: ") if side == 0 else Text("分母：", "denominator: ")
    sentence = _sentence(q, term, _own_unit(q.figure, term))
    whole = Text(said.zh + sentence.zh, said.en + sentence.en)
    value = None if number is None else decimal_of(number)
    rule = "numerator" if side == 0 else "denominator"
    return Node(
        q, value, MISSING if value is None else OK, rule, whole, selections=tuple(selections_of(q, term))
    )


def _number(q: Question, term: Term, desk: Desk) -> Fraction | None:
    """A term's number in the field's own unit. No row at all sums to zero; rows that all lack the field are missing."""
    selections = list(selections_of(q, term))
    answers = [desk.counted(Aggregate(term.aggregate, selection, term.field)) for selection in selections]
    if any(answer is None for answer in answers):
        return None
    found = [answer.value for answer in answers if answer is not None and answer.value is not None]
    if found:
        return Fraction(sum(found, Decimal(0)))
    counts = [desk.counted(Aggregate("count", selection)) for selection in selections]
    return Fraction(0) if all(count is not None and not count.value for count in counts) else None


def _count_of_some(q: Question, desk: Desk) -> Node:

    quantity = _counted_quantity(q.figure)
    field = split_by(q.measure.argument)
    selections = tuple(selections_of(q, quantity.numerator))
    totals: Counter[str] = Counter()
    for selection in selections:
        answer = desk.counted(Aggregate("groups", selection, field))
        totals.update(dict(answer.groups) if answer else {})
    register = declarations.get(_register(q.figure))
    if q.measure.argument in tuple(Colour):
        word = WORD[Colour(q.measure.argument)]
        value = Decimal(totals[q.measure.argument])
        parts: tuple[Part, ...] = ()
        sentence = Text(f"期末为{word.zh}的条数", f"rows with a {word.en} lamp at the period's end")
    else:
        value = Decimal(sum(totals.values()))
        parts = tuple(
            Part(code, _group_name(register, field, code), Decimal(number))
            for code, number in _in_order(register, field, totals)
        )
        sentence = Text("逐条计数并分组", "entries counted one by one, in groups")
    return Node(q, value, OK, "ledger", sentence, selections=selections, parts=parts)


def _in_order(register: Register, field: str, totals: Counter[str]) -> list[tuple[str, int]]:
    if field == LAMP:
        order = [colour.value for colour in Colour]
    elif field == "stage":
        order = list(register.stage_order)
    else:
        order = (
            [choice.code for choice in register.by_code[field].choices] if field in register.by_code else []
        )
    return sorted(
        totals.items(), key=lambda pair: (order.index(pair[0]) if pair[0] in order else len(order), pair[0])
    )


def _group_name(register: Register, field: str, code: str) -> Text:
    if field == LAMP:
        return WORD[Colour(code)]
    if field == "stage":
        return register.stage_by_code[code].name
    names = register.by_code[field].choice_names if field in register.by_code else {}
    return names.get(code, Text(code or "（空）", code or "(empty)"))


def _counted_quantity(figure: Figure) -> Quantity:
    assert isinstance(figure.source, Ledger)
    return figure.source.quantities["count"]


# ---- rows


def rows_of(node: Node) -> list[RowRef]:
    """The rows that a node itself counts or names, each once."""
    found = [ref for selection in node.selections for ref in queries.refs(selection)]
    return _once([*found, *node.given])


def rows_behind(node: Node) -> list[RowRef]:
    """The rows of a node and of everything under it, each once, by ledger and number."""
    found = rows_of(node) + [ref for one in node.inputs for ref in rows_behind(one)]
    return sorted(_once(found), key=lambda ref: (ref.ledger, ref.number))


def _once(refs: Iterable[RowRef]) -> list[RowRef]:
    return list({(ref.ledger, ref.number, ref.version): ref for ref in refs}.values())


def selections_of(q: Question, term: Term) -> Iterator[Selection]:
    """What a term asks of the ledger in the question's period, unit and as-of, narrowed by its filters."""
    period = Period.of_year(q.period.year) if term.whole_year else q.period
    for rows in term.rows:
        yield Selection(
            ledger=_register(q.figure),
            where=tuple(_condition(q, one) for one in (*rows.where, *q.filters)),
            dated=_dated(rows),
            period=period,
            unit=q.unit,
            as_of=q.as_of,
            at_stage=rows.at_stage,
        )


def _dated(rows: Rows) -> Dated | None:
    return Dated(**{rows.dated[0]: rows.dated[1]}) if rows.dated else None


def _condition(q: Question, said: Condition) -> queries.Condition:
    """A declared condition in the field's own unit: 1 亿元 against a field in 万元 is 10000. `today`: the day asked of."""
    value = said.value
    if said.unit:
        field = declarations.get(_register(q.figure)).by_code[said.field]
        size, own = unit_parts(said.unit)[0], unit_parts(field.unit_of_measure)[0]
        value = Decimal(str(value)) * size / own
    elif value == TODAY:
        value = timezone.localdate(q.as_of) if q.as_of else clock.today()
    return queries.Condition(said.field, said.op, value)


def _register(figure: Figure) -> str:
    assert isinstance(figure.source, Ledger)
    return figure.source.register


def _scale(figure: Figure, term: Term, unit: str) -> Fraction:
    """What turns a term's number into `unit`: 万元 summed, 亿元 shown."""
    if term.aggregate != "sum":
        return Fraction(1)
    return Fraction(unit_parts(_own_unit(figure, term))[0], unit_parts(unit)[0])


def _own_unit(figure: Figure, term: Term) -> str:
    if term.aggregate != "sum":
        return ""
    field = field_of(declarations.get(_register(figure)), term.field)
    return field.unit_of_measure if field else ""


def field_of(register: Register, said: str) -> Field | None:
    """A field of the entry, or of a line (`investment.amount`)."""
    kind, _, code = said.partition(".")
    if not code:
        return register.by_code.get(said)
    return register.line_kinds[kind].by_code.get(code) if kind in register.line_kinds else None


def _sentence(q: Question, term: Term, unit: str) -> Text:
    register = declarations.get(_register(q.figure))
    if term.aggregate == "count":
        return Text(f"{register.name_zh}逐条计数", f"entries of the {register.name_en.lower()} counted")
    field = field_of(register, term.field)
    name = field.name if field else Text(term.field, term.field)
    if term.aggregate == "distinct":
        return Text(
            f"{register.name_zh}中不同的{name.zh}计数", f"different values of {name.en.lower()} counted"
        )
    return Text(
        f"{register.name_zh}逐条相加：{name.zh}，以{unit}计",
        f"{name.en} added up over entries, in {name_of(unit).en}",
    )
