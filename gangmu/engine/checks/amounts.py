"""Amounts that contradict each other: caps, floors, deductions, tables of points, targets."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from gangmu.engine import expressions as x
from gangmu.engine.checks.subject import Node, Subject, amount
from gangmu.engine.expressions import Expression
from gangmu.engine.kinds import kinds
from gangmu.engine.numbers import shown
from gangmu.engine.rulebook import Indicator, Section
from gangmu.engine.values import UNDEFINED
from gangmu.problems import Problem


def bounds(subject: Subject) -> Iterator[Problem]:
    """No floor above the cap, of a section, an indicator or within a kind's own parameters."""
    for node in subject.nodes:
        pairs = [("floor", "cap", node.floor, node.cap)]
        if isinstance(node, Indicator):
            pairs += [
                (low, high, node.values.get(low), node.values.get(high))
                for low, high in (("floor", "cap"), ("least", "most"), ("lowest", "highest"))
            ]
        for low, high, least, most in pairs:
            yield from _upside_down(subject, node, low, high, least, most)


def _upside_down(
    subject: Subject, node: Node, low: str, high: str, least: Expression | None, most: Expression | None
) -> Iterator[Problem]:
    for who in subject.told_apart_by(least, most):
        lower, upper = amount(least, who), amount(most, who)
        if lower is not None and upper is not None and lower > upper:
            yield from subject.of(
                "bounds",
                node,
                low,
                f"{_label(node, low)}{shown(lower)}高于{_label(node, high)}{shown(upper)}",
                f"{low} {shown(lower)} is above {high} {shown(upper)}",
                ("请改一个", "change one"),
            )
            return


def _label(node: Node, key: str) -> str:
    common = {"floor": "最低分", "cap": "最高分"}
    parameter = kinds()[node.kind].parameter(key) if isinstance(node, Indicator) else None
    return common.get(key) or (f"“{parameter.label.zh}”" if parameter else key)


def caps(subject: Subject) -> Iterator[Problem]:
    """A cap above the full mark caps nothing: of an indicator, and of a section nothing can lift above its full mark."""
    for node in subject.nodes:
        if isinstance(node, Section) and not _sealed(node):
            continue
        keys = [("cap", node.cap)]
        if isinstance(node, Indicator) and node.kind == "direct" and "out_of" not in node.values:
            keys.append(("most", node.values.get("most")))
        for key, most in keys:
            yield from _above_full(subject, node, key, most)


def _sealed(section: Section) -> bool:
    """Whether no part can earn more than its full mark, as far as their kinds tell."""
    return (
        not section.extra
        and section.combine == "sum"
        and not section.formula
        and all(
            _sealed(part) if isinstance(part, Section) else part.kind in ("all_or_nothing", "graded", "bands")
            for part in section.parts
        )
    )


def _above_full(subject: Subject, node: Node, key: str, most: Expression | None) -> Iterator[Problem]:
    for who in subject.told_apart_by(node.full, most):
        full, cap = amount(node.full, who), amount(most, who)
        if full and cap is not None and cap > full:
            yield from subject.of(
                "cap",
                node,
                key,
                f"{key} {shown(cap)}分高于分值{shown(full)}分",
                f"{key} {shown(cap)} is above the full mark {shown(full)}",
                (
                    "请改一个；确实可以超过分值的请写明加分",
                    "change one; say it as a bonus if more may be earned",
                ),
            )
            return


def deductions(subject: Subject) -> Iterator[Problem]:
    """A deduction's cap larger than the item: the document cannot mean both (编办区县: 2 of an item worth 1.5)."""
    for node in subject.indicators:
        for key in ("deduct_cap", "down_cap"):
            for who in subject.told_apart_by(node.full, node.values.get(key)):
                full, most = amount(node.full, who), amount(node.values.get(key), who)
                if full and most is not None and most > full:
                    yield from subject.of(
                        "deduct_cap",
                        node,
                        key,
                        f"最多扣{shown(most)}分，大于本项分值{shown(full)}分",
                        f"at most {shown(most)} are deducted, more than the item's {shown(full)}",
                        (
                            "请改一个；原文如此的，写 accepts: deduct_cap 并在 holes 中说明",
                            "change one; where the document says so, `accepts: deduct_cap` and tell of it under holes",
                        ),
                    )
                    break


