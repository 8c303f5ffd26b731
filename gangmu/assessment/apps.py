"""The assessment app: tells the storeys below about its rows, and rule books about the figures there are."""

from __future__ import annotations

from collections.abc import Collection

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    name = "gangmu.assessment"

    def ready(self) -> None:
        from gangmu.assessment import cycles, given
        from gangmu.records import batches, subjects
        from gangmu.scoring import books

        subjects.register(given.SUBJECT, given.KEPT.current_digests)
        subjects.register(cycles.SUBJECT, cycles.current_digests)
        batches.register_undo(given.SUBJECT, given.take_back)
        books.register_figures(_figure_codes)


def _figure_codes() -> Collection[str]:
    from gangmu.figures.catalogue import catalogue

    return catalogue().keys()
