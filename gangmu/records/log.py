"""Writing the log: one entry per change, in the same transaction as the change."""

from __future__ import annotations

import datetime
import getpass
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection

from gangmu.org.models import User
from gangmu.records import clock
from gangmu.records.merkle import Hasher
from gangmu.records.models import LogEntry


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, under which name, and for whom (a delegate acting for a leader)."""

    user: User | None
    name: str
    on_behalf_of: str = ""

    @classmethod
    def of(cls, user: User, on_behalf_of: str = "") -> Actor:
        return cls(user, f"{user.name}（{user.username}）", on_behalf_of)

    @classmethod
    def operator(cls) -> Actor:
        """The operating-system account of the command line."""
        return cls(None, f"操作系统账户 {getpass.getuser()}")


@dataclass(frozen=True, slots=True)
class Change:
    """What is logged of one change.

    subject_digest: the changed row's content digest after it, `subjects.GONE` when the row is no more,
    empty when the entry tells of an event and not of the row's content.
    detail: what changed, JSON; `batch` in it ties the entry to an import.
    """

    action: str
    subject_kind: str
    subject_key: str
    subject_digest: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def record(actor: Actor, change: Change) -> LogEntry:
    """Log one change. Must run inside the transaction that makes it."""
    return record_many(actor, [change])[0]


def record_many(actor: Actor, changes: Iterable[Change]) -> Sequence[LogEntry]:
    """Log many changes at once, in order; the entries come back with their ids."""
    if not connection.in_atomic_block:
        raise RuntimeError("the log is written in the same transaction as the change")
    at = clock.now()
    entries = [_entry(actor, change, at) for change in changes]
    return LogEntry.objects.bulk_create(entries, batch_size=500)


def _entry(actor: Actor, change: Change, at: Any) -> LogEntry:
    entry = LogEntry(
        at=at,
        actor=actor.user,
        actor_name=actor.name,
        on_behalf_of=actor.on_behalf_of,
        action=change.action,
        subject_kind=change.subject_kind,
        subject_key=change.subject_key,
        subject_digest=change.subject_digest,
        reason=change.reason,
        detail=canonical(change.detail),
        batch_id=change.detail.get("batch"),
    )
    entry.digest = leaf_digest([getattr(entry, column) for column in LEAF_COLUMNS])
    return entry


def canonical(value: Any) -> str:
    """The one JSON text of a value: sorted keys, no spaces, decimals and days as strings."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def content_digest(value: Any) -> str:
    """SHA-256 of the canonical text: how a row's content is named in the log."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


LEAF_COLUMNS = (
    "at",
    "actor_name",
    "on_behalf_of",
    "action",
    "subject_kind",
    "subject_key",
    "subject_digest",
    "reason",
    "detail",
)
"""What a leaf is hashed over: every column but `digest`, `position` and the database's own keys."""


def leaf_text(at: datetime.datetime, *said: str | None) -> bytes:
    """The text of a leaf, from the values of LEAF_COLUMNS. Empty and NULL read alike: some databases mix them."""
    moment = at.astimezone(datetime.UTC).isoformat(timespec="microseconds")
    return canonical([moment, *(text or "" for text in said)]).encode()


def leaf_digest(values: Sequence[Any]) -> str:
    """RFC 9162 §2.1.1 leaf hash of the values of LEAF_COLUMNS, in the district's algorithm."""
    return Hasher(settings.DISTRICT.log_hash).leaf(leaf_text(*values)).hex()
