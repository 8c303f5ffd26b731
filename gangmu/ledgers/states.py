"""What an entry says at a moment: its values, the stages it went through, its lines.

A state is read from the versioned rows, changed as a value, and written back as a difference (`writing`).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from typing import Any, TypeVar

from gangmu.ledgers import values
from gangmu.ledgers.models import NEVER, EntryVersion, Line, StageEvent
from gangmu.ledgers.references import References
from gangmu.ledgers.register import UNIT, Field, LineKind, Register
from gangmu.ledgers.slots import Columns, Layout, layout
from gangmu.ledgers.values import Value
from gangmu.records.appended import standing

CHUNK = 400
"""Ids in one query: databases limit the number of parameters."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reached:
    """A stage was reached on a day. row: the stored row, None until there is one."""

    stage: str
    on: datetime.date
    note: str = ""
    row: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class LineState:
    """A line: its kind, its key within the entry, its values by field code."""

    kind: str
    key: str
    on: datetime.date
    values: Mapping[str, Value]
    row: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class State:
    """An entry as a value. `values` hold title, unit (code), due_on and the declared fields; no key is missing (None).

    A sensitive field holds the digest of its value. stages: in order of days.
    """

    values: Mapping[str, Value]
    stages: tuple[Reached, ...] = ()
    lines: tuple[LineState, ...] = ()

    @property
    def stage(self) -> str:
        return self.stages[-1].stage

    def done_on(self, register: Register) -> datetime.date | None:
        """The day since which it is done; None while it is not, or is not any more."""
        since = None
        for reached in reversed(self.stages):
            if reached.stage not in register.done_stages:
                break
            since = reached.on
        return since

    def has_reached(self, stage: str) -> bool:
        return any(reached.stage == stage for reached in self.stages)

    def line(self, kind: str, key: str) -> LineState | None:
        return next((line for line in self.lines if line.kind == kind and line.key == key), None)

    def with_values(self, changed: Mapping[str, Value]) -> State:
        return replace(self, values={**self.values, **changed})

    def with_stage(self, reached: Reached) -> State:
        return replace(self, stages=in_order((*self.stages, reached)))

    def with_line(self, line: LineState) -> State:
        """With a line, in place of the one that has its key."""
        others = tuple(one for one in self.lines if (one.kind, one.key) != (line.kind, line.key))
        return replace(self, lines=(*others, line))

    def without_line(self, line: LineState) -> State:
        return replace(self, lines=tuple(one for one in self.lines if one != line))


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of an entry with the version that says it."""

    entry: int
    number: str
    version: int
    recorded_from: datetime.datetime
    state: State


def in_order(stages: Iterable[Reached]) -> tuple[Reached, ...]:
    """Stages by day; those of one day as they were given."""
    return tuple(sorted(stages, key=lambda reached: reached.on))


def intervals(stages: Sequence[Reached]) -> list[tuple[Reached, datetime.date]]:
    """Each stage with the day it was left on."""
    if not stages:
        return []
    return [*((one, after.on) for one, after in pairwise(stages)), (stages[-1], NEVER)]


def line_key(kind: LineKind, said: Mapping[str, Value]) -> str:
    """What tells a line apart from the others of its kind: its key fields, joined."""
    return "|".join(str(values.plain(said.get(code)) or "") for code in kind.key)[:120]


def load(
    register: Register,
    references: References,
    entries: Iterable[int] | None = None,
    as_of: datetime.datetime | None = None,
) -> dict[int, Standing]:
    """The states of entries by id, as they stand or as they were known at a moment.

    entries: ids, read in chunks of CHUNK; None: the whole ledger, in three queries.
    """
    if entries is None:
        return _load(register, references, {}, as_of)
    found: dict[int, Standing] = {}
    for ids in chunks(entries):
        found |= _load(register, references, {"entry_id__in": ids}, as_of)
    return found


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def _load(
    register: Register, references: References, only: Mapping[str, Any], as_of: datetime.datetime | None
) -> dict[int, Standing]:
    stages: dict[int, list[Reached]] = {}
    events = StageEvent.objects.filter(standing(as_of), ledger=register.code, **only).order_by(
        "entry_id", "place"
    )
    for row, entry, stage, on, note in events.values_list("pk", "entry_id", "stage", "happened_on", "note"):
        stages.setdefault(entry, []).append(Reached(stage, on, note, row))
    where = layout(register)
    lines = _lines(register, where, only, as_of)
    versions = EntryVersion.objects.filter(standing(as_of), ledger=register.code, **only).order_by("entry_id")
    read = reading(where.entry, register.by_code, references)
    found: dict[int, Standing] = {}
    head = ("entry_id", "number", "version", "recorded_from")
    for entry, number, version, since, *kept in versions.values_list(*head, *read.columns):
        state = State(read.values(kept), tuple(stages.get(entry, ())), tuple(lines.get(entry, ())))
        found[entry] = Standing(entry, number, version, since, state)
    return found


def _lines(
    register: Register, where: Layout, only: Mapping[str, Any], as_of: datetime.datetime | None
) -> dict[int, list[LineState]]:
    found: dict[int, list[LineState]] = {}
    for kind, columns in where.lines.items():
        read = reading(columns, register.line_kinds[kind].by_code)
        rows = Line.objects.filter(standing(as_of), ledger=register.code, kind=kind, **only)
        head = ("pk", "entry_id", "key", "happened_on")
        for row, entry, key, on, *kept in rows.order_by("entry_id", "happened_on", "key").values_list(
            *head, *read.columns
        ):
            found.setdefault(entry, []).append(LineState(kind, key, on, read.values(kept), row))
    return found


@dataclass(frozen=True, slots=True)
class Reading:
    """How rows of columns become values: the columns to read, and each one's key and conversion."""

    columns: tuple[str, ...]
    keys: tuple[str, ...]
    converted: tuple[tuple[int, Field], ...]
    unit_at: int | None
    unit_codes: Mapping[int, str]

    def values(self, kept: list[Any]) -> dict[str, Value]:
        for place, one in self.converted:
            kept[place] = values.from_row(one, kept[place])
        if self.unit_at is not None:
            kept[self.unit_at] = self.unit_codes[kept[self.unit_at]]
        return dict(zip(self.keys, kept, strict=True))


def reading(columns: Columns, fields: Mapping[str, Field], references: References | None = None) -> Reading:
    keys = tuple(key for key, _ in columns.pairs)
    converted = tuple(
        (place, fields[key])
        for place, key in enumerate(keys)
        if key in fields and fields[key].kind in ("yes_no", "units")
    )
    with_unit = references is not None and UNIT in keys
    return Reading(
        tuple(column for _, column in columns.pairs),
        keys,
        converted,
        keys.index(UNIT) if with_unit else None,
        references.unit_codes if with_unit and references else {},
    )
