"""How entries are kept: an identity, its versions, its stage events and its lines, each with both axes of time.

`happened_on` decides the period a thing belongs to; `recorded_from`/`recorded_to` decide what was known when.
Rows are never changed but for `recorded_to`, which is END_OF_TIME while they stand.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from gangmu.records.appended import standing
from gangmu.records.clock import END_OF_TIME
from gangmu.records.exact import ExactDecimalField

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from gangmu.org.models import User

SCALE = 4
NEVER = datetime.date(9999, 12, 31)
"""`left_on` of the stage an entry still stands at."""

ENTRY_SLOTS = {"text": 40, "number": 16, "day": 16}
LINE_SLOTS = {"text": 10, "number": 6, "day": 6}
"""How many fields of each storage a register, and a kind of line, may declare."""

LETTER = {"text": "t", "number": "n", "day": "d"}


def slot_names(storage: str, slots: dict[str, int]) -> list[str]:
    """The columns of a storage, in order: t1, t2 …"""
    return [f"{LETTER[storage]}{place}" for place in range(1, slots[storage] + 1)]


class EntryQuerySet(models.QuerySet["Entry"]):
    def of(self, ledger: str) -> EntryQuerySet:
        return self.filter(ledger=ledger)

    def current(self) -> EntryQuerySet:
        """Without those that were taken back."""
        return self.filter(Exists(EntryVersion.objects.filter(standing(), entry=OuterRef("pk"))))

    def visible_to(self, user: User | AnonymousUser) -> EntryQuerySet:
        """The entries a user may see: all of them, those of his unit, or none (`gangmu.ledgers.sight`)."""
        from gangmu.ledgers.sight import seen_by  # declarations stand above the models

        sight = seen_by(user)
        if sight is None:
            return self.none()
        return self.filter(Exists(EntryVersion.objects.filter(standing(), sight, entry=OuterRef("pk"))))


class Entry(models.Model):
    """The identity of a row of a ledger. What it says stands in its versions."""

    ledger = models.CharField(max_length=40)
    number = models.CharField(max_length=60)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["ledger", "number"]
        constraints = [models.UniqueConstraint(fields=["ledger", "number"], name="entry_number_once")]

    def __str__(self) -> str:
        return f"{self.ledger}/{self.number}"

    @property
    def subject_key(self) -> str:
        """How log and evidence name it."""
        return f"{self.ledger}/{self.number}"


class EntryVersion(models.Model):
    """What an entry said from one moment of recording to the next.

    The slots t1…, n1…, d1… hold the declared fields (`gangmu.ledgers.slots`).
    `ledger` and `number` are repeated here so that lists and sums need no join.
    """

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    ledger = models.CharField(max_length=40)
    number = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    unit = models.ForeignKey("org.Unit", on_delete=models.PROTECT, related_name="entry_versions")
    stage = models.CharField(max_length=40)
    due_on = models.DateField(null=True)
    done_on = models.DateField(null=True)
    happened_on = models.DateField(null=True)
    recorded_from = models.DateTimeField()
    recorded_to = models.DateTimeField(default=END_OF_TIME)
    log = models.ForeignKey("records.LogEntry", on_delete=models.PROTECT, related_name="entry_versions")

    # NULL is a missing value, '' never occurs: some databases keep no difference.
    for _name in slot_names("text", ENTRY_SLOTS):
        locals()[_name] = models.TextField(null=True)
    for _name in slot_names("number", ENTRY_SLOTS):
        locals()[_name] = ExactDecimalField(null=True, scale=SCALE)
    for _name in slot_names("day", ENTRY_SLOTS):
        locals()[_name] = models.DateField(null=True)
    del _name

    class Meta:
        ordering = ["entry", "version"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "version"], name="entry_version_once"),
            models.UniqueConstraint(
                fields=["entry"], condition=Q(recorded_to=END_OF_TIME), name="entry_stands_once"
            ),
        ]
        indexes = [
            # In the order of entries, which is nearly that of the rows: a scan of a ledger reads page after page.
            models.Index(fields=["ledger", "recorded_to", "entry"], name="entry_by_id"),
            models.Index(fields=["ledger", "recorded_to", "number"], name="entry_by_number"),
            models.Index(fields=["ledger", "recorded_to", "unit"], name="entry_by_unit"),
            models.Index(fields=["ledger", "recorded_to", "stage"], name="entry_by_stage"),
            models.Index(fields=["ledger", "recorded_to", "due_on"], name="entry_by_due"),
            models.Index(fields=["ledger", "recorded_to", "happened_on"], name="entry_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.ledger}/{self.number}/{self.version}"


class StageEvent(models.Model):
    """An entry reached a stage on a day and left it on another (`NEVER` while it stands there).

    It stood there at the end of a day when happened_on <= day < left_on. A move therefore closes the row of the
    stage it leaves and writes it anew with its `left_on`.
    """

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="stage_events")
    ledger = models.CharField(max_length=40)
    place = models.PositiveIntegerField(help_text="order within the entry, from 0")
    stage = models.CharField(max_length=40)
    happened_on = models.DateField()
    left_on = models.DateField(default=NEVER)
    note = models.TextField(default="")
    recorded_from = models.DateTimeField()
    recorded_to = models.DateTimeField(default=END_OF_TIME)

    class Meta:
        ordering = ["entry", "place"]
        indexes = [
            # Who reached a stage first when, and who stood where on a day, are answered from the index alone.
            models.Index(
                fields=["ledger", "recorded_to", "stage", "entry", "happened_on", "left_on"],
                name="stage_reached",
            ),
            models.Index(fields=["entry", "recorded_to"], name="stage_of_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.stage} {self.happened_on}"


class Line(models.Model):
    """A typed, dated sub-row of an entry (monthly investment, a reply). `key` tells lines of a kind apart."""

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="lines")
    ledger = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=120)
    happened_on = models.DateField()
    recorded_from = models.DateTimeField()
    recorded_to = models.DateTimeField(default=END_OF_TIME)

    for _name in slot_names("text", LINE_SLOTS):
        locals()[_name] = models.TextField(null=True)
    for _name in slot_names("number", LINE_SLOTS):
        locals()[_name] = ExactDecimalField(null=True, scale=SCALE)
    for _name in slot_names("day", LINE_SLOTS):
        locals()[_name] = models.DateField(null=True)
    del _name

    class Meta:
        ordering = ["entry", "kind", "happened_on", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "kind", "key"], condition=Q(recorded_to=END_OF_TIME), name="line_stands_once"
            )
        ]
        indexes = [
            # n1 keeps the first amount of a kind, the one that is summed: its sums need no row, now or as of a moment.
            models.Index(
                fields=["ledger", "kind", "happened_on", "entry", "recorded_to", "recorded_from", "n1"],
                name="line_by_day",
            ),
            models.Index(fields=["entry", "recorded_to"], name="line_of_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.kind} {self.key}"


class SensitiveValue(models.Model):
    """The value of a sensitive field, apart from version and log, so that it can be erased.

    Version and log keep `digest`, the SHA-256 of salt and value; without this row neither says anything.
    """

    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="sensitive_values")
    field = models.CharField(max_length=40)
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)
    value = models.TextField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["entry", "field"], name="sensitive_of_entry")]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.field}"


class Slot(models.Model):
    """Which column keeps a declared field. Assigned once and kept, also when the field is no longer declared.

    `kind`: the kind of line, empty for the entry's own fields. A field whose storage changes gets another slot.
    """

    ledger = models.CharField(max_length=40)
    kind = models.CharField(max_length=40, blank=True)
    field = models.CharField(max_length=40)
    storage = models.CharField(max_length=10)
    name = models.CharField(max_length=4)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["ledger", "kind", "field", "storage"], name="slot_of_field"),
            models.UniqueConstraint(fields=["ledger", "kind", "name"], name="slot_taken_once"),
        ]

    def __str__(self) -> str:
        return f"{self.ledger}.{self.kind}.{self.field} {self.name}"


class NumberSeries(models.Model):
    """The last number given in a ledger and year: the row that writers take turns at."""

    ledger = models.CharField(max_length=40)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["ledger", "year"]
        constraints = [models.UniqueConstraint(fields=["ledger", "year"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.ledger} {self.year} {self.last}"
