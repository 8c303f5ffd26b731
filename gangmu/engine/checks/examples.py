"""Worked examples that speak of nodes, units, groups or grades there are none of."""

from __future__ import annotations

from collections.abc import Iterator

from gangmu.engine.checks.names import unknown_node
from gangmu.engine.checks.subject import Subject
from gangmu.engine.nearest import hint
from gangmu.engine.numbers import read
from gangmu.engine.rulebook import Example
from gangmu.engine.values import MISSING
from gangmu.problems import Problem


def nodes(subject: Subject) -> Iterator[Problem]:
    codes = {node.code for node in subject.nodes}
    for example in subject.book.examples:
        if example.node not in codes:
            yield unknown_node(subject, example.node, example.line)


def units(subject: Subject) -> Iterator[Problem]:
    """Whatever is expected or reckoned is of a unit that has facts."""
    for example in subject.book.examples:
        given = {row[0] for row in example.facts} | set(example.units)
        wanted = {
            **example.expect,
            **example.ranks,
            **example.grades,
            **example.rewards,
            **example.arithmetic,
        }
        for unit, answer in wanted.items():
            if unit not in given and answer != MISSING:
                yield _of(
                    subject,
                    example,
                    "unknown_unit",
                    f"“{unit}”没有数据",
                    f'"{unit}" has no facts',
                    hint(unit, given, "请在 facts 中写出它的数据", "state its facts"),
                )


def facts(subject: Subject) -> Iterator[Problem]:
    """A number, or events, under a name that is no indicator and that nothing reads: a misspelt code."""
    known = {node.code for node in subject.nodes} | {veto.code for veto in subject.book.vetoes}
    known |= subject.book.inputs.keys()
    attributes = {"name", subject.book.group_by, subject.book.separate}
    attributes.update(name for name, _ in subject.book.ranking.among)
    for example in subject.book.examples:
        told = set()
        for _, name, event, of_field, value, line, _ in example.facts:
            if name in known or name in attributes or name in told:
                continue
            if event or of_field or read(value) is not None:
                told.add(name)
                yield subject.problem(
                    "unknown_node",
                    line,
                    f"算例“{example.name}”：没有指标“{name}”",
                    f'example "{example.name}": there is no indicator "{name}"',
                    hint(name, known, "请更正编码", "correct the code"),
                )


def groups(subject: Subject) -> Iterator[Problem]:
    """The group a unit of an example says it is in is one of the book's."""
    if not subject.book.groups:
        return
    known = {
        word
        for group in subject.book.groups
        for word in (group.code, group.name.zh, group.name.en, *group.named)
    }
    for example in subject.book.examples:
        for unit, name, _, _, value, line, _ in example.facts:
            if name == subject.book.group_by and value not in known:
                yield subject.problem(
                    "unknown_group",
                    line,
                    f"算例“{example.name}”：{unit} 的分组“{value}”不存在",
                    f'example "{example.name}": {unit} says group "{value}", which there is not',
                    hint(
                        value,
                        known,
                        f"分组有：{'、'.join(sorted(subject.codes))}",
                        f"groups: {', '.join(sorted(subject.codes))}",
                    ),
                )


def grades(subject: Subject) -> Iterator[Problem]:
    known = [grade.name for grade in subject.book.grading.grades] if subject.book.grading else []
    for example in subject.book.examples:
        for unit, grade in example.grades.items():
            if grade not in known and grade != MISSING:
                yield _of(
                    subject,
                    example,
                    "unknown_grade",
                    f"{unit} 应得等次“{grade}”，办法里没有",
                    f'{unit} expects grade "{grade}", which there is not',
                    (f"等次有：{'、'.join(known)}", f"grades: {', '.join(known)}"),
                )


def _of(subject: Subject, example: Example, code: str, zh: str, en: str, remedy: tuple[str, str]) -> Problem:
    return subject.problem(
        code, example.line, f"算例“{example.name}”：{zh}", f'example "{example.name}": {en}', remedy
    )
