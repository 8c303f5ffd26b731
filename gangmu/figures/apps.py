"""The figures app: tells the ground floor about its rows."""

from __future__ import annotations

from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "gangmu.figures"

    def ready(self) -> None:
        from gangmu.figures import observations
        from gangmu.records import batches, subjects

        subjects.register(observations.SUBJECT, observations.KEPT.current_digests)
        batches.register_undo(observations.SUBJECT, observations.take_back)
