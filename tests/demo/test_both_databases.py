"""The same district on another database: the same bytes for every figure, score and trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.factories.commands import demo, gangmu
from tests.factories.databases import empty_database

pytestmark = pytest.mark.slow

QUESTIONS = (
    ("figures", "--period", "2025"),
    ("figures", "--period", "2025-Q3"),
    ("figures", "projects_started", "--period", "2025", "--unit", "FGW"),
    ("score", "2025", "--nodes"),
    ("explain", "FGW", "--period", "2025"),
    ("trace", "key_projects", "2025", "--measure", "rate(invested/planned_investment)"),
)


def answers(folder: Path, **environment: str) -> list[str]:
    found = [gangmu(*question, "--dir", folder, "--json", **environment) for question in QUESTIONS]
    assert [done.code for done in found] == [0] * len(QUESTIONS), "".join(done.err for done in found)
    return [done.out for done in found]


def test_every_figure_score_and_trace_has_the_same_digits_on_another_database(
    first: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    with empty_database(tmp_path) as address:
        done = demo(tmp_path / "demo", "--json", DATABASE_URL=address)
        there = answers(tmp_path / "demo", DATABASE_URL=address)

    assert done.code == 0, done.err
    assert not (tmp_path / "demo/gangmu.db").exists()
    assert there == answers(first[0])
