"""A nation scored within bounded memory against the same without a bound."""

from __future__ import annotations

from pathlib import Path

from bench.data import against
from bench.data.against import SIZE, prepare

__all__ = ["PEER", "SIZE", "ours", "peer", "prepare"]

PEER = "the same command without --memory"


def ours(size: int, folder: Path) -> list[str]:
    return against.ours(folder, "--memory", "400MB")


def peer(size: int, folder: Path) -> list[str]:
    return against.ours(folder)
