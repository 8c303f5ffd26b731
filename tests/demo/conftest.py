"""A demo district of twelve units, built once by the command itself and copied for each test that writes into it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.factories.commands import demo


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A demo district on SQLite, and what its first run said."""
    folder = tmp_path_factory.mktemp("demo") / "demo"
    done = demo(folder, "--json")
    assert done.code == 0, done.err
    return folder, done.object


@pytest.fixture
def built(first: tuple[Path, dict[str, Any]], tmp_path: Path) -> Path:
    """A district of its own for each test, copied from the one built."""
    folder = tmp_path / "demo"
    shutil.copytree(first[0], folder)
    return folder
