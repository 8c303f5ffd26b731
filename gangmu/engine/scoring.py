"""Applying a rule book to facts: scores of every node, ranks, grades, with digests."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from gangmu.engine import again, fact_check, grading, numbers, planning
from gangmu.engine.backends import BACKENDS
from gangmu.engine.facts import Case, Facts, Realm
from gangmu.engine.planning import OUT, Plan
from gangmu.engine.ranking import places
from gangmu.engine.reference import Interpreter
from gangmu.engine.rulebook import TOTAL, Indicator, RuleBook, Section
from gangmu.engine.values import OUTSIDE, Missing, Value
from gangmu.problems import Problems, Text, refuse


@dataclass(frozen=True, slots=True)
class Row:
    """The result of a unit in a period. total: as printed, None where there is none; `note` says why."""

    unit: str
    period: str
    group: str
    total: str | None
    rank: str | None
    grade: str | None
    note: Text

    def as_json(self, language: str = "zh-hans") -> dict[str, str | None]:
        return {
            "unit": self.unit,
            "period": self.period,
            "group": self.group,
            "total": self.total,
            "rank": self.rank,
            "grade": self.grade,
            "note": self.note.say(language),
        }


@dataclass(frozen=True, slots=True)
class NodeRow:
    """The result of one node. value: exact (`p/q` where it does not end); printed: as the book prints it."""

    unit: str
    period: str
    group: str
    node: str
    value: str | None
    printed: str | None
    rank: str | None
    grade: str | None
    note: Text

    def as_json(self, language: str = "zh-hans") -> dict[str, str | None]:
        return {
            "unit": self.unit,
            "period": self.period,
            "group": self.group,
            "node": self.node,
            "value": self.value,
            "printed": self.printed,
            "rank": self.rank,
            "grade": self.grade,
            "note": self.note.say(language),
        }


@dataclass(frozen=True)
class Results:
    """What a rule book makes of facts. `columns`: a value for every step and case."""

    plan: Plan
    facts: Facts
    groups: Mapping[Case, str]
    interpreter: Interpreter
    columns: Mapping[str, Mapping[Case, Value]] = field(default_factory=dict)
    _ranks: dict[str, Mapping[Case, Fraction]] = field(default_factory=dict, compare=False)

    @property
    def book(self) -> RuleBook:
        return self.plan.book

    @property
    def cases(self) -> tuple[Case, ...]:
        return tuple(self.groups)

    def value(self, node: str, case: Case) -> Value:
        return self.columns[node][case]

    def printed(self, node: str, case: Case) -> str | None:
        """As the book prints it: with its `show` decimals, else those it rounds to, else what is needed, at most 4."""
        value = self.columns[node][case]
        if not isinstance(value, Fraction):
            return None
        return numbers.shown(value, self.decimals(node)).removeprefix("≈")

    def decimals(self, node: str) -> int | None:
        part = self._parts[node]
        rounds = part.rounds.get("score") if isinstance(part, Indicator) else part.round
        return part.show if part.show is not None else rounds

    @functools.cached_property
    def _parts(self) -> Mapping[str, Section | Indicator]:
        return {node.code: node for node in self.book.nodes()}

    def out(self, case: Case) -> bool:
        return self.columns[OUT][case] == 1

    def ranks(self, node: str) -> Mapping[Case, Fraction]:
        """Places of a node, over the units that are ranked; found when first asked for."""
        if node not in self._ranks:
            self._ranks[node] = self._places(node)
        return self._ranks[node]

    def rank(self, node: str, case: Case) -> Fraction | None:
        return self.ranks(node).get(case)

    @functools.cached_property
    def grades(self) -> Mapping[Case, str]:
        return grading.grades(self, self.book.grading) if self.book.grading else {}

    def ranked(self, case: Case) -> bool:
        """Whether the unit takes part in ranks: in the running, and among those the book ranks."""
        return not self.out(case) and self.in_ranking(case)

    def in_ranking(self, case: Case) -> bool:
        """Whether the unit is among those the book ranks, out of the running or not."""
        among = self.book.ranking.among
        return all(self.facts.attribute(case, name) == said for name, said in among)

    def population(self, case: Case) -> tuple[Realm, str]:
        """Whom a unit is ranked with: its realm, and its group unless all are ranked together."""
        return (self.interpreter.realms[case], "" if self.book.ranking.within == "all" else self.groups[case])

    def judged(self, node: str, case: Case, on: str) -> Fraction | None:
        """The value a rank or grade looks at: exact, or as printed."""
        value = self.columns[node][case]
        if not isinstance(value, Fraction):
            return None
        decimals = self.decimals(node)
        return numbers.rounded(value, decimals) if on == "printed" and decimals is not None else value

    def _places(self, node: str) -> dict[Case, Fraction]:
        ranking = self.book.ranking
        found: dict[Case, Fraction] = {}
        populations: dict[tuple[Realm, str], dict[Case, tuple[Fraction, ...]]] = {}
        for case in self.cases:
            value = self.judged(node, case, ranking.on) if self.ranked(case) else None
            if value is not None:
                key = (value, *self._tie_break(node, case))
                populations.setdefault(self.population(case), {})[case] = key
        for values in populations.values():
            found.update(places(values, ranking.ties, ranking.best))
        return found

    def _tie_break(self, node: str, case: Case) -> Iterator[Fraction]:
        """What decides between equal totals; a missing value decides last."""
        if node == TOTAL:
            for other in self.book.ranking.tie_break:
                value = self.columns[other][case]
                yield value if isinstance(value, Fraction) else Fraction(-(10**30))

    def note(self, node: str, case: Case) -> Text:
        value = self.columns[node][case]
        if isinstance(value, Missing):
            return value.reason
        if node == TOTAL and self.out(case):
            return Text("不参加排名", "out of the running")
        hit = [veto for veto in self.book.vetoes if node == TOTAL and self.columns[veto.code][case] == 1]
        return Text(
            "；".join(f"一票否决：{veto.name.zh}" for veto in hit),
            "; ".join(f"veto: {veto.name.en}" for veto in hit),
        )

    def rows(self) -> Iterator[Row]:
        """A row a unit and period, in the order of the facts."""
        for case in self.cases:
            yield Row(
                case.unit,
                case.period,
                self.groups[case],
                self.printed(TOTAL, case),
                _place(self.rank(TOTAL, case)),
                self.grades.get(case),
                self.note(TOTAL, case),
            )

    def node_rows(self) -> Iterator[NodeRow]:
        """A row a unit, period and node, nodes in the order of the book, those that are not the unit's left out."""
        for case in self.cases:
            for node in self.book.nodes():
                value = self.columns[node.code][case]
                if isinstance(value, Missing) and value.state == OUTSIDE:
                    continue
                yield NodeRow(
                    case.unit,
                    case.period,
                    self.groups[case],
                    node.code,
                    numbers.exact(value) if isinstance(value, Fraction) else None,
                    self.printed(node.code, case),
                    _place(self.rank(node.code, case)),
                    self.grades.get(case) if node.code == TOTAL else None,
                    self.note(node.code, case),
                )

    @property
    def digest(self) -> str:
        """SHA-256 over every node of every unit: exact value, rank, grade."""
        lines = sorted(
            [row.unit, row.period, row.group, row.node, row.value or "", row.rank or "", row.grade or ""]
            for row in self.node_rows()
        )
        return hashlib.sha256(
            json.dumps(lines, ensure_ascii=False, separators=(",", ":")).encode()
        ).hexdigest()


