"""A nation scored by a rule book in Spark's local mode against exact hand-written DuckDB SQL over the long file.

Spark is for what does not fit one machine; on one it pays for its start, its planner and its shuffles.
"""

from __future__ import annotations

from pathlib import Path

from bench.data import against
from bench.data.against import SIZE, prepare

__all__ = ["PEER", "SIZE", "agree", "ours", "peer", "prepare"]

PEER = "exact hand-written DuckDB SQL in scaled integers over the long file (bench/peers/engine_duckdb.py)"


def ours(size: int, folder: Path) -> list[str]:
    return against.ours(folder, "--memory", "4g", backend="spark")


def peer(size: int, folder: Path) -> list[str]:
    return against.peer("engine_duckdb", folder)


def agree(folder: Path) -> None:
    against.agree(folder, exactly=True)
