"""Facts that no figure gives: appended, superseded, taken back; never changed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from gangmu.assessment.models import AssessmentFact
from gangmu.problems import refuse
from gangmu.records import clock
from gangmu.records.log import Actor, Change, content_digest, record_many
from gangmu.records.models import ImportBatch
from gangmu.sheets.importing import Counts

SUBJECT = "assessment_fact"
NONE = "-"
"""What stands for an empty event, scorer or field."""

_CHUNK = 500
_KEY = ("unit_id", "period", "indicator", "event", "scorer", "field")
Key = tuple[int, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class GivenFact:
    """A fact as a department gives it. unit_id: primary key of the unit."""

    unit_id: int
    period: str
    indicator: str
    event: str
    scorer: str
    field: str
    value: str
    basis: str = ""
    source: str = ""

    @property
    def key(self) -> Key:
        said = [part or NONE for part in (self.event, self.scorer, self.field)]
        return (self.unit_id, self.period, self.indicator, said[0], said[1], said[2])


@transaction.atomic
def give(facts: Iterable[GivenFact], actor: Actor, batch: ImportBatch | None = None) -> Counts:
    """Append what is new; what differs supersedes; what is known already is left alone."""
    given = {fact.key: fact for fact in facts}
    periods = {key[1] for key in given}
    standing = {_key(row): row for row in AssessmentFact.objects.standing().filter(period__in=periods)}
    now = clock.now()
    created: list[AssessmentFact] = []
    changed: list[AssessmentFact] = []
    unchanged = 0
    for key, fact in given.items():
        old = standing.get(key)
        if old is not None and (old.value, old.basis) == (fact.value, fact.basis):
            unchanged += 1
        else:
            (changed if old is not None else created).append(_row(fact, old, now, actor, batch))
    _close([row.supersedes for row in changed if row.supersedes], now, actor, batch, "fact.superseded")
    _append([*created, *changed], actor, batch)
    return Counts(len(created), len(changed), unchanged)


def take_back(batch: ImportBatch, actor: Actor) -> int:
    """Undo an import: its facts end, and what they superseded is given again. InputRefused where one changed later."""
    made = list(AssessmentFact.objects.filter(batch=batch).select_related("supersedes"))
    later = [row for row in made if row.recorded_to != clock.END_OF_TIME]
    if later:
        raise refuse(
            "batch.facts_later",
            f"第 {batch.pk} 次导入的 {len(later)} 条考核数据后来又改过",
            f"{len(later)} facts of import {batch.pk} were changed later",
            "请先撤销后来的那次导入",
            "undo the later import first",
        )
    now = clock.now()
    _close(made, now, actor, None, "fact.undone")
    _append([_again(row.supersedes, row, now, actor) for row in made if row.supersedes], actor, None)
    return len(made)


def _key(row: AssessmentFact) -> Key:
    return (row.unit_id, row.period, row.indicator, row.event, row.scorer, row.field)


def _row(
    fact: GivenFact,
    old: AssessmentFact | None,
    now: datetime.datetime,
    actor: Actor,
    batch: ImportBatch | None,
) -> AssessmentFact:
    key = dict(zip(_KEY, fact.key, strict=True))
    return AssessmentFact(
        **key,
        value=fact.value,
        basis=fact.basis,
        source=fact.source,
        recorded_from=now,
        recorded_by=actor.name,
        supersedes=old,
        batch=batch,
    )


def _again(
    earlier: AssessmentFact, undone: AssessmentFact, now: datetime.datetime, actor: Actor
) -> AssessmentFact:
    kept = {name: getattr(earlier, name) for name in (*_KEY, "value", "basis", "source")}
    return AssessmentFact(**kept, recorded_from=now, recorded_by=actor.name, supersedes=undone)


def _append(rows: Sequence[AssessmentFact], actor: Actor, batch: ImportBatch | None) -> None:
    AssessmentFact.objects.bulk_create(rows, batch_size=_CHUNK)
    record_many(actor, [_change("fact.recorded", row, batch) for row in rows])


def _close(
    rows: Sequence[AssessmentFact],
    now: datetime.datetime,
    actor: Actor,
    batch: ImportBatch | None,
    action: str,
) -> None:
    for start in range(0, len(rows), _CHUNK):
        keys = [row.pk for row in rows[start : start + _CHUNK]]
        AssessmentFact.objects.filter(pk__in=keys).update(recorded_to=now)
    for row in rows:
        row.recorded_to = now
    record_many(actor, [_change(action, row, batch) for row in rows])


def _change(action: str, row: AssessmentFact, batch: ImportBatch | None) -> Change:
    detail: dict[str, object] = {"value": row.value, "field": row.field, "event": row.event}
    if batch is not None:
        detail["batch"] = batch.pk
    return Change(action, SUBJECT, subject_key(row), row_digest(row), detail)


def current_digests() -> Iterator[tuple[str, str]]:
    for row in AssessmentFact.objects.order_by("id").iterator(chunk_size=2000):
        yield subject_key(row), row_digest(row)


def subject_key(row: AssessmentFact) -> str:
    return f"{row.period}/{row.indicator}/{row.pk}"


def row_digest(row: AssessmentFact) -> str:
    times = [moment.astimezone(datetime.UTC).isoformat() for moment in (row.recorded_from, row.recorded_to)]
    return content_digest([*_key(row), row.value, row.basis, row.source, row.recorded_by, *times])
