"""What if: facts, weights or rules as they might be, and how every unit's total, rank and grade would move.

A change is applied to what the rule book and the facts say, and everything is scored again by the one engine: there is
no second arithmetic. Nothing is kept.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gangmu.engine import loading, numbers, yaml_tree
from gangmu.engine.explanation import case_of
from gangmu.engine.facts import ACTUAL, Case, Facts, Row
from gangmu.engine.rulebook import TOTAL, RuleBook, Section
from gangmu.engine.scoring import Results, score_again
from gangmu.engine.scoring import Row as Result
from gangmu.engine.yaml_tree import Scalar, Tree
from gangmu.problems import InputRefused, Problems, Text, refuse

WHERE = "what-if"
"""What stands for a file in findings about changes."""

_EVENT = "what-if"
_WEIGHED = ("weighted", "mean", "geometric")


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact as it might be. value empty: not given. Of an indicator scored by events this is the unit's only event;
    of one with several scorers, what each of them gave. period empty: the unit's last."""

    unit: str
    indicator: str
    field: str
    value: str
    period: str = ""


@dataclass(frozen=True, slots=True)
class WeightChange:
    """The weight of a node where its section weighs its parts, else its full mark."""

    node: str
    value: str


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A parameter as it might be written. node: an indicator, section, veto or grade, or `total`, `rank`, `grades`."""

    node: str
    parameter: str
    value: str


Change = FactChange | WeightChange | RuleChange


@dataclass(frozen=True, slots=True)
class Move:
    """A unit before and after. by: of the total, exact; None where there is none before or after."""

    before: Result
    after: Result
    by: Fraction | None

    @property
    def moved(self) -> bool:
        was, is_now = self.before, self.after
        return self.by != 0 or (was.total, was.rank, was.grade) != (is_now.total, is_now.rank, is_now.grade)

    @property
    def up(self) -> Fraction | None:
        """Places gained; negative: lost."""
        was, is_now = (numbers.read(row.rank or "") for row in (self.before, self.after))
        return None if was is None or is_now is None else was - is_now

    @property
    def sentence(self) -> Text:
        """What moved and by how much, in words."""
        if not self.moved:
            return Text("不变", "unchanged")
        parts = [part for part in (self._total(), self._rank(), self._grade()) if part]
        return Text("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))

    def _total(self) -> Text | None:
        was, is_now = _or_none(self.before.total), _or_none(self.after.total)
        if self.by == 0 and was == is_now:
            return None
        by = "" if self.by is None else _signed(self.by)
        return Text(
            f"总分 {was.zh} → {is_now.zh}" + (f"（{by}）" if by else ""),
            f"total {was.en} → {is_now.en}" + (f" ({by})" if by else ""),
        )

    def _rank(self) -> Text | None:
        was, is_now, up = _or_none(self.before.rank), _or_none(self.after.rank), self.up
        if was == is_now:
            return None
        if up is None:
            return Text(f"名次 {was.zh} → {is_now.zh}", f"place {was.en} → {is_now.en}")
        size = numbers.shown(abs(up))
        return Text(
            f"名次 {was.zh} → {is_now.zh}（{'上升' if up > 0 else '下降'}{size}名）",
            f"place {was.en} → {is_now.en} ({'up' if up > 0 else 'down'} {size})",
        )

    def _grade(self) -> Text | None:
        was, is_now = _or_none(self.before.grade), _or_none(self.after.grade)
        return (
            None if was == is_now else Text(f"等次 {was.zh} → {is_now.zh}", f"grade {was.en} → {is_now.en}")
        )

    def as_json(self, language: str = "zh-hans") -> dict[str, object]:
        """The row afterwards as `score` gives it, and `before`."""
        return {
            **self.after.as_json(language),
            "before": self.before.as_json(language),
            "by": None if self.by is None else numbers.exact(self.by),
            "sentence": self.sentence.say(language),
        }


@dataclass(frozen=True, slots=True)
class WhatIf:
    """Results as they are and as they would be."""

    before: Results
    after: Results

    def moves(self) -> Iterator[Move]:
        """Every unit and period, in the order of the facts."""
        rows = {(row.unit, row.period): row for row in self.after.rows()}
        for row in self.before.rows():
            case = Case(row.unit, row.period)
            was, is_now = self.before.value(TOTAL, case), self.after.value(TOTAL, case)
            known = isinstance(was, Fraction) and isinstance(is_now, Fraction)
            yield Move(row, rows[row.unit, row.period], is_now - was if known else None)  # type: ignore[operator]


def what_if(before: Results, text: str, changes: Sequence[Change]) -> WhatIf:
    """Score again with changes. text: the rule book of `before` as it is written.

    InputRefused lists what is wrong with the changes: unknown units, nodes, parameters, numbers that are none.
    """
    if not changes:
        raise refuse(
            "what_if.nothing",
            "没有写要改什么",
            "there is nothing to change",
            "例如 甲局.gdp=7.5",
            "such as unit.indicator=7.5",
            file=WHERE,
        )
    problems = Problems()
    of_rules = [change for change in changes if not isinstance(change, FactChange)]
    book = _with_rules(before.book, text, of_rules, problems) if of_rules else before.book
    facts = _with_facts(before, [change for change in changes if isinstance(change, FactChange)], problems)
    problems.raise_if_any()
    return WhatIf(before, score_again(before, book, facts))


def fact(said: str) -> FactChange:
    """`unit.indicator=value`, `unit.indicator.field=value`; `unit@period.…` for another than the last period.

    >>> fact("甲局.gdp.target=6")
    FactChange(unit='甲局', indicator='gdp', field='target', value='6', period='')
    """
    key, value = _pair(said, "甲局.gdp=7.5", "unit.indicator=7.5")
    unit, *rest = key.split(".")
    if not 1 <= len(rest) <= 2 or not all((unit, *rest)):
        raise _unreadable(said, "甲局.gdp=7.5", "unit.indicator=7.5")
    unit, _, period = unit.partition("@")
    return FactChange(unit, rest[0], rest[1] if len(rest) > 1 else "", value, period)


def weight(said: str) -> WeightChange:
    """`indicator=number`."""
    node, value = _pair(said, "gdp=20", "indicator=20")
    return WeightChange(node, value)


def rule(said: str) -> RuleChange:
    """`indicator.parameter=value`, the value as a rule book writes it."""
    key, value = _pair(said, "gdp.up_cap=3", "indicator.up_cap=3")
    node, _, parameter = key.partition(".")
    if not node or not parameter:
        raise _unreadable(said, "gdp.up_cap=3", "indicator.up_cap=3")
    return RuleChange(node, parameter, value)


def _pair(said: str, zh: str, en: str) -> tuple[str, str]:
    key, equals, value = said.partition("=")
    if not equals or not key.strip():
        raise _unreadable(said, zh, en)
    return key.strip(), value.strip()


def _unreadable(said: str, zh: str, en: str) -> InputRefused:
    return refuse(
        "what_if.unreadable",
        f"“{said}”读不懂",
        f'"{said}" cannot be read',
        f"例如 {zh}",
        f"such as {en}",
        file=WHERE,
    )


def _with_rules(
    book: RuleBook, text: str, changes: Iterable[WeightChange | RuleChange], problems: Problems
) -> RuleBook:
    """The rule book with some of it written otherwise; what cannot be is a finding, and the book as it was."""
    tree = yaml_tree.parse(text, book.file)
    for change in changes:
        try:
            tree = _edited(tree, book, change)
        except InputRefused as refused:
            problems.extend(refused.problems)
    try:
        return loading.book_of(tree, book.file)
    except InputRefused as refused:
        problems.extend(refused.problems)
        return book


def _with_facts(before: Results, changes: Iterable[FactChange], problems: Problems) -> Facts:
    """The facts with some of them changed, in the same order of units."""
    facts = before.facts
    for change in changes:
        try:
            facts = _changed(before, facts, change, problems)
        except InputRefused as refused:
            problems.extend(refused.problems)
    return facts


def _changed(before: Results, facts: Facts, change: FactChange, problems: Problems) -> Facts:
    """What stood for the unit in its period or for all of them gives way to what is said now."""
    case = case_of(before, change.unit, change.period or None)
    indicator, field = change.indicator, change.field or ACTUAL
    reads = before.plan.reads().get(indicator)
    if reads is None:
        return _described(before, facts, case, change, problems)
    of_events = reads.event_numbers | reads.event_texts
    of_event = field in of_events and field not in reads.numbers | reads.texts
    keys = _keys(case, indicator)
    return facts.replaced(keys, _rows(facts.of_keys(keys), case, change, of_event=of_event), problems)


def _keys(case: Case, *indicators: str) -> list[tuple[str, str, str]]:
    return [
        (case.unit, period, indicator)
        for indicator in indicators
        for period in dict.fromkeys(("", case.period))
    ]


def _rows(mine: Sequence[Row], case: Case, change: FactChange, *, of_event: bool) -> list[Row]:
    """The rows of the indicator as they would be."""
    indicator, field = change.indicator, change.field or ACTUAL
    new = Row(case.unit, case.period, indicator, "", "", field, change.value, WHERE, "", _said(change))
    if not change.field and not change.value:
        return []
    if of_event:
        kept = [row for row in mine if row.event == _EVENT and row.field != field]
        return [*kept, replace(new, event=_EVENT)]
    standing = [row for row in mine if not row.event and (row.field or ACTUAL) == field]
    scorers = dict.fromkeys(row.scorer for row in standing if row.scorer)
    rest = [row for row in mine if row not in standing]
    return [*rest, *(replace(new, scorer=scorer) for scorer in scorers or ("",))]


def _described(before: Results, facts: Facts, case: Case, change: FactChange, problems: Problems) -> Facts:
    """What describes a unit, such as its group."""
    book = before.book
    known = {book.group_by, *(name for name, _ in book.ranking.among)}
    if change.indicator not in known or change.field:
        raise _unknown(change.indicator, sorted({*before.plan.reads(), *known}), _said(change))
    keys = _keys(case, "", change.indicator)
    rest = [row for row in facts.of_keys(keys) if (row.indicator or row.field) != change.indicator]
    new = Row(case.unit, case.period, "", "", "", change.indicator, change.value, WHERE, "", _said(change))
    return facts.replaced(keys, [*rest, new], problems)


def _said(change: Change) -> str:
    if isinstance(change, FactChange):
        return ".".join(part for part in (change.unit, change.indicator, change.field) if part)
    return f"{change.node}.{change.parameter}" if isinstance(change, RuleChange) else change.node


def _unknown(said: str, known: Sequence[str], place: str) -> InputRefused:
    near = difflib.get_close_matches(said, known, n=1)
    return refuse(
        "what_if.unknown",
        f"考核办法里没有“{said}”",
        f'the rule book has no "{said}"',
        f"是否就是“{near[0]}”" if near else f"有：{'、'.join(known)[:300]}",
        f'is it "{near[0]}"' if near else f"it has: {', '.join(known)[:300]}",
        file=WHERE,
        cell=place,
    )


def _edited(tree: Tree, book: RuleBook, change: WeightChange | RuleChange) -> Tree:
    """The text of the rule book with one parameter written otherwise."""
    if isinstance(change, WeightChange):
        change = RuleChange(change.node, _weight_key(book, change), change.value)
    value = yaml_tree.parse(f"value: {change.value}", WHERE)
    written = value.entries["value"] if isinstance(value, yaml_tree.Mapping) else value
    path = change.parameter.split(".")
    if change.node in (TOTAL, "rank", "grades"):
        return _put(tree, [change.node, *path], written)
    edited = _put_into(tree, change.node, path, written)
    if edited == tree and not _has(tree, change.node):
        raise _unknown(change.node, [node.code for node in book.nodes()], _said(change))
    return edited


def _weight_key(book: RuleBook, change: WeightChange) -> str:
    for section in book.nodes():
        if not isinstance(section, Section):
            continue
        for part in section.parts:
            if part.code != change.node:
                continue
            if section.combine in _WEIGHED:
                return "weight"
            if not isinstance(part, Section):
                return "full"
            raise refuse(
                "what_if.section",
                f"“{part.name.zh}”的满分由所含指标相加而成",
                f'the full mark of "{part.name.en}" is that of its parts',
                f"请改指标的分值：{'、'.join(one.code for one in part.parts)}",
                f"change those of its parts: {', '.join(one.code for one in part.parts)}",
                file=WHERE,
                cell=change.node,
            )
    raise _unknown(change.node, [node.code for node in book.nodes() if node.code != TOTAL], change.node)


def _put(tree: Tree, path: Sequence[str], value: Tree) -> Tree:
    """The tree with a value under a path of keys; what is missing on the way is made."""
    if not path:
        return value
    whole = tree if isinstance(tree, yaml_tree.Mapping) else yaml_tree.Mapping({}, {}, tree.line)
    key, line = path[0], whole.line
    below = whole.entries.get(key, yaml_tree.Mapping({}, {}, line))
    entries = {**whole.entries, key: _put(below, path[1:], value)}
    return yaml_tree.Mapping(entries, {key: line, **whole.lines}, line)


def _put_into(tree: Tree, code: str, path: Sequence[str], value: Tree) -> Tree:
    """The tree with a value put into the part that has a code (or a grade that has a name)."""
    if isinstance(tree, yaml_tree.Sequence):
        return yaml_tree.Sequence(tuple(_put_into(item, code, path, value) for item in tree.items), tree.line)
    if not isinstance(tree, yaml_tree.Mapping):
        return tree
    if _is_named(tree.entries, code):
        return _put(tree, path, value)
    entries = {
        key: below if key == "examples" else _put_into(below, code, path, value)
        for key, below in tree.entries.items()
    }
    return yaml_tree.Mapping(entries, tree.lines, tree.line)


def _has(tree: Tree, code: str) -> bool:
    if isinstance(tree, yaml_tree.Sequence):
        return any(_has(item, code) for item in tree.items)
    if not isinstance(tree, yaml_tree.Mapping):
        return False
    return _is_named(tree.entries, code) or any(
        _has(below, code) for key, below in tree.entries.items() if key != "examples"
    )


def _is_named(entries: Mapping[str, Tree], code: str) -> bool:
    return any(
        isinstance(name := entries.get(key), Scalar) and name.text == code for key in ("code", "grade")
    )


def _or_none(said: str | None) -> Text:
    return Text(said or "无", said or "none")


def _signed(value: Fraction) -> str:
    shown = numbers.shown(value).removeprefix("≈")
    return ("≈" if "≈" in numbers.shown(value) else "") + (shown if value < 0 else f"+{shown}")
