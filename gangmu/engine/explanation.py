"""A score that explains itself: every node with its formula, inputs, clause, a sentence, and what would have raised it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gangmu.engine import dates
from gangmu.engine import expressions as x
from gangmu.engine.advice import advice
from gangmu.engine.facts import ACTUAL, Case
from gangmu.engine.kind import Kind
from gangmu.engine.kinds import kinds
from gangmu.engine.numbers import exact, shown
from gangmu.engine.rewards import rewards
from gangmu.engine.rulebook import TOTAL, Indicator, Missingness, Section
from gangmu.engine.scoring import Results
from gangmu.engine.values import MISSING, NO_TEXT, NOT_APPLICABLE, OUTSIDE, Missing, Value
from gangmu.problems import Text, refuse


@dataclass(frozen=True, slots=True)
class Input:
    """What went into a node: a fact with the place it came from, a step of the formula, or a constant of the book."""

    name: str
    label: Text
    value: str
    place: str = ""

    def as_json(self) -> dict[str, str]:
        return {
            "name": self.name,
            "label_zh": self.label.zh,
            "label_en": self.label.en,
            "value": self.value,
            "place": self.place,
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """One node and those below it. value: exact; printed: as the book prints it; both None where there is none."""

    node: str
    name: Text
    value: str | None
    printed: str | None
    full: str | None
    formula: str
    inputs: tuple[Input, ...]
    clause: str
    sentence: Text
    next: Text
    rank: str | None = None
    grade: str | None = None
    parts: tuple[Explanation, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "node": self.node,
            "name_zh": self.name.zh,
            "name_en": self.name.en,
            "value": self.value,
            "printed": self.printed,
            "full": self.full,
            "formula": self.formula,
            "inputs": [given.as_json() for given in self.inputs],
            "clause": self.clause,
            "sentence_zh": self.sentence.zh,
            "sentence_en": self.sentence.en,
            "next": self.next.zh,
            "next_en": self.next.en,
            "rank": self.rank,
            "grade": self.grade,
            "parts": [part.as_json() for part in self.parts],
        }

    def walk(self) -> Iterator[Explanation]:
        yield self
        for part in self.parts:
            yield from part.walk()


def explain(results: Results, unit: str, node: str = TOTAL, period: str | None = None) -> Explanation:
    """The tree of a unit's score from a node down. InputRefused names what there is when unit or node is unknown."""
    part = results.book.node(node)
    if part is None:
        codes = "、".join(each.code for each in results.book.nodes())
        raise refuse(
            "explain.unknown_node",
            f"考核办法里没有“{node}”",
            f'the rule book has no "{node}"',
            f"有：{codes}",
            f"it has: {codes}",
        )
    return _node(results, case_of(results, unit, period), part)


def case_of(results: Results, unit: str, period: str | None = None) -> Case:
    """The case of a unit, by code or name; the last period where none is said."""
    found = [
        case
        for case in results.cases
        if unit in (case.unit, results.facts.attribute(case, "name")) and period in (None, case.period)
    ]
    if not found:
        units = "、".join(dict.fromkeys(case.unit for case in results.cases))
        raise refuse(
            "explain.unknown_unit",
            f"考核数据里没有“{unit}”" + (f"的 {period}" if period else ""),
            f'the facts have no "{unit}"' + (f" in {period}" if period else ""),
            f"有：{units[:300]}",
            f"there are: {units[:300]}",
        )
    return max(found, key=lambda case: case.period)


def _node(results: Results, case: Case, part: Section | Indicator) -> Explanation:
    value = results.value(part.code, case)
    full = results.value(f"{part.code}.full", case)
    below = _parts(results, case, part) if isinstance(part, Section) else ()
    rank = results.rank(part.code, case)
    return Explanation(
        node=part.code,
        name=part.name,
        value=exact(value) if isinstance(value, Fraction) else None,
        printed=results.printed(part.code, case),
        full=exact(full) if isinstance(full, Fraction) and full else None,
        formula=_formula(results, part),
        inputs=tuple(_inputs(results, case, part)),
        clause=part.clause,
        sentence=_sentence(results, case, part, value),
        next=advice(results, case, part) if isinstance(part, Indicator) else NO_TEXT,
        rank=None if rank is None else exact(rank),
        grade=results.grades.get(case) if part.code == TOTAL else None,
        parts=below,
    )


