"""A nation scored by a rule book in DuckDB against exact hand-written DuckDB SQL in scaled integers over the long file."""

from __future__ import annotations

from pathlib import Path

from bench.data import against
from bench.data.against import SIZE, prepare

__all__ = ["PEER", "SIZE", "agree", "ours", "peer", "prepare"]

PEER = "exact hand-written DuckDB SQL in scaled integers over the long file (bench/peers/engine_duckdb.py)"


def ours(size: int, folder: Path) -> list[str]:
    return against.ours(folder)


def peer(size: int, folder: Path) -> list[str]:
    return against.peer("engine_duckdb", folder)


def agree(folder: Path) -> None:
    against.agree(folder, exactly=True)
