"""Whether the house stands: the database answers, its schema is this version's, the sealed log has no hole."""

from __future__ import annotations

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Count, Max

from gangmu.records.models import Checkpoint, LogEntry


def what_is_wrong() -> str:
    """The first thing that is out of order, in English for a monitor; empty when all is well.

    The full proof is `gangmu log verify`. Here it is asked only what answers in milliseconds: that the
    positions of the sealed log run without a gap and reach the last checkpoint.
    """
    try:
        return _schema() or _log()
    except DatabaseError as error:
        return f"database: {error.__class__.__name__}"


def _schema() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"database: {len(waiting)} migrations have not been applied" if waiting else ""


def _log() -> str:
    sealed = LogEntry.objects.filter(position__isnull=False).aggregate(
        entries=Count("id"), last=Max("position")
    )
    entries, last = sealed["entries"], sealed["last"]
    if entries and last != entries - 1:
        return f"log: {entries} sealed entries, but the last position is {last}"
    promised = Checkpoint.objects.aggregate(size=Max("size"))["size"] or 0
    if promised > entries:
        return f"log: the last checkpoint covers {promised} entries, {entries} are there"
    return ""