def _place(rank: Fraction | None) -> str | None:
    return None if rank is None else numbers.exact(rank)


def score(book: RuleBook, facts: Facts, backend: str = "reference", *, grouped: bool = True) -> Results:
    """Score facts by a rule book. InputRefused lists all that is wrong with the book's formulas or with the facts.

    grouped: every unit must be in a group where the book has groups; a worked example of one item need not say.
    """
    if backend not in BACKENDS:
        raise refuse(
            "score.backend",
            f"没有计算后端“{backend}”，可用：{'、'.join(BACKENDS)}",
            f'there is no backend "{backend}"; there are: {", ".join(BACKENDS)}',
        )
    plan = planning.plan(book)
    facts = facts.without(book.missing_marks)
    groups = groups_of(book, facts)
    fact_check.check(plan, facts, groups if grouped else {}).raise_if_any()
    interpreter, columns = BACKENDS[backend](plan, facts, groups)
    return Results(plan, facts, groups, interpreter, columns)


def score_again(before: Results, book: RuleBook, facts: Facts) -> Results:
    """`score`, of a book and facts that differ little from those of `before`: what cannot differ is taken from there.

    InputRefused as `score`.
    """
    plan = before.plan if book is before.book else planning.plan(book)
    facts = facts.without(book.missing_marks)
    groups = groups_of(book, facts)
    fact_check.check(plan, facts, groups).raise_if_any()
    interpreter = Interpreter(plan, facts, groups)
    interpreter.columns = again.kept(before, interpreter)
    return Results(plan, facts, groups, interpreter, interpreter.run())


def findings(book: RuleBook, facts: Facts) -> Problems:
    """Everything that keeps facts from being scored by a rule book."""
    return fact_check.check(planning.plan(book), facts, groups_of(book, facts))


def groups_of(book: RuleBook, facts: Facts) -> dict[Case, str]:
    """The group of every case: by membership, else by its attribute; "" where it has none."""
    by_name: dict[str, str] = {}
    members: dict[str, str] = {}
    for group in book.groups:
        members.update(dict.fromkeys(group.members, group.code))
        by_name.update(dict.fromkeys((group.code, group.name.zh, group.name.en, *group.named), group.code))
    found = {}
    for case in facts.cases():
        name, said = facts.attribute(case, "name"), facts.attribute(case, book.group_by)
        group_code = members.get(case.unit) or members.get(name) or by_name.get(said, "")
        found[case] = group_code if book.groups else ""
    return found
