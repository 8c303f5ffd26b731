"""The log with its checkpoints, imports, evidence and duties."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, NoReturn, Self

from django.conf import settings
from django.db import models

from gangmu.org.permissions import may

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from gangmu.org.models import User


class ImportBatch(models.Model):
    """One import of files: what it changed can be undone as a whole, by new rows, never by deleting."""

    at = models.DateTimeField()
    by_name = models.CharField(max_length=100)
    files = models.TextField()
    summary = models.TextField(default="{}")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pk} {self.files}"


class LogEntryQuerySet(models.QuerySet["LogEntry"]):
    """Read and appended to, never changed: the sealer alone writes positions, by a statement of its own."""

    def visible_to(self, user: User | AnonymousUser) -> Self:
        return self if may(user, "log.see") else self.none()

    def update(self, **kwargs: object) -> NoReturn:
        raise TypeError("a log entry is never changed")

    def delete(self) -> NoReturn:
        raise TypeError("a log entry is never deleted")


class LogEntry(models.Model):
    """One change, written in the transaction that made it. Never updated but for its position when sealed.

    `digest` is the RFC 9162 leaf hash of the canonical text of the columns named in `log.leaf_text`.
    `position` is the leaf's index in the Merkle tree; null until the sealer has taken it.
    `actor` and `batch` are for finding entries; what they say stands in the hashed columns too.
    """

    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="log_entries"
    )
    actor_name = models.CharField(max_length=100)
    on_behalf_of = models.CharField(max_length=100, blank=True)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=160)
    subject_digest = models.CharField(max_length=64, blank=True)
    reason = models.TextField(blank=True)
    detail = models.TextField(default="{}")
    batch = models.ForeignKey(ImportBatch, null=True, on_delete=models.PROTECT, related_name="log_entries")
    digest = models.CharField(max_length=64)
    position = models.BigIntegerField(null=True, unique=True)

    objects = LogEntryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["subject_kind", "subject_key"], name="log_subject")]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.actor_name} {self.action} {self.subject_kind}/{self.subject_key}"

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError("a log entry is never deleted")


class Checkpoint(models.Model):
    """The signed head of the log at a size (存证点); a copy is written to `checkpoints/` to be kept elsewhere.

    The columns are those of `checkpoints.SignedHead`, as text: what was signed is kept to the letter.
    """

    size = models.BigIntegerField(unique=True)
    root = models.CharField(max_length=64)
    at = models.CharField(max_length=40)
    algorithm = models.CharField(max_length=20)
    public_key = models.CharField(max_length=64)
    signature = models.CharField(max_length=128)

    class Meta:
        ordering = ["size"]

    def __str__(self) -> str:
        return f"{self.size} {self.root}"


class LogHead(models.Model):
    """The one row that sealers take turns at: how many entries are sealed, and the tree's peaks to go on from.

    `peaks`: hex hashes, largest subtree first (`merkle.Frontier`). It saves reading the log again and
    proves nothing: verifying recomputes it.
    """

    size = models.BigIntegerField(default=0)
    peaks = models.TextField(default="")

    def __str__(self) -> str:
        return str(self.size)


class Evidence(models.Model):
    """A stored file, known by the digest of its content."""

    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()
    subject_kind = models.CharField(max_length=40)
    subject_key = models.CharField(max_length=160)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="evidence"
    )

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["subject_kind", "subject_key"], name="evidence_subject")]

    def __str__(self) -> str:
        return self.name


class Duty(models.Model):
    """What someone owes (我的事项): written by whichever storey creates the obligation, in its transaction.

    For a unit's reporter or head (`unit` and `role`) or for a single user (`user`).
    `key` is the obligation's own name (`drive:reply:S-2026-0012`); at most one open duty has it.
    `what` and `why` are sentences of the catalogue of languages, their named words (`%(title)s`) kept beside them in
    `words`, so that each reader has them in his own language. Where nothing is kept there, they stand as they are.
    """

    key = models.CharField(max_length=120)
    unit = models.ForeignKey("org.Unit", null=True, on_delete=models.PROTECT, related_name="duties")
    role = models.CharField(max_length=30, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="duties"
    )
    what = models.CharField(max_length=200)
    why = models.CharField(max_length=200, blank=True)
    words = models.TextField(default="{}")
    link = models.CharField(max_length=200)
    due_on = models.DateField(null=True)
    opened_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=models.Q(done_at__isnull=True), name="duty_open_once"
            )
        ]

    def __str__(self) -> str:
        return self.what % self.named if self.named else self.what

    @property
    def named(self) -> Mapping[str, str]:
        """The named words of its sentences, as they were recorded."""
        found: dict[str, str] = json.loads(self.words)
        return found
