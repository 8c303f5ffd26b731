"""The scoring app: tells the ground floor about its rows."""

from __future__ import annotations

from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "gangmu.scoring"

    def ready(self) -> None:
        from gangmu.records import batches, subjects
        from gangmu.scoring import books, runs

        subjects.register(books.SUBJECT, books.current_digests)
        subjects.register(runs.SUBJECT, runs.current_digests)
        batches.register_undo(books.SUBJECT, books.take_back)
