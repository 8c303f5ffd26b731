"""The whole catalogue of the demo district, command line included, against hand-written SQL on the same database.

Ours computes every figure and measure with status, wording and rounding; the peer those values alone that `agree` compares.
"""

from __future__ import annotations

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

PEER = "hand-written SQL over sqlite3 in one Python process (bench/peers/catalogue_sql.py)"
SIZE = 60
DAY = "2026-03-16"
YEAR = "2025"


def prepare(size: int, folder: Path) -> None:
    """The demo district with `size` units; the day is pinned, so that every run sees the same year."""
    command = [
        sys.executable,
        "-m",
        "gangmu",
        "demo",
        "--no-serve",
        "--dir",
        str(folder / "demo"),
        "--units",
        str(size),
        "--today",
        DAY,
    ]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def ours(size: int, folder: Path) -> list[str]:
    said = f"{sys.executable} -m gangmu figures --period {YEAR} --json --dir {folder / 'demo'} > {folder / 'ours.jsonl'}"
    return ["sh", "-c", f"exec {said}"]


def peer(size: int, folder: Path) -> list[str]:
    return [
        sys.executable,
        "-m",
        "bench.peers.catalogue_sql",
        str(folder / "demo" / "gangmu.db"),
        YEAR,
        str(folder / "peer.json"),
    ]


def agree(folder: Path) -> None:
    """Every value the peer computed is ours too, to the tenth decimal."""
    lines = (folder / "ours.jsonl").read_text(encoding="utf-8").splitlines()
    mine = {f"{said['figure']} {said['measure']}": said["value"] for said in map(json.loads, lines)}
    theirs = json.loads((folder / "peer.json").read_text(encoding="utf-8"))
    differ = {
        name: (mine.get(name), value)
        for name, value in theirs.items()
        if mine.get(name) is None or abs(Decimal(mine[name]) - Decimal(value)) > Decimal("1e-10")
    }
    if differ:
        raise SystemExit(f"{len(differ)} of {len(theirs)} values differ: {differ}")
    print(f"{len(theirs)} values compared, all equal; ours printed {len(mine)}", file=sys.stderr)
