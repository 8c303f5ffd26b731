"""Groups that overlap, do not exist, are too small; units in no group; indicators nobody is assessed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gangmu.engine import expressions as x
from gangmu.engine.checks.subject import Node, Subject, Who, amounts, for_all, is_for, units_in
from gangmu.engine.nearest import hint
from gangmu.engine.planning import Plan
from gangmu.engine.rulebook import EVERYBODY, Indicator, Section
from gangmu.problems import Problem


def overlapping(subject: Subject) -> Iterator[Problem]:
    """No unit in two groups, no name for two groups."""
    for what in ("members", "named"):
        seen: dict[str, str] = {}
        for group in subject.book.groups:
            for unit in getattr(group, what):
                if unit in seen:
                    yield subject.problem(
                        "groups_overlap",
                        group.line,
                        f"“{unit}”同时在分组 {seen[unit]} 和 {group.code}",
                        f'"{unit}" is in groups {seen[unit]} and {group.code}',
                        ("请只留一处", "keep one"),
                    )
                seen.setdefault(unit, group.code)


def unknown(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes:
        named = list(node.reach.groups)
        if isinstance(node, Indicator):
            rules = (node.missing, node.not_applicable)
            named += [rule.group for rule in rules if rule.group not in ("", EVERYBODY)]
        for code in named:
            if code not in subject.codes:
                yield from _unknown(
                    subject, node, "groups", code, f"没有分组“{code}”", f'there is no group "{code}"'
                )


def misspelt(subject: Subject) -> Iterator[Problem]:
    """A table that names groups and something else has a misspelt group."""
    for node in subject.nodes:
        for key, amount in amounts(node):
            named = units_in(amount)
            strangers = [name for name in named if name not in subject.codes]
            if len(strangers) < len(named):
                code = strangers[0]
                zh, en = f"{key} 中“{code}”不是分组", f'{key}: "{code}" is no group'
                yield from _unknown(subject, node, key, code, zh, en)


def _unknown(subject: Subject, node: Node, key: str, code: str, zh: str, en: str) -> Iterator[Problem]:
    listed = "、".join(sorted(subject.codes)) or "（没有分组）"
    remedy = hint(code, subject.codes, f"分组有：{listed}", f"groups: {listed}")
    yield from subject.of("unknown_group", node, key, zh, en, remedy)


def strangers(subject: Subject) -> Iterator[Problem]:
    """Where every group lists its members, a unit named elsewhere that none lists: its targets would be nobody's."""
    if not subject.closed:
        return
    for node in subject.nodes:
        named = [("units", node.reach.units), ("except", node.reach.excepted)]
        named += [(key, tuple(units_in(amount))) for key, amount in amounts(node)]
        for key, units in named:
            for unit in units:
                if unit not in subject.group_of and not subject.codes.intersection(units):
                    yield from subject.of(
                        "no_group",
                        node,
                        key,
                        f"{key} 写了“{unit}”，它不在任何分组",
                        f'{key} names "{unit}", which is in no group',
                        hint(
                            unit,
                            subject.group_of,
                            "请把它列入某个分组的 members，或更正名称",
                            "list it under members of a group, or correct its name",
                        ),
                    )


def of_one(subject: Subject) -> Iterator[Problem]:
    """A group of one has no best and worst, no mean and no place to compare with."""
    for node in subject.indicators:
        if not compares(subject.plan, node.code):
            continue
        for group in subject.groups_of(node):
            inside = [unit for unit in group.members if is_for(node, Who(group.code, unit))]
            if len(inside) == 1 and group.members:
                yield from subject.of(
                    "group_of_one",
                    node,
                    "kind",
                    f"要在组内比较，分组 {group.code} 只有{inside[0]}一个单位",
                    f"compares within the group, and of group {group.code} there is only {inside[0]}",
                    (
                        "请写 among: all，或并入别的分组，或给定上下限",
                        "say `among: all`, join it to another group, or state the bounds",
                    ),
                )


def compares(plan: Plan, code: str) -> bool:
    """Whether an indicator is scored by comparison within the unit's own group."""
    return any(
        isinstance(part, x.OverGroup | x.Rank) and part.scope == "group"
        for step in plan.of_owner.get(code, ())
        if step.name != code  # the rule for missing facts may take a mean: it compares nobody
        for part in step.expression.walk()
    )


def nobody(subject: Subject) -> Iterator[Problem]:
    """An indicator or section that is for no unit at all; where a section is, its parts are not told again."""
    by_group: dict[str, list[Who]] = {}
    for who in subject.whoever:
        by_group.setdefault(who.group, []).append(who)
    yield from _nobody(subject, subject.book.total, by_group)


def _nobody(subject: Subject, node: Node, left: Mapping[str, list[Who]]) -> Iterator[Problem]:
    mine = left if for_all(node) else _left_of(left, node)
    if not mine and subject.codes.issuperset(node.reach.groups):  # a misspelt group is told as such
        yield from subject.of(
            "nobody",
            node,
            "groups",
            "没有任何单位考核本项",
            "no unit is assessed on this",
            ("请核对 groups、units、except 和分值表", "check groups, units, except and the full marks"),
        )
    elif isinstance(node, Section):
        for part in node.parts:
            yield from _nobody(subject, part, mine)


def _left_of(left: Mapping[str, list[Who]], node: Node) -> dict[str, list[Who]]:
    """Those of each group a node is for; groups of which it is for none are left out."""
    groups = [code for code in node.reach.groups if code in left] or ([] if node.reach.groups else list(left))
    found = {code: [who for who in left[code] if is_for(node, who)] for code in groups}
    return {code: mine for code, mine in found.items() if mine}
