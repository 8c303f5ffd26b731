"""What every test stands on: a day that does not move."""

from __future__ import annotations

import datetime
import os

# Playwright's synchronous API runs an event loop in the thread that also talks to the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import pytest

TODAY = datetime.date(2026, 3, 16)


@pytest.fixture(autouse=True)
def _fixed_day(settings: object) -> None:
    """The district's day in every test: a Monday, after the year 2025 has closed."""
    settings.GANGMU_TODAY = TODAY  # type: ignore[attr-defined]
