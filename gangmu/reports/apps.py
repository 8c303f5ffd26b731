"""The reports app: tells the ground floor about its rows."""

from __future__ import annotations

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "gangmu.reports"

    def ready(self) -> None:
        from gangmu.records import subjects
        from gangmu.reports import digests

        subjects.register(digests.SUBJECT, digests.current_digests)
