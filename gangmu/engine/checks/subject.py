"""What checks look at: a rule book, its plan, and the kinds of units it tells apart."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from gangmu.engine.expressions import Const, Expression, Lookup
from gangmu.engine.planning import Plan
from gangmu.engine.rulebook import EVERYONE, Group, Indicator, RuleBook, Section
from gangmu.problems import Problem, Text

Node = Section | Indicator


@dataclass(frozen=True, slots=True)
class Who:
    """A kind of unit the book distinguishes: its group, and its name where the book names it."""

    group: str
    unit: str = ""

    def said(self) -> str:
        return self.unit or self.group


@dataclass(frozen=True)
class Subject:
    """A rule book under check. figures: codes a rule book may name; None where no catalogue is known."""

    book: RuleBook
    plan: Plan
    figures: Collection[str] | None = None

    @functools.cached_property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(self.book.nodes())

    @functools.cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        return tuple(node for node in self.nodes if isinstance(node, Indicator))

    @functools.cached_property
    def codes(self) -> frozenset[str]:
        """The codes of the groups."""
        return frozenset(group.code for group in self.book.groups)

    @functools.cached_property
    def group_of(self) -> Mapping[str, str]:
        """Unit → group, as the members of the groups are listed."""
        return {unit: group.code for group in reversed(self.book.groups) for unit in group.members}

    @functools.cached_property
    def _groups(self) -> Mapping[str, Group]:
        return {group.code: group for group in self.book.groups}

    def groups_of(self, node: Node) -> Iterator[Group]:
        """The groups a node is for."""
        return (self._groups[code] for code in node.reach.groups or self._groups if code in self._groups)

    @functools.cached_property
    def closed(self) -> bool:
        """Whether every group lists its members, so that a unit that is nowhere listed is in no group."""
        return bool(self.book.groups) and all(group.members for group in self.book.groups)

    @functools.cached_property
    def named(self) -> frozenset[str]:
        """Units for which the book says something of their own."""
        found: set[str] = set()
        for node in self.nodes:
            found.update(node.reach.units, node.reach.excepted)
            for _, amount in amounts(node):
                found.update(units_in(amount))
        return frozenset(found)

    @functools.cached_property
    def who(self) -> tuple[Who, ...]:
        """One for each group, and one for each unit the book names whose group it tells: the rest are like these."""
        if not self.book.groups:
            return (Who(""), *(Who("", unit) for unit in sorted(self.named)))
        members = [
            Who(group.code, unit)
            for group in self.book.groups
            for unit in group.members
            if unit in self.named
        ]
        return (*(Who(code) for code in sorted(self.codes)), *members)

    def told_apart_by(self, *stated: Expression | None) -> tuple[Who, ...]:
        """The kinds of units for which these amounts may differ: one stands for all where none is a table."""
        return self.who if any(isinstance(of, Lookup) for of in stated) else self.who[:1]

    @functools.cached_property
    def whoever(self) -> tuple[Who, ...]:
        """`who`, and units whose group the book does not tell, in every group they may be in."""
        strangers = sorted(self.named - self.group_of.keys()) if self.book.groups else []
        return (*self.who, *(Who(group, unit) for unit in strangers for group in sorted(self.codes)))

    def problem(self, code: str, line: int, zh: str, en: str, hint: tuple[str, str]) -> Problem:
        return Problem(f"rulebook.{code}", Text(zh, en), Text(*hint), self.book.file, "", f"line {line}")

    def of(
        self, code: str, node: Node, key: str, zh: str, en: str, hint: tuple[str, str]
    ) -> Iterator[Problem]:
        """A finding about a node at one of its keys, unless the book says the document itself causes it."""
        if code not in node.accepts:
            yield self.problem(
                code, node.lines.get(key, node.line), f"{said(node)[0]}：{zh}", f"{said(node)[1]}: {en}", hint
            )


Check = Callable[[Subject], Iterator[Problem]]


def said(node: Node) -> tuple[str, str]:
    """Clause and name of a node, as findings begin with."""
    return f"{node.clause}“{node.name.zh}”", f'{node.clause} "{node.name.en}"'.strip()


def units_in(amount: Expression) -> list[str]:
    return [name for name, _ in amount.table] if isinstance(amount, Lookup) and amount.by == "unit" else []


def amounts(node: Node) -> Iterator[tuple[str, Expression]]:
    """Every amount a node states, with its key: `full`, `cap`, parameters, facts."""
    for key in ("full", "weight", "cap", "floor"):
        amount = getattr(node, key)
        if amount is not None:
            yield key, amount
    if isinstance(node, Indicator):
        yield from node.values.items()


def amount(of: Expression | None, who: Who) -> Fraction | None:
    """The number for a kind of unit; None where there is none, or where it cannot be known beforehand."""
    if isinstance(of, Lookup):
        of = _entries(of).get(who.group if of.by == "group" else who.unit, of.otherwise)
    return of.value if isinstance(of, Const) else None


_tables: dict[int, tuple[Lookup, Mapping[str, Expression]]] = {}


def _entries(table: Lookup) -> Mapping[str, Expression]:
    """The entries by name. Kept beside the tree while it is checked: a table of 3,000 towns is asked 3,000 times."""
    kept = _tables.get(id(table))
    if kept is None or kept[0] is not table:
        if len(_tables) > 1000:
            _tables.clear()
        kept = _tables[id(table)] = (table, dict(table.table))
    return kept[1]


def for_all(part: Node) -> bool:
    """Whether a part is for every unit, without looking at any."""
    return part.reach == EVERYONE and not isinstance(part.full, Lookup)


def is_for(part: Node, who: Who) -> bool:
    if not part.reach.takes_in(who.unit, who.unit, who.group):
        return False
    return not (isinstance(part.full, Lookup) and amount(part.full, who) is None)
