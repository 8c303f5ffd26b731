"""Rows that are appended and superseded, never changed: what stood on record at any moment can be asked."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from django.db import models
from django.db.models import Q

from gangmu.problems import Text, refuse
from gangmu.records import batches, clock
from gangmu.records.exact import ExactDecimalField, scaled
from gangmu.records.log import Actor, Change, content_digest, record_many
from gangmu.records.models import ImportBatch

_CHUNK = 500
"""Rows a statement: below the most parameters that SQLite takes."""


def standing(as_of: datetime.datetime | None = None, prefix: str = "") -> Q:
    """The one predicate of *as of*: now is the special case that an index answers."""
    if as_of is None:
        return Q(**{f"{prefix}recorded_to": clock.END_OF_TIME})
    return Q(**{f"{prefix}recorded_from__lte": as_of, f"{prefix}recorded_to__gt": as_of})


Row = TypeVar("Row", bound="Appended")


class AppendedQuerySet(models.QuerySet[Row]):
    def known_at(self, moment: datetime.datetime | None) -> Self:
        """What stood on record at a moment; None: what stands now."""
        return self.filter(standing(moment))


class Appended(models.Model):
    """What was known from one moment of recording to the next, who recorded it, and what it took the place of.

    A correction closes the row (`recorded_to`) and appends another: two rows of the same thing never stand at once.
    """

    recorded_from = models.DateTimeField()
    recorded_to = models.DateTimeField(default=clock.END_OF_TIME)
    recorded_by = models.CharField(max_length=100)
    supersedes = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    batch = models.ForeignKey(
        "records.ImportBatch", null=True, on_delete=models.PROTECT, related_name="%(class)s_rows"
    )

    class Meta:
        abstract = True

    @property
    def stands(self) -> bool:
        return self.recorded_to == clock.END_OF_TIME

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"{self._meta.label}: a row is superseded, never deleted")


@dataclass(frozen=True)
class Keeping(Generic[Row]):
    """How the rows of a model are written: every row that begins or ends has its log entry, in the same transaction.

    subject: the kind of row in the log. action: what its entries begin with (`fact.recorded`). noun: a row, in findings.
    identity: the columns that two rows of the same thing share. says: the columns that tell them apart.
    name: a row's name, for its key in the log. detail: what the log tells of a row beside its digest.
    """

    model: type[Row]
    subject: str
    action: str
    noun: Text
    identity: tuple[str, ...]
    says: tuple[str, ...]
    name: Callable[[Row], str]
    detail: Callable[[Row], Mapping[str, Any]]

    def key(self, row: Row) -> tuple[Any, ...]:
        """What two rows of the same thing share."""
        return tuple(getattr(row, column) for column in self.identity)

    def subject_key(self, row: Row) -> str:
        """How the log names a row: each is a subject of its own, so that history is kept as well as the present."""
        return f"{self.name(row)}/{row.pk}"

    def digest(self, row: Row) -> str:
        """The content digest of a row: what it says, who recorded it, and from when to when it stood."""
        said = [self._plain(column, getattr(row, column)) for column in (*self.identity, *self.says)]
        times = [
            moment.astimezone(datetime.UTC).isoformat() for moment in (row.recorded_from, row.recorded_to)
        ]
        return content_digest([*said, row.recorded_by, *times])

    def current_digests(self) -> Iterator[tuple[str, str]]:
        """Every row ever recorded, with its digest as it stands in the database."""
        for row in self.model._default_manager.order_by("id").iterator(chunk_size=2000):
            yield self.subject_key(row), self.digest(row)

    def change(
        self,
        new: Sequence[tuple[Row, Row | None]],
        ended: Sequence[Row],
        actor: Actor,
        batch: ImportBatch | None = None,
        reason: str = "",
    ) -> None:
        """Append rows, each in the place of an older one or of none, and end others without a successor."""
        now = clock.now()
        self._close([old for _, old in new if old is not None], "superseded", now, actor, batch, reason)
        self._close(ended, "withdrawn", now, actor, batch, reason)
        self._append(new, now, actor, batch, reason)

    def take_back(self, batch: ImportBatch, actor: Actor, reason: str = "") -> list[Row]:
        """Undo what a batch did, by new rows: its rows end, and what they superseded or it withdrew stands again.

        Gives the rows of the batch that ended and those it had withdrawn. InputRefused when a later change stands on
        one of them.
        """
        made = list(self.model._default_manager.filter(batch=batch).select_related("supersedes"))
        withdrawn = self.withdrawn_by(batch)
        self._refuse_changed_since(batch, [row for row in made if not row.stands])
        now = clock.now()
        self._close(made, "undone", now, actor, None, reason)
        replaced = [(self._as_it_said(row.supersedes), row) for row in made if row.supersedes is not None]
        again = [*replaced, *((self._as_it_said(row), row) for row in withdrawn)]
        self._append(again, now, actor, None, reason)
        return [*made, *withdrawn]

    def withdrawn_by(self, batch: ImportBatch) -> list[Row]:
        """The rows a batch ended without a successor, unless somebody has given them again."""
        entries = batches.entries_of(batch, self.subject).filter(action=f"{self.action}.withdrawn")
        keys = [int(key.rpartition("/")[2]) for key in entries.values_list("subject_key", flat=True)]
        rows = self.model._default_manager.filter(pk__in=keys)
        return [row for row in rows if not self._stands_again(row)]

    def _stands_again(self, row: Row) -> bool:
        same = dict(zip(self.identity, self.key(row), strict=True))
        return self.model._default_manager.filter(standing(), **same).exists()

    def _refuse_changed_since(self, batch: ImportBatch, later: Sequence[Row]) -> None:
        if later:
            count, one = len(later), self.name(later[0])
            raise refuse(
                "batch.changed_since",
                f"第 {batch.pk} 次导入的 {count} 条{self.noun.zh}后来又改过，例如 {one}",
                f"{count} {self.noun.en} of import {batch.pk} were changed later, such as {one}",
                "请先撤销后来的那次导入",
                "undo the later import first",
            )

    def _as_it_said(self, earlier: Appended) -> Row:
        return self.model(**{column: getattr(earlier, column) for column in (*self.identity, *self.says)})

    def _append(
        self,
        new: Sequence[tuple[Row, Row | None]],
        now: datetime.datetime,
        actor: Actor,
        batch: ImportBatch | None,
        reason: str,
    ) -> None:
        for row, old in new:
            row.recorded_from, row.recorded_to, row.recorded_by = now, clock.END_OF_TIME, actor.name
            row.supersedes, row.batch = old, batch
        rows = [row for row, _ in new]
        self.model._default_manager.bulk_create(rows, batch_size=_CHUNK)
        self._log(rows, "recorded", actor, batch, reason)

    def _close(
        self,
        rows: Sequence[Row],
        verb: str,
        now: datetime.datetime,
        actor: Actor,
        batch: ImportBatch | None,
        reason: str,
    ) -> None:
        for start in range(0, len(rows), _CHUNK):
            keys = [row.pk for row in rows[start : start + _CHUNK]]
            self.model._default_manager.filter(pk__in=keys).update(recorded_to=now)
        for row in rows:
            row.recorded_to = now
        self._log(rows, verb, actor, batch, reason)

    def _log(
        self, rows: Sequence[Row], verb: str, actor: Actor, batch: ImportBatch | None, reason: str
    ) -> None:
        action = f"{self.action}.{verb}"
        record_many(
            actor,
            [
                Change(
                    action,
                    self.subject,
                    self.subject_key(row),
                    self.digest(row),
                    self._detail(row, batch),
                    reason,
                )
                for row in rows
            ],
        )

    def _detail(self, row: Row, batch: ImportBatch | None) -> dict[str, Any]:
        detail = dict(self.detail(row))
        if row.supersedes_id:  # type: ignore[attr-defined]  # an abstract model's own column
            detail["supersedes"] = row.supersedes_id  # type: ignore[attr-defined]
        if batch is not None:
            detail["batch"] = batch.pk
        return detail

    def _plain(self, column: str, value: Any) -> Any:
        """A value as the database keeps it, so that it reads alike before and after it was stored."""
        kept = self.model._meta.get_field(column)
        if isinstance(kept, ExactDecimalField):
            return None if value is None else scaled(value, kept.scale)
        return value
