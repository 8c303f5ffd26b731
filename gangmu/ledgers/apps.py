"""The ledgers app: tells the ground floor about its rows."""

from __future__ import annotations

from django.apps import AppConfig


class LedgersConfig(AppConfig):
    name = "gangmu.ledgers"

    def ready(self) -> None:
        from gangmu.ledgers import undoing, verifying, writing
        from gangmu.records import batches, subjects

        subjects.register(writing.SUBJECT, verifying.current_digests)
        batches.register_undo(writing.SUBJECT, undoing.take_back)
