"""Appending observations: what is new is added, what differs supersedes, what is known already is left alone."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction

from gangmu.figures.areas import OWN
from gangmu.figures.arithmetic import plain
from gangmu.figures.models import NO_AREA, Observation, Scenario, Status, Vintage
from gangmu.problems import refuse
from gangmu.records import clock
from gangmu.records.exact import scaled
from gangmu.records.log import Actor, Change, content_digest, record_many
from gangmu.records.models import ImportBatch
from gangmu.sheets.importing import Counts

SUBJECT = "observation"
_CHUNK = 500
_Key = tuple[str, str, str, int | None, str, str, str]


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


@transaction.atomic
def observe(rows: Iterable[Reported], actor: Actor, batch: ImportBatch | None = None) -> Counts:
    """Append what is new, supersede what differs; says how many rows of each kind.

    The rows must not repeat a key. Logged row by row, written in bulk.
    """
    reported = {row.key: row for row in rows}
    standing = _standing({row.figure for row in reported.values()})
    created: list[Observation] = []
    corrected: list[Observation] = []
    unchanged = 0
    now = clock.now()
    for key, row in reported.items():
        old = standing.get(key)
        if old is not None and _says(old) == _says(row):
            unchanged += 1
        else:
            (corrected if old is not None else created).append(_appended(row, old, now, actor, batch))
    _close(
        [new.supersedes for new in corrected if new.supersedes], now, actor, batch, "observation.superseded"
    )
    _append([*created, *corrected], actor, batch)
    return Counts(len(created), len(corrected), unchanged)


@transaction.atomic
def withdraw(rows: Sequence[Observation], actor: Actor, reason: str) -> None:
    """End observations without a successor: from now on the value is missing; as of earlier it still stands."""
    _close(rows, clock.now(), actor, None, "observation.withdrawn", reason)


def take_back(batch: ImportBatch, actor: Actor) -> int:
    """Undo what a batch observed: its rows end, and what they superseded is observed again.

    Raises InputRefused when a later correction stands on one of its rows.
    """
    made = list(Observation.objects.filter(batch=batch).select_related("supersedes"))
    later = [row for row in made if row.recorded_to != clock.END_OF_TIME]
    if later:
        raise refuse(
            "batch.observed_later",
            f"第 {batch.pk} 次导入的 {len(later)} 条数据后来又改过，例如 {later[0].figure} {later[0].period}",
            f"{len(later)} values of import {batch.pk} were corrected later, such as {later[0].figure} {later[0].period}",
            "请先撤销后来的那次导入",
            "undo the later import first",
        )
    now = clock.now()
    _close(made, now, actor, None, "observation.undone")
    restored = [_again(row.supersedes, row, now, actor) for row in made if row.supersedes]
    _append(restored, actor, None)
    return len(made)


def current_digests() -> Iterator[tuple[str, str]]:
    """Every observation ever recorded, with the digest of its content as it stands in the database."""
    for row in Observation.objects.order_by("id").iterator(chunk_size=2000):
        yield subject_key(row), digest(row)


def subject_key(row: Observation) -> str:
    return f"{row.figure}/{row.period}/{row.pk}"


def digest(row: Observation) -> str:
    """The content digest of an observation: every column but the keys of the database."""
    return content_digest(_content(row))


def _content(row: Observation) -> list[Any]:
    value = None if row.value is None else scaled(row.value, 6)
    times = [moment.astimezone(datetime.UTC).isoformat() for moment in (row.recorded_from, row.recorded_to)]
    return [
        *(row.figure, row.measure, row.period, row.unit_id, row.area, row.scenario, row.vintage),
        *(row.coverage, value, row.status, row.source, row.recorded_by, *times),
    ]


def _standing(figures: set[str]) -> dict[_Key, Observation]:
    rows = Observation.objects.known_at(None).filter(figure__in=figures)
    return {
        (row.figure, row.measure, row.period, row.unit_id, row.area, row.scenario, row.vintage): row
        for row in rows.iterator(chunk_size=2000)
    }


def _says(row: Reported | Observation) -> tuple[Decimal | None, str, str]:
    return row.value, row.coverage, row.source


def _appended(
    row: Reported, old: Observation | None, now: datetime.datetime, actor: Actor, batch: ImportBatch | None
) -> Observation:
    figure, measure, period, unit_id, area, scenario, vintage = row.key
    return Observation(
        figure=figure,
        measure=measure,
        period=period,
        unit_id=unit_id,
        area=area,
        scenario=scenario,
        vintage=vintage,
        coverage=row.coverage,
        value=row.value,  # type: ignore[misc]  # the plugin takes the field for its integer
        status=Status.NOT_PUBLISHED if row.value is None else Status.OK,
        source=row.source,
        recorded_from=now,
        recorded_by=actor.name,
        supersedes=old,
        batch=batch,
    )


def _again(earlier: Observation, undone: Observation, now: datetime.datetime, actor: Actor) -> Observation:
    """The earlier observation once more, recorded now, standing on the undone one."""
    return Observation(
        **{
            name: getattr(earlier, name)
            for name in (
                *("figure", "measure", "period", "unit_id", "area", "scenario", "vintage"),
                *("coverage", "value", "status", "source"),
            )
        },
        recorded_from=now,
        recorded_by=actor.name,
        supersedes=undone,
    )


def _append(rows: Sequence[Observation], actor: Actor, batch: ImportBatch | None) -> None:
    Observation.objects.bulk_create(rows, batch_size=_CHUNK)
    record_many(actor, [_change("observation.recorded", row, batch) for row in rows])


def _close(
    rows: Sequence[Observation],
    now: datetime.datetime,
    actor: Actor,
    batch: ImportBatch | None,
    action: str,
    reason: str = "",
) -> None:
    for start in range(0, len(rows), _CHUNK):
        keys = [row.pk for row in rows[start : start + _CHUNK]]
        Observation.objects.filter(pk__in=keys).update(recorded_to=now)
    for row in rows:
        row.recorded_to = now
    record_many(actor, [_change(action, row, batch, reason) for row in rows])


def _change(action: str, row: Observation, batch: ImportBatch | None, reason: str = "") -> Change:
    detail: dict[str, Any] = {
        "measure": row.measure,
        "place": row.unit_id or row.area,
        "scenario": row.scenario,
        "vintage": row.vintage,
        "value": None if row.value is None else plain(row.value),
    }
    if row.supersedes_id:
        detail["supersedes"] = row.supersedes_id
    if batch is not None:
        detail["batch"] = batch.pk
    return Change(action, SUBJECT, subject_key(row), digest(row), detail, reason)
