"""The roster (名册) of units, posts, people and who holds which post: one door for every write.

A row is given and logged as its *content*: plain values, other rows by their codes. Content is what the
log's digest stands for, what an import compares with, and what an undo puts back.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.db.models import ProtectedError

from gangmu.org.models import Assignment, Person, Post, Unit
from gangmu.problems import Text
from gangmu.records import batches, clock, subjects
from gangmu.records.log import Actor, Change, content_digest, record_many
from gangmu.records.models import ImportBatch

Content = dict[str, Any]

UNIT, POST, PERSON, ASSIGNMENT = "unit", "post", "person", "assignment"


@dataclass(frozen=True, slots=True)
class Kind:
    """How rows of one model are named and what they consist of.

    named_by: the fields that name a row, in order; the key is their values joined by `/`.
    retire: the date field that ends a row which others still refer to.
    later: fields that rows logged earlier do not have; while empty they are no part of a digest, so that those
    rows still answer to what was logged.
    """

    model: type[models.Model]
    fields: tuple[str, ...]
    named_by: tuple[str, ...]
    retire: str
    later: tuple[str, ...] = ()

    def key(self, content: Mapping[str, Any]) -> str:
        return "/".join(str(content[name]) for name in self.named_by)

    def digest(self, content: Mapping[str, Any]) -> str:
        return content_digest({
            name: value for name, value in content.items() if value != "" or name not in self.later
        })  # fmt: skip


KINDS: dict[str, Kind] = {
    UNIT: Kind(
        Unit,
        (
            "code",
            "name",
            "name_en",
            "short_name",
            "kind",
            "group",
            "protocol_order",
            "is_office",
            "parent",
            "valid_from",
            "valid_to",
            "succeeded_by",
        ),
        ("code",),
        "valid_to",
    ),
    POST: Kind(
        Post,
        ("unit", "name", "name_en", "duty", "protocol_order", "closed_on"),
        ("unit", "name"),
        "closed_on",
        later=("name_en",),
    ),
    PERSON: Kind(
        Person, ("code", "name", "unit", "title", "kind", "protocol_order", "left_on"), ("code",), "left_on"
    ),
    ASSIGNMENT: Kind(
        Assignment,
        ("post", "person", "part", "since", "until"),
        ("post", "person", "part", "since"),
        "until",
    ),
}


def content_of(kind: str, row: models.Model) -> Content:
    """A row as plain values: days in ISO form, other rows by their keys."""
    return {name: _plain(getattr(row, name)) for name in KINDS[kind].fields}


def current_digests(kind: str) -> Iterator[tuple[str, str]]:
    """(key, digest) of each row as it stands, for the log's verification."""
    for content in _contents(kind):
        yield KINDS[kind].key(content), KINDS[kind].digest(content)


@dataclass(slots=True)
class Writing:
    """A run of writes by one actor, all in the caller's transaction; `finish` writes the log.

    Rows are kept by key, so that a roster of thousands is read once and not row by row.
    """

    actor: Actor
    batch: ImportBatch | None = None
    reason: str = ""
    _rows: dict[str, dict[str, models.Model]] = field(default_factory=dict)
    _changes: list[Change] = field(default_factory=list)

    def put(self, kind: str, content: Content) -> str:
        """Create or change the row of that key: `created`, `changed` or `unchanged`."""
        content = dict.fromkeys(KINDS[kind].later, "") | content
        key = KINDS[kind].key(content)
        row = self.find(kind, key)
        old = content_of(kind, row) if row is not None else None
        if old == content:
            return "unchanged"
        row = row if row is not None else KINDS[kind].model()
        for name, value in content.items():
            setattr(row, name, self._value(KINDS[kind].model, name, value))
        row.save()
        self._known(kind)[key] = row
        self._note(kind, key, old, content)
        return "created" if old is None else "changed"

    def remove(self, kind: str, key: str) -> None:
        """Delete a row, or end it where others already refer to it."""
        row = self.find(kind, key)
        if row is None:
            return
        old = content_of(kind, row)
        try:
            with transaction.atomic():
                row.delete()
        except ProtectedError:
            ended = clock.today() - datetime.timedelta(days=1)
            self.put(kind, {**old, KINDS[kind].retire: ended.isoformat()})
            return
        del self._known(kind)[key]
        self._note(kind, key, old, None)

    def find(self, kind: str, key: str) -> models.Model | None:
        return self._known(kind).get(key)

    def keys(self, kind: str) -> Iterable[str]:
        return self._known(kind).keys()

    def finish(self) -> None:
        record_many(self.actor, self._changes)
        self._changes.clear()

    def _note(self, kind: str, key: str, old: Content | None, new: Content | None) -> None:
        verb = "create" if old is None else "delete" if new is None else "change"
        detail: Content = {"old": old, "new": new}
        if self.batch is not None:
            detail["batch"] = self.batch.pk
        digest = subjects.GONE if new is None else KINDS[kind].digest(new)
        self._changes.append(Change(f"{kind}.{verb}", kind, key, digest, detail, self.reason))

    def _known(self, kind: str) -> dict[str, models.Model]:
        if kind not in self._rows:
            self._rows[kind] = {KINDS[kind].key(content_of(kind, row)): row for row in _rows(kind)}
        return self._rows[kind]

    def _value(self, model: type[models.Model], name: str, value: Any) -> Any:
        column = model._meta.get_field(name)
        if isinstance(column, models.ForeignKey) and value is not None:
            kind = _kind_of(column.related_model)
            found = self.find(kind, value)
            if found is None:
                raise LookupError(f"{kind} {value} is not in the roster")
            return found
        if isinstance(column, models.DateField) and value is not None:
            return datetime.date.fromisoformat(value)
        return value


def take_back(kind: str, batch: ImportBatch, actor: Actor) -> int:
    """Put the rows of a kind back to what they were before a batch; how many.

    InputRefused, naming each, when rows were changed again after the batch.
    """
    writing = Writing(actor, reason=f"撤销第 {batch.pk} 次导入")
    return batches.put_back(kind, batch, writing, Text("", ""))


def _rows(kind: str) -> models.QuerySet[Any]:
    related = {
        UNIT: ("parent", "succeeded_by"),
        POST: ("unit",),
        PERSON: ("unit",),
        ASSIGNMENT: ("post__unit", "person"),
    }
    return KINDS[kind].model._default_manager.select_related(*related[kind])


def _contents(kind: str) -> Iterator[Content]:
    return (content_of(kind, row) for row in _rows(kind).iterator(chunk_size=2000))


def _kind_of(model: Any) -> str:
    return next(name for name, kind in KINDS.items() if kind.model is model)


def _plain(value: Any) -> Any:
    if isinstance(value, Unit | Person):
        return value.code
    if isinstance(value, Post):
        return f"{value.unit.code}/{value.name}"
    return value.isoformat() if isinstance(value, datetime.date) else value
