"""The goals app: tells the storeys below about its rows and its figures."""

from __future__ import annotations

from functools import partial

from django.apps import AppConfig


class GoalsConfig(AppConfig):
    name = "gangmu.goals"

    def ready(self) -> None:
        from gangmu.figures import sources
        from gangmu.goals import book, figures
        from gangmu.records import batches, subjects

        for kind in (book.GOAL, book.SHARE):
            subjects.register(kind, book.KEPT[kind].current_digests)
            batches.register_undo(kind, partial(book.take_back, kind))
        sources.register("goals", figures.answer)
