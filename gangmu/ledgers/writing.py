"""Writing states: the difference becomes one new version, closed and new rows, and one log entry.

Single changes and imports of thousands of rows go the same way. Nothing here checks input; that is done before.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, models

from gangmu.ledgers import values
from gangmu.ledgers.models import SCALE, Entry, EntryVersion, Line, SensitiveValue, StageEvent
from gangmu.ledgers.references import References
from gangmu.ledgers.register import UNIT, Register
from gangmu.ledgers.slots import Columns, Layout, layout
from gangmu.ledgers.states import LineState, Reached, Standing, State, chunks, intervals
from gangmu.records import clock
from gangmu.records.clock import END_OF_TIME
from gangmu.records.exact import scaled
from gangmu.records.log import Actor, Change, content_digest, record_many
from gangmu.records.models import ImportBatch

SUBJECT = "entry"
RETRACTED = "retracted"

CREATE, CHANGE, MOVE, RETRACT, RESTORE = (
    "entry.create",
    "entry.change",
    "entry.move",
    "entry.retract",
    "entry.restore",
)

StageRow = tuple[int, str, datetime.date, datetime.date, str]
"""place, stage, happened_on, left_on, note."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A new value of a sensitive field: what the state and the log know is its digest."""

    field: str
    salt: str
    digest: str
    value: str


