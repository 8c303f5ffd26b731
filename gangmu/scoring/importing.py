"""Importing rule books: a YAML text becomes a version when it says something new."""

from __future__ import annotations

from gangmu.problems import InputRefused, Problems, Text
from gangmu.records.log import Actor
from gangmu.records.models import ImportBatch
from gangmu.scoring import books
from gangmu.scoring.models import StoredRuleBook
from gangmu.sheets.importing import Counts


def run(text: str, file: str, problems: Problems, actor: Actor, batch: ImportBatch) -> Counts:
    """Store the rule book; contradictions and failing examples are findings, and then nothing is stored."""
    try:
        stored, new = books.store(text, file, actor, batch)
    except InputRefused as refused:
        problems.extend(refused.problems)
        return Counts()
    if not new:
        return Counts(unchanged=1)
    if stored.version == 1:
        return Counts(created=1)
    return Counts(changed=1, notes=tuple(_notes(stored)))


def _notes(stored: StoredRuleBook) -> list[Text]:
    """A cycle goes on resting on the version it locked: whoever imports another one is told."""
    locked = (
        StoredRuleBook.objects.filter(code=stored.code, locked_at__isnull=False).order_by("version").last()
    )
    if locked is None:
        return []
    return [
        Text(
            f"{stored.code} 已按第{locked.version}版锁定；改用第{stored.version}版：gangmu score 期间 --adopt 理由",
            f"{stored.code} is locked at version {locked.version}; to use version {stored.version}:"
            " gangmu score PERIOD --adopt REASON",
        )
    ]
