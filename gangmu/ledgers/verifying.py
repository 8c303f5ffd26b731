"""What the log answers for: every version of every entry, with the stages and lines that came and went with it."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gangmu.ledgers.models import Entry, EntryVersion, Line, Slot, StageEvent
from gangmu.ledgers.states import CHUNK
from gangmu.ledgers.writing import RETRACTED, StageRow, version_digest
from gangmu.records.clock import END_OF_TIME

BROKEN = "broken"
"""The digest of a row that fits no version: the log never gave it, so verifying names the row."""

Moment = datetime.datetime
_COMMON = ("title", "due_on", "happened_on")


@dataclass(slots=True)
class _Parts:
    """What came, and what went, at each moment of an entry's history."""

    new_stages: dict[Moment, list[StageRow]] = field(default_factory=lambda: defaultdict(list))
    new_lines: dict[Moment, list[Any]] = field(default_factory=lambda: defaultdict(list))
    left_stages: dict[Moment, list[StageRow]] = field(default_factory=lambda: defaultdict(list))
    left_lines: dict[Moment, list[Any]] = field(default_factory=lambda: defaultdict(list))

    def moments(self) -> set[Moment]:
        return {*self.new_stages, *self.new_lines, *self.left_stages, *self.left_lines}


def current_digests() -> Iterator[tuple[str, str]]:
    """(ledger/number/version, digest) of every version, entries in chunks."""
    columns = _columns_of_ledgers()
    last = 0
    while entries := dict(
        Entry.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "ledger")[:CHUNK]
    ):
        last = max(entries)
        parts = _parts(list(entries), entries, columns)
        for ledger in sorted(set(entries.values())):
            ids = [pk for pk, of in entries.items() if of == ledger]
            yield from _versions(ids, [*_COMMON, *columns.get((ledger, ""), ())], parts)


def _columns_of_ledgers() -> Mapping[tuple[str, str], list[str]]:
    """(ledger, line kind) → the columns in use, those of retired fields included."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for ledger, kind, name in Slot.objects.order_by("name").values_list("ledger", "kind", "name"):
        found[ledger, kind].append(name)
    return found


def _parts(
    ids: list[int], ledgers: Mapping[int, str], columns: Mapping[tuple[str, str], list[str]]
) -> dict[int, _Parts]:
    parts: dict[int, _Parts] = defaultdict(_Parts)
    events = StageEvent.objects.filter(entry_id__in=ids).order_by("entry_id", "place")
    columns_of_stage = ("place", "stage", "happened_on", "left_on", "note")
    for entry, since, until, place, stage, on, left, note in events.values_list(
        "entry_id", "recorded_from", "recorded_to", *columns_of_stage
    ):
        parts[entry].new_stages[since].append((place, stage, on, left, note))
        if until != END_OF_TIME:
            parts[entry].left_stages[until].append((place, stage, on, left, note))
    for (ledger, kind), names in columns.items():
        some = [pk for pk in ids if ledgers[pk] == ledger] if kind else []
        if some:
            _add_lines(parts, some, kind, names)
    return parts


def _add_lines(parts: dict[int, _Parts], ids: list[int], kind: str, names: Sequence[str]) -> None:
    rows = Line.objects.filter(entry_id__in=ids, kind=kind)
    head = ("entry_id", "recorded_from", "recorded_to", "key", "happened_on")
    for entry, since, until, key, on, *kept in rows.values_list(*head, *names):
        parts[entry].new_lines[since].append((kind, key, on, dict(zip(names, kept, strict=True))))
        if until != END_OF_TIME:
            parts[entry].left_lines[until].append((kind, key))


def _versions(
    ids: list[int], columns: Sequence[str], parts: Mapping[int, _Parts]
) -> Iterator[tuple[str, str]]:
    """The versions of entries in order. A version closed at a moment that no later one begins at was taken back."""
    head = ("entry_id", "version", "number", "ledger", "stage", "done_on", "recorded_from", "recorded_to")
    rows = EntryVersion.objects.filter(entry_id__in=ids).order_by("entry_id", "version")
    histories: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows.values_list(*head, "unit__code", *columns):
        histories[row[0]].append(row)
    for entry, history in histories.items():
        yield from _history(history, columns, parts.get(entry) or _Parts())


def _history(
    history: Sequence[tuple[Any, ...]], named: Sequence[str], parts: _Parts
) -> Iterator[tuple[str, str]]:
    begins = [row[6] for row in history]
    known = set(begins)
    for place, row in enumerate(history):
        _, version, number, ledger, stage, done_on, since, until, unit, *kept = row
        name = f"{ledger}/{number}/{version}"
        following = begins[place + 1] if place + 1 < len(begins) else END_OF_TIME
        if until > following:
            yield name, BROKEN
            continue
        if until < following:
            known.add(until)
            yield f"{name}/{RETRACTED}", RETRACTED
        digest = version_digest(
            name,
            since,
            stage,
            done_on,
            {**dict(zip(named, kept, strict=True)), "unit_id": unit},
            parts.new_stages.get(since, ()),
            parts.new_lines.get(since, ()),
            parts.left_stages.get(since, ()),
            parts.left_lines.get(since, ()),
        )
        yield name, digest
    for stray in sorted(parts.moments() - known):
        yield f"{history[0][3]}/{history[0][2]}/@{stray:%Y%m%dT%H%M%S%f}", BROKEN