@dataclass(frozen=True, slots=True)
class Act:
    """One entry's change. before None: it did not stand; after None: it is taken back."""

    action: str
    number: str
    before: Standing | None
    after: State | None
    entry: Entry | None = None
    secrets: tuple[Secret, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """What an act became. version: its number."""

    entry: int
    number: str
    version: int


@dataclass(slots=True)
class _Rows:
    """What is to be closed and inserted, by table."""

    closed_versions: list[int] = field(default_factory=list)
    closed_stages: list[int] = field(default_factory=list)
    closed_lines: list[int] = field(default_factory=list)
    versions: list[list[Any]] = field(default_factory=list)
    stages: list[list[Any]] = field(default_factory=list)
    lines: dict[str, list[list[Any]]] = field(default_factory=dict)


def seal_secret(field_code: str, value: str) -> Secret:
    """A sensitive value with a salt of its own: the digest says nothing without the row that can be erased."""
    salt = secrets.token_hex(16)
    return Secret(field_code, salt, secret_digest(salt, value), value)


def secret_digest(salt: str, value: str) -> str:
    return hashlib.sha256(f"{salt}\x1f{value}".encode()).hexdigest()


def write(
    register: Register,
    acts: Sequence[Act],
    actor: Actor,
    references: References,
    batch: ImportBatch | None = None,
) -> list[Written]:
    """Apply acts on distinct entries of one register, inside the caller's transaction, in a fixed number of queries
    for each few hundred of them.
    """
    if not acts:
        return []
    where = layout(register)
    ids = _identities(register, acts)
    last = _last_versions(ids)
    now = _moment(last)
    rows = _Rows()
    changes, written = [], []
    for act, entry in zip(acts, ids, strict=True):
        version = last.get(entry, (0, now))[0] + (act.after is not None)
        digest = _collect(register, where, act, entry, version, now, references, rows)
        key = f"{register.code}/{act.number}/{version}" + ("" if act.after is not None else f"/{RETRACTED}")
        detail = _detail(register, act, version, batch)
        changes.append(Change(act.action, SUBJECT, key, digest, detail, act.reason))
        written.append(Written(entry, act.number, version))
    logged = [entry.pk for entry in record_many(actor, changes)]
    standing_logs = [pk for pk, act in zip(logged, acts, strict=True) if act.after is not None]
    _close(EntryVersion, "entry_id", rows.closed_versions, now)
    _close(StageEvent, "pk", rows.closed_stages, now)
    _close(Line, "pk", rows.closed_lines, now)
    _insert_versions(where, rows, standing_logs)
    _insert(StageEvent, _STAGE_COLUMNS, rows.stages)
    for kind, lines in rows.lines.items():
        _insert(Line, (*_LINE_HEAD, *(column for _, column in where.lines[kind].pairs)), lines)
    _keep_secrets(acts, ids)
    return written


_VERSION_HEAD = (
    "entry_id",
    "version",
    "ledger",
    "number",
    "stage",
    "done_on",
    "recorded_from",
    "recorded_to",
)
_STAGE_COLUMNS = (
    *("entry_id", "ledger", "place", "stage", "happened_on", "left_on", "note"),
    *("recorded_from", "recorded_to"),
)
_LINE_HEAD = ("entry_id", "ledger", "kind", "key", "happened_on", "recorded_from", "recorded_to")


def _identities(register: Register, acts: Sequence[Act]) -> list[int]:
    """The ids of the acts' entries; new entries are made, and a number used before gets its old identity back."""
    new = [act.number for act in acts if act.before is None and act.entry is None]
    known: dict[str, int] = {}
    for numbers in chunks(new):
        found = Entry.objects.filter(ledger=register.code, number__in=numbers)
        known |= dict(found.values_list("number", "pk"))
    made = Entry.objects.bulk_create(
        [Entry(ledger=register.code, number=number) for number in new if number not in known], batch_size=300
    )
    known |= {entry.number: entry.pk for entry in made}
    return [_id_of(act, known) for act in acts]


def _id_of(act: Act, known: Mapping[str, int]) -> int:
    if act.before is not None:
        return act.before.entry
    return act.entry.pk if act.entry is not None else known[act.number]


def _last_versions(ids: Sequence[int]) -> dict[int, tuple[int, datetime.datetime]]:
    """The last version of each entry that has one, also of those taken back, with the moment it was last touched."""
    found: dict[int, tuple[int, datetime.datetime]] = {}
    for some in chunks(ids):
        rows = EntryVersion.objects.filter(entry_id__in=some).order_by("version")
        for entry, version, since, until in rows.values_list(
            "entry_id", "version", "recorded_from", "recorded_to"
        ):
            found[entry] = (version, since if until == END_OF_TIME else until)
    return found


def _moment(last: Mapping[int, tuple[int, datetime.datetime]]) -> datetime.datetime:
    """Now, but later than every version it follows: two writes within a tick of the clock keep their order."""
    tick = datetime.timedelta(microseconds=1)
    return max([clock.now(), *(touched + tick for _, touched in last.values())])


def _collect(
    register: Register,
    where: Layout,
    act: Act,
    entry: int,
    version: int,
    now: datetime.datetime,
    references: References,
    rows: _Rows,
) -> str:
    """Add the rows of an act; returns the digest of the version it makes, or of the one it takes back."""
    before = act.before.state if act.before else None
    if before is not None:
        rows.closed_versions.append(entry)
    new_stages, closed_stages = _stage_difference(before, act.after)
    new_lines, closed_lines = _line_difference(before, act.after)
    rows.closed_stages += [row for row, _ in closed_stages]
    rows.closed_lines += [line.row for line in closed_lines if line.row is not None]
    head = (entry, register.code)
    rows.stages += [[*head, *stage, now, END_OF_TIME] for stage in new_stages]
    lines = [(line, _line_row(register, where, line)) for line in new_lines]
    for line, row in lines:
        rows.lines.setdefault(line.kind, []).append(
            [*head, line.kind, line.key, line.on, now, END_OF_TIME, *row]
        )
    if act.after is None:
        return RETRACTED
    kept = _entry_row(register, where.entry, act.after, references)
    done = act.after.done_on(register)
    rows.versions.append(
        [entry, version, register.code, act.number, act.after.stage, done, now, END_OF_TIME, *kept]
    )
    return version_digest(
        f"{register.code}/{act.number}/{version}",
        now,
        act.after.stage,
        done,
        {
            column: references.unit_codes[value] if column == "unit_id" else value
            for (_, column), value in zip(where.entry.pairs, kept, strict=True)
        },
        new_stages,
        [(line.kind, line.key, line.on, row_values(where.lines[line.kind], row)) for line, row in lines],
        [stage for _, stage in closed_stages],
        [(line.kind, line.key) for line in closed_lines],
    )


def version_digest(
    name: str,
    recorded_from: datetime.datetime,
    stage: str,
    done_on: datetime.date | None,
    kept: Mapping[str, Any],
    new_stages: Iterable[StageRow],
    new_lines: Iterable[tuple[str, str, datetime.date, Mapping[str, Any]]],
    closed_stages: Iterable[StageRow],
    closed_lines: Iterable[tuple[str, str]],
) -> str:
    """What the log knows of a version: its columns, and the stages and lines that came and went with it."""
    return content_digest(
        {
            "name": name,
            "recorded_from": recorded_from.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
            "stage": stage,
            "done_on": done_on,
            "values": _canonical(kept),
            "stages": sorted([str(part) for part in row] for row in new_stages),
            "lines": sorted([kind, key, str(on), _canonical(row)] for kind, key, on, row in new_lines),
            "left_stages": sorted([str(part) for part in row] for row in closed_stages),
            "left_lines": sorted([kind, key] for kind, key in closed_lines),
        }
    )


def row_values(columns: Columns, row: Sequence[Any]) -> dict[str, Any]:
    return {column: value for (_, column), value in zip(columns.pairs, row, strict=True)}


def _canonical(kept: Mapping[str, Any]) -> list[list[str]]:
    """Columns that hold something, as text. Numbers as scaled integers: 1.5 and 1.50 are one value."""
    return sorted(
        [column, str(scaled(value, SCALE)) if hasattr(value, "scaleb") else str(value)]
        for column, value in kept.items()
        if value is not None
    )


def _stage_difference(
    before: State | None, after: State | None
) -> tuple[list[StageRow], list[tuple[int, StageRow]]]:
    """Stage rows to write, and rows to close with their ids."""
    old = _stage_rows(before.stages if before else ())
    new = _stage_rows(after.stages if after else ())
    kept = set(old) & set(new)
    closed = [(one.row, row) for row, one in old.items() if row not in kept and one.row is not None]
    return [row for row in new if row not in kept], closed


def _stage_rows(stages: Sequence[Reached]) -> dict[StageRow, Reached]:
    return {
        (place, one.stage, one.on, left, one.note): one for place, (one, left) in enumerate(intervals(stages))
    }


def _line_difference(before: State | None, after: State | None) -> tuple[list[LineState], list[LineState]]:
    """Lines to write, and lines to close."""
    old = {(line.kind, line.key): line for line in (before.lines if before else ())}
    new = {(line.kind, line.key): line for line in (after.lines if after else ())}
    written = [line for name, line in new.items() if old.get(name) != line]
    closed = [line for name, line in old.items() if new.get(name) != line]
    return written, closed


def _entry_row(register: Register, columns: Columns, state: State, references: References) -> list[Any]:
    row = []
    for key, _ in columns.pairs:
        value: Any = state.values.get(key)
        if key == UNIT:
            value = references.unit_ids[str(value)]
        elif key in register.by_code:
            value = values.to_row(register.by_code[key], value)
        row.append(value)
    return row


def _line_row(register: Register, where: Layout, line: LineState) -> list[Any]:
    fields = register.line_kinds[line.kind].by_code
    return [
        values.to_row(fields[key], line.values.get(key)) if key in fields else line.values.get(key)
        for key, _ in where.lines[line.kind].pairs
    ]


def _detail(register: Register, act: Act, version: int, batch: ImportBatch | None) -> dict[str, Any]:
    """What the log tells of an act: names of what changed, with values before and after; digests of sensitive ones."""
    before = act.before.state if act.before else None
    detail: dict[str, Any] = {"ledger": register.code, "number": act.number, "version": version}
    if batch is not None:
        detail["batch"] = batch.pk
    if act.after is None:
        return detail
    stages, _ = _stage_difference(before, act.after)
    lines, closed = _line_difference(before, act.after)
    if before is not None:
        detail["changed"] = changed_values(before, act.after)
    moved = Counter((one.stage, str(one.on)) for one in act.after.stages)
    moved -= Counter((one.stage, str(one.on)) for one in (before.stages if before else ()))
    if moved:
        detail["stages"] = [list(one) for one in moved.elements()]
    elif stages:
        detail["stages"] = [[stage, str(on)] for _, stage, on, _, _ in stages]
    rewritten = Counter(line.kind for line in lines)
    if rewritten and before is None:
        detail["lines"] = dict(rewritten)
    elif lines or closed:
        detail["lines"] = _changed_lines(lines, closed)
    return detail


def changed_values(before: State, after: State) -> dict[str, list[Any]]:
    """Code → [old, new] of the values that differ."""
    keys = [key for key in after.values if before.values.get(key) != after.values[key]]
    return {key: [values.plain(before.values.get(key)), values.plain(after.values[key])] for key in keys}


def _changed_lines(lines: Sequence[LineState], closed: Sequence[LineState]) -> list[dict[str, Any]]:
    old = {(line.kind, line.key): line for line in closed}
    found = []
    for line in lines:
        was = old.pop((line.kind, line.key), None)
        said = {
            code: [values.plain(was.values.get(code)) if was else None, values.plain(value)]
            for code, value in line.values.items()
            if (was.values.get(code) if was else None) != value
        }
        found.append({"kind": line.kind, "key": line.key, "changed": said})
    return [*found, *({"kind": kind, "key": key, "removed": True} for kind, key in old)]


def _close(model: type[models.Model], by: str, ids: Sequence[int], now: datetime.datetime) -> None:
    for some in chunks(ids):
        rows = model._default_manager.filter(**{f"{by}__in": some}, recorded_to=END_OF_TIME)
        rows.update(recorded_to=now)


def _insert_versions(where: Layout, rows: _Rows, logs: Sequence[int]) -> None:
    columns = (*_VERSION_HEAD, *(column for _, column in where.entry.pairs), "log_id")
    _insert(EntryVersion, columns, [[*row, log] for row, log in zip(rows.versions, logs, strict=True)])


def _insert(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of the given columns alone: an ORM insert would carry every empty slot of every row."""
    if not rows:
        return
    by_column = {one.column: one for one in model._meta.concrete_fields}
    prepare = [_preparing(by_column[column]) for column in columns]
    quote = connection.ops.quote_name
    names, marks = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
    # Names are the model's own columns; values go as parameters.
    statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(
            statement, [[to(value) for to, value in zip(prepare, row, strict=True)] for row in rows]
        )


def _preparing(column: models.Field[Any, Any]) -> Callable[[Any], Any]:
    """What a value becomes for the database. Days, moments and amounts repeat: each is prepared once."""
    if isinstance(column, models.CharField | models.TextField):
        return lambda value: value
    known: dict[Any, Any] = {None: None}

    def prepared(value: Any) -> Any:
        if value not in known:
            known[value] = column.get_db_prep_save(value, connection)
        return known[value]

    return prepared


def _keep_secrets(acts: Sequence[Act], ids: Sequence[int]) -> None:
    SensitiveValue.objects.bulk_create(
        [
            SensitiveValue(entry_id=entry, field=one.field, salt=one.salt, digest=one.digest, value=one.value)
            for act, entry in zip(acts, ids, strict=True)
            for one in act.secrets
        ],
        batch_size=150,
    )
