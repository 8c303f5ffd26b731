"""Two clocks: the district's working day (a setting) and the moment a row is written (always real)."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.utils import timezone


def today(as_of: datetime.datetime | None = None) -> datetime.date:
    """The district's day. A setting, so that a demo, a test and a picture never go stale.

    as_of: what was known then is held against that day, where it came before today.
    """
    day: datetime.date = settings.GANGMU_TODAY or timezone.localdate()
    return day if as_of is None else min(day, timezone.localdate(as_of))


def now() -> datetime.datetime:
    """The moment of recording. It is never set back: the log and every `recorded_from` rest on it."""
    return timezone.now()


END_OF_TIME = datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC)
"""`recorded_to` of a row that is still current: one predicate then serves now and any *as of*."""
