"""A rule book as a plan: steps in dependency order, each an expression tree. Interpreters know nothing else.

An indicator `gdp` becomes `gdp.full`, one step for each line of its kind's formula (`gdp.ratio` … `gdp.score`),
and `gdp`, where the rule for missing facts has spoken. A section becomes `code.full` and `code`; a veto its condition.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from gangmu.engine import expressions as x
from gangmu.engine.expressions import Expression
from gangmu.engine.facts import ACTUAL
from gangmu.engine.formulas import FormulaError, Scope, names_in, parse
from gangmu.engine.kind import FORMULA, Kind, Line
from gangmu.engine.kinds import kinds
from gangmu.engine.ordering import ordered
from gangmu.engine.rulebook import (
    EVERYBODY,
    EVERYONE,
    TOTAL,
    Indicator,
    Missingness,
    Reach,
    RuleBook,
    Section,
    Veto,
)
from gangmu.engine.values import MISSING, NO_TEXT, NOT_APPLICABLE, SHARED_OUT
from gangmu.problems import Problem, Problems, Text

BEFORE_VETO, GRADED, OUT = "total.before_veto", "total.graded", "total.out"
EVENT_FIELDS = ("count", "actual", "points")
ZERO, ONE = x.Const(Fraction(0)), x.Const(Fraction(1))


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, the part of the book it belongs to, its formula as text and as a tree."""

    name: str
    owner: str
    expression: Expression
    text: str = ""
    label: Text = NO_TEXT
    reach: Reach = EVERYONE
    line: int = 0


@dataclass(frozen=True, slots=True)
class Reads:
    """What a plan reads of an indicator's facts."""

    numbers: frozenset[str] = frozenset()
    texts: frozenset[str] = frozenset()
    event_numbers: frozenset[str] = frozenset()
    event_texts: frozenset[str] = frozenset()
    scorers: bool = False

    @property
    def events(self) -> bool:
        return bool(self.event_numbers or self.event_texts)


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in an order in which each stands after those it refers to."""

    book: RuleBook
    steps: tuple[Step, ...]
    by_name: Mapping[str, Step] = field(default_factory=dict)
    of_owner: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    asked: dict[tuple[str, str], Expression] = field(default_factory=dict)
    _reads: dict[str, Reads] = field(default_factory=dict, compare=False)

    def formula(self, node: Indicator, text: str) -> Expression:
        """Another formula over the facts, parameters and lines of an indicator: what sentences and advice ask.

        Read once and kept: interpreters know aggregates by the identity of their node.
        """
        key = (node.code, text)
        if key not in self.asked:
            self.asked[key] = _Compiler(self.book, Problems()).about(node, text)
        return self.asked[key]

    def reads(self) -> dict[str, Reads]:
        """Fields by indicator, over the whole plan; a mapping of one's own each time."""
        if not self._reads:
            self._reads.update(self._read())
        return dict(self._reads)

    def _read(self) -> dict[str, Reads]:
        found: dict[str, dict[str, set[str]]] = {}
        for step in self.steps:
            _collect(step.expression, "", found)
        weighed = {node.code for node in self.book.indicators() if node.scorers}
        return {
            code: Reads(
                frozenset(sets["numbers"]),
                frozenset(sets["texts"]),
                frozenset(sets["event_numbers"]),
                frozenset(sets["event_texts"]),
                code in weighed,
            )
            for code, sets in found.items()
        }


def _collect(node: Expression, event_of: str, found: dict[str, dict[str, set[str]]]) -> None:
    def note(indicator: str, what: str, name: str) -> None:
        empty: dict[str, set[str]] = {
            "numbers": set(),
            "texts": set(),
            "event_numbers": set(),
            "event_texts": set(),
        }
        found.setdefault(indicator, empty)[what].add(name)

    if isinstance(node, x.Field | x.OverScorers):
        note(node.indicator, "numbers", node.field)
    elif isinstance(node, x.EventField):
        note(event_of, "event_numbers", node.field)
    elif isinstance(node, x.Choose):
        note(node.indicator, "event_texts" if event_of else "texts", node.field)
    elif isinstance(node, x.OverEvents):
        if node.by:
            note(node.indicator, "event_texts", node.by)
        for child in node.children():
            _collect(child, node.indicator, found)
        return
    for child in node.children():
        _collect(child, event_of, found)


