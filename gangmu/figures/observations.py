"""Appending observations: what is new is added, what differs supersedes, what is known already is left alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from gangmu.figures.areas import OWN
from gangmu.figures.arithmetic import plain
from gangmu.figures.models import NO_AREA, Observation, Scenario, Status, Vintage
from gangmu.problems import Text
from gangmu.records.appended import Keeping
from gangmu.records.log import Actor
from gangmu.records.models import ImportBatch
from gangmu.sheets.importing import Counts

SUBJECT = "observation"
_Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Reported:
    """A value as somebody reports it, in the measure's own unit of measure. value None: not published.

    unit_id: of an office, instead of an area.
    """

    figure: str
    period: str
    value: Decimal | None
    measure: str = "value"
    area: str = OWN
    unit_id: int | None = None
    scenario: str = Scenario.ACTUAL.value
    vintage: str = Vintage.PRELIMINARY.value
    coverage: str = ""
    source: str = ""

    @property
    def key(self) -> _Key:
        """What two reports of the same thing share."""
        area = NO_AREA if self.unit_id else self.area
        return self.figure, self.measure, self.period, self.unit_id, area, self.scenario, self.vintage


def _name(row: Observation) -> str:
    return f"{row.figure}/{row.period}"


def _detail(row: Observation) -> dict[str, Any]:
    return {
        "measure": row.measure,
        "place": row.unit_id or row.area,
        "scenario": row.scenario,
        "vintage": row.vintage,
        "value": None if row.value is None else plain(row.value),
    }


KEPT = Keeping(
    Observation,
    SUBJECT,
    "observation",
    Text("数据", "values"),
    ("figure", "measure", "period", "unit_id", "area", "scenario", "vintage"),
    ("coverage", "value", "status", "source"),
    _name,
    _detail,
)


@transaction.atomic
def observe(rows: Iterable[Reported], actor: Actor, batch: ImportBatch | None = None) -> Counts:
    """Append what is new, supersede what differs; says how many rows of each kind.

    The rows must not repeat a key. Logged row by row, written in bulk.
    """
    reported = {row.key: row for row in rows}
    standing = _standing({row.figure for row in reported.values()})
    compared = [(row, standing.get(key)) for key, row in reported.items()]
    created = [(_row(row), None) for row, old in compared if old is None]
    corrected = [(_row(row), old) for row, old in compared if old is not None and _says(old) != _says(row)]
    KEPT.change([*created, *corrected], [], actor, batch)
    return Counts(len(created), len(corrected), len(compared) - len(created) - len(corrected))


@transaction.atomic
def withdraw(rows: Sequence[Observation], actor: Actor, reason: str) -> None:
    """End observations without a successor: from now on the value is missing; as of earlier it still stands."""
    KEPT.change([], rows, actor, reason=reason)


def take_back(batch: ImportBatch, actor: Actor) -> int:
    """Undo what a batch observed; how many rows. InputRefused when a later correction stands on one of them."""
    return len(KEPT.take_back(batch, actor))


def _standing(figures: set[str]) -> dict[_Key, Observation]:
    rows = Observation.objects.known_at(None).filter(figure__in=figures)
    return {KEPT.key(row): row for row in rows.iterator(chunk_size=2000)}


def _says(row: Reported | Observation) -> tuple[Decimal | None, str, str]:
    return row.value, row.coverage, row.source


def _row(row: Reported) -> Observation:
    return Observation(
        **dict(zip(KEPT.identity, row.key, strict=True)),
        coverage=row.coverage,
        value=row.value,  # type: ignore[misc]  # the plugin takes the field for its integer
        status=Status.NOT_PUBLISHED if row.value is None else Status.OK,
        source=row.source,
    )
