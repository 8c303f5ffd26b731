"""The trace of a value (溯源): the tree down to observations and ledger rows, with their places in the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from gangmu.figures import ledger_rows
from gangmu.figures.arithmetic import plain, rounded
from gangmu.figures.node import Node, Seen
from gangmu.figures.observations import SUBJECT
from gangmu.figures.units_of_measure import decimals_of, unit_of
from gangmu.ledgers.queries import RowRef
from gangmu.records.models import LogEntry


@dataclass(frozen=True, slots=True)
class Trace:
    """A node of the tree. rows: the ledger rows it counts or sums. log: of its observation, None until sealed.

    hidden: rows it counts too, which its reader may not see.
    """

    node: Node
    inputs: tuple[Trace, ...]
    rows: tuple[RowRef, ...]
    log: int | None
    hidden: int = 0

    @property
    def printed(self) -> str:
        q = self.node.question
        return (
            ""
            if self.node.value is None
            else format(rounded(self.node.value, decimals_of(q.figure, q.measure)), "f")
        )

    def as_json(self, language: str = "zh-hans") -> dict[str, Any]:
        """As interface.md has it: figure, value, rule, inputs, rows; more beside them."""
        node, q = self.node, self.node.question
        return {
            "figure": q.figure.code,
            "name": q.figure.name.say(language),
            "measure": str(q.measure),
            "period": q.period.code,
            "unit": q.unit,
            "area": None if q.unit else q.area,
            "filters": [{"field": c.field, "op": c.op, "value": _plain(c.value)} for c in q.filters],
            "value": None if node.value is None else plain(node.value),
            "printed": self.printed or None,
            "unit_of_measure": unit_of(q.figure, q.measure),
            "status": node.status,
            "vintage": node.vintage or None,
            "reason": node.reason.say(language) or None,
            "rule": node.rule,
            "sentence_zh": node.sentence.zh,
            "sentence_en": node.sentence.en,
            "coverage": q.figure.coverage.say(language) or None,
            "observation": _observation(node.observation, self.log) if node.observation else None,
            "inputs": [one.as_json(language) for one in self.inputs],
            "rows": [
                {"ledger": r.ledger, "number": r.number, "version": r.version, "log": r.log}
                for r in self.rows
            ],
            "hidden": self.hidden,
        }

    def as_seen(self, sees: Callable[[RowRef], bool]) -> Trace:
        """The tree for a reader: the rows he may not see are counted, not shown. Values do not depend on him."""
        seen = tuple(row for row in self.rows if sees(row))
        inputs = tuple(one.as_seen(sees) for one in self.inputs)
        return replace(self, inputs=inputs, rows=seen, hidden=self.hidden + len(self.rows) - len(seen))

    def walk(self) -> Iterator[Trace]:
        """The node and everything under it, from the top."""
        yield self
        for one in self.inputs:
            yield from one.walk()


def trace_of(node: Node) -> Trace:
    """The trace of an evaluated node: one query for the log, one for each row selection."""
    positions = _positions(node.observations())
    return _trace(node, positions)


def _trace(node: Node, positions: dict[int, int | None]) -> Trace:
    return Trace(
        node,
        tuple(_trace(one, positions) for one in node.inputs),
        tuple(ledger_rows.rows_of(node)),
        positions.get(node.observation.pk) if node.observation else None,
    )


def _positions(seen: Iterable[Seen]) -> dict[int, int | None]:
    """Where the log holds each observation: the first entry about it."""
    keys = {f"{one.figure}/{one.period}/{one.pk}": one.pk for one in seen}
    entries = LogEntry.objects.filter(
        subject_kind=SUBJECT, subject_key__in=list(keys), action="observation.recorded"
    )
    return {
        keys[key]: position
        for key, position in entries.order_by("-id").values_list("subject_key", "position")
    }


def _observation(seen: Seen, log: int | None) -> dict[str, Any]:
    return {
        "id": seen.pk,
        "period": seen.period,
        "scenario": seen.scenario,
        "vintage": seen.vintage,
        "coverage": seen.coverage or None,
        "source": seen.source or None,
        "recorded_at": seen.recorded_from.isoformat(),
        "recorded_by": seen.recorded_by,
        "log": log,
    }


def _plain(value: Any) -> Any:
    return [str(one) for one in value] if isinstance(value, tuple | list) else str(value)