def plan(book: RuleBook) -> Plan:
    """The plan of a rule book. InputRefused names every formula that cannot be read, and every cycle."""
    problems = Problems()
    found = compiled(book, problems)
    problems.raise_if_any()
    return found


def compiled(book: RuleBook, problems: Problems) -> Plan:
    """The plan as far as it can be made; findings go to `problems`."""
    return arranged(book, list(_Compiler(book, problems).steps()), problems)


def arranged(book: RuleBook, steps: list[Step], problems: Problems | None = None) -> Plan:
    """A plan of these steps, each brought after those it refers to; a cycle goes to `problems`."""
    ordered = _ordered(steps, book, Problems() if problems is None else problems)
    owners: dict[str, list[Step]] = {}
    for step in ordered:
        owners.setdefault(step.owner, []).append(step)
    of_owner = {owner: tuple(mine) for owner, mine in owners.items()}
    return Plan(book, ordered, {step.name: step for step in ordered}, of_owner)


class _Compiler:
    def __init__(self, book: RuleBook, problems: Problems) -> None:
        self.book = book
        self.problems = problems
        self.codes = self._codes()
        self.several = {"indicators": tuple(_leaves(book.total))}
        self.inputs: dict[str, Expression] = {name: x.Field(name, ACTUAL) for name in book.inputs}

    def _codes(self) -> frozenset[str]:
        """Every name a formula of the book may refer to; a veto is 1 where it strikes, else 0."""
        found = {veto.code for veto in self.book.vetoes}
        for node in self.book.nodes():
            found |= {node.code, f"{node.code}.full"}
            if isinstance(node, Indicator):
                found |= {f"{node.code}.{line.name}" for line in kinds()[node.kind].lines(node.given)}
                found |= {f"{node.code}.{name}" for name in node.steps}
        return frozenset(found - {TOTAL}) | {TOTAL}

    def steps(self) -> Iterator[Step]:
        for node in self.book.nodes():
            yield from self._indicator(node) if isinstance(node, Indicator) else self._section(node)
        for veto in self.book.vetoes:
            yield self._veto(veto)
        yield self._out()
        for text in self.book.ranking.tie_break:
            if text not in self.codes:
                scope = Scope({}, nodes=self.codes, precision=self.book.precision)
                yield Step(text, TOTAL, self._parsed(text, scope, "rank", self.book.ranking.line), text)
        if self.book.grading and self.book.grading.of:
            grading = self.book.grading
            yield Step(
                GRADED,
                TOTAL,
                self._parsed(
                    grading.of,
                    Scope(self.inputs, nodes=self.codes, precision=self.book.precision),
                    "grades",
                    grading.line,
                ),
                grading.of,
            )

    def _parsed(self, text: str, scope: Scope, where: str, line: int) -> Expression:
        try:
            return parse(text, scope)
        except FormulaError as error:
            self.problems.add(
                Problem(
                    "rulebook.formula",
                    Text(f"{where}：{error.text.zh}", f"{where}: {error.text.en}"),
                    Text("请按规则语言说明改写公式", "see the reference of the rule language"),
                    self.book.file,
                    "",
                    f"line {line}",
                )
            )
            return x.Nothing(MISSING, "公式有误", "the formula is wrong")

    def _indicator(self, node: Indicator) -> Iterator[Step]:
        of_kind = kinds()[node.kind]
        full = node.full or ZERO
        yield Step(f"{node.code}.full", node.code, full, label=Text("分值", "full mark"), reach=node.reach)
        scope = self._scope(node, of_kind)
        names = dict(scope.names)
        for name in node.steps:
            yield self._prepared(node, name)
        for line in of_kind.lines(node.given):
            yield self._line(node, line, replace(scope, names=names))
            names[line.name] = x.Ref(f"{node.code}.{line.name}")
        yield Step(
            node.code, node.code, self._with_missing(node), label=Text("得分", "score"), reach=node.reach
        )

    def about(self, node: Indicator, text: str) -> Expression:
        scope = self._scope(node, kinds()[node.kind])
        lines = {
            line.name: x.Ref(f"{node.code}.{line.name}") for line in kinds()[node.kind].lines(node.given)
        }
        return self._parsed(text, replace(scope, names={**scope.names, **lines}), node.code, node.line)

    def _prepared(self, node: Indicator, name: str) -> Step:
        """A step that prepares the facts: it sees them and the steps before it, not what the kind makes of them."""
        text, line = node.steps[name], node.lines.get("steps", node.line)
        scope = self._scope(node, kinds()[node.kind], before=name)
        tree = self._parsed(text, scope, f"{node.clause}“{node.name.zh}”{name}", line)
        if name in node.rounds:
            tree = x.Round(tree, node.rounds[name], self.book.rounding)
        return Step(f"{node.code}.{name}", node.code, tree, text, Text(name, name), node.reach, line)

    def _line(self, node: Indicator, line: Line, scope: Scope) -> Step:
        text = node.formulas.get(line.formula, line.formula)
        where = f"{node.clause}“{node.name.zh}”"
        tree = scope.names.get(line.formula) or self._parsed(
            text, scope, where, node.lines.get(line.formula, node.line)
        )
        if line.name == "score":
            tree = _times(tree, scope.names.get("factor"))
            tree = _bounded(tree, node.floor, node.cap)
            tree = _only_if(tree, scope.names.get("only_if"), scope.names.get("if_not"))
        if line.name in node.rounds:
            tree = x.Round(tree, node.rounds[line.name], self.book.rounding)
        return Step(
            f"{node.code}.{line.name}",
            node.code,
            tree,
            text,
            line.label,
            node.reach,
            node.lines.get(line.formula, node.line),
        )

    def _scope(self, node: Indicator, of_kind: Kind, before: str = "") -> Scope:
        """The book's inputs and the facts first, then what the book states, then steps, then formulas over all.

        before: a step; it sees neither itself nor what comes after it.
        """
        names = self.inputs | {name: _fact(node, name) for name in node.fields}
        names["full"] = x.Ref(f"{node.code}.full")
        names.update(node.values)
        event_names = of_kind.events or (EVENT_FIELDS if of_kind.code == "formula" else ())
        scope = Scope(
            names=names,
            bands=node.tables,
            lists=node.lists,
            levels=node.levels,
            nodes=self.codes,
            indicator=node.code,
            precision=self.book.precision,
            rounding=self.book.rounding,
            ties=self.book.ranking.ties,
            event_names=frozenset(event_names),
            one_per="matter" if node.given.get("highest_only") == "yes" else "",
            several=self.several,
            beside=own_facts(node),
        )
        steps = list(node.steps)
        at = steps.index(before) if before else len(steps)
        later = set(steps[at:])
        names.update({name: x.Ref(f"{node.code}.{name}") for name in steps[:at]})
        for name, text in node.formulas.items():
            parameter = of_kind.parameter(name)
            if name == "formula" and parameter and parameter.type == FORMULA:
                continue
            if before and (name not in node.fields or names_in(text) & later):
                continue
            line = node.lines.get(name, node.line)
            names[name] = self._parsed(text, scope, f"{node.clause}“{node.name.zh}”{name}", line)
        return scope

    def _with_missing(self, node: Indicator) -> Expression:
        earned = x.Ref(f"{node.code}.score")
        cases = tuple(
            (x.IsMissing(earned, (state,)), self._instead(node, rule, earned))
            for state, rule in ((MISSING, node.missing), (NOT_APPLICABLE, node.not_applicable))
            if rule.how != "unscored"
        )
        return x.When(cases, earned) if cases else earned

    def _instead(self, node: Indicator, rule: Missingness, earned: Expression) -> Expression:
        full = x.Ref(f"{node.code}.full")
        scope = {"": "group", EVERYBODY: "all"}.get(rule.group, f"group:{rule.group}")
        average = x.OverGroup("mean", earned, scope)
        table: dict[str, Expression] = {
            "full": full,
            "none": ZERO,
            "points": x.Const(rule.points),
            # Where nobody has a value, what is missing is the unit's own fact: that is the reason to give.
            "average": x.When(((x.Not(x.IsMissing(average)), average),), earned),
            "out": x.Nothing(MISSING, "缺少数据，不参加排名", "no fact: out of the running"),
            "shared_out": x.Nothing(
                SHARED_OUT, "不适用，分值分摊到其他项", "not applicable, its weight is spread"
            ),
        }
        return table[rule.how]

    def _section(self, node: Section) -> Iterator[Step]:
        yield Step(
            f"{node.code}.full",
            node.code,
            self._full(node),
            label=Text("满分", "full mark"),
            reach=node.reach,
        )
        tree = _times(self._combined(node), node.factor)
        tree = _bounded(tree, node.floor, node.cap)
        if node.only_if:
            condition = self._over_nodes(node, node.only_if, "only_if")
            tree = _only_if(tree, condition, node.if_not)
        if node.round is not None:
            tree = x.Round(tree, node.round, self.book.rounding)
        zero = [veto.code for veto in self.book.vetoes if veto.effect == "zero"] if node.code == TOTAL else []
        if zero:
            yield Step(BEFORE_VETO, TOTAL, tree, node.formula, Text("否决前", "before any veto"))
            hit = x.Some(tuple(x.Compare("==", x.Ref(code), ONE) for code in zero))
            tree = x.When(((hit, ZERO),), x.Ref(BEFORE_VETO))
        yield Step(
            node.code,
            node.code,
            tree,
            node.formula or node.combine,
            Text("合计", "sum"),
            node.reach,
            node.line,
        )

    def _combined(self, node: Section) -> Expression:
        parts = tuple(
            (x.Ref(part.code), part.weight or ONE, x.Ref(f"{part.code}.full")) for part in node.counted
        )
        least = node.available
        combined = x.Combine(
            node.combine,
            parts,
            self.book.precision,
            least.least if least else None,
            least.counted if least else "parts",
        )
        if node.formula:
            return self._over_nodes(node, node.formula, "formula", combined)
        return combined

    def _over_nodes(
        self, node: Section, text: str, key: str, combined: Expression | None = None
    ) -> Expression:
        """A formula of a section: it speaks of other nodes, of its parts, and of what they come to."""
        scope = Scope(
            {**self.inputs, **({} if combined is None else {"combined": combined})},
            nodes=self.codes,
            precision=self.book.precision,
            rounding=self.book.rounding,
            ties=self.book.ranking.ties,
            several={
                "parts": tuple(part.code for part in node.counted),
                "indicators": tuple(_leaves(node)),
            },
        )
        where = f"{node.clause}“{node.name.zh}”"
        return self._parsed(text, scope, where, node.lines.get(key, node.line))

    def _full(self, node: Section) -> Expression:
        """The stated full mark, else that of its parts: their sum, or 100 where points are averaged."""
        if node.full is not None:
            return node.full
        counted = [part for part in node.counted if not (isinstance(part, Section) and part.extra)]
        parts = tuple((x.Ref(f"{part.code}.full"), part.weight or ONE, ZERO) for part in counted)
        how = "mean" if node.combine in ("geometric", "harmonic", "median", "trimmed") else node.combine
        return x.Combine(how, parts, self.book.precision) if parts else ZERO

    def _veto(self, veto: Veto) -> Step:
        names = {**self.inputs, "actual": x.Field(veto.code, ACTUAL)}
        scope = Scope(
            names,
            nodes=self.codes,
            indicator=veto.code,
            precision=self.book.precision,
            event_names=frozenset(EVENT_FIELDS),
            several=self.several,
        )
        tree = self._parsed(veto.when, scope, f"{veto.clause}“{veto.name.zh}”", veto.line)
        return Step(veto.code, veto.code, tree, veto.when, Text("否决", "veto"), veto.reach, veto.line)

    def _out(self) -> Step:
        """1 where the unit is out of the running: by a veto, or by a missing fact that says so."""
        hits: list[Expression] = [
            x.Compare("==", x.Ref(veto.code), ONE) for veto in self.book.vetoes if veto.effect == "out"
        ]
        for node in self.book.indicators():
            for state, rule in ((MISSING, node.missing), (NOT_APPLICABLE, node.not_applicable)):
                if rule.how == "out":
                    hits.append(x.IsMissing(x.Ref(f"{node.code}.score"), (state,)))
        return Step(OUT, TOTAL, x.Some(tuple(hits)), label=Text("不参加排名", "out of the running"))


