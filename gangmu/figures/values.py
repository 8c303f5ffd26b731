"""The door of the figures: a value, many values, the rows behind one, and its trace."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gangmu.figures import ledger_rows
from gangmu.figures import trace as traces
from gangmu.figures.areas import OWN
from gangmu.figures.arithmetic import plain, rounded
from gangmu.figures.evaluation import evaluate
from gangmu.figures.node import Node, Part
from gangmu.figures.requests import Filter, Request, resolve
from gangmu.figures.units_of_measure import decimals_of, unit_of
from gangmu.ledgers.queries import RowRef
from gangmu.problems import Text


@dataclass(frozen=True, slots=True)
class Value:
    """What a question came to.

    figure, measure, period: codes. value: unrounded, in `unit_of_measure`; None unless status is `ok`.
    status: `ok`, `missing`, `not_published`. decimals: how many are printed.
    vintage: of the least settled observation behind it; empty where none is. rule: how it was made.
    reason: why it is missing, or what to know about it (a change of coverage, growth at current prices).
    parts: the numbers of `count(by …)`, or the names of `names`.
    """

    figure: str
    measure: str
    period: str
    unit: str | None
    area: str
    value: Decimal | None
    status: str
    vintage: str
    unit_of_measure: str
    decimals: int
    reason: Text
    rule: Text
    label: Text
    parts: tuple[Part, ...] = ()

    @property
    def printed(self) -> str:
        """The value as a document prints it, half up; empty where there is none."""
        return "" if self.value is None else format(rounded(self.value, self.decimals), "f")

    def as_json(self) -> dict[str, Any]:
        """As interface.md has it."""
        return {
            "figure": self.figure,
            "measure": self.measure,
            "period": self.period,
            "unit": self.unit,
            "area": None if self.unit else self.area,
            "value": None if self.value is None else plain(self.value),
            "printed": self.printed or None,
            "unit_of_measure": self.unit_of_measure,
            "status": self.status,
            "vintage": self.vintage or None,
            "reason": self.reason.zh or None,
        }


def value(
    code: str,
    period: str,
    measure: str | None = None,
    *,
    unit: str | None = None,
    area: str = OWN,
    as_of: datetime.datetime | None = None,
    filters: tuple[Filter, ...] = (),
) -> Value:
    """One value. InputRefused where figure, measure, period or filter is unknown; a missing value is an answer."""
    return many([Request(code, str(period), measure or "", unit, area, as_of, filters)])[0]


def many(requests: Iterable[Request]) -> list[Value]:
    """The values of many requests, in order, with a number of queries that does not grow with them.

    InputRefused where one of them cannot be asked (`requests.resolve` tells which beforehand).
    """
    return [value_of(node) for node in evaluate([resolve(request) for request in requests])]


def rows(
    code: str,
    period: str,
    measure: str | None = None,
    *,
    unit: str | None = None,
    as_of: datetime.datetime | None = None,
    filters: tuple[Filter, ...] = (),
) -> list[RowRef]:
    """The ledger rows a value rests on, each once, by register and number. References only: who shows them
    resolves them through the reader's `visible_to`."""
    [node] = evaluate([resolve(Request(code, str(period), measure or "", unit, OWN, as_of, filters))])
    return ledger_rows.rows_behind(node)


def trace(
    code: str,
    period: str,
    measure: str | None = None,
    unit: str | None = None,
    area: str = OWN,
    as_of: datetime.datetime | None = None,
    filters: tuple[Filter, ...] = (),
) -> traces.Trace:
    """The tree from a value down to observations and ledger rows, with the log positions that prove them."""
    return traces_of([Request(code, str(period), measure or "", unit, area, as_of, filters)])[0]


def traces_of(requests: Sequence[Request]) -> list[traces.Trace]:
    """The traces of many requests."""
    return [traces.trace_of(node) for node in evaluate([resolve(request) for request in requests])]


def value_of(node: Node) -> Value:
    """A node without what it was made from."""
    q = node.question
    return Value(
        figure=q.figure.code,
        measure=str(q.measure),
        period=q.period.code,
        unit=q.unit,
        area=q.area,
        value=node.value if node.ok else None,
        status=node.status,
        vintage=node.vintage,
        unit_of_measure=unit_of(q.figure, q.measure),
        decimals=decimals_of(q.figure, q.measure),
        reason=node.reason,
        rule=node.sentence,
        label=q.label(),
        parts=node.parts,
    )
