"""Stored rule books with versions and locks, and scoring runs with everything they were made from."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q


class StoredRuleBook(models.Model):
    """A version of a rule book (考核办法). Its text never changes; another text is another version.

    digest: of what the text says (`RuleBook.digest`). locked_at: from then on a cycle rests on it.
    withdrawn_at: taken back by undoing its import; never used again.
    """

    code = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    year = models.CharField(max_length=60, blank=True)
    file = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=100)
    locked_at = models.DateTimeField(null=True)
    locked_by = models.CharField(max_length=100, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    batch = models.ForeignKey(
        "records.ImportBatch", null=True, on_delete=models.PROTECT, related_name="rule_books"
    )

    class Meta:
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="rulebook_version_once"),
            models.CheckConstraint(
                condition=Q(locked_at__isnull=True) | Q(withdrawn_at__isnull=True),
                name="rulebook_locked_or_withdrawn",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title_zh} 第{self.version}版"

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("a rule book is kept: results rest on it")


class Run(models.Model):
    """One computation (计分): digest of the rule book + digest of the facts → results and their digest.

    facts: the frozen facts, JSON rows as `facts.frozen` writes them. Never updated.
    """

    rulebook = models.ForeignKey(StoredRuleBook, on_delete=models.PROTECT, related_name="runs")
    rulebook_digest = models.CharField(max_length=64)
    facts = models.TextField()
    facts_digest = models.CharField(max_length=64)
    results_digest = models.CharField(max_length=64)
    backend = models.CharField(max_length=20)
    at = models.DateTimeField()
    by_name = models.CharField(max_length=100)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.rulebook} {self.at:%F %T}"

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        raise TypeError("a run is kept: it is what was published or appealed")


class Score(models.Model):
    """The result of one node for one unit and period, as the run gave it. value: exact text (`p/q`), empty for none."""

    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="scores")
    unit = models.CharField(max_length=60)
    period = models.CharField(max_length=20, blank=True)
    group = models.CharField(max_length=60, blank=True)
    node = models.CharField(max_length=60)
    value = models.TextField(blank=True)
    printed = models.CharField(max_length=60, blank=True)
    rank = models.CharField(max_length=20, blank=True)
    grade = models.CharField(max_length=60, blank=True)
    note_zh = models.CharField(max_length=300, blank=True)
    note_en = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["run", "unit", "period", "node"], name="score_once_in_run")
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.node} {self.printed}"
