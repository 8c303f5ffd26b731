"""Facts as they are handed on: what the plan reads and nothing else, in a CSV that is the same for the same facts.

What a fact is called is not what it says: an event and a scorer are told apart by their names, and those may be a
person's. They become numbers, unless whoever hands the bundle on asks for the names; columns that no rule reads are left
out. Numbers and dates stand plainly (`5%` as `0.05`, `2018年7月1日` as `2018-07-01`), so that the stand-alone program needs
no reader of its own for them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

from gangmu.engine import expressions as x
from gangmu.engine.facts import ACTUAL, Case, Facts, Row, canonical
from gangmu.engine.planning import Plan, Reads
from gangmu.engine.scoring import Results
from gangmu.problems import Problems

STANDS = "stands"
"""The field of an event of which nothing is read but that it stands there."""

COLUMNS = ("unit", "period", "indicator", "event", "scorer", "field", "value")


def given(results: Results, *, names: bool = False) -> Facts:
    """The facts of results as they may be handed on. names: events and scorers keep theirs, nothing is left out."""
    rows = results.facts.rows() if names else _unnamed(results)
    cases = {case: place for place, case in enumerate(results.facts.order)}
    reads = results.plan.reads()
    plain = [_plain(row, reads.get(row.indicator, Reads())) for row in rows]
    plain.sort(key=lambda row: (cases[Case(row.unit, row.period)], row.key))
    found = Facts()
    for case in cases:
        found.order.setdefault(case)
    for row in plain:
        found.add(row, Problems())
    return found


def as_csv(facts: Facts) -> str:
    """A row a fact, unit by unit; a unit without any fact has a row without a value."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    by_case: dict[Case, list[Row]] = {case: [] for case in facts.order}
    for row in facts.rows():
        by_case[Case(row.unit, row.period)].append(row)
    for case, rows in by_case.items():
        for row in rows or [Row(case.unit, case.period, "", "", "", "", "")]:
            writer.writerow([*row.key, row.value])
    return out.getvalue()


def from_csv(text: str, file: str, problems: Problems) -> Facts:
    """The facts of such a CSV, taken to the letter; csv.Error or ValueError where it is none."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    if tuple(next(reader, ())) != COLUMNS:
        raise ValueError("the columns are not those of a bundle's facts")
    return Facts.of(_rows(reader, file), problems, file)


def _rows(reader: Iterator[list[str]], file: str) -> Iterator[Row]:
    for line, cells in enumerate(reader, 2):
        if len(cells) != len(COLUMNS):
            raise ValueError(f"row {line} has {len(cells)} cells")
        unit, period, indicator, event, scorer, field, value = cells
        yield Row(unit, period, indicator, event, scorer, field, value, file, "", f"line {line}", loose=True)


def _plain(row: Row, reads: Reads) -> Row:
    """A number or date as its exact text, where one is read. Loose: what was scored once is no finding now."""
    field = row.field or (ACTUAL if row.indicator else "")
    is_number = field in reads.numbers | reads.event_numbers and field not in reads.texts | reads.event_texts
    value = canonical(row.value) if is_number else row.value
    return replace(row, field=field, value=value, file="", sheet="", cell="", loose=True)


def _unnamed(results: Results) -> Iterator[Row]:
    """Only what is read; events, their matters and unknown scorers by number: the same name has the same number."""
    plan = results.plan
    reads, kept = plan.reads(), _attributes(plan)
    scorers, matters, said = _known_scorers(plan), _matters(plan), set()
    events, people, shared = _Numbered("事项"), _Numbered("评分人"), _Numbered("同项")
    for row in sorted(results.facts.rows(), key=lambda row: row.key):
        of = reads.get(row.indicator)
        if of is None:
            if (row.indicator or row.field) in kept:
                yield row
            continue
        field, value = row.field or ACTUAL, row.value
        if field not in of.numbers | of.texts | of.event_numbers | of.event_texts:
            if not of.events:
                continue
            field, value = STANDS, "1"
        if (row.indicator, field) in matters:
            value = shared.of(value)
        scorer = row.scorer if row.scorer in scorers.get(row.indicator, ()) else people.of(row.scorer)
        found = replace(row, event=events.of(row.event), scorer=scorer, field=field, value=value)
        if found.key not in said:
            said.add(found.key)
            yield found


def _attributes(plan: Plan) -> set[str]:
    """What describes a unit to the plan."""
    nodes = [node for step in plan.steps for node in step.expression.walk()]
    told = {node.attribute for node in nodes if isinstance(node, x.Has)}
    shared = {node.scope.removeprefix("same:") for node in nodes if isinstance(node, x.OVER_UNITS)}
    ranked = {name for name, _ in plan.book.ranking.among}
    return {"name", plan.book.group_by, plan.book.separate} | told | shared | ranked


def _known_scorers(plan: Plan) -> dict[str, set[str]]:
    """The scorers that the rule book itself names, by indicator."""
    return {
        node.code: {scorer for scorer, _ in node.scorers.weights}
        for node in plan.book.indicators()
        if node.scorers
    }


def _matters(plan: Plan) -> set[tuple[str, str]]:
    """(indicator, field) of the texts that only tell events apart."""
    nodes = [node for step in plan.steps for node in step.expression.walk()]
    chosen = {(node.indicator, node.field) for node in nodes if isinstance(node, x.Choose)}
    return {(node.indicator, node.by) for node in nodes if isinstance(node, x.OverEvents)} - chosen


class _Numbered:
    """Names as numbers, in the order in which they come."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.names: dict[str, str] = {}

    def of(self, name: str) -> str:
        return self.names.setdefault(name, f"{self.label}{len(self.names) + 1}") if name else ""
