"""Two clocks: the district's working day (a setting) and the moment a row is written (always real)."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.utils import timezone


def today() -> datetime.date:
    """The district's day. A setting, so that a demo, a test and a picture never go stale."""
    return settings.GANGMU_TODAY or timezone.localdate()


def now() -> datetime.datetime:
    """The moment of recording. It is never set back: the log and every `recorded_from` rest on it."""
    return timezone.now()


END_OF_TIME = datetime.datetime(9999, 12, 31, tzinfo=datetime.UTC)
"""`recorded_to` of a row that is still current: one predicate then serves now and any *as of*."""
