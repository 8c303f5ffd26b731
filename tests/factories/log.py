"""Log entries, and the tampering that verification must find. Tampering goes round every model, as an intruder would."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from gangmu.records.log import Actor, Change, record
from gangmu.records.models import LogEntry

OPERATOR = Actor(None, "操作员")


def logged(*notes: str, kind: str = "note", digest: str = "") -> list[LogEntry]:
    """One entry for each note, each in a transaction of its own."""
    entries = []
    for note in notes:
        with transaction.atomic():
            change = Change("note.write", kind, note, digest, {"说": note, "amount": "12.50"})
            entries.append(record(OPERATOR, change))
    return entries


def sql(statement: str, *values: Any) -> None:
    """What someone with the database's password can do."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
