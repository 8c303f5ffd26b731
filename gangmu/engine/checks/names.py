"""Names that mean nothing, or two things: grades, nodes, lines, clauses, figures."""

from __future__ import annotations

from collections.abc import Iterator

from gangmu.engine.checks.subject import Subject
from gangmu.engine.kinds import kinds
from gangmu.engine.nearest import hint
from gangmu.engine.rulebook import Indicator, Section
from gangmu.problems import Problem


def vetoes(subject: Subject) -> Iterator[Problem]:
    """A veto lowers to a grade there is."""
    grades = [grade.name for grade in subject.book.grading.grades] if subject.book.grading else []
    for veto in subject.book.vetoes:
        if (veto.effect == "cap" and veto.grade not in grades) or (veto.effect == "lower" and not grades):
            yield subject.problem(
                "unknown_grade",
                veto.line,
                f"{veto.clause}“{veto.name.zh}”：没有等次“{veto.grade}”",
                f'{veto.clause} "{veto.name.en}": there is no grade "{veto.grade}"',
                (f"等次有：{'、'.join(grades)}", f"grades: {', '.join(grades)}"),
            )


def rewards(subject: Subject) -> Iterator[Problem]:
    """A reward is for a grade there is."""
    grades = [grade.name for grade in subject.book.grading.grades] if subject.book.grading else []
    for reward in subject.book.rewards:
        if reward.grade and reward.grade not in grades:
            yield subject.problem(
                "unknown_grade",
                reward.line,
                f"奖惩“{reward.name.zh}”：没有等次“{reward.grade}”",
                f'reward "{reward.name.en}": there is no grade "{reward.grade}"',
                (f"等次有：{'、'.join(grades)}", f"grades: {', '.join(grades)}"),
            )


def unknown_node(subject: Subject, code: str, line: int) -> Problem:
    codes = [node.code for node in subject.nodes]
    return subject.problem(
        "unknown_node",
        line,
        f"没有指标“{code}”",
        f'there is no indicator "{code}"',
        hint(code, codes, "请更正", "correct it"),
    )


def lines(subject: Subject) -> Iterator[Problem]:
    """`round` names lines that the kind's formula has."""
    for node in subject.indicators:
        known = [*node.steps, *(line.name for line in kinds()[node.kind].lines(node.given))]
        for name in node.rounds:
            if name not in known:
                yield from subject.of(
                    "unknown_line",
                    node,
                    "round",
                    f"计分方式没有“{name}”这一步",
                    f'the kind has no line "{name}"',
                    (f"有：{'、'.join(known)}", f"it has: {', '.join(known)}"),
                )


def clauses(subject: Subject) -> Iterator[Problem]:
    """A clause number used in two places (编办区县: 2.232 and 2.233); several indicators of one section may share theirs,
    and sections that say they are of one clause."""
    first: dict[str, tuple[Section, Indicator]] = {}
    for section in subject.nodes:
        if not isinstance(section, Section):
            continue
        for node in section.parts:
            if not isinstance(node, Indicator) or not node.clause:
                continue
            place, other = first.setdefault(node.clause, (section, node))
            if place is not section and not (place.clause and place.clause == section.clause):
                yield from subject.of(
                    "clause_twice",
                    node,
                    "clause",
                    f"条款号“{node.clause}”已用于“{other.name.zh}”（第{other.line}行）",
                    f'clause "{node.clause}" is already that of "{other.name.en}" (line {other.line})',
                    (
                        "请更正条款号；原文重号的，写明第几处",
                        "correct it; where the document repeats a number, say which place is meant",
                    ),
                )


def figures(subject: Subject) -> Iterator[Problem]:
    known = subject.figures
    if known is None:
        return
    for node in subject.indicators:
        for use in node.figures:
            if use.code not in known:
                yield subject.problem(
                    "unknown_figure",
                    use.line,
                    f"{node.clause}“{node.name.zh}”：目录里没有指标“{use.code}”",
                    f'{node.clause} "{node.name.en}": the catalogue has no figure "{use.code}"',
                    hint(use.code, known, "请用指标目录里的编码", "use a code of the catalogue"),
                )


def accepted(subject: Subject) -> Iterator[Problem]:
    """A contradiction may be accepted only where the book's holes tell of it."""
    if subject.book.holes:
        return
    for node in subject.nodes:
        if node.accepts:
            yield from subject.of(
                "accepts",
                node,
                "accepts",
                "写了 accepts，却没有 holes",
                "accepts a contradiction, but the book has no holes",
                ("请在 holes 中说明", "tell of it under holes"),
            )