def _parts(results: Results, case: Case, section: Section) -> tuple[Explanation, ...]:
    """The parts that are the unit's; those of other groups are left out."""
    found = []
    for part in section.parts:
        value = results.value(part.code, case)
        if not (isinstance(value, Missing) and value.state == OUTSIDE):
            found.append(_node(results, case, part))
    return tuple(found)


def _formula(results: Results, part: Section | Indicator) -> str:
    if isinstance(part, Section):
        if part.formula:
            return part.formula
        return f"{part.combine}({', '.join(each.code for each in part.parts)})"
    steps = [step for step in results.plan.of_owner[part.code] if step.text]
    return "; ".join(f"{step.name.removeprefix(part.code + '.')} = {step.text}" for step in steps)


def _inputs(results: Results, case: Case, part: Section | Indicator) -> Iterator[Input]:
    if isinstance(part, Section):
        for each in part.parts:
            value = results.value(each.code, case)
            if not (isinstance(value, Missing) and value.state == OUTSIDE):
                yield Input(each.code, each.name, _said(value))
        return
    kind = kinds()[part.kind]
    yield from _facts(results, case, part, kind)
    for name, amount in part.values.items():
        yield Input(name, _label(kind, name), _said(results.interpreter.value(amount, case)), part.clause)
    yield from _inputs_of_book(results, case, part)
    for name in part.steps:
        yield Input(name, Text(name, name), _said(results.value(f"{part.code}.{name}", case)))
    for line in kind.lines(part.given):
        if line.name != "score":
            yield Input(line.name, line.label, _said(results.value(f"{part.code}.{line.name}", case)))


def _inputs_of_book(results: Results, case: Case, part: Indicator) -> Iterator[Input]:
    """Facts that are no indicator's own, as far as this one's formulas read them."""
    nodes = [node for step in results.plan.of_owner[part.code] for node in step.expression.walk()]
    read = {node.indicator for node in nodes if isinstance(node, x.Field)}
    for name, label in results.book.inputs.items():
        fact = results.facts.entries(case, name).get(("", ""), {}).get(ACTUAL)
        if name in read and fact is not None:
            row = fact.row
            place = " ".join(said for said in (row.file, row.sheet, row.cell) if said)
            yield Input(name, label, fact.text, place)


def _facts(results: Results, case: Case, part: Indicator, kind: Kind) -> Iterator[Input]:
    for (event, scorer), fields in results.facts.entries(case, part.code).items():
        for name, fact in fields.items():
            row = fact.row
            whose = "·".join(said for said in (event, scorer) if said)
            label = _label(kind, name)
            if whose:
                label = Text(f"{whose} {label.zh}", f"{whose} {label.en}")
            place = " ".join(said for said in (row.file, row.sheet, row.cell) if said)
            yield Input(".".join(said for said in (whose, name) if said), label, fact.text, place)


_EVENT_LABELS = {
    "count": Text("次数", "count"),
    "level": Text("级别", "level"),
    "points": Text("分数", "points"),
    "matter": Text("事项", "matter"),
}


def _label(kind: Kind, name: str) -> Text:
    fact, parameter = kind.field(name), kind.parameter(name)
    if fact is not None:
        return fact.label
    return parameter.label if parameter is not None else _EVENT_LABELS.get(name, Text(name, name))


def _said(value: Value) -> str:
    return shown(value) if isinstance(value, Fraction) else value.reason.zh


def _sentence(results: Results, case: Case, part: Section | Indicator, value: Value) -> Text:
    if isinstance(value, Missing):
        return Text(f"没有得分：{value.reason.zh}", f"no score: {value.reason.en}")
    if isinstance(part, Section):
        return _of_section(results, case, part, value)
    earned = results.value(f"{part.code}.score", case)
    if isinstance(earned, Missing):
        return _by_missing_rule(part, earned, value)
    kind = kinds()[part.kind]
    names = _names(results, case, part, kind)
    zh, en = _filled(kind.sentence.zh, names, "zh"), _filled(kind.sentence.en, names, "en")
    if (
        "only_if" in part.given
        and results.interpreter.value(results.plan.formula(part, "only_if"), case) == 0
    ):
        condition, score = part.formulas["only_if"], shown(value)
        return Text(
            f"不满足条件“{condition}”，按规定得{score}分", f'"{condition}" does not hold: {score} points'
        )
    if "factor" in part.given:
        factor = _said(results.interpreter.value(results.plan.formula(part, "factor"), case))
        zh, en = f"{zh}（已乘系数{factor}）", f"{en} (times a factor of {factor})"
    return Text(zh, en)


