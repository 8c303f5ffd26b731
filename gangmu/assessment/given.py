"""Facts that no figure gives: appended, superseded, taken back; never changed."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db import transaction

from gangmu.assessment import cycles
from gangmu.assessment.models import AssessmentFact
from gangmu.engine import numbers
from gangmu.problems import refuse
from gangmu.records import batches, clock
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
    """A fact as a department gives it. unit_id: primary key of the unit. value empty: none, withdrawn if it stands."""

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
    """Append what is new; what differs supersedes; what is known already is left alone; an empty value withdraws.

    InputRefused where that would change a period whose facts are frozen.
    """
    compared = _compared(facts)
    new, changed, gone = (
        [pair for pair in compared if kind(*pair)] for kind in (_is_new, _is_changed, _is_gone)
    )
    for period in sorted({fact.period for fact, _ in (*new, *changed, *gone)}):
        cycles.refuse_when_frozen(period)
    now = clock.now()
    _close([old for _, old in changed if old], now, actor, batch, "fact.superseded")
    _close([old for _, old in gone if old], now, actor, batch, "fact.withdrawn")
    _append([_row(fact, old, now, actor, batch) for fact, old in (*new, *changed)], actor, batch)
    moved = len(changed) + len(gone)
    return Counts(len(new), moved, len(compared) - len(new) - moved)


def changing(facts: Iterable[GivenFact]) -> list[GivenFact]:
    """Those that would change what stands."""
    return [
        fact
        for fact, old in _compared(facts)
        if _is_new(fact, old) or _is_changed(fact, old) or _is_gone(fact, old)
    ]


def _compared(facts: Iterable[GivenFact]) -> list[tuple[GivenFact, AssessmentFact | None]]:
    """Each fact with the row that stands for its key."""
    given = {fact.key: fact for fact in facts}
    periods = {key[1] for key in given}
    standing = {_key(row): row for row in AssessmentFact.objects.standing().filter(period__in=periods)}
    return [(fact, standing.get(key)) for key, fact in given.items()]


def _is_new(fact: GivenFact, old: AssessmentFact | None) -> bool:
    return old is None and fact.value != ""


def _is_changed(fact: GivenFact, old: AssessmentFact | None) -> bool:
    """95 and 95.0 are the same number; a fact that moved to another cell is the same fact."""
    if old is None or fact.value == "":
        return False
    return (_number(old.value), old.basis) != (_number(fact.value), fact.basis)


def _is_gone(fact: GivenFact, old: AssessmentFact | None) -> bool:
    return old is not None and fact.value == ""


def _number(value: str) -> Fraction | str:
    number = numbers.read(value)
    return value if number is None else number


def take_back(batch: ImportBatch, actor: Actor) -> int:
    """Undo an import: its facts end, and what they superseded or withdrew is given again.

    InputRefused where one changed later, or where the cycle's facts are frozen.
    """
    made = list(AssessmentFact.objects.filter(batch=batch).select_related("supersedes"))
    withdrawn = _withdrawn_by(batch)
    later = [row for row in made if row.recorded_to != clock.END_OF_TIME]
    if later:
        raise refuse(
            "batch.facts_later",
            f"第 {batch.pk} 次导入的 {len(later)} 条考核数据后来又改过",
            f"{len(later)} facts of import {batch.pk} were changed later",
            "请先撤销后来的那次导入",
            "undo the later import first",
        )
    for period in sorted({row.period for row in (*made, *withdrawn)}):
        cycles.refuse_when_frozen(period)
    now = clock.now()
    _close(made, now, actor, None, "fact.undone")
    again = [(row.supersedes, row) for row in made if row.supersedes] + [(row, row) for row in withdrawn]
    _append([_again(earlier, ended, now, actor) for earlier, ended in again], actor, None)
    return len(made) + len(withdrawn)


def _withdrawn_by(batch: ImportBatch) -> list[AssessmentFact]:
    """The rows a batch withdrew, unless somebody has given them again."""
    entries = batches.entries_of(batch, SUBJECT).filter(action="fact.withdrawn")
    keys = [int(key.rpartition("/")[2]) for key in entries.values_list("subject_key", flat=True)]
    rows = AssessmentFact.objects.filter(pk__in=keys)
    standing = {
        _key(row) for row in AssessmentFact.objects.standing().filter(period__in=rows.values("period"))
    }
    return [row for row in rows if _key(row) not in standing]


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