def _leaves(section: Section) -> Iterator[str]:
    """The codes of the indicators that make up a section, at any depth."""
    for part in section.counted:
        if isinstance(part, Section):
            yield from _leaves(part)
        else:
            yield part.code


def own_facts(node: Indicator) -> tuple[str, ...]:
    """Facts of the indicator itself, declared under `fields` beside its events."""
    return tuple(name for name in node.fields if name != ACTUAL)


def _fact(node: Indicator, name: str) -> Expression:
    if node.scorers:
        return x.OverScorers(node.code, name, node.scorers.how, node.scorers.weights)
    return x.Field(node.code, name)


def _times(tree: Expression, factor: Expression | None) -> Expression:
    return tree if factor is None else x.Mul((tree, factor))


def _only_if(tree: Expression, condition: Expression | None, otherwise: Expression | None) -> Expression:
    """The score where the condition holds, else what the book says instead, else nothing."""
    return tree if condition is None else x.When(((condition, tree),), otherwise or ZERO)


def _bounded(tree: Expression, floor: Expression | None, cap: Expression | None) -> Expression:
    if floor is not None:
        tree = x.Max((tree, floor))
    return tree if cap is None else x.Min((tree, cap))


def _ordered(steps: list[Step], book: RuleBook, problems: Problems) -> tuple[Step, ...]:
    by_name = {step.name: step for step in steps}
    needs = {step.name: sorted(_needs(step.expression) & by_name.keys()) for step in steps}
    order, loops = ordered(needs)
    for loop in loops:
        _cycle(loop, by_name, book, problems)
    return tuple(by_name[name] for name in order)


def _needs(tree: Expression) -> set[str]:
    return {node.node for node in tree.walk() if isinstance(node, x.Ref)}


def _cycle(loop: list[str], by_name: Mapping[str, Step], book: RuleBook, problems: Problems) -> None:
    owners = [by_name[name].owner for name in loop]
    parts = [owner for owner, before in pairwise(owners) if owner != before] or owners[:1]
    at = parts.index(min(parts, key=list(dict.fromkeys(step.owner for step in by_name.values())).index))
    way = " → ".join([*parts[at:], *parts[:at], parts[at]])
    line = next((by_name[name].line for name in loop if by_name[name].line), book.total.line)
    problems.add(
        Problem(
            "rulebook.cycle",
            Text(f"公式互相引用，成了圈：{way}", f"formulas refer to each other in a circle: {way}"),
            Text("请改其中一个公式", "change one of them"),
            book.file,
            "",
            f"line {line}",
        )
    )
