"""Taking an import back: each entry it touched gets a new version that says what it said before."""

from __future__ import annotations

import datetime
from collections import defaultdict

from django.db.models import Min

from gangmu.ledgers.declarations import get
from gangmu.ledgers.models import Entry, EntryVersion
from gangmu.ledgers.references import References
from gangmu.ledgers.register import Register
from gangmu.ledgers.states import Standing, chunks, load
from gangmu.ledgers.writing import RESTORE, RETRACT, Act, write
from gangmu.problems import Problem, Problems, Text
from gangmu.records.appended import standing
from gangmu.records.log import Actor
from gangmu.records.models import ImportBatch

ONE_TICK = datetime.timedelta(microseconds=1)


def take_back(batch: ImportBatch, actor: Actor) -> int:
    """Restore every entry of a batch; how many. InputRefused, naming them, when others wrote on some since."""
    touched = _touched(batch)
    _refuse_later_changes(batch, touched)
    by_ledger: dict[str, list[int]] = defaultdict(list)
    for entry, ledger in Entry.objects.filter(pk__in=EntryVersion.objects.filter(log__batch=batch).values("entry")).values_list("pk", "ledger"):  # fmt: skip
        by_ledger[ledger].append(entry)
    for ledger, entries in by_ledger.items():
        _restore(get(ledger), {entry: touched[entry] for entry in entries}, batch, actor)
    return len(touched)


def _touched(batch: ImportBatch) -> dict[int, datetime.datetime]:
    """Entry → the moment just before the batch first wrote on it."""
    first = (
        EntryVersion.objects.filter(log__batch=batch)
        .order_by()
        .values("entry")
        .annotate(at=Min("recorded_from"))
    )
    return {row["entry"]: row["at"] - ONE_TICK for row in first}


def _restore(
    register: Register, entries: dict[int, datetime.datetime], batch: ImportBatch, actor: Actor
) -> None:
    references = References()
    now = load(register, references, entries)
    former: dict[int, Standing] = {}
    moments: dict[datetime.datetime, list[int]] = defaultdict(list)
    for entry, moment in entries.items():
        moments[moment].append(entry)
    for moment, ids in moments.items():
        former |= load(register, references, ids, moment)
    acts = [
        Act(
            RESTORE if entry in former else RETRACT,
            standing_now.number,
            standing_now,
            former[entry].state if entry in former else None,
            reason=f"撤销第 {batch.pk} 次导入 / import {batch.pk} undone",
        )
        for entry, standing_now in sorted(now.items())
    ]
    write(register, acts, actor, references)


def _refuse_later_changes(batch: ImportBatch, touched: dict[int, datetime.datetime]) -> None:
    problems = Problems()
    for ids in chunks(touched):
        later = EntryVersion.objects.filter(standing(), entry_id__in=ids).exclude(log__batch=batch)
        for version in later.select_related("log").only("ledger", "number", "log__actor_name", "log__at"):
            by, at = version.log.actor_name, version.log.at
            problems.add(
                Problem(
                    "batch.changed_since",
                    Text(
                        f"{version.number} 在导入之后由 {by} 于 {at:%Y-%m-%d %H:%M} 修改过",
                        f"{version.number} was changed by {by} on {at:%Y-%m-%d %H:%M}, after the import",
                    ),
                    Text("请先核对这些修改；不能整批撤销", "look at these changes first; the import cannot be undone as a whole"),
                    file=f"ledgers/{version.ledger}",
                )
            )  # fmt: skip
    problems.raise_if_any()
