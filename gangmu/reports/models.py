"""Issued documents and the numbers they were issued with: kept as of their day, whatever changes later."""

from __future__ import annotations

from typing import NoReturn

from django.db import models
from django.utils.translation import gettext_lazy as _


class IssuedDocument(models.Model):
    """A document that was given out. Never changed: a new version is issued as another document.

    identity: eight hexadecimal digits that stand in the name of each number's bookmark. as_of: the moment
    whose values were asked for; None means those that stood when it was issued. content: its paragraphs as
    JSON, `[{"kind", "runs": [words | {"number": name}]}]`. file_digest: SHA-256 of the file.
    """

    identity = models.CharField(max_length=8, unique=True)
    title = models.CharField(_("标题"), max_length=200)
    template = models.CharField(_("模板"), max_length=200)
    period = models.CharField(_("期间"), max_length=20)
    as_of = models.DateTimeField(_("数据截至"), null=True)
    issued_at = models.DateTimeField(_("出具时间"))
    issued_by = models.CharField(_("出具人"), max_length=100)
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64)
    content = models.TextField()

    class Meta:
        ordering = ["-issued_at", "-id"]

    def __str__(self) -> str:
        return self.title

    def delete(self, *args: object, **kwargs: object) -> NoReturn:
        raise TypeError("an issued document is kept")


class IssuedNumber(models.Model):
    """A number of an issued document: what was asked, what was answered, how it was printed.

    The value is kept as the text of the exact decimal (a growth rate may have more digits than a column);
    it is compared and shown, never summed. Empty where the figure was missing.
    before, after: the words around it, which decide whether its unit is printed.
    """

    document = models.ForeignKey(IssuedDocument, on_delete=models.PROTECT, related_name="numbers")
    name = models.CharField(max_length=30, unique=True)
    position = models.PositiveIntegerField()
    figure = models.CharField(max_length=50)
    measure = models.CharField(max_length=60)
    period = models.CharField(max_length=20)
    unit = models.CharField(max_length=20, blank=True)
    area = models.CharField(max_length=40, blank=True)
    filters = models.TextField(default="[]")
    style = models.TextField(default="{}")
    before = models.CharField(max_length=8, blank=True)
    after = models.CharField(max_length=16, blank=True)
    printed = models.CharField(max_length=200)
    value = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=14)
    vintage = models.CharField(max_length=20, blank=True)
    unit_of_measure = models.CharField(max_length=30, blank=True)
    decimals = models.PositiveSmallIntegerField(default=0)
    label = models.CharField(max_length=200)

    class Meta:
        ordering = ["document", "position"]

    def __str__(self) -> str:
        return f"{self.label} {self.printed}"
