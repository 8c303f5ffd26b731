"""A nation scored by a rule book in DuckDB against Polars on decimals, streaming."""

from __future__ import annotations

from pathlib import Path

from bench.data import against
from bench.data.against import SIZE, prepare

__all__ = ["PEER", "SIZE", "agree", "ours", "peer", "prepare"]

PEER = "Polars on decimals, streaming (bench/peers/engine_polars.py); its quotients are cut, so a few cells differ"


def ours(size: int, folder: Path) -> list[str]:
    return against.ours(folder)


def peer(size: int, folder: Path) -> list[str]:
    return against.peer("engine_polars", folder)


def agree(folder: Path) -> None:
    against.agree(folder, exactly=False)
