"""What a score could not be made of: for every unit without one the cell, the reason and the remedy.

Nothing here is refused. A rule book says what a missing fact earns; where it says nothing the score stays missing, and
these remarks are for whoever can mend the facts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gangmu.engine import expressions as x
from gangmu.engine.checks.amounts import below, demands_of
from gangmu.engine.checks.groups import compares
from gangmu.engine.checks.subject import said
from gangmu.engine.facts import Case, Fact, Row
from gangmu.engine.grading import quota
from gangmu.engine.kinds import kinds
from gangmu.engine.rulebook import Indicator
from gangmu.engine.scoring import Results
from gangmu.engine.values import MISSING, UNDEFINED, Missing
from gangmu.problems import Problem, Text

_REMEDIES = {
    MISSING: Text(
        "请补上；缺项另有规定的，在考核办法中写 missing:",
        "add it; where the document says what then, say so under `missing:`",
    ),
    UNDEFINED: Text(
        "请核对数据；本单位没有此项的写 /", "check the facts; write `/` where the unit has none of it"
    ),
}


def remarks(results: Results) -> Iterator[Problem]:
    """A remark for every indicator of every unit that has no score, and for quotas larger than their group."""
    peers = Counter(results.population(case) for case in results.cases)
    firsts: dict[str, Row] = {}
    for row in results.facts.rows():
        firsts.setdefault(row.unit, row)
    for node in results.book.indicators():
        for case in results.cases:
            value = results.value(node.code, case)
            if isinstance(value, Missing) and value.state in _REMEDIES:
                yield _no_score(
                    results, node, case, value, peers[results.population(case)], firsts.get(case.unit)
                )
    yield from _quotas(results)


def _no_score(
    results: Results, node: Indicator, case: Case, value: Missing, peers: int, first: Row | None
) -> Problem:
    """At the fact that does not meet what the formula demands, else at any fact of the item, else of the unit."""
    failing = next(_failing(results, node, case), None)
    reason = _alone(results, node, case, value) if peers == 1 else value.reason
    if failing is not None:
        known = kinds()[node.kind].field(failing.row.field or "actual")
        label = known.label if known else Text(failing.row.field, failing.row.field)
        reason = Text(
            f"{label.zh}是{failing.text}，算不出得分", f"{label.en} is {failing.text}, which gives no score"
        )
    fact = failing or next(_facts(results, node.code, case), None)
    row = fact.row if fact else first
    unit = f"{case.unit} {case.period}".strip()
    place, place_en = said(node)
    return Problem(
        f"facts.{value.state}",
        Text(f"{unit} {place}没有得分：{reason.zh}", f"{unit} {place_en} has no score: {reason.en}"),
        _REMEDIES[value.state],
        row.file if row else results.facts.file,
        row.sheet if row else "",
        row.cell if row else "",
    )


def _alone(results: Results, node: Indicator, case: Case, value: Missing) -> Text:
    """The reason for a unit that is alone in its group: a rule that compares within it has nothing to compare with."""
    if compares(results.plan, node.code) and next(_facts(results, node.code, case), None) is not None:
        return Text(
            "组内只有一个单位，无从比较", "it is alone in its group, there is nothing to compare with"
        )
    return value.reason


def _facts(results: Results, indicator: str, case: Case) -> Iterator[Fact]:
    for fields in results.facts.entries(case, indicator).values():
        yield from fields.values()


def _failing(results: Results, node: Indicator, case: Case) -> Iterator[Fact]:
    for step in results.plan.of_owner[node.code]:
        for demand in demands_of(step.expression):
            if isinstance(demand.left, x.Field):
                fields = results.facts.entries(case, demand.left.indicator).get(("", ""), {})
                fact = fields.get(demand.left.field)
                if fact is not None and fact.number is not None and below(demand, fact.number):
                    yield fact


def _quotas(results: Results) -> Iterator[Problem]:
    grading = results.book.grading
    if grading is None:
        return
    sizes = Counter(
        (case.period, results.groups[case] if grading.per == "group" else "") for case in results.cases
    )
    for (period, group), size in sizes.items():
        for grade in grading.grades:
            places = quota(grading, grade, size, group)
            if places is not None and places > size:
                where = f"{period} {group}".strip()
                yield Problem(
                    "facts.quota",
                    Text(
                        f"{where} 等次“{grade.name}”有{places}个名额，只有{size}个单位",
                        f'{where} grade "{grade.name}" has {places} places for {size} units',
                    ),
                    Text("请核对名额和参加考核的单位", "check the quota and the units"),
                    results.book.file,
                    "",
                    f"line {grade.line}",
                )
