"""Full marks and weights that do not add up."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from gangmu.engine.checks.subject import Subject, Who, amount, is_for
from gangmu.engine.expressions import Const
from gangmu.engine.numbers import shown
from gangmu.engine.rulebook import Indicator, Section
from gangmu.problems import Problem

ONE = Const(Fraction(1))


def full_marks(subject: Subject) -> Iterator[Problem]:
    """Parts add up to the full mark of their section, and sections to that of the total, for every kind of unit."""
    for node in subject.nodes:
        if isinstance(node, Section) and node.full is not None and node.combine == "sum" and not node.formula:
            yield from _full_marks_of(subject, node)


def _full_marks_of(subject: Subject, node: Section) -> Iterator[Problem]:
    told = set()
    for who in subject.who:
        full, parts = amount(node.full, who), _sum_of_parts(node, who)
        if full is None or parts is None or full == parts or (full, parts) in told:
            continue
        told.add((full, parts))
        gap = shown(abs(full - parts))
        for_whom = f"（{who.said()}）" if who.said() else ""
        yield from subject.of(
            "full",
            node,
            "full",
            f"满分{shown(full)}分，各项合计{shown(parts)}分{for_whom}，差{gap}分",
            f"full mark {shown(full)}, its parts add up to {shown(parts)}{for_whom}: {gap} apart",
            ("请改各项分值或满分", "change the parts or the full mark"),
        )


def _sum_of_parts(node: Section, who: Who) -> Fraction | None:
    """Full marks of the parts that count; None where the unit has none of them or a part does not tell."""
    found = []
    for part in node.counted:
        if not is_for(part, who) or (isinstance(part, Section) and part.extra):
            continue
        full = amount(part.full, who)
        if full is None and isinstance(part, Section):
            full = _sum_of_parts(part, who) if part.combine == "sum" else None
        found.append(Fraction(0) if full is None and isinstance(part, Indicator) else full)
    known = [full for full in found if full is not None]
    return sum(known, Fraction(0)) if found and len(known) == len(found) else None


def weights(subject: Subject) -> Iterator[Problem]:
    for node in subject.nodes:
        if isinstance(node, Section) and node.combine == "weighted" and not node.formula:
            yield from _weights_of(subject, node)


def _weights_of(subject: Subject, node: Section) -> Iterator[Problem]:
    for who in subject.who:
        found = [amount(part.weight or ONE, who) for part in node.counted if is_for(part, who)]
        known = [weight for weight in found if weight is not None]
        total = sum(known, Fraction(0))
        if found and len(known) == len(found) and total not in (1, 100):
            yield from subject.of(
                "weights",
                node,
                "combine",
                f"权重合计{shown(total)}，应为1",
                f"the weights add up to {shown(total)}, not to 1",
                ("请改 weight", "change the weights"),
            )
            return
