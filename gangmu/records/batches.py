"""Imports as batches: what one import changed is found through its log entries and undone as a whole.

Each storey whose rows are imported registers how it takes a batch back. Undoing writes new log entries
and new versions; nothing already recorded is removed from the log.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from django.db import transaction
from django.db.models import QuerySet

from gangmu.problems import Problem, Problems, Text, refuse
from gangmu.records import clock
from gangmu.records.log import Actor, Change, canonical, record
from gangmu.records.models import ImportBatch, LogEntry

Undo = Callable[[ImportBatch, Actor], int]
"""Takes back what a batch did to one kind of rows; gives how many rows; InputRefused when it cannot."""

_undoing: dict[str, Undo] = {}


def register_undo(kind: str, undo: Undo) -> None:
    """Say how the rows of a kind are taken back. Called from an app's `ready`."""
    if _undoing.setdefault(kind, undo) is not undo:
        raise ValueError(f"undo of {kind!r} is registered twice")


def start(actor: Actor, files: Sequence[str]) -> ImportBatch:
    """Open a batch, in the transaction of its import: an import that fails leaves no batch behind."""
    batch = ImportBatch.objects.create(at=clock.now(), by_name=actor.name, files="、".join(files))
    record(
        actor,
        Change("import.start", "batch", str(batch.pk), detail={"batch": batch.pk, "files": list(files)}),
    )
    return batch


def summarise(batch: ImportBatch, summary: Mapping[str, Any]) -> None:
    """Add to what a batch says it did: counts by kind, such as {"units": {"created": 3, "changed": 1}}."""
    batch.summary = canonical({**json.loads(batch.summary), **summary})
    batch.save(update_fields=["summary"])


def entries_of(batch: ImportBatch, kind: str) -> QuerySet[LogEntry]:
    """The log entries that a batch wrote about rows of a kind, in order."""
    return LogEntry.objects.filter(batch=batch, subject_kind=kind).order_by("id")


@transaction.atomic
def undo(batch: ImportBatch, actor: Actor, reason: str = "") -> dict[str, int]:
    """Take a batch back as a whole, the highest storey first; rows by kind.

    Raises InputRefused when it was undone before, or when a later change stands on its rows.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.undone_at is not None:
        raise refuse(
            "batch.undone",
            f"第 {batch.pk} 次导入已于 {batch.undone_at:%Y-%m-%d %H:%M} 撤销",
            f"import {batch.pk} was undone at {batch.undone_at:%Y-%m-%d %H:%M}",
            "无需再次撤销",
            "nothing is left to undo",
        )
    counts = {kind: take_back(batch, actor) for kind, take_back in reversed(_undoing.items())}
    batch.undone_at = clock.now()
    batch.save(update_fields=["undone_at"])
    detail = {"undone": batch.pk, "rows": counts}
    record(actor, Change("import.undo", "batch", str(batch.pk), detail=detail, reason=reason))
    return counts


class RowWriting(Protocol):
    """The one logged door of a storey's rows, whose log entries keep the row's old content."""

    def put(self, kind: str, content: Any) -> object: ...
    def remove(self, kind: str, key: str) -> object: ...
    def finish(self) -> object: ...


def put_back(kind: str, batch: ImportBatch, writing: RowWriting, noun: Text) -> int:
    """Write the rows of a kind as they were before a batch; how many. `noun` names a row in findings.

    InputRefused, naming each, when rows were changed again after the batch.
    """
    entries = list(entries_of(batch, kind).order_by("-id"))
    problems = Problems([_changed_since(entry, noun) for entry in entries if _changed_later(entry)])
    problems.raise_if_any()
    for entry in entries:
        old = json.loads(entry.detail)["old"]
        if old is None:
            writing.remove(kind, entry.subject_key)
        else:
            writing.put(kind, old)
    writing.finish()
    return len(entries)


def _changed_later(entry: LogEntry) -> bool:
    about_the_row = LogEntry.objects.filter(subject_kind=entry.subject_kind, subject_key=entry.subject_key)
    return about_the_row.filter(id__gt=entry.pk).exclude(subject_digest="").exists()


def _changed_since(entry: LogEntry, noun: Text) -> Problem:
    return Problem(
        "batch.changed_since",
        Text(
            f"{noun.zh}{entry.subject_key} 在该次导入之后又有改动",
            f"{noun.en}{entry.subject_key} was changed again after that import",
        ),
        Text("请先撤销后来的改动，或直接改正这一条", "undo the later change first, or mend this row by hand"),
    )
