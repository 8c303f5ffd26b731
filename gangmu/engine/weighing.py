"""A plan whose weights are facts: every weight times a factor that facts give, each section keeping its full mark.

The factor of a part is the fact (`WEIGHT`, its code). In a section of points it multiplies what the part earned and
its full mark, in a weighted section its weight; both are brought back to the sum they had, unit by unit, so that a
part that is not for a unit moves nobody. Parts without a full mark (bonuses, deductions) and weights that stand inside
formulas stay as they are; so do medians, trimmed means, least and greatest parts, which have no weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

from gangmu.engine import expressions as x
from gangmu.engine import planning
from gangmu.engine.expressions import Expression
from gangmu.engine.planning import BEFORE_VETO, ONE, ZERO, Plan, Step
from gangmu.engine.rulebook import TOTAL, Section

WEIGHT = "~weight"
"""In place of an indicator: its fields are the codes of weighed parts."""
BY_POINTS, BY_WEIGHT = ("sum",), ("weighted", "mean", "geometric", "harmonic")


@dataclass(frozen=True, slots=True)
class Weighed:
    """The plan, and the codes of the parts whose weight is a fact."""

    plan: Plan
    parts: tuple[str, ...]


def weighed(plan: Plan) -> Weighed:
    """The plan with a factor at every weight."""
    steps = {step.name: step for step in plan.steps}
    parts: list[str] = []
    for section in (node for node in plan.book.nodes() if isinstance(node, Section)):
        rows = tuple(_weighed_rows(section, plan))
        if rows:
            name = BEFORE_VETO if section.code == TOTAL and BEFORE_VETO in steps else section.code
            scale = _scale(section, rows)
            tree = _changed(steps[name].expression, partial(_with_factors, rows=rows))
            steps[name], steps[scale.name] = replace(steps[name], expression=tree), scale
            steps.update((step.name, step) for step in _factors(section, rows, scale.name))
            parts += [part for part, _ in rows]
    return Weighed(planning.arranged(plan.book, list(steps.values())), tuple(parts))


Rows = Sequence[tuple[str, Expression]]
"""The code of a part and its share: its full mark, or its weight."""


def _weighed_rows(section: Section, plan: Plan) -> Iterator[tuple[str, Expression]]:
    """The parts that carry weight, where there is more than one to weigh against each other."""
    found: list[tuple[str, Expression]] = []
    for part in section.counted:
        if isinstance(part, Section) and part.extra:
            continue
        full = plan.by_name[f"{part.code}.full"].expression
        if section.combine in BY_POINTS and full != ZERO:
            found.append((part.code, x.Ref(f"{part.code}.full")))
        elif section.combine in BY_WEIGHT:
            found.append((part.code, part.weight or ONE))
    return iter(found if len(found) > 1 else ())


def _scale(section: Section, rows: Rows) -> Step:
    """What brings the sum of the shares back to what it was: before ÷ after, 1 where nothing is left of them."""
    before = x.Combine("sum", tuple((_where(code, share), ONE, ZERO) for code, share in rows))
    moved = [(code, x.Mul((_where(code, share), factor_of(code)))) for code, share in rows]
    after = x.Combine("sum", tuple((share, ONE, ZERO) for _, share in moved))
    nothing = x.Some((x.IsMissing(after), x.Compare("==", after, ZERO)))
    return Step(f"{section.code}.scale", section.code, x.When(((nothing, ONE),), x.Div(before, after)))


def _factors(section: Section, rows: Rows, scale: str) -> Iterator[Step]:
    """What each part's weight is multiplied by, as a step of its own."""
    for code, _ in rows:
        yield Step(f"{code}.factor", section.code, x.Mul((factor_of(code), x.Ref(scale))))


def _with_factors(node: x.Combine, rows: Rows) -> x.Combine:
    weighed_parts = {code for code, _ in rows}
    return replace(node, parts=tuple(_with_factor(row, weighed_parts, node.how) for row in node.parts))


def _where(code: str, share: Expression) -> Expression:
    """The share of a part where the part is for the unit."""
    return x.When(((x.IsMissing(x.Ref(code), ("outside", "shared_out")), ZERO),), share)


def _with_factor(
    row: tuple[Expression, Expression, Expression], weighed_parts: set[str], how: str
) -> tuple[Expression, Expression, Expression]:
    part, weight, full = row
    if not isinstance(part, x.Ref) or part.node not in weighed_parts:
        return row
    by = x.Ref(f"{part.node}.factor")
    if how in BY_POINTS:
        return x.Mul((part, by)), weight, x.Mul((full, by))
    return part, x.Mul((weight, by)), full


def factor_of(code: str) -> x.Field:
    return x.Field(WEIGHT, code)


def _changed(tree: Expression, change: Callable[[x.Combine], x.Combine]) -> Expression:
    """The tree with the section's own combination of its parts changed; whatever else it holds stays."""
    if isinstance(tree, x.Combine):
        return change(tree)
    said = {each.name: _inside(getattr(tree, each.name), change) for each in fields(tree)}  # type: ignore[arg-type]
    return replace(tree, **said)  # type: ignore[type-var]


def _inside(value: Any, change: Callable[[x.Combine], x.Combine]) -> Any:
    if isinstance(value, Expression):
        return _changed(value, change)
    return tuple(_inside(part, change) for part in value) if isinstance(value, tuple) else value
