"""A full re-score of 60 units × 80 indicators with one fact changed, in a warm process, against a plain loop over `Decimal`.

`--size` counts re-scores. Both sides read the facts once, then change one actual at a time and score everything again, places within
groups and grades included; `agree` compares every total and place of every re-score, and prints the milliseconds of one without
start-up.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.data import against

PEER = "a plain loop over Decimal, indicator by indicator and unit by unit (bench/peers/what_if.py)"
SIZE = 200


def prepare(size: int, folder: Path) -> None:
    against.prepare(1, folder)


def ours(size: int, folder: Path) -> list[str]:
    return [sys.executable, "-m", "bench.data.rescored", str(folder), str(size)]


def peer(size: int, folder: Path) -> list[str]:
    return [sys.executable, "-m", "bench.peers.what_if", str(folder), str(size)]


def agree(folder: Path) -> None:
    mine, theirs = (
        json.loads((folder / name).read_text(encoding="utf-8")) for name in ("ours.json", "peer.json")
    )
    if mine["scores"] != theirs["scores"]:
        wrong = [n for n, (a, b) in enumerate(zip(mine["scores"], theirs["scores"], strict=True)) if a != b]
        raise SystemExit(f"re-scores that differ: {wrong[:10]}")
    ratio = mine["ms"] / theirs["ms"]
    print(
        f"{len(mine['scores'])} re-scores equal to the last digit; one takes {mine['ms']:.1f} ms,"
        f" the peer's {theirs['ms']:.1f} ms: {ratio:.2f}",
        file=sys.stderr,
    )
