"""Scoring again after a small change: a step that says the same, of facts that are the same, keeps its column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import TYPE_CHECKING

from gangmu.engine import expressions as x
from gangmu.engine.expressions import Expression
from gangmu.engine.facts import Facts
from gangmu.engine.planning import Plan, Step
from gangmu.engine.reference import Column, Interpreter
from gangmu.engine.rulebook import RuleBook

if TYPE_CHECKING:
    from gangmu.engine.scoring import Results


def kept(before: Results, now: Interpreter) -> dict[str, Column]:
    """The columns of `before` that cannot differ now, by step; none where the units or their descriptions do.

    A reason for a missing value names indicators, so other names of indicators keep nothing either.
    """
    if not _same_units(before, now) or _names(before.book) != _names(now.plan.book):
        return {}
    changed = _changed_facts(before.facts, now.facts)
    found: dict[str, Column] = {}
    for step in now.plan.steps:
        if _says_the_same(before.plan, step) and all(
            _is_kept(node, found.keys(), changed) for node in step.expression.walk()
        ):
            found[step.name] = dict(before.columns[step.name])
    return found


def _same_units(before: Results, now: Interpreter) -> bool:
    """The same cases in the same order, and each called, grouped and compared as before."""
    was = before.interpreter
    return (
        list(was.groups.items()) == list(now.groups.items())
        and was.realms == now.realms
        and was.names == now.names
    )


def _names(book: RuleBook) -> Mapping[str, object]:
    own = {node.code: (node.name, node.kind) for node in book.indicators()}
    return {**book.inputs, **own}


def _changed_facts(before: Facts, now: Facts) -> Set[str]:
    """The indicators (and attributes: the same table holds them) of which some unit's facts differ."""
    return set(_differing(before, now))


def _differing(before: Facts, now: Facts) -> Iterator[str]:
    for key in before.table.keys() | now.table.keys():
        was, is_now = before.table.get(key), now.table.get(key)
        if was is not is_now and was != is_now:
            yield key[2]
            if not key[2]:
                for entries in (was or {}, is_now or {}):
                    for fields in entries.values():
                        yield from fields


def _says_the_same(plan: Plan, step: Step) -> bool:
    was = plan.by_name.get(step.name)
    return was is not None and was.expression == step.expression and was.reach == step.reach


def _is_kept(node: Expression, columns: Set[str], changed: Set[str]) -> bool:
    """Whether what a node reads is as it was: a column that is kept, facts and attributes that are the same."""
    if isinstance(node, x.Ref):
        return node.node in columns
    if isinstance(node, x.Has):
        return node.attribute not in changed
    if isinstance(node, x.OVER_UNITS):
        return node.scope.removeprefix("same:") not in changed
    return getattr(node, "indicator", "") not in changed
