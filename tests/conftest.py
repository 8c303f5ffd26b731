"""What every test stands on: a day that does not move."""

from __future__ import annotations

import datetime
import importlib
import os
import pkgutil
import sys
from collections.abc import Iterator

# Playwright's synchronous API runs an event loop in the thread that also talks to the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

import pytest

from gangmu import engine

TODAY = datetime.date(2026, 3, 16)


@pytest.fixture(autouse=True)
def _fixed_day(settings: object) -> None:
    """The district's day in every test: a Monday, after the year 2025 has closed."""
    settings.GANGMU_TODAY = TODAY  # type: ignore[attr-defined]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """What random tests reach does not count as covered: each branch is owed a test that states it, and time is short."""
    measuring = sys.modules["coverage"].Coverage.current() if "coverage" in sys.modules else None
    random = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    if measuring is None or not random:
        return (yield)
    for module in pkgutil.walk_packages(engine.__path__, "gangmu.engine."):
        importlib.import_module(
            module.name
        )  # what is first loaded while nothing is measured would never count
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()
