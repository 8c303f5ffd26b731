"""A nation scored by a rule book in DuckDB against pandas in scaled integers."""

from __future__ import annotations

from pathlib import Path

from bench.data import against
from bench.data.against import SIZE, prepare

__all__ = ["PEER", "SIZE", "agree", "ours", "peer", "prepare"]

PEER = "pandas in scaled integers (bench/peers/engine_pandas.py)"


def ours(size: int, folder: Path) -> list[str]:
    return against.ours(folder)


def peer(size: int, folder: Path) -> list[str]:
    return against.peer("engine_pandas", folder)


def agree(folder: Path) -> None:
    against.agree(folder, exactly=True)