def _of_section(results: Results, case: Case, part: Section, value: Fraction) -> Text:
    full = results.value(f"{part.code}.full", case)
    score = results.printed(part.code, case) or ""
    of, of_en = "", ""
    if isinstance(full, Fraction) and full > 0:
        of, of_en = f"，满分{shown(full)}分", f" of {shown(full)}"
    zh, en = f"得{score}分{of}", f"{score} points{of_en}"
    before = _before_bounds(results, case, part)
    if before is not None and before != value and part.round is None:
        zh, en = (
            f"各项合计{shown(before)}分，按规定计{score}分{of}",
            f"the parts give {shown(before)}, counted as {en}",
        )
    if part.code != TOTAL:
        return Text(zh, en)
    return _with_place(results, case, zh, en)


def _before_bounds(results: Results, case: Case, part: Section) -> Fraction | None:
    """What the parts come to before cap and floor."""
    step = results.plan.by_name[part.code]
    for node in step.expression.walk():
        if isinstance(node, x.Combine):
            found = results.interpreter.value(node, case)
            return found if isinstance(found, Fraction) else None
    return None


def _with_place(results: Results, case: Case, zh: str, en: str) -> Text:
    rank, grade = results.rank(TOTAL, case), results.grades.get(case)
    note = results.note(TOTAL, case)
    if note.zh:
        zh, en = f"{zh}；{note.zh}", f"{en}; {note.en}"
    if rank is not None:
        zh, en = f"{zh}，列第{exact(rank)}名", f"{en}, place {exact(rank)}"
    if grade:
        zh, en = f"{zh}，等次{grade}", f"{en}, grade {grade}"
    for earned in rewards(results, case):
        zh, en = f"{zh}；{earned.said().zh}", f"{en}; {earned.said().en}"
    return Text(zh, en)


_INSTEAD = {
    "full": Text("按规定得满分", "the full mark by the rule book"),
    "none": Text("按规定不得分", "no points by the rule book"),
    "average": Text("按规定取平均分", "the average by the rule book"),
    "points": Text("按规定给分", "a stated mark by the rule book"),
}


def _by_missing_rule(part: Indicator, earned: Missing, value: Fraction) -> Text:
    rules: Mapping[str, Missingness] = {MISSING: part.missing, NOT_APPLICABLE: part.not_applicable}
    instead = _INSTEAD[rules[earned.state].how]
    score = shown(value)
    return Text(
        f"{earned.reason.zh}，{instead.zh}，得{score}分", f"{earned.reason.en}: {instead.en}, {score} points"
    )


def _names(results: Results, case: Case, part: Indicator, kind: Kind) -> dict[str, Value]:
    """Everything the sentence of the kind mentions."""
    names: dict[str, Value] = {"full": results.value(f"{part.code}.full", case)}
    for line in kind.lines(part.given):
        names[line.name] = results.value(f"{part.code}.{line.name}", case)
    names["score"] = results.value(part.code, case)
    for name, _ in _PLACEHOLDER.findall(kind.sentence.zh + kind.sentence.en):
        if name not in names:
            names[name] = results.interpreter.value(results.plan.formula(part, name), case)
    return names


_PLACEHOLDER = re.compile(r"\{(\w+)(?::([%d\d]))?\}")


def _filled(template: str, names: Mapping[str, Value], language: str) -> str:
    def put(match: re.Match[str]) -> str:
        value = names[match[1]]
        if isinstance(value, Missing):
            return value.reason.say(language)
        if match[2] == "d":
            return dates.shown(value)
        if match[2] == "%":
            return (
                f"{shown(value * 100)}%" if (value * 10000).denominator == 1 else f"{shown(value * 100, 2)}%"
            )
        return shown(value, int(match[2])) if match[2] else shown(value)

    return _PLACEHOLDER.sub(put, template)