def tables(subject: Subject) -> Iterator[Problem]:
    """No band, level or place worth more than the full mark."""
    for node in subject.indicators:
        for key, points in _points(node) if node.kind in _TABLES_OF_POINTS else ():
            for who in subject.told_apart_by(node.full):
                full, most = amount(node.full, who), max(points, default=Fraction(0))
                if full and most > full:
                    yield from subject.of(
                        "above_full",
                        node,
                        key,
                        f"{key} 中最高{shown(most)}分，高于分值{shown(full)}分",
                        f"{key} gives up to {shown(most)}, above the full mark {shown(full)}",
                        ("请改分值或各档得分", "change the full mark or the points"),
                    )
                    break


_TABLES_OF_POINTS = ("bands", "graded", "rank_points")
"""Kinds whose tables give points; those of others are per cents, or answers of a hundred."""


def _points(node: Indicator) -> Iterator[tuple[str, list[Fraction]]]:
    """The points of each table of an indicator."""
    for key, bands in node.tables.items():
        yield key, [band.value for band in bands]
    for key, points in node.lists.items():
        yield key, list(points)
    for key, (_, rows) in node.levels.items():
        yield key, [points for _, points in rows]


def falling_points(subject: Subject) -> Iterator[Problem]:
    """A later place earns no more than an earlier one."""
    for node in subject.indicators:
        if node.kind != "rank_points":
            continue
        for key, points in node.lists.items():
            for place, (earlier, later) in enumerate(pairwise(points), 1):
                if later > earlier:
                    yield from subject.of(
                        "points_order",
                        node,
                        key,
                        f"第{place + 1}名{shown(later)}分，高于第{place}名{shown(earlier)}分",
                        f"place {place + 1} earns {shown(later)}, more than place {place}: {shown(earlier)}",
                        ("请改名次得分", "change the points of the places"),
                    )


def targets(subject: Subject) -> Iterator[Problem]:
    """A fact that the book itself states, with which its own rule has no answer: a target of zero has no completion rate."""
    for node in subject.indicators:
        steps = subject.plan.of_owner.get(node.code, ())
        demands = [demand for step in steps for demand in demands_of(step.expression)]
        for name, stated in node.values.items():
            for who, value in _stated(stated):
                if any(_fails(demand, stated, value) for demand in demands):
                    for_whom = f"（{who}）" if who else ""
                    yield from subject.of(
                        "target",
                        node,
                        name,
                        f"{_fact_label(node, name)}{for_whom}是{shown(value)}，算不出得分",
                        f"{name}{for_whom} is {shown(value)}, which gives no score",
                        ("请改为正数；没有目标的单位写 /", "state a positive one; `/` where a unit has none"),
                    )


def _fact_label(node: Indicator, name: str) -> str:
    known = kinds()[node.kind].field(name)
    return known.label.zh if known else name


def _stated(stated: Expression) -> Iterator[tuple[str, Fraction]]:
    rows = (
        (*stated.table, ("otherwise", stated.otherwise)) if isinstance(stated, x.Lookup) else (("", stated),)
    )
    for who, entry in rows:
        if isinstance(entry, x.Const):
            yield who, entry.value


def demands_of(tree: Expression) -> Iterator[x.Compare]:
    """What must hold for a formula to have an answer: conditions of a `when` that says nothing else."""
    for node in tree.walk():
        if isinstance(node, x.When) and len(node.cases) == 1:
            condition, otherwise = node.cases[0][0], node.otherwise
            silent = isinstance(otherwise, x.Nothing) and otherwise.state == UNDEFINED
            if silent and isinstance(condition, x.Compare) and isinstance(condition.right, x.Const):
                yield condition


def _fails(demand: x.Compare, stated: Expression, value: Fraction) -> bool:
    return demand.left is stated and below(demand, value)


def below(demand: x.Compare, value: Fraction) -> bool:
    """Whether a value does not meet a demand such as `target > 0`."""
    assert isinstance(demand.right, x.Const)
    least = demand.right.value
    return (demand.op == ">" and value <= least) or (demand.op == ">=" and value < least)
