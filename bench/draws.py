"""How firm the places of 60 units × 80 indicators are: draws through the rule book against NumPy by hand.

Both read the same facts and make the four sorts of draws (weights, rounding, doubt, all together) of each unit; ours also finds what
decides neighbours and what moves each unit most. `--size` counts draws.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.data import against

PEER = "the same rules and distributions by hand in NumPy (bench/peers/draws.py)"
SIZE = 10_000
SHARE, PLACES = 0.03, 1
"""How far two samples may lie apart: shares of draws, and places at the 5 and 95 % ends."""


def prepare(size: int, folder: Path) -> None:
    against.prepare(1, folder)


def ours(size: int, folder: Path) -> list[str]:
    said = (
        f"{sys.executable} -m gangmu robustness --rulebook {folder}/book.yaml --facts {folder}/wide.parquet"
    )
    return ["sh", "-c", f"exec {said} --draws {size} --json > {folder}/ours.jsonl"]


def peer(size: int, folder: Path) -> list[str]:
    return [sys.executable, "-m", "bench.peers.draws", str(folder), str(size)]


def agree(folder: Path) -> None:
    """The same distributions: own place, 5 and 95 %, share of draws that keep it."""
    lines = map(json.loads, (folder / "ours.jsonl").read_text(encoding="utf-8").splitlines())
    mine = {(line["shaken"], int(line["unit"])): line for line in lines if line["kind"] == "unit"}
    theirs = json.loads((folder / "peer.json").read_text(encoding="utf-8"))
    differ = []
    for one in theirs:
        line = mine[one["shaken"], one["unit"]]
        ends = [abs(int(line[name]) - one[name]) for name in ("p5", "p95")]
        stays = abs(float(line["stays"]) - one["stays"])
        if int(line["place"]) != one["place"] or max(ends) > PLACES or stays > SHARE:
            differ.append((one, line))
    if differ or len(theirs) != len(mine):
        raise SystemExit(f"{len(differ)} of {len(theirs)} differ: {differ[:3]}")
    print(f"{len(theirs)} distributions of places compared, all alike", file=sys.stderr)
