"""Worked examples (算例) of a rule book: facts, and what must come out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from gangmu.engine import numbers
from gangmu.engine.facts import Case, Facts, Row
from gangmu.engine.rewards import rewards
from gangmu.engine.rulebook import Example, RuleBook
from gangmu.engine.scoring import Results, score
from gangmu.problems import InputRefused, Problems, refuse

MISSING = "missing"
"""What an example expects where there must be no score."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One expected value and what came out. what: `score`, `rank`, `grade` or `reward`; got: "" where the facts were refused."""

    file: str
    example: str
    unit: str
    what: str
    expected: str
    got: str
    ok: bool
    line: int

    def as_json(self) -> dict[str, object]:
        return {
            "file": self.file,
            "example": self.example,
            "unit": self.unit,
            "what": self.what,
            "expected": self.expected,
            "got": self.got,
            "ok": self.ok,
        }


def run(book: RuleBook) -> list[Outcome]:
    """Every expectation of every example. InputRefused where the book itself cannot be planned."""
    return [outcome for example in book.examples for outcome in _run(book, example)]


def facts_of(example: Example, book: RuleBook) -> Facts:
    """The facts an example states. InputRefused when they contradict each other."""
    known = {node.code for node in book.nodes()} | {veto.code for veto in book.vetoes} | book.inputs.keys()
    rows = []
    for said, name, event, of_field, value, line, scorer in example.facts:
        case = _case(said)
        indicator, named = (name, of_field) if name in known else ("", name)
        rows.append(
            Row(case.unit, case.period, indicator, event, scorer, named, value, book.file, "", f"line {line}")
        )
    problems = Problems()
    facts = Facts.of(rows, problems, book.file)
    for said in (*example.units, *example.expect, *example.ranks, *example.grades, *example.rewards):
        facts.order.setdefault(_case(said))
    problems.raise_if_any()
    return facts


def _case(said: str) -> Case:
    """`甲局` or, in an example over several periods, `甲局@2025`."""
    unit, _, period = said.partition("@")
    return Case(unit, period)


def _run(book: RuleBook, example: Example) -> Iterator[Outcome]:
    try:
        _known(book, example)
        results: Results | str = score(book, facts_of(example, book), grouped=False)
    except InputRefused as refused:
        results = refused.problems[0].message.zh
    expected_of = {
        "score": example.expect,
        "rank": example.ranks,
        "grade": example.grades,
        "reward": example.rewards,
    }
    for what, wanted in expected_of.items():
        for unit, expected in wanted.items():
            got = results if isinstance(results, str) else _got(results, example, what, _case(unit))
            ok = not isinstance(results, str) and _same(what, expected, got)
            yield Outcome(book.file, example.name, unit, what, expected, got, ok, example.line)


def _known(book: RuleBook, example: Example) -> None:
    if all(node.code != example.node for node in book.nodes()):
        raise refuse(
            "rulebook.unknown_node", f"没有指标“{example.node}”", f'there is no indicator "{example.node}"'
        )


def _got(results: Results, example: Example, what: str, case: Case) -> str:
    if what == "grade":
        return results.grades.get(case, MISSING)
    if what == "reward":
        earned = [each.amount for each in rewards(results, case) if each.amount is not None]
        return numbers.exact(sum(earned, Fraction(0)))
    value = results.rank(example.node, case) if what == "rank" else results.value(example.node, case)
    if not isinstance(value, Fraction):
        return MISSING
    if what == "score" and example.decimals is not None:
        value = numbers.rounded(value, example.decimals)
    return numbers.exact(value)


def _same(what: str, expected: str, got: str) -> bool:
    if what == "grade" or MISSING in (expected, got):
        return expected == got
    return numbers.read(expected) == numbers.read(got)
