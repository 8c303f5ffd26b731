"""What the portal keeps of its own: who tried to sign in.

It stands on the top storey on purpose: no figure source, rule book or report can reach it.
"""

from __future__ import annotations

from django.db import models


class SignIn(models.Model):
    """One attempt, right or wrong. Kept for the audit administrator and for the growing delay, counted for nothing."""

    at = models.DateTimeField()
    username = models.CharField(max_length=60)
    address = models.CharField(max_length=45)
    succeeded = models.BooleanField()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["username", "address", "at"], name="signin_by_door")]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.username} {self.address} {self.succeeded}"
