"""The org app: tells the log about the roster and its accounts."""

from __future__ import annotations

from functools import partial

from django.apps import AppConfig


class OrgConfig(AppConfig):
    name = "gangmu.org"

    def ready(self) -> None:
        from gangmu.org import accounts, delegation, roster
        from gangmu.records import batches, subjects

        for kind in roster.KINDS:
            subjects.register(kind, partial(roster.current_digests, kind))
            batches.register_undo(kind, partial(roster.take_back, kind))
        subjects.register(accounts.SUBJECT, accounts.current_digests)
        subjects.register(delegation.SUBJECT, delegation.current_digests)
